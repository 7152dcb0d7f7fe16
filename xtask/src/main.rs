//! `cargo xtask …`: what one does with this repository, from a fresh clone on.
#![allow(clippy::print_stdout, reason = "a command line program talks on stdout")]

mod bench;
mod build;
mod migrations;
mod models;
mod new_area;
mod process;
mod progress;
mod release;
mod run;
mod screenshots;
mod site;
mod step;
mod test;
mod train;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Mode;

/// Builds, runs, tests and measures Closezly.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build what changed, then serve: http://127.0.0.1:3000
    Run {
        /// Optimized, small and slow to build
        #[arg(long)]
        release: bool,
        /// Handed to the server, after `--`
        #[arg(last = true)]
        server: Vec<String>,
    },
    /// Build the site and the server without starting it
    Build {
        /// Optimized, small and slow to build
        #[arg(long)]
        release: bool,
        /// The browser's part only
        #[arg(long)]
        browser: bool,
    },
    /// Everything that must hold, on a fresh machine too
    Test {
        /// These parts only (may be given more than once)
        #[arg(long, value_delimiter = ',')]
        only: Vec<test::Part>,
        /// Name the parts
        #[arg(long)]
        list: bool,
    },
    /// What it costs: speed, memory, sizes
    Bench {
        /// Fewer runs, small loads
        #[arg(long)]
        quick: bool,
        /// Keep the table in docs/benchmarks.md; with `--only` the rows that were measured
        #[arg(long)]
        write: bool,
        /// These parts only (may be given more than once)
        #[arg(long, value_delimiter = ',')]
        only: Vec<bench::BenchPart>,
    },
    /// Pack a release: `target/dist/closezly-<version>.tar.gz`
    Release,
    /// Take pictures of every page: docs/screenshots/
    Screenshots,
    /// Fetch, verify and convert the speech models that tests and benchmarks need
    Models,
    /// Make a model anew, of the examples in this repository
    Train {
        /// Which one
        what: Trained,
    },
    /// Write both engines' migrations from their template
    Migrations,
    /// Begin an area: a list of things, through all floors, compiling and tested
    NewArea {
        /// One word, such as `leads`
        name: String,
        /// What one of its things is called, such as `lead`; else after the area
        #[arg(long)]
        item: Option<String>,
    },
}

fn main() -> ExitCode {
    if let Some(done) = test::as_rustdoc() {
        return done.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        });
    }
    match perform(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The same lines give the same heads, to the bit. The vectors that it needs are kept in the target folder.
/// What is trained here.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Trained {
    /// The heads that tell moments, of the lines in server/moments/lines
    Moments,
    /// The model that tells what answers a question, of server/tests/knowledge/taught (an hour)
    Answers,
}

fn perform(command: Command) -> Result<()> {
    match command {
        Command::Run { release, server } => run::run(Mode::new(release), &server),
        Command::Build { release, browser: true } => build::browser_side(Mode::new(release)),
        Command::Build { release, browser: false } => build::all(Mode::new(release)),
        Command::Models => models::models().map(|folder| println!("{}", folder.display())),
        Command::Train { what: Trained::Moments } => train::moments(),
        Command::Train { what: Trained::Answers } => train::answers(),
        Command::Migrations => migrations::write(),
        Command::NewArea { name, item } => new_area::new_area(&workspace::root(), &new_area::Names::new(&name, item.as_deref())?),
        Command::Test { list: true, .. } => {
            test::list();
            Ok(())
        }
        Command::Test { only, list: false } => test::test(&only),
        Command::Bench { quick, write, only } => bench::bench(if quick { bench::Effort::Quick } else { bench::Effort::Full }, write, &only),
        Command::Release => release::release(),
        Command::Screenshots => screenshots::screenshots(),
    }
}
