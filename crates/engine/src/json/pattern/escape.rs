//! Escapes and character classes.

use super::{Last, MAX_NESTING, Refusal, Translator, escaped};

impl Translator {
    /// An escape outside a class.
    pub(super) fn escape(&mut self) -> Result<Last, Refusal> {
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
                self.backtracks = true;
                self.out.push_str("(?=\\r?\\n?\\z)");
            }
            'R' => {
                self.at += 2;
                self.out.push_str("(?:\\r\\n|[\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}])");
            }
            'N' => {
                self.at += 2;
                self.character_name()?;
            }
            'X' => {
                self.at += 2;
                self.out.push_str("(?:\\P{M}\\p{M}*)");
            }
            '1'..='9' => {
                (self.backtracks, self.endless) = (true, self.endless + 1);
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
                (self.backtracks, self.endless) = (true, self.endless + 1);
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

    /// `\N{WHITE SMILING FACE}`: only Java knows the names, so every one is accepted and found nowhere.
    fn character_name(&mut self) -> Result<(), Refusal> {
        if !self.take_if("{") {
            return Err("illegal character name escape sequence");
        }
        let length = self.text[self.at..].iter().position(|c| *c == '}');
        self.at += length.filter(|length| *length > 0).ok_or("unclosed character name escape sequence")? + 1;
        self.out.push_str("[^\\x00-\\u{10FFFF}]");
        Ok(())
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
            "all" => Some("\\x00-\\u{10FFFF}"),
            "L1" => Some("\\x00-\\u{ff}"),
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
        let block = ["In", "blk=", "block="].iter().find_map(|prefix| name.strip_prefix(prefix));
        if block.is_some_and(|block| block.starts_with(|c: char| c.is_ascii_uppercase())) {
            return Ok(format!("[{}\\x00-\\u{{10FFFF}}]", if negated { "^" } else { "" }));
        }
        let plain = name.strip_prefix("Is").unwrap_or(&name);
        let property = format!("\\{}{{{plain}}}", if negated { 'P' } else { 'p' });
        if regex_syntax::parse(&property).is_err() {
            return Err("unknown character property");
        }
        Ok(property)
    }

    /// The inside of a class; the cursor stands behind the `[`.
    pub(super) fn class(&mut self, depth: usize) -> Result<(), Refusal> {
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
