//! Processor time of threads, as Linux counts it. Zero elsewhere: the ratios of rates still stand.

/// Seconds on a processor of all living threads whose names start so.
pub fn seconds_of(name: &str) -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let nanos = threads.flatten().filter_map(|thread| {
        let read = |file| std::fs::read_to_string(thread.path().join(file)).ok();
        let fits = read("comm")?.starts_with(name);
        let nanos: u64 = read("schedstat")?.split(' ').next()?.parse().ok()?;
        fits.then_some(nanos)
    });
    nanos.sum::<u64>() as f64 / 1e9
}
