//! Finds names that occur more than once: members, headers, map keys.

/// Up to this many names comparing all pairs is faster than sorting.
const FEW: usize = 24;

/// Pairs of (index, first index with that name) for every name that occurred before, in order. O(n log n).
pub(super) fn find_repeated<T>(named: &[T], name: impl Fn(&T) -> &str) -> Vec<(usize, usize)> {
    let mut repeated = Vec::new();
    if named.len() <= FEW {
        if !differ(named, &name) {
            for (at, later) in named.iter().enumerate() {
                let first = named[..at].iter().position(|earlier| name(earlier) == name(later));
                repeated.extend(first.map(|first| (at, first)));
            }
        }
        return repeated;
    }
    let name = |at: usize| name(&named[at]);
    let mut order: Vec<usize> = (0..named.len()).collect();
    order.sort_unstable_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));
    for same in order.chunk_by(|a, b| name(*a) == name(*b)) {
        repeated.extend(same[1..].iter().map(|later| (*later, same[0])));
    }
    repeated.sort_unstable();
    repeated
}

/// Whether a glance tells that all names differ: each sets another bit of 64. Most objects end here, and no pair
/// is compared.
#[inline]
fn differ<T>(named: &[T], name: impl Fn(&T) -> &str) -> bool {
    let mut seen = 0_u64;
    named.iter().all(|named| {
        let bit = 1_u64 << mark(name(named).as_bytes());
        let is_new = seen & bit == 0;
        seen |= bit;
        is_new
    })
}

/// Six bits of a name, from its length and two of its bytes, by factors that tell the usual attributes apart.
#[inline]
fn mark(name: &[u8]) -> usize {
    let [.., last] = name else { return 0 };
    (name.len() + 5 * usize::from(name[name.len() / 2]) + 11 * usize::from(*last)) % 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_names_are_treated_alike() {
        let names = ["b", "a", "b", "c", "a", "b"];
        assert_eq!(find_repeated(&names, |name| name), [(2, 0), (4, 1), (5, 0)]);
        let mut many: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert_eq!(find_repeated(&many, |name| name), []);
        many.extend(["7".to_owned(), "3".to_owned(), "7".to_owned()]);
        assert_eq!(find_repeated(&many, |name| name), [(100, 7), (101, 3), (102, 7)]);
        assert_eq!(find_repeated::<&str>(&[], |name| name), []);
    }

    #[test]
    fn the_usual_members_of_an_event_differ_at_a_glance() {
        let core =
            ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"];
        let names: Vec<_> =
            core.into_iter().chain(["data", "data_base64", "traceparent", "partitionkey"]).collect();
        assert!(differ(&names, |name| name));
    }
}
