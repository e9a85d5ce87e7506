//! The walk over Avro binary encoding.
//!
//! Source: "Binary Encoding" of the Avro 1.12 specification, read strictly: varints of at most five (int,
//! indexes) or ten bytes whose value fits, booleans 0 or 1, UTF-8 strings, byte sizes of blocks that are
//! right, nothing after the datum.
//!
//! The walk is written once over a [`Trace`]: [`Decide`] stops at the first fault and costs nothing,
//! the trace that explains keeps a path and goes on where the next value's place is still known.

use super::MAX_DEPTH;
use super::program::{Program, Range, Step};
use crate::utf8::is_utf8;
use crate::violation::PayloadOptions;

/// What is wrong with the bytes at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Truncated,
    Trailing,
    Varint,
    NegativeLength,
    Utf8,
    Boolean,
    UnionIndex { branches: u32 },
    EnumIndex { symbols: u32 },
    BlockSize,
    Depth,
    Items,
}

impl Fault {
    /// Whether the end of the faulty value is known, so that the walk can go on.
    pub(super) fn is_local(self) -> bool {
        matches!(self, Self::Utf8 | Self::Boolean | Self::EnumIndex { .. } | Self::BlockSize | Self::Trailing)
    }
}

/// The end of a walk; why was said to the trace.
pub(super) struct Stop;

/// One step down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Segment<'p> {
    /// A field, by the start of its record's steps and its place among them.
    Field(u32, u32),
    Item(u64),
    Key(&'p [u8]),
}

/// What a walk tells about itself.
pub(super) trait Trace<'p> {
    fn enter(&mut self, segment: Segment<'p>);
    fn leave(&mut self);
    /// A fault at the current place; `Ok` goes on.
    fn fault(&mut self, fault: Fault) -> Result<(), Stop>;
}

/// Says yes or no.
struct Decide;

impl Trace<'_> for Decide {
    #[inline]
    fn enter(&mut self, _: Segment<'_>) {}
    #[inline]
    fn leave(&mut self) {}
    #[inline]
    fn fault(&mut self, _: Fault) -> Result<(), Stop> {
        Err(Stop)
    }
}

/// Whether the payload is exactly one datum.
pub(super) fn is_datum(program: &Program, payload: &[u8], options: &PayloadOptions) -> bool {
    walk(program, payload, options, &mut Decide).is_ok()
}

/// Walks the payload as one datum.
pub(super) fn walk<'p>(
    program: &Program,
    payload: &'p [u8],
    options: &PayloadOptions,
    trace: &mut impl Trace<'p>,
) -> Result<(), Stop> {
    let mut walker = Walker {
        steps: &program.steps,
        rest: payload,
        items_left: options.max_items,
        depth_left: options.max_depth.min(MAX_DEPTH),
        trace,
    };
    walker.step(program.root)?;
    let is_whole = walker.rest.is_empty() || options.trailing_bytes.is_none();
    if is_whole { Ok(()) } else { walker.trace.fault(Fault::Trailing) }
}

struct Walker<'a, 'p, T> {
    steps: &'a [Step],
    rest: &'p [u8],
    /// Values that may still be visited; pays for those that take no bytes.
    items_left: u64,
    depth_left: usize,
    trace: &'a mut T,
}

impl<'p, T: Trace<'p>> Walker<'_, 'p, T> {
    #[inline]
    fn step(&mut self, step: Step) -> Result<(), Stop> {
        match step {
            Step::Null => Ok(()),
            Step::Boolean => self.boolean(),
            Step::Int => self.int().map(drop),
            Step::Long => self.long().map(drop),
            Step::Float => self.take(4).map(drop),
            Step::Double => self.take(8).map(drop),
            Step::Bytes => self.sized().map(drop),
            Step::String => self.string().map(drop),
            Step::Fixed(size) => self.take(size as usize).map(drop),
            Step::Enum(symbols) => self.enumeration(symbols),
            Step::Union(branches) => self.union(branches),
            Step::Array(item) => self.blocks(item, false),
            Step::Map(item) => self.blocks(item, true),
            Step::Record(fields) => self.record(fields),
        }
    }

    fn record(&mut self, fields: Range) -> Result<(), Stop> {
        self.pay(u64::from(fields.length))?;
        self.descend()?;
        let start = fields.start as usize;
        let steps = self.steps;
        for (position, step) in steps[start..start + fields.length as usize].iter().enumerate() {
            self.trace.enter(Segment::Field(fields.start, position as u32));
            self.step(*step)?;
            self.trace.leave();
        }
        self.depth_left += 1;
        Ok(())
    }

    fn union(&mut self, branches: Range) -> Result<(), Stop> {
        let index = self.int()?;
        if index < 0 || index >= i64::from(branches.length) {
            return self.trace.fault(Fault::UnionIndex { branches: branches.length });
        }
        self.step(self.steps[branches.start as usize + index as usize])
    }

    fn enumeration(&mut self, symbols: u32) -> Result<(), Stop> {
        let index = self.int()?;
        if index < 0 || index >= i64::from(symbols) {
            return self.trace.fault(Fault::EnumIndex { symbols });
        }
        Ok(())
    }

    /// Blocks of an array, or of a map whose items have keys.
    fn blocks(&mut self, item: u32, is_map: bool) -> Result<(), Stop> {
        self.descend()?;
        let item = self.steps[item as usize];
        let mut position = 0;
        loop {
            let count = self.long()?;
            if count == 0 {
                break;
            }
            let sized = if count < 0 { Some(self.block_end()?) } else { None };
            let count = count.unsigned_abs();
            self.pay(count)?;
            let end = position + count;
            while position < end {
                let before = self.rest.len();
                self.item(item, position, is_map)?;
                // A type takes no bytes always or never: nothing can be wrong with the other items.
                position = if before == self.rest.len() { end } else { position + 1 };
            }
            if sized.is_some_and(|left| left != self.rest.len()) {
                self.trace.fault(Fault::BlockSize)?;
            }
        }
        self.depth_left += 1;
        Ok(())
    }

    /// Reads the byte size of a block; returns how much of the payload is left behind it.
    fn block_end(&mut self) -> Result<usize, Stop> {
        let size = self.length()?;
        match self.rest.len().checked_sub(size) {
            Some(left) => Ok(left),
            None => self.stop(Fault::Truncated),
        }
    }

    #[inline]
    fn item(&mut self, item: Step, position: u64, is_map: bool) -> Result<(), Stop> {
        let segment = if is_map { Segment::Key(self.string()?) } else { Segment::Item(position) };
        self.trace.enter(segment);
        self.step(item)?;
        self.trace.leave();
        Ok(())
    }

    /// Pays for values before they are visited, so that a huge count of nothing is refused at its header.
    #[inline]
    fn pay(&mut self, values: u64) -> Result<(), Stop> {
        match self.items_left.checked_sub(values) {
            Some(left) => self.items_left = left,
            None => return self.stop(Fault::Items),
        }
        Ok(())
    }

    #[inline]
    fn descend(&mut self) -> Result<(), Stop> {
        match self.depth_left.checked_sub(1) {
            Some(left) => self.depth_left = left,
            None => return self.stop(Fault::Depth),
        }
        Ok(())
    }

    fn boolean(&mut self) -> Result<(), Stop> {
        if self.take(1)?[0] > 1 { self.trace.fault(Fault::Boolean) } else { Ok(()) }
    }

    #[inline]
    fn string(&mut self) -> Result<&'p [u8], Stop> {
        let text = self.sized()?;
        if !is_utf8(text) {
            self.trace.fault(Fault::Utf8)?;
        }
        Ok(text)
    }

    #[inline]
    fn sized(&mut self) -> Result<&'p [u8], Stop> {
        let size = self.length()?;
        self.take(size)
    }

    #[inline]
    fn length(&mut self) -> Result<usize, Stop> {
        let length = self.long()?;
        if length < 0 {
            return self.stop(Fault::NegativeLength);
        }
        // A length beyond the address space is beyond the payload too.
        Ok(usize::try_from(length).unwrap_or(usize::MAX))
    }

    #[inline]
    fn take(&mut self, size: usize) -> Result<&'p [u8], Stop> {
        match self.rest.split_at_checked(size) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => self.stop(Fault::Truncated),
        }
    }

    /// An int or index: at most five bytes and within 32 bits, as Java reads it.
    #[inline]
    fn int(&mut self) -> Result<i64, Stop> {
        if let Some((first, rest)) = self.rest.split_first()
            && *first < 0x80
        {
            self.rest = rest;
            return Ok(zigzag(u64::from(*first)));
        }
        let value = self.varint(5)?;
        if i32::try_from(value).is_err() { self.stop(Fault::Varint) } else { Ok(value) }
    }

    #[inline]
    fn long(&mut self) -> Result<i64, Stop> {
        if let Some((first, rest)) = self.rest.split_first()
            && *first < 0x80
        {
            self.rest = rest;
            return Ok(zigzag(u64::from(*first)));
        }
        self.varint(10)
    }

    fn varint(&mut self, most: usize) -> Result<i64, Stop> {
        let mut value = 0u64;
        for (position, byte) in self.rest.iter().take(most).enumerate() {
            // The tenth byte has room for one bit.
            if position == 9 && *byte > 1 {
                return self.stop(Fault::Varint);
            }
            value |= u64::from(byte & 0x7f) << (7 * position);
            if *byte < 0x80 {
                self.rest = &self.rest[position + 1..];
                return Ok(zigzag(value));
            }
        }
        let fault = if self.rest.len() < most { Fault::Truncated } else { Fault::Varint };
        self.stop(fault)
    }

    /// A fault after which the place of the next value is not known.
    #[cold]
    fn stop<V>(&mut self, fault: Fault) -> Result<V, Stop> {
        let _ = self.trace.fault(fault);
        Err(Stop)
    }
}

fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
