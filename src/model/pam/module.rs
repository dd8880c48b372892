//! What each module answers, as far as it is known: the modules of Linux-PAM that stand in stock files.
//!
//! Answers have the names of pam.d(5). A second factor, a directory, a list or a program of the owner's own is a doubt: it may say
//! anything.

use super::{Gives, Visitor};
use crate::fact::Fact;
use crate::facts::accounts::PasswordState;
use crate::facts::pam::{Kind, Pam};
use crate::source::HostText;

/// What a module may answer, and what that depends on where it is not known.
pub(super) struct Reply {
    pub answers: Vec<&'static str>,
    pub doubt: Option<String>,
}

fn sure(answer: &'static str) -> Reply {
    Reply {
        answers: vec![answer],
        doubt: None,
    }
}

fn doubtful(what: String) -> Reply {
    Reply {
        answers: vec!["success", "ignore", "user_unknown", "auth_err"],
        doubt: Some(what),
    }
}

/// What a module answers to a question.
pub(super) fn answer(
    pam: &Pam,
    module: &HostText,
    args: &[HostText],
    kind: Kind,
    visitor: &Visitor<'_>,
) -> Reply {
    let name = module.raw().rsplit('/').next().unwrap_or_default();
    if let Some(there) = &pam.modules
        && !module.raw().starts_with('/')
        && !there.contains(&HostText::from(name))
    {
        return sure("module_unknown");
    }
    let has = |word: &str| args.iter().any(|arg| arg.raw() == word);
    let root = visitor.account.uid == 0;
    match (name, kind) {
        ("pam_unix.so", Kind::Auth) => unix_auth(&has, visitor),
        ("pam_unix.so", _) => sure(unix_account(&has, visitor)),
        ("pam_deny.so", _) => sure("auth_err"),
        ("pam_permit.so" | "pam_localuser.so", _) => sure("success"),
        // Whoever asks is somebody else than root.
        ("pam_rootok.so", _) => sure("auth_err"),
        ("pam_wheel.so", _) if has("root_only") && !root => sure("ignore"),
        ("pam_wheel.so", _) => wheel(&has),
        ("pam_nologin.so", _) => nologin(pam, &has, root || !visitor.right_now),
        ("pam_securetty.so", _) if !root => sure("success"),
        ("pam_securetty.so", _) => match pam.aides.get("/etc/securetty") {
            Some(Fact::Known { value, .. }) => {
                // Which terminal the console is differs: tty1, ttyS0, hvc0.
                sure(if !value.is_empty() {
                    "success"
                } else {
                    "auth_err"
                })
            }
            Some(Fact::Absent { .. }) => sure("success"),
            _ => doubtful("/etc/securetty, which pam_securetty.so goes by".to_owned()),
        },
        ("pam_shells.so", _) => match pam.aides.get("/etc/shells") {
            Some(Fact::Known { value, .. }) => {
                let listed = value.iter().any(|it| it.raw() == visitor.account.shell());
                sure(if listed { "success" } else { "auth_err" })
            }
            _ => doubtful("/etc/shells, which pam_shells.so goes by".to_owned()),
        },
        ("pam_access.so", _) if args.is_empty() => {
            match pam.aides.get("/etc/security/access.conf") {
                Some(Fact::Known { value, .. }) if value.is_empty() => sure("success"),
                _ => doubtful("whom /etc/security/access.conf lets in".to_owned()),
            }
        }
        ("pam_usertype.so", _) => {
            let system = visitor.account.uid < 1_000;
            if (100..1_000).contains(&visitor.account.uid) {
                return doubtful("where ordinary accounts begin (/etc/login.defs)".to_owned());
            }
            let wanted = has("issystem") == system && (has("issystem") || has("isregular"));
            sure(if wanted { "success" } else { "auth_err" })
        }
        ("pam_succeed_if.so", _) => match succeeds(args, visitor) {
            Some(true) => sure("success"),
            Some(false) => sure("auth_err"),
            None => doubtful("a condition of pam_succeed_if.so".to_owned()),
        },
        ("pam_debug.so", Kind::Auth) => debug(args, "auth="),
        ("pam_debug.so", _) => debug(args, "acct="),
        // Nobody has failed yet.
        ("pam_faillock.so", Kind::Auth) if has("authfail") => sure("auth_err"),
        ("pam_faillock.so" | "pam_tally2.so", _) => sure("success"),
        (
            "pam_cap.so"
            | "pam_echo.so"
            | "pam_ecryptfs.so"
            | "pam_env.so"
            | "pam_faildelay.so"
            | "pam_gnome_keyring.so"
            | "pam_group.so"
            | "pam_issue.so"
            | "pam_keyinit.so"
            | "pam_lastlog.so"
            | "pam_limits.so"
            | "pam_loginuid.so"
            | "pam_mail.so"
            | "pam_mkhomedir.so"
            | "pam_motd.so"
            | "pam_selinux.so"
            | "pam_sepermit.so"
            | "pam_systemd.so"
            | "pam_umask.so"
            | "pam_warn.so",
            _,
        ) => sure("ignore"),
        _ => doubtful(format!("what {name} asks for")),
    }
}

fn unix_auth(has: &dyn Fn(&str) -> bool, visitor: &Visitor<'_>) -> Reply {
    if visitor.gives == Gives::NothingToPam {
        return sure("auth_err");
    }
    let must_change = visitor.account.ageing.changed == Some(0);
    match visitor.password {
        PasswordState::Set { .. } => sure("success"),
        PasswordState::Empty if visitor.no_nulls => sure("auth_err"),
        PasswordState::Empty if has("nullok") || has("nullresetok") && must_change => {
            sure("success")
        }
        PasswordState::Empty if has("nullok_secure") => Reply {
            answers: vec!["success", "auth_err"],
            doubt: Some("whether pam_unix.so takes the terminal for a secure one".to_owned()),
        },
        PasswordState::Unseen => Reply {
            answers: vec!["success", "auth_err"],
            doubt: Some("the password, which could not be seen".to_owned()),
        },
        PasswordState::NoShadowEntry => sure("authinfo_unavail"),
        PasswordState::Empty | PasswordState::Locked { .. } => sure("auth_err"),
    }
}

fn unix_account(has: &dyn Fn(&str) -> bool, visitor: &Visitor<'_>) -> &'static str {
    let account = visitor.account;
    match (visitor.password, account.ageing.ended(visitor.today, true)) {
        (PasswordState::NoShadowEntry, _) if has("broken_shadow") => "success",
        (PasswordState::NoShadowEntry, _) => "authinfo_unavail",
        (_, None) => "success",
        // Only the age of a password is passed over, and only for who did not give it.
        (_, Some(_))
            if has("no_pass_expiry")
                && visitor.gives == Gives::NothingToPam
                && !account.ageing.expired(visitor.today, true) =>
        {
            "success"
        }
        (_, Some(_)) => "acct_expired",
    }
}

/// pam_debug(8) answers what it is told.
fn debug(args: &[HostText], what: &str) -> Reply {
    let told = args
        .iter()
        .rev()
        .find_map(|arg| arg.raw().strip_prefix(what));
    let known = |name: &str| ANSWERS.iter().find(|answer| **answer == name);
    sure(told.map_or("success", |name| known(name).copied().unwrap_or("success")))
}

/// The names of libpam's answers (pam.d(5)).
const ANSWERS: [&str; 31] = [
    "success",
    "open_err",
    "symbol_err",
    "service_err",
    "system_err",
    "buf_err",
    "perm_denied",
    "auth_err",
    "cred_insufficient",
    "authinfo_unavail",
    "user_unknown",
    "maxtries",
    "new_authtok_reqd",
    "acct_expired",
    "session_err",
    "cred_unavail",
    "cred_expired",
    "cred_err",
    "no_module_data",
    "conv_err",
    "authtok_err",
    "authtok_recover_err",
    "authtok_lock_busy",
    "authtok_disable_aging",
    "try_again",
    "ignore",
    "abort",
    "authtok_expired",
    "module_unknown",
    "bad_item",
    "conv_again",
];

/// Without `trust` or `deny` only members of a group go on.
fn wheel(has: &dyn Fn(&str) -> bool) -> Reply {
    match has("trust") || has("deny") {
        true => doubtful("which accounts pam_wheel.so speaks for".to_owned()),
        false => sure("perm_denied"),
    }
}

fn nologin(pam: &Pam, has: &dyn Fn(&str) -> bool, exempt: bool) -> Reply {
    let none = if has("successok") {
        "success"
    } else {
        "ignore"
    };
    if exempt {
        return sure(none);
    }
    for path in ["/etc/nologin", "/run/nologin"] {
        match pam.aides.get(path) {
            Some(Fact::Absent { .. }) => {}
            Some(Fact::Known { .. }) => return sure("auth_err"),
            _ => return doubtful(format!("{path}, which pam_nologin.so goes by")),
        }
    }
    sure(none)
}

/// The conditions of pam_succeed_if(8), all of which must hold; nothing where one is not understood.
fn succeeds(args: &[HostText], visitor: &Visitor<'_>) -> Option<bool> {
    if args.iter().any(|arg| arg.raw() == "use_uid") {
        return None; // it is about who asks
    }
    let flags = ["debug", "quiet", "quiet_fail", "quiet_success", "audit"];
    let words: Vec<&str> = args.iter().map(HostText::raw).collect();
    let words: Vec<&str> = words
        .into_iter()
        .filter(|word| !flags.contains(word))
        .collect();
    let account = visitor.account;
    let mut all = true;
    for condition in words.chunks(3) {
        let &[what, how, with] = condition else {
            return None;
        };
        let number = |it: u32| {
            let with: u32 = with.parse().ok()?;
            Some(match how {
                "lt" | "<" => it < with,
                "le" | "<=" => it <= with,
                "eq" | "==" | "=" => it == with,
                "ge" | ">=" => it >= with,
                "gt" | ">" => it > with,
                "ne" | "!=" => it != with,
                _ => return None,
            })
        };
        let named = |group: &HostText| with.split(':').any(|name| name == group.raw());
        let member = || Some(visitor.groups?.iter().any(named));
        all &= match (what, how) {
            ("uid", _) => number(account.uid)?,
            ("gid", _) => number(account.gid)?,
            ("user", "=" | "==" | "eq") => account.name.raw() == with,
            ("user", "!=" | "ne") => account.name.raw() != with,
            ("user", "in") => with.split(':').any(|name| name == account.name.raw()),
            ("user", "notin") => !with.split(':').any(|name| name == account.name.raw()),
            ("user", "ingroup") => member()?,
            ("user", "notingroup") => !member()?,
            _ => return None,
        };
    }
    Some(all)
}
