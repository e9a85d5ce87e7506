//! Registrations through the SQLite store alone, and lists over many subjects.
//!
//! `cargo bench -p chancery --bench store`. The files are in the system's temporary folder: a registration
//! waits for that disk, so figures compare runs on one machine only.

#![expect(clippy::unwrap_used, reason = "a benchmark that fails has no figure")]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chancery::model::{Content, ContextName, Subject};
use chancery::store::sqlite::SqliteStore;
use chancery::store::{
    Command, Deletion, IdChoice, ModeRead, Page, Registration, Scope, Stamp, Store, SubjectQuery,
    VersionQuery,
};
use chancery_engine::SchemaType;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;

/// Subjects of the lists.
const MANY: u64 = 100_000;

fn registration(number: u64) -> Registration {
    let text = format!(
        r#"{{"type":"record","name":"R{number}","fields":[{{"name":"id","type":"long"}},{{"name":"note","type":"string"}}]}}"#
    );
    let content = Content {
        schema_type: SchemaType::Avro,
        text,
        references: Vec::new(),
        metadata: None,
        rule_set: None,
    };
    Registration {
        subject: Subject {
            context: ContextName::default(),
            name: format!("subject-{number:08}-value").into(),
        },
        revision: 0,
        mode: ModeRead::default(),
        version: 1,
        content: Arc::new(content),
        id: IdChoice::Allocate,
        references: Vec::new(),
        references_must_be_active: true,
        overwrites: false,
    }
}

/// Time for `count` registrations of new content by so many clients, each waiting for its answer.
fn register(
    runtime: &Runtime,
    store: &Arc<SqliteStore>,
    next: &Arc<AtomicU64>,
    clients: u64,
    count: u64,
) -> Duration {
    let started = Instant::now();
    runtime.block_on(async {
        let end = next.load(Ordering::SeqCst) + count;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..clients {
            let (store, next) = (store.clone(), next.clone());
            tasks.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= end {
                        return;
                    }
                    let command = Command::Register(registration(number));
                    store.apply(command, &Stamp::default()).await.unwrap();
                }
            });
        }
        tasks.join_all().await;
    });
    started.elapsed()
}

fn registrations(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("register");
    group.throughput(Throughput::Elements(1)).sample_size(10).measurement_time(Duration::from_secs(10));
    for clients in [1, 8, 64] {
        let folder = tempfile::tempdir().unwrap();
        let store = runtime.block_on(SqliteStore::open(&folder.path().join("bench.db"))).unwrap();
        let (store, next) = (Arc::new(store), Arc::new(AtomicU64::new(0)));
        group.bench_function(format!("{clients} clients"), |bencher| {
            bencher.iter_custom(|count| register(&runtime, &store, &next, clients, count));
        });
        runtime.block_on(store.close());
    }
    group.finish();
}

fn lists(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(runtime.block_on(SqliteStore::open(&folder.path().join("bench.db"))).unwrap());
    register(&runtime, &store, &Arc::new(AtomicU64::new(0)), 256, MANY);
    let scope = Scope::Context(ContextName::default());
    let subjects = |prefix: &str, page| SubjectQuery {
        scope: scope.clone(),
        prefix: prefix.to_owned(),
        deletion: Deletion::Active,
        page,
    };
    let mut group = criterion.benchmark_group(format!("{MANY} subjects"));
    group.sample_size(20);
    for (name, query) in [
        ("all", subjects("", Page::default())),
        ("by a prefix of ten", subjects("subject-0005000", Page::default())),
        ("100 after 50,000", subjects("", Page { offset: 50_000, limit: Some(100) })),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(runtime.block_on(store.list_subjects(&query)).unwrap()));
        });
    }
    let versions = VersionQuery {
        scope: scope.clone(),
        prefix: String::new(),
        also: Vec::new(),
        with_entry: None,
        deletion: Deletion::Active,
        latest_only: true,
        rule_type: None,
        page: Page { offset: 0, limit: Some(1_000) },
    };
    group.bench_function("1,000 latest versions with contents", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(store.list_versions(&versions)).unwrap()));
    });
    let subject = Subject::parse("subject-00050000-value");
    group.bench_function("history of one", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(store.get_history(&subject)).unwrap()));
    });
    group.finish();
    runtime.block_on(store.close());
}

criterion_group!(benches, registrations, lists);
criterion_main!(benches);
