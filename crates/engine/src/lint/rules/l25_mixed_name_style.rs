//! L25: names mix camel case and snake case.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L25",
    name: "mixed-name-style",
    level: Level::Info,
    summary: "names mix camel case and snake case",
    why: "Readers in every language have to remember which is which.",
    suggestion: "Choose one style for the whole schema: the one of most names.",
    examples: fixtures!("L25": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    let snake = model.fields().filter(|field| is_snake(&field.name)).count();
    let camel = model.fields().filter(|field| is_camel(&field.name)).count();
    if snake == 0 || camel == 0 {
        return;
    }
    let (style, rare): (_, fn(&str) -> bool) =
        if snake <= camel { ("snake", is_snake) } else { ("camel", is_camel) };
    for field in model.fields().filter(|field| rare(&field.name)) {
        found.data(&field.pointer, format!("`{}` is in {style} case, most names are not", field.name));
    }
}

fn is_snake(name: &str) -> bool {
    name.trim_matches('_').contains('_') && !name.chars().any(char::is_uppercase)
}

fn is_camel(name: &str) -> bool {
    name.starts_with(char::is_lowercase) && name.chars().any(char::is_uppercase) && !name.contains('_')
}
