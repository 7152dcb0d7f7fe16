//! Starting and stopping.
//!
//! Start: database up to date, calls of before recovered, jobs running, then listening. Stop, at the first SIGTERM or
//! SIGINT: no new connections, live pages are told to connect again, everything is flushed and closed, all within
//! [`DEADLINE`]; at the second signal at once. Audio that was acked is on disk either way.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::serve::ListenerExt;
use domain::{Services, calls, identity, jobs};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::router::router;
use crate::wiring::{self, Server, wire};

/// How long stopping may take.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// `closezly serve`: until a signal.
///
/// # Errors
/// A sentence that says what is missing, for example a taken port.
pub async fn serve(config: Config) -> Result<ExitCode> {
    let services = wire(&config).await?;
    let listener = listen(config.listen).await?;
    let stop = CancellationToken::new();
    stop_at_signal(stop.clone());
    tracing::info!(address = %listener.local_addr()?, public_url = config.public_url, "listening");
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
    let services = server.services().clone();
    identity::warm_up().await?;
    calls::live::recover(&services).await?;
    let worker = tokio::spawn(jobs::run(services.clone(), stop.clone()));
    let tidy = tokio::spawn(tidy(services.clone(), stop.clone()));
    let service = router(server).into_make_service_with_connect_info::<SocketAddr>();
    let telling = {
        let (services, stop) = (services.clone(), stop.clone());
        async move {
            stop.cancelled().await;
            // Websockets end only when their calls let go of them, so they are told before we wait for them.
            calls::live::shutdown(&services).await;
        }
    };
    // Acks and events are small and awaited: they must not wait for more to send with.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let serving = tokio::spawn(async move { serving.await });
    tokio::select! {
        () = telling => {}
        () = after(&stop, DEADLINE) => tracing::warn!("live calls did not end in time"),
    }
    if tokio::time::timeout(DEADLINE, serving).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
    if tokio::time::timeout(DEADLINE, worker).await.is_err() {
        tracing::warn!("a job did not end in time; it will run again");
    }
    tidy.abort();
    services.store().close().await;
    tracing::info!("stopped");
    Ok(())
}

/// `time` after `stop`.
async fn after(stop: &CancellationToken, time: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(time).await;
}

/// Forgets expired sessions and tokens, once an hour.
async fn tidy(services: Services, stop: CancellationToken) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hourly.tick() => {}
        }
        if let Err(error) = identity::tidy(&services).await {
            tracing::error!(%error, "could not remove what has expired");
        }
    }
}

/// Cancels `stop` at the first signal and ends the process at the second.
pub fn stop_at_signal(stop: CancellationToken) {
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping; a second signal stops at once");
        stop.cancel();
        signal().await;
        tracing::warn!("stopped at once");
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::error!("signals can't be heard; the process has to be killed to end it");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
