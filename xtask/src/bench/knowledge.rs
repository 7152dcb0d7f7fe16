//! Search in documents: how good it is (`server/examples/retrieval.rs`), what a question takes on both engines
//! (`server/store/examples/retrieval_by_words.rs`), how fast files are read (`server/documents/examples/ingest.rs`,
//! and each format by itself: `server/documents/examples/reading.rs`), and what reading them costs
//! live calls (`server/examples/load.rs --documents`).

use std::env;
use std::process::Command;

use anyhow::Result;

use super::{Effort, Measure, key_values};
use crate::process::{cargo, output};
use crate::test::{Postgres, tools};
use crate::workspace::{self, Mode};

/// Calls that go on while documents are read.
const CALLS: &str = "20";

pub fn measure(effort: Effort) -> Result<Vec<Measure>> {
    let shared = workspace::root().join("../shared/data");
    let (retrieval, documents) = (shared.join("retrieval"), shared.join("documents/public/files"));
    if !retrieval.is_dir() || !documents.is_dir() {
        println!("   skipped: the shared data aren't beside the repository");
        return Ok(Vec::new());
    }
    let mut measures = Vec::new();
    let example = |package: &str, features: &[&str], name: &str| {
        let mut command = cargo();
        command.args(["run", "--release", "--quiet", "--package", package]).args(features).args(["--example", name, "--"]);
        command
    };
    measures.extend(key_values(&output(example("server", &[], "retrieval").arg(&retrieval))?));
    let postgres = Postgres::start(&tools::python()?)?;
    let sizes: &[&str] = match effort {
        Effort::Quick => &["1000"],
        Effort::Full => &["1000", "10000", "100000"],
    };
    let mut store = example("store", &["--features", "test-utils"], "retrieval_by_words");
    store.args(sizes).env("CLOSEZLY_RETRIEVAL", &retrieval).env("CLOSEZLY_TEST_POSTGRES", &postgres.url);
    measures.extend(key_values(&output(&mut store)?));
    measures.extend(key_values(&output(example("documents", &[], "ingest").arg(&documents))?));
    measures.extend(key_values(&output(&mut example("documents", &[], "reading"))?));
    let server = Mode::Release.server_binary();
    let mut load = Command::new(server.with_file_name("examples").join(format!("load{}", env::consts::EXE_SUFFIX)));
    load.arg("--server").arg(&server).args(["--calls", CALLS, "--seconds", "60", "--documents"]).arg(&documents);
    load.env("CLOSEZLY_SITE_DIR", Mode::Release.site());
    let calls = key_values(&output(&mut load)?).into_iter();
    let short = |name: &str| name.strip_prefix("load.").unwrap_or(name).to_owned();
    measures.extend(calls.map(|row| Measure::new(format!("documents_in_calls.{}", short(&row.name)), row.value)));
    Ok(measures)
}
