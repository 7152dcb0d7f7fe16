//! How good search in documents is, as the product does it: `key=value` lines for `cargo xtask bench`.
//!
//! `cargo run -p server --release --example retrieval -- DATA`: DATA is a folder with `shared/passages.jsonl` (`id`, `text`) and
//! `public/queries.jsonl` (`query`, `gold`, `answerable`). Each passage becomes a document. Printed are, by words and with the model that
//! comes along, recall at 1 and 5 and MRR at 10 over the answerable questions, how many of them are answered, how many of the unanswerable ones are
//! refused, and what a search and an answer take. It takes some minutes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for developers"
)]

#[path = "support/person.rs"]
mod person;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::knowledge;
use domain::knowledge::KnowledgeKernel as _;
use domain::{Actor, Kernel};
use model::{CollectionAccess, DocumentId, DocumentSource, DocumentState, NewCollection, Passage, Place, PlaceKind, Question};
use person::signed_up;
use serde::Deserialize;
use server::config::{Config, EmbeddingsKind, Settings};
use server::wiring;
use store::knowledge::alone::Alone as _;
use store::knowledge::{NewDocument, NewVersion};
use tokio_util::sync::CancellationToken;

#[derive(Deserialize)]
struct Text {
    id: String,
    text: String,
}

#[derive(Deserialize)]
struct Query {
    query: String,
    gold: Option<String>,
    answerable: bool,
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{} can't be read: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let data = arguments.next().expect("name the folder of the benchmark");
    let texts: Vec<Text> = read(&data.join("shared/passages.jsonl"));
    let queries: Vec<Query> = read(&data.join("public/queries.jsonl"));
    measure("words", Settings { embeddings: Some(EmbeddingsKind::None), ..Settings::default() }, &texts, &queries).await;
    measure("hybrid", Settings::default(), &texts, &queries).await;
}

async fn measure(name: &str, settings: Settings, texts: &[Text], queries: &[Query]) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::from_settings(Settings { data_dir: Some(folder.path().to_owned()), ..settings }).unwrap();
    let services = wiring::wire(&config).await.unwrap();
    let scope = signed_up(&services).await;
    keep(&services, &scope, texts).await;
    embed(name, &services, &scope).await;
    let (mut first, mut five, mut reciprocal, mut answered, mut refused) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut times, mut answers) = (Vec::new(), Vec::new());
    for query in queries {
        let question = Question { text: query.query.clone(), ..Question::default() };
        let started = Instant::now();
        let result = knowledge::search(&services, &scope, question.clone()).await.unwrap();
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        if !query.answerable {
            refused += f64::from(u8::from(result.hits.is_empty()));
            continue;
        }
        answered += f64::from(u8::from(!result.hits.is_empty()));
        let started = Instant::now();
        let considered = knowledge::ask(&services, &scope, question).await.unwrap().considered;
        answers.push(started.elapsed().as_secs_f64() * 1_000.0);
        if let Some(place) = considered.iter().position(|hit| Some(&hit.citation.title) == query.gold.as_ref()) {
            first += f64::from(u8::from(place == 0));
            five += f64::from(u8::from(place < 5));
            reciprocal += 1.0 / (place + 1) as f64;
        }
    }
    let answerable = queries.iter().filter(|query| query.answerable).count() as f64;
    let unanswerable = queries.len() as f64 - answerable;
    let at = |times: &mut Vec<f64>, share: usize| {
        times.sort_by(f64::total_cmp);
        times[(times.len() * share / 100).min(times.len() - 1)]
    };
    println!("retrieval.{name}.r1={:.3}", first / answerable);
    println!("retrieval.{name}.r5={:.3}", five / answerable);
    println!("retrieval.{name}.mrr10={:.4}", reciprocal / answerable);
    println!("retrieval.{name}.answerable_answered={:.3}", answered / answerable);
    println!("retrieval.{name}.unanswerable_refused={:.3}", refused / unanswerable);
    println!("retrieval.{name}.question_p50_ms={:.1}", at(&mut times, 50));
    println!("retrieval.{name}.question_p95_ms={:.1}", at(&mut times, 95));
    println!("retrieval.{name}.answer_p50_ms={:.1}", at(&mut answers, 50));
    println!("retrieval.{name}.answer_p95_ms={:.1}", at(&mut answers, 95));
}

async fn keep(services: &Kernel, scope: &Actor, texts: &[Text]) {
    let general = NewCollection { name: "General".into(), access: CollectionAccess::Everybody };
    let collection = knowledge::create_collection(services, scope, general).await.unwrap().id;
    let (store, organization, at) = (services.store(), scope.organization, services.now());
    for text in texts {
        let id = DocumentId(services.uuid());
        let file = NewVersion {
            file_name: text.id.clone(),
            bytes: 1,
            hash: [0; 32],
            object_key: services.uuid().to_string(),
            member: None,
            upload: None,
            state: DocumentState::Waiting,
            at,
        };
        let new = NewDocument {
            id,
            collection,
            website: None,
            title: text.id.clone(),
            folder: String::new(),
            source: DocumentSource::Text,
            address: String::new(),
            tags: Vec::new(),
            unless_there: false,
            file,
        };
        store.insert_document(organization, &new).await.unwrap();
        let place = Place { kind: PlaceKind::Whole, number: 1, label: String::new(), headings: Vec::new() };
        assert!(store.begin_passages(organization, id, 1).await.unwrap());
        assert!(store.add_passages(organization, id, 1, &[Passage { number: 1, place, text: text.text.clone() }]).await.unwrap());
        assert!(store.publish_passages(organization, id, 1, DocumentState::Ready).await.unwrap());
    }
}

/// Lets the server's own jobs embed what is there, if there is a model.
async fn embed(name: &str, services: &Kernel, scope: &Actor) {
    if services.knowledge().embeddings.is_none() {
        return;
    }
    let (stop, started) = (CancellationToken::new(), Instant::now());
    let jobs = tokio::spawn({
        let (services, stop) = (services.clone(), stop.clone());
        async move { domain::work(&services, &stop).await }
    });
    let passages = loop {
        let size = knowledge::overview(services, scope).await.unwrap().size;
        if size.embedded == size.passages {
            break size.passages;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    // With the ten seconds that the job waits before it begins taken off.
    println!("retrieval.{name}.passages_embedded_per_s={:.1}", passages as f64 / (started.elapsed().as_secs_f64() - 10.0).max(0.1));
    stop.cancel();
    jobs.await.unwrap();
}
