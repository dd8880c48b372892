//! Whether a name says that its value is secret: of a variable, an option, a JSON key, an HTTP header.

use super::Kind;

/// Words that hold a telling syllable and tell nothing.
const INNOCENT: &[&str] = &[
    "keyboard",
    "keyring",
    "keyserver",
    "keymap",
    "keyspace",
    "keystore",
    "keycloak",
    "keyword",
    "keyframe",
    "publickey",
    "pubkey",
    "hostkey",
    "knownhosts",
    "monkey",
    "turkey",
    "hotkey",
    "compass",
    "bypass",
    "passive",
    "passenger",
    "passthrough",
    "passwordless",
    "tokeniz",
    "secretary",
    "authorit",
    "authored",
    "seedling",
    "passivbot",
];

/// At the end of a name they say that the value is about a secret: where it is, how long it lasts.
const ABOUT: &[&str] = &[
    "file",
    "files",
    "path",
    "paths",
    "dir",
    "directory",
    "folder",
    "cert",
    "certs",
    "certificate",
    "crt",
    "type",
    "types",
    "algo",
    "algorithm",
    "algorithms",
    "alg",
    "length",
    "len",
    "size",
    "bits",
    "format",
    "method",
    "methods",
    "mode",
    "timeout",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "lifetime",
    "age",
    "interval",
    "count",
    "limit",
    "attempts",
    "tries",
    "retries",
    "policy",
    "agent",
    "sock",
    "socket",
    "server",
    "host",
    "hostname",
    "port",
    "url",
    "uri",
    "endpoint",
    "provider",
    "backend",
    "plugin",
    "realm",
    "scope",
    "scopes",
    "enabled",
    "required",
    "checking",
    "authentication",
    "authentications",
    "command",
    "username",
    "user",
    "rotation",
    "prompt",
    "author",
    "authors",
];

/// The same where no dash or case sets them off: `--keyfile`.
const ABOUT_RUN_TOGETHER: &[&str] = &[
    "file",
    "path",
    "directory",
    "sock",
    "keydir",
    "passdir",
    "tokendir",
    "certdir",
];

/// The first that is found decides what it is.
const TELLING: &[(&str, Kind)] = &[
    ("passphrase", Kind::Passphrase),
    ("mnemonic", Kind::SeedPhrase),
    ("recoveryphrase", Kind::SeedPhrase),
    ("seed", Kind::SeedPhrase),
    ("webhook", Kind::Webhook),
    ("pass", Kind::Password),
    ("pwd", Kind::Password),
    ("apisecret", Kind::ApiSecret),
    ("secret", Kind::Secret),
    ("private", Kind::PrivateKey),
    ("privkey", Kind::PrivateKey),
    ("signingkey", Kind::PrivateKey),
    ("apikey", Kind::ApiKey),
    ("accesskey", Kind::ApiKey),
    ("token", Kind::Token),
    ("bearer", Kind::Token),
    ("jwt", Kind::Token),
    ("credential", Kind::Credential),
    ("cookie", Kind::Credential),
    ("connectionstring", Kind::Credential),
    ("auth", Kind::Credential),
    ("signature", Kind::Signature),
    ("key", Kind::Key),
];

/// Short ones, which count only as a word of their own.
const TELLING_WORDS: &[(&str, Kind)] = &[
    ("pw", Kind::Password),
    ("psk", Kind::Password),
    ("pin", Kind::Password),
    ("otp", Kind::Token),
    ("totp", Kind::Token),
    ("pat", Kind::Token),
    ("pk", Kind::PrivateKey),
    ("sk", Kind::PrivateKey),
    ("wif", Kind::PrivateKey),
    ("xprv", Kind::PrivateKey),
    ("sig", Kind::Signature),
    ("sign", Kind::Signature),
    ("hmac", Kind::Secret),
    ("salt", Kind::Secret),
    ("creds", Kind::Credential),
    ("cred", Kind::Credential),
    ("dsn", Kind::Credential),
    ("phrase", Kind::SeedPhrase),
];

/// Databases whose addresses carry a password.
const DATABASES: &[&str] = &[
    "database", "db", "redis", "mongo", "postgres", "pg", "mysql", "mariadb", "amqp", "broker",
    "rpc",
];

/// True for names whose value is an address, of which only a part is secret.
pub(super) fn is_address(name: &str) -> bool {
    let flat = words(name).concat();
    ["url", "uri", "dsn"].iter().any(|end| flat.ends_with(end)) && !flat.contains("webhook")
}

/// What a name says of its value; `None` if it says nothing secret.
pub(super) fn kind(name: &str) -> Option<Kind> {
    let words = words(name);
    // Where a process works, as every shell says.
    if ["PWD", "OLDPWD"].contains(&name) {
        return None;
    }
    let last = words.last()?.as_str();
    let mut flat = words.concat();
    if last == "url" || last == "uri" || flat.ends_with("url") || flat.ends_with("uri") {
        if flat.contains("webhook") {
            return Some(Kind::Webhook);
        }
        let of_database = words
            .iter()
            .any(|word| DATABASES.iter().any(|database| word.starts_with(database)));
        return of_database.then_some(Kind::Credential);
    }
    if ABOUT.contains(&last) || ABOUT_RUN_TOGETHER.iter().any(|end| flat.ends_with(end)) {
        return None;
    }
    for innocent in INNOCENT {
        if flat.contains(innocent) {
            flat = flat.replace(innocent, " ");
        }
    }
    let telling = TELLING.iter().find(|(part, _)| flat.contains(part));
    let short = || {
        TELLING_WORDS
            .iter()
            .find(|(part, _)| words.iter().any(|word| word == part))
    };
    telling.or_else(short).map(|(_, kind)| *kind)
}

/// True for an option that asks for something about secrets and takes no value: `--no-password`, `--ask-pass`.
pub(super) fn is_switch(name: &str) -> bool {
    const FIRST: &[&str] = &[
        "no", "ask", "skip", "use", "require", "with", "without", "enable", "disable", "allow",
        "show", "hide", "reset", "force", "is", "has", "max", "min", "num", "prompt", "list",
        "recv",
    ];
    let words = words(name);
    words
        .first()
        .is_some_and(|word| FIRST.contains(&word.as_str()))
        || words.last().is_some_and(|word| word == "stdin")
}

/// The words of a name in lower case: `apiKey`, `API_KEY` and `--api-key` are all `api`, `key`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(char::is_ascii_lowercase);
        let hump = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next_is_lower));
        if hump || !c.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names() {
        for (name, expected) in [
            ("API_KEY", Kind::ApiKey),
            ("apiKey", Kind::ApiKey),
            ("--api-key", Kind::ApiKey),
            ("apikey", Kind::ApiKey),
            ("BINANCE_API_SECRET", Kind::ApiSecret),
            ("FREQTRADE__EXCHANGE__KEY", Kind::Key),
            ("FREQTRADE__TELEGRAM__TOKEN", Kind::Token),
            ("HBOT_PASSWORD", Kind::Password),
            ("MYSQL_PWD", Kind::Password),
            ("PGPASSWORD", Kind::Password),
            ("DBPASS", Kind::Password),
            ("HYPERLIQUID_PK", Kind::PrivateKey),
            ("OKX_API_PASSPHRASE", Kind::Passphrase),
            ("MNEMONIC", Kind::SeedPhrase),
            ("WALLET_SEED", Kind::SeedPhrase),
            ("DISCORD_WEBHOOK_URL", Kind::Webhook),
            ("SENTRY_DSN", Kind::Credential),
            ("DATABASE_URL", Kind::Credential),
            ("REDIS_URL", Kind::Credential),
            ("Authorization", Kind::Credential),
            ("X-MBX-APIKEY", Kind::ApiKey),
            ("requirepass", Kind::Password),
            ("GOOGLE_CREDENTIALS", Kind::Credential),
            ("privateKey", Kind::PrivateKey),
            ("signature", Kind::Signature),
            ("AWS_SECRET_ACCESS_KEY", Kind::Secret),
            ("KEY", Kind::Key),
        ] {
            assert_eq!(kind(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn harmless_names() {
        for name in [
            "",
            "PATH",
            "HOME",
            "LANG",
            "SSH_AUTH_SOCK",
            "XAUTHORITY",
            "PASSWORD_FILE",
            "--keyfile",
            "KEYMAP",
            "PWD_FILE",
            "PermitRootLogin",
            "PasswordAuthentication",
            "StrictHostKeyChecking",
            "HostKeyAlgorithms",
            "PreferredAuthentications",
            "IdentityFile",
            "PUBLIC_KEY",
            "--config",
            "INVOCATION_ID",
            "--auth-method",
            "TOKEN_TTL",
            "host",
            "design",
            "assigned",
            "spin",
            "HOMEPAGE_URL",
            "author",
            "AuthorizedKeysFile",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }
}
