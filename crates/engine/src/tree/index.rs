//! Members by name.
//!
//! Most objects of schemas have a few members, and looking at all of them is fastest. Wide ones (definitions,
//! properties of a generated schema) have their positions sorted by name, so that nothing that walks
//! through them is quadratic.

use super::Node;

/// Members up to which an object is searched from end to end.
const NARROW: usize = 16;

type Member = (String, Node);

/// Positions of members in the order of their names; empty for narrow objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    by_name: Vec<u32>,
}

impl Index {
    pub(super) fn of(members: &[Member]) -> Self {
        if members.len() <= NARROW {
            return Self::default();
        }
        let mut by_name: Vec<u32> = (0..members.len() as u32).collect();
        by_name.sort_unstable_by(|a, b| members[*a as usize].0.cmp(&members[*b as usize].0));
        Self { by_name }
    }

    pub(super) fn find(&self, members: &[Member], name: &str) -> Option<usize> {
        if self.by_name.is_empty() {
            return members.iter().position(|(known, _)| known == name);
        }
        self.place(members, name).ok().map(|place| self.by_name[place] as usize)
    }

    /// Takes in the last member. Moves up to four bytes for each of the others: whole objects are better
    /// indexed at once.
    pub(super) fn added(&mut self, members: &[Member]) {
        let Some((last, others)) = members.split_last() else { return };
        if self.by_name.is_empty() {
            *self = Self::of(members);
        } else if let Err(place) = self.place(others, &last.0) {
            self.by_name.insert(place, others.len() as u32);
        }
    }

    fn place(&self, members: &[Member], name: &str) -> Result<usize, usize> {
        self.by_name.binary_search_by(|position| members[*position as usize].0.as_str().cmp(name))
    }
}

#[cfg(test)]
mod tests {
    use crate::tree::{Node, Object};

    #[test]
    fn wide_and_narrow_objects_find_the_same() {
        let mut object = Object::default();
        for number in 0..60 {
            let name = format!("m{}", number * 37 % 60);
            assert_eq!(object.get(&name), None);
            object.set(name.clone(), Node::string("old"));
            object.set(name.clone(), Node::string(name.as_str()));
            assert_eq!(object.len(), number + 1);
            assert!(object.iter().all(|(name, node)| object.get(name) == Some(node)), "{number}");
            assert!(object.iter().all(|(name, node)| node.as_str() == Some(name)));
        }
        object.sort();
        for number in 0..60 {
            let name = format!("m{number}");
            assert_eq!(object.get(&name).and_then(Node::as_str), Some(name.as_str()));
            assert!(object.remove(&name).is_some() && !object.contains(&name));
            assert!(object.iter().all(|(name, node)| object.get(name) == Some(node)), "{number}");
        }
        assert!(object.is_empty());
    }
}
