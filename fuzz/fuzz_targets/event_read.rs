//! Reads any bytes as an event in every format and binding.
//!
//! The first byte chooses the reader, a line feed ends each header line, an empty line ends the headers.
//! Looked for: panics, endless loops, JSON data that another reader refuses, and events that are read ahead otherwise than
//! in full once their data is proved.

#![no_main]

use std::sync::LazyLock;

use chancery_engine::cloudevents::matching::{FramedTypes, PayloadFormat, SchemaLocator, SchemaNames, split_version};
use chancery_engine::cloudevents::{
    Data, EventOptions, EventReading, Profile, Reading, read_avro, read_http, read_json, read_json_ahead,
    read_json_batch, read_kafka, read_nats, read_protobuf, read_protobuf_batch,
};
use chancery_engine::format::Validator;
use chancery_engine::violation::{Encoding, PayloadOptions, ValidatorOptions};
use chancery_engine::{Limits, Schema, SchemaType, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((choice, rest)) = input.split_first() else { return };
    let profile = [Profile::Strict, Profile::Interop, Profile::EnvelopeOnly][usize::from(choice >> 4) % 3];
    let options = EventOptions::with_profile(profile);
    let (headers, body) = split_headers(rest);
    let reading = match choice & 0xf {
        0 => {
            let reading = read_json(rest, &options);
            prove(rest, &options, &reading);
            reading
        }
        1 => read_json_batch(rest, &options),
        2 => read_avro(rest, &options),
        3 => read_protobuf(rest, &options),
        4 => read_protobuf_batch(rest, &options),
        5 => {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, Some(*value))).collect();
            read_kafka(&headers, Some(body), &options)
        }
        6 => read_nats(&headers, body, &options),
        _ => read_http(&headers, body, &options),
    };
    match reading {
        Reading::Single(reading) => look(&reading),
        Reading::Batch { events, .. } => events.iter().for_each(look),
        Reading::Refused(refusal) => assert!(refusal.kind.status() >= 400),
    }
});

/// An event that is read without a look into its data is the one that is read in full.
fn prove(text: &[u8], options: &EventOptions, reading: &Reading<'_>) {
    static ANY: LazyLock<Validator> = LazyLock::new(|| {
        let schema = Schema::parse(SchemaType::Json, &Source::bare("{}"), Strictness::New, &Limits::default());
        schema.expect("a schema").validator(&ValidatorOptions::default()).expect("a validator")
    });
    let Some(ahead) = read_json_ahead(text, options) else { return };
    let json = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    if ahead.event.data.bytes().is_some_and(|data| ANY.proves_json(data, &json)) {
        assert_eq!(&Reading::Single(ahead), reading);
    }
}

fn look(reading: &EventReading<'_>) {
    let EventReading { event, report, .. } = reading;
    assert!(!report.truncated || !report.findings.is_empty());
    if let Data::Json(text) = &event.data {
        // A second reader agrees that this is JSON; it has a depth limit of its own.
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
            assert!(error.to_string().starts_with("recursion limit"), "{error}");
        }
    }
    let _ = PayloadFormat::of_event(event, &FramedTypes::default());
    let _ = event.data.bytes();
    for attribute in &event.attributes {
        let text = attribute.value.to_text();
        let _ = split_version(&text);
        let _ = SchemaLocator::new(["https://registry.example.com/api"]).map(|locator| locator.locate(&text, &SchemaNames::default()));
    }
}

type Header<'a> = (&'a str, &'a [u8]);

fn split_headers(mut rest: &[u8]) -> (Vec<Header<'_>>, &[u8]) {
    let mut headers = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { break };
        if let Ok(name) = std::str::from_utf8(&line[..colon]) {
            headers.push((name, &line[colon + 1..]));
        }
    }
    (headers, rest)
}
