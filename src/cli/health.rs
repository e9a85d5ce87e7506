//! `chancery health`: asks a running server whether it is ready. For container health checks: the image needs
//! no other tool.

use std::process::ExitCode;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use clap::Args;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::fail;

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Arguments.
#[derive(Debug, Args)]
pub struct Health {
    /// Where the server listens, as it was told
    #[arg(long, env = "CHANCERY_LISTEN", default_value = "127.0.0.1:8081", value_name = "HOST:PORT")]
    listen: String,
}

/// Why the server counts as not ready.
#[derive(Debug, thiserror::Error)]
enum NotReady {
    #[error("cannot ask {0}: {1}")]
    Unreachable(String, String),
    #[error("{0} did not answer in time")]
    TimedOut(String),
    #[error("{0} answered {1}")]
    Refused(String, u16),
}

impl Health {
    /// Exit code 0 when the server is ready, 1 when it is not.
    pub fn run(self) -> ExitCode {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let outcome = match runtime {
            Ok(runtime) => runtime.block_on(ask(&self.listen)),
            Err(error) => return fail(1, &error),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(1, &error),
        }
    }
}

async fn ask(listen: &str) -> Result<(), NotReady> {
    // A server on all addresses is asked on the loopback one.
    let address = listen.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:");
    let url = format!("http://{address}/health/ready");
    let unreachable = |error: String| NotReady::Unreachable(url.clone(), error);
    let request = Request::get(&url).body(Body::empty()).map_err(|error| unreachable(error.to_string()))?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    match tokio::time::timeout(TIMEOUT, client.request(request)).await {
        Err(_) => Err(NotReady::TimedOut(url)),
        Ok(Err(error)) => Err(unreachable(error.to_string())),
        Ok(Ok(response)) if response.status().is_success() => Ok(()),
        Ok(Ok(response)) => Err(NotReady::Refused(url, response.status().as_u16())),
    }
}
