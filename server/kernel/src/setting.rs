//! What whoever runs the server may set.

/// A setting in a manifest: the configuration's parser, its help, `closezly config` and the manual's table read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// As in the TOML file; the flag has dashes for its underscores, the variable is `CLOSEZLY_` and this in capitals.
    pub name: &'static str,
    /// What holds if it isn't set, in words.
    pub default: &'static str,
    /// Whether it holds a secret, which is masked wherever it is shown.
    pub secret: bool,
    /// What it is, without a stop at the end. Names of settings and values in backticks.
    pub doc: &'static str,
}

impl Setting {
    /// A setting that may be shown.
    pub const fn new(name: &'static str, default: &'static str, doc: &'static str) -> Self {
        Self { name, default, secret: false, doc }
    }

    /// One that is masked.
    pub const fn secret(name: &'static str, default: &'static str, doc: &'static str) -> Self {
        Self { secret: true, ..Self::new(name, default, doc) }
    }
}
