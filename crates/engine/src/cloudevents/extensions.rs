//! Rules on extension attributes: names, value types, and the extensions the CloudEvents project documents.
//!
//! The constraints of documented extensions (`check_documented`) are asked for by an option, since a name
//! may be in use for something else. They warn.

use super::attributes::CarriedValue;
use super::event::{Attribute, AttributeValue};
use super::findings::{Findings, NOWHERE};
use super::grammar::timestamp::{self, Timestamp};
use super::grammar::{characters, trace, uri};
use super::rules::{self, EventRule};

/// Checks one attribute that is none of the core ones.
pub(super) fn check(name: &str, value: &CarriedValue<'_>, at: usize, findings: &mut Findings<'_>) {
    /// Longest name that is not discouraged.
    const LONG_NAME: usize = 20;
    if name == "data" {
        findings.attribute(&rules::EXT_RESERVED, name, at, "`data` is not an attribute");
        return;
    }
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        findings.attribute(&rules::EXT_NAME, name, at, "the name has other characters or none");
        return;
    }
    // An attribute that is null is unset: only its name has to be one.
    if matches!(value, CarriedValue::Null) {
        return;
    }
    if name.len() > LONG_NAME {
        findings.attribute(&rules::EXT_NAME_LENGTH, name, at, "the name has more than 20 characters");
    }
    if name.as_bytes()[0].is_ascii_digit() {
        findings.attribute(&rules::EXT_NAME_START, name, at, "the name starts with a digit");
    }
    check_value(name, value, at, findings);
}

/// Whether a name is one of version 0.3 that has no meaning in 1.0.
pub(super) fn is_legacy(name: &str) -> bool {
    matches!(name, "datacontentencoding" | "schemaurl")
}

fn check_value(name: &str, value: &CarriedValue<'_>, at: usize, findings: &mut Findings<'_>) {
    match value {
        CarriedValue::OtherType => {
            findings.attribute(
                &rules::EXT_VALUE_TYPE,
                name,
                at,
                "the value is of a type that no attribute has",
            );
        }
        CarriedValue::Number(text) => check_integer(name, text, at, findings),
        CarriedValue::Text(text) if !characters::are_allowed(text) => {
            let message = "the value holds a control character or noncharacter";
            findings.attribute(&rules::EXT_CHARACTERS, name, at, message);
        }
        CarriedValue::Null | CarriedValue::Unreadable | CarriedValue::Judged(_) => {}
        _ => check_always(name, value, at, findings),
    }
}

/// A JSON number has to be written as an integer, and the written digits decide: `1.0` is refused, and
/// thirty digits are not rounded first.
fn check_integer(name: &str, text: &str, at: usize, findings: &mut Findings<'_>) {
    if text.contains(['.', 'e', 'E']) {
        findings.attribute(&rules::EXT_INTEGER_FORM, name, at, "the number has a fraction or exponent");
    } else if text.parse::<i32>().is_err() {
        findings.attribute(&rules::EXT_INTEGER_RANGE, name, at, "the integer does not fit 32 bits");
    } else {
        check_always(name, &CarriedValue::Number(text), at, findings);
    }
}

/// What is always worth a remark about extensions that the CloudEvents project documents.
fn check_always(name: &str, value: &CarriedValue<'_>, at: usize, findings: &mut Findings<'_>) {
    let text = if let CarriedValue::Text(text) = value { Some(&**text) } else { None };
    let not_empty = match name {
        "traceparent" => {
            if !text.is_some_and(trace::is_traceparent) {
                let message = "the value has not the form of W3C Trace Context";
                findings.attribute(&rules::TRACEPARENT_FORMAT, name, at, message);
            }
            return;
        }
        "partitionkey" => &rules::PARTITIONKEY_EMPTY,
        "sequence" => &rules::SEQUENCE_EMPTY,
        "correlationid" => &rules::CORRELATIONID_EMPTY,
        "causationid" => &rules::CAUSATIONID_EMPTY,
        _ => return,
    };
    if text == Some("") {
        findings.attribute(not_empty, name, at, "the value is empty");
    }
}

/// A documented extension with what its value has to be.
struct Documented {
    name: &'static str,
    rule: &'static EventRule,
    holds: fn(&AttributeValue<'_>) -> bool,
}

/// The extensions of the CloudEvents project that constrain their value.
static DOCUMENTED: [Documented; 15] = [
    Documented { name: "tracestate", rule: &rules::TRACESTATE_STRING, holds: is_string },
    Documented { name: "partitionkey", rule: &rules::PARTITIONKEY_STRING, holds: is_string },
    Documented { name: "sequence", rule: &rules::SEQUENCE_STRING, holds: is_string },
    Documented { name: "correlationid", rule: &rules::CORRELATIONID_STRING, holds: is_string },
    Documented { name: "causationid", rule: &rules::CAUSATIONID_STRING, holds: is_string },
    Documented {
        name: "dataref",
        rule: &rules::DATAREF_URI_REFERENCE,
        holds: |value| value.as_text().is_some_and(|text| uri::parse(text).is_some()),
    },
    Documented { name: "expirytime", rule: &rules::EXPIRYTIME_RFC3339, holds: is_timestamp },
    Documented { name: "recordedtime", rule: &rules::RECORDEDTIME_RFC3339, holds: is_timestamp },
    Documented {
        name: "sampledrate",
        rule: &rules::SAMPLEDRATE_RANGE,
        holds: |value| integer(value).is_some_and(|rate| rate > 0),
    },
    Documented {
        name: "severitynumber",
        rule: &rules::SEVERITYNUMBER_RANGE,
        holds: |value| integer(value).is_some_and(|number| number >= 0),
    },
    Documented {
        name: "severitytext",
        rule: &rules::SEVERITYTEXT_FORM,
        holds: |value| {
            value.as_text().is_some_and(|text| !text.is_empty() && !text.chars().any(char::is_lowercase))
        },
    },
    Documented {
        name: "deprecated",
        rule: &rules::DEPRECATED_VALUE,
        holds: |value| value.to_text() == "true",
    },
    Documented { name: "deprecationfrom", rule: &rules::DEPRECATIONFROM_RFC3339, holds: is_timestamp },
    Documented { name: "deprecationsunset", rule: &rules::DEPRECATIONSUNSET_RFC3339, holds: is_timestamp },
    Documented {
        name: "deprecationmigration",
        rule: &rules::DEPRECATIONMIGRATION_URI,
        holds: |value| value.as_text().and_then(uri::parse).is_some_and(|uri| uri.has_scheme),
    },
];

/// The values `authtype` may have.
const AUTH_TYPES: [&str; 7] =
    ["app_user", "user", "service_account", "api_key", "system", "unauthenticated", "unknown"];

/// Checks the constraints of documented extensions, each alone and between each other.
pub(super) fn check_documented(attributes: &[Attribute<'_>], findings: &mut Findings<'_>) {
    let find = |name: &str| attributes.iter().find(|attribute| attribute.name == name);
    let mut remark = |rule: &'static EventRule, name: &str| {
        findings.attribute(rule, name, NOWHERE, "the documented extension is used in another way");
    };
    for Documented { name, rule, holds } in &DOCUMENTED {
        if find(name).is_some_and(|attribute| !holds(&attribute.value)) {
            remark(rule, name);
        }
    }
    if find("authtype").is_some_and(|attribute| !AUTH_TYPES.contains(&&*attribute.value.to_text())) {
        remark(&rules::AUTHTYPE_VALUE, "authtype");
    }
    let time = |name: &str| find(name)?.value.as_text().and_then(timestamp::parse);
    let is_before = |a: Option<Timestamp<'_>>, b: Option<Timestamp<'_>>| a.zip(b).is_some_and(|(a, b)| a < b);
    if is_before(time("expirytime"), time("time")) {
        remark(&rules::EXPIRYTIME_ORDER, "expirytime");
    }
    if is_before(time("deprecationsunset"), time("deprecationfrom")) {
        remark(&rules::DEPRECATIONSUNSET_ORDER, "deprecationsunset");
    }
    let is_classified = find("dataclassification").is_some();
    if !is_classified && (find("dataregulation").is_some() || find("datacategory").is_some()) {
        remark(&rules::DATACLASSIFICATION_REQUIRED, "dataclassification");
    }
}

fn is_string(value: &AttributeValue<'_>) -> bool {
    value.as_text().is_some()
}

fn is_timestamp(value: &AttributeValue<'_>) -> bool {
    value.as_text().is_some_and(|text| timestamp::parse(text).is_some())
}

/// An Integer, also in its string encoding (CloudEvents, Type System).
fn integer(value: &AttributeValue<'_>) -> Option<i32> {
    match value {
        AttributeValue::Integer(value) => Some(*value),
        AttributeValue::Text(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let has_form = digits == "0" || (digits.starts_with(|first: char| first != '0' && first != '+'));
            text.parse().ok().filter(|_| has_form)
        }
        _ => None,
    }
}
