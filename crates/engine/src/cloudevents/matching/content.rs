//! From `datacontenttype` to the format of a payload.

use crate::SchemaType;
use crate::violation::Encoding;

use super::super::event::{Data, Event};
use super::super::grammar::media_type::MediaType;

/// How a payload is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadFormat {
    /// JSON.
    Json,
    /// Avro binary.
    Avro,
    /// The Avro JSON encoding.
    AvroJson,
    /// Protobuf binary.
    Protobuf {
        /// Full name of the message, where the event names it.
        message: Option<String>,
    },
    /// A payload whose framing says which schema it has.
    Framed(SchemaType),
    /// A media type that is never an event's payload, such as the registry's own
    /// (`schema.format-mismatch`).
    NotAPayload,
    /// Nothing that can be validated (`data.not-validated`).
    Opaque,
}

/// How JSON is read for an Avro schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvroJson {
    /// The Avro JSON encoding: unions name their branch.
    #[default]
    Avro,
    /// Plain JSON.
    Plain,
}

/// Media types that promise a framed payload. None is registered anywhere, so the list is a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramedTypes(Vec<(String, SchemaType)>);

impl Default for FramedTypes {
    fn default() -> Self {
        let formats =
            [("avro", SchemaType::Avro), ("json", SchemaType::Json), ("protobuf", SchemaType::Protobuf)];
        let vendors = ["application/vnd.confluent.", "application/vnd.kafka."];
        let types = vendors
            .iter()
            .flat_map(|vendor| formats.map(|(name, format)| (format!("{vendor}{name}"), format)));
        Self(types.collect())
    }
}

impl FramedTypes {
    /// A list of media types (without parameters, in any letter case) and the format they promise.
    pub fn new(types: impl IntoIterator<Item = (String, SchemaType)>) -> Self {
        Self(types.into_iter().collect())
    }

    fn find(&self, essence: &str) -> Option<SchemaType> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(essence)).map(|(_, format)| *format)
    }
}

const AVRO: [&str; 5] = [
    "application/avro",
    "avro/binary",
    "application/vnd.apache.avro",
    "application/x-avro",
    "application/vnd.apache.avro+binary",
];
const AVRO_JSON: [&str; 2] = ["application/vnd.apache.avro+json", "application/avro+json"];
const PROTOBUF: [&str; 4] = [
    "application/protobuf",
    "application/x-protobuf",
    "application/vnd.google.protobuf",
    "application/x-google-protobuf",
];
/// Parameters of a Protobuf media type that name the message.
const MESSAGE_PARAMETERS: [&str; 2] = ["messagetype", "proto"];

impl PayloadFormat {
    /// The format of an event's data. Without a content type, `data` of a JSON envelope is JSON and bytes
    /// are opaque: nothing is sniffed.
    pub fn of_event(event: &Event<'_>, framed: &FramedTypes) -> Self {
        if let Data::Message { type_url, .. } = &event.data {
            let message = type_url.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
            return Self::Protobuf { message };
        }
        match event.datacontenttype() {
            Some(media_type) => Self::of_media_type(media_type, framed),
            None if matches!(event.data, Data::Json(_)) => Self::Json,
            None => Self::Opaque,
        }
    }

    /// The format a media type names.
    pub fn of_media_type(media_type: &str, framed: &FramedTypes) -> Self {
        let Some(media_type) = MediaType::parse(media_type) else { return Self::Opaque };
        let essence = media_type.essence;
        let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(essence));
        if let Some(format) = framed.find(essence) {
            Self::Framed(format)
        } else if is_one_of(&AVRO) {
            Self::Avro
        } else if is_one_of(&AVRO_JSON) {
            Self::AvroJson
        } else if is_one_of(&PROTOBUF) {
            let name = MESSAGE_PARAMETERS.iter().find_map(|parameter| media_type.find_parameter(parameter));
            Self::Protobuf { message: name.map(std::borrow::Cow::into_owned) }
        } else if is_of_registry(essence) {
            Self::NotAPayload
        } else if media_type.is_json() {
            Self::Json
        } else {
            Self::Opaque
        }
    }

    /// How the payload is read with a schema of this type; `None`: they do not fit
    /// (`schema.format-mismatch`).
    pub fn encoding(&self, schema_type: SchemaType, avro_json: AvroJson) -> Option<Encoding> {
        match (self, schema_type) {
            (Self::Framed(promised), _) => (*promised == schema_type).then_some(Encoding::Binary),
            (Self::Json, SchemaType::Json)
            | (Self::Avro, SchemaType::Avro)
            | (Self::Protobuf { .. }, SchemaType::Protobuf) => Some(Encoding::Binary),
            (Self::Json, SchemaType::Protobuf) => Some(Encoding::Json),
            (Self::Json, SchemaType::Avro) => Some(match avro_json {
                AvroJson::Avro => Encoding::AvroJson,
                AvroJson::Plain => Encoding::Json,
            }),
            (Self::AvroJson, SchemaType::Avro) => Some(Encoding::AvroJson),
            _ => None,
        }
    }
}

/// Whether a media type is one of the registry's own, versioned or not: `application/vnd.schemaregistry.v1+json`,
/// `application/vnd.schemaregistry+json`.
fn is_of_registry(essence: &str) -> bool {
    const OWN: &str = "application/vnd.schemaregistry";
    let is_own = essence.get(..OWN.len()).is_some_and(|start| start.eq_ignore_ascii_case(OWN));
    is_own && matches!(essence.as_bytes().get(OWN.len()), None | Some(b'.' | b'+'))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::super::event::{Attribute, AttributeValue};
    use super::*;

    #[test]
    fn media_types_name_a_format() {
        let message = |name: &str| PayloadFormat::Protobuf { message: Some(name.to_owned()) };
        for (media_type, format) in [
            ("application/json", PayloadFormat::Json),
            ("Text/JSON; charset=utf-8", PayloadFormat::Json),
            ("application/vnd.acme+json", PayloadFormat::Json),
            ("avro/binary", PayloadFormat::Avro),
            ("application/vnd.apache.avro;x=y", PayloadFormat::Avro),
            ("application/vnd.apache.avro+json", PayloadFormat::AvroJson),
            ("application/x-protobuf", PayloadFormat::Protobuf { message: None }),
            ("application/protobuf; messageType=\"a.B\"", message("a.B")),
            ("application/protobuf; proto=a.B", message("a.B")),
            ("application/vnd.confluent.avro", PayloadFormat::Framed(SchemaType::Avro)),
            ("application/vnd.Kafka.json", PayloadFormat::Framed(SchemaType::Json)),
            ("application/vnd.schemaregistry.v1+json", PayloadFormat::NotAPayload),
            ("application/vnd.schemaregistry+json", PayloadFormat::NotAPayload),
            ("application/vnd.schemaregistrycopy+json", PayloadFormat::Json),
            ("application/xml", PayloadFormat::Opaque),
            ("json", PayloadFormat::Opaque),
        ] {
            assert_eq!(
                PayloadFormat::of_media_type(media_type, &FramedTypes::default()),
                format,
                "{media_type}"
            );
        }
        let configured = FramedTypes::new([("Application/X".to_owned(), SchemaType::Avro)]);
        assert_eq!(
            PayloadFormat::of_media_type("application/x", &configured),
            PayloadFormat::Framed(SchemaType::Avro)
        );
    }

    #[test]
    fn data_without_content_type_is_json_only_in_a_json_envelope() {
        let framed = FramedTypes::default();
        let event = |data| Event { data, ..Event::default() };
        let json = event(Data::Json(Cow::Borrowed("1")));
        assert_eq!(PayloadFormat::of_event(&json, &framed), PayloadFormat::Json);
        let bytes = event(Data::Bytes(Cow::Borrowed(b"1")));
        assert_eq!(PayloadFormat::of_event(&bytes, &framed), PayloadFormat::Opaque);
        let any = event(Data::Message {
            type_url: Cow::Borrowed("type.googleapis.com/a.B"),
            bytes: Cow::Borrowed(b""),
        });
        let expected = PayloadFormat::Protobuf { message: Some("a.B".to_owned()) };
        assert_eq!(PayloadFormat::of_event(&any, &framed), expected);
        let mut typed = event(Data::Text(Cow::Borrowed("1")));
        typed.attributes.push(Attribute {
            name: Cow::Borrowed("datacontenttype"),
            value: AttributeValue::Text(Cow::Borrowed("text/plain")),
        });
        assert_eq!(PayloadFormat::of_event(&typed, &framed), PayloadFormat::Opaque);
    }

    #[test]
    fn payload_and_schema_have_to_fit() {
        let protobuf = PayloadFormat::Protobuf { message: None };
        for (format, avro, json, proto) in [
            (PayloadFormat::Json, Some(Encoding::AvroJson), Some(Encoding::Binary), Some(Encoding::Json)),
            (PayloadFormat::Avro, Some(Encoding::Binary), None, None),
            (PayloadFormat::AvroJson, Some(Encoding::AvroJson), None, None),
            (protobuf, None, None, Some(Encoding::Binary)),
            (PayloadFormat::Framed(SchemaType::Json), None, Some(Encoding::Binary), None),
            (PayloadFormat::Opaque, None, None, None),
            (PayloadFormat::NotAPayload, None, None, None),
        ] {
            let with = |schema_type| format.encoding(schema_type, AvroJson::Avro);
            assert_eq!(
                (with(SchemaType::Avro), with(SchemaType::Json), with(SchemaType::Protobuf)),
                (avro, json, proto),
                "{format:?}"
            );
        }
        assert_eq!(PayloadFormat::Json.encoding(SchemaType::Avro, AvroJson::Plain), Some(Encoding::Json));
    }
}
