//! Inline tags of records and fields.

use chancery_engine::{EntityTags, EntityType};

use super::{new_schema, with_references};

fn tags(path: &str, entity: EntityType, tags: &[&str]) -> EntityTags {
    EntityTags { path: path.to_owned(), entity, tags: tags.iter().map(|tag| (*tag).to_owned()).collect() }
}

const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string","confluent:tags":["KEY"]},{"name":"lines","type":["null",{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"sku","type":"string"}],"confluent:tags":["PART","SMALL"]}}]}]}"#;

#[test]
fn tagged_entities_are_listed_in_document_order() {
    let schema = new_schema(ORDER).expect("parses");
    assert_eq!(
        schema.tags(),
        [
            tags("shop.Order.id", EntityType::Field, &["KEY"]),
            tags("shop.Line", EntityType::Record, &["PART", "SMALL"]),
        ]
    );
}

/// `(add, remove, part of the text, whether it is there)`
#[test]
fn tags_are_added_and_removed_at_their_entity() {
    let (record, field) = (EntityType::Record, EntityType::Field);
    for (add, remove, part, there) in [
        (
            vec![tags("shop.Order", record, &["A", "B"])],
            vec![],
            r#"]}}]}],"confluent:tags":["A","B"]}"#,
            true,
        ),
        (vec![tags(".shop.Order", record, &["A"])], vec![], r#"}],"confluent:tags":["A"]}"#, true),
        (
            vec![tags("shop.Order.id", field, &["KEY", "PII"])],
            vec![],
            r#""confluent:tags":["KEY","PII"]"#,
            true,
        ),
        (
            vec![tags("shop.Line.sku", field, &["PII"])],
            vec![],
            r#""name":"sku","type":"string","confluent:tags":["PII"]"#,
            true,
        ),
        (
            vec![tags("shop.Order.lines.sku", field, &["PII"])],
            vec![],
            r#""name":"sku","type":"string","confluent:tags":["PII"]"#,
            true,
        ),
        (
            vec![tags("shop.Order.lines.shop.Line.sku", field, &["PII"])],
            vec![],
            r#""type":"string","confluent:tags":["PII"]"#,
            true,
        ),
        (vec![], vec![tags("shop.Order.id", field, &["KEY"])], "KEY", false),
        (vec![], vec![tags("shop.Line", record, &["SMALL"])], r#""confluent:tags":["PART"]"#, true),
        (
            vec![],
            vec![tags("shop.Line", record, &["SMALL", "PART", "NONE"])],
            r#""sku","type":"string"}]}}]"#,
            true,
        ),
        (
            vec![tags("shop.Line", record, &["NEW"])],
            vec![tags("shop.Line", record, &["NEW", "PART"])],
            r#""confluent:tags":["SMALL"]"#,
            true,
        ),
    ] {
        let text =
            new_schema(ORDER).expect("parses").retagged(&add, &remove).expect("the entities are there");
        assert_eq!(text.contains(part), there, "{add:?} {remove:?}: {text}");
        assert_eq!(new_schema(&text).expect("parses").canonical(), text);
    }
}

#[test]
fn a_path_that_names_no_entity_is_refused() {
    let address = r#"{"type":"record","name":"Address","fields":[{"name":"street","type":"string"}]}"#;
    let user = r#"{"type":"record","name":"User","fields":[{"name":"home","type":"Address"}]}"#;
    let schema = with_references(user, &[("Address", address)]).expect("parses");
    for (path, entity) in [
        ("User.away", EntityType::Field),
        ("User", EntityType::Field),
        ("User.home", EntityType::Record),
        ("Nobody", EntityType::Record),
        ("", EntityType::Record),
        ("Address.street", EntityType::Field),
        ("User.home.street", EntityType::Field),
    ] {
        let wanted = [tags(path, entity, &["A"])];
        for error in [schema.retagged(&wanted, &[]), schema.retagged(&[], &wanted)] {
            let error = error.expect_err(path).to_string();
            assert_eq!(error, format!("No matching path '{path}' found in the schema"));
        }
    }
    let tagged = schema.retagged(&[tags("User.home", EntityType::Field, &["A"])], &[]).expect("own field");
    assert_eq!(
        tagged,
        r#"{"type":"record","name":"User","fields":[{"name":"home","type":"Address","confluent:tags":["A"]}]}"#
    );
}
