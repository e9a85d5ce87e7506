//! Pages of the design lint: an index, and one page a rule with its fixtures.

use std::fmt::Write;

use super::{block, cell, code, line, sentence};
use crate::lint::{Example, RULES, Rule, Scope, SubjectInput};
use crate::{CompatibilityLevel, SchemaType};

/// What holds for all rules.
const INTRODUCTION: &str = "# Design lint

Advice on the design of schemas, events and subjects. A finding never changes a verdict and never refuses a
registration.

## Where findings come from

| call | looks at |
|---|---|
| `POST /v1/lint` | a schema (`{\"schemaType\", \"schema\", \"references\"}`), or one CloudEvent; with `?subject=` a schema also against the latest version |
| `POST /v1/lint` with `{\"subject\": \"orders-value\"}`, `GET /v1/subjects/{subject}/lint` | the latest version of a subject and what the subject is set to |
| `POST /v1/validate?lint=true` | the events that are validated: `lint` of each verdict |
| a registration with `?lint=true` | the schema: header `Schema-Lint` of the answer, such as `L11;level=warn;at=\"/fields/0\"` |

`?fail=warn` (or `info`, `error`) on the first two answers 422 when something is found at that level or above, so
that a build can fail by the status alone.

## Levels

`off`, `info`, `warn`, `error`; the table has the defaults. Settings of a subject, of a context (`:.ctx:`) or of
everything (`:.__GLOBAL:`) change them, rule by rule; the narrowest one counts:

```sh
curl -X PUT http://localhost:8081/v1/subjects/orders-value/settings \\
  -H 'Content-Type: application/json' -d '{\"lint\": {\"L11\": \"error\", \"L23\": \"off\"}}'
```

## Silencing a finding where it stands

It holds for the element it stands at and everything inside; at the type of a field it holds for the field, too. What
a schema silences at a member is silent in the data of its events.

| in | write |
|---|---|
| Avro | the property `\"lintIgnore\": [{\"id\": \"L11\", \"reason\": \"shown to people only\"}]` of a type or a field; `[\"L11\"]` is enough |
| JSON Schema | the member `\"x-lint-ignore\"`, with the same values |
| Protobuf | a comment `// lint:ignore L11 shown to people only` on the line of the element, or on the lines before it; before everything else it holds for the file |
| any schema | the metadata property `lint.ignore`: `L11 shown to people only; L23` holds for the whole schema, its subject and its events |

## Rules

| id | name | level | looks at | finds |
|---|---|---|---|---|
";

/// File names and texts below `docs/rules/`.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut pages = vec![("lint/README.md".to_owned(), index())];
    pages.extend(RULES.iter().map(|rule| (format!("lint/{}.md", rule.id), page(rule))));
    pages
}

fn index() -> String {
    let mut text = INTRODUCTION.to_owned();
    for rule in RULES {
        let (id, level, summary) = (rule.id, rule.level.name(), cell(rule.summary));
        line(
            &mut text,
            &format!("| [{id}]({id}.md) | {} | {level} | {} | {summary} |", rule.name, scopes(rule)),
        );
    }
    text
}

fn page(rule: &Rule) -> String {
    let mut text = format!("# {} {}\n\n{}.\n\n", rule.id, rule.name, sentence(rule.summary));
    line(&mut text, &format!("Level `{}`, looks at {}.\n", rule.level.name(), scopes(rule)));
    line(&mut text, &format!("**Why.** {}\n", rule.why));
    line(&mut text, &format!("**Instead.** {}", rule.suggestion));
    for pair in rule.examples {
        let title = sentence(pair.scope().name());
        line(&mut text, &format!("\n## {title}"));
        example(&mut text, "Fires on", &pair.bad);
        example(&mut text, "Silent on", &pair.good);
    }
    text.push_str(&changing(rule));
    text
}

/// How the level is set and a finding is silenced, with the id of the rule filled in.
fn changing(rule: &Rule) -> String {
    let id = rule.id;
    let mut text = format!(
        "\n## Level and silence\n\n- For a subject, a context or everything: `PUT /v1/subjects/{{subject}}/settings` with \
         `{{\"lint\": {{\"{id}\": \"error\"}}}}` (`off`, `info`, `warn`, `error`).\n"
    );
    let has = |scope: Scope| rule.scopes().any(|other| other == scope);
    for (format, how) in [
        (
            SchemaType::Avro,
            format!("`\"lintIgnore\": [{{\"id\": \"{id}\", \"reason\": \"…\"}}]` at the type or the field"),
        ),
        (SchemaType::Protobuf, format!("a comment `// lint:ignore {id} reason` at the element")),
        (
            SchemaType::Json,
            format!("`\"x-lint-ignore\": [{{\"id\": \"{id}\", \"reason\": \"…\"}}]` at the schema or inside"),
        ),
    ] {
        if has(Scope::Schema(format)) {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "- In {}: {how}.", Scope::Schema(format).name());
        }
    }
    let _ = writeln!(
        text,
        "- For a whole schema, its subject and its events: `{id} reason` in its metadata property `lint.ignore`."
    );
    text.push_str("\nMore on both: [design lint](README.md).\n");
    text
}

fn scopes(rule: &Rule) -> String {
    rule.scopes().map(Scope::name).collect::<Vec<_>>().join(", ")
}

fn example(text: &mut String, title: &str, example: &Example) {
    match example {
        Example::Schema(format, schema) => code(text, title, *format, schema),
        Example::Event(event) => block(text, title, "json", event),
        Example::Subject(subject) => block(text, title, "yaml", &settings(subject)),
    }
}

/// What is set for a subject.
fn settings(subject: &SubjectInput<'_>) -> String {
    let mut rows = vec![format!("subject: {}", subject.subject.unwrap_or("(everything)"))];
    rows.extend(
        subject.compatibility.map(|level| format!("compatibility: {}", CompatibilityLevel::name(level))),
    );
    for (name, value) in [
        ("deprecated", subject.deprecated),
        ("has a sunset date", subject.has_sunset),
        ("has a successor", subject.has_migration),
    ] {
        // Both are of interest once it is deprecated.
        if subject.deprecated {
            rows.push(format!("{name}: {value}"));
        }
    }
    if !subject.records.is_empty() {
        rows.push("records:".to_owned());
    }
    let record = |record: &crate::lint::RecordShape<'_>| {
        format!("  - {} of {}, shape {}", record.name, record.subject, record.shape)
    };
    rows.extend(subject.records.iter().map(record));
    rows.join("\n")
}
