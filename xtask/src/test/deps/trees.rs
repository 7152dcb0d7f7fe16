//! What the browser gets, as cargo resolves it. What may come in at all is `deny.toml`'s.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::build::WASM;
use crate::process::{cargo, output};
use crate::test::ensure;

/// What only the server may know.
const NOT_IN_THE_BROWSER: [&str; 10] = ["sqlx", "tokio", "axum", "reqwest", "hyper", "domain", "store", "live", "providers", "lettre"];

/// The WASM build contains nothing of the server. Per package: with `--workspace` features unify and it would prove nothing.
pub fn browser() -> Result<()> {
    let tree = ["tree", "--package", "frontend", "--target", WASM, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    absent("the browser's part", &names(&output(cargo().args(tree))?), &NOT_IN_THE_BROWSER)
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
