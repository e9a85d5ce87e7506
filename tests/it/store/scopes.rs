//! Config, mode, settings and contexts, and the log of changes.

use chancery::model::{ChangeKind, ComparisonPolicy, Config, ContextName, Mode, SchemaId, Settings, Subject};
use chancery::store::{Command, Conflict, Emptied};
use chancery_engine::CompatibilityLevel;

use super::world::{avro, conflict, default_context, moved, referring};
use super::{Backend, Lab, on_every_backend};

fn put_mode(name: &str, mode: Mode) -> Command {
    Command::PutMode { scope: Subject::parse(name), mode, needs_empty: None }
}

fn import_when_empty(name: &str, emptied: Emptied) -> Command {
    Command::PutMode { scope: Subject::parse(name), mode: Mode::Import, needs_empty: Some(emptied) }
}

async fn a_config_comes_back_whole_at_its_own_scope_only<B: Backend>(lab: Lab<B>) {
    let config = Config {
        compatibility_level: Some(CompatibilityLevel::FullTransitive),
        alias: Some("other".to_owned()),
        normalize: Some(false),
        default_metadata: Some(serde_json::from_str(r#"{"properties":{"a":"b"}}"#).unwrap()),
        ..Config::default()
    };
    for name in ["orders", ":.dr:", ":.:", ":.__GLOBAL:"] {
        let scope = Subject::parse(name);
        assert_eq!(lab.store.find_config(&scope).await.unwrap(), None, "{name}");
        let put = Command::PutConfig { scope: scope.clone(), before: None, config: Box::new(config.clone()) };
        lab.apply(put).await.unwrap();
        assert_eq!(lab.store.find_config(&scope).await.unwrap(), Some(config.clone()), "{name}");
    }
    assert_eq!(lab.store.find_config(&Subject::parse(":.dr:orders")).await.unwrap(), None);
    assert!(lab.store.list_contexts().await.unwrap().is_empty(), "a config makes no context");
}

async fn a_config_is_written_only_over_what_its_writer_read<B: Backend>(lab: Lab<B>) {
    let scope = Subject::parse("orders");
    let config = |normalize| Box::new(Config { normalize: Some(normalize), ..Config::default() });
    let put = |before, after| Command::PutConfig { scope: scope.clone(), before, config: config(after) };
    lab.apply(put(None, true)).await.unwrap();
    assert_eq!(conflict(lab.apply(put(None, false)).await), moved("orders"));
    assert_eq!(conflict(lab.apply(put(Some(config(false)), false)).await), moved("orders"));
    assert_eq!(lab.store.find_config(&scope).await.unwrap(), Some(*config(true)));
    lab.apply(put(Some(config(true)), false)).await.unwrap();
    lab.apply(Command::DeleteConfig { scope: scope.clone() }).await.unwrap();
    lab.apply(Command::DeleteConfig { scope: scope.clone() }).await.unwrap();
    assert_eq!(lab.changes().await, ["config-set orders", "config-set orders", "config-deleted orders"]);
}

async fn aliases_are_listed_by_name<B: Backend>(lab: Lab<B>) {
    for (name, alias) in [("b", Some("x")), (":.dr:a", Some("y")), ("c", None), ("a", Some("z"))] {
        let config = Box::new(Config { alias: alias.map(str::to_owned), ..Config::default() });
        lab.apply(Command::PutConfig { scope: Subject::parse(name), before: None, config }).await.unwrap();
    }
    let listed = lab.store.list_aliases().await.unwrap();
    let shown: Vec<_> = listed.iter().map(|(subject, alias)| format!("{subject}={alias}")).collect();
    assert_eq!(shown, [":.dr:a=y", "a=z", "b=x"]);
}

async fn modes_are_set_and_removed_one_by_one_or_by_context<B: Backend>(lab: Lab<B>) {
    for (name, mode) in Mode::ALL.map(|(mode, name)| (name, mode)) {
        lab.apply(put_mode(name, mode)).await.unwrap();
        assert_eq!(lab.store.find_mode(&Subject::parse(name)).await.unwrap(), Some(mode));
    }
    for name in [":.dr:", ":.dr:a", ":.dr:b", ":.other:a"] {
        lab.apply(put_mode(name, Mode::Readonly)).await.unwrap();
    }
    let delete = |name, recursive| Command::DeleteMode { scope: Subject::parse(name), recursive };
    lab.apply(delete(":.dr:a", false)).await.unwrap();
    assert_eq!(lab.store.find_mode(&Subject::parse(":.dr:a")).await.unwrap(), None);
    assert!(lab.store.find_mode(&Subject::parse(":.dr:")).await.unwrap().is_some());
    lab.apply(delete(":.dr:", true)).await.unwrap();
    for (name, expected) in [(":.dr:", false), (":.dr:b", false), (":.other:a", true), ("IMPORT", true)] {
        assert_eq!(lab.store.find_mode(&Subject::parse(name)).await.unwrap().is_some(), expected, "{name}");
    }
    let changes = lab.changes().await;
    let removed: Vec<_> = changes.iter().filter(|change| change.starts_with("mode-deleted")).collect();
    assert_eq!(removed, ["mode-deleted :.dr:a", "mode-deleted :.dr:", "mode-deleted :.dr:b"]);
}

async fn import_mode_waits_for_an_empty_scope_and_purges_hidden_versions<B: Backend>(lab: Lab<B>) {
    lab.register("hidden", &avro("\"1\"")).await;
    lab.register("live", &avro("\"2\"")).await;
    lab.register(":.dr:hidden", &avro("\"3\"")).await;
    lab.soft_delete("hidden", &[1]).await.unwrap();
    lab.soft_delete(":.dr:hidden", &[1]).await.unwrap();
    let not_empty = |name| Conflict::NotEmpty { scope: Subject::parse(name) };
    let refused = lab.apply(import_when_empty(":.:", Emptied::Context(default_context()))).await;
    assert_eq!(conflict(refused), not_empty(":.:"));
    let refused = lab.apply(import_when_empty(":.__GLOBAL:", Emptied::Everything)).await;
    assert_eq!(conflict(refused), not_empty(":.__GLOBAL:"));
    let refused = lab.apply(import_when_empty("live", Emptied::Subject(Subject::parse("live")))).await;
    assert_eq!(conflict(refused), not_empty("live"));
    assert_eq!(lab.versions("hidden").await, ["1 deleted"], "a refused change purges nothing");
    let (_, before) = lab.revision("hidden").await;
    lab.apply(import_when_empty("hidden", Emptied::Subject(Subject::parse("hidden")))).await.unwrap();
    assert!(lab.versions("hidden").await.is_empty());
    assert!(lab.revision("hidden").await.1 > before);
    assert_eq!(lab.store.find_mode(&Subject::parse("hidden")).await.unwrap(), Some(Mode::Import));
    assert_eq!(lab.versions(":.dr:hidden").await, ["1 deleted"], "outside the scope");
    let dr = Emptied::Context(ContextName::from_stored(".dr"));
    lab.apply(import_when_empty(":.dr:", dr)).await.unwrap();
    assert!(lab.versions(":.dr:hidden").await.is_empty());
}

async fn a_purge_is_refused_when_something_outside_references_it<B: Backend>(lab: Lab<B>) {
    lab.register(":.dr:base", &avro("\"1\"")).await;
    lab.register(":.dr:user", &referring("\"2\"", &[("base", 1)])).await;
    lab.register("far", &referring("\"3\"", &[(":.dr:base", 1)])).await;
    lab.soft_delete("far", &[1]).await.unwrap();
    lab.soft_delete(":.dr:user", &[1]).await.unwrap();
    lab.soft_delete(":.dr:base", &[1]).await.unwrap();
    let dr = || import_when_empty(":.dr:", Emptied::Context(ContextName::from_stored(".dr")));
    let referenced = Conflict::Referenced { subject: Subject::parse(":.dr:base"), version: 1 };
    assert_eq!(conflict(lab.apply(dr()).await), referenced);
    assert_eq!(lab.store.find_mode(&Subject::parse(":.dr:")).await.unwrap(), None);
    lab.hard_delete("far", &[1]).await.unwrap();
    lab.apply(dr()).await.unwrap();
    assert!(lab.versions(":.dr:base").await.is_empty() && lab.versions(":.dr:user").await.is_empty());
}

async fn settings_of_ours_are_set_and_removed<B: Backend>(lab: Lab<B>) {
    let scope = Subject::parse("orders");
    let settings = Settings { policy: Some(ComparisonPolicy::Wire), ..Settings::default() };
    let put =
        |settings: Option<_>| Command::PutSettings { scope: scope.clone(), settings: settings.map(Box::new) };
    lab.apply(put(None)).await.unwrap();
    lab.apply(put(Some(settings.clone()))).await.unwrap();
    assert_eq!(lab.store.find_settings(&scope).await.unwrap(), Some(settings));
    lab.apply(put(None)).await.unwrap();
    assert_eq!(lab.store.find_settings(&scope).await.unwrap(), None);
    assert_eq!(lab.changes().await, ["settings-changed orders", "settings-changed orders"]);
}

async fn an_empty_context_leaves_the_list_and_nothing_else<B: Backend>(lab: Lab<B>) {
    let context = ContextName::from_stored(".dr");
    let delete = || Command::DeleteContext { context: context.clone() };
    lab.register(":.dr:a", &avro("\"int\"")).await;
    lab.apply(put_mode(":.dr:", Mode::Readwrite)).await.unwrap();
    lab.apply(put_mode(":.dr:b", Mode::Readonly)).await.unwrap();
    let not_empty = Conflict::NotEmpty { scope: Subject::of_context(context.clone()) };
    assert_eq!(conflict(lab.apply(delete()).await), not_empty);
    lab.soft_delete(":.dr:a", &[1]).await.unwrap();
    assert_eq!(conflict(lab.apply(delete()).await), not_empty, "a hidden version counts");
    lab.hard_delete(":.dr:a", &[1]).await.unwrap();
    lab.apply(delete()).await.unwrap();
    lab.apply(delete()).await.unwrap();
    assert!(lab.store.list_contexts().await.unwrap().is_empty());
    assert_eq!(lab.store.find_mode(&Subject::parse(":.dr:b")).await.unwrap(), Some(Mode::Readonly));
    assert_eq!(lab.changes().await.iter().filter(|change| *change == "context-deleted :.dr:").count(), 1);
    assert_eq!(lab.store.find_max_id(&context).await.unwrap(), Some(SchemaId(1)));
    assert_eq!(lab.register(":.dr:a", &avro("\"int\"")).await, (2, 1), "the counter stays");
    assert_eq!(lab.store.list_contexts().await.unwrap(), [context]);
}

async fn the_log_holds_who_when_and_what_in_order<B: Backend>(mut lab: Lab<B>) {
    lab.register(":.dr:orders", &avro("\"int\"")).await;
    lab.apply(put_mode("orders", Mode::Readonly)).await.unwrap();
    lab.restart().await;
    lab.register("orders", &avro("\"int\"")).await;
    let log = lab.store.list_changes(0, 10).await.unwrap();
    let first = &log[0];
    assert_eq!((first.principal.as_str(), first.at_ms), ("ada", 1_000));
    assert_eq!((first.kind, &first.subject), (ChangeKind::Registered, &Subject::parse(":.dr:orders")));
    assert_eq!((first.version, first.id), (Some(1), Some(SchemaId(1))));
    assert_eq!((log[1].kind, log[1].version, log[1].id), (ChangeKind::ModeSet, None, None));
    assert!(log.is_sorted_by_key(|change| change.sequence));
    assert_eq!(lab.store.list_changes(log[0].sequence, 1).await.unwrap(), [log[1].clone()]);
    assert_eq!(lab.store.list_changes(log[2].sequence, 10).await.unwrap(), []);
}

on_every_backend!(
    a_config_comes_back_whole_at_its_own_scope_only,
    a_config_is_written_only_over_what_its_writer_read,
    aliases_are_listed_by_name,
    modes_are_set_and_removed_one_by_one_or_by_context,
    import_mode_waits_for_an_empty_scope_and_purges_hidden_versions,
    a_purge_is_refused_when_something_outside_references_it,
    settings_of_ours_are_set_and_removed,
    an_empty_context_leaves_the_list_and_nothing_else,
    the_log_holds_who_when_and_what_in_order,
);
