//! Which `format` names are asserted.
//!
//! Under [`Formats::Assert`] exactly `date-time`, `date`, `time`, `uuid`, `email`, `uri`, `uri-reference`,
//! `ipv4` and `ipv6` are, in every draft: those that event payloads rely on, first of all `date-time`,
//! where an annotation would let a time without zone pass.
//! Other names stay annotations, so that a schema does not fail on a format that its author's tools never
//! looked at.

use jsonschema::{Draft, ValidationOptions};

use super::nodes::OfInstance;
use crate::violation::Formats;

type Options<'a> = ValidationOptions<'a, std::sync::Arc<dyn jsonschema::Retrieve>, OfInstance>;

/// Names that the crate knows beside the asserted ones.
const OTHERS: [&str; 10] = [
    "duration",
    "hostname",
    "idn-email",
    "idn-hostname",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "uri-template",
];

/// Applies the setting to a builder.
pub(super) fn apply(options: Options<'_>, draft: Draft, formats: Formats) -> Options<'_> {
    // The crate knows the keywords on contents in draft 6; they came with draft 7.
    let options = match draft {
        Draft::Draft6 => options
            .without_content_encoding_support("base64")
            .without_content_encoding_support("base64url")
            .without_content_media_type_support("application/json"),
        _ => options,
    };
    match formats {
        Formats::DraftDefault => options,
        Formats::Annotate => options.should_validate_formats(false),
        Formats::Assert => {
            let options = options.should_validate_formats(true);
            let options =
                OTHERS.iter().fold(options, |options, name| options.with_format(*name, |_: &str| true));
            newer_names(options, draft)
        }
    }
}

/// Names that an old draft does not define, and that its schemas use all the same.
fn newer_names(options: Options<'_>, draft: Draft) -> Options<'_> {
    let options = match draft {
        Draft::Draft4 | Draft::Draft6 | Draft::Draft7 => options.with_format("uuid", is_uuid),
        _ => options,
    };
    match draft {
        Draft::Draft4 => options.with_format("uri-reference", is_uri_reference),
        _ => options,
    }
}

/// RFC 9562 text form: 8-4-4-4-12 hex digits of either case.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_uri_reference(text: &str) -> bool {
    fluent_uri::UriRef::parse(text).is_ok()
}
