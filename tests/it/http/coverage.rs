//! Every rule of the REST contract has a story: its number stands in the name of a test or in the doc comment
//! above one. What a story asserts is for its reader to judge; that one exists is counted here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// First and last number of each chapter.
const CHAPTERS: [(u32, u32); 11] = [
    (101, 116),
    (201, 226),
    (301, 330),
    (401, 418),
    (501, 512),
    (601, 622),
    (701, 717),
    (801, 814),
    (901, 917),
    (1001, 1011),
    (1101, 1116),
];

/// Numbers in a text: `r204_r220_…` in names, `R204` in comments.
fn numbers(text: &str) -> impl Iterator<Item = u32> + '_ {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| word.strip_prefix(['r', 'R'])?.parse().ok())
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Stories by rule: the tests of a folder that name it.
fn stories(folder: &Path) -> BTreeMap<u32, Vec<String>> {
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for file in files(folder) {
        let text = std::fs::read_to_string(file).unwrap();
        // What was said since the last line of code, and whether a test was announced.
        let (mut said, mut is_test) = (Vec::new(), false);
        for line in text.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("///") {
                said.extend(numbers(comment));
            } else if line.starts_with("#[tokio::test") || line.starts_with("#[test") {
                is_test = true;
            } else if !line.starts_with("#[") {
                let declared = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
                if let Some(name) = declared.and_then(|rest| rest.split('(').next()).filter(|_| is_test) {
                    said.extend(numbers(name));
                    for number in &said {
                        found.entry(*number).or_default().push(name.to_owned());
                    }
                }
                (said, is_test) = (Vec::new(), false);
            }
        }
    }
    found
}

#[test]
fn every_rule_has_a_story() {
    let found = stories(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/http"));
    let rules: Vec<u32> = CHAPTERS.iter().flat_map(|(first, last)| *first..=*last).collect();
    let untold: Vec<_> = rules.iter().filter(|rule| !found.contains_key(rule)).collect();
    assert!(untold.is_empty(), "no test names the rules {untold:?}");
    let unknown: Vec<_> = found.iter().filter(|(number, _)| !rules.contains(number)).collect();
    assert!(unknown.is_empty(), "there are no such rules: {unknown:?}");
}
