//! Kinds of values that questions want, and ranges that a number may fall into. English and German, with the units of some other languages.

use std::sync::LazyLock;

use regex::Regex;

/// The kind of value that a question wants to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What something costs, or how much less.
    Price,
    /// How soon, when, for what time.
    Time,
    /// How long, which is a time or a length.
    Long,
    /// How fast, which is a time or a speed.
    Fast,
    /// How wide, how high, how far.
    Length,
    /// How heavy.
    Weight,
    /// How loud.
    Loudness,
    /// Where.
    Place,
    /// How often.
    Frequency,
    /// How many, how much of something.
    Count,
}

/// Compiles a pattern of this file; one that is none finds nothing, and its test fails.
pub(super) fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "the patterns are constants of this file, each compiled by its tests")]
    Regex::new(text).unwrap()
}

static ASKS_PRICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(cost|costs|price|prices|priced|pricing|fee|fees|rate|rates|expensive|discount|discounts|rebate|surcharge)\b|\b(what|which|how much)\b[^?.]*\b(charge|charged|charges|charging|pay|paid)\b|\bhow much (is|are|does|do|would|will|for|to|if|extra|more|less|cheaper|off|it|the|a|an|per|we|you|i)\b|\bhow much\s*\?|\bhow much$|\b(kostet|kosten|preise?|gebühr(en)?|entgelt|prix|coûtent?|cuestan?|precios?|costano?|prezz[oi]|prijs|prijzen|kost)\b",
    )
});
/// Verbs of paying, which name a column of prices; by themselves they ask for none: "is it paid back?".
static PAYS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(charge|charged|charges|charging|pay|paid)\b"));
static ASKS_TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bhow (quick|quickly|soon|late|early|far (back|ahead|in advance))\b|\b(when|until when)\b|\b(deadline|notice|turnaround|response time|duration)\b|\b(what|which) (day|date|time|year|month)\b|\b(wann|dauert|dauer|quand|cuándo|wanneer)\b",
    )
});
static ASKS_LONG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bhow long\b|\bwie lang\w*|\bhoe lang\b|\bcombien de temps\b|\bcuánto tiempo\b|\bquanto tempo\b"));
static ASKS_FAST: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bhow fast\b|\bwie schnell\b"));
static ASKS_LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bhow (wide|high|tall|deep|thick)\b|\bhow far\b( (is|are|away|from|do|does|to)\b|\?)|\b(length|width|height|depth|distance)\b|\bwie (breit|hoch|tief|weit|groß|dick)\b",
    )
});
static DIMENSION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(length|width|height|depth|thickness|wide|high|tall|deep|long|thick|breit|hoch|tief|lang)\b"));
static ASKS_WEIGHT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(how heavy|weigh|weighs|weight)\b|\bhow much\b[^?.]*\bload\b|\bwie schwer\b|\bgewicht\b"));
static ASKS_PLACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(where (is|are|was|were|do|does|did|can|could|will|would|should)|where's|wo (ist|sind|kann|liegt|gibt))\b")
});
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(in|at|on|near|next to|behind|beside|from|via|under|opposite|above|below|between|outside|inside|within|through|upstairs|downstairs|online|everywhere|to|im|am|bei|neben|hinter|unter|auf|aus)\b|\b\p{L}+(street|road|straße|strasse|platz|weg)\b",
    )
});
/// A name that begins no line.
static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\p{Ll}\p{N},.:)]\s+\p{Lu}\p{Ll}+"));
static AT_A_TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b((in|at|on|from|to|within|under|am|im)\s+)?(the\s+)?(same\s+|next\s+|first\s+|last\s+)?(mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|weekdays?|weekends?|january|february|march|april|may|june|july|august|september|october|november|december|noon|midnight|days?|hours?|weeks?|months?|years?|request|time|advance|\d[\d.,:]*|(one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b)",
    )
});
static NAMES_PLACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(location|place|address|room|floor|city|country|region|site|office|where|venue|hosting|ort|adresse|raum)\b")
});
/// Times that are no stretch of time.
static NO_STRETCH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(every|each|per)\s+((one|two|three|four|five|six|seven|eight|nine|ten|twelve|\d+|other|first|second|third|last)\s+)?\p{L}+|\b(hourly|daily|weekly|monthly|quarterly|yearly|annually)\b|\b(on\s+)?(mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?)\b",
    )
});
/// Numbers that count no things: of time, money, parts, and in names.
static NO_COUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(\d[\d.,]*|\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|sixty|ninety))[\s-]*(seconds?|minutes?|hours?|days?|working days?|business days?|weeks?|months?|years?|am|pm|%|per\s?cent|€|\$|£|euros?|dollars?|pounds?)(\b|\s|$)|[€$£]\s*\d[\d.,]*|\p{L}-?\d+|\b(19|20)\d\d\b|\b\d{1,2}:\d\d\b",
    )
});
static HOW_MANY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(how many|wie viele|wieviele)\b"));
static UNIT_OF_TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\bhow (many|much)\s+\S*\s*(seconds?|minutes?|hours?|days?|weeks?|months?|years?|percent|%|euros?|dollars?|pounds?)\b")
});
static ASKS_FREQUENCY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(how often|how frequently|wie oft)\b"));
static FREQUENCY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(every|each|per|once|twice|times|times?|a (day|week|month|year)|hourly|daily|weekly|monthly|quarterly|yearly|annual(ly)?|always|never|continuous(ly)?|regularly|jede[nrs]?|täglich|wöchentlich|monatlich|jährlich|mal)\b",
    )
});
static ASKS_LOUDNESS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bhow (loud|noisy)\b|\bwie laut\b"));
static ASKS_COUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bhow (many|much|big|large)\b|\b(limit|maximum|minimum|quota)\b|\bwie viele?\b|\bwieviele?\b|\bcombien d|\bcuánt[oa]s\b|\bquant[ei]\b|\bhoeveel\b",
    )
});
/// "How much can it hold" asks for no price.
static ASKS_AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bhow much\b[^?.]*\b(hold|holds|carry|carries|store|stores|contain|contains|lift|tow|draw|draws|use|uses|consume|consumes|produce|produces)\b",
    )
});

const CURRENCIES: &str = "eur|usd|gbp|chf|jpy|cad|aud|nzd|sek|nok|dkk|pln|czk|huf|inr|cny|thb|krw|euros?|dollars?|pence|cents?|francs?|franken|\
    kron(?:or|er|a|e)|yen|yuan|rupees?|złoty|zloty|kč|baht|won|lira|rand|reais|pesos?";
static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?ix)[€$£¥₹₩฿₽₺₫₴₪]\s*\d|\d\s*[€$£¥₹₩฿₽₺₫₴₪%]|\d\s*(?:{CURRENCIES})\b|\b(?:eur|usd|gbp|chf|jpy|cad|aud|nzd|sek|nok|dkk|pln|czk|huf|inr|cny|thb|krw)\s*\d|\d p\b
        |\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million)\s+(?:{CURRENCIES}|pounds)\b
        |\d\s*(?:บาท|円|元|块|원)|[一二三四五六七八九十百千万]\s*(?:円|元|块)|ฟรี|無料|免费|免費|무료
        |\b(?:per\s?cent|prozent|free|gratis|complimentary|kostenlos|kostenfrei|gratuite?|included|inklusive|inbegriffen|no\ (?:extra\ |additional\ )?(?:charge|cost|fee)|on\ request|auf\ anfrage|by\ agreement|custom\ pricing|at\ no)\b"
    ))
});
/// The mark of a note behind a number: "12 ¹ euros" are twelve.
static NOTE_MARK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d)\s*[¹²³⁰⁴-⁹ᵃ-ᵏ*†‡]+\)?"));
static POUNDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\d\s*(pounds?|lbs?)\b"));
static WEIGHS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(weigh|weighs|weight|heavy|load|lift)\b"));
/// What has "free" and gives nothing away.
static NOT_FREE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bfeel free\b|\bfree to\b|-free\b|\bfree (text|form|time|hand)\b"));
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|quarters?|years?|weekdays?|weekends?|hourly|daily|weekly|monthly|yearly|annually|immediately|instantly|at\ once|overnight|today|tomorrow|noon|midnight|morning|evening|january|february|march|april|june|july|august|september|october|november|december|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|q[1-4]|24/7)\b
        |\b(?:sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|uhr|täglich|wöchentlich|monatlich|jährlich|sofort|mittags|mitternacht|januar|februar|märz|mai|juni|juli|oktober|dezember|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|werktags?)\b
        |\b(?:heures?|jours?|semaines?|mois|ans?|années?|minutos?|horas?|días?|semanas?|mes(?:es)?|años?|minuti|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|uur|dagen|weken|maanden|jaar)\b
        |\bmay\ \d|\d\ may\b|\b\d{1,2}:\d\d\b|\b\d{1,2}[.:]\d\d\s*(?:uhr|h|am|pm|o.clock)\b|\b\d{1,2}\s*(?:am|pm|a\.m|p\.m)\b|\b\d{4}-\d\d(?:-\d\d)?\b|\b(?:19|20)\d\d\b|\d\s*(?:min|h|hrs?|s|d)\b
        |(?:\d|[一二三四五六七八九十百])\s*(?:時|分|秒|日|週|月|年|点|點|小时|小時|天|周|시|분|일|주|개월|년)|โมง|นาที|ชั่วโมง|วัน|เดือน|สัปดาห์|\d\s*(?:น\.|ปี)",
    )
});
static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\d\s*(mm|cm|dm|m|km|met(er|re)s?|meters?|metern|kilomet(er|re)s?|centimet(er|re)s?|millimet(er|re)s?|feet|foot|ft|inch(es)?|in|yards?|miles?)\b|\d\s*[″′]",
    )
});
static WEIGHT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\d\s*(g|kg|t|kilos?|grams?|gramm|kilogram(me)?s?|kilogramm|tons?|tonnes?|tonnen?|lbs?|pounds?|stone|ounces?|oz)\b")
});
static LOUDNESS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\d\s*(db|decibels?|dezibel)\b|\b(silent|noiseless)\b"));
static SPEED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\d\s*((k|m|g)?bit|(k|m|g)b|mbps|gbps|km|mph|knots?|pages?|mm|m|met(er|re)s?)(\s*(/|per)\s*\w+)?\b"));
static CURRENCY: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)[€$£¥₹]|\b({CURRENCIES}|pounds?)\b")));
static A_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(a|per|each|every)\s|/"));
static NAMES_TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(starts?|begins?|ends?|opens?|closes?|opening|closing|valid|due|delivered|from|until|dates?|times?|beginn|ende)\b")
});
static LENGTH_UNIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[(,\[/ ](mm|cm|m|km|ft|in)[)\]]|\b(size|dimensions)\b"));
static WEIGHT_UNIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(kg|tonnes|payload|load)\b"));
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\d|[一二三四五六七八九十百千万]|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|thousand|million|unlimited|no limit|once|twice|none|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|unbegrenzt)\b",
    )
});
const NUMBER: &str = r"(\d[\d.,'’ \u{a0}\u{202f}]*\d|\d)\s*(k|m|million|thousand)?";
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i){NUMBER}(?:\s*(?:\p{{L}}+|[€$£%]))?\s*(?:-|–|—|to|through|until|and|…)\s*(?:[€$£]\s*)?{NUMBER}"))
});
static FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:\b(?:from|over|above|beyond|exceeding|more than|at least|starting (?:at|with)|minimum(?: of)?|as of)|>=?|≥)\s*(?:[€$£]\s*)?{NUMBER}|{NUMBER}\s*(?:\+|\p{{L}}*\s*(?:or|and) (?:more|above|over|up|larger|upwards?))"
    ))
});
static UP_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:\b(?:up to|under|below|less than|fewer than|at most|no more than|maximum(?: of)?|within|until)|<=?|≤)\s*(?:[€$£]\s*)?{NUMBER}|{NUMBER}\s*(?:\p{{L}}*\s*or (?:less|fewer|below))"
    ))
});
static EACH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(per|each|every|any number)\b"));

impl Wanted {
    /// What a question asks for, if it says so: what comes first.
    pub fn of(question: &str) -> Option<Self> {
        if ASKS_AMOUNT.is_match(question) {
            return Some(Self::Count);
        }
        let kinds: [(Self, &Regex); 10] = [
            (Self::Weight, &ASKS_WEIGHT),
            (Self::Loudness, &ASKS_LOUDNESS),
            (Self::Length, &ASKS_LENGTH),
            (Self::Long, &ASKS_LONG),
            (Self::Fast, &ASKS_FAST),
            (Self::Price, &ASKS_PRICE),
            (Self::Time, &ASKS_TIME),
            (Self::Place, &ASKS_PLACE),
            (Self::Frequency, &ASKS_FREQUENCY),
            (Self::Count, &ASKS_COUNT),
        ];
        // "How much" may go on with a price.
        let start = |kind: Self, start: usize| {
            if kind == Self::Count && !question[start..].to_lowercase().starts_with("how many") { usize::MAX } else { start }
        };
        let first = kinds.into_iter().filter_map(|(kind, asks)| Some((start(kind, asks.find(question)?.start()), kind)));
        let first = first.min_by_key(|(start, _)| *start).map(|(_, kind)| kind);
        // "How much does it weigh": the verb tells.
        let weighs = first == Some(Self::Price) && question.to_lowercase().contains("how much") && ASKS_WEIGHT.is_match(question);
        if weighs { Some(Self::Weight) } else { first }
    }

    /// Whether a word of the question only says that such a value is asked for.
    pub fn is_asked_by(self, word: &str) -> bool {
        let words: &[&str] = match self {
            Self::Price => &[
                "cost",
                "costs",
                "price",
                "prices",
                "priced",
                "pricing",
                "charge",
                "charged",
                "charges",
                "charging",
                "pay",
                "paid",
                "fee",
                "fees",
                "rate",
                "rates",
                "expensive",
                "kostet",
                "kosten",
                "preis",
                "gebuhr",
                "coute",
                "cuesta",
                "costa",
                "kost",
            ],
            Self::Time => &["quick", "quickly", "soon", "late", "early", "day", "date", "time", "duration", "dauert"],
            Self::Long => &["long", "time", "lang", "lange", "dauert"],
            Self::Fast => &["fast", "schnell"],
            Self::Length => {
                &["wide", "high", "tall", "deep", "far", "thick", "length", "width", "height", "depth", "distance", "breit", "hoch", "tief"]
            }
            Self::Weight => &["heavy", "weigh", "weighs", "weight", "schwer", "wiegt", "gewicht", "load"],
            Self::Loudness => &["loud", "noisy", "laut"],
            Self::Place => &["where"],
            Self::Frequency => &["often", "frequently"],
            Self::Count => &["big", "large", "limit", "maximum", "minimum", "quota"],
        };
        words.contains(&word)
    }

    /// Whether a text has such a value.
    pub fn is_in(self, text: &str) -> bool {
        let text = &*NOTE_MARK.replace_all(text, "$1");
        match self {
            Self::Price => MONEY.is_match(&NOT_FREE.replace_all(text, "")) || (POUNDS.is_match(text) && !WEIGHS.is_match(text)),
            Self::Time => TIME.is_match(text),
            Self::Long => TIME.is_match(&NO_STRETCH.replace_all(text, "")) || LENGTH.is_match(text),
            Self::Fast => TIME.is_match(text) || SPEED.is_match(text),
            Self::Length => LENGTH.is_match(text),
            Self::Weight => WEIGHT.is_match(text),
            Self::Loudness => LOUDNESS.is_match(text),
            Self::Place => {
                let text = AT_A_TIME.replace_all(text, "");
                PLACE.is_match(&text) || NAME.is_match(&text)
            }
            Self::Frequency => FREQUENCY.is_match(text),
            Self::Count => COUNT.is_match(text),
        }
    }

    /// Whether a column of this name has such values.
    pub fn is_named_by(self, column: &str) -> bool {
        match self {
            Self::Price => ASKS_PRICE.is_match(column) || PAYS.is_match(column) || MONEY.is_match(column) || CURRENCY.is_match(column),
            // "Calls a day" are no times.
            Self::Time if A_TIME.is_match(column) => false,
            Self::Time => TIME.is_match(column) || ASKS_TIME.is_match(column) || NAMES_TIME.is_match(column),
            Self::Long => Self::Time.is_named_by(column) || Self::Length.is_named_by(column),
            Self::Fast => Self::Time.is_named_by(column) || column.to_lowercase().contains("speed"),
            Self::Length => ASKS_LENGTH.is_match(column) || LENGTH_UNIT.is_match(column),
            Self::Weight => ASKS_WEIGHT.is_match(column) || WEIGHT_UNIT.is_match(column),
            Self::Loudness => column.to_lowercase().contains("noise"),
            Self::Place => NAMES_PLACE.is_match(column),
            Self::Frequency => FREQUENCY.is_match(column),
            Self::Count => ASKS_COUNT.is_match(column),
        }
    }

    /// Whether a place of a row has such a value: it shows one, or a number whose column says what it is.
    pub fn is_at(self, column: &str, value: &str) -> bool {
        if self == Self::Place && (self.is_named_by(column) || value.starts_with(char::is_uppercase)) {
            return true;
        }
        let other = if self == Self::Price { Self::Time } else { Self::Price };
        self.is_in(value) || (COUNT.is_match(value) && !other.is_in(value) && self.is_named_by(column))
    }

    /// Whether a question counts things, not stretches of time.
    pub fn counts_things(self, question: &str) -> bool {
        self == Self::Count && HOW_MANY.is_match(question) && !UNIT_OF_TIME.is_match(question)
    }

    /// Whether a text has a number of things.
    pub fn counts_in(text: &str) -> bool {
        COUNT.is_match(&NO_COUNT.replace_all(text, " "))
    }

    /// Whether a text tells another measure of the kind: a height, where a width is asked for.
    pub fn is_measured(self, text: &str) -> bool {
        self == Self::Length && DIMENSION.is_match(text)
    }
}

/// Whether a number falls into a range that a text gives: "50–199 seats", "from 200", "up to 5 people".
pub(super) fn falls_into(text: &str, number: f64) -> bool {
    let value = |found: &regex::Captures<'_>, first: usize| {
        (first..found.len())
            .step_by(2)
            .find_map(|group| value(found.get(group)?.as_str(), found.get(group + 1).map(|scale| scale.as_str())))
    };
    // "Between" first: its upper end is no lower one of its own.
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for found in BETWEEN.captures_iter(text) {
        let (Some(whole), Some(low), Some(high)) = (found.get(0), value(&found, 1), value(&found, 3)) else { continue };
        if low < high {
            if (low..=high).contains(&number) {
                return true;
            }
            rest.push_str(&text[at..whole.start()]);
            rest.push(' ');
            at = whole.end();
        }
    }
    rest.push_str(&text[at..]);
    FROM.captures_iter(&rest).any(|found| value(&found, 1).is_some_and(|low| low <= number))
        || UP_TO.captures_iter(&rest).any(|found| value(&found, 1).is_some_and(|high| number <= high))
}

/// Whether a word is a currency's name.
pub(super) fn is_currency(word: &str) -> bool {
    CURRENCY.find(word).is_some_and(|found| found.len() == word.len())
}

/// Whether a text says something of each one, however many there are.
pub(super) fn is_of_each(text: &str) -> bool {
    EACH.is_match(text)
}

/// `50,000`, `50.000`, `50 000`, `2.5` with `k` or `million` behind.
fn value(digits: &str, scale: Option<&str>) -> Option<f64> {
    let groups: Vec<&str> = digits.split(|c: char| !c.is_ascii_digit()).collect();
    let are_thousands = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3);
    let plain =
        if are_thousands { groups.concat() } else { digits.replace(',', ".").replace(|c: char| !c.is_ascii_digit() && c != '.', "") };
    let factor = match scale.map(str::to_lowercase).as_deref() {
        Some("k" | "thousand") => 1e3,
        Some("m" | "million") => 1e6,
        _ => 1.0,
    };
    Some(plain.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_question_wants_is_told() {
        for (question, wanted) in [
            ("What does the Growth plan cost?", Some(Wanted::Price)),
            ("So how much is it for fourteen people?", Some(Wanted::Price)),
            ("price of Growth?", Some(Wanted::Price)),
            ("How much storage has the Meadow plan?", Some(Wanted::Count)),
            ("How many seats do we get?", Some(Wanted::Count)),
            ("How long is the notice?", Some(Wanted::Long)),
            ("When are invoices due?", Some(Wanted::Time)),
            ("Where is data stored?", Some(Wanted::Place)),
            ("Do you store data?", None),
            ("Are unused months paid back?", None),
            ("What do we pay for a seat?", Some(Wanted::Price)),
        ] {
            assert_eq!(Wanted::of(question), wanted, "{question}");
        }
    }

    #[test]
    fn a_value_is_known_by_its_looks() {
        for (wanted, with, without) in [
            (Wanted::Price, "It is €49.", "Answered on weekdays."),
            (Wanted::Price, "Each seat costs 12 ¹ euros a month.", "See note 1 *"),
            (Wanted::Price, "10 % off from 50 seats", "From 50 seats on"),
            (Wanted::Price, "included in every plan", "in the plan"),
            (Wanted::Time, "within 14 days", "within reason"),
            (Wanted::Time, "at 13:30", "at 13"),
            (Wanted::Count, "up to 5", "some"),
            (Wanted::Count, "unlimited", "limited"),
        ] {
            assert!(wanted.is_in(with), "{with}");
            assert!(!wanted.is_in(without), "{without}");
        }
        assert!(Wanted::Price.is_named_by("Monthly price (EUR)"));
        assert!(!Wanted::Price.is_named_by("Notice"));
    }

    #[test]
    fn a_number_may_fall_into_a_range() {
        for (text, inside, outside) in [
            ("Seats: 50–199; Discount: 12 %", 120.0, 200.0),
            ("10 % off from 50 seats", 120.0, 49.0),
            ("Tier two: over 50,000 requests", 60_000.0, 40_000.0),
            ("200+ seats", 250.0, 150.0),
            ("200 seats or more", 250.0, 150.0),
            ("up to five hundred, or up to 500 people", 400.0, 501.0),
            ("from 10.000 to 50.000 requests", 20_000.0, 9_000.0),
            ("between 10 and 20 people", 15.0, 21.0),
            ("10k to 50k", 20_000.0, 60_000.0),
        ] {
            assert!(falls_into(text, inside), "{inside} in {text}");
            assert!(!falls_into(text, outside), "{outside} in {text}");
        }
        assert!(is_of_each("29 € per seat") && !is_of_each("29 €"));
    }
}
