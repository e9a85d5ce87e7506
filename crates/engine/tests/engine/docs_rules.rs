//! The committed pages under `docs/rules/` against the catalogue.
//!
//! `CHANCERY_WRITE_DOCS=1 cargo test -p chancery-engine --test engine docs_rules` writes them anew.

use std::collections::BTreeSet;
use std::path::Path;

use chancery_engine::catalogue::pages::pages;

#[test]
fn the_pages_of_rules_are_those_of_the_catalogue() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not a setting of the program")]
    let write = std::env::var_os("CHANCERY_WRITE_DOCS").is_some();
    if write {
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        for (name, text) in pages() {
            std::fs::write(folder.join(name), text).expect("a page can be written");
        }
    }
    let mut expected = BTreeSet::new();
    for (name, text) in pages() {
        let committed = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(committed == text, "docs/rules/{name} is not what the catalogue says; write it anew");
        expected.insert(name);
    }
    let entries = std::fs::read_dir(&folder).expect("docs/rules exists");
    let found: BTreeSet<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(found, expected, "no other files stand in docs/rules");
}
