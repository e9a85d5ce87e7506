//! Committed changes, told to those who keep something in memory.
//!
//! A driver tells what the log of changes says *after* the commit and *before* the caller of the change gets its
//! answer. So whoever drops on such news what it keeps, and marks what it reads with a moment taken *before* the
//! read, never gives out what an acknowledged change has made stale.

use std::sync::{PoisonError, RwLock};

use crate::model::Change;

/// What is known about the latest commit.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// These changes were committed, in this order.
    Changes(&'a [Change]),
    /// Anything may have changed: a commit has no known outcome, or the log could not be read.
    Unknown,
}

/// Who is told. Called by the task that writes: must be short, must not wait, must not panic.
pub type Watcher = Box<dyn Fn(News<'_>) + Send + Sync>;

/// The watchers of one store.
#[derive(Default)]
pub struct Feed(RwLock<Vec<Watcher>>);

impl Feed {
    /// Adds a watcher for as long as the store lives.
    pub fn add(&self, watcher: Watcher) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    /// Tells everyone.
    pub fn tell(&self, news: News<'_>) {
        for watcher in self.0.read().unwrap_or_else(PoisonError::into_inner).iter() {
            watcher(news);
        }
    }
}
