//! Rules that travel with a schema: `confluent:rules` inside the text, and conditions of the rule set.

use chancery_engine::conditions::{DomainRule, DomainRules, InlineRules, Timestamp, Value};
use chancery_engine::violation::ValidatorOptions;
use chancery_engine::{Dependency, Report, Source, Violation};

use crate::model::{Content, RuleKind, RuleMode};

/// The rules of one schema, compiled once.
#[derive(Debug, Default)]
pub(super) struct PayloadRules {
    inline: Option<InlineRules>,
    domain: Option<DomainRules>,
    /// Why there may be rules that are not evaluated.
    unread: Vec<String>,
}

impl PayloadRules {
    /// Compiles what a content carries for payloads that are validated with `options`. Rules that do not compile are
    /// kept and reported on payloads, and so is a text that cannot be searched for rules.
    pub fn compile(content: &Content, dependencies: &[Dependency], options: ValidatorOptions) -> Self {
        let source = Source { text: &content.text, dependencies };
        let mut unread = Vec::new();
        let inline = InlineRules::compile(content.schema_type, &source, &options);
        let inline =
            inline.map_err(|error| unread.push(error.to_string())).ok().filter(|rules| !rules.is_empty());
        let runs_here = |set: &&crate::model::RuleSet| {
            matches!(set.enable_at.as_deref().unwrap_or("ALL"), "ALL" | "SERVER")
        };
        let domain = content.rule_set.as_ref().filter(runs_here).and_then(|set| {
            let tags: Vec<Vec<String>> =
                set.domain_rules.iter().map(|rule| rule.tags.iter().cloned().collect()).collect();
            let rules: Vec<_> =
                set.domain_rules.iter().zip(&tags).map(|(rule, tags)| as_engine(rule, tags)).collect();
            let paths = content.metadata.iter().flat_map(|metadata| &metadata.tags);
            let paths: Vec<_> =
                paths.map(|(path, tags)| (path.clone(), tags.iter().cloned().collect())).collect();
            let compiled = DomainRules::compile(&rules, content.schema_type, &source, &options, &paths);
            compiled.map_err(|error| unread.push(error.to_string())).ok().filter(|rules| !rules.is_empty())
        });
        Self { inline, domain, unread }
    }

    /// Whether there is nothing to evaluate.
    pub fn is_empty(&self) -> bool {
        self.inline.is_none() && self.domain.is_none() && self.unread.is_empty()
    }

    /// Evaluates all rules on a payload that was found valid, and its value; findings are added to its report.
    pub fn check(&self, message: &Value, payload: &[u8], now_ms: i64, report: &mut Report) {
        let now = Timestamp {
            seconds: now_ms.div_euclid(1000),
            nanos: (now_ms.rem_euclid(1000) * 1_000_000) as u32,
        };
        let inline = self.inline.as_ref().map(|rules| rules.check(message, payload, now));
        let domain = self.domain.as_ref().map(|rules| rules.check(message, payload, now));
        for found in [inline, domain].into_iter().flatten() {
            report.truncated |= found.truncated;
            report.indeterminate = report.indeterminate.take().or(found.indeterminate);
            for finding in found.findings {
                report.push(finding);
            }
        }
        for reason in &self.unread {
            let message = format!("the rules of the schema are not evaluated: {reason}");
            report.push(Violation::data("rules.not-evaluated", "", message).warning());
        }
    }
}

fn as_engine<'r>(rule: &'r crate::model::Rule, tags: &'r [String]) -> DomainRule<'r> {
    DomainRule {
        name: rule.name.as_deref().unwrap_or_default(),
        doc: rule.doc.as_deref(),
        kind: match rule.kind {
            RuleKind::Condition => "CONDITION",
            RuleKind::Transform => "TRANSFORM",
        },
        mode: match rule.mode {
            RuleMode::Write => "WRITE",
            RuleMode::Read => "READ",
            RuleMode::Writeread => "WRITEREAD",
            RuleMode::Upgrade => "UPGRADE",
            RuleMode::Downgrade => "DOWNGRADE",
            RuleMode::Updown => "UPDOWN",
        },
        executor: rule.rule_type.as_deref().unwrap_or_default(),
        tags,
        expr: rule.expr.as_deref(),
        on_failure: rule.on_failure.as_deref(),
        disabled: rule.disabled,
    }
}
