//! A registry to talk to, and short words for what tests say to it.
//!
//! In process by default: the router over an SQLite file of its own. With `CHANCERY_TEST_BASE_URL` the same
//! stories are told to whatever answers there (tests then take turns, and everything is deleted before each).

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use chancery::http::{State, router};
use chancery::registry::{Registry, RegistrySettings};
use chancery::store::Store;
use chancery::store::sqlite::SqliteStore;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::openapi;

/// A registry under test.
pub struct App {
    target: Target,
}

enum Target {
    Here { router: Router, folder: TempDir, store: Arc<SqliteStore> },
    There { client: reqwest::Client, base: String, _turn: Option<tokio::sync::OwnedMutexGuard<()>> },
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    asked: String,
}

impl App {
    /// An empty registry.
    pub async fn new() -> Self {
        Self::with(RegistrySettings::default(), |_| ()).await
    }

    /// An empty registry with settings of its own.
    pub async fn with(settings: RegistrySettings, change: impl FnOnce(&mut State)) -> Self {
        #[expect(clippy::disallowed_methods, reason = "chooses the registry under test, not a setting of it")]
        if let Ok(base) = std::env::var("CHANCERY_TEST_BASE_URL") {
            return Self::there(base).await;
        }
        Self::over(tempfile::tempdir().unwrap(), settings, change).await
    }

    /// A registry in this process over the database in a folder.
    pub async fn over(folder: TempDir, settings: RegistrySettings, change: impl FnOnce(&mut State)) -> Self {
        let store = Arc::new(SqliteStore::open(&folder.path().join("chancery.db")).await.unwrap());
        let registry = Registry::new(store.clone(), Arc::new(now_ms), settings);
        let mut state = State::new(Arc::new(registry));
        change(&mut state);
        Self { target: Target::Here { router: router(state), folder, store } }
    }

    /// A registry of the story's own at a base URL, empty.
    pub fn at(base: &str) -> Self {
        let target = Target::There { client: reqwest::Client::new(), base: base.to_owned(), _turn: None };
        Self { target }
    }

    async fn there(base: String) -> Self {
        static TURN: OnceLock<Arc<tokio::sync::Mutex<()>>> = OnceLock::new();
        let turn = Arc::clone(TURN.get_or_init(Arc::default)).lock_owned().await;
        let base = base.trim_end_matches('/').to_owned();
        let app = Self { target: Target::There { client: reqwest::Client::new(), base, _turn: Some(turn) } };
        app.reset().await;
        app
    }

    /// Whether the registry runs in this process, with settings that the test chose.
    pub fn is_here(&self) -> bool {
        matches!(self.target, Target::Here { .. })
    }

    /// The router itself, for tests that serve it on a socket.
    pub fn router(&self) -> Router {
        match &self.target {
            Target::Here { router, .. } => router.clone(),
            Target::There { .. } => panic!("this story needs the registry in process"),
        }
    }

    /// Ends the registry and gives its folder back.
    pub fn close(self) -> TempDir {
        match self.target {
            Target::Here { folder, .. } => folder,
            Target::There { .. } => panic!("this story needs the registry in process"),
        }
    }

    /// Closes the database under the registry, which does not answer any more.
    pub async fn close_store(&self) {
        match &self.target {
            Target::Here { store, .. } => Store::close(&**store).await,
            Target::There { .. } => panic!("this story needs the registry in process"),
        }
    }

    /// The database file.
    pub fn database(&self) -> std::path::PathBuf {
        match &self.target {
            Target::Here { folder, .. } => folder.path().join("chancery.db"),
            Target::There { .. } => panic!("this story needs the registry in process"),
        }
    }

    /// Reads without holding the answer against the document (compressed answers cannot be).
    pub async fn router_reply(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        call(&self.router(), request.body(Body::empty()).unwrap()).await
    }

    /// Sends a request as it is.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        if method == "PUT" && ["/config", "/mode", "/settings"].iter().any(|kind| path.contains(kind)) {
            settings_put().lock().unwrap().push(path.split('?').next().unwrap().to_owned());
        }
        let reply = match &self.target {
            Target::Here { router, .. } => {
                let mut request = Request::builder().method(method).uri(path);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let request = request.body(Body::from(body)).unwrap();
                call(router, request).await
            }
            Target::There { client, base, .. } => {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let mut request = client.request(method, format!("{base}{path}"));
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let response = request.body(body).send().await.unwrap();
                let (status, headers) = (response.status().as_u16(), response.headers().clone());
                Reply {
                    status,
                    headers,
                    body: response.bytes().await.unwrap().to_vec(),
                    asked: String::new(),
                }
            }
        };
        if self.is_here() {
            openapi::check(method, path, &reply);
        }
        Reply { asked: format!("{method} {path}"), ..reply }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], Vec::new()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, &JSON, body.to_string().into_bytes()).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send("PUT", path, &JSON, body.to_string().into_bytes()).await
    }

    /// Registers an Avro schema and returns (id, version).
    pub async fn register(&self, subject: &str, schema: impl ToString) -> (i64, i64) {
        let path = format!("/subjects/{subject}/versions");
        let reply = self.post(&path, json!({ "schema": schema.to_string() })).await.is(200);
        (reply["id"].as_i64().unwrap(), reply["version"].as_i64().unwrap())
    }

    /// Registers an Avro schema at a path and returns (id, version).
    pub async fn register_at(&self, path: &str, schema: &str) -> (i64, i64) {
        let reply = self.post(path, json!({ "schema": schema })).await.is(200);
        (reply["id"].as_i64().unwrap(), reply["version"].as_i64().unwrap())
    }

    /// Registers a whole request body and returns the answer.
    pub async fn register_body(&self, subject: &str, body: Value) -> Value {
        self.post(&format!("/subjects/{subject}/versions"), body).await.is(200)
    }

    /// Deletes everything that the API can name.
    async fn reset(&self) {
        let set = std::mem::take(&mut *settings_put().lock().unwrap());
        for path in set {
            let (method, recursive) = ("DELETE", "?recursive=true");
            let path = if path.contains("/mode") { format!("{path}{recursive}") } else { path };
            self.send(method, &path, &[], Vec::new()).await;
        }
        for path in ["/mode", "/config", "/mode/:.__GLOBAL:", "/config/:.__GLOBAL:"] {
            self.delete(path).await;
        }
        // What is referenced goes after what references it: a few rounds settle every order.
        for _ in 0..10 {
            let subjects = self.get("/subjects?subjectPrefix=:*:&deleted=true").await.is(200);
            for subject in subjects.as_array().unwrap() {
                let subject = match subject.as_str().unwrap() {
                    "" => ":.:".to_owned(),
                    name => encode(name),
                };
                let bound = self.get(&format!("/associations/subjects/{subject}")).await;
                for association in serde_json::from_slice::<Vec<Value>>(&bound.body).unwrap_or_default() {
                    let id = encode(association["resourceId"].as_str().unwrap());
                    self.delete(&format!("/associations/resources/{id}?cascadeLifecycle=true")).await;
                }
                let path = format!("/subjects/{subject}");
                self.delete(&path).await;
                self.delete(&format!("{path}?permanent=true")).await;
            }
        }
        for kek in self.get("/dek-registry/v1/keks?deleted=true").await.is(200).as_array().unwrap() {
            let path = format!("/dek-registry/v1/keks/{}", encode(kek.as_str().unwrap()));
            for dek in self.get(&format!("{path}/deks?deleted=true")).await.is(200).as_array().unwrap() {
                let dek = format!("{path}/deks/{}", encode(dek.as_str().unwrap()));
                self.delete(&dek).await;
                self.delete(&format!("{dek}?permanent=true")).await;
            }
            self.delete(&path).await;
            self.delete(&format!("{path}?permanent=true")).await;
        }
        for context in self.get("/contexts").await.is(200).as_array().unwrap() {
            self.delete(&format!("/contexts/{}", context.as_str().unwrap())).await;
        }
    }
}

impl Reply {
    /// The body as JSON, after making sure of the status.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}: no JSON: {}", self.asked, self.text()))
    }

    /// Makes sure of a 200 and the whole body.
    #[expect(clippy::needless_pass_by_value, reason = "stories read better without the ampersand")]
    #[track_caller]
    pub fn gives(&self, expected: Value) {
        assert_eq!(self.is(200), expected, "{}", self.asked);
    }

    /// Makes sure of an error answer of the Confluent surface and returns its message.
    #[track_caller]
    pub fn refused(&self, code: u32) -> String {
        let status = if code > 1000 { code / 100 } else { code };
        let body = self.is(status as u16);
        assert_eq!(body["error_code"], code, "{}: {body}", self.asked);
        body["message"].as_str().unwrap().to_owned()
    }

    /// Makes sure of an error answer with its text.
    #[track_caller]
    pub fn refused_with(&self, code: u32, message: &str) {
        assert_eq!(self.refused(code), message, "{}", self.asked);
    }

    /// Makes sure of a problem document and returns it.
    #[track_caller]
    pub fn problem(&self, status: StatusCode) -> Value {
        let body = self.is(status.as_u16());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.asked);
        assert_eq!(body["status"], status.as_u16(), "{}", self.asked);
        body
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

async fn call(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body, asked: String::new() }
}

/// Whether a story must be left out because the registry is elsewhere: says so, and why.
pub fn skip_elsewhere(app: &App, why: &str) -> bool {
    if !app.is_here() {
        let story = std::thread::current().name().unwrap_or_default().to_owned();
        eprintln!("NOT OVER THE WIRE, only in the process: {story}: {why}");
    }
    !app.is_here()
}

/// What clients usually send.
pub const JSON: [(&str, &str); 1] = [("content-type", "application/vnd.schemaregistry.v1+json")];

/// An Avro record with `long` fields of these names; a name that ends in `=` has a default.
pub fn record(name: &str, fields: &[&str]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| match field.strip_suffix('=') {
            Some(field) => json!({ "name": field, "type": "long", "default": 0 }),
            None => json!({ "name": field, "type": "long" }),
        })
        .collect();
    json!({ "type": "record", "name": name, "fields": fields }).to_string()
}

/// One path segment, percent-encoded.
pub fn encode(segment: &str) -> String {
    percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Ticks one millisecond a change, from the start of 2026.
fn now_ms() -> i64 {
    static NOW: AtomicI64 = AtomicI64::new(1_767_225_600_000);
    NOW.fetch_add(1, Ordering::Relaxed)
}

/// Paths under which config or mode was set: a registry elsewhere must forget them before the next story.
fn settings_put() -> &'static Mutex<Vec<String>> {
    static PATHS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    &PATHS
}
