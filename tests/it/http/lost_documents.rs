//! Changes of JSON Schemas that the reference's rules accept although documents are lost: the verdict stays the
//! reference's, and the explanation shows a document. One row for each known class.

use serde_json::{Value, json};

use super::app::App;

const MODERN: &str = "https://json-schema.org/draft/2020-12/schema";
const DRAFT4: &str = "http://json-schema.org/draft-04/schema#";

/// What changes, from the earlier schema to the later one.
fn classes() -> Vec<(&'static str, Value, Value)> {
    let chain = |last: &str| {
        json!({"properties": {"unit": {"$ref": "#/definitions/unit"}},
            "definitions": {"unit": {"$ref": "#/definitions/code"}, "code": {"type": last}}})
    };
    let shelf = |extra: Value| {
        let mut schema = json!({"type": "object", "properties": {"lot": {"type": "string"}}, "additionalProperties": false});
        schema.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap());
        schema
    };
    vec![
        (
            "a name that is no property becomes required",
            json!({"type": "object"}),
            json!({"type": "object", "required": ["bin"]}),
        ),
        (
            "a property with a default becomes required",
            shelf(json!({})),
            shelf(json!({"properties": {"lot": {"type": "string", "default": "A1"}}, "required": ["lot"]})),
        ),
        (
            "a required property without conditions is added",
            json!({"type": "object", "properties": {"lot": {}}}),
            json!({"type": "object", "properties": {"lot": {}, "bin": {}}, "required": ["bin"]}),
        ),
        (
            "the schema of matching names changes",
            json!({"type": "object", "patternProperties": {"^tax_": {"type": "number"}}}),
            json!({"type": "object", "patternProperties": {"^tax_": {"type": "string"}}}),
        ),
        (
            "patterns make an open object look closed",
            json!({"type": "object", "patternProperties": {"^tax_": {}}}),
            json!({"type": "object", "patternProperties": {"^tax_": {}}, "properties": {"weight": {"type": "integer"}}}),
        ),
        (
            "names are restricted",
            json!({"type": "object"}),
            json!({"type": "object", "propertyNames": {"maxLength": 4}}),
        ),
        (
            "an item is asked for",
            json!({"type": "array"}),
            json!({"type": "array", "contains": {"type": "boolean"}}),
        ),
        (
            "a branch of a condition changes",
            json!({"if": {"required": ["lot"]}, "then": {}}),
            json!({"if": {"required": ["lot"]}, "then": false}),
        ),
        ("a limit without a type gets one", json!({"maximum": 9}), json!({"type": "number", "maximum": 9})),
        (
            "a limit is left out, in the words of draft 4",
            json!({"$schema": DRAFT4, "type": "number", "maximum": 7}),
            json!({"$schema": DRAFT4, "type": "number", "maximum": 7, "exclusiveMaximum": true}),
        ),
        ("the end of a chain of references changes", chain("integer"), chain("string")),
        (
            "members of oneOf come to overlap",
            json!({"oneOf": [{"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 10}]}),
            json!({"oneOf": [{"type": "integer", "maximum": 12}, {"type": "integer", "minimum": 10}]}),
        ),
        ("a format is asked for", json!({"type": "string"}), json!({"type": "string", "format": "ipv4"})),
        (
            "a byte array of Connect changes its type",
            json!({"type": "string", "connect.type": "bytes"}),
            json!({"type": "boolean", "connect.type": "bytes"}),
        ),
        (
            "a member of two parts counts as two members",
            json!({"$schema": MODERN, "type": "integer"}),
            json!({"$schema": MODERN, "anyOf": [{"type": "integer", "enum": [1, 3]}, {"type": "null"}]}),
        ),
        (
            "unevaluated properties are overlooked beside an unknown keyword",
            json!({"$schema": MODERN, "x-note": 1, "type": "object"}),
            json!({"$schema": MODERN, "x-note": 1, "type": "object", "unevaluatedProperties": false}),
        ),
        (
            "two limits are one double",
            json!({"type": "integer", "minimum": 9_007_199_254_740_992_u64}),
            json!({"type": "integer", "minimum": 9_007_199_254_740_993_u64}),
        ),
    ]
}

async fn outcome(app: &App, subject: &str, document: &str) -> Value {
    let path = format!("/v1/subjects/{subject}/versions/1/validate");
    let headers = [("content-type", "application/json")];
    app.send("POST", &path, &headers, document.as_bytes().to_vec()).await.is(200)["outcome"].clone()
}

#[tokio::test]
async fn an_accepted_change_that_loses_documents_is_explained_by_one() {
    let app = App::new().await;
    for (number, (name, earlier, later)) in classes().into_iter().enumerate() {
        let (old, new) = (format!("old{number}"), format!("new{number}"));
        for (subject, schema) in [(&old, &earlier), (&new, &later)] {
            let body = json!({"schemaType": "JSON", "schema": schema.to_string()});
            app.post(&format!("/subjects/{subject}/versions"), body).await.is(200);
        }
        let body = json!({"schemaType": "JSON", "schema": later.to_string()});
        let explained = app.post(&format!("/v1/subjects/{old}/compatibility"), body).await.is(200);
        assert_eq!(explained["compatible"], json!(true), "{name}: {explained}");
        let witness = &explained["versions"][0]["witness"];
        let document = witness["document"].as_str().unwrap_or_else(|| panic!("{name}: {explained}"));
        assert!(witness["explanation"].as_str().unwrap().contains(document), "{name}: {witness}");
        assert_eq!(outcome(&app, &old, document).await, json!("valid"), "{name}: {document}");
        assert_eq!(outcome(&app, &new, document).await, json!("invalid"), "{name}: {document}");
    }
}

/// The reference overlooks this one where `maximum` reaches the old limit, and fails where there is none; here
/// the rule of all other limits holds, so there is no document to show.
#[tokio::test]
async fn a_lowered_exclusive_maximum_is_refused_whatever_the_maximum() {
    let app = App::new().await;
    let schema = |limit: u32| json!({"type": "number", "exclusiveMaximum": limit, "maximum": 20}).to_string();
    let body = |limit: u32| json!({"schemaType": "JSON", "schema": schema(limit)});
    app.post("/subjects/weight/versions", body(10)).await.is(200);
    let explained = app.post("/v1/subjects/weight/compatibility", body(5)).await.is(200);
    assert_eq!(explained["compatible"], json!(false));
    let version = &explained["versions"][0];
    assert_eq!(version["witness"], Value::Null);
    let kinds: Vec<&Value> =
        version["differences"].as_array().unwrap().iter().map(|difference| &difference["kind"]).collect();
    assert!(kinds.contains(&&json!("EXCLUSIVE_MAXIMUM_DECREASED")), "{version}");
}
