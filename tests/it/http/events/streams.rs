//! Streams of events and records.

use super::*;

#[tokio::test]
async fn a_stream_has_a_verdict_a_line_and_a_summary() {
    let (app, id) = shop().await;
    let input = format!(
        "{}\n\n{}\r\n{{broken\n{}\n{}",
        event(json!({ "id": 1 })),
        json!({ "schema": { "id": id }, "data": { "id": "x" } }),
        json!({ "schema": { "id": id } }),
        json!({ "id": "2", "source": "/s", "type": "t" }),
    );
    let reply = post(&app, "application/x-ndjson", input).await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let lines = lines(&reply);
    let outcomes: Vec<_> = lines.iter().filter_map(|line| line["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["valid", "invalid", "invalid", "indeterminate", "invalid"]);
    assert_eq!(rules(&lines[2]["violations"]), ["json.syntax"]);
    assert_eq!(rules(&lines[4]["violations"]), ["specversion.required"]);
    let indexes: Vec<_> = lines.iter().filter_map(|line| line["index"].as_i64()).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4]);
    assert_eq!(lines[5]["summary"]["total"], 5);
    let lines_of_empty = self::lines(&post(&app, "application/x-ndjson", "").await);
    assert_eq!(lines_of_empty[0]["summary"]["total"], 0);
}

#[tokio::test]
async fn a_line_over_the_limit_is_a_verdict_and_the_stream_goes_on() {
    let (app, _) = shop().await;
    let input = format!("{}\n{}\n", "x".repeat(3 << 20), event(json!({ "id": 1 })));
    let lines = lines(&post(&app, "application/x-ndjson", input).await);
    assert_eq!(rules(&lines[0]["violations"]), ["size.limit"]);
    assert_eq!(lines[1]["outcome"], "valid");
    assert_eq!(lines[2]["summary"]["total"], 2);
}

/// What a stream answers to chunks as they are.
async fn stream_of(app: &App, chunks: Vec<String>) -> Vec<Value> {
    let chunks = chunks.into_iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
    let body = Body::from_stream(futures::stream::iter(chunks));
    let request = Request::post(PATH).header("content-type", "application/x-ndjson").body(body).unwrap();
    let answer = app.router().oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    let text = String::from_utf8(answer.to_bytes().to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_length_of_a_whole_line_counts_however_it_arrives() {
    let (app, id) = shop().await;
    if skip_elsewhere(&app, "needs the registry in process") {
        return;
    }
    let line = |length: usize| {
        let text = json!({ "schema": { "id": id }, "data": { "id": 1, "note": "" } }).to_string();
        text.replace("\"\"", &format!("\"{}\"", "y".repeat(length - text.len())))
    };
    let of_event = |length: usize| {
        let text = event(json!({ "id": 1, "note": "" })).to_string();
        text.replace("\"\"", &format!("\"{}\"", "y".repeat(length - text.len())))
    };
    let limit = 1 << 20;
    for whole in [line(limit), of_event(limit)] {
        let lines = stream_of(&app, vec![format!("{whole}\n")]).await;
        assert_eq!((whole.len(), &lines[0]["outcome"]), (limit, &json!("valid")), "{}", lines[0]);
    }
    for whole in [line(limit + 1), of_event(limit + 1)] {
        let mut found = Vec::new();
        for end in ["\n", ""] {
            let whole = format!("{whole}{end}");
            for cut in [whole.len(), limit - 100, limit + 1] {
                let (start, rest) = whole.split_at(cut);
                found.push(stream_of(&app, vec![start.to_owned(), rest.to_owned()]).await);
            }
        }
        assert_eq!(rules(&found[0][0]["violations"]), ["size.limit"], "{}", found[0][0]);
        let message = "the line is longer than the limit of 1048576 bytes";
        assert_eq!(found[0][0]["violations"][0]["message"], message);
        assert!(found.iter().all(|lines| *lines == found[0]));
    }
}

/// RFC 9110 10.1.1: a final status without a 100 says that the body is not wanted.
#[tokio::test]
async fn a_client_that_waits_for_a_100_before_it_sends_its_stream_gets_it() {
    let (app, _) = shop().await;
    if skip_elsewhere(&app, "needs the registry in process") {
        return;
    }
    let mut stream = TcpStream::connect(serve(&app).await).await.unwrap();
    let line = format!("{}\n", event(json!({ "id": 1 })));
    let head = format!(
        "POST /v1/validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        line.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut buffer = [0; 4096];
    let length = stream.read(&mut buffer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&buffer[..length]), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"valid\":1"), "{answer}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_has_no_summary() {
    let (app, _) = shop().await;
    if !app.is_here() {
        return;
    }
    let line = format!("{}\n{{\"half", event(json!({ "id": 1 })));
    let broken = std::io::Error::other("the sender went away");
    let body = Body::from_stream(futures::stream::iter([Ok(Bytes::from(line)), Err(broken)]));
    let request = Request::post(PATH).header("content-type", "application/x-ndjson").body(body).unwrap();
    let mut answer = app.router().oneshot(request).await.unwrap().into_body();
    let first = answer.frame().await.unwrap().unwrap().into_data().unwrap();
    let verdict: Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(verdict["outcome"], "valid");
    assert!(answer.frame().await.unwrap().is_err(), "the client has to see that lines were lost");
}

#[tokio::test]
async fn verdicts_of_a_stream_arrive_before_its_end() {
    let (app, _) = shop().await;
    if skip_elsewhere(&app, "needs the registry in process") {
        return;
    }
    let mut stream = TcpStream::connect(serve(&app).await).await.unwrap();
    let head = "POST /v1/validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n\
                accept-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let line = format!("{}\n", event(json!({ "id": 1 })));
    let mut seen = String::new();
    for round in 1..=2 {
        stream.write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()).await.unwrap();
        let mut buffer = [0; 4096];
        while seen.matches("\"outcome\":\"valid\"").count() < round {
            let length = stream.read(&mut buffer).await.unwrap();
            assert!(length > 0, "closed after {seen}");
            seen.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4096];
    while !seen.contains("\"summary\"") {
        let length = stream.read(&mut buffer).await.unwrap();
        assert!(length > 0, "closed after {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
}
