//! What decides over a login, in every combination: lines of passwd(5) and shadow(5), options of PAM and of sshd; and what the
//! model says of each. Shared by the scene that tries them on a booted system and by the test that holds what it recorded.

use seaworthy::fact::Fact;
use seaworthy::facts::Facts;
use seaworthy::facts::accounts::Account;
use seaworthy::model::login::{Door, Doors};
use seaworthy::model::sshd::{
    Argument, Connection, Effective, Groups, Model, PasswordLogin, is_on, password_login,
};
use seaworthy::source::{HostText, Obstacle};

/// Hashes of `correct horse`, as crypt(5) makes them.
const YESCRYPT: &str = "$y$j9T$abcdefgh$4mqd6JVlUo/.JMgenptcdPqIowfqDPoC9lSyWQhPMf1";
const SHA512: &str = "$6$salt$pfWEh40/jW3sybE9zOQ9fIpZ9F6fyy/jogzYisHAyINpuc9icJd187oNK8pukepHV.QSHFtNVGUeWCRJCE9G4/";

/// The password: field 2 of passwd, and that of shadow where there is a line.
const PASSWORDS: [(&str, &str, Option<&str>); 17] = [
    ("yescrypt", "x", Some("{hash}")),
    ("sha512", "x", Some(SHA512)),
    (
        "bcrypt",
        "x",
        Some("$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2"),
    ),
    ("md5", "x", Some("$1$salt$uXdHrfCd.CnHQasvSgrAO0")),
    ("des", "x", Some("abhfCpXqd4GrI")),
    ("locked", "x", Some("!{hash}")),
    ("locked-twice", "x", Some("!!{hash}")),
    ("bang", "x", Some("!")),
    ("bang-star", "x", Some("!*")),
    ("star", "x", Some("*")),
    ("star-hash", "x", Some("*{hash}")),
    ("junk", "x", Some("x")),
    ("empty", "x", Some("")),
    ("no-line", "x", None),
    ("in-passwd", "{hash}", None),
    ("in-passwd-and-locked", "{hash}", Some("!")),
    ("empty-in-passwd", "", Some("{hash}")),
];

/// The days: fields 3 to 9 of shadow; `{-5}` is five days ago.
const AGES: [(&str, &str); 17] = [
    ("fresh", "{-9}:0:99999:7:::"),
    ("blank", "::::::"),
    ("ended", "{-9}:0:99999:7::1:"),
    ("ended-at-zero", "{-9}:0:99999:7::0:"),
    ("ended-yesterday", "{-9}:0:99999:7::{-1}:"),
    ("ends-today", "{-9}:0:99999:7::{0}:"),
    ("ends-tomorrow", "{-9}:0:99999:7::{1}:"),
    ("old", "{-100}:0:30:7:::"),
    ("old-and-inactive", "{-100}:0:30:7:10::"),
    ("old-and-still-active", "{-35}:0:30:7:10::"),
    ("last-day-active", "{-40}:0:30:7:10::"),
    ("first-day-inactive", "{-41}:0:30:7:10::"),
    ("inactive-at-once", "{-31}:0:30:7:0::"),
    ("must-change", "0:0:99999:7:::"),
    ("must-change-and-inactive", "0:0:30:7:10::"),
    ("changed-in-future", "{9}:0:30:7:10::"),
    ("no-maximum", "{-5000}:0::7:10::"),
];

const SHELLS: [(&str, &str); 8] = [
    ("bash", "/bin/bash"),
    ("sh", "/bin/sh"),
    ("unnamed-shell", ""),
    ("nologin", "/usr/sbin/nologin"),
    ("false", "/bin/false"),
    ("no-such-shell", "/opt/no/such/shell"),
    ("shell-not-executable", "/etc/debian_version"),
    ("shell-a-directory", "/opt"),
];

const USERS: [&str; 2] = ["ordinary", "second-root"];

/// Options of the system: the words, of which the first is the usual one.
const OPTIONS: [(&str, &[&str]); 9] = [
    ("UsePAM", &["yes", "no"]),
    ("PasswordAuthentication", &["yes", "no"]),
    ("KbdInteractiveAuthentication", &["no", "yes"]),
    ("PermitEmptyPasswords", &["no", "yes"]),
    ("PermitRootLogin", &["prohibit-password", "yes", "no"]),
    ("nullok", &["yes", "no"]),
    ("nologin", &["no", "yes"]),
    ("sshd-asks-nologin", &["yes", "no"]),
    ("wheel", &["no", "yes"]),
];

/// What was chosen of a list, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    password: usize,
    age: usize,
    shell: usize,
    user: usize,
}

/// What was chosen of each of the options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System([usize; OPTIONS.len()]);

/// Which doors are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Over SSH, by password or keyboard-interactive.
    pub password: bool,
    /// Over SSH, by a key.
    pub key: bool,
    /// By su(1) from another account.
    pub su: bool,
    /// By login(1) on a terminal.
    pub console: bool,
}

impl Open {
    fn named(&self) -> [(&'static str, bool); 4] {
        [
            ("password", self.password),
            ("key", self.key),
            ("su", self.su),
            ("console", self.console),
        ]
    }

    /// The open doors, as the table has them.
    pub fn words(&self) -> String {
        let open = self.named().into_iter().filter(|(_, is_open)| *is_open);
        let words: Vec<&str> = open.map(|(name, _)| name).collect();
        if words.is_empty() {
            "none".to_owned()
        } else {
            words.join(" ")
        }
    }

    pub fn parse(text: &str) -> Self {
        let has = |name: &str| text.split_whitespace().any(|word| word == name);
        Self {
            password: has("password"),
            key: has("key"),
            su: has("su"),
            console: has("console"),
        }
    }
}

impl Login {
    /// One by chance: half of what is chosen is the usual, so that one thing decides at a time.
    pub fn roll(roll: &mut impl FnMut(usize) -> usize) -> Self {
        let mut some = |count: usize| if roll(2) == 0 { 0 } else { roll(count) };
        Self {
            age: some(AGES.len()),
            shell: some(SHELLS.len()),
            user: if some(4) == 0 { 0 } else { 1 },
            password: roll(PASSWORDS.len()),
        }
    }

    pub fn words(&self) -> String {
        let (password, age) = (PASSWORDS[self.password].0, AGES[self.age].0);
        format!(
            "{password} {age} {} {}",
            SHELLS[self.shell].0, USERS[self.user]
        )
    }

    pub fn parse(text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = |mut names: Box<dyn Iterator<Item = &'static str>>, word: &str| {
            let found = names.position(|name| name == word);
            found.unwrap_or_else(|| panic!("no word of the table: {word}"))
        };
        Self {
            password: at(Box::new(PASSWORDS.iter().map(|it| it.0)), words[0]),
            age: at(Box::new(AGES.iter().map(|it| it.0)), words[1]),
            shell: at(Box::new(SHELLS.iter().map(|it| it.0)), words[2]),
            user: at(Box::new(USERS.into_iter()), words[3]),
        }
    }

    /// True if a password of nothing is what it has.
    pub fn is_empty(&self) -> bool {
        PASSWORDS[self.password].0.starts_with("empty")
    }

    /// True if its shell can be run.
    pub fn has_shell(&self) -> bool {
        self.shell < 5
    }

    /// Its line of passwd(5), by its number among others.
    pub fn passwd(&self, number: usize) -> String {
        let (id, shell) = (self.uid(number), SHELLS[self.shell].1);
        let password = PASSWORDS[self.password].1.replace("{hash}", YESCRYPT);
        format!("door{number}:{password}:{id}:{id}::/home/door:{shell}\n")
    }

    /// Its line of shadow(5), if it has one, on a day since 1970.
    pub fn shadow(&self, number: usize, today: i64) -> Option<String> {
        let password = PASSWORDS[self.password].2?.replace("{hash}", YESCRYPT);
        let day = |field: &str| {
            let ago = field.strip_prefix('{')?.strip_suffix('}')?;
            Some((today + ago.parse::<i64>().ok()?).to_string())
        };
        let age = AGES[self.age].1.split(':');
        let days: Vec<String> = age.map(|it| day(it).unwrap_or(it.to_owned())).collect();
        Some(format!("door{number}:{password}:{}\n", days.join(":")))
    }

    fn uid(&self, number: usize) -> usize {
        if self.user == 0 { 2000 + number } else { 0 }
    }
}

impl System {
    /// One by chance.
    pub fn roll(roll: &mut impl FnMut(usize) -> usize) -> Self {
        let mut system = Self([0; OPTIONS.len()]);
        for (chosen, (_, words)) in system.0.iter_mut().zip(OPTIONS) {
            *chosen = if roll(2) == 0 { 0 } else { roll(words.len()) };
        }
        system
    }

    fn word(&self, option: &str) -> &'static str {
        let at = OPTIONS.iter().position(|(name, _)| *name == option);
        let at = at.expect("an option");
        OPTIONS[at].1[self.0[at]]
    }

    pub fn words(&self) -> String {
        let words = OPTIONS
            .iter()
            .map(|(name, _)| format!("{name}={}", self.word(name)));
        words.collect::<Vec<_>>().join(" ")
    }

    pub fn parse(text: &str) -> Self {
        let mut system = Self([0; OPTIONS.len()]);
        for (word, (at, (name, values))) in text.split_whitespace().zip(OPTIONS.iter().enumerate())
        {
            let value = word
                .strip_prefix(&format!("{name}="))
                .expect("the options in order");
            system.0[at] = values.iter().position(|it| *it == value).expect("a value");
        }
        system
    }

    /// What sshd is told.
    pub fn sshd(&self) -> String {
        let own = OPTIONS[..5]
            .iter()
            .map(|(name, _)| format!("{name} {}\n", self.word(name)));
        let more = "AuthorizedKeysFile /etc/ssh/taken\nMaxStartups 200\nMaxAuthTries 20\n";
        own.chain([more.to_owned()]).collect()
    }

    /// Files of PAM that are not as Debian has them, by their names in `/etc/pam.d`, and whether `/etc/nologin` is there.
    pub fn pam(&self) -> [(&'static str, String); 3] {
        let nullok = if self.word("nullok") == "yes" {
            " nullok"
        } else {
            ""
        };
        let asks = self.word("sshd-asks-nologin") == "yes";
        let asks = if asks {
            "account required pam_nologin.so\n"
        } else {
            ""
        };
        let wheel = self.word("wheel") == "yes";
        let wheel = if wheel {
            "auth required pam_wheel.so\n"
        } else {
            ""
        };
        let auth = format!(
            "auth [success=1 default=ignore] pam_unix.so{nullok} nodelay\nauth requisite pam_deny.so\nauth required pam_permit.so\n"
        );
        let sshd = format!(
            "@include common-auth\n{asks}@include common-account\nsession required pam_loginuid.so\n@include common-session\n@include common-password\n"
        );
        let su = format!(
            "auth sufficient pam_rootok.so\n{wheel}@include common-auth\n@include common-account\n@include common-session\n@include common-password\n"
        );
        [("common-auth", auth), ("sshd", sshd), ("su", su)]
    }

    pub fn has_nologin(&self) -> bool {
        self.word("nologin") == "yes"
    }
}

/// What the model says of an account by facts; or why it cannot.
pub fn by_model(facts: &Facts, name: &str) -> Result<Open, String> {
    let told = |why: Obstacle| why.to_string();
    let (accounts, _) = facts.accounts().and_then(Fact::known).expect("accounts");
    let name = HostText::from(name);
    let account = accounts.accounts.iter().find(|it| it.name == name);
    let account = account.ok_or("no such account")?;
    let (known, _) = facts
        .sshd_config()
        .and_then(Fact::known)
        .expect("sshd's files");
    let (version, _) = known.version.known().expect("its version");
    let none: [Argument; 0] = [];
    let model = Model::new(&known.config, version, &none).expect("sshd starts");
    let connection = Connection {
        user: Some(name.clone()),
        host: Some("203.0.113.1".into()),
        addr: Some("203.0.113.1".into()),
        lport: Some(22),
        groups: Groups::of(accounts, &name),
        ..Connection::default()
    };
    let effective = model.login(&connection).expect("an answer");
    let doors = Doors::new(facts).expect("accounts and PAM").right_now();
    let is_open = |door: Result<Door, Obstacle>| door.map(|it| it == Door::Open).map_err(told);
    let asked = password_login(&effective, &connection, account.uid).map_err(told)?;
    let takes_password = matches!(asked, PasswordLogin::Open(_));
    let by_password = doors.by_password(&effective, account, account.password);
    Ok(Open {
        password: takes_password && is_open(by_password)?,
        key: takes_key(&effective, account).map_err(told)?
            && is_open(doors.by_key(&effective, account))?,
        su: is_open(doors.su(account))?,
        console: is_open(doors.console(account))?,
    })
}

/// sshd's own rule for a key, as far as the options here go.
fn takes_key(effective: &Effective<'_>, account: &Account) -> Result<bool, Obstacle> {
    let root = effective.get("permitrootlogin")?;
    let root = root.is_none_or(|it| it.value() != Some("no"));
    Ok(is_on(effective, "pubkeyauthentication")? && (account.uid != 0 || root))
}
