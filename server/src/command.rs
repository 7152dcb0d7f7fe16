//! The command line.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{self, Loaded, Settings};
use crate::person::{self, PersonCommand};
use crate::{demo, doctor, jobs, lifecycle, rotation, telemetry};

/// Closezly, a sales co-pilot that you host yourself.
#[derive(Parser)]
#[command(name = "closezly", version)]
struct Arguments {
    /// TOML file with the same names as the flags [default: ./closezly.toml if it exists]
    #[arg(long, global = true, env = "CLOSEZLY_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Subcommand)]
enum Command {
    /// Serves the site and the API (what happens without a command)
    Serve,
    /// Brings the database up to date and ends
    Migrate,
    /// Checks everything that the server needs
    Doctor,
    /// Seals organizations' credentials by the newest key, which it makes itself unless vault_keys names one
    RotateKeys,
    /// Hands out what is kept of a person, or erases a person
    #[command(subcommand)]
    Person(PersonCommand),
    /// Lists, retries and discards work of the server itself that failed for good, mails for example
    Jobs {
        #[command(subcommand)]
        asked: Option<jobs::JobsCommand>,
    },
    /// Prints the configuration, secrets masked, and where each value comes from
    Config,
    /// Serves with a throw-away data folder, a demo account and the sample call
    Demo,
    /// Reads one document as its parent asks on standard input: what nobody trusts is opened by a process of its own
    #[command(hide = true)]
    ExtractDocument,
}

/// The variables that the command line knows.
pub fn variables() -> Vec<String> {
    let command = Arguments::command();
    command.get_arguments().filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned)).collect()
}

/// Runs the command that was given; the exit code is 0 if it did what it should.
pub fn run() -> ExitCode {
    // An empty variable is one that nobody set: containers' files leave them behind.
    let empty: Vec<_> =
        std::env::vars_os().filter(|(name, value)| value.is_empty() && name.to_string_lossy().starts_with("CLOSEZLY_")).collect();
    let mut command = Arguments::command();
    for (name, _) in &empty {
        let name = name.to_string_lossy().into_owned();
        command = command.mut_args(|argument| {
            if argument.get_env().is_some_and(|variable| variable.to_string_lossy() == name) {
                argument.env(None::<&str>)
            } else {
                argument
            }
        });
    }
    let matches = command.get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    // Before anything is read or opened: this process gives its rights away.
    if matches!(arguments.command, Some(Command::ExtractDocument)) {
        return documents::child_main();
    }
    // A global flag may stand before or after the command: the innermost matches know both.
    let innermost = std::iter::successors(Some(&matches), |outer| Some(outer.subcommand()?.1)).last().unwrap_or(&matches);
    let done = config::load(&arguments.settings, innermost, arguments.config.as_deref())
        .and_then(|loaded| dispatch(arguments.command.unwrap_or(Command::Serve), loaded));
    match done {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "closezly: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command, loaded: Loaded) -> Result<ExitCode> {
    if matches!(command, Command::Config) {
        return print_config(&loaded);
    }
    // Both TLS providers of rustls may be compiled in by a dependency; then it wants to be told.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("could not start the runtime")?;
    lifecycle::run_to_the_end(runtime, async move {
        match command {
            Command::Serve => {
                telemetry::start(&loaded.config)?;
                lifecycle::serve(loaded.config).await
            }
            Command::Demo => {
                telemetry::start(&loaded.config)?;
                demo::serve(loaded.config).await
            }
            Command::Migrate => {
                telemetry::start(&loaded.config)?;
                lifecycle::migrate(&loaded.config).await.map(|()| ExitCode::SUCCESS)
            }
            Command::Doctor => doctor::run(&loaded.config).await,
            Command::RotateKeys => {
                telemetry::start(&loaded.config)?;
                rotation::run(&loaded.config).await
            }
            Command::Person(command) => {
                telemetry::start(&loaded.config)?;
                person::run(&loaded.config, &command, &mut std::io::stdout()).await
            }
            Command::Jobs { asked } => jobs::run(&loaded.config, asked.unwrap_or(jobs::JobsCommand::List)).await,
            Command::Config => print_config(&loaded),
            Command::ExtractDocument => Ok(documents::child_main()),
        }
    })
}

fn print_config(loaded: &Loaded) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if let Some(file) = &loaded.file {
        writeln!(out, "# file: {}", file.display())?;
    }
    for shown in loaded.shown() {
        writeln!(out, "{:<22} {:<50} {}", shown.name, shown.value, shown.origin.as_str())?;
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
