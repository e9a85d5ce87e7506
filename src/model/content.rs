//! What a schema *is*: canonical text, references, metadata and rule set.

use std::fmt;
use std::str::FromStr;

use chancery_engine::SchemaType;
use md5::{Digest, Md5};
use serde::Serialize;
use sha2::Sha256;

use super::{Metadata, Reference, Rule, RuleSet};

/// The identity of a schema. Two registrations with equal content share an id within a context.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The format.
    pub schema_type: SchemaType,
    /// Canonical (or normalized) text.
    pub text: String,
    /// Direct references in order.
    pub references: Vec<Reference>,
    /// Metadata, when present; an empty object is not the same as none.
    pub metadata: Option<Metadata>,
    /// Rule set, when present.
    pub rule_set: Option<RuleSet>,
}

/// SHA-256 over type and content: decides "same schema" in the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

/// The reference's content hash as a UUID, equal in every context and cluster.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(pub [u8; 16]);

impl Content {
    /// The reference's guid: MD5 over text, references, metadata and rule set without separators.
    pub fn guid(&self) -> Guid {
        let mut hash = Md5::new();
        hash.update(self.text.as_bytes());
        for reference in &self.references {
            hash.update(reference.name.as_bytes());
            hash.update(reference.subject.as_bytes());
            hash.update(reference.version.to_be_bytes());
        }
        if let Some(metadata) = &self.metadata {
            hash_metadata(&mut hash, metadata);
        }
        if let Some(rule_set) = &self.rule_set {
            hash.update([1]);
            rule_set.rules().for_each(|rule| hash_rule(&mut hash, rule));
            hash.update(rule_set.enable_at.as_deref().unwrap_or_default().as_bytes());
        }
        Guid(hash.finalize().into())
    }

    /// The store's identity. Every part is length-prefixed, so no two contents can be confused.
    pub fn fingerprint(&self) -> Fingerprint {
        let references = json(&self.references);
        let metadata = json(&self.metadata);
        let rule_set = json(&self.rule_set);
        let mut hash = Sha256::new();
        for part in
            [self.schema_type.name().as_bytes(), self.text.as_bytes(), &references, &metadata, &rule_set]
        {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Fingerprint(hash.finalize().into())
    }
}

/// A part of an identity must not be lost.
fn json(part: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(part).expect("lists and maps of strings and numbers with string keys serialize")
}

fn hash_metadata(hash: &mut Md5, metadata: &Metadata) {
    hash.update([1]);
    for (path, tags) in &metadata.tags {
        hash.update(path.as_bytes());
        for tag in tags {
            hash.update(tag.as_bytes());
        }
    }
    for (key, value) in &metadata.properties {
        hash.update(key.as_bytes());
        hash.update(value.as_bytes());
    }
    for name in &metadata.sensitive {
        hash.update(name.as_bytes());
    }
}

fn hash_rule(hash: &mut Md5, rule: &Rule) {
    let text = |hash: &mut Md5, part: &Option<String>| {
        hash.update(part.as_deref().unwrap_or_default().as_bytes());
    };
    text(hash, &rule.name);
    text(hash, &rule.doc);
    hash.update(wire_name(&rule.kind).as_bytes());
    hash.update(wire_name(&rule.mode).as_bytes());
    text(hash, &rule.rule_type);
    for tag in &rule.tags {
        hash.update(tag.as_bytes());
    }
    for (key, value) in &rule.params {
        hash.update(key.as_bytes());
        hash.update(value.as_bytes());
    }
    text(hash, &rule.expr);
    text(hash, &rule.on_success);
    text(hash, &rule.on_failure);
    if rule.disabled {
        hash.update([1]);
    }
}

/// The JSON name of a unit variant.
fn wire_name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                formatter.write_str("-")?;
            }
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for Guid {
    type Err = ();

    /// UUID text in any letter case, or 32 hex digits.
    fn from_str(text: &str) -> Result<Self, ()> {
        let dashes_stand_right =
            text.len() != 36 || [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
        let digits: Vec<u32> =
            text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16)).collect::<Option<_>>().ok_or(())?;
        if digits.len() != 32 || !matches!(text.len(), 32 | 36) || !dashes_stand_right {
            return Err(());
        }
        let mut guid = [0; 16];
        for (byte, pair) in guid.iter_mut().zip(digits.chunks(2)) {
            *byte = (pair[0] * 16 + pair[1]) as u8;
        }
        Ok(Self(guid))
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Guid({self})")
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn avro(text: &str) -> Content {
        Content {
            schema_type: SchemaType::Avro,
            text: text.to_owned(),
            references: Vec::new(),
            metadata: None,
            rule_set: None,
        }
    }

    #[test]
    fn guid_of_a_bare_text_is_the_uuid_form_of_its_md5() {
        // md5sum of `"long"` with its quotes.
        assert_eq!(avro("\"long\"").guid().to_string(), "e1dd9a1e-f98b-451b-5369-0370b393966b");
    }

    #[test]
    fn guid_reads_both_spellings() {
        let guid = avro("\"int\"").guid();
        assert_eq!(guid.to_string().parse(), Ok(guid));
        assert_eq!(guid.to_string().replace('-', "").to_uppercase().parse(), Ok(guid));
        assert_eq!("nope".parse::<Guid>(), Err(()));
        assert_eq!("é".repeat(18).parse::<Guid>(), Err(()));
    }

    #[test]
    fn every_part_changes_the_fingerprint() {
        let plain = avro("\"int\"");
        let typed = Content { schema_type: SchemaType::Json, ..plain.clone() };
        let with_metadata = Content { metadata: Some(Metadata::default()), ..plain.clone() };
        let with_rules = Content { rule_set: Some(RuleSet::default()), ..plain.clone() };
        let fingerprints =
            [plain.fingerprint(), typed.fingerprint(), with_metadata.fingerprint(), with_rules.fingerprint()];
        let distinct: std::collections::BTreeSet<_> = fingerprints.iter().collect();
        assert_eq!(distinct.len(), fingerprints.len());
    }
}
