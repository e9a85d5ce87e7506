//! Every envelope rule: one row in one table.
//!
//! `GET /v1/rules`, the documentation and the `specRef` of a finding are derived from it. Ids are stable
//! API and never reused. `source` names the clause: the CloudEvents 1.0 texts (core, JSON format, HTTP,
//! Kafka, Avro, Protobuf bindings), an RFC, or `own` where those are silent.
//!
//! To add a rule: one row here, the check where its area is read, a good and a bad case in the tests.

use crate::Severity;

/// One rule on an event.
#[derive(Debug, PartialEq, Eq)]
pub struct EventRule {
    /// Stable id, `<attribute or area>.<kind>`.
    pub id: &'static str,
    /// Severity in the strict profile.
    pub severity: Severity,
    /// What has to hold, one line.
    pub summary: &'static str,
    /// Where that is written.
    pub source: &'static str,
}

/// Finds a rule by its id.
pub fn find_rule(id: &str) -> Option<&'static EventRule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

macro_rules! rules {
    ($($name:ident = $id:literal $severity:ident $summary:literal, $source:literal;)*) => {
        $(#[doc = $summary] pub static $name: EventRule =
            EventRule { id: $id, severity: Severity::$severity, summary: $summary, source: $source };)*
        /// All rules, in the order of the documentation.
        pub static RULES: &[&EventRule] = &[$(&$name),*];
    };
}

rules! {
    // Core attributes.
    ID_REQUIRED = "id.required" Error "`id` is present", "CloudEvents: id; JSON format 2.2";
    SOURCE_REQUIRED = "source.required" Error "`source` is present", "CloudEvents: source; JSON format 2.2";
    SPECVERSION_REQUIRED = "specversion.required" Error "`specversion` is present", "CloudEvents: specversion; JSON format 2.2";
    TYPE_REQUIRED = "type.required" Error "`type` is present", "CloudEvents: type; JSON format 2.2";
    ID_TYPE = "id.type" Error "`id` is a string", "JSON format 2.2";
    SOURCE_TYPE = "source.type" Error "`source` is a string", "JSON format 2.2";
    SPECVERSION_TYPE = "specversion.type" Error "`specversion` is a string", "JSON format 2.2";
    TYPE_TYPE = "type.type" Error "`type` is a string", "JSON format 2.2";
    DATACONTENTTYPE_TYPE = "datacontenttype.type" Error "`datacontenttype` is a string", "JSON format 2.2";
    DATASCHEMA_TYPE = "dataschema.type" Error "`dataschema` is a string", "JSON format 2.2";
    SUBJECT_TYPE = "subject.type" Error "`subject` is a string", "JSON format 2.2";
    TIME_TYPE = "time.type" Error "`time` is a string", "JSON format 2.2";
    ID_EMPTY = "id.empty" Error "`id` is not empty", "CloudEvents: id";
    SOURCE_EMPTY = "source.empty" Error "`source` is not empty", "CloudEvents: source";
    SPECVERSION_EMPTY = "specversion.empty" Error "`specversion` is not empty", "CloudEvents: specversion";
    TYPE_EMPTY = "type.empty" Error "`type` is not empty", "CloudEvents: type";
    DATACONTENTTYPE_EMPTY = "datacontenttype.empty" Error "`datacontenttype` is not empty", "CloudEvents: datacontenttype";
    DATASCHEMA_EMPTY = "dataschema.empty" Error "`dataschema` is not empty", "CloudEvents: dataschema";
    SUBJECT_EMPTY = "subject.empty" Error "`subject` is not empty", "CloudEvents: subject";
    TIME_EMPTY = "time.empty" Error "`time` is not empty", "CloudEvents: time";
    ID_CHARACTERS = "id.characters" Error "`id` has no control or noncharacter code points", "CloudEvents: Type System";
    TYPE_CHARACTERS = "type.characters" Error "`type` has no control or noncharacter code points", "CloudEvents: Type System";
    SUBJECT_CHARACTERS = "subject.characters" Error "`subject` has no control or noncharacter code points", "CloudEvents: Type System";
    ID_WHITESPACE = "id.whitespace" Warning "`id` is more than white space", "own: some SDKs reject it";
    TYPE_WHITESPACE = "type.whitespace" Warning "`type` is more than white space", "own: some SDKs reject it";
    SUBJECT_WHITESPACE = "subject.whitespace" Warning "`subject` is more than white space", "own: some SDKs reject it";
    SPECVERSION_UNSUPPORTED = "specversion.unsupported" Error "`specversion` is `1.0`", "CloudEvents: specversion";
    SOURCE_URI_REFERENCE = "source.uri-reference" Error "`source` is a URI-reference", "CloudEvents: source; RFC 3986 4.1";
    SOURCE_RELATIVE = "source.relative" Warning "`source` is an absolute URI", "CloudEvents: source (RECOMMENDED)";
    DATACONTENTTYPE_MEDIA_TYPE = "datacontenttype.media-type" Error "`datacontenttype` is a media type", "CloudEvents: datacontenttype; RFC 9110 8.3.1";
    DATASCHEMA_URI = "dataschema.uri" Error "`dataschema` is a URI with a scheme", "CloudEvents: dataschema; RFC 3986 3";
    DATASCHEMA_FRAGMENT = "dataschema.fragment" Warning "`dataschema` has no fragment", "CloudEvents: Type System; RFC 3986 4.3";
    TIME_RFC3339 = "time.rfc3339" Error "`time` is an RFC 3339 date-time", "CloudEvents: time; RFC 3339 5.6";
    TIME_LEAP_SECOND = "time.leap-second" Warning "`time` is not a leap second", "own: many clocks cannot hold it";

    // Extension attributes.
    EXT_NAME = "ext.name" Error "an attribute name is lower-case letters and digits", "CloudEvents: Naming Conventions";
    EXT_RESERVED = "ext.reserved" Error "no attribute is named `data`", "CloudEvents: Naming Conventions";
    EXT_NAME_LENGTH = "ext.name-length" Warning "an attribute name has at most 20 characters", "CloudEvents: Naming Conventions (SHOULD)";
    EXT_NAME_START = "ext.name-start" Warning "an attribute name starts with a letter", "CloudEvents: Naming Conventions (SHOULD)";
    EXT_VALUE_TYPE = "ext.value-type" Error "an extension value is a string, boolean or integer", "JSON format 2.2";
    EXT_INTEGER_FORM = "ext.integer-form" Error "a number has no fraction and no exponent", "JSON format 2.2; CloudEvents: Type System";
    EXT_INTEGER_RANGE = "ext.integer-range" Error "an integer fits 32 bits, signed", "CloudEvents: Type System";
    EXT_CHARACTERS = "ext.characters" Error "an extension value has no control or noncharacter code points", "CloudEvents: Type System";
    LEGACY_V03_ATTRIBUTE = "legacy.v03-attribute" Warning "a 1.0 event has no attribute of version 0.3", "own: it has no effect in 1.0";
    TRACEPARENT_FORMAT = "traceparent.format" Warning "`traceparent` has the W3C form", "Distributed Tracing extension; W3C Trace Context";
    PARTITIONKEY_EMPTY = "partitionkey.empty" Warning "`partitionkey` is not empty", "Partitioning extension";
    SEQUENCE_EMPTY = "sequence.empty" Warning "`sequence` is not empty", "Sequence extension";
    CORRELATIONID_EMPTY = "correlationid.empty" Warning "`correlationid` is not empty", "Correlation extension";
    CAUSATIONID_EMPTY = "causationid.empty" Warning "`causationid` is not empty", "Correlation extension";
    // Documented extensions, when the option asks for them.
    TRACESTATE_STRING = "tracestate.string" Warning "`tracestate` is a String", "Distributed Tracing extension";
    PARTITIONKEY_STRING = "partitionkey.string" Warning "`partitionkey` is a String", "Partitioning extension";
    SEQUENCE_STRING = "sequence.string" Warning "`sequence` is a String", "Sequence extension";
    CORRELATIONID_STRING = "correlationid.string" Warning "`correlationid` is a String", "Correlation extension";
    CAUSATIONID_STRING = "causationid.string" Warning "`causationid` is a String", "Correlation extension";
    DATAREF_URI_REFERENCE = "dataref.uri-reference" Warning "`dataref` is a URI-reference", "Dataref extension";
    EXPIRYTIME_RFC3339 = "expirytime.rfc3339" Warning "`expirytime` is an RFC 3339 date-time", "Expiry Time extension";
    EXPIRYTIME_ORDER = "expirytime.order" Warning "`expirytime` is not before `time`", "Expiry Time extension";
    RECORDEDTIME_RFC3339 = "recordedtime.rfc3339" Warning "`recordedtime` is an RFC 3339 date-time", "Recorded Time extension";
    SAMPLEDRATE_RANGE = "sampledrate.range" Warning "`sampledrate` is an Integer above zero", "Sampling extension";
    SEVERITYNUMBER_RANGE = "severitynumber.range" Warning "`severitynumber` is an Integer, not negative", "Severity extension";
    SEVERITYTEXT_FORM = "severitytext.form" Warning "`severitytext` is upper case and not empty", "Severity extension";
    DEPRECATED_VALUE = "deprecated.value" Warning "`deprecated` is true", "Deprecation extension";
    DEPRECATIONFROM_RFC3339 = "deprecationfrom.rfc3339" Warning "`deprecationfrom` is an RFC 3339 date-time", "Deprecation extension";
    DEPRECATIONSUNSET_RFC3339 = "deprecationsunset.rfc3339" Warning "`deprecationsunset` is an RFC 3339 date-time", "Deprecation extension";
    DEPRECATIONSUNSET_ORDER = "deprecationsunset.order" Warning "`deprecationsunset` is not before `deprecationfrom`", "Deprecation extension";
    DEPRECATIONMIGRATION_URI = "deprecationmigration.uri" Warning "`deprecationmigration` is a URI", "Deprecation extension";
    AUTHTYPE_VALUE = "authtype.value" Warning "`authtype` is one of the documented values", "Auth Context extension";
    DATACLASSIFICATION_REQUIRED = "dataclassification.required" Warning "`dataregulation` and `datacategory` come with `dataclassification`", "Data Classification extension";

    // JSON event format.
    JSON_SYNTAX = "json.syntax" Error "the body is one JSON text in UTF-8", "JSON format; RFC 8259";
    JSON_SURROGATE = "json.surrogate" Error "no escape stands for an unpaired surrogate", "CloudEvents: Type System; own for data";
    JSON_DEPTH = "json.depth" Error "the body is not nested deeper than the limit", "own: limit";
    JSON_OBJECT = "json.object" Error "an event is a JSON object", "JSON format 3";
    JSON_DUPLICATE_MEMBER = "json.duplicate-member" Error "an attribute stands at most once", "CloudEvents: at most once";
    BATCH_NOT_ARRAY = "batch.not-array" Error "a batch is a JSON array", "JSON format 4";
    BATCH_DUPLICATE_ID = "batch.duplicate-id" Warning "`source` and `id` together are unique in a batch", "CloudEvents: id";
    BATCH_SPECVERSION_MIXED = "batch.specversion-mixed" Error "all events of a batch have one `specversion`", "CloudEvents: Message";
    DATA_EXCLUSIVE = "data.exclusive" Error "`data` and `data_base64` exclude each other", "JSON format 3.1.1";
    DATA_BASE64_TYPE = "data.base64-type" Error "`data_base64` is a string", "JSON format 3.1.1";
    DATA_BASE64 = "data.base64" Error "`data_base64` is canonical base64", "JSON format 3.1.1; RFC 4648 4";
    DATA_NOT_STRING = "data.not-string" Error "`data` of a content type other than JSON is a string", "JSON format 3.1.1";
    DATA_JSON_SYNTAX = "data.json-syntax" Error "bytes declared as JSON are JSON", "JSON format 3.1.2, 3.2; RFC 8259";
    DATA_DOUBLE_ENCODED = "data.double-encoded" Warning "JSON `data` is not JSON text inside a string", "own";
    DATA_DUPLICATE_MEMBER = "data.duplicate-member" Warning "an object in the data has each member once", "own; RFC 8259 4";

    // Other event formats.
    AVRO_SYNTAX = "avro.syntax" Error "the body is one record of the Avro event format", "Avro format 3";
    PROTOBUF_SYNTAX = "protobuf.syntax" Error "the body is one message of the Protobuf event format", "Protobuf format 3";

    // Bindings.
    HTTP_FORMAT_UNSUPPORTED = "http.format-unsupported" Error "the event format is one this server reads", "HTTP binding 3; own";
    HTTP_CHARSET = "http.charset" Error "the charset of a JSON event is UTF-8", "RFC 8259 8.1";
    HTTP_NOT_A_CLOUDEVENT = "http.not-a-cloudevent" Error "the request carries an event", "HTTP binding 3; own";
    HTTP_CE_DATACONTENTTYPE = "http.ce-datacontenttype" Error "the content type travels in its own header only", "HTTP binding 3.1.1; Kafka binding 3.2.1";
    HTTP_DUPLICATE_HEADER = "http.duplicate-header" Error "an attribute header stands at most once", "CloudEvents: at most once";
    HTTP_HEADER_CHARACTERS = "http.header-characters" Error "an attribute header holds printable ASCII only (Kafka: UTF-8)", "HTTP binding 3.1.3.2; Kafka binding 3.2.3.2";
    HTTP_PERCENT_ENCODING = "http.percent-encoding" Error "`%` is followed by two hexadecimal digits", "own; RFC 3986 2.1";
    HTTP_PERCENT_UTF8 = "http.percent-utf8" Error "the bytes of an attribute header are UTF-8, percent-encoded ones too", "HTTP binding 3.1.3.2";
    HTTP_UNENCODED_SPACE = "http.unencoded-space" Warning "a space in an unquoted header is percent-encoded", "HTTP binding 3.1.3.2";
    HTTP_HEADER_MISMATCH = "http.header-mismatch" Warning "headers of a structured event repeat its attributes", "HTTP binding 3.2.3";
    SIZE_64K = "size.64k" Warning "an event is not larger than 64 KiB", "CloudEvents: Size Limits";
    SIZE_LIMIT = "size.limit" Error "an event or batch is not larger than the limit", "own: limit";

    // Joining an event with its schema; judged by the caller that knows the stored schemas.
    DATASCHEMA_UNPINNED = "dataschema.unpinned" Warning "`dataschema` names a version", "own";
    DATASCHEMA_UNRESOLVED = "dataschema.unresolved" Warning "`dataschema` names a schema of this registry", "own";
    SCHEMA_NOT_FOUND = "schema.not-found" Warning "there is a schema for the event", "own: policy";
    SCHEMA_CONFLICT = "schema.conflict" Error "all that names a schema names the same one", "own";
    SCHEMA_UNKNOWN_ID = "schema.unknown-id" Error "the schema id of the framing exists", "own";
    SCHEMA_ID_REQUIRED = "schema.id-required" Error "unframed Avro comes with an exact schema", "own";
    SCHEMA_FORMAT_MISMATCH = "schema.format-mismatch" Error "payload and schema have the same format", "own";
    DATA_NOT_VALIDATED = "data.not-validated" Warning "the payload format can be validated", "own: policy";
    DATA_MISSING = "data.missing" Warning "an event with a schema has data", "own: policy";
    DATA_TRAILING_BYTES = "data.trailing-bytes" Error "no bytes are left after the payload; reported as `schema.avro.trailing-bytes`", "own";
    DATA_UNKNOWN_FIELDS = "data.unknown-fields" Warning "a Protobuf payload has no unknown fields; reported as `schema.protobuf.unknown-fields`", "own: policy";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_dotted_lower_case() {
        let ids: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        for id in ids {
            let (area, kind) = id.split_once('.').unwrap_or_default();
            let plain = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            };
            assert!(plain(area) && plain(kind), "{id}");
        }
    }

    #[test]
    fn rules_are_found_by_id() {
        assert_eq!(find_rule("source.empty"), Some(&SOURCE_EMPTY));
        assert_eq!(find_rule("source.nothing"), None);
    }
}
