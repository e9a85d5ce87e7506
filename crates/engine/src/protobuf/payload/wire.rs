//! Reading the Protobuf wire format: varints, tags, lengths, and stepping over a field.
//!
//! Positions are absolute in the payload; a nested message is the same bytes cut at its end. Nothing
//! allocates, nothing panics, and no length is believed before it is compared with what is left.
//! Source: "Encoding" of the Protocol Buffers documentation.

/// Why the bytes cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The message ends inside a value.
    Truncated,
    /// A varint of more than ten bytes, or of more than 64 bits.
    Varint,
    /// A tag beyond 32 bits or five bytes, field number 0, or wire type 6 or 7.
    Tag,
    /// An end of group that closes nothing, another group, or is missing.
    Group,
    /// Groups nested deeper than allowed.
    Depth,
}

/// Bytes of the longest tag.
const MAX_TAG_BYTES: usize = 5;

/// Wire type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WireType {
    Varint,
    Fixed64,
    Len,
    StartGroup,
    EndGroup,
    Fixed32,
}

impl WireType {
    /// The name in the documentation of the encoding, for findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Varint => "varint",
            Self::Fixed64 => "64-bit",
            Self::Len => "length-delimited",
            Self::StartGroup => "start of group",
            Self::EndGroup => "end of group",
            Self::Fixed32 => "32-bit",
        }
    }
}

/// Bytes of one message and a position in them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// The payload, cut where the message ends.
    pub bytes: &'a [u8],
    /// Next byte.
    pub at: usize,
}

impl<'a> Reader<'a> {
    /// Whether the message ends here.
    #[inline]
    pub fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Reads a varint of up to 64 bits.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, Fault> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte < 0x80 => {
                self.at += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Fault> {
        let mut value = 0u64;
        for (byte, shift) in self.bytes[self.at..].iter().zip((0u32..70).step_by(7)) {
            // The tenth byte holds the 64th bit alone.
            if shift == 63 && *byte > 1 {
                return Err(Fault::Varint);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                self.at += shift as usize / 7 + 1;
                return Ok(value);
            }
        }
        Err(Fault::Truncated)
    }

    /// Reads a tag: field number and wire type.
    #[inline]
    pub fn tag(&mut self) -> Result<(u32, WireType), Fault> {
        let start = self.at;
        let tag = u32::try_from(self.varint()?).map_err(|_| Fault::Tag)?;
        // Runtimes read a tag as 32 bits, however many zeros follow.
        if self.at - start > MAX_TAG_BYTES {
            return Err(Fault::Tag);
        }
        let wire_type = match tag & 7 {
            0 => WireType::Varint,
            1 => WireType::Fixed64,
            2 => WireType::Len,
            3 => WireType::StartGroup,
            4 => WireType::EndGroup,
            5 => WireType::Fixed32,
            _ => return Err(Fault::Tag),
        };
        match tag >> 3 {
            0 => Err(Fault::Tag),
            number => Ok((number, wire_type)),
        }
    }

    /// Steps over bytes.
    #[inline]
    pub fn advance(&mut self, count: usize) -> Result<(), Fault> {
        match self.at.checked_add(count) {
            Some(end) if end <= self.bytes.len() => {
                self.at = end;
                Ok(())
            }
            _ => Err(Fault::Truncated),
        }
    }

    /// Reads a length and steps over what it covers; gives a reader of exactly that.
    #[inline]
    pub fn delimited(&mut self) -> Result<Reader<'a>, Fault> {
        let length = usize::try_from(self.varint()?).map_err(|_| Fault::Truncated)?;
        let start = self.at;
        self.advance(length)?;
        Ok(Reader { bytes: &self.bytes[..self.at], at: start })
    }

    /// Reads a value of fixed width.
    #[inline]
    pub fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (value, _) = self.rest().split_first_chunk::<N>()?;
        self.at += N;
        Some(*value)
    }

    /// What is left of the message.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Steps over the value of a field whose tag was read. A group may nest `depth` levels.
    pub fn skip(&mut self, number: u32, wire_type: WireType, depth: usize) -> Result<(), Fault> {
        match wire_type {
            WireType::Varint => self.varint().map(|_| ()),
            WireType::Fixed64 => self.advance(8),
            WireType::Fixed32 => self.advance(4),
            WireType::Len => self.delimited().map(|_| ()),
            WireType::StartGroup => self.skip_group(number, depth),
            WireType::EndGroup => Err(Fault::Group),
        }
    }

    /// Steps over a group without recursion: only the open numbers are kept.
    fn skip_group(&mut self, number: u32, depth: usize) -> Result<(), Fault> {
        let mut open = vec![number];
        while let Some(&innermost) = open.last() {
            if open.len() > depth {
                return Err(Fault::Depth);
            }
            if self.is_at_end() {
                return Err(Fault::Group);
            }
            match self.tag()? {
                (inner, WireType::StartGroup) => open.push(inner),
                (inner, WireType::EndGroup) if inner == innermost => {
                    open.pop();
                }
                (_, WireType::EndGroup) => return Err(Fault::Group),
                (inner, wire_type) => self.skip(inner, wire_type, 0)?,
            }
        }
        Ok(())
    }
}

/// Decodes the zig-zag form of `sint32` (on the low 32 bits) and `sint64`.
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(bytes: &[u8]) -> Result<u64, Fault> {
        Reader { bytes, at: 0 }.varint()
    }

    #[test]
    fn varints_hold_64_bits_in_at_most_ten_bytes() {
        let mut largest = [0xff; 10];
        largest[9] = 1;
        assert_eq!(varint(&largest), Ok(u64::MAX));
        assert_eq!(varint(&[0x96, 0x01]), Ok(150));
        assert_eq!(varint(&[0x80, 0x00]), Ok(0), "padding is legal");
        largest[9] = 2;
        assert_eq!(varint(&largest), Err(Fault::Varint), "65 bits");
        assert_eq!(varint(&[0x80; 11]), Err(Fault::Varint), "eleven bytes");
        assert_eq!(varint(&[0x80; 9]), Err(Fault::Truncated));
        assert_eq!(varint(&[]), Err(Fault::Truncated));
    }

    #[test]
    fn tags_are_a_number_and_a_wire_type() {
        let tag = |bytes: &[u8]| Reader { bytes, at: 0 }.tag();
        assert_eq!(tag(&[0x08]), Ok((1, WireType::Varint)));
        assert_eq!(tag(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Err(Fault::Tag), "wire type 7");
        assert_eq!(tag(&[0xfd, 0xff, 0xff, 0xff, 0x0f]), Ok(((1 << 29) - 1, WireType::Fixed32)));
        assert_eq!(tag(&[0xfd, 0xff, 0xff, 0xff, 0x1f]), Err(Fault::Tag), "33 bits");
        assert_eq!(tag(&[0x02]), Err(Fault::Tag), "field number 0");
        assert_eq!(tag(&[0x88, 0x80, 0x80, 0x80, 0x00]), Ok((1, WireType::Varint)));
        assert_eq!(tag(&[0x88, 0x80, 0x80, 0x80, 0x80, 0x00]), Err(Fault::Tag), "six bytes");
        let ten = [&[0x88][..], &[0x80; 8], &[0x00]].concat();
        assert_eq!(tag(&ten), Err(Fault::Tag), "ten bytes");
    }

    #[test]
    fn groups_are_stepped_over_by_their_numbers() {
        let skip = |bytes: &[u8], depth| Reader { bytes, at: 1 }.skip(1, WireType::StartGroup, depth);
        assert_eq!(skip(&[0x0b, 0x0c], 1), Ok(()));
        assert_eq!(skip(&[0x0b, 0x13, 0x14, 0x0c], 2), Ok(()));
        assert_eq!(skip(&[0x0b, 0x13, 0x14, 0x0c], 1), Err(Fault::Depth));
        assert_eq!(skip(&[0x0b, 0x14], 9), Err(Fault::Group), "closes another group");
        assert_eq!(skip(&[0x0b], 9), Err(Fault::Group), "never closed");
        assert_eq!(skip(&[0x0b, 0x08], 9), Err(Fault::Truncated));
    }

    #[test]
    fn a_length_beyond_the_end_is_refused_before_it_is_used() {
        let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Reader { bytes: &huge, at: 0 }.delimited().err(), Some(Fault::Truncated));
        assert_eq!(Reader { bytes: &[2, 0], at: 0 }.delimited().err(), Some(Fault::Truncated));
    }
}
