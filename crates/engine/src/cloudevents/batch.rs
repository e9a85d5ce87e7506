//! Rules between the events of a batch, and the bound on what is reported about it.

use std::collections::{BTreeMap, BTreeSet};

use super::event::EventReading;
use super::findings::violation;
use super::options::EventOptions;
use super::rules::{self, EventRule};
use super::structured::PORTABLE_BYTES;
use crate::Report;
use crate::violation::{MAX_FINDINGS, Place};

/// Findings kept for one batch. Past it an event keeps one, so that its outcome stays known: a batch of
/// `{}` must not cost a thousand times its size.
const MAX_BATCH_FINDINGS: usize = 10_000;
/// The same for the bytes of the findings.
const MAX_BATCH_BYTES: usize = 16 << 20;

/// What the events of a batch may still keep.
pub(super) struct Budget {
    findings: usize,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { findings: MAX_BATCH_FINDINGS, bytes: MAX_BATCH_BYTES }
    }
}

impl Budget {
    /// Room for the next event; at least one.
    pub fn room(&self) -> usize {
        let findings = if self.bytes == 0 { 0 } else { self.findings };
        findings.clamp(1, MAX_FINDINGS)
    }

    pub fn spend(&mut self, report: &Report) {
        self.findings = self.findings.saturating_sub(report.findings.len());
        self.bytes = self.bytes.saturating_sub(report.bytes());
    }
}

/// Checks the events of a batch against each other.
pub(super) fn check(events: &[EventReading<'_>], bytes: usize, options: &EventOptions) -> Report {
    let mut report = Report::default();
    let mut add = |rule: &EventRule, pointer: String, message: &str| {
        if let Some(severity) = options.severity(rule) {
            report.push(violation(rule, severity, Place::Batch, pointer, message));
        }
    };
    let versions: BTreeSet<&str> =
        events.iter().filter_map(|reading| reading.event.find_text("specversion")).collect();
    if versions.len() > 1 {
        add(&rules::BATCH_SPECVERSION_MIXED, String::new(), "the events have different versions");
    }
    let mut first = BTreeMap::new();
    for (index, reading) in events.iter().enumerate() {
        let identity = (reading.event.find_text("source"), reading.event.find_text("id"));
        if let (Some(source), Some(id)) = identity {
            let earlier = *first.entry((source, id)).or_insert(index);
            if earlier != index {
                let message = format!("source and id are those of event {earlier}");
                add(&rules::BATCH_DUPLICATE_ID, format!("/{index}/id"), &message);
            }
        }
    }
    if bytes > PORTABLE_BYTES {
        add(&rules::SIZE_64K, String::new(), "the message is larger than 65536 bytes");
    }
    report
}
