//! Chancery: a schema registry that validates events before they are published.
//!
//! The house, from the outside in: [`http`](crate::http) turns wire into calls, [`registry`] decides, [`store`]
//! keeps, [`model`] holds the small types they share. Schemas, verdicts and payload checks live in the pure
//! crate `chancery_engine`. [`app`] wires the parts by [`config`], [`cli`] is the command line. `tests/it/layering.rs` holds the import directions.

pub mod app;
pub mod cli;
pub mod config;
pub mod http;
pub mod model;
pub mod registry;
pub mod store;
pub mod telemetry;
