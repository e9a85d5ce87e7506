//! The integration tests, one binary. Folders mirror the parts of the server.

#![expect(clippy::unwrap_used, reason = "a failing step is a failing test")]

mod corpus;
mod examples;
mod http;
mod layering;
mod openapi;
mod overtaken;
mod real_events;
mod rust_client;
mod serve;
mod store;
