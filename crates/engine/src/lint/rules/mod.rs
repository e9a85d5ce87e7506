//! The table of rules: one file a rule, one line here, one folder under `fixtures/`.

/// The pairs of a rule: `fixtures!("L11": Avro Event)` are `L11/{bad,good}.avsc` and `L11/{bad,good}.event.json`.
macro_rules! fixtures {
    ($id:literal: $($kind:ident)*) => {
        &[$(crate::lint::Pair { bad: fixture!($id "bad" $kind), good: fixture!($id "good" $kind) }),*]
    };
}

/// One file under `fixtures/`.
macro_rules! fixture {
    (@schema $format:ident $id:literal $side:literal $extension:literal) => {
        crate::lint::Example::Schema(
            crate::SchemaType::$format,
            include_str!(concat!("../fixtures/", $id, "/", $side, $extension)),
        )
    };
    ($id:literal $side:literal Avro) => {
        fixture!(@schema Avro $id $side ".avsc")
    };
    ($id:literal $side:literal Protobuf) => {
        fixture!(@schema Protobuf $id $side ".proto")
    };
    ($id:literal $side:literal Json) => {
        fixture!(@schema Json $id $side ".schema.json")
    };
    ($id:literal $side:literal Event) => {
        crate::lint::Example::Event(include_str!(concat!("../fixtures/", $id, "/", $side, ".event.json")))
    };
}

mod l01_past_tense;
mod l02_command_in_disguise;
mod l03_query_as_event;
mod l04_no_version_in_type;
mod l05_version_clash;
mod l06_technical_event;
mod l07_reverse_dns;
mod l08_no_trace;
mod l09_event_time;
mod l10_no_key;
mod l11_money_as_float;
mod l12_amount_without_currency;
mod l13_required_without_default;
mod l14_anemic_event;
mod l15_fat_event;
mod l16_untyped_time;
mod l17_envelope_in_payload;
mod l18_untyped_content;
mod l19_compatibility_none;
mod l20_silent_retirement;
mod l21_weak_id;
mod l22_closed_enum;
mod l23_undocumented;
mod l24_personal_data_in_attributes;
mod l25_mixed_name_style;
mod l26_nullable_by_accident;
mod l27_call_over_events;
mod l28_one_name_two_shapes;

use super::Rule;

/// All rules, by id.
pub static RULES: &[&Rule] = &[
    &l01_past_tense::RULE,
    &l02_command_in_disguise::RULE,
    &l03_query_as_event::RULE,
    &l04_no_version_in_type::RULE,
    &l05_version_clash::RULE,
    &l06_technical_event::RULE,
    &l07_reverse_dns::RULE,
    &l08_no_trace::RULE,
    &l09_event_time::RULE,
    &l10_no_key::RULE,
    &l11_money_as_float::RULE,
    &l12_amount_without_currency::RULE,
    &l13_required_without_default::RULE,
    &l14_anemic_event::RULE,
    &l15_fat_event::RULE,
    &l16_untyped_time::RULE,
    &l17_envelope_in_payload::RULE,
    &l18_untyped_content::RULE,
    &l19_compatibility_none::RULE,
    &l20_silent_retirement::RULE,
    &l21_weak_id::RULE,
    &l22_closed_enum::RULE,
    &l23_undocumented::RULE,
    &l24_personal_data_in_attributes::RULE,
    &l25_mixed_name_style::RULE,
    &l26_nullable_by_accident::RULE,
    &l27_call_over_events::RULE,
    &l28_one_name_two_shapes::RULE,
];
