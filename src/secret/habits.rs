//! What single programs make of their short options: `mysql -pSECRET`, `sshpass -p SECRET`, `runc … create ID`.

use super::Kind;

/// How programs take a secret.
struct Habit {
    programs: &'static [&'static str],
    /// Options whose value is the next word.
    next: &'static [&'static str],
    /// Options whose value follows at once.
    attached: &'static [&'static str],
    /// The last word of the command line is one.
    last: bool,
    /// What follows is another program's command line, with options of its own.
    once: bool,
}

const NOTHING: Habit = Habit {
    programs: &[],
    next: &[],
    attached: &[],
    last: false,
    once: false,
};

const HABITS: &[Habit] = &[
    Habit {
        programs: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlcheck",
            "mysqlshow",
            "mysqlslap",
            "mysqlpump",
            "mysqlsh",
            "mysqlbinlog",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "mariadb-import",
            "mariadb-check",
            "mariadb-backup",
            "mariadb-show",
            "mydumper",
            "myloader",
            "mycli",
            "xtrabackup",
            "7z",
            "7za",
            "7zr",
            "7zz",
            "rar",
            "unrar",
        ],
        attached: &["-p", "-hp"],
        ..NOTHING
    },
    Habit {
        programs: &["sshpass"],
        next: &["-p"],
        attached: &["-p"],
        once: true,
        ..NOTHING
    },
    Habit {
        programs: &[
            "login",
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongostat",
            "cqlsh",
            "usermod",
            "useradd",
            "ncftp",
            "ncftpget",
            "ncftpput",
            "hummingbot_quickstart",
            "hummingbot_quickstart.py",
            "quickstart",
            "quickstart.py",
            "mongotop",
            "influx",
            "pass",
            "rabbitmqadmin",
        ],
        next: &["-p"],
        attached: &["-p"],
        ..NOTHING
    },
    Habit {
        programs: &["redis-cli", "valkey-cli", "keydb-cli", "redis-benchmark"],
        next: &["-a"],
        attached: &["-a"],
        ..NOTHING
    },
    Habit {
        programs: &[
            "ldapsearch",
            "ldapwhoami",
            "ldapmodify",
            "ldapadd",
            "ldapdelete",
            "ldappasswd",
            "ldapcompare",
        ],
        next: &["-w", "-s"],
        attached: &["-w"],
        ..NOTHING
    },
    Habit {
        programs: &[
            "ipmitool",
            "zip",
            "unzip",
            "sqlcmd",
            "bcp",
            "tsql",
            "isql",
            "mosquitto_pub",
            "mosquitto_sub",
            "mosquitto_rr",
            "zipcloak",
        ],
        next: &["-P", "--pw"],
        attached: &["-P"],
        ..NOTHING
    },
    Habit {
        programs: &["ssh-keygen"],
        next: &["-N", "-P"],
        attached: &["-N", "-P"],
        ..NOTHING
    },
    Habit {
        programs: &["openssl"],
        next: &["-k", "-K", "-hmac", "-iv"],
        ..NOTHING
    },
    Habit {
        programs: &["snmpget", "snmpwalk", "snmpset", "snmpbulkwalk", "snmptrap"],
        next: &["-c", "-A", "-X"],
        attached: &["-c", "-A", "-X"],
        ..NOTHING
    },
    Habit {
        programs: &["xfreerdp", "xfreerdp3", "wlfreerdp", "sdl-freerdp"],
        attached: &["/p:", "/password:", "/gp:", "/pth:"],
        ..NOTHING
    },
    // Cookies.
    Habit {
        programs: &["curl"],
        next: &["-b"],
        attached: &["-b"],
        ..NOTHING
    },
    Habit {
        programs: &[
            "htpasswd",
            "wpa_passphrase",
            "mosquitto_passwd",
            "vncpasswd",
        ],
        last: true,
        ..NOTHING
    },
];

/// Programs that log in with `-u user:password`, also inside a container's command line.
const LOGGING_IN: &[&str] = &[
    "curl",
    "http",
    "https",
    "xh",
    "siege",
    "lftp",
    "smbclient",
    "rpcclient",
    "smbget",
    "net",
    "redis-cli",
];

/// Programs whose `-u a:b` is a user and a group, and in whose argv the ids of containers stand.
const CONTAINERS: &[&str] = &[
    "docker",
    "dockerd",
    "podman",
    "nerdctl",
    "ctr",
    "containerd",
    "runc",
    "crun",
    "youki",
    "conmon",
    "docker-proxy",
    "docker-init",
    "kubectl",
    "crictl",
    "lxc-start",
];
const SWITCHING: &[&str] = &[
    "gosu",
    "su-exec",
    "setpriv",
    "chpst",
    "s6-setuidgid",
    "start-stop-daemon",
    "chroot",
    "bwrap",
];

/// Programs whose `-c` is a line of a shell.
const SHELLS: &[&str] = &[
    "sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "su", "script", "flock", "watch",
];

/// The programs that a command line has named so far.
#[derive(Default)]
pub(super) struct Habits {
    active: Vec<&'static Habit>,
    logs_in: bool,
    switches_user: bool,
    is_shell: bool,
}

/// Where a short option has its secret.
pub(super) enum Takes {
    /// In the next word.
    Next(Kind),
    /// In this word, from that byte on.
    Attached(usize, Kind),
    /// In the next word, which is a line of its own.
    NextLine,
    /// In the next word, behind the user and one of these signs.
    NextLogin(&'static [char]),
    /// In this word behind the user and one of these signs; the user begins at that byte.
    AttachedLogin(usize, &'static [char]),
}

impl Habits {
    /// Takes note of a word that is no option.
    pub(super) fn see(&mut self, word: &str) {
        if matches!(word, ";" | "&&" | "||" | "|" | "&") || word.ends_with(';') {
            *self = Self::default();
            return;
        }
        let name = program(word);
        self.active
            .extend(HABITS.iter().filter(|habit| habit.programs.contains(&name)));
        // A hostile argv of a million `mysql` is no reason to be slow.
        self.active.dedup_by_key(|habit| habit.programs.as_ptr());
        if self.active.len() > 2 * HABITS.len() {
            self.active = HABITS.iter().collect();
        }
        self.is_shell |= SHELLS.contains(&name);
        self.logs_in |= LOGGING_IN.contains(&name);
        self.switches_user |= is_container_program(name) || SWITCHING.contains(&name);
    }

    /// What an option of the programs seen takes.
    pub(super) fn takes(&mut self, word: &str) -> Option<Takes> {
        let is_line = word.len() <= 5
            && word.ends_with('c')
            && word[1..].bytes().all(|byte| byte.is_ascii_alphabetic());
        if self.is_shell && is_line {
            return Some(Takes::NextLine);
        }
        if self.logs_in || !self.switches_user {
            // lftp has a comma there and Samba a percent sign.
            let signs: &[char] = if self.logs_in {
                &[':', '%', ',']
            } else {
                &[':']
            };
            if matches!(word, "-u" | "-U" | "--user" | "--proxy-user") {
                return Some(Takes::NextLogin(signs));
            }
            let user = ["--user=", "--proxy-user=", "-u", "-U"]
                .into_iter()
                .find(|option| word.starts_with(option));
            if let Some(option) = user.filter(|_| word.contains(signs)) {
                return Some(Takes::AttachedLogin(option.len(), signs));
            }
        }
        let (at, takes) = self
            .active
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, habit)| {
                if habit.next.contains(&word) {
                    return Some((at, Takes::Next(Kind::Password)));
                }
                let option = habit
                    .attached
                    .iter()
                    .find(|option| word.starts_with(**option))?;
                (word.len() > option.len())
                    .then_some((at, Takes::Attached(option.len(), Kind::Password)))
            })?;
        if self.active.get(at).is_some_and(|habit| habit.once) {
            self.active.remove(at);
        }
        Some(takes)
    }

    /// True for a word that is an option though it has no dash: `/p:` as Windows has it.
    pub(super) fn begins_option(&self, word: &str) -> bool {
        let options = self.active.iter().flat_map(|habit| habit.attached);
        word.starts_with('/') && options.into_iter().any(|option| word.starts_with(option))
    }

    /// True if the last word of the line is a secret.
    pub(super) fn last_is_secret(&self) -> bool {
        self.active.iter().any(|habit| habit.last)
    }
}

fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_container_program(name: &str) -> bool {
    CONTAINERS.contains(&name) || name.starts_with("containerd-shim")
}

/// For each word, whether hex in it is the id of a container by its place.
pub(super) fn container_ids(words: &[String]) -> Vec<bool> {
    const OPTIONS: &[&str] = &[
        "-id",
        "--id",
        "-c",
        "--cid",
        "-u",
        "--cuuid",
        "--container",
        "--container-id",
        "--exit-command-arg",
        "--volumes-from",
        "-container-id",
        "-container",
    ];
    // Their words are containers; of `exec` only the first is, the others are the command.
    const VERBS: &[&str] = &[
        "exec",
        "logs",
        "inspect",
        "stop",
        "start",
        "kill",
        "rm",
        "restart",
        "attach",
        "wait",
        "top",
        "port",
        "delete",
        "state",
        "init",
        "events",
        "ps",
        "pause",
        "resume",
        "unpause",
        "stats",
        "rename",
        "update",
        "commit",
        "diff",
        "export",
        "cp",
        "cleanup",
        "checkpoint",
        "restore",
    ];
    let mut ids = vec![false; words.len()];
    let Some(begin) = words
        .iter()
        .position(|word| is_container_program(program(word)))
    else {
        return ids;
    };
    let is_runtime = words
        .iter()
        .any(|word| ["runc", "crun", "youki"].contains(&program(word)));
    let mut verb: Option<&str> = None;
    for at in begin + 1..words.len() {
        let word = words[at].as_str();
        let is_id = word.len() >= 64
            && word.is_char_boundary(64)
            && word[..64].bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_id = is_id && (word.len() == 64 || word[64..].starts_with(':'));
        if OPTIONS.contains(&words[at - 1].as_str()) && verb != Some("exec") {
            ids[at] = is_id;
        } else if verb.is_none() && (VERBS.contains(&word) || (is_runtime && word == "create")) {
            verb = Some(word);
        } else if matches!(word, "run" | "create") && verb.is_none() {
            break;
        } else if verb.is_some() && !word.starts_with('-') {
            ids[at] = is_id;
            if is_id && verb == Some("exec") {
                break;
            }
        }
    }
    ids
}
