//! Candidates against histories of several versions.

use chancery_engine::verdict::{CheckOptions, Earlier, check};
use chancery_engine::{Limits, Schema, SchemaType, Source, Strictness};

/// A record of string fields; `name=text` gives the field a default.
fn record(fields: &str) -> Schema {
    let members: Vec<String> = fields
        .split_whitespace()
        .map(|field| match field.split_once('=') {
            Some((name, default)) => format!(r#"{{"name":"{name}","type":"string","default":"{default}"}}"#),
            None => format!(r#"{{"name":"{field}","type":"string"}}"#),
        })
        .collect();
    let text = format!(r#"{{"type":"record","name":"Parcel","fields":[{}]}}"#, members.join(","));
    Schema::parse(SchemaType::Avro, &Source::bare(&text), Strictness::New, &Limits::default())
        .expect("parses")
}

/// `(level, history oldest first, candidate, version whose comparison failed)`
#[test]
fn levels_choose_the_versions_and_directions() {
    let (to, to_via, to_via_default, all) = ("to", "to via", "to via=ship", "to via=ship box=small");
    for (level, history, candidate, failed) in [
        ("BACKWARD", vec![to, to_via_default], to_via, None),
        ("BACKWARD", vec![to_via_default, to], to_via, Some(2)),
        ("BACKWARD_TRANSITIVE", vec![to, to_via_default], all, None),
        ("BACKWARD_TRANSITIVE", vec![to_via_default, to], to_via, Some(2)),
        ("BACKWARD_TRANSITIVE", vec![to, to_via_default], to_via, Some(1)),
        ("FORWARD", vec![to_via, to_via_default], to, None),
        ("FORWARD", vec![to_via_default, to_via], to, Some(2)),
        ("FORWARD_TRANSITIVE", vec![all, to_via_default], to, None),
        ("FORWARD_TRANSITIVE", vec![to_via, to_via_default], to, Some(1)),
        ("FULL", vec![to, to_via_default], to_via, None),
        ("FULL", vec![to_via, to_via_default], to, None),
        ("FULL_TRANSITIVE", vec![to, to_via_default], all, None),
        ("FULL_TRANSITIVE", vec![all, to_via_default], to, None),
        ("FULL_TRANSITIVE", vec![to_via_default, to], to_via, Some(2)),
        ("FULL_TRANSITIVE", vec![to_via, to_via_default], to, Some(1)),
        ("NONE", vec![to], to_via, None),
        ("FULL_TRANSITIVE", vec![], to_via, None),
    ] {
        let schemas: Vec<Schema> = history.iter().map(|fields| record(fields)).collect();
        let earlier: Vec<Earlier<'_>> = schemas
            .iter()
            .zip(1..)
            .map(|(schema, version)| Earlier { version: Some(version), schema })
            .collect();
        let options = CheckOptions { level: level.parse().expect("a level"), ..CheckOptions::default() };
        let verdict = check(&record(candidate), &earlier, &options);
        let found = verdict.findings.first().and_then(|finding| finding.version);
        assert_eq!(found, failed, "{level}: {candidate} after {history:?}");
        assert_eq!(verdict.is_compatible(), failed.is_none());
    }
}

#[test]
fn messages_come_in_the_order_of_the_reference() {
    let (old, new) = (record("to"), record("to via"));
    let history = [Earlier { version: Some(3), schema: &old }];
    let verdict = check(&new, &history, &CheckOptions::default());
    assert_eq!(
        verdict.messages,
        [
            "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'via' at path '/fields/1' in the new schema has no default value and is missing in the old schema', additionalInfo:'via'}",
            "{oldSchemaVersion: 3}",
            r#"{oldSchema: '{"type":"record","name":"Parcel","fields":[{"name":"to","type":"string"}]}'}"#,
            "{validateFields: 'false', compatibility: 'BACKWARD'}",
        ]
    );
    // Only the forward leg fails: the old schema is not quoted.
    let history = [Earlier { version: Some(3), schema: &new }];
    let options = CheckOptions { level: "FULL".parse().expect("a level"), ..CheckOptions::default() };
    let verdict = check(&old, &history, &options);
    assert_eq!(verdict.messages.len(), 2);
    assert!(
        verdict.messages[0]
            .contains("in the old schema has no default value and is missing in the new schema")
    );
    assert_eq!(verdict.messages[1], "{validateFields: 'false', compatibility: 'FULL'}");
}
