//! Room for recursion that follows chains of references and cycles of types.
//!
//! How deep two schemas lead into each other does not follow the nesting of their texts: a few kilobytes of
//! recursive definitions open tens of thousands of pairs. Their frames go to segments of heap memory where
//! the thread's stack ends, so the budget of steps ends a comparison and not the size of a stack.

/// Stack that is left before a new segment: more than one level needs, also without optimisation.
const RED_ZONE: usize = 128 << 10;
/// Bytes of a segment.
const SEGMENT: usize = 4 << 20;

/// Pairs of one comparison that may be open at once. About 1 KiB of frames each: a comparison holds some 100 MiB
/// at most, as much as two million steps may keep in findings.
pub(crate) const MAX_OPEN: usize = 100_000;

/// Runs work of a library whose recursion cannot be interrupted on a stack of that many bytes, unless the thread's own
/// has them left. Only what is touched of it is paid for.
pub(crate) fn with_stack<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(bytes + RED_ZONE, bytes + SEGMENT, work)
}

/// Runs one level of a recursion, on the heap where the stack ends.
pub(crate) fn with_room<T>(level: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, level)
}
