//! One PostgreSQL with pgvector for the whole run, on a free loopback port.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::output;
use crate::workspace;

/// A running PostgreSQL, stopped when this is dropped, or when this program ends in whatever way.
pub struct Postgres {
    pub url: String,
    watchdog: Child,
    alive: Option<ChildStdin>,
}

impl Postgres {
    /// Starts it with fresh data; `python` has the package with PostgreSQL's programs.
    pub fn start(python: &Path) -> Result<Self> {
        let script = workspace::root().join("server/store/tests/postgres.sh");
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = workspace::test_tools().join(format!("postgres-{port}"));
        fs::create_dir_all(&folder)?;
        let started =
            output(Command::new("bash").arg(&script).arg("start").arg(&folder).arg(port.to_string()).env("CLOSEZLY_TEST_PYTHON", python))
                .context("PostgreSQL did not start")?;
        let Some(url) = started.split_whitespace().rev().find(|word| word.starts_with("postgres")).map(str::to_owned) else {
            bail!("{} named no address but printed: {started}", script.display());
        };
        // The watchdog waits for its input to close, which happens when we drop it, crash or are killed: no PostgreSQL stays behind.
        // In a process group of its own Ctrl-C does not reach it.
        let mut watchdog = Command::new("bash");
        watchdog
            .args(["-c", "trap '' HUP INT TERM; read -r _; bash \"$1\" stop \"$2\" \"$3\"; rm -rf \"$2\"", "postgres-watchdog"])
            .arg(&script)
            .arg(&folder)
            .arg(port.to_string())
            .env("CLOSEZLY_TEST_PYTHON", python)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        own_group(&mut watchdog);
        let mut watchdog = watchdog.spawn().context("could not start bash")?;
        let alive = watchdog.stdin.take();
        Ok(Self { url, watchdog, alive })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.alive.take());
        let _ = self.watchdog.wait();
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}
