//! Places in a payload that a JSON Schema says something of.
//!
//! Every schema that has something to say is marked, and the validator tells which marked schemas apply to which
//! values ([`Annotator`]). So a rule is evaluated on exactly the values that its schema describes: behind every kind of
//! reference, in the branch that the value satisfies, under every keyword.
//!
//! One thing is added to the specification: drafts up to 7 ignore what stands beside `$ref`, but rules and tags there
//! count, since that is where people put those of a property whose type is shared.

use serde_json::{Map, Value as Json, json};

use crate::conditions::Value;
use crate::conditions::value::Data;
use crate::json::{Annotator, MARK};
use crate::tree::pointer_token;
use crate::violation::ValidatorOptions;
use crate::{SchemaError, Source};

use super::{
    Datum, Form, Shapes, Site, UNREADABLE, Unplaced, Visit, Wanted, WrittenRule, misplaced, place_in,
    written_rules, written_tags,
};

const RULES: &str = "confluent:rules";
const TAGS: &str = "confluent:tags";

/// A schema with marks, and what the marked schemas say.
#[derive(Debug)]
pub(super) struct Sites {
    annotator: Option<Annotator>,
    schemas: Vec<Marked>,
}

/// What a marked schema says of a value.
#[derive(Debug)]
struct Marked {
    type_name: &'static str,
    rules: Vec<WrittenRule>,
    tags: Vec<String>,
    place: String,
}

/// Reads a schema with its references.
pub(super) fn read(
    source: &Source<'_>,
    options: ValidatorOptions,
    wanted: Wanted,
) -> Result<Shapes, SchemaError> {
    let texts = || std::iter::once(source.text).chain(source.dependencies.iter().map(|known| &*known.text));
    // The name may be escaped in many ways; `rules` alone is in most texts that have some.
    let may_have_rules = texts().any(|text| text.contains("rules") || text.contains('\\'));
    if wanted == Wanted::Rules && !may_have_rules {
        let nothing = Sites { annotator: None, schemas: Vec::new() };
        return Ok(Shapes { form: Form::Json(Box::new(nothing)), unplaced: Vec::new() });
    }
    let mut marker = Marker { wanted, name: None, schemas: Vec::new(), unplaced: Vec::new() };
    let annotator = Annotator::compile(
        source.text,
        source.dependencies,
        options,
        &mut |document, root, ignores_siblings| {
            let dependency = document.checked_sub(1).and_then(|at| source.dependencies.get(at));
            marker.name = dependency.map(|known| known.name.trim_end_matches('#').to_owned());
            let walk = Walk { ignores_siblings, within_not: false };
            let before = marker.schemas.len();
            marker.schema(root, &mut String::new(), walk);
            marker.schemas.len() > before
        },
    )?;
    let Marker { schemas, mut unplaced, .. } = marker;
    for mark in annotator.iter().flat_map(Annotator::of_names) {
        if let Some(known) = schemas.get(*mark) {
            let why = "`propertyNames` leads to it, and names are no values";
            unplaced.extend(misplaced(&known.place, &known.rules, why));
        }
    }
    for mark in annotator.iter().flat_map(Annotator::unseen) {
        let Some(known) = schemas.get(*mark) else { continue };
        let why = "on what `additionalItems` or a counted `contains` describes";
        match wanted {
            Wanted::Rules => unplaced.extend(misplaced(&known.place, &known.rules, why)),
            Wanted::Fields => {
                let reason = format!("conditions on fields are not evaluated: {why}");
                unplaced.push(Unplaced { place: known.place.clone(), reason });
            }
        }
    }
    Ok(Shapes { form: Form::Json(Box::new(Sites { annotator, schemas })), unplaced })
}

impl Sites {
    /// Every inline rule that can be evaluated, in order of the text.
    pub(super) fn rules(&self) -> impl Iterator<Item = &WrittenRule> {
        self.schemas.iter().flat_map(|schema| &schema.rules)
    }

    /// See [`Shapes::walk`]: one visit a value, in document order.
    pub(super) fn walk(&self, datum: &Datum<'_>, visit: &mut Visit<'_>) -> bool {
        let Some(annotator) = &self.annotator else { return true };
        let applied = datum.applied.get_or_init(|| annotator.applied(datum.payload));
        let Some(applied) = applied else { return false };
        for of_value in applied.chunk_by(|one, next| one.offset == next.offset) {
            let pointer = of_value[0].pointer.as_str();
            let Some(spot) = find(datum.value, pointer) else { return false };
            // Whatever schema says that it is one: a null of JSON is nothing to the serializers.
            if spot.value.is_null() {
                continue;
            }
            let schemas = of_value
                .iter()
                .filter(|applied| !annotator.of_names().contains(&applied.mark))
                .filter_map(|applied| self.schemas.get(applied.mark));
            let schemas: Vec<&Marked> = schemas.collect();
            let rules: Vec<_> = schemas.iter().flat_map(|schema| &schema.rules).collect();
            let tags: Vec<_> = schemas.iter().flat_map(|schema| &schema.tags).map(String::as_str).collect();
            let named = schemas.iter().map(|schema| schema.type_name).find(|name| *name != "COMBINED");
            let visited = visit(&Site {
                value: spot.value,
                container: spot.container,
                path: &spot.path,
                pointer,
                full_name: &spot.full_name,
                name: &spot.name,
                type_name: named.unwrap_or("COMBINED"),
                tags: &tags,
                rules: &rules,
            });
            if visited.is_break() {
                break;
            }
        }
        true
    }
}

/// A value and how it is called.
struct Spot<'v> {
    value: &'v Value,
    /// The object that it is a member of, or in a list of.
    container: &'v Value,
    path: String,
    /// The path without positions in lists.
    full_name: String,
    /// Its member name, or that of the list that it is in.
    name: String,
}

/// The value that a JSON Pointer names.
fn find<'v>(root: &'v Value, pointer: &str) -> Option<Spot<'v>> {
    let mut spot = Spot {
        value: root,
        container: root,
        path: "$".to_owned(),
        full_name: "$".to_owned(),
        name: String::new(),
    };
    for token in pointer.split('/').skip(1) {
        match &spot.value.data {
            Data::List(items) => {
                spot.value = items.get(token.parse::<usize>().ok()?)?;
                spot.path.extend(["[", token, "]"]);
            }
            Data::Object(members) => {
                spot.name = token.replace("~1", "/").replace("~0", "~");
                spot.container = spot.value;
                spot.value = members.get(&spot.name)?;
                for path in [&mut spot.path, &mut spot.full_name] {
                    path.push('.');
                    path.push_str(&spot.name);
                }
            }
            _ => return None,
        }
    }
    Some(spot)
}

/// Puts marks into documents.
struct Marker {
    wanted: Wanted,
    /// Name of the referenced document at hand.
    name: Option<String>,
    schemas: Vec<Marked>,
    unplaced: Vec<Unplaced>,
}

#[derive(Clone, Copy)]
struct Walk {
    /// The draft ignores what stands beside `$ref`.
    ignores_siblings: bool,
    /// Nothing is said of values by schemas that they must not satisfy.
    within_not: bool,
}

impl Marker {
    /// As deep as the text was parsed.
    fn schema(&mut self, value: &mut Json, pointer: &mut String, walk: Walk) {
        match value {
            Json::Array(items) => {
                for (position, item) in items.iter_mut().enumerate() {
                    below(pointer, &position.to_string(), |pointer| self.schema(item, pointer, walk));
                }
            }
            Json::Object(members) => {
                for (keyword, part) in members.iter_mut() {
                    below(pointer, keyword, |pointer| self.keyword(keyword, part, pointer, walk));
                }
                self.mark(members, pointer, walk);
            }
            _ => {}
        }
    }

    fn keyword(&mut self, keyword: &str, part: &mut Json, pointer: &mut String, walk: Walk) {
        let walk = Walk { within_not: walk.within_not || keyword == "not", ..walk };
        match (keyword, part) {
            ("enum" | "const" | "default" | "examples" | RULES | TAGS, _) => {}
            (
                "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
                | "dependencies",
                Json::Object(schemas),
            ) => {
                for (name, schema) in schemas.iter_mut() {
                    below(pointer, name, |pointer| self.schema(schema, pointer, walk));
                }
            }
            // Also below keywords that no draft knows: references can lead there.
            (_, part) => self.schema(part, pointer, walk),
        }
    }

    fn mark(&mut self, members: &mut Map<String, Json>, pointer: &str, walk: Walk) {
        members.remove(MARK);
        let (rules, unreadable) = written_rules(members.get(RULES));
        let keyword = if self.wanted == Wanted::Rules { format!("/{RULES}") } else { String::new() };
        let place = place_in(self.name.as_deref(), &format!("{pointer}{keyword}"));
        for entry in unreadable.iter().filter(|_| self.wanted == Wanted::Rules) {
            let place = format!("{place}{entry}");
            self.unplaced.push(Unplaced { place, reason: UNREADABLE.to_owned() });
        }
        if walk.within_not {
            if self.wanted == Wanted::Rules {
                let why = "it stands under `not`, where no value has it";
                self.unplaced.extend(misplaced(&place, &rules, why));
            }
            return;
        }
        let tags = written_tags(members.get(TAGS));
        let type_name = type_name(members);
        let is_wanted = match self.wanted {
            Wanted::Rules => !rules.is_empty(),
            Wanted::Fields => type_name != "COMBINED" || !tags.is_empty(),
        };
        if is_wanted {
            if walk.ignores_siblings {
                count_beside_reference(members);
            }
            members.insert(MARK.to_owned(), json!(self.schemas.len()));
            self.schemas.push(Marked { type_name, rules, tags, place });
        }
    }
}

fn below(pointer: &mut String, token: &str, walk: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&pointer_token(token));
    walk(pointer);
    pointer.truncate(length);
}

/// Spells a reference so that a mark beside it counts and nothing else does. What a reference can lead to stays.
fn count_beside_reference(members: &mut Map<String, Json>) {
    let Some(reference) = members.get("$ref").filter(|reference| reference.is_string()).cloned() else {
        return;
    };
    members.retain(|name, _| matches!(name.as_str(), "definitions" | "$defs" | "$schema"));
    members.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
}

fn type_name(members: &Map<String, Json>) -> &'static str {
    if members.contains_key("enum") || members.contains_key("const") {
        return "ENUM";
    }
    match members.get("type").and_then(Json::as_str) {
        Some("string") => "STRING",
        Some("integer") => "INT",
        Some("number") => "DOUBLE",
        Some("boolean") => "BOOLEAN",
        Some("null") => "NULL",
        Some("array") => "ARRAY",
        Some("object") => "RECORD",
        _ if members.contains_key("properties") => "RECORD",
        _ => "COMBINED",
    }
}
