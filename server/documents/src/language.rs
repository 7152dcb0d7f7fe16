//! The language of a text.

use std::collections::HashSet;

use model::Passage;

/// With fewer different words a guess is worth nothing.
const MIN_WORDS: usize = 12;

/// The language of most of the text as two letters (ISO 639-1); empty if it is not clear.
pub fn of(passages: &[Passage]) -> String {
    // A sample from all over the document: its beginning may be a cover page in another language.
    let step = passages.len().div_ceil(40).max(1);
    let sample: String = passages.iter().step_by(step).flat_map(|passage| passage.text.chars().take(500).chain(['\n'])).collect();
    // Names of columns and codes are words of no language.
    let words: HashSet<&str> = sample.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let scripts_without_spaces = sample.chars().any(|c| c >= '\u{e00}');
    if words.len() < MIN_WORDS && !scripts_without_spaces {
        return String::new();
    }
    whatlang::detect(&sample).filter(whatlang::Info::is_reliable).map_or(String::new(), |info| two_letters(info.lang()).to_owned())
}

/// What `tesseract` calls a language of two letters.
pub fn of_tesseract(language: &str) -> Option<&'static str> {
    match language {
        "" => None,
        // Its own names where others name a script or a group.
        "zh" => Some("chi_sim"),
        "fa" => Some("fas"),
        "nb" => Some("nor"),
        _ => whatlang::Lang::all().iter().find(|known| two_letters(**known) == language).map(whatlang::Lang::code),
    }
}

fn two_letters(language: whatlang::Lang) -> &'static str {
    match language.code() {
        "epo" => "eo",
        "eng" => "en",
        "rus" => "ru",
        "cmn" => "zh",
        "spa" => "es",
        "por" => "pt",
        "ita" => "it",
        "ben" => "bn",
        "fra" => "fr",
        "deu" => "de",
        "ukr" => "uk",
        "kat" => "ka",
        "ara" => "ar",
        "hin" => "hi",
        "jpn" => "ja",
        "heb" => "he",
        "yid" => "yi",
        "pol" => "pl",
        "amh" => "am",
        "jav" => "jv",
        "kor" => "ko",
        "nob" => "nb",
        "dan" => "da",
        "swe" => "sv",
        "fin" => "fi",
        "tur" => "tr",
        "nld" => "nl",
        "hun" => "hu",
        "ces" => "cs",
        "ell" => "el",
        "bul" => "bg",
        "bel" => "be",
        "mar" => "mr",
        "kan" => "kn",
        "ron" => "ro",
        "slv" => "sl",
        "hrv" => "hr",
        "srp" => "sr",
        "mkd" => "mk",
        "lit" => "lt",
        "lav" => "lv",
        "est" => "et",
        "tam" => "ta",
        "vie" => "vi",
        "urd" => "ur",
        "tha" => "th",
        "guj" => "gu",
        "uzb" => "uz",
        "pan" => "pa",
        "aze" => "az",
        "ind" => "id",
        "tel" => "te",
        "pes" => "fa",
        "mal" => "ml",
        "ori" => "or",
        "mya" => "my",
        "nep" => "ne",
        "sin" => "si",
        "khm" => "km",
        "tuk" => "tk",
        "aka" => "ak",
        "zul" => "zu",
        "sna" => "sn",
        "afr" => "af",
        "lat" => "la",
        "slk" => "sk",
        "cat" => "ca",
        "tgl" => "tl",
        "hye" => "hy",
        "cym" => "cy",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_two_letters() {
        for language in whatlang::Lang::all() {
            assert_eq!(two_letters(*language).len(), 2, "{language}");
        }
    }
}
