//! What whoever runs the server may set.

/// A setting in a manifest: the configuration's parser, `closezly config` and the manual's table read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// As in the TOML file; the variable is `CLOSEZLY_` and this in capitals.
    pub name: &'static str,
    /// What holds if it isn't set, in words.
    pub default: &'static str,
    /// Whether it is masked wherever it is shown.
    pub secret: bool,
    /// What it is, one sentence.
    pub doc: &'static str,
}
