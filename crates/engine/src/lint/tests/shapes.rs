//! The same shape, however a schema writes it down: combined, referred to, grouped, in lists.

use super::*;

/// Findings of some rules with their places.
fn of(schema_type: SchemaType, text: &str, asked: &[&str]) -> Vec<String> {
    let found = run_schema(schema_type, text);
    found
        .iter()
        .filter(|one| asked.contains(&one.id))
        .map(|one| format!("{} {}", one.id, one.pointer))
        .collect()
}

fn json(text: &str, asked: &[&str]) -> Vec<String> {
    of(SchemaType::Json, text, asked)
}

fn avro(text: &str, asked: &[&str]) -> Vec<String> {
    of(SchemaType::Avro, text, asked)
}

fn proto(text: &str, asked: &[&str]) -> Vec<String> {
    of(SchemaType::Protobuf, text, asked)
}

const NOTHING: [&str; 0] = [];

#[test]
fn fields_of_groups_are_fields() {
    let text = "syntax=\"proto2\"; package a.v1; message OrderPlaced { optional string s = 1;
        repeated group Item = 2 { optional double price = 1; required int64 created_at = 3; }
        oneof x { group Fee = 4 { optional float tax = 1; } } }";
    let found = proto(text, &["L11", "L12", "L13", "L16"]);
    let expected =
        ["L11 Item.price", "L11 Fee.tax", "L12 Item.price", "L12 Fee.tax", "L13 Item", "L16 Item.created_at"];
    assert_eq!(found, expected.map(|one| one.replace(' ', " a.v1.OrderPlaced.")));
}

#[test]
fn depth_is_that_of_values_wherever_types_stand() {
    let chain = |count: usize| {
        let of_one = |n: usize| format!("message R{n} {{ repeated R{} next = 1; }} ", n + 1);
        let all: String = (0..count).map(of_one).collect();
        format!("syntax = \"proto3\"; {all} message R{count} {{ string s = 1; }}")
    };
    assert_eq!(proto(&chain(5), &["L15"]), NOTHING);
    assert_eq!(proto(&chain(6), &["L15"]), ["L15 R6"]);
    let inside_out =
        "syntax = \"proto3\"; message A { message B { message C { message D { message E { message F {
        message G { string s = 1; } } } } } } B b = 1; }";
    assert_eq!(proto(inside_out, &["L15"]), NOTHING, "declarations are no values");
    let tree = "syntax = \"proto3\"; message Tree { repeated Tree below = 1; }";
    assert_eq!(proto(tree, &["L15"]), NOTHING);
    let definition =
        |n: usize| format!(r##""R{n}":{{"properties":{{"next":{{"$ref":"#/$defs/R{}"}}}}}}"##, n + 1);
    let definitions: Vec<_> = (1..7).map(definition).collect();
    let definitions = definitions.join(",");
    let deep = format!(r##"{{"$ref":"#/$defs/R1","$defs":{{{definitions},"R7":{{"type":"object"}}}}}}"##);
    assert_eq!(json(&deep, &["L15"]), ["L15 /$defs/R7"]);
}

#[test]
fn an_amount_may_carry_its_currency() {
    let of_type = |kind: &str| {
        format!(
            "syntax = \"proto3\"; import \"google/type/money.proto\"; message OrderPlaced {{ {kind} price = 1; }}"
        )
    };
    assert_eq!(proto(&of_type("google.type.Money"), &["L11", "L12"]), NOTHING);
    assert_eq!(proto(&of_type("int64"), &["L12"]), ["L12 OrderPlaced.price"]);
    let parts = r#"{"allOf":[{"properties":{"amount":{"type":"number"}}},{"properties":{"currency":{}}}]}"#;
    assert_eq!(json(parts, &["L12"]), NOTHING);
    let nested = r#"{"properties":{"amount":{"type":"number"},"x":{"properties":{"currency":{}}}}}"#;
    assert_eq!(json(nested, &["L12"]), ["L12 /properties/amount"]);
    let day = r#"{"properties":{"priceValidUntil":{"type":"string","format":"date"}}}"#;
    assert_eq!(json(day, &["L12"]), NOTHING, "a day is no amount");
    let listed = r#"{"properties":{"taxClass":{"enum":["a","b"]}}}"#;
    assert_eq!(json(listed, &["L12"]), NOTHING, "a name is no amount");
}

#[test]
fn untyped_content_is_found_behind_lists_and_unions() {
    let field = |kind: &str| {
        format!(r#"{{"type":"record","name":"OrderPlaced","fields":[{{"name":"labels","type":{kind}}}]}}"#)
    };
    for kind in [
        r#"{"type":"map","values":"string"}"#,
        r#"{"type":"map","values":{"type":"string"}}"#,
        r#"{"type":"map","values":{"type":"string","avro.java.string":"String"}}"#,
        r#"["null",{"type":"map","values":["null","string"]}]"#,
        r#"{"type":"array","items":{"type":"map","values":"string"}}"#,
        r#"{"type":"map","values":{"type":"map","values":"string"}}"#,
    ] {
        assert_eq!(avro(&field(kind), &["L18"]), ["L18 /fields/0"], "{kind}");
    }
    for kind in [r#"{"type":"map","values":"long"}"#, r#"{"type":"array","items":"string"}"#, r#""string""#] {
        assert_eq!(avro(&field(kind), &["L18"]), NOTHING, "{kind}");
    }
    assert_eq!(avro(r#"{"type":"map","values":"string"}"#, &["L18"]), ["L18 "]);
    for kind in ["google.protobuf.Any", "repeated google.protobuf.Any", "map<string, google.protobuf.Struct>"]
    {
        let text = format!(
            "syntax = \"proto3\"; import \"google/protobuf/any.proto\"; message OrderPlaced {{ {kind} s = 1; }}"
        );
        assert_eq!(proto(&text, &["L18"]), ["L18 OrderPlaced.s"], "{kind}");
    }
}

#[test]
fn objects_are_untyped_unless_something_says_what_they_hold() {
    for (member, untyped) in [
        (r#"{"type":"object"}"#, true),
        (r#"{"type":["object","null"]}"#, true),
        (r#"{"anyOf":[{"type":"object"},{"type":"string"}]}"#, true),
        (r#"{"type":"object","unevaluatedProperties":false}"#, false),
        (r#"{"type":"object","const":{}}"#, false),
        (r#"{"type":"object","enum":[{"a":1}]}"#, false),
        (r#"{"type":"object","if":{},"then":{"properties":{"a":{}}}}"#, false),
        (r#"{"allOf":[{"type":"object"},{"properties":{"a":{}}}]}"#, false),
        (r#"{"type":["object","string"]}"#, false),
        (r##"{"type":"object","$dynamicRef":"#x"}"##, false),
        (r#"{"not":{"type":"object"}}"#, false),
        (r#"{"if":{"type":"object"},"then":{"required":["a"]}}"#, false),
    ] {
        let definition = r#"{"x":{"$dynamicAnchor":"x","properties":{}}}"#;
        let text = format!(r#"{{"properties":{{"a":{member}}},"$defs":{definition}}}"#);
        assert_eq!(!json(&text, &["L18"]).is_empty(), untyped, "{member}");
    }
}

#[test]
fn a_property_has_the_type_that_all_parts_give_it() {
    for (member, money) in [
        (r##"{"allOf":[{"$ref":"#/definitions/M"}],"description":"x"}"##, true),
        (r#"{"allOf":[{"type":"number"},{"minimum":0}]}"#, true),
        (r#"{"type":["number","string"]}"#, true),
        (r#"{"anyOf":[{"type":"number"},{"type":"string"}]}"#, true),
        (r#"{"type":"number","allOf":[{"type":"integer"}]}"#, false),
        (r##"{"$ref":"#/definitions/M","type":"string"}"##, false),
        (r#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#, false),
        ("{}", false),
    ] {
        let text = format!(
            r#"{{"properties":{{"price":{member},"currency":{{}}}},"definitions":{{"M":{{"type":"number"}}}}}}"#
        );
        assert_eq!(!json(&text, &["L11"]).is_empty(), money, "{member}");
    }
    for (member, untyped) in [
        (r#"{"allOf":[{"type":"integer"}]}"#, true),
        (r#"{"allOf":[{"type":"string"},{"format":"date-time"}]}"#, false),
        (r#"{"type":"string","anyOf":[{"format":"date"},{"format":"date-time"}]}"#, false),
        (r#"{"anyOf":[{"type":"string","format":"date-time"},{"type":"integer"}]}"#, true),
    ] {
        let text = format!(r#"{{"properties":{{"createdAt":{member}}}}}"#);
        assert_eq!(!json(&text, &["L16"]).is_empty(), untyped, "{member}");
    }
    let several =
        r#"{"type":"record","name":"P","fields":[{"name":"price","type":["null","string","double"]}]}"#;
    assert_eq!(avro(several, &["L11"]), ["L11 /fields/0"]);
}

#[test]
fn references_inside_a_document_are_followed() {
    let new = "https://json-schema.org/draft/2020-12/schema";
    let old = "http://json-schema.org/draft-07/schema#";
    for (draft, reference, definition) in [
        (new, "#m", r#""x":{"$anchor":"m","type":"number"}"#),
        (new, "https://e.x/root.json#/$defs/x", r#""x":{"type":"number"}"#),
        (new, "root.json#/$defs/x", r#""x":{"type":"number"}"#),
        (new, "/root.json#/$defs/x", r#""x":{"type":"number"}"#),
        (new, "m.json", r#""x":{"$id":"m.json","type":"number"}"#),
        (new, "m.json#/$defs/y", r#""x":{"$id":"m.json","$defs":{"y":{"type":"number"}}}"#),
        (old, "#m", r##""x":{"$id":"#m","type":"number"}"##),
        (old, "#/$defs/A%20b", r#""A b":{"type":"number"}"#),
        (old, "#/other/0/z~1y", r#""x":{}"#),
    ] {
        let text = format!(
            r#"{{"$schema":"{draft}","$id":"https://e.x/root.json","properties":{{"price":{{"$ref":"{reference}"}},
            "currency":{{}}}},"$defs":{{{definition}}},"other":[{{"z/y":{{"type":"number"}}}}]}}"#
        );
        assert_eq!(json(&text, &["L11"]), ["L11 /properties/price"], "{reference}");
    }
    let nullable = r##"{"properties":{"a":{"$ref":"#n"}},"required":["a"],
        "$defs":{"n":{"$anchor":"n","type":["string","null"]}}}"##;
    assert_eq!(json(nullable, &["L26"]), ["L26 /properties/a"]);
    let endless = r##"{"properties":{"price":{"$ref":"#/properties/price"},"tax":{"$ref":"#/$defs/a"}},
        "$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#"}]}}}"##;
    assert_eq!(json(endless, &["L11"]), NOTHING);
}

#[test]
fn tests_and_what_is_ruled_out_are_no_parts_of_an_event() {
    for extra in [
        r#""if":{"properties":{"a":{"const":"x"}},"required":["a"]},"then":{}"#,
        r#""if":{"properties":{"a":{"enum":["A","B"]}}}"#,
        r#""not":{"enum":["A","B"]}"#,
        r#""if":{"type":"object"}"#,
        r#""not":{"type":"object"}"#,
        r#""if":{"properties":{"createdAt":{"type":"string","const":"x"}}}"#,
        r#""not":{"properties":{"price":{"type":"number"}}}"#,
        r#""then":{"properties":{"a":{"minLength":1}}},"else":{"properties":{"a":{"minLength":2}}}"#,
    ] {
        let text = format!(
            r#"{{"title":"OrderPlaced.v1","description":"d","type":"object",
            "properties":{{"a":{{"type":"string","description":"what a is"}}}},{extra}}}"#
        );
        assert_eq!(json(&text, &["L11", "L13", "L16", "L18", "L22", "L23"]), NOTHING, "{extra}");
    }
}

#[test]
fn members_of_an_event_may_come_from_several_parts() {
    let of = |members: &str| {
        let definitions =
            r#"{"B":{"properties":{"name":{"type":"string"}}},"C":{"properties":{"orderId":{}}}}"#;
        let text = format!(
            r#"{{"type":"object","properties":{{"id":{{"type":"string"}}}}{members},"definitions":{definitions}}}"#
        );
        !json(&text, &["L14"]).is_empty()
    };
    assert!(of(""));
    assert!(of(r##","allOf":[{"$ref":"#/definitions/C"}]"##));
    for members in [
        r##","allOf":[{"$ref":"#/definitions/B"}]"##,
        r#","allOf":[{"properties":{"name":{}}}]"#,
        r##","oneOf":[{"$ref":"#/definitions/B"},{"$ref":"#/definitions/C"}]"##,
        r#","allOf":[{"$ref":"base.json"}]"#,
        r#","additionalProperties":{"type":"string"}"#,
    ] {
        assert!(!of(members), "{members}");
    }
    let map = "syntax = \"proto3\"; message OrderPlaced { map<string, string> order_id = 1; }";
    assert_eq!(proto(map, &["L14"]), NOTHING);
    let part = r#"{"type":"object","allOf":[{"properties":{"event_id":{}}}]}"#;
    assert_eq!(json(part, &["L17"]), ["L17 /allOf/0/properties/event_id"]);
    let condition =
        r#"{"type":"object","properties":{"a":{},"b":{"default":1}},"then":{"required":["a","b"]}}"#;
    assert_eq!(json(condition, &["L13"]), ["L13 /then"]);
    let choice = r#"{"properties":{"a":{},"b":{}},"anyOf":[{"required":["a"]},{"required":["b"]}]}"#;
    assert_eq!(json(choice, &["L13"]), NOTHING);
}

#[test]
fn many_messages_that_share_a_large_one_are_looked_at_up_to_a_bound() {
    let messages = |fields: usize| {
        let fields: Vec<_> = (0..fields).map(|n| format!("E f{n} = {};", n + 1)).collect();
        let roots: Vec<_> = (0..6_000).map(|n| format!("message M{n} {{ C c = 1; }}")).collect();
        format!(
            "syntax = \"proto3\"; message E {{}} message C {{ {} }} {}",
            fields.join(" "),
            roots.join(" ")
        )
    };
    assert_eq!(proto(&messages(60), &["L15"]), ["L15 "], "one more leads there");
    assert_eq!(proto(&messages(59), &["L15"]), NOTHING);
}

#[test]
fn an_event_is_as_fat_as_one_event_can_be() {
    let object = |prefix: &str, count: usize| {
        let members: Vec<_> = (0..count).map(|n| format!(r#""{prefix}{n}":{{}}"#)).collect();
        format!(r#"{{"properties":{{{}}}}}"#, members.join(","))
    };
    let two = |keyword: &str, one: String, other: String| format!(r#"{{"{keyword}":[{one},{other}]}}"#);
    let with_definition = |member: &str| {
        let definition = object("p", 70);
        format!(r#"{{"properties":{{"a":{member}}},"definitions":{{"X":{definition}}}}}"#)
    };
    for (text, fat) in [
        (object("p", 61), true),
        (two("oneOf", object("p", 40), object("q", 40)), false),
        (two("oneOf", object("p", 40), object("q", 61)), true),
        (two("allOf", object("p", 40), object("p", 40)), false),
        (two("allOf", object("p", 40), object("q", 40)), true),
        (with_definition("{}"), false),
        (with_definition(r##"{"$ref":"#/definitions/X"}"##), true),
    ] {
        assert_eq!(!json(&text, &["L15"]).is_empty(), fat, "{text}");
    }
    let record = |name: &str| {
        let fields: Vec<_> = (0..40).map(|n| format!(r#"{{"name":"f{n}","type":"int"}}"#)).collect();
        format!(r#"{{"type":"record","name":"{name}","fields":[{}]}}"#, fields.join(","))
    };
    assert_eq!(avro(&format!("[{},{}]", record("A"), record("B")), &["L15"]), NOTHING);
    let message = |name: &str| {
        let fields: Vec<_> = (1..41).map(|n| format!("int32 f{n} = {n};")).collect();
        format!("message {name} {{ {} }} ", fields.join(" "))
    };
    let both = format!("syntax = \"proto3\"; {} {}", message("OrderPlaced"), message("OrderSent"));
    assert_eq!(proto(&both, &["L15"]), NOTHING);
    let lines = vec![r#"{"a":1,"b":2}"#; 50].join(",");
    let order =
        format!(r#"{{"specversion":"1.0","id":"i","source":"s","type":"t","data":{{"l":[{lines}]}}}}"#);
    assert!(!ids(&event(&order, &LintOptions::default())).contains(&"L15"));
}

#[test]
fn a_comment_behind_a_field_describes_it() {
    let of = |fields: &str| {
        let text = format!("syntax = \"proto3\";\n// The event.\nmessage E {{\n{fields}\n}}\n");
        proto(&text, &["L23"]).is_empty()
    };
    assert!(of("  string a = 1; // what a is"));
    assert!(of("  string a = 1; /* what a is */"));
    assert!(of("  /* what a is */\n  string a = 1;"));
    assert!(!of("  string a = 1; // lint:ignore L11 because"));
    assert!(!of("  string a = 1; /* what a is */\n  string b = 2;\n  string c = 3;"));
}

#[test]
fn a_reason_at_the_type_of_a_field_holds_for_the_field() {
    for kind in [
        r#"{"type":"double","lintIgnore":["L11"]}"#,
        r#"["null",{"type":"double","lintIgnore":[{"id":"L11","reason":"r"}]}]"#,
        r#"{"type":{"type":"double","lintIgnore":"L11"}}"#,
    ] {
        let fields = format!(r#"{{"name":"amount","type":{kind}}},{{"name":"fee","type":"double"}}"#);
        let text = format!(r#"{{"type":"record","name":"P","fields":[{fields}]}}"#);
        assert_eq!(avro(&text, &["L11"]), ["L11 /fields/1"], "{kind}");
    }
    let shared = r##"{"properties":{"price":{"$ref":"#/$defs/m"},"fee":{"type":"number"}},
        "$defs":{"m":{"type":"number","x-lint-ignore":["L11"]}}}"##;
    assert_eq!(json(shared, &["L11"]), ["L11 /properties/fee"]);
}

#[test]
fn members_are_silenced_one_by_one_in_findings_on_records() {
    let text = r#"{"type":"record","name":"P","doc":"d","fields":[
        {"name":"a","type":"int","lintIgnore":["L13","L23"]},{"name":"b","type":"int","doc":"b"}]}"#;
    let found = run_schema(SchemaType::Avro, text);
    let found = found.iter().filter(|one| ["L13", "L23"].contains(&one.id));
    let messages: Vec<_> = found.map(|one| one.message.as_str()).collect();
    assert_eq!(messages, ["required without a default: `b`"]);
    let inside = r#"{"required":["a"],"properties":{"a":{"x-lint-ignore":["L13","L23"]}},"description":"d"}"#;
    assert_eq!(json(inside, &["L13", "L23"]), NOTHING);
    let file = "syntax = \"proto3\";\n// lint:ignore L23 r\nmessage E {\n  string a = 1;\n}\n";
    assert_eq!(proto(file, &["L23"]), NOTHING);
}

#[test]
fn what_a_schema_silences_is_silent_in_the_data_of_its_events() {
    let found = |schema_type, schema: &str, data: &str| {
        let data: serde_json::Value = serde_json::from_str(data).expect(data);
        let schema = Some((schema_type, schema));
        let input = EventInput { data: Some(&data), schema, ..EventInput::default() };
        let found = lint(&LintInput::Event(input), &LintOptions::default()).expect("an event");
        let found = found.into_iter().filter(|one| one.place == Place::Data);
        found.map(|one| format!("{} {}", one.id, one.pointer)).collect::<Vec<_>>()
    };
    let data = r#"{"amount":1.5,"lines":[{"price":0.5},{"price":0.25}]}"#;
    let all = ["L11 /amount", "L11 /lines/0/price", "L11 /lines/1/price"];
    let without = |part: &str| all.into_iter().filter(|one| !one.contains(part)).collect::<Vec<_>>();
    let silent = r#"{"x-lint-ignore":["L11"]}"#;
    let line = format!(r#"{{"properties":{{"price":{silent}}}}}"#);
    for (schema, left_out) in [
        (r#"{"properties":{"amount":{"type":"number"}}}"#.to_owned(), "nothing"),
        (format!(r#"{{"properties":{{"amount":{silent}}}}}"#), "/amount"),
        (r#"{"properties":{"amount":{"x-lint-ignore":["L12"]}}}"#.to_owned(), "nothing"),
        (format!(r#"{{"properties":{{"lines":{{"items":{line}}}}}}}"#), "/price"),
        (format!(r#"{{"properties":{{"lines":{silent}}}}}"#), "/price"),
        (line.clone(), "nothing"),
        (
            format!(
                r##"{{"properties":{{"lines":{{"items":{{"$ref":"#/$defs/l"}}}}}},"$defs":{{"l":{{"allOf":[{line}]}}}}}}"##
            ),
            "/price",
        ),
        (silent.to_owned(), "L11"),
    ] {
        assert_eq!(found(SchemaType::Json, &schema, data), without(left_out), "{schema}");
    }
    let avro = r#"{"type":"record","name":"P","fields":[
        {"name":"lines","type":{"type":"array","items":{"type":"record","name":"L","fields":[
            {"name":"price","type":"double","lintIgnore":["L11"]}]}}},
        {"name":"more","type":["null","L"]}]}"#;
    assert_eq!(found(SchemaType::Avro, avro, data), without("/price"));
    let branch = r#"{"more":{"L":{"price":0.5}},"price":0.5}"#;
    assert_eq!(found(SchemaType::Avro, avro, branch), ["L11 /price"]);
    let proto = "syntax = \"proto3\";\nmessage P {\n  double unit_price = 1; // lint:ignore L11 shown\n  double fee = 2;\n}\n";
    assert_eq!(found(SchemaType::Protobuf, proto, r#"{"unitPrice":0.5,"fee":0.5}"#), ["L11 /fee"]);
    assert_eq!(found(SchemaType::Protobuf, proto, r#"{"unit_price":0.5}"#), NOTHING);
}

#[test]
fn a_field_that_the_version_before_did_not_ask_for_is_an_error() {
    let found = |schema_type, before: Option<&str>, text: &str| {
        let input = SchemaInput { schema_type, source: Source::bare(text), owned: None, before };
        let found = lint(&LintInput::Schema(input), &LintOptions::default()).expect(text);
        let found = found.into_iter().filter(|one| one.id == "L13");
        found.map(|one| (one.level, one.message)).collect::<Vec<_>>()
    };
    let avro = |names: &[&str]| {
        let fields: Vec<_> =
            names.iter().map(|name| format!(r#"{{"name":"{name}","type":"int"}}"#)).collect();
        format!(r#"{{"type":"record","name":"P","fields":[{}]}}"#, fields.join(","))
    };
    let (one, two) = (avro(&["a"]), avro(&["b", "a"]));
    let new = |name: &str| [(Level::Error, format!("new and required without a default: `{name}`"))];
    let alone = found(SchemaType::Avro, None, &two);
    assert_eq!(alone, [(Level::Warn, "required without a default: `b`, `a`".to_owned())]);
    assert_eq!(found(SchemaType::Avro, Some(&one), &two), new("b"));
    assert_eq!(found(SchemaType::Avro, Some(&two), &one), []);
    assert_eq!(found(SchemaType::Avro, Some("{"), &one)[0].0, Level::Warn, "nothing is known");
    let had_default = r#"{"type":"record","name":"P","fields":[{"name":"a","type":"int","default":1}]}"#;
    assert_eq!(found(SchemaType::Avro, Some(had_default), &one), [], "writers have always written it");
    // The same members, written down elsewhere.
    let x = r#"{"properties":{"a":{},"b":{}},"required":["a"]}"#;
    let inline = format!(r#"{{"properties":{{"x":{x}}}}}"#);
    let shared = format!(r##"{{"properties":{{"x":{{"$ref":"#/$defs/x"}}}},"$defs":{{"x":{x}}}}}"##);
    assert_eq!(found(SchemaType::Json, Some(&inline), &shared), []);
    let stricter = shared.replace(r#"["a"]"#, r#"["b","a"]"#);
    assert_eq!(found(SchemaType::Json, Some(&inline), &stricter), new("b"));
    let proto = "syntax = \"proto2\"; message P { required int32 a = 1; optional int32 b = 2; }";
    let stricter = proto.replace("optional", "required").replace("message P", "message Q");
    assert_eq!(found(SchemaType::Protobuf, Some(proto), &stricter), new("b"));
}

#[test]
fn many_required_members_are_found_in_one_pass() {
    let names: Vec<_> = (0..40_000).map(|n| format!(r#""m{n}""#)).collect();
    let properties: Vec<_> = names.iter().map(|name| format!("{name}:{{}}")).collect();
    let text = format!(r#"{{"required":[{}],"properties":{{{}}}}}"#, names.join(","), properties.join(","));
    assert_eq!(json(&text, &["L13"]), ["L13 "]);
}

#[test]
fn every_record_that_an_event_can_be_has_a_name() {
    let record = |name: &str| format!(r#"{{"type":"record","name":"{name}","fields":[]}}"#);
    let two = format!("[{},{}]", record("SendEmail"), record("GetUser"));
    assert_eq!(avro(&two, &["L02", "L03"]), ["L02 /0/name", "L03 /1/name"]);
    let or_null = format!(r#"["null",{}]"#, record("SendEmail"));
    assert_eq!(avro(&or_null, &["L02"]), ["L02 /1/name"]);
    let titled = |name: &str| format!(r#"{{"title":"{name}","type":"object","properties":{{}}}}"#);
    let branches = format!(r#"{{"oneOf":[{},{}]}}"#, titled("SendEmail"), titled("GetUser"));
    assert_eq!(json(&branches, &["L02", "L03"]), ["L02 /oneOf/0/title", "L03 /oneOf/1/title"]);
    let behind = format!(r##"{{"$ref":"#/definitions/S","definitions":{{"S":{}}}}}"##, titled("SendEmail"));
    assert_eq!(json(&behind, &["L02"]), ["L02 /definitions/S/title"]);
    let root = format!(r#"{{"title":"OrderPlaced.v1","oneOf":[{}]}}"#, titled("SendEmail"));
    assert_eq!(json(&root, &["L01", "L02"]), NOTHING, "the root has a name, its branches are variants");
}

#[test]
fn logical_types_count_on_their_own_types() {
    for (kind, expected) in [
        (r#"{"type":"double","logicalType":"decimal"}"#, &["L11", "L12"][..]),
        (r#"{"type":"bytes","logicalType":"decimal","precision":4}"#, &["L12"]),
        (r#"{"type":"bytes"}"#, &[]),
    ] {
        let text = format!(r#"{{"type":"record","name":"P","fields":[{{"name":"price","type":{kind}}}]}}"#);
        let expected: Vec<_> = expected.iter().map(|id| format!("{id} /fields/0")).collect();
        assert_eq!(avro(&text, &["L11", "L12"]), expected, "{kind}");
    }
    for (kind, untyped) in [
        (r#"{"type":"long","logicalType":"timestamp-millis"}"#, false),
        (r#"{"type":"long","logicalType":"local-timestamp-nanos"}"#, false),
        (r#"{"type":"int","logicalType":"timestamp-millis"}"#, true),
        (r#"{"type":"string","logicalType":"timestamp-millis"}"#, true),
        (r#"{"type":"int","logicalType":"date"}"#, false),
    ] {
        let text = format!(r#"{{"type":"record","name":"P","fields":[{{"name":"paidAt","type":{kind}}}]}}"#);
        assert_eq!(!avro(&text, &["L16"]).is_empty(), untyped, "{kind}");
    }
}

#[test]
fn personal_data_are_told_from_versions_and_numbers() {
    for (subject, personal) in [
        ("jane@example.org", true),
        ("\\\"jane@x.org\\\"", true),
        ("mailto:jane@example.org", true),
        ("pkg@1.2.3", false),
        ("jane@localhost", false),
        ("0000000000000000", false),
        ("4111111111111111", true),
        ("4111 1111 1111 1111", true),
        ("order-4111111111111111", true),
        ("order/4111111111111111/lines", true),
        ("x4111111111111111", false),
        ("4111111111111112", false),
        ("1778600000000", false),
        ("41111111-1111-1111-9a50-2f3f1f6a3c11", false),
        ("3782 822463 10005", true),
        ("+43 660 1234567", true),
        ("tel:+436601234567", true),
        ("(212) 555-1234", true),
        ("2125551234", false),
    ] {
        let text =
            format!(r#"{{"specversion":"1.0","id":"i","source":"s","type":"t","subject":"{subject}"}}"#);
        assert_eq!(ids(&event(&text, &LintOptions::default())).contains(&"L24"), personal, "{subject}");
    }
}
