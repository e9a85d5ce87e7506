//! The iteration order of Java's hash maps and sets of strings.
//!
//! The reference walks property names and keywords in this order, so the order of its differences depends
//! on it. A table starts with 16 buckets and doubles while it is more than three quarters full; names in
//! one bucket keep the order in which they were added.

/// Sorts items by the bucket of their name.
pub(crate) fn sort<T>(items: &mut [T], name: impl Fn(&T) -> &str) {
    let mut buckets = 16_usize;
    while items.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    items.sort_by_cached_key(|item| bucket(name(item), buckets));
}

fn bucket(name: &str, buckets: usize) -> usize {
    let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    (hash ^ (hash >> 16)) as usize & (buckets - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_out_as_java_gives_them_out() {
        let mut names = ["type", "maxLength", "format", "$schema"];
        sort(&mut names, |name| name);
        assert_eq!(names, ["$schema", "format", "type", "maxLength"]);
    }
}
