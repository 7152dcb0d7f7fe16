//! How good and how fast finding passages is, on both engines; `key=value` lines for `cargo xtask bench`.
//!
//! `cargo run -p store --features test-utils --example retrieval_by_words [-- SIZE…]` prints R@1, R@5 and MRR@10 by words over the public half of
//! the benchmark, then what a question takes at 1,000, 10,000 and 100,000 passages (or the sizes given; 0 for none) by words
//! (`words_…`) and by words and vectors (`hybrid_…`), in an organization beside which there is another one of the same size; and what the
//! first question of a freshly started server takes, which loads the index (`first_ms`). Vectors are made up: 384 numbers, as
//! all-MiniLM-L6-v2 has. The benchmark's folder is `CLOSEZLY_RETRIEVAL`, else `../shared/data/retrieval` beside the repository.
//! Measure with `--release`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::DateTime;
use model::{
    CollectionAccess, CollectionId, DocumentFilter, DocumentId, DocumentSource, DocumentState, MemberId, Organization, OrganizationId,
    Passage, Person, PersonId, Place, PlaceKind, Role,
};
use serde::Deserialize;
use store::knowledge::alone::Alone as _;
use store::knowledge::{NewDocument, NewVersion};
use store::{Engine, NewAccount, Store, testing};
use uuid::Uuid;

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
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/retrieval");
    let folder = std::env::var_os("CLOSEZLY_RETRIEVAL").map_or(beside, PathBuf::from);
    folder.join("shared/passages.jsonl").exists().then_some(folder)
}

async fn organization(store: &Store, email: &str) -> (OrganizationId, CollectionId) {
    let organization =
        Organization { id: OrganizationId(Uuid::now_v7()), name: "Acme".into(), keep_audio: true, created_at: DateTime::UNIX_EPOCH };
    let person = Person {
        id: PersonId(Uuid::now_v7()),
        email: email.into(),
        name: "Ada".into(),
        time_zone: String::new(),
        created_at: DateTime::UNIX_EPOCH,
    };
    let id = organization.id;
    let account = NewAccount { organization, person, password_hash: String::new(), member: MemberId(Uuid::now_v7()), role: Role::Owner };
    let mut tx = store.begin().await.unwrap();
    store::identity::insert_account(&mut tx, &account).await.unwrap();
    tx.commit().await.unwrap();
    let general = store.default_collection(id, CollectionId(Uuid::now_v7()), "General", DateTime::UNIX_EPOCH).await.unwrap();
    (id, general.id)
}

async fn keep(store: &Store, (organization, collection): (OrganizationId, CollectionId), title: &str, texts: &[String]) {
    let id = DocumentId(Uuid::now_v7());
    let file = NewVersion {
        file_name: title.into(),
        bytes: 1,
        hash: [0; 32],
        object_key: title.into(),
        member: None,
        upload: None,
        state: DocumentState::Waiting,
        at: DateTime::UNIX_EPOCH,
    };
    let new = NewDocument {
        id,
        collection,
        website: None,
        title: title.into(),
        folder: String::new(),
        source: DocumentSource::Text,
        address: String::new(),
        tags: Vec::new(),
        unless_there: false,
        file,
    };
    store.insert_document(organization, &new).await.unwrap();
    let passages = texts.iter().zip(1..).map(|(text, number)| Passage {
        number,
        place: Place { kind: PlaceKind::Whole, number: 1, label: String::new(), headings: Vec::new() },
        text: text.clone(),
    });
    assert!(store.begin_passages(organization, id, 1).await.unwrap());
    assert!(store.add_passages(organization, id, 1, &passages.collect::<Vec<_>>()).await.unwrap());
    assert!(store.publish_passages(organization, id, 1, DocumentState::Ready).await.unwrap());
}

async fn quality(engine: Engine, texts: &[Text], queries: &[Query]) {
    let store = testing::open(engine).await;
    let organization = organization(&store, "a@example.com").await;
    for text in texts {
        keep(&store, organization, &text.id, std::slice::from_ref(&text.text)).await;
    }
    let (mut r1, mut r5, mut mrr, mut asked) = (0.0, 0.0, 0.0, 0.0);
    let (mut sure, mut unsure) = (Vec::new(), Vec::new());
    for query in queries {
        let found =
            store.lexical_search(organization.0, &query.query, &DocumentFilter::default(), CollectionAccess::Admins, 10).await.unwrap();
        let best = found.iter().map(|found| found.content_share).fold(0.0, f32::max);
        if !query.answerable {
            unsure.push(best);
            continue;
        }
        sure.push(best);
        asked += 1.0;
        if let Some(place) = found.iter().position(|found| Some(&found.passage.title) == query.gold.as_ref()) {
            r1 += f64::from(u8::from(place == 0));
            r5 += f64::from(u8::from(place < 5));
            mrr += 1.0 / (place + 1) as f64;
        }
    }
    let higher: f64 = sure
        .iter()
        .map(|a| {
            unsure
                .iter()
                .map(|b| {
                    if a > b {
                        1.0
                    } else if a < b {
                        0.0
                    } else {
                        0.5
                    }
                })
                .sum::<f64>()
        })
        .sum();
    let higher = higher / (sure.len() * unsure.len()).max(1) as f64;
    let engine = name(engine);
    println!("retrieval.{engine}.words_r1={:.3}", r1 / asked);
    println!("retrieval.{engine}.words_r5={:.3}", r5 / asked);
    println!("retrieval.{engine}.words_mrr10={:.4}", mrr / asked);
    println!("retrieval.{engine}.words_abstention_auroc={higher:.3}");
}

const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

/// A copy of a text in which every fifth word is another, so that the vocabulary grows as it does in real collections.
fn varied(text: &str, copy: usize) -> String {
    let words = text.split_whitespace().enumerate();
    let words = words
        .map(|(place, word)| if copy > 0 && (place + copy).is_multiple_of(5) { format!("{word}{}", copy % 977) } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

const MODEL: &str = "made-up/384";

/// A direction that a number leads to, of length 1.
fn vector(seed: u64) -> Vec<f32> {
    // xorshift64*
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let vector: Vec<f32> = (0..384).map(|_| next()).collect();
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.into_iter().map(|number| number / length).collect()
}

async fn embed(store: &Store, organization: OrganizationId) {
    let mut after = 0;
    loop {
        let passages = store.unembedded(organization, MODEL, None, after, 1_000).await.unwrap();
        let Some(last) = passages.last() else { return };
        after = last.serial;
        let vectors: Vec<(i64, Vec<f32>)> = passages.iter().map(|passage| (passage.serial, vector(passage.serial as u64))).collect();
        store.put_vectors(organization, MODEL, &vectors).await.unwrap();
    }
}

async fn speed(engine: Engine, texts: &[Text], queries: &[Query], size: usize) {
    let opened = testing::open(engine).await;
    let store = opened.store();
    let (ours, theirs) = (organization(&store, "a@example.com").await, organization(&store, "b@example.com").await);
    let started = Instant::now();
    for organization in [ours, theirs] {
        let all: Vec<String> = (0..size).map(|number| varied(&texts[number % texts.len()].text, number / texts.len())).collect();
        for (document, chunk) in all.chunks(200).enumerate() {
            keep(&store, organization, &format!("Document {document}"), chunk).await;
        }
    }
    let at = format!("retrieval.{}.{size}", name(engine));
    println!("{at}.kept_per_s={:.0}", 2.0 * size as f64 / started.elapsed().as_secs_f64());
    let started = Instant::now();
    for organization in [ours, theirs] {
        embed(&store, organization.0).await;
    }
    println!("{at}.vectors_kept_per_s={:.0}", 2.0 * size as f64 / started.elapsed().as_secs_f64());
    // Another server on the same database: it has loaded nothing yet.
    let fresh = Store::connect(opened.url()).await.unwrap();
    let (everything, everybody) = (DocumentFilter::default(), CollectionAccess::Everybody);
    let started = Instant::now();
    fresh.retrieve(ours.0, &queries[0].query, Some((MODEL, &vector(7))), &everything, everybody).await.unwrap();
    println!("{at}.first_ms={:.1}", started.elapsed().as_secs_f64() * 1_000.0);
    let (mut words, mut hybrid): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for (number, query) in queries.iter().take(300).enumerate() {
        let started = Instant::now();
        fresh.retrieve(ours.0, &query.query, None, &everything, everybody).await.unwrap();
        words.push(started.elapsed());
        let meaning = vector(1_000_000 + number as u64);
        let started = Instant::now();
        fresh.retrieve(ours.0, &query.query, Some((MODEL, &meaning)), &everything, everybody).await.unwrap();
        hybrid.push(started.elapsed());
    }
    for (what, mut times) in [("words", words), ("hybrid", hybrid)] {
        times.sort();
        let at_share = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
        println!("{at}.{what}_p50_ms={:.1}", at_share(50));
        println!("{at}.{what}_p95_ms={:.1}", at_share(95));
    }
}

#[tokio::main]
async fn main() {
    let Some(folder) = folder() else {
        println!(
            "The benchmark is not there. Set CLOSEZLY_RETRIEVAL to the folder that has shared/passages.jsonl and public/queries.jsonl."
        );
        return;
    };
    let texts: Vec<Text> = read(&folder.join("shared/passages.jsonl"));
    let queries: Vec<Query> = read(&folder.join("public/queries.jsonl"));
    for engine in [Engine::Sqlite, Engine::Postgres] {
        quality(engine, &texts, &queries).await;
    }
    let sizes: Vec<usize> = std::env::args().skip(1).map(|size| size.parse().expect("sizes are numbers")).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 10_000, 100_000] } else { sizes };
    for size in sizes.into_iter().filter(|size| *size > 0) {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            speed(engine, &texts, &queries, size).await;
        }
    }
}
