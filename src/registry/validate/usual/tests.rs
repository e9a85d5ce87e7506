//! Which events are spared the search, and that nothing is spared it too long.

use chancery_engine::cloudevents::{Reading, read_json, read_json_ahead};

use super::*;
use crate::model::{Settings, Subject, VersionSelector};
use crate::registry::{Candidate, ConfigPatch, EventHints, RegistrySettings};
use crate::store::sqlite::SqliteStore;

const TYPE: &str = "com.example.order.placed.v1";

/// A registry and what keeps its database.
struct Home {
    registry: Registry,
    _folder: tempfile::TempDir,
}

impl Home {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("chancery.db")).await.unwrap());
        let registry = Registry::new(store, Arc::new(|| 0), RegistrySettings::default());
        let home = Self { registry, _folder: folder };
        home.register(TYPE, "integer").await;
        home
    }

    /// Registers a schema for data that is an object with `n` of a type.
    async fn register(&self, subject: &str, kind: &str) {
        let schema = format!(r#"{{"properties":{{"n":{{"type":"{kind}"}}}}}}"#);
        let candidate =
            Candidate { schema: Some(schema), schema_type: Some("JSON".to_owned()), ..Candidate::default() };
        self.registry.register(&Subject::parse(subject), &candidate, false, false).await.unwrap();
    }

    async fn setting(&self) -> EventSetting {
        let options = self.registry.event_options(&ContextName::default()).await.unwrap();
        EventSetting { options, ..EventSetting::default() }
    }

    /// The outcome of an event, and whether it was spared the search.
    async fn ask(&self, event: &str, setting: &EventSetting) -> (Outcome, bool) {
        let Reading::Single(reading) = read_json(event.as_bytes(), &setting.options) else {
            panic!("{event}")
        };
        let is_spared = self.registry.usual_match(&reading, setting).is_some();
        let ahead = read_json_ahead(event.as_bytes(), &setting.options);
        let is_spared_ahead = ahead.is_some_and(|ahead| self.registry.match_ahead(&ahead, setting).is_some());
        // Base64 is no data that could be read ahead.
        assert_eq!(is_spared_ahead, is_spared && event.contains(r#""data":"#), "{event}");
        (self.registry.validate_event(&reading, setting).await.unwrap().outcome, is_spared)
    }
}

/// An event with so many attributes and data as given.
fn event(more: &str) -> String {
    format!(r#"{{"specversion":"1.0","id":"1","source":"/orders","type":"{TYPE}",{more}}}"#)
}

#[tokio::test]
async fn the_second_valid_event_of_a_type_is_spared_the_search() {
    let (home, good) = (Home::new().await, event(r#""data":{"n":1}"#));
    let setting = home.setting().await;
    assert_eq!(home.ask(&good, &setting).await, (Outcome::Valid, false));
    assert_eq!(home.ask(&good, &setting).await, (Outcome::Valid, true));
    let other_content_type = event(r#""datacontenttype":"application/json","data":{"n":1}"#);
    assert_eq!(home.ask(&other_content_type, &setting).await, (Outcome::Valid, false));
    assert_eq!(home.ask(&other_content_type, &setting).await, (Outcome::Valid, true));
    let in_base64 = event(r#""datacontenttype":"application/json","data_base64":"eyJuIjoxfQ==""#);
    assert_eq!(home.ask(&in_base64, &setting).await, (Outcome::Valid, true));
}

#[tokio::test]
async fn an_event_with_something_else_about_it_is_judged_in_full() {
    let home = Home::new().await;
    let setting = home.setting().await;
    home.ask(&event(r#""data":{"n":1}"#), &setting).await;
    for (more, outcome) in [
        (r#""data":{"n":"x"}"#, Outcome::Invalid),
        (r#""dataschema":"https://example.com/s","data":{"n":1}"#, Outcome::Valid),
        (r#""Name":1,"data":{"n":1}"#, Outcome::Invalid),
        (r#""datacontenttype":"text/plain","data":"x""#, Outcome::Invalid),
    ] {
        for _ in 0..2 {
            assert_eq!(home.ask(&event(more), &setting).await, (outcome, false), "{more}");
        }
    }
    let good = event(r#""data":{"n":1}"#);
    for change in [
        |hints: &mut EventHints| hints.topic = Some("t".to_owned()),
        |hints: &mut EventHints| hints.lint = true,
        |hints: &mut EventHints| hints.framing = Framing::Confluent,
        |hints: &mut EventHints| hints.schema = Some(super::super::event::NamedSchema::default()),
    ] {
        let mut other = setting.clone();
        change(&mut other.hints);
        let Reading::Single(reading) = read_json(good.as_bytes(), &other.options) else { panic!("{good}") };
        assert!(home.registry.usual_match(&reading, &other).is_none(), "{:?}", other.hints);
    }
}

#[tokio::test]
async fn every_change_around_the_subject_ends_what_was_known() {
    let (home, good) = (Home::new().await, event(r#""data":{"n":1}"#));
    let (subject, everywhere) = (Subject::parse(TYPE), Subject::default());
    let registry = &home.registry;
    let none = || ConfigPatch { compatibility: Some(Some("NONE".to_owned())), ..ConfigPatch::default() };
    for change in 0..6 {
        let setting = home.setting().await;
        home.ask(&good, &setting).await;
        assert_eq!(home.ask(&good, &setting).await, (Outcome::Valid, true), "before {change}");
        match change {
            0 => drop(registry.put_config(&subject, none()).await.unwrap()),
            1 => drop(registry.put_config(&everywhere, none()).await.unwrap()),
            2 => registry.put_settings(&subject, Some(Settings::default())).await.unwrap(),
            3 => registry.put_settings(&everywhere, Some(Settings::default())).await.unwrap(),
            4 => home.register(TYPE, "number").await,
            _ => drop(registry.delete_version(&subject, VersionSelector::Number(2), false).await.unwrap()),
        }
        let setting = home.setting().await;
        assert_eq!(home.ask(&good, &setting).await, (Outcome::Valid, false), "after {change}");
    }
}

#[tokio::test]
async fn what_happens_to_other_subjects_ends_nothing() {
    let (home, good) = (Home::new().await, event(r#""data":{"n":1}"#));
    let setting = home.setting().await;
    home.ask(&good, &setting).await;
    home.register("com.example.other.v1", "string").await;
    assert_eq!(home.ask(&good, &setting).await, (Outcome::Valid, true));
}
