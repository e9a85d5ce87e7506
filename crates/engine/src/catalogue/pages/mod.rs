//! The pages of the documentation that are made from the catalogue.
//!
//! One page a group, one a lint rule, and indexes, in Markdown. A test holds the committed files against [`pages`].

mod lint;

use std::fmt::Write;

use crate::difference::{Policy, Rule};
use crate::{SchemaType, cloudevents};

use super::{CatalogueEntry, Group, anchor, difference_rules, entries, payload};

/// File names and texts below `docs/rules/`.
pub fn pages() -> Vec<(String, String)> {
    let mut pages = vec![("README.md".to_owned(), index(&entries()))];
    for (group, name) in Group::ALL {
        match group {
            Group::Lint => pages.extend(lint::pages()),
            _ => pages.push((format!("{name}.md"), page(group))),
        }
    }
    pages
}

fn index(all: &[CatalogueEntry]) -> String {
    let mut text = String::from(
        "# Rules\n\nEverything that can be found in a schema, a payload or an event. Ids are stable: they are never\n\
         renamed and never reused. `GET /v1/rules` answers the same list.\n\n| group | rules |\n|---|---|\n",
    );
    for (group, name) in Group::ALL {
        let count = all.iter().filter(|entry| entry.group == group).count();
        let file = if group == Group::Lint { "lint/README.md".to_owned() } else { format!("{name}.md") };
        line(&mut text, &format!("| [{}]({file}) | {count} |", group.title()));
    }
    text
}

fn page(group: Group) -> String {
    let mut text = format!("# {}\n", group.title());
    match group {
        Group::Payload => payload_table(&mut text),
        Group::CloudEvents => event_table(&mut text),
        _ => {
            for rule in difference_rules(group) {
                difference(&mut text, rule);
            }
        }
    }
    text
}

/// Writing to a `String` cannot fail.
fn line(text: &mut String, line: &str) {
    let _ = writeln!(text, "{line}");
}

fn heading(text: &mut String, id: &str, title: &str) {
    line(text, &format!("\n<a id=\"{}\"></a>\n\n## {title}\n", anchor(id)));
}

fn difference(text: &mut String, rule: &Rule) {
    heading(text, rule.id, &format!("`{}`", rule.id));
    line(text, &format!("{}.\n", sentence(rule.summary)));
    line(text, &format!("{}\n", placeholders(rule.consequence)));
    if !rule.advice.is_empty() {
        line(text, &format!("**Instead.** {}\n", placeholders(rule.advice)));
    }
    let policies: Vec<&str> =
        Policy::ALL.iter().filter(|(policy, _)| rule.breaks_under(*policy)).map(|(_, name)| *name).collect();
    let breaks = if policies.is_empty() { "none".to_owned() } else { policies.join(", ") };
    line(text, &format!("Incompatible under: {breaks}."));
    if !rule.kind.is_empty() {
        line(text, &format!("Reported to Confluent clients as `{}`.", rule.kind));
    }
    let (writer, reader) = rule.example;
    code(text, "Writer", rule.format, writer);
    code(text, "Reader", rule.format, reader);
}

/// Placeholders of a row, readable.
fn placeholders(template: &str) -> String {
    let words = [
        ("{reader}", "reader's"),
        ("{writer}", "writer's"),
        ("{path}", "`<path>`"),
        ("{info}", "`<details>`"),
    ];
    words.iter().fold(template.to_owned(), |text, (name, word)| text.replace(name, word))
}

fn payload_table(text: &mut String) {
    line(text, "\n| id | format | severity | found |\n|---|---|---|---|");
    for rule in payload::RULES {
        let format = rule.format.map_or("", SchemaType::name);
        let severity = super::severity(rule.severity);
        line(
            text,
            &format!(
                "| <a id=\"{}\"></a>`{}` | {format} | {severity} | {} |",
                anchor(rule.id),
                rule.id,
                cell(rule.summary)
            ),
        );
    }
}

fn event_table(text: &mut String) {
    line(text, "\nEach rule says what has to hold.\n\n| id | severity | rule | source |\n|---|---|---|---|");
    for rule in cloudevents::rules::RULES {
        let severity = super::severity(rule.severity);
        line(
            text,
            &format!(
                "| <a id=\"{}\"></a>`{}` | {severity} | {} | {} |",
                anchor(rule.id),
                rule.id,
                cell(rule.summary),
                cell(rule.source)
            ),
        );
    }
}

fn code(text: &mut String, title: &str, format: SchemaType, schema: &str) {
    let language = if format == SchemaType::Protobuf { "proto" } else { "json" };
    block(text, title, language, schema);
}

fn block(text: &mut String, title: &str, language: &str, code: &str) {
    line(text, &format!("\n{title}:\n\n```{language}\n{}\n```", code.trim_end()));
}

/// First letter in upper case.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A text inside a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
