//! Test binaries as cargo builds them, told to nextest in its own format.
//!
//! nextest could build them itself, but stops at the first crate that does not compile; here the others' tests run all the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::process::{cargo, output};
use crate::progress;
use crate::test::Part;
use crate::workspace;

/// What one cargo call left.
pub struct Built {
    pub executables: Vec<Executable>,
    /// Programs that are no tests: package id, name, file.
    programs: Vec<(String, String, PathBuf)>,
    /// `closezly`.
    pub server: Option<PathBuf>,
    /// False if something did not compile.
    pub complete: bool,
    /// What the compiler and its lints complain of, in our own crates.
    pub warnings: usize,
}

/// A test binary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Executable {
    package: String,
    /// nextest's word: `lib`, `bin`, `test` …
    kind: String,
    target: String,
    /// Cargo's id of the package.
    id: String,
    path: PathBuf,
}

impl Executable {
    pub fn part(&self) -> Part {
        match (self.package.as_str(), self.kind.as_str()) {
            ("store", _) => Part::Store,
            ("server", "test") => Part::Http,
            _ => Part::Unit,
        }
    }

    /// The name that nextest shows and filters by.
    fn binary_id(&self) -> String {
        let Self { package, kind, target, .. } = self;
        match kind.as_str() {
            "lib" | "proc-macro" => package.clone(),
            "test" => format!("{package}::{target}"),
            _ => format!("{package}::{kind}/{target}"),
        }
    }
}

/// Builds the tests of each selection, and programs beside those of the first.
pub fn build(selections: &[Vec<String>], programs: &[&str]) -> Result<Built> {
    let mut messages = String::new();
    let mut complete = true;
    for (at, selection) in selections.iter().enumerate() {
        let mut command = cargo();
        // `build --tests` is `test --no-run` that goes on after an error: one broken crate does not hide the others' tests.
        linting(&mut command)?.args(["build", "--keep-going", "--message-format", "json"]);
        if !selection.iter().any(|word| word == "--test" || word == "--all-targets") {
            command.arg("--tests");
        }
        command.args(selection).args(if at == 0 { programs } else { &[] });
        let (status, text) = progress::output("tests", &mut command)?;
        complete &= status.success();
        messages.push_str(&text);
    }
    let mut built = read(&messages);
    built.complete = complete;
    Ok(built)
}

/// Has our own crates compiled by clippy's driver, which is the compiler with more lints: what is linted is what is run, and nothing is compiled a
/// second time for it. Its programs may be slower than the compiler's own; for tests that is the same.
pub fn linting(command: &mut Command) -> Result<&mut Command> {
    let compiler = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let driver = Path::new(compiler.trim()).join("bin").join(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX));
    if !driver.is_file() {
        bail!("clippy is not here: type `rustup component add clippy`");
    }
    Ok(command.env("RUSTC_WORKSPACE_WRAPPER", driver))
}

/// Reads cargo's messages, a line of JSON each.
fn read(messages: &str) -> Built {
    let mut built = Built { executables: Vec::new(), programs: Vec::new(), server: None, complete: true, warnings: 0 };
    let mut seen = BTreeSet::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        built.warnings += usize::from(is_warning(&message));
        let Some(path) = message["executable"].as_str().map(PathBuf::from) else { continue };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (id, target, kind) = (text(&message["package_id"]), text(&message["target"]["name"]), text(&message["target"]["kind"][0]));
        if message["profile"]["test"].as_bool() == Some(true) && kind != "bench" {
            if seen.insert(path.clone()) {
                let kind = if matches!(kind.as_str(), "rlib" | "cdylib" | "dylib" | "staticlib") { "lib".to_owned() } else { kind };
                let package = package(&id, Path::new(&text(&message["manifest_path"])));
                built.executables.push(Executable { package, kind, target, id, path });
            }
        } else if kind == "bin" {
            if target == "closezly" {
                built.server = Some(path.clone());
            }
            built.programs.push((id, target, path));
        }
    }
    built.executables.sort();
    built
}

/// Whether the compiler complains of a place. How many complaints there were it says in a message without one.
fn is_warning(message: &Value) -> bool {
    let said = &message["message"];
    said["level"] == "warning" && said["spans"].as_array().is_some_and(|spans| !spans.is_empty())
}

/// The package's name: cargo's id ends in `#name@version`, or in `/name#version` where the folder has the package's name.
fn package(id: &str, manifest: &Path) -> String {
    match id.rsplit_once('#').and_then(|(_, name)| name.split_once('@')) {
        Some((name, _)) => name.to_owned(),
        None => manifest.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

/// Where nextest finds the binaries, as `nextest list --list-type binaries-only` would have told it.
pub fn metadata(built: &Built, executables: &[&Executable]) -> Result<Value> {
    let target = workspace::target();
    let mut programs = Map::new();
    for (id, name, path) in &built.programs {
        let path = path.strip_prefix(&target).unwrap_or(path);
        if let Value::Array(list) = programs.entry(id.clone()).or_insert_with(|| json!([])) {
            list.push(json!({ "name": name, "kind": "bin-exe", "path": path }));
        }
    }
    let tests = executables.iter().map(|executable| {
        let id = executable.binary_id();
        let described = json!({
            "binary-id": id,
            "binary-name": executable.target,
            "package-id": executable.id,
            "kind": executable.kind,
            "binary-path": executable.path,
            "build-platform": "target",
        });
        (id, described)
    });
    let (triple, libraries) = host()?;
    Ok(json!({
        "rust-build-meta": {
            "target-directory": target,
            "base-output-directories": ["debug"],
            "non-test-binaries": programs,
            "linked-paths": [],
            "platforms": {
                "host": {
                    "platform": { "triple": triple, "target-features": "unknown" },
                    "libdir": { "status": "available", "path": libraries },
                },
                "targets": [],
            },
        },
        "rust-binaries": tests.collect::<Map<_, _>>(),
    }))
}

/// The compiler's own platform, and the folder of its libraries.
fn host() -> Result<(String, String)> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let triple = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir"]))?;
    Ok((triple.to_owned(), libraries.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = r#"
{"reason":"compiler-artifact","package_id":"path+file:///house/server#0.1.0","manifest_path":"/house/server/Cargo.toml","target":{"kind":["bin"],"name":"closezly"},"profile":{"test":false},"executable":"/t/debug/closezly"}
{"reason":"compiler-artifact","package_id":"path+file:///house/server#0.1.0","manifest_path":"/house/server/Cargo.toml","target":{"kind":["test"],"name":"http"},"profile":{"test":true},"executable":"/t/debug/deps/http-1"}
{"reason":"compiler-artifact","package_id":"path+file:///house/app/model#model@0.1.0","manifest_path":"/house/app/model/Cargo.toml","target":{"kind":["cdylib","rlib"],"name":"model"},"profile":{"test":true},"executable":"/t/debug/deps/model-1"}
{"reason":"compiler-artifact","package_id":"path+file:///house/live#0.1.0","manifest_path":"/house/live/Cargo.toml","target":{"kind":["bench"],"name":"engine"},"profile":{"test":true},"executable":"/t/debug/deps/engine-1"}
{"reason":"compiler-message","message":{"level":"warning","spans":[{"line_start":1}],"rendered":"warning: unused"}}
{"reason":"compiler-message","message":{"level":"warning","spans":[],"rendered":"warning: 1 warning emitted"}}
{"reason":"compiler-artifact","package_id":"x","target":{"kind":["lib"],"name":"serde"},"profile":{"test":false},"executable":null}
not json
"#;

    #[test]
    fn cargos_messages_name_tests_and_programs() {
        let built = read(MESSAGES);
        let names: Vec<_> = built.executables.iter().map(|test| (test.binary_id(), test.part())).collect();
        assert_eq!(names, [("model".to_owned(), Part::Unit), ("server::http".to_owned(), Part::Http)]);
        assert_eq!(built.server.as_deref(), Some(Path::new("/t/debug/closezly")));
        assert_eq!((built.programs.len(), built.warnings), (1, 1));
    }

    #[test]
    fn nextest_is_told_where_the_binaries_are() -> Result<()> {
        let built = read(MESSAGES);
        let metadata = metadata(&built, &built.executables.iter().collect::<Vec<_>>())?;
        assert_eq!(metadata["rust-binaries"]["server::http"]["binary-path"], "/t/debug/deps/http-1");
        assert_eq!(metadata["rust-build-meta"]["non-test-binaries"]["path+file:///house/server#0.1.0"][0]["name"], "closezly");
        Ok(())
    }
}
