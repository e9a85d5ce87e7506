//! R3xx: reads by version, id and guid, lookups.

use serde_json::{Value, json};

use super::app::{App, encode, record};

/// Three versions of `s`, all with different content.
async fn three_versions(app: &App) -> [i64; 3] {
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    let mut ids = [0; 3];
    for (id, text) in ids.iter_mut().zip(["\"long\"", "\"int\"", "\"string\""]) {
        *id = app.register("s", text).await.0;
    }
    ids
}

#[tokio::test]
async fn r301_r302_r303_a_version_is_latest_or_a_number() {
    let app = App::new().await;
    three_versions(&app).await;
    for (text, version) in [("latest", 3), ("LATEST", 3), ("-1", 3), ("2", 2), ("%202%20", 2)] {
        let reply = app.get(&format!("/subjects/s/versions/{text}")).await.is(200);
        assert_eq!(reply["version"], version, "{text}");
    }
    for text in ["0", "-2", "2147483648", "first", "1.0"] {
        let message = format!(
            "The specified version '{text}' is not a valid version id. Allowed values are between [1, 2^31-1] and \
             the string \"latest\""
        );
        for path in ["", "/schema", "/referencedby"] {
            app.get(&format!("/subjects/s/versions/{text}{path}")).await.refused_with(42202, &message);
        }
        app.delete(&format!("/subjects/s/versions/{text}")).await.refused_with(42202, &message);
    }
}

#[tokio::test]
async fn r304_r305_r306_missing_and_deleted_versions() {
    let app = App::new().await;
    app.get("/subjects/nope/versions/1").await.refused_with(40401, "Subject 'nope' not found.");
    app.get("/subjects/nope/versions/latest").await.refused(40401);
    three_versions(&app).await;
    app.get("/subjects/s/versions/9").await.refused_with(40402, "Version 9 not found.");
    app.delete("/subjects/s/versions/3").await.gives(json!(3));
    assert_eq!(app.get("/subjects/s/versions/latest?deleted=true").await.is(200)["version"], 2);
    app.get("/subjects/s/versions/3").await.refused(40402);
    assert_eq!(app.get("/subjects/s/versions/3?deleted=true").await.is(200)["deleted"], true);
    assert_eq!(app.get("/subjects/s/versions/2").await.is(200)["deleted"], false);
    app.delete("/subjects/s").await.gives(json!([1, 2]));
    app.get("/subjects/s/versions/latest").await.refused(40401);
    app.get("/subjects/s/versions/1").await.refused(40401);
    app.get("/subjects/s/versions/latest?deleted=true").await.refused_with(40402, "Version -1 not found.");
}

#[tokio::test]
async fn r307_r308_r309_lists_of_versions() {
    let app = App::new().await;
    three_versions(&app).await;
    app.delete("/subjects/s/versions/2").await.is(200);
    app.get("/subjects/s/versions").await.gives(json!([1, 3]));
    app.get("/subjects/s/versions?deleted=true").await.gives(json!([1, 2, 3]));
    app.get("/subjects/s/versions?deletedOnly=true&deleted=true").await.gives(json!([2]));
    app.get("/subjects/s/versions?deleted_only=True").await.gives(json!([2]));
    app.get("/subjects/s/versions?deletedAsNegative=true&deletedOnly=true").await.gives(json!([1, -2, 3]));
    app.get("/subjects/s/versions?offset=1&limit=1").await.gives(json!([3]));
    app.register("t", "\"long\"").await;
    app.get("/subjects/t/versions?deletedOnly=true").await.gives(json!([]));
    app.delete("/subjects/t").await.is(200);
    app.get("/subjects/t/versions").await.refused(40401);
    app.get("/subjects/t/versions?deleted=true").await.gives(json!([1]));
    app.get("/subjects/t/versions?deletedOnly=true").await.gives(json!([1]));
    // Negation alone does not ask for a subject that has nothing else.
    app.get("/subjects/t/versions?deletedAsNegative=true").await.refused(40401);
    app.get("/subjects/t/versions?deletedAsNegative=true&deleted=true").await.gives(json!([-1]));
    app.get("/subjects/nope/versions?deleted=true").await.refused(40401);
}

#[tokio::test]
async fn r310_r311_r312_r315_a_lookup_finds_the_version_and_writes_nothing() {
    let app = App::new().await;
    app.post("/subjects/s", json!({ "schema": "nonsense" })).await.refused(42201);
    app.post("/subjects/s", json!({ "schema": "\"long\"" }))
        .await
        .refused_with(40401, "Subject 's' not found.");
    app.get("/subjects").await.gives(json!([]));
    let registered = app.register_body("s", json!({ "schema": "{\"type\":\"long\"}" })).await;
    let found = app.post("/subjects/s", json!({ "schema": "\"long\"" })).await.is(200);
    assert_eq!(found["subject"], "s");
    for member in ["version", "id", "guid", "schemaType", "schema"] {
        assert_eq!(found[member], registered[member], "{member}");
    }
    app.post("/subjects/s", json!({ "schema": "\"int\"" })).await.refused_with(40403, "Schema not found");
    app.delete("/subjects/s").await.is(200);
    app.post("/subjects/s", json!({ "schema": "\"long\"" })).await.refused(40401);
    let found = app.post("/subjects/s?deleted=true", json!({ "schema": "\"long\"" })).await.is(200);
    assert_eq!(found["id"], registered["id"]);
}

#[tokio::test]
async fn r313_a_lookup_can_normalize() {
    let app = App::new().await;
    let body = json!({ "schema": r#"{"type":"record","name":"P","fields":[],"y":2,"x":1}"# });
    app.post("/subjects/s/versions?normalize=true", body.clone()).await.is(200);
    app.post("/subjects/s?normalize=True", body).await.is(200);
}

#[tokio::test]
async fn r314_a_lookup_without_metadata_is_tried_with_that_of_the_latest() {
    let app = App::new().await;
    let metadata = json!({ "properties": { "owner": "billing" } });
    app.register_body("s", json!({ "schema": "\"long\"", "metadata": metadata })).await;
    let found = app.post("/subjects/s", json!({ "schema": "\"long\"" })).await.is(200);
    assert_eq!(found["metadata"], metadata);
}

#[tokio::test]
async fn r316_r317_ids_resolve_until_their_last_use_is_gone() {
    let app = App::new().await;
    app.get("/schemas/ids/99999").await.refused_with(40403, "Schema 99999 not found");
    let registered = app.register_body("s", json!({ "schema": "\"long\"" })).await;
    let (id, path) = (registered["id"].clone(), format!("/schemas/ids/{}", registered["id"]));
    let found = app.get(&path).await.is(200);
    for member in ["schema", "schemaType", "guid"] {
        assert_eq!(found[member], registered[member], "{member}");
    }
    app.register("t", "\"long\"").await;
    app.delete("/subjects/s").await.is(200);
    app.delete("/subjects/s?permanent=true").await.is(200);
    app.get(&path).await.is(200);
    app.delete("/subjects/t").await.is(200);
    for subject in ["", "?subject=", "?subject=t", "?subject=s", "?subject=nobody"] {
        assert_eq!(app.get(&format!("{path}{subject}")).await.is(200)["schema"], "\"long\"", "{subject}");
    }
    app.delete("/subjects/t?permanent=true").await.is(200);
    app.get(&path).await.refused_with(40403, &format!("Schema {id} not found"));
    app.get(&format!("{path}/schema")).await.refused_with(40403, &format!("Schema {id} not found"));
}

#[tokio::test]
async fn r318_r320_uses_of_an_id() {
    let app = App::new().await;
    for kind in ["subjects", "versions"] {
        app.get(&format!("/schemas/ids/99999/{kind}")).await.refused_with(40403, "Schema not found");
    }
    let (id, _) = app.register("b", "\"long\"").await;
    app.register("a", "\"long\"").await;
    app.get(&format!("/schemas/ids/{id}/subjects")).await.gives(json!(["a", "b"]));
    app.get(&format!("/schemas/ids/{id}/versions"))
        .await
        .gives(json!([{ "subject": "a", "version": 1 }, { "subject": "b", "version": 1 }]));
    // The subject names a context only.
    app.get(&format!("/schemas/ids/{id}/subjects?subject=b")).await.gives(json!(["a", "b"]));
    app.get(&format!("/schemas/ids/{id}/subjects?offset=1&limit=5")).await.gives(json!(["b"]));
    app.delete("/subjects/a").await.is(200);
    app.get(&format!("/schemas/ids/{id}/subjects")).await.gives(json!(["b"]));
    app.get(&format!("/schemas/ids/{id}/subjects?deleted=true")).await.gives(json!(["a", "b"]));
    app.delete("/subjects/b").await.is(200);
    app.get(&format!("/schemas/ids/{id}/versions")).await.gives(json!([]));
    app.get(&format!("/schemas/ids/{id}/subjects?subject=:.elsewhere:")).await.refused(40403);
}

#[tokio::test]
async fn r319_r330_the_subject_of_an_id_picks_the_context() {
    let app = App::new().await;
    let (here, _) = app.register("s", "\"long\"").await;
    app.put("/mode/:.c319:", json!({ "mode": "IMPORT" })).await.is(200);
    let body = json!({ "schema": "\"int\"", "id": here, "version": 4 });
    app.register_body(":.c319:t", body).await;
    let text = |reply: &Value| reply["schema"].as_str().unwrap().to_owned();
    let path = format!("/schemas/ids/{here}");

    let found = app.get(&format!("{path}?subject=s")).await.is(200);
    assert_eq!(
        (text(&found), &found["subject"], &found["version"]),
        ("\"long\"".into(), &json!("s"), &json!(1))
    );
    // A bare context, and its spelling in the path.
    for asked in [format!("{path}?subject=:.c319:"), format!("/contexts/.c319{path}")] {
        let found = app.get(&asked).await.is(200);
        assert_eq!(text(&found), "\"int\"", "{asked}");
        assert_eq!((&found["subject"], &found["version"]), (&json!(":.c319:t"), &json!(4)), "{asked}");
    }
    // A name in a named context must hold the id.
    app.get(&format!("{path}?subject=:.c319:t")).await.is(200);
    app.get(&format!("{path}?subject=:.c319:other")).await.refused(40403);
    // An unqualified name that only another context has, then no context at all.
    assert_eq!(text(&app.get(&format!("{path}?subject=t")).await.is(200)), "\"int\"");
    assert_eq!(text(&app.get(&format!("{path}?subject=nobody")).await.is(200)), "\"long\"");
    // Versions and lookups search likewise; lists of versions do not.
    assert_eq!(app.get("/subjects/t/versions/latest").await.is(200)["subject"], ":.c319:t");
    assert_eq!(app.post("/subjects/t", json!({ "schema": "\"int\"" })).await.is(200)["subject"], ":.c319:t");
    app.get("/subjects/t/versions").await.refused(40401);
}

#[tokio::test]
async fn r330_r911_every_context_is_asked_for_what_an_unqualified_name_means() {
    let app = App::new().await;
    app.register(":.c330:u", "\"string\"").await;
    app.put("/config/:.d330:u", json!({ "compatibility": "NONE" })).await.is(200);
    app.register(":.d330:u", "\"bytes\"").await;
    app.register(":.d330:u", "\"int\"").await;
    let found = app.get("/subjects/u/versions/2").await.is(200);
    assert_eq!((&found["subject"], &found["version"]), (&json!(":.d330:u"), &json!(2)));
    app.get("/subjects/u/versions/2/schema").await.gives(json!("int"));
    let found = app.post("/subjects/u", json!({ "schema": "\"bytes\"" })).await.is(200);
    assert_eq!((&found["subject"], &found["version"]), (&json!(":.d330:u"), &json!(1)));
    // The subject that was asked for has no version, whatever those of its name lack.
    app.get("/subjects/u/versions/9").await.refused_with(40401, "Subject 'u' not found.");
    app.post("/subjects/u", json!({ "schema": "\"null\"" }))
        .await
        .refused_with(40401, "Subject 'u' not found.");
    // What changes does not search.
    app.delete("/subjects/u").await.refused(40401);
    app.get("/config/u").await.refused(40408);
    app.get("/mode/u").await.refused(40409);
    app.post("/compatibility/subjects/u/versions/1", json!({ "schema": "\"int\"" })).await.refused(40402);
    // A version that the subject itself lacks is not looked for elsewhere.
    app.register("u", "\"long\"").await;
    app.get("/subjects/u/versions/2").await.refused_with(40402, "Version 2 not found.");
}

#[tokio::test]
async fn r321_the_highest_id_can_be_asked_for() {
    let app = App::new().await;
    let ids = three_versions(&app).await;
    let found = app.get(&format!("/schemas/ids/{}?fetchMaxId=true", ids[0])).await.is(200);
    assert_eq!(found["maxId"], ids[2]);
    assert!(app.get(&format!("/schemas/ids/{}", ids[0])).await.is(200).get("maxId").is_none());
}

#[tokio::test]
async fn r322_r323_forms_of_text_and_references() {
    let app = App::new().await;
    app.register(":.c322:user", record("shop.User", &["id"])).await;
    let order =
        json!({ "type": "record", "name": "shop.Order", "fields": [{ "name": "u", "type": "shop.User" }] });
    let references = json!([{ "name": "shop.User", "subject": "user", "version": 1 }]);
    let body = json!({ "schema": order.to_string(), "references": references });
    let registered = app.register_body(":.c322:order", body).await;
    let path = "/subjects/:.c322:order/versions/1";
    let plain = app.get(path).await.is(200);
    assert_eq!(plain["references"], references);
    let resolved = app.get(&format!("{path}?format=RESOLVED")).await.is(200);
    assert!(resolved["schema"].as_str().unwrap().contains("\"fields\":[{\"name\":\"id\""), "{resolved}");
    assert_eq!(resolved["guid"], plain["guid"]);
    assert_eq!(app.get(&format!("{path}?format=sideways")).await.is(200)["schema"], plain["schema"]);
    let text = app.get(&format!("{path}/schema?format=resolved")).await;
    assert_eq!(text.text(), resolved["schema"].as_str().unwrap());
    for path in [path.to_owned(), format!("/schemas/ids/{}?subject=:.c322:", registered["id"])] {
        let sign = if path.contains('?') { '&' } else { '?' };
        let qualified = app.get(&format!("{path}{sign}referenceFormat=qualified")).await.is(200);
        assert_eq!(qualified["references"][0]["subject"], ":.c322:user", "{path}");
    }
    // A subject that says its context keeps it.
    app.register("user", record("shop.User", &["id"])).await;
    let references = json!([{ "name": "shop.User", "subject": ":.:user", "version": 1 }]);
    let body = json!({ "schema": order.to_string(), "references": references });
    app.register_body(":.c322:bill", body).await;
    let qualified = app.get("/subjects/:.c322:bill/versions/1?referenceFormat=qualified").await.is(200);
    assert_eq!(qualified["references"], references);
}

#[tokio::test]
async fn r324_entities_with_inline_tags_can_be_found() {
    let app = App::new().await;
    let text = json!({ "type": "record", "name": "R", "fields": [
        { "name": "mail", "type": "string", "confluent:tags": ["PII", "CONTACT"] },
        { "name": "age", "type": "int", "confluent:tags": ["PRIVATE"] } ] });
    let (id, _) = app.register("s", text).await;
    for path in ["/subjects/s/versions/1".to_owned(), format!("/schemas/ids/{id}")] {
        let found = app.get(&format!("{path}?findTags=PII")).await.is(200);
        let tags = found["schemaTags"].as_array().unwrap();
        assert_eq!(tags.len(), 1, "{found}");
        assert_eq!(tags[0]["schemaEntity"]["entityType"], "sr_field");
        let found = app.get(&format!("{path}?findTags=*")).await.is(200);
        assert_eq!(found["schemaTags"].as_array().unwrap().len(), 2);
        for both in ["findTags=PII&findTags=PRIVATE", "findTags=PII,PRIVATE", "findTags=PII%2C%20PRIVATE"] {
            let found = app.get(&format!("{path}?{both}")).await.is(200);
            assert_eq!(found["schemaTags"].as_array().unwrap().len(), 2, "{both}");
        }
        assert!(app.get(&path).await.is(200).get("schemaTags").is_none());
        for nothing in ["findTags=none", "findTags="] {
            let found = app.get(&format!("{path}?{nothing}")).await.is(200);
            assert!(found.get("schemaTags").is_none(), "{nothing}: {found}");
        }
    }
}

#[tokio::test]
async fn r325_r326_guids_are_found_in_every_context() {
    let app = App::new().await;
    let first = app.register_body(":.c325:s", json!({ "schema": "\"long\"" })).await;
    let guid = first["guid"].as_str().unwrap();
    let found = app.get(&format!("/schemas/guids/{guid}")).await.is(200);
    assert_eq!(found["schema"], "\"long\"");
    assert!(found.get("subject").is_none() && found.get("version").is_none(), "{found}");
    let bare = guid.replace('-', "").to_uppercase();
    assert_eq!(app.get(&format!("/schemas/guids/{bare}")).await.is(200), found);
    let (here, _) = app.register("t", "\"long\"").await;
    app.get(&format!("/schemas/guids/{guid}/ids"))
        .await
        .gives(json!([{ "context": ".", "id": here }, { "context": ".c325", "id": first["id"] }]));
    for unknown in ["00000000-0000-0000-0000-000000000000", "nonsense"] {
        app.get(&format!("/schemas/guids/{unknown}"))
            .await
            .refused_with(40403, &format!("Schema {unknown} not found"));
        app.get(&format!("/schemas/guids/{unknown}/ids")).await.gives(json!([]));
    }
}

#[tokio::test]
async fn r327_texts_fail_as_the_full_form_does() {
    let app = App::new().await;
    app.get("/schemas/ids/99999/schema").await.refused_with(40403, "Schema 99999 not found");
    app.get("/subjects/s/versions/1/schema").await.refused(40401);
    app.register("s", "\"long\"").await;
    app.get("/subjects/s/versions/2/schema").await.refused(40402);
    app.delete("/subjects/s").await.is(200);
    assert_eq!(app.get("/subjects/s/versions/1/schema?deleted=true").await.text(), "\"long\"");
}

#[tokio::test]
async fn r328_versions_are_found_by_metadata() {
    let app = App::new().await;
    app.get("/subjects/s/metadata?key=a&value=b").await.refused(40401);
    for (stage, region) in [("dev", "eu 1"), ("live", "eu 1"), ("dev", "us")] {
        let metadata = json!({ "properties": { "stage": stage, "region": region } });
        app.register_body("s", json!({ "schema": "\"long\"", "metadata": metadata })).await;
    }
    let version =
        async |query: &str| app.get(&format!("/subjects/s/metadata{query}")).await.is(200)["version"].clone();
    assert_eq!(version("?key=stage&value=dev").await, 3);
    assert_eq!(version("?key=stage&value=dev&key=region&value=eu%201").await, 1);
    assert_eq!(version("").await, 3);
    // One client encodes keys and values twice.
    assert_eq!(version("?key=region&value=eu%25201").await, 2);
    app.get("/subjects/s/metadata?key=stage&value=test").await.refused_with(40403, "Schema not found");
}

#[tokio::test]
async fn r329_versions_tell_when_they_were_written() {
    let app = App::new().await;
    app.register("s", "\"long\"").await;
    let ts = app.get("/subjects/s/versions/1").await.is(200)["ts"].as_i64().unwrap();
    assert!(ts > 1_600_000_000_000, "{ts} is not in milliseconds");
    // An id and a guid tell when they were written first.
    let again = app.register_body("later", json!({ "schema": "\"long\"" })).await;
    for path in [
        format!("/schemas/ids/{}", again["id"]),
        format!("/schemas/guids/{}", again["guid"].as_str().unwrap()),
    ] {
        assert_eq!(app.get(&path).await.is(200)["ts"], ts, "{path}");
    }
    let path = format!("/schemas/ids/{}?subject=later", again["id"]);
    assert_eq!(app.get(&path).await.is(200)["ts"], app.get("/subjects/later/versions/1").await.is(200)["ts"]);
}

#[tokio::test]
async fn r912_names_with_odd_characters_are_one_segment() {
    let app = App::new().await;
    let mut odd = vec!["a/b", "a b", "a+b", "100%", "é/ü", "a:b", "x?y#z", "a%2Fb"];
    if app.is_here() {
        // HTTP clients take dots out of a path before they send it, however they are spelled.
        odd.extend(["..", "."]);
    }
    for name in &odd {
        let path = format!("/subjects/{}/versions", encode(name));
        let (id, _) = app.register(&encode(name), "\"long\"").await;
        app.get(&path).await.gives(json!([1]));
        let found = app.get(&format!("/schemas/ids/{id}?subject={}", encode(name))).await.is(200);
        assert_eq!(found["subject"], *name);
    }
    // Left as they are by clients that encode little.
    for path in ["/subjects/a+b/versions", "/subjects/a:b/versions", "/subjects/a%3ab/versions"] {
        app.get(path).await.gives(json!([1]));
    }
    let mut names = app.get("/subjects").await.is(200);
    let names = names.as_array_mut().unwrap();
    assert_eq!(names.len(), odd.len(), "{names:?}");
}
