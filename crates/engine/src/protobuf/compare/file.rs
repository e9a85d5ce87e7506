//! The file itself: package, syntax, options, services. Services and options are ours to look at.

use std::collections::HashMap;

use super::field::change;
use super::{At, Comparer, Role, Scope, Scopes};
use crate::protobuf::ast::{File, OptionValue, Rpc, Service, Syntax};
use crate::protobuf::files::{Files, Home, joined};
use crate::protobuf::rules;

/// File options that move or rename generated code.
const CODE_OPTIONS: [&str; 18] = [
    "cc_enable_arenas",
    "cc_generic_services",
    "csharp_namespace",
    "go_package",
    "java_generic_services",
    "java_multiple_files",
    "java_outer_classname",
    "java_package",
    "java_string_check_utf8",
    "objc_class_prefix",
    "optimize_for",
    "php_class_prefix",
    "php_generic_services",
    "php_metadata_namespace",
    "php_namespace",
    "py_generic_services",
    "ruby_package",
    "swift_prefix",
];

impl<'a> Comparer<'a> {
    pub(super) fn file(&mut self) {
        let (old, new): (&'a File, &'a File) =
            (&self.sides.files(Role::Writer).local, &self.sides.files(Role::Reader).local);
        if old.package != new.package {
            let text = |package: &Option<String>| package.clone().unwrap_or_else(|| "none".to_owned());
            let info = change(&text(&old.package), &text(&new.package));
            self.report(&rules::PACKAGE_CHANGED, info, None, None);
        }
        let syntax = |file: &File| if file.is_proto3() { Syntax::Proto3 } else { Syntax::Proto2 };
        if syntax(old) != syntax(new) {
            let text = |file: &File| if file.is_proto3() { "proto3" } else { "proto2" };
            self.report(&rules::SYNTAX_CHANGED, change(text(old), text(new)), None, None);
        }
        self.file_options(old, new);
        let scope = |file: &File| Scope {
            name: file.package.as_deref().unwrap_or_default().into(),
            home: Home::Local,
        };
        let scopes = Scopes { reader: scope(new), writer: scope(old) };
        self.types(&old.types, &new.types, &scopes);
        self.services(&old.services, &new.services, &scopes);
    }

    fn file_options(&mut self, writer: &File, reader: &File) {
        for name in CODE_OPTIONS {
            let (old, new) = (option(writer, name), option(reader, name));
            if old != new {
                let text = |value: Option<&str>| value.unwrap_or("none").to_owned();
                let info = format!("{name}: {}", change(&text(old), &text(new)));
                // Several options may differ at the one path of the file.
                self.within(name, |comparer| comparer.report(&rules::FILE_OPTION_CHANGED, info, None, None));
            }
        }
    }

    fn services(&mut self, writer: &[Service], reader: &[Service], scopes: &Scopes) {
        let new: HashMap<&str, &Service> =
            reader.iter().map(|service| (service.name.as_str(), service)).collect();
        for service in writer {
            let old = service_at(&scopes.writer, service);
            self.within(&service.name, |comparer| match new.get(service.name.as_str()) {
                None => comparer.report(&rules::SERVICE_REMOVED, service.name.clone(), None, Some(old)),
                Some(update) => {
                    let new = service_at(&scopes.reader, update);
                    comparer.methods((service, &old), (update, &new), scopes);
                }
            });
        }
    }

    fn methods(&mut self, writer: (&Service, &At), reader: (&Service, &At), scopes: &Scopes) {
        let new: HashMap<&str, &Rpc> = reader.0.rpcs.iter().map(|rpc| (rpc.name.as_str(), rpc)).collect();
        for rpc in &writer.0.rpcs {
            if !self.step() {
                return;
            }
            let old = method_at(writer.1, rpc);
            self.within(&rpc.name, |comparer| match new.get(rpc.name.as_str()) {
                None => comparer.report(&rules::RPC_REMOVED, rpc.name.clone(), None, Some(old)),
                Some(update) => {
                    let new = method_at(reader.1, update);
                    comparer.method((rpc, &old), (update, &new), scopes);
                }
            });
        }
    }

    fn method(&mut self, writer: (&Rpc, &At), reader: (&Rpc, &At), scopes: &Scopes) {
        let (old, new) = (writer.0, reader.0);
        for (before, after) in [(&old.request, &new.request), (&old.response, &new.response)] {
            let before = full_name(self.sides.files(Role::Writer), &scopes.writer, before);
            let after = full_name(self.sides.files(Role::Reader), &scopes.reader, after);
            if before != after {
                let info = change(&before, &after);
                let (reader, writer) = (Some(reader.1.clone()), Some(writer.1.clone()));
                self.report(&rules::RPC_TYPE_CHANGED, info, reader, writer);
            }
        }
        if (old.request_stream, old.response_stream) != (new.request_stream, new.response_stream) {
            let (reader, writer) = (Some(reader.1.clone()), Some(writer.1.clone()));
            self.report(&rules::RPC_STREAM_CHANGED, new.name.clone(), reader, writer);
        }
    }
}

/// The last setting of a plain file option, as text.
fn option<'a>(file: &'a File, name: &str) -> Option<&'a str> {
    file.options.iter().rev().find(|option| option.name == name && !option.parenthesized).and_then(|option| {
        match &option.value {
            OptionValue::String(text)
            | OptionValue::Bool(text)
            | OptionValue::Number(text)
            | OptionValue::Enum(text) => Some(text.as_str()),
            _ => None,
        }
    })
}

fn full_name(files: &Files, scope: &Scope, written: &str) -> String {
    files.resolve(&scope.name, written).map_or(written, |found| found.name).to_owned()
}

fn service_at(scope: &Scope, service: &Service) -> At {
    At { home: Home::Local, span: service.span, name: joined(&scope.name, &service.name) }
}

fn method_at(service: &At, rpc: &Rpc) -> At {
    At { home: Home::Local, span: rpc.span, name: joined(&service.name, &rpc.name) }
}
