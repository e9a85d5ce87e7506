//! Random `.proto` texts that the registry accepts.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

const SCALARS: [&str; 15] = [
    "bool", "bytes", "double", "float", "fixed32", "fixed64", "int32", "int64", "sfixed32", "sfixed64",
    "sint32", "sint64", "string", "uint32", "uint64",
];
const TYPES: [&str; 6] =
    ["A", ".p.B", "C.A", "E", "google.protobuf.Timestamp", "map<string, google.protobuf.Any>"];

fn name() -> impl Strategy<Value = String> {
    "[a-e][a-z_]{0,3}[0-9]?"
}

/// A value of an option, aggregates included.
fn value() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        Just("true".to_owned()),
        Just("SOME".to_owned()),
        (-20i32..20).prop_map(|number| number.to_string()),
        (0u32..300).prop_map(|number| format!("0x{number:x}")),
        "[ -~]{0,6}".prop_map(|text| format!("{text:?}").replace("\\u{", "u{")),
        Just("'it\\'s' \"\\x41\\n\"".to_owned()),
    ];
    plain.prop_recursive(3, 16, 4, |inner| {
        let entry = (prop_oneof![name(), Just("[p.ext]".to_owned())], inner.clone())
            .prop_map(|(key, value)| format!("{key}: {value}"));
        prop_oneof![
            vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            vec(entry, 0..4).prop_map(|entries| format!("{{ {} }}", entries.join(" "))),
        ]
    })
}

fn option() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        name(),
        Just("(confluent.field_meta).doc".to_owned()),
        name().prop_map(|name| format!("({name}).inner.x")),
        Just("json_name".to_owned()),
    ];
    (name, value()).prop_map(|(name, value)| match name.as_str() {
        "json_name" => "json_name = \"j\"".to_owned(),
        _ => format!("{name} = {value}"),
    })
}

fn options() -> impl Strategy<Value = String> {
    vec(option(), 0..3).prop_map(|options| match options.as_slice() {
        [] => String::new(),
        options => format!(" [{}]", options.join(", ")),
    })
}

/// The type, name and options of a field; its number comes from its position.
fn field_parts() -> impl Strategy<Value = (Option<&'static str>, &'static str, String, String)> {
    let kind = prop_oneof![3 => select(&SCALARS[..]), 2 => select(&TYPES[..])];
    (of(select(&["optional ", "repeated "][..])), kind, name(), options())
}

/// Fields of distinct numbers.
pub(super) fn fields() -> impl Strategy<Value = Vec<String>> {
    vec(field_parts(), 0..6).prop_map(|fields| {
        let fields = fields.into_iter().enumerate().map(|(position, (label, kind, name, options))| {
            let label = label.filter(|_| !kind.starts_with("map")).unwrap_or_default();
            format!("{label}{kind} {name}{position} = {}{options};", position * 3 + 1)
        });
        fields.collect()
    })
}

fn oneof() -> impl Strategy<Value = String> {
    let member = (select(&SCALARS[..]), name(), 100..120i32, options());
    (name(), vec(member, 0..3)).prop_map(|(oneof, members)| {
        let members = members
            .into_iter()
            .map(|(kind, name, number, options)| format!("{kind} {name} = {number}{options};"));
        format!("oneof {oneof} {{ {} }}", members.collect::<String>())
    })
}

fn enumeration() -> impl Strategy<Value = String> {
    (vec(("[A-F]{1,2}", -3..9i32, options()), 0..4), of(option())).prop_map(|(constants, option)| {
        let constants =
            constants.into_iter().map(|(name, number, options)| format!("{name} = {number}{options};"));
        let option = option.map(|option| format!("option {option};")).unwrap_or_default();
        format!("enum E {{ {option} {} reserved 40, 50 to max; }}", constants.collect::<String>())
    })
}

fn message(depth: u32) -> BoxedStrategy<String> {
    let nested = if depth == 0 { Just(Vec::new()).boxed() } else { vec(message(depth - 1), 0..2).boxed() };
    (
        select(&["A", "B", "C"][..]),
        fields(),
        vec(oneof(), 0..2),
        of(enumeration()),
        nested,
        of(option()),
        any::<bool>(),
    )
        .prop_map(|(name, fields, oneofs, node, nested, option, reserved)| {
            let option = option.map(|option| format!("option {option};")).unwrap_or_default();
            let reserved = if reserved { "reserved 900, 905 to 910; reserved \"gone\";" } else { "" };
            let (fields, oneofs, nested) = (fields.join("\n"), oneofs.concat(), nested.concat());
            format!(
                "message {name} {{ {nested} {reserved} {fields} {option} {oneofs} {} }}\n",
                node.unwrap_or_default()
            )
        })
        .boxed()
}

/// A proto3 file of package `p`; its top-level names are distinct.
pub(crate) fn file() -> impl Strategy<Value = String> {
    (vec(message(2), 1..4), vec(option(), 0..3), of(enumeration()), any::<bool>()).prop_map(
        |(messages, options, node, service)| {
            let mut text = "// generated\nsyntax = \"proto3\";\npackage p;\n".to_owned();
            text.extend(options.iter().map(|option| format!("option {option};\n")));
            for (position, message) in messages.iter().enumerate() {
                let rest =
                    message.strip_prefix("message ").and_then(|rest| rest.get(1..)).unwrap_or_default();
                text.extend(["message ", ["A", "B", "C"][position], rest]);
            }
            text.push_str(&node.unwrap_or_default());
            if service {
                text.push_str("service S { rpc Do (A) returns (stream .p.A) { option deprecated = true; } }");
            }
            text
        },
    )
}
