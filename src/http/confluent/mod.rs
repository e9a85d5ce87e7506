//! The Confluent-compatible surface, one file a resource. Objects have exactly the members that the reference
//! sends; what is deliberately different stands in `docs/PARITY.md`.

pub mod associations;
mod candidate;
pub mod compatibility;
pub mod config;
pub mod contexts;
pub mod keys;
pub mod mode;
pub mod register;
pub mod schemas;
pub mod server;
pub mod subjects;
pub mod versions;
mod wire;

pub use candidate::read_candidate;
