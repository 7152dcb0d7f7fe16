//! What the live engine understands of a call in a language.

/// Something that the engine can do with words that it understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skill {
    /// Suggestions for objections, buying signals, risks, promises and competitors, as the built-in playbook has
    /// them; a playbook of one's own may have phrases in any language.
    Suggestions,
    /// Questions. In English they are told by their words; elsewhere only by a question mark, if the recognizer writes one.
    Questions,
    /// Action items and next steps of the review.
    ActionItems,
    /// Dates in what is said: "by Friday".
    Dates,
}

/// All of them.
const ALL: &[Skill] = &[Skill::Suggestions, Skill::Questions, Skill::ActionItems, Skill::Dates];
/// Languages whose question mark is none that the engine reads (`?` and `？`), or that write none.
const WITHOUT_MARK: &[&str] = &["ar", "ckb", "el", "fa", "hy", "lo", "ps", "sd", "th", "ug", "ur", "my", "km"];

/// What the engine understands of a call whose language is this BCP 47 tag, in any case. Numbers of the conversation (talk share, turns,
/// pauses) need no words and hold everywhere; pace holds where words are parted by spaces. Where no language is known (an empty tag,
/// `und`, `mul`, and `multi` as some recognizers call it) what is said in English is understood, so all hold.
pub fn understands(language: &str) -> &'static [Skill] {
    let language = language.trim().split(['-', '_']).next().unwrap_or_default();
    let is = |other: &&str| other.eq_ignore_ascii_case(language);
    if ["", "en", "eng", "und", "mul", "multi", "auto"].iter().any(is) {
        ALL
    } else if WITHOUT_MARK.iter().any(is) {
        &[]
    } else {
        &[Skill::Questions]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_understood_and_of_others_questions_with_their_mark() {
        for tag in ["en", "en-US", "EN-gb", "en_AU", "", "und", "multi"] {
            assert_eq!(understands(tag), ALL, "{tag}");
        }
        for tag in ["de", "de-CH", "fr", "ja-JP", "zh-CN", "hi", "enm", "es-419"] {
            assert_eq!(understands(tag), [Skill::Questions], "{tag}");
        }
        for tag in ["th", "th-TH", "ar-EG", "el"] {
            assert!(understands(tag).is_empty(), "{tag}");
        }
    }
}
