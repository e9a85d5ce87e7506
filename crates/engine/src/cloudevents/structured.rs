//! The JSON event format and the JSON batch format.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::attributes::{self, Carried, CarriedValue};
use super::batch;
use super::event::{Data, Event, EventReading, Reading, Refusal, RefusalKind};
use super::findings::{Carrier, Findings, violation};
use super::json::{self, Fault, FaultKind, Kind, Member, Occurrence, Scanned};
use super::options::EventOptions;
use super::payload::{self, Content};
use super::rules::{self, EventRule};
use crate::Severity;
use crate::violation::{Outcome, Place};

/// Bytes above which an event is not portable (CloudEvents, Size Limits).
pub(super) const PORTABLE_BYTES: usize = 65_536;

/// Reads one event in the JSON event format.
pub fn read_json<'a>(body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    if body.len() > options.max_event_bytes {
        return Reading::Refused(too_large(Place::Envelope));
    }
    let members = json_text(body, options)
        .and_then(|text| json::read_object(text, options.max_depth, watched(options)));
    match members {
        Err(fault) => Reading::Refused(unreadable(&fault, Place::Envelope)),
        Ok(None) => Reading::Refused(refusal(
            RefusalKind::Unreadable,
            &rules::JSON_OBJECT,
            Place::Envelope,
            "the body is not a JSON object",
        )),
        Ok(Some(members)) => {
            let mut findings = Findings::new(options, Carrier::Document(String::new()));
            let event = read_members(&members, "", &mut findings);
            check_portable_size(body.len(), &mut findings);
            Reading::Single(findings.into_reading(event))
        }
    }
}

/// Reads one event in the JSON event format whose data stands last, without a look into the data. `None` for every other
/// event, and for one that is invalid.
///
/// What is taken for the data is a container by its ends, and nothing more is known of it. When it is one JSON text that
/// repeats no member and nests less deep than `max_depth` of the options, the event is what [`read_json`] reads; whoever
/// uses it has to make sure of that. It is for those who read the data anyway: the look into it is half of the work.
pub fn read_json_ahead<'a>(body: &'a [u8], options: &EventOptions) -> Option<EventReading<'a>> {
    if body.len() > options.max_event_bytes.min(PORTABLE_BYTES) || !options.reads_payload() {
        return None;
    }
    let members = json::read_ahead(json_text(body, options).ok()?, options.max_depth, "data")?;
    let mut findings = Findings::new(options, Carrier::Document(String::new()));
    let event = read_members(&members, "", &mut findings);
    let reading = findings.into_reading(event);
    (reading.report.outcome() == Outcome::Valid).then_some(reading)
}

/// Reads a batch in the JSON batch format.
pub fn read_json_batch<'a>(body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    if body.len() > options.max_batch_bytes {
        return Reading::Refused(too_large(Place::Batch));
    }
    let (depth, most) = (options.max_depth, options.max_batch_events);
    let elements =
        json_text(body, options).and_then(|text| json::read_array(text, depth, most, watched(options)));
    let elements = match elements {
        Err(fault) => return Reading::Refused(unreadable(&fault, Place::Batch)),
        Ok(None) => {
            let message = "the body is not a JSON array";
            let refusal = refusal(RefusalKind::Unreadable, &rules::BATCH_NOT_ARRAY, Place::Batch, message);
            return Reading::Refused(refusal);
        }
        Ok(Some(elements)) if elements.len() > most => return Reading::Refused(too_many(most)),
        Ok(Some(elements)) => elements,
    };
    let mut budget = batch::Budget::default();
    let events = elements.into_iter().enumerate().map(|(index, element)| {
        let prefix = format!("/{index}");
        let findings = Findings::new(options, Carrier::Document(prefix.clone())).with_room(budget.room());
        let reading = read_element(element, &prefix, findings);
        budget.spend(&reading.report);
        reading
    });
    let events: Vec<_> = events.collect();
    let report = batch::check(&events, body.len(), options);
    Reading::Batch { events, report }
}

fn read_element<'a>(
    element: json::Element<'a>,
    prefix: &str,
    mut findings: Findings<'_>,
) -> EventReading<'a> {
    let event = match element.members {
        None => {
            findings.whole(&rules::JSON_OBJECT, "the element is not a JSON object");
            Event::default()
        }
        Some(members) => read_members(&members, prefix, &mut findings),
    };
    if element.raw.len() > findings.options.max_event_bytes {
        findings.whole(&rules::SIZE_LIMIT, "the event is larger than the limit");
    }
    findings.into_reading(event)
}

/// Notes that an event is larger than every intermediary has to forward.
pub(super) fn check_portable_size(bytes: usize, findings: &mut Findings<'_>) {
    if bytes > PORTABLE_BYTES {
        findings.whole(&rules::SIZE_64K, "the message is larger than 65536 bytes");
    }
}

fn json_text<'a>(body: &'a [u8], options: &EventOptions) -> Scanned<&'a str> {
    std::str::from_utf8(payload::without_mark(body, options)).map_err(|error| {
        Box::new(Fault { kind: FaultKind::Syntax, offset: error.valid_up_to(), expected: "UTF-8" })
    })
}

/// The member inside which repeated names are worth a warning.
fn watched(options: &EventOptions) -> Option<&'static str> {
    options.reads_payload().then_some("data")
}

fn read_members<'a>(members: &[Member<'a>], prefix: &str, findings: &mut Findings<'_>) -> Event<'a> {
    let (mut plain, mut base64) = (None, None);
    let (mut is_data_repeated, mut is_declared) = (false, false);
    for member in members {
        if member.occurrence == Occurrence::Later {
            let rule = &rules::JSON_DUPLICATE_MEMBER;
            findings.attribute(rule, &member.name, member.offset, "the member repeats an earlier one");
            is_data_repeated |= matches!(&*member.name, "data" | "data_base64");
            continue;
        }
        match &*member.name {
            "data" => plain = Some(member),
            "data_base64" => base64 = Some(member).filter(|member| member.kind() != Kind::Null),
            "datacontenttype" => is_declared = !matches!(carried_value(member), CarriedValue::Null),
            _ => {}
        }
    }
    let attributes = attributes::check(members.iter().filter_map(carry), findings);
    // A content type that cannot be read says that there is one: JSON is implied by none only.
    let content = payload::content(&attributes).or(is_declared.then_some(Content::Unknown));
    if let Some(member) = plain.or(base64) {
        findings.note_data(member.offset);
    }
    let data = if is_data_repeated { Data::Absent } else { read_data(plain, base64, content, findings) };
    let data_pointer =
        if prefix.is_empty() { Cow::Borrowed("/data") } else { Cow::Owned(format!("{prefix}/data")) };
    Event { attributes, data, data_pointer, header_prefix: None }
}

/// The attribute that a member carries; the first of repeated ones, and none in `data`.
fn carry<'a>(member: &Member<'a>) -> Option<Carried<'a>> {
    let is_attribute =
        member.occurrence != Occurrence::Later && !matches!(&*member.name, "data" | "data_base64");
    is_attribute.then(|| Carried {
        name: member.name.clone(),
        value: carried_value(member),
        at: member.offset,
    })
}

/// A member that is repeated has its finding; which value was meant is unknown, so none is judged.
fn carried_value<'a>(member: &Member<'a>) -> CarriedValue<'a> {
    match member.kind() {
        _ if member.occurrence != Occurrence::Only => CarriedValue::Unreadable,
        Kind::Null => CarriedValue::Null,
        Kind::Boolean => CarriedValue::Boolean(member.raw == "true"),
        Kind::Number => CarriedValue::Number(member.raw),
        Kind::String => CarriedValue::Text(member.text().unwrap_or_default()),
        Kind::Container => CarriedValue::OtherType,
    }
}

fn read_data<'a>(
    plain: Option<&Member<'a>>,
    base64: Option<&Member<'a>>,
    content: Option<Content>,
    findings: &mut Findings<'_>,
) -> Data<'a> {
    match (plain, base64) {
        (None, None) => Data::Absent,
        (Some(_), Some(base64)) => {
            let message = "the event has both `data` and `data_base64`";
            findings.attribute(&rules::DATA_EXCLUSIVE, "data_base64", base64.offset, message);
            decode_base64(base64, findings);
            Data::Absent
        }
        (Some(plain), None) => read_plain(plain, content, findings),
        (None, Some(base64)) => read_base64(base64, content, findings),
    }
}

fn read_base64<'a>(member: &Member<'a>, content: Option<Content>, findings: &mut Findings<'_>) -> Data<'a> {
    match decode_base64(member, findings) {
        Some(bytes) => payload::from_bytes(
            Cow::Owned(bytes),
            content.unwrap_or(Content::Unknown),
            member.offset,
            findings,
        ),
        None => Data::Absent,
    }
}

/// The bytes of `data_base64`; `None` when they cannot be read, which is reported.
fn decode_base64(member: &Member<'_>, findings: &mut Findings<'_>) -> Option<Vec<u8>> {
    let Some(text) = member.text() else {
        let message = "the value is not a string";
        findings.attribute(&rules::DATA_BASE64_TYPE, "data_base64", member.offset, message);
        return None;
    };
    let bytes = STANDARD.decode(&*text).ok();
    if bytes.is_none() {
        let message = "the value is not canonical base64";
        findings.attribute(&rules::DATA_BASE64, "data_base64", member.offset, message);
    }
    bytes
}

/// `data` without a content type is JSON; with one that is not JSON it has to be a string.
fn read_plain<'a>(member: &Member<'a>, content: Option<Content>, findings: &mut Findings<'_>) -> Data<'a> {
    let json = || Data::Json(Cow::Borrowed(member.raw));
    if content == Some(Content::Other) {
        return match member.text() {
            Some(text) => Data::Text(text),
            None => {
                if findings.options.reads_payload() {
                    let message = "the content type is not JSON and the value is not a string";
                    findings.attribute(&rules::DATA_NOT_STRING, "data", member.offset, message);
                }
                json()
            }
        };
    }
    for pointer in &member.repeated_inside {
        let message = "the member repeats an earlier one";
        findings.inside_data(&rules::DATA_DUPLICATE_MEMBER, pointer, member.offset, message);
    }
    let is_json = matches!(content, None | Some(Content::Json));
    if is_json && findings.options.reads_payload() && payload::is_double_encoded(member.raw, findings.options)
    {
        let message = "the string holds JSON text";
        findings.inside_data(&rules::DATA_DOUBLE_ENCODED, "", member.offset, message);
    }
    json()
}

pub(super) fn refusal(kind: RefusalKind, rule: &EventRule, place: Place, message: &str) -> Refusal {
    Refusal { kind, finding: violation(rule, Severity::Error, place, String::new(), message) }
}

pub(super) fn too_large(place: Place) -> Refusal {
    refusal(RefusalKind::TooLarge, &rules::SIZE_LIMIT, place, "the body is larger than the limit")
}

/// A batch of too many events, whatever its size.
pub(super) fn too_many(most: usize) -> Refusal {
    let message = format!("the batch has more than {most} events");
    refusal(RefusalKind::TooLarge, &rules::SIZE_LIMIT, Place::Batch, &message)
}

fn unreadable(fault: &Fault, place: Place) -> Refusal {
    let rule = match fault.kind {
        FaultKind::Syntax => &rules::JSON_SYNTAX,
        FaultKind::Surrogate => &rules::JSON_SURROGATE,
        FaultKind::Depth => &rules::JSON_DEPTH,
    };
    refusal(RefusalKind::Unreadable, rule, place, &payload::json_message(fault))
}
