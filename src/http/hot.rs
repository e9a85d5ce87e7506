//! Answers of reads, kept as the bytes that were sent.
//!
//! Consumers ask for the same few schemas again and again; a kept answer costs no query, no parsing of the path
//! and no serialization. Only 200s are kept: that something does not exist always comes from the database.
//!
//! What an answer depends on decides how long it holds. A schema read by id or guid holds until something is
//! removed for good; an answer that names a subject or version holds until anything is written. Both are counted
//! by generation: a reader takes the generation *before* it asks the database, a writer moves it on *after* its
//! change is committed and *before* it answers. So an answer that was read before a change is never served after
//! it. All writes of a database come through one process, which holds its lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use axum::http::Method;
use axum::http::uri::PathAndQuery;
use moka::sync::Cache;

use super::call::{Answer, ready};

/// Bytes of answers and their keys that are kept.
const MAX_BYTES: u64 = 64 << 20;

/// What an entry costs beside its bytes.
const ENTRY_BYTES: usize = 160;

/// Paths whose answers may be kept.
const PREFIXES: [&str; 4] = ["/schemas/ids/", "/schemas/guids/", "/subjects/", "/contexts/"];

/// What an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependsOn {
    /// That a content exists; it never changes.
    Content,
    /// Versions, subjects and their config.
    Versions,
}

/// What a route may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that is kept here.
    None,
    /// Versions, config or mode.
    Versions,
    /// The same, and contents may be gone.
    Contents,
}

/// Marks an answer that may be kept.
#[derive(Clone, Debug)]
pub struct Keep {
    depends_on: DependsOn,
    body: Bytes,
}

/// Marks the answer of a write after which contents may be gone although its route removes none (an import over
/// an existing version).
#[derive(Clone, Copy, Debug)]
pub struct RemovedContents;

/// A 200 that may be kept.
pub fn keep(body: Bytes, depends_on: DependsOn) -> Answer {
    let mut answer = ready(body.clone());
    answer.extensions_mut().insert(Keep { depends_on, body });
    answer
}

/// A moment between changes.
#[derive(Clone, Copy, Debug)]
pub struct Generation {
    contents: u64,
    versions: u64,
}

/// The kept answers by path and query.
pub struct HotAnswers {
    kept: Cache<String, Kept>,
    contents: AtomicU64,
    versions: AtomicU64,
}

#[derive(Clone)]
struct Kept {
    depends_on: DependsOn,
    generation: u64,
    body: Bytes,
}

impl HotAnswers {
    /// Nothing kept yet.
    pub fn new() -> Self {
        let weight = |target: &String, kept: &Kept| {
            u32::try_from(target.len() + kept.body.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        Self {
            kept: Cache::builder().max_capacity(MAX_BYTES).weigher(weight).build(),
            contents: AtomicU64::new(0),
            versions: AtomicU64::new(0),
        }
    }

    /// The key of a request, if its answer may be kept.
    pub fn key<'a>(method: &Method, target: Option<&'a PathAndQuery>) -> Option<&'a str> {
        let target = target?.as_str();
        (*method == Method::GET && PREFIXES.iter().any(|prefix| target.starts_with(prefix))).then_some(target)
    }

    /// The body of a kept answer that still holds.
    pub fn find(&self, key: &str) -> Option<Bytes> {
        let kept = self.kept.get(key)?;
        (kept.generation == self.current(kept.depends_on)).then_some(kept.body)
    }

    /// To be taken before the database is asked.
    pub fn generation(&self) -> Generation {
        Generation { contents: self.current(DependsOn::Content), versions: self.current(DependsOn::Versions) }
    }

    /// Keeps an answer that was marked, as of a generation.
    pub fn keep(&self, key: &str, answer: &mut Answer, generation: Generation) {
        let Some(Keep { depends_on, body }) = answer.extensions_mut().remove::<Keep>() else { return };
        let generation = match depends_on {
            DependsOn::Content => generation.contents,
            DependsOn::Versions => generation.versions,
        };
        self.kept.insert(key.to_owned(), Kept { depends_on, generation, body });
    }

    /// To be called after a change is committed and before it is answered.
    pub fn forget(&self, effect: Effect) {
        if effect == Effect::Contents {
            self.contents.fetch_add(1, Ordering::SeqCst);
        }
        if effect != Effect::None {
            self.versions.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn current(&self, depends_on: DependsOn) -> u64 {
        match depends_on {
            DependsOn::Content => self.contents.load(Ordering::SeqCst),
            DependsOn::Versions => self.versions.load(Ordering::SeqCst),
        }
    }
}

/// Forgets when it goes out of scope, also when the write panicked: whether it was committed is not known then.
pub struct ForgetAfter {
    hot: Arc<HotAnswers>,
    /// What may have changed.
    pub effect: Effect,
}

impl ForgetAfter {
    /// A guard over the whole of a write.
    pub fn new(hot: &Arc<HotAnswers>, effect: Effect) -> Self {
        Self { hot: Arc::clone(hot), effect }
    }
}

impl Drop for ForgetAfter {
    fn drop(&mut self) {
        self.hot.forget(self.effect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(hot: &HotAnswers, depends_on: DependsOn, generation: Generation) -> Option<Bytes> {
        let mut answer = keep(Bytes::from_static(b"body"), depends_on);
        hot.keep("/schemas/ids/1", &mut answer, generation);
        hot.find("/schemas/ids/1")
    }

    #[test]
    fn contents_hold_until_something_is_removed_and_versions_until_something_is_written() {
        let hot = HotAnswers::new();
        for (depends_on, effect, holds) in [
            (DependsOn::Content, Effect::Versions, true),
            (DependsOn::Content, Effect::Contents, false),
            (DependsOn::Versions, Effect::Versions, false),
            (DependsOn::Versions, Effect::Contents, false),
            (DependsOn::Versions, Effect::None, true),
        ] {
            assert!(kept(&hot, depends_on, hot.generation()).is_some());
            hot.forget(effect);
            assert_eq!(hot.find("/schemas/ids/1").is_some(), holds, "{depends_on:?} after {effect:?}");
        }
    }

    #[test]
    fn an_answer_that_was_read_before_a_change_is_not_served_after_it() {
        let hot = HotAnswers::new();
        let before = hot.generation();
        hot.forget(Effect::Contents);
        assert_eq!(kept(&hot, DependsOn::Content, before), None);
    }

    #[test]
    fn only_reads_of_some_paths_have_a_key() {
        let key = |method: Method, target: &'static str| {
            let target = PathAndQuery::from_static(target);
            HotAnswers::key(&method, Some(&target)).map(str::to_owned)
        };
        assert_eq!(key(Method::GET, "/schemas/ids/1?subject=s").as_deref(), Some("/schemas/ids/1?subject=s"));
        assert_eq!(key(Method::HEAD, "/schemas/ids/1"), None);
        assert_eq!(key(Method::GET, "/config"), None);
    }
}
