//! How fast the local model is, and how well vectors, words and blends of both find what answers a question.
//!
//! `cargo run -p providers --example retrieval -- MODEL DATA`: MODEL is a folder with all-MiniLM-L6-v2, DATA one with
//! `shared/passages.jsonl` (`id`, `text`) and `public/queries.jsonl` (`query`, `gold`, `answerable`). It takes some minutes.

#![allow(clippy::print_stdout, reason = "it is what it is for")]

mod bm25;
mod measure;

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use domain::ports::Embedder;
use providers::embedding::LocalModel;
use serde::Deserialize;

use bm25::Bm25;
use measure::{Gold, Scores, auroc, quality, threshold};

#[derive(Deserialize)]
struct Passage {
    id: String,
    text: String,
}

#[derive(Deserialize)]
struct Query {
    query: String,
    gold: Option<String>,
    answerable: bool,
}

fn lines<T: for<'a> Deserialize<'a>>(file: &Path) -> Result<Vec<T>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{} can't be read: {error}", file.display()))?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, data] = arguments.as_slice() else { return Err("name two folders: retrieval MODEL DATA".into()) };
    let passages: Vec<Passage> = lines(&Path::new(data).join("shared/passages.jsonl"))?;
    let queries: Vec<Query> = lines(&Path::new(data).join("public/queries.jsonl"))?;

    let start = Instant::now();
    let model = LocalModel::load(Path::new(model))?;
    println!("loaded in {:.1} s", start.elapsed().as_secs_f64());
    let texts: Vec<String> = passages.iter().map(|passage| passage.text.clone()).collect();
    let asked: Vec<String> = queries.iter().map(|query| query.query.clone()).collect();
    let found = embed("passages", &model, &model.passages(), &texts).await?;
    let questions = embed("questions", &model, &model.questions(), &asked).await?;

    let gold: Gold = queries
        .iter()
        .map(|query| {
            query.gold.as_ref().filter(|_| query.answerable).and_then(|gold| passages.iter().position(|passage| passage.id == *gold))
        })
        .collect();
    let cosine: Scores = questions.iter().map(|question| found.iter().map(|passage| dot(question, passage)).collect()).collect();
    let words = Bm25::new(&texts);
    let bm25: Scores = asked.iter().map(|question| words.scores(question)).collect();
    let reach: Vec<f64> = asked.iter().map(|question| words.reach(question)).collect();

    print("dense", &cosine, &gold);
    print("bm25", &bm25, &gold);
    println!("\nscore = w · lexical + (1 − w) · cosine; w is chosen on one half of the queries and tried on the other");
    for (name, lexical) in lexical(&bm25, &reach) {
        blend(name, &lexical, &cosine, &gold);
    }
    Ok(())
}

async fn embed(what: &str, model: &LocalModel, embedder: &dyn Embedder, texts: &[String]) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let tokens = texts.iter().map(|text| model.tokens(text)).sum::<Result<usize, _>>()?;
    let start = Instant::now();
    let vectors = embedder.embed(texts).await?;
    let seconds = start.elapsed().as_secs_f64();
    let (per_token, per_second) = (seconds * 1000.0 / tokens as f64, texts.len() as f64 / seconds);
    println!("{} {what}, {tokens} tokens: {seconds:.1} s, {per_token:.2} ms a token, {per_second:.1} {what}/s", texts.len());
    Ok(vectors)
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>())
}

/// The ways to bring the score of words near that of vectors. All but the first and the last mean the same for every question.
fn lexical(bm25: &Scores, reach: &[f64]) -> Vec<(&'static str, Scores)> {
    let each = |of: &dyn Fn(usize, &[f64]) -> Vec<f64>| -> Scores { bm25.iter().enumerate().map(|(q, row)| of(q, row)).collect() };
    let best = |row: &[f64]| row.iter().copied().fold(1e-9, f64::max);
    vec![
        ("s / max s", each(&|_, row| row.iter().map(|s| s / best(row)).collect())),
        ("s / reach", each(&|q, row| row.iter().map(|s| s / reach[q].max(1e-9)).collect())),
        ("s / (s + 5)", each(&|_, row| row.iter().map(|s| s / (s + 5.0)).collect())),
        ("s / (s + 8)", each(&|_, row| row.iter().map(|s| s / (s + 8.0)).collect())),
        ("s / (s + 12)", each(&|_, row| row.iter().map(|s| s / (s + 12.0)).collect())),
        ("sigmoid((s − 12) / 5)", each(&|_, row| row.iter().map(|s| 1.0 / (1.0 + ((12.0 - s) / 5.0).exp())).collect())),
        ("z / 10", each(&|_, row| z_scores(row))),
    ]
}

fn z_scores(row: &[f64]) -> Vec<f64> {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    let deviation = (row.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / row.len() as f64).sqrt().max(1e-9);
    row.iter().map(|s| (s - mean) / deviation / 10.0).collect()
}

fn blend(name: &str, lexical: &Scores, cosine: &Scores, gold: &Gold) {
    let mixed = |weight: f64| -> Scores {
        let row = |l: &Vec<f64>, c: &Vec<f64>| l.iter().zip(c).map(|(l, c)| weight * l + (1.0 - weight) * c).collect();
        lexical.iter().zip(cosine).map(|(l, c)| row(l, c)).collect()
    };
    let weights = (4..=16).map(|step| f64::from(step) * 0.05);
    let tried: Vec<(f64, Scores)> = weights.map(|weight| (weight, mixed(weight))).collect();
    for (chosen_on, tried_on) in [(0, 1), (1, 0)] {
        let half = |half: usize| move |query: usize| query % 2 == half;
        let best =
            tried.iter().max_by(|a, b| quality(&a.1, gold, half(chosen_on)).mrr.total_cmp(&quality(&b.1, gold, half(chosen_on)).mrr));
        let Some((weight, scores)) = best else { continue };
        println!("{name:<22} w {weight:.2}: the other half {}", quality(scores, gold, half(tried_on)));
        print(&format!("{name:<22} w {weight:.2}"), scores, gold);
    }
}

fn print(name: &str, scores: &Scores, gold: &Gold) {
    let (at, precision, recall) = threshold(scores, gold);
    println!(
        "{name}: all {}; unanswerable AUROC {:.3}; abstaining under {at:.3}: precision {precision:.3}, recall {recall:.3}",
        quality(scores, gold, |_| true),
        auroc(scores, gold)
    );
}
