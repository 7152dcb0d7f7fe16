//! What in the found passages says what was asked, of that very subject.
//!
//! - Each name and each number of the question stands in the cited words, in the headings or the title above them, or right before
//!   them in the same paragraph, if the cited words name nothing else.
//! - Of a table only the rows count that have most of the question's words among their names; another row's value is no answer.
//! - If the place that is asked for is empty in that row, the row is no answer either.
//! - Headings, titles and questions say nothing.

use model::DocumentId;
use store::knowledge::FoundPassage;

use super::asked::{Asked, Role};
use super::currencies;
use super::dependent::is_price_of_another;
use super::lines::{PassageLine, goes_on, lines, says_nothing};
use super::periods::Periods;
use super::signs::{Sign, Signs, USUAL_MEANING};
use super::values::{Wanted, falls_into, is_of_each};
use crate::knowledge::row::{Row, is_empty};
use crate::knowledge::search::Scored;
use crate::knowledge::text::Span;

/// What a word counts for that stands above or before the cited words, as a part of its weight.
const ABOVE: f32 = 0.5;
/// What a passage's own score adds at most: of two sentences alike, the one in the better passage.
const PASSAGE: f32 = 0.1;

/// The part of the firm words that an answer has, by weight: of many one may be missing.
pub(super) const FIRM: f32 = 0.7;
/// The part of the pairs of letters of a stretch that an answer has.
const MOST_OF_A_STRETCH: f32 = 0.6;

/// Words that may answer.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub passage: &'a Scored,
    pub span: Span,
    pub text: &'a str,
    /// The part of the question that it covers, 0 to about 1; 0 for what is of the subject and has none of the words.
    pub score: f32,
    /// The part of what is firm in the question that it has, by weight; 0 if what is asked stands nowhere.
    pub firm: f32,
    /// What is known of it.
    pub signs: Signs,
}

/// A sentence or row with what of the question stands where.
struct Judged<'a> {
    candidate: Candidate<'a>,
    row: Option<Row<'a>>,
    document: DocumentId,
    /// What its row's names weigh.
    names: f32,
    /// Whether the numbers of the question stand in it, and not only a range that has them.
    exact: bool,
}

/// What may answer by its words alone, best first: each has most of what is firm in the question.
pub(super) fn candidates<'a>(asked: &Asked, passages: &[&'a Scored]) -> Vec<Candidate<'a>> {
    let judged = judge(asked, passages);
    let mut kept = by_words(asked, &judged).into_iter().peekable();
    let mut found: Vec<Candidate<'a>> = Vec::new();
    for (at, of) in judged.into_iter().enumerate() {
        if kept.next_if_eq(&at).is_some() {
            found.push(of.candidate);
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// All that is told in passages, each with what is known of it.
pub(super) fn told<'a>(asked: &Asked, passages: &[&'a Scored]) -> Vec<Candidate<'a>> {
    let mut judged = judge(asked, passages);
    let kept = by_words(asked, &judged);
    let all = asked.weights.iter().sum::<f32>().max(f32::EPSILON);
    let best: Vec<f32> = judged.iter().map(|of| best_names(of, judged.iter())).collect();
    for (at, of) in judged.iter_mut().enumerate() {
        let signs = &mut of.candidate.signs;
        signs.set_if(Sign::ByWords, kept.binary_search(&at).is_ok());
        if let Some(row) = &of.row {
            signs.set(Sign::RowNames, of.names / all);
            signs.set_if(Sign::OtherRow, of.names < best[at] - f32::EPSILON);
            signs.set_if(Sign::EmptyPlace, asks_for_an_empty_place(asked, row, &of.candidate.passage.found.passage.language));
        }
    }
    let mut found: Vec<Candidate<'a>> = Vec::with_capacity(judged.len());
    for of in judged {
        if !found.iter().any(|other| other.text == of.candidate.text) {
            found.push(of.candidate);
        }
    }
    found
}

/// The most that the names of a row of the same table weigh.
fn best_names<'j, 'a: 'j>(of: &Judged<'a>, judged: impl Iterator<Item = &'j Judged<'a>>) -> f32 {
    let is_of_its_table = |other: &&Judged<'a>| {
        other.document == of.document && of.row.as_ref().zip(other.row.as_ref()).is_some_and(|(row, other)| row.is_of_the_table_of(other))
    };
    judged.filter(is_of_its_table).map(|row| row.names).fold(0.0, f32::max)
}

/// Which may answer by their words alone, in order.
fn by_words(asked: &Asked, judged: &[Judged<'_>]) -> Vec<usize> {
    let may = |of: &&Judged<'_>| of.candidate.signs.get(Sign::Passes) > 0.0 && of.candidate.firm >= FIRM;
    // "Up to 50,000" is nearer to 50,000 than "up to 250,000", which has it too.
    let top = |exact: bool| judged.iter().filter(may).filter(|of| of.exact || !exact).map(|of| of.candidate.score).fold(0.0, f32::max);
    let only_exact = top(true) > 0.0 && top(true) >= top(false) - f32::EPSILON;
    let mut found: Vec<usize> = Vec::new();
    for (at, of) in judged.iter().enumerate().filter(|(_, of)| may(of)) {
        let is_said = |row: &Row<'_>| !asks_for_an_empty_place(asked, row, &of.candidate.passage.found.passage.language);
        let is_known = found.iter().any(|other| judged[*other].candidate.text == of.candidate.text);
        // Of each table the rows whose names have most of what was asked for; then those whose place is not empty.
        let is_best = of.row.is_none() || of.names >= best_names(of, judged.iter().filter(may)) - f32::EPSILON;
        if is_best && (of.exact || !only_exact) && !is_known && of.row.as_ref().is_none_or(is_said) {
            found.push(at);
        }
    }
    found
}

/// All that is told in passages.
fn judge<'a>(asked: &Asked, passages: &[&'a Scored]) -> Vec<Judged<'a>> {
    let mut judged: Vec<Judged<'a>> = Vec::new();
    for (rank, passage) in passages.iter().copied().enumerate() {
        of_passage(asked, passage, rank, &mut judged);
    }
    judged
}

fn of_passage<'a>(asked: &Asked, scored: &'a Scored, rank: usize, judged: &mut Vec<Judged<'a>>) {
    let FoundPassage { text, language, place, title, document_id, number, .. } = &scored.found.passage;
    let heading = format!("{}\n{}\n{title}", place.headings.join("\n"), place.label);
    let mut above = asked.parts(&heading, language);
    // The document's title says of nothing in particular what it tells.
    let nearest = place.headings.last().filter(|heading| *heading != title).map_or("", String::as_str);
    let mut near = asked.parts(nearest, language);
    let lines = lines(text, *number == 1);
    // What of the question was said before in the same paragraph.
    let nothing = vec![0.0; above.len()];
    let mut before = nothing.clone();
    for PassageLine { span, sentence, row, is_new, is_paragraph, is_title } in lines {
        if is_new {
            before.clone_from(&nothing);
        }
        let own = asked.parts(sentence, language);
        if is_title {
            more(&mut above, &own);
            more(&mut near, &own);
            continue;
        }
        if row.is_none() && (says_nothing(sentence) || asked.says_no_more(sentence, language)) {
            // A question tells what the answer below it is about.
            more(if is_paragraph { &mut above } else { &mut before }, &own);
            more(&mut near, &own);
            continue;
        }
        let goes_on = row.is_none() && goes_on(sentence);
        let said = if goes_on { before.clone() } else { nothing.clone() };
        // What begins anew leaves behind what was said before.
        if !goes_on {
            before.clone_from(&nothing);
        }
        more(&mut before, &own);
        let words =
            Words { text: sentence, language, heading: &heading, row: row.as_ref(), own: &own, above: &above, near: &near, before: &said };
        let firm = firm_part(asked, &words);
        let covered = score(asked, &words);
        let mut signs = signs(asked, &words, scored, rank);
        signs.set_if(Sign::Passes, covered.is_some());
        let covered = covered.unwrap_or_default();
        signs.set(Sign::Covered, covered);
        let names = row.as_ref().map_or(0.0, |row| weight_of_names(asked, row, language));
        let score = if covered > 0.0 { covered + PASSAGE * scored.score } else { 0.0 };
        let candidate = Candidate { passage: scored, span, text: sentence, score, firm, signs };
        let is_exact = |(role, part): (&Role, &f32)| !matches!(role, Role::Number(_)) || *part >= 1.0;
        let exact = asked.roles.iter().zip(&own).all(is_exact);
        judged.push(Judged { candidate, row, document: *document_id, names, exact });
    }
}

/// What is held against a question.
struct Words<'a> {
    text: &'a str,
    language: &'a str,
    /// What stands above it.
    heading: &'a str,
    row: Option<&'a Row<'a>>,
    /// How much of each word of the question stands in it.
    own: &'a [f32],
    /// The same of the headings above it.
    above: &'a [f32],
    /// The same of the nearest one.
    near: &'a [f32],
    /// The same of the sentences before it, if it goes on with them.
    before: &'a [f32],
}

/// Takes the greater of each two.
fn more(parts: &mut [f32], others: &[f32]) {
    for (part, other) in parts.iter_mut().zip(others) {
        *part = part.max(*other);
    }
}

/// How much of the question a sentence or a row covers; none if it is of another subject, or says something else of it.
fn score(asked: &Asked, words: &Words<'_>) -> Option<f32> {
    let Words { text, language, heading, row, own, above, near, before } = *words;
    let has_value = asked.wanted.is_some_and(|wanted| has_value(wanted, asked.counts_things, text, heading, row));
    if asked.wanted.is_some() && !has_value || !says_it_of_that(asked, words) {
        return None;
    }
    let (mut covered, mut all, mut said) = (0.0, 0.0, 0.0_f32);
    for (word, (weight, role)) in asked.weights.iter().zip(&asked.roles).enumerate() {
        let part = match role {
            // Another place's 28 is not the 28th depot.
            Role::Number(_) if row.is_some_and(|row| is_of_another_place(asked, word, row, language)) => 0.0,
            Role::Number(number) if own[word] < 1.0 && holds(text, row, *number) => 1.0,
            Role::Value if has_value => 1.0,
            _ => own[word],
        };
        let part = part.max(above[word].max(before[word]) * ABOVE);
        match role {
            // A price of each one is the price of many, if one reckons.
            Role::Number(_) if part <= 0.0 && is_of_each(text) => {}
            Role::Name | Role::Number(_) if part < ABOVE => return None,
            _ => {}
        }
        said = said.max(if *role == Role::Value { 0.0 } else { own[word] });
        covered += weight * part;
        all += weight;
    }
    // What only its heading says says nothing of what it tells, but for a value that was asked for.
    let is_of_it = asked.roles.iter().enumerate().any(|(word, role)| *role != Role::Value && (near[word] > 0.0 || before[word] > 0.0));
    if said <= 0.0 && !(has_value && is_of_it) || all <= 0.0 {
        return Some(0.0);
    }
    Some(covered / all)
}

/// What is known of a sentence or a row by its words and its passage.
fn signs(asked: &Asked, words: &Words<'_>, scored: &Scored, rank: usize) -> Signs {
    let Words { text, heading, row, own, above, before, .. } = *words;
    let mut signs = Signs::default();
    let all = asked.weights.iter().sum::<f32>().max(f32::EPSILON);
    signs.set(Sign::Own, own.iter().zip(&asked.weights).map(|(part, weight)| part * weight).sum::<f32>() / all);
    let is_missing = |word: usize| own[word].max(above[word]).max(before[word]) <= 0.0;
    signs.set_if(Sign::NameMissing, (0..own.len()).any(|word| asked.roles[word] == Role::Name && is_missing(word)));
    signs.set_if(Sign::NoValue, asked.wanted.is_some_and(|wanted| !has_value(wanted, asked.counts_things, text, heading, row)));
    signs.set(Sign::Place, 1.0 / (1.0 + rank as f32));
    signs.set(Sign::PassageMeaning, scored.found.cosine.unwrap_or(USUAL_MEANING));
    signs
}

/// Whether the kind of value that is asked for is there: of a row, in one of its places; the heading may say what its numbers are.
fn has_value(wanted: Wanted, counts_things: bool, text: &str, heading: &str, row: Option<&Row<'_>>) -> bool {
    let Some(row) = row else { return if counts_things { Wanted::counts_in(text) } else { wanted.is_in(text) } };
    let is_bare = |value: &str| value.chars().any(|c| c.is_ascii_digit()) && !value.chars().any(char::is_alphabetic);
    // Where products stand side by side, the row's own name tells what its numbers are: "List price EUR; Duo: 4,980; Trio: 9,700".
    let name = row.pairs.first().map_or("", |(_, value)| value);
    row.pairs.iter().any(|(column, value)| wanted.is_at(column, value))
        || ((wanted.is_named_by(heading) || wanted.is_named_by(name)) && row.pairs.iter().skip(1).any(|(_, value)| is_bare(value)))
}

/// The part of the firm words of the question that is said, there or above; 0 if what is asked is not.
fn firm_part(asked: &Asked, words: &Words<'_>) -> f32 {
    let Words { own, above, before, .. } = *words;
    let is_said =
        |word: usize| own[word] > 0.0 || above[word] > 0.0 || before[word] > 0.0 || asked.kin[word].iter().any(|kin| own[*kin] > 0.0);
    if (0..own.len()).any(|word| asked.asked[word] && !is_said(word)) { 0.0 } else { asked.firm_share(is_said) }
}

/// Whether it is said of the very subject.
fn says_it_of_that(asked: &Asked, words: &Words<'_>) -> bool {
    let Words { text, language, row, own, above, before, .. } = *words;
    let is_there = |word: usize| own[word] > 0.0 || above[word] > 0.0 || before[word] > 0.0;
    // A height is no width.
    let names_it = (0..own.len()).any(|word| asked.roles[word] == Role::Value && is_there(word));
    if !names_it && asked.wanted.is_some_and(|wanted| wanted.is_measured(text)) {
        return false;
    }
    // "The city bikes" goes on with no touring bikes.
    let is_other = |word: usize| {
        let Some(of) = asked.before[word] else { return false };
        asked.firm[of] && own[word] >= 1.0 && own[of] <= 0.0 && above[of] <= 0.0
    };
    if row.is_none() && (0..own.len()).any(is_other) {
        return false;
    }
    let are_most_there = |pairs: &Vec<usize>| {
        let there = pairs.iter().filter(|pair| is_there(**pair)).count();
        there as f32 >= MOST_OF_A_STRETCH * pairs.len() as f32
    };
    if !asked.stretches.iter().all(are_most_there) {
        return false;
    }
    let given = match row {
        Some(row) => {
            let places = row.pairs.iter().filter(|(column, value)| Wanted::Price.is_at(column, value));
            places.map(|(column, value)| Periods::in_column(column).and(Periods::in_sentence(value))).fold(Periods::default(), Periods::and)
        }
        None => Periods::in_sentence(text),
    };
    !given.are_others_than(asked.periods)
        && !currencies::are_others_than(text, &asked.currencies)
        && (asked.wanted != Some(Wanted::Price) || !is_price_of_another(asked, text, row, language))
}

/// Whether a number that belongs to the word before it ("Depot 28") stands in a row, but not with that word: the row's name or its column has
/// the word, and the number is in another place.
fn is_of_another_place(asked: &Asked, number: usize, row: &Row<'_>, language: &str) -> bool {
    let Some(before) = asked.numbered[number] else { return false };
    let has = |text: &str, word: usize| asked.own(text, language).contains(&word);
    let of_word = |(column, value): &(&str, &str)| has(column, before) || has(value, before);
    let mut places = row.pairs.iter().filter(|pair| of_word(pair)).peekable();
    places.peek().is_some() && !places.any(|(_, value)| has(value, number)) && row.range().is_none()
}

/// Whether a number falls into a range that a text gives, or a row by two of its places.
fn holds(text: &str, row: Option<&Row<'_>>, number: f64) -> bool {
    match row.and_then(Row::range) {
        Some((from, to)) => (from..=to).contains(&number),
        None => falls_into(text, number),
    }
}

/// What of the question a row's names have, by weight.
fn weight_of_names(asked: &Asked, row: &Row<'_>, language: &str) -> f32 {
    let mut words: Vec<usize> = row.names().flat_map(|(_, value)| asked.own(value, language)).collect();
    for (at, role) in asked.roles.iter().enumerate() {
        if let Role::Number(number) = role
            && row.names().any(|(column, value)| holds(&format!("{column} {value}"), Some(row), *number))
        {
            words.push(at);
        }
    }
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(|word| asked.weights[word]).sum()
}

/// Whether the place of a row that the question asks for says nothing, or no value of the wanted kind.
fn asks_for_an_empty_place(asked: &Asked, row: &Row<'_>, language: &str) -> bool {
    let weight = |name: &str| -> f32 { asked.parts(name, language).iter().zip(&asked.weights).map(|(part, weight)| part * weight).sum() };
    // The first column names the row: nobody asks for it.
    let places = row.pairs.iter().skip(1).filter(|(name, _)| !name.is_empty());
    let by_name: Vec<(f32, &str, &str)> = places.map(|(name, value)| (weight(name), *name, *value)).collect();
    let best = by_name.iter().map(|(weight, ..)| *weight).fold(0.0, f32::max);
    if best > 0.0 && by_name.iter().filter(|(weight, ..)| *weight >= best - f32::EPSILON).all(|(_, _, value)| is_empty(value)) {
        return true;
    }
    let Some(wanted) = asked.wanted else { return false };
    let of_kind = |(name, value): &(&str, &str)| wanted.is_named_by(name) || wanted.is_in(value);
    let mut places = row.pairs.iter().skip(1).filter(|(name, _)| !name.is_empty()).filter(|place| of_kind(place)).peekable();
    best <= 0.0 && places.peek().is_some() && places.all(|(_, value)| is_empty(value))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::knowledge::answer::lines::is_title;
    use crate::knowledge::answer::tests::{passage, scored};
    use store::knowledge::{KnownWord, QuestionWords};

    /// What may answer a question out of a text.
    fn answers(question: &str, text: &str) -> Vec<String> {
        weighed(question, text).into_iter().map(|(_, text)| text).collect()
    }

    /// The same with how much of the question it covers.
    pub(in crate::knowledge::answer) fn weighed(question: &str, text: &str) -> Vec<(f32, String)> {
        let found = [scored(passage(text))];
        let lower = text.to_lowercase();
        let known: Vec<KnownWord> = QuestionWords::of(question)
            .iter()
            .map(|(word, _)| KnownWord { text: word.to_owned(), passages: i64::from(lower.contains(word)), weight: 5.0 })
            .collect();
        let asked = Asked::new(question, &known, found.iter().map(|scored| &scored.found.passage));
        let passages: Vec<&Scored> = found.iter().collect();
        candidates(&asked, &passages).into_iter().map(|candidate| (candidate.score, candidate.text.to_owned())).collect()
    }

    const PRICES: &str = "Plan: Meadow; Monthly price: 240 euros; Set-up fee: –; Notice: 30 days\n\
                          Plan: Orchard; Monthly price: 400 euros; Set-up fee: 750 euros; Notice: 90 days";

    #[test]
    fn a_row_answers_and_no_other_one_does() {
        let meadow = "Plan: Meadow; Monthly price: 240 euros; Set-up fee: –; Notice: 30 days";
        assert_eq!(answers("What does the Meadow plan cost?", PRICES), [meadow]);
        assert_eq!(answers("what is the notice of the meadow plan", PRICES), [meadow]);
        assert_eq!(answers("How much is Meadow?", PRICES), [meadow]);
    }

    #[test]
    fn an_empty_place_is_no_answer() {
        assert!(answers("What is the set-up fee of the Meadow plan?", PRICES).is_empty());
        assert_eq!(answers("What is the set-up fee of the Orchard plan?", PRICES).len(), 1);
    }

    #[test]
    fn what_nobody_names_is_not_answered_with_something_else() {
        assert!(answers("What does the Platinum plan cost?", PRICES).is_empty());
        assert!(answers("Does it work with Zendesk?", "It works with Salesforce.").is_empty());
        assert!(answers("What did you earn in 2019?", "We earned 3 million euros in 2024.").is_empty());
    }

    #[test]
    fn the_row_whose_names_have_most_of_it_answers() {
        let limits = "Plan: Meadow; Measure: Seats; Limit: 20\nPlan: Meadow; Measure: Storage; Limit: 5 GB\n\
                      Plan: Orchard; Measure: Storage; Limit: 80 GB";
        assert_eq!(answers("How much storage has the Meadow plan?", limits), ["Plan: Meadow; Measure: Storage; Limit: 5 GB"]);
        let tiers = "Tier: Tier one; Requests: up to 50,000; Price: 4 cents\nTier: Tier two; Requests: 50,001–200,000; Price: 3 cents";
        assert_eq!(
            answers("What does a request cost at 120000 requests?", tiers),
            ["Tier: Tier two; Requests: 50,001–200,000; Price: 3 cents"]
        );
    }

    #[test]
    fn a_number_belongs_to_the_word_before_it() {
        let depots = "Depot: Depot 18; Trucks: 28; Fuel: 218\nDepot: Depot 28; Trucks: 38; Fuel: –";
        assert!(answers("How much fuel has Depot 28?", depots).is_empty(), "its place is empty");
        assert_eq!(answers("How many trucks has Depot 28?", depots), ["Depot: Depot 28; Trucks: 38; Fuel: –"]);
        let tiers = "Tier: Tier 40; Seats: 30; Price: 320 dollars\nTier: Tier 30; Seats: 20; Price: –";
        assert!(answers("What does Tier 30 cost?", tiers).is_empty());
        assert!(
            answers("What does Tier 5 cost?", "Tier: Tier 10; Seats: 5; Price: 90 dollars\nTier: Tier 20; Seats: 15; Price: 9 dollars")
                .is_empty()
        );
    }

    #[test]
    fn what_is_written_large_and_stands_nowhere_is_another_subject() {
        let text = "Delivery to Denmark takes 4 days.";
        assert!(answers("How long does delivery to Norway take?", text).is_empty());
        assert_eq!(answers("How long does delivery to Denmark take?", text), [text]);
    }

    #[test]
    fn the_subject_may_stand_in_the_sentence_before() {
        let text =
            "The Meadow plan is for small teams. It costs 240 euros a month.\n\nThe Orchard plan is for large ones. It costs 400 euros.";
        assert_eq!(answers("What does the Meadow plan cost?", text)[0], "It costs 240 euros a month.");
        assert!(!answers("What does the Meadow plan cost?", text).iter().any(|answer| answer.contains("400")));
    }

    #[test]
    fn titles_and_questions_say_nothing() {
        let text = "Helio master service agreement\n\nWhat is the notice period?\n\nEither party may end it; the notice is 60 days.";
        assert_eq!(answers("What is the notice period of the agreement?", text), ["Either party may end it; the notice is 60 days."]);
        assert!(is_title("Helio master service agreement") && !is_title("- SSO with SAML") && !is_title("Price: 20 euros"));
        assert!(says_nothing("# Prices") && says_nothing("| --- |") && says_nothing("What does it cost?") && !says_nothing("- Team: 29 €"));
    }
}
