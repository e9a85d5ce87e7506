//! Streams of newline-delimited JSON: a verdict a line, in order, as input arrives, then a summary.
//!
//! Memory is bounded by one line and the verdicts on what arrived together. Input is read only when its verdicts are
//! taken, so a slow reader slows the sender, and a silent sender may go on later. A line over the limit is a verdict too;
//! the rest of it is skipped.
//! Nothing in a line ends the stream: what cannot be read has a verdict that says so. Input that breaks off ends the
//! answer without a summary and without a proper end, so that nobody takes it for the whole.

use std::sync::{Arc, LazyLock};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, EXPECT};
use axum::response::IntoResponse;
use bytes::{Buf, BytesMut};
use chancery_engine::cloudevents::{EventReading, Reading, read_json, read_json_ahead, rules};
use chancery_engine::violation::Place;
use chancery_engine::{Report, Violation};
use futures::{Stream, StreamExt, stream};
use memchr::memmem::Finder;

use super::record::Record;
use super::{event, unavailable};
use crate::http::State;
use crate::http::call::{Answer, Call};
use crate::http::json::{BadJson, Object, Presence, read_object};
use crate::http::own::members::Members;
use crate::http::own::verdict::{EventBody, Summary, VerdictBody};
use crate::registry::{EventSetting, Registry, RegistryError};

/// Media type of both directions.
pub const NDJSON: &str = "application/x-ndjson";

/// Verdicts that leave together when more input is here already.
const OUTPUT_BYTES: usize = 16 * 1024;

/// Bytes of most verdicts, in which the last of those may end.
const ROOM_FOR_ONE: usize = 1024;

/// What a line without is no event in JSON, unless its name is written with escapes.
static SPECVERSION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"specversion\""));

/// Attributes of an event, of which a record has none.
const EVENT_MEMBERS: [&str; 4] = ["specversion", "type", "source", "id"];

/// Answers a stream with a stream.
pub async fn answer(call: Call, body: Body, setting: EventSetting) -> Answer {
    let waits = waits_to_be_asked(&call.headers);
    let mut verdicts = Verdicts {
        state: call.state,
        setting,
        input: body.into_data_stream(),
        buffer: BytesMut::new(),
        skipping: false,
        searched: 0,
        ended: false,
        index: 0,
        summary: Some(Summary::default()),
        broken: None,
        outage: Outage::default(),
    };
    if waits {
        // Asking for input is what sends the 100: a final status before it would say that no body is wanted
        // (RFC 9110 10.1.1).
        verdicts.read_more().await;
    }
    ([(CONTENT_TYPE, NDJSON)], Body::from_stream(verdicts.lines())).into_response()
}

/// Whether the client sends its body only when it has been told that it is wanted.
fn waits_to_be_asked(headers: &HeaderMap) -> bool {
    headers.get_all(EXPECT).iter().any(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

struct Verdicts {
    state: Arc<State>,
    setting: EventSetting,
    input: BodyDataStream,
    /// Input that has arrived and was not judged.
    buffer: BytesMut,
    /// Inside a line over the limit.
    skipping: bool,
    /// How much of the buffer holds no end of a line.
    searched: usize,
    ended: bool,
    index: usize,
    /// Taken when the last line is written.
    summary: Option<Summary>,
    /// Why the input ended before its end.
    broken: Option<axum::Error>,
    outage: Outage,
}

/// Whether the store has not answered yet. The log hears of it once a stream, not once a line.
#[derive(Default)]
struct Outage {
    is_logged: bool,
}

impl Outage {
    /// The verdict on a line that the store was needed for; logs the first.
    fn verdict(&mut self, error: &RegistryError) -> VerdictBody<'static> {
        if !std::mem::replace(&mut self.is_logged, true) {
            let error = error as &dyn std::error::Error;
            tracing::error!(error, "lines of a stream could not be judged");
        }
        unavailable()
    }
}

/// One line of input.
enum Line {
    Whole(Bytes),
    TooLong,
}

impl Verdicts {
    fn lines(self) -> impl Stream<Item = Result<Bytes, axum::Error>> {
        stream::unfold(self, |mut verdicts| async move {
            let lines = verdicts.next_output().await?;
            Some((lines, verdicts))
        })
    }

    /// Verdicts on the lines that are here, or the summary.
    async fn next_output(&mut self) -> Option<Result<Bytes, axum::Error>> {
        let mut output = Vec::with_capacity(OUTPUT_BYTES + ROOM_FOR_ONE);
        loop {
            while output.len() < OUTPUT_BYTES
                && let Some(line) = self.take_line()
            {
                // Verdicts from memory never wait; other requests want their turn.
                tokio::task::consume_budget().await;
                self.answer(&line, &mut output).await;
            }
            if !output.is_empty() {
                return Some(Ok(output.into()));
            }
            if !self.ended {
                self.read_more().await;
            } else if let Some(error) = self.broken.take() {
                self.summary = None;
                return Some(Err(error));
            } else {
                let summary = self.summary.take()?;
                Members::open(&mut output).put("summary", &summary);
                output.push(b'\n');
                return Some(Ok(output.into()));
            }
        }
    }

    /// Adds the verdict on a line; blank lines have none.
    async fn answer(&mut self, line: &Line, output: &mut Vec<u8>) {
        let mut verdict = match line {
            Line::TooLong => too_long(self.setting.options.max_event_bytes),
            Line::Whole(line) if line.trim_ascii().is_empty() => return,
            Line::Whole(line) => judge(&self.state.registry, &self.setting, line, &mut self.outage).await,
        };
        verdict.index = Some(self.index);
        self.index += 1;
        if let Some(summary) = &mut self.summary {
            summary.count(verdict.outcome);
        }
        verdict.write(output);
        output.push(b'\n');
    }

    /// A line that is here, without its end. The last one needs none.
    fn take_line(&mut self) -> Option<Line> {
        let line = match memchr::memchr(b'\n', &self.buffer[self.searched..]) {
            Some(end) => {
                let line = self.buffer.split_to(self.searched + end).freeze();
                self.buffer.advance(1);
                line
            }
            None if self.ended && self.broken.is_none() && (self.skipping || !self.buffer.is_empty()) => {
                std::mem::take(&mut self.buffer).freeze()
            }
            None => {
                self.searched = self.buffer.len();
                return None;
            }
        };
        self.searched = 0;
        let too_long =
            std::mem::take(&mut self.skipping) || line.len() > self.setting.options.max_event_bytes;
        Some(if too_long { Line::TooLong } else { Line::Whole(line) })
    }

    async fn read_more(&mut self) {
        if self.buffer.len() > self.setting.options.max_event_bytes {
            self.buffer.clear();
            self.searched = 0;
            self.skipping = true;
        }
        match self.input.next().await {
            Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
            Some(Err(error)) => (self.ended, self.broken) = (true, Some(error)),
            None => self.ended = true,
        }
    }
}

async fn judge<'l>(
    registry: &Registry,
    setting: &EventSetting,
    line: &'l [u8],
    outage: &mut Outage,
) -> VerdictBody<'l> {
    // Most lines that name the attribute are events; those need not be read twice.
    if SPECVERSION.find(line).is_some() {
        if let Some(reading) = read_json_ahead(line, &setting.options)
            && let Some((body, _)) = event::judge_ahead(registry, &reading, setting)
        {
            return body;
        }
        if let Reading::Single(reading) = read_json(line, &setting.options)
            && reading.event.find("specversion").is_some()
        {
            return judge_reading(registry, setting, &reading, outage).await;
        }
    }
    let object = match read_object(line) {
        Ok(object) if !is_event(&object) => object,
        _ => return judge_event(registry, setting, line, outage).await,
    };
    let record = match Record::read(&object) {
        Ok(record) => record,
        Err(BadJson::Malformed(reason)) => return undecided(reason),
        Err(BadJson::Missing) => return undecided("the line is empty"),
    };
    record.validate(registry, setting).await.unwrap_or_else(|error| outage.verdict(&error))
}

async fn judge_event<'l>(
    registry: &Registry,
    setting: &EventSetting,
    line: &'l [u8],
    outage: &mut Outage,
) -> VerdictBody<'l> {
    let reading = match read_json(line, &setting.options) {
        Reading::Single(reading) => reading,
        Reading::Refused(refusal) => return event::found(refusal.finding),
        Reading::Batch { .. } => return undecided("a line holds one event"),
    };
    judge_reading(registry, setting, &reading, outage).await
}

async fn judge_reading<'l>(
    registry: &Registry,
    setting: &EventSetting,
    reading: &EventReading<'l>,
    outage: &mut Outage,
) -> VerdictBody<'l> {
    let body = match event::judge(registry, reading, setting).await {
        Ok((body, _)) => body,
        Err(error) => outage.verdict(&error),
    };
    VerdictBody { event: EventBody::of(&reading.event), ..body }
}

/// A line is an event when it has an attribute of one and does not say which schema it has.
fn is_event(object: &Object<'_>) -> bool {
    let has = |name: &str| object.presence(name) != Presence::Absent;
    has("specversion") || (EVENT_MEMBERS.iter().any(|name| has(name)) && !has("schema"))
}

fn too_long(limit: usize) -> VerdictBody<'static> {
    let mut finding = Violation::data(
        rules::SIZE_LIMIT.id,
        "",
        format!("the line is longer than the limit of {limit} bytes"),
    );
    finding.place = Place::Envelope;
    event::found(finding)
}

fn undecided(reason: impl Into<String>) -> VerdictBody<'static> {
    VerdictBody::new(&Report::undecided(reason), None)
}
