//! Long streams: order, memory, and a reader that takes its time.
//!
//! `CHANCERY_STREAM_BYTES` says how long: 24 MB when it is not set. A gigabyte wants the bench profile:
//! `CHANCERY_STREAM_BYTES=1073741824 cargo test --profile bench --test it -- --nocapture long_stream`.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::process::Server;

/// Most that may be on its way when nobody reads verdicts: buffers of sockets and of the server.
const ON_ITS_WAY: usize = 20 << 20;

const MEMORY_KB: usize = 200_000;

/// Lines `from..` of a stream; every third event is not what its schema wants.
fn lines(from: usize, count: usize) -> String {
    let mut text = String::new();
    for number in from..from + count {
        let total = if number.is_multiple_of(3) { "\"many\"" } else { "7" };
        let _ = writeln!(
            text,
            r#"{{"specversion":"1.0","id":"{number}","source":"/orders","type":"order.placed","datacontenttype":"application/json","data":{{"total":{total},"note":"{number:0150}"}}}}"#
        );
    }
    text
}

/// Sends events until `bytes` are sent, and returns how many there were.
fn send(mut socket: &TcpStream, bytes: usize, sent: &AtomicUsize) -> usize {
    const BATCH: usize = 200;
    let head = "POST /v1/validate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\n\
                transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    socket.write_all(head.as_bytes()).unwrap();
    let mut number = 0;
    while sent.load(Ordering::SeqCst) < bytes {
        let lines = lines(number, BATCH);
        let chunk = format!("{:x}\r\n{lines}\r\n", lines.len());
        socket.write_all(chunk.as_bytes()).unwrap();
        sent.fetch_add(lines.len(), Ordering::SeqCst);
        number += BATCH;
    }
    socket.write_all(b"0\r\n\r\n").unwrap();
    number
}

/// Waits until nothing more is taken, and returns how much was.
fn stalled(sent: &AtomicUsize) -> usize {
    let mut before = usize::MAX;
    loop {
        let now = sent.load(Ordering::SeqCst);
        if now == before {
            return now;
        }
        before = now;
        std::thread::sleep(Duration::from_secs(2));
    }
}

/// Takes an answer in chunks apart as it comes.
struct Chunks<R> {
    inner: R,
    left: usize,
}

impl<R: BufRead> Read for Chunks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            let mut size = String::new();
            while size.trim().is_empty() {
                size.clear();
                assert!(self.inner.read_line(&mut size)? > 0, "the answer broke off");
            }
            self.left = usize::from_str_radix(size.trim(), 16).unwrap();
        }
        let most = self.left.min(buffer.len());
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read;
        Ok(read)
    }
}

/// Bytes to send.
fn length() -> usize {
    #[expect(clippy::disallowed_methods, reason = "chooses how much is sent, not a setting of the server")]
    let set = std::env::var("CHANCERY_STREAM_BYTES").ok();
    set.map_or(24 << 20, |bytes| bytes.parse().expect("CHANCERY_STREAM_BYTES is a number of bytes"))
}

/// Nobody reads at first, then every verdict is read and is that of its event.
#[tokio::test]
async fn a_long_stream_keeps_its_order_and_takes_little_memory() {
    let bytes = length();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_quiet(folder.path());
    let schema = json!({ "type": "object", "properties": { "total": { "type": "integer" } } });
    let body = json!({ "schemaType": "JSON", "schema": schema.to_string() });
    let path = format!("{}/subjects/order.placed/versions", server.url);
    assert!(reqwest::Client::new().post(path).json(&body).send().await.unwrap().status().is_success());

    let socket = Arc::new(TcpStream::connect(server.url.trim_start_matches("http://")).unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let sender = std::thread::spawn({
        let (socket, sent) = (socket.clone(), sent.clone());
        move || send(&socket, bytes, &sent)
    });
    let taken = stalled(&sent);
    println!("{taken} bytes were taken while nobody read");
    assert!(taken < ON_ITS_WAY.min(bytes), "{taken} bytes were taken though nobody reads");

    let mut answer = BufReader::with_capacity(1 << 16, &*socket);
    let mut head = String::new();
    while head != "\r\n" {
        head.clear();
        assert!(answer.read_line(&mut head).unwrap() > 0);
    }
    let answer = BufReader::new(Chunks { inner: answer, left: 0 });
    let (mut verdicts, mut summary) = (0, Value::Null);
    for line in answer.lines() {
        let verdict: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if verdict["summary"].is_object() {
            summary = verdict["summary"].clone();
            break;
        }
        let expected = if verdicts % 3 == 0 { "invalid" } else { "valid" };
        assert_eq!((&verdict["index"], &verdict["outcome"]), (&json!(verdicts), &json!(expected)));
        assert_eq!(verdict["event"]["id"], verdicts.to_string());
        verdicts += 1;
    }
    let events = sender.join().unwrap();
    assert_eq!((verdicts, &summary["total"]), (events, &json!(events)));
    if let Some(peak) = server.peak_memory_kb() {
        println!("{events} events, {} bytes: {peak} kB at most", sent.load(Ordering::SeqCst));
        assert!(peak < MEMORY_KB, "{peak} kB");
    }
}
