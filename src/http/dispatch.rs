//! One request from wire to wire.
//!
//! Order of checks as in the reference: unreadable path 400, unknown path 404, wrong method 405, body type 415,
//! answer type 406, then the handler (400 and 422 for bodies come from there). Every answer carries
//! `X-Request-ID`; every answer with a body has a content type.

use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::{Builder, Uuid};

use super::call::{self, Answer, Call, Unread};
use super::error::{ApiError, TransportError};
use super::facts::Facts;
use super::hot::HotAnswers;
use super::negotiate::{self, MediaType};
use super::path::{self, RequestPath};
use super::problem::Problem;
use super::query::Query;
use super::routes::{Bodies, Outcome, Refusal, Route, RouteTable, Surface};
use super::{HttpLimits, State};

/// Names a request in logs; taken over from the client when it sends one.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Routes and state; answers requests.
pub struct Dispatcher {
    routes: RouteTable,
    state: Arc<State>,
    hot: HotAnswers,
    turns: Arc<Semaphore>,
}

/// A refusal together with the surface whose form it takes.
struct Refused(Surface, TransportError);

impl Dispatcher {
    /// A dispatcher over the whole table.
    pub fn new(state: State) -> Self {
        let turns = Arc::new(Semaphore::new(state.limits.max_in_flight.min(Semaphore::MAX_PERMITS)));
        let hot = HotAnswers::new(Arc::clone(&state.registry));
        Self { routes: RouteTable::new(), state: Arc::new(state), hot, turns }
    }

    /// Answers one request; never panics.
    pub async fn answer(&self, request: Request) -> Response {
        let request_id = request_id(request.headers());
        let is_head = request.method() == Method::HEAD;
        let media = negotiate::negotiate(request.headers());
        if let (Some(body), Some(media)) = (self.find_kept(&request), media) {
            let mut response = call::ready(body);
            finish(&mut response, media, request_id);
            return response;
        }
        let (Parts { method, uri, headers, .. }, body) = request.into_parts();
        let routed = self.route(&method, &uri, headers, Unread::new(body), media);
        let outcome = AssertUnwindSafe(routed).catch_unwind().await;
        let mut response = match outcome {
            Ok(Ok(response)) => response,
            Ok(Err(Refused(surface, error))) => refusal(surface, error, uri.path()),
            Err(_) => refusal(Surface::Confluent, TransportError::Internal, uri.path()),
        };
        finish(&mut response, media.unwrap_or_default(), request_id);
        if is_head { without_body(response) } else { response }
    }

    fn find_kept(&self, request: &Request) -> Option<Bytes> {
        self.hot.find(HotAnswers::key(request.method(), request.uri().path_and_query())?)
    }

    async fn route(
        &self,
        method: &Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Unread,
        media: Option<MediaType>,
    ) -> Result<Response, Refused> {
        let confluent = |error: TransportError| Refused(Surface::Confluent, error);
        let path = path::read(uri.path()).map_err(|error| confluent(error.into()))?;
        let wanted = if *method == Method::HEAD { &Method::GET } else { method };
        let Some(route) = self.routes.find(&path).find(|route| route.method == *wanted) else {
            return self.answer_without_route(method, &path);
        };
        let refused = |error| Refused(route.surface, error);
        check_media(route, &headers, media).map_err(refused)?;
        let turn = self.take_turn(route).map_err(refused)?;
        let (whole, body) = match route.bodies {
            Bodies::None => (Bytes::new(), Unread::nothing()),
            Bodies::Json | Bodies::Any => {
                let HttpLimits { max_body_bytes, body_silence, .. } = self.state.limits;
                let whole = call::read_body(body.take(), max_body_bytes, body_silence).await;
                (whole.map_err(refused)?, Unread::nothing())
            }
            Bodies::Stream => (Bytes::new(), body),
        };
        let call = Call {
            state: Arc::clone(&self.state),
            context: path.context.clone(),
            query: Query::read(uri.query()),
            headers,
            params: route.params(&path),
            body: whole,
        };
        let before = self.hot.before();
        let outcome = route.start(call, body);
        let outcome = if route.writes { to_its_end(outcome).await.map_err(refused)? } else { outcome.await };
        let mut answer = outcome.unwrap_or_else(|refusal| refusal.answer(uri.path()));
        if route.surface == Surface::Own {
            call::name_plain_json(&mut answer);
        }
        if let Some(key) = HotAnswers::key(method, uri.path_and_query()) {
            self.hot.keep(key, &mut answer, before);
        } else if route.writes || !answer.status().is_success() || self.state.log_reads {
            note_asked(&mut answer, route, &path);
        }
        Ok(match turn {
            Some(turn) => keep_turn(answer, turn),
            None => answer,
        })
    }

    /// A path that is not in the table, or not with this method.
    fn answer_without_route(&self, method: &Method, path: &RequestPath<'_>) -> Result<Response, Refused> {
        let others: Vec<_> = self.routes.find(path).collect();
        match others.first() {
            None => Err(Refused(surface_of(path), TransportError::NotFound)),
            Some(_) if method == Method::OPTIONS => Ok(options(&others)),
            Some(first) => Err(Refused(first.surface, TransportError::MethodNotAllowed(allowed(&others)))),
        }
    }

    /// The right to work on a payload; none is needed where nothing is computed.
    fn take_turn(&self, route: &Route) -> Result<Option<OwnedSemaphorePermit>, TransportError> {
        if route.surface != Surface::Own || route.bodies == Bodies::None {
            return Ok(None);
        }
        let turn = Arc::clone(&self.turns).try_acquire_owned();
        turn.map(Some).map_err(|_| TransportError::Busy)
    }
}

/// The surface whose form a path that nobody serves is answered in: `/v1/` is ours but for the metadata of servers.
fn surface_of(path: &RequestPath<'_>) -> Surface {
    let mut segments = path.segments.iter().map(AsRef::as_ref);
    match (segments.next(), segments.next()) {
        (Some("v1"), other) if other != Some("metadata") => Surface::Own,
        _ => Surface::Confluent,
    }
}

/// Runs a write to its end, also when the client hangs up meanwhile: some take more than one change.
async fn to_its_end(outcome: Outcome) -> Result<Result<Answer, Refusal>, TransportError> {
    tokio::spawn(outcome).await.map_err(|_| TransportError::Internal)
}

/// An answer that is still being made when its handler has returned is work until its end.
fn keep_turn(answer: Response, turn: OwnedSemaphorePermit) -> Response {
    if answer.body().size_hint().exact().is_some() {
        return answer;
    }
    answer.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _held = &turn;
            frame
        }))
    })
}

/// Whether a route takes a body as the headers describe it, and can answer as they ask.
fn check_media(route: &Route, headers: &HeaderMap, media: Option<MediaType>) -> Result<(), TransportError> {
    if route.bodies == Bodies::Json && !negotiate::is_json_body(headers) {
        return Err(TransportError::UnsupportedMediaType);
    }
    match route.surface {
        Surface::Own if route.bodies != Bodies::None && negotiate::is_encoded_body(headers) => {
            Err(TransportError::EncodedBody)
        }
        Surface::Confluent if media.is_none() => Err(TransportError::NotAcceptable),
        _ => Ok(()),
    }
}

/// Tells the log which subject and version a path names, unless the handler knows better.
fn note_asked(answer: &mut Response, route: &Route, path: &RequestPath<'_>) {
    let params = route.params(path);
    let given = |wanted| params.iter().find(|(name, value)| *name == wanted && !value.is_empty());
    Facts::note(answer, |facts| {
        if let (None, Some((_, name))) = (&facts.subject, given("subject")) {
            facts.subject = Some(call::qualify(&path.context, name).qualified());
        }
        if let (None, Some((_, version))) = (&facts.version, given("version")) {
            facts.version = Some(version.clone());
        }
    });
}

fn refusal(surface: Surface, error: TransportError, instance: &str) -> Response {
    match surface {
        Surface::Confluent => ApiError::from(error).into_response(),
        Surface::Own => Problem::from(error).instance(instance).into_response(),
    }
}

/// The client's id when it sends exactly one that is not blank, else a fresh one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let mut sent =
        headers.get_all(REQUEST_ID).iter().filter(|value| !value.as_bytes().trim_ascii().is_empty());
    match (sent.next(), sent.next()) {
        (Some(only), None) => only.clone(),
        _ => fresh_request_id(),
    }
}

fn fresh_request_id() -> HeaderValue {
    // Keyed by the system once; asking it for every request costs as much as answering one.
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let [high, low] = KEYS.each_ref().map(|key| key.hash_one(request));
    let id = Builder::from_random_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes()).into_uuid();
    let mut buffer = Uuid::encode_buffer();
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer)).expect("a UUID is ASCII")
}

fn finish(response: &mut Response, media: MediaType, request_id: HeaderValue) {
    let has_body = response.status() != StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if has_body {
        headers.entry(CONTENT_TYPE).or_insert_with(|| media.header());
    }
    headers.insert(REQUEST_ID, request_id);
}

fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact().filter(|_| parts.status != StatusCode::NO_CONTENT) {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}

fn options(candidates: &[&Route]) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(value) = HeaderValue::from_str(&allowed(candidates)) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

/// Methods of a path: those of the table, HEAD with GET, and OPTIONS.
fn allowed(candidates: &[&Route]) -> String {
    let mut methods: Vec<&str> = candidates.iter().map(|route| route.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.join(", ")
}
