//! L05: two places state different major versions.

use std::collections::BTreeSet;

use crate::lint::input::{EventView, View};
use crate::lint::model::Model;
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L05",
    name: "version-clash",
    level: Level::Error,
    summary: "two places state different major versions",
    why: "Consumers route by one of them and decode by the other.",
    suggestion: "State the major version once, in the type, and keep `dataschema` and version fields in step with it.",
    examples: fixtures!("L05": Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    if let Some(event) = view.event() {
        check_event(event, found);
    }
    if let Some(model) = view.schema() {
        check_schema(model, found);
    }
}

const FIELDS: [&str; 4] = ["version", "schemaVersion", "schema_version", "eventVersion"];

fn check_event(event: &EventView<'_>, found: &mut Found) {
    let Some(name) = event.attribute("type") else { return };
    let Some(stated) = names::major_suffix(name) else { return };
    if let Some(other) = event.attribute("dataschema").and_then(names::major).filter(|other| *other != stated)
    {
        found.attribute("dataschema", format!("`dataschema` states version {other}, `type` states {stated}"));
    }
    for name in FIELDS {
        let value = event.data().and_then(|data| data.get(name));
        if let Some(other) = value.and_then(major_of).filter(|other| other != stated) {
            found.data(
                &format!("/{name}"),
                format!("`{name}` states version {other}, `type` states {stated}"),
            );
        }
    }
}

fn check_schema(model: &Model, found: &mut Found) {
    let stated = model.name().and_then(names::major);
    for field in model.event_parts().flat_map(|record| &record.fields) {
        let majors: BTreeSet<&str> = match field.name.as_str() {
            "type" => field.allowed.iter().filter_map(|name| names::major(name)).collect(),
            name if FIELDS.contains(&name) => {
                let values = field.allowed.iter().filter_map(|text| leading_number(text));
                values.chain(stated).collect()
            }
            _ => continue,
        };
        if majors.len() > 1 {
            let mut majors: Vec<&str> = majors.into_iter().collect();
            majors.sort_by_key(|digits| digits.len());
            found.data(&field.pointer, format!("`{}` mixes versions {}", field.name, majors.join(", ")));
        }
    }
}

/// `2`, `"2"`, `"2.1"`, `"v2"`.
fn major_of(value: &serde_json::Value) -> Option<String> {
    match value.as_u64() {
        Some(number) => Some(number.to_string()),
        None => leading_number(value.as_str()?).map(str::to_owned),
    }
}

fn leading_number(text: &str) -> Option<&str> {
    let digits = text.trim_start_matches(['v', 'V']);
    let digits = &digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())];
    (!digits.is_empty()).then(|| names::without_zeros(digits))
}
