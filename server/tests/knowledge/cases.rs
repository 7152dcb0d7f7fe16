//! Files that broke the product once, each with what has to be read in it and answered from it. Each is one example of a kind; the
//! kinds' own tests are in `documents`, `terms` and `domain`.

use std::collections::HashMap;
use std::path::Path;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::form::{DOCUMENTS, Form, given, path, ready, send};
use crate::support::{Program, TestServer};

/// A file, what a reader sees in it, and what was read once and no reader sees.
const READ: &[(&str, &[&str], &[&str])] = &[
    (
        "k1-table.html",
        &[
            "Plan: Meadow; Set-up fee: –; Monthly price: 240 euros; Notice: 30 days",
            "Region: North; Channel: Mail; Answer within: 9 hours",
            "Not offered",
        ],
        &[],
    ),
    ("k2-merged.xlsx", &["Plan: Meadow; Measure: Storage; Limit: 5 GB"], &[]),
    ("k2-merged.docx", &["Plan: Meadow; Measure: Storage; Limit: 5 GB"], &[]),
    ("k3-formats.xlsx", &["15.0%", "1,020.00", "EUR", "00004"], &["0.15"]),
    ("k4a-info-rows.csv", &["Plan: Meadow; Monthly price: 240 euros; Notice: 30 days"], &[]),
    ("k4b-two-tables.xlsx", &["Add-on: Data import; One-time fee: 750"], &[]),
    ("k4c-years.csv", &["Region: Area 90; 2025: 190 seats; 2026: 290 seats; 2027: 390 seats"], &[]),
    ("k5-rotate90.pdf", &["A seat costs twelve euros a month."], &[]),
    ("k5-rotate270.pdf", &["A seat costs twelve euros a month."], &[]),
    ("k6-clauses.docx", &["2.2 Late fees are two percent a month."], &[]),
    ("k7-checkmarks.docx", &["Single sign-on", "✗", "✓"], &[]),
    ("k8-footnote-marks.pdf", &["12"], &["121 euros", "4002", "53 GB"]),
    ("r6-wrapped-cells.pdf", &["30 days before the end of the year"], &["before the days"]),
    ("x2-struck.html", &["240"], &["300 euros 240"]),
    ("x3-sep.csv", &["Plan: Meadow; Monthly price: 240,50; Notice: 30 days"], &["sep="]),
    ("x4-stub.eml", &[], &["does not show HTML"]),
    ("x5-front-matter-crlf.md", &["Notice is thirty days.", "a | b"], &["99812"]),
    ("x6-hidden-row.xlsx", &[], &["199 euros"]),
    ("x7-white-text.pdf", &[], &["free of charge for partners"]),
    ("x8-line-end-hyphen.pdf", &["long-term", "pay-per-use"], &["longterm", "payper-use"]),
];

/// A file, a question, what the answer has, and what it never has; without what it has there is none.
const ANSWERED: &[(&str, &str, &[&str], &[&str])] = &[
    ("k1-table.html", "What is the set-up fee of the Meadow plan?", &[], &["240", "400"]),
    ("k1-table.html", "How fast is mail answered in the North?", &["9 hours"], &["20 minutes"]),
    ("k2-merged.xlsx", "How much storage has the Meadow plan?", &["5 GB"], &["80 GB", "20"]),
    ("k2-merged.docx", "How much storage has the Meadow plan?", &["5 GB"], &["80 GB"]),
    ("k3-formats.xlsx", "What discount do 50 seats get?", &["15.0%"], &[]),
    ("k4c-years.csv", "How many seats has Area 90 in 2026?", &["290 seats"], &["291 seats"]),
    ("k6-clauses.docx", "What does clause 2.2 say?", &["2.2 Late fees are two percent a month."], &[]),
    ("k7-checkmarks.docx", "Does the Meadow plan have single sign-on?", &["Single sign-on", "✗"], &[]),
    ("k8-footnote-marks.pdf", "What does a seat cost?", &["12"], &["121"]),
    ("k4a-info-rows.csv", "What is the notice of the Meadow plan?", &["30 days"], &["90 days"]),
    ("k4a-info-rows.csv", "What does Meadow cost?", &["240 euros"], &["980 euros"]),
    ("r3-names.md", "Who is in Lodz?", &["Łukasz Wróbel"], &[]),
    ("r3-names.md", "Soren Odegaard", &["Søren Ødegaard"], &[]),
    ("r3-names.md", "Gartenstrasse", &["Gartenstraße 5"], &[]),
    ("r4-compounds.md", "SOC2?", &["SOC 2 report"], &[]),
    ("r4-compounds.md", "Do you have WiFi?", &["Wi-Fi"], &[]),
    ("r4-compounds.md", "Email?", &["e-mail"], &[]),
    ("r5-tiers.md", "What does a request cost beyond 50000?", &["3 cents"], &["4 cents", "2 cents"]),
    ("r5-tiers.md", "What does a request cost beyond fifty thousand?", &["3 cents"], &["4 cents", "2 cents"]),
    ("r5-tiers.md", "250000 requests", &["2 cents"], &["4 cents", "3 cents"]),
    ("r6-wrapped-cells.pdf", "What is the notice of the Meadow plan?", &["30 days before the end of the year"], &["before the days"]),
    ("x9-languages.md", "What does the C# kit run on?", &["release 8"], &["compiler"]),
    ("x9-languages.md", "What does the C++ kit need?", &["2019"], &["2015"]),
];

/// Gives every file, each in a collection of its own; the documents and the collections by file.
async fn all_given(program: &Program) -> HashMap<String, (String, String)> {
    let mut given_as = HashMap::new();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/knowledge/cases")).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let made = program.post("/api/v1/knowledge/collections", json!({ "name": name, "access": "everybody" })).await;
        let collection = made.body["data"]["id"].as_str().unwrap().to_owned();
        let form = Form::default().field("collection", &collection).file(&name, &std::fs::read(&file).unwrap());
        given_as.insert(name, (given(&send(program, DOCUMENTS, form).await), collection));
    }
    for (document, _) in given_as.values() {
        ready(program, document).await;
    }
    given_as
}

/// All that was read in a document.
async fn read(program: &Program, id: &str) -> String {
    let passages = program.get(&path(id, "/passages?limit=200")).await.body["data"].clone();
    let text = |passage: &Value| {
        let headings = passage["place"]["headings"].as_array().unwrap().iter().map(|heading| heading.as_str().unwrap().to_owned());
        headings.chain([passage["text"].as_str().unwrap().to_owned()]).collect::<Vec<_>>().join("\n")
    };
    passages.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join("\n\n")
}

/// What of `there` a text lacks, and what of `gone` it has.
fn faults(what: &str, text: &str, there: &[&str], gone: &[&str]) -> Vec<String> {
    let missing = there.iter().filter(|expected| !text.contains(**expected)).map(|expected| format!("{what}: no “{expected}” in\n{text}"));
    let found = gone.iter().filter(|unexpected| text.contains(**unexpected)).map(|found| format!("{what}: “{found}” in\n{text}"));
    missing.chain(found).collect()
}

#[tokio::test]
async fn what_a_reader_sees_is_read_and_answers_of_the_very_subject() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let files = all_given(&ann).await;
    let mut found = Vec::new();
    for (file, there, gone) in READ {
        found.extend(faults(file, &read(&ann, &files[*file].0).await, there, gone));
    }
    for (file, question, there, gone) in ANSWERED {
        let filter = json!({ "collection": files[*file].1 });
        let answer = ann.post("/api/v1/knowledge/ask", json!({ "text": question, "filter": filter })).await;
        assert_eq!(answer.status, StatusCode::OK, "{question}: {:?}", answer.body);
        let lines = answer.body["data"]["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap());
        let text = lines.collect::<Vec<_>>().join("\n");
        let what = format!("{file}, {question}");
        if there.is_empty() && !text.is_empty() {
            found.push(format!("{what}: answered with\n{text}"));
        }
        found.extend(faults(&what, &text, there, gone));
    }
    assert!(found.is_empty(), "{} faults\n\n{}", found.len(), found.join("\n\n"));
}
