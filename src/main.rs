//! The `chancery` binary.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    chancery::cli::Cli::parse().run()
}
