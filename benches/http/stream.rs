//! A stream of events beside a loop over the library: read the envelope, validate the data, on one core.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use chancery_engine::cloudevents::{EventOptions, Reading, read_json};
use chancery_engine::violation::{Encoding, Outcome, PayloadOptions, ValidatorOptions};
use chancery_engine::{Limits, Schema, SchemaType, Source, Strictness};

use super::{cpu, kinds, median, server};

const ROUNDS: usize = 5;
const EVENTS: usize = 100_000;

/// Seconds of one side of a round.
struct Seconds {
    wall: f64,
    processor: f64,
}

/// The two sides of one round.
struct Round {
    library: Seconds,
    stream: Seconds,
}

/// A loop over the lines; every event must be valid.
fn library(lines: &str) -> Seconds {
    let schema = kinds::json_schema();
    let schema =
        Schema::parse(SchemaType::Json, &Source::bare(schema), Strictness::New, &Limits::default()).unwrap();
    let validator = schema.validator(&ValidatorOptions::default()).unwrap();
    let (events, payloads) =
        (EventOptions::default(), PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() });
    let (started, before) = (Instant::now(), cpu::seconds_of("library"));
    for line in lines.lines() {
        let Reading::Single(reading) = read_json(line.as_bytes(), &events) else { panic!("no event") };
        let data = reading.event.data.bytes().unwrap();
        let report = validator.validate(data, &payloads);
        assert_eq!((reading.report.outcome(), report.outcome()), (Outcome::Valid, Outcome::Valid));
    }
    Seconds { wall: started.elapsed().as_secs_f64(), processor: cpu::seconds_of("library") - before }
}

/// Sends the lines as one body and reads the verdicts as they come. Seconds.
fn stream(address: SocketAddr, lines: &str) -> f64 {
    let started = Instant::now();
    let mut sender = TcpStream::connect(address).unwrap();
    let mut receiver = sender.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let mut answer = vec![0; 256 * 1024];
        let mut filled = 0;
        loop {
            let read = receiver.read(&mut answer[filled..]).unwrap();
            // The end of the last chunk stands at the end of what was read.
            let end = filled + read;
            if read == 0 || answer[..end].ends_with(b"\r\n0\r\n\r\n") {
                let tail = String::from_utf8_lossy(&answer[end.saturating_sub(200)..end]).into_owned();
                assert!(tail.contains(&format!(r#""valid":{EVENTS}"#)), "{tail}");
                return;
            }
            let kept = end.min(512);
            answer.copy_within(end - kept..end, 0);
            filled = kept;
        }
    });
    let head = format!(
        "POST /v1/validate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: {}\r\n\r\n",
        lines.len()
    );
    sender.write_all(head.as_bytes()).unwrap();
    sender.write_all(lines.as_bytes()).unwrap();
    reader.join().unwrap();
    started.elapsed().as_secs_f64()
}

pub fn run() {
    let lines: String = (0..EVENTS).map(|number| kinds::event(number) + "\n").collect();
    let folder = tempfile::tempdir().unwrap();
    let registry = server::registry(&folder, &kinds::all());
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let library = std::thread::scope(|scope| {
            let named = std::thread::Builder::new().name("library".to_owned());
            named.spawn_scoped(scope, || library(&lines)).unwrap().join().unwrap()
        });
        let before = cpu::seconds_of(registry.thread);
        let wall = stream(registry.address, &lines);
        let stream = Seconds { wall, processor: cpu::seconds_of(registry.thread) - before };
        rounds.push(Round { library, stream });
    }
    let count = EVENTS as f64;
    let pick = |value: fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    println!(
        "stream of {EVENTS} events, {} MB: {:.0}/s, library loop {:.0}/s: {:.0} % of its rate   \
         processor {:.2} us an event, library loop {:.2} us: {:.0} %",
        lines.len() / 1_000_000,
        count / pick(|round| round.stream.wall),
        count / pick(|round| round.library.wall),
        100.0 * pick(|round| round.library.wall / round.stream.wall),
        pick(|round| round.stream.processor) * 1e6 / count,
        pick(|round| round.library.processor) * 1e6 / count,
        100.0 * pick(|round| round.library.processor / round.stream.processor),
    );
}
