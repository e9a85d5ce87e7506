//! Options in normal form: sorted, custom names in full, repeated settings of one option merged.

use std::collections::{BTreeMap, HashMap};

use super::Normalizer;
use super::join::{Joined, into_entries};
use crate::protobuf::ast::{Extend, Label, Message, OptionNode, OptionValue, messages};
use crate::protobuf::files::{Files, joined};

/// Full names of all extension fields of the known files, with whether they are repeated.
pub(in crate::protobuf) struct ExtensionNames {
    names: HashMap<String, bool>,
}

impl ExtensionNames {
    pub(in crate::protobuf) fn of(files: &Files) -> Self {
        let mut names = HashMap::new();
        for (_, file) in files.all() {
            let package = file.package.as_deref().unwrap_or_default();
            add(&mut names, package, &file.extends);
            for message in file.messages() {
                add_nested(&mut names, package, message);
            }
        }
        Self { names }
    }

    /// The full name and whether the field is repeated, searched from the innermost scope outwards.
    pub(in crate::protobuf) fn resolve(&self, scope: &str, name: &str) -> Option<(&str, bool)> {
        let find = |name: &str| self.names.get_key_value(name).map(|(name, many)| (name.as_str(), *many));
        if let Some(full_name) = name.strip_prefix('.') {
            return find(full_name);
        }
        let mut prefix = scope;
        while !prefix.is_empty() {
            if let Some(found) = find(&joined(prefix, name)) {
                return Some(found);
            }
            prefix = prefix.rfind('.').map_or("", |dot| &prefix[..dot]);
        }
        find(name)
    }
}

fn add_nested(names: &mut HashMap<String, bool>, outer: &str, message: &Message) {
    let scope = joined(outer, &message.name);
    add(names, &scope, &message.extends);
    for nested in messages(&message.types) {
        add_nested(names, &scope, nested);
    }
}

fn add(names: &mut HashMap<String, bool>, scope: &str, extends: &[Extend]) {
    for field in extends.iter().flat_map(|extend| &extend.fields) {
        names.insert(joined(scope, &field.name), field.label == Some(Label::Repeated));
    }
}

impl Normalizer<'_> {
    pub(super) fn options(&self, scope: &str, options: &[OptionNode]) -> Vec<OptionNode> {
        let mut merged: Vec<OptionNode> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut joined: BTreeMap<usize, Joined> = BTreeMap::new();
        for option in options {
            let (option, is_single) = self.option(scope, option);
            let earlier = known.get(&option.name).copied().filter(|_| is_single);
            match earlier {
                Some(position) if is_aggregate(&merged[position].value) && is_aggregate(&option.value) => {
                    let all = joined.entry(position).or_insert_with(|| {
                        let first =
                            std::mem::replace(&mut merged[position].value, OptionValue::Map(Vec::new()));
                        Joined::of(into_entries(first))
                    });
                    all.add(into_entries(option.value));
                }
                _ => {
                    if is_single {
                        known.insert(option.name.clone(), merged.len());
                    }
                    merged.push(option);
                }
            }
        }
        for (position, all) in joined {
            merged[position].value = OptionValue::Map(all.into_entries());
        }
        for option in &mut merged {
            self.value(scope, &mut option.value);
        }
        merged.sort_by(|a, b| a.name.cmp(&b.name));
        merged
    }

    /// The option under its full name, and whether it is a custom option that is not repeated.
    fn option(&self, scope: &str, option: &OptionNode) -> (OptionNode, bool) {
        let found = if option.parenthesized { self.extensions.resolve(scope, &option.name) } else { None };
        let name = found.map_or(option.name.as_str(), |(name, _)| name).to_owned();
        (OptionNode { name, ..option.clone() }, found.is_some_and(|(_, repeated)| !repeated))
    }

    fn value(&self, scope: &str, value: &mut OptionValue) {
        match value {
            OptionValue::Number(text) => *text = decimal(text),
            OptionValue::Option(nested) => {
                if let (true, Some((name, _))) =
                    (nested.parenthesized, self.extensions.resolve(scope, &nested.name))
                {
                    name.clone_into(&mut nested.name);
                }
                self.value(scope, &mut nested.value);
            }
            OptionValue::List(items) => items.iter_mut().for_each(|item| self.value(scope, item)),
            OptionValue::Map(entries) => {
                for (key, value) in entries.iter_mut() {
                    self.value(scope, value);
                    let inner = key.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                    if let Some((name, _)) = inner.and_then(|name| self.extensions.resolve(scope, name)) {
                        *key = format!("[{name}]");
                    }
                    if let OptionValue::List(items) = value
                        && items.len() == 1
                        && !matches!(items[0], OptionValue::List(_))
                        && let Some(item) = items.pop()
                    {
                        *value = item;
                    }
                }
                entries.retain(|(_, value)| !matches!(value, OptionValue::List(items) if items.is_empty()));
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            }
            OptionValue::String(_) | OptionValue::Bool(_) | OptionValue::Enum(_) => {}
        }
    }
}

fn is_aggregate(value: &OptionValue) -> bool {
    matches!(value, OptionValue::Map(_) | OptionValue::Option(_))
}

/// An integer literal in decimal (`0x10` and `020` are 16); other numbers as written.
pub(super) fn decimal(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let octal = digits.strip_prefix('0').filter(|rest| !rest.is_empty());
    let value = match (hex, octal) {
        (Some(hex), _) => u64::from_str_radix(hex, 16).ok(),
        (None, Some(octal)) => u64::from_str_radix(octal, 8).ok(),
        (None, None) => None,
    };
    value.map_or_else(|| text.to_owned(), |value| format!("{sign}{value}"))
}
