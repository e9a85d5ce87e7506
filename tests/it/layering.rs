//! The import directions of the house, read from the sources and held against one table.
//!
//! A line counts wherever it names a path, in a `use` or in the middle of code; comments do not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders of `src` and the folders of `src` each may name besides itself. `app` wires everything.
const SERVER: [(&str, &[&str]); 8] = [
    ("model", &[]),
    ("store", &["model"]),
    ("registry", &["model", "store"]),
    ("http", &["model", "registry"]),
    ("telemetry", &["config", "http"]),
    ("config", &[]),
    ("app", &["config", "http", "model", "registry", "store", "telemetry"]),
    ("cli", &["app", "config", "model", "telemetry"]),
];

/// Crates and where they may be named: nobody else speaks SQL or HTTP.
const CRATES: [(&str, &[&str]); 4] = [
    ("sqlx", &["store"]),
    ("axum", &["app", "cli", "http", "telemetry"]),
    ("axum_server", &["app"]),
    ("clap", &["cli", "config"]),
];

/// Modules of the engine that only callers with a reason name: all others take its shared types.
const ENGINE_MODULES: [(&str, &[&str]); 5] = [
    ("avro", &["cli"]),
    ("protobuf", &["cli"]),
    ("json", &["cli"]),
    ("cloudevents", &["cli", "config", "http", "registry"]),
    ("lint", &["cli", "http", "registry"]),
];

/// Modules of the engine that never name each other. `format` dispatches to the first three.
const APART: [&str; 4] = ["avro", "protobuf", "json", "cloudevents"];

/// Words that mean files, network, clock or environment.
const OUTSIDE_WORLD: [&str; 9] = [
    "std::fs",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "std::env",
    "std::process",
    "SystemTime",
    "Instant::now",
    "std::thread",
];

/// Crates the engine must never pull in.
const FORBIDDEN_IN_ENGINE: [&str; 8] =
    ["tokio", "sqlx", "axum", "hyper", "reqwest", "ureq", "rustls", "async-std"];

#[test]
fn server_folders_name_only_what_the_table_allows() {
    let folders: BTreeSet<&str> = SERVER.iter().map(|(folder, _)| *folder).collect();
    assert_eq!(
        folders_of("src"),
        folders.iter().map(ToString::to_string).collect(),
        "a folder without a row"
    );
    let mut wrong = Vec::new();
    for (folder, allowed) in SERVER {
        for (file, line) in lines_of(&format!("src/{folder}")) {
            for named in names_after(&line, "crate::") {
                let known = folders.contains(named.as_str());
                if known && named != folder && !allowed.contains(&named.as_str()) {
                    wrong.push(format!("{file}: {folder} names {named}: {line}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn store_is_named_by_the_registry_only_through_its_trait() {
    let wrong: Vec<_> = lines_of("src/registry")
        .into_iter()
        .filter(|(_, line)| line.contains("store::sqlite") || line.contains("store::postgres"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn crates_and_engine_modules_are_named_where_they_belong() {
    let mut wrong = Vec::new();
    for (folder, _) in SERVER {
        for (file, line) in lines_of(&format!("src/{folder}")) {
            for (name, allowed) in CRATES {
                if names_crate(&line, name) && !allowed.contains(&folder) {
                    wrong.push(format!("{file}: {folder} names {name}: {line}"));
                }
            }
            for (name, allowed) in ENGINE_MODULES {
                let named = names_after(&line, "chancery_engine::").iter().any(|one| one == name);
                if named && !allowed.contains(&folder) {
                    wrong.push(format!("{file}: {folder} names the engine's {name}: {line}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn engine_formats_never_name_each_other() {
    let mut wrong = Vec::new();
    for format in APART {
        for (file, line) in lines_of(&format!("crates/engine/src/{format}")) {
            for named in names_after(&line, "crate::") {
                if named != format && APART.contains(&named.as_str()) {
                    wrong.push(format!("{file}: {format} names {named}: {line}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn engine_never_touches_files_network_clock_or_environment() {
    let mut wrong = Vec::new();
    for (file, line) in lines_of("crates/engine/src") {
        for word in OUTSIDE_WORLD {
            if line.contains(word) {
                wrong.push(format!("{file}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn engine_tree_has_no_runtime_database_or_http() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "chancery-engine", "--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("serde_json"), "not a tree: {tree}");
    let found: Vec<_> = FORBIDDEN_IN_ENGINE.iter().filter(|name| crates.contains(**name)).collect();
    assert!(found.is_empty(), "the engine depends on {found:?}");
}

/// Names of the folders directly under a folder of the project.
fn folders_of(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Code lines under a folder with their files, without comments and without tests beside the code
/// (`mod tests`, `tests.rs`, `tests/`).
fn lines_of(folder: &str) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    assert!(!files.is_empty(), "no sources in {folder}");
    for file in files {
        let shown = file.strip_prefix(root()).unwrap().display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        for line in shipped_lines(&text) {
            let code = line.split("//").next().unwrap_or_default().trim();
            if !code.is_empty() {
                lines.push((shown.clone(), code.to_owned()));
            }
        }
    }
    lines
}

/// The lines of a file up to its tests. Tests in a file of their own are named anywhere.
fn shipped_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            if line.trim() != "#[cfg(test)]" {
                return Some(line);
            }
            lines.next_if(|item| item.trim_end().ends_with(';'))?;
        }
    })
}

#[test]
fn lines_behind_the_name_of_a_test_file_are_read() {
    let text = "#[cfg(test)]\nmod tests;\nuse a;\n    #[cfg(test)]\nmod tests {\nuse b;\n}";
    assert_eq!(shipped_lines(text).collect::<Vec<_>>(), ["use a;"]);
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The first segments that follow a prefix: `a` of `crate::a::b`, both of `crate::{a::b, c}`.
fn names_after(line: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (start, _) in line.match_indices(prefix) {
        let before = line[..start].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
            continue;
        }
        let rest = &line[start + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_heads(group)),
            None => names.push(identifier(rest)),
        }
    }
    names
}

/// First segments of `a::b, c::{d, e}, f}`.
fn group_heads(group: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let mut heads = vec![identifier(group.trim_start())];
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(identifier(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

/// Whether a line names a crate as the head of a path.
fn names_crate(line: &str, name: &str) -> bool {
    let path = format!("{name}::");
    line.match_indices(&path).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        before.is_none_or(|character| !(character.is_alphanumeric() || character == '_' || character == ':'))
    })
}

#[test]
fn the_reader_of_imports_sees_every_spelling() {
    let cases: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("use crate::store::{Store, sqlite};", &["store"][..]),
        ("use crate::{model::Subject, http::{a, b}, registry};", &["model", "http", "registry"]),
        ("let x = crate::app::App::build();", &["app"]),
        ("use subcrate::store;", &[]),
        ("pub(crate) use other::thing;", &[]),
    ]);
    for (line, expected) in cases {
        assert_eq!(names_after(line, "crate::"), expected, "{line}");
    }
    assert!(names_crate("fn f() -> axum::Router {", "axum"));
    assert!(names_crate("use axum::Router;", "axum"));
    assert!(!names_crate("use axum_server::Handle;", "axum"));
    assert!(!names_crate("use crate::axum::x;", "axum"));
}
