//! Dependencies that a manifest declares and no source names.
//!
//! A word search, not a compiler: it costs a second, where the known tools cost a build. A dependency that is there only to switch on a
//! feature is listed in `[package.metadata.cargo-machete] ignored`, with a comment that says why.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::test::{Outcome, ensure};
use crate::workspace;

pub const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every dependency of every crate of ours is named in that crate's sources, and every one of the workspace in a crate; one check a manifest.
pub fn check() -> Outcome {
    let mut outcome = Outcome::default();
    match members() {
        Ok(members) => {
            members.iter().for_each(|member| outcome.check(check_crate(member)));
            outcome.check(check_workspace(&members));
        }
        Err(error) => outcome.check(Err(error)),
    }
    outcome
}

/// The workspace's members, as folders.
pub fn members() -> Result<Vec<String>> {
    let manifest = read_manifest(&workspace::root().join("Cargo.toml"))?;
    let members = manifest.get("workspace").and_then(|workspace| workspace.get("members")).and_then(Value::as_array);
    let members = members.context("Cargo.toml names no members")?;
    Ok(members.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn check_crate(member: &str) -> Result<()> {
    let folder = workspace::root().join(member);
    let unused = unused_in(&read_manifest(&folder.join("Cargo.toml"))?, &folder)?;
    ensure(unused.is_empty(), || format!("{member}/Cargo.toml declares what no source names: {}", unused.join(", ")))
}

fn check_workspace(members: &[String]) -> Result<()> {
    let mut taken = Vec::new();
    for member in members {
        let manifest = read_manifest(&workspace::root().join(member).join("Cargo.toml"))?;
        taken.extend(TABLES.iter().flat_map(|table| declared(&manifest, table)));
    }
    let unused = never_taken(&read_manifest(&workspace::root().join("Cargo.toml"))?, &taken);
    ensure(unused.is_empty(), || format!("Cargo.toml declares what no crate takes: {}", unused.join(", ")))
}

fn never_taken(root: &Table, taken: &[String]) -> Vec<String> {
    let offered = root.get("workspace").and_then(Value::as_table).map(|workspace| declared(workspace, "dependencies"));
    offered.into_iter().flatten().filter(|name| !taken.contains(name)).collect()
}

fn read_manifest(path: &Path) -> Result<Table> {
    fs::read_to_string(path)?.parse().with_context(|| format!("{} can't be read", path.display()))
}

fn unused_in(manifest: &Table, folder: &Path) -> Result<Vec<String>> {
    let mut build_script = fs::read_to_string(folder.join("build.rs")).map(|text| without_comments(&text)).unwrap_or_default();
    collect(&folder.join("build"), &mut build_script)?;
    // A test may include a part of the build script.
    let mut sources = build_script.clone();
    for place in ["src", "tests", "benches", "examples"] {
        collect(&folder.join(place), &mut sources)?;
    }
    let ignored = ignored(manifest);
    let mut unused = Vec::new();
    for (table, sources) in TABLES.into_iter().zip([&sources, &sources, &build_script]) {
        let names = declared(manifest, table).into_iter().filter(|name| !ignored.contains(name));
        unused.extend(names.filter(|name| !names_word(sources, &name.replace('-', "_"))));
    }
    Ok(unused)
}

/// The names in a table of dependencies, those under `[target.…]` included.
pub fn declared(manifest: &Table, table: &str) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = manifest.get(table).into_iter().chain(targets.filter_map(|target| target.get(table)));
    tables.filter_map(Value::as_table).flat_map(Table::keys).cloned().collect()
}

fn ignored(manifest: &Table) -> Vec<String> {
    let metadata = manifest.get("package").and_then(|package| package.get("metadata")).and_then(|all| all.get("cargo-machete"));
    let names = metadata.and_then(|machete| machete.get("ignored")).and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Adds every Rust source below the folder.
fn collect(folder: &Path, sources: &mut String) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            collect(&path, sources)?;
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            sources.push_str(&without_comments(&fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn without_comments(source: &str) -> String {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| [line, "\n"]).collect()
}

fn names_word(text: &str, word: &str) -> bool {
    let part_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_in_code_count() {
        assert!(names_word("use serde::Serialize;", "serde"));
        assert!(!names_word("use serde_json::json;", "serde"));
        assert!(!names_word(&without_comments("    // serde would do\n//! serde"), "serde"));
    }

    #[test]
    fn what_no_crate_takes_is_named() -> Result<()> {
        let root: Table = "[workspace.dependencies]\nanyhow = \"1\"\nregex = \"1\"".parse()?;
        assert_eq!(never_taken(&root, &["anyhow".to_owned()]), ["regex"]);
        Ok(())
    }

    #[test]
    fn targets_and_exceptions_are_read() -> Result<()> {
        let manifest: Table = r#"
            [package.metadata.cargo-machete]
            ignored = ["getrandom"]
            [dependencies]
            anyhow = "1"
            [target.'cfg(unix)'.dependencies]
            libc = "0.2"
            getrandom = "0.3"
        "#
        .parse()?;
        assert_eq!(declared(&manifest, "dependencies"), ["anyhow", "getrandom", "libc"]);
        assert_eq!(unused_in(&manifest, Path::new("/no/such/folder"))?, ["anyhow", "libc"]);
        Ok(())
    }
}
