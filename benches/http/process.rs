//! The hot read and one event through the routers in process: neither sockets nor a client hide the difference.

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
use http_body_util::BodyExt;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::{kinds, median};

const ROUNDS: usize = 9;
const CALLS: u32 = 10_000;

type Make = Box<dyn Fn() -> Request<Body>>;

fn request(method: &Method, path: &str, media_type: &'static str, body: Bytes) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path).header(CONTENT_TYPE, media_type);
    builder.body(Body::from(body)).unwrap()
}

async fn call(router: &Router, request: Request<Body>) -> Bytes {
    let response = router.clone().oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{}", response.status());
    response.into_body().collect().await.unwrap().to_bytes()
}

async fn registry(folder: &tempfile::TempDir) -> Router {
    let store = SqliteStore::open(&folder.path().join("bench.db")).await.unwrap();
    let settings = RegistrySettings::default();
    let registry = Registry::new(Arc::new(store), Arc::new(|| 1_778_000_000_000), settings);
    let router = router(State::new(Arc::new(registry)));
    for kind in kinds::all() {
        let path = format!("/subjects/{}/versions", kind.subject);
        let body = Bytes::from(kind.registration.to_string());
        call(&router, request(&Method::POST, &path, "application/json", body)).await;
    }
    router
}

/// Seconds of a call.
fn time(runtime: &Runtime, router: &Router, make: &Make) -> f64 {
    let started = Instant::now();
    runtime.block_on(async {
        for _ in 0..CALLS {
            black_box(call(router, make()).await);
        }
    });
    started.elapsed().as_secs_f64() / f64::from(CALLS)
}

pub fn run() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let registry = runtime.block_on(registry(&folder));
    let read: Make = Box::new(|| request(&Method::GET, "/schemas/ids/1", "application/json", Bytes::new()));
    let event = Bytes::from(kinds::event(1));
    let event: Make = Box::new(move || {
        request(&Method::POST, "/v1/validate", "application/cloudevents+json", event.clone())
    });
    let answer = runtime.block_on(call(&registry, read()));
    let bare = Router::new()
        .route("/schemas/ids/{id}", get(move || std::future::ready(answer.clone())))
        .route("/v1/validate", post(|body: Bytes| std::future::ready(body)));
    for (name, make) in [("hot read", read), ("one event", event)] {
        let rounds: Vec<_> =
            (0..ROUNDS).map(|_| (time(&runtime, &registry, &make), time(&runtime, &bare, &make))).collect();
        let pick = |value: fn(&(f64, f64)) -> f64| median(rounds.iter().map(value).collect());
        println!(
            "{name} in process: {:.2} us, bare axum {:.2} us, {:.2} times as long",
            pick(|round| round.0) * 1e6,
            pick(|round| round.1) * 1e6,
            pick(|round| round.0 / round.1),
        );
    }
}
