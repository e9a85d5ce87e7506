//! Regular expressions of `pattern` and `patternProperties`, which are Java's in the reference.
//!
//! One walk over the text decides what `java.util.regex` would refuse and writes the same expression in
//! the syntax of `fancy_regex` (possessive quantifiers, `\Q…\E`, `\Z`, `[\w-.]`, `\h`). An expression that
//! Java accepts and the engine cannot run (a back-reference inside a look-behind, say) is accepted and
//! matches nothing. Matching is a search, not anchored, with a bounded number of backtracking steps.
//!
//! Source: the class comment of `java.util.regex.Pattern`.

use fancy_regex::{Regex, RegexBuilder};

/// Backtracking steps of one match; beyond it the name does not match.
const BACKTRACK_LIMIT: usize = 10_000;
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

/// Compiles an expression for searching; `None` when it cannot be run.
pub(crate) fn compile(text: &str) -> Option<Regex> {
    let translated = Translator::new(text).run().ok()?;
    RegexBuilder::new(&translated)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .delegate_dfa_size_limit(SIZE_LIMIT)
        .build()
        .ok()
}

/// Whether an expression is found in a text. Errors of the engine count as no match.
pub(crate) fn is_found(regex: Option<&Regex>, text: &str) -> bool {
    regex.is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

struct Translator {
    text: Vec<char>,
    at: usize,
    out: String,
    groups: Vec<String>,
}

/// What was read last, which decides whether a quantifier may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Atom,
}

impl Translator {
    fn new(text: &str) -> Self {
        Self { text: text.chars().collect(), at: 0, out: String::new(), groups: Vec::new() }
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
                self.out.push(c);
            }
            Some('{') => self.counted()?,
            _ => return Ok(()),
        }
        if let Some(c @ ('?' | '+')) = self.peek() {
            self.at += 1;
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
        if !self.take_if("?") {
            self.out.push('(');
        } else if let Some(open) =
            [":", "=", "!", ">", "<=", "<!"].into_iter().find(|open| self.take_if(open))
        {
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
            self.groups.push(name);
        } else if !self.flags()? {
            // `(?i)` alone: no group, nothing to repeat.
            return Ok(Last::Nothing);
        }
        self.alternatives(depth + 1)?;
        if !self.take_if(")") {
            return Err("unclosed group");
        }
        self.out.push(')');
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

    /// An escape outside a class.
    fn escape(&mut self) -> Result<Last, Refusal> {
        let next = self.peek_at(1).ok_or("unexpected end after `\\`")?;
        match next {
            'Q' => {
                self.at += 2;
                let mut any = false;
                while self.at < self.text.len() && !self.take_if("\\E") {
                    let c = self.text[self.at];
                    self.literal(c);
                    self.at += 1;
                    any = true;
                }
                return Ok(if any { Last::Atom } else { Last::Nothing });
            }
            'b' if self.peek_at(2) == Some('{') => {
                self.at += 2;
                if !self.take_if("{g}") {
                    return Err("unknown boundary");
                }
                self.out.push_str("\\b");
            }
            'b' | 'B' | 'A' | 'z' | 'G' => {
                self.at += 2;
                self.out.push('\\');
                self.out.push(next);
            }
            'Z' => {
                self.at += 2;
                self.out.push_str("(?=\\r?\\n?\\z)");
            }
            'R' => {
                self.at += 2;
                self.out.push_str("(?:\\r\\n|[\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}])");
            }
            'X' => {
                self.at += 2;
                self.out.push_str("(?:\\P{M}\\p{M}*)");
            }
            '1'..='9' => {
                self.at += 1;
                self.out.push('\\');
                self.out.push(next);
                self.at += 1;
            }
            'k' => {
                self.at += 2;
                if !self.take_if("<") {
                    return Err("`\\k` is not followed by `<` for a named group");
                }
                let name = self.name()?;
                if !self.groups.contains(&name) {
                    return Err("named group does not exist");
                }
                self.write(format_args!("\\k<{name}>"));
            }
            _ => {
                let (text, _) = self.simple_escape()?;
                self.out.push_str(&text);
            }
        }
        Ok(Last::Atom)
    }

    /// Escapes that mean the same inside and outside a class: the text, and the character if it is one.
    fn simple_escape(&mut self) -> Result<(String, Option<char>), Refusal> {
        self.at += 1;
        let c = self.peek().ok_or("unexpected end after `\\`")?;
        self.at += 1;
        let set = |text: &str| Ok((text.to_owned(), None));
        let character = match c {
            'd' => return set("[0-9]"),
            'D' => return set("[^0-9]"),
            'w' => return set("[a-zA-Z0-9_]"),
            'W' => return set("[^a-zA-Z0-9_]"),
            's' => return set("[ \\t\\n\\x0B\\f\\r]"),
            'S' => return set("[^ \\t\\n\\x0B\\f\\r]"),
            'v' => return set("[\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}]"),
            'V' => return set("[^\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}]"),
            'h' => {
                return set("[ \\t\\u{a0}\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}]");
            }
            'H' => {
                return set("[^ \\t\\u{a0}\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}]");
            }
            'p' | 'P' => return Ok((self.property(c == 'P')?, None)),
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'a' => '\u{7}',
            'e' => '\u{1b}',
            'c' => {
                let control = self.peek().filter(char::is_ascii).ok_or("illegal control escape")?;
                self.at += 1;
                char::from(control as u8 ^ 64)
            }
            '0' => self.octal()?,
            'x' if self.peek() == Some('{') => {
                self.at += 1;
                let digits = self.text[self.at..].iter().position(|c| *c == '}');
                let digits = digits.filter(|length| (1..=8).contains(length));
                let value = self.hex(digits.ok_or("unclosed hexadecimal escape")?)?;
                self.at += 1;
                char::from_u32(value).ok_or("hexadecimal code point is too big")?
            }
            'x' => char::from_u32(self.hex(2)?).ok_or("illegal hexadecimal escape")?,
            'u' => {
                let mut value = self.hex(4)?;
                if (0xd800..0xdc00).contains(&value) && self.take_if("\\u") {
                    let low = self.hex(4)?;
                    value = 0x10000 + ((value - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
                }
                // A lone surrogate is a legal Java escape that no text of ours can contain.
                char::from_u32(value).unwrap_or('\u{fffd}')
            }
            c if c.is_ascii_alphanumeric() => return Err("illegal or unsupported escape sequence"),
            c => c,
        };
        Ok((escaped(character), Some(character)))
    }

    fn octal(&mut self) -> Result<char, Refusal> {
        let mut value = 0;
        let mut digits = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) {
            if digits == 3 || value * 8 + digit > 0o377 {
                break;
            }
            value = value * 8 + digit;
            digits += 1;
            self.at += 1;
        }
        if digits == 0 {
            return Err("illegal octal escape");
        }
        char::from_u32(value).ok_or("illegal octal escape")
    }

    fn hex(&mut self, length: usize) -> Result<u32, Refusal> {
        let mut value = 0_u32;
        for _ in 0..length {
            let digit = self.peek().and_then(|c| c.to_digit(16)).ok_or("illegal hexadecimal escape")?;
            value = value.checked_mul(16).ok_or("illegal hexadecimal escape")? + digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// `\p{Name}` and `\pL`; the cursor stands behind the `p`.
    fn property(&mut self, negated: bool) -> Result<String, Refusal> {
        let name: String = if self.take_if("{") {
            let length = self.text[self.at..].iter().position(|c| *c == '}');
            let length = length.filter(|length| *length > 0).ok_or("unclosed character family")?;
            let name = self.text[self.at..self.at + length].iter().collect();
            self.at += length + 1;
            name
        } else {
            let c = self.peek().ok_or("unclosed character family")?;
            self.at += 1;
            c.to_string()
        };
        let posix = match name.as_str() {
            "Lower" | "javaLowerCase" => Some("a-z"),
            "Upper" | "javaUpperCase" => Some("A-Z"),
            "ASCII" => Some("\\x00-\\x7F"),
            "Alpha" => Some("A-Za-z"),
            "Digit" => Some("0-9"),
            "Alnum" => Some("A-Za-z0-9"),
            "Punct" => Some("!-/:-@\\[-`\\{-~"),
            "Graph" => Some("!-~"),
            "Print" => Some(" -~"),
            "Blank" => Some(" \\t"),
            "Cntrl" => Some("\\x00-\\x1F\\x7F"),
            "XDigit" => Some("0-9A-Fa-f"),
            "Space" | "javaWhitespace" => Some(" \\t\\n\\x0B\\f\\r"),
            _ => None,
        };
        let mark = if negated { "^" } else { "" };
        if let Some(members) = posix {
            return Ok(format!("[{mark}{members}]"));
        }
        // Blocks (`InGreek`) are no property of the engine; all that Java knows of them is their name.
        if name.strip_prefix("In").is_some_and(|block| block.starts_with(|c: char| c.is_ascii_uppercase())) {
            return Ok(format!("[{}\\x00-\\u{{10FFFF}}]", if negated { "^" } else { "" }));
        }
        let plain = name.strip_prefix("Is").unwrap_or(&name);
        let property = format!("\\{}{{{plain}}}", if negated { 'P' } else { 'p' });
        if fancy_regex::Regex::new(&property).is_err() {
            return Err("unknown character property");
        }
        Ok(property)
    }

    /// The inside of a class; the cursor stands behind the `[`.
    fn class(&mut self, depth: usize) -> Result<(), Refusal> {
        if depth > MAX_NESTING {
            return Err("classes are nested too deeply");
        }
        self.out.push('[');
        if self.take_if("^") {
            self.out.push('^');
        }
        let mut is_empty = true;
        loop {
            match self.peek().ok_or("unclosed character class")? {
                ']' if !is_empty => {
                    self.at += 1;
                    self.out.push(']');
                    return Ok(());
                }
                '[' => {
                    self.at += 1;
                    self.class(depth + 1)?;
                }
                '&' if self.peek_at(1) == Some('&') => {
                    while self.take_if("&") {}
                    if self.peek() == Some(']') || is_empty {
                        // `[a&&]` is `[a]`; `[&&a]` is `[a]`.
                        continue;
                    }
                    self.out.push_str("&&");
                }
                _ => self.class_member()?,
            }
            is_empty = false;
        }
    }

    fn class_member(&mut self) -> Result<(), Refusal> {
        let Some(from) = self.class_atom()? else { return Ok(()) };
        let is_range = self.peek() == Some('-') && !matches!(self.peek_at(1), None | Some(']' | '['));
        if !is_range {
            self.out.push_str(&escaped(from));
            return Ok(());
        }
        self.at += 1;
        let to = self.class_atom()?.ok_or("illegal character range")?;
        if to < from {
            return Err("illegal character range");
        }
        self.write(format_args!("{}-{}", escaped(from), escaped(to)));
        Ok(())
    }

    /// A character of a class; `None` for a set, which is already written.
    fn class_atom(&mut self) -> Result<Option<char>, Refusal> {
        let c = self.peek().ok_or("unclosed character class")?;
        if c != '\\' {
            self.at += 1;
            return Ok(Some(c));
        }
        if self.peek_at(1) == Some('Q') {
            self.at += 2;
            while self.at < self.text.len() && !self.take_if("\\E") {
                let quoted = escaped(self.text[self.at]);
                self.out.push_str(&quoted);
                self.at += 1;
            }
            return Ok(None);
        }
        let (text, character) = self.simple_escape()?;
        if character.is_none() {
            self.out.push_str(&text);
        }
        Ok(character)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_java_refuses_is_refused() {
        for text in [
            "(",
            ")",
            "a)",
            "[",
            "[]",
            "[[]",
            "[^]",
            "*a",
            "a**",
            "a|*",
            "{1}",
            "a{",
            "a{x}",
            "a{2,1}",
            "a{1",
            "\\u{1F600}",
            "\\u12",
            "\\y",
            "\\",
            "(?<1a>x)",
            "(?<a>x)(?<a>y)",
            "\\k<b>",
            "(?q)",
            "[z-a]",
            "\\p{Nonsense}",
            "\\x{",
            "\\0",
            "(?<name",
            "[a-\\w]",
            "x{99999999999}",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_java_accepts_finds_what_java_finds() {
        for (pattern, found, missed) in [
            ("a++b", "xaab", "ac"),
            ("(?i)abc", "xABC", "ab"),
            ("end\\Z", "the end\n", "end of"),
            ("\\Qa.b\\E", "a.b", "axb"),
            ("^[\\w-.]+$", "a-b.c", "a b"),
            ("^x-", "x-a", "ax-"),
            ("^[^]a]$", "b", "]"),
            ("^\\p{Lu}\\p{Alpha}$", "Ab", "ab"),
            ("^(?<n>a)\\k<n>$", "aa", "ab"),
            ("(?=b)b", "b", "a"),
            ("^\\u0041\\x42\\x{43}$", "ABC", "abc"),
            ("^[a-z&&[^b]]$", "a", "b"),
            ("^a{2,3}$", "aaa", "a"),
            ("\\d", "a1", "ab"),
            ("", "anything", "\u{0}impossible"),
            ("^}]$", "}]", "}"),
            ("^[a-]$", "-", "b"),
            ("^[+--]$", ",", "a"),
            ("(?-i:a)|b", "b", "A"),
            ("^\\h\\v$", "\t\n", "ab"),
        ] {
            let regex = compile(pattern);
            assert!(is_found(regex.as_ref(), found), "{pattern} in {found}");
            if !pattern.is_empty() {
                assert!(!is_found(regex.as_ref(), missed), "{pattern} in {missed}");
            }
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_catastrophes_end() {
        assert!(check(&"(".repeat(100_000)).is_err());
        assert!(check(&"[".repeat(100_000)).is_err());
        let regex = compile("^(?=(a+)+$)b");
        assert!(!is_found(regex.as_ref(), &"a".repeat(2_000)));
    }
}
