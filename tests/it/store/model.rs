//! A property: any sequence of changes does what a simple model of the rules does.
//!
//! The model knows subjects as ordered maps and takes every decision the slow way; it shares no code with
//! the drivers. The outcome of each change is compared, and now and then everything a reader
//! can see, over restarts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chancery::model::{Config, Content, ContextName, Mode, SchemaId, Subject};
use chancery::store::{
    Applied, Command, Conflict, Deletion, Emptied, IdChoice, Registration, StoreError, Target,
};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};

use super::world::{Lab, Sqlite, every_version, everywhere, referring};

/// Subjects in play: two contexts, so that ids and references cross.
const NAMES: [&str; 4] = ["a", "b", ":.dr:a", ":.dr:c"];

/// A choice of versions: a bit mask over those that fit, or one number whether it fits or not.
#[derive(Clone, Copy, Debug)]
enum Pick {
    Fitting(u8),
    Any(i32),
}

impl Pick {
    fn from(self, history: &BTreeMap<i32, Kept>, fits: impl Fn(&Kept) -> bool) -> BTreeSet<i32> {
        match self {
            Self::Any(version) => BTreeSet::from([version]),
            Self::Fitting(mask) => {
                let fitting = history.iter().filter(|(_, kept)| fits(kept)).map(|(version, _)| *version);
                let picked = fitting.enumerate().filter(|(bit, _)| mask >> (bit % 8) & 1 == 1);
                picked.map(|(_, version)| version).collect()
            }
        }
    }
}

/// A change by small numbers; the driver of the test fills in revisions.
#[derive(Clone, Debug)]
enum Step {
    Register { subject: usize, text: usize, target: Option<(usize, Pick)>, stale: bool },
    Import { subject: usize, version: i32, id: i32, text: usize, target: Option<(usize, Pick)> },
    SoftDelete { subject: usize, versions: Pick, whole_subject: bool },
    HardDelete { subject: usize, versions: Pick, whole_subject: bool },
    PutConfig { subject: usize, normalize: bool, knows_current: bool },
    PutMode { subject: usize, emptied: Option<u8> },
    DeleteContext { named: bool },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let subject = || 0..NAMES.len();
    let pick = || prop_oneof![6 => any::<u8>().prop_map(Pick::Fitting), 1 => (1..5_i32).prop_map(Pick::Any)];
    let target = || prop::option::weighted(0.5, (subject(), pick()));
    let step = prop_oneof![
        12 => (subject(), 0..3_usize, target(), prop::bool::weighted(0.05))
            .prop_map(|(subject, text, target, stale)| Step::Register { subject, text, target, stale }),
        3 => (subject(), 1..5_i32, 0..9_i32, 0..3_usize, target())
            .prop_map(|(subject, version, id, text, target)| Step::Import { subject, version, id, text, target }),
        5 => (subject(), pick(), any::<bool>())
            .prop_map(|(subject, versions, whole_subject)| Step::SoftDelete { subject, versions, whole_subject }),
        5 => (subject(), pick(), any::<bool>())
            .prop_map(|(subject, versions, whole_subject)| Step::HardDelete { subject, versions, whole_subject }),
        1 => (subject(), any::<bool>(), prop::bool::weighted(0.7))
            .prop_map(|(subject, normalize, knows_current)| Step::PutConfig { subject, normalize, knows_current }),
        1 => (subject(), prop::option::of(0..3_u8))
            .prop_map(|(subject, emptied)| Step::PutMode { subject, emptied }),
        1 => any::<bool>().prop_map(|named| Step::DeleteContext { named }),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..60)
}

/// One version of the model.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    id: i32,
    content: Arc<Content>,
    references: BTreeSet<(Subject, i32)>,
    deleted: bool,
}

#[derive(Clone, Debug, Default)]
struct Model {
    versions: BTreeMap<Subject, BTreeMap<i32, Kept>>,
    max_ids: BTreeMap<ContextName, i32>,
    contexts: BTreeSet<ContextName>,
    configs: BTreeMap<Subject, Config>,
    modes: BTreeMap<Subject, Mode>,
}

impl Model {
    fn history(&self, subject: &Subject) -> BTreeMap<i32, Kept> {
        self.versions.get(subject).cloned().unwrap_or_default()
    }

    /// Who references a version: (referrer, soft-deleted).
    fn referrers(&self, target: &Subject, version: i32) -> Vec<(Subject, bool)> {
        let all = self
            .versions
            .iter()
            .flat_map(|(subject, history)| history.values().map(move |kept| (subject.clone(), kept)));
        all.filter(|(_, kept)| kept.references.contains(&(target.clone(), version)))
            .map(|(subject, kept)| (subject, kept.deleted))
            .collect()
    }

    fn uses_of_content(&self, context: &ContextName, content: &Content) -> BTreeSet<i32> {
        let of_context = self.versions.iter().filter(|(subject, _)| subject.context == *context);
        let kept = of_context.flat_map(|(_, history)| history.values());
        kept.filter(|kept| *kept.content == *content).map(|kept| kept.id).collect()
    }

    fn owner(&self, context: &ContextName, id: i32) -> Option<Arc<Content>> {
        let of_context = self.versions.iter().filter(|(subject, _)| subject.context == *context);
        let mut kept = of_context.flat_map(|(_, history)| history.values());
        kept.find(|kept| kept.id == id).map(|kept| kept.content.clone())
    }

    fn register(&mut self, wanted: &Registration, stale: bool) -> Result<(i32, i32), Conflict> {
        let subject = &wanted.subject;
        let context = &subject.context;
        let mut history = self.history(subject);
        if stale || (history.contains_key(&wanted.version) && !wanted.overwrites) {
            return Err(Conflict::Moved { subject: subject.clone() });
        }
        for Target { subject: target, version, .. } in &wanted.references {
            let found = self.history(target).get(version).map(|kept| kept.deleted);
            if found.is_none_or(|deleted| deleted && wanted.references_must_be_active) {
                return Err(Conflict::ReferenceGone { subject: target.clone(), version: *version });
            }
        }
        let other_content = history.get(&wanted.version).is_some_and(|kept| kept.content != wanted.content);
        let itself = (subject.clone(), wanted.version);
        let is_referenced = !self.referrers(subject, wanted.version).is_empty();
        let references_itself =
            wanted.references.iter().any(|target| (&target.subject, target.version) == (&itself.0, itself.1));
        if other_content && (is_referenced || references_itself) {
            return Err(Conflict::Referenced { subject: itself.0, version: itself.1 });
        }
        let max_id = self.max_ids.get(context).copied();
        let id = match wanted.id {
            IdChoice::Exactly(SchemaId(id)) => {
                if self.owner(context, id).is_some_and(|owner| owner != wanted.content) {
                    return Err(Conflict::IdTaken(SchemaId(id)));
                }
                id
            }
            IdChoice::Allocate => {
                let known = self.uses_of_content(context, &wanted.content);
                known.first().copied().unwrap_or(max_id.unwrap_or(0) + 1)
            }
        };
        self.max_ids.insert(context.clone(), max_id.map_or(id, |max_id| max_id.max(id)));
        self.contexts.insert(context.clone());
        history.retain(|version, kept| {
            !(*version < wanted.version
                && kept.deleted
                && kept.id == id
                && self.referrers(subject, *version).is_empty())
        });
        let places = wanted.references.iter().map(|target| (target.subject.clone(), target.version));
        let references = places.collect();
        let kept = Kept { id, content: wanted.content.clone(), references, deleted: false };
        history.insert(wanted.version, kept);
        self.versions.insert(subject.clone(), history);
        Ok((id, wanted.version))
    }

    fn delete(
        &mut self,
        subject: &Subject,
        versions: &BTreeSet<i32>,
        whole_subject: bool,
        for_good: bool,
    ) -> Result<(), Conflict> {
        if versions.is_empty() {
            return Ok(());
        }
        let mut history = self.history(subject);
        let fit = versions.iter().all(|one| history.get(one).is_some_and(|kept| kept.deleted == for_good));
        if !fit {
            return Err(Conflict::Moved { subject: subject.clone() });
        }
        for version in versions {
            let held = self
                .referrers(subject, *version)
                .into_iter()
                .any(|(referrer, hidden)| (for_good || !hidden) && !(whole_subject && referrer == *subject));
            if held {
                return Err(Conflict::Referenced { subject: subject.clone(), version: *version });
            }
        }
        if for_good {
            history.retain(|version, _| !versions.contains(version));
            if history.is_empty() {
                self.configs.remove(subject);
                self.modes.remove(subject);
            }
        } else {
            history.iter_mut().filter(|(version, _)| versions.contains(version)).for_each(|(_, kept)| {
                kept.deleted = true;
            });
        }
        self.versions.insert(subject.clone(), history);
        Ok(())
    }

    fn empty(&mut self, scope: &Subject, emptied: &Emptied) -> Result<(), Conflict> {
        let inside = |subject: &Subject| match emptied {
            Emptied::Subject(one) => subject == one,
            Emptied::Context(context) => subject.context == *context,
            Emptied::Everything => true,
        };
        let scoped: Vec<Subject> = self.versions.keys().filter(|subject| inside(subject)).cloned().collect();
        if scoped.iter().any(|subject| self.versions[subject].values().any(|kept| !kept.deleted)) {
            return Err(Conflict::NotEmpty { scope: scope.clone() });
        }
        // Targets that are gone already are still referenced by what stays.
        let all = self.versions.iter().filter(|(subject, _)| !inside(subject));
        let outside: BTreeSet<(String, i32, Subject)> = all
            .flat_map(|(_, history)| history.values())
            .flat_map(|kept| &kept.references)
            .filter(|(target, _)| inside(target))
            .map(|(target, version)| (target.qualified(), *version, target.clone()))
            .collect();
        if let Some((_, version, subject)) = outside.into_iter().next() {
            return Err(Conflict::Referenced { subject, version });
        }
        for subject in scoped {
            self.versions.insert(subject, BTreeMap::new());
        }
        Ok(())
    }

    fn delete_context(&mut self, context: &ContextName) -> Result<(), Conflict> {
        let occupied = |(subject, history): (&Subject, &BTreeMap<i32, Kept>)| {
            subject.context == *context && !history.is_empty()
        };
        if self.versions.iter().any(occupied) {
            return Err(Conflict::NotEmpty { scope: Subject::of_context(context.clone()) });
        }
        self.contexts.remove(context);
        Ok(())
    }

    /// `subject/version#id`, as `Lab::schemas` shows them.
    fn schemas(&self, deleted: Option<bool>) -> Vec<String> {
        let mut shown: Vec<(String, i32, i32)> = Vec::new();
        for (subject, history) in &self.versions {
            for (version, kept) in history {
                if deleted.is_none_or(|deleted| kept.deleted == deleted) {
                    shown.push((subject.qualified(), *version, kept.id));
                }
            }
        }
        shown.sort();
        shown.into_iter().map(|(subject, version, id)| format!("{subject}/{version}#{id}")).collect()
    }
}

fn expected(outcome: Result<(i32, i32), Conflict>) -> Result<Applied, Conflict> {
    outcome.map(|(id, version)| Applied::Registered { id: SchemaId(id), version })
}

/// A content, with a reference to the lowest picked version.
fn content(model: &Model, text: usize, target: Option<(usize, Pick)>) -> Arc<Content> {
    let Some((subject, pick)) = target else { return referring(&format!("\"{text}\""), &[]) };
    let name = NAMES[subject];
    let picked = pick.from(&model.history(&Subject::parse(name)), |_| true);
    let qualified = if name.starts_with(':') { name.to_owned() } else { format!(":.:{name}") };
    let targets: Vec<_> = picked.first().map(|version| (qualified.as_str(), *version)).into_iter().collect();
    referring(&format!("\"{text}\""), &targets)
}

/// Does one step on both and compares the outcomes.
async fn step(lab: &mut Lab<Sqlite>, model: &mut Model, step: &Step) -> Result<(), TestCaseError> {
    let (command, expected) = match step {
        Step::Restart => {
            lab.restart().await;
            return Ok(());
        }
        Step::Register { subject, text, target, stale } => {
            let mut wanted = lab.next(NAMES[*subject], &content(model, *text, *target)).await;
            wanted.revision -= i64::from(*stale);
            let outcome = expected(model.register(&wanted, *stale));
            (Command::Register(wanted), outcome)
        }
        Step::Import { subject, version, id, text, target } => {
            let wanted = Registration {
                version: *version,
                id: IdChoice::Exactly(SchemaId(*id)),
                references_must_be_active: false,
                overwrites: true,
                ..lab.next(NAMES[*subject], &content(model, *text, *target)).await
            };
            let outcome = expected(model.register(&wanted, false));
            (Command::Register(wanted), outcome)
        }
        Step::SoftDelete { subject, versions, whole_subject } => {
            let (subject, revision) = lab.revision(NAMES[*subject]).await;
            let versions = versions.from(&model.history(&subject), |kept| !kept.deleted);
            let outcome = model.delete(&subject, &versions, *whole_subject, false);
            let versions = versions.into_iter().collect();
            let command = Command::SoftDelete { subject, revision, versions, whole_subject: *whole_subject };
            (command, outcome.map(|()| Applied::Done))
        }
        Step::HardDelete { subject, versions, whole_subject } => {
            let (subject, revision) = lab.revision(NAMES[*subject]).await;
            let versions = versions.from(&model.history(&subject), |kept| kept.deleted);
            let outcome = model.delete(&subject, &versions, *whole_subject, true);
            let versions = versions.into_iter().collect();
            let command = Command::HardDelete { subject, revision, versions, whole_subject: *whole_subject };
            (command, outcome.map(|()| Applied::Done))
        }
        Step::PutConfig { subject, normalize, knows_current } => {
            let scope = Subject::parse(NAMES[*subject]);
            let current = model.configs.get(&scope).cloned();
            let config = Config { normalize: Some(*normalize), ..Config::default() };
            let wrong = Some(Config { alias: Some("wrong".to_owned()), ..Config::default() });
            let before = if *knows_current { current } else { wrong };
            let outcome = if *knows_current {
                model.configs.insert(scope.clone(), config.clone());
                Ok(Applied::Done)
            } else {
                Err(Conflict::Moved { subject: scope.clone() })
            };
            let before = before.map(Box::new);
            (Command::PutConfig { scope, before, config: Box::new(config) }, outcome)
        }
        Step::PutMode { subject, emptied } => {
            let scope = Subject::parse(NAMES[*subject]);
            let needs_empty = emptied.map(|which| match which {
                0 => Emptied::Subject(scope.clone()),
                1 => Emptied::Context(scope.context.clone()),
                _ => Emptied::Everything,
            });
            let outcome = match &needs_empty {
                Some(emptied) => model.empty(&scope, emptied),
                None => Ok(()),
            };
            if outcome.is_ok() {
                model.modes.insert(scope.clone(), Mode::Import);
            }
            (Command::PutMode { scope, mode: Mode::Import, needs_empty }, outcome.map(|()| Applied::Done))
        }
        Step::DeleteContext { named } => {
            let context = ContextName::from_stored(if *named { ".dr" } else { "." });
            let outcome = model.delete_context(&context).map(|()| Applied::Done);
            (Command::DeleteContext { context }, outcome)
        }
    };
    let outcome = match lab.apply(command).await {
        Ok(applied) => Ok(applied),
        Err(StoreError::Conflict(conflict)) => Err(conflict),
        Err(other) => return Err(TestCaseError::fail(format!("{step:?}: {other}"))),
    };
    prop_assert_eq!(outcome, expected, "{:?}", step);
    Ok(())
}

/// Compares everything a reader can see.
async fn compare(lab: &Lab<Sqlite>, model: &Model) -> Result<(), TestCaseError> {
    for (deletion, deleted) in
        [(Deletion::All, None), (Deletion::Active, Some(false)), (Deletion::DeletedOnly, Some(true))]
    {
        prop_assert_eq!(lab.schemas(every_version(deletion)).await, model.schemas(deleted));
    }
    let has_active = |history: &BTreeMap<i32, Kept>| history.values().any(|kept| !kept.deleted);
    let mut active: Vec<String> = model
        .versions
        .iter()
        .filter(|(_, history)| has_active(history))
        .map(|(subject, _)| subject.qualified())
        .collect();
    active.sort();
    prop_assert_eq!(lab.subjects(everywhere(Deletion::Active)).await, active);
    let contexts: Vec<ContextName> = model.contexts.iter().cloned().collect();
    prop_assert_eq!(lab.store.list_contexts().await.unwrap(), contexts);
    for name in NAMES {
        let subject = Subject::parse(name);
        prop_assert_eq!(lab.store.find_config(&subject).await.unwrap(), model.configs.get(&subject).cloned());
        prop_assert_eq!(lab.store.find_mode(&subject).await.unwrap(), model.modes.get(&subject).copied());
        let max_id = model.max_ids.get(&subject.context).copied().map(SchemaId);
        prop_assert_eq!(lab.store.find_max_id(&subject.context).await.unwrap(), max_id);
        for (version, kept) in model.history(&subject) {
            let found = lab.store.find_content(&subject.context, SchemaId(kept.id)).await.unwrap();
            prop_assert_eq!(found.map(|stored| stored.content), Some(kept.content));
            let listed = lab.store.list_referrers(&subject, version).await.unwrap();
            let mut listed: Vec<_> = listed.into_iter().map(|one| (one.subject, one.deleted)).collect();
            listed.sort();
            let mut expected = model.referrers(&subject, version);
            expected.sort();
            prop_assert_eq!(listed, expected);
        }
    }
    for context in [".", ".dr"].map(ContextName::from_stored) {
        for id in 0..10 {
            let found = lab.store.find_content(&context, SchemaId(id)).await.unwrap();
            prop_assert_eq!(found.map(|stored| stored.content), model.owner(&context, id));
        }
    }
    Ok(())
}

#[test]
fn any_sequence_of_changes_agrees_with_the_rules() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let runs = Runs { cases: 20, failure_persistence: None, ..Runs::default() };
    let outcome = TestRunner::new(runs).run(&steps(), |steps| {
        runtime.block_on(async {
            let mut lab = Lab::<Sqlite>::new().await;
            let mut model = Model::default();
            for (position, one) in steps.iter().enumerate() {
                step(&mut lab, &mut model, one).await?;
                if position % 4 == 0 || position + 1 == steps.len() {
                    compare(&lab, &model).await?;
                }
            }
            // What was written is sound, foreign keys included.
            lab.store.close().await;
            lab.backend.check_integrity().await;
            Ok(())
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
