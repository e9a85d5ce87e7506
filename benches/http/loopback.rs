//! Single payloads and events over keep-alive connections, beside an echo of the same body.

use super::kinds::{self, Kind};
use super::server::{self, Server};
use super::{client, cpu, median};

const ROUNDS: usize = 9;
const REQUESTS: usize = 16_000;

/// What one round of a server came to.
struct Measured {
    /// Requests a second.
    rate: f64,
    /// Microseconds of the server's processor a request.
    processor: f64,
}

/// The two sides of one round.
struct Round {
    registry: Measured,
    echo: Measured,
}

fn measure(server: &Server, request: &[u8]) -> Measured {
    let before = cpu::seconds_of(server.thread);
    let seconds = client::many(server.address, request, REQUESTS);
    let cpu = cpu::seconds_of(server.thread) - before;
    Measured { rate: REQUESTS as f64 / seconds, processor: cpu * 1e6 / REQUESTS as f64 }
}

fn compare(registry: &Server, echo: &Server, kind: &Kind) {
    let answer = client::once(registry.address, &kind.path, kind.content_type, &kind.body);
    assert!(answer.contains(r#""outcome":"valid""#), "{answer}");
    let request = client::request(&kind.path, kind.content_type, &kind.body);
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| Round { registry: measure(registry, &request), echo: measure(echo, &request) })
        .collect();
    let pick = |value: fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    println!(
        "{:<24} {:>4} B  registry {:>6.0}/s, echo {:>6.0}/s: {:>3.0} % of its rate   \
         processor {:>5.1} us, echo {:>5.1} us: {:>3.0} %",
        kind.name,
        kind.body.len(),
        pick(|round| round.registry.rate),
        pick(|round| round.echo.rate),
        100.0 * pick(|round| round.registry.rate / round.echo.rate),
        pick(|round| round.registry.processor),
        pick(|round| round.echo.processor),
        100.0 * pick(|round| round.echo.processor / round.registry.processor),
    );
}

pub fn run(wanted: impl Fn(&str) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let kinds = kinds::all();
    let (registry, echo) = (server::registry(&folder, &kinds), server::echo());
    println!("one worker thread a server, 16 connections, medians of {ROUNDS} rounds of {REQUESTS} requests");
    for kind in kinds.iter().filter(|kind| wanted(kind.name)) {
        compare(&registry, &echo, kind);
    }
}
