//! The walk of a value along shapes.
//!
//! As deep as the value. Lenient on purpose: a value that does not fit is skipped, since saying so is the
//! validator's part.

use std::ops::ControlFlow;

use super::{Parts, Shape, Site, Visit, WrittenRule};
use crate::conditions::Value;
use crate::tree::pointer_token;

/// Values of one walk.
const MAX_STEPS: usize = 1_000_000;

/// Calls `visit` for every value that has a shape, until it breaks. Returns whether the walk was short enough.
pub(super) fn walk(shapes: &[Shape], root: usize, value: &Value, visit: &mut Visit<'_>) -> bool {
    let mut walk = Walk { shapes, visit, steps: 0, path: String::new(), pointer: String::new() };
    let _ = walk.value(value, root, &Place::default());
    walk.steps <= MAX_STEPS
}

/// What the field above says about the value.
#[derive(Clone, Default)]
struct Place<'w, 'v> {
    /// The value that the field is one of.
    container: Option<&'v Value>,
    full_name: String,
    name: &'w str,
    rules: Vec<&'w WrittenRule>,
    tags: Vec<&'w str>,
}

struct Walk<'w, 'f> {
    shapes: &'w [Shape],
    visit: &'w mut Visit<'f>,
    steps: usize,
    path: String,
    pointer: String,
}

impl<'w> Walk<'w, '_> {
    fn value(&mut self, value: &Value, shape: usize, place: &Place<'w, '_>) -> ControlFlow<()> {
        self.steps += 1;
        let shapes = self.shapes;
        let Some(shape) = shapes.get(shape) else { return ControlFlow::Continue(()) };
        if self.steps > MAX_STEPS {
            return ControlFlow::Break(());
        }
        if let Parts::Union(branches) = &shape.parts
            && let Some(branch) = value.branch().and_then(|branch| branches.get(branch))
        {
            return self.value(value, *branch, place);
        }
        self.site(value, shape, place)?;
        self.parts(value, shape, place)
    }

    fn site(&mut self, value: &Value, shape: &'w Shape, place: &Place<'w, '_>) -> ControlFlow<()> {
        let rules: Vec<_> = place.rules.iter().copied().chain(&shape.rules).collect();
        let tags: Vec<_> = place.tags.iter().copied().chain(shape.tags.iter().map(String::as_str)).collect();
        (self.visit)(&Site {
            value,
            container: place.container.unwrap_or(value),
            path: self.path.strip_prefix('.').unwrap_or(&self.path),
            pointer: &self.pointer,
            full_name: &place.full_name,
            name: place.name,
            type_name: shape.type_name,
            tags: &tags,
            rules: &rules,
        })
    }

    fn parts(&mut self, value: &Value, shape: &'w Shape, place: &Place<'w, '_>) -> ControlFlow<()> {
        match &shape.parts {
            Parts::Fields(fields) => {
                for (name, field) in fields {
                    let Some(member) = value.get(name) else { continue };
                    let inner = Place {
                        container: Some(value),
                        full_name: format!("{}.{name}", shape.full_name),
                        name,
                        rules: field.rules.iter().collect(),
                        tags: field.tags.iter().map(String::as_str).collect(),
                    };
                    self.below(&format!(".{name}"), name, |walk| walk.value(&member, field.shape, &inner))?;
                }
            }
            Parts::Items(item) => {
                let inner = Place { rules: Vec::new(), ..place.clone() };
                for (position, element) in value.items().iter().enumerate() {
                    let token = position.to_string();
                    self.below(&format!("[{token}]"), &token, |walk| walk.value(element, *item, &inner))?;
                }
            }
            Parts::Values(shape) => {
                let inner = Place { rules: Vec::new(), ..place.clone() };
                for (key, member) in value.members() {
                    self.below(&format!(".{key}"), &key, |walk| walk.value(member, *shape, &inner))?;
                }
            }
            Parts::None | Parts::Union(_) => {}
        }
        ControlFlow::Continue(())
    }

    fn below(
        &mut self,
        step: &str,
        token: &str,
        walk: impl FnOnce(&mut Self) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let lengths = (self.path.len(), self.pointer.len());
        self.path.push_str(step);
        self.pointer.push('/');
        self.pointer.push_str(&pointer_token(token));
        walk(self)?;
        self.path.truncate(lengths.0);
        self.pointer.truncate(lengths.1);
        ControlFlow::Continue(())
    }
}
