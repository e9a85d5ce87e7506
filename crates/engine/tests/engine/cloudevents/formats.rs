//! The JSON event format, the JSON batch format, and the rules on `data`.

use chancery_engine::Outcome;
use chancery_engine::cloudevents::{
    Data, EventOptions, Reading, RefusalKind, read_http, read_json, read_json_batch,
};

use super::{Case, all_findings, event, json_findings, single};

/// Bodies that are read, or not, as a whole.
const BODIES: &[Case<&[u8]>] = &[
    ("nothing", b"", &["json.syntax"]),
    ("white space", b" \t\r\n", &["json.syntax"]),
    ("two texts", b"{}{}", &["json.syntax"]),
    ("an open object", b"{", &["json.syntax"]),
    ("an open string", b"{\"a", &["json.syntax"]),
    ("a comma too many", b"{\"a\":1,}", &["json.syntax"]),
    ("a comma too few", b"{\"a\":1 \"b\":2}", &["json.syntax"]),
    ("a name that is no string", b"{a:1}", &["json.syntax"]),
    ("no colon", b"{\"a\" 1}", &["json.syntax"]),
    ("a comment", b"{/**/}", &["json.syntax"]),
    ("a bare word", b"{\"a\":NaN}", &["json.syntax"]),
    ("a shortened word", b"{\"a\":tru}", &["json.syntax"]),
    ("a leading zero", b"{\"a\":01}", &["json.syntax"]),
    ("a plus sign", b"{\"a\":+1}", &["json.syntax"]),
    ("a fraction without digits", b"{\"a\":1.}", &["json.syntax"]),
    ("an exponent without digits", b"{\"a\":1e+}", &["json.syntax"]),
    ("a line feed in a string", b"{\"a\":\"\n\"}", &["json.syntax"]),
    ("an unknown escape", b"{\"a\":\"\\x41\"}", &["json.syntax"]),
    ("an escape with few digits", b"{\"a\":\"\\u041\"}", &["json.syntax"]),
    ("mixed brackets", b"{\"data\":[1}", &["json.syntax"]),
    ("other UTF-8", b"{\"a\":\"\xff\"}", &["json.syntax"]),
    ("overlong UTF-8", b"{\"a\":\"\xc1\x81\"}", &["json.syntax"]),
    ("an encoded surrogate", b"{\"a\":\"\xed\xa0\x80\"}", &["json.syntax"]),
    ("UTF-16", b"{\0}\0", &["json.syntax"]),
    ("a byte order mark", b"\xef\xbb\xbf{}", &["json.syntax"]),
    ("a high surrogate alone", b"{\"a\":\"\\uD83Dx\"}", &["json.surrogate"]),
    ("a low surrogate alone", b"{\"\\uDE00\":1}", &["json.surrogate"]),
    ("two high surrogates", b"{\"data\":[\"\\uD83D\\uD83D\\uDE00\"]}", &["json.surrogate"]),
    ("a surrogate and worse", b"{\"a\":\"\\uD83D\",}", &["json.syntax"]),
    ("an array", b"[]", &["json.object"]),
    ("a string", b" \"{}\" ", &["json.object"]),
    ("null", b"null", &["json.object"]),
];

/// Members added to a valid event.
const MEMBERS: &[Case<&str>] = &[
    ("no data", "", &[]),
    (
        "a content type of no type implies nothing",
        r#""datacontenttype":{},"data":"{}""#,
        &["datacontenttype.type /datacontenttype"],
    ),
    (
        "a content type that is a number",
        r#""datacontenttype":5,"data":"[]""#,
        &["datacontenttype.type /datacontenttype"],
    ),
    (
        "a content type that is repeated",
        r#""datacontenttype":"text/json","data":"{}","datacontenttype":"text/json""#,
        &["json.duplicate-member /datacontenttype"],
    ),
    ("a content type that is unset", r#""datacontenttype":null,"data":"{}""#, &["data.double-encoded /data"]),
    ("data of every kind is JSON", r#""data":{"a":[1,"x",null,true,{}]}"#, &[]),
    ("null is data", r#""data":null"#, &[]),
    ("a JSON subtype", r#""datacontenttype":"application/x+JSON;v=1","data":[]"#, &[]),
    ("text", r#""datacontenttype":"text/plain","data":"{}""#, &[]),
    ("numbers nobody can hold", r#""data":[1e999,-0.0,123456789012345678901234567890]"#, &[]),
    ("a repeated attribute", r#""subject":"a","subject":"a""#, &["json.duplicate-member /subject"]),
    (
        "a repeated name in another spelling",
        r#""subject":"a","s\u0075bject":"b""#,
        &["json.duplicate-member /subject"],
    ),
    ("repeated values are not judged", r#""time":"x","time":"y""#, &["json.duplicate-member /time"]),
    ("repeated data", r#""data":1,"data":2,"data_base64":7"#, &["json.duplicate-member /data"]),
    ("both", r#""data":null,"data_base64":"AA==""#, &["data.exclusive /data_base64"]),
    ("both, one unset", r#""data":1,"data_base64":null"#, &[]),
    ("bytes", r#""data_base64":"AP\/+""#, &[]),
    ("no bytes, declared as JSON", r#""datacontenttype":"text/json","data_base64":"""#, &[]),
    ("bytes that are no string", r#""data_base64":0"#, &["data.base64-type /data_base64"]),
    ("bytes without padding", r#""data_base64":"AA""#, &["data.base64 /data_base64"]),
    ("bytes with a line break", r#""data_base64":"AAAA\nAAAA""#, &["data.base64 /data_base64"]),
    ("bytes with bits left over", r#""data_base64":"AB==""#, &["data.base64 /data_base64"]),
    ("bytes in another alphabet", r#""data_base64":"-_A=""#, &["data.base64 /data_base64"]),
    ("bytes that are JSON", r#""datacontenttype":"text/json","data_base64":"eyJhIjoxfQ==""#, &[]),
    (
        "bytes that are not JSON",
        r#""datacontenttype":"text/json","data_base64":"e30ge30=""#,
        &["data.json-syntax"],
    ),
    (
        "bytes that are not UTF-8",
        r#""datacontenttype":"text/json","data_base64":"Iv8i""#,
        &["data.json-syntax"],
    ),
    ("bytes that nobody declared", r#""data_base64":"e30ge30=""#, &[]),
    (
        "bytes with a repeated member",
        r#""datacontenttype":"a/json","data_base64":"W3siYSI6MSwiYSI6Mn1d""#,
        &["data.duplicate-member /0/a"],
    ),
    (
        "an object that should be text",
        r#""datacontenttype":"text/xml","data":{"a":1,"a":2}"#,
        &["data.not-string /data"],
    ),
    ("null that should be text", r#""data":null,"datacontenttype":"text/xml""#, &["data.not-string /data"]),
    (
        "nobody knows the content",
        r#""datacontenttype":"json","data":{}"#,
        &["datacontenttype.media-type /datacontenttype"],
    ),
    ("JSON in a string", r#""data":" [1, {}]""#, &["data.double-encoded /data"]),
    (
        "JSON in a JSON string",
        r#""datacontenttype":"text/json","data_base64":"Int9Ig==""#,
        &["data.double-encoded"],
    ),
    ("text with a brace", r#""data":"{not json","datacontenttype":"text/json""#, &[]),
    ("a number in a string", r#""data":"1""#, &[]),
    (
        "repeated members inside",
        r#""data":{"x":[0,{"a/b":1,"a\/b":2}],"x":1}"#,
        &["data.duplicate-member /data/x/1/a~1b", "data.duplicate-member /data/x"],
    ),
];

/// Batches.
const BATCHES: &[Case<&str>] = &[
    ("nobody", "[]", &[]),
    ("one", r#"[{"specversion":"1.0","id":"1","source":"urn:x","type":"t"}]"#, &[]),
    ("an object", "{}", &["batch.not-array"]),
    ("null", " null ", &["batch.not-array"]),
    ("an open array", r#"[{"specversion":"1.0"}"#, &["json.syntax"]),
    ("lines", "{}\n{}", &["json.syntax"]),
    ("no objects", "[1,[],null]", &["json.object /0", "json.object /1", "json.object /2"]),
    (
        "pointers start with the index",
        r#"[{"specversion":"1.0","id":"1","source":"urn:x","type":"t"},{"specversion":"1.0","id":"","source":"urn:x","type":"t","data":{"a":1,"a":1}}]"#,
        &["id.empty /1/id", "data.duplicate-member /1/data/a"],
    ),
    (
        "equal source and id",
        r#"[{"specversion":"1.0","id":"1","source":"urn:x","type":"t"},{"specversion":"1.0","id":"1","source":"urn:y","type":"t"},{"specversion":"1.0","id":"1","source":"urn:x","type":"u"}]"#,
        &["batch.duplicate-id /2/id"],
    ),
    (
        "two versions",
        r#"[{"specversion":"1.0","id":"1","source":"urn:x","type":"t"},{"specversion":"2","id":"2","source":"urn:x","type":"t"}]"#,
        &["batch.specversion-mixed", "specversion.unsupported /1/specversion"],
    ),
    (
        "a version that is not there is no other one",
        r#"[{"specversion":"1.0","id":"1","source":"urn:x","type":"t"},{"id":"2","source":"urn:x","type":"t"}]"#,
        &["specversion.required /1/specversion"],
    ),
];

pub fn broken() -> Vec<&'static str> {
    let bodies = BODIES.iter().flat_map(|(_, _, findings)| findings.iter());
    let others = MEMBERS.iter().chain(BATCHES).flat_map(|(_, _, findings)| findings.iter());
    let limits = ["json.depth", "size.64k", "size.limit"];
    bodies.chain(others).copied().chain(limits).collect()
}

#[test]
fn bodies_are_refused_or_read() {
    for (about, body, expected) in BODIES {
        let reading = read_json(body, &EventOptions::default());
        assert_eq!(all_findings(&reading), *expected, "{about}");
        let Reading::Refused(refusal) = reading else { panic!("{about}: not refused") };
        assert_eq!((refusal.kind, refusal.kind.status()), (RefusalKind::Unreadable, 400), "{about}");
    }
}

#[test]
fn members_have_exactly_these_findings() {
    for (about, members, expected) in MEMBERS {
        assert_eq!(json_findings(&event(members)), *expected, "{about}");
    }
}

#[test]
fn batches_have_exactly_these_findings() {
    for (about, body, expected) in BATCHES {
        let reading = read_json_batch(body.as_bytes(), &EventOptions::default());
        assert_eq!(all_findings(&reading), *expected, "{about}");
    }
}

#[test]
fn data_is_handed_on_byte_for_byte() {
    for (members, expected) in [
        (r#""data": { "b" : 1.50, "a":1e999 } "#, Some(r#"{ "b" : 1.50, "a":1e999 }"#)),
        (r#""data":"\u0041""#, Some(r#""\u0041""#)),
        (r#""data":null"#, Some("null")),
        (r#""data":"\u0041","datacontenttype":"text/plain""#, Some("A")),
        (r#""data_base64":"AP8=""#, None),
        (r#""data_base64":"WzEsIDJd","datacontenttype":"text/json""#, Some("[1, 2]")),
    ] {
        let body = event(members);
        let data = single(read_json(body.as_bytes(), &EventOptions::default())).event.data;
        let text = data.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
        assert_eq!(text, expected, "{members}");
    }
    let body = event(r#""data":[1]"#);
    let reading = single(read_json(body.as_bytes(), &EventOptions::default()));
    assert_eq!(reading.event.data_pointer, "/data");
    let Data::Json(json) = reading.event.data else { panic!("no JSON") };
    assert!(matches!(json, std::borrow::Cow::Borrowed(_)), "copied");
}

#[test]
fn depth_is_bounded_without_recursion() {
    let nested = |levels: usize| event(&format!(r#""data":{}{}"#, "[".repeat(levels), "]".repeat(levels)));
    assert_eq!(json_findings(&nested(127)), Vec::<String>::new(), "the event is the first level");
    assert_eq!(json_findings(&nested(128)), ["json.depth"]);
    assert_eq!(json_findings(&nested(400_000)), ["json.depth"]);
    let batch = format!("[{}]", nested(127));
    assert_eq!(
        all_findings(&read_json_batch(batch.as_bytes(), &EventOptions::default())),
        Vec::<String>::new()
    );
    let body = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let headers = [
        ("ce-specversion", &b"1.0"[..]),
        ("ce-id", b"1"),
        ("ce-source", b"urn:shop"),
        ("ce-type", b"shop.sold.v1"),
        ("content-type", b"application/json"),
    ];
    let binary = |body: String| all_findings(&read_http(&headers, body.as_bytes(), &EventOptions::default()));
    assert_eq!(binary(body(127)), Vec::<String>::new(), "as deep as in a document");
    assert_eq!(binary(body(128)), ["json.depth"]);
    let deep = EventOptions { max_depth: 1_000_000, max_event_bytes: usize::MAX, ..EventOptions::default() };
    assert_eq!(all_findings(&read_json(nested(400_000).as_bytes(), &deep)), ["size.64k"]);
}

#[test]
fn sizes_are_bounded() {
    let of = |bytes: usize| {
        let rest = bytes - event(r#""data":"""#).len();
        event(&format!(r#""data":"{}""#, "x".repeat(rest)))
    };
    assert_eq!(json_findings(&of(65_536)), Vec::<String>::new());
    assert_eq!(json_findings(&of(65_537)), ["size.64k"]);
    assert_eq!(json_findings(&of(1 << 20)), ["size.64k"]);
    assert_eq!(json_findings(&of((1 << 20) + 1)), ["size.limit"]);
    let options = EventOptions { max_batch_bytes: 500, max_event_bytes: 200, ..EventOptions::default() };
    let batch = |sizes: &[usize]| {
        let events: Vec<String> = sizes.iter().map(|bytes| of(*bytes)).collect();
        all_findings(&read_json_batch(format!("[{}]", events.join(",")).as_bytes(), &options))
    };
    assert_eq!(batch(&[200, 201]), ["batch.duplicate-id /1/id", "size.limit /1"]);
    assert_eq!(batch(&[200, 200, 200]), ["size.limit"]);
    let few = EventOptions { max_batch_events: 2, ..EventOptions::default() };
    assert_eq!(all_findings(&read_json_batch(b"[1,2,3]", &few)), ["size.limit"]);
}

#[test]
fn findings_are_bounded_and_the_outcome_survives() {
    let warnings: Vec<String> = (0..150).map(|n| format!(r#""{n}a":1"#)).collect();
    let body = event(&format!(r#"{},"late":{{}}"#, warnings.join(",")));
    let report = single(read_json(body.as_bytes(), &EventOptions::default())).report;
    assert_eq!((report.findings.len(), report.truncated, report.outcome()), (100, true, Outcome::Invalid));

    let batch = format!("[{}{{}}]", "{},".repeat(20_000));
    let Reading::Batch { events, .. } = read_json_batch(batch.as_bytes(), &EventOptions::default()) else {
        panic!("not a batch");
    };
    assert!(events.iter().all(|reading| reading.report.outcome() == Outcome::Invalid));
    let total: usize = events.iter().map(|reading| reading.report.findings.len()).sum();
    assert!(total < 10_000 + events.len() + 4, "{total}");
}

#[test]
fn findings_over_the_limit_are_cut_and_the_report_says_so() {
    let data = |repeated: usize| {
        let members: Vec<_> = (0..repeated).map(|n| format!(r#""m{n}":1,"m{n}":2"#)).collect();
        event(&format!(r#""data":{{{}}}"#, members.join(",")))
    };
    for (repeated, kept, truncated) in [(100, 100, false), (101, 100, true), (150, 100, true)] {
        let text = data(repeated);
        let report = single(read_json(text.as_bytes(), &EventOptions::default())).report;
        assert_eq!((report.findings.len(), report.truncated), (kept, truncated), "{repeated}");
        let body = format!("[{text}]");
        let Reading::Batch { events, .. } = read_json_batch(body.as_bytes(), &EventOptions::default()) else {
            panic!("a batch");
        };
        assert_eq!((events[0].report.findings.len(), events[0].report.truncated), (kept, truncated));
    }
}

#[test]
fn findings_behind_the_data_are_told_from_those_before_it() {
    let of = |text: &str| {
        let reading = single(read_json(text.as_bytes(), &EventOptions::default()));
        (reading.report.findings.len(), reading.before_data)
    };
    let last = event(r#""time":"x","Bad":1,"data":{"a":1,"a":1}"#);
    let middle = event(r#""time":"x","data":{"a":1,"a":1},"Bad":1"#);
    let first = last.replacen('{', r#"{"data_base64":"","#, 1).replace(r#","data":{"a":1,"a":1}"#, "");
    let none = event(r#""time":"x","Bad":1"#);
    let bare = r#"{"data":1}"#;
    assert_eq!([&*last, &*middle, &*first, &*none, bare].map(of), [(3, 3), (3, 2), (2, 0), (2, 2), (4, 0)]);
}
