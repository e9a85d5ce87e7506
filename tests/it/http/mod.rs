//! The HTTP surface, told as stories. Rule numbers (R204) are those of the compatibility contract, by which
//! the stories can also be told to another registry (`CHANCERY_TEST_BASE_URL`).

mod app;
mod association_batches;
mod associations;
mod avro_json;
mod compatibility;
mod configs;
mod contexts;
mod contracts;
mod coverage;
mod crowds;
mod data_formats;
mod deleting;
mod events;
mod fresh;
mod imports;
mod inline;
mod keys;
mod large;
mod lint_subjects;
mod listing;
mod long_histories;
mod lost_documents;
mod matching;
mod modes;
mod own;
mod reading;
mod references;
mod registering;
mod repeating;
mod settings_bounds;
mod sockets;
mod transport;
mod vanished;
mod verdicts;

pub use app::{App, Reply, encode, record};
