//! Streams of newline-delimited JSON: a verdict a line, in order, as input arrives, then a summary.
//!
//! Memory is bounded by one line. A line over the limit is a verdict too; the rest of it is skipped. Nothing in a
//! line ends the stream: what cannot be read has a verdict that says so. When the input breaks off, so does the answer:
//! a summary always means that everything was seen.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use bytes::{Buf, BytesMut};
use chancery_engine::cloudevents::{Reading, read_json};
use chancery_engine::violation::Place;
use chancery_engine::{Report, Violation};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;

use super::event;
use super::record::Record;
use crate::http::State;
use crate::http::call::{Answer, Call};
use crate::http::json::{BadJson, Object, Presence, read_object};
use crate::http::own::verdict::{Summary, VerdictBody};
use crate::registry::{EventSetting, Registry, RegistryError};

/// Media type of both directions.
pub const NDJSON: &str = "application/x-ndjson";

/// Attributes of an event, of which a record has none.
const EVENT_MEMBERS: [&str; 4] = ["specversion", "type", "source", "id"];

/// The last line.
#[derive(Serialize)]
struct Closing {
    summary: Summary,
}

/// Answers a stream with a stream.
pub fn answer(call: Call, body: Body, setting: EventSetting) -> Answer {
    let verdicts = Verdicts {
        state: call.state,
        setting,
        input: body.into_data_stream(),
        buffer: BytesMut::new(),
        skipping: false,
        ended: false,
        index: 0,
        summary: Some(Summary::default()),
    };
    ([(CONTENT_TYPE, NDJSON)], Body::from_stream(verdicts.lines())).into_response()
}

struct Verdicts {
    state: Arc<State>,
    setting: EventSetting,
    input: BodyDataStream,
    /// Input that has arrived and was not judged.
    buffer: BytesMut,
    /// Inside a line over the limit.
    skipping: bool,
    ended: bool,
    index: usize,
    /// Taken when the last line is written.
    summary: Option<Summary>,
}

/// One line of input.
enum Line {
    Whole(Bytes),
    TooLong,
}

impl Verdicts {
    fn lines(self) -> impl Stream<Item = Result<Bytes, axum::Error>> {
        stream::try_unfold(self, |mut verdicts| async move {
            Ok(verdicts.next_output().await?.map(|line| (line, verdicts)))
        })
    }

    async fn next_output(&mut self) -> Result<Option<Bytes>, axum::Error> {
        while let Some(line) = self.next_line().await? {
            // Verdicts from memory never wait; other requests want their turn.
            tokio::task::consume_budget().await;
            let verdict = match line {
                Line::TooLong => too_long(self.setting.options.max_event_bytes),
                Line::Whole(line) if line.trim_ascii().is_empty() => continue,
                Line::Whole(line) => judge(&self.state.registry, &self.setting, &line).await,
            };
            let verdict = VerdictBody { index: Some(self.index), ..verdict };
            self.index += 1;
            if let Some(summary) = &mut self.summary {
                summary.count(verdict.outcome);
            }
            return Ok(Some(to_line(&verdict)));
        }
        Ok(self.summary.take().map(|summary| to_line(&Closing { summary })))
    }

    /// The next line without its end; `None` when the input is over.
    async fn next_line(&mut self) -> Result<Option<Line>, axum::Error> {
        let mut searched = 0;
        loop {
            if let Some(end) = self.buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(searched + end).freeze();
                self.buffer.advance(1);
                let was_skipped = std::mem::take(&mut self.skipping);
                return Ok(Some(if was_skipped { Line::TooLong } else { Line::Whole(line) }));
            }
            if self.ended {
                let rest = std::mem::take(&mut self.buffer).freeze();
                return Ok(match (std::mem::take(&mut self.skipping), rest.is_empty()) {
                    (true, _) => Some(Line::TooLong),
                    (false, true) => None,
                    (false, false) => Some(Line::Whole(rest)),
                });
            }
            if self.buffer.len() > self.setting.options.max_event_bytes {
                self.buffer.clear();
                self.skipping = true;
            }
            searched = self.buffer.len();
            match self.input.next().await {
                Some(bytes) => self.buffer.extend_from_slice(&bytes?),
                None => self.ended = true,
            }
        }
    }
}

async fn judge(registry: &Registry, setting: &EventSetting, line: &[u8]) -> VerdictBody {
    let object = match read_object(line) {
        Ok(object) if !is_event(&object) => object,
        _ => return judge_event(registry, setting, line).await,
    };
    let record = match Record::read(&object) {
        Ok(record) => record,
        Err(BadJson::Malformed(reason)) => return undecided(reason),
        Err(BadJson::Missing) => return undecided("the line is empty"),
    };
    record.validate(registry, setting).await.unwrap_or_else(|error| unavailable(&error))
}

async fn judge_event(registry: &Registry, setting: &EventSetting, line: &[u8]) -> VerdictBody {
    let reading = match read_json(line, &setting.options) {
        Reading::Single(reading) => reading,
        Reading::Refused(refusal) => {
            let report = Report { findings: vec![refusal.finding], ..Report::default() };
            return VerdictBody::new(&report, None);
        }
        Reading::Batch { .. } => return undecided("a line holds one event"),
    };
    match event::judge(registry, reading, setting).await {
        Ok((body, _)) => body,
        Err(error) => unavailable(&error),
    }
}

/// A line is an event when it has an attribute of one and does not say which schema it has.
fn is_event(object: &Object<'_>) -> bool {
    let has = |name: &str| object.presence(name) != Presence::Absent;
    has("specversion") || (EVENT_MEMBERS.iter().any(|name| has(name)) && !has("schema"))
}

fn too_long(limit: usize) -> VerdictBody {
    let mut finding =
        Violation::data("size.limit", "", format!("the line is longer than the limit of {limit} bytes"));
    finding.place = Place::Envelope;
    VerdictBody::new(&Report { findings: vec![finding], ..Report::default() }, None)
}

fn undecided(reason: impl Into<String>) -> VerdictBody {
    VerdictBody::new(&Report::undecided(reason), None)
}

fn unavailable(error: &RegistryError) -> VerdictBody {
    tracing::error!(error = error as &dyn std::error::Error, "a line of a stream could not be judged");
    undecided("the store does not answer")
}

fn to_line(value: &impl Serialize) -> Bytes {
    let mut line = serde_json::to_vec(value).expect("verdicts hold strings, numbers and lists");
    line.push(b'\n');
    line.into()
}
