//! What validation over HTTP costs, as ratios of one run.
//!
//! `cargo bench -p chancery --bench http [PART] [KIND]`, where a part is `process`, `loopback` or `stream`; all
//! without. A kind (`avro`, `cloudevent`, …) leaves the other kinds of requests out.
//!
//! | part | compares |
//! |---|---|
//! | `process` | a hot read, payloads and events with bare axum handlers, through the routers in process |
//! | `loopback` | payloads and events with a bare axum echo of the same body, over keep-alive connections |
//! | `stream` | a stream of events with a loop over the library on one core |
//!
//! Both sides of a pair run in turns in one process, so the ratios hold on a busy machine too. Over the loopback
//! each server has one worker thread and the clients another; its processor time is read beside the rate.

#![expect(clippy::unwrap_used, reason = "a benchmark that fails has no figure")]

mod client;
mod cpu;
mod kinds;
mod loopback;
mod process;
mod server;
mod stream;

/// The middle of several measurements.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // Cargo adds `--bench`.
    let asked: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with("--")).collect();
    let (part, kind) = (asked.first(), asked.get(1).map(|kind| kind.to_ascii_lowercase()));
    let is_part = |name: &str| part.is_none_or(|part| part == name);
    let is_kind = |name: &str| kind.as_ref().is_none_or(|kind| name.to_ascii_lowercase().contains(kind));
    if is_part("process") {
        process::run(is_kind);
    }
    if is_part("loopback") {
        loopback::run(is_kind);
    }
    if is_part("stream") {
        stream::run();
    }
}
