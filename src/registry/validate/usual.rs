//! Events that go the usual way: JSON in the envelope, of a type that alone names the schema.
//!
//! Where the search for the schema of one such event led, the next one of its type is led without a search, until
//! something about the subject changes. This way decides nothing but that an event is valid and its data beyond remark;
//! every other event is judged in full.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chancery_engine::cloudevents::matching::SubjectStrategy;
use chancery_engine::cloudevents::{Data, EventOptions, EventReading};
use chancery_engine::violation::{Outcome, PayloadOptions};
use quick_cache::Equivalent;

use super::super::policies::EventPolicy;
use super::super::{BoundedCache, DependsOn, Moment, Registry};
use super::event::EventSetting;
use super::ready::Judge;
use super::target::Target;
use super::{Framing, Matched};
use crate::model::ContextName;

/// Bytes of all ways that are kept, and of one beside its names.
const MAX_BYTES: u64 = 64 << 20;
const ENTRY_BYTES: usize = 512;

/// What leads an event to its schema where nothing else is evidence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs<'e> {
    context: &'e ContextName,
    event_type: &'e str,
    content_type: Option<&'e str>,
}

/// The same, to be kept.
#[derive(Debug, PartialEq, Eq)]
struct KeptSigns {
    context: ContextName,
    event_type: String,
    content_type: Option<String>,
}

/// Where the signs lead.
pub(super) struct Way {
    judge: Arc<Judge>,
    options: PayloadOptions,
    matched: Matched,
    /// Bytes of the judge, which may outlive its place among the ready schemas here.
    weight: usize,
}

/// A way with what it depends on.
#[derive(Clone)]
struct Kept {
    way: Arc<Way>,
    options: Arc<EventOptions>,
    since: Since,
}

/// The moments that a way is good for: of the subject with what is around it, and of what its schema refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Since(Moment, Moment);

/// The ways that are known.
pub(in crate::registry) struct UsualWays(BoundedCache<KeptSigns, Kept>);

impl Signs<'_> {
    fn parts(&self) -> (&ContextName, &str, Option<&str>) {
        (self.context, self.event_type, self.content_type)
    }

    fn keep(&self) -> KeptSigns {
        KeptSigns {
            context: self.context.clone(),
            event_type: self.event_type.to_owned(),
            content_type: self.content_type.map(str::to_owned),
        }
    }
}

impl KeptSigns {
    fn signs(&self) -> Signs<'_> {
        Signs {
            context: &self.context,
            event_type: &self.event_type,
            content_type: self.content_type.as_deref(),
        }
    }
}

impl Hash for Signs<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl Hash for KeptSigns {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.signs().hash(state);
    }
}

impl Equivalent<KeptSigns> for Signs<'_> {
    fn equivalent(&self, kept: &KeptSigns) -> bool {
        self.parts() == kept.signs().parts()
    }
}

impl UsualWays {
    pub(in crate::registry) fn new() -> Self {
        let weight = |signs: &KeptSigns, kept: &Kept| {
            let content_type = signs.content_type.as_ref().map_or(0, String::len);
            ENTRY_BYTES + signs.event_type.len() + content_type + kept.way.weight
        };
        Self(BoundedCache::new(MAX_BYTES, weight))
    }
}

impl Way {
    /// The way to a schema that is compiled and has no rules of its own: those take time of their own kind.
    ///
    /// `max_depth` is how deep an event nests, of which the data is one level less.
    pub fn to(target: &Target, options: PayloadOptions, max_depth: usize) -> Option<Self> {
        let max_depth = options.max_depth.min(max_depth.saturating_sub(1));
        let options = PayloadOptions { max_depth, ..options };
        let judge = target.ready.known_judge().filter(|judge| !judge.has_rules())?;
        Some(Self { judge, options, matched: target.matched.clone(), weight: target.ready.weight() })
    }
}

/// The signs of an event that may go the usual way. Nothing but the type is evidence, and the envelope has no errors.
pub(super) fn signs<'e>(reading: &'e EventReading<'_>, setting: &'e EventSetting) -> Option<Signs<'e>> {
    let (event, hints) = (&reading.event, &setting.hints);
    let only_the_event_counts = hints.schema.is_none()
        && hints.topic.is_none()
        && hints.id_header.is_none()
        && hints.framing == Framing::Auto
        && !hints.lint
        && setting.options.reads_payload();
    let is_json = matches!(&event.data, Data::Json(_));
    let content_type = event.find("datacontenttype").map(|value| value.as_text());
    if !only_the_event_counts
        || !is_json
        || content_type == Some(None)
        || event.find("dataschema").is_some()
        || reading.report.outcome() != Outcome::Valid
    {
        return None;
    }
    let event_type = event.find_text("type")?;
    Some(Signs { context: &hints.context, event_type, content_type: content_type.flatten() })
}

impl Registry {
    /// The schema that takes an event as it is; `None` when the event is to be judged in full.
    pub(super) fn usual_match(&self, reading: &EventReading<'_>, setting: &EventSetting) -> Option<Matched> {
        let way = self.usual_way(reading, setting)?;
        let report = way.judge.judge_at_once(reading.event.data.bytes()?, &way.options)?;
        let is_beyond_remark = report.findings.is_empty() && report.outcome() == Outcome::Valid;
        is_beyond_remark.then(|| way.matched.clone())
    }

    /// The schema that takes an event whose data nobody has looked into ([`read_json_ahead`]); with it the event is valid,
    /// and there is nothing to remark on the data. `None` when the event is to be read and judged in full.
    ///
    /// [`read_json_ahead`]: chancery_engine::cloudevents::read_json_ahead
    pub fn match_ahead(&self, reading: &EventReading<'_>, setting: &EventSetting) -> Option<Matched> {
        let way = self.usual_way(reading, setting)?;
        let is_proved = way.judge.proves_json(reading.event.data.bytes()?, &way.options);
        is_proved.then(|| way.matched.clone())
    }

    /// The way that is known for an event.
    fn usual_way(&self, reading: &EventReading<'_>, setting: &EventSetting) -> Option<Arc<Way>> {
        let signs = signs(reading, setting)?;
        let kept = self.usual_ways.0.find(&signs)?;
        // The request may bring its own rules.
        let holds = Arc::ptr_eq(&kept.options, &setting.options) && kept.since == self.since(&signs);
        holds.then_some(kept.way)
    }

    /// The present moment of what signs depend on. To be taken before the database is asked.
    pub(super) fn since(&self, signs: &Signs<'_>) -> Since {
        Since(self.moment(DependsOn::Name(signs.event_type)), self.moment(DependsOn::Contents))
    }

    /// Keeps the way of a valid event for the next one with its signs, where these alone decide: the type is the name of
    /// the subject, so that whatever changes the answer changes that subject or what is around it.
    pub(super) fn keep_way(
        &self,
        signs: &Signs<'_>,
        since: Since,
        setting: &EventSetting,
        policy: &EventPolicy,
        way: Way,
    ) {
        let names_itself =
            way.matched.subject.as_ref().is_some_and(|subject| {
                *subject.name == *signs.event_type && subject.context == *signs.context
            });
        let by_type = matches!(policy.strategies.first(), Some((_, SubjectStrategy::Type)));
        if names_itself && by_type && Arc::ptr_eq(&policy.options, &setting.options) {
            let options = Arc::clone(&policy.options);
            self.usual_ways.0.keep(signs.keep(), Kept { way: Arc::new(way), options, since });
        }
    }
}

#[cfg(test)]
mod tests;
