//! Subjects with very many versions: what has been registered does not slow what comes.

use std::time::{Duration, Instant};

use serde_json::json;

use super::app::{App, skip_elsewhere};

/// A record that differs from others in the default of its first field.
fn numbered(number: usize) -> String {
    let fields: Vec<_> = (0..8)
        .map(|field| {
            let default = if field == 0 { number } else { 0 };
            json!({ "name": format!("f{field}"), "type": "long", "default": default })
        })
        .collect();
    json!({ "type": "record", "name": "R", "fields": fields }).to_string()
}

/// How long a registration takes.
async fn time_of(app: &App, subject: &str, number: usize) -> Duration {
    let started = Instant::now();
    app.register(subject, numbered(number)).await;
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Reading or comparing the whole history at each registration made the last ones more than ten times as slow as
/// those of a young subject.
#[tokio::test(flavor = "multi_thread")]
async fn the_two_thousandth_version_registers_about_as_fast_as_the_first() {
    let app = App::new().await;
    if skip_elsewhere(&app, "takes its time") {
        return;
    }
    app.put("/config/s", json!({ "compatibility": "BACKWARD" })).await.is(200);
    for number in 0..1900 {
        app.register("s", numbered(number)).await;
    }
    // Side by side, so that what else the machine does slows both.
    let (mut old, mut young) = (Vec::new(), Vec::new());
    for number in 1900..2000 {
        old.push(time_of(&app, "s", number).await);
        young.push(time_of(&app, "young", number).await);
    }
    let (old, young) = (median(old), median(young));
    assert!(old < young * 3, "{old:?} after two thousand versions, {young:?} before");
    // They are all there, and each is found again.
    let numbers: Vec<_> = (1..=2000).collect();
    app.get("/subjects/s/versions").await.gives(json!(numbers));
    for number in [0, 77, 1899, 1999] {
        assert_eq!(app.register("s", numbered(number)).await.1, number as i64 + 1);
    }
    // The same schema with its properties in another order is found among them too.
    let reordered = r#"{"type":"record","name":"P","fields":[],"x":1,"y":2}"#;
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    let known = app.register("s", reordered).await;
    assert_eq!(app.register("s", r#"{"type":"record","name":"P","fields":[],"y":2,"x":1}"#).await, known);
}

/// What is kept of a long history is dropped when the subject changes in any way.
#[tokio::test]
async fn a_long_history_shows_every_change_at_once() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    for number in 0..80 {
        app.register("s", numbered(number)).await;
    }
    app.delete("/subjects/s/versions/70").await.gives(json!(70));
    app.get("/subjects/s/versions/70").await.refused(40402);
    // Deleted content comes back under a new number, and its old one disappears.
    assert_eq!(app.register("s", numbered(69)).await.1, 81);
    let mut numbers: Vec<_> = (1..=81).filter(|number| *number != 70).collect();
    app.get("/subjects/s/versions?deleted=true").await.gives(json!(numbers));
    app.delete("/subjects/s/versions/81").await.gives(json!(81));
    app.delete("/subjects/s/versions/81?permanent=true").await.gives(json!(81));
    numbers.pop();
    app.get("/subjects/s/versions?deleted=true").await.gives(json!(numbers));
    assert_eq!(app.register("s", numbered(99)).await.1, 81);
    app.delete("/subjects/s").await.is(200);
    app.get("/subjects/s/versions").await.refused(40401);
    app.delete("/subjects/s?permanent=true").await.is(200);
    assert_eq!(app.register("s", numbered(0)).await.1, 1);
    app.get("/subjects/s/versions").await.gives(json!([1]));
}
