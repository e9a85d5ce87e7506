//! Keys for the clients' field encryption: a small store with the life cycle of schemas.

use serde_json::{Value, json};

use super::app::App;

const KEKS: &str = "/dek-registry/v1/keks";

fn without_time(mut key: Value) -> Value {
    assert!(key.as_object_mut().unwrap().remove("ts").unwrap().is_i64());
    key
}

async fn create_kek(app: &App, name: &str) -> Value {
    let body = json!({ "name": name, "kmsType": "local-kms", "kmsKeyId": "key-1", "kmsProps": { "z": "1", "a": "2" } });
    app.post(KEKS, body).await.is(200)
}

#[tokio::test]
async fn a_producer_and_a_consumer_share_an_encrypted_key() {
    let app = App::new().await;
    app.get(&format!("{KEKS}/orders")).await.refused_with(40470, "Key 'orders' not found");
    let kek = create_kek(&app, "orders").await;
    assert_eq!(
        without_time(kek.clone()),
        json!({ "name": "orders", "kmsType": "local-kms", "kmsKeyId": "key-1", "kmsProps": { "a": "2", "z": "1" },
            "shared": false })
    );
    let dek = format!("{KEKS}/orders/deks/orders-value");
    app.get(&format!("{dek}/versions/1")).await.refused(40470);
    let body = json!({ "subject": "orders-value", "version": 1, "encryptedKeyMaterial": "c2VjcmV0" });
    let stored = app.post(&format!("{KEKS}/orders/deks"), body).await.is(200);
    assert_eq!(
        without_time(stored.clone()),
        json!({ "kekName": "orders", "subject": "orders-value", "version": 1, "algorithm": "AES256_GCM",
            "encryptedKeyMaterial": "c2VjcmV0" })
    );
    app.get(&format!("{KEKS}/orders")).await.gives(kek);
    app.get(&dek).await.gives(stored.clone());
    app.get(&format!("{dek}/versions/1")).await.gives(stored);
    app.get(&format!("{dek}/versions")).await.gives(json!([1]));
    app.get(&format!("{KEKS}/orders/deks")).await.gives(json!(["orders-value"]));
}

#[tokio::test]
async fn keys_are_deleted_softly_then_for_good() {
    let app = App::new().await;
    create_kek(&app, "k").await;
    let path = format!("{KEKS}/k");
    app.delete(&format!("{path}?permanent=true")).await.refused(40471);
    assert_eq!(app.delete(&path).await.status, 204);
    app.get(&path).await.refused(40470);
    assert_eq!(app.get(&format!("{path}?deleted=true")).await.is(200)["deleted"], true);
    app.get(KEKS).await.gives(json!([]));
    app.get(&format!("{KEKS}?deleted=true")).await.gives(json!(["k"]));
    assert_eq!(app.send("POST", &format!("{path}/undelete"), &[], Vec::new()).await.status, 204);
    app.get(&path).await.is(200);
    app.delete(&path).await;
    assert_eq!(app.delete(&format!("{path}?permanent=true")).await.status, 204);
    app.get(&format!("{path}?deleted=true")).await.refused(40470);
}

#[tokio::test]
async fn broken_keys_and_names_that_are_taken_are_refused() {
    let app = App::new().await;
    create_kek(&app, "k").await;
    let other = json!({ "name": "k", "kmsType": "local-kms", "kmsKeyId": "other" });
    app.post(KEKS, other).await.refused(40971);
    app.post(KEKS, json!({ "kmsType": "local-kms", "kmsKeyId": "key-1" })).await.refused(42271);
    app.get(&format!("{KEKS}/k/deks/s?algorithm=ROT13")).await.refused(404);
    app.post(&format!("{KEKS}/k/deks"), json!({ "subject": "s", "algorithm": "ROT13" })).await.refused(400);
    app.post(&format!("{KEKS}/nope/deks"), json!({ "subject": "s", "encryptedKeyMaterial": "eA==" }))
        .await
        .refused(40470);
}
