//! Lists: order, prefixes, deletion filters, pages.

use std::sync::Arc;

use chancery::model::{Content, ContextName, SchemaId, Subject};
use chancery::store::{
    Command, Deletion, DocumentChange, EntryFilter, Page, Scope, SubjectQuery, VersionQuery,
};

use super::world::{avro, default_context, every_version, everywhere};
use super::{Backend, Lab, on_every_backend};

fn in_default(prefix: &str) -> SubjectQuery {
    let scope = Scope::Context(default_context());
    SubjectQuery { scope, prefix: prefix.to_owned(), ..everywhere(Deletion::Active) }
}

async fn subjects_are_sorted_by_the_bytes_of_their_qualified_name<B: Backend>(lab: Lab<B>) {
    for name in ["b", "a", "B", "é", "1", ":.dr:a", "~", ":.a:z", "a/b c%_", "\u{1f600}", "\u{ffff}"] {
        lab.register(name, &avro("\"int\"")).await;
    }
    let found = lab.subjects(everywhere(Deletion::Active)).await;
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(found, sorted);
    assert_eq!(found.len(), 11);
    assert_eq!(found[..4], ["1", ":.a:z", ":.dr:a", "B"]);
}

async fn a_prefix_is_plain_text_and_case_sensitive<B: Backend>(lab: Lab<B>) {
    for name in ["a%b", "a_b", "aXb", "A%b", "a", "b", "a\u{10ffff}x", ":.dr:a%c"] {
        lab.register(name, &avro("\"int\"")).await;
    }
    assert_eq!(lab.subjects(in_default("a%")).await, ["a%b"]);
    assert_eq!(lab.subjects(in_default("a_")).await, ["a_b"]);
    assert_eq!(lab.subjects(in_default("a")).await, ["a", "a%b", "aXb", "a_b", "a\u{10ffff}x"]);
    assert_eq!(lab.subjects(in_default("a\u{10ffff}")).await, ["a\u{10ffff}x"]);
    assert!(lab.subjects(in_default("'; drop table subjects; --")).await.is_empty());
    let all = SubjectQuery { prefix: "a%".to_owned(), ..everywhere(Deletion::Active) };
    assert_eq!(lab.subjects(all).await, [":.dr:a%c", "a%b"]);
    let dr = Scope::Context(ContextName::from_stored("dr"));
    let query = SubjectQuery { scope: dr, ..in_default("") };
    assert_eq!(lab.subjects(query).await, [":.dr:a%c"]);
}

async fn deletion_decides_which_subjects_count<B: Backend>(lab: Lab<B>) {
    for name in ["gone", "live", "mixed", "purged"] {
        lab.register(name, &avro("\"int\"")).await;
    }
    lab.register("mixed", &avro("\"long\"")).await;
    lab.soft_delete("gone", &[1]).await.unwrap();
    lab.soft_delete("mixed", &[1]).await.unwrap();
    lab.purge("purged", &[1]).await;
    assert_eq!(lab.subjects(everywhere(Deletion::Active)).await, ["live", "mixed"]);
    assert_eq!(lab.subjects(everywhere(Deletion::All)).await, ["gone", "live", "mixed"]);
    assert_eq!(lab.subjects(everywhere(Deletion::DeletedOnly)).await, ["gone"]);
    assert_eq!(lab.schemas(every_version(Deletion::Active)).await, ["live/1#1", "mixed/2#2"]);
    let all = ["gone/1#1", "live/1#1", "mixed/1#1", "mixed/2#2"];
    assert_eq!(lab.schemas(every_version(Deletion::All)).await, all);
    assert_eq!(lab.schemas(every_version(Deletion::DeletedOnly)).await, ["gone/1#1", "mixed/1#1"]);
}

async fn latest_only_takes_the_highest_version_that_counts<B: Backend>(lab: Lab<B>) {
    for text in ["\"int\"", "\"long\"", "\"float\""] {
        lab.register("orders", &avro(text)).await;
        lab.register(":.dr:orders", &avro(text)).await;
    }
    lab.soft_delete("orders", &[3]).await.unwrap();
    let latest = |deletion| VersionQuery { latest_only: true, ..every_version(deletion) };
    assert_eq!(lab.schemas(latest(Deletion::Active)).await, [":.dr:orders/3#3", "orders/2#2"]);
    assert_eq!(lab.schemas(latest(Deletion::All)).await, [":.dr:orders/3#3", "orders/3#3"]);
    assert_eq!(lab.schemas(latest(Deletion::DeletedOnly)).await, ["orders/3#3"]);
}

async fn rule_types_filter_after_latest_only<B: Backend>(lab: Lab<B>) {
    let with_rule = |text: &str, rule_type: &str| {
        let rules = format!(r#"{{"domainRules":[{{"name":"r","type":"{rule_type}"}}]}}"#);
        let mut content = (*avro(text)).clone();
        content.rule_set = Some(serde_json::from_str(&rules).unwrap());
        std::sync::Arc::new(content)
    };
    lab.register("a", &with_rule("\"1\"", "CEL")).await;
    lab.register("a", &avro("\"2\"")).await;
    lab.register("b", &with_rule("\"3\"", "CEL")).await;
    lab.register("c", &with_rule("\"4\"", "CEL_FIELD")).await;
    let asked = VersionQuery { rule_type: Some("CEL".to_owned()), ..every_version(Deletion::Active) };
    assert_eq!(lab.schemas(asked.clone()).await, ["a/1#1", "b/1#3"]);
    assert_eq!(lab.schemas(VersionQuery { latest_only: true, ..asked }).await, ["b/1#3"]);
}

async fn further_subjects_are_included_once<B: Backend>(lab: Lab<B>) {
    for name in ["a1", "a2", "b", ":.dr:c", "d"] {
        lab.register(name, &avro("\"int\"")).await;
    }
    let also = ["a2", "b", ":.dr:c", "unknown"].map(Subject::parse).to_vec();
    let scope = Scope::Context(default_context());
    let asked = VersionQuery { scope, prefix: "a".to_owned(), also, ..every_version(Deletion::Active) };
    assert_eq!(lab.schemas(asked).await, [":.dr:c/1#1", "a1/1#1", "a2/1#1", "b/1#1"]);
}

async fn entries_of_documents_filter_subjects<B: Backend>(lab: Lab<B>) {
    for name in ["a", "b", ":.dr:c", "d", "e"] {
        lab.register(name, &avro("\"int\"")).await;
        lab.register(name, &avro("\"long\"")).await;
    }
    for (collection, key, body) in [
        ("lists", "a", r#"[{"kind":"x","size":"1"},{"kind":"y","size":"2"}]"#),
        ("lists", "b", r#"[{"kind":"y","size":"1"}]"#),
        ("lists", ":.dr:c", r#"[{"kind":"x"}]"#),
        ("lists", "d", "[]"),
        ("others", "e", r#"[{"kind":"x","size":"1"}]"#),
        ("lists", "nobody", r#"[{"kind":"x","size":"1"}]"#),
    ] {
        let (key, after) = (key.to_owned(), Some(body.to_owned()));
        let change = DocumentChange { collection, key, before: None, after };
        lab.apply(Command::ChangeDocuments(vec![change])).await.unwrap();
    }
    let with = |members: &[(&'static str, &[&str])]| {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let members = members.iter().map(|(name, any)| (*name, texts(any))).collect();
        let with_entry = Some(EntryFilter { collection: "lists", members });
        VersionQuery { with_entry, latest_only: true, ..every_version(Deletion::Active) }
    };
    assert_eq!(lab.schemas(with(&[])).await, [":.dr:c/2#2", "a/2#2", "b/2#2"]);
    assert_eq!(lab.schemas(with(&[("kind", &["x"])])).await, [":.dr:c/2#2", "a/2#2"]);
    assert_eq!(lab.schemas(with(&[("kind", &["z", "y"])])).await, ["a/2#2", "b/2#2"]);
    assert_eq!(
        lab.schemas(with(&[("kind", &["y"]), ("size", &["1"])])).await,
        ["b/2#2"],
        "one entry has all"
    );
    assert_eq!(lab.schemas(with(&[("size", &["%", "'"])])).await, [""; 0]);
    // A page is cut after the filter, whatever the number of entries and versions.
    let page = Page { offset: 2, limit: Some(2) };
    let all = VersionQuery { latest_only: false, page, ..with(&[]) };
    assert_eq!(lab.schemas(all).await, ["a/1#1", "a/2#2"]);
}

async fn pages_cut_after_all_filters<B: Backend>(lab: Lab<B>) {
    for name in ["a", "b", "c", "d", "e"] {
        lab.register(name, &avro("\"int\"")).await;
        lab.register(name, &avro("\"long\"")).await;
    }
    lab.soft_delete("b", &[1, 2]).await.unwrap();
    let page = |offset, limit| Page { offset, limit };
    let subjects = |page| SubjectQuery { page, ..in_default("") };
    assert_eq!(lab.subjects(subjects(page(1, Some(2)))).await, ["c", "d"]);
    assert_eq!(lab.subjects(subjects(page(3, None))).await, ["e"]);
    assert!(lab.subjects(subjects(page(9, None))).await.is_empty());
    assert!(lab.subjects(subjects(page(0, Some(0)))).await.is_empty());
    let versions = |page| VersionQuery { page, ..every_version(Deletion::Active) };
    assert_eq!(lab.schemas(versions(page(1, Some(2)))).await, ["a/2#2", "c/1#1"]);
}

async fn contexts_are_listed_from_their_first_registration_on<B: Backend>(lab: Lab<B>) {
    let names = || async {
        let contexts = lab.store.list_contexts().await.unwrap();
        contexts.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(names().await.is_empty());
    lab.register(":.dr:a", &avro("\"int\"")).await;
    assert_eq!(names().await, [".dr"]);
    lab.register("a", &avro("\"int\"")).await;
    lab.register(":.aa:a", &avro("\"int\"")).await;
    assert_eq!(names().await, [".", ".aa", ".dr"]);
    lab.purge(":.dr:a", &[1]).await;
    assert_eq!(names().await, [".", ".aa", ".dr"], "a context stays until it is deleted");
}

async fn uses_and_guids_show_every_place_of_a_content<B: Backend>(lab: Lab<B>) {
    let text = avro("\"int\"");
    lab.register("b", &text).await;
    lab.register("a", &text).await;
    lab.register(":.dr:x", &avro("\"other\"")).await;
    lab.register(":.dr:a", &text).await;
    lab.soft_delete("a", &[1]).await.unwrap();
    let uses = lab.store.list_uses(&default_context(), SchemaId(1)).await.unwrap();
    let shown: Vec<_> =
        uses.iter().map(|one| format!("{}/{} {}", one.subject, one.version, one.deleted)).collect();
    assert_eq!(shown, ["a/1 true", "b/1 false"]);
    let found = lab.store.list_guid_ids(text.guid()).await.unwrap();
    let dr = ContextName::from_stored(".dr");
    assert_eq!(found, [(default_context(), SchemaId(1)), (dr.clone(), SchemaId(2))]);
    assert_eq!(lab.store.find_max_id(&dr).await.unwrap(), Some(SchemaId(2)));
    assert_eq!(lab.store.find_max_id(&ContextName::from_stored(".none")).await.unwrap(), None);
}

async fn json_schemas_are_found_by_their_own_id<B: Backend>(lab: Lab<B>) {
    let json = |text: &str| {
        let schema_type = chancery_engine::SchemaType::Json;
        Arc::new(Content { schema_type, ..(*avro(text)).clone() })
    };
    let one = r#"{"$id":"https://example.com/ü","title":"1"}"#;
    lab.register("a", &json(one)).await;
    lab.register("b", &json(r#"{"$id":"https://example.com/ü","title":"2"}"#)).await;
    lab.register("four", &json(r#"{"id":"urn:example:four"}"#)).await;
    lab.register("none", &json("true")).await;
    lab.register("number", &json(r#"{"$id":5,"x":1e999}"#)).await;
    lab.register("avro", &avro(r#"{"type":"string","$id":"https://example.com/avro"}"#)).await;
    lab.register(":.dr:a", &json(one)).await;
    let (here, dr) = (default_context(), ContextName::from_stored(".dr"));
    for (context, id, expected) in [
        (&here, "https://example.com/ü", &[2, 1][..]),
        (&dr, "https://example.com/ü", &[1]),
        (&here, "urn:example:four", &[3]),
        (&here, "https://example.com/avro", &[]),
        (&here, "", &[]),
    ] {
        let found = lab.store.list_json_schema_ids(context, id).await.unwrap();
        assert_eq!(found.iter().map(|id| id.0).collect::<Vec<_>>(), expected, "{context} {id}");
    }
}

async fn namesakes_come_default_context_first<B: Backend>(lab: Lab<B>) {
    for name in [":.b:orders", ":.a:orders", "orders", ":.a:other"] {
        lab.register(name, &avro("\"int\"")).await;
    }
    lab.register(":.c:orders", &avro("\"int\"")).await;
    lab.purge(":.c:orders", &[1]).await;
    let found = lab.store.list_namesakes("orders").await.unwrap();
    let shown: Vec<_> = found.iter().map(Subject::qualified).collect();
    assert_eq!(shown, ["orders", ":.a:orders", ":.b:orders"]);
}

on_every_backend!(
    subjects_are_sorted_by_the_bytes_of_their_qualified_name,
    a_prefix_is_plain_text_and_case_sensitive,
    deletion_decides_which_subjects_count,
    latest_only_takes_the_highest_version_that_counts,
    rule_types_filter_after_latest_only,
    further_subjects_are_included_once,
    entries_of_documents_filter_subjects,
    pages_cut_after_all_filters,
    contexts_are_listed_from_their_first_registration_on,
    uses_and_guids_show_every_place_of_a_content,
    json_schemas_are_found_by_their_own_id,
    namesakes_come_default_context_first,
);
