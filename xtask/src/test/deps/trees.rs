//! Dependency trees as cargo resolves them.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use super::rules;
use crate::build::WASM;
use crate::process::{cargo, output};
use crate::test::ensure;
use crate::workspace;

/// What only the server may know.
const NOT_IN_THE_BROWSER: [&str; 10] = ["sqlx", "tokio", "axum", "reqwest", "hyper", "domain", "store", "live", "providers", "lettre"];

/// Two versions of these would mean two worlds of types.
const ONCE: [&str; 4] = ["axum", "leptos", "reqwest", "tower-http"];

/// The WASM build contains nothing of the server. Per package: with `--workspace` features unify and it would prove nothing.
pub fn browser() -> Result<()> {
    let tree = ["tree", "--package", "frontend", "--target", WASM, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    absent("the browser's part", &names(&output(cargo().args(tree))?), &NOT_IN_THE_BROWSER)
}

/// Nothing that `deny.toml` bans, a second TLS stack above all; not even in tests.
pub fn host() -> Result<()> {
    let tree = ["tree", "--workspace", "--exclude", "frontend", "--edges", "all", "--prefix", "none", "--format", "{p}"];
    let banned = rules::banned()?;
    absent("the server's part", &names(&output(cargo().args(tree))?), &banned.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The lock file has one version of what everything speaks through.
pub fn one_of_each() -> Result<()> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))?;
    let lock: toml::Table = lock.parse().context("Cargo.lock can't be read")?;
    let packages: Vec<&str> = lock
        .get("package")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|package| package.get("name")?.as_str())
        .collect();
    let doubled: Vec<&str> = ONCE.into_iter().filter(|name| packages.iter().filter(|package| *package == name).count() > 1).collect();
    ensure(doubled.is_empty(), || format!("Cargo.lock has more than one version of {}", doubled.join(", ")))
}

/// The first word of each line is a package's name.
fn names(tree: &str) -> BTreeSet<&str> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).collect()
}

fn absent(whose: &str, tree: &BTreeSet<&str>, forbidden: &[&str]) -> Result<()> {
    ensure(tree.len() > 1, || format!("{whose} has no dependencies at all: the tree was not read"))?;
    let found: Vec<&str> = forbidden.iter().copied().filter(|name| tree.contains(name)).collect();
    ensure(found.is_empty(), || format!("{whose} contains {}; `cargo tree -i` says by whom", found.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_package_is_found_and_named() {
        let tree = names("frontend v0.1.0 (/x)\nleptos v0.8.23\nserde v1.0.1\ntokio v1.50.0 (*)\n");
        assert!(absent("it", &tree, &["sqlx", "axum"]).is_ok());
        let error = absent("it", &tree, &["sqlx", "tokio"]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("it contains tokio"), "{error}");
        assert!(absent("it", &names("frontend v0.1.0"), &["sqlx"]).is_err(), "an empty tree proves nothing");
    }
}
