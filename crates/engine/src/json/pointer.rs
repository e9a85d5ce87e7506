//! JSON Pointers as links to the place above, so that all pointers into a text together are as long as the
//! text; the text of one is made only where it is shown.

use std::sync::Arc;

use crate::tree::pointer_token;

/// A place in a document. The default is its root.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pointer(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    above: Pointer,
    /// The escaped tokens from the place above, each behind its `/`.
    tokens: Box<str>,
    /// Bytes of the whole text.
    length: usize,
}

impl Pointer {
    /// The place some tokens further down.
    pub(super) fn below(&self, tokens: &[&str]) -> Self {
        let tokens: String = tokens.iter().flat_map(|token| ["/".into(), pointer_token(token)]).collect();
        let length = self.len() + tokens.len();
        Self(Some(Arc::new(Link { above: self.clone(), tokens: tokens.into_boxed_str(), length })))
    }

    pub(super) fn is_root(&self) -> bool {
        self.0.is_none()
    }

    /// Bytes of the text.
    pub(super) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.length)
    }

    /// The pointer as RFC 6901 writes it.
    pub(super) fn text(&self) -> String {
        let mut links = Vec::new();
        let mut at = self;
        while let Some(link) = &at.0 {
            links.push(&*link.tokens);
            at = &link.above;
        }
        links.into_iter().rev().collect()
    }

    /// The bytes that this link holds itself.
    #[cfg(test)]
    pub(super) fn own_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |link| size_of::<Link>() + link.tokens.len())
    }
}
