//! What schemas weigh in memory, so that the bounds of caches are true.
//!
//! A text of a kilobyte takes tens of kilobytes when it is parsed, and so do the texts that it refers to: each entry
//! has its own copy. What is kept grows with what the text names rather than with its length. Measured on schemas with
//! many properties, fields, constants, branches of unions and messages: 70 to 620 bytes for each mark that begins or
//! separates them, on top of the text itself; a figure for all is an upper bound within a factor of three for usual
//! schemas.

use chancery_engine::Dependency;

use crate::model::Content;

/// Bytes of what begins with a mark.
const BYTES_A_MARK: usize = 512;

/// Bytes of a character of a condition, once compiled.
const BYTES_A_RULE_CHARACTER: usize = 64;

/// How often the text itself is kept, in names and as a whole.
const COPIES: usize = 2;

/// What an entry costs beside that.
pub(super) const ENTRY_BYTES: usize = 2048;

/// Bytes of a text with all that it refers to, once parsed.
pub(super) fn parsed(text: &str, dependencies: &[Dependency]) -> usize {
    let texts = dependencies.iter().map(|dependency| dependency.text.as_str()).chain([text]);
    ENTRY_BYTES + texts.map(of_text).sum::<usize>()
}

/// Bytes of the rules that a content carries beside its text, once compiled.
pub(super) fn rules(content: &Content) -> usize {
    let rules = content.rule_set.iter().flat_map(|set| &set.domain_rules);
    rules.map(|rule| rule.expr.as_ref().map_or(0, String::len) * BYTES_A_RULE_CHARACTER).sum()
}

fn of_text(text: &str) -> usize {
    let marks = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b',' | b';')).count();
    text.len() * COPIES + marks * BYTES_A_MARK
}
