//! Starting and stopping.
//!
//! Start: database up to date, then listening; only then jobs, and with them the calls of before. Stop, at the first SIGTERM or
//! SIGINT: no new connections, live pages are told to connect again, everything is flushed and closed, all within
//! [`DEADLINE`] and the little that closing takes; at the second signal at once. Audio that was acked is on disk either way.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Extension;
use domain::{Kernel, calls, identity};
use metrics_exporter_prometheus::PrometheusHandle;
use store::chain;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::api::events::Stopping;
use crate::config::Config;
use crate::connections;
use crate::doctor;
use crate::router::router;
use crate::wiring::{self, Server, wire};

/// How long stopping may take.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// How long closing the database may take after that.
const CLOSING: Duration = Duration::from_secs(5);
/// How long blocking work may go on after everything was closed.
const LEFT_OVER: Duration = Duration::from_secs(1);
/// How often the database's files are looked after.
const TEND_EVERY: Duration = Duration::from_secs(5);
/// How often what was measured is counted into its buckets.
const SETTLE_EVERY: Duration = Duration::from_secs(10);

/// `closezly serve`: until a signal.
///
/// # Errors
/// A sentence that says what is missing, for example a taken port.
pub async fn serve(config: Config) -> Result<ExitCode> {
    let services = wire(&config).await?;
    let listener = match listen(config.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            // So that the next start is not one after a crash.
            services.store().close().await;
            return Err(error);
        }
    };
    let stop = CancellationToken::new();
    stop_at_signal(stop.clone());
    tracing::info!(address = %listener.local_addr()?, public_url = config.public_url, "listening");
    if config.is_https() {
        tracing::info!("{}", doctor::only_there(&config));
    }
    run(Server::new(config, services)?, listener, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// `closezly migrate`.
///
/// # Errors
/// If the database can't be opened or brought up to date.
pub async fn migrate(config: &Config) -> Result<()> {
    wiring::open_store(config).await?.close().await;
    tracing::info!("the database is up to date");
    Ok(())
}

/// Takes the address.
///
/// # Errors
/// A sentence that says what to do if another program has it.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("could not listen on {address}; is another server running there? --listen takes another address"))
}

/// Serves until `stop`, then stops in order.
///
/// # Errors
/// If a part can't be started.
pub async fn run(server: Server, listener: TcpListener, stop: CancellationToken) -> Result<()> {
    let (services, metrics) = (server.services().clone(), server.metrics().clone());
    let limits = connections::Limits::of_process(server.config().client_address_header.is_some());
    let serving = tokio::spawn(connections::serve(listener, router(server).layer(Extension(Stopping(stop.clone()))), limits, stop.clone()));
    // Nothing that may fail or take long stands before this. The jobs take up the calls of the server before as their first work.
    let worker = {
        let (services, stop) = (services.clone(), stop.clone());
        tokio::spawn(async move { domain::work(&services, &stop).await })
    };
    let lease = {
        let services = services.clone();
        tokio::spawn(async move { domain::keep_lease(&services).await })
    };
    let aside = [tokio::spawn(warm_up()), tokio::spawn(tend(services.clone())), tokio::spawn(settle(metrics)), lease];
    stop.cancelled().await;
    let until = Instant::now() + DEADLINE;
    // Websockets end only when their calls let go of them, so they are told before we wait for them.
    if timeout_at(until, calls::live::shutdown(&services)).await.is_err() {
        tracing::warn!("live calls did not end in time");
    }
    if timeout_at(until, serving).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
    if timeout_at(until, worker).await.is_err() {
        tracing::warn!("a job did not end in time; it will run again");
    }
    aside.iter().for_each(tokio::task::JoinHandle::abort);
    let _ = tokio::time::timeout(CLOSING, services.leave_fleet()).await;
    if tokio::time::timeout(CLOSING, services.store().close()).await.is_err() {
        tracing::warn!("the database could not be closed in time; what was stored is safe");
    }
    tracing::info!("stopped");
    Ok(())
}

/// The first sign-in takes as long as the others.
async fn warm_up() {
    if let Err(error) = identity::warm_up().await {
        tracing::error!(error = chain(&error), "could not prepare for sign-ins");
    }
}

/// Looks after the database's files.
async fn tend(services: Kernel) {
    let mut every = tokio::time::interval(TEND_EVERY);
    loop {
        every.tick().await;
        services.store().tend().await;
    }
}

/// Counts what was measured into its buckets: every measured time takes memory until then, whether anybody asks for the metrics or not.
async fn settle(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(SETTLE_EVERY);
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}

/// Cancels `stop` at the first signal and ends the process at the second. It listens on a thread of its own, so that the second one
/// works to the very end, whatever the runtime waits for. When this returns, a signal no longer ends the process by itself.
pub fn stop_at_signal(stop: CancellationToken) {
    let (heard, ready) = std::sync::mpsc::channel::<()>();
    let listen = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::error!(%error, "signals can't be heard; the process has to be killed to end it"),
        };
        runtime.block_on(async {
            let mut signals = match Signals::new() {
                Ok(signals) => signals,
                Err(error) => return tracing::error!(%error, "signals can't be heard; the process has to be killed to end it"),
            };
            drop(heard);
            signals.next().await;
            tracing::info!("stopping; a second signal stops at once");
            stop.cancel();
            signals.next().await;
            tracing::warn!("stopped at once");
            std::process::exit(130);
        });
    };
    match std::thread::Builder::new().name("signals".to_owned()).spawn(listen) {
        // Ends when the thread listens, or can't.
        Ok(_) => drop(ready.recv()),
        Err(error) => tracing::error!(%error, "signals can't be heard; the process has to be killed to end it"),
    }
}

/// Runs the program's work, and ends without waiting for blocking work that nobody needs any more: a long review is written again by
/// the next server, and the process must end when it said so.
pub fn run_to_the_end<T>(runtime: Runtime, work: impl Future<Output = T>) -> T {
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LEFT_OVER);
    done
}

/// SIGTERM and SIGINT (elsewhere Ctrl-C), from when this was made on; none is missed between two.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        let _ = self.0.recv().await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn blocking_work_keeps_no_process_from_ending() {
        let started = std::time::Instant::now();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let done = run_to_the_end(runtime, async {
            tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_secs(30)));
            tokio::time::sleep(Duration::from_millis(50)).await;
            7
        });
        assert_eq!(done, 7);
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}
