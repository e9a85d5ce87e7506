//! What a handler gets: the request, taken apart.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::BytesMut;
use futures::FutureExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;

use super::State;
use super::error::TransportError;
use super::query::Query;
use crate::model::{ContextName, Subject};
use crate::registry::{Page, Registry, RegistryError};

/// One request on its way to a handler.
pub struct Call {
    /// What all handlers share.
    pub state: Arc<State>,
    /// Context of unqualified subject names.
    pub context: ContextName,
    /// Query parameters.
    pub query: Query,
    /// Request headers.
    pub headers: HeaderMap,
    /// Values of the pattern's parameters in order, decoded.
    pub params: Vec<(&'static str, String)>,
    /// The body; empty on routes that take none or read it as it arrives.
    pub body: Bytes,
}

impl Call {
    /// The use cases.
    pub fn registry(&self) -> &Registry {
        &self.state.registry
    }

    /// A path parameter of the route's pattern; empty when the pattern has none of that name.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
    }

    /// The `{subject}` of the path in the context of the path.
    pub fn subject(&self) -> Subject {
        self.qualify(self.param("subject"))
    }

    /// A subject name in the context of the path, unless it brings its own or starts as a wildcard.
    pub fn qualify(&self, name: &str) -> Subject {
        qualify(&self.context, name)
    }

    /// The `{subject}` of the path as the client spelled it, behind the context of the path.
    pub fn sent_subject(&self) -> String {
        let name = self.params.first().map_or("", |(_, value)| value);
        if is_qualified(name) { name.to_owned() } else { format!("{}{name}", self.context.prefix()) }
    }

    /// The `{subject}` of the path with its alias followed: what requests about versions act on.
    ///
    /// # Errors
    /// Store failures.
    pub async fn target(&self) -> Result<Subject, RegistryError> {
        self.registry().resolve_alias(self.subject()).await
    }

    /// The scope of config and mode: `{subject}`, or the context of the path where the pattern has none.
    /// Aliases do not apply.
    pub fn scope(&self) -> Subject {
        match self.params.first() {
            Some((_, subject)) => self.qualify(subject),
            None => Subject::of_context(self.context.clone()),
        }
    }

    /// The `subjectPrefix` query in the context of the path.
    pub fn subject_prefix(&self) -> String {
        let prefix = self.query.text("subjectPrefix");
        if is_qualified(prefix) { prefix.to_owned() } else { format!("{}{prefix}", self.context.prefix()) }
    }

    /// `offset` and `limit`. A limit of 0, below, or above `max` means `max`; an offset below 0 means 0.
    ///
    /// # Errors
    /// [`TransportError::NotFound`] for a text that is no 32-bit integer.
    pub fn page(&self, max: Option<u32>) -> Result<Page, TransportError> {
        let offset = self.query.integer("offset")?.unwrap_or(0);
        let limit = self.query.integer("limit")?.unwrap_or(0);
        let limit = u32::try_from(limit).ok().filter(|limit| *limit > 0);
        Ok(Page {
            offset: u32::try_from(offset).unwrap_or(0),
            limit: limit.filter(|limit| max.is_none_or(|max| *limit <= max)).or(max),
        })
    }

    /// A path parameter that is a 32-bit integer.
    ///
    /// # Errors
    /// [`TransportError::NotFound`]: the reference treats other texts as an unknown path.
    pub fn integer(&self, name: &str) -> Result<i32, TransportError> {
        self.param(name).parse().map_err(|_| TransportError::NotFound)
    }
}

/// A subject name in a context, unless it brings its own or starts as a wildcard.
pub fn qualify(context: &ContextName, name: &str) -> Subject {
    if is_qualified(name) { Subject::parse(name) } else { Subject::parse_in(context, name) }
}

/// Whether the context of the path is not put before a name.
fn is_qualified(name: &str) -> bool {
    name.starts_with(":.") || name.starts_with(":*:")
}

/// Reads a whole body, unless its announced length is over the limit.
///
/// # Errors
/// [`TransportError::TooLarge`], `Silence` when nothing comes for too long, or `BadRequest` when the connection broke.
pub async fn read_body(mut body: Body, limit: usize, silence: Duration) -> Result<Bytes, TransportError> {
    if body.size_hint().lower() > limit as u64 {
        discard(body);
        return Err(TransportError::TooLarge(limit));
    }
    let (mut first, mut whole) = (Bytes::new(), BytesMut::new());
    let mut frames = Limited::new(&mut body, limit);
    loop {
        // Most of the time it is here already, and no clock needs to be asked.
        let here = frames.frame().now_or_never();
        let frame = match here {
            Some(frame) => frame,
            None => match tokio::time::timeout(silence, frames.frame()).await {
                Ok(frame) => frame,
                Err(_) => return Err(TransportError::Silence(silence)),
            },
        };
        let frame = match frame {
            None => break,
            Some(Ok(frame)) => frame,
            Some(Err(error)) if error.is::<LengthLimitError>() => {
                discard(body);
                return Err(TransportError::TooLarge(limit));
            }
            Some(Err(error)) => {
                return Err(TransportError::BadRequest(format!("the request body broke off: {error}")));
            }
        };
        let Ok(data) = frame.into_data() else { continue };
        // Most bodies come in one piece, which is not copied.
        if first.is_empty() {
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.extend_from_slice(&first);
        }
        whole.extend_from_slice(&data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

/// A body that waits to be read. One that nobody takes is discarded.
pub struct Unread(Option<Body>);

impl Unread {
    /// A body as it arrives.
    pub fn new(body: Body) -> Self {
        Self(Some(body))
    }

    /// No body.
    pub fn nothing() -> Self {
        Self(None)
    }

    /// The body, to be read.
    pub fn take(mut self) -> Body {
        self.0.take().unwrap_or_default()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        if let Some(rest) = self.0.take().filter(|body| !body.is_end_stream()) {
            discard(rest);
        }
    }
}

/// What is still taken of a refused body, and for how long.
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(10);

/// Takes the rest of a body while the answer is on its way. Many clients listen only when they have sent
/// everything; closing the connection in their face would hide the answer.
fn discard(rest: Body) {
    tokio::spawn(tokio::time::timeout(DISCARD_TIME, async move {
        let mut rest = Limited::new(rest, DISCARDED_BYTES);
        while let Some(Ok(_)) = rest.frame().await {}
    }));
}

/// An answer of a handler; without a `Content-Type` it gets the negotiated one.
pub type Answer = axum::response::Response;

/// A 200 with a JSON body.
pub fn json(value: &impl Serialize) -> Answer {
    ready(json_bytes(value))
}

/// A 200 with a JSON body that writes itself.
pub fn written(write: impl FnOnce(&mut Vec<u8>)) -> Answer {
    let mut text = Vec::with_capacity(USUAL_BYTES);
    write(&mut text);
    ready(text.into())
}

/// Most answers are shorter.
const USUAL_BYTES: usize = 512;

/// A JSON text.
pub fn json_bytes(value: &impl Serialize) -> Bytes {
    let mut text = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut text, value)
        .expect("wire structs hold strings, numbers, lists and maps with string keys");
    text.into()
}

/// A 200 with a body that is ready.
pub fn ready(body: Bytes) -> Answer {
    Answer::new(Body::from(body))
}

/// The part of a list that a page asks for.
pub fn cut<T>(items: Vec<T>, page: Page) -> Vec<T> {
    let limit = page.limit.map_or(usize::MAX, |limit| limit as usize);
    items.into_iter().skip(page.offset as usize).take(limit).collect()
}

/// Names an answer of our own surface `application/json` unless it says what it is.
pub fn name_plain_json(answer: &mut Answer) {
    if answer.status() != StatusCode::NO_CONTENT {
        let json = HeaderValue::from_static("application/json");
        answer.headers_mut().entry(CONTENT_TYPE).or_insert(json);
    }
}
