#![allow(clippy::unwrap_used, clippy::expect_used)]

use clap::{Args, Command};

use super::*;

fn loaded(arguments: &[&str], file: &str) -> Result<Loaded> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closezly.toml");
    std::fs::write(&path, file).unwrap();
    let matches = Settings::augment_args(Command::new("closezly")).get_matches_from([&["closezly"], arguments].concat());
    let flags = <Settings as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
    load(&flags, &matches, Some(&path))
}

#[test]
fn flags_go_over_the_file_and_the_file_over_defaults() {
    let loaded = loaded(&["--listen", "127.0.0.1:4000"], "listen = \"127.0.0.1:5000\"\ndeepgram_model = \"nova-2\"\n").unwrap();
    assert_eq!(loaded.config.listen.port(), 4000);
    assert_eq!(loaded.config.public_url, "http://127.0.0.1:4000");
    assert_eq!(loaded.config.deepgram_model, "nova-2");
    let origin = |name: &str| loaded.shown().into_iter().find(|shown| shown.name == name).unwrap().origin;
    assert_eq!((origin("listen"), origin("deepgram_model"), origin("mail_from")), (Origin::Flag, Origin::File, Origin::Default));
}

#[test]
fn an_unknown_key_is_named() {
    let error = |file: &str| format!("{:#}", loaded(&[], file).unwrap_err());
    let misspelt = error("lisen = \"127.0.0.1:5000\"\n");
    assert!(misspelt.contains("“lisen”") && misspelt.contains("“listen”") && misspelt.contains("closezly.toml"), "{misspelt}");
    assert!(error("deepgram_modle = \"nova-2\"").contains("did you mean “deepgram_model”"));
    // What is like no setting is not guessed at.
    assert!(error("x = 1").contains("`closezly config` prints all"), "{}", error("x = 1"));
    assert!(error("[server]\nlisten = \"127.0.0.1:5000\"").contains("“server”"), "a table is no setting");
    assert!(error("listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"").contains("duplicate"));
}

#[test]
fn the_manifests_and_what_is_read_are_the_same_settings() {
    let mut manifests: Vec<&str> = manifest().map(|setting| setting.name).collect();
    let mut read = Settings::NAMES.to_vec();
    manifests.sort_unstable();
    read.sort_unstable();
    assert_eq!(manifests, read, "a setting has an entry in its area's manifest and a type in settings.rs");
    let areas: Vec<_> = domain::AREAS.into_iter().chain([SERVER]).collect();
    domain::Registry::new(&areas).map(drop).unwrap();
    let command = Settings::augment_args(Command::new("closezly"));
    for setting in manifest() {
        let argument = command.get_arguments().find(|argument| argument.get_id() == setting.name).unwrap();
        assert_eq!(argument.get_env().unwrap().to_str().unwrap(), format!("CLOSEZLY_{}", setting.name.to_uppercase()));
        let help = argument.get_help().unwrap().to_string();
        assert!(help.contains("[default: ") && !help.contains('`'), "{help}");
        assert!(!setting.doc.ends_with('.') && !setting.doc.contains('|') && setting.doc.len() > 10, "{}", setting.name);
    }
}

#[test]
fn what_holds_without_a_setting_is_as_its_manifest_says() {
    // Said of others' values: the address of LISTEN, a folder here, a model that nobody uses.
    let excused = ["public_url", "data_dir", "embeddings_model"];
    let defaults = loaded(&[], "").unwrap().shown();
    for setting in manifest().filter(|setting| setting.default == "none" || manifest::is_value(setting.default)) {
        let shown = defaults.iter().find(|shown| shown.name == setting.name).unwrap();
        assert!(shown.value == setting.default || excused.contains(&setting.name), "{shown:?} is not {}", setting.default);
    }
}

#[test]
fn the_manuals_table_is_the_manifests() {
    const BEGIN: &str = "<!-- The settings, from the manifests: UPDATE_MANUAL=1 cargo nextest run -p server -E 'test(manuals_table)' -->\n";
    const END: &str = "<!-- The end of the settings -->\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operators-manual.md");
    let manual = std::fs::read_to_string(path).unwrap();
    let (before, rest) = manual.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let wanted = manifest::table();
    if std::env::var_os("UPDATE_MANUAL").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
    } else {
        assert!(table == wanted, "the manual's table of settings is not the manifests'; UPDATE_MANUAL=1 writes it:\n{wanted}");
    }
}

#[test]
fn no_setting_that_a_manifest_calls_secret_is_shown() {
    const KEYS: &str = "2026:SECRETaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaE=";
    for setting in manifest().filter(|setting| setting.secret) {
        let value = match setting.name {
            "database_url" => "postgres://ann:SECRET@db/closezly",
            "smtp_url" => "smtp://ann:SECRET@mail.example:587",
            "files_keys" | "vault_keys" => KEYS,
            "token_key" => "SECRET-0123456789-0123456789-0123456789",
            _ => "SECRET",
        };
        let more = if setting.name == "embeddings_key" { "embeddings = \"openai\"\n" } else { "" };
        let loaded = loaded(&[], &format!("{more}{} = \"{value}\"", setting.name)).unwrap();
        let shown = loaded.shown().into_iter().find(|shown| shown.name == setting.name).unwrap();
        assert!(shown.value.contains("••••") && !format!("{:?}{:?}", shown, loaded.config).contains("SECRET"), "{shown:?}");
    }
}

#[test]
fn wrong_values_are_said_with_their_name() {
    for (file, name) in [
        ("public_url = \"closezly\"", "public_url"),
        ("public_url = \"https://a.example/path\"", "public_url"),
        ("database_url = \"mysql://x\"", "database_url"),
        ("token_key = \"short\"", "token_key"),
        ("client_address_header = \"a b\"", "client_address_header"),
        ("log_format = \"xml\"", "log_format"),
        ("files = \"bucket\"", "files: “bucket”"),
        ("files = \"s3://ann:SECRET@bucket\"", "files: the address must not hold"),
        ("files = \"s3://bucket\"\nfiles_endpoint = \"minio\"", "files_endpoint: “minio”"),
        ("files_endpoint = \"https://minio.example\"", "files_endpoint: it means nothing"),
        ("files_keys = \"2026:short\"", "files_keys: the key “2026”"),
        ("files_keys = \"2026:short\"\nfiles_keys_file = \"/k\"", "files_keys and files_keys_file are set"),
        ("files_keys_file = \"/no/such/file\"", "files_keys_file: /no/such/file"),
        ("vault_keys = \"2026:short\"", "vault_keys: the key “2026”"),
        ("vault_keys = \"plain\"", "vault_keys: the word plain"),
        ("vault_keys_command = \"false\"", "vault_keys_command: the command “false” failed"),
        ("vault_keys_command = \"'open\"", "vault_keys_command: the command “” has a quote"),
        ("token_key_command = \"echo short\"", "token_key"),
        ("intranet_sites = \"wiki.corp\"", "intranet_sites: “wiki.corp” must be a name and an address"),
        ("intranet_sites = \"wiki.corp=10.0.0.5:80\"", "intranet_sites: “10.0.0.5:80” is no IP address"),
        ("intranet_sites = \"http://wiki.corp=10.0.0.5\"", "intranet_sites: “http://wiki.corp” is no name of a site"),
        ("embeddings = \"magic\"", "embeddings"),
        ("embeddings = \"openai\"", "embeddings_key"),
        ("embeddings = \"openai\"\nembeddings_url = \"localhost\"", "embeddings_url"),
        ("embeddings = \"openai\"\nembeddings_url = \"http://a\"\nembeddings_model = \"m\"", "embeddings_dimensions"),
        ("embeddings = \"none\"\nembeddings_folder = \"m\"", "embeddings = local"),
        ("embeddings_before = \"local\"", "embeddings_before"),
        ("embeddings = \"openai\"\nembeddings_url = \"http://a\"\nembeddings_before = \"magic\"", "embeddings_before"),
        ("embeddings = \"local\"\nembeddings_folder = \"m\"\nembeddings_key = \"k\"", "embeddings_key"),
        ("open_sign_up = \"perhaps\"", "open_sign_up: invalid type: string \"perhaps\", expected a boolean"),
        ("listen = 5", "listen: invalid type"),
        ("listen = \"localhost\"", "listen: invalid socket address"),
        ("embeddings_dimensions = -1", "embeddings_dimensions: invalid value"),
        ("metrics_token = true", "metrics_token: invalid type"),
    ] {
        let error = format!("{:#}", loaded(&[], file).unwrap_err());
        assert!(error.contains(name), "{file}: {error}");
    }
}

#[test]
fn sites_of_the_own_network_are_named_with_their_address() {
    let shown = |loaded: &Loaded| loaded.shown().into_iter().find(|shown| shown.name == "intranet_sites").unwrap().value;
    let none = loaded(&[], "").unwrap();
    assert_eq!((none.config.intranet_sites.as_slice(), shown(&none).as_str()), ([].as_slice(), "none"));
    let two = loaded(&["--intranet-sites", "Wiki.corp=10.0.0.5, docs.corp=fd00::7"], "intranet_sites = \"a=10.0.0.1\"").unwrap();
    assert_eq!(two.config.intranet_sites[0], ("wiki.corp".to_owned(), IpAddr::from([10, 0, 0, 5])));
    assert_eq!(shown(&two), "wiki.corp=10.0.0.5,docs.corp=fd00::7");
}

#[test]
fn no_secret_is_shown() {
    let file = "deepgram_key = \"SECRET-1\"\nsmtp_url = \"smtp://ann:SECRET-2@mail.example:587\"\ndatabase_url = \"postgres://ann:SEC/RET-3@db/closezly?password=SECRET-4\"\ntoken_key = \"SECRET-5-0123456789-0123456789-0123456789\"\nmetrics_token = \"SECRET-6\"\nfiles_keys = \"2026:SECRETaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaE=\"\n";
    let loaded = loaded(&[], file).unwrap();
    let shown = format!("{:?} {:?}", loaded.shown(), loaded.config);
    assert!(!shown.contains("SECRET") && !shown.contains("RET-3"), "{shown}");
    assert!(shown.contains("postgres://ann:••••@db/closezly"), "{shown}");
    assert_eq!(loaded.shown().len(), Settings::NAMES.len());
    assert!(loaded.shown().iter().all(|shown| !shown.value.is_empty()), "every setting has a value to show");
}

#[test]
fn keys_come_from_a_setting_a_file_or_a_command() {
    const KEY: &str = "SECRETaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaE=";
    let shown = |loaded: &Loaded, name: &str| loaded.shown().into_iter().find(|shown| shown.name == name).unwrap().value;
    let none = loaded(&[], "data_dir = \"/srv/closezly\"").unwrap();
    assert!(none.config.vault_keys.is_empty());
    assert_eq!(
        (shown(&none, "vault_keys"), shown(&none, "vault_keys_file")),
        ("kept in /srv/closezly/secrets/vault.key".into(), "none".into())
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys");
    std::fs::write(&file, format!("2027:{KEY},2026:{}\n", KEY.replace("aaa", "bbb"))).unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "SECRET-0123456789-0123456789-0123456789\n").unwrap();
    let text = format!(
        "vault_keys_file = \"{}\"\nfiles_keys_command = \"printf '%s' 2025:{KEY}\"\ntoken_key_file = \"{}\"",
        file.display(),
        token.display()
    );
    let said = loaded(&[], &text).unwrap();
    assert_eq!((said.config.vault_keys.current_name(), said.config.files_keys.current_name()), (Some("2027"), Some("2025")));
    assert!(said.config.token_key.as_ref().unwrap().expose_secret().ends_with("0123456789"));
    assert_eq!((shown(&said, "vault_keys_file"), shown(&said, "files_keys_command")), (file.display().to_string(), "printf …".into()));
    assert!(!format!("{:?} {:?}", said.shown(), said.config).contains("SECRET"));
    let empty = loaded(&["--vault-keys", ""], &format!("vault_keys_file = \"{}\"", file.display())).unwrap();
    assert_eq!(empty.config.vault_keys.current_name(), Some("2027"), "an empty setting is none");
}

#[test]
fn the_model_that_comes_along_makes_vectors_unless_another_is_configured() {
    let shown = |loaded: &Loaded, name: &str| loaded.shown().into_iter().find(|shown| shown.name == name).unwrap().value;
    let local = loaded(&[], "").unwrap();
    let Some(providers::embedding::Config::Local(config)) = &local.config.embeddings.current else {
        panic!("{:?}", local.config.embeddings)
    };
    assert_eq!(config.folder, None);
    assert_eq!((shown(&local, "embeddings"), shown(&local, "embeddings_key")), ("local".into(), "none".into()));
    let off = loaded(&[], "embeddings = \"none\"").unwrap();
    assert!(off.config.embeddings.current.is_none() && shown(&off, "embeddings") == "none");

    let file = "embeddings = \"openai\"\nembeddings_url = \"http://127.0.0.1:11434\"\nembeddings_model = \"nomic-embed-text\"\nembeddings_dimensions = 768\nembeddings_key = \"SECRET-9\"\n";
    let server = loaded(&["--embeddings-model", "bge-small"], file).unwrap();
    let values =
        ["embeddings", "embeddings_url", "embeddings_model", "embeddings_dimensions", "embeddings_key"].map(|name| shown(&server, name));
    assert_eq!(values, ["openai", "http://127.0.0.1:11434", "bge-small", "768", "••••••••"]);
    assert!(!format!("{:?} {:?}", server.shown(), server.config).contains("SECRET"));
}

#[test]
fn the_model_before_answers_beside_the_current_one() {
    let file =
        "embeddings = \"openai\"\nembeddings_key = \"SECRET-9\"\nembeddings_before = \"local\"\nembeddings_folder = \"/srv/minilm\"\n";
    let shown = |loaded: &Loaded, name: &str| loaded.shown().into_iter().find(|shown| shown.name == name).unwrap().value;
    let beside = loaded(&[], file).unwrap();
    assert!(matches!(&beside.config.embeddings.before, Some(providers::embedding::Config::Local(_))));
    assert_eq!(
        ["embeddings", "embeddings_before", "embeddings_folder"].map(|name| shown(&beside, name)),
        ["openai", "local", "/srv/minilm"]
    );
    let file = "embeddings = \"openai\"\nembeddings_key = \"SECRET-9\"\nembeddings_before = \"openai:nomic-embed-text:v1.5:768\"\n";
    let Some(providers::embedding::Config::OpenAi(before)) = loaded(&[], file).unwrap().config.embeddings.before else { panic!() };
    assert_eq!((before.model.as_str(), before.dimensions), ("nomic-embed-text:v1.5", Some(768)));
}

#[test]
fn a_quota_is_in_megabytes_and_none_is_not_zero() {
    let quota = |file: &str| loaded(&[], file).map(|loaded| loaded.config.storage_quota);
    assert_eq!(quota("").unwrap(), None);
    assert_eq!(quota("storage_quota_mb = 5_000").unwrap(), Some(5_000_000_000));
    assert!(quota("storage_quota_mb = 0").unwrap_err().to_string().contains("at least 1"));
    assert!(quota("storage_quota_mb = -1").is_err());
}
