//! Lists of terms and what they mean: each meaning is said with its terms.

/// So long may a term be, in characters; what is longer is a text.
const MAX_TERM: usize = 200;

/// A list that is open.
#[derive(Default)]
pub struct Definitions {
    terms: Vec<String>,
    in_term: bool,
    /// Whether the text that comes is the first of a meaning.
    begins: bool,
    is_said: bool,
}

impl Definitions {
    /// A term begins or ends.
    pub fn term(&mut self, opens: bool) {
        if opens && self.is_said {
            self.terms.clear();
            self.is_said = false;
        }
        self.in_term = opens;
        self.begins = false;
    }

    /// A meaning begins or ends.
    pub fn meaning(&mut self, opens: bool) {
        self.in_term = false;
        self.begins = opens;
    }

    /// Takes a text if it is a term.
    pub fn takes(&mut self, text: &str) -> bool {
        let takes = self.in_term && text.chars().count() <= MAX_TERM;
        if takes {
            self.terms.push(text.trim_end_matches([':', ' ']).to_owned());
        }
        takes
    }

    /// The terms that the next text means, if it is the first of a meaning.
    pub fn name(&mut self) -> Option<String> {
        let name = std::mem::take(&mut self.begins).then(|| self.terms.join(", ")).filter(|name| !name.is_empty());
        self.is_said |= name.is_some();
        name
    }

    /// Terms that nothing was said of.
    pub fn rest(self) -> String {
        if self.is_said { String::new() } else { self.terms.join(", ") }
    }
}
