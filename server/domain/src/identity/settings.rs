//! What whoever runs the server may set about accounts and mail.

use kernel::Setting;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("open_sign_up", "true", "whether strangers may sign up and open an organization"),
    Setting::new(
        "refused_passwords_file",
        "none",
        "file of passwords that are refused beside the common ones: a SHA-1 in hex a line, sorted (see “Signing in”)",
    ),
    Setting::secret(
        "smtp_url",
        "none",
        "`smtps://user:password@host`, `smtp+starttls://…` or `smtp://…`; without it mails are only logged, and a sign-up needs \
         none (see “Sign-up and mail”)",
    ),
    Setting::new("mail_from", "Closezly <closezly@localhost>", "sender of mails, for example `Sales <sales@example.com>`"),
    Setting::secret(
        "token_key",
        "made once, in `data_dir/secrets/token.key`",
        "signs access tokens; at least 32 characters. Give several servers the same one (several servers need PostgreSQL)",
    ),
    Setting::new("token_key_file", "none", "file that holds `token_key` (see “Keys”)"),
    Setting::new("token_key_command", "none", "command that prints `token_key` (see “Keys”)"),
];
