//! Expressions: parsed, held against what is supported, and fitted to the interpreter.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue};
use cel::parser::PrattParser;

use super::ConditionError;
use super::bind::{COMPARISONS, HAS};
use super::functions::FUNCTIONS;

/// Comprehensions (`all`, `exists`, `map`, …) inside each other.
const MAX_NESTING: usize = 2;
/// Operations inside each other. The interpreter recurses, with frames of up to 40 kB without optimisation.
const MAX_DEPTH: usize = 32;
/// Functions of the standard library; others are ours or unknown.
const STANDARD: [&str; 25] = [
    "bool",
    "bytes",
    "contains",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "int",
    "matches",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// Parses an expression and refuses what is not evaluated here.
pub(super) fn parse(name: &str, text: &str) -> Result<IdedExpr, ConditionError> {
    let mut parsed = PrattParser::default().parse(text).map_err(|errors| {
        let reason =
            errors.errors.first().map_or_else(|| "no reason given".to_owned(), |error| error.msg.clone());
        ConditionError::Syntax { name: name.to_owned(), reason }
    })?;
    let mut refused = None;
    visit(&parsed, Around::default(), &mut |node, around| {
        if refused.is_none() {
            refused = unsupported(node, around);
        }
    });
    match refused {
        Some(reason) => Err(ConditionError::Unsupported { name: name.to_owned(), reason }),
        None => {
            substitute(&mut parsed);
            Ok(parsed)
        }
    }
}

/// Puts functions of ours in the place of what the interpreter does otherwise than the language definition says
/// (see `bind`). As deep as the expression, which [`unsupported`] has bounded.
fn substitute(node: &mut IdedExpr) {
    for part in parts_mut(node) {
        substitute(part);
    }
    match &mut node.expr {
        Expr::Select(select) if select.test => {
            let operand = std::mem::take(&mut *select.operand);
            let field = LiteralValue::String(std::mem::take(&mut select.field).into());
            let field = IdedExpr { id: node.id, expr: Expr::Literal(field) };
            node.expr =
                Expr::Call(CallExpr { func_name: HAS.to_owned(), target: None, args: vec![operand, field] });
        }
        Expr::Call(call) => {
            if let Some((_, ours)) = COMPARISONS.iter().find(|(operator, _)| *operator == call.func_name) {
                (*ours).clone_into(&mut call.func_name);
            }
        }
        _ => {}
    }
}

/// The parts of a node, for changes.
fn parts_mut(node: &mut IdedExpr) -> Vec<&mut IdedExpr> {
    match &mut node.expr {
        Expr::Call(call) => call.target.iter_mut().map(AsMut::as_mut).chain(&mut call.args).collect(),
        Expr::Select(select) => vec![&mut select.operand],
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => {
            let entries = map.entries.iter_mut().filter_map(|entry| match &mut entry.expr {
                EntryExpr::MapEntry(entry) => Some([&mut entry.key, &mut entry.value]),
                EntryExpr::StructField(_) => None,
            });
            entries.flatten().collect()
        }
        Expr::Comprehension(loops) => {
            let ComprehensionExpr { iter_range, accu_init, loop_cond, loop_step, result, .. } = &mut **loops;
            vec![iter_range, accu_init, loop_cond, loop_step, result]
        }
        Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn unsupported(node: &IdedExpr, around: Around) -> Option<String> {
    if around.nodes > MAX_DEPTH {
        return Some(format!("nests deeper than {MAX_DEPTH} operations"));
    }
    if around.comprehensions > MAX_NESTING {
        return Some(format!("nests more than {MAX_NESTING} comprehensions"));
    }
    match &node.expr {
        Expr::Struct(_) => Some("builds a message".to_owned()),
        Expr::Unspecified => Some("is empty".to_owned()),
        Expr::Call(call) if !is_known(&call.func_name) => {
            Some(format!("calls `{}`, which is not known", call.func_name))
        }
        Expr::Call(call) if call.func_name == "matches" && pattern_of(node).is_none() => {
            Some("matches against a pattern that is not written in it".to_owned())
        }
        _ => None,
    }
}

/// Operators have no letters first (`_+_`, `!_`, `@in`).
fn is_known(function: &str) -> bool {
    !function.starts_with(|first: char| first.is_ascii_alphabetic())
        || STANDARD.contains(&function)
        || FUNCTIONS.iter().any(|(name, _)| *name == function)
}

/// The literal pattern of a `matches` call.
pub(super) fn pattern_of(call: &IdedExpr) -> Option<&str> {
    let Expr::Call(CallExpr { args, .. }) = &call.expr else { return None };
    match &args.last()?.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// Whether a text is a literal of an expression.
pub(super) fn has_text(expression: &IdedExpr, text: &str) -> bool {
    let mut found = false;
    visit(expression, Around::default(), &mut |node, _| {
        if let Expr::Literal(LiteralValue::String(literal)) = &node.expr {
            found |= literal.inner() == text;
        }
    });
    found
}

/// What stands around a node.
#[derive(Clone, Copy, Debug, Default)]
struct Around {
    nodes: usize,
    comprehensions: usize,
}

/// Calls `see` for each node. Stops one level below [`MAX_DEPTH`].
fn visit(node: &IdedExpr, around: Around, see: &mut impl FnMut(&IdedExpr, Around)) {
    see(node, around);
    if around.nodes > MAX_DEPTH {
        return;
    }
    let inside = Around { nodes: around.nodes + 1, ..around };
    match &node.expr {
        Expr::Call(call) => {
            for part in call.target.iter().map(AsRef::as_ref).chain(&call.args) {
                visit(part, inside, see);
            }
        }
        Expr::Select(select) => visit(&select.operand, inside, see),
        Expr::List(list) => {
            for element in &list.elements {
                visit(element, inside, see);
            }
        }
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    visit(&entry.key, inside, see);
                    visit(&entry.value, inside, see);
                }
            }
        }
        Expr::Comprehension(loops) => {
            visit(&loops.iter_range, inside, see);
            let inside = Around { comprehensions: around.comprehensions + 1, ..inside };
            for part in [&loops.accu_init, &loops.loop_cond, &loops.loop_step, &loops.result] {
                visit(part, inside, see);
            }
        }
        Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
}
