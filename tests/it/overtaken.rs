//! What happens to a registration that somebody else overtakes between its decision and its write.
//!
//! The registry asks its clock once a write, after everything is decided: the clock of these tests lets another change
//! through at that moment.

use std::sync::{Arc, Mutex};

use chancery::model::{Content, Mode, SchemaId, Subject};
use chancery::registry::{
    Candidate, RawReference, Refusal, Registry, RegistryError, RegistrySettings, VersionFilter,
};
use chancery::store::sqlite::SqliteStore;
use chancery::store::{Command, Emptied, IdChoice, ModeRead, Registration, Stamp, Store};
use chancery_engine::SchemaType;

use crate::http::record;

type Interruption = Arc<Mutex<Option<Command>>>;

/// A registry whose next write is overtaken by what is put into the second part.
async fn overtaken(folder: &tempfile::TempDir) -> (Registry, Interruption) {
    let store = Arc::new(SqliteStore::open(&folder.path().join("chancery.db")).await.unwrap());
    let interruption = Interruption::default();
    let (others, taken) = (Arc::clone(&store), Arc::clone(&interruption));
    let clock = move || {
        if let Some(command) = taken.lock().unwrap().take() {
            let stamp = Stamp::default();
            let change = others.apply(command, &stamp);
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(change).expect("the change is made")
            });
        }
        0
    };
    (Registry::new(store, Arc::new(clock), RegistrySettings::default()), interruption)
}

/// An import that writes over version 1 of `base`.
fn import(text: String) -> Command {
    Command::Register(Registration {
        subject: Subject::parse("base"),
        revision: 1,
        mode: ModeRead::default(),
        version: 1,
        content: Arc::new(Content {
            schema_type: SchemaType::Avro,
            text,
            references: Vec::new(),
            metadata: None,
            rule_set: None,
        }),
        id: IdChoice::Exactly(SchemaId(40)),
        references: Vec::new(),
        references_must_be_active: false,
        overwrites: true,
    })
}

fn referrer() -> Candidate {
    let reference =
        RawReference { name: Some("R".to_owned()), subject: Some("base".to_owned()), version: Some(1) };
    let text = r#"{"type":"record","name":"S","fields":[{"name":"r","type":"R"}]}"#;
    Candidate { schema: Some(text.to_owned()), references: vec![reference], ..Candidate::default() }
}

fn plain(text: String) -> Candidate {
    Candidate { schema: Some(text), ..Candidate::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_that_an_import_replaces_meanwhile_is_resolved_again() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, interruption) = overtaken(&folder).await;
    let (base, user) = (Subject::parse("base"), Subject::parse("user"));
    registry.register(&base, &plain(record("R", &["a"])), false, false).await.unwrap();

    *interruption.lock().unwrap() = Some(import(record("Other", &["a"])));
    let refused = registry.register(&user, &referrer(), false, false).await;
    assert!(interruption.lock().unwrap().is_none(), "the other change was made");
    assert!(matches!(&refused, Err(RegistryError::InvalidSchema(_))), "{refused:?}");
    assert!(matches!(
        registry.list_version_numbers(&user, VersionFilter::default()).await,
        Err(RegistryError::SubjectNotFound(_))
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_that_still_fits_after_an_import_is_registered_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, interruption) = overtaken(&folder).await;
    let (base, user) = (Subject::parse("base"), Subject::parse("user"));
    registry.register(&base, &plain(record("R", &["a"])), false, false).await.unwrap();

    *interruption.lock().unwrap() = Some(import(record("R", &["a", "b"])));
    let registered = registry.register(&user, &referrer(), false, false).await.unwrap();
    assert!(interruption.lock().unwrap().is_none(), "the other change was made");
    assert_eq!((registered.id, registered.version), (SchemaId(41), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_that_was_found_empty_and_became_import_gets_no_version_without_an_id() {
    let subject = Subject::parse(":.m:orders");
    let context = Subject::of_context(subject.context.clone());
    for (scope, emptied) in [
        (subject.clone(), Emptied::Subject(subject.clone())),
        (context.clone(), Emptied::Context(context.context.clone())),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (registry, interruption) = overtaken(&folder).await;
        let switch =
            Command::PutMode { scope: scope.clone(), mode: Mode::Import, needs_empty: Some(emptied) };
        *interruption.lock().unwrap() = Some(switch);
        let refused = registry.register(&subject, &plain(record("R", &["a"])), false, false).await;
        assert!(interruption.lock().unwrap().is_none(), "the other change was made");
        assert!(
            matches!(
                &refused,
                Err(RegistryError::OperationNotPermitted { reason: Refusal::NotReadWrite, .. })
            ),
            "{scope}: {refused:?}"
        );
        assert_eq!(registry.effective_mode(&subject).await.unwrap(), Mode::Import);
    }
}
