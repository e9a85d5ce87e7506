//! The use cases, one verb a file. Everything that is decided is decided here.

pub mod error;

pub use error::RegistryError;
