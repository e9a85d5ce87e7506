//! Documents: compare-and-swap on small JSON texts.

use chancery::store::{Command, Conflict, Document, DocumentChange};

use super::world::conflict;
use super::{Backend, Lab, on_every_backend};

fn change(key: &str, before: Option<&str>, after: Option<&str>) -> DocumentChange {
    let own = |text: Option<&str>| text.map(str::to_owned);
    DocumentChange { collection: "keys", key: key.to_owned(), before: own(before), after: own(after) }
}

fn moved(key: &str) -> Conflict {
    Conflict::DocumentMoved { collection: "keys", key: key.to_owned() }
}

async fn a_document_is_written_only_over_what_its_writer_read<B: Backend>(lab: Lab<B>) {
    let apply = |one: DocumentChange| lab.apply(Command::ChangeDocuments(vec![one]));
    apply(change("a", None, Some("1"))).await.unwrap();
    assert_eq!(conflict(apply(change("a", None, Some("2"))).await), moved("a"));
    assert_eq!(conflict(apply(change("a", Some("9"), Some("2"))).await), moved("a"));
    assert_eq!(conflict(apply(change("b", Some("1"), None)).await), moved("b"));
    assert_eq!(lab.store.find_document("keys", "a").await.unwrap().as_deref(), Some("1"));
    apply(change("a", Some("1"), Some("2"))).await.unwrap();
    assert_eq!(lab.store.find_document("keys", "a").await.unwrap().as_deref(), Some("2"));
    assert_eq!(lab.store.find_document("others", "a").await.unwrap(), None);
    apply(change("a", Some("2"), None)).await.unwrap();
    assert_eq!(lab.store.find_document("keys", "a").await.unwrap(), None);
}

async fn changes_of_several_documents_are_made_all_or_none<B: Backend>(lab: Lab<B>) {
    let both = |second_before| {
        Command::ChangeDocuments(vec![change("a", None, Some("1")), change("b", second_before, Some("1"))])
    };
    assert_eq!(conflict(lab.apply(both(Some("0"))).await), moved("b"));
    assert_eq!(lab.store.find_document("keys", "a").await.unwrap(), None);
    assert!(lab.changes().await.is_empty());
    lab.apply(both(None)).await.unwrap();
    assert_eq!(lab.changes().await.len(), 2);
}

async fn documents_are_listed_by_prefix_in_byte_order<B: Backend>(lab: Lab<B>) {
    for key in ["a\u{1f}2", "a\u{1f}1", "a", "ab", "a%", "B", "é"] {
        lab.apply(Command::ChangeDocuments(vec![change(key, None, Some("{}"))])).await.unwrap();
    }
    let keys = |prefix: &'static str| {
        let store = lab.store.clone();
        async move {
            let listed: Vec<Document> = store.list_documents("keys", prefix).await.unwrap();
            listed.into_iter().map(|document| document.key).collect::<Vec<_>>()
        }
    };
    assert_eq!(keys("").await, ["B", "a", "a\u{1f}1", "a\u{1f}2", "a%", "ab", "é"]);
    assert_eq!(keys("a\u{1f}").await, ["a\u{1f}1", "a\u{1f}2"]);
    assert_eq!(keys("a%").await, ["a%"]);
    assert!(keys("z").await.is_empty());
    let asked = ["é", "none", "a%", "B", "a%"].map(str::to_owned);
    let found = lab.store.find_documents("keys", &asked).await.unwrap();
    let found: Vec<_> = found.iter().map(|document| document.key.as_str()).collect();
    assert_eq!(found, ["B", "a%", "é"]);
    assert!(lab.store.find_documents("others", &asked).await.unwrap().is_empty());
}

on_every_backend!(
    a_document_is_written_only_over_what_its_writer_read,
    changes_of_several_documents_are_made_all_or_none,
    documents_are_listed_by_prefix_in_byte_order,
);
