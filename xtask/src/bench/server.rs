//! A server that has nothing to do: how fast it is ready, how much memory it holds, how large its first page is.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Effort, Measure};
use crate::workspace::Mode;

pub fn measure(effort: Effort) -> Result<Vec<Measure>> {
    let data = env::temp_dir().join(format!("closezly-bench-{}", std::process::id()));
    let _ = fs::remove_dir_all(&data);
    fs::create_dir_all(&data)?;
    let measures = measure_in(&data, effort);
    let _ = fs::remove_dir_all(&data);
    measures
}

fn measure_in(data: &Path, effort: Effort) -> Result<Vec<Measure>> {
    // The first start makes the database: that is not what a restart costs.
    let (first, server) = Server::start(data)?;
    server.stop()?;
    let times = match effort {
        Effort::Quick => 3,
        Effort::Full => 5,
    };
    let mut starts = (0..times)
        .map(|_| {
            let (time, server) = Server::start(data)?;
            server.stop()?;
            Ok(time)
        })
        .collect::<Result<Vec<_>>>()?;
    starts.sort();

    let (_, server) = Server::start(data)?;
    sleep(Duration::from_secs(3));
    let memory = server.resident();
    let page = get(server.address, "/sign-in")?;
    server.stop()?;
    Ok(vec![
        Measure::new("server.first_start_ms", first.as_millis().to_string()),
        Measure::new("server.cold_start_ms", starts[starts.len() / 2].as_millis().to_string()),
        Measure::new("server.idle_rss", memory?),
        Measure::new("size.sign_in_html.raw", format!("{} B", page.len())),
        Measure::new("size.sign_in_html.brotli", format!("{} B", crate::site::brotli(page.as_bytes())?.len())),
    ])
}

struct Server {
    process: Child,
    address: SocketAddr,
    binary: PathBuf,
}

impl Server {
    /// Starts it and tells how long it took until it was ready.
    fn start(data: &Path) -> Result<(Duration, Self)> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, TcpListener::bind("127.0.0.1:0")?.local_addr()?.port()));
        let binary = Mode::Release.server_binary();
        let start = Instant::now();
        let process = Command::new(&binary)
            .arg("serve")
            .current_dir(data)
            .env("CLOSEZLY_LISTEN", address.to_string())
            .env("CLOSEZLY_DATA_DIR", data)
            .env("CLOSEZLY_SITE_DIR", Mode::Release.site())
            .env_remove("CLOSEZLY_DATABASE_URL")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start {}", binary.display()))?;
        let mut server = Self { process, address, binary };
        while get(address, "/health/ready").is_err() {
            if let Some(status) = server.process.try_wait()? {
                bail!("the server ended with {status} before it was ready");
            }
            if start.elapsed() > Duration::from_secs(30) {
                bail!("the server was not ready within 30 s");
            }
            sleep(Duration::from_millis(2));
        }
        Ok((start.elapsed(), server))
    }

    /// Memory that it holds, from the kernel.
    fn resident(&self) -> Result<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).context("memory is measured on Linux only")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the kernel told no memory")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(format!("{}.{} MiB", kilobytes / 1024, kilobytes % 1024 * 10 / 1024))
    }

    fn stop(mut self) -> Result<()> {
        crate::process::run(Command::new("kill").args(["-TERM", &self.process.id().to_string()]))?;
        let status = self.process.wait()?;
        if !status.success() {
            bail!("{} ended with {status} when it was asked to stop", self.binary.display());
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Does nothing after `stop`.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The body of a page; an error unless the answer is 200.
fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no head")?;
    if head.split_whitespace().nth(1) != Some("200") {
        bail!("{path} answered {}", head.lines().next().unwrap_or_default());
    }
    Ok(body.to_owned())
}
