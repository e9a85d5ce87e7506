//! The one table of routes. `openapi.yaml` describes exactly these; a test compares both ways.

use std::future::Future;
use std::pin::Pin;

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use futures::TryFutureExt;

use super::call::{Answer, Call, Unread};
use super::confluent::{
    associations, compatibility, config, contexts, keys, mode, register, schemas, server, subjects, versions,
};
use super::error::ApiError;
use super::own::{compatibility as explanation, document, events, health, lint, settings, validate};
use super::path::RequestPath;
use super::problem::Problem;

/// Whose form refusals take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// `{"error_code", "message"}`
    Confluent,
    /// `application/problem+json`
    Own,
}

/// What kind of body a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// None; whatever comes is not read.
    None,
    /// JSON under the types of the Confluent surface, else 415.
    Json,
    /// Anything up to the limit; the handler looks at the type.
    Any,
    /// Anything; the handler reads it as it arrives.
    Stream,
}

/// What a handler refuses, in the form of its surface.
pub enum Refusal {
    /// The error object of the Confluent surface.
    Confluent(ApiError),
    /// A problem document of ours.
    Own(Problem),
}

impl Refusal {
    /// The answer; problem documents name the path of the request.
    pub fn answer(self, path: &str) -> Response {
        match self {
            Self::Confluent(error) => error.into_response(),
            Self::Own(problem) => problem.instance(path).into_response(),
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Confluent(error)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Own(problem)
    }
}

/// A handler at work.
pub type Outcome = Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>>;

type Handler = Box<dyn Fn(Call, Unread) -> Outcome + Send + Sync>;

/// A row of the table.
pub struct Route {
    /// The method.
    pub method: Method,
    /// Literal segments and `{parameters}`.
    pub pattern: &'static str,
    /// Form of refusals.
    pub surface: Surface,
    /// Kind of body.
    pub bodies: Bodies,
    /// Whether it may change something.
    pub writes: bool,
    /// The pattern, taken apart.
    pieces: Vec<Piece>,
    handler: Handler,
}

/// A segment of a pattern.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Literal(&'static str),
    Parameter(&'static str),
}

impl Route {
    /// The pattern's parameters with the segments that stand in their places.
    pub fn params(&self, path: &RequestPath<'_>) -> Vec<(&'static str, String)> {
        let pairs = self.pieces.iter().zip(&path.segments);
        let named = pairs.filter_map(|(piece, segment)| match piece {
            Piece::Parameter(name) => Some((*name, segment.clone().into_owned())),
            Piece::Literal(_) => None,
        });
        named.collect()
    }

    /// Whether a path with as many segments fits the pattern.
    fn fits(&self, path: &RequestPath<'_>) -> bool {
        self.pieces.iter().zip(&path.segments).all(|(piece, segment)| match piece {
            Piece::Literal(text) => text == segment,
            Piece::Parameter(_) => true,
        })
    }

    /// Starts the handler.
    pub fn start(&self, call: Call, body: Unread) -> Outcome {
        (self.handler)(call, body)
    }
}

fn pieces(pattern: &'static str) -> Vec<Piece> {
    let pieces = pattern.split('/').filter(|piece| !piece.is_empty());
    let pieces =
        pieces.map(|piece| match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            Some(name) => Piece::Parameter(name),
            None => Piece::Literal(piece),
        });
    pieces.collect()
}

/// The routes, ready to be searched: by the number of segments.
pub struct RouteTable(Vec<Vec<Route>>);

impl RouteTable {
    /// All routes.
    pub fn new() -> Self {
        let mut by_length: Vec<Vec<_>> = Vec::new();
        for route in table() {
            let length = route.pieces.len();
            if by_length.len() <= length {
                by_length.resize_with(length + 1, Vec::new);
            }
            by_length[length].push(route);
        }
        Self(by_length)
    }

    /// Routes of a path, whatever the method.
    pub fn find<'t>(&'t self, path: &RequestPath<'_>) -> impl Iterator<Item = &'t Route> {
        let of_length = self.0.get(path.segments.len()).filter(|_| !path.has_gap);
        of_length.into_iter().flatten().filter(move |route| route.fits(path))
    }
}

fn confluent<F, Fut>(method: Method, pattern: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer, ApiError>> + Send + 'static,
{
    let bodies = if method == Method::POST || method == Method::PUT { Bodies::Json } else { Bodies::None };
    let handler: Handler = Box::new(move |call, _| Box::pin(handler(call).err_into()));
    let writes = method != Method::GET;
    Route { method, pattern, surface: Surface::Confluent, bodies, writes, pieces: pieces(pattern), handler }
}

fn own<F, Fut>(method: Method, pattern: &'static str, bodies: Bodies, handler: F) -> Route
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    Route { bodies, ..own_stream(method, pattern, move |call, _| handler(call)) }
}

fn own_stream<F, Fut>(method: Method, pattern: &'static str, handler: F) -> Route
where
    F: Fn(Call, Unread) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer, Problem>> + Send + 'static,
{
    let handler: Handler = Box::new(move |call, body| Box::pin(handler(call, body).err_into()));
    Route {
        method,
        pattern,
        surface: Surface::Own,
        bodies: Bodies::Stream,
        writes: false,
        pieces: pieces(pattern),
        handler,
    }
}

/// A POST of the Confluent surface that changes nothing.
fn reading<F, Fut>(pattern: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer, ApiError>> + Send + 'static,
{
    Route { writes: false, ..confluent(Method::POST, pattern, handler) }
}

/// A POST of the Confluent surface that takes no body.
fn bodiless<F, Fut>(method: Method, pattern: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer, ApiError>> + Send + 'static,
{
    Route { bodies: Bodies::None, ..confluent(method, pattern, handler) }
}

/// Every route of the server.
pub fn table() -> Vec<Route> {
    let (get, post, put, delete) = (|| Method::GET, || Method::POST, || Method::PUT, || Method::DELETE);
    vec![
        confluent(get(), "/", server::root),
        reading("/", server::post_root),
        confluent(get(), "/subjects", subjects::list),
        reading("/subjects/{subject}", subjects::lookup),
        confluent(delete(), "/subjects/{subject}", subjects::delete),
        confluent(get(), "/subjects/{subject}/metadata", subjects::find_by_metadata),
        confluent(get(), "/subjects/{subject}/versions", versions::list),
        confluent(post(), "/subjects/{subject}/versions", register::register),
        confluent(get(), "/subjects/{subject}/versions/{version}", versions::get),
        confluent(delete(), "/subjects/{subject}/versions/{version}", versions::delete),
        confluent(get(), "/subjects/{subject}/versions/{version}/schema", versions::get_text),
        confluent(get(), "/subjects/{subject}/versions/{version}/referencedby", versions::list_referenced_by),
        confluent(post(), "/subjects/{subject}/versions/{version}/tags", register::change_tags),
        confluent(get(), "/schemas", schemas::list),
        confluent(get(), "/schemas/types", schemas::list_types),
        confluent(get(), "/schemas/ids/{id}", schemas::get_by_id),
        confluent(get(), "/schemas/ids/{id}/schema", schemas::get_text_by_id),
        confluent(get(), "/schemas/ids/{id}/subjects", schemas::list_subjects),
        confluent(get(), "/schemas/ids/{id}/versions", schemas::list_versions),
        confluent(get(), "/schemas/guids/{guid}", schemas::get_by_guid),
        confluent(get(), "/schemas/guids/{guid}/ids", schemas::list_guid_ids),
        reading("/compatibility/subjects/{subject}/versions", compatibility::test_history),
        reading("/compatibility/subjects/{subject}/versions/{version}", compatibility::test_version),
        confluent(get(), "/config", config::get),
        confluent(put(), "/config", config::put),
        confluent(delete(), "/config", config::delete),
        confluent(get(), "/config/{subject}", config::get),
        confluent(put(), "/config/{subject}", config::put),
        confluent(delete(), "/config/{subject}", config::delete),
        confluent(get(), "/mode", mode::get),
        confluent(put(), "/mode", mode::put),
        confluent(delete(), "/mode", mode::delete),
        confluent(get(), "/mode/{subject}", mode::get),
        confluent(put(), "/mode/{subject}", mode::put),
        confluent(delete(), "/mode/{subject}", mode::delete),
        confluent(get(), "/contexts", contexts::list),
        confluent(delete(), "/contexts/{context}", contexts::delete),
        confluent(post(), "/associations", associations::create),
        reading("/associations:batchGet", associations::get_batch),
        confluent(post(), "/associations:batchMutate", associations::mutate_batch),
        confluent(get(), "/associations/resources/{resourceId}", associations::list_by_id),
        confluent(put(), "/associations/resources/{resourceId}", associations::upsert),
        confluent(delete(), "/associations/resources/{resourceId}", associations::delete),
        confluent(get(), "/associations/resources/{namespace}/{name}", associations::list_by_name),
        confluent(get(), "/associations/subjects/{subject}", associations::list_by_subject),
        confluent(get(), "/dek-registry/v1/keks", keys::list_keks),
        confluent(post(), "/dek-registry/v1/keks", keys::create_kek),
        confluent(get(), "/dek-registry/v1/keks/{name}", keys::get_kek),
        confluent(put(), "/dek-registry/v1/keks/{name}", keys::update_kek),
        confluent(delete(), "/dek-registry/v1/keks/{name}", keys::delete_kek),
        bodiless(post(), "/dek-registry/v1/keks/{name}/undelete", keys::undelete_kek),
        confluent(get(), "/dek-registry/v1/keks/{name}/deks", keys::list_deks),
        confluent(post(), "/dek-registry/v1/keks/{name}/deks", keys::create_dek),
        confluent(get(), "/dek-registry/v1/keks/{name}/deks/{subject}", keys::get_dek),
        confluent(post(), "/dek-registry/v1/keks/{name}/deks/{subject}", keys::create_dek),
        confluent(delete(), "/dek-registry/v1/keks/{name}/deks/{subject}", keys::delete_deks),
        bodiless(post(), "/dek-registry/v1/keks/{name}/deks/{subject}/undelete", keys::undelete_deks),
        confluent(get(), "/dek-registry/v1/keks/{name}/deks/{subject}/versions", keys::list_dek_versions),
        confluent(get(), "/dek-registry/v1/keks/{name}/deks/{subject}/versions/{version}", keys::get_dek),
        confluent(
            delete(),
            "/dek-registry/v1/keks/{name}/deks/{subject}/versions/{version}",
            keys::delete_deks,
        ),
        bodiless(
            post(),
            "/dek-registry/v1/keks/{name}/deks/{subject}/versions/{version}/undelete",
            keys::undelete_deks,
        ),
        confluent(get(), "/v1/metadata/id", server::cluster),
        confluent(get(), "/v1/metadata/version", server::version),
        confluent(get(), "/v1/metadata/deployment", server::deployment),
        own(post(), "/v1/subjects/{subject}/versions/{version}/validate", Bodies::Any, validate::by_version),
        own(post(), "/v1/schemas/ids/{id}/validate", Bodies::Any, validate::by_id),
        own_stream(post(), "/v1/validate", events::validate),
        own(post(), "/v1/lint", Bodies::Any, lint::lint_body),
        own(get(), "/v1/subjects/{subject}/lint", Bodies::None, lint::lint_subject),
        own(get(), "/v1/rules", Bodies::None, lint::list_rules),
        own(post(), "/v1/subjects/{subject}/compatibility", Bodies::Json, explanation::explain),
        own(get(), "/v1/subjects/{subject}/settings", Bodies::None, settings::get),
        own(put(), "/v1/subjects/{subject}/settings", Bodies::Json, settings::put),
        own(delete(), "/v1/subjects/{subject}/settings", Bodies::None, settings::delete),
        own(get(), "/openapi.yaml", Bodies::None, document::openapi),
        own(get(), "/health/live", Bodies::None, health::live),
        own(get(), "/health/ready", Bodies::None, health::ready),
    ]
}
