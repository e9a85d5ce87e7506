//! The command line, one command a file.
//!
//! Exit codes: 0 done, 1 could not be done, 2 wrong use (flags, settings).
//! To add a command: a file with its arguments and a `run`, a variant here.

mod health;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A schema registry that validates events before they are published.
#[derive(Debug, Parser)]
#[command(name = "chancery", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask a running server whether it is ready.
    Health(health::Health),
    /// Serve a registry over HTTP.
    Serve(serve::Serve),
}

impl Cli {
    /// Does what was asked for.
    pub fn run(self) -> ExitCode {
        match self.command {
            Command::Health(health) => health.run(),
            Command::Serve(serve) => serve.run(),
        }
    }
}

/// Wrong use, the code clap gives too.
const USAGE: u8 = 2;

/// Prints why a command was not done.
fn fail(code: u8, error: &dyn std::error::Error) -> ExitCode {
    // Where nobody listens, the code has to do.
    let _ = writeln!(std::io::stderr(), "error: {error}");
    ExitCode::from(code)
}
