//! Start with nothing set up, restart, stop.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::process::{Server, record, register};

#[tokio::test]
async fn it_starts_with_nothing_set_up_and_says_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert_eq!(server.data, "sqlite:chancery-data/chancery.db");
    assert!(!server.url.ends_with(":0"), "the real port: {}", server.url);
    assert_eq!(server.get("/health/live").await.0, 200);
    assert_eq!(server.get("/health/ready").await.0, 200);
    assert_eq!(server.get("/subjects").await, (200, json!([])));
    assert!(folder.path().join("chancery-data").join("chancery.db").is_file());
}

#[tokio::test]
async fn a_restart_keeps_data_and_counter() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert_eq!(server.register("orders", &record("A")).await, Ok((1, 1)));
    assert_eq!(server.register("orders2", &record("B")).await, Ok((2, 1)));
    server.stop();
    let server = Server::start(folder.path());
    assert_eq!(server.get("/subjects").await, (200, json!(["orders", "orders2"])));
    assert_eq!(server.register("other", &record("C")).await, Ok((3, 1)));
    assert_eq!(server.register("orders", &record("A")).await, Ok((1, 1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_is_quick_and_loses_no_acknowledged_write() {
    let folder = tempfile::tempdir().unwrap();
    let server = Arc::new(Server::start_quiet(folder.path()));
    let stopping = Arc::new(AtomicBool::new(false));
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (url, stopping) = (server.url.clone(), stopping.clone());
        clients.spawn(async move {
            let client = reqwest::Client::new();
            let mut acknowledged = Vec::new();
            for round in 0.. {
                let name = format!("R{number}x{round}");
                match register(&client, &url, &name, &record(&name)).await {
                    Ok((id, version)) => acknowledged.push((name, id, version)),
                    Err(_) if stopping.load(Ordering::SeqCst) => return acknowledged,
                    Err(error) => panic!("refused before the stop: {error}"),
                }
            }
            acknowledged
        });
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    stopping.store(true, Ordering::SeqCst);
    let started = Instant::now();
    server.terminate();
    let acknowledged: Vec<_> = clients.join_all().await.into_iter().flatten().collect();
    let server = Arc::into_inner(server).expect("the clients are done");
    let (status, log) = server.wait(Duration::from_secs(8));
    assert!(status.success(), "{status}: {log}");
    assert!(started.elapsed() < Duration::from_secs(4), "took {:?}", started.elapsed());
    assert!(acknowledged.len() > 20, "only {} registrations", acknowledged.len());

    let server = Server::start(folder.path());
    for (name, id, version) in acknowledged {
        let (status, body) = server.get(&format!("/subjects/{name}/versions/{version}")).await;
        assert_eq!((status, body["id"].as_i64()), (200, Some(id)), "{name}");
    }
}

#[tokio::test]
async fn a_log_that_nobody_reads_any_more_costs_no_request_and_no_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    server.lose_log();
    assert_eq!(server.register("orders", &record("A")).await, Ok((1, 1)));
    assert_eq!(server.get("/subjects/unknown/versions").await.0, 404);
    assert_eq!(server.get("/nowhere").await.0, 404);
    server.stop();
}

#[tokio::test]
async fn who_has_said_everything_and_closes_that_way_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut client = connect(&server);
    let line = "{\"schema\":{\"schema\":\"\\\"int\\\"\"},\"data\":1}\n".repeat(2_000);
    let head = "POST /v1/validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n";
    write!(client, "{head}content-length: {}\r\n\r\n{line}", line.len()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(
        answer.contains(r#"{"summary":{"total":2000,"valid":2000,"#),
        "{}",
        &answer[..500.min(answer.len())]
    );
}

#[tokio::test]
async fn nobody_is_let_in_while_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut stuck = connect(&server);
    stuck.write_all(b"POST /subjects/a/versions HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.terminate();
    std::thread::sleep(Duration::from_millis(500));
    let address = server.url.strip_prefix("http://").unwrap();
    let refused = TcpStream::connect(address).map(drop).map_err(|error| error.kind());
    assert_eq!(refused, Err(ErrorKind::ConnectionRefused));
    assert!(server.wait(Duration::from_secs(8)).0.success());
}

#[tokio::test]
async fn idle_connections_do_not_hold_a_stop_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut idle = connect(&server);
    idle.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = [0; 16];
    idle.read_exact(&mut answer).unwrap();
    let _silent = connect(&server);
    let started = Instant::now();
    server.stop();
    assert!(started.elapsed() < Duration::from_secs(3), "took {:?}", started.elapsed());
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off_at_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut stuck = connect(&server);
    let head = "POST /subjects/a/versions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 1000\r\n\r\n{";
    stuck.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    server.stop();
    assert!(started.elapsed() < Duration::from_secs(8), "took {:?}", started.elapsed());
}

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap()
}
