//! Which new passwords are taken.

use model::{Problem, validation};
use zxcvbn::{Score, zxcvbn};

use super::Own as _;
use kernel::{Kernel, Result};

/// What is looked at for being guessable: the estimate's time grows with the length, and nobody guesses the rest.
const LOOKED_AT: usize = 100;
/// The name of the product, which guessers try first.
const PRODUCT: &str = "closezly";

/// Refuses a password that is too short or long, a common one, and one made of what is known of the person: name, mail address, organization.
///
/// How many guesses a password takes is estimated as Wheeler does ("zxcvbn: Low-Budget Password Strength Estimation", 2016), with its
/// lists of common passwords, words and names; fewer than 10⁸ are too few.
///
/// Then the list of whoever runs the server is asked, if there is one.
///
/// # Errors
/// A problem of the field `password`; if the list can't be read any more.
pub(super) async fn check(kernel: &Kernel, password: &str, known: &[&str]) -> Result<()> {
    is_hard_to_guess(password, known)?;
    match kernel.refused_passwords() {
        Some(refused) if refused.contain(password).await? => Err(Problem::of_field(
            "password",
            "This password is on a list of passwords that are known to attackers. Choose another, for example four words that don’t belong together.",
        )
        .into()),
        _ => Ok(()),
    }
}

fn is_hard_to_guess(password: &str, known: &[&str]) -> Result<()> {
    validation::new_password(password)?;
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    let parts = known.iter().flat_map(|text| text.split(|sign: char| !sign.is_alphanumeric())).filter(|part| part.chars().count() > 2);
    let joined: Vec<String> = known.iter().map(|text| text.chars().filter(|sign| sign.is_alphanumeric()).collect()).collect();
    let own: Vec<&str> = known.iter().copied().chain(parts).chain(joined.iter().map(String::as_str)).chain([PRODUCT]).collect();
    if zxcvbn(&looked_at, &own).score() >= Score::Three {
        return Ok(());
    }
    Err(Problem::of_field(
        "password",
        "This password is easy to guess: it is a common one, follows a pattern, or is made of your own name or address. Choose another, for example four words that don’t belong together.",
    )
    .into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    const ANN: [&str; 3] = ["Ann Perkins", "ann.perkins@initech.example", "Initech Sales"];

    #[test]
    fn common_ones_and_own_words_are_refused() {
        for password in [
            "1234567890",
            "password12",
            "qwertyuiop",
            "iloveyou12",
            "Closezly123",
            "closezly2026",
            "ann.perkins@initech.example",
            "AnnPerkins1",
            "initechinitech",
            "InitechSales7",
            "abcdefghij",
            "aaaaaaaaaab",
            "P@ssw0rd2024",
            "1q2w3e4r5t",
            "short",
        ] {
            let error = is_hard_to_guess(password, &ANN).expect_err(password).into_problem();
            assert_eq!(error.field.as_deref(), Some("password"), "{password}");
        }
    }

    #[test]
    fn words_in_a_row_and_what_a_program_made_are_taken() {
        for password in
            ["correct horse battery", "violet tram under oatmeal", "x9$Lq2!vTz", "größer als jeder berg", "四つの言葉を並べてみた"]
        {
            is_hard_to_guess(password, &ANN).unwrap();
        }
        is_hard_to_guess(&"long ".repeat(40), &[]).unwrap_err();
        is_hard_to_guess(&"a sentence that nobody would guess, ".repeat(5), &[]).unwrap();
    }
}
