//! Arrows between the house's crates: which manifest may name which of our own crates.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::unused::{TABLES, declared, members};
use crate::test::ensure;
use crate::workspace;

/// What each crate may know of the house, itself aside. An area's crate of the app goes as `areas`: areas don't know each other.
/// A crate that isn't built yet may stand here; one that is built must.
const ARROWS: [(&str, &[&str]); 20] = [
    ("frontend", &["app", "areas", "kit", "model", "capture", "worklet"]),
    // `domain` behind `ssr`, `capture` behind `hydrate`; what the browser's build really contains is checked by its tree.
    ("app", &["areas", "kit", "model", "domain", "capture"]),
    ("areas", &["kit", "model", "domain", "capture"]),
    ("kit", &["model"]),
    ("capture", &["model"]),
    ("worklet", &[]),
    ("model", &[]),
    ("server", &["app", "areas", "documents", "domain", "kernel", "live", "model", "moments", "ports", "providers", "search", "store"]),
    ("domain", &["kernel", "live", "moments", "search", "ports", "store", "model", "voice"]),
    ("kernel", &["store", "ports", "model"]),
    ("store", &["model", "search", "terms"]),
    ("search", &["model", "terms"]),
    ("terms", &[]),
    ("live", &["model"]),
    ("moments", &[]),
    ("voice", &[]),
    ("ports", &["model"]),
    ("providers", &["ports", "model", "voice"]),
    ("documents", &["ports", "model"]),
    ("xtask", &[]),
];

/// Every arrow that the manifests draw is in the table.
pub fn check() -> Result<()> {
    let mut manifests = Vec::new();
    for member in members()? {
        let text = fs::read_to_string(workspace::root().join(&member).join("Cargo.toml"))?;
        let manifest: Table = text.parse().with_context(|| format!("{member}/Cargo.toml can't be read"))?;
        manifests.push((member, manifest));
    }
    let wrong = wrong_arrows(&manifests);
    ensure(wrong.is_empty(), || format!("crates know what they must not:\n     {}", wrong.join("\n     ")))
}

/// The place in the table of each crate's name.
fn floors(manifests: &[(String, Table)]) -> BTreeMap<String, String> {
    let name = |manifest: &Table| manifest.get("package")?.get("name").and_then(Value::as_str).map(str::to_owned);
    let place = |member: &str, name: &str| if member.starts_with("app/areas/") { "areas".to_owned() } else { name.to_owned() };
    manifests.iter().filter_map(|(member, manifest)| name(manifest).map(|name| (name.clone(), place(member, &name)))).collect()
}

fn wrong_arrows(manifests: &[(String, Table)]) -> Vec<String> {
    let floors = floors(manifests);
    let mut wrong = Vec::new();
    for (member, manifest) in manifests {
        let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str).unwrap_or_default();
        let floor = floors.get(name).map_or(name, String::as_str);
        let Some((_, allowed)) = ARROWS.iter().find(|(crate_, _)| *crate_ == floor) else {
            wrong.push(format!("{member}/Cargo.toml: the table in xtask has no {name}: say there what it may know"));
            continue;
        };
        for table in TABLES {
            let known = declared(manifest, table).into_iter().filter(|other| other != name);
            for (other, its_floor) in known.filter_map(|other| floors.get(&other).map(|floor| (other, floor.as_str()))) {
                if !allowed.contains(&its_floor) {
                    wrong.push(format!("{member}/Cargo.toml: {name} → {other} ({table})"));
                }
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(crates: &[(&str, &str, &str)]) -> Vec<String> {
        let manifest = |name: &str, rest: &str| format!("[package]\nname = \"{name}\"\n{rest}").parse::<Table>().unwrap_or_default();
        let manifests: Vec<_> = crates.iter().map(|(member, name, rest)| ((*member).to_owned(), manifest(name, rest))).collect();
        wrong_arrows(&manifests)
    }

    const DOMAIN: (&str, &str, &str) = ("server/domain", "domain", "[dependencies]\nports.workspace = true\nserde = \"1\"");
    const PORTS: (&str, &str, &str) = ("server/ports", "ports", "");

    #[test]
    fn arrows_of_the_table_are_taken() {
        assert_eq!(wrong(&[DOMAIN, PORTS, ("server/providers", "providers", "[dependencies]\nports.workspace = true")]), [""; 0]);
    }

    #[test]
    fn whoever_is_behind_a_port_may_not_know_the_domain() {
        let providers = ("server/providers", "providers", "[dependencies]\ndomain.workspace = true");
        let documents = ("server/documents", "documents", "[target.'cfg(unix)'.dev-dependencies]\ndomain.workspace = true");
        assert_eq!(
            wrong(&[DOMAIN, PORTS, providers, documents]),
            [
                "server/providers/Cargo.toml: providers → domain (dependencies)",
                "server/documents/Cargo.toml: documents → domain (dev-dependencies)",
            ]
        );
    }

    #[test]
    fn areas_of_the_app_do_not_know_each_other() {
        let calls = ("app/areas/calls", "calls-pages", "[dependencies]\nknowledge-pages.workspace = true");
        let knowledge = ("app/areas/knowledge", "knowledge-pages", "");
        let app = ("app", "app", "[dependencies]\ncalls-pages.workspace = true\napp = { path = \".\" }");
        assert_eq!(wrong(&[calls, knowledge, app]), ["app/areas/calls/Cargo.toml: calls-pages → knowledge-pages (dependencies)"]);
    }

    #[test]
    fn a_crate_that_nobody_placed_is_named() {
        assert_eq!(
            wrong(&[("server/new", "new", "")]),
            ["server/new/Cargo.toml: the table in xtask has no new: say there what it may know"]
        );
    }
}
