//! Payloads against schemas compiled by an independent compiler (`protox`), so that what is tested here
//! does not depend on our own parser.

mod json;
mod oracle;
mod wire;

pub(in crate::protobuf) use oracle::{cases, message};

use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use super::ProtobufValidator;
use crate::violation::{PayloadOptions, Report, Severity, UnknownFields};

/// One text under the name `main.proto`.
struct Text(String);

impl FileResolver for Text {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match name {
            "main.proto" => File::from_source(name, &self.0),
            _ => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// Descriptors of a text, imports first, the text itself last.
pub(in crate::protobuf) fn descriptors(text: &str) -> prost_types::FileDescriptorSet {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Text(text.to_owned()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    if let Err(error) = compiler.include_imports(true).open_file("main.proto") {
        panic!("{error:?}\n{text}");
    }
    compiler.file_descriptor_set()
}

fn validator(text: &str) -> ProtobufValidator {
    let mut files = descriptors(text).file;
    // The text itself stands last, ours wants it first.
    files.reverse();
    ProtobufValidator::compile(&files).expect("compiles")
}

/// `rule pointer` of each finding; warnings end with ` (warning)`.
fn findings(report: &Report) -> Vec<String> {
    assert_eq!(report.indeterminate, None);
    let line = |finding: &crate::Violation| {
        let rule = finding.rule.strip_prefix("schema.protobuf.").expect("a rule of this format");
        let mark = if finding.severity == Severity::Warning { " (warning)" } else { "" };
        format!("{rule} {}{mark}", finding.pointer).trim_end().to_owned()
    };
    report.findings.iter().map(line).collect()
}

fn rejecting() -> PayloadOptions {
    PayloadOptions { unknown_fields: UnknownFields::Reject, ..PayloadOptions::default() }
}
