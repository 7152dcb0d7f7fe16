//! What the binary itself can be told.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{Area, Setting};

const SETTINGS: &[Setting] = &[
    Setting::new("listen", "127.0.0.1:3000", "address and port to listen on"),
    Setting::new(
        "public_url",
        "http://LISTEN",
        "the address people use; links in mails and cookies depend on it. Browsers give the microphone only to https and to \
         localhost",
    ),
    Setting::new(
        "node_address",
        "none",
        "where the other servers of the same installation reach this one, for example `http://10.0.0.5:3000`: with it several servers \
         share their calls. They need PostgreSQL, and the same `token_key`, `vault_keys` and `files`",
    ),
    Setting::new("data_dir", "./data", "folder of the database, recordings and secrets"),
    Setting::secret(
        "database_url",
        "a SQLite file in `data_dir`",
        "`sqlite://…` or `postgres://…` (with pgvector); `DATABASE_URL` is read too",
    ),
    Setting::new("site_dir", "`site` beside the binary, else `target/site`", "folder of the browser's files"),
    Setting::new("log", "info", "filter of the log, for example `info,server=debug`"),
    Setting::new("log_format", "pretty", "`pretty`, `json` (one object a line), or `auto`: `json` where the log does not go to a terminal"),
    Setting::new(
        "client_address_header",
        "none",
        "header with the client's address from your own proxy, for example `x-forwarded-for`. Without it everybody behind the \
         proxy has one address, and limits by address do not apply",
    ),
    Setting::secret("metrics_token", "none", "bearer token of `/metrics`; without it only this computer may read it"),
    Setting::secret(
        "vault_keys",
        "made once, in `data_dir/secrets/vault.key`",
        "keys that organizations' credentials for other services are sealed by, `name:base64,name:base64`; the first one seals \
         (see “Keys”). Give several servers the same ones",
    ),
    Setting::new("vault_keys_file", "none", "file that holds `vault_keys` (see “Keys”)"),
    Setting::new("vault_keys_command", "none", "command that prints `vault_keys` (see “Keys”)"),
];

/// The binary's own manifest, beside those of the areas.
pub const SERVER: Area = Area { settings: SETTINGS, ..Area::new("server") };

/// Every setting: the binary's own, then those of the areas.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    SERVER.settings.iter().chain(domain::AREAS.iter().flat_map(|area| area.settings))
}

struct Texts {
    variable: String,
    help: String,
}

static TEXTS: LazyLock<BTreeMap<&'static str, Texts>> = LazyLock::new(|| {
    let texts = |setting: &Setting| Texts {
        variable: format!("CLOSEZLY_{}", setting.name.to_uppercase()),
        help: format!("{} [default: {}]", setting.doc, setting.default).replace('`', ""),
    };
    all().map(|setting| (setting.name, texts(setting))).collect()
});

/// The variable of a setting. A test finds a setting that is in no manifest.
pub(super) fn variable(name: &str) -> &'static str {
    TEXTS.get(name).map_or("CLOSEZLY_IN_NO_MANIFEST", |texts| &texts.variable)
}

/// What the command line says of a setting.
pub(super) fn help(name: &str) -> &'static str {
    TEXTS.get(name).map_or("In no manifest", |texts| &texts.help)
}

/// The setting whose name is most like a word, if any is.
pub fn nearest(word: &str) -> Option<&'static str> {
    let likeness = |setting: &&Setting| strsim::normalized_damerau_levenshtein(setting.name, word);
    let nearest = all().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&nearest) > 0.5).then_some(nearest.name)
}

/// Whether a default is a value, not words about one.
#[cfg(test)]
pub(super) fn is_value(default: &str) -> bool {
    default.contains('<') || (default != "none" && !default.contains([' ', '`', '\'']))
}

/// The manual's table.
#[cfg(test)]
pub(super) fn table() -> String {
    let mut table = "| key | default | meaning |\n|---|---|---|\n".to_owned();
    for Setting { name, default, doc, .. } in all() {
        let default = if is_value(default) { format!("`{default}`") } else { (*default).to_owned() };
        table += &format!("| `{name}` | {default} | {doc} |\n");
    }
    table
}
