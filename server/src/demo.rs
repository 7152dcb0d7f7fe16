//! `closezly demo`: a server to look at, with everything in a folder that goes when it ends.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use domain::identity::{self, SignUp, SignedUp};
use domain::{Client, calls};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::lifecycle;
use crate::wiring::{Server, wire};

const EMAIL: &str = "demo@closezly.example";

/// A folder that is removed with its value.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "could not remove the demo's data");
        }
    }
}

/// Serves until a signal. The database is always SQLite in the folder: a demo must not write into a real one.
///
/// # Errors
/// If a part can't be started.
pub async fn serve(mut config: Config) -> Result<ExitCode> {
    let folder = Folder(std::env::temp_dir().join(format!("closezly-demo-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).with_context(|| format!("could not make {}", folder.0.display()))?;
    config.data_dir.clone_from(&folder.0);
    config.database_url = format!("sqlite://{}", folder.0.join("closezly.db").display()).into();
    config.open_sign_up = true;
    // The demo's person has no mailbox, and is in at once.
    config.smtp_url = None;
    let services = wire(&config).await?;
    let listener = lifecycle::listen(config.listen).await?;
    let password = SecretString::from(hex::encode(&services.secret()[..6]));
    let account = SignUp {
        name: "Robin Demo".to_owned(),
        email: EMAIL.to_owned(),
        organization: "Demo organization".to_owned(),
        password: password.clone(),
    };
    let client = Client { address: "127.0.0.1".to_owned(), user_agent: String::new() };
    let signed_up = identity::sign_up_program(&services, &client, account).await.context("could not make the demo's account")?;
    let SignedUp::In(scope) = signed_up else { bail!("the demo's account waits for a mail to be read") };
    let call = calls::sample::start(&services, &scope).await.context("could not play the sample call")?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "── Closezly, demo")?;
    writeln!(out, "   address      {}/sign-in", config.public_url)?;
    writeln!(out, "   mail address {EMAIL}")?;
    writeln!(out, "   password     {}", password.expose_secret())?;
    writeln!(out, "   sample call  {}/calls/{}/live (plays for three minutes from now)", config.public_url, call.id)?;
    writeln!(out, "   Everything is in {} and goes when the server ends.", folder.0.display())?;
    drop(out);
    let stop = CancellationToken::new();
    lifecycle::stop_at_signal(stop.clone());
    lifecycle::run(Server::new(config, services)?, listener, stop).await?;
    Ok(ExitCode::SUCCESS)
}
