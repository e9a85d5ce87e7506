//! One event on its way to a verdict: what is known so far, and what each step adds to the report.
//!
//! Nothing here asks the store; the steps that do are in `event`.

use std::sync::Arc;

use bytes::Bytes;
use chancery_engine::cloudevents::matching::{Agreement, Claim, Match, PayloadFormat, SchemaReference, join};
use chancery_engine::cloudevents::rules::{self, EventRule};
use chancery_engine::cloudevents::{Data, Event, EventOptions};
use chancery_engine::violation::{Encoding, MessageChoice, PayloadOptions, Place, UnknownFields};
use chancery_engine::{Report, Severity, Violation};

use super::super::policies::EventPolicy;
use super::claims::{Dataschema, Evidence, Frame, KnownFrame};
use super::event::Unchecked;
use super::frame::{conflict, id_required, unknown_id};
use super::target::Target;
use super::usual::Way;
use super::{Framing, Matched, avro_json, format_mismatch, framing_of, says_nothing, unknown_fields};
use crate::model::{ContextName, OnMissingSchema, Settings, UnknownDataschema};

/// An event on its way to a verdict.
pub(super) struct Checking<'a> {
    pub event: &'a Event<'a>,
    pub format: PayloadFormat,
    pub options: &'a EventOptions,
    pub context: &'a ContextName,
    pub policy: Arc<EventPolicy>,
    pub report: Report,
    /// Findings that the reader of the envelope made: the first ones of the report.
    pub of_envelope: usize,
    pub matched: Option<Matched>,
    pub unchecked: Option<Unchecked>,
    /// Whether the next event like this one may be spared the search.
    pub is_usual: bool,
    /// The way to the schema, when the first one that was tried takes the data of a usual event.
    pub way: Option<Way>,
}

/// An error that ends the matching and stands in the report already.
pub(super) struct Reported;

/// Data on its way to a validator.
pub(super) struct Input<'a> {
    pub body: &'a [u8],
    /// Whether a frame was taken off.
    pub framed: bool,
    /// Message indexes that travelled apart from the data.
    pub indexes: Option<Bytes>,
    /// Which message it is, unless a frame says so.
    pub message: MessageChoice,
    /// The `dataschema` that resolved: its fragment may select a part of the schema.
    pub reference: Option<SchemaReference>,
}

impl<'a> Checking<'a> {
    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.policy.settings
    }

    /// The frame that counts, if any.
    pub fn framing<'e>(
        &mut self,
        evidence: &'e Evidence,
        asked: Framing,
    ) -> Result<Option<&'e KnownFrame>, Reported> {
        let wanted = framing_of(asked, self.settings());
        let promised = matches!(self.format, PayloadFormat::Framed(_)) && wanted == Framing::Auto;
        let required = promised || wanted == Framing::Confluent;
        let has_data = self.data().is_some();
        match &evidence.frame {
            Frame::UnknownInHeader => self.refuse_frame(&rules::SCHEMA_UNKNOWN_ID, unknown_id()),
            Frame::Known(frame) if frame.indexes.is_some() => Ok(Some(frame)),
            _ if wanted == Framing::None => Ok(None),
            Frame::Known(frame) => Ok(Some(frame)),
            Frame::Unknown if required => self.refuse_frame(&rules::SCHEMA_UNKNOWN_ID, unknown_id()),
            Frame::Absent if required && has_data => {
                self.refuse_frame(&rules::SCHEMA_ID_REQUIRED, id_required())
            }
            Frame::Absent | Frame::Unknown => Ok(None),
        }
    }

    /// The reader of the envelope takes data for what the content type says; behind a frame, which is no JSON, the
    /// validator looks again.
    pub fn forget_syntax(&mut self) {
        let before = self.report.findings.len();
        self.report.findings.retain(|finding| finding.rule != rules::DATA_JSON_SYNTAX.id);
        self.of_envelope -= before - self.report.findings.len();
    }

    fn refuse<T>(&mut self, finding: Violation) -> Result<T, Reported> {
        self.report.push(finding);
        Err(Reported)
    }

    /// The frame is not what it has to be: an error ends the matching; forgiven, the data has no frame.
    fn refuse_frame<T>(
        &mut self,
        rule: &'static EventRule,
        finding: Violation,
    ) -> Result<Option<T>, Reported> {
        match self.options.severity(rule) {
            Some(Severity::Error) => self.refuse(finding),
            Some(Severity::Warning) => {
                self.report.push(finding.warning());
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// What the evidence agrees on, if there is some.
    pub fn agree(&mut self, evidence: &Evidence, framed: Option<&Claim>) -> Result<Option<Match>, Reported> {
        match evidence.join(framed) {
            Agreement::NoEvidence => Ok(None),
            Agreement::Agreed(found) => Ok(Some(found)),
            Agreement::Conflict(stronger, weaker) => {
                let message = if stronger == weaker {
                    format!("{} names a schema that is no version of the subject it names", stronger.name())
                } else {
                    format!("{} and {} name different schemas", stronger.name(), weaker.name())
                };
                match self.options.severity(&rules::SCHEMA_CONFLICT) {
                    Some(Severity::Error) => return self.refuse(conflict(&message)),
                    Some(Severity::Warning) => _ = self.report.push(conflict(&message).warning()),
                    None => {}
                }
                // Forgiven: the strongest evidence alone decides.
                let claims = evidence.claims.iter().chain(framed).chain(&evidence.named);
                let Some(mut strongest) = claims.min_by_key(|claim| claim.by).cloned() else {
                    return Ok(None);
                };
                if strongest.schema_id.is_some() {
                    (strongest.subject, strongest.version) = (None, None);
                }
                Ok(match join(&[strongest]) {
                    Agreement::Agreed(found) => Some(found),
                    _ => None,
                })
            }
        }
    }

    /// Nothing names a schema.
    pub fn nothing_matches(&mut self, dataschema: &Dataschema) {
        let unresolved = matches!(dataschema, Dataschema::Unresolved);
        // Where nothing else names a schema either, the outcome says enough, unless somebody asks for the finding.
        if self.settings().unknown_dataschema.is_some()
            || self.options.overrides.sets(&rules::DATASCHEMA_UNRESOLVED)
        {
            self.unresolved(dataschema);
        }
        self.missing_schema(if self.is_elsewhere() {
            Unchecked::DataElsewhere
        } else if self.data().is_none() {
            Unchecked::NoData
        } else if unresolved {
            Unchecked::ForeignSchema
        } else {
            Unchecked::NoSchema
        });
    }

    /// What the settings make of an event without a schema.
    pub fn missing_schema(&mut self, reason: Unchecked) {
        let message = "no schema is registered for the event";
        match self.settings().on_missing_schema {
            Some(OnMissingSchema::Reject) => return self.about_data(&rules::SCHEMA_NOT_FOUND, true, message),
            Some(OnMissingSchema::Warn) => self.about_data(&rules::SCHEMA_NOT_FOUND, false, message),
            Some(OnMissingSchema::Pass) => {}
            // The rule is silent here unless somebody asks for it by name.
            None if self.options.overrides.sets(&rules::SCHEMA_NOT_FOUND) => {
                self.about_data(&rules::SCHEMA_NOT_FOUND, false, message);
            }
            None => {}
        }
        self.unchecked = Some(reason);
    }

    /// The version that settings pin does not exist. That is told unless the rule is off: a wrong number would switch
    /// validation off for good.
    pub fn missing_pin(&mut self, version: i32) {
        let required = self.settings().on_missing_schema == Some(OnMissingSchema::Reject);
        let message = format!("the settings pin version {version}, which the subject does not have");
        self.about_data(&rules::SCHEMA_NOT_FOUND, required, &message);
        self.unchecked = Some(Unchecked::NoSchema);
    }

    pub fn unresolved(&mut self, dataschema: &Dataschema) {
        if matches!(dataschema, Dataschema::Unresolved) {
            self.unresolved_dataschema("the URI names no schema of this registry");
        }
    }

    pub fn unresolved_dataschema(&mut self, message: &str) {
        // One finding an attribute: what is no URI, or an empty text, names nothing anyway.
        let names_nothing = [rules::DATASCHEMA_URI.id, rules::DATASCHEMA_EMPTY.id];
        if self.report.findings.iter().any(|finding| names_nothing.contains(&&*finding.rule)) {
            return;
        }
        match self.settings().unknown_dataschema {
            Some(UnknownDataschema::Ignore) => {}
            Some(UnknownDataschema::Reject) => {
                let (place, pointer) = self.event.place_of("dataschema");
                let finding = Violation::data(rules::DATASCHEMA_UNRESOLVED.id, pointer, message);
                self.report.push(Violation { place, ..finding });
            }
            Some(UnknownDataschema::Warn) | None => {
                self.about_dataschema(&rules::DATASCHEMA_UNRESOLVED, message);
            }
        }
    }

    /// A finding on the attribute, as severe as the options say.
    pub fn about_dataschema(&mut self, rule: &'static rules::EventRule, message: &str) {
        let Some(severity) = self.options.severity(rule) else { return };
        let (place, pointer) = self.event.place_of("dataschema");
        self.report.push(Violation { severity, place, ..Violation::data(rule.id, pointer, message) });
    }

    /// A finding on the data as a whole; an error whatever the options say when settings ask for it.
    pub fn about_data(&mut self, rule: &'static rules::EventRule, required: bool, message: &str) {
        let severity = if required { Some(Severity::Error) } else { self.options.severity(rule) };
        let Some(severity) = severity else { return };
        self.report.push(Violation { severity, ..Violation::data(rule.id, "", message) });
    }

    /// How payloads are judged, as far as settings and rules say so. What a rule of events says of a finding on the
    /// payload wins over the setting.
    pub fn payload_options(&self) -> PayloadOptions {
        let overrides = &self.options.overrides;
        let severity = |rule| overrides.sets(rule).then(|| self.options.severity(rule));
        PayloadOptions {
            unknown_fields: match severity(&rules::DATA_UNKNOWN_FIELDS) {
                Some(None) => UnknownFields::Ignore,
                Some(Some(Severity::Warning)) => UnknownFields::Warn,
                Some(Some(Severity::Error)) => UnknownFields::Reject,
                None => unknown_fields(self.settings()),
            },
            trailing_bytes: self.options.severity(&rules::DATA_TRAILING_BYTES),
            ..PayloadOptions::default()
        }
    }

    /// How the data is read for a schema; `None`: they do not fit.
    pub fn encoding(&self, target: &Target, input: &Input) -> Option<Encoding> {
        let encoding = self.format.encoding(target.schema_type(), avro_json(self.settings()));
        // A frame says enough about bytes that come without a content type.
        encoding.or_else(|| (input.framed && self.is_unnamed()).then_some(Encoding::Binary))
    }

    /// Whether nothing says what the bytes are.
    fn is_unnamed(&self) -> bool {
        self.format == PayloadFormat::Opaque && says_nothing(self.event.datacontenttype())
    }

    /// The data cannot be read for the schema: a mismatch, unless nothing says what the bytes are.
    pub fn no_encoding(&mut self, target: &Target) {
        if self.event.datacontenttype().is_none() && self.is_unnamed() {
            self.matched = Some(target.matched.clone());
            let message = "nothing says how the data is written, so it was not held against its schema";
            self.about_data(&rules::DATA_NOT_VALIDATED, false, message);
            self.unchecked = Some(Unchecked::Opaque);
            return;
        }
        let media_type = match self.event.data {
            // Packed messages say themselves what they are, whatever the content type.
            Data::Message { .. } => "application/protobuf",
            _ => self.event.datacontenttype().unwrap_or("application/json"),
        };
        let finding = format_mismatch(media_type, target.schema_type());
        self.finish_as(&rules::SCHEMA_FORMAT_MISMATCH, target, finding);
    }

    /// Ends with a finding as severe as the options say; forgiven, the data stays unchecked.
    pub fn finish_as(&mut self, rule: &'static EventRule, target: &Target, finding: Violation) {
        match self.options.severity(rule) {
            Some(Severity::Error) => return self.finish(target, finding),
            Some(Severity::Warning) => _ = self.report.push(finding.warning()),
            None => {}
        }
        self.matched = Some(target.matched.clone());
        self.unchecked = Some(Unchecked::Opaque);
    }

    pub fn finish(&mut self, target: &Target, finding: Violation) {
        self.matched = Some(target.matched.clone());
        self.report.push(finding);
    }

    pub fn join(&mut self, report: Report) {
        for finding in report.findings {
            self.report.push(finding);
        }
        self.report.truncated |= report.truncated;
        self.report.indeterminate = report.indeterminate;
    }

    /// The data, if there is some. No bytes that are declared JSON are no data.
    pub fn data(&self) -> Option<&'a [u8]> {
        let is_json = matches!(self.format, PayloadFormat::Json | PayloadFormat::AvroJson);
        self.event.data.bytes().filter(|data| !(is_json && data.is_empty()))
    }

    /// Whether the event's reader could not make sense of the data: there is nothing to hold against a schema then.
    pub fn has_broken_data(&self) -> bool {
        let names_data = |finding: &Violation| {
            let is_repeated = finding.rule == rules::JSON_DUPLICATE_MEMBER.id
                && (finding.pointer.ends_with("/data") || finding.pointer.ends_with("/data_base64"));
            finding.rule.starts_with("data.") || is_repeated
        };
        self.report.violations().any(names_data)
    }

    pub fn is_elsewhere(&self) -> bool {
        self.data().is_none() && self.event.find("dataref").is_some()
    }
}

/// Whether a finding is that of a condition, which only payloads of the right shape face.
pub(super) fn is_of_rule(finding: &Violation) -> bool {
    finding.rule.starts_with("rule.") || finding.rule.starts_with("rules.")
}

/// Puts what was found in the data where the data stands: behind the first findings on the envelope. What was found
/// on the envelope since goes behind those, too, or to the end when more of them follow.
pub(super) fn in_document_order(report: &mut Report, before_data: usize, of_envelope: usize) {
    let rank = |(index, finding): &(usize, Violation)| match *index {
        index if index < before_data => 0,
        index if index < of_envelope => 2,
        _ if finding.place == Place::Data => 1,
        _ if before_data == of_envelope => 0,
        _ => 2,
    };
    let mut findings: Vec<_> = std::mem::take(&mut report.findings).into_iter().enumerate().collect();
    findings.sort_by_key(rank);
    report.findings = findings.into_iter().map(|(_, finding)| finding).collect();
}

pub(super) fn message_of(format: &PayloadFormat, selected: Option<String>) -> MessageChoice {
    let named = match format {
        PayloadFormat::Protobuf { message } => message.clone(),
        _ => None,
    };
    named.or(selected).map_or(MessageChoice::First, MessageChoice::Name)
}
