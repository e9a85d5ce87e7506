//! Public `.proto` files of other projects (`tests/corpus/protobuf/SOURCES.md`).

use std::path::Path;

use chancery_engine::Limits;
use chancery_engine::difference::CompareOptions;
use chancery_engine::protobuf::ast::{File, TypeNode};
use chancery_engine::protobuf::{ProtobufSchema, builtin, parse};

use super::stored;

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/protobuf");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "proto"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a text")))
        .collect();
    files.extend(builtin::FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    files.sort();
    files
}

/// The tree with messages before enums, as they are printed.
fn tree(text: &str) -> File {
    fn sort(types: &mut [TypeNode]) {
        types.sort_by_key(|node| matches!(node, TypeNode::Enum(_)));
        for node in types {
            if let TypeNode::Message(message) = node {
                sort(&mut message.types);
            }
        }
    }
    let mut file = parse(text, &Limits::default()).expect(text);
    sort(&mut file.types);
    file
}

#[test]
fn public_files_keep_their_tree_when_printed() {
    let files = files();
    assert!(files.len() >= 40, "{} files", files.len());
    for (path, text) in files {
        let schema = stored(&text);
        let printed = schema.canonical();
        assert!(tree(&text) == tree(&printed), "{path}");
        assert_eq!(stored(&printed).canonical(), printed, "{path}");
        let normal = schema.normalized();
        assert_eq!(stored(&normal).normalized(), normal, "{path}");
        let found = ProtobufSchema::compare(&stored(&normal), &schema, &CompareOptions::default());
        assert!(found.is_compatible(), "{path}: {:?}", found.differences);
    }
}
