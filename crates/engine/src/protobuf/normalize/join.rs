//! Several settings of one option as one aggregate.

use std::collections::HashMap;

use crate::protobuf::ast::OptionValue;

type Entries = Vec<(String, OptionValue)>;

/// The entries of an aggregate; `(o).a.b = 1` is `{ a: { b: 1 } }`.
pub(in crate::protobuf) fn into_entries(value: OptionValue) -> Entries {
    match value {
        OptionValue::Map(entries) => entries,
        OptionValue::Option(nested) => {
            let key = if nested.parenthesized { format!("[{}]", nested.name) } else { nested.name };
            let value = match nested.value {
                inner @ OptionValue::Option(_) => OptionValue::Map(into_entries(inner)),
                value => value,
            };
            vec![(key, value)]
        }
        _ => Vec::new(),
    }
}

/// Aggregates of one option, joined one after the other: inner aggregates are joined, other values of one
/// key become a list. Linear in all that is added.
#[derive(Default)]
pub(in crate::protobuf) struct Joined {
    entries: Vec<(String, Part)>,
    known: HashMap<String, usize>,
}

enum Part {
    Value(OptionValue),
    Joined(Joined),
}

impl Joined {
    pub(in crate::protobuf) fn of(entries: Entries) -> Self {
        let known = entries.iter().enumerate().map(|(position, (key, _))| (key.clone(), position)).collect();
        Self { entries: entries.into_iter().map(|(key, value)| (key, Part::Value(value))).collect(), known }
    }

    pub(in crate::protobuf) fn add(&mut self, entries: Entries) {
        for (key, value) in entries {
            if let Some(position) = self.known.get(&key) {
                self.entries[*position].1.add(value);
            } else {
                self.known.insert(key.clone(), self.entries.len());
                self.entries.push((key, Part::Value(value)));
            }
        }
    }

    pub(in crate::protobuf) fn into_entries(self) -> Entries {
        self.entries.into_iter().map(|(key, part)| (key, part.into_value())).collect()
    }
}

impl Part {
    fn add(&mut self, value: OptionValue) {
        let earlier = std::mem::replace(self, Self::Value(OptionValue::List(Vec::new())));
        *self = match (earlier, value) {
            (Self::Joined(mut joined), OptionValue::Map(more)) => {
                joined.add(more);
                Self::Joined(joined)
            }
            (Self::Value(OptionValue::Map(first)), OptionValue::Map(more)) => {
                let mut joined = Joined::of(first);
                joined.add(more);
                Self::Joined(joined)
            }
            (earlier, value) => {
                let mut items = items(earlier.into_value());
                items.extend(self::items(value));
                Self::Value(OptionValue::List(items))
            }
        };
    }

    fn into_value(self) -> OptionValue {
        match self {
            Self::Value(value) => value,
            Self::Joined(joined) => OptionValue::Map(joined.into_entries()),
        }
    }
}

fn items(value: OptionValue) -> Vec<OptionValue> {
    match value {
        OptionValue::List(items) => items,
        single => vec![single],
    }
}
