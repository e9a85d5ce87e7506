//! `format=ignore_extensions`: the file without what only extensions bring.

use super::ast::{File, Message, TypeNode};
use super::walk_options::walk_options;

/// The file without `extend` blocks, `extensions` statements and custom options; the options of the
/// Confluent data contracts stay.
pub(super) fn without_extensions(file: &File) -> File {
    let mut file = file.clone();
    walk_options(&mut file, &mut |_, _, options| {
        options.retain(|option| {
            let name = option.name.strip_prefix('.').unwrap_or(&option.name);
            !option.parenthesized || name.starts_with("confluent.")
        });
    });
    file.extends.clear();
    file.types.iter_mut().for_each(strip);
    file
}

fn strip(node: &mut TypeNode) {
    if let TypeNode::Message(message) = node {
        let Message { extensions, extends, types, .. } = message;
        extensions.clear();
        extends.clear();
        types.iter_mut().for_each(strip);
    }
}
