//! A number format in its parts.

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum CodeToken {
    /// Shown as it stands.
    Literal(String),
    /// A place for a digit: `0`, `#` or `?`.
    Digit(char),
    /// The decimal point.
    Point,
    /// A comma: parts thousands, or divides by a thousand.
    Comma,
    /// `%`.
    Percent,
    /// `/` between digits.
    Slash,
    /// `E+` or `E-`.
    Exponent(char),
    /// `General`.
    General,
    /// `@`.
    Text,
    /// Letters of a date: `yyyy`, `mm`, `AM/PM`.
    Date(String),
    /// `[h]`: hours, minutes or seconds that go on beyond a day.
    Elapsed(char, usize),
}

/// When a section applies.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    operator: String,
    value: f64,
}

impl Condition {
    /// Whether it holds for a value.
    pub fn holds(&self, value: f64) -> bool {
        match self.operator.as_str() {
            "<" => value < self.value,
            "<=" => value <= self.value,
            ">" => value > self.value,
            ">=" => value >= self.value,
            "<>" => (value - self.value).abs() > f64::EPSILON,
            _ => (value - self.value).abs() <= f64::EPSILON,
        }
    }

    /// Whether it holds for negative values only: the section shows their sign itself.
    pub fn only_negative(&self) -> bool {
        self.operator.starts_with('<') && self.value <= 0.0
    }
}

/// One of the parts that `;` parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// In order.
    pub tokens: Vec<CodeToken>,
    /// When it applies, if it says so.
    pub condition: Option<Condition>,
    /// A language other than English: its months have other names.
    pub foreign: bool,
}

impl Section {
    /// Whether it shows a date or a time.
    pub fn is_date(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, CodeToken::Date(_) | CodeToken::Elapsed(..)))
    }

    fn literal(&mut self, text: &str) {
        match self.tokens.last_mut() {
            Some(CodeToken::Literal(last)) => last.push_str(text),
            _ => self.tokens.push(CodeToken::Literal(text.to_owned())),
        }
    }
}

/// The sections of a format.
pub fn parse(format: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let last = sections.len() - 1;
        let section = &mut sections[last];
        rest = after;
        match c {
            ';' => sections.push(Section::default()),
            '"' => {
                let (text, behind) = after.split_once('"').unwrap_or((after, ""));
                section.literal(text);
                rest = behind;
            }
            '\\' | '!' => rest = one(after, |c| section.literal(c)),
            // As wide as the next character, or filled with it.
            '_' => rest = one(after, |_| section.literal(" ")),
            '*' => rest = one(after, |_| section.literal(" ")),
            '[' => {
                let (inside, behind) = after.split_once(']').unwrap_or((after, ""));
                brackets(inside, section);
                rest = behind;
            }
            '0' | '#' | '?' => section.tokens.push(CodeToken::Digit(c)),
            '.' => section.tokens.push(CodeToken::Point),
            ',' => section.tokens.push(CodeToken::Comma),
            '%' => section.tokens.push(CodeToken::Percent),
            '@' => section.tokens.push(CodeToken::Text),
            '/' if matches!(section.tokens.last(), Some(CodeToken::Digit(_))) => section.tokens.push(CodeToken::Slash),
            'E' | 'e' if after.starts_with(['+', '-']) => {
                section.tokens.push(CodeToken::Exponent(after.chars().next().unwrap_or('+')));
                rest = &after[1..];
            }
            _ if starts(c, after, "general") => {
                section.tokens.push(CodeToken::General);
                rest = &after[6..];
            }
            _ if starts(c, after, "am/pm") => {
                section.tokens.push(CodeToken::Date("AM/PM".to_owned()));
                rest = &after[4..];
            }
            _ if starts(c, after, "a/p") => {
                section.tokens.push(CodeToken::Date("A/P".to_owned()));
                rest = &after[2..];
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                let length = after.chars().take_while(|next| next.eq_ignore_ascii_case(&c)).count();
                let letters = c.to_ascii_lowercase().to_string().repeat((length + 1).min(5));
                section.tokens.push(CodeToken::Date(letters));
                rest = &after[length..];
            }
            c => section.literal(c.encode_utf8(&mut [0; 4])),
        }
    }
    sections.truncate(4);
    sections
}

fn one(rest: &str, mut with: impl FnMut(&str)) -> &str {
    match rest.chars().next() {
        Some(c) => {
            let (first, rest) = rest.split_at(c.len_utf8());
            with(first);
            rest
        }
        None => rest,
    }
}

/// Whether a word begins here, of which the first letter was taken.
fn starts(first: char, rest: &str, word: &str) -> bool {
    word.starts_with(first.to_ascii_lowercase()) && rest.get(..word.len() - 1).is_some_and(|rest| rest.eq_ignore_ascii_case(&word[1..]))
}

/// What stands in brackets: a currency, a condition, a span of time, a colour.
fn brackets(inside: &str, section: &mut Section) {
    if let Some(currency) = inside.strip_prefix('$') {
        let (sign, language) = currency.rsplit_once('-').unwrap_or((currency, ""));
        section.literal(sign);
        // The last byte of the language's number says which it is: 9 is English.
        let code = u32::from_str_radix(language, 16).unwrap_or(9);
        section.foreign |= code & 0xff != 9 && code != 0 && !language.is_empty() && sign.is_empty();
        return;
    }
    let lower = inside.to_ascii_lowercase();
    if let Some(letter @ ('h' | 'm' | 's')) = lower.chars().next()
        && lower.chars().all(|c| c == letter)
    {
        section.tokens.push(CodeToken::Elapsed(letter, lower.len().min(4)));
        return;
    }
    let operator: String = inside.chars().take_while(|c| matches!(c, '<' | '>' | '=')).collect();
    if let (false, Ok(value)) = (operator.is_empty(), inside[operator.len()..].trim().parse()) {
        section.condition = Some(Condition { operator, value });
    }
}
