//! HTTP: wire on one side, calls of the registry on the other. Handlers extract, call one use case and shape
//! the reply; nothing is decided here that is not about the wire.
//!
//! | file | holds |
//! |---|---|
//! | `routes` | the one table of method, path and handler, from which the router is built |
//! | `dispatch` | one request: path, method, media types, handler, request id, panics |
//! | `path`, `query`, `negotiate`, `json` | reading the parts of a request |
//! | `call` | what a handler gets |
//! | `error`, `problem` | the two forms of an error answer |
//! | `facts` | what the log is told about a request |
//! | `hot` | answers of reads that are kept as bytes |
//! | `confluent/` | the Confluent-compatible surface, one file a resource |
//! | `own/` | our own surface under `/v1/` |
//!
//! Paths are matched by a small matcher of our own, not by axum's: the reference accepts trailing slashes,
//! rewrites `/contexts/{ctx}/…` before routing, answers 405 before it looks at media types, and treats a
//! non-numeric id as an unknown path.

mod call;
mod confluent;
mod dispatch;
mod error;
mod facts;
mod hot;
mod json;
mod negotiate;
mod own;
mod path;
mod problem;
mod query;
mod routes;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::ACCEPT_ENCODING;
use axum::response::Response;
use chancery_engine::cloudevents::matching::SchemaLocator;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

pub use facts::Facts;

use crate::registry::Registry;

/// Answers shorter than this are not worth compressing.
const MIN_COMPRESSED_BYTES: u64 = 256;

/// Bounds of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpLimits {
    /// Bytes of a body (default 2 MiB: a schema of 1 MiB, escaped as a JSON string, still fits).
    pub max_body_bytes: usize,
    /// Requests with payloads, events or candidates that are at work at the same time (default 1024); more are
    /// told to come back (429).
    pub max_in_flight: usize,
    /// How long nothing may come of a body that is not all there (default 60 s). Streams may be silent longer.
    pub body_silence: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { max_body_bytes: 2 << 20, max_in_flight: 1024, body_silence: Duration::from_mins(1) }
    }
}

/// What the server says about itself under `/v1/metadata`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// Version of the program.
    pub version: String,
    /// Commit it was built from (`CHANCERY_COMMIT` of the build), or `unknown`.
    pub commit: String,
    /// Name of the cluster the registry belongs to.
    pub cluster_id: String,
}

impl Default for ServerInfo {
    fn default() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("CHANCERY_COMMIT")
                .filter(|id| !id.is_empty())
                .unwrap_or("unknown")
                .to_owned(),
            cluster_id: "chancery".to_owned(),
        }
    }
}

/// Everything handlers share.
pub struct State {
    /// The use cases.
    pub registry: Arc<Registry>,
    /// Bounds of requests.
    pub limits: HttpLimits,
    /// What the server says about itself.
    pub info: ServerInfo,
    /// Whether answered reads are logged, too: their answers then carry [`Facts`].
    pub log_reads: bool,
    /// Knows the URLs under which clients reach this registry: a `dataschema` below one of them is ours.
    pub locator: SchemaLocator,
}

impl State {
    /// A state with default limits.
    pub fn new(registry: Arc<Registry>) -> Self {
        Self {
            registry,
            limits: HttpLimits::default(),
            info: ServerInfo::default(),
            log_reads: false,
            locator: SchemaLocator::default(),
        }
    }
}

/// The whole HTTP surface. Cheap to clone.
#[derive(Clone)]
pub struct Surfaces(Arc<dispatch::Dispatcher>);

impl Surfaces {
    /// All routes over a state.
    pub fn new(state: State) -> Self {
        Self(Arc::new(dispatch::Dispatcher::new(state)))
    }

    /// Answers one request, compressed if the client asks for that.
    pub async fn answer(&self, mut request: Request) -> Response {
        negotiate::settle_encoding(request.headers_mut());
        if !request.headers().contains_key(ACCEPT_ENCODING) {
            return self.0.answer(request).await;
        }
        let surfaces = self.clone();
        let plain = service_fn(move |request| {
            let surfaces = surfaces.clone();
            async move { Ok::<_, Infallible>(surfaces.0.answer(request).await) }
        });
        // Verdicts of a stream must leave as they are made; a compressor would hold them back.
        let worthwhile =
            SizeAbove::new(MIN_COMPRESSED_BYTES).and(NotForContentType::const_new("application/x-ndjson"));
        let compressed = CompressionLayer::new().compress_when(worthwhile).layer(plain).oneshot(request);
        // A box keeps the large state of a compressor out of every other request.
        let Ok(response) = Box::pin(compressed).await;
        response.map(Body::new)
    }
}

/// The surface as a router of axum, to be nested into another or called without a socket.
pub fn router(state: State) -> Router {
    let surfaces = Surfaces::new(state);
    Router::new().fallback(move |request| {
        let surfaces = surfaces.clone();
        async move { surfaces.answer(request).await }
    })
}

/// Method and path pattern of every route, in table order: what `openapi.yaml` must describe.
pub fn route_list() -> Vec<(String, &'static str)> {
    routes::table().iter().map(|route| (route.method.to_string(), route.pattern)).collect()
}
