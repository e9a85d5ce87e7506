//! What is kept of compiled schemas, counted by what it weighs.

use std::fmt::Write;

use super::*;
use crate::model::{Subject, VersionSelector};
use crate::registry::{RawReference, RegistrySettings};
use crate::store::sqlite::SqliteStore;

/// Bytes that are kept of registered schemas; a quarter of it of others.
const KEPT: u64 = 16 << 20;

const PROPERTIES: usize = 300;

/// A registry with the subject `big`, and what keeps its database.
async fn registry() -> (Registry, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("chancery.db")).await.unwrap());
    let settings = RegistrySettings { schema_cache_bytes: KEPT, ..RegistrySettings::default() };
    let registry = Registry::new(store, Arc::new(|| 0), settings);
    let mut properties = String::new();
    for n in 0..PROPERTIES {
        let comma = if n == 0 { "" } else { "," };
        write!(properties, r#"{comma}"property{n}":{{"type":"string","minLength":1}}"#).unwrap();
    }
    let big = format!(r#"{{"type":"object","properties":{{{properties}}}}}"#);
    register(&registry, "big", json_schema(&big)).await;
    (registry, folder)
}

fn json_schema(text: &str) -> Candidate {
    Candidate { schema: Some(text.to_owned()), schema_type: Some("JSON".to_owned()), ..Candidate::default() }
}

/// A small schema that is all that `big` is.
fn on_big(n: usize) -> Candidate {
    let reference =
        RawReference { name: Some("big.json".to_owned()), subject: Some("big".to_owned()), version: Some(1) };
    let text = format!(r#"{{"title":"t{n}","$ref":"big.json"}}"#);
    Candidate { references: vec![reference], ..json_schema(&text) }
}

async fn register(registry: &Registry, name: &str, candidate: Candidate) {
    registry.register(&Subject::parse(name), &candidate, false, false).await.unwrap();
}

async fn stored(registry: &Registry, name: &str) -> Arc<Ready> {
    let latest = registry.target_of_version(&Subject::parse(name), VersionSelector::Latest, "test").await;
    latest.unwrap().ready
}

async fn compile(registry: &Registry, ready: &Arc<Ready>) {
    assert!(registry.judge_of(ready).await.unwrap().is_ok());
}

/// How many of these are still kept, and what they weigh.
fn kept(registry: &Registry, all: &[Arc<Ready>]) -> (usize, usize) {
    let moment = registry.moment(DependsOn::Contents);
    let of = |ready: &Arc<Ready>| registry.ready.of(ready.origin).find(&ready.key(), moment);
    let found: Vec<_> = all.iter().filter_map(of).collect();
    for (ready, weight) in &found {
        assert!(*weight > PROPERTIES * 1000, "{weight} bytes for {}", ready.content.text);
    }
    (found.len(), found.iter().map(|(_, weight)| weight).sum())
}

#[tokio::test]
async fn compiled_schemas_weigh_what_they_refer_to() {
    let (registry, _folder) = registry().await;
    let (mut of_records, mut registered) = (Vec::new(), Vec::new());
    for n in 0..50 {
        let ready = registry.ready_candidate(&ContextName::default(), &on_big(n)).await.unwrap();
        compile(&registry, &ready).await;
        of_records.push(ready);
        register(&registry, &format!("small{n}"), on_big(n)).await;
        let ready = stored(&registry, &format!("small{n}")).await;
        compile(&registry, &ready).await;
        registered.push(ready);
    }
    for (all, bound) in [(&registered, KEPT), (&of_records, KEPT / 4)] {
        let (count, bytes) = kept(&registry, all);
        assert!((1..all.len()).contains(&count), "{count}");
        assert!(bytes as u64 <= bound, "{bytes}");
    }
}

#[tokio::test]
async fn schemas_of_records_never_push_out_registered_ones() {
    let (registry, _folder) = registry().await;
    register(&registry, "small", on_big(0)).await;
    let in_use = stored(&registry, "small").await;
    compile(&registry, &in_use).await;
    for n in 1..40 {
        let ready = registry.ready_candidate(&ContextName::default(), &on_big(n)).await.unwrap();
        compile(&registry, &ready).await;
        let lenient = Form { formats: Formats::Annotate, part: None };
        compile(&registry, &registry.ready_formed(&ready, lenient)).await;
    }
    assert_eq!(kept(&registry, &[in_use]).0, 1);
}

#[tokio::test]
async fn a_schema_of_a_record_is_compiled_once() {
    let (registry, _folder) = registry().await;
    for candidate in [json_schema(r#"{"type":"null"}"#), on_big(1)] {
        let first = registry.ready_candidate(&ContextName::default(), &candidate).await.unwrap();
        compile(&registry, &first).await;
        let second = registry.ready_candidate(&ContextName::default(), &candidate).await.unwrap();
        assert!(second.known_judge().is_some(), "{candidate:?}");
    }
}
