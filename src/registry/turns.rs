//! Turns for writers of one subject that got in each other's way.
//!
//! A write decides on what it read and is refused when the subject moved meanwhile. Alone that starves the slow
//! ones of a crowd; so who lost once waits for a turn before it reads again. Turns are per process and only save
//! work: what decides is the revision that the store verifies.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::sync::{Mutex, MutexGuard};

use crate::model::Subject;

/// Subjects share queues; more would only cost memory.
const QUEUES: usize = 64;

pub(super) struct Turns(Vec<Mutex<()>>);

/// Held by one writer until its change is made or refused.
pub(super) struct Turn<'a>(#[expect(dead_code, reason = "held, not read")] MutexGuard<'a, ()>);

impl Turns {
    pub(super) fn new() -> Self {
        Self((0..QUEUES).map(|_| Mutex::new(())).collect())
    }

    /// After a lost attempt: waits, first come first served, until no other writer of the subject has its turn.
    /// Who has one keeps it.
    pub(super) async fn take<'a>(&'a self, turn: &mut Option<Turn<'a>>, subject: &Subject) {
        if turn.is_none() {
            let mut hasher = DefaultHasher::new();
            subject.hash(&mut hasher);
            *turn = Some(Turn(self.0[hasher.finish() as usize % QUEUES].lock().await));
        }
    }
}
