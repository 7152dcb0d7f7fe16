//! What the measuring programs share: a server of their own, and an account there.

#![allow(dead_code, reason = "each program uses a part")]

pub mod soak;
pub mod socket;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Of values in any order.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = ((values.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(index).copied().unwrap_or(f64::NAN)
}

/// Posts, and waits where the server says to.
pub async fn post(client: &reqwest::Client, url: &str, token: Option<&str>, body: &Value) -> Value {
    loop {
        let request = client.post(url).json(body);
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        let answer = request.send().await.unwrap();
        if answer.status().as_u16() == 429 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        return answer.json().await.unwrap();
    }
}

/// The owner of a new organization; their token. `name` is their mail address's.
pub async fn sign_up(client: &reqwest::Client, server: &Server, name: &str) -> String {
    let account =
        json!({ "name": "Load", "email": format!("{name}@example.com"), "organization": "Load", "password": "ten thousand frames" });
    let answer = post(client, &format!("{}/api/v1/auth/register", server.url), None, &account).await;
    find_token(&answer).unwrap_or_else(|| panic!("no access token in {answer}"))
}

/// The first string under a key `access`, wherever the envelope has it.
fn find_token(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("access").or_else(|| map.get("access_token")).and_then(Value::as_str).map(str::to_owned);
            own.or_else(|| map.values().find_map(find_token))
        }
        _ => None,
    }
}

/// CPU time of a process so far, its own and the system's for it.
pub fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // utime and stime, fields 14 and 15 of the whole line, in ticks of 10 ms.
    [11, 12].iter().filter_map(|index| fields.get(*index)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A server of its own, or one that somebody else has started.
pub struct Server {
    child: Option<Child>,
    /// Where it listens.
    pub url: String,
}

impl Server {
    /// Starts it on a free port with a data folder.
    pub fn start(binary: &Path, data: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let child = Command::new(binary)
            .env("CLOSEZLY_LISTEN", format!("127.0.0.1:{port}"))
            .env("CLOSEZLY_DATA_DIR", data)
            .env("CLOSEZLY_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        Self { child: Some(child), url }
    }

    /// One that runs already; what it takes up is for others to say.
    pub fn at(url: String) -> Self {
        Self { child: None, url }
    }

    /// Waits until it is ready.
    pub async fn ready(&self) {
        for _ in 0..300 {
            if reqwest::get(format!("{}/health/ready", self.url)).await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server is not ready after 30 s");
    }

    /// Resident memory in kB.
    pub fn resident_kb(&self) -> u64 {
        self.memory_kb("VmRSS")
    }

    /// The most that it ever had, in kB.
    pub fn peak_kb(&self) -> u64 {
        self.memory_kb("VmHWM")
    }

    fn process(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    fn memory_kb(&self, what: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or_default()
    }

    /// CPU time of the server so far.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.process())
    }

    /// Ends it.
    pub fn stop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
