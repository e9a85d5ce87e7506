//! Small JSON documents: what the satellites of the registry keep (keys for field encryption, associations).

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Unique in its collection; lists are sorted by it, byte by byte.
    pub key: String,
    /// JSON text.
    pub body: String,
}

/// One change of a document. The change is made only when the document is still what the caller read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentChange {
    /// Collection, such as `keks`.
    pub collection: &'static str,
    /// Key in the collection.
    pub key: String,
    /// Body that the caller read; `None`: there was no document.
    pub before: Option<String>,
    /// Body that shall stand; `None`: no document.
    pub after: Option<String>,
}
