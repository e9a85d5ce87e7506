//! L12: an amount has no currency beside it.

use crate::lint::input::View;
use crate::lint::model::Kind;
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L12",
    name: "amount-without-currency",
    level: Level::Info,
    summary: "an amount has no currency beside it",
    why: "The unit lives in someone's memory until the first customer abroad.",
    suggestion: "Add `currency` (ISO 4217) beside the amount, or one for the record.",
    examples: fixtures!("L12": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    for record in &model.records {
        let has_currency =
            record.fields.iter().any(|field| names::words(&field.name).iter().any(|word| word == "currency"));
        if has_currency {
            continue;
        }
        let amounts = record.fields.iter().filter(|field| names::is_money(&field.name));
        for field in amounts
            .filter(|field| matches!(field.kind, Kind::Integer | Kind::Float | Kind::Decimal | Kind::Text(_)))
        {
            found.data(&field.pointer, format!("`{}` has no `currency` beside it", field.name));
        }
    }
}
