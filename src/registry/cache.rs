//! Caches bounded by what their entries weigh.

use std::hash::Hash;
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter};

/// Parts that are locked apart. Few, as an entry must fit into one part's share of the bound.
const SHARDS: usize = 4;

/// Entries that a new cache has room for; it grows.
const ROOM: usize = 256;

/// A cache whose entries weigh at most so much together. What is used least makes room.
pub struct BoundedCache<K, V>(Cache<K, V, Weight<K, V>>);

/// How much an entry weighs, asked when it is kept.
struct Weight<K, V>(Arc<Weigh<K, V>>);

type Weigh<K, V> = dyn Fn(&K, &V) -> usize + Send + Sync;

impl<K, V> Clone for Weight<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Weighter<K, V> for Weight<K, V> {
    fn weight(&self, key: &K, value: &V) -> u64 {
        // An entry without weight would never make room.
        (self.0)(key, value).max(1) as u64
    }
}

impl<K: Hash + Eq, V: Clone> BoundedCache<K, V> {
    /// A cache for entries that weigh `max` together; one of more than a quarter of that is not kept.
    pub fn new(max: u64, weight: impl Fn(&K, &V) -> usize + Send + Sync + 'static) -> Self {
        Self::in_parts(SHARDS, max, weight)
    }

    /// A cache in which one entry may weigh nearly `max`: for what takes long to make again. Its readers share one lock.
    pub fn undivided(max: u64, weight: impl Fn(&K, &V) -> usize + Send + Sync + 'static) -> Self {
        Self::in_parts(1, max, weight)
    }

    fn in_parts(shards: usize, max: u64, weight: impl Fn(&K, &V) -> usize + Send + Sync + 'static) -> Self {
        let options = OptionsBuilder::new()
            .shards(shards)
            .estimated_items_capacity(ROOM)
            .weight_capacity(max)
            .build()
            .expect("all sizes are given");
        let weight = Weight(Arc::new(weight));
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self(Cache::with_options(options, weight, hasher, lifecycle))
    }

    /// The entry of a key.
    pub fn find<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<V> {
        self.0.get(key)
    }

    /// Keeps an entry, in the place of one that the key had.
    pub fn keep(&self, key: K, value: V) {
        self.0.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_weigh_at_most_so_much_together() {
        let cache = BoundedCache::new(4000, |_: &u32, text: &Arc<str>| text.len());
        let text: Arc<str> = "x".repeat(100).into();
        for key in 0..1000 {
            cache.keep(key, Arc::clone(&text));
        }
        let kept = (0..1000).filter(|key| cache.find(key).is_some()).count();
        assert!((10..=40).contains(&kept), "{kept}");
        assert_eq!(cache.find(&999).as_deref(), Some(&*text));
    }

    #[test]
    fn an_undivided_cache_keeps_what_weighs_nearly_as_much_as_all_together() {
        let cache = BoundedCache::undivided(4000, |_: &u32, text: &Arc<str>| text.len());
        let text = |length: usize| Arc::<str>::from("x".repeat(length));
        for key in 0..40 {
            cache.keep(key, text(100));
        }
        for (key, length) in [(100, 2000), (101, 3800), (102, 3000)] {
            cache.keep(key, text(length));
            assert_eq!(cache.find(&key).map(|text| text.len()), Some(length));
            let together: usize = (0..200).filter_map(|key| cache.find(&key)).map(|text| text.len()).sum();
            assert!(together <= 4000, "{together}");
        }
        cache.keep(103, text(4001));
        assert_eq!(cache.find(&103), None);
    }

    #[test]
    fn an_entry_that_outweighs_the_cache_is_not_kept() {
        let cache = BoundedCache::new(4000, |_: &u32, text: &Arc<str>| text.len());
        cache.keep(1, Arc::from("x".repeat(4001)));
        assert_eq!(cache.find(&1), None);
        cache.keep(2, Arc::from("small"));
        assert_eq!(cache.find(&2).as_deref(), Some("small"));
        cache.keep(2, Arc::from("x".repeat(4001)));
        assert_eq!(cache.find(&2), None, "what an entry has become counts, not what it was");
    }
}
