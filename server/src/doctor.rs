//! `closezly doctor`: looks at everything that the server needs and says what is wrong before people notice.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Datelike, Utc};
use domain::identity::RefusedPasswords;
use domain::{DomainError, Sealed, Vault};
use ports::files::KeyRing;
use ports::{Clock, SystemClock, SystemIds};
use providers::mail::Smtp;
use secrecy::ExposeSecret;
use store::{Room, Store, StoreError, chain};

use crate::config::{self, Config};
use crate::web::assets::Assets;
use crate::{command, web, wiring};

/// Under so much free space it warns: an hour of a call takes 230 MB.
const LITTLE_SPACE: u64 = 2 * 1024 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it looks for damage in the database.
const CHECK_WITHIN: Duration = Duration::from_secs(600);
/// No server of this version ran before.
const FIRST_YEAR: i32 = 2025;

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Works, but you may want to know.
    Note,
    /// Does not work.
    Bad,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// What was found and what to do.
    pub words: String,
}

/// Prints the table; the code is a failure if anything does not work.
///
/// # Errors
/// If the table can't be printed.
pub async fn run(config: &Config) -> Result<ExitCode> {
    let checks = examine(config).await;
    let mut out = std::io::stdout().lock();
    for Check { name, verdict, words } in &checks {
        let mark = match verdict {
            Verdict::Good => "ok",
            Verdict::Note => "note",
            Verdict::Bad => "FAILED",
        };
        writeln!(out, "{mark:<7} {name:<12} {words}")?;
    }
    let bad = checks.iter().filter(|check| check.verdict == Verdict::Bad).count();
    writeln!(out, "\n{}", if bad == 0 { "The server can run.".to_owned() } else { format!("{bad} of {} checks failed.", checks.len()) })?;
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Looks at everything.
pub async fn examine(config: &Config) -> Vec<Check> {
    let database = database(config).await;
    let vault = vault(config, database.verdict != Verdict::Bad).await;
    let jobs = jobs(config, database.verdict != Verdict::Bad).await;
    vec![
        data_folder(config).await,
        space(&config.data_dir).await,
        database,
        files(config).await,
        vault,
        jobs,
        site(config),
        recognizer(config).await,
        deepgram(config).await,
        documents(),
        passwords(config),
        embeddings(config).await,
        mail(config).await,
        address(config),
        clock(SystemClock.now()),
        variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())),
    ]
}

/// The list of refused passwords, as the server looks at it when it starts.
fn passwords(config: &Config) -> Check {
    let Some(path) = &config.refused_passwords_file else {
        return check("passwords", Verdict::Good, "Common passwords are refused; there is no list of your own beside them.");
    };
    match RefusedPasswords::open(path) {
        Ok(_) => check("passwords", Verdict::Good, format!("Common passwords are refused, and those of {}.", path.display())),
        Err(error) => check("passwords", Verdict::Bad, format!("refused_passwords_file: {error}.")),
    }
}

fn check(name: &'static str, verdict: Verdict, words: impl Into<String>) -> Check {
    Check { name, verdict, words: words.into() }
}

/// A misspelt variable does nothing, silently: say so.
fn variables(set: impl Iterator<Item = String>) -> Check {
    let known = command::variables();
    let mut unknown: Vec<String> = set.filter(|name| name.starts_with("CLOSEZLY_") && !known.contains(name)).collect();
    unknown.sort();
    if unknown.is_empty() {
        return check("variables", Verdict::Good, "Every CLOSEZLY_ variable that is set is one that the server knows.");
    }
    let meant = |name: &String| match config::nearest(&name.trim_start_matches("CLOSEZLY_").to_lowercase()) {
        Some(meant) => format!("{name} (CLOSEZLY_{}?)", meant.to_uppercase()),
        None => name.clone(),
    };
    let unknown: Vec<String> = unknown.iter().map(meant).collect();
    check("variables", Verdict::Note, format!("The server knows no {}: a misspelling?", unknown.join(", ")))
}

async fn data_folder(config: &Config) -> Check {
    let folder = &config.data_dir;
    match web::health::writable(folder).await {
        Ok(()) if is_open(folder) => {
            let words = format!(
                "{0} can be looked into by other users of this computer, and holds calls and hashes of passwords: `chmod -R go= {0}`.",
                folder.display()
            );
            check("data", Verdict::Note, words)
        }
        Ok(()) => check("data", Verdict::Good, folder.display().to_string()),
        Err(error) => {
            check("data", Verdict::Bad, format!("{} can't be written: {error}. Change its owner, or set data_dir.", folder.display()))
        }
    }
}

/// Whether others than the folder's owner may do anything in it: a version before let them, and what is there keeps its rights.
#[cfg(unix)]
fn is_open(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(folder).is_ok_and(|folder| folder.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

/// Asked of `df`, which every system has: there is no portable call in the standard library.
async fn space(folder: &Path) -> Check {
    let output = tokio::process::Command::new("df").arg("-Pk").arg(folder).output().await;
    let free = output.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    });
    match free {
        None => check("space", Verdict::Note, "Could not find out how much space is free."),
        Some(free) => {
            let words = format!("{:.1} GB free; an hour of a call takes 0.23 GB", free as f64 / 1e9);
            check("space", if free < LITTLE_SPACE { Verdict::Note } else { Verdict::Good }, words)
        }
    }
}

async fn database(config: &Config) -> Check {
    let bad = |error: &StoreError| {
        let advice = match error {
            // These say themselves what to do.
            StoreError::ForeignLog { .. }
            | StoreError::Damaged { .. }
            | StoreError::Newer { .. }
            | StoreError::HalfMigrated { .. }
            | StoreError::ForeignMigration { .. }
            | StoreError::NoRoom { .. } => "",
            _ => " Check database_url.",
        };
        check("database", Verdict::Bad, format!("{}.{advice}", chain(error)))
    };
    // First, and without writing: opening the database would fold a log into it.
    let examined = match store::examine(config.database_url.expose_secret(), CHECK_WITHIN).await {
        Ok(examined) => examined,
        Err(error) => return bad(&error),
    };
    let serving = if examined.in_use { "; a server has it open" } else { "" };
    let looked = tokio::time::timeout(PATIENCE, async {
        let store = Store::connect(config.database_url.expose_secret()).await?;
        store.ping().await?;
        let (pending, rooms) = (store.pending_migrations().await?, store.upgrade_rooms().await?);
        store.close().await;
        rooms.iter().try_for_each(Room::check)?;
        Ok::<_, StoreError>((store.engine(), pending, rooms))
    })
    .await;
    match looked {
        Err(_) => check("database", Verdict::Bad, "It does not answer. Check database_url and that it runs."),
        Ok(Err(error)) => bad(&error),
        Ok(Ok((engine, ..))) if examined.unfinished => check(
            "database",
            Verdict::Note,
            format!("{engine:?}{serving}; it is too large to be looked through for damage in ten minutes."),
        ),
        Ok(Ok((engine, pending, _))) if pending.is_empty() => check("database", Verdict::Good, format!("{engine:?}, up to date{serving}")),
        Ok(Ok((engine, pending, rooms))) => {
            let takes = |room: &Room| {
                format!("; up to {} of {} MB that are free in {}", room.needed_megabytes(), room.free_megabytes(), room.folder.display())
            };
            let rooms: String = rooms.iter().map(takes).collect();
            let words = format!("{engine:?}{serving}; `closezly serve` or `closezly migrate` will apply {}{rooms}", pending.join(", "));
            check("database", Verdict::Note, words)
        }
    }
}

async fn files(config: &Config) -> Check {
    let place = config.files.clone().unwrap_or_else(|| wiring::files(config).display().to_string());
    let files = match wiring::stored_files(config) {
        Ok(files) => files,
        Err(error) => return check("files", Verdict::Bad, format!("{error:#}")),
    };
    let encrypted = match config.files_keys.current_name() {
        Some(name) => format!("encrypted by the key {name}"),
        None => "not encrypted (files_keys)".to_owned(),
    };
    match tokio::time::timeout(PATIENCE, files.check()).await {
        Ok(Ok(())) => check("files", Verdict::Good, format!("{place}, {encrypted}")),
        Ok(Err(error)) => check("files", Verdict::Bad, format!("{place}: {error}. Check files, files_endpoint and the credentials.")),
        Err(_) => check("files", Verdict::Bad, format!("{place} does not answer. Check files and files_endpoint.")),
    }
}

/// Whether organizations' credentials for other services are sealed and opened. Makes no key, and leaves a database alone that is not sound:
/// opening it could do it harm.
async fn vault(config: &Config, sound: bool) -> Check {
    let file = config.data_dir.join(wiring::VAULT_KEY);
    let none_yet = config.vault_keys.is_empty() && !file.exists();
    let keys = if none_yet { Ok(KeyRing::default()) } else { wiring::vault_keys(config) };
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => return check("vault", Verdict::Bad, format!("{error:#}. Put the key back from your backup.")),
    };
    let name = keys.current_name().unwrap_or("none").to_owned();
    let vault = Vault::new(keys);
    if !none_yet && let Err(error) = vault.check(&SystemIds) {
        return check("vault", Verdict::Bad, format!("{error}."));
    }
    let looked = if sound { tokio::time::timeout(PATIENCE, credentials(config, &vault)).await.ok().and_then(Result::ok) } else { None };
    match looked {
        Some(Sealed { all, lost, .. }) if lost > 0 => {
            let words = format!(
                "{lost} of {all} credentials can't be opened. Put the key that they were sealed by back: behind {name} (vault_keys), or as {}.",
                file.display()
            );
            check("vault", Verdict::Bad, words)
        }
        _ if none_yet => {
            let words = format!("The first start makes a key in {}; back it up, apart from the database.", file.display());
            check("vault", Verdict::Good, words)
        }
        Some(Sealed { all, .. }) => check("vault", Verdict::Good, format!("The key {name} seals and opens; {all} credentials.")),
        // What is wrong with the database stands in its own line.
        None => check("vault", Verdict::Note, format!("The key {name} seals and opens; the database could not be looked at.")),
    }
}

async fn credentials(config: &Config, vault: &Vault) -> Result<Sealed, DomainError> {
    let store = Store::connect(config.database_url.expose_secret()).await?;
    let migrated = store.pending_migrations().await?.is_empty();
    let sealed = if migrated { vault.examine(&store).await? } else { Sealed::default() };
    store.close().await;
    Ok(sealed)
}

/// Whether work of the server itself failed for good: no organization's administrator sees it. Leaves a database alone that is not sound.
async fn jobs(config: &Config, sound: bool) -> Check {
    let count = async {
        let store = Store::connect(config.database_url.expose_secret()).await?;
        let migrated = store.pending_migrations().await?.is_empty();
        let count = if migrated { store.count_own_dead_jobs().await? } else { 0 };
        store.close().await;
        Ok::<_, StoreError>(count)
    };
    let looked = if sound { tokio::time::timeout(PATIENCE, count).await.ok().and_then(Result::ok) } else { None };
    match looked {
        Some(0) => check("jobs", Verdict::Good, "No work of the server itself has failed for good."),
        Some(count) => check(
            "jobs",
            Verdict::Note,
            format!("{count} pieces of the server's own work, mails for example, failed for good: see `closezly jobs`."),
        ),
        // What is wrong with the database stands in its own line.
        None => check("jobs", Verdict::Note, "The database could not be looked at."),
    }
}

fn site(config: &Config) -> Check {
    let folder = config.site_dir.display();
    match Assets::load(&config.site_dir) {
        Ok(assets) if assets.manifest().is_some() => check("site", Verdict::Good, folder.to_string()),
        Ok(_) => check(
            "site",
            Verdict::Bad,
            format!(
                "{folder} has no manifest.json: pages are readable, but no call can be made. Build it with `cargo xtask build`, or set site_dir."
            ),
        ),
        Err(error) => check("site", Verdict::Bad, format!("{error:#}")),
    }
}

async fn recognizer(config: &Config) -> Check {
    match wiring::command(config) {
        Ok(None) => {
            check("recognizer", Verdict::Note, "No program is set (speech_command): calls are recorded, and the browser may recognize.")
        }
        Ok(Some(command)) => match command.check().await {
            Ok(words) => check("recognizer", Verdict::Good, words),
            Err(words) => check("recognizer", Verdict::Bad, words),
        },
        Err(error) => check("recognizer", Verdict::Bad, format!("{error:#}")),
    }
}

async fn deepgram(config: &Config) -> Check {
    if config.deepgram_key.is_none() {
        return check("deepgram", Verdict::Note, "No key is set (deepgram_key).");
    }
    let tried = tokio::time::timeout(PATIENCE, wiring::deepgram(config).check()).await;
    match tried.unwrap_or_else(|_| Err("Deepgram does not answer.".to_owned())) {
        Ok(words) => check("deepgram", Verdict::Good, words),
        Err(words) => check("deepgram", Verdict::Bad, words),
    }
}

/// Programs of others that read what this one can't.
fn documents() -> Check {
    let reader = match wiring::reader() {
        Ok(reader) => reader,
        Err(error) => return check("documents", Verdict::Bad, format!("{error:#}")),
    };
    let (found, missing): (Vec<_>, Vec<_>) = reader.programs().into_iter().partition(|(_, path)| path.is_some());
    let names = |programs: &[(&'static str, Option<&Path>)]| programs.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" and ");
    if missing.is_empty() {
        return check("documents", Verdict::Good, format!("Scanned pages and old Office files are read by {}.", names(&found)));
    }
    let unread = |name: &str| if name == "tesseract" { "scanned pages" } else { "old Office files" };
    let unread: Vec<_> = missing.iter().map(|(name, _)| format!("{} can't be read without {name}", unread(name))).collect();
    check("documents", Verdict::Note, format!("Not everything that is uploaded can be read: {}.", unread.join(", ")))
}

async fn embeddings(config: &Config) -> Check {
    let Some(embeddings) = &config.embeddings.current else {
        return check("embeddings", Verdict::Note, "No model is set (embeddings): knowledge is searched by words alone.");
    };
    let tried = tokio::time::timeout(PATIENCE, providers::embedding::check(embeddings)).await;
    match tried.unwrap_or_else(|_| Err("The embedding model does not answer.".to_owned())) {
        Ok(words) => check("embeddings", Verdict::Good, words),
        Err(words) => check("embeddings", Verdict::Bad, words),
    }
}

async fn mail(config: &Config) -> Check {
    let Some(url) = &config.smtp_url else {
        return check(
            "mail",
            Verdict::Note,
            "No mail server is set (smtp_url): mails, links to set a password too, are only written to the log. A sign-up \
             makes its account at once, and its answer tells whether a mail address has one already.",
        );
    };
    let tried = match Smtp::from_url(url, &config.mail_from) {
        Ok(smtp) => {
            tokio::time::timeout(PATIENCE, smtp.check()).await.unwrap_or_else(|_| Err("The mail server does not answer.".to_owned()))
        }
        Err(sentence) => Err(sentence),
    };
    match tried {
        Ok(words) => check(
            "mail",
            Verdict::Good,
            format!("{words} Who signs up gets a link by mail, and no answer tells whose addresses are known."),
        ),
        Err(words) => check("mail", Verdict::Bad, words),
    }
}

fn address(config: &Config) -> Check {
    let local = config.public_url.contains("localhost") || config.public_url.contains("127.0.0.1") || config.public_url.contains("[::1]");
    if config.is_https() {
        // Others can open it where it listens, and would wonder why they can't sign in.
        let verdict = if config.listen.ip().is_loopback() { Verdict::Good } else { Verdict::Note };
        return check("address", verdict, only_there(config));
    }
    if local {
        return check("address", Verdict::Good, config.public_url.clone());
    }
    check("address", Verdict::Note, format!("{} is no https address: browsers give no microphone to it.", config.public_url))
}

/// What people meet who open the server itself instead of its public address.
pub fn only_there(config: &Config) -> String {
    let (public_url, listen) = (&config.public_url, config.listen);
    format!(
        "{public_url} is the one address to sign in at. Whoever opens http://{listen}, where the server listens, or another name of it, is \
         refused there and told to open {public_url}."
    )
}

fn clock(now: DateTime<Utc>) -> Check {
    if now.year() < FIRST_YEAR {
        return check(
            "clock",
            Verdict::Bad,
            format!("It says {}: sessions and tokens will not work. Set the clock.", now.format("%Y-%m-%d %H:%M")),
        );
    }
    check("clock", Verdict::Good, now.format("%Y-%m-%d %H:%M UTC").to_string())
}
