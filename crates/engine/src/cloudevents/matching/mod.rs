//! Which schema an event's data is to be held against, as far as the event itself says so.
//!
//! Pure: nothing is looked up here and no URL is ever fetched. The caller resolves what these functions
//! name against its store, and hands the results back to [`join`] for the ranking.
//!
//! - [`SchemaLocator`]: the forms of `dataschema`, with the [`SchemaNames`] that an operator gives
//! - [`SubjectStrategy`]: from `type` (or topic, or record) to a subject
//! - [`PayloadFormat`]: from `datacontenttype` to a format
//! - [`join`]: rank of evidence and conflicts

mod content;
mod dataschema;
mod evidence;
mod names;
mod subject;

pub use crate::type_version::{TypeVersion, split_version};
pub use content::{AvroJson, FramedTypes, PayloadFormat};
pub use dataschema::{LocatorError, SchemaLocator, SchemaReference, SchemaTarget};
pub use evidence::{Agreement, Claim, Match, MatchedBy, Uses, join, versions_of};
pub use names::{Alias, AliasPattern, SchemaNames};
pub use subject::{MapError, SubjectFacts, SubjectMap, SubjectRule, SubjectStrategy};
