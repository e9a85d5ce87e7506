//! Profiles and overrides change severities, never what is found.

use chancery_engine::cloudevents::options::OverrideError;
use chancery_engine::cloudevents::{EventOptions, Profile, Reading, RuleSetting, read_http, read_json};
use chancery_engine::{Report, Severity};

use super::{event, single};

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
