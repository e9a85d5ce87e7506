//! Rules on attributes, whatever carried them.
//!
//! In: every attribute with its value as the carrier holds it. Out: decoded attributes and findings.
//! One finding an attribute, the most specific: an empty `source` is empty, not also a bad URI. Remarks on
//! an extension's name stand next to a finding on its value.

use std::borrow::Cow;

use super::event::{Attribute, AttributeValue};
use super::extensions;
use super::findings::{Findings, NOWHERE};
use super::grammar::{characters, media_type::MediaType, timestamp, uri};
use super::rules::{self, EventRule};

/// An attribute as it was carried.
pub(super) struct Carried<'a> {
    pub name: Cow<'a, str>,
    pub value: CarriedValue<'a>,
    /// Sort key of findings about it.
    pub at: usize,
}

/// A value as it was carried.
pub(super) enum CarriedValue<'a> {
    /// Unset.
    Null,
    Boolean(bool),
    Integer(i32),
    /// A JSON number as written.
    Number(&'a str),
    Text(Cow<'a, str>),
    Binary(Cow<'a, [u8]>),
    /// A text that the carrier has judged already.
    Judged(Cow<'a, str>),
    /// A value of a type that no attribute has, such as a JSON array.
    OtherType,
    /// There is a value, but the carrier has already reported why it cannot be read.
    Unreadable,
}

/// A core attribute with its rules.
struct Core {
    name: &'static str,
    required: Option<&'static EventRule>,
    wrong_type: &'static EventRule,
    empty: &'static EventRule,
    check: fn(&str, usize, &mut Findings<'_>),
}

/// The core attributes; the required ones in the order in which they are reported missing.
static CORE: [Core; 8] = [
    Core {
        name: "id",
        required: Some(&rules::ID_REQUIRED),
        wrong_type: &rules::ID_TYPE,
        empty: &rules::ID_EMPTY,
        check: |text, at, to| check_string(text, at, to, "id", &rules::ID_CHARACTERS, &rules::ID_WHITESPACE),
    },
    Core {
        name: "source",
        required: Some(&rules::SOURCE_REQUIRED),
        wrong_type: &rules::SOURCE_TYPE,
        empty: &rules::SOURCE_EMPTY,
        check: check_source,
    },
    Core {
        name: "specversion",
        required: Some(&rules::SPECVERSION_REQUIRED),
        wrong_type: &rules::SPECVERSION_TYPE,
        empty: &rules::SPECVERSION_EMPTY,
        check: check_specversion,
    },
    Core {
        name: "type",
        required: Some(&rules::TYPE_REQUIRED),
        wrong_type: &rules::TYPE_TYPE,
        empty: &rules::TYPE_EMPTY,
        check: |text, at, to| {
            check_string(text, at, to, "type", &rules::TYPE_CHARACTERS, &rules::TYPE_WHITESPACE);
        },
    },
    Core {
        name: "datacontenttype",
        required: None,
        wrong_type: &rules::DATACONTENTTYPE_TYPE,
        empty: &rules::DATACONTENTTYPE_EMPTY,
        check: check_datacontenttype,
    },
    Core {
        name: "dataschema",
        required: None,
        wrong_type: &rules::DATASCHEMA_TYPE,
        empty: &rules::DATASCHEMA_EMPTY,
        check: check_dataschema,
    },
    Core {
        name: "subject",
        required: None,
        wrong_type: &rules::SUBJECT_TYPE,
        empty: &rules::SUBJECT_EMPTY,
        check: |text, at, to| {
            check_string(text, at, to, "subject", &rules::SUBJECT_CHARACTERS, &rules::SUBJECT_WHITESPACE);
        },
    },
    Core {
        name: "time",
        required: None,
        wrong_type: &rules::TIME_TYPE,
        empty: &rules::TIME_EMPTY,
        check: check_time,
    },
];

/// Finds the place of a name in [`CORE`]. A match of constants costs less than a search, which every attribute
/// of every event would pay for.
fn find_core(name: &str) -> Option<usize> {
    Some(match name {
        "id" => 0,
        "source" => 1,
        "specversion" => 2,
        "type" => 3,
        "datacontenttype" => 4,
        "dataschema" => 5,
        "subject" => 6,
        "time" => 7,
        _ => return None,
    })
}

/// Whether a name is one of the eight core attributes.
pub(super) fn is_core(name: &str) -> bool {
    find_core(name).is_some()
}

/// Whether a name is one of the four attributes every event has.
pub(super) fn is_required(name: &str) -> bool {
    find_core(name).is_some_and(|at| CORE[at].required.is_some())
}

/// Checks all attributes of an event; each name occurs once in `carried`.
pub(super) fn check<'a>(
    carried: impl IntoIterator<Item = Carried<'a>>,
    findings: &mut Findings<'_>,
) -> Vec<Attribute<'a>> {
    let mut present = [false; CORE.len()];
    let mut attributes = Vec::with_capacity(CORE.len());
    let mut legacy = Vec::new();
    for Carried { name, value, at } in carried {
        match find_core(&name) {
            Some(index) => {
                present[index] |= !matches!(value, CarriedValue::Null);
                check_core(&CORE[index], &value, at, findings);
            }
            None => {
                extensions::check(&name, &value, at, findings);
                if extensions::is_legacy(&name) && !matches!(value, CarriedValue::Null) {
                    legacy.push((name.clone(), at));
                }
            }
        }
        if let Some(value) = decoded(value) {
            attributes.push(Attribute { name, value });
        }
    }
    if findings.options.documented_extensions {
        extensions::check_documented(&attributes, findings);
    }
    check_legacy(legacy, &attributes, findings);
    for (core, present) in CORE.iter().zip(present) {
        if let (Some(rule), false) = (core.required, present) {
            findings.attribute(rule, core.name, NOWHERE, "the attribute is missing");
        }
    }
    attributes
}

/// Attributes of version 0.3 are worth a remark in events of version 1.0: others have no business with either.
fn check_legacy(
    found: Vec<(Cow<'_, str>, usize)>,
    attributes: &[Attribute<'_>],
    findings: &mut Findings<'_>,
) {
    let is_of_1_0 = || {
        let version = attributes.iter().find(|attribute| attribute.name == "specversion");
        version.and_then(|version| version.value.as_text()) == Some("1.0")
    };
    if found.is_empty() || !is_of_1_0() {
        return;
    }
    for (name, at) in found {
        let message = "the attribute belongs to version 0.3 and has no effect";
        findings.attribute(&rules::LEGACY_V03_ATTRIBUTE, &name, at, message);
    }
}

/// The value, where it is of one of the types an attribute can have.
fn decoded(value: CarriedValue<'_>) -> Option<AttributeValue<'_>> {
    match value {
        CarriedValue::Null | CarriedValue::OtherType | CarriedValue::Unreadable => None,
        CarriedValue::Boolean(value) => Some(AttributeValue::Boolean(value)),
        CarriedValue::Number(text) => text.parse().ok().map(AttributeValue::Integer),
        CarriedValue::Integer(value) => Some(AttributeValue::Integer(value)),
        CarriedValue::Text(text) | CarriedValue::Judged(text) => Some(AttributeValue::Text(text)),
        CarriedValue::Binary(bytes) => Some(AttributeValue::Binary(bytes)),
    }
}

fn check_core(core: &Core, value: &CarriedValue<'_>, at: usize, findings: &mut Findings<'_>) {
    match value {
        CarriedValue::Null | CarriedValue::Unreadable | CarriedValue::Judged(_) => {}
        CarriedValue::Text(text) if text.is_empty() => {
            findings.attribute(core.empty, core.name, at, "the value is empty");
        }
        CarriedValue::Text(text) => (core.check)(text, at, findings),
        _ => {
            findings.attribute(core.wrong_type, core.name, at, "the value is not a string");
        }
    }
}

fn check_string(
    text: &str,
    at: usize,
    findings: &mut Findings<'_>,
    name: &str,
    characters: &'static EventRule,
    whitespace: &'static EventRule,
) {
    if !characters::are_allowed(text) {
        findings.attribute(characters, name, at, "the value holds a control character or noncharacter");
    } else if text.chars().all(char::is_whitespace) {
        findings.attribute(whitespace, name, at, "the value is only white space");
    }
}

fn check_source(text: &str, at: usize, findings: &mut Findings<'_>) {
    match uri::parse(text) {
        None => {
            findings.attribute(
                &rules::SOURCE_URI_REFERENCE,
                "source",
                at,
                "the value is not a URI-reference",
            );
        }
        Some(uri) if !uri.has_scheme => {
            findings.attribute(&rules::SOURCE_RELATIVE, "source", at, "the URI-reference is relative");
        }
        Some(_) => {}
    }
}

fn check_specversion(text: &str, at: usize, findings: &mut Findings<'_>) {
    let rule = &rules::SPECVERSION_UNSUPPORTED;
    if text != "1.0" {
        let severity = if text.starts_with("1.0-") {
            findings.options.lenient_severity(rule)
        } else {
            findings.options.severity(rule)
        };
        findings.attribute_as(severity, rule, "specversion", at, "the version is not `1.0`");
    }
}

fn check_datacontenttype(text: &str, at: usize, findings: &mut Findings<'_>) {
    if MediaType::parse(text).is_none() {
        let rule = &rules::DATACONTENTTYPE_MEDIA_TYPE;
        findings.attribute(rule, "datacontenttype", at, "the value is not a media type");
    }
}

fn check_dataschema(text: &str, at: usize, findings: &mut Findings<'_>) {
    match uri::parse(text) {
        Some(uri) if uri.has_scheme && uri.has_fragment => {
            findings.attribute(&rules::DATASCHEMA_FRAGMENT, "dataschema", at, "the URI has a fragment");
        }
        Some(uri) if uri.has_scheme => {}
        Some(_) => {
            findings.attribute(&rules::DATASCHEMA_URI, "dataschema", at, "the URI has no scheme");
        }
        None => {
            findings.attribute(&rules::DATASCHEMA_URI, "dataschema", at, "the value is not a URI");
        }
    }
}

fn check_time(text: &str, at: usize, findings: &mut Findings<'_>) {
    match timestamp::parse(text) {
        None => {
            let message = "the value is not an RFC 3339 date-time";
            findings.attribute(&rules::TIME_RFC3339, "time", at, message);
        }
        Some(time) if time.is_leap_second => {
            findings.attribute(&rules::TIME_LEAP_SECOND, "time", at, "the value is a leap second");
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_attributes_are_found_at_their_place() {
        for (at, core) in CORE.iter().enumerate() {
            assert_eq!(find_core(core.name), Some(at), "{}", core.name);
        }
        assert_eq!(find_core("ids"), None);
    }
}
