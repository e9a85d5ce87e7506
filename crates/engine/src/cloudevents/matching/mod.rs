//! Which schema an event's data is to be held against, as far as the event itself says so.
//!
//! Pure: nothing is looked up here and no URL is ever fetched. The caller resolves what these functions
//! name against its store, and hands the results back to [`join`] for the ranking.
//!
//! - [`SchemaLocator`]: the forms of `dataschema`
//! - [`SubjectStrategy`]: from `type` (or topic, or record) to a subject
//! - [`PayloadFormat`]: from `datacontenttype` to a format
//! - [`join`]: rank of evidence and conflicts

mod content;
mod dataschema;
mod evidence;
mod subject;

pub use content::{AvroJson, FramedTypes, PayloadFormat};
pub use dataschema::{Alias, AliasPattern, LocatorError, SchemaLocator, SchemaReference, SchemaTarget};
pub use evidence::{Agreement, Claim, Match, MatchedBy, join};
pub use subject::{
    MapError, SubjectFacts, SubjectMap, SubjectRule, SubjectStrategy, TypeVersion, split_version,
};
