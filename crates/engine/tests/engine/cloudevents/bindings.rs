//! HTTP, Kafka and NATS.

use chancery_engine::cloudevents::{
    Data, EventOptions, Reading, RefusalKind, find_schema_id, read_http, read_kafka, read_nats,
};
use chancery_engine::framing::{self, Frame};

use super::{Case, all_findings, event, single};

type Fields = &'static [(&'static str, &'static str)];

/// Headers added to those of a valid event in binary mode.
const BINARY: &[Case<Fields>] = &[
    ("no more", &[], &[]),
    ("names have any case", &[("CE-Subject", "x"), ("Ce-MyExt", "x")], &[]),
    ("encoded characters", &[("ce-subject", "%e2%82%ac%F0%9f%98%80+%25")], &[]),
    ("quoted values", &[("ce-subject", "\"a b \\\" \\\\ %20\"")], &[]),
    ("white space around", &[("ce-subject", " \tx\t ")], &[]),
    ("only white space", &[("ce-subject", " \t")], &["subject.empty ce-subject"]),
    ("only quotes", &[("ce-subject", "\"\"")], &["subject.empty ce-subject"]),
    ("encoded white space", &[("ce-subject", "%20")], &["subject.whitespace ce-subject"]),
    ("spaces", &[("ce-subject", "a b")], &["http.unencoded-space ce-subject"]),
    ("a tab", &[("ce-subject", "a\tb")], &["subject.characters ce-subject"]),
    ("a quote that does not close", &[("ce-subject", "\"a\\\"")], &[]),
    ("a percent sign at the end", &[("ce-subject", "100%")], &["http.percent-encoding ce-subject"]),
    ("a percent sign with one digit", &[("ce-subject", "%4g")], &["http.percent-encoding ce-subject"]),
    ("bytes cut short", &[("ce-subject", "%e2%82")], &["http.percent-utf8 ce-subject"]),
    ("overlong bytes", &[("ce-subject", "%c0%80")], &["http.percent-utf8 ce-subject"]),
    ("bytes outside ASCII", &[("ce-subject", "é")], &["http.header-characters ce-subject"]),
    ("a control byte", &[("ce-subject", "a\u{1}")], &["http.header-characters ce-subject"]),
    ("decoded control characters", &[("ce-myext", "%00")], &["ext.characters ce-myext"]),
    ("decoded once", &[("ce-dataschema", "urn:a%2520b")], &[]),
    ("decoded too early", &[("ce-dataschema", "urn:a%20b")], &["dataschema.uri ce-dataschema"]),
    ("a bad time", &[("ce-time", "now")], &["time.rfc3339 ce-time"]),
    ("a reserved name", &[("ce-data", "x")], &["ext.reserved ce-data"]),
    ("names that are none", &[("ce-", "x"), ("ce-a_b", "x")], &["ext.name ce-", "ext.name ce-a_b"]),
    ("values are text", &[("ce-n", "99999999999"), ("ce-f", "1.5")], &[]),
    (
        "the content type in the wrong place",
        &[("ce-datacontenttype", "a/b")],
        &["http.ce-datacontenttype ce-datacontenttype"],
    ),
    ("a content type", &[("Content-Type", "text/json; charset=utf-8")], &[]),
    ("an empty content type", &[("content-type", "")], &["datacontenttype.empty content-type"]),
    ("no media type", &[("content-type", "json")], &["datacontenttype.media-type content-type"]),
    (
        "two content types",
        &[("content-type", "a/b"), ("content-type", "a/b")],
        &["datacontenttype.media-type content-type"],
    ),
    ("a repeated attribute", &[("ce-a", "x"), ("CE-A", "x")], &["http.duplicate-header ce-a"]),
    (
        "repeated values are not judged",
        &[("ce-time", "x"), ("ce-time", "y"), ("ce-time", "z")],
        &["http.duplicate-header ce-time"],
    ),
    ("headers of others", &[("x-ce-subject", ""), ("cé", ""), ("c", ""), ("subject", "")], &[]),
];

/// Headers of a structured event whose body is valid.
const STRUCTURED: &[Case<Fields>] = &[
    ("JSON", &[("content-type", "application/cloudevents+json")], &[]),
    ("any case, parameters", &[("Content-Type", " Application/CloudEvents+JSON ; charset=\"UTF-8\"")], &[]),
    ("ASCII", &[("content-type", "application/cloudevents+json;charset=US-ASCII")], &[]),
    (
        "another charset",
        &[("content-type", "application/cloudevents+json;charset=utf-16")],
        &["http.charset content-type"],
    ),
    ("no format", &[("content-type", "application/cloudevents")], &["http.format-unsupported content-type"]),
    (
        "another format",
        &[("content-type", "application/cloudevents+yaml")],
        &["http.format-unsupported content-type"],
    ),
    (
        "a longer name",
        &[("content-type", "application/cloudevents2")],
        &["http.format-unsupported content-type"],
    ),
    (
        "two types",
        &[("content-type", "application/cloudevents+json"), ("content-type", "a/b")],
        &["http.format-unsupported content-type"],
    ),
    (
        "the same headers",
        &[
            ("content-type", "application/cloudevents+json"),
            ("ce-id", "%31"),
            ("Ce-N", "5"),
            ("ce-b", "true"),
        ],
        &[],
    ),
    (
        "other headers",
        &[
            ("content-type", "application/cloudevents+json"),
            ("ce-id", "2"),
            ("ce-subject", "x"),
            ("ce-n", "%zz"),
        ],
        &["http.header-mismatch ce-id", "http.header-mismatch ce-subject", "http.header-mismatch ce-n"],
    ),
    (
        "no event at all",
        &[("content-type", "application/json"), ("ce-subject", "x")],
        &["http.not-a-cloudevent"],
    ),
    ("nothing", &[], &["http.not-a-cloudevent"]),
];

pub fn broken() -> Vec<&'static str> {
    BINARY.iter().chain(STRUCTURED).flat_map(|(_, _, findings)| findings.iter().copied()).collect()
}

fn bytes(fields: Fields) -> Vec<(&'static str, &'static [u8])> {
    fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect()
}

fn binary(fields: Fields) -> Vec<(&'static str, &'static [u8])> {
    let required: Fields =
        &[("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "urn:shop"), ("ce-type", "shop.sold.v1")];
    [bytes(required), bytes(fields)].concat()
}

#[test]
fn binary_mode_has_exactly_these_findings() {
    for (about, fields, expected) in BINARY {
        let reading = read_http(&binary(fields), b"{}", &EventOptions::default());
        assert_eq!(all_findings(&reading), *expected, "{about}");
    }
}

#[test]
fn structured_mode_has_exactly_these_findings() {
    let body = event(r#""n":5,"b":true"#);
    for (about, fields, expected) in STRUCTURED {
        let reading = read_http(&bytes(fields), body.as_bytes(), &EventOptions::default());
        assert_eq!(all_findings(&reading), *expected, "{about}");
    }
}

#[test]
fn refusals_say_how_to_answer() {
    let status = |fields: Fields, body: &[u8]| match read_http(&bytes(fields), body, &EventOptions::default())
    {
        Reading::Refused(refusal) => (refusal.kind, refusal.kind.status()),
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(status(&[("ce-x", "1")], b""), (RefusalKind::NotAnEvent, 400));
    assert_eq!(status(&[("content-type", "application/cloudevents")], b""), (RefusalKind::Unsupported, 415));
    assert_eq!(
        status(&[("content-type", "application/cloudevents+json")], b""),
        (RefusalKind::Unreadable, 400)
    );
    assert_eq!(status(&[("ce-id", "1")], &vec![0; (1 << 20) + 1]), (RefusalKind::TooLarge, 413));
}

#[test]
fn some_required_header_makes_an_event() {
    let reading = read_http(&[("ce-id", b"1")], b"", &EventOptions::default());
    let expected =
        ["source.required ce-source", "specversion.required ce-specversion", "type.required ce-type"];
    assert_eq!(all_findings(&reading), expected);
}

#[test]
fn header_values_are_decoded_in_order() {
    for (raw, decoded) in [
        ("%22a%22", "\"a\""),
        ("\"%22\"", "\""),
        ("\"a\\%41\"", "aA"),
        ("a\"b\"", "a\"b\""),
        ("\"", "\""),
        ("a%2520", "a%20"),
        ("a+b", "a+b"),
    ] {
        let fields = [("ce-id", raw.as_bytes())];
        let reading = single(read_http(&fields, b"", &EventOptions::default()));
        assert_eq!(reading.event.find_text("id"), Some(decoded), "{raw}");
    }
}

#[test]
fn the_body_is_the_data() {
    let options = EventOptions::default();
    let read = |fields: Fields, body: &'static [u8]| {
        let reading = single(read_http(&binary(fields), body, &options));
        (all_findings(&Reading::Single(reading.clone())), reading.event.data)
    };
    let json: Fields = &[("content-type", "application/json")];
    assert_eq!(read(json, b" [1] "), (vec![], Data::Json(" [1] ".into())));
    assert_eq!(read(json, b""), (vec![], Data::Absent));
    assert_eq!(read(&[], b"[1]"), (vec![], Data::Bytes(b"[1]"[..].into())), "nothing is sniffed");
    assert_eq!(read(json, b"[1").0, ["data.json-syntax"]);
    assert_eq!(read(json, b"{\"a\":{\"b\":1,\"b\":1}}").0, ["data.duplicate-member /a/b"]);
    assert_eq!(read(json, b"\"[]\"").0, ["data.double-encoded"]);
    let deep: &'static [u8] = "[".repeat(200).leak().as_bytes();
    assert_eq!(read(json, deep).0, ["json.depth"]);
    let large: &'static [u8] = vec![0; 65_537].leak();
    assert_eq!(read(&[], large).0, ["size.64k"]);
}

#[test]
fn batches_come_over_http() {
    let body = format!("[{},{}]", event(""), event(""));
    let fields =
        [("content-type", &b"application/cloudevents-batch+json; charset=utf-8"[..]), ("ce-id", b"9")];
    let reading = read_http(&fields, body.as_bytes(), &EventOptions::default());
    assert_eq!(all_findings(&reading), ["batch.duplicate-id /1/id"]);
    let fields = [("content-type", &b"application/cloudevents-batch+xml"[..])];
    let reading = read_http(&fields, b"[]", &EventOptions::default());
    assert_eq!(all_findings(&reading), ["http.format-unsupported content-type"]);
}

#[test]
fn kafka_headers_are_plain_utf8_and_have_a_case() {
    let required = [
        ("ce_specversion", Some(&b"1.0"[..])),
        ("ce_id", Some(b"1")),
        ("ce_source", Some(b"urn:shop")),
        ("ce_type", Some(b"shop.sold.v1")),
    ];
    let options = EventOptions::default();
    let read = |more: &[(&'static str, Option<&'static [u8]>)], value: Option<&'static [u8]>| {
        let headers = [&required[..], more].concat();
        let reading = single(read_kafka(&headers, value, &options));
        (all_findings(&Reading::Single(reading.clone())), reading.event)
    };
    let (found, event) = read(&[("ce_subject", Some("50% é ".as_bytes())), ("ce_none", None)], None);
    assert_eq!((found, event.find_text("subject")), (vec![], Some("50% é ")));
    assert_eq!(event.data, Data::Absent, "a tombstone");
    assert_eq!(read(&[("CE_A", Some(b"")), ("ce-a", Some(b""))], Some(b"")).0, Vec::<String>::new());
    for (header, value, finding) in [
        ("ce_A", &b"x"[..], "ext.name ce_A"),
        ("ce_subject", b"\xff", "http.header-characters ce_subject"),
        ("ce_id", b"1", "http.duplicate-header ce_id"),
        ("ce_datacontenttype", b"a/b", "http.ce-datacontenttype ce_datacontenttype"),
        ("Content-Type", b"json", "datacontenttype.media-type content-type"),
        ("content-type", b"application/json", "data.json-syntax"),
    ] {
        assert_eq!(read(&[(header, Some(value))], Some(b"{")).0, [finding]);
    }
    assert_eq!(all_findings(&read_kafka(&[("id", Some(b"1"))], None, &options)), ["http.not-a-cloudevent"]);
}

#[test]
fn kafka_records_hold_one_structured_event() {
    let options = EventOptions::default();
    let read = |media_type: &'static [u8], value: Option<&'static [u8]>| {
        all_findings(&read_kafka(&[("content-type", Some(media_type))], value, &options))
    };
    assert_eq!(read(b"Application/CloudEvents+json", Some(b"[]")), ["json.object"]);
    assert_eq!(read(b"application/cloudevents+json", None), ["json.syntax"]);
    assert_eq!(
        read(b"application/cloudevents-batch+json", Some(b"[]")),
        ["http.format-unsupported content-type"]
    );
}

#[test]
fn nats_carries_the_content_type_as_an_attribute() {
    let options = EventOptions::default();
    let headers = binary(&[("ce-datacontenttype", "application/json"), ("Content-Type", "no media type")]);
    let reading = single(read_nats(&headers, b"{", &options));
    assert_eq!(all_findings(&Reading::Single(reading)), ["data.json-syntax"]);
    let headers = binary(&[("ce-datacontenttype", "json"), ("ce-subject", "a%20b")]);
    let reading = single(read_nats(&headers, b"", &options));
    assert_eq!(reading.event.find_text("subject"), Some("a b"));
    assert_eq!(all_findings(&Reading::Single(reading)), ["datacontenttype.media-type ce-datacontenttype"]);
    let structured = [("content-type", &b"application/cloudevents+json"[..])];
    assert_eq!(all_findings(&read_nats(&structured, b"", &options)), ["json.syntax"]);
}

#[test]
fn a_kafka_header_can_carry_the_schema_id() {
    let guid = [&[1][..], &[7; 16], &[2, 2]].concat();
    let headers: [(&str, Option<&[u8]>); 5] = [
        ("__value_schema_id", Some(b"\0\0\0\0\x01")),
        ("__Value_Schema_Id", Some(b"no")),
        ("__key_schema_id", None),
        ("__value_schema_id", Some(&guid)),
        ("ce_id", Some(b"1")),
    ];
    let found = find_schema_id(&headers, false).expect("a header");
    assert_eq!(framing::split(found), Some((Frame::Guid([7; 16]), &[2, 2][..])), "the last one counts");
    assert_eq!(find_schema_id(&headers, true), None);
    assert_eq!(find_schema_id(&headers[4..], false), None);
}
