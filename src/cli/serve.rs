//! `chancery serve`: runs the server until it is asked to stop.
//!
//! Says on standard output where it listens and where its data is, one line each; the log goes to standard
//! error.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::{USAGE, fail};
use crate::app::{App, AppError, stop_signal};
use crate::config::{Config, Options};
use crate::telemetry;

/// How long work on the blocking pool may go on after the server stopped.
const LEFTOVERS: Duration = Duration::from_secs(1);

/// Arguments. Precedence: flag, environment variable, configuration file, default.
#[derive(Debug, Args)]
pub struct Serve {
    /// Configuration file (TOML) with the settings below by their names
    #[arg(long, env = "CHANCERY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    options: Options,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT.
    pub fn run(self) -> ExitCode {
        let config = match Config::load(self.options, self.config.as_deref()) {
            Ok(config) => config,
            Err(error) => return fail(USAGE, &error),
        };
        if let Err(error) = telemetry::start(config.log_format, &config.log_filter) {
            return fail(USAGE, &error);
        }
        let runtime = match tokio::runtime::Runtime::new() {
            Ok(runtime) => runtime,
            Err(error) => return fail(1, &error),
        };
        let served = runtime.block_on(serve(&config));
        runtime.shutdown_timeout(LEFTOVERS);
        match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(1, &error),
        }
    }
}

async fn serve(config: &Config) -> Result<(), AppError> {
    let stop = stop_signal().map_err(AppError::Serve)?;
    let app = App::build(config).await?;
    announce(&app);
    app.run(stop).await
}

/// One plain line each, for people and scripts. A closed standard output is no reason not to serve.
fn announce(app: &App) {
    let mut out = std::io::stdout().lock();
    let said = writeln!(out, "listening on http://{}\ndata in {}", app.address(), app.database());
    if let Err(error) = said.and_then(|()| out.flush()) {
        tracing::warn!(%error, "cannot say where the server is");
    }
}
