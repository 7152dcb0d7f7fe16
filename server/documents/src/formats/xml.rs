//! XML as a stream of what matters. Document type definitions are not read: an entity that only they define is nothing, so nothing
//! outside the file is ever opened and nothing multiplies.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use crate::content::Content;
use crate::failure::Failure;

/// One thing of an XML file.
pub enum Token<'x> {
    /// An element begins.
    Open(Tag<'x>),
    /// An element ends; its name without prefix.
    Close(String),
    /// Text.
    Text(String),
}

/// An element's name and attributes.
pub struct Tag<'x>(BytesStart<'x>);

impl Tag<'_> {
    /// Its name without prefix.
    pub fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// The value of an attribute, whatever its prefix.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.attributes().with_checks(false).flatten().find(|attribute| local(attribute.key.into_inner()) == name).map(|attribute| {
            attribute.normalized_value(XmlVersion::Implicit1_0).map_or_else(|_| attribute.value.to_string(), std::borrow::Cow::into_owned)
        })
    }

    /// The values of all attributes of this name, whatever their prefixes.
    pub fn all(&self, name: &str) -> Vec<String> {
        let mut attributes = self.0.attributes();
        let of_name = attributes.with_checks(false).flatten().filter(|attribute| local(attribute.key.into_inner()) == name);
        of_name.map(|attribute| attribute.value.to_string()).collect()
    }
}

/// Reads the texts of any XML file into the current part, a paragraph for each run.
pub fn read(text: &str, out: &mut Content) -> Result<(), Failure> {
    let mut skipped = 0u32;
    let mut run = String::new();
    let mut xml = Xml::new(text);
    for token in xml.by_ref() {
        match token {
            Token::Open(tag) if matches!(tag.name(), "script" | "style" | "metadata") => skipped += 1,
            Token::Close(name) if matches!(name.as_str(), "script" | "style" | "metadata") => skipped = skipped.saturating_sub(1),
            Token::Text(text) if skipped == 0 => run.push_str(&text),
            Token::Text(_) => {}
            Token::Open(_) | Token::Close(_) => out.line(std::mem::take(&mut run).trim())?,
        }
    }
    if xml.is_broken() { Err(Failure::broken("XML file")) } else { Ok(()) }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Reads XML. It ends at the first error: [`Xml::is_broken`] tells.
pub struct Xml<'x> {
    reader: quick_xml::Reader<&'x [u8]>,
    /// The end of an element without content.
    pending: Option<String>,
    broken: bool,
    elements: usize,
}

impl<'x> Xml<'x> {
    /// Reads this text.
    pub fn new(text: &'x str) -> Self {
        let mut reader = quick_xml::Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Self { reader, pending: None, broken: false, elements: 0 }
    }

    /// Whether it ended because of an error; or it has no element at all.
    pub fn is_broken(&self) -> bool {
        self.broken || self.elements == 0
    }

    /// The text up to the end of the element that was just opened, without what is within elements of these names.
    pub fn text_within(&mut self, name: &str, but: &[&str]) -> String {
        let (mut text, mut depth, mut skipped) = (String::new(), 1usize, 0usize);
        for token in self.by_ref() {
            match token {
                Token::Open(tag) => {
                    depth += usize::from(tag.name() == name);
                    skipped += usize::from(but.contains(&tag.name()));
                }
                Token::Close(closed) => {
                    if closed == name {
                        depth -= 1;
                        if depth == 0 {
                            break;
                        }
                    }
                    if but.contains(&closed.as_str()) {
                        skipped = skipped.saturating_sub(1);
                    }
                }
                Token::Text(more) if skipped == 0 => text.push_str(&more),
                Token::Text(_) => {}
            }
        }
        text
    }
}

impl<'x> Iterator for Xml<'x> {
    type Item = Token<'x>;

    fn next(&mut self) -> Option<Token<'x>> {
        if let Some(name) = self.pending.take() {
            return Some(Token::Close(name));
        }
        loop {
            match self.reader.read_event() {
                Ok(Event::Start(start)) => {
                    self.elements += 1;
                    return Some(Token::Open(Tag(start)));
                }
                Ok(Event::Empty(start)) => {
                    self.elements += 1;
                    let tag = Tag(start);
                    self.pending = Some(tag.name().to_owned());
                    return Some(Token::Open(tag));
                }
                Ok(Event::End(end)) => return Some(Token::Close(local(end.name().into_inner()).to_owned())),
                Ok(Event::Text(text)) => return Some(Token::Text(text.xml10_content().into_owned())),
                Ok(Event::CData(text)) => return Some(Token::Text(text.into_inner().into_owned())),
                Ok(Event::GeneralRef(reference)) => {
                    let name = reference.borrow().into_inner().into_owned();
                    if let Ok(Some(c)) = reference.resolve_char_ref() {
                        return Some(Token::Text(c.to_string()));
                    }
                    if let Some(text) = quick_xml::escape::resolve_predefined_entity(&name) {
                        return Some(Token::Text(text.to_owned()));
                    }
                }
                Ok(Event::Eof) => return None,
                Ok(_) => {}
                Err(_) => {
                    self.broken = true;
                    return None;
                }
            }
        }
    }
}
