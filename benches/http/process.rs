//! The hot read and each kind of request in process: neither sockets nor a client hide the difference.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use axum::response::Response;
use axum::routing::{get, post};
use chancery::http::{State, Surfaces};
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

async fn read(response: Response) -> Bytes {
    assert!(response.status().is_success(), "{}", response.status());
    response.into_body().collect().await.unwrap().to_bytes()
}

async fn registry(folder: &tempfile::TempDir) -> Surfaces {
    let store = SqliteStore::open(&folder.path().join("bench.db")).await.unwrap();
    let settings = RegistrySettings::default();
    let registry = Registry::new(Arc::new(store), Arc::new(|| 1_778_000_000_000), settings);
    let surfaces = Surfaces::new(State::new(Arc::new(registry)));
    for kind in kinds::all() {
        let path = format!("/subjects/{}/versions", kind.subject);
        let body = Bytes::from(kind.registration.to_string());
        let request = request(&Method::POST, &path, "application/json", body);
        read(surfaces.answer(request).await).await;
    }
    surfaces
}

/// Seconds of a call.
fn time(runtime: &Runtime, make: &Make, answer: impl AsyncFn(Request<Body>) -> Response) -> f64 {
    let started = Instant::now();
    runtime.block_on(async {
        for _ in 0..CALLS {
            black_box(read(answer(make()).await).await);
        }
    });
    started.elapsed().as_secs_f64() / f64::from(CALLS)
}

pub fn run(wanted: impl Fn(&str) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let registry = runtime.block_on(registry(&folder));
    let hot: Make = Box::new(|| request(&Method::GET, "/schemas/ids/1", "application/json", Bytes::new()));
    let answer = runtime.block_on(async { read(registry.answer(hot()).await).await });
    let bare = Router::new()
        .route("/schemas/ids/{id}", get(move || std::future::ready(answer.clone())))
        .route("/v1/validate", post(|body: Bytes| std::future::ready(body)))
        .route("/v1/{*rest}", post(|body: Bytes| std::future::ready(body)));
    let mut asked: Vec<(&str, Make)> = vec![("hot read", hot)];
    for kind in kinds::all() {
        let (path, body) = (kind.path, Bytes::from(kind.body));
        asked.push((
            kind.name,
            Box::new(move || request(&Method::POST, &path, kind.content_type, body.clone())),
        ));
    }
    for (name, make) in asked.iter().filter(|(name, _)| wanted(name)) {
        let of_registry = || time(&runtime, make, async |request| registry.answer(request).await);
        let of_bare = || time(&runtime, make, async |request| bare.clone().oneshot(request).await.unwrap());
        let rounds: Vec<_> = (0..ROUNDS).map(|_| (of_registry(), of_bare())).collect();
        let pick = |value: fn(&(f64, f64)) -> f64| median(rounds.iter().map(value).collect());
        println!(
            "{name} in process: {:.2} us, bare axum {:.2} us, {:.2} times as long",
            pick(|round| round.0) * 1e6,
            pick(|round| round.1) * 1e6,
            pick(|round| round.0 / round.1),
        );
    }
}
