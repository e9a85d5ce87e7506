//! Laws that hold for every accepted text.

use chancery_engine::difference::{CompareOptions, Policy};
use chancery_engine::protobuf::{ProtobufSchema, parse};
use chancery_engine::{Limits, Source, Strictness};
use proptest::prelude::*;

use super::arbitrary::{fields, file};
use super::stored;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn printing_keeps_the_tree_and_is_its_own_print(text in file()) {
        let limits = Limits::default();
        let printed = stored(&text).canonical();
        prop_assert_eq!(parse(&text, &limits), parse(&printed, &limits), "{}", printed);
        prop_assert_eq!(stored(&printed).canonical(), printed);
    }

    #[test]
    fn the_normal_form_is_its_own_normal_form(text in file()) {
        let normal = stored(&text).normalized();
        prop_assert_eq!(stored(&normal).normalized(), normal.clone());
        prop_assert_eq!(stored(&normal).canonical(), normal);
    }

    #[test]
    fn a_schema_reads_itself_under_every_policy(text in file()) {
        let schema = stored(&text);
        for (policy, name) in Policy::ALL {
            let found = ProtobufSchema::compare(&schema, &schema, &CompareOptions { policy, ..CompareOptions::default() });
            let kinds: Vec<_> = found.differences.iter().map(|difference| difference.rule.id).collect();
            prop_assert!(kinds.is_empty(), "{}: {:?}", name, kinds);
        }
    }

    #[test]
    fn the_normal_form_reads_the_text_and_the_reverse(text in file()) {
        let schema = stored(&text);
        let normal = stored(&schema.normalized());
        for (reader, writer) in [(&schema, &normal), (&normal, &schema)] {
            let found = ProtobufSchema::compare(reader, writer, &CompareOptions::default());
            prop_assert!(found.is_compatible(), "{:?}", found.differences);
        }
    }

    #[test]
    fn the_order_of_fields_is_not_in_the_normal_form(fields in fields(), order in any::<prop::sample::Index>()) {
        let mut turned = fields.clone();
        turned.rotate_left(if fields.is_empty() { 0 } else { order.index(fields.len()) });
        let text = |fields: &[String]| format!("syntax = \"proto3\"; message A {{ {} }}", fields.join(" "));
        prop_assert_eq!(stored(&text(&fields)).normalized(), stored(&text(&turned)).normalized());
    }

    #[test]
    fn damaged_texts_are_answered(text in file(), at in any::<prop::sample::Index>(), damage in "\\PC{0,4}|[{}\\[\\]();=\"'/*<>]{1,6}") {
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let damaged = format!("{}{damage}{}", &text[..at], text[at..].chars().skip(1).collect::<String>());
        if let Ok(schema) = ProtobufSchema::parse(&Source::bare(&damaged), Strictness::Stored, &Limits::default()) {
            let again = stored(&schema.canonical());
            prop_assert_eq!(again.canonical(), schema.canonical());
            let _ = (schema.normalized(), schema.tags(), schema.formatted("serialized"), schema.check_fields());
            ProtobufSchema::compare(&schema, &stored(&text), &CompareOptions::default());
        }
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,60}") {
        let _ = ProtobufSchema::parse(&Source::bare(&text), Strictness::New, &Limits::default());
    }
}
