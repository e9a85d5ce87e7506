//! Collects the findings of one event: severity by options, place by carrier, document order.

use super::binary_mode::Binding;
use super::event::{Event, EventReading};
use super::options::EventOptions;
use super::rules::EventRule;
use crate::tree::pointer_token;
use crate::violation::{MAX_FINDINGS, Place, Room};
use crate::{Report, Severity, Violation};

/// How an attribute travels, which decides where a finding about it points.
pub(super) enum Carrier {
    /// In a document; findings get this pointer prefix (`""`, in batches `/2`).
    Document(String),
    /// In the headers of a protocol.
    Headers(&'static Binding),
}

/// Sort key of findings that stand nowhere, such as a missing attribute.
pub(super) const NOWHERE: usize = usize::MAX;

/// The findings of one event, in the order in which they were made.
pub(super) struct Findings<'o> {
    /// The options in force.
    pub options: &'o EventOptions,
    carrier: Carrier,
    found: Vec<(usize, Violation)>,
    room: Room,
    has_error: bool,
    truncated: bool,
    /// Where the data stands; at the end unless said.
    data_at: usize,
}

impl<'o> Findings<'o> {
    pub fn new(options: &'o EventOptions, carrier: Carrier) -> Self {
        Self {
            options,
            carrier,
            found: Vec::new(),
            room: Room::of(MAX_FINDINGS),
            has_error: false,
            truncated: false,
            data_at: NOWHERE,
        }
    }

    /// Keeps fewer findings than usual, but always the first error.
    pub fn with_room(mut self, room: usize) -> Self {
        self.room = Room::of(room);
        self
    }

    /// A finding about an attribute. Returns whether the event is invalid because of it.
    pub fn attribute(&mut self, rule: &'static EventRule, name: &str, at: usize, message: &str) -> bool {
        let severity = self.options.severity(rule);
        self.attribute_as(severity, rule, name, at, message)
    }

    /// The same with a severity that depends on the value; `None`: not reported.
    pub fn attribute_as(
        &mut self,
        severity: Option<Severity>,
        rule: &'static EventRule,
        name: &str,
        at: usize,
        message: &str,
    ) -> bool {
        let Some(severity) = severity else { return false };
        let (place, pointer) = match &self.carrier {
            Carrier::Document(prefix) => (Place::Envelope, format!("{prefix}/{}", pointer_token(name))),
            Carrier::Headers(binding) => (Place::Header, binding.header(name)),
        };
        self.push(at, violation(rule, severity, place, pointer, message));
        severity == Severity::Error
    }

    /// A finding about a header itself.
    pub fn header(&mut self, rule: &'static EventRule, header: String, at: usize, message: &str) {
        if let Some(severity) = self.options.severity(rule) {
            self.push(at, violation(rule, severity, Place::Header, header, message));
        }
    }

    /// A finding about the decoded payload; the pointer starts at its root.
    pub fn payload(&mut self, rule: &'static EventRule, pointer: &str, at: usize, message: &str) {
        if let Some(severity) = self.options.severity(rule) {
            self.push(at, violation(rule, severity, Place::Data, pointer.to_owned(), message));
        }
    }

    /// A finding about a value inside the `data` member of a document.
    pub fn inside_data(&mut self, rule: &'static EventRule, pointer: &str, at: usize, message: &str) {
        let Carrier::Document(prefix) = &self.carrier else {
            return self.payload(rule, pointer, at, message);
        };
        let pointer = format!("{prefix}/data{pointer}");
        if let Some(severity) = self.options.severity(rule) {
            self.push(at, violation(rule, severity, Place::Envelope, pointer, message));
        }
    }

    /// A finding about the event as a whole.
    pub fn whole(&mut self, rule: &'static EventRule, message: &str) {
        let (place, pointer) = match &self.carrier {
            Carrier::Document(prefix) => (Place::Envelope, prefix.clone()),
            Carrier::Headers(_) => (Place::Data, String::new()),
        };
        if let Some(severity) = self.options.severity(rule) {
            self.push(NOWHERE, violation(rule, severity, place, pointer, message));
        }
    }

    /// Notes where the data stands.
    pub fn note_data(&mut self, at: usize) {
        self.data_at = at;
    }

    /// The event with all findings in document order.
    pub fn into_reading(mut self, event: Event<'_>) -> EventReading<'_> {
        self.found.sort_by_key(|(at, _)| *at);
        let before_data = self.found.partition_point(|(at, _)| *at <= self.data_at);
        let report = Report {
            findings: self.found.into_iter().map(|(_, violation)| violation).collect(),
            truncated: self.truncated,
            indeterminate: None,
        };
        EventReading { event, report, before_data }
    }

    fn push(&mut self, at: usize, violation: Violation) {
        let is_error = violation.severity == Severity::Error;
        let has_room = !self.room.is_spent();
        // The outcome is read off the findings: an error must not be lost behind warnings.
        let must_stand = is_error && !self.has_error;
        if !has_room {
            self.truncated = true;
            if must_stand {
                self.found.pop();
            }
        }
        if has_room || must_stand {
            self.found.push((at, self.room.take(violation)));
        }
        self.has_error |= is_error;
    }
}

/// A finding with what the rule expects.
pub(super) fn violation(
    rule: &EventRule,
    severity: Severity,
    place: Place,
    pointer: String,
    message: &str,
) -> Violation {
    Violation {
        rule: rule.id.to_owned(),
        severity,
        place,
        pointer,
        schema_pointer: None,
        message: message.to_owned(),
        expected: Some(rule.summary.to_owned()),
    }
}
