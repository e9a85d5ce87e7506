//! Our own surface: `/v1/…` (validation, explanations, settings) and health. Errors are problem documents.
//! No request is refused for its `Accept` header here: an answer is `application/json` unless it says otherwise.

pub mod compatibility;
pub mod document;
pub mod events;
pub mod health;
pub mod lint;
mod members;
pub mod settings;
pub mod validate;
mod verdict;
