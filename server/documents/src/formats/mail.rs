//! EML: who wrote to whom, when and about what; the text; attachments as parts.

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use model::PlaceKind;

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::{Reading, archive, html};

/// Whether a text begins like a mail: only headers, and those of mails among them.
pub fn looks_so(text: &str) -> bool {
    let mut known = 0;
    let mut headers = 0;
    for line in text.lines().take(60) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) || line.starts_with("From ") {
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')) else {
            return false;
        };
        headers += 1;
        let name = name.to_ascii_lowercase();
        let is_known = ["from", "to", "subject", "date", "received", "message-id", "mime-version", "content-type", "return-path"]
            .contains(&name.as_str());
        known += usize::from(is_known);
    }
    headers >= 2 && known >= 2
}

/// Reads a mail.
pub fn read(bytes: &[u8], reading: &Reading, out: &mut Content) -> Result<(), Failure> {
    let Some(message) = MessageParser::default().parse(bytes) else { return Err(Failure::broken("mail")) };
    let subject = one_line(message.subject().unwrap_or_default(), 200);
    out.title.clone_from(&subject);
    out.begin(PlaceKind::Part, if subject.is_empty() { "Message" } else { &subject });
    let date = message.date().map(|date| format!("{:04}-{:02}-{:02} {:02}:{:02}", date.year, date.month, date.day, date.hour, date.minute));
    let lines = [
        ("From", message.from().map(people)),
        ("To", message.to().map(people)),
        ("Cc", message.cc().map(people)),
        ("Date", date),
        ("Subject", (!subject.is_empty()).then_some(subject)),
    ];
    for (name, value) in lines {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.line(&format!("{name}: {value}"))?;
        }
    }
    bodies(&message, out)?;
    for (index, part) in message.attachments().enumerate() {
        let name = one_line(part.attachment_name().unwrap_or_default(), 120);
        // Pictures of signatures and trackers are no documents.
        let is_picture = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
        if is_picture {
            continue;
        }
        if !out.budget.open() {
            out.note("This mail has more attachments than one document may have: the last ones were not read.");
            break;
        }
        let (fallback, nested) = match &part.body {
            PartType::Message(_) => {
                ("message.eml", bytes.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default().into())
            }
            PartType::Html(text) => ("attachment.html", text.as_bytes().to_vec()),
            PartType::Text(text) => ("attachment.txt", text.as_bytes().to_vec()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => ("attachment", bytes.to_vec()),
            PartType::Multipart(_) => continue,
        };
        let name = if name.is_empty() { format!("{} {fallback}", index + 1) } else { name };
        out.budget.unpack(nested.len() as u64)?;
        let (parts, rest) = reading.inner(&nested, &name, out);
        archive::add(parts, &name, out);
        rest?;
    }
    Ok(())
}

/// Writes the text of a mail as its reader sees it: that of the HTML. Where the plain text says far more, the HTML is a picture or a link.
fn bodies(message: &Message, out: &mut Content) -> Result<(), Failure> {
    let read = |html: bool, out: &mut Content| {
        let mut write = |part: &MessagePart| match &part.body {
            PartType::Html(text) => html::read(text, out),
            PartType::Text(text) => super::paragraphs(text, out),
            _ => Ok(()),
        };
        if html { message.html_bodies().try_for_each(&mut write) } else { message.text_bodies().try_for_each(&mut write) }
    };
    let is_html = |part: &MessagePart| matches!(part.body, PartType::Html(_));
    if !message.html_bodies().any(is_html) || message.text_bodies().all(is_html) {
        return read(false, out);
    }
    let budget = out.budget.copy();
    let letters_of = |html: bool| {
        let mut tried = Content::new(&budget);
        // What doesn't fit is long enough to be compared.
        let _ = read(html, &mut tried);
        tried.letters()
    };
    let plain = letters_of(false);
    read(letters_of(true) * 10 >= plain * 6, out)
}

fn people(address: &Address) -> String {
    let people: Vec<String> = address
        .iter()
        .take(50)
        .map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (name, address) => name.or(address).unwrap_or_default().to_owned(),
        })
        .collect();
    one_line(&people.join(", "), 2_000)
}
