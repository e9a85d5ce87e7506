//! Bytes of the binary event formats: the few primitives that Avro and Protobuf share.

/// The bytes are not of the shape the format fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// What is left to read.
#[derive(Clone, Copy)]
pub(super) struct Wire<'a> {
    rest: &'a [u8],
}

impl<'a> Wire<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn left(&self) -> usize {
        self.rest.len()
    }

    pub fn byte(&mut self) -> Result<u8, Broken> {
        let (byte, rest) = self.rest.split_first().ok_or(Broken)?;
        self.rest = rest;
        Ok(*byte)
    }

    pub fn take(&mut self, length: u64) -> Result<&'a [u8], Broken> {
        let length = usize::try_from(length).map_err(|_| Broken)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Broken)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(Broken)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// A base-128 varint of at most 64 bits.
    pub fn varint(&mut self) -> Result<u64, Broken> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Broken);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Broken)
    }

    /// A zig-zag varint, the `int` and `long` of Avro.
    pub fn zigzag(&mut self) -> Result<i64, Broken> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}

/// Text has to be UTF-8 in both formats.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Broken> {
    std::str::from_utf8(bytes).map_err(|_| Broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_have_64_bits() {
        for (bytes, value) in [
            (&[0][..], Ok(0)),
            (&[0xac, 2], Ok(300)),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], Ok(u64::MAX)),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], Err(Broken)),
            (&[0x80; 11], Err(Broken)),
            (&[0x80], Err(Broken)),
            (&[], Err(Broken)),
        ] {
            assert_eq!(Wire::new(bytes).varint(), value, "{bytes:?}");
        }
        assert_eq!(Wire::new(&[1]).zigzag(), Ok(-1));
        assert_eq!(Wire::new(&[4]).zigzag(), Ok(2));
    }

    #[test]
    fn nothing_is_taken_past_the_end() {
        let mut wire = Wire::new(&[1, 2, 3]);
        assert_eq!(wire.take(4), Err(Broken));
        assert_eq!(wire.take(u64::MAX), Err(Broken));
        assert_eq!(wire.array::<4>(), Err(Broken));
        assert_eq!(wire.take(2), Ok(&[1, 2][..]));
        assert_eq!((wire.left(), wire.byte(), wire.byte()), (1, Ok(3), Err(Broken)));
    }
}
