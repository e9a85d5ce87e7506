//! Two servers on one stack: the registry as it is shipped, and a bare echo.

use std::net::{SocketAddr, TcpListener};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use axum_server::accept::NoDelayAcceptor;
use chancery::app::App;
use chancery::config::{Config, Options};
use tokio::runtime::Runtime;

use super::kinds::Kind;

/// A server with one worker thread of its own.
pub struct Server {
    pub address: SocketAddr,
    /// Name of its worker thread.
    pub thread: &'static str,
    _runtime: Runtime,
}

fn runtime(thread: &'static str) -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).thread_name(thread).enable_all().build().unwrap()
}

/// The registry over a database of its own; the kinds are registered by its own HTTP.
pub fn registry(folder: &tempfile::TempDir, kinds: &[Kind]) -> Server {
    let runtime = runtime("registry");
    let options = Options {
        listen: Some("127.0.0.1:0".to_owned()),
        database_url: Some(format!("sqlite:{}", folder.path().join("bench.db").display())),
        ..Options::default()
    };
    let config = Config::load(options, None).unwrap();
    let app = runtime.block_on(App::build(&config)).unwrap();
    let address = app.address();
    runtime.spawn(app.run(std::future::pending()));
    for kind in kinds {
        let path = format!("/subjects/{}/versions", kind.subject);
        let body = kind.registration.to_string();
        super::client::once(address, &path, "application/json", body.as_bytes());
    }
    Server { address, thread: "registry", _runtime: runtime }
}

/// A server that answers the body it gets.
pub fn echo() -> Server {
    let runtime = runtime("echo");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let whole = |request: Request<Body>| async {
        let kind = request.headers().get(CONTENT_TYPE).cloned().unwrap();
        let body: Bytes = axum::body::to_bytes(request.into_body(), 8 << 20).await.unwrap();
        ([(CONTENT_TYPE, kind)], body)
    };
    let router = Router::new().route("/v1/validate", post(whole)).route("/v1/{*rest}", post(whole));
    runtime.spawn(async move {
        let server = axum_server::from_tcp(listener).unwrap().acceptor(NoDelayAcceptor::new());
        server.serve(router.into_make_service()).await.unwrap();
    });
    Server { address, thread: "echo", _runtime: runtime }
}
