//! Events that are read without a look into their data: what they come to once the data is proved to be JSON.

use chancery_engine::cloudevents::{
    Data, EventOptions, Profile, Reading, read_http, read_http_ahead, read_json, read_json_ahead,
};
use chancery_engine::format::Validator;
use chancery_engine::violation::{Encoding, PayloadOptions, ValidatorOptions};
use chancery_engine::{Limits, Schema, SchemaType, Source, Strictness};
use proptest::prelude::*;

use super::event;

/// A validator that takes all JSON.
fn of_any() -> Validator {
    let schema = Schema::parse(SchemaType::Json, &Source::bare("{}"), Strictness::New, &Limits::default());
    schema.expect("a schema").validator(&ValidatorOptions::default()).expect("a validator")
}

fn json() -> PayloadOptions {
    PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() }
}

/// Whether the text is read ahead and its data proved; then what was read is what a full look reads.
fn is_proved(body: &[u8], any: &Validator) -> bool {
    let options = EventOptions::default();
    let Some(ahead) = read_json_ahead(body, &options) else { return false };
    let Data::Json(data) = &ahead.event.data else { panic!("{ahead:?}") };
    let is_proved = any.proves_json(data.as_bytes(), &json());
    if is_proved {
        assert_eq!(Reading::Single(ahead), read_json(body, &options), "{}", String::from_utf8_lossy(body));
    }
    is_proved
}

#[test]
fn data_that_stands_last_is_proved_where_it_is_read() {
    let any = of_any();
    let deepest = format!(r#""data":{}{}"#, "[".repeat(127), "]".repeat(127));
    let too_deep = format!(r#""data":{}{}"#, "[".repeat(128), "]".repeat(128));
    for (members, expected) in [
        (r#""data":{}"#, true),
        (r#""data":{"a":[1,{"b":"}"}]}"#, true),
        (" \"data\" : [ 1 , \"]\" ] \r\n\t", true),
        (r#""partitionkey":"","data":{}"#, true),
        (r#""time":"2031-05-12T14:22:31Z","datacontenttype":"text/json","data":{"a":"\u00e9"}"#, true),
        (&deepest, true),
        (&too_deep, false),
        // Not last, no container, or not at all.
        (r#""data":{"a":1},"subject":"s""#, false),
        (r#""data":{"a":1},"more":{}"#, false),
        (r#""data":1"#, false),
        (r#""data":"{}""#, false),
        (r#""subject":"s""#, false),
        // Not one JSON text.
        (r#""data":{"a":1}}"#, false),
        (r#""data":{"a":1"#, false),
        (r#""data":{"a":01}"#, false),
        (r#""data":{"a":"\ud83d"}"#, false),
        ("\"data\":{\"a\":\"\u{1}\"}", false),
        ("\"data\":{}\u{c}", false),
        ("\"data\":{}\u{a0}", false),
        // Something to remark.
        (r#""data":{"a":1,"a":1}"#, false),
        (r#""data":{"a":[{"b":{"c":1,"\u0063":2}}]}"#, false),
        (r#""data":{},"data":{}"#, false),
        (r#""id":"2","data":{}"#, false),
        (r#""Subject":"s","data":{}"#, false),
        (r#""subject":"\ud83d","data":{}"#, false),
        (r#""time":"yesterday","data":{}"#, false),
        (r#""datacontenttype":"text/plain","data":{}"#, false),
        (r#""data_base64":"","data":{}"#, false),
    ] {
        assert_eq!(is_proved(event(members).as_bytes(), &any), expected, "{members}");
    }
    let large = event(&format!(r#""subject":"{}","data":{{}}"#, "x".repeat(70_000)));
    assert!(!is_proved(large.as_bytes(), &any), "not portable");
}

#[test]
fn only_whole_envelopes_in_json_are_read_ahead() {
    let body = event(r#""data":{}"#);
    let read = |headers: &[(&str, &str)], profile: Profile| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let options = EventOptions { profile, ..EventOptions::default() };
        let ahead = read_http_ahead(&headers, body.as_bytes(), &options);
        let is_ahead = ahead.is_some();
        if let Some(ahead) = ahead {
            assert_eq!(Reading::Single(ahead), read_http(&headers, body.as_bytes(), &options), "{headers:?}");
        }
        is_ahead
    };
    for (content_type, expected) in [
        ("application/cloudevents+json", true),
        ("Application/CloudEvents+JSON ; charset=UTF-8", true),
        ("application/cloudevents+json; charset=latin1", false),
        ("application/cloudevents-batch+json", false),
        ("application/cloudevents+avro", false),
        ("application/json", false),
    ] {
        assert_eq!(read(&[("content-type", content_type)], Profile::Strict), expected, "{content_type}");
    }
    let structured = ("content-type", "application/cloudevents+json");
    assert!(!read(&[structured, ("ce-id", "1")], Profile::Strict), "headers are compared");
    assert!(!read(&[("ce-id", "1")], Profile::Strict), "binary mode");
    assert!(!read(&[structured], Profile::EnvelopeOnly), "nobody reads the data");
}

/// Pieces that data and what stands around it can be made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(" ".to_owned()),
        Just("null".to_owned()),
        Just("-0.5e3".to_owned()),
        Just(r#""a":1"#.to_owned()),
        Just(r#""a":{"b":[]}"#.to_owned()),
        Just(r#""data":{}"#.to_owned()),
        Just(r#""\ud83d\ude00\"""#.to_owned()),
        "\"[a-c}\\]]{0,3}\"",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_proved_is_what_a_full_look_reads(
        before in pieces(), data in pieces(), after in pieces(), is_whole in any::<bool>(),
        at in any::<prop::sample::Index>(), byte in prop::option::of(0x20u8..0x7f),
    ) {
        let data = if is_whole { format!("{{{data}}}") } else { data };
        let mut body = event(&format!(r#""a":"b"{before},"data":{data}{after}"#)).into_bytes();
        if let Some(byte) = byte {
            let at = at.index(body.len());
            body[at] = byte;
        }
        is_proved(&body, &of_any());
    }
}
