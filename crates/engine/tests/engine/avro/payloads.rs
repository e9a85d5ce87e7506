//! Payloads against their schema: binary, Avro JSON and plain JSON.

use std::time::{Duration, Instant};

use chancery_engine::avro::AvroValidator;
use chancery_engine::violation::{Encoding, PayloadOptions};
use chancery_engine::{Outcome, Report};

use super::new_schema;

fn validator(schema: &str) -> AvroValidator {
    new_schema(schema).expect(schema).validator().expect("every schema can be walked")
}

/// Findings as `rule pointer`, without the prefix of the rule.
fn findings(report: &Report) -> Vec<String> {
    let line = |finding: &chancery_engine::Violation| {
        format!("{} {}", finding.rule.trim_start_matches("schema.avro."), finding.pointer)
    };
    report.findings.iter().map(line).collect()
}

const ORDER: &str = r#"{"type":"record","name":"Order","fields":[
    {"name":"id","type":"string"},
    {"name":"paid","type":"boolean"},
    {"name":"state","type":{"type":"enum","name":"State","symbols":["OPEN","CLOSED"]}},
    {"name":"note","type":["null","string"]},
    {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"qty","type":"int"}]}}},
    {"name":"tags/~","type":{"type":"map","values":"long"}}]}"#;

fn order() -> AvroValidator {
    validator(&ORDER.replace("tags/~", "tags"))
}

#[test]
fn binary_payloads_are_read_strictly() {
    // id "a", paid, CLOSED, note null, one line of quantity 1, one tag.
    let good: &[u8] = &[2, b'a', 1, 2, 0, 2, 2, 0, 2, 2, b'k', 4, 0];
    let with = |position: usize, byte: u8| {
        let mut payload = good.to_vec();
        payload[position] = byte;
        payload
    };
    let cases: Vec<(Vec<u8>, Vec<&str>)> = vec![
        (good.to_vec(), vec![]),
        (good[..12].to_vec(), vec!["truncated /tags"]),
        (good[..1].to_vec(), vec!["truncated /id"]),
        (Vec::new(), vec!["truncated /id"]),
        ([good, &[0]].concat(), vec!["trailing-bytes "]),
        (with(0, 1), vec!["negative-length /id"]),
        (with(0, 100), vec!["truncated /id"]),
        (with(1, 0xff), vec!["utf8 /id"]),
        (with(2, 2), vec!["boolean /paid"]),
        (with(3, 4), vec!["enum-index /state"]),
        (with(3, 1), vec!["enum-index /state"]),
        (with(4, 4), vec!["union-index /note"]),
        (with(4, 1), vec!["union-index /note"]),
        // Faults whose end is known do not hide the next one.
        (vec![2, 0xff, 7, 8, 0, 0, 0], vec!["utf8 /id", "boolean /paid", "enum-index /state"]),
        // A map key that is not UTF-8, and a value below a key.
        (vec![2, b'a', 1, 2, 0, 0, 2, 2, 0xff, 4, 0], vec!["utf8 /tags"]),
        (vec![2, b'a', 1, 2, 0, 0, 2, 4, b'/', b'~', 0x80], vec!["truncated /tags/~1~0"]),
    ];
    let order = order();
    for (payload, expected) in cases {
        let report = order.validate(&payload, &PayloadOptions::default());
        assert_eq!(findings(&report), expected, "{payload:?}");
        assert_eq!(report.outcome() == Outcome::Valid, expected.is_empty());
    }
}

#[test]
fn numbers_may_be_no_longer_than_their_type() {
    let minus_one = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    for (schema, payload, expected) in [
        (r#""int""#, &[0xfe, 0xff, 0xff, 0xff, 0x0f][..], vec![]),
        (r#""int""#, &[0xff, 0xff, 0xff, 0xff, 0x0f], vec![]),
        (r#""int""#, &[0x80, 0x80, 0x80, 0x80, 0x10], vec!["varint "]),
        (r#""int""#, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x00], vec!["varint "]),
        (r#""int""#, &[0x80, 0x00], vec![]),
        (r#""long""#, &minus_one, vec![]),
        (r#""long""#, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02], vec!["varint "]),
        (r#""long""#, &[0x80; 11], vec!["varint "]),
        (r#""long""#, &[0x80; 9], vec!["truncated "]),
        (r#""float""#, &[0, 0, 0, 0], vec![]),
        (r#""double""#, &[0; 7], vec!["truncated "]),
        (r#"{"type":"fixed","name":"F","size":3}"#, &[1, 2, 3], vec![]),
        (r#"{"type":"fixed","name":"F","size":3}"#, &[1, 2], vec!["truncated "]),
        (r#""string""#, &minus_one, vec!["negative-length "]),
        (r#""string""#, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], vec!["truncated "]),
        ("[]", &[0], vec!["union-index "]),
    ] {
        let report = validator(schema).validate(payload, &PayloadOptions::default());
        assert_eq!(findings(&report), expected, "{schema} {payload:?}");
    }
}

#[test]
fn blocks_may_say_their_size_and_must_be_right() {
    let longs = validator(r#"{"type":"array","items":"long"}"#);
    for (payload, expected) in [
        (&[3, 4, 2, 4, 0][..], vec![]),               // two items in two bytes
        (&[3, 4, 2, 4, 2, 6, 0], vec![]),             // and a block without size
        (&[3, 2, 2, 4, 0], vec!["block-size "]),      // says one byte
        (&[3, 6, 2, 4, 0], vec!["block-size "]),      // says three, and they are there
        (&[3, 100, 2, 4, 0], vec!["truncated "]),     // says fifty
        (&[3, 1, 2, 4, 0], vec!["negative-length "]), // says less than none
        (&[4, 2], vec!["truncated /1"]),
        (&[4, 2, 4], vec!["truncated "]),
        // The smallest long as a count.
        (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0], vec!["limit "]),
    ] {
        let report = longs.validate(payload, &PayloadOptions::default());
        assert_eq!(findings(&report), expected, "{payload:?}");
    }
}

/// Five bytes once kept a processor busy for half a second: records without bytes were walked one by one.
#[test]
fn items_without_bytes_are_looked_at_once() {
    let fields: Vec<_> = (0..1_000).map(|n| format!(r#"{{"name":"f{n}","type":"null"}}"#)).collect();
    let nulls = format!(r#"{{"type":"record","name":"Nulls","fields":[{}]}}"#, fields.join(","));
    let validator = validator(&format!(r#"{{"type":"array","items":{nulls}}}"#));
    // Three million items: each would be paid for with a thousand values.
    let three_million = [0x80, 0x9b, 0xee, 0x02, 0];
    assert!(validator.validate(&three_million, &PayloadOptions::default()).findings.is_empty());
}

/// Each level doubles the values of the one below; all of them together take no byte. An empty payload once cost the
/// whole budget of values.
#[test]
fn a_tree_of_records_without_bytes_is_not_walked() {
    let mut tree = r#"{"type":"record","name":"Z0","fields":[]}"#.to_owned();
    for level in 1..40 {
        tree = format!(
            r#"{{"type":"record","name":"Z{level}","fields":[{{"name":"a","type":{tree}}},{{"name":"b","type":"Z{}"}}]}}"#,
            level - 1
        );
    }
    let fields = format!(r#"{{"name":"none","type":{tree}}},{{"name":"one","type":"boolean"}}"#);
    let beside = format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#);
    let start = Instant::now();
    let (tree, beside) = (validator(&tree), validator(&beside));
    for _ in 0..1_000 {
        assert!(tree.validate(&[], &PayloadOptions::default()).findings.is_empty());
        assert!(beside.validate(&[1], &PayloadOptions::default()).findings.is_empty());
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(findings(&beside.validate(&[7], &PayloadOptions::default())), ["boolean /one"]);
    assert_eq!(findings(&tree.validate(&[0], &PayloadOptions::default())), ["trailing-bytes "]);
}

#[test]
fn values_without_bytes_are_paid_for() {
    let start = Instant::now();
    for schema in [
        r#"{"type":"array","items":"null"}"#,
        r#"{"type":"array","items":{"type":"fixed","name":"Nothing","size":0}}"#,
        r#"{"type":"array","items":{"type":"record","name":"Empty","fields":[]}}"#,
        r#"{"type":"array","items":{"type":"record","name":"Nulls","fields":[{"name":"a","type":"null"},{"name":"b","type":"null"}]}}"#,
    ] {
        let validator = validator(schema);
        // One block of nine million items in five bytes.
        let nine_million = [0x80, 0xa2, 0xca, 0x08, 0];
        let report = validator.validate(&nine_million, &PayloadOptions::default());
        assert_eq!(findings(&report), ["limit "], "{schema}");
        // Many blocks of 900,000 items.
        let blocks: Vec<u8> = [0xc0, 0xee, 0x6d].repeat(2_000);
        let report = validator.validate(&blocks, &PayloadOptions::default());
        assert!(findings(&report)[0].starts_with("limit"), "{schema}");
        assert!(
            validator.validate(&[4, 0], &PayloadOptions::default()).findings.is_empty(),
            "two items are fine"
        );
    }
    assert!(start.elapsed() < Duration::from_secs(10), "refused at the header: {:?}", start.elapsed());
}

#[test]
fn depth_is_limited_by_the_options() {
    let list = r#"{"type":"record","name":"List","fields":[{"name":"next","type":["null","List"]}]}"#;
    let validator = validator(list);
    let nested = |depth: usize| [vec![2; depth - 1], vec![0]].concat();
    let options = |max_depth| PayloadOptions { max_depth, ..PayloadOptions::default() };
    assert!(validator.validate(&nested(100), &options(100)).findings.is_empty());
    let report = validator.validate(&nested(101), &options(100));
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].rule, "schema.avro.limit");
    // Twenty thousand levels end at the limit of the walker itself, not at the end of the stack.
    let report = validator.validate(&nested(20_000), &options(usize::MAX));
    assert_eq!(report.findings[0].rule, "schema.avro.limit");
    let endless = self::validator(r#"{"type":"record","name":"E","fields":[{"name":"e","type":"E"}]}"#);
    assert_eq!(endless.validate(&[], &options(100)).findings[0].rule, "schema.avro.limit");
}

#[test]
fn a_framed_payload_of_a_bytes_schema_has_no_length() {
    let bytes = validator(r#""bytes""#);
    let framed = PayloadOptions { framed: true, ..PayloadOptions::default() };
    assert!(bytes.validate(&[9, 9], &framed).findings.is_empty());
    assert_eq!(findings(&bytes.validate(&[9, 9], &PayloadOptions::default())), ["negative-length "]);
    let string = validator(r#""string""#);
    assert_eq!(findings(&string.validate(&[9, 9], &framed)), ["negative-length "], "only bytes are raw");
}

const EVENT: &str = r#"{"type":"record","name":"Event","namespace":"n","fields":[
    {"name":"id","type":"long"},
    {"name":"size","type":"int","default":1},
    {"name":"kind","type":["null","string",{"type":"enum","name":"Kind","symbols":["A","B"]}]},
    {"name":"hash","type":["null",{"type":"fixed","name":"Hash","size":2}]},
    {"name":"rates","type":{"type":"map","values":"double"}}]}"#;

#[test]
fn avro_json_names_its_branches_and_has_all_fields() {
    let event = validator(EVENT);
    let options = PayloadOptions { encoding: Encoding::AvroJson, ..PayloadOptions::default() };
    for (payload, expected) in [
        (
            r#"{"id":1,"size":2,"kind":{"n.Kind":"A"},"hash":{"n.Hash":"ab"},"rates":{"x":1,"y":"NaN"}}"#,
            vec![],
        ),
        (r#"{"id":1,"size":2,"kind":null,"hash":null,"rates":{}}"#, vec![]),
        (r#"{"id":1,"kind":{"string":"x"},"hash":null,"rates":{}}"#, vec!["missing-field "]),
        (r#"{"id":1,"size":2,"kind":"A","hash":null,"rates":{}}"#, vec!["type /kind"]),
        (r#"{"id":1,"size":2,"kind":{"Kind":"A"},"hash":null,"rates":{}}"#, vec!["type /kind"]),
        (r#"{"id":1,"size":2,"kind":{"null":null},"hash":null,"rates":{}}"#, vec!["type /kind"]),
        (r#"{"id":1,"size":2,"kind":{"n.Kind":"C"},"hash":null,"rates":{}}"#, vec!["enum /kind"]),
        (r#"{"id":1,"size":2,"kind":null,"hash":{"n.Hash":"abc"},"rates":{}}"#, vec!["fixed-size /hash"]),
        (r#"{"id":1,"size":2,"kind":null,"hash":{"n.Hash":"é€"},"rates":{}}"#, vec!["type /hash"]),
        (r#"{"id":1,"size":2,"kind":null,"hash":{"n.Hash":"éé"},"rates":{}}"#, vec![]),
        (
            r#"{"id":1.5,"size":2147483648,"kind":null,"hash":null,"rates":{"a/b":"x"}}"#,
            vec!["type /id", "type /size", "type /rates/a~1b"],
        ),
        (r#"{"id":1,"size":2,"kind":null,"hash":null,"rates":{},"more":1}"#, vec!["unknown-field /more"]),
        ("[]", vec!["type "]),
        ("{", vec!["syntax "]),
    ] {
        let report = event.validate(payload.as_bytes(), &options);
        assert_eq!(findings(&report), expected, "{payload}");
    }
}

#[test]
fn plain_json_takes_the_first_branch_that_fits() {
    let event = validator(EVENT);
    let options = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    for (payload, expected) in [
        (r#"{"id":1,"kind":"anything","hash":"ab","rates":{}}"#, vec![]),
        (r#"{"id":1,"kind":null,"hash":"abc","rates":{}}"#, vec!["fixed-size /hash"]),
        (r#"{"id":1,"kind":7,"hash":null,"rates":{}}"#, vec!["type /kind"]),
        (r#"{"kind":null,"hash":null,"rates":{}}"#, vec!["missing-field "]),
        (r#"{"id":1,"hash":null,"rates":{}}"#, vec!["missing-field "]),
        // A number that no double can hold is well-formed JSON, and no number of Avro.
        (r#"{"id":1e400,"kind":null,"hash":null,"rates":{"x":1e400}}"#, vec!["type /id", "type /rates/x"]),
    ] {
        let report = event.validate(payload.as_bytes(), &options);
        assert_eq!(findings(&report), expected, "{payload}");
    }
    let report = event.validate(br#"{"id":1,"kind":null,"hash":null,"rates":{},"more":1}"#, &options);
    assert_eq!(
        (report.outcome(), findings(&report)),
        (Outcome::Valid, vec!["unknown-field /more".to_owned()])
    );
    // A nullable record: the findings are those of the record, not "fits no branch".
    let nullable = validator(
        r#"{"type":"array","items":["null",{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}]}"#,
    );
    let report = nullable.validate(br#"[null,{"a":"x"},{"a":1,"b":2},3]"#, &options);
    assert_eq!(findings(&report), ["type /1/a", "unknown-field /2/b", "type /3"]);
}

#[test]
fn plain_json_prefers_the_branch_that_knows_all_members() {
    let record =
        |name: &str, fields: &str| format!(r#"{{"type":"record","name":"{name}","fields":[{fields}]}}"#);
    let defaulted = record("A", r#"{"name":"x","type":"int","default":0}"#);
    let other = record("B", r#"{"name":"y","type":"int"},{"name":"z","type":"int","default":0}"#);
    let nested = record("C", &format!(r#"{{"name":"u","type":["null",{defaulted}],"default":null}}"#));
    let union = validator(&format!("[{nested},{other}]"));
    let pair = validator(&format!("[{defaulted},{other}]"));
    let inner = r#"{"type":"record","name":"R","fields":[{"name":"string","type":"string"}]}"#;
    let outer = format!(
        r#"{{"type":"record","name":"O","fields":[{{"name":"u","type":["null",{inner},"string"]}}]}}"#
    );
    let named = validator(&format!("[\"null\",{outer}]"));
    let options = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    for (validator, payload, expected) in [
        (&pair, r#"{"x":1}"#, vec![]),
        (&pair, r#"{"y":1}"#, vec![]),
        (&pair, r#"{"y":1,"z":2}"#, vec![]),
        (&pair, "{}", vec![]),
        (&pair, r#"{"y":1,"w":2}"#, vec!["unknown-field /w", "unknown-field /y"]),
        (&pair, r#"{"y":"bad"}"#, vec!["unknown-field /y"]),
        // Who names a branch means it: nothing of the value would be left in the first one.
        (&pair, r#"{"B":{"y":1}}"#, vec!["type "]),
        (&pair, r#"{"A":{"x":"bad"}}"#, vec!["type "]),
        (&pair, r#"{"A":{"x":1},"x":1}"#, vec!["unknown-field /A"]),
        // Unknown members count wherever they are.
        (&union, r#"{"u":{"x":1}}"#, vec![]),
        (&union, r#"{"u":{"w":1}}"#, vec!["unknown-field /u/w"]),
        (&union, r#"{"u":{"A":{"x":1}},"y":1}"#, vec!["unknown-field /u"]),
        // A member that is called like a branch is that of the one that has it, whatever else is unknown.
        (&named, r#"{"u":{"string":"x"}}"#, vec![]),
        (&named, r#"{"u":{"string":"x"},"more":1}"#, vec!["unknown-field /more"]),
    ] {
        let report = validator.validate(payload.as_bytes(), &options);
        assert_eq!(findings(&report), expected, "{payload}");
    }
}

#[test]
fn trying_branches_is_bounded() {
    let names: Vec<String> = (0..4).map(|n| format!("\"B{n}\"")).collect();
    let branches: Vec<String> = (0..4)
        .map(|n| {
            format!(
                r#"{{"type":"record","name":"B{n}","fields":[{{"name":"f","type":["null",{}]}}]}}"#,
                names.join(",")
            )
        })
        .collect();
    let validator = validator(&format!("[{}]", branches.join(",")));
    let payload = format!("{}1{}", r#"{"f":"#.repeat(60), "}".repeat(60));
    let options = PayloadOptions { encoding: Encoding::Json, max_items: 50_000, ..PayloadOptions::default() };
    let report = validator.validate(payload.as_bytes(), &options);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].rule, "schema.avro.limit");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let report = validator.validate(deep.as_bytes(), &options);
    assert_eq!(findings(&report), ["limit "]);
}

/// Three bytes of JSON stand for thousands of fields, and one value is compared with thousands of branches: what they
/// cost is bounded by the length of the payload.
#[test]
fn json_pays_for_fields_and_branches() {
    let start = Instant::now();
    let fields: Vec<_> =
        (0..5_000).map(|n| format!(r#"{{"name":"f{n}","type":"int","default":0}}"#)).collect();
    let wide = format!(
        r#"{{"type":"array","items":{{"type":"record","name":"R","fields":[{}]}}}}"#,
        fields.join(",")
    );
    let fixed: Vec<_> = (0..5_000).map(|n| format!(r#"{{"type":"fixed","name":"F{n}","size":1}}"#)).collect();
    let union = format!(r#"{{"type":"array","items":[{}]}}"#, fixed.join(","));
    for (schema, item, encoding) in
        [(wide, "{}", Encoding::Json), (union, r#"{"F4999":"a"}"#, Encoding::AvroJson)]
    {
        let validator = validator(&schema);
        let options = PayloadOptions { encoding, ..PayloadOptions::default() };
        let few = format!("[{item},{item}]");
        assert_eq!(findings(&validator.validate(few.as_bytes(), &options)), [] as [&str; 0]);
        let many = format!("[{}]", vec![item; 10_000].join(","));
        let report = validator.validate(many.as_bytes(), &options);
        assert!(findings(&report)[0].starts_with("limit /"), "{:?}", findings(&report));
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn findings_say_no_values_and_stop_at_a_hundred() {
    let secrets = validator(r#"{"type":"array","items":"boolean"}"#);
    let options = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let payload = format!("[{}]", vec!["\"hunter2\""; 150].join(","));
    let report = secrets.validate(payload.as_bytes(), &options);
    assert_eq!((report.findings.len(), report.truncated), (100, true));
    assert!(report.findings.iter().all(|finding| !format!("{finding:?}").contains("hunter2")));
    let binary = [vec![0xac, 0x02], vec![9; 150], vec![0]].concat();
    let report = secrets.validate(&binary, &PayloadOptions::default());
    assert_eq!((report.findings.len(), report.truncated), (100, true));
}
