//! The documents of one schema: the draft, and which URI means which document.
//!
//! A reference of the registry has a name, not a URI. Every `$ref` is resolved against the base that holds
//! where it stands; when the text before `#`, or what it resolves to, is the name of a dependency, that
//! dependency is the document of the resolved URI. Only documents that are reached take part, the first of
//! a name wins, and nothing is retrieved.

use std::collections::HashMap;

use fluent_uri::{Uri, UriRef};
use jsonschema::Draft;
use serde_json::{Map, Value};

use super::walk::address;
use super::{dots, unusable};
use crate::tree::{self, Leniency, pointer_token};
use crate::{Dependency, Limits, SchemaError};

/// Base URI of a schema without an absolute `$id`. Not the crate's own, under which findings have no URI.
pub(super) const BASE: &str = "schema:///";
/// URIs that may stand for documents: a document referred to from many bases has one for each.
const MAX_URIS: usize = 4_000;

/// Place of a schema: document and JSON Pointer.
type Place = (usize, String);

/// The root schema, its references, and where each `$ref` leads.
#[derive(Debug)]
pub(super) struct Resources {
    draft: Draft,
    /// The root first, then all dependencies in order.
    documents: Vec<Value>,
    /// Documents that are reached, by URI.
    referenced: Vec<(String, usize)>,
    /// Schemas that hold a reference, by address, with the places it leads to. A reference that leads
    /// nowhere we know (a meta-schema, or nothing) has no place.
    targets: HashMap<usize, Vec<Place>>,
    homes: Homes,
}

/// Which referenced document a URI stands in.
#[derive(Debug, Default)]
pub(super) struct Homes {
    names: Vec<String>,
    /// Documents by the URIs of the schemas in them; the root's are left out.
    documents: HashMap<String, usize>,
}

impl Homes {
    /// Name of the referenced document that a URI with a fragment points into; `None`: the root.
    pub(super) fn find(&self, uri: &str) -> Option<&str> {
        if self.documents.is_empty() {
            return None;
        }
        let document = self.documents.get(uri.split('#').next().unwrap_or(uri))?;
        self.names.get(document - 1).map(String::as_str)
    }
}

impl Resources {
    /// Reads all texts and finds out which documents take part.
    pub(super) fn read(text: &str, dependencies: &[Dependency]) -> Result<Self, SchemaError> {
        Self::read_changed(text, dependencies, &mut |_, _, _| {})
    }

    /// The same with documents that were changed. `change` gets the position of each, the root as 0, and whether its
    /// draft ignores what stands beside `$ref`.
    pub(super) fn read_changed(
        text: &str,
        dependencies: &[Dependency],
        change: &mut dyn FnMut(usize, &mut Value, bool),
    ) -> Result<Self, SchemaError> {
        let root = parse(text)?;
        let draft = draft_of(&root).unwrap_or(Draft::Draft7);
        let bridged = text.contains("$defs") || dependencies.iter().any(|known| known.text.contains("$defs"));
        let mut documents = vec![root];
        for dependency in dependencies {
            documents.push(parse(&dependency.text)?);
        }
        let points_through_patterns = |text: &str| text.contains("/patternProperties/");
        let names = !points_through_patterns(text)
            && !dependencies.iter().any(|known| points_through_patterns(&known.text));
        for (position, document) in documents.iter_mut().enumerate() {
            let ignores = is_old(draft_of(document).unwrap_or(draft));
            change(position, document, ignores);
            settle_draft(document);
            dots::spell_out(document, names);
            if bridged {
                bridge_definitions(document);
            }
        }
        let mut finder = Finder::new(dependencies, draft, &documents);
        finder.find(&documents)?;
        let homes = Homes {
            names: dependencies.iter().map(|known| known.name.trim_end_matches('#').to_owned()).collect(),
            documents: finder.index.homes(),
        };
        let (referenced, targets) = (finder.referenced, finder.index.targets());
        Ok(Self { draft, documents, referenced, targets, homes })
    }

    /// Which document a URI stands in, to be kept beyond the texts.
    pub(super) fn take_homes(&mut self) -> Homes {
        std::mem::take(&mut self.homes)
    }

    /// The draft of the root.
    pub(super) fn draft(&self) -> Draft {
        self.draft
    }

    /// The root schema.
    pub(super) fn root(&self) -> &Value {
        &self.documents[0]
    }

    /// All documents, the root first.
    pub(super) fn documents(&self) -> &[Value] {
        &self.documents
    }

    /// Reached documents by URI.
    pub(super) fn referenced(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.referenced.iter().map(|(uri, document)| (uri.as_str(), &self.documents[*document]))
    }

    /// Schemas that a schema refers to.
    pub(super) fn targets(&self, schema: &Value) -> impl Iterator<Item = &Value> {
        let places = self.targets.get(&address(schema)).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|(document, pointer)| self.documents[*document].pointer(pointer))
    }
}

fn parse(text: &str) -> Result<Value, SchemaError> {
    Ok(tree::parse(text, Leniency::Strict, &Limits::default())?.to_serde())
}

/// The draft that `$schema` names, one trailing `#` ignored.
fn draft_of(document: &Value) -> Option<Draft> {
    let uri = document.get("$schema")?.as_str()?;
    let uri = uri.strip_suffix('#').unwrap_or(uri);
    let name = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
    Some(match name.strip_prefix("json-schema.org/")? {
        "draft-04/schema" | "schema" => Draft::Draft4,
        "draft-06/schema" => Draft::Draft6,
        "draft-07/schema" => Draft::Draft7,
        "draft/2019-09/schema" => Draft::Draft201909,
        "draft/2020-12/schema" => Draft::Draft202012,
        _ => return None,
    })
}

/// Spells a known `$schema` as the crate knows it and drops an unknown one, which the crate refuses: the
/// root then has the default draft, a dependency that of the root.
fn settle_draft(document: &mut Value) {
    let known = draft_of(document);
    let Some(members) = document.as_object_mut() else { return };
    let uri = match known {
        Some(Draft::Draft4) => "http://json-schema.org/draft-04/schema#",
        Some(Draft::Draft6) => "http://json-schema.org/draft-06/schema#",
        Some(Draft::Draft7) => "http://json-schema.org/draft-07/schema#",
        Some(Draft::Draft201909) => "https://json-schema.org/draft/2019-09/schema",
        Some(_) => "https://json-schema.org/draft/2020-12/schema",
        None => {
            members.remove("$schema");
            return;
        }
    };
    members.insert("$schema".to_owned(), Value::String(uri.to_owned()));
}

/// Makes top-level `definitions` reachable under `#/$defs/` as the reference does. Existing `$defs` win.
fn bridge_definitions(document: &mut Value) {
    let Some(members) = document.as_object_mut() else { return };
    let Some(Value::Object(definitions)) = members.get("definitions").cloned() else { return };
    let defs = members.entry("$defs").or_insert_with(|| Value::Object(Map::new()));
    let Some(defs) = defs.as_object_mut() else { return };
    for (name, schema) in definitions {
        defs.entry(name).or_insert(schema);
    }
}

/// Finds reached documents, breadth first.
struct Finder {
    names: HashMap<String, usize>,
    referenced: Vec<(String, usize)>,
    index: Index,
}

impl Finder {
    fn new(dependencies: &[Dependency], draft: Draft, documents: &[Value]) -> Self {
        let mut names = HashMap::new();
        let base = base_uri();
        let root = documents[0].get(id_keyword(draft)).and_then(Value::as_str);
        let root_base = root.and_then(|id| resolve(&base, id));
        for (position, dependency) in dependencies.iter().enumerate() {
            let name = dependency.name.trim_end_matches('#');
            let resolved = [Some(&base), root_base.as_ref()].into_iter().flatten();
            let uris = resolved.filter_map(|base| resolve(base, name)).map(|uri| uri.as_str().to_owned());
            for spelled in uris.chain([name.to_owned(), format!("./{name}")]) {
                names.entry(spelled).or_insert(position + 1);
            }
        }
        Self { names, referenced: Vec::new(), index: Index::new(draft) }
    }

    fn find(&mut self, documents: &[Value]) -> Result<(), SchemaError> {
        let mut queue = vec![(base_uri(), 0)];
        let mut next = 0;
        while let Some((base, document)) = queue.get(next).cloned() {
            next += 1;
            self.index.add(&documents[document], document, &base);
            for (spelled, uri) in std::mem::take(&mut self.index.foreign) {
                let known = self.names.get(&spelled).or_else(|| self.names.get(uri.as_str())).copied();
                let Some(known) = known else { continue };
                if self.referenced.iter().any(|(seen, _)| seen == uri.as_str()) {
                    continue;
                }
                if self.referenced.len() == MAX_URIS {
                    return Err(unusable("its references stand for too many documents"));
                }
                self.referenced.push((uri.as_str().to_owned(), known));
                queue.push((uri, known));
            }
        }
        Ok(())
    }
}

/// Schemas by URI, and references to be looked up once all documents are known.
struct Index {
    default_draft: Draft,
    schemas: HashMap<String, Place>,
    dynamic: HashMap<String, Vec<Place>>,
    references: Vec<(usize, Reference)>,
    /// References to another document: the text before `#`, and the URI.
    foreign: Vec<(String, Uri<String>)>,
}

enum Reference {
    Static { uri: String, fragment: String },
    Dynamic { anchor: String },
}

/// What stays the same while one document is walked.
struct Walk {
    document: usize,
    draft: Draft,
}

impl Index {
    fn new(default_draft: Draft) -> Self {
        Self {
            default_draft,
            schemas: HashMap::new(),
            dynamic: HashMap::new(),
            references: Vec::new(),
            foreign: Vec::new(),
        }
    }

    fn add(&mut self, root: &Value, document: usize, base: &Uri<String>) {
        let draft = draft_of(root).unwrap_or(self.default_draft);
        self.note_schema(base.as_str(), (document, String::new()));
        self.walk(root, &Walk { document, draft }, &mut String::new(), base);
    }

    fn note_schema(&mut self, uri: &str, place: Place) {
        self.schemas.entry(uri.to_owned()).or_insert(place);
    }

    /// As deep as the document was parsed.
    fn walk(&mut self, value: &Value, walk: &Walk, pointer: &mut String, base: &Uri<String>) {
        let length = pointer.len();
        match value {
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    pointer.push('/');
                    pointer.push_str(&position.to_string());
                    self.walk(item, walk, pointer, base);
                    pointer.truncate(length);
                }
            }
            Value::Object(members) => {
                let base = &self.identify(members, walk, pointer, base);
                self.note_references(value, members, base);
                for (name, member) in members {
                    if matches!(name.as_str(), "enum" | "const" | "default" | "examples") {
                        continue;
                    }
                    pointer.push('/');
                    pointer.push_str(&pointer_token(name));
                    self.walk(member, walk, pointer, base);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// Notes identifier and anchors; returns the base that holds inside.
    fn identify(
        &mut self,
        members: &Map<String, Value>,
        walk: &Walk,
        pointer: &str,
        base: &Uri<String>,
    ) -> Uri<String> {
        let place = || (walk.document, pointer.to_owned());
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let old = is_old(walk.draft);
        let mut inside = base.clone();
        // Beside `$ref` drafts up to 7 ignore everything.
        if let Some(id) = text(id_keyword(walk.draft)).filter(|_| !(old && members.contains_key("$ref"))) {
            match id.strip_prefix('#') {
                Some(anchor) => self.note_schema(&format!("{}#{anchor}", base.as_str()), place()),
                None => {
                    if let Some(uri) = resolve(base, id.trim_end_matches('#')) {
                        self.note_schema(uri.as_str(), place());
                        inside = uri;
                    }
                }
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = text(keyword) {
                self.note_schema(&format!("{}#{anchor}", inside.as_str()), place());
            }
        }
        if let Some(anchor) = text("$dynamicAnchor") {
            self.dynamic.entry(anchor.to_owned()).or_default().push(place());
        }
        if members.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
            self.dynamic.entry(String::new()).or_default().push(place());
        }
        inside
    }

    fn note_references(&mut self, schema: &Value, members: &Map<String, Value>, base: &Uri<String>) {
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(reference) = members.get(keyword).and_then(Value::as_str) else { continue };
            let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
            let Some(uri) = resolve(base, document) else { continue };
            if !document.is_empty() {
                self.foreign.push((document.to_owned(), uri.clone()));
            }
            let target = Reference::Static { uri: uri.as_str().to_owned(), fragment: decode(fragment) };
            self.references.push((address(schema), target));
            if keyword != "$ref" && !fragment.starts_with('/') {
                self.references.push((address(schema), Reference::Dynamic { anchor: fragment.to_owned() }));
            }
        }
    }

    /// URIs of schemas in referenced documents.
    fn homes(&self) -> HashMap<String, usize> {
        let of_references =
            self.schemas.iter().filter(|(uri, (document, _))| *document > 0 && !uri.contains('#'));
        of_references.map(|(uri, (document, _))| (uri.clone(), *document)).collect()
    }

    /// Where each reference leads.
    fn targets(self) -> HashMap<usize, Vec<Place>> {
        let mut targets: HashMap<usize, Vec<Place>> = HashMap::new();
        for (holder, reference) in &self.references {
            let places = match reference {
                Reference::Static { uri, fragment } => self.find(uri, fragment).into_iter().collect(),
                Reference::Dynamic { anchor } => self.dynamic.get(anchor).cloned().unwrap_or_default(),
            };
            let known = targets.entry(*holder).or_default();
            for place in places {
                if !known.contains(&place) {
                    known.push(place);
                }
            }
        }
        targets
    }

    fn find(&self, uri: &str, fragment: &str) -> Option<Place> {
        if fragment.is_empty() {
            return self.schemas.get(uri).cloned();
        }
        if fragment.starts_with('/') {
            let (document, pointer) = self.schemas.get(uri)?;
            return Some((*document, format!("{pointer}{fragment}")));
        }
        self.schemas.get(&format!("{uri}#{fragment}")).cloned()
    }
}

/// Drafts that ignore what stands beside `$ref`.
fn is_old(draft: Draft) -> bool {
    matches!(draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7)
}

fn id_keyword(draft: Draft) -> &'static str {
    if draft == Draft::Draft4 { "id" } else { "$id" }
}

fn base_uri() -> Uri<String> {
    Uri::parse(BASE.to_owned()).expect("the base is a URI without a fragment")
}

/// A reference against a base, without fragment.
fn resolve(base: &Uri<String>, reference: &str) -> Option<Uri<String>> {
    let reference = UriRef::parse(reference).ok()?;
    let mut uri = reference.resolve_against(base).ok()?;
    uri.set_fragment(None);
    Some(uri)
}

/// Percent-decoding of a fragment.
fn decode(fragment: &str) -> String {
    if !fragment.contains('%') {
        return fragment.to_owned();
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| *byte == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
