//! A page as a browser reads it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// What stands in a page.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Each opening tag with its attributes.
    pub elements: Vec<(String, Vec<(String, String)>)>,
    /// Each run of text.
    pub texts: Vec<String>,
}

#[derive(Default)]
struct Sink(RefCell<Parsed>, RefCell<String>);

impl Sink {
    fn end_text(&self) {
        let text = std::mem::take(&mut *self.1.borrow_mut());
        if !text.is_empty() {
            self.0.borrow_mut().texts.push(text);
        }
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                self.end_text();
                if tag.kind == TagKind::StartTag {
                    let attributes = tag.attrs.iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()));
                    self.0.borrow_mut().elements.push((tag.name.to_string(), attributes.collect()));
                    return match &*tag.name {
                        "title" | "textarea" => TokenSinkResult::RawData(Rcdata),
                        "style" => TokenSinkResult::RawData(Rawtext),
                        "script" => TokenSinkResult::RawData(ScriptData),
                        _ => TokenSinkResult::Continue,
                    };
                }
            }
            Token::CharacterTokens(text) => self.1.borrow_mut().push_str(&text),
            Token::EOFToken => self.end_text(),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Reads a page; JavaScript is off, so that what stands in `<noscript>` counts.
pub fn parse(page: &str) -> Parsed {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(page));
    while !matches!(tokenizer.feed(&queue), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.0.take()
}

impl Parsed {
    /// Whether this stands somewhere whole: as text, or as the value of an attribute.
    pub fn shows(&self, text: &str) -> bool {
        let values = self.elements.iter().flat_map(|(_, attributes)| attributes).map(|(_, value)| value);
        self.texts.iter().chain(values).any(|shown| shown.contains(text))
    }
}
