//! A client that costs little: it writes bytes that are ready and reads just enough of the answer.
//!
//! It never sleeps. Waking it would be the work of the server that answers, and only of one that is slower than the
//! client; a client on another machine is woken by its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Connections that are kept alive.
const CONNECTIONS: usize = 16;

/// The head and body of a request.
pub fn request(path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Sends one request and returns the whole answer.
pub fn once(address: SocketAddr, path: &str, content_type: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&request(path, content_type, body)).unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while whole_length(&answer).is_none_or(|length| answer.len() < length) {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&buffer[..read]);
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

/// Seconds that so many requests take over several connections.
pub fn many(address: SocketAddr, request: &[u8], count: usize) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            connections.push(stream);
        }
        let started = Instant::now();
        let request: Arc<[u8]> = request.into();
        let turns: Vec<_> = connections
            .into_iter()
            .map(|stream| tokio::spawn(turns(stream, Arc::clone(&request), count / CONNECTIONS)))
            .collect();
        let awake = tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        });
        for turn in turns {
            turn.await.unwrap();
        }
        awake.abort();
        started.elapsed().as_secs_f64()
    })
}

async fn turns(mut stream: tokio::net::TcpStream, request: Arc<[u8]>, count: usize) {
    let mut buffer = vec![0; 64 * 1024];
    for _ in 0..count {
        stream.write_all(&request).await.unwrap();
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..]).await.unwrap();
            assert!(read > 0, "the server hung up");
            filled += read;
            if whole_length(&buffer[..filled]).is_some_and(|length| length <= filled) {
                break;
            }
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..filled]));
    }
}

/// Bytes of an answer with its head, once the head is there.
fn whole_length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    Some(head + 4 + length.parse::<usize>().unwrap())
}
