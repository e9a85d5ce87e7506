//! Conditions on Protobuf messages.

use super::*;

/// Rule and pointer of every finding in a message in the JSON form.
fn protobuf(choice: &MessageChoice, payload: &str) -> Vec<String> {
    const FILE: &str = r#"syntax = "proto3"; package shop;
        import "confluent/meta.proto"; import "line.proto"; import "google/protobuf/timestamp.proto";
        message Other { string id = 1 [(confluent.field_meta).rules = { name: "id", expr: "this != ''" }]; }
        message Order {
          option (confluent.message_meta) = { rules: [
            { name: "total", doc: "the total is that of the lines", expr: "this.total == this.lines.size() * 5" },
            { name: "sender", expr: "this.mail.isEmail() ? '' : 'nobody to write to (\303\274)'" } ] };
          string mail = 1;
          int64 total = 2 [(confluent.field_meta) = { tags: "MONEY", rules: { name: "positive", expr: "this > 0" } }];
          repeated Line lines = 3;
          map<string, Line> by_key = 4;
          oneof end { string note = 5 [(confluent.field_meta).rules = { name: "note", expr: "this.size() < 4" }]; }
          google.protobuf.Timestamp at = 6 [(confluent.field_meta).rules = { name: "past", expr: "this < now" }];
          message Inner { int32 n = 1 [(confluent.field_meta).rules = { name: "n", expr: "this == 7" }]; }
        }"#;
    const LINE: &str = r#"syntax = "proto3"; package shop; message Line {
        int32 count = 1 [(confluent.field_meta).rules = { name: "count", expr: "this >= 1" }]; }"#;
    let line = Dependency { name: "line.proto".to_owned(), text: LINE.to_owned(), origin: None };
    let source = Source { text: FILE, dependencies: &[line] };
    let schema = Schema::parse(SchemaType::Protobuf, &source, Strictness::Stored, &Limits::default());
    let validator = schema.expect("a file").validator(&ValidatorOptions::default()).expect("a validator");
    let options =
        PayloadOptions { encoding: Encoding::Json, message: choice.clone(), ..PayloadOptions::default() };
    let report = validator.validate(payload.as_bytes(), &options);
    assert_eq!(report.outcome(), Outcome::Valid, "{report:?}");
    let message = validator.decode(payload.as_bytes(), &options).expect("a valid message");
    let rules = rules_of(SchemaType::Protobuf, &source);
    assert!(rules.errors().is_empty(), "{:?}", rules.errors());
    let report = rules.check(&message, payload.as_bytes(), NOW);
    report.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.pointer)).collect()
}

const KINDS: &str = r#"syntax = "proto3"; import "google/protobuf/wrappers.proto";
    import "google/protobuf/timestamp.proto"; import "google/protobuf/struct.proto";
    message M { map<int32, int32> mi = 1; int32 s32 = 2; optional int32 opt = 3; M sub = 4; repeated int32 r = 5;
      map<bool, int32> mb = 6; google.protobuf.Int64Value boxed = 7; google.protobuf.Timestamp at = 8;
      oneof o { M om = 9; string os = 10; } map<uint64, M> mu = 11; google.protobuf.Struct free = 12;
      double d = 13; map<string, int32> ms = 14; E e = 15; M twin = 16; enum E { NONE = 0; SOME = 1; } }"#;

#[test]
fn fields_of_messages_follow_the_language_definition() {
    let payload = r#"{"mi": {"3": 4}, "mb": {"true": 1}, "mu": {"7": {"s32": 5}}, "ms": {"k": 1},
        "free": {"x": 1}, "om": {}, "sub": {"opt": 0}, "twin": {"opt": 0, "s32": 0}}"#;
    let written = [
        &[
            0x0a, 4, 8, 3, 16, 4, 0x32, 4, 8, 1, 16, 1, 0x5a, 6, 8, 7, 18, 2, 16, 5, 0x72, 5, 10, 1, b'k',
            16, 1,
        ][..],
        &[0x62, 16, 10, 14, 10, 1, b'x', 18, 9, 17, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x4a, 0],
        // Zeros that are written are zeros: `s32` has no presence.
        &[0x22, 2, 24, 0, 0x82, 1, 4, 16, 0, 24, 0],
    ]
    .concat();
    let json = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let values = [
        decoded(SchemaType::Protobuf, &Source::bare(KINDS), payload.as_bytes(), &json),
        decoded(SchemaType::Protobuf, &Source::bare(KINDS), &written, &PayloadOptions::default()),
    ];
    for expr in [
        "message.mi[3] == 4 && 3 in message.mi && message.mi.all(k, k > 0) && !('3' in message.mi)",
        "message.mb[true] == 1 && message.mu[7u].s32 == 5 && message.ms.k == 1 && message.ms['k'] == 1",
        "message.opt == 0 && message.sub.sub.sub.s32 == 0 && message.os == '' && message.om.os == ''",
        "message.boxed == null && message.at == timestamp(0) && message.free.x == 1.0 && message.d == 0.0",
        "message.r == [] && message.r.size() == 0 && message.e == 0 && message.sub.mi.size() == 0",
        "!has(message.s32) && !has(message.r) && !has(message.opt) && !has(message.boxed) && !has(message.at)",
        "has(message.mi) && has(message.om) && !has(message.os) && has(message.sub.opt) && !has(message.sub.sub)",
        "has(message.free.x) && !has(message.free.y) && has(message.ms.k) && !has(message.ms.q)",
        "message.sub == message.twin && message.sub != message.om && message.om == message.sub.sub",
        "[message.sub].exists(m, has(m.opt)) && [message, message.sub].map(m, m.s32) == [0, 0]",
        "has(message.os) ; false",
    ] {
        for value in &values {
            let condition = Condition::compile("r", None, expr).expect(expr);
            assert_eq!(condition.evaluate(value, NOW), Answer::Holds, "{expr}\n{value:?}");
        }
    }
    for expr in ["has(message.nothing)", "message.nothing == 1", "message.sub.nothing == 1"] {
        let answer = Condition::compile("r", None, expr).expect(expr).evaluate(&values[0], NOW);
        assert_eq!(answer, fails("the expression reads `nothing`, which the payload lacks"), "{expr}");
    }
    let answer = Condition::compile("r", None, "message").expect("CEL").evaluate(&values[0], NOW);
    assert!(matches!(answer, Answer::NotEvaluable(_)), "{answer:?}");
}

#[test]
fn inline_rules_see_maps_of_messages_with_keys_of_their_type() {
    let schema = r#"syntax = "proto3"; message M {
        map<int32, int32> m = 1 [(confluent.field_meta).rules = { name: "m", expr: "this[3] > 0" }];
        map<int64, N> n = 2; }
        message N { int32 s = 1 [(confluent.field_meta).rules = { name: "s", expr: "this > 0" }]; }"#;
    let report = inline(SchemaType::Protobuf, schema, r#"{"m": {"3": 0}, "n": {"-5": {}, "5": {"s": 1}}}"#);
    assert_eq!(
        short(&report),
        [("rule.m", "/m", "`m`: this[3] > 0"), ("rule.s", "/n/-5/s", "`n.-5.s`: this > 0")]
    );
}

#[test]
fn inline_rules_of_protobuf_stand_in_options() {
    let order = |name: &str| MessageChoice::Name(name.to_owned());
    let good = r#"{"mail":"a@example.com","total":"10","lines":[{"count":1},{"count":2}],"note":"abc",
        "at":"2020-01-01T00:00:00Z"}"#;
    assert_eq!(protobuf(&order("shop.Order"), good), [] as [&str; 0]);
    let bad = r#"{"mail":"x","total":"-5","lines":[{"count":1},{"count":0}],"by_key":{"a/b":{"count":-1}},
        "note":"long","at":"2999-01-01T00:00:00Z"}"#;
    let expected = [
        "rule.total ",
        "rule.sender ",
        "rule.positive /total",
        "rule.count /lines/1/count",
        "rule.count /by_key/a~1b/count",
        "rule.past /at",
        "rule.note /note",
    ];
    assert_eq!(protobuf(&order(".shop.Order"), bad), expected);
    assert_eq!(protobuf(&MessageChoice::Indexes(vec![1]), bad).len(), expected.len());
    assert_eq!(protobuf(&MessageChoice::Indexes(vec![1, 0]), r#"{"n":1}"#), ["rule.n /n"]);
    assert_eq!(protobuf(&MessageChoice::First, r#"{"id":"1"}"#), [] as [&str; 0]);
    assert_eq!(protobuf(&MessageChoice::First, "{}"), ["rule.id /id"]);
}

#[test]
fn an_entry_in_options_of_protobuf_that_is_no_rule_is_reported() {
    let text =
        r#"syntax = "proto3"; message A { string a = 1 [(confluent.field_meta).rules = { name: "x" }]; }"#;
    let report = inline(SchemaType::Protobuf, text, "{}");
    assert_eq!(report.findings[0].rule, "rules.not-evaluated");
    assert_eq!(report.findings[0].schema_pointer.as_deref(), Some("A.a"));
}

#[test]
fn tags_of_protobuf_select_fields_for_domain_rules() {
    let text = r#"syntax = "proto3"; message A {
        string mail = 1 [(confluent.field_meta).tags = "PII"]; string name = 2; }"#;
    let tags = ["PII".to_owned()];
    let rule = DomainRule {
        name: "mail",
        kind: "CONDITION",
        mode: "WRITE",
        executor: "CEL_FIELD",
        tags: &tags,
        expr: Some("typeName == 'STRING' && value.isEmail()"),
        ..DomainRule::default()
    };
    let payload = br#"{"mail":"x","name":"y"}"#;
    let json = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let message = decoded(SchemaType::Protobuf, &Source::bare(text), payload, &json);
    let report = domain_rules(&[rule], SchemaType::Protobuf, text, &[]).check(&message, payload, NOW);
    let found: Vec<_> = report.findings.iter().map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(found, ["/mail"]);
}

#[test]
fn a_packed_message_is_the_message_in_bytes_as_in_json() {
    let schema = r#"syntax = "proto3"; import "google/protobuf/any.proto"; import "google/protobuf/duration.proto";
        message M { google.protobuf.Any a = 1; google.protobuf.Any d = 2; google.protobuf.Any e = 3; N n = 4; }
        message N { int32 n = 1; google.protobuf.Duration d = 2; }"#;
    let payload = br#"{"a": {"@type": "example.com/N", "n": 5},
        "d": {"@type": "example.com/google.protobuf.Duration", "value": "3s"}, "n": {"n": 5}}"#;
    let packed = |number: u8, name: &str, bytes: &[u8]| {
        let url = format!("example.com/{name}");
        let lengths = [url.len() as u8, bytes.len() as u8];
        let any = [&[10, lengths[0]][..], url.as_bytes(), &[18, lengths[1]], bytes].concat();
        [&[number << 3 | 2, any.len() as u8][..], &any].concat()
    };
    let bytes = [packed(1, "N", &[8, 5]), packed(2, "google.protobuf.Duration", &[8, 3]), vec![34, 2, 8, 5]];
    let json = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let source = Source::bare(schema);
    for value in [
        decoded(SchemaType::Protobuf, &source, payload, &json),
        decoded(SchemaType::Protobuf, &source, &bytes.concat(), &PayloadOptions::default()),
    ] {
        let expr =
            "message.a.n == 5 && message.a == message.n && message.d == duration('3s') && !has(message.e)";
        assert_eq!(
            Condition::compile("r", None, expr).expect(expr).evaluate(&value, NOW),
            Answer::Holds,
            "{value:?}"
        );
    }
}

#[test]
fn long_defaults_are_paid_for_where_they_are_selected() {
    let text = "x".repeat(100_000);
    let schema = format!(
        r#"syntax = "proto2"; message M {{ repeated N n = 1; }} message N {{ optional string s = 1 [default = "{text}"]; }}"#
    );
    let answer = |n: usize| {
        let payload = [10, 0].repeat(n);
        let message =
            decoded(SchemaType::Protobuf, &Source::bare(&schema), &payload, &PayloadOptions::default());
        Condition::compile("r", None, "message.n.all(n, n.s != '')").expect("CEL").evaluate(&message, NOW)
    };
    assert_eq!(answer(10), Answer::Holds);
    assert_eq!(answer(100_000), Answer::TooCostly);
}
