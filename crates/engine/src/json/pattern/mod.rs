//! Regular expressions of `pattern` and `patternProperties`, which are Java's in the reference.
//!
//! One walk over the text decides what `java.util.regex` would refuse and writes the same expression in
//! the syntax of `fancy_regex` (possessive quantifiers, `\Q…\E`, `\Z`, `[\w-.]`, `\h`). An expression that
//! Java accepts and the engine cannot run (a back-reference inside a look-behind, say) is accepted and
//! matches nothing. Matching is a search, not anchored, with a bounded number of backtracking steps.
//!
//! Source: the class comment of `java.util.regex.Pattern`.

mod escape;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use fancy_regex::{Regex, RegexBuilder};

/// Backtracking steps of one match; beyond it the name does not match.
const BACKTRACK_LIMIT: usize = 2_000;
/// What a match that may backtrack costs, in steps of a comparison.
const BACKTRACK_COST: usize = 100;
/// Characters of a text that cost as much as a step.
const CHEAP_CHARACTERS: usize = 64;
/// Bytes of one compiled automaton.
const SIZE_LIMIT: usize = 1 << 20;
/// Nesting of groups and classes.
const MAX_NESTING: usize = 100;

/// Why Java would not compile an expression.
pub(crate) type Refusal = &'static str;

/// Checks that Java compiles an expression.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    Translator::new(text).run().map(drop)
}

/// An expression ready for searching.
pub(crate) struct Pattern {
    /// `None` when the engine cannot run it: it is found nowhere.
    regex: Option<Regex>,
    backtracks: bool,
}

impl Pattern {
    pub(crate) fn compile(text: &str) -> Self {
        let mut translator = Translator::new(text);
        let read = translator.alternatives(0).is_ok() && translator.at == translator.text.len();
        let build = || {
            RegexBuilder::new(&translator.out)
                .backtrack_limit(BACKTRACK_LIMIT)
                .delegate_size_limit(SIZE_LIMIT)
                .delegate_dfa_size_limit(SIZE_LIMIT)
                .build()
                .ok()
        };
        Self { regex: read.then(build).flatten(), backtracks: translator.backtracks }
    }

    /// Whether the expression is found in a text. Errors of the engine count as no match.
    pub(crate) fn is_found(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text).unwrap_or(false))
    }

    /// What a search may cost at most, in steps of a comparison.
    pub(crate) fn cost(&self, text: &str) -> usize {
        1 + text.len() / CHEAP_CHARACTERS + if self.backtracks { BACKTRACK_COST } else { 0 }
    }
}

struct Translator {
    text: Vec<char>,
    at: usize,
    out: String,
    groups: HashSet<String>,
    /// Whether something needs the engine that backtracks.
    backtracks: bool,
    /// Parts so far that match texts of any length.
    endless: usize,
}

/// What was read last, which decides whether a quantifier may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Atom,
}

impl Translator {
    fn new(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            at: 0,
            out: String::new(),
            groups: HashSet::new(),
            backtracks: false,
            endless: 0,
        }
    }

    fn run(mut self) -> Result<String, Refusal> {
        self.alternatives(0)?;
        if self.at < self.text.len() {
            return Err("unmatched closing `)`");
        }
        Ok(self.out)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn take_if(&mut self, expected: &str) -> bool {
        let found = expected.chars().enumerate().all(|(ahead, c)| self.peek_at(ahead) == Some(c));
        if found {
            self.at += expected.chars().count();
        }
        found
    }

    /// Reads up to a closing parenthesis or the end.
    fn alternatives(&mut self, depth: usize) -> Result<(), Refusal> {
        if depth > MAX_NESTING {
            return Err("groups are nested too deeply");
        }
        let mut last = Last::Nothing;
        while let Some(c) = self.peek() {
            match c {
                ')' => return Ok(()),
                '|' => {
                    self.at += 1;
                    self.out.push('|');
                    last = Last::Nothing;
                    continue;
                }
                '(' => last = self.group(depth)?,
                '[' => {
                    self.at += 1;
                    self.class(0)?;
                    last = Last::Atom;
                }
                '*' | '+' | '?' => return Err("dangling meta character"),
                '{' => return Err("illegal repetition"),
                '\\' => last = self.escape()?,
                '.' | '^' | '$' => {
                    self.at += 1;
                    self.out.push(c);
                    last = Last::Atom;
                }
                literal => {
                    self.at += 1;
                    self.literal(literal);
                    last = Last::Atom;
                }
            }
            if last == Last::Atom {
                self.quantifier()?;
            }
        }
        let _ = last;
        Ok(())
    }

    fn literal(&mut self, c: char) {
        self.out.push_str(&escaped(c));
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn quantifier(&mut self) -> Result<(), Refusal> {
        match self.peek() {
            Some(c @ ('*' | '+' | '?')) => {
                self.at += 1;
                self.endless += usize::from(c != '?');
                self.out.push(c);
            }
            Some('{') => self.counted()?,
            _ => return Ok(()),
        }
        if let Some(c @ ('?' | '+')) = self.peek() {
            self.at += 1;
            self.backtracks |= c == '+';
            self.out.push(c);
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Option<u32>, Refusal> {
        let start = self.at;
        let mut value = 0_u32;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let next = value.checked_mul(10).and_then(|value| value.checked_add(digit));
            value = next.filter(|value| i32::try_from(*value).is_ok()).ok_or("illegal repetition range")?;
            self.at += 1;
        }
        Ok((self.at > start).then_some(value))
    }

    fn counted(&mut self) -> Result<(), Refusal> {
        self.at += 1;
        let from = self.number()?.ok_or("illegal repetition")?;
        let mut to = Some(from);
        if self.take_if(",") {
            to = self.number()?;
        }
        if !self.take_if("}") {
            return Err("unclosed counted closure");
        }
        if to.is_some_and(|to| to < from) {
            return Err("illegal repetition range");
        }
        self.endless += usize::from(to.is_none());
        let bounds = match to {
            Some(to) if to == from => format!("{{{from}}}"),
            Some(to) => format!("{{{from},{to}}}"),
            None => format!("{{{from},}}"),
        };
        self.out.push_str(&bounds);
        Ok(())
    }

    fn name(&mut self) -> Result<String, Refusal> {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_alphanumeric) {
            name.push(c);
            self.at += 1;
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err("capturing group name does not start with a letter");
        }
        if !self.take_if(">") {
            return Err("named group is missing `>`");
        }
        Ok(name)
    }

    fn group(&mut self, depth: usize) -> Result<Last, Refusal> {
        self.at += 1;
        let (mut is_around, mut is_behind) = (false, false);
        let endless = self.endless;
        if !self.take_if("?") {
            self.out.push('(');
        } else if let Some(open) =
            [":", "=", "!", ">", "<=", "<!"].into_iter().find(|open| self.take_if(open))
        {
            is_behind = open.starts_with('<');
            is_around = is_behind || matches!(open, "=" | "!");
            self.backtracks |= open != ":";
            self.out.push_str("(?");
            self.out.push_str(open);
        } else if self.take_if("<") {
            let name = self.name()?;
            if self.groups.contains(&name) {
                return Err("named capturing group is already defined");
            }
            self.out.push_str("(?<");
            self.out.push_str(&name);
            self.out.push('>');
            self.groups.insert(name);
        } else if !self.flags()? {
            // `(?i)` alone: no group, nothing to repeat.
            return Ok(Last::Nothing);
        }
        self.alternatives(depth + 1)?;
        if !self.take_if(")") {
            return Err("unclosed group");
        }
        self.out.push(')');
        if is_behind && self.endless > endless {
            return Err("look-behind group does not have an obvious maximum length");
        }
        if is_around {
            // What is looked at is not part of the length.
            self.endless = endless;
        }
        Ok(Last::Atom)
    }

    /// Reads inline flags; returns whether a group follows.
    fn flags(&mut self) -> Result<bool, Refusal> {
        let (mut on, mut off, mut negative) = (String::new(), String::new(), false);
        loop {
            let Some(c) = self.peek() else { return Err("unknown inline modifier") };
            self.at += 1;
            match c {
                // UNIX_LINES and the Unicode flags have no counterpart; they change no verdict here.
                'd' | 'u' | 'U' => {}
                'i' | 'm' | 's' | 'x' if negative => off.push(c),
                'i' | 'm' | 's' | 'x' => on.push(c),
                '-' if !negative => negative = true,
                ':' | ')' => {
                    let minus = if off.is_empty() { "" } else { "-" };
                    if c == ':' || !(on.is_empty() && off.is_empty()) {
                        self.write(format_args!("(?{on}{minus}{off}{c}"));
                    }
                    return Ok(c == ':');
                }
                _ => return Err("unknown inline modifier"),
            }
        }
    }
}

/// A character as the engine reads it anywhere.
fn escaped(c: char) -> String {
    if c.is_alphanumeric() || c == '_' || (!c.is_ascii() && !c.is_control()) {
        c.to_string()
    } else {
        format!("\\u{{{:x}}}", c as u32)
    }
}
