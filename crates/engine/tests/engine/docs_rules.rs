//! The committed pages under `docs/rules/` against the catalogue.
//!
//! `CHANCERY_WRITE_DOCS=1 cargo test -p chancery-engine --test engine docs_rules` writes them anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chancery_engine::catalogue::entries;
use chancery_engine::catalogue::pages::pages;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules")
}

#[test]
fn the_pages_of_rules_are_those_of_the_catalogue() {
    let folder = folder();
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not a setting of the program")]
    let write = std::env::var_os("CHANCERY_WRITE_DOCS").is_some();
    if write {
        for (name, text) in pages() {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().expect("a page has a folder"))
                .expect("the folder can be made");
            std::fs::write(path, text).expect("a page can be written");
        }
    }
    let mut expected = BTreeSet::new();
    for (name, text) in pages() {
        let committed = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(committed == text, "docs/rules/{name} is not what the catalogue says; write it anew");
        expected.insert(name);
    }
    let mut found = BTreeSet::new();
    list(&folder, "", &mut found);
    assert_eq!(found, expected, "no other files stand in docs/rules");
}

/// Files below a folder, by their path in it.
fn list(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("docs/rules exists") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            list(&path, &format!("{name}/"), found);
        } else {
            found.insert(name);
        }
    }
}

#[test]
fn every_rule_is_documented_at_the_place_that_the_catalogue_names() {
    for entry in entries() {
        let place = entry.doc.strip_prefix("rules/").expect("a place under docs/rules");
        let (file, anchor) = place.split_once('#').unwrap_or((place, ""));
        let text = std::fs::read_to_string(folder().join(file)).expect(file);
        assert!(text.contains(entry.id), "{} in {file}", entry.id);
        assert!(anchor.is_empty() || text.contains(&format!("<a id=\"{anchor}\"></a>")), "{}", entry.doc);
        // A page of its own says what it is about and what to do.
        let parts = ["**Why.**", "**Instead.**", "Fires on:", "Silent on:", "## Level and silence"];
        assert!(!anchor.is_empty() || parts.iter().all(|part| text.contains(part)), "{file}");
    }
}

#[test]
fn links_between_pages_lead_to_files() {
    for (name, text) in pages() {
        let from = folder().join(&name);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = from.with_file_name(link.split('#').next().unwrap_or_default());
            let is_page = file.extension().is_some_and(|extension| extension == "md");
            assert!(!is_page || file.is_file(), "{link} in {name}");
        }
    }
}
