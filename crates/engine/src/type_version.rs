//! The version in the type of an event: what matching takes off and what lint asks for.

/// The version at the end of an event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeVersion<'a> {
    /// `.v2`, `-V2`, `_v2`; a pre-release has more behind the number (`.v1beta2`).
    Major {
        /// Digits of the major version, as written.
        number: &'a str,
        /// What follows, such as `beta2`; empty for a release.
        prerelease: &'a str,
    },
    /// `.2024-06` or `.2024-06-30`.
    Date(&'a str),
}

/// Splits the version suffix off an event type: `(?i)[._-]v[0-9]+`, a pre-release of it, or a date.
pub fn split_version(event_type: &str) -> (&str, Option<TypeVersion<'_>>) {
    let date = split_date(event_type).map(|(stem, date)| (stem, TypeVersion::Date(date)));
    match date.or_else(|| split_major(event_type)) {
        Some((stem, version)) => (stem, Some(version)),
        None => (event_type, None),
    }
}

fn split_date(text: &str) -> Option<(&str, &str)> {
    ["dddd-dd-dd", "dddd-dd"].into_iter().find_map(|shape| {
        let at = text.len().checked_sub(shape.len())?;
        let (before, date) = text.split_at_checked(at)?;
        let fits =
            |(byte, shape): (u8, u8)| if shape == b'd' { byte.is_ascii_digit() } else { byte == shape };
        let stem = before.strip_suffix(['.', '_', '-'])?;
        date.bytes().zip(shape.bytes()).all(fits).then_some((stem, date))
    })
}

fn split_major(text: &str) -> Option<(&str, TypeVersion<'_>)> {
    let at = text.rfind(['.', '_', '-'])?;
    Some((&text[..at], major_of(&text[at + 1..])?))
}

/// The version that a part of a name is by itself: `v1`, `V2beta1`.
pub(crate) fn major_of(part: &str) -> Option<TypeVersion<'_>> {
    let version = part.strip_prefix(['v', 'V'])?;
    let end = version.find(|character: char| !character.is_ascii_digit()).unwrap_or(version.len());
    let (number, prerelease) = version.split_at(end);
    let is_prerelease = prerelease.is_empty()
        || ["alpha", "beta", "rc", "preview", "pre"].iter().any(|stage| {
            let stage_number =
                prerelease.get(..stage.len()).filter(|start| start.eq_ignore_ascii_case(stage));
            stage_number.is_some() && prerelease[stage.len()..].bytes().all(|byte| byte.is_ascii_digit())
        });
    (!number.is_empty() && is_prerelease).then_some(TypeVersion::Major { number, prerelease })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_suffixes_follow_the_grammar() {
        let major = |number, prerelease| Some(TypeVersion::Major { number, prerelease });
        for (event_type, stem, version) in [
            ("shop.order.placed.v1", "shop.order.placed", major("1", "")),
            ("OrderPlaced-V12", "OrderPlaced", major("12", "")),
            ("order_v2", "order", major("2", "")),
            ("order.v1beta2", "order", major("1", "beta2")),
            ("order.v1RC", "order", major("1", "RC")),
            ("order.v1preview2", "order", major("1", "preview2")),
            ("order.v99999999999999999999", "order", major("99999999999999999999", "")),
            ("order.2024-06", "order", Some(TypeVersion::Date("2024-06"))),
            ("order-2024-06-30", "order", Some(TypeVersion::Date("2024-06-30"))),
            ("order", "order", None),
            ("orderv1", "orderv1", None),
            ("order.v", "order.v", None),
            ("order.v1.placed", "order.v1.placed", None),
            ("order.v1x", "order.v1x", None),
            ("order.1", "order.1", None),
            ("2024-06", "2024-06", None),
            ("é.v1", "é", major("1", "")),
            ("", "", None),
        ] {
            assert_eq!(split_version(event_type), (stem, version), "{event_type}");
        }
    }
}
