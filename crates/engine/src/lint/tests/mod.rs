//! The table against the folder, both examples of every rule, and silencing.

mod shapes;

use super::*;
use crate::Source;

fn run(example: &Example, options: &LintOptions) -> Vec<Lint> {
    match example {
        Example::Schema(schema_type, text) => {
            let input = SchemaInput {
                schema_type: *schema_type,
                source: Source::bare(text),
                owned: None,
                before: None,
            };
            lint(&LintInput::Schema(input), options).expect(text)
        }
        Example::Event(text) => event(text, options),
        Example::Subject(input) => lint(&LintInput::Subject(*input), options).expect("settings"),
    }
}

fn event(text: &str, options: &LintOptions) -> Vec<Lint> {
    let event: serde_json::Value = serde_json::from_str(text).expect(text);
    let members = event.as_object().expect("an event is an object");
    let attributes: Vec<(&str, &str)> =
        members.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    let input = EventInput {
        attributes: &attributes,
        data: event.get("data"),
        bytes: Some(text.len()),
        keyed: false,
        schema: None,
    };
    lint(&LintInput::Event(input), options).expect("events can always be linted")
}

fn schema(schema_type: SchemaType, text: &str) -> Vec<Lint> {
    run_schema(schema_type, text).into_iter().filter(|lint| lint.id != "L23" && lint.id != "L13").collect()
}

fn run_schema(schema_type: SchemaType, text: &str) -> Vec<Lint> {
    let input = SchemaInput { schema_type, source: Source::bare(text), owned: None, before: None };
    lint(&LintInput::Schema(input), &LintOptions::default()).expect(text)
}

fn ids(lints: &[Lint]) -> Vec<&str> {
    lints.iter().map(|lint| lint.id).collect()
}

#[test]
fn every_rule_fires_on_its_bad_example_of_each_kind_and_not_on_the_good_one() {
    let options = LintOptions { now: Some(1_778_600_000), ..LintOptions::default() };
    for rule in RULES {
        for pair in rule.examples {
            let fires = |example| ids(&run(example, &options)).contains(&rule.id);
            assert_eq!(
                [fires(&pair.bad), fires(&pair.good)],
                [true, false],
                "{} {:?}",
                rule.id,
                pair.scope()
            );
            assert_eq!(pair.scope(), Pair { bad: pair.good, good: pair.bad }.scope(), "{}", rule.id);
        }
    }
}

#[test]
fn findings_on_bad_examples_stand_at_their_places() {
    let options = LintOptions { now: Some(1_778_600_000), ..LintOptions::default() };
    let mut found = String::new();
    for rule in RULES {
        for pair in rule.examples {
            for one in run(&pair.bad, &options).iter().filter(|one| one.id == rule.id) {
                let place = if one.place == Place::Envelope { "envelope" } else { "data" };
                let line = format!("{} {}: {place} {}", rule.id, pair.scope().name(), one.pointer);
                found.push_str(line.trim_end());
                found.push('\n');
            }
        }
    }
    assert_eq!(found, include_str!("places.txt"));
}

#[test]
fn an_event_and_a_subject_without_flaws_have_no_findings() {
    let options = LintOptions { now: Some(1_778_600_000), ..LintOptions::default() };
    let text = r#"{"specversion":"1.0","id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com",
        "type":"com.acme.orders.placed.v1","time":"2026-05-12T14:22:31Z","subject":"order-4711",
        "correlationid":"c-7731","data":{"orderId":"order-4711","totalCents":1999,"currency":"EUR"}}"#;
    assert_eq!(event(text, &options), []);
    let settings = SubjectInput {
        subject: Some("orders-value"),
        compatibility: Some(crate::CompatibilityLevel::Backward),
        ..SubjectInput::UNSET
    };
    assert_eq!(run(&Example::Subject(settings), &options), []);
}

/// Rules on schemas that one format cannot break, and why.
const NOT_OF_ALL_FORMATS: [(&str, SchemaType, &str); 3] = [
    ("L05", SchemaType::Avro, "no schema of a type says which texts a field may hold"),
    ("L05", SchemaType::Protobuf, "as in Avro"),
    ("L26", SchemaType::Protobuf, "there is no null"),
];

#[test]
fn rules_on_schemas_have_examples_in_every_format_that_can_break_them() {
    for rule in RULES {
        let formats: Vec<SchemaType> = rule
            .scopes()
            .filter_map(|scope| match scope {
                Scope::Schema(format) => Some(format),
                _ => None,
            })
            .collect();
        if formats.is_empty() {
            continue;
        }
        for format in [SchemaType::Avro, SchemaType::Protobuf, SchemaType::Json] {
            let cannot = NOT_OF_ALL_FORMATS.iter().any(|(id, other, _)| (*id, *other) == (rule.id, format));
            assert!(formats.contains(&format) != cannot, "{} {format:?}", rule.id);
        }
    }
}

#[test]
fn every_file_of_the_fixtures_is_an_example_of_its_rule() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/fixtures");
    let list = |folder: &std::path::Path| {
        let entries = std::fs::read_dir(folder).expect("a folder of fixtures");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let mut files = 0;
    for rule_folder in list(&folder) {
        let id = rule_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rule = find_rule(&id).expect("a folder is named after a rule");
        let texts: Vec<&str> = rule
            .examples
            .iter()
            .flat_map(|pair| [pair.bad, pair.good])
            .filter_map(|example| match example {
                Example::Schema(_, text) | Example::Event(text) => Some(text),
                Example::Subject(_) => None,
            })
            .collect();
        let found = list(&rule_folder);
        assert_eq!(found.len(), texts.len(), "{id}");
        for file in found {
            let text = std::fs::read_to_string(&file).expect("a fixture");
            assert!(texts.contains(&text.as_str()), "{}", file.display());
            files += 1;
        }
    }
    assert!(files > 100, "{files}");
}

#[test]
fn the_table_lists_every_file_of_the_folder_in_order() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules");
    let entries = std::fs::read_dir(folder).expect("the folder of rules");
    let mut files: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name != "mod.rs")
        .collect();
    files.sort();
    let table: Vec<String> = RULES
        .iter()
        .map(|rule| format!("{}_{}.rs", rule.id.to_ascii_lowercase(), rule.name.replace('-', "_")))
        .collect();
    assert_eq!(files, table);
}

#[test]
fn levels_can_be_changed_and_switched_off() {
    let rule = find_rule("L11").expect("L11");
    let of = |level| {
        let levels = BTreeMap::from([("L11".to_owned(), level)]);
        let lints = run(&rule.examples[0].bad, &LintOptions { levels, ..LintOptions::default() });
        lints.into_iter().find(|lint| lint.id == "L11").map(|lint| lint.level)
    };
    assert_eq!(of(Level::Error), Some(Level::Error));
    assert_eq!(of(Level::Off), None);
    assert_eq!(Level::ALL.map(|(level, name)| Level::from_name(name) == Some(level)), [true; 4]);
}

#[test]
fn everything_without_compatibility_is_worse_than_one_subject_unless_a_level_is_set() {
    let of = |subject, levels: BTreeMap<String, Level>| {
        let compatibility = Some(crate::CompatibilityLevel::None);
        let settings = SubjectInput { subject, compatibility, ..SubjectInput::UNSET };
        let found = run(&Example::Subject(settings), &LintOptions { levels, ..LintOptions::default() });
        found.into_iter().map(|lint| (lint.id, lint.level)).collect::<Vec<_>>()
    };
    assert_eq!(of(Some("s"), BTreeMap::new()), [("L19", Level::Warn)]);
    assert_eq!(of(None, BTreeMap::new()), [("L19", Level::Error)]);
    assert_eq!(of(None, BTreeMap::from([("L19".to_owned(), Level::Info)])), [("L19", Level::Info)]);
    assert_eq!(of(None, BTreeMap::from([("L19".to_owned(), Level::Off)])), []);
}

#[test]
fn findings_are_silenced_where_they_stand_and_inside() {
    let json = |ignore: &str| {
        let text = format!(
            r#"{{"type":"object","properties":{{"currency":{{}},"total":{{"type":"number"{ignore}}},"price":{{"type":"number"}}}}}}"#
        );
        let lints = schema(SchemaType::Json, &text);
        lints.into_iter().filter(|lint| lint.id == "L11").map(|lint| lint.pointer).collect::<Vec<_>>()
    };
    assert_eq!(json(""), ["/properties/total", "/properties/price"]);
    assert_eq!(json(r#","x-lint-ignore":["L11"]"#), ["/properties/price"]);
    assert_eq!(json(r#","x-lint-ignore":[{"id":"L11","reason":"a display value"}]"#), ["/properties/price"]);
    assert_eq!(json(r#","x-lint-ignore":["L12"]"#), ["/properties/total", "/properties/price"]);
    assert_eq!(json(r#"}},"x-lint-ignore":"L11","patternProperties":{"x":{"#), [] as [&str; 0]);
    let avro = r#"{"type":"record","name":"OrderPlaced","lintIgnore":["L04"],"fields":[
        {"name":"total","type":"double","default":0,"lintIgnore":["L11"]},{"name":"currency","type":"string","default":""}]}"#;
    assert_eq!(ids(&schema(SchemaType::Avro, avro)), [] as [&str; 0]);
}

#[test]
fn comments_silence_findings_of_protobuf() {
    let file = |head: &str, above: &str, beside: &str| {
        let text = format!(
            "{head}\nsyntax = \"proto3\";\npackage acme.v1;\n{above}\nmessage OrderPlaced {{\n  double total = 1; {beside}\n  double price = 2;\n  string currency = 3;\n}}\n"
        );
        let lints = schema(SchemaType::Protobuf, &text);
        lints.into_iter().filter(|lint| lint.id == "L11").map(|lint| lint.pointer).collect::<Vec<_>>()
    };
    let both = ["acme.v1.OrderPlaced.total", "acme.v1.OrderPlaced.price"];
    assert_eq!(file("", "", ""), both);
    assert_eq!(file("", "", "// lint:ignore L11 shown to people only"), both[1..]);
    assert_eq!(file("", "// lint:ignore L11 L12 legacy", ""), [] as [&str; 0]);
    assert_eq!(file("// lint:ignore L11 whole file", "", ""), [] as [&str; 0]);
    assert_eq!(file("", "// lint:ignore L12", ""), both);
}

#[test]
fn names_of_the_field_are_judged_as_people_would() {
    let of = |name: &str| {
        let text = format!(r#"{{"type":"record","name":"{name}","doc":"d","fields":[]}}"#);
        ids(&schema(SchemaType::Avro, &text)).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for (name, expected) in [
        ("OrderPlaced", &["L04"][..]),
        ("OrderPlaced_v1", &[]),
        ("SendEmail", &["L02", "L04"]),
        ("ChargeCustomer", &["L02", "L04"]),
        ("RebuildIndex", &["L02", "L04"]),
        ("PlaceOrder", &["L02", "L04"]),
        ("GetUserDetails", &["L03", "L04"]),
        ("FetchCompleted", &["L03", "L04"]),
        ("OrderTableUpdated", &["L04", "L06"]),
        ("OrderUpdated", &["L04", "L06"]),
        ("Order", &["L01", "L04"]),
        ("EmailRequested", &["L04"]),
    ] {
        assert_eq!(of(name), expected, "{name}");
    }
}

#[test]
fn every_format_is_read() {
    let proto = r#"syntax = "proto3"; package acme.orders.v1; import "google/protobuf/struct.proto";
        message OrderPlaced { string order_id = 1; double total_price = 2; int64 created_at = 3;
            google.protobuf.Struct extra = 4; enum State { OPEN = 0; } State state = 5; }"#;
    assert_eq!(ids(&schema(SchemaType::Protobuf, proto)), ["L11", "L12", "L16", "L18", "L22"]);
    let proto2 = "message OrderPlaced { required string id = 1; }";
    assert!(ids(&run_schema(SchemaType::Protobuf, proto2)).contains(&"L13"));
    let avro = r#"{"type":"record","name":"OrderPlaced","namespace":"com.acme.v1","fields":[
        {"name":"created_at","type":"long"},{"name":"paidAt","type":{"type":"long","logicalType":"timestamp-millis"}},
        {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
        {"name":"labels","type":{"type":"map","values":"string"}},
        {"name":"note","type":["null","string"]}]}"#;
    assert_eq!(ids(&schema(SchemaType::Avro, avro)), ["L12", "L16", "L18", "L25", "L26"]);
    let json = r##"{"title":"OrderPlaced v1","type":"object","required":["note"],"properties":{
        "note":{"type":["string","null"]},"state":{"enum":["open","closed"]},"total":{"$ref":"#/definitions/money"}},
        "definitions":{"money":{"type":"number"}}}"##;
    let found = schema(SchemaType::Json, json);
    assert!(["L11", "L22", "L26"].iter().all(|id| ids(&found).contains(id)), "{found:?}");
}

#[test]
fn events_are_judged_by_attributes_and_data() {
    let text = r#"{"id":"order-1778600000","source":"/orders","specversion":"1.0","type":"com.acme.orders.placed.v1",
        "time":"2026-05-12T14:22:31Z","correlationid":"c1","partitionkey":"+43 660 1234567",
        "data":{"total":12.5,"placedAt":"2026-05-12T14:22:31","schemaVersion":"2.1","_retries":1,"lines":[{"price":0.5}]}}"#;
    let options = LintOptions { now: Some(1_778_600_000), ..LintOptions::default() };
    let lints = event(text, &options);
    let found: Vec<_> = lints.iter().map(|lint| (lint.id, lint.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            ("L05", "/schemaVersion"),
            ("L11", "/lines/0/price"),
            ("L11", "/total"),
            ("L16", "/placedAt"),
            ("L17", "/_retries"),
            ("L21", "/id"),
            ("L24", "/partitionkey"),
        ]
    );
    assert!(lints.iter().all(|lint| !lint.message.contains("660")), "messages carry no values");
    let late = LintOptions { now: Some(1_778_600_000 + 30 * 86_400), ..LintOptions::default() };
    assert!(ids(&event(text, &late)).contains(&"L09"));
}

#[test]
fn properties_are_found_under_every_keyword_that_holds_schemas() {
    const MONEY: &str = r#"{"type":"object","properties":{"tax":{"type":"number"}}}"#;
    for (schema, pointer) in [
        (format!(r#"{{"patternProperties":{{"^x/":{MONEY}}}}}"#), "/patternProperties/^x~1/properties/tax"),
        (format!(r#"{{"dependentSchemas":{{"a":{MONEY}}}}}"#), "/dependentSchemas/a/properties/tax"),
        (format!(r#"{{"contains":{MONEY}}}"#), "/contains/properties/tax"),
        (format!(r#"{{"unevaluatedProperties":{MONEY}}}"#), "/unevaluatedProperties/properties/tax"),
        (format!(r#"{{"items":[{{}}],"additionalItems":{MONEY}}}"#), "/additionalItems/properties/tax"),
        (format!(r#"{{"dependencies":{{"a":["b"],"b":{MONEY}}}}}"#), "/dependencies/b/properties/tax"),
        (format!(r#"{{"if":{{}},"then":{MONEY}}}"#), "/then/properties/tax"),
    ] {
        let lints = super::lint(
            &LintInput::Schema(SchemaInput {
                schema_type: SchemaType::Json,
                source: Source::bare(&schema),
                owned: None,
                before: None,
            }),
            &LintOptions::default(),
        );
        let lints = lints.expect("a schema");
        let money: Vec<_> =
            lints.iter().filter(|one| one.id == "L11").map(|one| one.pointer.as_str()).collect();
        assert_eq!(money, [pointer], "{schema}");
    }
}

#[test]
fn events_can_carry_too_much_and_ids_can_be_those_of_entities() {
    let of = |kind: &str, id: &str, data: &str| {
        let text = format!(
            r#"{{"id":"{id}","source":"https://a.example/b","specversion":"1.0","type":"com.acme.{kind}.v1","data":{data}}}"#
        );
        let lints = event(&text, &LintOptions::default());
        ids(&lints)
            .into_iter()
            .filter(|id| ["L15", "L21"].contains(id))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let members = |count: usize| {
        let members: Vec<_> = (0..count).map(|n| format!("\"m{n}\":1")).collect();
        format!("{{{}}}", members.join(","))
    };
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    for (kind, id, data, expected) in [
        ("order.placed", "0af1-22bb", members(60), &[][..]),
        ("order.placed", "0af1-22bb", members(61), &["L15"]),
        ("order.placed", "0af1-22bb", nested(6), &[]),
        ("order.placed", "0af1-22bb", nested(7), &["L15"]),
        ("order.updated", "0af1-22bb", members(20), &[]),
        ("order.updated", "0af1-22bb", members(21), &["L15"]),
        ("order.placed", "order-abcdefg", r#"{"orderId":"order-abcdefg"}"#.to_owned(), &["L21"]),
        ("order.placed", "order-abcdefg", r#"{"name":"order-abcdefg"}"#.to_owned(), &[]),
    ] {
        assert_eq!(of(kind, id, &data), expected, "{kind} {id} {data}");
    }
}

#[test]
fn values_that_may_be_null_have_the_kind_of_the_others() {
    let of = |text: &str, schema_type| {
        let found = schema(schema_type, text);
        found.into_iter().map(|one| one.id).filter(|id| matches!(*id, "L11" | "L16")).collect::<Vec<_>>()
    };
    for member in [
        r#"{"type":["number","null"]}"#,
        r#"{"anyOf":[{"type":"number"},{"type":"null"}]}"#,
        r#"{"oneOf":[{"type":"null"},{"type":"number"}]}"#,
    ] {
        let text = format!(r#"{{"type":"object","properties":{{"amount":{member},"currency":{{}}}}}}"#);
        assert_eq!(of(&text, SchemaType::Json), ["L11"], "{member}");
    }
    let proto = r#"syntax = "proto3"; import "google/protobuf/wrappers.proto"; message OrderPlaced {
        google.protobuf.DoubleValue price = 1; google.protobuf.Int64Value created_at = 2; }"#;
    assert_eq!(of(proto, SchemaType::Protobuf), ["L11", "L16"]);
}

#[test]
fn an_owner_is_asked_for_where_metadata_are_known() {
    let text =
        r#"{"type":"object","description":"d","properties":{"x":{"type":"string","description":"x"}}}"#;
    let of = |owned| {
        let input =
            SchemaInput { schema_type: SchemaType::Json, source: Source::bare(text), owned, before: None };
        let found = lint(&LintInput::Schema(input), &LintOptions::default()).expect("a schema");
        ids(&found).contains(&"L23")
    };
    assert_eq!([of(None), of(Some(true)), of(Some(false))], [false, false, true]);
}

#[test]
fn the_window_of_event_times_can_be_changed() {
    const AT: i64 = 1_778_595_751;
    let text = r#"{"specversion":"1.0","id":"i","source":"s","type":"t","time":"2026-05-12T14:22:31Z"}"#;
    let of = |now, max_age, max_ahead| {
        let options = LintOptions { now: Some(now), max_age, max_ahead, ..LintOptions::default() };
        let found = event(text, &options);
        found.into_iter().find(|one| one.id == "L09").map(|one| one.message)
    };
    assert_eq!(of(AT + 3_600, None, None), None);
    assert_eq!(of(AT + 8 * 86_400, None, None).as_deref(), Some("`time` is more than 7 days ago"));
    assert_eq!(of(AT + 3_600, Some(60), None).as_deref(), Some("`time` is more than 60 seconds ago"));
    assert_eq!(of(AT - 200, None, None), None);
    assert_eq!(of(AT - 200, None, Some(100)).as_deref(), Some("`time` lies in the future"));
    assert_eq!(of(AT - 400, None, Some(1_000)), None);
}

#[test]
fn a_hundred_findings_are_enough_and_errors_are_among_them() {
    let members: Vec<_> = (0..30_000).map(|n| format!("\"m{n}\":{{\"price\":0.5}}")).collect();
    let text = format!(
        r#"{{"specversion":"1.0","id":"i","source":"s","type":"a.b.{}.v1","dataschema":"urn:x:v2","data":{{{}}}}}"#,
        "long".repeat(10_000),
        members.join(",")
    );
    let found = event(&text, &LintOptions::default());
    assert_eq!(found.len(), MAX_LINTS);
    assert_eq!((found[0].id, found[0].level), ("L05", Level::Error));
    assert!(found.iter().all(|one| one.message.chars().count() <= 301));
}

#[test]
fn versions_that_are_numbers_clash_too() {
    for (member, clashes) in [
        (r#""version":{"const":2}"#, true),
        (r#""version":{"enum":[2]}"#, true),
        (r#""schemaVersion":{"type":"integer","const":2}"#, true),
        (r#""version":{"const":2.1}"#, true),
        (r#""version":{"const":"2"}"#, true),
        (r#""version":{"const":1}"#, false),
        (r#""version":{"enum":[1,1.5,null]}"#, false),
        (r#""amount":{"const":2}"#, false),
    ] {
        let text = format!(r#"{{"title":"OrderPlaced.v1","type":"object","properties":{{{member}}}}}"#);
        assert_eq!(ids(&schema(SchemaType::Json, &text)).contains(&"L05"), clashes, "{member}");
    }
}

#[test]
fn advice_below_a_long_name_is_short() {
    const NAME: usize = 100_000;
    let (name, count) = ("k".repeat(NAME), 20_000);
    let list = |one: &dyn Fn(usize) -> String, between| (0..count).map(one).collect::<Vec<_>>().join(between);
    let json = list(&|index| format!(r#""price{index}":{{"type":"number"}}"#), ",");
    let json = format!(
        r#"{{"properties":{{"{name}":{{"x-lint-ignore":["L99"],"type":"object","properties":{{{json}}}}}}}}}"#
    );
    let proto = list(&|index| format!("message M{index} {{ double price = 1; }}"), "\n");
    let proto = format!("syntax = \"proto3\"; message {name} {{ {proto} }}");
    let data = list(&|index| format!(r#""m{index}":{{"price":0.5}}"#), ",");
    let data = format!(
        r#"{{"specversion":"1.0","id":"i","source":"s","type":"a.b.v1","data":{{"{name}":{{{data}}}}}}}"#
    );
    let of_event = event(&data, &LintOptions::default());
    assert!(of_event.iter().any(|one| one.id == "L11"));
    // The places inside the name alone would take two gigabytes: they are left out.
    for found in [schema(SchemaType::Json, &json), schema(SchemaType::Protobuf, &proto), of_event] {
        let bytes: usize = found.iter().map(|one| one.pointer.len() + one.message.len()).sum();
        assert!(bytes < 4 * NAME, "{bytes}");
    }
}

#[test]
fn a_member_that_is_no_object_may_stay_open() {
    let of = |member: &str| {
        let text =
            format!(r#"{{"type":"object","additionalProperties":false,"properties":{{"a":{member}}}}}"#);
        ids(&schema(SchemaType::Json, &text)).contains(&"L18")
    };
    assert_eq!([of("{}"), of(r#"{"type":"object"}"#)], [false, true]);
}

#[test]
fn a_broken_schema_text_is_an_error_and_no_finding() {
    for (schema_type, text) in
        [(SchemaType::Avro, "{"), (SchemaType::Json, "{"), (SchemaType::Protobuf, "message {")]
    {
        let input = SchemaInput { schema_type, source: Source::bare(text), owned: None, before: None };
        assert!(lint(&LintInput::Schema(input), &LintOptions::default()).is_err(), "{text}");
    }
}
