//! Confluent wire framing: how a payload names its schema.
//!
//! Version 0: `00` and a 4-byte big-endian schema id. Version 1: `01` and the 16 bytes of a guid.
//! Protobuf payloads then carry the path of the message inside its file as zig-zag varints, a single
//! `00` standing for the first message. Source: public wire format documentation of Confluent, and
//! Kafka's `ByteUtils.writeVarint` for the varints.

/// Highest nesting of message indexes that is read; deeper paths cannot occur in a schema that passed
/// the limits.
const MAX_INDEXES: usize = 128;

/// What a framed payload says about its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Version 0: a schema id of the context.
    Id(u32),
    /// Version 1: a guid, equal in every context.
    Guid([u8; 16]),
}

/// Splits a payload into its frame and the rest; `None` when it does not start like a framed one.
/// No allocation.
pub fn split(payload: &[u8]) -> Option<(Frame, &[u8])> {
    match payload.split_first()? {
        (0, rest) => {
            let (id, rest) = rest.split_first_chunk::<4>()?;
            Some((Frame::Id(u32::from_be_bytes(*id)), rest))
        }
        (1, rest) => {
            let (guid, rest) = rest.split_first_chunk::<16>()?;
            Some((Frame::Guid(*guid), rest))
        }
        _ => None,
    }
}

/// Reads Protobuf message indexes and returns them with the remaining payload.
/// `None` when the varints are cut, negative or more than a schema can nest.
pub fn split_message_indexes(payload: &[u8]) -> Option<(Vec<usize>, &[u8])> {
    let (count, mut rest) = zigzag(payload)?;
    if count == 0 {
        return Some((vec![0], rest));
    }
    let count = usize::try_from(count).ok().filter(|n| *n <= MAX_INDEXES)?;
    let mut indexes = Vec::with_capacity(count);
    for _ in 0..count {
        let (index, tail) = zigzag(rest)?;
        indexes.push(usize::try_from(index).ok()?);
        rest = tail;
    }
    Some((indexes, rest))
}

/// Reads one zig-zag varint of at most five bytes (32 bits).
fn zigzag(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut value = 0u64;
    for (position, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            let decoded = (value >> 1) as i64 ^ -((value & 1) as i64);
            return Some((decoded, &bytes[position + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_framing_versions_are_split() {
        assert_eq!(split(&[0, 0, 0, 1, 2, 9]), Some((Frame::Id(258), &[9][..])));
        let mut guid = vec![1];
        guid.extend([7; 16]);
        assert_eq!(split(&guid), Some((Frame::Guid([7; 16]), &[][..])));
        assert_eq!(split(&[0, 0, 0, 1]), None);
        assert_eq!(split(&[2, 0, 0, 0, 0]), None);
        assert_eq!(split(&[]), None);
    }

    #[test]
    fn message_indexes_follow_the_wire_format() {
        assert_eq!(split_message_indexes(&[0, 5]), Some((vec![0], &[5][..])));
        assert_eq!(split_message_indexes(&[4, 2, 0]), Some((vec![1, 0], &[][..])));
        assert_eq!(split_message_indexes(&[2, 2]), Some((vec![1], &[][..])));
        assert_eq!(split_message_indexes(&[1]), None, "negative count");
        assert_eq!(split_message_indexes(&[4, 2]), None, "cut");
        assert_eq!(split_message_indexes(&[0x80; 9]), None, "endless varint");
    }
}
