//! Errors of the Confluent surface: one table from what was refused to status, `error_code` and text.
//!
//! The texts are part of the contract: clients print them and some match on them. Odd spellings of the
//! reference (a missing blank after a full stop, `is not a valid.`) are kept. The HTTP status is the first
//! three digits of a five-digit code, which is the reference's own convention.

use std::time::Duration;

use axum::Json;
use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::facts::Facts;
use super::json::BadJson;
use super::path::BadPath;
use super::query::NotAnInteger;
use crate::model::Subject;
use crate::registry::{AssociationError, KeyError, Refusal, RegistryError};

/// What the transport refuses, before or beside any use case. Both surfaces print it in their own form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The path or body cannot be read.
    #[error("{0}")]
    BadRequest(String),
    /// No such path; also a path id or a paging parameter that is no 32-bit integer.
    #[error("HTTP 404 Not Found")]
    NotFound,
    /// The path exists, the method does not; the methods that do.
    #[error("HTTP 405 Method Not Allowed")]
    MethodNotAllowed(String),
    /// The client takes none of our media types.
    #[error("HTTP 406 Not Acceptable")]
    NotAcceptable,
    /// The body is longer than the limit.
    #[error("request body exceeds the limit of {0} bytes")]
    TooLarge(usize),
    /// Nothing came of the rest of the body for so long.
    #[error("nothing came of the rest of the request body for {0:?}")]
    Silence(Duration),
    /// The body is of no type that is read here.
    #[error("HTTP 415 Unsupported Media Type")]
    UnsupportedMediaType,
    /// The body is compressed; only our own surface looks.
    #[error("a body with a `content-encoding` other than identity is not read")]
    EncodedBody,
    /// Too many requests are at work.
    #[error("too many requests are in flight")]
    Busy,
    /// A body is required.
    #[error("the request body must not be null")]
    MissingBody,
    /// A handler panicked.
    #[error("Internal Server Error")]
    Internal,
}

impl TransportError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Silence(_) => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType | Self::EncodedBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::MissingBody => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The `Allow` header of a 405.
    pub fn allow(&self) -> Option<HeaderValue> {
        match self {
            Self::MethodNotAllowed(methods) => HeaderValue::from_str(methods).ok(),
            _ => None,
        }
    }
}

impl From<BadPath> for TransportError {
    fn from(error: BadPath) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<BadJson> for TransportError {
    fn from(error: BadJson) -> Self {
        match error {
            BadJson::Missing => Self::MissingBody,
            BadJson::Malformed(message) => Self::BadRequest(message),
        }
    }
}

impl From<NotAnInteger> for TransportError {
    fn from(_: NotAnInteger) -> Self {
        Self::NotFound
    }
}

/// An error answer of the Confluent surface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    code: u32,
    message: String,
    allow: Option<HeaderValue>,
}

/// The body of an error answer.
#[derive(Debug, Serialize)]
pub struct ErrorBody {
    /// 404, or five digits that begin with the status: 40401.
    error_code: u32,
    /// For people and for clients that match on it.
    message: String,
}

impl ApiError {
    /// An error whose status is the first three digits of its code.
    fn coded(code: u32, message: impl Into<String>) -> Self {
        let status = if code >= 1000 { code / 100 } else { code };
        let status = StatusCode::from_u16(status as u16).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.into(), allow: None }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The `message`.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The body, without status and headers.
    pub fn into_body(self) -> ErrorBody {
        ErrorBody { error_code: self.code, message: self.message }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { error_code: self.code, message: self.message };
        let mut response = (self.status, Json(body)).into_response();
        // The dispatcher names the negotiated type.
        response.headers_mut().remove(axum::http::header::CONTENT_TYPE);
        if let Some(allow) = self.allow {
            response.headers_mut().insert(ALLOW, allow);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        Facts::note(&mut response, |facts| facts.error_code = Some(self.code));
        response
    }
}

impl From<TransportError> for ApiError {
    fn from(error: TransportError) -> Self {
        let mut answer = Self::coded(u32::from(error.status().as_u16()), error.to_string());
        answer.allow = error.allow();
        answer
    }
}

impl From<BadJson> for ApiError {
    fn from(error: BadJson) -> Self {
        TransportError::from(error).into()
    }
}

impl From<NotAnInteger> for ApiError {
    fn from(error: NotAnInteger) -> Self {
        TransportError::from(error).into()
    }
}

impl ApiError {
    /// A refusal that shows the subject as the client spelled it, where the reference does.
    pub fn of_subject(error: RegistryError, sent: String) -> Self {
        match error {
            RegistryError::InvalidSubject(_) => RegistryError::InvalidSubject(sent).into(),
            other => other.into(),
        }
    }
}

impl From<RegistryError> for ApiError {
    fn from(error: RegistryError) -> Self {
        use RegistryError as E;
        let (code, message) = match error {
            E::SubjectNotFound(subject) => (40401, format!("Subject '{subject}' not found.")),
            E::VersionNotFound(version) => (40402, format!("Version {version} not found.")),
            E::SchemaNotFound(None) => (40403, "Schema not found".to_owned()),
            E::SchemaNotFound(Some(asked)) => (40403, format!("Schema {asked} not found")),
            // No blank after the full stop: clients match on the text.
            E::SubjectSoftDeleted(subject) => (
                40404,
                format!("Subject '{subject}' was soft deleted.Set permanent=true to delete permanently"),
            ),
            E::SubjectNotSoftDeleted(subject) => {
                (40405, format!("Subject '{subject}' was not deleted first before being permanently deleted"))
            }
            E::VersionSoftDeleted(subject, version) => (
                40406,
                format!(
                    "Subject '{subject}' Version {version} was soft deleted.Set permanent=true to delete permanently"
                ),
            ),
            E::VersionNotSoftDeleted(subject, version) => (
                40407,
                format!(
                    "Subject '{subject}' Version {version} was not deleted first before being permanently deleted"
                ),
            ),
            E::NoSubjectConfig(subject) => {
                (40408, format!("Subject '{subject}' does not have subject-level compatibility configured"))
            }
            E::NoSubjectMode(subject) => {
                (40409, format!("Subject '{subject}' does not have subject-level mode configured"))
            }
            E::Incompatible { subject, verdict } => (
                40901,
                format!(
                    "Schema being registered is incompatible with an earlier schema for subject \"{subject}\", \
                     details: [{}]",
                    verdict.messages.join(", ")
                ),
            ),
            E::InvalidSchema(message) => (42201, message),
            E::InvalidVersion(text) => (
                42202,
                format!(
                    "The specified version '{text}' is not a valid version id. Allowed values are between \
                     [1, 2^31-1] and the string \"latest\""
                ),
            ),
            E::InvalidLevel(_) => (
                42203,
                "Invalid compatibility level. Valid values are none, backward, forward, full, \
                 backward_transitive, forward_transitive, and full_transitive"
                    .to_owned(),
            ),
            E::InvalidMode(_) => {
                (42204, "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.".to_owned())
            }
            E::ForwardModeNotGlobal => (42204, "Forward mode only supported on global level".to_owned()),
            E::OperationNotPermitted { subject, reason } => (42205, refusal_text(&subject, &reason)),
            E::ReferenceExists(subject, version) => (
                42206,
                format!(
                    "One or more references exist to the schema \
                     {{magic=1,keytype=SCHEMA,subject={subject},version={version}}}."
                ),
            ),
            E::InvalidSubject(text) => (42208, format!("The specified subject '{text}' is not a valid.")),
            E::SchemaTooLarge => (42209, "Register operation failed because schema is too large".to_owned()),
            // Only our own surface has them; the code is that of a config that cannot be.
            E::InvalidSettings(message) => (42203, message),
            E::InvalidRuleSet(message) => (42210, message),
            E::ContextNotEmpty(context) => {
                (42211, format!("The specified context ':{context}:' is not empty."))
            }
            E::Association(error) => (association_code(&error), error.to_string()),
            E::Key(error) => (key_code(&error), error.to_string()),
            E::InvalidContext(error) => (400, error.to_string()),
            E::Store(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the store could not answer");
                (50001, "Error in the backend data store".to_owned())
            }
        };
        Self::coded(code, message)
    }
}

/// Codes of the key storage.
fn key_code(error: &KeyError) -> u32 {
    match error {
        KeyError::NotFound(_) => 40470,
        KeyError::NotSoftDeleted(_) => 40471,
        KeyError::SoftDeleted(_) => 40472,
        KeyError::Exists(_) => 40971,
        KeyError::Invalid(_) => 42271,
        KeyError::Referenced(_) => 42272,
    }
}

/// Codes of associations.
fn association_code(error: &AssociationError) -> u32 {
    match error {
        AssociationError::NotFound(_) => 40410,
        AssociationError::TooMany(_) => 40902,
        AssociationError::ResourceTaken { .. } => 40903,
        AssociationError::SubjectTaken(_) => 40904,
        AssociationError::SubjectOwned(_) => 40905,
        AssociationError::NoActiveVersion(_) => 40907,
        AssociationError::Frozen { .. } => 40908,
        AssociationError::Invalid { .. } => 42212,
    }
}

/// Texts of 42205. The context is empty for the default one, which leaves two blanks in a row.
fn refusal_text(subject: &Subject, reason: &Refusal) -> String {
    let context = subject.context.prefix();
    match reason {
        Refusal::ReadOnly => format!("Subject {subject} in context {context} is in read-only mode"),
        Refusal::NotImport => format!("Subject {subject} in context {context} is not in import mode"),
        Refusal::NotReadWrite => format!("Subject {subject} in context {context} is not in read-write mode"),
        Refusal::ExistingSubjects => "Cannot import since found existing subjects".to_owned(),
        Refusal::IdTaken(id) => {
            format!("Overwrite new schema with id {id} in context {context} is not permitted.")
        }
        Refusal::IdsExhausted => {
            format!("Subject {subject} cannot get a schema: context {context} has no free id left")
        }
        Refusal::Owned => {
            format!("Subject {subject} in context {context} is owned by a resource and cannot be referenced")
        }
        Refusal::ModeImmutable => "Mode changes are not allowed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(error: RegistryError) -> (u16, u32, String) {
        let error = ApiError::from(error);
        (error.status.as_u16(), error.code, error.message)
    }

    #[test]
    fn the_status_is_the_front_of_the_code() {
        let subject = Subject::parse(":.dr:orders");
        assert_eq!(
            answer(RegistryError::SubjectNotFound(subject.clone())),
            (404, 40401, "Subject ':.dr:orders' not found.".to_owned())
        );
        assert_eq!(answer(RegistryError::VersionNotFound(-1)).2, "Version -1 not found.");
        assert_eq!(answer(RegistryError::InvalidLevel("odd".to_owned())).0, 422);
        assert_eq!(answer(RegistryError::SchemaNotFound(None)).2, "Schema not found");
        assert_eq!(answer(RegistryError::SchemaNotFound(Some("7".to_owned()))).2, "Schema 7 not found");
    }

    #[test]
    fn refusals_show_the_context_and_two_blanks_without_one() {
        let text = |subject: &str, reason| {
            answer(RegistryError::OperationNotPermitted { subject: Subject::parse(subject), reason }).2
        };
        assert_eq!(text("orders", Refusal::ReadOnly), "Subject orders in context  is in read-only mode");
        assert_eq!(
            text(":.dr:orders", Refusal::NotImport),
            "Subject :.dr:orders in context :.dr: is not in import mode"
        );
        assert_eq!(
            text(":.dr:orders", Refusal::IdTaken(7)),
            "Overwrite new schema with id 7 in context :.dr: is not permitted."
        );
    }
}
