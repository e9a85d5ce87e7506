//! Objects: content models, required names, dependencies.

use super::super::java_order;
use super::super::node::{Additional, Kind, NodeId, ObjectPart};
use super::super::rules;
use super::found::Builder;
use super::{Child, Comparer, Pair};
use crate::difference::Rule;

/// What a schema says about properties it does not name.
enum Model {
    /// Anything goes.
    Open,
    /// Must meet this schema.
    Partial(NodeId),
    /// Nothing goes.
    Closed,
}

/// The four kinds of `additional…` and `unevaluated…`.
pub(super) struct ContentRules {
    pub(super) keyword: &'static str,
    pub(super) added: &'static Rule,
    pub(super) removed: &'static Rule,
    pub(super) narrowed: &'static Rule,
    pub(super) extended: &'static Rule,
}

static ADDITIONAL: ContentRules = ContentRules {
    keyword: "additionalProperties",
    added: &rules::ADDITIONAL_PROPERTIES_ADDED,
    removed: &rules::ADDITIONAL_PROPERTIES_REMOVED,
    narrowed: &rules::ADDITIONAL_PROPERTIES_NARROWED,
    extended: &rules::ADDITIONAL_PROPERTIES_EXTENDED,
};
static UNEVALUATED: ContentRules = ContentRules {
    keyword: "unevaluatedProperties",
    added: &rules::UNEVALUATED_PROPERTIES_ADDED,
    removed: &rules::UNEVALUATED_PROPERTIES_REMOVED,
    narrowed: &rules::UNEVALUATED_PROPERTIES_NARROWED,
    extended: &rules::UNEVALUATED_PROPERTIES_EXTENDED,
};

impl<'t> Comparer<'t> {
    pub(super) fn objects(
        &mut self,
        pair: Pair,
        old: &'t ObjectPart,
        new: &'t ObjectPart,
        out: &mut Builder,
    ) {
        let mut names: Vec<&str> = old.properties.iter().map(|(name, _)| name.as_str()).collect();
        names.extend(
            new.properties
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(|name| !old.positions.contains_key(*name)),
        );
        if !self.charge(names.len(), pair) {
            return;
        }
        java_order::sort(&mut names, |name| name);
        self.required(pair, &names, old, new, out);
        for name in names {
            let segment = format!("properties/{name}");
            match (old.property(name), new.property(name)) {
                (Some(original), Some(update)) => {
                    let found = self.compare(Self::below(pair, original, update));
                    out.inside(segment, found);
                }
                (Some(original), None) => self.removed(pair, new, (name, original), &segment, out),
                (None, Some(update)) => self.added(pair, old, new, (name, update), &segment, out),
                (None, None) => {}
            }
        }
        self.dependencies(pair, old, new, out);
        self.additional(pair, &ADDITIONAL, old.additional, new.additional, out);
        self.unevaluated(pair, &UNEVALUATED, old.unevaluated, new.unevaluated, out);
        let (from, to) = (old.max_properties.as_ref(), new.max_properties.as_ref());
        self.limit(pair, &rules::MAX_PROPERTIES, from, to, out);
        let (from, to) = (old.min_properties.as_ref(), new.min_properties.as_ref());
        self.limit(pair, &rules::MIN_PROPERTIES, from, to, out);
    }

    /// Names that both sides describe; `required` names without a property are not compared.
    fn required(&self, pair: Pair, names: &[&str], old: &ObjectPart, new: &ObjectPart, out: &mut Builder) {
        for name in names {
            let (Some(_), Some(update)) = (old.property(name), new.property(name)) else { continue };
            let rule = match (old.required.contains(*name), new.required.contains(*name)) {
                (true, false) => &rules::REQUIRED_ATTRIBUTE_REMOVED,
                (false, true) if self.has_default(pair, update) => {
                    &rules::REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED
                }
                (false, true) => &rules::REQUIRED_ATTRIBUTE_ADDED,
                _ => continue,
            };
            self.leaf(out, pair, rule, &format!("required/{name}"), format!("`{name}`"));
        }
    }

    fn has_default(&self, pair: Pair, update: NodeId) -> bool {
        self.trees[usize::from(!pair.swapped)].node(update).notes.default.is_some()
    }

    /// The kind of a node of the original or the update.
    pub(super) fn kind(&self, pair: Pair, child: Child) -> &'t Kind {
        match child {
            Child::Original(id) => &self.trees[usize::from(pair.swapped)].node(id).kind,
            Child::Update(id) => &self.trees[usize::from(!pair.swapped)].node(id).kind,
        }
    }

    /// Whether an `unevaluated…` schema restricts nothing.
    pub(super) fn is_free(&self, pair: Pair, child: Option<Child>) -> bool {
        child.is_none_or(|child| matches!(self.kind(pair, child), Kind::Empty { .. }))
    }

    /// The content model for one name. `side` tells in which tree the part stands.
    fn model(&mut self, pair: Pair, part: &'t ObjectPart, side: fn(NodeId) -> Child, name: &str) -> Model {
        let unevaluated = part.unevaluated.map(side);
        let is_allowed = part.additional == Additional::Allowed;
        let is_free = self.is_free(pair, unevaluated);
        if is_allowed && part.patterns.is_empty() && is_free {
            return Model::Open;
        }
        for (expression, schema) in &part.patterns {
            match self.is_matched(pair, expression, name) {
                None => return Model::Closed,
                Some(true) => return Model::Partial(*schema),
                Some(false) => {}
            }
        }
        match (part.additional, part.unevaluated) {
            (Additional::Schema(schema), _) => Model::Partial(schema),
            (Additional::Allowed, Some(schema))
                if !is_free && !matches!(self.kind(pair, side(schema)), Kind::False) =>
            {
                Model::Partial(schema)
            }
            _ => Model::Closed,
        }
    }

    /// A property that only the original has, judged by the update's content model.
    fn removed(
        &mut self,
        pair: Pair,
        new: &'t ObjectPart,
        (name, original): (&str, NodeId),
        segment: &str,
        out: &mut Builder,
    ) {
        let rule = match self.model(pair, new, Child::Update, name) {
            Model::Open => &rules::PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL,
            Model::Partial(schema) => {
                let found = self.compare(Self::below(pair, original, schema));
                let is_covered = !found.incompatible;
                out.inside(segment, found);
                if is_covered {
                    &rules::PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                } else {
                    &rules::PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                }
            }
            Model::Closed if matches!(self.kind(pair, Child::Original(original)), Kind::False) => {
                &rules::PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL
            }
            Model::Closed => &rules::PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL,
        };
        self.one_sided(out, rule, segment, name, Child::Original(original));
    }

    /// A property that only the update has, judged by the original's content model.
    fn added(
        &mut self,
        pair: Pair,
        old: &'t ObjectPart,
        new: &ObjectPart,
        (name, update): (&str, NodeId),
        segment: &str,
        out: &mut Builder,
    ) {
        let is_required = new.required.contains(name);
        let has_default = self.has_default(pair, update);
        let child = Child::Update(update);
        let model = self.model(pair, old, Child::Original, name);
        if matches!(model, Model::Open) {
            let rule = if matches!(self.kind(pair, child), Kind::Empty { .. }) {
                &rules::PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL
            } else if is_required && has_default {
                &rules::REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL
            } else if is_required {
                &rules::REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL
            } else {
                &rules::OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL
            };
            return self.one_sided(out, rule, segment, name, child);
        }
        if let Model::Partial(schema) = model {
            let found = self.compare(Self::below(pair, schema, update));
            let rule = if found.incompatible {
                &rules::PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
            } else {
                &rules::PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
            };
            out.inside(segment, found);
            self.one_sided(out, rule, segment, name, child);
        }
        let rule = if is_required && has_default {
            &rules::REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL
        } else if is_required {
            &rules::REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL
        } else {
            &rules::OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL
        };
        self.one_sided(out, rule, segment, name, child);
    }

    fn dependencies(&mut self, pair: Pair, old: &ObjectPart, new: &ObjectPart, out: &mut Builder) {
        let names = union(&old.required_together, &new.required_together);
        for (name, from, to) in names {
            let (rule, list) = match (from, to) {
                (Some(from), None) => (&rules::DEPENDENCY_ARRAY_REMOVED, from),
                (None, Some(to)) => (&rules::DEPENDENCY_ARRAY_ADDED, to),
                (Some(from), Some(to)) if from == to => continue,
                (Some(from), Some(to)) if to.is_superset(from) => (&rules::DEPENDENCY_ARRAY_EXTENDED, to),
                (Some(from), Some(to)) if to.is_subset(from) => (&rules::DEPENDENCY_ARRAY_NARROWED, to),
                (_, Some(to)) => (&rules::DEPENDENCY_ARRAY_CHANGED, to),
                (None, None) => continue,
            };
            let info = list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            self.leaf(out, pair, rule, &format!("dependencies/{name}"), info);
        }
        for (name, from, to) in union(&old.schema_dependencies, &new.schema_dependencies) {
            let segment = format!("dependencies/{name}");
            match (from, to) {
                (Some(from), Some(to)) => {
                    let found = self.compare(Self::below(pair, *from, *to));
                    out.inside(segment, found);
                }
                (Some(from), None) => {
                    let rule = &rules::DEPENDENCY_SCHEMA_REMOVED;
                    self.one_sided(out, rule, &segment, name, Child::Original(*from));
                }
                (None, Some(to)) => {
                    self.one_sided(out, &rules::DEPENDENCY_SCHEMA_ADDED, &segment, name, Child::Update(*to));
                }
                (None, None) => {}
            }
        }
    }

    /// `additionalProperties` and `additionalItems`.
    pub(super) fn additional(
        &mut self,
        pair: Pair,
        family: &'static ContentRules,
        old: Additional,
        new: Additional,
        out: &mut Builder,
    ) {
        use Additional::{Allowed, Forbidden, Schema};
        let rule = match (old, new) {
            (Allowed, Allowed) | (Forbidden, Forbidden) => return,
            (Schema(original), Schema(update)) => {
                let found = self.compare(Self::below(pair, original, update));
                return out.inside(family.keyword, found);
            }
            (Forbidden, _) => family.added,
            (_, Forbidden) => family.removed,
            (Allowed, Schema(_)) => family.narrowed,
            (Schema(_), Allowed) => family.extended,
        };
        self.leaf(out, pair, rule, family.keyword, String::new());
    }

    /// `unevaluatedProperties` and `unevaluatedItems`.
    pub(super) fn unevaluated(
        &mut self,
        pair: Pair,
        family: &'static ContentRules,
        old: Option<NodeId>,
        new: Option<NodeId>,
        out: &mut Builder,
    ) {
        let old_kind = old.map(|id| self.kind(pair, Child::Original(id)));
        let new_kind = new.map(|id| self.kind(pair, Child::Update(id)));
        let rule = match (old_kind, new_kind) {
            (None, None) | (Some(Kind::False), Some(Kind::False)) => return,
            (None | Some(_), Some(Kind::False)) => family.removed,
            (None, Some(_)) => family.narrowed,
            (Some(Kind::False), _) => family.added,
            (Some(_), None) => family.extended,
            (Some(Kind::Empty { .. }), Some(Kind::Empty { .. })) => return,
            (Some(Kind::Empty { .. }), Some(_)) => family.narrowed,
            (Some(_), Some(Kind::Empty { .. })) => family.extended,
            (Some(_), Some(_)) => {
                let (Some(original), Some(update)) = (old, new) else { return };
                let found = self.compare(Self::below(pair, original, update));
                return out.inside(family.keyword, found);
            }
        };
        self.leaf(out, pair, rule, family.keyword, String::new());
    }
}

/// Entries of two lists by name, in the order of Java's sets.
fn union<'p, T>(
    old: &'p [(String, T)],
    new: &'p [(String, T)],
) -> Vec<(&'p str, Option<&'p T>, Option<&'p T>)> {
    let positions: std::collections::HashMap<&str, &T> =
        new.iter().map(|(name, entry)| (name.as_str(), entry)).collect();
    let mut entries: Vec<_> = old
        .iter()
        .map(|(name, entry)| (name.as_str(), Some(entry), positions.get(name.as_str()).copied()))
        .collect();
    let known: std::collections::HashSet<&str> = old.iter().map(|(name, _)| name.as_str()).collect();
    let added = new.iter().filter(|(name, _)| !known.contains(name.as_str()));
    entries.extend(added.map(|(name, entry)| (name.as_str(), None, Some(entry))));
    java_order::sort(&mut entries, |(name, _, _)| name);
    entries
}
