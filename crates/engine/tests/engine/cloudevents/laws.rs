//! Laws that hold for any input.

use chancery_engine::Outcome;
use chancery_engine::cloudevents::matching::{
    SchemaLocator, SchemaNames, SchemaTarget, TypeVersion, split_version,
};
use chancery_engine::cloudevents::{
    Data, EventOptions, Reading, read_avro, read_http, read_json, read_json_batch, read_kafka, read_protobuf,
    read_protobuf_batch,
};
use proptest::prelude::*;

use super::single;

/// Bytes that come close to an event.
fn event_like() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(":".to_owned()),
        Just("null".to_owned()),
        Just(r#""specversion":"1.0""#.to_owned()),
        Just(r#""id""#.to_owned()),
        Just(r#""data""#.to_owned()),
        Just(r#""data_base64""#.to_owned()),
        Just(r#""datacontenttype":"application/json""#.to_owned()),
        Just(r#""\uD83D""#.to_owned()),
        "-?[0-9]{1,3}(\\.[0-9])?([eE][0-9])?",
        "\"[^\"\\\\]{0,12}\"",
        "\\PC{0,4}",
    ];
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat().into_bytes())
}

/// Characters an attribute may hold.
fn attribute_text() -> impl Strategy<Value = String> {
    let character = any::<char>().prop_filter("allowed", |character| {
        let code = u32::from(*character);
        !character.is_control() && !(0xfdd0..=0xfdef).contains(&code) && code & 0xfffe != 0xfffe
    });
    prop::collection::vec(character, 1..24).prop_map(String::from_iter)
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        0x21..=0x7e if byte != b'%' && byte != b'"' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

proptest! {
    #[test]
    fn readers_answer_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let options = EventOptions::default();
        let _ = read_json(&body, &options);
        let _ = read_json_batch(&body, &options);
        let _ = read_avro(&body, &options);
        let _ = read_protobuf(&body, &options);
        let _ = read_protobuf_batch(&body, &options);
        let _ = read_http(&[("ce-id", &body), ("content-type", &body), ("ce-time", &body)], &body, &options);
        let _ = read_kafka(&[("ce_id", Some(&body)), ("content-type", Some(&body))], Some(&body), &options);
    }

    #[test]
    fn readers_agree_with_a_json_parser_on_what_json_is(body in event_like()) {
        let reading = read_json(&body, &EventOptions::default());
        let unreadable = matches!(&reading, Reading::Refused(refusal) if refusal.finding.rule.starts_with("json.s"));
        // The other parser checks numbers and surrogates only where it keeps values.
        let parsed = serde_json::from_slice::<&serde_json::value::RawValue>(&body);
        let has_surrogate = String::from_utf8_lossy(&body).contains(r"\uD83D");
        prop_assert_eq!(unreadable, parsed.is_err() || (has_surrogate && unreadable));
    }

    #[test]
    fn attributes_survive_the_way_over_headers(subject in attribute_text(), id in attribute_text()) {
        let (subject_header, id_header) = (percent_encoded(&subject), percent_encoded(&id));
        let headers = [
            ("ce-specversion", &b"1.0"[..]),
            ("ce-source", b"urn:x"),
            ("ce-type", b"t"),
            ("ce-id", id_header.as_bytes()),
            ("ce-subject", subject_header.as_bytes()),
        ];
        let reading = single(read_http(&headers, b"", &EventOptions::default()));
        prop_assert_eq!(reading.event.find_text("id"), Some(&*id));
        prop_assert_eq!(reading.event.find_text("subject"), Some(&*subject));
        prop_assert_eq!(reading.report.outcome(), Outcome::Valid);
    }

    #[test]
    fn json_and_headers_say_the_same(subject in "\\PC{0,12}", time in "[0-9TZ:.+-]{0,25}|2031-0[0-9]-[0-3][0-9]T0[0-9]:00:00Z") {
        let quoted = |text: &str| serde_json::to_string(text).expect("a string");
        let body = format!(
            r#"{{"specversion":"1.0","id":"1","source":"urn:x","type":"t","subject":{},"time":{}}}"#,
            quoted(&subject), quoted(&time)
        );
        let (subject, time) = (percent_encoded(&subject), percent_encoded(&time));
        let headers = [
            ("ce-specversion", &b"1.0"[..]),
            ("ce-id", b"1"),
            ("ce-source", b"urn:x"),
            ("ce-type", b"t"),
            ("ce-subject", subject.as_bytes()),
            ("ce-time", time.as_bytes()),
        ];
        let options = EventOptions::default();
        let structured = single(read_json(body.as_bytes(), &options));
        let binary = single(read_http(&headers, b"", &options));
        prop_assert_eq!(structured.event.attributes, binary.event.attributes);
        let rules = |reading: &chancery_engine::Report| {
            reading.findings.iter().map(|finding| finding.rule.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(rules(&structured.report), rules(&binary.report));
    }

    #[test]
    fn bytes_survive_the_way_through_base64(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let body = format!(r#"{{"specversion":"1.0","id":"1","source":"urn:x","type":"t","data_base64":"{text}"}}"#);
        let reading = single(read_json(body.as_bytes(), &EventOptions::default()));
        prop_assert_eq!(reading.event.data, Data::Bytes(bytes.into()));
    }

    #[test]
    fn a_type_is_its_stem_and_its_version(event_type in "\\PC{0,12}([._-][vV]?[0-9]{0,4}(-[0-9]{2}){0,2}(beta|rc|x)?[0-9]?)?") {
        let (stem, version) = split_version(&event_type);
        prop_assert!(event_type.starts_with(stem));
        prop_assert_eq!(version.is_none(), stem == event_type);
        if let Some(TypeVersion::Major { number, prerelease }) = version {
            let rest = format!("v{number}{prerelease}");
            prop_assert!(event_type[stem.len() + 1..].eq_ignore_ascii_case(&rest));
        }
    }

    #[test]
    fn any_dataschema_has_a_target(dataschema in "(https://registry\\.example/|urn:schema-registry:)?[a-z0-9:/%#$.?=-]{0,40}") {
        let locator = SchemaLocator::new(["https://registry.example"]).expect("a base URL");
        let reference = locator.locate(&dataschema, &SchemaNames::default());
        let is_ours = !matches!(reference.target, SchemaTarget::JsonSchemaId(_));
        prop_assert!(!is_ours || dataschema.starts_with("https://") || dataschema.starts_with("urn:"));
    }
}
