//! The queue of changes. One task owns the one connection that writes.
//!
//! Registrations that wait together are committed together, each with its own outcome: the price of a commit
//! (two syncs of the log) is shared. Every other change has a transaction of its own. Changes are made in
//! the order in which they arrived. A caller that goes away does not stop its change.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, SqliteTransaction};
use tokio::sync::{mpsc, oneshot};

use super::log::Log;
use super::{change, register};
use crate::store::{Applied, Command, IdChoice, Registration, Stamp, StoreError};

/// Changes that may wait; callers beyond it wait for a place.
const QUEUE: usize = 1024;

/// Takes the write lock at once: a transaction that reads first could fail at its first write.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Registrations in one transaction. Bounds the time the others wait for their answers.
const GROUP: usize = 256;

pub type Outcome = Result<Applied, StoreError>;

enum Job {
    Apply(Box<Command>, Stamp, oneshot::Sender<Outcome>),
    Ping(oneshot::Sender<Result<(), StoreError>>),
    Close(oneshot::Sender<()>),
}

/// Where callers hand in their changes.
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Takes the connection over.
    pub fn start(connection: SqliteConnection, log: Log) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection, log, waiting));
        Self { jobs }
    }

    pub async fn apply(&self, command: Command, stamp: Stamp) -> Outcome {
        let (answer, answered) = oneshot::channel();
        let job = Job::Apply(Box::new(command), stamp, answer);
        self.jobs.send(job).await.map_err(|_| StoreError::unavailable("the store is closed"))?;
        // The task ends without an answer only when it panicked.
        answered.await.unwrap_or_else(|_| Err(StoreError::outcome_unknown("the writer stopped")))
    }

    /// Answers when the connection can begin to write.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let closed = || StoreError::unavailable("the store is closed");
        self.jobs.send(Job::Ping(answer)).await.map_err(|_| closed())?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Lets everything that was handed in finish, then closes the connection.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Job::Close(answer)).await.is_ok() {
            // An error means that the task is gone, which is what was asked for.
            let _ = answered.await;
        }
    }
}

/// A registration whose caller waits.
pub struct Waiting {
    pub registration: Registration,
    pub stamp: Stamp,
    answer: oneshot::Sender<Outcome>,
}

async fn run(mut connection: SqliteConnection, mut log: Log, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::new();
    let mut closers = Vec::new();
    // Ends when the queue is closed and empty: everything that was handed in is answered.
    while waiting.recv_many(&mut jobs, GROUP).await > 0 {
        let mut group = Vec::new();
        for job in jobs.drain(..) {
            match job {
                Job::Apply(command, stamp, answer) => match *command {
                    Command::Register(registration) if may_share(&registration) => {
                        group.push(Waiting { registration, stamp, answer });
                    }
                    command => {
                        register_group(&mut connection, &mut log, std::mem::take(&mut group)).await;
                        send(answer, alone(&mut connection, &mut log, &command, &stamp).await);
                    }
                },
                Job::Ping(answer) => {
                    // The caller may have stopped waiting.
                    let _ = answer.send(ping(&mut connection).await);
                }
                Job::Close(answer) => {
                    waiting.close();
                    closers.push(answer);
                }
            }
        }
        register_group(&mut connection, &mut log, group).await;
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database did not close cleanly");
    }
    for answer in closers {
        let _ = answer.send(());
    }
}

fn send(answer: oneshot::Sender<Outcome>, outcome: Outcome) {
    // The caller may have stopped waiting; its change stands all the same.
    let _ = answer.send(outcome);
}

/// Imports may replace versions that others in the group look at: they go alone.
fn may_share(registration: &Registration) -> bool {
    registration.id == IdChoice::Allocate && !registration.overwrites
}

/// Commits a group at once; when a statement fails, each alone, so that one bad registration fails only
/// itself.
async fn register_group(connection: &mut SqliteConnection, log: &mut Log, group: Vec<Waiting>) {
    if group.is_empty() {
        return;
    }
    let outcomes = match register_together(connection, log, &group).await {
        Together::Outcomes(outcomes) => outcomes,
        Together::NotBegun(error) => answer_all(&group, &error, StoreError::unavailable),
        Together::CommitFailed(error) => answer_all(&group, &error, StoreError::outcome_unknown),
        Together::StatementFailed => group.iter().map(|_| None).collect(),
    };
    for (waiting, outcome) in group.into_iter().zip(outcomes) {
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => alone(connection, log, &Command::Register(waiting.registration), &waiting.stamp).await,
        };
        send(waiting.answer, outcome);
    }
}

/// How a group fared.
enum Together {
    /// In the order of the group; `None` where a registration must go alone.
    Outcomes(Vec<Option<Outcome>>),
    /// Nothing was tried. To try each alone would wait for the same lock each time.
    NotBegun(sqlx::Error),
    /// Nothing was written.
    StatementFailed,
    /// Some of it may stand: only the callers' retries can tell.
    CommitFailed(sqlx::Error),
}

async fn register_together(connection: &mut SqliteConnection, log: &mut Log, group: &[Waiting]) -> Together {
    let mut transaction = match connection.begin_with(BEGIN).await {
        Ok(transaction) => transaction,
        Err(error) => return Together::NotBegun(error),
    };
    let items: Vec<_> = group.iter().map(|waiting| (&waiting.registration, &waiting.stamp)).collect();
    let Ok(outcomes) = register::register(&mut transaction, &items).await else {
        return Together::StatementFailed;
    };
    match log.commit(transaction).await {
        Ok(()) => Together::Outcomes(outcomes),
        Err(error) => Together::CommitFailed(error),
    }
}

/// The same failure for everyone.
fn answer_all(
    group: &[Waiting],
    error: &sqlx::Error,
    failure: fn(String) -> StoreError,
) -> Vec<Option<Outcome>> {
    group.iter().map(|_| Some(Err(failure(error.to_string())))).collect()
}

/// One change in one transaction. A refusal or failure before the commit writes nothing.
async fn alone(
    connection: &mut SqliteConnection,
    log: &mut Log,
    command: &Command,
    stamp: &Stamp,
) -> Outcome {
    let mut transaction = begin(connection).await?;
    let outcome = match change::apply(&mut transaction, command, stamp).await {
        Ok(applied) => {
            log.commit(transaction).await.map_err(StoreError::outcome_unknown)?;
            return Ok(applied);
        }
        Err(error) => Err(error),
    };
    // Should this fail too, the connection rolls back before its next use.
    if let Err(error) = transaction.rollback().await {
        tracing::warn!(%error, "a refused change did not roll back at once");
    }
    outcome
}

async fn begin(connection: &mut SqliteConnection) -> Result<SqliteTransaction<'_>, StoreError> {
    connection.begin_with(BEGIN).await.map_err(StoreError::unavailable)
}

/// Takes the write lock and lets go of it; a read-only file fails here.
async fn ping(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut transaction = begin(connection).await?;
    sqlx::query("UPDATE contexts SET registered = registered WHERE name IS NULL")
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::unavailable)?;
    transaction.rollback().await.map_err(StoreError::unavailable)
}
