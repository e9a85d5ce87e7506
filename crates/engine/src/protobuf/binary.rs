//! Schemas sent as Base64 of one serialized `FileDescriptorProto`.

use super::ast::File;
use crate::SchemaError;

/// The file in a Base64 text, or `None` when the text is no such thing.
pub(super) fn from_base64(_text: &str) -> Option<Result<File, SchemaError>> {
    None
}
