//! Profiles and overrides change severities, never what is found.

use chancery_engine::cloudevents::options::OverrideError;
use chancery_engine::cloudevents::{
    EventOptions, Profile, Reading, RuleSetting, read_http, read_json, read_kafka,
};
use chancery_engine::{Report, Severity};

use super::{Case, all_findings, event, single};

/// Findings with a mark for the severity: `!` error, `~` warning.
fn marked(report: &Report) -> Vec<String> {
    let mark = |severity| if severity == Severity::Error { '!' } else { '~' };
    report.findings.iter().map(|finding| format!("{}{}", mark(finding.severity), finding.rule)).collect()
}

fn json(body: &str, options: &EventOptions) -> Vec<String> {
    marked(&single(read_json(body.as_bytes(), options)).report)
}

#[test]
fn interop_forgives_what_senders_do() {
    let interop = EventOptions::with_profile(Profile::Interop);
    let strict = EventOptions::default();
    let text = event(r#""datacontenttype":"text/plain","data":{}"#);
    assert_eq!(json(&text, &strict), ["!data.not-string"]);
    assert_eq!(json(&text, &interop), ["~data.not-string"]);
    for (version, found) in [("1.0-rc1", "~specversion.unsupported"), ("1.1", "!specversion.unsupported")] {
        let body = event("").replace("1.0", version);
        assert_eq!(json(&body, &interop), [found]);
        assert_eq!(json(&body, &strict), ["!specversion.unsupported"]);
    }
    let marked_body = format!("\u{feff}{}", event(""));
    assert_eq!(json(&marked_body, &interop), Vec::<String>::new());
    assert!(matches!(read_json(marked_body.as_bytes(), &strict), Reading::Refused(_)));
}

#[test]
fn interop_reads_the_header_it_forgives() {
    let required =
        [("ce-id", &b"1"[..]), ("ce-source", b"urn:x"), ("ce-specversion", b"1.0"), ("ce-type", b"t")];
    let options = EventOptions::with_profile(Profile::Interop);
    for (more, found, subject) in [
        (&[("ce-subject", "50%-%41".as_bytes())][..], "~http.percent-encoding", Some("50%-A")),
        (&[("ce-subject", "é".as_bytes())], "~http.header-characters", Some("é")),
        (&[("ce-subject", b"x"), ("ce-subject", b"x")], "~http.duplicate-header", Some("x")),
        (&[("ce-subject", b"x"), ("ce-subject", b"y")], "!http.duplicate-header", None),
        (&[("ce-subject", b"%ff")], "!http.percent-utf8", None),
    ] {
        let headers = [&required[..], more].concat();
        let reading = single(read_http(&headers, b"", &options));
        assert_eq!(marked(&reading.report), [found]);
        assert_eq!(reading.event.find_text("subject"), subject, "{found}");
    }
    // What is not UTF-8 cannot be taken as such: the attribute is not lost in silence.
    let headers = [&required[1..], &[("ce-id", &b"a\xff"[..])]].concat();
    let reading = single(read_http(&headers, b"", &options));
    assert_eq!(marked(&reading.report), ["~http.header-characters", "!http.percent-utf8"]);
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.replace("ce-", "ce_"), Some(*value))).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let reading = single(read_kafka(&headers, None, &options));
    assert_eq!(marked(&reading.report), ["~http.header-characters", "!http.percent-utf8"]);
}

#[test]
fn the_envelope_alone_leaves_data_alone() {
    let options = EventOptions::with_profile(Profile::EnvelopeOnly);
    for members in [
        r#""data":{"a":1,"a":2}"#,
        r#""data":"{}""#,
        r#""datacontenttype":"text/plain","data":{}"#,
        r#""datacontenttype":"text/json","data_base64":"ew==""#,
    ] {
        assert_eq!(json(&event(members), &options), Vec::<String>::new(), "{members}");
    }
    assert_eq!(json(&event(r#""data":1,"data_base64":"ew==""#), &options), ["!data.exclusive"]);
    assert_eq!(json(&event(r#""data_base64":"ew""#), &options), ["!data.base64"]);
}

#[test]
fn single_rules_are_overridden() {
    let mut options = EventOptions::with_profile(Profile::Interop);
    let body = event(r#""9a":1,"datacontenttype":"text/plain","data":{}"#).replace("urn:shop", "shop");
    assert_eq!(json(&body, &options), ["~source.relative", "~ext.name-start", "~data.not-string"]);
    options.overrides.set("source.relative", RuleSetting::Off).expect("known");
    options.overrides.set("ext.name-start", RuleSetting::Off).expect("known");
    options.overrides.set("ext.name-start", RuleSetting::As(Severity::Error)).expect("known");
    options.overrides.set("data.not-string", RuleSetting::As(Severity::Error)).expect("known");
    assert_eq!(json(&body, &options), ["!ext.name-start", "!data.not-string"]);
}

#[test]
fn rules_without_which_there_is_no_event_stay() {
    let mut options = EventOptions::default();
    for id in ["json.syntax", "http.not-a-cloudevent", "size.limit", "http.charset"] {
        assert_eq!(options.overrides.set(id, RuleSetting::Off), Err(OverrideError::Fixed(id)));
    }
    let unknown = options.overrides.set("source.nothing", RuleSetting::Off);
    assert_eq!(unknown, Err(OverrideError::Unknown("source.nothing".to_owned())));
}

/// Members, and the findings when documented extensions are checked.
const DOCUMENTED: &[Case<&str>] = &[
    (
        "used as documented",
        r#""time":"2031-01-01T00:00:00Z","expirytime":"2031-01-01T01:00:00+01:00","recordedtime":"2030-01-01T00:00:00Z",
          "dataref":"../x","sampledrate":"30","severitynumber":0,"severitytext":"WARN2","deprecated":true,
          "deprecationfrom":"2031-01-01T00:00:00Z","deprecationsunset":"2032-01-01T00:00:00Z",
          "deprecationmigration":"urn:x","authtype":"service_account","dataclassification":"public","datacategory":"x""#,
        &[],
    ),
    (
        "used in another way",
        r#""expirytime":"never","recordedtime":5,"dataref":"a b","sampledrate":0,"severitynumber":"-1",
          "severitytext":"warn","deprecated":false,"deprecationfrom":"x","deprecationsunset":"",
          "deprecationmigration":"/x","authtype":"robot","dataregulation":"x""#,
        &[
            "dataref.uri-reference /dataref",
            "expirytime.rfc3339 /expirytime",
            "recordedtime.rfc3339 /recordedtime",
            "sampledrate.range /sampledrate",
            "severitynumber.range /severitynumber",
            "severitytext.form /severitytext",
            "deprecated.value /deprecated",
            "deprecationfrom.rfc3339 /deprecationfrom",
            "deprecationsunset.rfc3339 /deprecationsunset",
            "deprecationmigration.uri /deprecationmigration",
            "authtype.value /authtype",
            "dataclassification.required /dataclassification",
        ],
    ),
    (
        "values that are no strings",
        r#""tracestate":5,"partitionkey":true,"sequence":7,"correlationid":0,"causationid":false"#,
        &[
            "tracestate.string /tracestate",
            "partitionkey.string /partitionkey",
            "sequence.string /sequence",
            "correlationid.string /correlationid",
            "causationid.string /causationid",
        ],
    ),
    (
        "times in the wrong order",
        r#""time":"2031-01-01T00:00:00Z","expirytime":"2031-01-01T00:59:59+01:00",
          "deprecationfrom":"2031-01-01T00:00:00Z","deprecationsunset":"2030-12-31T23:59:59.999Z""#,
        &["expirytime.order /expirytime", "deprecationsunset.order /deprecationsunset"],
    ),
    (
        "numbers in other forms",
        r#""sampledrate":"+1","severitynumber":"01""#,
        &["sampledrate.range /sampledrate", "severitynumber.range /severitynumber"],
    ),
];

pub fn broken() -> Vec<&'static str> {
    DOCUMENTED.iter().flat_map(|(_, _, findings)| findings.iter().copied()).collect()
}

#[test]
fn documented_extensions_are_checked_on_request() {
    let options = EventOptions { documented_extensions: true, ..EventOptions::default() };
    for (about, members, expected) in DOCUMENTED {
        let body = event(members);
        assert_eq!(all_findings(&read_json(body.as_bytes(), &options)), *expected, "{about}");
        assert_eq!(json(&body, &EventOptions::default()), Vec::<String>::new(), "{about}");
    }
}
