//! L12: an amount has no currency beside it.

use std::collections::HashSet;

use crate::lint::input::View;
use crate::lint::model::Kinds;
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
    // Another part of the same object may have it.
    let with_currency: HashSet<usize> = model
        .records
        .iter()
        .filter(|record| record.fields.iter().any(|field| is_currency(&field.name)))
        .map(|record| record.whole)
        .collect();
    for record in model.records.iter().filter(|record| !with_currency.contains(&record.whole)) {
        let amounts = record.fields.iter().filter(|field| names::is_money(&field.name));
        for field in amounts.filter(|field| field.kinds.has(AMOUNT)) {
            found.data(&field.pointer, format!("`{}` has no `currency` beside it", field.name));
        }
    }
}

/// What an amount is; a record may have its currency inside.
const AMOUNT: Kinds = Kinds::INTEGER.or(Kinds::FLOAT).or(Kinds::DECIMAL).or(Kinds::TEXT);

fn is_currency(name: &str) -> bool {
    names::words(name).iter().any(|word| word == "currency")
}
