//! The verdict object: the same for payloads, records and events.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use chancery_engine::cloudevents::{AttributeValue, Event};
use chancery_engine::violation::Place;
use chancery_engine::{Outcome, Report, Violation};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use crate::http::call::{Answer, Call, written};
use crate::http::own::lint::LintFinding;
use crate::http::own::members::Members;
use crate::http::problem::Problem;
use crate::model::Subject;
use crate::registry::{Matched, PayloadVerdict};

const SCHEMA_ID: HeaderName = HeaderName::from_static("schema-id");
const SCHEMA_SUBJECT: HeaderName = HeaderName::from_static("schema-subject");
const SCHEMA_VERSION: HeaderName = HeaderName::from_static("schema-version");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const VALIDATION_OUTCOME: HeaderName = HeaderName::from_static("validation-outcome");

/// Bytes that cannot stand in a header as they are; `%` too, so that decoding gives the subject back.
const NOT_IN_HEADERS: &AsciiSet = &CONTROLS.add(b'%');

/// The same where the value begins and ends: spaces there are taken for none of it (RFC 9110 5.5).
const NOT_AT_ENDS: &AsciiSet = &NOT_IN_HEADERS.add(b' ');

/// What came out of a validation.
#[derive(Debug)]
pub struct VerdictBody<'a> {
    /// Position in a container, batch or stream, from 0.
    pub index: Option<usize>,
    /// `valid`, `invalid`, `unchecked` or `indeterminate`.
    pub outcome: Outcome,
    /// Why there is no verdict on the payload (`indeterminate`, or `invalid` for other reasons), or the rule that let
    /// it pass unchecked.
    pub reason: Option<String>,
    /// Which event it is.
    pub event: Option<EventBody<'a>>,
    /// The schema that was used.
    pub matched: Option<MatchBody>,
    /// Where the data is when the event has none.
    pub data: Option<&'static str>,
    pub violations: Vec<FindingBody>,
    pub warnings: Vec<FindingBody>,
    /// Advice on design, when it was asked for.
    pub lint: Option<Vec<LintFinding>>,
    /// Whether findings were cut off.
    pub truncated: bool,
}

/// The schema a payload was held against, and how it was found.
#[derive(Debug)]
pub struct MatchBody {
    matched_by: &'static str,
    subject: Option<Subject>,
    version: Option<i32>,
    schema_id: Option<i32>,
    schema_type: &'static str,
}

/// The attributes that name an event.
#[derive(Debug)]
pub struct EventBody<'a> {
    id: Option<Cow<'a, str>>,
    source: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
}

impl MatchBody {
    fn write(&self, mut members: Members<'_>) {
        members.put_text("matchedBy", self.matched_by);
        members.put_some_text("subject", self.subject.as_ref().map(Subject::shown).as_deref());
        members.put_some("version", self.version.as_ref());
        members.put_some("schemaId", self.schema_id.as_ref());
        members.put_text("schemaType", self.schema_type);
    }
}

impl<'a> EventBody<'a> {
    /// What an event has of them; `None` when it has none.
    pub fn of(event: &Event<'a>) -> Option<Self> {
        let text = |name| {
            let attribute = event.attributes.iter().find(|attribute| attribute.name == name)?;
            match &attribute.value {
                AttributeValue::Text(text) => Some(text.clone()),
                _ => None,
            }
        };
        let body = Self { id: text("id"), source: text("source"), kind: text("type") };
        (body.id.is_some() || body.source.is_some() || body.kind.is_some()).then_some(body)
    }

    fn write(&self, mut members: Members<'_>) {
        members.put_some_text("id", self.id.as_deref());
        members.put_some_text("source", self.source.as_deref());
        members.put_some_text("type", self.kind.as_deref());
    }
}

/// How many verdicts came out how.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    pub total: usize,
    pub valid: usize,
    pub invalid: usize,
    pub unchecked: usize,
    pub indeterminate: usize,
}

impl Summary {
    /// Counts one verdict.
    pub fn count(&mut self, outcome: Outcome) {
        self.total += 1;
        match outcome {
            Outcome::Valid => self.valid += 1,
            Outcome::Invalid => self.invalid += 1,
            Outcome::Unchecked => self.unchecked += 1,
            Outcome::Indeterminate => self.indeterminate += 1,
        }
    }
}

/// Bytes of the findings in the answer to one container or batch.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// What the verdicts of one answer may still say. Each is bounded, and there can be thousands.
#[derive(Debug)]
pub struct AnswerRoom(usize);

impl Default for AnswerRoom {
    fn default() -> Self {
        Self(MAX_ANSWER_BYTES)
    }
}

impl AnswerRoom {
    /// Takes the room of a verdict; one that finds none keeps a single finding, without its place in the schema.
    pub fn take(&mut self, verdict: &mut VerdictBody<'_>) {
        if self.0 == 0 {
            let count = verdict.violations.len() + verdict.warnings.len();
            verdict.violations.truncate(1);
            verdict.warnings.truncate(1 - verdict.violations.len());
            verdict
                .violations
                .iter_mut()
                .chain(&mut verdict.warnings)
                .for_each(|one| one.schema_pointer = None);
            verdict.truncated |= count > 1;
        }
        let findings = verdict.violations.iter().chain(&verdict.warnings);
        self.0 = self.0.saturating_sub(findings.map(FindingBody::bytes).sum());
    }
}

/// One finding; `header` stands instead of `pointer` when it is about a header.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingBody {
    rule: String,
    #[serde(rename = "in")]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_pointer: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
}

impl FindingBody {
    fn in_short(&self) -> String {
        format!("{}: {}", self.rule, self.message)
    }

    fn bytes(&self) -> usize {
        let texts = [&self.pointer, &self.header, &self.schema_pointer, &self.expected];
        let texts = texts.into_iter().flatten().map(String::len).sum::<usize>();
        self.rule.len() + self.message.len() + texts
    }
}

impl From<&Violation> for FindingBody {
    fn from(finding: &Violation) -> Self {
        let is_header = finding.place == Place::Header;
        let place = || Some(finding.pointer.clone());
        Self {
            rule: finding.rule.clone(),
            place: finding.place,
            pointer: if is_header { None } else { place() },
            header: if is_header { place() } else { None },
            schema_pointer: finding.schema_pointer.clone(),
            message: finding.message.clone(),
            expected: finding.expected.clone(),
        }
    }
}

impl From<&Matched> for MatchBody {
    fn from(matched: &Matched) -> Self {
        Self {
            matched_by: matched.by,
            subject: matched.subject.clone(),
            version: matched.version,
            schema_id: matched.id,
            schema_type: matched.schema_type.name(),
        }
    }
}

impl VerdictBody<'_> {
    /// Writes the verdict as JSON; `valid` is true for no other outcome.
    pub fn write(&self, output: &mut Vec<u8>) {
        let mut members = Members::open(output);
        members.put_some("index", self.index.as_ref());
        members.put_text("outcome", self.outcome.name());
        members.put("valid", &(self.outcome == Outcome::Valid));
        members.put_some_text("reason", self.reason.as_deref());
        if let Some(event) = &self.event {
            event.write(members.object("event"));
        }
        if let Some(matched) = &self.matched {
            matched.write(members.object("match"));
        }
        members.put_some_text("data", self.data);
        members.put("violations", &self.violations);
        members.put("warnings", &self.warnings);
        members.put_some("lint", self.lint.as_ref());
        members.put("truncated", &self.truncated);
    }

    /// A report with the schema it came from.
    pub fn new(report: &Report, matched: Option<&Matched>) -> Self {
        let outcome = report.outcome();
        Self {
            outcome,
            index: None,
            event: None,
            reason: report.indeterminate.clone(),
            matched: matched.map(MatchBody::from),
            violations: report.violations().map(FindingBody::from).collect(),
            warnings: report.warnings().map(FindingBody::from).collect(),
            data: None,
            lint: None,
            truncated: report.truncated,
        }
    }
}

/// Answers one verdict: 200 whatever it is, or in the status form 204 and 422.
pub fn answer(call: &Call, verdict: &PayloadVerdict) -> Result<Answer, Problem> {
    answer_with(call, &VerdictBody::new(&verdict.report, Some(&verdict.matched)), Some(&verdict.matched))
}

/// The same for a verdict that is put together already.
pub fn answer_with(
    call: &Call,
    body: &VerdictBody<'_>,
    matched: Option<&Matched>,
) -> Result<Answer, Problem> {
    let answer = if wants_status(call) { by_status(body) } else { Ok(written(|output| body.write(output))) };
    match answer {
        Ok(mut answer) => {
            put_schema_headers(answer.headers_mut(), matched, body.outcome);
            Ok(answer)
        }
        Err(problem) => {
            let mut headers = HeaderMap::new();
            put_schema_headers(&mut headers, matched, body.outcome);
            Err(problem.headers(headers))
        }
    }
}

/// A 204.
pub fn no_content() -> Answer {
    StatusCode::NO_CONTENT.into_response()
}

/// Findings as members of a problem document.
pub fn values(findings: &[FindingBody]) -> Vec<Value> {
    let value = |finding| serde_json::to_value(finding).expect("findings hold strings only");
    findings.iter().map(value).collect()
}

/// Whether the status alone shall tell the verdict.
pub fn wants_status(call: &Call) -> bool {
    let mut sent = call.headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    call.query.text("status").eq_ignore_ascii_case("verdict") || sent.any(|value| prefers(value, "status"))
}

/// Whether a `Prefer` header lists a preference, with parameters or without (RFC 7240 2).
fn prefers(header: &str, name: &str) -> bool {
    let mut in_quotes = false;
    let mut preferences = header.split(|character| {
        in_quotes ^= character == '"';
        character == ',' && !in_quotes
    });
    preferences.any(|one| one.split(';').next().is_some_and(|token| token.trim().eq_ignore_ascii_case(name)))
}

fn by_status(body: &VerdictBody<'_>) -> Result<Answer, Problem> {
    let detail = match body.outcome {
        Outcome::Valid | Outcome::Unchecked => return Ok(no_content()),
        Outcome::Invalid => first_of(&body.violations),
        Outcome::Indeterminate => body.reason.clone().unwrap_or_default(),
    };
    let kind = if body.outcome == Outcome::Invalid { "invalid-payload" } else { "undecided-payload" };
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).kind(kind);
    Err(problem.findings(values(&body.violations), values(&body.warnings)).truncated(body.truncated))
}

/// What is the matter, in one line: the first findings, and how many more there are.
pub fn first_of(findings: &[FindingBody]) -> String {
    match findings {
        [] => String::new(),
        [only] => only.in_short(),
        [first, second] => format!("{}; {}", first.in_short(), second.in_short()),
        [first, rest @ ..] => format!("{}; and {} more violations", first.in_short(), rest.len()),
    }
}

/// These headers, and those that every answer gets: what a map of eight places holds.
const HEADERS: usize = 6;

fn put_schema_headers(headers: &mut HeaderMap, matched: Option<&Matched>, outcome: Outcome) {
    headers.reserve(HEADERS);
    if let Some(id) = matched.and_then(|matched| matched.id) {
        headers.insert(SCHEMA_ID, id.into());
    }
    if let Some(subject) = matched.and_then(|matched| matched.subject.as_ref())
        && let Ok(value) = HeaderValue::from_str(&in_header(&subject.shown()))
    {
        headers.insert(SCHEMA_SUBJECT, value);
    }
    if let Some(version) = matched.and_then(|matched| matched.version) {
        headers.insert(SCHEMA_VERSION, version.into());
    }
    headers.insert(VALIDATION_OUTCOME, HeaderValue::from_static(outcome.name()));
}

/// A name as the value of a header; percent-decoding gives it back.
fn in_header(name: &str) -> Cow<'_, str> {
    let inner = name.trim_matches(' ');
    if inner.len() == name.len() {
        return utf8_percent_encode(name, NOT_IN_HEADERS).into();
    }
    let (before, rest) = name.split_at(name.len() - name.trim_start_matches(' ').len());
    let after = &rest[inner.len()..];
    let ends = [before, after].map(|end| utf8_percent_encode(end, NOT_AT_ENDS));
    let [before, after] = ends;
    format!("{before}{}{after}", utf8_percent_encode(inner, NOT_IN_HEADERS)).into()
}
