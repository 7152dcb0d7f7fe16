//! `cargo xtask bench`: one table of what it costs, kept in `docs/benchmarks.md` with `--write`. `--only` measures some parts of it, and keeps
//! the others' rows.
//!
//! Programs that measure print `key=value` lines (`engine.p95_us=41`); every such line becomes a row.

mod browser;
mod engine;
mod knowledge;
mod load;
mod long_call;
mod machine;
mod server;
mod sizes;
mod work;

use std::fs;

use anyhow::Result;
use clap::ValueEnum;

use crate::build;
use crate::process::cargo;
use crate::progress;
use crate::step::step;
use crate::workspace::{self, Mode};

/// Heads what people write about the figures.
const NOTES: &str = "## Known about these figures\n";

/// A row of the table.
pub struct Measure {
    pub name: String,
    pub value: String,
}

impl Measure {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// How long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    Quick,
    Full,
}

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BenchPart {
    Engine,
    Sizes,
    Server,
    Load,
    Streams,
    Work,
    LongCall,
    Knowledge,
    Browser,
}

impl BenchPart {
    fn name(self) -> &'static str {
        match self {
            Self::Engine => "live engine",
            Self::Sizes => "sizes",
            Self::Server => "idle server",
            Self::Load => "load",
            Self::Streams => "event streams",
            Self::Work => "jobs and events",
            Self::LongCall => "long call",
            Self::Knowledge => "knowledge",
            Self::Browser => "browser",
        }
    }

    /// Whether the release's site and server are measured. The other parts build what they run, and have the server, if any, in themselves.
    fn needs_release(self) -> bool {
        !matches!(self, Self::Engine | Self::Work | Self::LongCall)
    }

    fn measure(self, effort: Effort) -> Result<Vec<Measure>> {
        match self {
            Self::Engine => engine::measure(),
            Self::Sizes => sizes::measure(&Mode::Release.site()),
            Self::Server => server::measure(effort),
            Self::Load => load::measure(effort),
            Self::Streams => load::measure_streams(effort),
            Self::Work => work::measure(),
            Self::LongCall => long_call::measure(effort),
            Self::Knowledge => knowledge::measure(effort),
            Self::Browser => browser::measure(),
        }
    }
}

/// Builds the release once, measures these parts, or everything if there are none, prints the table.
pub fn bench(effort: Effort, write: bool, only: &[BenchPart]) -> Result<()> {
    let chosen: Vec<BenchPart> =
        BenchPart::value_variants().iter().copied().filter(|part| only.is_empty() || only.contains(part)).collect();
    let mut targets = Vec::new();
    if chosen.iter().any(|part| part.needs_release()) {
        build::browser_side(Mode::Release)?;
        targets.extend(["--bin", "closezly", "--example", "load", "--example", "streams"]);
    }
    if chosen.contains(&BenchPart::LongCall) {
        targets.extend(["--example", "long_call"]);
    }
    if !targets.is_empty() {
        // Together: a generator alone would have everything compiled again.
        step("server and load generators", || {
            progress::run("server", cargo().args(["build", "--package", "server", "--release"]).args(&targets))
        })?;
    }
    let mut measures = Vec::new();
    for part in chosen {
        measures.extend(step(part.name(), || part.measure(effort))?);
    }
    let machine = machine::describe();
    println!("\n{machine}\n\n{}", table(&measures));
    if write {
        let file = workspace::root().join("docs/benchmarks.md");
        let before = fs::read_to_string(&file).unwrap_or_default();
        let after = if only.is_empty() { document(&machine, &measures, notes(&before)) } else { with_rows(&before, &measures) };
        fs::write(&file, after)?;
        println!("written to docs/benchmarks.md");
    }
    Ok(())
}

/// A document with these rows in the place of those of the same names. A new one comes after its kind (what its name begins with), or at the
/// table's end; everything else stays, the machine too.
fn with_rows(document: &str, measures: &[Measure]) -> String {
    let mut lines: Vec<String> = document.lines().map(str::to_owned).collect();
    let name_of = |line: &str| line.strip_prefix("| ").and_then(|rest| rest.split_once(" | ")).map(|(name, _)| name.to_owned());
    let kind_of = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    for Measure { name, value } in measures {
        let row = format!("| {name} | {value} |");
        let names: Vec<Option<String>> = lines.iter().map(|line| name_of(line)).collect();
        if let Some(at) = names.iter().position(|known| known.as_ref() == Some(name)) {
            lines[at] = row;
            continue;
        }
        let of_its_kind = names.iter().rposition(|known| known.as_ref().is_some_and(|known| kind_of(known) == kind_of(name)));
        let at = of_its_kind.or_else(|| names.iter().rposition(Option::is_some)).map_or(lines.len(), |last| last + 1);
        lines.insert(at, row);
    }
    lines.join("\n") + "\n"
}

/// The `key=value` lines of a program's output; other lines are for people.
fn key_values(text: &str) -> Vec<Measure> {
    let pairs = text.lines().filter_map(|line| line.trim().split_once('='));
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    pairs.filter(|(key, value)| is_key(key) && !value.is_empty()).map(|(key, value)| Measure::new(key, value)).collect()
}

fn table(measures: &[Measure]) -> String {
    let width = measures.iter().map(|measure| measure.name.len()).max().unwrap_or(0);
    measures.iter().map(|Measure { name, value }| format!("{name:<width$}  {value}\n")).collect()
}

/// What people wrote below the table: it stays.
fn notes(document: &str) -> &str {
    document.find(NOTES).and_then(|at| document.get(at..)).unwrap_or(NOTES)
}

fn document(machine: &str, measures: &[Measure], notes: &str) -> String {
    let rows: String = measures.iter().map(|Measure { name, value }| format!("| {name} | {value} |\n")).collect();
    format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench --write`. What each line means is said where it is measured: `xtask/src/bench/`, \
         `server/live/benches/`, \
         `server/examples/`.\n\n{machine}\n\n| measure | value |\n|---|---:|\n{rows}\n{notes}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stay_when_the_table_is_written_again() {
        let measures = [Measure::new("engine.p95_us", "41")];
        let first = document("A machine", &measures, notes(""));
        let noted = format!("{first}\n- It is quick.\n");
        let again = document("Another machine", &measures, notes(&noted));
        assert!(again.contains("Another machine") && again.ends_with("\n- It is quick.\n"), "{again}");
    }

    #[test]
    fn some_rows_are_measured_again_and_the_others_stay() {
        let rows = [Measure::new("load.a", "1"), Measure::new("size.b", "2"), Measure::new("load.c", "3")];
        let before = document("A machine", &rows, "## Known about these figures\n\n- 1 | 2\n");
        let after = with_rows(&before, &[Measure::new("load.a", "10"), Measure::new("size.d", "4"), Measure::new("long.e", "5")]);
        let table: Vec<_> = after.lines().filter(|line| line.starts_with("| ") && !line.contains("measure")).collect();
        assert_eq!(table, ["| load.a | 10 |", "| size.b | 2 |", "| size.d | 4 |", "| load.c | 3 |", "| long.e | 5 |"]);
        assert!(after.contains("A machine") && after.ends_with("- 1 | 2\n"), "{after}");
    }

    #[test]
    fn only_key_value_lines_become_rows() {
        let rows = key_values("Timer precision: 20 ns\nengine.events_per_second=512000\n engine.p95_us=41\na b=c\nempty=\n");
        let rows: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.value.as_str())).collect();
        assert_eq!(rows, [("engine.events_per_second", "512000"), ("engine.p95_us", "41")]);
    }
}
