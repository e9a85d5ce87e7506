//! Random files as small models, and random later versions of them.
//!
//! Texts are valid for a strict compiler: what a label or a place forbids is left out when a field is written.

use std::fmt::Write as _;

use crate::random::Random;

/// Scalars that the reference reads for each other stand together.
const GROUPS: [&[&str]; 7] = [
    &["int32", "int64", "uint32", "uint64", "bool", "E", "F"],
    &["sint32", "sint64"],
    &["string", "bytes"],
    &["fixed32", "sfixed32"],
    &["fixed64", "sfixed64"],
    &["float"],
    &["double"],
];
const MESSAGES: [&str; 3] = ["M0", "M1", "M2"];
const KEYS: [&str; 6] = ["int32", "uint64", "sint64", "fixed32", "bool", "string"];
const ONEOFS: [&str; 3] = ["x", "y", "z"];
const CONSTANTS: [&str; 4] = ["Z = 0", "A = 1", "B = -3", "C = 7"];

/// A file in package `t`.
#[derive(Clone)]
pub(super) struct File {
    proto2: bool,
    /// Constants that each of the enums `E` and `F` has, the first one always.
    constants: [usize; 2],
    messages: Vec<Message>,
}

#[derive(Clone)]
struct Message {
    name: &'static str,
    fields: Vec<Field>,
    /// Nested messages may hide those of the file.
    nested: Vec<Message>,
}

#[derive(Clone)]
struct Field {
    number: usize,
    suffix: &'static str,
    label: &'static str,
    kind: String,
    oneof: Option<&'static str>,
}

impl File {
    pub(super) fn random(random: &mut Random) -> Self {
        let messages = MESSAGES.iter().map(|name| Message::random(random, name, 1)).collect();
        Self { proto2: random.below(2) == 0, constants: [CONSTANTS.len(); 2], messages }
    }

    /// A later version: one to three changes.
    pub(super) fn evolved(&self, random: &mut Random) -> Self {
        let mut later = self.clone();
        for _ in 0..=random.below(3) {
            match random.below(12) {
                0 => later.proto2 = !later.proto2,
                1 => later.messages.rotate_left(1),
                2 => later.constants[random.below(2)] -= 1,
                _ => {
                    let at = random.below(later.messages.len());
                    later.messages[at].change(random);
                }
            }
            later.constants = later.constants.map(|count| count.max(1));
        }
        later
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("syntax = \"proto{}\";\npackage t;\n", if self.proto2 { 2 } else { 3 });
        for (name, count) in ["E", "F"].iter().zip(self.constants) {
            let constants = CONSTANTS[..count].iter().map(|constant| format!("{name}{constant}; "));
            let _ = writeln!(text, "enum {name} {{ {}}}", constants.collect::<String>());
        }
        for message in &self.messages {
            message.write(self.proto2, &mut text);
        }
        text
    }
}

impl Message {
    fn random(random: &mut Random, name: &'static str, depth: usize) -> Self {
        let fields = (1..=random.below(7)).map(|number| Field::random(random, number)).collect();
        let nested = if depth > 0 && random.below(4) == 0 {
            let name = *random.pick(&MESSAGES);
            vec![Self::random(random, name, depth - 1)]
        } else {
            Vec::new()
        };
        Self { name, fields, nested }
    }

    fn change(&mut self, random: &mut Random) {
        if let Some(nested) = self.nested.first_mut()
            && random.below(4) == 0
        {
            return nested.change(random);
        }
        if self.fields.is_empty() || random.below(8) == 0 {
            let number = 1 + random.below(9);
            let added = Field::random(random, number);
            self.fields.retain(|field| field.number != number);
            return self.fields.push(added);
        }
        let at = random.below(self.fields.len());
        let other = self.fields[random.below(self.fields.len())].number;
        let field = &mut self.fields[at];
        match random.below(12) {
            0 => drop(self.fields.remove(at)),
            1 => field.suffix = *random.pick(&["", "new"]),
            2 => field.kind = kind(random),
            3..=5 => field.kind = related(random, &field.kind),
            6 | 7 => field.label = label(random, &field.kind, true),
            8 => field.oneof = None,
            9 | 10 => field.oneof = Some(*random.pick(&ONEOFS)),
            _ => {
                let number = std::mem::replace(&mut field.number, other);
                if let Some(twin) = self
                    .fields
                    .iter_mut()
                    .enumerate()
                    .find(|(position, field)| *position != at && field.number == other)
                {
                    twin.1.number = number;
                }
            }
        }
    }

    fn write(&self, proto2: bool, text: &mut String) {
        let _ = writeln!(text, "message {} {{", self.name);
        for nested in &self.nested {
            nested.write(proto2, text);
        }
        for field in self.fields.iter().filter(|field| field.oneof().is_none()) {
            field.write(proto2, text);
        }
        for oneof in ONEOFS {
            let members = self.fields.iter().filter(|field| field.oneof() == Some(oneof));
            let members = members.map(|field| {
                format!("{} f{}{} = {}; ", field.kind, field.number, field.suffix, field.number)
            });
            let members = members.collect::<String>();
            if !members.is_empty() {
                let _ = writeln!(text, "  oneof {oneof} {{ {members}}}");
            }
        }
        text.push_str("}\n");
    }
}

impl Field {
    fn random(random: &mut Random, number: usize) -> Self {
        let kind = kind(random);
        let label = label(random, &kind, false);
        let oneof = (random.below(4) == 0).then(|| *random.pick(&ONEOFS));
        Self { number, suffix: "", label, kind, oneof }
    }

    /// Maps, lists and groups stay outside.
    fn oneof(&self) -> Option<&'static str> {
        let may =
            !self.kind.starts_with("map") && !self.kind.starts_with("group") && self.label != "repeated";
        self.oneof.filter(|_| may)
    }

    fn write(&self, proto2: bool, text: &mut String) {
        let label = match self.label {
            "repeated" => "repeated",
            "" if proto2 => "optional",
            "required" if !proto2 => "",
            label => label,
        };
        let (number, suffix) = (self.number, self.suffix);
        let _ = match self.kind.split_once(' ') {
            Some(("group", inner)) if proto2 => {
                let label = if label == "required" { "optional" } else { label };
                let inner =
                    format!("{} {inner}", if self.suffix.is_empty() { "optional" } else { "repeated" });
                writeln!(text, "  {label} group G{number}{suffix} = {number} {{ {inner} a = 1; }}")
            }
            Some(("group", _)) => Ok(()),
            Some(_) => writeln!(text, "  {} f{number}{suffix} = {number};", self.kind),
            None => writeln!(text, "  {label} {} f{number}{suffix} = {number};", self.kind),
        };
    }
}

fn scalar(random: &mut Random) -> String {
    // The group of numbers is the one with most to change.
    let group = if random.below(2) == 0 { GROUPS[0] } else { *random.pick(&GROUPS) };
    (*random.pick(group)).to_owned()
}

fn kind(random: &mut Random) -> String {
    match random.below(10) {
        0..=5 => scalar(random),
        6 => format!("map<{}, {}>", random.pick(&KEYS), scalar(random)),
        7 => format!("map<string, {}>", random.pick(&MESSAGES)),
        8 if random.below(2) == 0 => format!("group {}", scalar(random)),
        _ => (*random.pick(&MESSAGES)).to_owned(),
    }
}

/// A kind that the reference reads for this one, where there is one.
fn related(random: &mut Random, kind: &str) -> String {
    if let Some((head, value)) = kind.split_once(", ") {
        return format!("{head}, {}>", related(random, value.trim_end_matches('>')));
    }
    if let Some(inner) = kind.strip_prefix("group ") {
        return format!("group {}", related(random, inner));
    }
    let group = GROUPS.iter().find(|group| group.contains(&kind));
    group.map_or_else(|| kind.to_owned(), |group| (*random.pick(group)).to_owned())
}

/// Only later versions require messages: a first one must have an end.
fn label(random: &mut Random, kind: &str, may_require: bool) -> &'static str {
    let labels = ["", "optional", "repeated", "required"];
    let is_message = MESSAGES.contains(&kind);
    labels[random.below(if may_require || !is_message { 4 } else { 3 })]
}
