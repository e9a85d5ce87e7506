//! Bounds, counted in steps, not in seconds.

use std::collections::BTreeSet;
use std::fmt::Write;

use chancery_engine::difference::CompareOptions;
use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Dependency, Limits, Source, Strictness};

use super::stored;

fn wide(fields: usize) -> String {
    let fields = (1..=fields).fold(String::new(), |mut text, number| {
        let _ = write!(text, "int32 f{number} = {number};");
        text
    });
    format!("syntax = \"proto3\"; message M {{ {fields} }}")
}

#[test]
fn ten_thousand_fields_take_ten_thousand_steps() {
    let (old, new) = (stored(&wide(10_000)), stored(&wide(10_001)));
    let found = ProtobufSchema::compare(&new, &old, &CompareOptions::default());
    assert!(found.is_compatible());
    assert!((10_000..10_100).contains(&found.steps), "{} steps", found.steps);
}

#[test]
fn a_hundred_nested_messages_are_compared() {
    let text = |kind: &str| {
        let open = "message L { ".repeat(100);
        format!("syntax = \"proto3\"; {open} {kind} a = 1; {}", "} ".repeat(100))
    };
    let found = ProtobufSchema::compare(
        &stored(&text("string")),
        &stored(&text("int32")),
        &CompareOptions::default(),
    );
    assert_eq!(found.incompatible().count(), 1);
    assert!(found.steps < 1_000, "{} steps", found.steps);
}

#[test]
fn chains_of_imported_messages_are_followed_to_their_end() {
    let text = |length: usize, leaf: &str| {
        let mut text = format!("syntax = \"proto3\"; package c; message C0 {{ {leaf} a = 1; }}");
        for level in 1..=length {
            let _ = write!(text, "message C{level} {{ C{} a = 1; }}", level - 1);
        }
        let dependency = Dependency { name: "c.proto".to_owned(), text, origin: None };
        let main = format!("syntax = \"proto3\"; import \"c.proto\"; message M {{ c.C{length} a = 1; }}");
        let source = Source { text: &main, dependencies: std::slice::from_ref(&dependency) };
        ProtobufSchema::parse(&source, Strictness::New, &Limits::default()).expect("a chain parses")
    };
    for length in [190, 5_000] {
        let found = ProtobufSchema::compare(
            &text(length, "string"),
            &text(length, "int32"),
            &CompareOptions::default(),
        );
        let kinds: BTreeSet<&str> = found.incompatible().map(|difference| difference.rule.id).collect();
        assert!(!kinds.contains("proto/undecided") && !found.is_compatible(), "{kinds:?}");
        assert_eq!(found.incompatible().last().map(|difference| difference.path.as_str()), Some("#/M/1"));
        assert!(found.steps < 4 * length as u64 + 100, "{} steps", found.steps);
    }
}

/// Every message of the import uses every other one.
fn clique(size: usize, kind: &str) -> ProtobufSchema {
    let mut text = "syntax = \"proto3\"; package c;".to_owned();
    for one in 0..size {
        let _ = write!(text, "message N{one} {{ {kind} own = 1000;");
        for other in 0..size {
            let _ = write!(text, "N{other} to{other} = {};", other + 1);
        }
        text.push('}');
    }
    let dependency = Dependency { name: "c.proto".to_owned(), text, origin: None };
    let source = Source {
        text: "syntax = \"proto3\"; import \"c.proto\"; message M { c.N0 a = 1; c.N1 b = 2; }",
        dependencies: std::slice::from_ref(&dependency),
    };
    ProtobufSchema::parse(&source, Strictness::New, &Limits::default()).expect("a clique parses")
}

#[test]
fn mutually_recursive_imports_end_with_a_verdict() {
    let found =
        ProtobufSchema::compare(&clique(12, "string"), &clique(12, "string"), &CompareOptions::default());
    assert!(found.is_compatible() && found.steps <= 2_000_000, "{} steps", found.steps);
    let found =
        ProtobufSchema::compare(&clique(12, "string"), &clique(12, "int32"), &CompareOptions::default());
    assert!(!found.is_compatible());
    assert!(found.differences.iter().all(|difference| difference.rule.id != "proto/undecided"));
}

#[test]
fn the_limit_of_steps_ends_in_a_finding() {
    let limits = Limits { max_steps: 50, ..Limits::default() };
    let options = CompareOptions { limits, ..CompareOptions::default() };
    let found = ProtobufSchema::compare(&stored(&wide(100)), &stored(&wide(100)), &options);
    let ids: Vec<_> = found.differences.iter().map(|difference| difference.rule.id).collect();
    assert_eq!(ids, ["proto/undecided"]);
    assert!(!found.is_compatible() && found.steps == 50);
}

#[test]
fn hostile_names_are_cheap_to_refuse() {
    let package = vec!["a"; 100_000].join(".");
    let text = format!("syntax = \"proto3\"; package {package}; message M {{ X x = 1; }}");
    let refused = ProtobufSchema::parse(&Source::bare(&text), Strictness::New, &Limits::default());
    assert!(refused.is_err());
}
