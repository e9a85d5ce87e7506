//! Integration tests of the engine, one binary.

mod json_schema_test_suite;
