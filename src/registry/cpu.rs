//! Where CPU work runs.
//!
//! Async threads answer every request, health probes too. What may keep one busy for more than a moment
//! leaves them: texts by their size, and always what no size bounds, as comparisons, whose cost follows from
//! the shape of both schemas up to the step budget.

/// Bytes of text that are read within about half a millisecond.
const INLINE_BYTES: usize = 16 * 1024;

/// Work that is linear in so many bytes: here when they are few, else apart.
pub(super) async fn by_size<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes < INLINE_BYTES { work() } else { apart(work).await }
}

/// Work on the blocking pool. A panic in it is one here.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
