//! What stories act on: a database of one test, and short words for the usual steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chancery::model::{Content, ContextName, Reference, SchemaId, Subject};
use chancery::store::sqlite::SqliteStore;
use chancery::store::{
    Applied, Command, Conflict, Deletion, IdChoice, ModeRead, Page, Registration, Scope, Stamp, Store,
    StoreError, SubjectQuery, Target, VersionQuery,
};
use chancery_engine::SchemaType;

/// A kind of database. Dropping it removes the data.
pub trait Backend: Sized + Send + Sync + 'static {
    /// An empty database.
    fn create() -> impl Future<Output = Self> + Send;
    /// Opens it.
    fn open(&self) -> impl Future<Output = Arc<dyn Store>> + Send;
    /// Runs a statement behind the store's back, foreign keys off.
    fn tamper(&self, sql: &'static str) -> impl Future<Output = ()> + Send;
}

/// One SQLite file in a folder of its own.
pub struct Sqlite {
    folder: tempfile::TempDir,
}

impl Sqlite {
    /// The database file.
    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("data").join("chancery.db")
    }

    /// Holds the write lock of the file until the answer is dropped.
    pub async fn hold_write_lock(&self) -> sqlx::SqliteConnection {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path());
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
        connection
    }

    /// Has SQLite check the whole closed file, foreign keys included.
    pub async fn check_integrity(&self) {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path());
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let whole: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        assert_eq!(whole, "ok");
        let dangling = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap();
        assert!(dangling.is_empty(), "{} rows point nowhere", dangling.len());
        connection.close().await.unwrap();
    }
}

impl Backend for Sqlite {
    async fn create() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.path()).await.unwrap())
    }

    async fn tamper(&self, sql: &'static str) {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path()).foreign_keys(false);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// An open database and a clock that ticks one millisecond a change.
pub struct Lab<B: Backend> {
    pub backend: B,
    pub store: Arc<dyn Store>,
    clock: AtomicI64,
}

impl<B: Backend> Lab<B> {
    pub async fn new() -> Self {
        let backend = B::create().await;
        let store = backend.open().await;
        Self { backend, store, clock: AtomicI64::new(1_000) }
    }

    /// Closes and opens again, as a restart does.
    pub async fn restart(&mut self) {
        self.store.close().await;
        self.store = self.backend.open().await;
    }

    pub fn stamp(&self) -> Stamp {
        Stamp { at_ms: self.clock.fetch_add(1, Ordering::Relaxed), principal: "ada".to_owned() }
    }

    pub async fn apply(&self, command: Command) -> Result<Applied, StoreError> {
        self.store.apply(command, &self.stamp()).await
    }

    /// The next registration of a content under a subject, as the use case would ask for it.
    pub async fn next(&self, name: &str, content: &Arc<Content>) -> Registration {
        let subject = Subject::parse(name);
        let history = self.store.get_history(&subject).await.unwrap();
        Registration {
            references: self.targets(&subject, content).await,
            subject,
            revision: history.revision,
            mode: ModeRead::default(),
            version: history.next_version().expect("a number is left"),
            content: content.clone(),
            id: IdChoice::Allocate,
            references_must_be_active: true,
            overwrites: false,
        }
    }

    /// The targets of a content as they are now; id 0 where there is none.
    async fn targets(&self, referrer: &Subject, content: &Content) -> Vec<Target> {
        let mut targets = Vec::new();
        for one in &content.references {
            let subject = Subject::parse_in(&referrer.context, &one.subject);
            let found = self.store.find_version(&subject, one.version).await.unwrap();
            let id = found.map_or(SchemaId(0), |found| found.id);
            targets.push(Target { subject, version: one.version, id });
        }
        targets
    }

    /// Registers and returns (id, version).
    pub async fn register(&self, name: &str, content: &Arc<Content>) -> (i32, i32) {
        let registration = self.next(name, content).await;
        registered(self.apply(Command::Register(registration)).await.unwrap())
    }

    /// Takes a version with id and number from elsewhere.
    pub async fn import(
        &self,
        name: &str,
        version: i32,
        id: i32,
        content: &Arc<Content>,
    ) -> Result<Applied, StoreError> {
        let registration = Registration {
            version,
            id: IdChoice::Exactly(SchemaId(id)),
            references_must_be_active: false,
            overwrites: true,
            ..self.next(name, content).await
        };
        self.apply(Command::Register(registration)).await
    }

    pub async fn soft_delete(&self, name: &str, versions: &[i32]) -> Result<Applied, StoreError> {
        let (subject, revision) = self.revision(name).await;
        let versions = versions.to_vec();
        self.apply(Command::SoftDelete { subject, revision, versions, whole_subject: false }).await
    }

    pub async fn hard_delete(&self, name: &str, versions: &[i32]) -> Result<Applied, StoreError> {
        let (subject, revision) = self.revision(name).await;
        let versions = versions.to_vec();
        self.apply(Command::HardDelete { subject, revision, versions, whole_subject: false }).await
    }

    /// Soft-deletes, then removes for good.
    pub async fn purge(&self, name: &str, versions: &[i32]) {
        self.soft_delete(name, versions).await.unwrap();
        self.hard_delete(name, versions).await.unwrap();
    }

    pub async fn revision(&self, name: &str) -> (Subject, i64) {
        let subject = Subject::parse(name);
        let revision = self.store.get_history(&subject).await.unwrap().revision;
        assert_eq!(self.store.find_revision(&subject).await.unwrap(), revision);
        (subject, revision)
    }

    /// `1`, `2 deleted`, … of a subject.
    pub async fn versions(&self, name: &str) -> Vec<String> {
        let history = self.store.get_history(&Subject::parse(name)).await.unwrap();
        let shown = history.versions.iter().map(|row| {
            if row.deleted { format!("{} deleted", row.version) } else { row.version.to_string() }
        });
        shown.collect()
    }

    pub async fn subjects(&self, query: SubjectQuery) -> Vec<String> {
        let subjects = self.store.list_subjects(&query).await.unwrap();
        subjects.iter().map(Subject::qualified).collect()
    }

    /// `subject/version#id` of a list.
    pub async fn schemas(&self, query: VersionQuery) -> Vec<String> {
        let versions = self.store.list_versions(&query).await.unwrap();
        versions.iter().map(|one| format!("{}/{}#{}", one.subject, one.version, one.id.0)).collect()
    }

    /// Kinds of all changes with subject, version and id.
    pub async fn changes(&self) -> Vec<String> {
        let changes = self.store.list_changes(0, 10_000).await.unwrap();
        let shown = changes.iter().map(|change| {
            let version = change.version.map(|version| format!(" v{version}")).unwrap_or_default();
            let id = change.id.map(|id| format!(" #{}", id.0)).unwrap_or_default();
            format!("{} {}{version}{id}", change.kind.name(), change.subject)
        });
        shown.collect()
    }
}

pub fn avro(text: &str) -> Arc<Content> {
    Arc::new(Content {
        schema_type: SchemaType::Avro,
        text: text.to_owned(),
        references: Vec::new(),
        metadata: None,
        rule_set: None,
    })
}

/// A content that references versions of subjects, given as `subject` and version.
pub fn referring(text: &str, targets: &[(&str, i32)]) -> Arc<Content> {
    let references = targets.iter().map(|(subject, version)| Reference {
        name: format!("{subject}.{version}"),
        subject: (*subject).to_owned(),
        version: *version,
    });
    Arc::new(Content { references: references.collect(), ..(*avro(text)).clone() })
}

pub fn registered(applied: Applied) -> (i32, i32) {
    match applied {
        Applied::Registered { id, version } => (id.0, version),
        Applied::Done => panic!("not a registration"),
    }
}

/// The conflict a change was refused with.
pub fn conflict(outcome: Result<Applied, StoreError>) -> Conflict {
    match outcome {
        Err(StoreError::Conflict(conflict)) => conflict,
        other => panic!("expected a conflict, found {other:?}"),
    }
}

pub fn moved(name: &str) -> Conflict {
    Conflict::Moved { subject: Subject::parse(name) }
}

pub fn default_context() -> ContextName {
    ContextName::default()
}

/// All subjects of every context.
pub fn everywhere(deletion: Deletion) -> SubjectQuery {
    SubjectQuery { scope: Scope::Everywhere, prefix: String::new(), deletion, page: Page::default() }
}

/// All versions of every context.
pub fn every_version(deletion: Deletion) -> VersionQuery {
    VersionQuery {
        scope: Scope::Everywhere,
        prefix: String::new(),
        also: Vec::new(),
        with_entry: None,
        deletion,
        latest_only: false,
        rule_type: None,
        page: Page::default(),
    }
}
