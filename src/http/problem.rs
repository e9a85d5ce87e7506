//! Errors of our own surface: RFC 9457 problem documents.
//!
//! The same refusals as on the Confluent surface, with the registry's words as `detail` and a stable `type`.
//! Findings of a validation stand in `violations` and `warnings` where there are some.

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chancery_engine::violation::MAX_FINDINGS;
use serde::Serialize;
use serde_json::Value;

use super::error::{ApiError, TransportError};
use super::json::BadJson;
use super::query::NotAnInteger;
use crate::registry::RegistryError;

/// Media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error answer of our own surface.
#[derive(Clone, Debug)]
pub struct Problem(Box<Document>);

/// A problem document.
#[derive(Clone, Debug, Serialize)]
struct Document {
    /// Names the kind: `about:blank` when the status says everything, else `urn:chancery:problem:…`.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened this time.
    detail: String,
    /// The path of the request; filled in by the dispatcher.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// Findings, when the problem is about a payload or an event.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Value>,
    /// Findings that do not make it invalid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Value>,
    /// Whether findings were cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
    #[serde(skip)]
    headers: HeaderMap,
}

impl Problem {
    /// A problem of a status with a detail.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Document {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            instance: None,
            violations: Vec::new(),
            warnings: Vec::new(),
            truncated: None,
            headers: HeaderMap::new(),
        }))
    }

    /// The same problem of a named kind.
    #[must_use]
    pub fn kind(mut self, name: &str) -> Self {
        self.0.kind = format!("urn:chancery:problem:{name}");
        self
    }

    /// The same problem in other words.
    #[must_use]
    pub fn detail(mut self, detail: String) -> Self {
        self.0.detail = detail;
        self
    }

    /// The same problem about a path.
    #[must_use]
    pub fn instance(mut self, path: &str) -> Self {
        self.0.instance.get_or_insert_with(|| path.to_owned());
        self
    }

    /// The same problem with findings, as many of them as one report has.
    #[must_use]
    pub fn findings(mut self, mut violations: Vec<Value>, mut warnings: Vec<Value>) -> Self {
        let count = violations.len() + warnings.len();
        violations.truncate(MAX_FINDINGS);
        warnings.truncate(MAX_FINDINGS - violations.len());
        self.0.truncated = (count > MAX_FINDINGS).then_some(true);
        self.0.violations = violations;
        self.0.warnings = warnings;
        self
    }

    /// The same problem; `true` says that its findings had been cut off before.
    #[must_use]
    pub fn truncated(mut self, truncated: bool) -> Self {
        self.0.truncated = self.0.truncated.or(truncated.then_some(true));
        self
    }

    /// The same problem with response headers.
    #[must_use]
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.0.headers = headers;
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self.0).expect("strings, numbers and JSON values serialize");
        let mut response = (status, [(CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        response.headers_mut().extend(self.0.headers);
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<TransportError> for Problem {
    fn from(error: TransportError) -> Self {
        let mut problem = Self::new(error.status(), error.to_string());
        problem.0.headers.extend(error.allow().map(|methods| (ALLOW, methods)));
        problem
    }
}

impl From<BadJson> for Problem {
    fn from(error: BadJson) -> Self {
        // A missing body is an unreadable container here, not a semantic error as on the Confluent surface.
        let detail = match error {
            BadJson::Missing => "the request has no body".to_owned(),
            BadJson::Malformed(reason) => reason,
        };
        Self::new(StatusCode::BAD_REQUEST, detail)
    }
}

impl From<NotAnInteger> for Problem {
    fn from(error: NotAnInteger) -> Self {
        TransportError::from(error).into()
    }
}

impl From<RegistryError> for Problem {
    /// Status and words follow the table of the Confluent surface; a store that does not answer is 503 here.
    fn from(error: RegistryError) -> Self {
        let is_store = matches!(error, RegistryError::Store(_));
        let name = kind_name(&error);
        let answer = ApiError::from(error);
        let status = if is_store { StatusCode::SERVICE_UNAVAILABLE } else { answer.status() };
        Self::new(status, answer.message()).kind(name)
    }
}

fn kind_name(error: &RegistryError) -> &'static str {
    use RegistryError as E;
    match error {
        E::SubjectNotFound(_) | E::SubjectSoftDeleted(_) | E::SubjectNotSoftDeleted(_) => "subject-not-found",
        E::VersionNotFound(_) | E::VersionSoftDeleted(..) | E::VersionNotSoftDeleted(..) => {
            "version-not-found"
        }
        E::SchemaNotFound(_) => "schema-not-found",
        E::NoSubjectConfig(_) | E::NoSubjectMode(_) => "not-configured",
        E::Incompatible { .. } => "incompatible-schema",
        E::InvalidSchema(_) | E::SchemaTooLarge => "invalid-schema",
        E::InvalidVersion(_) => "invalid-version",
        E::InvalidLevel(_) | E::InvalidMode(_) | E::ForwardModeNotGlobal => "invalid-setting",
        E::OperationNotPermitted { .. } => "operation-not-permitted",
        E::ReferenceExists(..) => "reference-exists",
        E::InvalidSubject(_) => "invalid-subject",
        E::InvalidSettings(_) => "invalid-settings",
        E::InvalidRuleSet(_) => "invalid-rule-set",
        E::ContextNotEmpty(_) => "context-not-empty",
        E::InvalidContext(_) => "invalid-context",
        E::Association(_) => "invalid-association",
        E::Key(_) => "invalid-key",
        E::Store(_) => "store-unavailable",
    }
}
