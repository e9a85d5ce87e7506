//! What is known of a request beyond its method and path. Travels as an extension of the answer, for the log.

use axum::response::Response;

/// Facts of one request. Never payloads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Subject that was acted on, qualified.
    pub subject: Option<String>,
    /// Version that was written or asked for, as sent or as decided.
    pub version: Option<String>,
    /// Id that was given out or found.
    pub schema_id: Option<i32>,
    /// Code of the error body.
    pub error_code: Option<u32>,
}

impl Facts {
    /// Adds to the facts of an answer.
    pub fn note(response: &mut Response, add: impl FnOnce(&mut Self)) {
        let mut facts = response.extensions().get::<Self>().cloned().unwrap_or_default();
        add(&mut facts);
        response.extensions_mut().insert(facts);
    }
}
