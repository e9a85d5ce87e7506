//! The real binary as a child process.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A running `chancery serve`. Killed when dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// What it said about its data.
    pub data: String,
    client: reqwest::Client,
}

/// `chancery` in a folder, without variables of this process that would set something.
pub fn chancery(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chancery"));
    prepare(&mut command, folder);
    command
}

fn prepare(command: &mut Command, folder: &Path) {
    command
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
}

impl Server {
    /// Serves on a port of the system's choice, data in `folder`.
    pub fn start(folder: &Path) -> Self {
        let mut command = chancery(folder);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        Self::spawn(command)
    }

    /// As [`Server::start`], with warnings only in the log: nobody reads the pipe while many writes are logged.
    pub fn start_quiet(folder: &Path) -> Self {
        let mut command = chancery(folder);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-filter", "warn"]);
        Self::spawn(command)
    }

    /// As [`Server::start`], on a disk where no file grows beyond some blocks of 512 or 1024 bytes.
    pub fn start_on_small_disk(folder: &Path, blocks: u32) -> Self {
        let mut command = Command::new("sh");
        prepare(&mut command, folder);
        // The signal that tells of the limit is ignored, so that the write fails as on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" serve --listen 127.0.0.1:0");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_chancery")]);
        Self::spawn(command)
    }

    /// Starts a command that ends up serving, and waits for its two lines.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = |prefix: &str| {
            let line = lines.next().and_then(Result::ok).unwrap_or_else(|| {
                let mut log = String::new();
                child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
                panic!("it ended before it said `{prefix}`: {log}");
            });
            line.strip_prefix(prefix).unwrap_or_else(|| panic!("unexpected line `{line}`")).to_owned()
        };
        let url = said("listening on ");
        let data = said("data in ");
        Self { child, url, data, client: reqwest::Client::new() }
    }

    /// Registers an Avro schema text and returns (id, version), or why there is no answer to rely on.
    pub async fn register(&self, subject: &str, text: &str) -> Result<(i64, i64), String> {
        register(&self.client, &self.url, subject, text).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// Most memory it ever had resident, where the system tells.
    pub fn peak_memory_kb(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// Ends whoever reads its log.
    pub fn lose_log(&mut self) {
        drop(self.child.stderr.take());
    }

    /// Asks it to stop, as an orchestrator does.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it as a crash does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end, at most `patience`, and returns how it ended and its log.
    pub fn wait(mut self, patience: Duration) -> (ExitStatus, String) {
        let deadline = Instant::now() + patience;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "still running after {patience:?}");
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut log = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut log).unwrap();
        }
        (status, log)
    }

    /// Asks it to stop and waits.
    pub fn stop(self) -> String {
        self.terminate();
        let (status, log) = self.wait(Duration::from_secs(10));
        assert!(status.success(), "{status}: {log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors mean that it ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One registration over a client of the caller.
pub async fn register(
    client: &reqwest::Client,
    url: &str,
    subject: &str,
    text: &str,
) -> Result<(i64, i64), String> {
    let sent = client.post(format!("{url}/subjects/{subject}/versions")).json(&json!({ "schema": text }));
    let response = sent.send().await.map_err(|error| error.to_string())?;
    let status = response.status();
    let body: Value = response.json().await.map_err(|error| error.to_string())?;
    match (status.as_u16(), body["id"].as_i64(), body["version"].as_i64()) {
        (200, Some(id), Some(version)) => Ok((id, version)),
        _ => Err(format!("{status} {body}")),
    }
}

/// An Avro record with one field, different for each name.
pub fn record(name: &str) -> String {
    json!({
        "type": "record",
        "name": name,
        "doc": "x".repeat(200),
        "fields": [{ "name": "id", "type": "long" }]
    })
    .to_string()
}
