//! Questions that people labelled (`tests/knowledge`), and what is right.

use serde::Deserialize;

/// A line of a file of questions.
#[derive(Deserialize)]
pub struct Labelled {
    pub id: String,
    /// Whose documents it is asked of, where a set has several.
    #[serde(default)]
    pub seller: String,
    pub question: String,
    pub answerable: bool,
    any_of: Vec<Vec<String>>,
}

impl Labelled {
    /// Whether a text says all parts of one of the answers.
    pub fn is_said_by(&self, text: &str) -> bool {
        let text = flat(text);
        self.any_of.iter().any(|all| all.iter().all(|part| text.contains(&flat(part))))
    }
}

/// Lower case, white space as one space each.
fn flat(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
