//! What references inside one document lead to: places by JSON Pointer, anchors and embedded `$id`s. Nothing outside
//! of the document is looked at.

use std::collections::HashMap;
use std::rc::Rc;

use super::Record;
use crate::json::{percent_decoded, resolve_uri};

/// A reference that a record makes.
#[derive(Debug)]
pub(super) struct Asked<'d> {
    pub record: usize,
    pub base: Rc<str>,
    reference: &'d str,
}

/// What can be referred to, and what is.
#[derive(Debug, Default)]
pub(super) struct References<'d> {
    asked: Vec<Asked<'d>>,
    /// Roots of resources by URI.
    resources: HashMap<String, usize>,
    anchors: HashMap<(Rc<str>, String), usize>,
    /// Records by pointer, made when the first reference asks for one.
    places: HashMap<String, usize>,
    is_indexed: bool,
}

impl<'d> References<'d> {
    pub(super) fn ask(&mut self, record: usize, base: &Rc<str>, reference: &'d str) {
        self.asked.push(Asked { record, base: Rc::clone(base), reference });
    }

    pub(super) fn next(&mut self) -> Option<Asked<'d>> {
        self.asked.pop()
    }

    pub(super) fn add_resource(&mut self, uri: &str, record: usize) {
        self.resources.entry(uri.to_owned()).or_insert(record);
    }

    pub(super) fn add_anchor(&mut self, base: &Rc<str>, name: &str, record: usize) {
        self.anchors.entry((Rc::clone(base), name.to_owned())).or_insert(record);
    }

    pub(super) fn note_place(&mut self, pointer: &str, record: usize) {
        self.places.entry(pointer.to_owned()).or_insert(record);
    }

    /// The record that a reference names, if it is one that is known.
    pub(super) fn find(&mut self, asked: &Asked<'_>, records: &[Record]) -> Option<usize> {
        let (uri, fragment) = asked.parts();
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return self.anchors.get(&(Rc::from(uri), fragment)).copied();
        }
        let pointer = self.place(asked, records)?;
        if !self.is_indexed {
            self.is_indexed = true;
            self.places = records.iter().enumerate().map(|(at, one)| (one.pointer.clone(), at)).collect();
        }
        self.places.get(&pointer).copied()
    }

    /// The JSON Pointer, from the root of the document, of what a reference names by one.
    pub(super) fn place(&self, asked: &Asked<'_>, records: &[Record]) -> Option<String> {
        let (uri, fragment) = asked.parts();
        let resource = self.resources.get(&uri)?;
        let is_pointer = fragment.is_empty() || fragment.starts_with('/');
        is_pointer.then(|| format!("{}{fragment}", records[*resource].pointer))
    }
}

impl Asked<'_> {
    /// The absolute URI of the resource, and what is named in it.
    fn parts(&self) -> (String, String) {
        let (document, fragment) = self.reference.split_once('#').unwrap_or((self.reference, ""));
        let uri = if document.is_empty() { self.base.to_string() } else { resolve_uri(&self.base, document) };
        (uri, percent_decoded(fragment))
    }
}
