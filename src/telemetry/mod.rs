//! The log: to standard error, as text or JSON. Never payloads, never credentials.
//!
//! Requests are logged by [`log_request`]: one line for each write and each refusal; answered reads only
//! when asked for, as a line costs about half as much as the read itself.

mod requests;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

pub use requests::log_request;

use crate::config::{ConfigError, LogFormat};

/// Starts the log of this process. Call it once.
///
/// # Errors
/// [`ConfigError::Invalid`] for a filter that cannot be read.
pub fn start(format: LogFormat, filter: &str) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(filter).map_err(|error| ConfigError::Invalid {
        name: "log-filter",
        reason: format!("{error} in `{filter}`"),
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A line that cannot be written is lost. To say so on the same stream would panic.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
