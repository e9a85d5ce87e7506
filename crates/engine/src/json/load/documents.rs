//! The documents a schema can point into, and what a `$ref` means in them.
//!
//! Nothing is ever fetched: a reference finds a place in the same document, in one of the texts that came
//! with the schema, or in a bundled meta-schema. Everything else is an unresolvable reference. Which names
//! reach a document differs between the two loaders of the reference (drafts 4 to 7, and later ones).

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use fluent_uri::{Iri, IriRef};
use referencing::SPECIFICATIONS;

use super::super::draft::Draft;
use super::super::pointer::Pointer;
use crate::tree::{Leniency, Node, Value, parse};
use crate::{Limits, SchemaError, Source};

/// Base of the root document in the loader of 2019-09 and later.
const MODERN_BASE: &str = "mem://input";

/// Bytes of a base that references are resolved against: each part with an `$id` has a base of its own.
const MAX_BASE: usize = 2_048;

/// Keywords whose values hold data, not schemas.
const DATA_KEYWORDS: [&str; 4] = ["enum", "const", "default", "examples"];
/// Keywords whose members are names of schemas, so that no name among them is a keyword.
const NAMING_KEYWORDS: [&str; 6] =
    ["properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"];

/// A place in one of the documents.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub(super) document: usize,
    /// Index of the innermost resource (a part with its own `$id`; the document itself in drafts 4 to 7).
    resource: usize,
    /// What relative references are resolved against.
    base: Rc<str>,
    pub(super) node: &'a Node,
    /// From the root of the document.
    pub(super) pointer: Pointer,
}

impl<'a> Place<'a> {
    /// The key that tells places apart: one node stands at one place.
    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self.node) as usize
    }

    /// A part of this place that opens no base of its own (a keyword's array or map).
    pub(super) fn inside(&self, node: &'a Node, token: &str) -> Self {
        let pointer = self.pointer.below(&[token]);
        Self { node, pointer, base: Rc::clone(&self.base), ..*self }
    }
}

struct Document<'a> {
    root: Result<&'a Node, &'a SchemaError>,
    draft: Draft,
    base: Rc<str>,
    indexed: bool,
}

struct Resource<'a> {
    place: Place<'a>,
}

/// All documents of one schema.
pub(super) struct Documents<'a> {
    modern: bool,
    root_base: Rc<str>,
    list: Vec<Document<'a>>,
    keys: HashMap<String, usize>,
    resources: Vec<Resource<'a>>,
    /// Resource indexes by document and base.
    resource_bases: HashMap<(usize, Rc<str>), usize>,
    /// Resource indexes by the address of their root.
    resource_roots: HashMap<usize, usize>,
    anchors: HashMap<(usize, String), Place<'a>>,
}

/// The texts that came with a schema, parsed once before places are taken in them.
pub(super) struct Texts {
    names: Vec<(String, Result<Node, SchemaError>)>,
}

impl Texts {
    pub(super) fn parse(source: &Source<'_>, limits: &Limits) -> Self {
        let mut names: Vec<(String, Result<Node, SchemaError>)> = Vec::new();
        for dependency in source.dependencies {
            if names.iter().all(|(name, _)| *name != dependency.name) {
                names.push((dependency.name.clone(), parse(&dependency.text, Leniency::Strict, limits)));
            }
        }
        Self { names }
    }
}

impl<'a> Documents<'a> {
    pub(super) fn new(root: &'a Node, texts: &'a Texts, draft: Draft) -> Self {
        let modern = draft.is_modern();
        let id = root.get(draft.id_keyword()).and_then(Node::as_str).filter(|id| !id.starts_with('#'));
        let outer = if modern { MODERN_BASE } else { "" };
        let root_base: Rc<str> = Rc::from(id.map_or(outer.to_owned(), |id| resolve(outer, id)));
        let mut documents = Self {
            modern,
            root_base: Rc::clone(&root_base),
            list: Vec::new(),
            keys: HashMap::new(),
            resources: Vec::new(),
            resource_bases: HashMap::new(),
            resource_roots: HashMap::new(),
            anchors: HashMap::new(),
        };
        documents.add(Ok(root), root_base, draft);
        for (name, text) in &texts.names {
            documents.add_named(name, text, draft);
        }
        documents
    }

    fn add(&mut self, root: Result<&'a Node, &'a SchemaError>, base: Rc<str>, draft: Draft) -> usize {
        self.list.push(Document { root, draft, base, indexed: false });
        self.list.len() - 1
    }

    fn add_named(&mut self, name: &str, text: &'a Result<Node, SchemaError>, root_draft: Draft) {
        let name = name.strip_suffix('#').unwrap_or(name);
        let key = resolve(if self.modern { MODERN_BASE } else { &self.root_base }, name);
        let root = text.as_ref();
        // Within the older loader a document may name another of its drafts; the newer one has one.
        let own = root.ok().and_then(|root| Draft::find(root).ok().flatten());
        let draft = own.filter(|own| !self.modern && !own.is_modern()).unwrap_or(root_draft);
        let id = root.ok().and_then(|root| root.get(draft.id_keyword())).and_then(Node::as_str);
        let id = id.filter(|id| !id.starts_with('#'));
        let base = id.map_or(key.clone(), |id| resolve(&key, id));
        let document = self.add(root, Rc::from(base), draft);
        let mut names = vec![key, name.to_owned()];
        if self.modern {
            names.push(format!("./{name}"));
            names.push(resolve(&self.root_base, name));
        }
        for name in names {
            self.keys.entry(name).or_insert(document);
        }
    }

    pub(super) fn draft(&self, place: &Place<'_>) -> Draft {
        self.list[place.document].draft
    }

    /// The root of a document.
    pub(super) fn root(&mut self, document: usize) -> Result<Place<'a>, SchemaError> {
        let node = self.list[document].root.map_err(Clone::clone)?;
        let base = Rc::clone(&self.list[document].base);
        if let Some(resource) = self.resource_roots.get(&(std::ptr::from_ref(node) as usize)) {
            return Ok(self.resources[*resource].place.clone());
        }
        let place =
            Place { document, resource: self.resources.len(), base, node, pointer: Pointer::default() };
        self.add_resource(place.clone());
        Ok(place)
    }

    /// Notes the anchors and embedded resources of a document: only when a reference asks for them.
    fn ensure_indexed(&mut self, document: usize) -> Result<(), SchemaError> {
        let root = self.root(document)?;
        if !self.list[document].indexed {
            self.list[document].indexed = true;
            self.index(&root, true);
        }
        Ok(())
    }

    fn add_resource(&mut self, place: Place<'a>) {
        self.resource_roots.insert(place.address(), place.resource);
        self.resource_bases.entry((place.document, Rc::clone(&place.base))).or_insert(place.resource);
        self.resources.push(Resource { place });
    }

    /// Notes anchors and, in the newer loader, embedded resources below a place.
    fn index(&mut self, place: &Place<'a>, is_root: bool) {
        match &place.node.value {
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    self.index_inside(place, item, &position.to_string());
                }
            }
            Value::Object(object) => {
                let place = if is_root { place.clone() } else { self.enter(place) };
                self.note_anchors(&place);
                for (name, member) in object.iter() {
                    if DATA_KEYWORDS.contains(&name) {
                        continue;
                    }
                    match &member.value {
                        Value::Object(named) if NAMING_KEYWORDS.contains(&name) => {
                            let inside = place.inside(member, name);
                            named.iter().for_each(|(name, schema)| self.index_inside(&inside, schema, name));
                        }
                        _ => self.index_inside(&place, member, name),
                    }
                }
            }
            _ => {}
        }
    }

    fn index_inside(&mut self, place: &Place<'a>, node: &'a Node, token: &str) {
        if matches!(node.value, Value::Object(_) | Value::Array(_)) {
            self.index(&place.inside(node, token), false);
        }
    }

    /// The same place with the base that its own `$id` opens.
    fn enter(&mut self, place: &Place<'a>) -> Place<'a> {
        let keyword = self.list[place.document].draft.id_keyword();
        let Some(id) = place.node.get(keyword).and_then(Node::as_str).filter(|id| !id.starts_with('#'))
        else {
            return place.clone();
        };
        if let Some(resource) = self.resource_roots.get(&place.address()) {
            return self.resources[*resource].place.clone();
        }
        let base = Rc::from(resolve(&place.base, id.strip_suffix('#').unwrap_or(id)));
        let mut entered = Place { base, ..place.clone() };
        // The older loader does not find a part by its `$id`; it only changes what is relative to what.
        if self.modern {
            entered.resource = self.resources.len();
            self.add_resource(entered.clone());
        }
        entered
    }

    fn note_anchors(&mut self, place: &Place<'a>) {
        let keywords: &[&str] = if self.modern {
            &["$anchor", "$dynamicAnchor"]
        } else {
            &[self.list[place.document].draft.id_keyword()]
        };
        for keyword in keywords {
            let Some(text) = place.node.get(keyword).and_then(Node::as_str) else { continue };
            let name = if self.modern { Some(text) } else { text.strip_prefix('#') };
            if let Some(name) = name {
                self.anchors.entry((place.resource, name.to_owned())).or_insert_with(|| place.clone());
            }
        }
    }

    /// A subschema below a place, with the base that its own `$id` opens.
    pub(super) fn child(&mut self, place: &Place<'a>, node: &'a Node, tokens: &[&str]) -> Place<'a> {
        let pointer = place.pointer.below(tokens);
        let child = Place { node, pointer, base: Rc::clone(&place.base), ..*place };
        self.enter(&child)
    }

    /// The place a reference names.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] when nothing that came with the schema has this name.
    pub(super) fn resolve(&mut self, from: &Place<'a>, reference: &str) -> Result<Place<'a>, SchemaError> {
        let unresolved =
            || SchemaError::invalid_at(format!("unresolvable reference `{reference}`"), from.node.offset);
        let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let resource = if document.is_empty() {
            self.resources[from.resource].place.clone()
        } else {
            self.find_document(from, document)?.ok_or_else(unresolved)?
        };
        let fragment = percent_decoded(fragment);
        if fragment.is_empty() {
            return Ok(resource);
        }
        if let Some(pointer) = fragment.strip_prefix('/') {
            return self.find_pointer(&resource, pointer).ok_or_else(unresolved);
        }
        self.ensure_indexed(resource.document)?;
        self.anchors.get(&(resource.resource, fragment)).cloned().ok_or_else(unresolved)
    }

    fn find_document(&mut self, from: &Place<'a>, name: &str) -> Result<Option<Place<'a>>, SchemaError> {
        self.ensure_indexed(from.document)?;
        let absolute = resolve(&from.base, name);
        let own = (from.document, Rc::from(absolute.as_str()));
        if let Some(resource) = self.resource_bases.get(&own) {
            return Ok(Some(self.resources[*resource].place.clone()));
        }
        let candidates = [absolute.clone(), name.to_owned(), resolve(&self.root_base, name)];
        let known = candidates.iter().find_map(|candidate| self.keys.get(candidate).copied());
        if let Some(document) = known {
            return self.root(document).map(Some);
        }
        if absolute.as_str() == &*self.root_base && !self.root_base.is_empty() {
            return self.root(0).map(Some);
        }
        let Some(root) = find_meta_schema(&absolute, self.modern) else { return Ok(None) };
        let draft = match Draft::find(root)? {
            Some(own) if own.is_modern() == self.modern => own,
            _ => self.list[0].draft,
        };
        let document = self.add(Ok(root), Rc::from(absolute.as_str()), draft);
        self.keys.insert(absolute, document);
        self.root(document).map(Some)
    }

    fn find_pointer(&mut self, from: &Place<'a>, pointer: &str) -> Option<Place<'a>> {
        let mut place = from.clone();
        for (depth, token) in pointer.split('/').enumerate() {
            let name = token.replace("~1", "/").replace("~0", "~");
            let next = match &place.node.value {
                Value::Object(object) => object.get(&name),
                Value::Array(items) => name.parse::<usize>().ok().and_then(|position| items.get(position)),
                _ => None,
            };
            // `definitions` at the top of a document are also reachable as `$defs`.
            let is_bridge = depth == 0 && name == "$defs" && place.pointer.is_root();
            let bridged = || place.node.get("definitions").filter(|node| node.as_object().is_some());
            place = match next {
                Some(node) if is_bridge && bridged().is_some() => {
                    let rest = pointer.split('/').nth(1).unwrap_or_default();
                    let rest = rest.replace("~1", "/").replace("~0", "~");
                    match (node.as_object(), bridged()) {
                        (Some(defs), Some(definitions)) if !defs.contains(&rest) => {
                            place.inside(definitions, "definitions")
                        }
                        _ => place.inside(node, &name),
                    }
                }
                Some(node) => {
                    let below = place.inside(node, &name);
                    self.enter(&below)
                }
                None if is_bridge => place.inside(bridged()?, "definitions"),
                None => return None,
            };
        }
        Some(place)
    }
}

/// A bundled meta-schema. The older loader of the reference knows those of drafts 4, 6 and 7 only.
fn find_meta_schema(uri: &str, modern: bool) -> Option<&'static Node> {
    /// Each meta-schema is converted once in a process; there are fewer than twenty.
    static CONVERTED: Mutex<Vec<(String, &'static Node)>> = Mutex::new(Vec::new());
    let path = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
    let path = path.strip_suffix('#').unwrap_or(path);
    let is_new = path.starts_with("json-schema.org/draft/2019-09/")
        || path.starts_with("json-schema.org/draft/2020-12/");
    let is_old = ["json-schema.org/draft-04/schema", "json-schema.org/draft-06/schema"].contains(&path)
        || path == "json-schema.org/draft-07/schema";
    if !(is_old || is_new && modern) {
        return None;
    }
    let canonical = if is_new { format!("https://{path}") } else { format!("http://{path}") };
    let mut converted = CONVERTED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, node)) = converted.iter().find(|(known, _)| *known == canonical) {
        return Some(*node);
    }
    let base = referencing::uri::from_str(&canonical).ok()?;
    let found = SPECIFICATIONS.resolver(base).lookup(&canonical).ok()?;
    let node = parse(&found.contents().to_string(), Leniency::Strict, &Limits::default()).ok()?;
    let node: &'static Node = Box::leak(Box::new(node));
    converted.push((canonical, node));
    Some(node)
}

/// RFC 3986 reference resolution that never fails: what cannot be resolved is taken literally.
pub(crate) fn resolve(base: &str, reference: &str) -> String {
    if base.is_empty() || has_scheme(reference) || base.len() > MAX_BASE {
        return reference.to_owned();
    }
    if has_scheme(base) {
        let resolved = Iri::parse(base).ok().and_then(|base| {
            IriRef::parse(reference).ok()?.resolve_against(&base).ok().map(|iri| iri.as_str().to_owned())
        });
        return resolved.unwrap_or_else(|| reference.to_owned());
    }
    if reference.is_empty() || reference.starts_with('/') {
        return if reference.is_empty() { base.to_owned() } else { reference.to_owned() };
    }
    let folder = base.rfind('/').map_or("", |slash| &base[..=slash]);
    format!("{folder}{}", if folder.is_empty() { reference } else { reference.trim_start_matches("./") })
}

fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// A fragment with its percent escapes read; broken escapes stay as they are.
pub(crate) fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.filter(|_| bytes[at] == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
