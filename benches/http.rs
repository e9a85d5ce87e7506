//! What the HTTP layer costs: the hot read and a validated event, each beside a bare axum handler.
//!
//! `cargo bench -p chancery --bench http`. Requests go through the router in process, so neither sockets nor a
//! client hide the difference; both handlers of a pair run in the same process and the last lines print their
//! ratios. The bare read answers the same bytes, the bare echo answers the body it gets.

#![expect(clippy::unwrap_used, reason = "a benchmark that fails has no figure")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use axum::routing::{get, post};
use chancery::http::{State, router};
use chancery::registry::{Registry, RegistrySettings};
use chancery::store::sqlite::SqliteStore;
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::BodyExt;
use tokio::runtime::Runtime;
use tower::ServiceExt;

const SCHEMA: &str = r#"{"schemaType":"JSON","schema":"{\"type\":\"object\",\"properties\":{\"order_id\":{\"type\":\"string\"},\"total_cents\":{\"type\":\"integer\",\"minimum\":0}},\"required\":[\"order_id\",\"total_cents\"]}"}"#;

const EVENT: &str = r#"{"specversion":"1.0","id":"b1f7","source":"https://shop.example.com/orders","type":"com.example.orders.placed.v1","time":"2026-05-12T14:22:31Z","datacontenttype":"application/json","data":{"order_id":"o-1","total_cents":4200}}"#;

/// Rounds of a ratio; the two sides take turns.
const ROUNDS: u32 = 9;
const CALLS: u32 = 20_000;

fn request(method: &Method, path: &str, media_type: &'static str, body: &'static str) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path).header(CONTENT_TYPE, media_type);
    builder.body(Body::from(body)).unwrap()
}

async fn call(router: &Router, request: Request<Body>) -> Bytes {
    let response = router.clone().oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{}", response.status());
    response.into_body().collect().await.unwrap().to_bytes()
}

/// The registry with one schema, and the bare handlers.
struct Pair {
    runtime: Runtime,
    registry: Router,
    bare: Router,
}

impl Pair {
    fn new(folder: &tempfile::TempDir) -> Self {
        let runtime = Runtime::new().unwrap();
        let registry = runtime.block_on(async {
            let store = SqliteStore::open(&folder.path().join("bench.db")).await.unwrap();
            let settings = RegistrySettings::default();
            let registry = Registry::new(Arc::new(store), Arc::new(|| 1_778_000_000_000), settings);
            let router = router(State::new(Arc::new(registry)));
            let path = "/subjects/com.example.orders.placed.v1/versions";
            call(&router, request(&Method::POST, path, "application/json", SCHEMA)).await;
            router
        });
        let answer = runtime.block_on(call(&registry, Self::read()));
        let bare = Router::new()
            .route("/schemas/ids/{id}", get(move || std::future::ready(answer.clone())))
            .route("/v1/validate", post(|body: Bytes| std::future::ready(body)));
        Self { runtime, registry, bare }
    }

    fn read() -> Request<Body> {
        request(&Method::GET, "/schemas/ids/1", "application/json", "")
    }

    fn event() -> Request<Body> {
        request(&Method::POST, "/v1/validate", "application/cloudevents+json", EVENT)
    }

    fn run(&self, router: &Router, make: fn() -> Request<Body>) -> Bytes {
        self.runtime.block_on(call(router, make()))
    }

    /// Median seconds of many calls, the two sides in turns.
    fn compare(&self, make: fn() -> Request<Body>) -> (f64, f64) {
        let time = |router: &Router| {
            let started = Instant::now();
            self.runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(call(router, make()).await);
                }
            });
            started.elapsed().as_secs_f64() / f64::from(CALLS)
        };
        let mut rounds: Vec<_> = (0..ROUNDS).map(|_| (time(&self.registry), time(&self.bare))).collect();
        rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
        rounds[rounds.len() / 2]
    }
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(&folder);
    criterion.bench_function("GET /schemas/ids/1, hot", |b| b.iter(|| pair.run(&pair.registry, Pair::read)));
    criterion
        .bench_function("GET /schemas/ids/1, bare axum", |b| b.iter(|| pair.run(&pair.bare, Pair::read)));
    criterion
        .bench_function("POST /v1/validate, one event", |b| b.iter(|| pair.run(&pair.registry, Pair::event)));
    criterion
        .bench_function("POST /v1/validate, bare echo", |b| b.iter(|| pair.run(&pair.bare, Pair::event)));
    for (name, make) in [("hot read", Pair::read as fn() -> Request<Body>), ("one event", Pair::event)] {
        let (ours, bare) = pair.compare(make);
        println!(
            "{name}: {:.2} us, bare axum {:.2} us, {:.2} times as long ({:.0} % of its rate)",
            ours * 1e6,
            bare * 1e6,
            ours / bare,
            100.0 * bare / ours
        );
    }
}

criterion_group!(group, benches);
criterion_main!(group);
