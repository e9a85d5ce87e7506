//! Files that every schema may import without a reference.
//!
//! `google/protobuf/*` and `google/type/*` are the public definitions without comments (see `NOTICE`),
//! `confluent/*` are the files of the Confluent data contracts. A reference of the same name takes the
//! place of a file of this list.
//!
//! To add one: the text in this folder and one row in [`FILES`].

use std::sync::LazyLock;

use super::ast::File;
use super::files::TypeIndex;
use crate::Limits;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!($path))),*]
    };
}

/// Import path and text of every built-in file.
pub static FILES: [(&str, &str); 30] = files![
    "google/protobuf/any.proto",
    "google/protobuf/api.proto",
    "google/protobuf/descriptor.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/source_context.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/type.proto",
    "google/protobuf/wrappers.proto",
    "google/type/calendar_period.proto",
    "google/type/color.proto",
    "google/type/date.proto",
    "google/type/datetime.proto",
    "google/type/dayofweek.proto",
    "google/type/decimal.proto",
    "google/type/expr.proto",
    "google/type/fraction.proto",
    "google/type/interval.proto",
    "google/type/latlng.proto",
    "google/type/money.proto",
    "google/type/month.proto",
    "google/type/phone_number.proto",
    "google/type/postal_address.proto",
    "google/type/quaternion.proto",
    "google/type/timeofday.proto",
    "confluent/meta.proto",
    "confluent/type/decimal.proto",
    "confluent/type/variant.proto",
];

/// The text of a built-in file by its import path.
pub fn find(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}

/// The built-in files parsed, in the order of [`FILES`], with all their types.
pub(super) struct Builtins {
    pub(super) files: Vec<File>,
    pub(super) types: TypeIndex,
}

/// Parsed on first use and kept.
pub(super) static BUILTINS: LazyLock<Builtins> = LazyLock::new(|| {
    let limits = Limits::default();
    let parse =
        |(_, text): &(&str, &str)| super::parse(text, &limits).expect("built-in files parse (tested)");
    let files: Vec<File> = FILES.iter().map(parse).collect();
    let mut types = TypeIndex::default();
    for (position, file) in files.iter().enumerate() {
        types
            .add(file, super::files::Home::Builtin(position), &limits)
            .expect("built-in names are short (tested)");
    }
    Builtins { files, types }
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, Strictness};

    #[test]
    fn built_in_files_parse_resolve_and_are_printed_as_stored() {
        for (path, text) in FILES {
            let schema = crate::protobuf::ProtobufSchema::parse(
                &Source::bare(text),
                Strictness::New,
                &Limits::default(),
            );
            let schema = schema.unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(schema.canonical(), text, "{path}");
        }
        assert!(find("google/protobuf/any.proto").is_some());
        assert!(find("google/type/localized_text.proto").is_none());
    }
}
