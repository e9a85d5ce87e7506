//! From an event to the subject of its schema, when nothing names a schema directly.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use crate::type_version::split_version;

/// What is known about an event when its subject is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubjectFacts<'a> {
    /// The `type` attribute.
    pub event_type: Option<&'a str>,
    /// The `source` attribute.
    pub source: Option<&'a str>,
    /// Topic or channel.
    pub topic: Option<&'a str>,
    /// Full name of the record or message.
    pub record: Option<&'a str>,
    /// Whether the payload is a record's key.
    pub is_key: bool,
}

/// How a subject is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubjectStrategy {
    /// The type as it is: one subject a major version.
    #[default]
    Type,
    /// `{type}-value`.
    TypeValue,
    /// The type without its version: one subject for all majors.
    TypeMajorStripped,
    /// `{topic}-value`, `{topic}-key`.
    Topic,
    /// The name of the record.
    Record,
    /// `{topic}-{record}`.
    TopicRecord,
    /// `{topic}-{type}`.
    TopicType,
    /// An ordered table of patterns: a [`SubjectMap`].
    Map,
}

impl SubjectStrategy {
    /// Finds the subject; `None` when a fact it is made of is missing. The table counts for [`Self::Map`] only.
    pub fn find_subject(self, facts: &SubjectFacts<'_>, map: &SubjectMap) -> Option<String> {
        Some(match self {
            Self::Type => facts.event_type?.to_owned(),
            Self::TypeValue => format!("{}-value", facts.event_type?),
            Self::TypeMajorStripped => split_version(facts.event_type?).0.to_owned(),
            Self::Topic => format!("{}-{}", facts.topic?, if facts.is_key { "key" } else { "value" }),
            Self::Record => facts.record?.to_owned(),
            Self::TopicRecord => format!("{}-{}", facts.topic?, facts.record?),
            Self::TopicType => format!("{}-{}", facts.topic?, facts.event_type?),
            Self::Map => map.find_subject(facts)?,
        })
        .filter(|subject| !subject.is_empty())
    }
}

/// One row of a subject map. A pattern that is given has to match the whole fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectRule {
    /// Pattern on `type`.
    pub event_type: Option<String>,
    /// Pattern on `source`.
    pub source: Option<String>,
    /// Pattern on the topic.
    pub topic: Option<String>,
    /// The subject: `{type}`, `{source}`, `{topic}`, `{record}` stand for facts, any other `{name}` for a
    /// named group of a pattern.
    pub template: String,
}

/// Why a subject map cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// A pattern that the linear-time engine refuses, or that is too large.
    #[error("row {row}: {reason}")]
    Pattern {
        /// Row from 0.
        row: usize,
        /// The engine's reason.
        reason: String,
    },
    /// The patterns up to this row are too large together.
    #[error("row {row}: the patterns up to here take more than {MAX_MAP_BYTES} bytes when compiled")]
    Size {
        /// Row from 0.
        row: usize,
    },
    /// A template that gives no name to anything.
    #[error("row {row}: the template is empty")]
    Empty {
        /// Row from 0.
        row: usize,
    },
    /// A name in a template that is neither a fact nor a group.
    #[error("row {row}: the template names `{name}`, which is neither a fact nor a group of a pattern")]
    Template {
        /// Row from 0.
        row: usize,
        /// The name.
        name: String,
    },
}

/// An ordered table; the first row that matches and whose template can be filled wins.
#[derive(Clone, Debug, Default)]
pub struct SubjectMap {
    rows: Vec<Row>,
    bytes: usize,
}

/// Bytes of one compiled pattern, by which it is counted. Beyond a kilobyte that is the next power of two: a pattern is
/// compiled for ever larger sizes until it fits.
const MIN_PATTERN_BYTES: usize = 1 << 10;
const MAX_PATTERN_BYTES: usize = 1 << 19;

/// Bytes of all patterns of a table. Twenty characters can take megabytes, and a table has a thousand rows.
const MAX_MAP_BYTES: usize = 16 << 20;

/// What a pattern takes in use, as a multiple of its size: it is compiled for both directions, and keeps states.
const IN_USE: usize = 3;

/// What a row takes beside its patterns.
const ROW_BYTES: usize = 512;

#[derive(Clone, Debug)]
struct Row {
    /// Patterns on type, source and topic.
    patterns: [Option<Regex>; 3],
    template: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

const FACTS: [&str; 4] = ["type", "source", "topic", "record"];

impl SubjectMap {
    /// Compiles a table, which may take some tenths of a second: keep it. Patterns run in linear time; look-around and
    /// back-references are refused.
    ///
    /// # Errors
    /// [`MapError`] with the row that is wrong.
    pub fn new(rules: impl IntoIterator<Item = SubjectRule>) -> Result<Self, MapError> {
        let mut left = MAX_MAP_BYTES;
        let rows = rules.into_iter().enumerate().map(|(row, rule)| Row::new(row, &rule, &mut left));
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        let bytes = (MAX_MAP_BYTES - left) * IN_USE + rows.len() * ROW_BYTES;
        Ok(Self { rows, bytes })
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn find_subject(&self, facts: &SubjectFacts<'_>) -> Option<String> {
        self.rows.iter().find_map(|row| row.find_subject(facts))
    }
}

impl Row {
    /// Compiles a row within what is left of the table's bytes.
    fn new(row: usize, rule: &SubjectRule, left: &mut usize) -> Result<Self, MapError> {
        let mut compile = |pattern: &Option<String>| {
            pattern.as_ref().map(|pattern| compile(row, pattern, left)).transpose()
        };
        let patterns = [compile(&rule.event_type)?, compile(&rule.source)?, compile(&rule.topic)?];
        if rule.template.is_empty() {
            return Err(MapError::Empty { row });
        }
        let template = split_template(&rule.template);
        let is_known = |name: &str| {
            let mut groups = patterns.iter().flatten().flat_map(Regex::capture_names).flatten();
            FACTS.contains(&name) || groups.any(|group| group == name)
        };
        for part in &template {
            if let Part::Name(name) = part
                && !is_known(name)
            {
                return Err(MapError::Template { row, name: name.clone() });
            }
        }
        Ok(Self { patterns, template })
    }

    fn find_subject(&self, facts: &SubjectFacts<'_>) -> Option<String> {
        let matched = [facts.event_type, facts.source, facts.topic];
        let mut captures = Vec::with_capacity(matched.len());
        for (pattern, fact) in self.patterns.iter().zip(matched) {
            if let Some(pattern) = pattern {
                captures.push(pattern.captures(fact?)?);
            }
        }
        let value = |name: &str| {
            let group = captures.iter().find_map(|captures| captures.name(name));
            match name {
                _ if group.is_some() => group.map(|group| group.as_str()),
                "type" => facts.event_type,
                "source" => facts.source,
                "topic" => facts.topic,
                "record" => facts.record,
                _ => None,
            }
        };
        let parts = self.template.iter().map(|part| match part {
            Part::Text(text) => Some(Cow::Borrowed(text.as_str())),
            Part::Name(name) => value(name).map(Cow::Borrowed),
        });
        parts.collect::<Option<String>>()
    }
}

/// Compiles a pattern on a whole fact.
fn compile(row: usize, pattern: &str, left: &mut usize) -> Result<Regex, MapError> {
    let whole = format!(r"\A(?:{pattern})\z");
    let mut bytes = MIN_PATTERN_BYTES;
    loop {
        let Some(rest) = left.checked_sub(bytes) else { return Err(MapError::Size { row }) };
        match RegexBuilder::new(&whole).size_limit(bytes).dfa_size_limit(MAX_PATTERN_BYTES).build() {
            Ok(regex) => {
                *left = rest;
                return Ok(regex);
            }
            Err(regex::Error::CompiledTooBig(_)) if bytes < MAX_PATTERN_BYTES => bytes *= 2,
            Err(error) => return Err(MapError::Pattern { row, reason: error.to_string() }),
        }
    }
}

/// Splits `a{name}b`; a brace without a partner is text.
fn split_template(template: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, name, after)) = rest
        .split_once('{')
        .and_then(|(before, rest)| rest.split_once('}').map(|(name, after)| (before, name, after)))
    {
        parts.push(Part::Text(before.to_owned()));
        parts.push(Part::Name(name.to_owned()));
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: SubjectFacts<'static> = SubjectFacts {
        event_type: Some("shop.order.placed.v1"),
        source: Some("/eu/orders"),
        topic: Some("orders"),
        record: Some("shop.OrderPlaced"),
        is_key: false,
    };

    #[test]
    fn strategies_name_the_subject() {
        for (strategy, subject) in [
            (SubjectStrategy::Type, "shop.order.placed.v1"),
            (SubjectStrategy::TypeValue, "shop.order.placed.v1-value"),
            (SubjectStrategy::TypeMajorStripped, "shop.order.placed"),
            (SubjectStrategy::Topic, "orders-value"),
            (SubjectStrategy::Record, "shop.OrderPlaced"),
            (SubjectStrategy::TopicRecord, "orders-shop.OrderPlaced"),
            (SubjectStrategy::TopicType, "orders-shop.order.placed.v1"),
        ] {
            let found = |facts| strategy.find_subject(&facts, &SubjectMap::default());
            assert_eq!(found(FACTS).as_deref(), Some(subject), "{strategy:?}");
            assert_eq!(found(SubjectFacts::default()), None, "{strategy:?}");
        }
        let key = SubjectFacts { is_key: true, ..FACTS };
        let found = SubjectStrategy::Topic.find_subject(&key, &SubjectMap::default());
        assert_eq!(found.as_deref(), Some("orders-key"));
    }

    #[test]
    fn the_first_row_that_matches_the_whole_fact_wins() {
        let rule = |event_type: &str, source: Option<&str>, template: &str| SubjectRule {
            event_type: Some(event_type.to_owned()),
            source: source.map(str::to_owned),
            topic: None,
            template: template.to_owned(),
        };
        let map = SubjectMap::new([
            rule("order", None, "only-part-of-the-type"),
            rule(r"shop\.(?<name>\w+)\..*", Some("/us/.*"), "us-{name}"),
            rule(r"shop\.(?<name>\w+)\..*", Some("/eu/.*"), "eu-{name}-{topic}{"),
            rule(".*", None, "{type}"),
        ]);
        let map = map.expect("valid rows");
        let found = |facts| SubjectStrategy::Map.find_subject(&facts, &map);
        assert_eq!(found(FACTS).as_deref(), Some("eu-order-orders{"));
        let other = SubjectFacts { event_type: Some("other\n"), ..SubjectFacts::default() };
        assert_eq!(found(other), None, "a dot is no line feed");
    }

    #[test]
    fn rows_that_cannot_work_are_refused() {
        let rule = |event_type: &str, template: &str| SubjectRule {
            event_type: Some(event_type.to_owned()),
            template: template.to_owned(),
            ..SubjectRule::default()
        };
        let error = SubjectMap::new([rule("a", "b"), rule("(?=a)", "b")]).expect_err("look-ahead");
        assert!(matches!(error, MapError::Pattern { row: 1, .. }));
        let error = SubjectMap::new([rule("(?<x>a)", "{x}{y}")]).expect_err("unknown name");
        assert_eq!(error, MapError::Template { row: 0, name: "y".to_owned() });
    }
    #[test]
    fn patterns_that_fill_the_memory_are_refused() {
        let rule = |event_type: String| SubjectRule {
            event_type: Some(event_type),
            template: "s".to_owned(),
            ..SubjectRule::default()
        };
        let usual =
            SubjectMap::new((0..1000).map(|n| rule(format!(r"shop\.[a-z]+{n}\..*")))).expect("usual rows");
        assert!((1 << 20..4 * MAX_MAP_BYTES).contains(&usual.bytes()), "{}", usual.bytes());
        let words = SubjectMap::new((0..100).map(|n| rule(format!(r"(?<a>\w+)\.(?<b>\w+)\.v{n}"))));
        assert!(words.is_ok(), "{words:?}");
        let one =
            SubjectMap::new([rule("a".to_owned()), rule(r"\w{100}".to_owned())]).expect_err("one pattern");
        assert!(
            matches!(&one, MapError::Pattern { row: 1, reason } if reason.contains("size limit")),
            "{one}"
        );
        let all = SubjectMap::new((0..1000).map(|n| rule(format!(r"\w{{8}}{n}")))).expect_err("all of them");
        assert!(matches!(all, MapError::Size { row: 1.. }), "{all}");
    }
}
