//! The body of register, lookup and compatibility requests, and the parts it shares with config.

use std::collections::{BTreeMap, BTreeSet};

use chancery_engine::{EntityTags, EntityType};

use crate::http::json::{BadJson, Object};
use crate::model::{Metadata, Rule, RuleKind, RuleMode, RuleSet};
use crate::registry::{Candidate, RawReference, TagChange};

/// Where a rule set may run.
const PLACES: [&str; 5] = ["ALL", "CLIENT", "GATEWAY", "SERVER", "NONE"];

/// Reads the body of register, lookup and compatibility requests. All members are optional: what a missing
/// one means is for the use case to say.
pub fn read_candidate(body: &Object<'_>) -> Result<Candidate, BadJson> {
    Ok(Candidate {
        schema: body.text("schema")?,
        schema_type: body.text("schemaType")?,
        references: read_references(body)?,
        metadata: read_metadata(body, "metadata")?,
        rule_set: read_rule_set(body, "ruleSet")?,
        version: body.integer("version")?.unwrap_or(0),
        id: body.integer("id")?,
        tags: TagChange {
            add: read_tags(body, "schemaTagsToAdd")?,
            remove: read_tags(body, "schemaTagsToRemove")?,
            propagate: body.flag("propagateSchemaTags")?.unwrap_or(false),
            says_version: false,
        },
    })
}

fn read_references(body: &Object<'_>) -> Result<Vec<RawReference>, BadJson> {
    let references = body.objects("references")?.unwrap_or_default();
    references
        .iter()
        .map(|reference| {
            Ok(RawReference {
                name: reference.text("name")?,
                subject: reference.text("subject")?,
                version: reference.integer("version")?,
            })
        })
        .collect()
}

/// Metadata under a name; an empty object is not the same as none.
pub fn read_metadata(body: &Object<'_>, name: &str) -> Result<Option<Metadata>, BadJson> {
    let Some(metadata) = body.object(name)? else { return Ok(None) };
    let mut tags = BTreeMap::new();
    if let Some(paths) = metadata.object("tags")? {
        for path in paths.names() {
            if let Some(values) = paths.texts(path)? {
                tags.insert(path.to_owned(), BTreeSet::from_iter(values));
            }
        }
    }
    Ok(Some(Metadata {
        tags,
        properties: metadata.text_map("properties")?.unwrap_or_default(),
        sensitive: metadata.texts("sensitive")?.unwrap_or_default().into_iter().collect(),
    }))
}

/// A rule set under a name.
pub fn read_rule_set(body: &Object<'_>, name: &str) -> Result<Option<RuleSet>, BadJson> {
    let Some(rules) = body.object(name)? else { return Ok(None) };
    let enable_at = rules.text("enableAt")?;
    if enable_at.as_ref().is_some_and(|place| !PLACES.contains(&place.as_str())) {
        return Err(rules.unknown_name("enableAt", "ALL, CLIENT, GATEWAY, SERVER, NONE"));
    }
    Ok(Some(RuleSet {
        migration_rules: read_rules(&rules, "migrationRules")?,
        domain_rules: read_rules(&rules, "domainRules")?,
        encoding_rules: read_rules(&rules, "encodingRules")?,
        enable_at,
    }))
}

fn read_rules(body: &Object<'_>, name: &str) -> Result<Vec<Rule>, BadJson> {
    body.objects(name)?.unwrap_or_default().iter().map(read_rule).collect()
}

fn read_rule(rule: &Object<'_>) -> Result<Rule, BadJson> {
    // Empty texts are absent ones: answers leave them out.
    let text = |name| Ok::<_, BadJson>(rule.text(name)?.filter(|text| !text.is_empty()));
    Ok(Rule {
        name: rule.text("name")?,
        doc: text("doc")?,
        kind: read_kind(rule)?,
        mode: read_mode(rule)?,
        rule_type: text("type")?,
        tags: rule.texts("tags")?.unwrap_or_default().into_iter().collect(),
        params: rule.text_map("params")?.unwrap_or_default(),
        expr: text("expr")?,
        on_success: text("onSuccess")?,
        on_failure: text("onFailure")?,
        disabled: rule.flag("disabled")?.unwrap_or(false),
    })
}

fn read_kind(rule: &Object<'_>) -> Result<RuleKind, BadJson> {
    match rule.text("kind")?.as_deref() {
        None => Ok(RuleKind::default()),
        Some("TRANSFORM") => Ok(RuleKind::Transform),
        Some("CONDITION") => Ok(RuleKind::Condition),
        Some(_) => Err(rule.unknown_name("kind", "TRANSFORM, CONDITION")),
    }
}

fn read_mode(rule: &Object<'_>) -> Result<RuleMode, BadJson> {
    match rule.text("mode")?.as_deref() {
        None => Ok(RuleMode::default()),
        Some("UPGRADE") => Ok(RuleMode::Upgrade),
        Some("DOWNGRADE") => Ok(RuleMode::Downgrade),
        Some("UPDOWN") => Ok(RuleMode::Updown),
        Some("WRITE") => Ok(RuleMode::Write),
        Some("READ") => Ok(RuleMode::Read),
        Some("WRITEREAD") => Ok(RuleMode::Writeread),
        Some(_) => Err(rule.unknown_name("mode", "UPGRADE, DOWNGRADE, UPDOWN, WRITE, READ, WRITEREAD")),
    }
}

/// A list of `{"schemaEntity": {"entityPath", "entityType"}, "tags"}`; an entity without a path
/// is one that no schema has.
pub fn read_tags(body: &Object<'_>, name: &str) -> Result<Vec<EntityTags>, BadJson> {
    let entries = body.objects(name)?.unwrap_or_default();
    let mut tags = Vec::with_capacity(entries.len());
    for entry in &entries {
        let (mut path, mut kind) = (None, EntityType::Field);
        if let Some(entity) = entry.object("schemaEntity")? {
            kind = match entity.text("entityType")?.as_deref() {
                Some("sr_record") => EntityType::Record,
                None | Some("sr_field") => EntityType::Field,
                Some(_) => return Err(entity.unknown_name("entityType", "sr_record, sr_field")),
            };
            path = entity.text("entityPath")?;
        }
        let path = path.unwrap_or_default();
        tags.push(EntityTags { path, entity: kind, tags: entry.texts("tags")?.unwrap_or_default() });
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::json::read_object;

    fn read(text: &str) -> Result<Candidate, BadJson> {
        read_candidate(&read_object(text.as_bytes())?)
    }

    #[test]
    fn explicit_nulls_and_unknown_members_are_absent_at_every_level() {
        let candidate = read(
            r#"{"schema":null,"schemaType":null,"references":[{"name":"n","subject":"s","version":1,
                "properties":null,"tags":null}],"metadata":null,"ruleSet":{"domainRules":null},"id":null,
                "version":null,"x":{"y":[null]}}"#,
        )
        .expect("readable");
        assert_eq!(candidate.schema, None);
        assert_eq!(candidate.references.len(), 1);
        assert_eq!(candidate.metadata, None);
        assert_eq!(candidate.rule_set, Some(RuleSet::default()));
        assert_eq!((candidate.id, candidate.version), (None, 0));
    }

    #[test]
    fn rules_get_their_defaults() {
        let candidate = read(r#"{"ruleSet":{"domainRules":[{"name":"r","type":"CEL","doc":""}]}}"#);
        let rules = candidate.expect("readable").rule_set.expect("present").domain_rules;
        assert_eq!((rules[0].kind, rules[0].mode, rules[0].disabled), Default::default());
        assert_eq!(rules[0].doc, None);
    }

    #[test]
    fn unknown_enum_names_are_no_rules() {
        for text in [
            r#"{"ruleSet":{"domainRules":[{"kind":"Condition"}]}}"#,
            r#"{"ruleSet":{"domainRules":[{"mode":"SOMETIMES"}]}}"#,
            r#"{"ruleSet":{"enableAt":"MOON"}}"#,
            r#"{"schemaTagsToAdd":[{"schemaEntity":{"entityType":"sr_planet","entityPath":"a"}}]}"#,
        ] {
            assert!(matches!(read(text), Err(BadJson::Malformed(_))), "{text}");
        }
    }
}
