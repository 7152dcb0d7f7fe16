//! A program of others that was taken over by the document that it reads.

use std::net::TcpListener;

use landlock::{AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, Scope};

use crate::made::{limits, read_with, text};
use crate::programs::Fake;

/// Whether this system can confine a program to its files.
fn confines() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement).handle_access(AccessFs::ReadFile);
    ruleset.and_then(Ruleset::create).is_ok()
}

/// Whether it can keep it from signalling others.
fn keeps_signals() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement).scope(Scope::Signal);
    ruleset.and_then(Ruleset::create).is_ok()
}

#[tokio::test]
async fn it_reaches_no_network_no_variables_and_no_files() {
    if !confines() || !std::path::Path::new("/bin/bash").exists() {
        eprintln!("skipped: it_reaches_no_network_no_variables_and_no_files: this system has no Landlock or no bash");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("token.key");
    std::fs::write(&secret, "secret").unwrap();
    let (secret, outside) = (secret.display(), outside.path().display());
    let own = std::process::id();
    // Each attempt is a line of the text that it "recognizes".
    let script = format!(
        r#"
        if [ "$1" = --list-langs ]; then echo eng; exit 0; fi
        line=0
        try() {{
            line=$((line + 1))
            if ( eval "$2" ) >/dev/null 2>&1; then result=worked; else result=refused; fi
            printf '5\t1\t1\t1\t%s\t1\t0\t0\t10\t10\t90\t%s %s.\n' $line "$1" $result
        }}
        try "work here" 'echo x > here && cat here && mkdir folder && rm here'
        try "read the system" 'cat /usr/bin/env'
        try "read a secret" 'cat {secret}'
        try "read settings" 'cat /etc/hostname'
        try "list homes" 'ls {outside}'
        try "write outside" 'echo x > {outside}/left-behind'
        try "remove outside" 'rm {secret}'
        try "link" 'ln -s {secret} link'
        try "connect" 'exec 3<>/dev/tcp/127.0.0.1/{port}'
        try "signal the server" 'kill -0 {own}'
        try "read variables of the server" 'cat /proc/{own}/environ'
        try "raise limits" 'ulimit -v unlimited'
        try "have variables" 'env | grep CARGO'
        "#
    );
    let fake = Fake::tesseract("").with("tesseract", "/bin/bash", &script);
    let document = read_with(&fake.reader(limits()), include_bytes!("../fixtures/scan.jpg"), "scan.jpg").await.unwrap();
    let tried = text(&document);
    for what in ["work here", "read the system"] {
        assert!(tried.contains(&format!("{what} worked")), "{tried}");
    }
    for what in [
        "read a secret",
        "read settings",
        "list homes",
        "write outside",
        "remove outside",
        "link",
        "connect",
        "read variables of the server",
        "raise limits",
        "have variables",
    ] {
        assert!(tried.contains(&format!("{what} refused")), "{tried}");
    }
    assert!(!keeps_signals() || tried.contains("signal the server refused"), "{tried}");
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody connected");
    assert_eq!(std::fs::read_to_string(secret.to_string()).unwrap(), "secret");
}
