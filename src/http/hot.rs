//! Answers of reads, kept as the bytes that were sent.
//!
//! Consumers ask for the same few schemas again and again; a kept answer costs no query, no parsing of the path
//! and no serialization. Only 200s are kept: that something does not exist always comes from the database.
//!
//! A schema read by id or guid holds until something is removed for good; an answer that names a subject or version
//! holds until anything is written. The registry tells when that is ([`Moment`]).

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Method;
use axum::http::uri::PathAndQuery;

use super::call::{Answer, ready};
use crate::registry::{BoundedCache, DependsOn, Moment, Registry};

/// Bytes of answers and their keys that are kept.
const MAX_BYTES: u64 = 64 << 20;

/// What an entry costs beside its bytes.
const ENTRY_BYTES: usize = 160;

/// Paths whose answers may be kept.
const PREFIXES: [&str; 4] = ["/schemas/ids/", "/schemas/guids/", "/subjects/", "/contexts/"];

/// Marks an answer that may be kept.
#[derive(Clone, Debug)]
pub struct Keep {
    depends_on: DependsOn<'static>,
    body: Bytes,
}

/// A 200 that may be kept.
pub fn keep(body: Bytes, depends_on: DependsOn<'static>) -> Answer {
    let mut answer = ready(body.clone());
    answer.extensions_mut().insert(Keep { depends_on, body });
    answer
}

/// The kept answers by path and query.
pub struct HotAnswers {
    kept: BoundedCache<String, Kept>,
    registry: Arc<Registry>,
}

#[derive(Clone)]
struct Kept {
    depends_on: DependsOn<'static>,
    moment: Moment,
    body: Bytes,
}

/// A moment before the database was asked.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    contents: Moment,
    everything: Moment,
}

impl HotAnswers {
    /// Nothing kept yet.
    pub fn new(registry: Arc<Registry>) -> Self {
        let weight = |target: &String, kept: &Kept| target.len() + kept.body.len() + ENTRY_BYTES;
        Self { kept: BoundedCache::new(MAX_BYTES, weight), registry }
    }

    /// The key of a request, if its answer may be kept.
    pub fn key<'a>(method: &Method, target: Option<&'a PathAndQuery>) -> Option<&'a str> {
        let target = target?.as_str();
        (*method == Method::GET && PREFIXES.iter().any(|prefix| target.starts_with(prefix))).then_some(target)
    }

    /// The body of a kept answer that still holds.
    pub fn find(&self, key: &str) -> Option<Bytes> {
        let kept = self.kept.find(key)?;
        (kept.moment == self.registry.moment(kept.depends_on)).then_some(kept.body)
    }

    /// To be taken before the database is asked.
    pub fn before(&self) -> Before {
        Before {
            contents: self.registry.moment(DependsOn::Contents),
            everything: self.registry.moment(DependsOn::Everything),
        }
    }

    /// Keeps an answer that was marked.
    pub fn keep(&self, key: &str, answer: &mut Answer, before: Before) {
        let Some(Keep { depends_on, body }) = answer.extensions_mut().remove::<Keep>() else { return };
        let (depends_on, moment) = match depends_on {
            DependsOn::Contents => (depends_on, before.contents),
            _ => (DependsOn::Everything, before.everything),
        };
        self.kept.keep(key.to_owned(), Kept { depends_on, moment, body });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
