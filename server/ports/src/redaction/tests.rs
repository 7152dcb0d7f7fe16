use proptest::prelude::*;

use super::*;

fn redacted(text: &str) -> String {
    Redaction::default().text(text).into_inner()
}

fn stays(text: &str) {
    assert_eq!(redacted(text), text);
}

#[test]
fn card_numbers_do_not_leave() {
    // The schemes' own test numbers.
    for card in [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "4222222222222",
        "5555 5555 5555 4444",
        "2223003122003222",
        "3782 822463 10005",
        "3056 930902 5904",
        "6011 1111 1111 1117",
        "3530111333300000",
        "6304 0000 0000 0000",
    ] {
        assert_eq!(redacted(&format!("It's {card}, good until 12/29.")), "It's [card-number], good until 12/29.", "{card}");
    }
    assert_eq!(redacted("4111 1111 1111 1111 123"), "[card-number] 123", "its check code is no part of it");
    assert_eq!(redacted("5 4111 1111 1111 1111"), "5 [card-number]");
    assert_eq!(redacted("4111111111111111 and 5555555555554444"), "[card-number] and [card-number]");
    assert_eq!(redacted("Größe: 4111111111111111€"), "Größe: [card-number]€");
}

#[test]
fn account_numbers_do_not_leave() {
    for iban in [
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
        "GB82 WEST 1234 5698 7654 32",
        "AT61 1904 3002 3457 3201",
        "NO93 8601 1117 947",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    ] {
        assert_eq!(redacted(&format!("Pay to {iban} BIC X")), "Pay to [IBAN] BIC X", "{iban}");
    }
    assert_eq!(redacted("AT61 1904 3002 3457 3201 EUR 5"), "[IBAN] EUR 5");
    stays("DE88 3704 0044 0532 0130 00");
}

#[test]
fn keys_and_passwords_do_not_leave() {
    for key in [
        "sk-proj-abcdefghijklmnopqrstuvwx",
        "sk_live_abcdefghijklmnop1234",
        "ghp_abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
        "xoxb-1234567890-abcdef",
        "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyA-abcdefghijklmnopqrstuvwxyz12345",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "czl_abcdefghijklmnopqrstuvwxyz",
    ] {
        assert_eq!(redacted(&format!("Use {key} for it")), "Use [secret] for it", "{key}");
    }
    for (text, left) in [
        ("Password: hunter2", "Password: [secret]"),
        ("Password: swordfish\nNext line", "Password: [secret]\nNext line"),
        ("user: jo password: pa$$word and more", "user: jo password: [secret] and more"),
        ("DB_PASSWORD=s3cret; DB_USER=jo", "DB_PASSWORD=[secret] DB_USER=jo"),
        ("{\"api_key\": \"abc123def\"}", "{\"api_key\": [secret]"),
        ("Passwort: geheim1", "Passwort: [secret]"),
        ("PIN: 4711 at the gate", "PIN: [secret] at the gate"),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwxyz", "Authorization: Bearer [secret]"),
        ("postgres://jo:hunter@db/x", "postgres://jo:[secret]@db/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter", "[private-key]\nafter"),
        ("before\n-----BEGIN PRIVATE KEY-----\nMIIE", "before\n[private-key]"),
    ] {
        assert_eq!(redacted(text), left);
    }
}

#[test]
fn what_a_sale_is_about_stays() {
    for text in [
        "We pay 1,299.00 € a month for 25 seats, 3 897 000 in all.",
        "Call me at +49 30 901820, +1 (415) 555-0132, 0049 151 2345 6789 or 020 7946 0958.",
        "+4915123456789012",
        "Invoice 2026-11-28-000123, order 1700000000000, version 1.2.3.4",
        "4111 1111 1111 1112 is no card, and 4.1111111111111111 is a number",
        "Your password: it must have 8 to 64 characters. Passwords: see the policy.",
        "Don't share the secret: don't even write it down",
        "The tokens: 1,000 per request. The key point: price.",
        "https://example.com/pricing?plan=team#yearly and jo@example.com",
        "0192f0c1-7b7a-7d3a-9d0e-4111111111111",
        "“Sk-8er”, Bearer bonds, PIN pads — größer als 5 %.",
        "",
    ] {
        stays(text);
    }
}

#[test]
fn a_mail_keeps_its_link() {
    let link = "https://closezly.example.com/reset?token=czl_abcdefghijklmnopqrstuvwxyz";
    let mail = Mail { to: "jo@example.com".to_owned(), subject: "Set a new password".to_owned(), text: link.to_owned() };
    assert_eq!(Redaction::default().account_mail(mail.clone()).into_inner(), mail);
}

/// Texts in which things come close to each other.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("4111 1111 1111 1111"),
        Just("5555555555554444"),
        Just("4111"),
        Just("1111"),
        Just("DE89 3704 0044 0532 0130 00"),
        Just("DE89"),
        Just("sk-abcdefghijklmnopqrstuvwx"),
        Just("czl_"),
        Just("password: "),
        Just("pin="),
        Just("api key:"),
        Just("hunter2"),
        Just("must have"),
        Just("://jo:"),
        Just("@"),
        Just("Bearer "),
        Just("-----BEGIN PRIVATE KEY-----"),
        Just("[secret]"),
        Just("[IBAN]"),
        Just("[card-number]"),
        Just("+"),
        Just("-"),
        Just("ü€漢"),
        Just("\n"),
        Just(" "),
    ];
    prop_oneof![
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
        ".{0,80}",
        "[0-9 .,+-]{0,60}",
        "[A-Z]{2}[0-9A-Z ]{10,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn redacting_twice_is_redacting_once(text in texts()) {
        let once = redacted(&text);
        prop_assert_eq!(redacted(&once), once);
    }

    #[test]
    fn prose_stays(words in proptest::collection::vec("[a-zäöüß]{1,12}[,.!?]?", 0..40)) {
        let text = words.join(" ");
        prop_assert_eq!(redacted(&text), text);
    }

    #[test]
    fn prices_and_phone_numbers_stay(whole in 0_u32..1_000_000, cents in 0_u32..100, line in 1_000_000_u64..999_999_999_999) {
        let text = format!("{whole}.{cents:02} €, {cents} %, call +49{line} or 0{line}");
        prop_assert_eq!(redacted(&text), text);
    }

    #[test]
    fn every_right_card_number_goes(figures in proptest::collection::vec(0_u32..10, 14), before in "[a-zäöü]{0,9}") {
        let mut card: Vec<u32> = [4].into_iter().chain(figures).collect();
        let sum: u32 = card.iter().rev().enumerate().map(|(place, figure)| {
            let value = figure * if place % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        }).sum();
        card.push((10 - sum % 10) % 10);
        let figures: Vec<String> = card.chunks(4).map(|group| group.iter().map(ToString::to_string).collect()).collect();
        for separator in ["", " ", "-"] {
            let left = redacted(&format!("{before} {}!", figures.join(separator)));
            prop_assert_eq!(left, format!("{before} [card-number]!"));
        }
    }
}
