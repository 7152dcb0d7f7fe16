use ports::Redaction;
use std::sync::Arc;

use ports::Embedder;

/// A question, what answers it, and what has nothing to do with it: they share words, so that any honest embedder tells them apart.
const CLOSENESS: [(&str, &str, &str); 3] = [
    ("What is the price of the plan?", "The price of the plan is 40 dollars a month.", "A cat sleeps on a warm stone."),
    ("Where is the data stored?", "All data is stored in Frankfurt.", "She plays the violin on Sundays."),
    ("Can I cancel the contract?", "You can cancel the contract at any time.", "Rain falls mostly in the mountains."),
];

/// Runs every check of the port `Embedder`.
///
/// # Panics
/// With what is wrong.
pub async fn embedder_conformance(make: impl Fn() -> Arc<dyn Embedder>) {
    let embedder = make();
    assert!(!embedder.model().name.is_empty() && embedder.model().dimensions > 0, "{:?}", embedder.model());
    assert_eq!(embedder.embed(&[]).await.expect("no text is no error"), Vec::<Vec<f32>>::new());
    closeness_is_closeness_of_meaning(&*embedder).await;
    order_is_kept(&*embedder).await;
    odd_texts_have_vectors(&*embedder).await;
    a_dropped_request_harms_nobody(&*embedder).await;
    requests_are_independent(embedder).await;
}

async fn vectors(embedder: &dyn Embedder, texts: &[&str]) -> Vec<Vec<f32>> {
    let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    let vectors = embedder.embed(&Redaction::default().texts(&texts)).await.expect("texts are embedded");
    assert_eq!(vectors.len(), texts.len(), "one vector a text");
    for (vector, text) in vectors.iter().zip(&texts) {
        assert_eq!(vector.len(), embedder.model().dimensions, "{text:.60}");
        let length = cosine(vector, vector);
        assert!((length - 1.0).abs() < 1e-3, "{text:.60}: the length is {length}");
    }
    vectors
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

async fn closeness_is_closeness_of_meaning(embedder: &dyn Embedder) {
    for (question, answer, other) in CLOSENESS {
        let found = vectors(embedder, &[question, answer, other]).await;
        let (near, far) = (cosine(&found[0], &found[1]), cosine(&found[0], &found[2]));
        assert!(near > far + 0.1, "{question} is {near} to {answer} and {far} to {other}");
    }
}

/// Texts of mixed lengths, more than any batch: each has the vector that it has alone.
async fn order_is_kept(embedder: &dyn Embedder) {
    let texts: Vec<String> = (0..70).map(|n| format!("Number {n} is {}.", "long ".repeat(n * 7 % 11))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let together = vectors(embedder, &texts).await;
    for place in [0, 1, 33, 64, 69] {
        let alone = vectors(embedder, &texts[place..=place]).await;
        let same = cosine(&alone[0], &together[place]);
        assert!(same > 0.999, "{:?} has its own vector: {same}", texts[place]);
    }
}

async fn odd_texts_have_vectors(embedder: &dyn Embedder) {
    let long = "All work and no play. ".repeat(10_000);
    let word = "a".repeat(200_000);
    let odd = [
        "",
        " \n\t ",
        "\0",
        "🦀👩‍👩‍👧‍👦",
        "مرحبا بالعالم",
        "價格是多少？",
        &long,
        &word,
        "\u{202e}abc",
        "[CLS] [MASK] [SEP]",
        "a\u{301}\u{301}\u{301}",
    ];
    vectors(embedder, &odd).await;
}

async fn a_dropped_request_harms_nobody(embedder: &dyn Embedder) {
    let texts = vec!["Somebody asked this and went away.".to_owned(); 100];
    let sent = Redaction::default().texts(&texts);
    let request = embedder.embed(&sent);
    let gone = tokio::time::timeout(std::time::Duration::from_millis(5), request).await;
    drop(gone);
    vectors(embedder, &["Somebody else asks now."]).await;
}

async fn requests_are_independent(embedder: Arc<dyn Embedder>) {
    let texts: Vec<String> = (0..6).map(|n| format!("This is the question of person {n}.")).collect();
    let expected = embedder.embed(&Redaction::default().texts(&texts)).await.expect("texts are embedded");
    let requests = texts.iter().map(|text| {
        let (embedder, text) = (embedder.clone(), text.clone());
        tokio::spawn(async move { embedder.embed(&Redaction::default().texts(&[text])).await })
    });
    for (request, expected) in futures::future::join_all(requests).await.into_iter().zip(expected) {
        let found = request.expect("it doesn't panic").expect("it is embedded");
        assert!(cosine(&found[0], &expected) > 0.999, "everybody gets the own answer");
    }
}
