//! What the crate's errors weigh at most, known before they are made.
//!
//! The crate writes out where each error stands, and copies what the keyword holds: the name that is missing, the
//! list of an `enum`, the schema under `not`, the names that are too many. Any of these can be as long as a payload
//! or a schema, so the number of errors alone bounds nothing.

use serde_json::Value as Schema;

use super::instance::{Instance, Kind, Value};
use super::resources::Resources;
use super::unusable;
use crate::SchemaError;

/// Bytes of an error without what it copies.
const ERROR: usize = 500;
/// Bytes of all errors on one payload.
const MAX_ERRORS_BYTES: usize = 64 << 20;
/// Bytes of errors that are still made about open values when there are too many.
const MAX_LATE_BYTES: usize = 256 << 20;
/// Bytes of the places of all keywords of a schema, each of which the crate writes out.
const MAX_PLACES_BYTES: usize = 64 << 20;

/// What errors take from their schema.
#[derive(Debug, Default)]
pub(super) struct Weight {
    /// Longest place of a keyword, and all of them.
    longest: usize,
    places: usize,
    /// Largest copy of what a keyword holds.
    copied: usize,
    /// Whether errors list names of the payload.
    lists_names: bool,
}

/// How many errors may be made about one payload.
pub(super) enum Allowance {
    Errors(u32),
    /// About a single value there can be too many.
    None,
}

impl Weight {
    /// Measures a schema with what it refers to.
    ///
    /// # Errors
    /// [`SchemaError::Unsupported`] when its names are so long that their places would fill the memory.
    pub(super) fn of(resources: &Resources) -> Result<Self, SchemaError> {
        let mut weight = Self::default();
        weight.schema(resources.root(), 0);
        resources.referenced().for_each(|(_, document)| weight.schema(document, 0));
        if weight.places > MAX_PLACES_BYTES {
            return Err(unusable("it has too much inside too long names"));
        }
        Ok(weight)
    }

    /// As deep as the schema was parsed.
    fn schema(&mut self, schema: &Schema, place: usize) {
        self.longest = self.longest.max(place);
        self.places = self.places.saturating_add(place);
        match schema {
            Schema::Array(items) => items.iter().for_each(|item| self.schema(item, place + 6)),
            Schema::Object(members) => {
                for (keyword, value) in members {
                    self.keyword(keyword, value);
                    self.schema(value, place + token(keyword));
                }
            }
            _ => {}
        }
    }

    fn keyword(&mut self, keyword: &str, value: &Schema) {
        match (keyword, value) {
            ("not" | "enum" | "const", _) => self.copied = self.copied.max(copy(value)),
            ("required", Schema::Array(names)) => {
                self.copied = names.iter().map(copy).fold(self.copied, usize::max);
            }
            ("dependentRequired" | "dependencies", Schema::Object(lists)) => {
                let names = lists.values().filter_map(Schema::as_array).flatten();
                self.copied = names.map(copy).fold(self.copied, usize::max);
            }
            ("additionalProperties" | "unevaluatedProperties", value) => {
                self.lists_names |= *value != Schema::Bool(true);
            }
            _ => {}
        }
    }

    /// How many errors may be made about a payload, when there can be so many about one value.
    pub(super) fn allow(&self, instance: &Instance<'_>, about_a_value: u64, most: u32) -> Allowance {
        let mut payload = Payload { instance, lists_names: self.lists_names, names: 0 };
        let longest = payload.longest_pointer(instance.root());
        let of_payload = ERROR + longest + payload.names;
        let late =
            (of_payload as u64).saturating_mul(about_a_value).saturating_mul(instance.shape.depth as u64 + 1);
        if late > MAX_LATE_BYTES as u64 {
            return Allowance::None;
        }
        let errors = MAX_ERRORS_BYTES / (of_payload + self.longest + self.copied);
        Allowance::Errors(u32::try_from(errors).unwrap_or(u32::MAX).clamp(1, most))
    }
}

struct Payload<'i> {
    instance: &'i Instance<'i>,
    lists_names: bool,
    /// Bytes of the names of one object.
    names: usize,
}

impl Payload<'_> {
    /// Bytes of the longest pointer below a value. As deep as the payload.
    fn longest_pointer(&mut self, value: &Value) -> usize {
        match value.kind {
            Kind::Array(span) => {
                let items = self.instance.items(span);
                let below = items.iter().map(|item| self.longest_pointer(item)).max();
                below.map_or(0, |below| below + 1 + items.len().ilog10() as usize + 1)
            }
            Kind::Object(span) => {
                let members = self.instance.members(span);
                if self.lists_names {
                    let names = members
                        .iter()
                        .map(|member| self.instance.name(member).len() + size_of::<String>())
                        .sum();
                    self.names = self.names.max(names);
                }
                let below = members
                    .iter()
                    .map(|member| token(self.instance.name(member)) + self.longest_pointer(&member.value));
                below.max().unwrap_or(0)
            }
            _ => 0,
        }
    }
}

/// Bytes of a name in a pointer.
fn token(name: &str) -> usize {
    1 + name.len() + name.bytes().filter(|byte| matches!(byte, b'~' | b'/')).count()
}

/// Bytes that a copy takes.
fn copy(value: &Schema) -> usize {
    let inside = match value {
        Schema::String(text) => text.len(),
        Schema::Array(items) => items.iter().map(copy).sum(),
        Schema::Object(members) => {
            members.iter().map(|(name, value)| size_of::<String>() + name.len() + copy(value)).sum()
        }
        _ => 0,
    };
    size_of::<Schema>() + inside
}
