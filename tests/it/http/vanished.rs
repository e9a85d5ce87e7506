//! Verdicts on events whose schema goes away while they are judged.

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures::StreamExt;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::app::{App, skip_elsewhere};

#[tokio::test]
async fn a_stream_says_of_a_subject_that_was_deleted_meanwhile_that_it_is_gone() {
    let app = App::new().await;
    if skip_elsewhere(&app, "needs the registry in process") {
        return;
    }
    app.register("st", "\"string\"").await;
    let router = app.router();
    let line = |number: usize| {
        let event = json!({ "specversion": "1.0", "id": number.to_string(), "source": "https://example.com/",
            "type": "named", "data": "x" });
        Bytes::from(format!("{event}\n"))
    };
    let lines = futures::stream::iter(0..3).then(move |number| {
        let router = router.clone();
        async move {
            if number == 1 {
                let request = Request::delete("/subjects/st").body(Body::empty()).unwrap();
                assert!(router.oneshot(request).await.unwrap().status().is_success());
            }
            Ok::<_, std::io::Error>(line(number))
        }
    });
    let request = Request::post("/v1/validate?subject=st").header("content-type", "application/x-ndjson");
    let answer = app.router().oneshot(request.body(Body::from_stream(lines)).unwrap()).await.unwrap();
    let text = answer.into_body().collect().await.unwrap().to_bytes();
    let lines: Vec<Value> =
        text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(lines[0]["outcome"], "valid", "{lines:?}");
    for gone in &lines[1..3] {
        assert_eq!(gone["outcome"], "invalid", "{gone}");
        assert_eq!(gone["violations"][0]["rule"], "schema.not-found", "{gone}");
        assert_eq!(gone["event"]["type"], "named", "{gone}");
    }
    assert_eq!(lines[3]["summary"]["total"], 3);
}
