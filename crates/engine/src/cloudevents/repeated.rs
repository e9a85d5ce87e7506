//! Finds names that occur more than once: members, headers, map keys.

/// Up to this many names comparing all pairs is faster than sorting.
const FEW: usize = 24;

/// Pairs of (index, first index with that name) for every name that occurred before, in order.
/// `name` gives the name at an index below `count`. O(n log n).
pub(super) fn find_repeated<'n>(count: usize, name: impl Fn(usize) -> &'n str) -> Vec<(usize, usize)> {
    if count <= FEW {
        let first = |at: usize| (0..at).find(|earlier| name(*earlier) == name(at));
        return (1..count).filter_map(|at| Some((at, first(at)?))).collect();
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_unstable_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));
    let mut repeated = Vec::new();
    for same in order.chunk_by(|a, b| name(*a) == name(*b)) {
        repeated.extend(same[1..].iter().map(|later| (*later, same[0])));
    }
    repeated.sort_unstable();
    repeated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_names_are_treated_alike() {
        let names = ["b", "a", "b", "c", "a", "b"];
        assert_eq!(find_repeated(names.len(), |at| names[at]), [(2, 0), (4, 1), (5, 0)]);
        let mut many: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert_eq!(find_repeated(many.len(), |at| &many[at]), []);
        many.extend(["7".to_owned(), "3".to_owned(), "7".to_owned()]);
        assert_eq!(find_repeated(many.len(), |at| &many[at]), [(100, 7), (101, 3), (102, 7)]);
        assert_eq!(find_repeated(0, |_| ""), []);
    }
}
