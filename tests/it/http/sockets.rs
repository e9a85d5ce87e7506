//! What only shows on a real connection: limits, keep-alive, broken requests. The process must live through all
//! of it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::StatusCode;
use chancery::registry::RegistrySettings;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::app::{App, JSON, skip_elsewhere};

/// Serves an app on a port of its own.
pub async fn serve(app: &App) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = app.router();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Sends bytes as they are and reads until the server closes or `until` was seen.
async fn exchange(stream: &mut TcpStream, request: &[u8], until: &str) -> String {
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&answer).contains(until) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(length) => answer.extend_from_slice(&buffer[..length]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

async fn here() -> Option<App> {
    let app = App::new().await;
    (!skip_elsewhere(&app, "needs the registry in process")).then_some(app)
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let Some(app) = here().await else { return };
    let mut stream = TcpStream::connect(serve(&app).await).await.unwrap();
    for _ in 0..3 {
        let answer = exchange(&mut stream, b"GET /subjects HTTP/1.1\r\nhost: x\r\n\r\n", "[]").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test]
async fn percent_encoded_names_stay_one_segment_on_the_wire() {
    let Some(app) = here().await else { return };
    app.register("a%2Fb%20c+d", "\"long\"").await;
    let mut stream = TcpStream::connect(serve(&app).await).await.unwrap();
    let request = b"GET /subjects/a%2Fb%20c+d/versions HTTP/1.1\r\nhost: x\r\n\r\n";
    assert!(exchange(&mut stream, request, "[1]").await.starts_with("HTTP/1.1 200"));
    app.get("/subjects").await.gives(json!(["a/b c+d"]));
}

#[tokio::test]
async fn bodies_over_the_limit_are_413_announced_or_not() {
    let app = App::with(RegistrySettings::default(), |state| state.limits.max_body_bytes = 1000).await;
    if skip_elsewhere(&app, "needs a setting") {
        return;
    }
    app.send("POST", "/subjects/s/versions", &JSON, vec![b' '; 1001]).await.refused(413);
    app.send("POST", "/subjects/s/versions", &JSON, vec![b' '; 1000]).await.refused(422);
    let address = serve(&app).await;
    let mut announced = TcpStream::connect(address).await.unwrap();
    let request = b"POST /subjects/s HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n";
    let answer = exchange(&mut announced, request, "413,").await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("\"error_code\":413"), "{answer}");
    let mut chunked = TcpStream::connect(address).await.unwrap();
    let mut request = b"POST /subjects/s HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..20 {
        request.extend_from_slice(format!("64\r\n{}\r\n", " ".repeat(100)).as_bytes());
    }
    let answer = exchange(&mut chunked, &request, "413,").await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

/// Plain clients write the whole body before they read; they must still see why it was refused.
#[tokio::test]
async fn a_client_that_sends_all_of_a_refused_body_reads_the_refusal_and_goes_on() {
    let Some(app) = here().await else { return };
    let address = serve(&app).await;
    let body = vec![b' '; 24 * 1024 * 1024];
    for path in ["/subjects/s/versions", "/v1/validate"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body).await.expect("the server takes what it refuses");
        let answer = exchange(&mut stream, b"", "}").await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        let next = exchange(&mut stream, b"GET /subjects HTTP/1.1\r\nhost: x\r\n\r\n", "[]").await;
        assert!(next.starts_with("HTTP/1.1 200"), "{path}: {next}");
    }
}

/// As above, where the body is not looked at because something else is answered first.
#[tokio::test]
async fn a_body_that_nobody_reads_does_not_break_the_connection() {
    let Some(app) = here().await else { return };
    let address = serve(&app).await;
    let body = vec![b' '; 8 * 1024 * 1024];
    for (request, header, status) in [
        ("POST /nowhere", "accept: */*", 404),
        ("POST /subjects/%zz", "accept: */*", 400),
        ("PATCH /config", "accept: */*", 405),
        ("POST /subjects/s/versions", "accept: text/html", 406),
        ("POST /subjects/s/versions", "content-type: text/html", 415),
        ("PUT /v1/validate", "accept: */*", 405),
        ("DELETE /subjects/s", "accept: */*", 404),
        ("GET /subjects/t", "accept: */*", 405),
        ("GET /subjects", "accept: */*", 200),
        ("POST /v1/validate?subject=nobody", "content-type: application/x-ndjson", 404),
        ("POST /v1/validate?schemaId=77", "content-type: application/json", 404),
        ("POST /v1/validate?profile=x", "content-type: application/cloudevents-batch+json", 400),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        for _ in 0..2 {
            let length = body.len();
            let head =
                format!("{request} HTTP/1.1\r\nhost: x\r\n{header}\r\ncontent-length: {length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap_or_else(|error| panic!("{request}: {error}"));
            let answer = exchange(&mut stream, b"", if status == 200 { "[]" } else { "}" }).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request} {header}: {answer}");
        }
    }
}

#[tokio::test]
async fn requests_over_the_limit_in_flight_are_told_to_come_back() {
    let app = App::with(RegistrySettings::default(), |state| state.limits.max_in_flight = 1).await;
    if skip_elsewhere(&app, "needs a setting") {
        return;
    }
    let mut open = TcpStream::connect(serve(&app).await).await.unwrap();
    let head = b"POST /v1/validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n\
                 transfer-encoding: chunked\r\n\r\n3\r\n{}\n\r\n";
    let answer = exchange(&mut open, head, "\"outcome\"").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let lint = || app.post("/v1/lint", json!({ "schema": "\"long\"" }));
    let refused = lint().await;
    assert_eq!(refused.header("retry-after"), "1");
    refused.problem(StatusCode::TOO_MANY_REQUESTS);
    app.get("/subjects").await.gives(json!([]));
    app.get("/health/ready").await.is(200);
    exchange(&mut open, b"0\r\n\r\n", "\"summary\"").await;
    // The turn comes back when the server has let go of the answer, a moment after its last byte.
    for _ in 0..1000 {
        if lint().await.status == 200 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the turn was not given back");
}

#[tokio::test]
async fn a_body_of_which_nothing_more_comes_is_given_up_and_a_stream_is_not() {
    const SILENCE: Duration = Duration::from_secs(1);
    let app = App::with(RegistrySettings::default(), |state| {
        state.limits.max_in_flight = 2;
        state.limits.body_silence = SILENCE;
    })
    .await;
    if skip_elsewhere(&app, "needs a setting") {
        return;
    }
    let address = serve(&app).await;
    let half = async |path: &str, end: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let half = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{\"schema\"");
        let answer = exchange(&mut stream, half.as_bytes(), "nothing but the server ends it").await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains(end), "{path}: {answer}");
    };
    tokio::join!(
        half("/v1/lint", "\"status\":408"),
        half("/v1/validate", "\"status\":408"),
        half("/subjects/s/versions", "\"error_code\":408"),
    );
    // Both places are free again.
    let slow = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let body = format!("{:90}", json!({ "schema": "\"long\"" }).to_string()).into_bytes();
        let head = "POST /v1/lint HTTP/1.1\r\nhost: x\r\ncontent-length: 90\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        for part in body.chunks(30) {
            tokio::time::sleep(SILENCE * 2 / 5).await;
            stream.write_all(part).await.unwrap();
        }
        let answer = exchange(&mut stream, b"", "}").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    };
    let silent = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = b"POST /v1/validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n\
                     transfer-encoding: chunked\r\n\r\n3\r\n{}\n\r\n";
        exchange(&mut stream, head, "\"outcome\"").await;
        tokio::time::sleep(SILENCE * 6 / 5).await;
        let answer = exchange(&mut stream, b"3\r\n{}\n\r\n0\r\n\r\n", "\"summary\"").await;
        assert!(answer.contains("\"total\":2"), "{answer}");
    };
    tokio::join!(slow, silent);
}

#[tokio::test]
async fn hostile_requests_get_4xx_and_the_process_lives() {
    let Some(app) = here().await else { return };
    let address = serve(&app).await;
    let deep = format!("{{\"schema\":{}", "[".repeat(200_000));
    let deep_schema = json!({ "schema": "[".repeat(100_000) }).to_string();
    let huge_number = "{\"schema\":\"\\\"long\\\"\",\"version\":1e400}".to_owned();
    for (path, body) in [
        ("/subjects/s/versions", deep.as_str()),
        ("/subjects/s/versions", &deep_schema),
        ("/subjects/s/versions", &huge_number),
        ("/compatibility/subjects/s/versions/latest", &deep_schema),
        ("/config", "{\"defaultMetadata\":{\"tags\":[[[[["),
        ("/nowhere", "{}"),
    ] {
        let method = if path == "/config" { "PUT" } else { "POST" };
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
        let answer = exchange(&mut stream, &[head.as_bytes(), body.as_bytes()].concat(), "message").await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
    }
    for raw in [
        &b"GET /subjects/\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n"[..],
        b"GET /%00 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /subjects/s HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(raw).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    app.get("/").await.gives(json!({}));
    app.register("still", "\"alive\"".replace("alive", "long")).await;
}

#[tokio::test]
async fn long_answers_are_compressed_when_the_client_takes_it() {
    let Some(app) = here().await else { return };
    let text = json!({ "type": "record", "name": "R", "doc": "d".repeat(2000), "fields": [] });
    app.register("s", text).await;
    let gzip = [("accept-encoding", "gzip")];
    let reply = app.router_reply("/subjects/s/versions/1", &gzip).await;
    assert_eq!((reply.header("content-encoding"), reply.status), ("gzip", 200));
    assert!(reply.body.len() < 1000);
    assert_eq!(app.router_reply("/subjects", &gzip).await.header("content-encoding"), "");
    assert_eq!(app.router_reply("/subjects/s/versions/1", &[]).await.header("content-encoding"), "");
}

/// R105: only the media type may be refused. A coding that the server has not is no reason to refuse what is done.
#[tokio::test]
async fn r105_no_answer_is_refused_for_its_encoding() {
    let Some(app) = here().await else { return };
    let text = json!({ "type": "record", "name": "R", "doc": "d".repeat(2000), "fields": [] });
    app.register("s", text).await;
    for (asked, expected) in [
        ("identity;q=0", ""),
        ("br;q=1, *;q=0", ""),
        ("*;q=0", ""),
        ("gzip;q=0", ""),
        ("deflate, br", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0, GZIP;q=0.1", "gzip"),
        ("*;q=0, x-gzip", "gzip"),
        ("*", "gzip"),
        ("", ""),
    ] {
        let headers = [("accept-encoding", asked)];
        let reply = app.router_reply("/subjects/s/versions/1", &headers).await;
        assert_eq!((reply.status, reply.header("content-encoding")), (200, expected), "{asked}");
        let reply = app.send("GET", "/subjects/none/versions/1", &headers, Vec::new()).await;
        reply.refused(40401);
        let body = br#"{"schema":"\"int\""}"#.to_vec();
        app.send("POST", "/subjects/t/versions", &headers, body).await.is(200);
    }
}
