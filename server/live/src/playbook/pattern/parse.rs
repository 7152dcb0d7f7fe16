//! A phrase as it is written: its signs, its groups, its words.

use model::metrics::Words;

use super::Item;

/// One sign of a phrase as it is written.
#[derive(Debug, PartialEq)]
pub(super) enum Sign {
    Open,
    Close,
    Or,
    Optional,
    Gap(u8),
    Text(String),
}

/// Takes a phrase apart.
pub(super) fn signs(phrase: &str) -> Result<Vec<Sign>, String> {
    let mut signs = Vec::new();
    let mut characters = phrase.chars().peekable();
    while let Some(character) = characters.next() {
        signs.push(match character {
            '(' => Sign::Open,
            ')' => Sign::Close,
            '|' => Sign::Or,
            '?' => Sign::Optional,
            c if c.is_whitespace() => continue,
            '.' => {
                if characters.next_if_eq(&'.').is_none() {
                    return Err("a single point means nothing; a gap is `..`".to_owned());
                }
                let most = characters.next_if(char::is_ascii_digit).and_then(|digit| digit.to_digit(10)).unwrap_or(3);
                Sign::Gap(most as u8)
            }
            c => {
                let mut text = String::from(c);
                while let Some(more) = characters.next_if(|c| c.is_alphanumeric() || matches!(c, '\'' | '*' | '-')) {
                    text.push(more);
                }
                Sign::Text(text)
            }
        });
    }
    Ok(signs)
}

/// The sides of a group. Outside of brackets `|` chooses between two words or groups, inside between whole sides.
pub(super) fn group(signs: &[Sign], position: &mut usize, depth: usize) -> Result<Vec<Vec<Item>>, String> {
    if depth > 6 {
        return Err("brackets are nested too deeply".to_owned());
    }
    let mut sides = Vec::new();
    let mut side = Vec::new();
    while let Some(sign) = signs.get(*position) {
        *position += 1;
        let mut options = match sign {
            Sign::Close if depth > 0 => {
                sides.push(side);
                return Ok(sides);
            }
            Sign::Close => {
                *position -= 1;
                break;
            }
            Sign::Or if depth > 0 => {
                sides.push(std::mem::take(&mut side));
                continue;
            }
            Sign::Or => return Err("`|` must stand between two words".to_owned()),
            Sign::Optional => return Err("`?` must follow a word or a group".to_owned()),
            Sign::Gap(most) => {
                side.push(Item::Gap(*most));
                continue;
            }
            Sign::Open => group(signs, position, depth + 1)?,
            Sign::Text(text) => vec![literal(text)?],
        };
        while depth == 0 && signs.get(*position) == Some(&Sign::Or) {
            *position += 2;
            match signs.get(*position - 1) {
                Some(Sign::Text(text)) => options.push(literal(text)?),
                Some(Sign::Open) => options.extend(group(signs, position, depth + 1)?),
                _ => return Err("`|` must stand between two words".to_owned()),
            }
        }
        if signs.get(*position) == Some(&Sign::Optional) {
            *position += 1;
            options.push(Vec::new());
        }
        match options.len() {
            1 => side.extend(options.pop().unwrap_or_default()),
            _ => side.push(Item::Choice(options)),
        }
    }
    if depth > 0 {
        return Err("an opening bracket is never closed".to_owned());
    }
    Ok(vec![side])
}

/// A word as the engine sees it: contractions become two items.
fn literal(text: &str) -> Result<Vec<Item>, String> {
    let (text, prefix) = text.strip_suffix('*').map_or((text, false), |start| (start, true));
    let words = Words::of(text);
    if words.is_empty() || text.contains('*') {
        return Err(format!("\"{text}\" is no word"));
    }
    let mut items: Vec<Item> = (0..words.len()).map(|index| Item::Word(words.word(index).to_owned())).collect();
    if let Some(Item::Word(last)) = items.last().filter(|_| prefix) {
        let start = Item::Prefix(last.clone());
        items.pop();
        items.push(start);
    }
    Ok(items)
}
