//! Prints what a policy says about the BACKWARD vectors of a file, one JSON line each:
//! `{name, old, new, breaks}`. Vectors with references are left out. Used by `tests/outside/buf_wire.py`.

use chancery_engine::difference::{CompareOptions, Policy};
use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Limits, Source, Strictness};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [policy, file] = arguments.as_slice() else { return Err("usage: proto_policy POLICY FILE".into()) };
    let policy = Policy::ALL.iter().find(|(_, name)| name == policy).ok_or("no such policy")?.0;
    let vectors: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    for vector in vectors.iter().filter(|vector| vector["direction"] == "BACKWARD") {
        if !vector["old"]["references"].is_null() || !vector["new"]["references"].is_null() {
            continue;
        }
        let (old, new) = (parse(&vector["old"])?, parse(&vector["new"])?);
        let options = CompareOptions { policy, ..CompareOptions::default() };
        let found = ProtobufSchema::compare(&new, &old, &options);
        let breaks: Vec<&str> = found.incompatible().map(|difference| difference.rule.id).collect();
        let (old, new) = (&vector["old"]["schema"], &vector["new"]["schema"]);
        println!("{}", json!({ "name": vector["name"], "old": old, "new": new, "breaks": breaks }));
    }
    Ok(())
}

fn parse(side: &Value) -> Result<ProtobufSchema, Failure> {
    let text = side["schema"].as_str().ok_or("no schema")?;
    Ok(ProtobufSchema::parse(&Source::bare(text), Strictness::Stored, &Limits::default())?)
}
