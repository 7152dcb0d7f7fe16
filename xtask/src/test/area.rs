//! What `cargo xtask new-area billing` and then `new-area demo` write compiles in a copy of this repository, and its tests pass there.
//!
//! The copy builds into the same target folder: dependencies are there already, our own crates are compiled once more, as another
//! version. Features depend on what is selected, so the whole house is, and targets are picked by name. Everything that an area
//! touches is compiled, pages and handlers too; its tests of the store (both engines) and of the domain are run. The copy's server takes the place
//! of ours in the target folder, until ours is asked for again.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Outcome, Postgres, tools};
use crate::build::HOUSE;
use crate::new_area::{self, Names};
use crate::process::{cargo, output, run};
use crate::progress;
use crate::step::step;
use crate::workspace;

/// One check for the build, one for each kind of tests.
pub fn check() -> Result<Outcome> {
    let copy = workspace::target().join("new-area");
    copy_tree(&workspace::root(), &copy)?;
    call_another_version(&copy)?;
    // The second finds every list as the first has left it.
    for area in ["billing", "demo"] {
        new_area::write(&copy, &Names::new(area, None)?)?;
    }
    let postgres = Postgres::start(&tools::python()?)?;
    let in_copy = |word: &str| -> Command {
        let mut command = cargo();
        command.arg(word).args(HOUSE).current_dir(&copy).env("CLOSEZLY_TEST_POSTGRES", &postgres.url);
        command
    };
    let mut outcome = Outcome::default();
    let suite = ["--test", "suite"];
    // The server's are compiled only.
    let compiled = ["--test", "http", "--no-run"];
    outcome.check(step("compile the copy's tests", || progress::run("copy's tests", in_copy("test").args(suite).args(compiled))));
    outcome.check(step("run the copy's tests", || run(in_copy("test").args(suite).args(["--", "demo"]))));
    Ok(outcome)
}

/// Cargo tells crates apart by their place below the workspace's root, and by their version: with the same one, the copy's would take
/// the places of this repository's own in the target folder, and the next build would use them.
fn call_another_version(copy: &Path) -> Result<()> {
    const HEAD: &str = "[workspace.package]\nversion = \"";
    let manifest = copy.join("Cargo.toml");
    let mut text = fs::read_to_string(&manifest)?;
    let from = text.find(HEAD).context("the workspace says no version")? + HEAD.len();
    let end = from + text[from..].find('"').context("the workspace's version has no end")?;
    text.insert_str(end, "-copy");
    Ok(fs::write(manifest, text)?)
}

/// What git knows of and what is new, as it is now; what the copy has besides goes.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    let listed = output(Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(from))?;
    for path in listed.split('\0').filter(|path| !path.is_empty() && !path.starts_with("docs/screenshots")) {
        // Cargo's settings count from every folder above as well, and flags that come twice are other flags.
        if path == ".cargo/config.toml" && to.starts_with(from) {
            continue;
        }
        let (source, target) = (from.join(path), to.join(path));
        if !source.is_file() {
            continue;
        }
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::copy(&source, &target).with_context(|| path.to_owned())?;
        // As old as it was: cargo compiles nothing again that has not changed.
        let modified = source.metadata()?.modified()?;
        fs::File::options().write(true).open(&target)?.set_modified(modified)?;
    }
    Ok(())
}
