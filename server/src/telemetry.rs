//! Logs and metrics.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts the log, and says panics in it.
///
/// # Errors
/// A sentence if the filter can't be read.
pub fn start(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log)
        .with_context(|| format!("log: “{}” is no filter; it should be like info,server=debug", config.log))?;
    let terminal = std::io::stderr().is_terminal();
    let pretty = match config.log_format {
        LogFormat::Auto => terminal,
        LogFormat::Pretty => true,
        LogFormat::Json => false,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(terminal);
    let started = if pretty { builder.compact().try_init() } else { builder.json().flatten_event(true).try_init() };
    started.map_err(|error| anyhow!("could not start the log: {error}"))?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, message, "panic");
    }));
    Ok(())
}

/// The metrics of this process. The recorder is global, so it is installed once.
///
/// # Errors
/// If another recorder was installed first.
pub fn metrics() -> Result<PrometheusHandle> {
    static HANDLE: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut started = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*started {
        return Ok(handle.clone());
    }
    let seconds = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)
        .context("the histogram's buckets")?
        .install_recorder()
        .context("could not start the metrics")?;
    metrics::describe_histogram!(
        "closezly_http_request_seconds",
        metrics::Unit::Seconds,
        "Time to the answer's head, by route, method and status."
    );
    metrics::describe_gauge!("closezly_live_calls", "Calls that are live on this server.");
    metrics::describe_gauge!(
        "closezly_failed_server_jobs",
        "Work of the server itself that failed for good; `closezly jobs` lists it, of all servers on the database."
    );
    *started = Some(handle.clone());
    Ok(handle)
}
