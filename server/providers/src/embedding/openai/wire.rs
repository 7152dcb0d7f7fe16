use serde::{Deserialize, Serialize};

/// How much of a server's words is passed on.
const WORDS: usize = 300;

#[derive(Serialize)]
pub(super) struct Request<'a> {
    pub(super) model: &'a str,
    pub(super) input: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dimensions: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    /// Some lookalikes leave it out: then the order counts.
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl Answer {
    /// The vectors in the order of the texts, each of length 1. The error is a clause about the server.
    pub(super) fn vectors(self, count: usize, dimensions: usize) -> Result<Vec<Vec<f32>>, String> {
        if self.data.len() != count {
            return Err(format!("it made {} vectors of {count} texts", self.data.len()));
        }
        let mut vectors = vec![Vec::new(); count];
        for (place, item) in self.data.into_iter().enumerate() {
            let index = item.index.unwrap_or(place);
            if item.embedding.len() != dimensions {
                return Err(format!("its vectors have {} numbers, not {dimensions}: set embeddings_dimensions", item.embedding.len()));
            }
            let slot = vectors.get_mut(index).filter(|slot| slot.is_empty());
            *slot.ok_or_else(|| format!("its numbering is wrong at {index}"))? = normalized(item.embedding)?;
        }
        Ok(vectors)
    }
}

fn normalized(mut vector: Vec<f32>) -> Result<Vec<f32>, String> {
    let length = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
    if !length.is_finite() || length <= 0.0 {
        return Err("a vector has no length".to_owned());
    }
    for x in &mut vector {
        *x = (f64::from(*x) / length) as f32;
    }
    Ok(vector)
}

/// `{"error":{"message","type","code"}}`, or whatever else the server says.
pub(super) struct Trouble {
    message: String,
    code: String,
}

impl Trouble {
    pub(super) fn read(body: &[u8]) -> Self {
        let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let error = &json["error"];
        let message = text(&error["message"]).or_else(|| text(error)).or_else(|| text(&json["message"])).or_else(|| text(&json["detail"]));
        let code = text(&error["code"]).or_else(|| text(&error["type"])).unwrap_or_default();
        Self { message: message.unwrap_or_default(), code }
    }

    /// What is used up comes not back by waiting.
    pub(super) fn is_quota(&self) -> bool {
        self.code == "insufficient_quota"
    }

    /// The server's words in one line, cut where they get long.
    pub(super) fn words(&self) -> String {
        let line: String = self.message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        line[..line.floor_char_boundary(WORDS)].trim().to_owned()
    }
}
