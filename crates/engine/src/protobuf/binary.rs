//! Schemas sent as Base64 of one serialized `FileDescriptorProto`.
//!
//! Standard alphabet with padding, as the reference decodes it. A text that is Base64 by chance but holds
//! no descriptor gives an error, which the caller answers with that of the text parser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ast::File;
use super::descriptor;
use crate::SchemaError;

/// The file in a Base64 text, or `None` when the text is no such thing.
pub(super) fn from_base64(text: &str) -> Option<Result<File, SchemaError>> {
    let bytes = STANDARD.decode(text.trim_ascii()).ok()?;
    Some(descriptor::to_file(&bytes))
}

/// A serialized file as Base64 text.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
