//! Damaged rows are named, never served.

use chancery::model::{SchemaId, Subject};
use chancery::store::StoreError;

use super::world::{avro, default_context, referring};
use super::{Backend, Lab, on_every_backend};

/// Table and column of a damaged row, which must be named by a key.
fn place<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Corrupt { table, column, row, reason }) => {
            assert!(!row.is_empty() && !reason.is_empty());
            format!("{table}.{column}")
        }
        other => panic!("expected a corrupt row, found {other:?}"),
    }
}

async fn a_text_that_changed_under_its_id_is_never_served<B: Backend>(lab: Lab<B>) {
    lab.register("orders", &avro("\"string\"")).await;
    lab.backend.tamper("UPDATE contents SET text = '\"bytes\"'").await;
    let by_id = lab.store.find_content(&default_context(), SchemaId(1)).await;
    assert_eq!(place(by_id), "contents.text");
    assert_eq!(place(lab.store.find_version(&Subject::parse("orders"), 1).await), "contents.text");
    let listed = lab.store.list_contents(&[avro("\"string\"").fingerprint()]).await;
    assert_eq!(place(listed), "contents.text");
}

async fn a_value_that_cannot_be_read_is_named<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"string\"")).await;
    lab.register("orders", &referring("\"int\"", &[("base", 1)])).await;
    let id = SchemaId(2);
    lab.backend.tamper("UPDATE contents SET schema_type = 'avro'").await;
    assert_eq!(place(lab.store.find_content(&default_context(), id).await), "contents.schema_type");
    lab.backend.tamper("UPDATE contents SET schema_type = 'AVRO', metadata = '{'").await;
    assert_eq!(place(lab.store.find_content(&default_context(), id).await), "contents.metadata");
    lab.backend.tamper(r#"UPDATE contents SET metadata = NULL, "references" = '[1]'"#).await;
    assert_eq!(place(lab.store.find_content(&default_context(), id).await), "contents.references");
    lab.backend.tamper("UPDATE versions SET version = -1 WHERE version = 1").await;
    assert_eq!(place(lab.store.get_history(&Subject::parse("orders")).await), "versions.version");
    lab.backend.tamper("UPDATE contexts SET max_id = 3000000000").await;
    assert_eq!(place(lab.store.find_max_id(&default_context()).await), "contexts.max_id");
    lab.backend.tamper("UPDATE changes SET kind = 'vanished'").await;
    assert_eq!(place(lab.store.list_changes(0, 10).await), "changes.kind");
}

async fn damaged_config_and_mode_are_named<B: Backend>(lab: Lab<B>) {
    let scope = Subject::parse("orders");
    lab.backend.tamper("INSERT INTO modes (context, name, mode) VALUES ('.', 'orders', 'ODD')").await;
    assert_eq!(place(lab.store.find_mode(&scope).await), "modes.mode");
    let sql = "INSERT INTO configs (context, name, qualified, config)
               VALUES ('.', 'orders', 'orders', '{\"compatibilityLevel\":\"ODD\"}')";
    lab.backend.tamper(sql).await;
    assert_eq!(place(lab.store.find_config(&scope).await), "configs.config");
    lab.backend.tamper("INSERT INTO settings (context, name, settings) VALUES ('.', 'orders', '7')").await;
    assert_eq!(place(lab.store.find_settings(&scope).await), "settings.settings");
}

on_every_backend!(
    a_text_that_changed_under_its_id_is_never_served,
    a_value_that_cannot_be_read_is_named,
    damaged_config_and_mode_are_named,
);
