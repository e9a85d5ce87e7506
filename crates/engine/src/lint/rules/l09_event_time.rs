//! L09: the event has no time, or one that cannot be right.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L09",
    name: "event-time",
    level: Level::Info,
    summary: "the event has no time, or one that cannot be right",
    why: "Consumers order and window by `time`; a clock in another zone or a replay without mark moves facts to the wrong day. Right is from seven days ago to five minutes ahead, unless `eventTimeWindow` is set.",
    suggestion: "Set `time` to when it happened, in UTC, and let replays keep it.",
    examples: fixtures!("L09": Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(event) = view.event() else { return };
    let Some(time) = event.attribute("time") else {
        found.attribute("time", "`time` is not set");
        return;
    };
    // A time that does not parse is a violation of the envelope, not lint.
    let Ok(time) = chrono::DateTime::parse_from_rfc3339(time) else { return };
    let Some(age) = event.now.map(|now| now.saturating_sub(time.timestamp())) else { return };
    if age < -event.max_ahead {
        found.attribute("time", "`time` lies in the future");
    } else if age > event.max_age {
        found.attribute("time", format!("`time` is more than {} ago", period(event.max_age)));
    }
}

fn period(seconds: i64) -> String {
    match seconds {
        86_400.. => format!("{} days", seconds / 86_400),
        _ => format!("{seconds} seconds"),
    }
}
