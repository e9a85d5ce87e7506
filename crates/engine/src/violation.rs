//! Findings between a payload (or an event) and what it promised, as data.

use serde::Serialize;

/// Findings reported for one payload; more are cut off and `truncated` is set.
pub const MAX_FINDINGS: usize = 100;
/// Bytes of findings behind which no more are reported for one payload. A name can be as long as a payload, and all
/// that is found below it repeats it.
pub const MAX_FINDING_BYTES: usize = 128 << 10;
/// Bytes of one pointer. A longer one gives way to that of a value around, the closest one that is short enough.
const MAX_POINTER_BYTES: usize = 64 << 10;
/// Characters of every other text of a finding.
const MAX_TEXT: usize = 500;

/// What came out of a validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Keeps its promise.
    Valid,
    /// Breaks it; there is at least one violation.
    Invalid,
    /// Nothing says which schema, and policy lets it pass.
    Unchecked,
    /// Could not be decided: store unreachable, schema not validatable, budget spent.
    Indeterminate,
}

impl Outcome {
    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unchecked => "unchecked",
            Self::Indeterminate => "indeterminate",
        }
    }
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The payload or event is not valid.
    Error,
    /// Valid, and worth a look.
    Warning,
}

/// Which part of the input a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The envelope of a CloudEvent in a JSON format.
    Envelope,
    /// A header of a binding.
    Header,
    /// The payload.
    Data,
    /// The batch as a whole.
    Batch,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Stable rule id: `schema.json.type`, `source.empty`.
    pub rule: String,
    /// Error or warning.
    pub severity: Severity,
    /// Part of the input.
    pub place: Place,
    /// JSON Pointer; for [`Place::Header`] the header name. Avro and Protobuf: the logical path by field
    /// names and indexes, map keys as tokens, union branches not shown.
    pub pointer: String,
    /// JSON Pointer into the schema, where there is one; into a referenced document its name stands before:
    /// `addr.json#/properties/zip/type`.
    pub schema_pointer: Option<String>,
    /// For people. Never carries payload values.
    pub message: String,
    /// What was expected.
    pub expected: Option<String>,
}

impl Violation {
    /// An error in the payload.
    pub fn data(rule: impl Into<String>, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            severity: Severity::Error,
            place: Place::Data,
            pointer: pointer.into(),
            schema_pointer: None,
            message: message.into(),
            expected: None,
        }
    }

    /// The same finding with what was expected.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// The same finding as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same finding with texts that can be shown.
    fn bounded(mut self) -> Self {
        for text in [&mut self.rule, &mut self.message].into_iter().chain(&mut self.expected) {
            shorten(text);
        }
        if climb(&mut self.pointer) {
            self.message.push_str(FURTHER_INSIDE);
        }
        if let Some(pointer) = &mut self.schema_pointer {
            climb(pointer);
        }
        self
    }

    fn bytes(&self) -> usize {
        let texts = [&self.rule, &self.pointer, &self.message];
        texts.into_iter().chain(&self.schema_pointer).chain(&self.expected).map(String::len).sum()
    }
}

fn shorten(text: &mut String) {
    if text.len() > MAX_TEXT
        && let Some((end, _)) = text.char_indices().nth(MAX_TEXT)
    {
        text.truncate(end);
        text.push('…');
    }
}

/// What a message says when the pointer is not that of the value itself.
pub(crate) const FURTHER_INSIDE: &str = " (further inside: the pointer would be too long)";

/// Shortens a pointer by whole tokens; returns whether it had to.
pub(crate) fn climb(pointer: &mut String) -> bool {
    let is_long = pointer.len() > MAX_POINTER_BYTES;
    if is_long {
        let end = pointer.as_bytes()[..=MAX_POINTER_BYTES].iter().rposition(|byte| *byte == b'/');
        pointer.truncate(end.unwrap_or(0));
    }
    is_long
}

/// What may still be reported of one payload. The last finding may go over the bound on bytes, so whether there is
/// room is known before a finding is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    findings: usize,
    bytes: usize,
}

impl Room {
    /// Room for so many findings, at least one.
    pub fn of(findings: usize) -> Self {
        Self { findings: findings.clamp(1, MAX_FINDINGS), bytes: MAX_FINDING_BYTES }
    }

    /// What is left behind these findings.
    fn behind<'f>(findings: impl IntoIterator<Item = &'f Violation>) -> Self {
        let mut room = Self::of(MAX_FINDINGS);
        findings.into_iter().for_each(|finding| room.spend(finding.bytes()));
        room
    }

    /// Whether nothing more is kept.
    pub fn is_spent(self) -> bool {
        self.findings == 0 || self.bytes == 0
    }

    /// The finding as it is kept, its room taken.
    pub fn take(&mut self, finding: Violation) -> Violation {
        let finding = finding.bounded();
        self.spend(finding.bytes());
        finding
    }

    /// Takes the room of a finding of so many bytes.
    pub fn spend(&mut self, bytes: usize) {
        self.findings = self.findings.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// Everything found in one payload, in document order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Errors and warnings, at most [`MAX_FINDINGS`] and about [`MAX_FINDING_BYTES`].
    pub findings: Vec<Violation>,
    /// Whether findings were cut off.
    pub truncated: bool,
    /// Why no verdict was possible, if so.
    pub indeterminate: Option<String>,
}

impl Report {
    /// A report that says why there is no verdict.
    pub fn undecided(reason: impl Into<String>) -> Self {
        Self { indeterminate: Some(reason.into()), ..Self::default() }
    }

    /// Adds a finding, or marks the report truncated. Returns whether there was room for it.
    pub fn push(&mut self, finding: Violation) -> bool {
        self.push_with(finding.severity, || finding)
    }

    /// The same for a finding of this severity that is not made unless it is kept.
    pub fn push_with(&mut self, severity: Severity, make: impl FnOnce() -> Violation) -> bool {
        let mut room = Room::behind(&self.findings);
        if !room.is_spent() {
            self.findings.push(room.take(make()));
            return true;
        }
        self.truncated = true;
        // The outcome is read off the findings: an error must not be lost behind warnings.
        if severity == Severity::Error && self.violations().next().is_none() {
            self.findings.pop();
            self.findings.push(room.take(make()));
        }
        false
    }

    /// Bytes of the findings.
    pub fn bytes(&self) -> usize {
        self.findings.iter().map(Violation::bytes).sum()
    }

    /// Findings with severity error.
    pub fn violations(&self) -> impl Iterator<Item = &Violation> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// Findings with severity warning.
    pub fn warnings(&self) -> impl Iterator<Item = &Violation> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Warning)
    }

    /// Invalid wins over indeterminate: a found violation stays one.
    pub fn outcome(&self) -> Outcome {
        if self.violations().next().is_some() {
            Outcome::Invalid
        } else if self.indeterminate.is_some() {
            Outcome::Indeterminate
        } else {
            Outcome::Valid
        }
    }
}

impl From<Violation> for Report {
    /// The report of one finding.
    fn from(finding: Violation) -> Self {
        let mut report = Self::default();
        report.push(finding);
        report
    }
}

/// How the bytes of a payload are encoded (framing already stripped).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The binary encoding of the schema's format; JSON text for JSON Schema.
    Binary,
    /// JSON: plain JSON for JSON Schema and Avro, proto3 JSON for Protobuf.
    Json,
    /// The Avro JSON encoding (unions as `{"branch": value}`).
    AvroJson,
}

/// Which message of a Protobuf file a payload holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MessageChoice {
    /// The first message of the file.
    #[default]
    First,
    /// The path of indexes of the Confluent framing.
    Indexes(Vec<usize>),
    /// The full name, with or without leading dot.
    Name(String),
}

/// What to do with Protobuf fields that the schema does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownFields {
    /// Report a warning.
    #[default]
    Warn,
    /// Report an error.
    Reject,
    /// Say nothing.
    Ignore,
}

/// How a payload is validated.
#[derive(Clone, Debug)]
pub struct PayloadOptions {
    /// Encoding of the bytes.
    pub encoding: Encoding,
    /// Message of a Protobuf file.
    pub message: MessageChoice,
    /// Unknown Protobuf fields.
    pub unknown_fields: UnknownFields,
    /// Bytes behind an Avro datum: how severe they are, `None` if nothing is said of them.
    pub trailing_bytes: Option<Severity>,
    /// Whether the payload came in Confluent framing, whose serializers write a top-level Avro `bytes`
    /// schema without the length that plain Avro has.
    pub framed: bool,
    /// Nesting depth of the payload (default 127: what an event of 128 levels can carry). Protobuf messages
    /// end at 100, where runtimes stop reading.
    pub max_depth: usize,
    /// Values visited in one payload, also those that take no bytes (default 4,000,000).
    pub max_items: u64,
}

impl Default for PayloadOptions {
    fn default() -> Self {
        Self {
            encoding: Encoding::Binary,
            message: MessageChoice::First,
            unknown_fields: UnknownFields::Warn,
            trailing_bytes: Some(Severity::Error),
            framed: false,
            max_depth: 127,
            max_items: 4_000_000,
        }
    }
}

/// JSON Schema `format`: asserted or only an annotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Formats {
    /// Asserted.
    #[default]
    Assert,
    /// Annotation only.
    Annotate,
    /// As the schema's draft says.
    DraftDefault,
}

/// How a validator is compiled.
#[derive(Clone, Copy, Debug, Default)]
pub struct ValidatorOptions {
    /// JSON Schema formats.
    pub formats: Formats,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_not_lost_behind_warnings() {
        let mut report = Report::default();
        for _ in 0..MAX_FINDINGS {
            assert!(report.push(Violation::data("a.b", "", "remark").warning()));
        }
        assert!(!report.push(Violation::data("c.d", "", "first")));
        assert!(!report.push(Violation::data("e.f", "", "second")));
        assert_eq!((report.outcome(), report.truncated), (Outcome::Invalid, true));
        assert_eq!(report.findings.len(), MAX_FINDINGS);
        assert_eq!(report.violations().map(|finding| &*finding.rule).collect::<Vec<_>>(), ["c.d"]);
    }

    #[test]
    fn findings_weigh_no_more_than_can_be_read() {
        let name = "k".repeat(20_000);
        let mut report = Report::default();
        for index in 0..50 {
            let message = format!("{name}: wrong");
            report.push(Violation::data("a.b", format!("/{name}/{index}"), message).expecting(&*name));
        }
        assert_eq!((report.findings.len(), report.truncated), (7, true), "128 KiB by 20 KiB, rounded up");
        let last = &report.findings[6];
        assert_eq!(last.pointer, format!("/{name}/6"), "a pointer is whole");
        assert_eq!((last.message.chars().count(), last.expected.as_deref().map(str::len)), (501, Some(503)));
    }

    #[test]
    fn a_report_of_one_finding_is_bounded_too() {
        let report = Report::from(Violation::data("a.b", "", "x".repeat(1 << 20)));
        assert_eq!((report.findings.len(), report.bytes() < 1_000, report.truncated), (1, true, false));
    }

    #[test]
    fn a_pointer_that_is_too_long_ends_at_a_value_around() {
        let (long, short) = ("é".repeat(40_000), "a~1b");
        for (pointer, kept) in [
            (format!("/{short}/{long}/0"), format!("/{short}")),
            (format!("/{long}"), String::new()),
            (format!("/{short}/0"), format!("/{short}/0")),
        ] {
            let mut report = Report::default();
            report.push(Violation::data("a.b", &*pointer, "wrong"));
            let finding = &report.findings[0];
            assert_eq!(finding.pointer, kept);
            assert_eq!(finding.message != "wrong", kept != pointer, "the message says so");
        }
    }
}
