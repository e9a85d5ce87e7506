//! L11: money is a binary floating-point number.

use crate::lint::input::View;
use crate::lint::model::Kinds;
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L11",
    name: "money-as-float",
    level: Level::Warn,
    summary: "money is a binary floating-point number",
    why: "0.1 has no exact double: sums drift, and two programs round the same amount differently.",
    suggestion: "Use integer minor units (`totalCents`), a decimal string, or a decimal type.",
    examples: fixtures!("L11": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    if let Some(model) = view.schema() {
        let floats = model.fields().filter(|field| field.kinds.has(Kinds::FLOAT));
        for field in floats.filter(|field| names::is_money(&field.name)) {
            found.data(&field.pointer, format!("`{}` holds money as a floating-point number", field.name));
        }
    }
    if let Some(event) = view.event() {
        event.members(&mut |pointer, name, value| {
            let fraction = value.as_f64().is_some_and(|number| number.fract() != 0.0);
            if fraction && names::is_money(name) {
                found.data(pointer, format!("`{name}` holds money as a floating-point number"));
            }
        });
    }
}
