//! Integration tests of the engine, one binary.

mod avro;
mod cloudevents;
mod json_schema_test_suite;
mod vectors;
