//! Ties names to definitions once a whole text is read.
//!
//! A name used before its definition becomes an edge to the definition, and a repeated definition an
//! edge to the first one, provided both are equal. After linking no edge leads to a placeholder.

use super::equal::{Attention, are_equal};
use super::model::{Kind, TypeId};
use super::parse::Builder;
use crate::{Limits, SchemaError, Strictness};

/// Links the types from `first_new` on and returns the root in the linked graph.
pub(super) fn link(
    builder: &mut Builder,
    first_new: usize,
    root: TypeId,
    limits: &Limits,
) -> Result<TypeId, SchemaError> {
    let mut target: Vec<TypeId> = (0..builder.types.len() as u32).map(TypeId).collect();
    for (placeholder, written) in std::mem::take(&mut builder.pending) {
        let known = &builder.types[placeholder.0 as usize];
        let Kind::Pending(full) = &known.kind else { continue };
        // Earlier parsers took a bare name for any type without namespace; their schemas stay readable.
        let stored = || (builder.strictness == Strictness::Stored).then(|| builder.names.get(&written))?;
        let Some(definition) = builder.names.get(full).or_else(stored) else {
            let message = format!("Undefined schema: {full}");
            return Err(SchemaError::invalid_at(message, known.place.offset));
        };
        target[placeholder.0 as usize] = definition.of;
    }
    let repeated = std::mem::take(&mut builder.repeated);
    for (first, second) in &repeated {
        target[second.0 as usize] = *first;
    }
    for of in builder.types[first_new..].iter_mut().flat_map(|known| known.kind.edges_mut()) {
        *of = target[of.0 as usize];
    }
    for (first, second) in repeated {
        let graph = &builder.types;
        if !are_equal((graph, first), (graph, second), Attention::Structure, limits)? {
            let definition = &graph[second.0 as usize];
            let name = definition.kind.named().map_or("", |named| named.name.full());
            let message = format!("Can't redefine: {name}");
            return Err(SchemaError::invalid_at(message, definition.place.offset));
        }
    }
    Ok(target[root.0 as usize])
}
