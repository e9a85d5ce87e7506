//! `/config` and `/config/{subject}`.
//!
//! The level is `compatibility` in what PUT takes and answers, and `compatibilityLevel` in what GET and
//! DELETE answer. A PUT merges: an absent member keeps its value, `null` clears it.

use serde::Serialize;

use super::candidate::{read_metadata, read_rule_set};
use crate::http::call::{Answer, Call, json};
use crate::http::error::ApiError;
use crate::http::json::{BadJson, Object, Presence, read_object};
use crate::model::{Config, Metadata, RuleSet};
use crate::registry::{ConfigPatch, Patch};

/// Config of a scope; members that are not set are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConfigBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias_for_deks: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    normalize: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validate_fields: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validate_new_schemas: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validate_rules: Option<bool>,
    /// The name of the level in GET and DELETE.
    #[serde(skip_serializing_if = "Option::is_none")]
    compatibility_level: Option<&'static str>,
    /// The name of the level in PUT.
    #[serde(skip_serializing_if = "Option::is_none")]
    compatibility: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compatibility_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compatibility_group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    override_metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_rule_set: Option<RuleSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    override_rule_set: Option<RuleSet>,
}

/// Config of the context of the path (`/config`) or of a subject.
pub async fn get(call: Call) -> Result<Answer, ApiError> {
    let config = call.registry().get_config(&call.scope(), call.query.flag("defaultToGlobal")).await?;
    Ok(json(&read_form(config)))
}

/// Merges a change and answers the whole config.
pub async fn put(call: Call) -> Result<Answer, ApiError> {
    let patch = read_patch(&read_object(&call.body)?)?;
    let config = call.registry().put_config(&call.scope(), patch).await;
    let config = config.map_err(|error| ApiError::of_subject(error, call.sent_subject()))?;
    let mut body = read_form(config);
    body.compatibility = body.compatibility_level.take();
    Ok(json(&body))
}

/// Removes the config and answers the old one.
pub async fn delete(call: Call) -> Result<Answer, ApiError> {
    let config = call.registry().delete_config(&call.scope()).await?;
    Ok(json(&read_form(config)))
}

fn read_form(config: Config) -> ConfigBody {
    let text = |value: Option<String>| value.filter(|text| !text.is_empty());
    ConfigBody {
        alias: text(config.alias),
        alias_for_deks: text(config.alias_for_deks),
        normalize: config.normalize,
        validate_fields: config.validate_fields,
        validate_new_schemas: config.validate_new_schemas,
        validate_rules: config.validate_rules,
        compatibility_level: config.compatibility_level.map(chancery_engine::CompatibilityLevel::name),
        compatibility: None,
        compatibility_policy: text(config.compatibility_policy),
        compatibility_group: text(config.compatibility_group),
        default_metadata: config.default_metadata,
        override_metadata: config.override_metadata,
        default_rule_set: config.default_rule_set,
        override_rule_set: config.override_rule_set,
    }
}

fn read_patch(body: &Object<'_>) -> Result<ConfigPatch, BadJson> {
    // `None` keeps, `Some(None)` clears.
    fn member<'a, T>(
        body: &Object<'a>,
        name: &str,
        read: impl Fn(&Object<'a>, &str) -> Result<Option<T>, BadJson>,
    ) -> Result<Patch<T>, BadJson> {
        match body.presence(name) {
            Presence::Absent => Ok(None),
            Presence::Null => Ok(Some(None)),
            Presence::Value => read(body, name).map(Some),
        }
    }
    Ok(ConfigPatch {
        compatibility: member(body, "compatibility", Object::text)?,
        alias: member(body, "alias", Object::text)?,
        alias_for_deks: member(body, "aliasForDeks", Object::text)?,
        normalize: member(body, "normalize", Object::flag)?,
        validate_fields: member(body, "validateFields", Object::flag)?,
        validate_new_schemas: member(body, "validateNewSchemas", Object::flag)?,
        validate_rules: member(body, "validateRules", Object::flag)?,
        compatibility_policy: member(body, "compatibilityPolicy", Object::text)?,
        compatibility_group: member(body, "compatibilityGroup", Object::text)?,
        default_metadata: member(body, "defaultMetadata", read_metadata)?,
        override_metadata: member(body, "overrideMetadata", read_metadata)?,
        default_rule_set: member(body, "defaultRuleSet", read_rule_set)?,
        override_rule_set: member(body, "overrideRuleSet", read_rule_set)?,
    })
}
