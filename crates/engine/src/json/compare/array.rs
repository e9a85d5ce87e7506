//! Arrays: one schema for all items, or one for each position.

use super::super::node::{Additional, ArrayPart, Kind, NodeId};
use super::super::rules;
use super::found::Builder;
use super::object::ContentRules;
use super::{Child, Comparer, Pair};

static ADDITIONAL: ContentRules = ContentRules {
    keyword: "additionalItems",
    added: &rules::ADDITIONAL_ITEMS_ADDED,
    removed: &rules::ADDITIONAL_ITEMS_REMOVED,
    narrowed: &rules::ADDITIONAL_ITEMS_NARROWED,
    extended: &rules::ADDITIONAL_ITEMS_EXTENDED,
};
static UNEVALUATED: ContentRules = ContentRules {
    keyword: "unevaluatedItems",
    added: &rules::UNEVALUATED_ITEMS_ADDED,
    removed: &rules::UNEVALUATED_ITEMS_REMOVED,
    narrowed: &rules::UNEVALUATED_ITEMS_NARROWED,
    extended: &rules::UNEVALUATED_ITEMS_EXTENDED,
};

/// What an array says about positions it does not name.
enum Model {
    Open,
    Partial(NodeId),
    Closed,
}

impl<'t> Comparer<'t> {
    pub(super) fn arrays(&mut self, pair: Pair, old: &'t ArrayPart, new: &'t ArrayPart, out: &mut Builder) {
        match (old.items, new.items) {
            (Some(original), Some(update)) => {
                let found = self.compare(Self::below(pair, original, update));
                out.inside("items", found);
            }
            (None, Some(update)) => {
                self.one_sided(out, &rules::SCHEMA_ADDED, "items", "items", Child::Update(update));
            }
            (Some(original), None) => {
                self.one_sided(out, &rules::SCHEMA_REMOVED, "items", "items", Child::Original(original));
            }
            (None, None) => {}
        }
        self.tuples(pair, old, new, out);
        self.additional(pair, &ADDITIONAL, old.additional, new.additional, out);
        self.unevaluated(pair, &UNEVALUATED, old.unevaluated, new.unevaluated, out);
        self.limit(pair, &rules::MAX_ITEMS, old.max_items.as_ref(), new.max_items.as_ref(), out);
        self.limit(pair, &rules::MIN_ITEMS, old.min_items.as_ref(), new.min_items.as_ref(), out);
        match (old.unique, new.unique) {
            (false, true) => self.leaf(out, pair, &rules::UNIQUE_ITEMS_ADDED, "uniqueItems", String::new()),
            (true, false) => self.leaf(out, pair, &rules::UNIQUE_ITEMS_REMOVED, "uniqueItems", String::new()),
            _ => {}
        }
        self.limit(pair, &rules::MAX_CONTAINS, old.max_contains.as_ref(), new.max_contains.as_ref(), out);
        self.limit(pair, &rules::MIN_CONTAINS, old.min_contains.as_ref(), new.min_contains.as_ref(), out);
    }

    fn tuples(&mut self, pair: Pair, old: &'t ArrayPart, new: &'t ArrayPart, out: &mut Builder) {
        let old_items = old.tuple.as_deref().unwrap_or_default();
        let new_items = new.tuple.as_deref().unwrap_or_default();
        for position in 0..old_items.len().max(new_items.len()) {
            if !self.charge(1, pair) {
                return;
            }
            let segment = format!("items/{position}");
            match (old_items.get(position), new_items.get(position)) {
                (Some(original), Some(update)) => {
                    let found = self.compare(Self::below(pair, *original, *update));
                    out.inside(segment, found);
                }
                (Some(original), None) => self.item_removed(pair, new, *original, &segment, out),
                (None, Some(update)) => self.item_added(pair, old, *update, &segment, out),
                (None, None) => {}
            }
        }
    }

    fn item_model(&self, pair: Pair, part: &ArrayPart, side: fn(NodeId) -> Child) -> Model {
        match (part.additional, part.unevaluated) {
            (Additional::Schema(schema), _) => Model::Partial(schema),
            (Additional::Forbidden, _) => Model::Closed,
            (Additional::Allowed, unevaluated) if self.is_free(pair, unevaluated.map(side)) => Model::Open,
            (Additional::Allowed, Some(schema)) if !matches!(self.kind(pair, side(schema)), Kind::False) => {
                Model::Partial(schema)
            }
            _ => Model::Closed,
        }
    }

    fn item_removed(
        &mut self,
        pair: Pair,
        new: &ArrayPart,
        original: NodeId,
        segment: &str,
        out: &mut Builder,
    ) {
        let rule = match self.item_model(pair, new, Child::Update) {
            Model::Open => &rules::ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL,
            Model::Partial(schema) => {
                let found = self.compare(Self::below(pair, original, schema));
                let is_covered = !found.incompatible;
                out.inside(segment, found);
                if is_covered {
                    &rules::ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                } else {
                    &rules::ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                }
            }
            Model::Closed if matches!(self.kind(pair, Child::Original(original)), Kind::False) => {
                &rules::ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL
            }
            Model::Closed => &rules::ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL,
        };
        self.one_sided(out, rule, segment, segment, Child::Original(original));
    }

    fn item_added(&mut self, pair: Pair, old: &ArrayPart, update: NodeId, segment: &str, out: &mut Builder) {
        let rule = match self.item_model(pair, old, Child::Original) {
            Model::Open if matches!(self.kind(pair, Child::Update(update)), Kind::Empty { .. }) => {
                &rules::ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL
            }
            Model::Open => &rules::ITEM_ADDED_TO_OPEN_CONTENT_MODEL,
            Model::Partial(schema) => {
                let found = self.compare(Self::below(pair, schema, update));
                let is_covered = !found.incompatible;
                out.inside(segment, found);
                if is_covered {
                    &rules::ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                } else {
                    &rules::ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL
                }
            }
            Model::Closed => &rules::ITEM_ADDED_TO_CLOSED_CONTENT_MODEL,
        };
        self.one_sided(out, rule, segment, segment, Child::Update(update));
    }
}
