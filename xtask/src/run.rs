//! `cargo xtask run`: from a fresh clone to a served page.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::build;
use crate::workspace::{self, Mode};

/// Builds everything that changed and becomes the server.
pub fn run(mode: Mode, arguments: &[String]) -> Result<()> {
    build::all(mode)?;
    // Another command of the program (doctor, config …) ends by itself.
    if arguments.first().is_none_or(|first| first.starts_with('-') || first == "serve") {
        announce(arguments);
    }
    let mut server = Command::new(mode.server_binary());
    server.args(arguments).current_dir(workspace::root());
    if env::var_os("CLOSEZLY_SITE_DIR").is_none() {
        server.env("CLOSEZLY_SITE_DIR", mode.site());
    }
    become_program(&mut server)
}

/// Signals go straight to the server, and so does its exit code: nothing of ours stays in between.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::from(command.exec()).context(format!("could not start {}", crate::process::line(command))))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    crate::process::run(command)
}

fn announce(arguments: &[String]) {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let flag = |name: &str| flag(arguments, name);
    let listen = flag("--listen").or_else(|| variable("CLOSEZLY_LISTEN")).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let data = flag("--data-dir").or_else(|| variable("CLOSEZLY_DATA_DIR")).unwrap_or_else(|| "./data".to_owned());
    let database = match flag("--database-url").or_else(|| variable("CLOSEZLY_DATABASE_URL")).or_else(|| variable("DATABASE_URL")) {
        Some(url) if url.starts_with("postgres") => "PostgreSQL",
        Some(_) => "SQLite (the file that is configured)",
        None => "SQLite",
    };
    let recognizers = [("CLOSEZLY_SPEECH_COMMAND", "command"), ("CLOSEZLY_DEEPGRAM_KEY", "deepgram")];
    let mut recognizers: Vec<_> = recognizers.into_iter().filter(|(name, _)| variable(name).is_some()).map(|(_, label)| label).collect();
    recognizers.extend(["the browser's own", "the sample call's"]);
    let mail = if variable("CLOSEZLY_SMTP_URL").is_some() { "SMTP" } else { "none (links are logged; set CLOSEZLY_SMTP_URL)" };
    println!("── Closezly");
    println!("   address      http://{listen}");
    println!("   data         {data} ({database})");
    println!("   recognizers  {}", recognizers.join(", "));
    println!("   mail         {mail}");
    println!("   Ctrl-C ends it. `closezly doctor` checks the rest: cargo xtask run -- doctor");
}

/// The value of `--name value` or `--name=value`.
fn flag(arguments: &[String], name: &str) -> Option<String> {
    arguments.iter().enumerate().find_map(|(at, argument)| match argument.strip_prefix(name)? {
        "" => arguments.get(at + 1).cloned(),
        rest => rest.strip_prefix('=').map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_read_in_both_spellings() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(flag(&words("serve --listen 0.0.0.0:80"), "--listen").as_deref(), Some("0.0.0.0:80"));
        assert_eq!(flag(&words("--listen=[::1]:80 serve"), "--listen").as_deref(), Some("[::1]:80"));
        assert_eq!(flag(&words("serve --listener x"), "--listen"), None);
    }
}
