//! What may be kept in memory, and for how long.
//!
//! Everything that is kept carries the [`Moment`] that was taken *before* the database was asked. The store tells of
//! each change after its commit and before its caller is answered; that moves the moments of everything the change
//! is about. What is kept counts only while its moment is the present one, so an answer from memory is never older
//! than a change that has been acknowledged, and nobody has to find and drop entries.
//!
//! Names and ids share counters (a change may make unrelated entries stale, which only costs a query).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cache::BoundedCache;
use crate::model::{Change, ChangeKind, SchemaId};
use crate::store::{News, Store};

/// Counters that names, and those that ids, share.
const STRIPES: usize = 4096;

/// What something in memory depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependsOn<'a> {
    /// That contents, once registered, still exist; they never change.
    Contents,
    /// Versions, config and settings of all subjects of this plain name, in any context, and of what is around them.
    Name(&'a str),
    /// The versions that use an id, in any context.
    Id(SchemaId),
    /// All versions, config, modes and settings.
    Everything,
}

/// A moment between changes, as far as something depends on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(u64);

/// Counts changes by what they are about. Counters only grow.
pub(super) struct Freshness {
    removals: AtomicU64,
    everything: AtomicU64,
    /// Changes of contexts and of the global scope, and whatever is not known more exactly.
    wide: AtomicU64,
    names: Vec<AtomicU64>,
    ids: Vec<AtomicU64>,
}

impl Freshness {
    fn new() -> Self {
        let stripes = || (0..STRIPES).map(|_| AtomicU64::new(0)).collect();
        Self {
            removals: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            wide: AtomicU64::new(0),
            names: stripes(),
            ids: stripes(),
        }
    }

    /// Follows a store from now on.
    pub fn following(store: &dyn Store) -> Arc<Self> {
        let freshness = Arc::new(Self::new());
        let follower = Arc::clone(&freshness);
        store.watch(Box::new(move |news| follower.hear(news)));
        freshness
    }

    /// The present moment. To be taken before the database is asked.
    pub fn moment(&self, depends_on: DependsOn<'_>) -> Moment {
        // Sums of growing counters are equal only when each is.
        Moment(match depends_on {
            DependsOn::Contents => read(&self.removals),
            DependsOn::Everything => read(&self.everything),
            DependsOn::Name(name) => read(&self.wide) + read(stripe(&self.names, name)),
            DependsOn::Id(id) => read(&self.wide) + read(stripe(&self.ids, id)),
        })
    }

    fn hear(&self, news: News<'_>) {
        match news {
            News::Changes(changes) => changes.iter().for_each(|change| self.note(change)),
            News::Unknown => [&self.removals, &self.everything, &self.wide].into_iter().for_each(advance),
        }
    }

    fn note(&self, change: &Change) {
        advance(&self.everything);
        if change.kind == ChangeKind::HardDeleted {
            advance(&self.removals);
        }
        if change.kind == ChangeKind::DocumentChanged {
            return;
        }
        if let Some(id) = change.id {
            advance(stripe(&self.ids, id));
        }
        if change.subject.is_context() {
            advance(&self.wide);
        } else {
            advance(stripe(&self.names, &*change.subject.name));
        }
    }
}

fn stripe(counters: &[AtomicU64], key: impl Hash) -> &AtomicU64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    &counters[hasher.finish() as usize % counters.len()]
}

fn advance(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::SeqCst);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::SeqCst)
}

/// A bounded cache whose entries count only at the moment they were read.
pub(super) struct FreshCache<K, V>(BoundedCache<K, (Moment, V)>);

impl<K, V> FreshCache<K, V>
where
    K: Hash + Eq,
    V: Clone,
{
    /// A cache for entries that weigh about this many bytes together.
    pub fn new(max_bytes: u64, weight: impl Fn(&K, &V) -> usize + Send + Sync + 'static) -> Self {
        Self(BoundedCache::new(max_bytes, move |key: &K, (_, value): &(Moment, V)| weight(key, value)))
    }

    /// The same, in which one entry may weigh nearly as much as all together.
    pub fn undivided(max_bytes: u64, weight: impl Fn(&K, &V) -> usize + Send + Sync + 'static) -> Self {
        Self(BoundedCache::undivided(max_bytes, move |key: &K, (_, value): &(Moment, V)| weight(key, value)))
    }

    /// An entry that still counts.
    pub fn find(&self, key: &K, now: Moment) -> Option<V> {
        self.0.find(key).filter(|(moment, _)| *moment == now).map(|(_, value)| value)
    }

    /// Keeps a value that was read after a moment was taken.
    pub fn keep(&self, key: K, moment: Moment, value: V) {
        self.0.keep(key, (moment, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Subject;

    fn change(kind: ChangeKind, subject: &str, id: Option<i32>) -> Change {
        Change {
            sequence: 1,
            at_ms: 0,
            principal: String::new(),
            kind,
            subject: Subject::parse(subject),
            version: None,
            id: id.map(SchemaId),
        }
    }

    #[test]
    fn a_change_moves_the_moments_of_what_it_is_about_and_of_nothing_else() {
        let (own, other, id) =
            (DependsOn::Name("orders"), DependsOn::Name("payments"), DependsOn::Id(SchemaId(7)));
        let all = [own, other, id, DependsOn::Contents, DependsOn::Everything];
        for (kind, subject, with_id, moved) in [
            (ChangeKind::Registered, "orders", Some(7), vec![own, id, DependsOn::Everything]),
            (ChangeKind::Registered, ":.dr:orders", Some(8), vec![own, DependsOn::Everything]),
            (ChangeKind::SoftDeleted, "orders", Some(7), vec![own, id, DependsOn::Everything]),
            (
                ChangeKind::HardDeleted,
                "orders",
                Some(7),
                vec![own, id, DependsOn::Contents, DependsOn::Everything],
            ),
            (ChangeKind::ConfigSet, "payments", None, vec![other, DependsOn::Everything]),
            (ChangeKind::SettingsChanged, ":.dr:", None, vec![own, other, id, DependsOn::Everything]),
            (ChangeKind::ContextDeleted, ":.dr:", None, vec![own, other, id, DependsOn::Everything]),
            (ChangeKind::DocumentChanged, "orders", None, vec![DependsOn::Everything]),
        ] {
            let freshness = Freshness::new();
            let before = all.map(|one| freshness.moment(one));
            freshness.hear(News::Changes(&[change(kind, subject, with_id)]));
            for (one, before) in all.into_iter().zip(before) {
                let expected = moved.contains(&one);
                assert_eq!(freshness.moment(one) != before, expected, "{kind:?} of {subject}: {one:?}");
            }
        }
    }

    #[test]
    fn nothing_counts_after_a_commit_of_unknown_outcome() {
        let freshness = Freshness::new();
        let all = [
            DependsOn::Name("orders"),
            DependsOn::Id(SchemaId(1)),
            DependsOn::Contents,
            DependsOn::Everything,
        ];
        let before = all.map(|one| freshness.moment(one));
        freshness.hear(News::Unknown);
        for (one, before) in all.into_iter().zip(before) {
            assert_ne!(freshness.moment(one), before, "{one:?}");
        }
    }

    #[test]
    fn what_was_read_before_a_change_does_not_count_after_it() {
        let freshness = Freshness::new();
        let cache = FreshCache::new(1 << 20, |_: &&str, _: &i32| 1);
        let now = || freshness.moment(DependsOn::Name("orders"));
        let before = now();
        freshness.hear(News::Changes(&[change(ChangeKind::Registered, "orders", Some(1))]));
        cache.keep("orders", before, 1);
        assert_eq!(cache.find(&"orders", now()), None);
        cache.keep("orders", now(), 2);
        assert_eq!(cache.find(&"orders", now()), Some(2));
    }
}
