//! `deny.toml`: which licences may come in, and which packages may not.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;
use toml::Table;

use crate::process::{cargo, output};
use crate::test::ensure;
use crate::workspace;

/// The packages that may be in no tree.
pub fn banned() -> Result<Vec<String>> {
    names(&read()?, "bans", "deny")
}

/// Every dependency has a licence that we accept.
pub fn licences() -> Result<()> {
    let allowed = names(&read()?, "licenses", "allow")?;
    let metadata: Value = serde_json::from_str(&output(cargo().args(["metadata", "--format-version", "1"]))?)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let refused: Vec<String> = packages
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or("none stated");
            let name = package["name"].as_str().unwrap_or_default();
            (!accepts(licence, &allowed)).then(|| format!("{name} ({licence})"))
        })
        .collect();
    ensure(refused.is_empty(), || format!("licences that deny.toml does not allow: {}", refused.join(", ")))
}

fn read() -> Result<Table> {
    fs::read_to_string(workspace::root().join("deny.toml"))?.parse().context("deny.toml can't be read")
}

/// A list of strings, or of tables with a `crate`.
fn names(rules: &Table, table: &str, list: &str) -> Result<Vec<String>> {
    let entries = rules.get(table).and_then(|table| table.get(list)).and_then(toml::Value::as_array);
    let entries = entries.with_context(|| format!("deny.toml has no `{list}` in [{table}]"))?;
    let name = |entry: &toml::Value| entry.as_str().or_else(|| entry.get("crate")?.as_str()).map(str::to_owned);
    Ok(entries.iter().filter_map(name).collect())
}

/// Whether an SPDX expression can be met: one side of every OR, both sides of every AND. `/` is the old spelling of OR.
fn accepts(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let accepted = any(&mut words, allowed);
    accepted && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut accepted = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        accepted |= all(words, allowed);
    }
    accepted
}

fn all(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut accepted = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        accepted &= one(words, allowed);
    }
    accepted
}

fn one(words: &mut Words<'_>, allowed: &[String]) -> bool {
    match words.next() {
        Some("(") => {
            let accepted = any(words, allowed);
            accepted && words.next() == Some(")")
        }
        Some(licence) => {
            let mut licence = licence.to_owned();
            if words.next_if_eq(&"WITH").is_some() {
                licence = format!("{licence} WITH {}", words.next().unwrap_or_default());
            }
            allowed.contains(&licence)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_understood() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(str::to_owned);
        for good in [
            "MIT",
            "MIT/GPL-3.0",
            "GPL-3.0 OR (MIT AND Unicode-3.0)",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
        ] {
            assert!(accepts(good, &allowed), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(GPL-3.0 OR AGPL-3.0) AND MIT",
            "GPL-3.0 WITH LLVM-exception",
            "",
            "none stated",
            "MIT Apache-2.0",
        ] {
            assert!(!accepts(bad, &allowed), "{bad}");
        }
    }
}
