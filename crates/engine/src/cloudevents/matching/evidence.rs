//! Rank of evidence: what names a schema first, and whether all that names one agrees.

use std::sync::Arc;

/// What named the schema, in rank order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchedBy {
    /// A parameter of the request.
    Parameter,
    /// The framing of the payload, or the header that replaces it.
    Framing,
    /// `dataschema`.
    Dataschema,
    /// `type`.
    Type,
    /// The topic.
    Topic,
}

impl MatchedBy {
    /// The name in a verdict.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Framing => "framing",
            Self::Dataschema => "dataschema",
            Self::Type => "type",
            Self::Topic => "topic",
        }
    }
}

/// One piece of evidence after the store has resolved it. What does not exist is no evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where it comes from.
    pub by: MatchedBy,
    /// The schema, when the evidence is exact.
    pub schema_id: Option<u32>,
    /// The context in which the schema id counts.
    pub context: Option<String>,
    /// The subject, when the evidence names one.
    pub subject: Option<String>,
    /// The version, when the evidence names one.
    pub version: Option<u32>,
    /// Subjects and versions that have the schema id, where there is one.
    pub uses: Uses,
}

/// Subjects with versions, sorted. There can be thousands: they are shared, and found by bisection.
pub type Uses = Arc<[(String, u32)]>;

/// The schema all evidence agrees on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The strongest evidence.
    pub by: MatchedBy,
    /// The schema, when some evidence is exact.
    pub schema_id: Option<u32>,
    /// The context in which the schema id counts.
    pub context: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The version; without one the caller's policy chooses.
    pub version: Option<u32>,
}

/// What the evidence comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Nothing names a schema.
    NoEvidence,
    /// All evidence agrees.
    Agreed(Match),
    /// Two pieces name different schemas (`schema.conflict`), the stronger one first.
    Conflict(MatchedBy, MatchedBy),
}

/// Joins claims in any order.
pub fn join(claims: &[Claim]) -> Agreement {
    // A claim that names a schema and a subject which does not have it contradicts itself.
    if let Some(claim) = claims.iter().find(|claim| !is_used(claim, claim)) {
        return Agreement::Conflict(claim.by, claim.by);
    }
    let mut ranked: Vec<&Claim> = claims.iter().collect();
    ranked.sort_by_key(|claim| claim.by);
    for (index, weaker) in ranked.iter().enumerate() {
        if let Some(stronger) = ranked[..index].iter().find(|stronger| !agree(stronger, weaker)) {
            return Agreement::Conflict(stronger.by, weaker.by);
        }
    }
    let Some(first) = ranked.first() else { return Agreement::NoEvidence };
    let schema_id = ranked.iter().find_map(|claim| claim.schema_id);
    let context = ranked.iter().find_map(|claim| claim.context.clone());
    let subject = ranked.iter().find_map(|claim| claim.subject.clone());
    let uses = ranked.iter().find(|claim| claim.schema_id.is_some()).map_or(&[][..], |claim| &claim.uses);
    let (subject, used_version) = match subject {
        Some(subject) => {
            // One content can be several versions of a subject; the newest is the one in use.
            let newest = versions_of(uses, &subject).last().map(|(_, version)| *version);
            (Some(subject), newest)
        }
        // Without another hint a schema that one subject alone uses is that subject's.
        None => match uses {
            [(subject, version)] => (Some(subject.clone()), Some(*version)),
            _ => (None, None),
        },
    };
    let version = ranked.iter().find_map(|claim| claim.version).or(used_version);
    Agreement::Agreed(Match { by: first.by, schema_id, context, subject, version })
}

/// Whether one schema can satisfy both claims.
fn agree(a: &Claim, b: &Claim) -> bool {
    fn differ<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
        a.is_some() && b.is_some() && a != b
    }
    let is_same = !differ(a.schema_id.as_ref(), b.schema_id.as_ref())
        && !differ(a.context.as_ref(), b.context.as_ref())
        && !differ(a.subject.as_ref(), b.subject.as_ref())
        && !differ(a.version.as_ref(), b.version.as_ref());
    is_same && is_used(a, b) && is_used(b, a)
}

/// Whether the schema of an exact claim is a version of the subject that the other one names.
fn is_used(exact: &Claim, named: &Claim) -> bool {
    let (Some(_), Some(subject)) = (exact.schema_id, &named.subject) else { return true };
    let versions = versions_of(&exact.uses, subject);
    match named.version {
        Some(named) => versions.binary_search_by_key(&named, |(_, version)| *version).is_ok(),
        None => !versions.is_empty(),
    }
}

/// The versions of one subject, oldest first.
pub fn versions_of<'u>(uses: &'u [(String, u32)], subject: &str) -> &'u [(String, u32)] {
    let start = uses.partition_point(|(used, _)| used.as_str() < subject);
    let end = start + uses[start..].partition_point(|(used, _)| used == subject);
    &uses[start..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(by: MatchedBy, schema_id: u32, uses: &[(&str, u32)]) -> Claim {
        let mut uses: Vec<_> =
            uses.iter().map(|(subject, version)| ((*subject).to_owned(), *version)).collect();
        uses.sort_unstable();
        let uses = uses.into();
        Claim { by, schema_id: Some(schema_id), context: None, subject: None, version: None, uses }
    }

    fn named(by: MatchedBy, subject: &str, version: Option<u32>) -> Claim {
        Claim {
            by,
            schema_id: None,
            context: None,
            subject: Some(subject.to_owned()),
            version,
            uses: Uses::default(),
        }
    }

    fn agreed(
        by: MatchedBy,
        schema_id: Option<u32>,
        subject: Option<&str>,
        version: Option<u32>,
    ) -> Agreement {
        Agreement::Agreed(Match {
            by,
            schema_id,
            context: None,
            subject: subject.map(str::to_owned),
            version,
        })
    }

    #[test]
    fn evidence_that_agrees_completes_each_other() {
        let framing = exact(MatchedBy::Framing, 7, &[("orders", 2), ("orders", 4), ("copies", 1)]);
        assert_eq!(join(&[]), Agreement::NoEvidence);
        assert_eq!(join(std::slice::from_ref(&framing)), agreed(MatchedBy::Framing, Some(7), None, None));
        assert_eq!(
            join(&[exact(MatchedBy::Framing, 7, &[("orders", 2)])]),
            agreed(MatchedBy::Framing, Some(7), Some("orders"), Some(2))
        );
        assert_eq!(
            join(&[named(MatchedBy::Type, "orders", None), framing.clone()]),
            agreed(MatchedBy::Framing, Some(7), Some("orders"), Some(4))
        );
        assert_eq!(
            join(&[named(MatchedBy::Dataschema, "orders", Some(2)), framing]),
            agreed(MatchedBy::Framing, Some(7), Some("orders"), Some(2))
        );
        assert_eq!(
            join(&[named(MatchedBy::Topic, "orders", None), named(MatchedBy::Type, "orders", None)]),
            agreed(MatchedBy::Type, None, Some("orders"), None)
        );
    }

    #[test]
    fn a_schema_that_its_own_subject_does_not_have_is_a_conflict() {
        let mut claim = exact(MatchedBy::Dataschema, 7, &[("orders", 2)]);
        claim.subject = Some("payments".to_owned());
        let conflict = Agreement::Conflict(MatchedBy::Dataschema, MatchedBy::Dataschema);
        assert_eq!(join(std::slice::from_ref(&claim)), conflict);
        claim.subject = Some("orders".to_owned());
        assert_eq!(join(&[claim]), agreed(MatchedBy::Dataschema, Some(7), Some("orders"), Some(2)));
    }

    #[test]
    fn evidence_that_disagrees_is_a_conflict() {
        let framing = exact(MatchedBy::Framing, 7, &[("orders", 2)]);
        for (other, pair) in [
            (named(MatchedBy::Type, "payments", None), (MatchedBy::Framing, MatchedBy::Type)),
            (named(MatchedBy::Dataschema, "orders", Some(3)), (MatchedBy::Framing, MatchedBy::Dataschema)),
            (exact(MatchedBy::Parameter, 8, &[("orders", 3)]), (MatchedBy::Parameter, MatchedBy::Framing)),
        ] {
            let conflict = Agreement::Conflict(pair.0, pair.1);
            assert_eq!(join(&[framing.clone(), other.clone()]), conflict, "{other:?}");
            assert_eq!(join(&[other.clone(), framing.clone()]), conflict, "{other:?}");
        }
    }
    proptest! {
        #[test]
        fn versions_of_a_subject_are_those_that_a_walk_finds(
            uses in prop::collection::btree_set(("[a-c]{0,2}", 1..4u32), 0..12),
            subject in "[a-c]{0,2}",
        ) {
            let uses: Uses = uses.into_iter().collect();
            let walked: Vec<_> = uses.iter().filter(|(used, _)| *used == subject).cloned().collect();
            prop_assert_eq!(versions_of(&uses, &subject), walked);
        }
    }
}
