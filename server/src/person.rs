//! `closezly person`: hands a person's data out, and erases a person.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use domain::identity::person;
use domain::{Erased, Erasure, Kernel};
use ports::{SystemClock, SystemIds};

use crate::config::Config;
use crate::wiring;

/// What is done about a person.
#[derive(Clone, Debug, Subcommand)]
pub enum PersonCommand {
    /// Prints everything that the database keeps of a person, as JSON
    Export {
        /// The person's mail address
        mail: String,
        /// File to write into, which must not be there yet [default: standard output]
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Says what would go if a person were erased, and erases them with --yes
    Erase(Erase),
}

/// How a person is erased.
#[derive(Args, Clone, Debug)]
pub struct Erase {
    /// The person's mail address
    pub mail: String,
    /// Does it; there is no way back but a backup
    #[arg(long)]
    pub yes: bool,
    /// Erases the person's organization too, where nobody else is in it
    #[arg(long)]
    pub with_organization: bool,
}

/// Does it, on the database that the configuration names; what is said goes to `out`. The exit code is 1 for an erasure that was only
/// looked at.
///
/// # Errors
/// A sentence if the database can't be opened (a SQLite file is one server's alone), if nothing is kept of the address, or if the person
/// can't be erased now.
pub async fn run(config: &Config, command: &PersonCommand, out: &mut (impl Write + Send)) -> Result<ExitCode> {
    let store = wiring::open_store(config).await?;
    let kernel = domain::assemble_bare(store, Arc::new(SystemClock), Arc::new(SystemIds));
    let done = match command {
        PersonCommand::Export { mail, output } => export(&kernel, mail, output.as_deref(), out).await,
        PersonCommand::Erase(asked) => erase(&kernel, asked, out).await,
    };
    kernel.store().close().await;
    done
}

async fn export(kernel: &Kernel, mail: &str, output: Option<&Path>, out: &mut (impl Write + Send)) -> Result<ExitCode> {
    let data = serde_json::to_string_pretty(&person::export(kernel, mail).await?)?;
    match output {
        None => writeln!(out, "{data}")?,
        Some(path) => {
            write_private(path, &data).with_context(|| format!("could not write {}", path.display()))?;
            writeln!(out, "Everything that the database keeps of {mail} is in {}.", path.display())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Only the user who runs this may read it.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

async fn erase(kernel: &Kernel, asked: &Erase, out: &mut (impl Write + Send)) -> Result<ExitCode> {
    let Erase { mail, yes, with_organization } = asked;
    if *yes {
        let erased = person::erase(kernel, mail, *with_organization).await?;
        tell(&erased, out)?;
        writeln!(out, "{mail} is erased. Recordings and other files go by the server's jobs, within a minute while it runs.")?;
        return Ok(ExitCode::SUCCESS);
    }
    let erased = person::erasable(kernel, mail, *with_organization).await?;
    tell(&erased, out)?;
    if *with_organization {
        writeln!(out, "Where the person is the only member, the organization goes too, with everything that it has.")?;
    }
    writeln!(out, "Nothing was erased. To do so, say it again with --yes; there is no way back but a backup.")?;
    Ok(ExitCode::FAILURE)
}

fn tell(erased: &[Erased], out: &mut impl Write) -> std::io::Result<()> {
    for Erased { table, rows, erasure } in erased.iter().filter(|table| table.rows > 0) {
        let becomes = match erasure {
            Erasure::Delete => "deleted".to_owned(),
            Erasure::Empty(columns) => format!("kept without {}", columns.join(", ")),
            Erasure::Keep(why) => format!("kept: {why}"),
        };
        writeln!(out, "{table:<20} {rows:>8} {becomes}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]

    use model::{Organization, Person, Role};
    use store::NewAccount;

    use super::*;
    use crate::config::Settings;

    async fn with_ann(folder: &Path) -> Config {
        let settings = Settings { data_dir: Some(folder.join("data")), ..Settings::default() };
        let config = Config::from_settings(settings).unwrap();
        let store = wiring::open_store(&config).await.unwrap();
        let (id, created_at) = (|number| uuid::Uuid::from_u128(number), chrono::DateTime::UNIX_EPOCH);
        let account = NewAccount {
            organization: Organization { id: id(1).into(), name: "Acme".to_owned(), keep_audio: true, created_at },
            person: Person {
                id: id(2).into(),
                email: "ann@example.com".to_owned(),
                name: "Ann".to_owned(),
                time_zone: String::new(),
                created_at,
            },
            password_hash: "SECRET".to_owned(),
            member: id(3).into(),
            role: Role::Owner,
        };
        let mut tx = store.begin().await.unwrap();
        store::identity::insert_account(&mut tx, &account).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        config
    }

    async fn say(config: &Config, words: &[&str]) -> (String, Result<ExitCode>) {
        #[derive(clap::Parser)]
        struct Line {
            #[command(subcommand)]
            command: PersonCommand,
        }
        let line = <Line as clap::Parser>::try_parse_from([&["person"], words].concat()).unwrap();
        let mut out = Vec::new();
        let done = run(config, &line.command, &mut out).await;
        (String::from_utf8(out).unwrap(), done)
    }

    #[tokio::test]
    async fn a_person_is_handed_out_looked_at_and_erased() {
        const ANN: &str = "ann@example.com";
        let folder = tempfile::tempdir().unwrap();
        let config = with_ann(folder.path()).await;
        let (printed, _) = say(&config, &["export", ANN]).await;
        let data: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(data["tables"]["people"]["rows"][0]["name"], "Ann");
        assert!(!printed.contains("SECRET"), "{printed}");

        let file = folder.path().join("ann.json");
        let path = file.to_str().unwrap();
        let (said, done) = say(&config, &["export", ANN, "--output", path]).await;
        assert!(done.unwrap() == ExitCode::SUCCESS && said.contains(path), "{said}");
        assert!(std::fs::read_to_string(&file).unwrap().contains("Ann"));
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        let (_, again) = say(&config, &["export", ANN, "--output", path]).await;
        assert!(format!("{:#}", again.unwrap_err()).contains("ann.json"), "no file is written over");

        let refused = |done: Result<ExitCode>| format!("{:#}", done.unwrap_err());
        assert!(refused(say(&config, &["erase", ANN, "--yes"]).await.1).contains("--with-organization"));
        let (said, done) = say(&config, &["erase", ANN, "--with-organization"]).await;
        assert!(done.unwrap() == ExitCode::FAILURE && said.contains("people") && said.contains("--yes"), "{said}");
        let (said, done) = say(&config, &["erase", ANN, "--with-organization", "--yes"]).await;
        assert!(done.unwrap() == ExitCode::SUCCESS && said.contains("is erased") && said.contains("by the server's jobs"), "{said}");
        for words in [&["erase", ANN, "--yes"][..], &["export", ANN], &["erase", "nobody@example.com"]] {
            assert!(refused(say(&config, words).await.1).contains("Nothing is kept of"), "{words:?}");
        }
        assert!(refused(say(&config, &["erase", "nobody"]).await.1).contains("mail"));
    }

    #[tokio::test]
    async fn a_sqlite_file_is_the_servers_alone_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let config = with_ann(folder.path()).await;
        let server = wiring::open_store(&config).await.unwrap();
        let (said, done) = say(&config, &["export", "ann@example.com"]).await;
        assert_eq!(said, "");
        assert!(format!("{:#}", done.unwrap_err()).contains("server"));
        server.close().await;
        say(&config, &["export", "ann@example.com"]).await.1.unwrap();
    }
}
