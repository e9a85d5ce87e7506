//! What reading an event yields: the event, its findings, or why there is none.

use std::borrow::Cow;

use crate::violation::Place;
use crate::{Report, Violation};

/// An attribute that is set (JSON `null` is not).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Name as in the CloudEvents texts, lower case in a valid event.
    pub name: Cow<'a, str>,
    /// Decoded value.
    pub value: AttributeValue<'a>,
}

/// A decoded attribute value. Headers carry text only: nothing is typed by guessing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue<'a> {
    /// Boolean.
    Boolean(bool),
    /// Integer, 32 bits signed.
    Integer(i32),
    /// String, URI, URI-reference or Timestamp, as received (a leap second fits no clock type).
    Text(Cow<'a, str>),
    /// Binary (Avro and Protobuf formats only).
    Binary(Cow<'a, [u8]>),
}

impl AttributeValue<'_> {
    /// The text, when the value is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value in its canonical string encoding (CloudEvents, Type System).
    pub fn to_text(&self) -> Cow<'_, str> {
        use base64::Engine as _;
        match self {
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Integer(value) => Cow::Owned(value.to_string()),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Binary(bytes) => Cow::Owned(base64::engine::general_purpose::STANDARD.encode(bytes)),
        }
    }
}

/// The payload of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Data<'a> {
    /// No data; differs from a JSON `null`.
    #[default]
    Absent,
    /// A JSON text, byte for byte as received.
    Json(Cow<'a, str>),
    /// Text of a content type other than JSON, unescaped.
    Text(Cow<'a, str>),
    /// Bytes, to be read by `datacontenttype`.
    Bytes(Cow<'a, [u8]>),
    /// A Protobuf message that names its type (`google.protobuf.Any`).
    Message {
        /// Type URL as received.
        type_url: Cow<'a, str>,
        /// The encoded message.
        bytes: Cow<'a, [u8]>,
    },
}

impl Data<'_> {
    /// The bytes to validate; `None` without data.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Absent => None,
            Self::Json(text) | Self::Text(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) | Self::Message { bytes, .. } => Some(bytes),
        }
    }
}

/// An event as received. Attributes that broke a rule are there too, as long as they have a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// Attributes in the order received; of repeated ones the first.
    pub attributes: Vec<Attribute<'a>>,
    /// The payload.
    pub data: Data<'a>,
    /// Where pointers into the payload start in the document: `/data`, `/2/data`; empty when the payload
    /// is its own document.
    pub data_pointer: Cow<'static, str>,
    /// What stands before an attribute's name, when attributes travel in headers.
    pub header_prefix: Option<&'static str>,
}

impl Event<'_> {
    /// Finds the value of an attribute.
    pub fn find(&self, name: &str) -> Option<&AttributeValue<'_>> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }

    /// Finds an attribute that is a text.
    pub fn find_text(&self, name: &str) -> Option<&str> {
        self.find(name)?.as_text()
    }

    /// Where a finding about an attribute points.
    pub fn place_of(&self, attribute: &str) -> (Place, String) {
        match self.header_prefix {
            Some(prefix) => (Place::Header, format!("{prefix}{attribute}")),
            None => {
                let prefix = self.data_pointer.strip_suffix("/data").unwrap_or(&self.data_pointer);
                (Place::Envelope, format!("{prefix}/{attribute}"))
            }
        }
    }

    /// The content type of the payload, where one is given.
    pub fn datacontenttype(&self) -> Option<&str> {
        self.find_text("datacontenttype")
    }
}

/// One event with everything found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventReading<'a> {
    /// The event.
    pub event: Event<'a>,
    /// Findings in document order.
    pub report: Report,
    /// How many of them stand before or at the data: where findings from a schema belong.
    pub before_data: usize,
}

/// What a message turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading<'a> {
    /// One event, valid or not.
    Single(EventReading<'a>),
    /// A batch: its events, and what was found about the batch as a whole.
    Batch {
        /// One reading an element.
        events: Vec<EventReading<'a>>,
        /// Findings between events.
        report: Report,
    },
    /// There is no event to judge.
    Refused(Refusal),
}

/// Why there is no event to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind, from which a surface derives its status.
    pub kind: RefusalKind,
    /// The finding with its rule.
    pub finding: Violation,
}

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The body cannot be read.
    Unreadable,
    /// Nothing says that this is an event.
    NotAnEvent,
    /// An event format or charset that is not read here.
    Unsupported,
    /// Larger than the limit.
    TooLarge,
}

impl RefusalKind {
    /// The HTTP status that says so (CloudEvents webhook specification 2.2).
    pub fn status(self) -> u16 {
        match self {
            Self::Unreadable | Self::NotAnEvent => 400,
            Self::TooLarge => 413,
            Self::Unsupported => 415,
        }
    }
}
