//! Rules on attributes, in the carrier that can say the most about them: JSON.

use chancery_engine::cloudevents::{AttributeValue, EventOptions, read_json};

use super::{Case, event, json_findings, single};

/// Documents as a whole.
const DOCUMENTS: &[Case<&str>] = &[
    (
        "nothing is there",
        "{}",
        &[
            "id.required /id",
            "source.required /source",
            "specversion.required /specversion",
            "type.required /type",
        ],
    ),
    (
        "null is not there",
        r#"{"specversion":null,"id":null,"source":"urn:x","type":null}"#,
        &["id.required /id", "specversion.required /specversion", "type.required /type"],
    ),
    (
        "an extension that is null is unset; its name still has to be one",
        r#"{"specversion":"1.0","id":"1","source":"urn:x","type":"t","schemaurl":null,
            "datacontentencoding":null,"1a":null,"abcdefghijklmnopqrstuvw":null,"a_b":null}"#,
        &["ext.name /a_b"],
    ),
    (
        "all of it is reported, in document order",
        r#"{"time":"noon","type":"","id":5,"source":"a b","Odd":1}"#,
        &[
            "time.rfc3339 /time",
            "type.empty /type",
            "id.type /id",
            "source.uri-reference /source",
            "ext.name /Odd",
            "specversion.required /specversion",
        ],
    ),
    (
        "required attributes of other types",
        r#"{"specversion":1.0,"id":true,"source":["a"],"type":{}}"#,
        &["specversion.type /specversion", "id.type /id", "source.type /source", "type.type /type"],
    ),
    (
        "required attributes without characters",
        r#"{"specversion":"","id":"","source":"","type":""}"#,
        &["specversion.empty /specversion", "id.empty /id", "source.empty /source", "type.empty /type"],
    ),
    (
        "required attributes with characters that are not allowed",
        r#"{"specversion":"1.0","id":"a\u0007","source":"urn:x","type":"\u0090"}"#,
        &["id.characters /id", "type.characters /type"],
    ),
    (
        "required attributes of white space",
        r#"{"specversion":"1.0","id":" ","source":"urn:x","type":"\u3000\u00a0"}"#,
        &["id.whitespace /id", "type.whitespace /type"],
    ),
    (
        "names have one spelling",
        r#"{"SpecVersion":"1.0","specversion":"1.0","ID":"1","id":"1","source":"urn:x","type":"t"}"#,
        &["ext.name /SpecVersion", "ext.name /ID"],
    ),
    (
        "another version",
        r#"{"specversion":"0.2","id":"1","source":"urn:x","type":"t"}"#,
        &["specversion.unsupported /specversion"],
    ),
    (
        "a version with a patch",
        r#"{"specversion":"1.0.1","id":"1","source":"urn:x","type":"t"}"#,
        &["specversion.unsupported /specversion"],
    ),
    (
        "a version with a letter",
        r#"{"specversion":"v1.0","id":"1","source":"urn:x","type":"t"}"#,
        &["specversion.unsupported /specversion"],
    ),
    (
        "a version with space",
        r#"{"specversion":"1.0 ","id":"1","source":"urn:x","type":"t"}"#,
        &["specversion.unsupported /specversion"],
    ),
    (
        "a relative source",
        r#"{"specversion":"1.0","id":"1","source":"../shop","type":"t"}"#,
        &["source.relative /source"],
    ),
    ("a source with an escape", r#"{"specversion":"1.0","id":"1","source":"urn:caf%C3%A9","type":"t"}"#, &[]),
    (
        "a source with a control character",
        r#"{"specversion":"1.0","id":"1","source":"urn:\u0001","type":"t"}"#,
        &["source.uri-reference /source"],
    ),
    (
        "escapes in names and values",
        r#"{"\u0073pecversion":"\u0031.0","id":"1","source":"urn:x","type":"t"}"#,
        &[],
    ),
];

/// Members added to a valid event.
const MEMBERS: &[Case<&str>] = &[
    ("no more", "", &[]),
    (
        "optional attributes",
        r#""subject":"é \uD83D\uDE00","time":"2031-01-31T23:59:59.5-00:00","dataschema":"urn:x:y","datacontenttype":"a/b;c=d""#,
        &[],
    ),
    (
        "optional attributes that are null",
        r#""subject":null,"time":null,"dataschema":null,"datacontenttype":null"#,
        &[],
    ),
    (
        "optional attributes of other types",
        r#""subject":1,"time":1893456000,"dataschema":{},"datacontenttype":false"#,
        &[
            "subject.type /subject",
            "time.type /time",
            "dataschema.type /dataschema",
            "datacontenttype.type /datacontenttype",
        ],
    ),
    (
        "optional attributes without characters",
        r#""subject":"","time":"","dataschema":"","datacontenttype":"""#,
        &[
            "subject.empty /subject",
            "time.empty /time",
            "dataschema.empty /dataschema",
            "datacontenttype.empty /datacontenttype",
        ],
    ),
    ("a subject of tabs", r#""subject":"\t""#, &["subject.characters /subject"]),
    ("a subject of spaces", r#""subject":"  ""#, &["subject.whitespace /subject"]),
    (
        "a media type list",
        r#""datacontenttype":"a/b, c/d""#,
        &["datacontenttype.media-type /datacontenttype"],
    ),
    ("a schema without a scheme", r#""dataschema":"//host/schema""#, &["dataschema.uri /dataschema"]),
    ("a schema that is no URI", r#""dataschema":"urn:{x}""#, &["dataschema.uri /dataschema"]),
    ("a schema with a fragment", r#""dataschema":"urn:x:y#Z""#, &["dataschema.fragment /dataschema"]),
    ("a time without a zone", r#""time":"2031-01-31T23:59:59""#, &["time.rfc3339 /time"]),
    ("a leap second", r#""time":"2031-02-01T00:59:60+01:00""#, &["time.leap-second /time"]),
    ("names", r#""a":"","ext9":"x","abcdefghijklmnopqrst":"x""#, &[]),
    (
        "a name with other letters",
        r#""é":"x","a-b":"x","a~/b":"x","٣":"x""#,
        &["ext.name /é", "ext.name /a-b", "ext.name /a~0~1b", "ext.name /٣"],
    ),
    (
        "a bad name says no more",
        r#""A":{},"b_":null,"C":"\u0001""#,
        &["ext.name /A", "ext.name /b_", "ext.name /C"],
    ),
    (
        "remarks on a name",
        r#""abcdefghijklmnopqrstu":"x","9a":[]"#,
        &["ext.name-length /abcdefghijklmnopqrstu", "ext.name-start /9a", "ext.value-type /9a"],
    ),
    (
        "values of every type",
        r#""a":true,"b":false,"c":null,"d":0,"e":-0,"f":2147483647,"g":-2147483648,"h":"1.5""#,
        &[],
    ),
    ("values of no type", r#""a":{},"b":[1]"#, &["ext.value-type /a", "ext.value-type /b"]),
    (
        "numbers in other forms",
        r#""a":1.0,"b":1e3,"c":-2E-1,"d":1e999"#,
        &["ext.integer-form /a", "ext.integer-form /b", "ext.integer-form /c", "ext.integer-form /d"],
    ),
    (
        "integers that are too large",
        r#""a":2147483648,"b":-2147483649,"c":4294967297,"d":100000000000000000000000000000"#,
        &["ext.integer-range /a", "ext.integer-range /b", "ext.integer-range /c", "ext.integer-range /d"],
    ),
    (
        "values with characters that are not allowed",
        r#""a":"\uFFFE","b":"x\u007f","c":"\uFFFD""#,
        &["ext.characters /a", "ext.characters /b"],
    ),
    (
        "attributes of version 0.3",
        r#""schemaurl":"urn:x","datacontentencoding":"base64""#,
        &["legacy.v03-attribute /schemaurl", "legacy.v03-attribute /datacontentencoding"],
    ),
    (
        "a trace",
        r#""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00","tracestate":"""#,
        &[],
    ),
    (
        "a trace that is none",
        r#""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7""#,
        &["traceparent.format /traceparent"],
    ),
    ("a trace of another type", r#""traceparent":7"#, &["traceparent.format /traceparent"]),
    (
        "documented extensions",
        r#""partitionkey":"x","sequence":"0","correlationid":"x","causationid":"x""#,
        &[],
    ),
    (
        "documented extensions without characters",
        r#""partitionkey":"","sequence":"","correlationid":"","causationid":"","other":"""#,
        &[
            "partitionkey.empty /partitionkey",
            "sequence.empty /sequence",
            "correlationid.empty /correlationid",
            "causationid.empty /causationid",
        ],
    ),
];

pub fn broken() -> Vec<&'static str> {
    DOCUMENTS.iter().chain(MEMBERS).flat_map(|(_, _, findings)| findings.iter().copied()).collect()
}

#[test]
fn documents_have_exactly_these_findings() {
    for (about, body, expected) in DOCUMENTS {
        assert_eq!(json_findings(body), *expected, "{about}");
    }
}

#[test]
fn members_have_exactly_these_findings() {
    for (about, members, expected) in MEMBERS {
        assert_eq!(json_findings(&event(members)), *expected, "{about}");
    }
}

#[test]
fn attributes_are_handed_out_as_they_came() {
    let body =
        event(r#""n":-0,"b":true,"t":"\u0041","time":"2031-01-31t00:00:00z","bad":1.5,"none":null,"o":{}"#);
    let reading = single(read_json(body.as_bytes(), &EventOptions::default()));
    let event = &reading.event;
    assert_eq!(event.find("n"), Some(&AttributeValue::Integer(0)));
    assert_eq!(event.find("b"), Some(&AttributeValue::Boolean(true)));
    assert_eq!(event.find_text("t"), Some("A"));
    assert_eq!(event.find_text("time"), Some("2031-01-31t00:00:00z"));
    for unset in ["bad", "none", "o", "subject"] {
        assert_eq!(event.find(unset), None, "{unset}");
    }
    let names: Vec<_> = event.attributes.iter().map(|attribute| &*attribute.name).collect();
    assert_eq!(names, ["specversion", "id", "source", "type", "n", "b", "t", "time"]);
}

#[test]
fn messages_do_not_repeat_what_was_sent() {
    let reading = single(read_json(
        br#"{"specversion":"secret","id":"secret\u0001","source":"se cret","type":"t","time":"secret","n":1.5}"#,
        &EventOptions::default(),
    ));
    assert_eq!(reading.report.findings.len(), 5);
    assert!(reading.report.findings.iter().all(|finding| !finding.message.contains("cret")));
}

#[test]
fn attributes_of_version_0_3_belong_into_events_of_version_0_3() {
    let of = |version: &str| json_findings(&event(r#""schemaurl":"urn:x""#).replace("1.0", version));
    assert_eq!(of("1.0"), ["legacy.v03-attribute /schemaurl"]);
    assert_eq!(of("0.3"), ["specversion.unsupported /specversion"]);
    assert_eq!(json_findings(&event(r#""schemaurl":null"#)), Vec::<String>::new());
}
