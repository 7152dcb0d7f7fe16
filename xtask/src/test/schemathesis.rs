//! Every operation of the OpenAPI document, asked by schemathesis in every way that the document allows and forbids: real program, real HTTP.
//!
//! What it may ask with, and what is no failure, is in `end2end/schemathesis`. It asks the same each time; nothing of it outlives the run.

use std::env;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;

use super::rust_tests::JOURNEYS;
use super::tee::tee;
use super::{Outcome, tools};
use crate::build::{HOUSE, LIKE_TESTS};
use crate::process::cargo;
use crate::progress;
use crate::step::step;
use crate::workspace::{self, Mode};

const LIMIT: Duration = Duration::from_secs(15 * 60);
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds what is missing and asks; `server` is the binary, if the Rust tests had it built already.
pub fn run(server: Option<PathBuf>) -> Result<Outcome> {
    let program = tools::schemathesis()?;
    let server = match server {
        Some(server) => server,
        None => {
            step("server", || progress::run("server", cargo().arg("build").args(HOUSE).args(LIKE_TESTS).args(JOURNEYS)))?;
            Mode::Dev.server_binary()
        }
    };
    let serving = Serving::start(&server)?;
    let report = workspace::test_tools().join("schemathesis.json");
    let _ = fs::remove_file(&report);
    let url = format!("http://{}", serving.address);
    let mut command = Command::new(program);
    command
        .args(["run", &format!("{url}/api/v1/openapi.json"), "--no-color", "--report", "json", "--report-json-path"])
        .arg(&report)
        .current_dir(workspace::end2end().join("schemathesis"))
        .env("CLOSEZLY_URL", &url)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let status = step("ask every operation", || tee(&mut command, LIMIT, |_| true))?;
    drop(serving);
    let text = fs::read_to_string(&report).with_context(|| format!("schemathesis ended with {status} and left no report"))?;
    let mut outcome = read(&serde_json::from_str(&text)?)?;
    if !status.success() && outcome.counts.failed == 0 {
        outcome.check(Err(anyhow!("schemathesis ended with {status}")));
    }
    Ok(outcome)
}

/// A server with a throw-away folder; it ends when this is dropped.
struct Serving {
    process: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Serving {
    fn start(binary: &Path) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, TcpListener::bind("127.0.0.1:0")?.local_addr()?.port()));
        let folder = env::temp_dir().join(format!("closezly-schemathesis-{}-{}", process::id(), address.port()));
        fs::create_dir_all(&folder)?;
        // What went wrong inside is here.
        let log = File::create(workspace::test_tools().join("schemathesis.log"))?;
        let process = Command::new(binary)
            .arg("serve")
            .current_dir(&folder)
            .env("CLOSEZLY_LISTEN", address.to_string())
            .env("CLOSEZLY_DATA_DIR", &folder)
            .env_remove("CLOSEZLY_DATABASE_URL")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("could not start {}", binary.display()))?;
        let mut serving = Self { process, address, folder };
        let begun = Instant::now();
        while TcpStream::connect_timeout(&address, PATIENCE).is_err() {
            if let Some(status) = serving.process.try_wait()? {
                bail!("the server ended with {status} before it listened; target/test-tools/schemathesis.log says why");
            }
            ensure!(begun.elapsed() < PATIENCE, "the server did not listen within a minute");
            sleep(Duration::from_millis(50));
        }
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Reads the report: an operation is a test.
fn read(report: &Value) -> Result<Outcome> {
    let operations = |name: &str| report["operations"][name].as_u64().with_context(|| format!("the report has no operations.{name}"));
    let (all, tested) = (operations("total")?, operations("tested")?);
    let mut outcome = Outcome::default();
    for failure in report["failures"].as_array().into_iter().flatten().chain(report["errors"].as_array().into_iter().flatten()) {
        let of = failure["operations"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
        let title = failure["title"].as_str().unwrap_or("an error without words");
        outcome.failures.push(format!("{title}: {of}"));
    }
    if tested < all {
        outcome.failures.push(format!("{} of {all} operations were not asked", all - tested));
    }
    outcome.counts.failed = outcome.failures.len() as u64;
    outcome.counts.passed = tested.saturating_sub(outcome.counts.failed);
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test::Counts;

    #[test]
    fn a_report_is_read() {
        let report = json!({
            "operations": { "total": 67, "tested": 66 },
            "failures": [{ "title": "Response violates schema", "operations": ["GET /api/v1/calls", "GET /api/v1/events"] }],
            "errors": [{ "title": "Hook error" }],
        });
        let outcome = read(&report).unwrap_or_default();
        assert_eq!(outcome.counts, Counts { passed: 63, failed: 3, skipped: 0 });
        assert_eq!(outcome.failures[0], "Response violates schema: GET /api/v1/calls, GET /api/v1/events");
        assert!(outcome.failures[1].starts_with("Hook error") && outcome.failures[2].starts_with("1 of 67"), "{:?}", outcome.failures);
        assert!(read(&json!({})).is_err(), "no report");
    }
}
