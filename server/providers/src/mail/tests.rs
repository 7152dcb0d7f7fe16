#![allow(clippy::unwrap_used, clippy::expect_used)]

use ports::Redaction;

use super::*;
use crate::test_utils::{SmtpSink, SmtpTrouble};

fn mail() -> Mail {
    Mail {
        to: "dana@example.com".into(),
        subject: "Reset your password – Zoë".into(),
        text: "Open this:\n.dot\nhttps://x/reset?t=1\n".into(),
    }
}

fn out(mail: Mail) -> Outbound<Mail> {
    Redaction::default().account_mail(mail)
}

fn smtp(url: &str) -> Smtp {
    Smtp::from_url(&url.to_owned().into(), "Closezly <closezly@example.com>").unwrap()
}

#[tokio::test]
async fn a_mail_reaches_the_server_as_it_was_written() {
    let sink = SmtpSink::start().await;
    let smtp = smtp(sink.url());
    assert!(smtp.delivers());
    smtp.send(&out(mail())).await.unwrap();
    smtp.send(&out(mail())).await.unwrap();
    let mails = sink.mails();
    assert_eq!(mails.len(), 2);
    for part in ["From: Closezly <closezly@example.com>", "To: dana@example.com", "Date: ", "Open this:\n.dot\nhttps://x/reset?t=1\n"] {
        assert!(mails[0].contains(part), "{part} is missing in {}", mails[0]);
    }
}

#[tokio::test]
async fn a_refusal_is_told_from_a_delay() {
    let refuses = SmtpSink::start_with(Some(SmtpTrouble::RefusesReceivers)).await;
    assert!(matches!(smtp(refuses.url()).send(&out(mail())).await, Err(MailError::Refused(reason)) if reason.contains("no such mailbox")));
    let later = SmtpSink::start_with(Some(SmtpTrouble::TriesLater)).await;
    assert!(matches!(smtp(later.url()).send(&out(mail())).await, Err(MailError::Unreachable(reason)) if reason.contains("later")));
    assert!(refuses.mails().is_empty() && later.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_is_away_is_unreachable() {
    let hangs_up = SmtpSink::start_with(Some(SmtpTrouble::HangsUp)).await;
    assert!(matches!(smtp(hangs_up.url()).send(&out(mail())).await, Err(MailError::Unreachable(_))));
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let away = smtp(&format!("smtp://127.0.0.1:{port}"));
    assert!(matches!(away.send(&out(mail())).await, Err(MailError::Unreachable(_))));
    assert!(away.check().await.unwrap_err().contains("can't be used"));
}

#[tokio::test]
async fn the_check_says_that_the_server_answers() {
    let sink = SmtpSink::start().await;
    assert!(smtp(sink.url()).check().await.unwrap().contains("127.0.0.1"));
}

#[tokio::test]
async fn what_cannot_be_a_mail_is_malformed() {
    let sink = SmtpSink::start().await;
    for broken in [Mail { to: "nobody".into(), ..mail() }, Mail { subject: "a\r\nBcc: b@example.com".into(), ..mail() }] {
        assert!(matches!(smtp(sink.url()).send(&out(broken)).await, Err(MailError::Malformed(_))));
    }
    assert!(sink.mails().is_empty());
}

#[test]
fn a_broken_address_is_a_sentence_without_the_password() {
    for url in ["", "mail.example.com", "http://user:hunter2@host", "smtp://", "smtps://user:hunter2@:x"] {
        let error = Smtp::from_url(&url.to_owned().into(), "a@example.com").unwrap_err();
        assert!(error.contains("smtps://user:password@host") && !error.contains("hunter2"), "{url}: {error}");
    }
    assert!(Smtp::from_url(&"smtp://host".to_owned().into(), "nobody").unwrap_err().contains("isn't a mail address"));
}

#[tokio::test]
async fn encrypted_schemes_are_known() {
    for url in ["smtps://user:p%40ss@mail.example.com", "smtp+starttls://user:pass@mail.example.com:587"] {
        assert_eq!(smtp(url).server.split(':').next(), Some("mail.example.com"));
    }
}

#[tokio::test]
async fn without_a_server_mails_are_only_logged() {
    assert!(!LogMailer.delivers());
    LogMailer.send(&out(mail())).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_down_is_spared_and_one_that_refuses_a_receiver_is_not() {
    let refuses = SmtpSink::start_with(Some(SmtpTrouble::RefusesReceivers)).await;
    let guarded = GuardedMailer::new(smtp(refuses.url()));
    for _ in 0..7 {
        assert!(matches!(guarded.send(&out(mail())).await, Err(MailError::Refused(_))));
    }
    let hangs_up = SmtpSink::start_with(Some(SmtpTrouble::HangsUp)).await;
    let guarded = GuardedMailer::new(smtp(hangs_up.url()));
    let mut last = None;
    for _ in 0..6 {
        last = guarded.send(&out(mail())).await.err();
    }
    assert!(matches!(last, Some(MailError::Unreachable(why)) if why.contains("left alone")));
    assert!(guarded.delivers());
}
