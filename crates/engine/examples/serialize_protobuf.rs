//! Prints each `.proto` file below a folder as a Base64 descriptor: `path<TAB>descriptor` or
//! `path<TAB>!reason`, a line a file. Import paths are relative to the folder.
//!
//! Used by `tests/outside/protobuf_descriptors.py`, which loads the descriptors with other runtimes.

use std::collections::BTreeMap;
use std::path::Path;

use chancery_engine::{Dependency, Limits, Schema, SchemaType, Source, Strictness, protobuf};

fn main() -> std::io::Result<()> {
    let Some(root) = std::env::args().nth(1) else {
        return Err(std::io::Error::other("usage: serialize_protobuf FOLDER"));
    };
    let mut texts = BTreeMap::new();
    collect(Path::new(&root), Path::new(&root), &mut texts)?;
    for (path, text) in &texts {
        let dependencies = dependencies(&texts, path);
        let source = Source { text, dependencies: &dependencies };
        let limits = Limits::default();
        let serialized = Schema::parse(SchemaType::Protobuf, &source, Strictness::New, &limits)
            .and_then(|schema| schema.formatted("serialized"));
        match serialized {
            Ok(descriptor) => println!("{path}\t{descriptor}"),
            Err(error) => println!("{path}\t!{error}"),
        }
    }
    Ok(())
}

/// Texts below a folder by their path from the root.
fn collect(root: &Path, folder: &Path, texts: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            texts.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Everything a file imports, directly and indirectly.
fn dependencies(texts: &BTreeMap<String, String>, path: &str) -> Vec<Dependency> {
    let (mut found, mut pending) = (BTreeMap::new(), vec![path.to_owned()]);
    while let Some(next) = pending.pop() {
        let Some(text) = texts.get(&next) else { continue };
        if next != path && found.insert(next.clone(), text.clone()).is_some() {
            continue;
        }
        if let Ok(file) = protobuf::parse(text, &Limits::default()) {
            let imports = file.imports.into_iter().chain(file.public_imports).chain(file.weak_imports);
            pending.extend(imports.filter(|import| !found.contains_key(import)));
        }
    }
    found.into_iter().map(|(name, text)| Dependency { name, text, origin: None }).collect()
}
