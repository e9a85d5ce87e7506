//! Enums: constants by number. Everything is compatible for the reference.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::reserved::ReservedSet;
use super::{At, Comparer, Scope, Scopes};
use crate::protobuf::ast::{Enum, EnumConstant};
use crate::protobuf::files::joined;
use crate::protobuf::rules;

impl<'a> Comparer<'a> {
    pub(super) fn enums(&mut self, mut writer: Vec<&'a Enum>, mut reader: Vec<&'a Enum>, scopes: &Scopes) {
        writer.sort_by_key(|node| &node.name);
        reader.sort_by_key(|node| &node.name);
        let new: HashMap<&str, &Enum> = reader.iter().map(|node| (node.name.as_str(), *node)).collect();
        let old: HashSet<&str> = writer.iter().map(|node| node.name.as_str()).collect();
        for node in writer {
            let at = place(&scopes.writer, node);
            let found = new.get(node.name.as_str()).copied();
            self.within(&node.name, |comparer| match found {
                None => comparer.report(&rules::ENUM_REMOVED, at.name.clone(), None, Some(at)),
                Some(update) => {
                    let update_at = place(&scopes.reader, update);
                    comparer.constants(node, update, &at, &update_at);
                    comparer.reserved(&node.reserved, &update.reserved, &at, &update_at);
                }
            });
            if self.undecided {
                return;
            }
        }
        for node in reader.into_iter().filter(|node| !old.contains(node.name.as_str())) {
            let at = place(&scopes.reader, node);
            self.within(&node.name, |comparer| {
                comparer.report(&rules::ENUM_ADDED, at.name.clone(), Some(at), None);
            });
        }
    }

    fn constants(&mut self, writer: &Enum, reader: &Enum, old: &At, new: &At) {
        let reserved = ReservedSet::of(&reader.reserved);
        let (writer, reader) = (by_number(writer), by_number(reader));
        let numbers: BTreeSet<i32> = writer.keys().chain(reader.keys()).copied().collect();
        for number in numbers {
            if !self.step() {
                return;
            }
            let before = writer.get(&number);
            let after = reader.get(&number);
            let old = before.map(|names| constant_at(old, names[0]));
            let new = after.map(|names| constant_at(new, names[0]));
            self.within(&number.to_string(), |comparer| match (before, after) {
                (Some(names), None) => {
                    let name = names[0].name.clone();
                    comparer.report(&rules::ENUM_CONST_REMOVED, name.clone(), None, old.clone());
                    if !reserved.contains(number) {
                        comparer.report(&rules::ENUM_NUMBER_NOT_RESERVED, name, None, old);
                    }
                }
                (None, Some(names)) => {
                    comparer.report(&rules::ENUM_CONST_ADDED, names[0].name.clone(), new, None);
                }
                (Some(before), Some(after)) => {
                    // With aliases a constant keeps its name as long as one of them is left.
                    let kept: HashSet<&str> = after.iter().map(|new| new.name.as_str()).collect();
                    let gone = before.iter().find(|old| !kept.contains(old.name.as_str()));
                    if let Some(gone) = gone {
                        let info = format!("{} -> {}", gone.name, after[0].name);
                        comparer.report(&rules::ENUM_CONST_CHANGED, info, new, old);
                    }
                }
                (None, None) => {}
            });
        }
    }
}

fn place(scope: &Scope, node: &Enum) -> At {
    At { home: scope.home, span: node.span, name: joined(&scope.name, &node.name) }
}

fn constant_at(outer: &At, constant: &EnumConstant) -> At {
    At { home: outer.home, span: constant.span, name: joined(&outer.name, &constant.name) }
}

/// Constants by number, aliases together; never an empty list.
fn by_number(node: &Enum) -> BTreeMap<i32, Vec<&EnumConstant>> {
    let mut constants: BTreeMap<i32, Vec<&EnumConstant>> = BTreeMap::new();
    for constant in &node.constants {
        constants.entry(constant.number).or_default().push(constant);
    }
    constants
}
