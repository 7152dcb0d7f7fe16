//! A real S3 server on loopback: `moto_server`, whose path `cargo xtask test` tells.

use std::ffi::OsString;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;

use crate::files::open_with;

const START: Duration = Duration::from_secs(60);

/// Ends with the test, by its own id.
pub struct Moto {
    child: Child,
    pub url: String,
}

impl Moto {
    /// None (and it says so) where `CLOSEZLY_TEST_MOTO` names no program.
    pub async fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("CLOSEZLY_TEST_MOTO") else {
            assert!(std::env::var_os("CI").is_none(), "CLOSEZLY_TEST_MOTO must name moto_server");
            eprintln!("skipped: CLOSEZLY_TEST_MOTO names no moto_server");
            return None;
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut moto = Self { child: command.spawn().expect("moto_server starts"), url: format!("http://127.0.0.1:{port}") };
        let start = std::time::Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(moto.child.try_wait().unwrap().is_none(), "moto_server ended by itself");
            assert!(start.elapsed() < START, "moto_server does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(moto)
    }

    /// What the environment of a server would hold.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let variables = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_DEFAULT_REGION", "us-east-1")];
        variables.map(|(name, value)| (name.into(), value.into())).to_vec()
    }

    /// A new bucket, opened at a folder.
    pub async fn bucket(&self, name: &str, folder: &str) -> Arc<dyn ObjectStore> {
        let made = reqwest::Client::new().put(format!("{}/{name}", self.url)).send().await.unwrap();
        assert!(made.status().is_success(), "{made:?}");
        open_with(&format!("s3://{name}/{folder}"), Some(&self.url), self.environment()).unwrap()
    }

    pub async fn get(&self, path: &str) -> String {
        reqwest::get(format!("{}{path}", self.url)).await.unwrap().text().await.unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
