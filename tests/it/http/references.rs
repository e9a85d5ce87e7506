//! R5xx: references between schemas.

use serde_json::{Value, json};

use super::app::{App, record, skip_elsewhere};

/// A record with one field of a referenced type.
fn holder(name: &str, held: &str) -> String {
    json!({ "type": "record", "name": name, "fields": [{ "name": "held", "type": held }] }).to_string()
}

fn reference(name: &str, subject: &str, version: i64) -> Value {
    json!({ "name": name, "subject": subject, "version": version })
}

/// `customer` 1 and an `invoice` that references it; answers the invoice's registration.
async fn customer_and_invoice(app: &App) -> Value {
    app.register("customer", record("shop.Customer", &["id"])).await;
    let references = [reference("shop.Customer", "customer", 1)];
    let body = json!({ "schema": holder("shop.Invoice", "shop.Customer"), "references": references });
    app.register_body("invoice", body).await
}

#[tokio::test]
async fn r501_every_member_of_a_reference_is_needed() {
    let app = App::new().await;
    app.register("customer", record("shop.Customer", &["id"])).await;
    for member in ["name", "subject", "version"] {
        let mut incomplete = reference("shop.Customer", "customer", 1);
        incomplete.as_object_mut().unwrap().remove(member);
        let body = json!({ "schema": holder("shop.Invoice", "shop.Customer"), "references": [incomplete] });
        app.post("/subjects/invoice/versions", body).await.refused(42201);
    }
    let nameless = [reference("", "customer", 1)];
    for text in [holder("shop.Invoice", "shop.Customer"), record("shop.Other", &["id"])] {
        let body = json!({ "schema": text, "references": nameless });
        app.post("/subjects/invoice/versions", body).await.refused(42201);
    }
}

#[tokio::test]
async fn r502_a_name_is_what_the_referrer_spells() {
    let app = App::new().await;
    let proto = "syntax = \"proto3\"; package shop; message Customer { string id = 1; }";
    app.register_body("customer.proto", json!({ "schemaType": "PROTOBUF", "schema": proto })).await;
    let json_schema = r#"{"title":"Customer","type":"object"}"#;
    app.register_body("customer.json", json!({ "schemaType": "JSON", "schema": json_schema })).await;
    app.register("customer", record("shop.Customer", &["id"])).await;
    let importing =
        "syntax = \"proto3\"; import \"shop/customer.proto\"; message Bill { shop.Customer to = 1; }";
    let pointing = r#"{"type":"object","properties":{"to":{"$ref":"customer.json"}}}"#;
    for (format, text, subject, name) in [
        ("AVRO", holder("shop.Bill", "shop.Customer"), "customer", "shop.Customer"),
        ("PROTOBUF", importing.to_owned(), "customer.proto", "shop/customer.proto"),
        ("JSON", pointing.to_owned(), "customer.json", "customer.json"),
    ] {
        let body = |name: &str| json!({ "schemaType": format, "schema": text, "references": [reference(name, subject, 1)] });
        let reply = app.register_body(&format!("bill-{format}"), body(name)).await;
        assert_eq!(reply["references"], json!([reference(name, subject, 1)]), "{format}");
    }
}

#[tokio::test]
async fn r503_targets_are_looked_for_in_the_context_of_the_referrer() {
    let app = App::new().await;
    customer_and_invoice(&app).await;
    let body = |subject: &str, version: i64| {
        let references = [reference("shop.Customer", subject, version)];
        json!({ "schema": holder("shop.Bill", "shop.Customer"), "references": references })
    };
    let message = app.post("/subjects/bill/versions", body("customer", 2)).await.refused(42201);
    assert!(
        message.contains("No schema reference found for subject \"customer\" and version 2"),
        "{message}"
    );
    app.post("/subjects/bill/versions", body("nobody", 1)).await.refused(42201);
    app.post("/subjects/:.c503:bill/versions", body("customer", 1)).await.refused(42201);
    app.post("/subjects/:.c503:bill/versions", body(":.:customer", 1)).await.is(200);
    app.delete("/subjects/invoice").await.is(200);
    app.delete("/subjects/invoice?permanent=true").await.is(200);
    app.delete("/subjects/:.c503:bill").await.is(200);
    app.delete("/subjects/customer").await.is(200);
    app.post("/subjects/bill/versions", body("customer", 1)).await.refused(42201);
}

#[tokio::test]
async fn r504_latest_is_resolved_at_registration() {
    let app = App::new().await;
    app.register("customer", record("shop.Customer", &["id"])).await;
    app.register("customer", record("shop.Customer", &["id", "rank="])).await;
    let references = [reference("shop.Customer", "customer", -1)];
    let body = json!({ "schema": holder("shop.Invoice", "shop.Customer"), "references": references });
    let registered = app.register_body("invoice", body).await;
    assert_eq!(registered["references"], json!([reference("shop.Customer", "customer", 2)]));
}

#[tokio::test]
async fn r505_only_direct_references_need_listing() {
    let app = App::new().await;
    customer_and_invoice(&app).await;
    let text = holder("shop.Reminder", "shop.Invoice");
    app.post("/subjects/reminder/versions", json!({ "schema": text })).await.refused(42201);
    let body = json!({ "schema": text, "references": [reference("shop.Invoice", "invoice", 1)] });
    app.register_body("reminder", body).await;
}

#[tokio::test]
async fn r506_r511_references_come_back_and_are_part_of_the_content() {
    let app = App::new().await;
    let first = customer_and_invoice(&app).await;
    let expected = json!([reference("shop.Customer", "customer", 1)]);
    assert_eq!(app.get("/subjects/invoice/versions/1").await.is(200)["references"], expected);
    assert_eq!(app.get(&format!("/schemas/ids/{}", first["id"])).await.is(200)["references"], expected);
    assert!(app.get("/subjects/customer/versions/1").await.is(200).get("references").is_none());
    app.register("customer", record("shop.Customer", &["id", "rank="])).await;
    let references = [reference("shop.Customer", "customer", 2)];
    let body = json!({ "schema": holder("shop.Invoice", "shop.Customer"), "references": references });
    let second = app.register_body("invoice", body).await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["version"], 2);
}

#[tokio::test]
async fn r507_r508_r509_referenced_versions_cannot_be_deleted() {
    let app = App::new().await;
    let id = customer_and_invoice(&app).await["id"].clone();
    let message =
        "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=customer,version=1}.";
    app.get("/subjects/customer/versions/1/referencedby").await.gives(json!([id]));
    app.get("/subjects/invoice/versions/1/referencedby").await.gives(json!([]));
    app.delete("/subjects/customer/versions/1").await.refused_with(42206, message);
    app.delete("/subjects/invoice").await.is(200);
    app.get("/subjects/customer/versions/1/referencedby").await.gives(json!([]));
    app.get("/subjects/customer/versions/1/referencedby?deleted=true").await.gives(json!([id]));
    app.delete("/subjects/customer/versions/1").await.gives(json!(1));
    app.delete("/subjects/customer/versions/1?permanent=true").await.refused_with(42206, message);
    app.get("/subjects/customer/versions/1/referencedby?deleted=true").await.gives(json!([id]));
    app.delete("/subjects/invoice?permanent=true").await.is(200);
    app.delete("/subjects/customer/versions/1?permanent=true").await.gives(json!(1));
    app.get("/subjects/customer/versions/1/referencedby").await.refused(40401);
}

#[tokio::test]
async fn r510_subjects_that_others_reference_cannot_be_deleted() {
    let app = App::new().await;
    customer_and_invoice(&app).await;
    app.delete("/subjects/customer").await.refused(42206);
    // References within the subject do not count.
    app.put("/config/own", json!({ "compatibility": "NONE" })).await.is(200);
    app.register("own", record("own.A", &["id"])).await;
    let references = [reference("own.A", "own", 1)];
    app.register_body("own", json!({ "schema": holder("own.B", "own.A"), "references": references })).await;
    app.delete("/subjects/own/versions/1").await.refused(42206);
    app.delete("/subjects/own").await.gives(json!([1, 2]));
    app.delete("/subjects/own?permanent=true").await.gives(json!([1, 2]));
}

#[tokio::test]
async fn r212_inlined_definitions_match_a_version_with_references() {
    let app = App::new().await;
    let invoice = customer_and_invoice(&app).await;
    let inlined = json!({ "type": "record", "name": "shop.Invoice", "fields": [{ "name": "held",
        "type": { "type": "record", "name": "shop.Customer", "fields": [{ "name": "id", "type": "long" }] } }] });
    let body = json!({ "schema": inlined.to_string() });
    assert_eq!(app.post("/subjects/invoice", body.clone()).await.is(200)["id"], invoice["id"]);
    assert_eq!(app.register_body("invoice", body).await["version"], 1);
}

#[tokio::test]
async fn r512_one_name_may_not_mean_two_versions_under_the_strict_setting() {
    let settings =
        chancery::registry::RegistrySettings { strict_reference_versions: true, ..Default::default() };
    let app = App::with(settings, |_| ()).await;
    if skip_elsewhere(&app, "needs a setting") {
        return;
    }
    customer_and_invoice(&app).await;
    app.register("customer", record("shop.Customer", &["id", "rank="])).await;
    let fields = json!([{ "name": "i", "type": "shop.Invoice" }, { "name": "c", "type": "shop.Customer" }]);
    let text = json!({ "type": "record", "name": "shop.Both", "fields": fields }).to_string();
    let references = [reference("shop.Invoice", "invoice", 1), reference("shop.Customer", "customer", 2)];
    let body = json!({ "schema": text, "references": references });
    let message = app.post("/subjects/both/versions", body).await.refused(42201);
    assert!(message.contains("Conflicting reference versions"), "{message}");
}

/// R503 holds without strict parsing, too: R222 is about the text, not about what it references.
#[tokio::test]
async fn r503_a_soft_deleted_target_is_refused_also_when_new_schemas_are_not_validated() {
    let app = App::new().await;
    app.register("base", record("R", &["a"])).await;
    app.delete("/subjects/base").await.is(200);
    app.put("/config/user", json!({ "validateNewSchemas": false })).await.is(200);
    let body = json!({ "schema": r#"{"type":"record","name":"S","fields":[{"name":"r","type":"R"}]}"#,
        "references": [{ "name": "R", "subject": "base", "version": 1 }] });
    let refused = app.post("/subjects/user/versions", body).await.refused(42201);
    assert!(refused.contains("No schema reference found for subject \"base\" and version 1"), "{refused}");
}

/// R226, R503: the first of two references with one name is used, and the second must lead somewhere all the same.
#[tokio::test]
async fn r503_a_reference_that_is_not_needed_must_still_be_resolvable() {
    let app = App::new().await;
    app.register("used", record("R", &["a"])).await;
    app.register("gone", record("R", &["b"])).await;
    app.delete("/subjects/gone").await.is(200);
    app.put("/mode/:.i:", json!({ "mode": "IMPORT" })).await.is(200);
    for (subject, version) in [("none", 1), ("used", 9), ("gone", 1)] {
        let body = json!({ "schema": holder("S", "R"),
            "references": [reference("R", "used", 1), reference("R", subject, version)] });
        let expected = format!("No schema reference found for subject \"{subject}\" and version {version}");
        for path in ["/subjects/user/versions", "/compatibility/subjects/user/versions/latest"] {
            let refused = app.post(path, body.clone()).await.refused(42201);
            assert!(refused.contains(&expected), "{path}: {refused}");
        }
        if subject != "gone" {
            let mut import = body;
            import["id"] = json!(7);
            for target in import["references"].as_array_mut().unwrap() {
                target["subject"] = json!(format!(":.:{}", target["subject"].as_str().unwrap()));
            }
            app.post("/subjects/:.i:user/versions", import).await.refused(42201);
        }
    }
    let body = json!({ "schema": holder("S", "R"),
        "references": [reference("R", "used", 1), reference("R", "used", 1)] });
    app.register_body("user", body).await;
}
