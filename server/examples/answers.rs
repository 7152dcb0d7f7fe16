//! What is weighed for answers to questions of labelled sets, as JSON lines: `answers NAME=DOCUMENTS,QUESTIONS[,SELLER]…`.
//!
//! Each set's documents are given to an organization of their own, as a person gives them. A line is a question with all that was told in what it
//! found, each with its signs and whether it is right.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for developers"
)]

#[path = "support/labelled.rs"]
mod labelled;
#[path = "support/person.rs"]
mod person;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use domain::knowledge;
use labelled::Labelled;
use model::{DocumentFilter, DocumentState, NewUpload, Question};
use person::signed_up;
use serde_json::json;
use server::config::{Config, Settings};
use server::wiring;
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|word| word == "extract-document") {
        return documents::child_main();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for set in arguments {
        let (name, rest) = set.split_once('=').expect("NAME=DOCUMENTS,QUESTIONS[,SELLER]");
        let parts: Vec<&str> = rest.split(',').collect();
        runtime.block_on(measure(name, Path::new(parts[0]), Path::new(parts[1]), parts.get(2).copied().unwrap_or_default()));
    }
    ExitCode::SUCCESS
}

async fn measure(set: &str, documents: &Path, questions: &Path, seller: &str) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::from_settings(Settings { data_dir: Some(folder.path().to_owned()), ..Settings::default() }).unwrap();
    let services = wiring::wire(&config).await.unwrap();
    let scope = signed_up(&services).await;
    let mut files: Vec<PathBuf> = std::fs::read_dir(documents).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let content = bytes::Bytes::from(std::fs::read(&file).unwrap());
        let file_name = file.file_name().unwrap().to_string_lossy().into_owned();
        let new = NewUpload { file_name, bytes: content.len() as u64, ..NewUpload::default() };
        knowledge::give_file(&services, &scope, new, Vec::new(), futures::stream::iter([Ok(content)])).await.unwrap();
    }
    let stop = CancellationToken::new();
    let jobs = tokio::spawn({
        let (services, stop) = (services.clone(), stop.clone());
        async move { domain::work(&services, &stop).await }
    });
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let given = knowledge::documents(&services, &scope, DocumentFilter::default(), None, 100).await.unwrap().items;
        let size = knowledge::overview(&services, &scope).await.unwrap().size;
        if given.iter().all(|document| document.state == DocumentState::Ready) && size.embedded == size.passages {
            break;
        }
    }
    for line in std::fs::read_to_string(questions).unwrap().lines() {
        let labelled: Labelled = serde_json::from_str(line).unwrap();
        if labelled.seller != seller && !seller.is_empty() {
            continue;
        }
        let told =
            knowledge::weighed(&services, &scope, Question { text: labelled.question.clone(), ..Question::default() }).await.unwrap();
        let told: Vec<_> = told
            .into_iter()
            .map(|told| {
                let signs: serde_json::Map<_, _> = told.signs.into_iter().map(|(name, number)| (name, json!(number))).collect();
                json!({
                    "right": labelled.is_said_by(&told.text),
                    "text": told.text,
                    "title": told.title,
                    "headings": told.headings,
                    "promise": told.promise,
                    "signs": signs,
                })
            })
            .collect();
        let (id, question, answerable) = (&labelled.id, &labelled.question, labelled.answerable);
        println!("{}", json!({ "set": set, "id": id, "question": question, "answerable": answerable, "told": told }));
    }
    stop.cancel();
    jobs.await.unwrap();
}
