//! The server as a value: built, then run until told to stop.
//!
//! This is where the parts meet, and the only place that reads the clock of the machine. `signal` tells when to stop,
//! `head_timer` bounds how long clients take for the head of a request.

mod head_timer;
mod signal;

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use hyper::body::Incoming;
use tower::make::Shared;
use tower::service_fn;

pub use signal::stop_signal;

use self::head_timer::HeadTimer;
use crate::config::{Config, Database};
use crate::http::{HttpLimits, ServerInfo, State, Surfaces};
use crate::registry::{Clock, Registry, RegistrySettings};
use crate::store::sqlite::SqliteStore;
use crate::store::{OpenError, Store};
use crate::telemetry;

/// How long open requests may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// How long a client may take to send the head of a request. Bodies have a bound of their own, in [`HttpLimits`].
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// A server that listens and has its data open, but does not answer yet.
pub struct App {
    listener: TcpListener,
    address: SocketAddr,
    database: Database,
    store: Arc<dyn Store>,
    surfaces: Surfaces,
    log_reads: bool,
}

/// Why a server cannot start or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The address cannot be used.
    #[error("cannot listen on {listen}: {source}")]
    Listen {
        /// Host and port as configured.
        listen: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The listener broke.
    #[error("the server stopped: {0}")]
    Serve(#[source] std::io::Error),
}

impl App {
    /// Opens the database and the port.
    ///
    /// # Errors
    /// [`AppError::Listen`], [`AppError::Open`].
    pub async fn build(config: &Config) -> Result<Self, AppError> {
        let failed = |source| AppError::Listen { listen: config.listen.clone(), source };
        let listener = TcpListener::bind(&config.listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let store: Arc<dyn Store> = match &config.database {
            Database::Sqlite(path) => Arc::new(SqliteStore::open(path).await?),
        };
        let surfaces = surfaces(config, store.clone());
        let (database, log_reads) = (config.database.clone(), config.log_reads);
        Ok(Self { listener, address, database, store, surfaces, log_reads })
    }

    /// Where it listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its data is.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Answers until `stop` is done, lets open requests finish, and closes the database.
    ///
    /// # Errors
    /// [`AppError::Serve`] when the listener breaks; the database is closed all the same.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), AppError> {
        let handle = Handle::new();
        let stopper = tokio::spawn({
            let handle = handle.clone();
            async move {
                stop.await;
                tracing::info!(connections = handle.connection_count(), "stopping");
                handle.graceful_shutdown(Some(DRAIN));
            }
        });
        let store = Arc::clone(&self.store);
        let served = self.serve(handle).await;
        stopper.abort();
        store.close().await;
        tracing::info!("stopped");
        served
    }

    /// Takes the listener along: nobody is let in once it ends.
    async fn serve(self, handle: Handle<SocketAddr>) -> Result<(), AppError> {
        let mut server = axum_server::from_tcp(self.listener).map_err(AppError::Serve)?.handle(handle);
        let mut http = server.http_builder().http1();
        http.timer(HeadTimer::default()).header_read_timeout(HEAD_TIMEOUT);
        // A client that closes its side when it has sent everything still wants the answer.
        http.half_close(true);
        let (surfaces, log_reads) = (self.surfaces, self.log_reads);
        // No router and no layers in between: each would box the request once more.
        let answer = service_fn(move |request: Request<Incoming>| {
            let surfaces = surfaces.clone();
            async move {
                let answer = async |request| surfaces.answer(request).await;
                let response = telemetry::log_request(log_reads, request.map(Body::new), answer).await;
                Ok::<_, Infallible>(response)
            }
        });
        server.acceptor(NoDelayAcceptor::new()).serve(Shared::new(answer)).await.map_err(AppError::Serve)
    }
}

fn surfaces(config: &Config, store: Arc<dyn Store>) -> Surfaces {
    let registry = Registry::new(store, system_clock(), registry_settings(config));
    Surfaces::new(State {
        limits: HttpLimits {
            max_body_bytes: config.max_body_bytes,
            max_in_flight: config.max_in_flight,
            ..HttpLimits::default()
        },
        info: ServerInfo { cluster_id: config.cluster_id.clone(), ..ServerInfo::default() },
        locator: config.schema_locator(),
        log_reads: config.log_reads,
        ..State::new(Arc::new(registry))
    })
}

fn registry_settings(config: &Config) -> RegistrySettings {
    let mut settings = RegistrySettings {
        default_level: config.compatibility_level,
        validate_fields: config.validate_fields,
        validate_new_schemas: config.validate_new_schemas,
        reject_empty_subject: config.reject_empty_subject,
        strict_reference_versions: config.strict_reference_versions,
        mode_mutable: config.mode_mutable,
        heavy_validations: std::thread::available_parallelism().map_or(4, |cores| cores.get().max(4)),
        ..RegistrySettings::default()
    };
    settings.limits.max_bytes = config.max_schema_bytes;
    settings
}

/// The clock of this machine, in epoch milliseconds.
fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place from which the clock is injected")]
    fn now() -> i64 {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since_epoch.map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
    }
    Arc::new(now)
}
