//! Where a finding stands in the two texts.

use super::{At, Comparer, Role};
use crate::difference::Side;
use crate::protobuf::files::Home;

/// Characters of the quoted line.
const MAX_FRAGMENT: usize = 120;

impl Comparer<'_> {
    /// The public form of a place; offsets and quotes only for elements of the schema's own text.
    pub(super) fn side(&self, role: Role, at: At) -> Side {
        let text = &self.sides.schema(role).text;
        let own = at.home == Home::Local && at.span.is_known();
        let fragment = own.then(|| text.get(at.span.start..at.span.end)).flatten().map(first_line);
        let offset = fragment.is_some().then_some(at.span.start);
        Side { pointer: at.name, offset, fragment }
    }
}

/// The first line of an element, shortened.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(MAX_FRAGMENT) {
        None => line.to_owned(),
        Some((cut, _)) => format!("{}…", &line[..cut]),
    }
}
