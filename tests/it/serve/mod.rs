//! `chancery serve` as a process: start, settings, stop, crash.

mod crash;
mod lifecycle;
mod process;
mod rules;

pub use process::Server;
mod settings;
mod streams;
