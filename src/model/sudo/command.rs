//! Which commands are as good as a shell of the user they run as.
//!
//! The class of GTFOBins: programs that start others, edit or overwrite any file, or load code of the caller's choice. Whether
//! somebody can replace a program that is not among them is another question (`files`).

use crate::facts::fnmatch::matches;
use crate::facts::sudoers::What;
use crate::source::HostText;

/// What makes an entry as good as a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Every command.
    All,
    /// A program that starts a shell, or can be made to.
    Shell(HostText),
    /// Any file can be written with `sudoedit`.
    Edit(HostText),
    /// The caller chooses the environment, and with it what a program loads.
    Environment(HostText),
}

/// Programs that start a shell from within, whatever their arguments.
const INTERACTIVE: [&str; 34] = [
    "bash", "csh", "dash", "ed", "emacs", "ex", "fish", "ftp", "gdb", "htop", "joe", "ksh", "less",
    "man", "mc", "micro", "more", "most", "mutt", "nano", "nvim", "pg", "pico", "screen", "sh",
    "su", "tcsh", "tmux", "vi", "view", "vim", "vimdiff", "visudo", "zsh",
];

/// Programs that do what their arguments say, where those are free.
const OBEDIENT: [&str; 130] = [
    "adduser",
    "ansible",
    "ansible-playbook",
    "apt",
    "apt-get",
    "aptitude",
    "ar",
    "arp",
    "ash",
    "at",
    "awk",
    "aws",
    "base64",
    "batch",
    "bpftrace",
    "bundle",
    "busybox",
    "capsh",
    "cat",
    "chgrp",
    "chmod",
    "chown",
    "chpasswd",
    "chroot",
    "composer",
    "cp",
    "cpan",
    "cpio",
    "cpulimit",
    "crontab",
    "curl",
    "dd",
    "debugfs",
    "dialog",
    "dmsetup",
    "dnf",
    "docker",
    "dpkg",
    "easy_install",
    "env",
    "expect",
    "facter",
    "find",
    "flock",
    "gawk",
    "gcc",
    "gem",
    "git",
    "go",
    "groupmod",
    "helm",
    "install",
    "ionice",
    "ip",
    "irb",
    "java",
    "journalctl",
    "jq",
    "julia",
    "kubectl",
    "ln",
    "logrotate",
    "ltrace",
    "lua",
    "lxc",
    "lxd",
    "make",
    "mawk",
    "modprobe",
    "mount",
    "mv",
    "mysql",
    "nc",
    "nft",
    "nice",
    "nmap",
    "node",
    "nohup",
    "npm",
    "npx",
    "nsenter",
    "openssl",
    "pacman",
    "passwd",
    "perl",
    "php",
    "pip",
    "pip3",
    "pkexec",
    "podman",
    "psql",
    "puppet",
    "python",
    "rpm",
    "rsync",
    "ruby",
    "run-parts",
    "rvim",
    "scp",
    "script",
    "sed",
    "service",
    "setarch",
    "setfacl",
    "sftp",
    "snap",
    "socat",
    "sqlite3",
    "ssh",
    "start-stop-daemon",
    "stdbuf",
    "strace",
    "sysctl",
    "systemctl",
    "systemd-run",
    "tar",
    "taskset",
    "tcpdump",
    "tee",
    "time",
    "timeout",
    "unshare",
    "useradd",
    "usermod",
    "virsh",
    "watch",
    "wget",
    "xargs",
    "yum",
    "zip",
];

/// Files whoever writes one of which is root soon.
const FATAL: [&str; 13] = [
    "/etc/sudoers",
    "/etc/shadow",
    "/etc/passwd",
    "/etc/group",
    "/etc/crontab",
    "/etc/cron.",
    "/etc/systemd/",
    "/etc/pam.d/",
    "/etc/ld.so.",
    "/etc/profile",
    "/etc/ssh/",
    "/root/",
    "/var/spool/cron/",
];

const DIRECTORIES: [&str; 6] = [
    "/usr/bin/",
    "/bin/",
    "/usr/sbin/",
    "/sbin/",
    "/usr/local/bin/",
    "/usr/local/sbin/",
];

/// The name of a program without the version that some carry (`python3.11`).
fn plain(name: &str) -> &str {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    match bare {
        "python" | "perl" | "php" | "ruby" | "lua" | "node" | "pip" | "gcc" => bare,
        _ => name,
    }
}

/// True if arguments leave the caller a choice. A `*` takes blanks too, and so any option.
fn free(args: Option<&str>) -> bool {
    match args {
        None => true,
        Some("\"\"") => false,
        Some(regex) if regex.starts_with('^') && regex.ends_with('$') => {
            let open = [".*", ".+", "]*", "]+", "[^"];
            open.iter().any(|it| regex.contains(it))
        }
        Some(args) => {
            let bytes = args.as_bytes();
            let star = |at: &usize| {
                bytes.get(*at) == Some(&b'*') && (*at == 0 || bytes.get(at - 1) != Some(&b'\\'))
            };
            (0..bytes.len()).any(|at| star(&at))
        }
    }
}

/// What an entry gives, if it is as good as a shell. An alias gives nothing of its own.
pub(super) fn gives(what: &What) -> Option<Gives> {
    let (path, args) = match what {
        What::All => return Some(Gives::All),
        What::Alias(_) => return None,
        What::Program { path, args } => (path.raw(), args.as_ref().map(HostText::raw)),
    };
    let said = || {
        HostText::from(match args {
            Some(args) => format!("{path} {args}"),
            None => path.to_owned(),
        })
    };
    if path == "sudoedit" {
        let files = args.unwrap_or_default();
        let fatal = |file: &str| FATAL.iter().any(|start| file.starts_with(start));
        let any = free(args) && files.split_whitespace().any(fatal)
            || files.is_empty()
            || files
                .split_whitespace()
                .any(|file| fatal(file) || file.starts_with('*') || file.starts_with("/*"));
        return any.then(|| Gives::Edit(said()));
    }
    let serves = |name: &str| {
        let name = plain(name);
        INTERACTIVE.contains(&name) && args != Some("--version")
            || OBEDIENT.contains(&name) && free(args)
            // Without arguments an interpreter waits for them.
            || matches!(name, "python" | "perl" | "php" | "ruby" | "lua" | "node" | "irb" | "mysql" | "psql" | "sqlite3") && args == Some("\"\"")
    };
    let known = || INTERACTIVE.iter().chain(&OBEDIENT).copied();
    let found = if let Some(regex) = path.strip_prefix('^') {
        known().any(|name| {
            serves(name)
                && DIRECTORIES
                    .iter()
                    .any(|it| may_match(regex, &format!("{it}{name}")))
        })
    } else if path.ends_with('/') {
        free(args) && DIRECTORIES.contains(&path)
    } else if path.contains(['*', '?', '[']) {
        let full = |name: &str| {
            DIRECTORIES
                .iter()
                .any(|it| matches(path.as_bytes(), format!("{it}{name}").as_bytes(), true))
        };
        known().any(|name| serves(name) && full(name))
    } else {
        serves(path.rsplit('/').next().unwrap_or_default())
    };
    found.then(|| Gives::Shell(said()))
}

/// True unless a regular expression is plain text that is another: no engine stands behind this.
fn may_match(regex: &str, path: &str) -> bool {
    let regex = regex.strip_suffix('$').unwrap_or(regex);
    let literal = regex
        .bytes()
        .take_while(|byte| !b"\\.[](){}*+?|^$".contains(byte))
        .count();
    // What stands before the first operator may itself be repeated.
    let sure = if literal == regex.len() {
        literal
    } else {
        literal.saturating_sub(1)
    };
    if regex.contains('|') && !regex.contains('(') {
        return true;
    }
    match literal == regex.len() {
        true => regex == path,
        false => regex
            .get(..sure)
            .is_some_and(|start| path.starts_with(start)),
    }
}

/// True if whatever one entry allows, another names too.
pub(super) fn covers(wide: &What, narrow: &What) -> bool {
    let (path, args) = match (wide, narrow) {
        (What::All, _) => return true,
        (What::Program { path, args }, What::Program { .. }) => (path.raw(), args.as_ref()),
        _ => return false,
    };
    let What::Program {
        path: other,
        args: others,
    } = narrow
    else {
        return false;
    };
    let other = other.raw();
    // A star takes no arguments at all, too.
    let same_args = args.is_none_or(|it| it.raw() == "*") || args == others.as_ref();
    let is_pattern = |path: &str| path.contains(['*', '?', '[', '\\']) || path.starts_with('^');
    // A directory and a lone star in it take all that is there, by name or by pattern.
    let whole = |path: &str| {
        let end = path.strip_suffix('*').unwrap_or(path);
        (end.ends_with('/') && !is_pattern(end)).then_some(end.len())
    };
    let inside = |directory: usize| {
        let parent = other.rfind('/').map(|slash| slash + 1);
        parent == Some(directory) && other.get(..directory) == path.get(..directory)
    };
    let by_name = || {
        !is_pattern(other)
            && !path.starts_with('^')
            && matches(path.as_bytes(), other.as_bytes(), true)
    };
    same_args && (path == other || whole(path).is_some_and(inside) || is_pattern(path) && by_name())
}
