//! Generated configurations: what the model says of them, and what the real `sshd -T` does.
//!
//! `SEAWORTHY_SSHD_CONFIGS` sets how many are tried (150), `SEAWORTHY_SSHD_SEED` from which seed on (1),
//! `SEAWORTHY_SSHD_ROOTS` in which chroots beside this system (none; several with `:` between). A root may say which program of
//! which version is asked there, `DIR=PROGRAM=VERSION`; else it is the one of its package. Needs root, for the host keys.

use super::grammar::{Trial, trial};
use super::tree::Tree;
use crate::support::{Dice, has, is_root, number, skip};
use seaworthy::facts::accounts::Accounts;
use seaworthy::facts::sshd::{Config, Version};
use seaworthy::model::sshd::{Argument, CommandLine, Connection, Groups, Model, Trouble};
use seaworthy::source::HostText;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A system with an sshd.
struct System {
    root: PathBuf,
    program: String,
    version: Version,
    accounts: Accounts,
}

/// What comes of a configuration: what is printed, or the complaints.
type Answer = Result<Vec<String>, Vec<String>>;

impl System {
    fn new(named: &str) -> Option<Self> {
        let mut parts = named.split('=');
        let root = Path::new(parts.next()?);
        let (program, version) = match (parts.next(), parts.next()) {
            (Some(program), Some(version)) => (program, Version::parse(version)?),
            _ => {
                let admin = root.join("var/lib/dpkg");
                let query = Command::new("dpkg-query")
                    .arg(format!("--admindir={}", admin.display()))
                    .args(["-W", "-f", "${Version}", "openssh-server"])
                    .output()
                    .ok()?;
                let version = String::from_utf8_lossy(&query.stdout).into_owned();
                ("/usr/sbin/sshd", Version::parse(&version)?)
            }
        };
        let mut accounts = Accounts::parse(&fs::read(root.join("etc/passwd")).ok()?, Ok(None));
        accounts.take_groups(
            Ok(fs::read(root.join("etc/group")).ok().as_deref()),
            Ok(None),
        );
        Some(Self {
            root: root.to_owned(),
            program: program.to_owned(),
            version,
            accounts,
        })
    }

    fn real(&self, main: &str, arguments: &[String]) -> Answer {
        let mut command = match self.root == Path::new("/") {
            true => Command::new(&self.program),
            false => {
                let mut command = Command::new("chroot");
                command.arg(&self.root).arg(&self.program);
                command
            }
        };
        let output = command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .current_dir("/")
            .args(["-T", "-f", main])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|byte| char::from(*byte))
                .collect::<String>()
        };
        if output.status.code() == Some(0) {
            // A build of its own has its own directories.
            let own = self.program.strip_suffix("/sbin/sshd").unwrap_or("/usr");
            let stdout = text(&output.stdout).replace(&format!("{own}/libexec/"), "/usr/libexec/");
            return Ok(stdout.lines().map(str::to_owned).collect());
        }
        let noise = [
            "Invalid key length",
            "Could not load host certificate",
            "Deprecated option",
            "Unsupported option",
            "oad host key",
            "Could not connect to agent",
        ];
        let stderr = text(&output.stderr);
        // perror(3) ends its line alone.
        let lines = stderr
            .split("\r\n")
            .flat_map(|line| line.split_inclusive('\n'))
            .map(|line| line.trim_end_matches('\n'));
        let is_debug = |line: &str| line.starts_with("debug");
        let lines = lines.filter(|line| {
            !line.is_empty() && !is_debug(line) && !noise.iter().any(|it| line.contains(it))
        });
        Err(lines.map(str::to_owned).collect())
    }

    /// The model's answer; none if it says that it cannot know.
    fn model(&self, main: &str, arguments: &[String]) -> Option<Answer> {
        let tree = Tree {
            prefix: "",
            at: self.root.clone(),
        };
        let config = Config::read(&tree, main);
        let mut command_line = CommandLine::new();
        let mut connection = Connection::default();
        for pair in arguments.chunks(2) {
            let value = HostText::from(pair[1].as_str());
            match pair[0].as_str() {
                "-o" => command_line.push(Argument::Option(value)),
                "-p" => command_line.push(Argument::Port(value)),
                _ => {
                    if let Err(complaint) = connection.add(&pair[1], &self.version, &config.names) {
                        return Some(Err(vec![complaint]));
                    }
                }
            }
        }
        if let Some(user) = &connection.user {
            connection.groups = match self.accounts.groups_of(user) {
                Ok(Some(groups)) => Groups::Known(groups),
                Ok(None) => Groups::NoSuchUser,
                Err(obstacle) => Groups::Unknown(obstacle),
            };
        }
        let bytes = |text: &HostText| {
            HostText::to_bytes(text.raw())
                .iter()
                .map(|byte| char::from(*byte))
                .collect::<String>()
        };
        let answer = Model::new(&config, &self.version, &command_line);
        let lines = answer
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|model| Ok(model.login(&connection)?.plain()?));
        match lines {
            Ok(lines) => Some(Ok(lines.iter().map(bytes).collect())),
            Err(Trouble::Unknown(_)) => None,
            Err(Trouble::Refused(refusal)) => Some(Err(refusal
                .messages
                .iter()
                .map(|it| visible(&bytes(it)))
                .collect())),
        }
    }
}

/// strnvis(3) as log.c calls it for standard error.
fn visible(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c {
            '\\' => shown.push_str("\\\\"),
            ' '..='~' | '\t' | '\n' | '\r' | '\x07' | '\x08' => shown.push(c),
            c => shown.push_str(&format!("\\{:03o}", u32::from(c))),
        }
    }
    shown
}

fn put(directory: &Path, trial: &Trial) {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).unwrap();
    for (name, text) in &trial.files {
        let name = std::ffi::OsStr::from_bytes(name.as_bytes());
        fs::write(directory.join(name), text).unwrap();
    }
}

/// Case does not matter: from 10.4 on keywords are printed with capitals.
fn alike(one: &Answer, other: &Answer) -> bool {
    // In which order a system has its own addresses is not sshd's business.
    let fold = |lines: &[String]| {
        let mut lines: Vec<String> = lines.iter().map(|line| line.to_lowercase()).collect();
        let is_listen = |line: &&String| line.starts_with("listenaddress ");
        let mut listen: Vec<String> = lines.iter().filter(is_listen).cloned().collect();
        listen.sort();
        lines.retain(|line| !is_listen(&line));
        (listen, lines)
    };
    match (one, other) {
        (Ok(one), Ok(other)) => fold(one) == fold(other),
        // It crashed, or was told to be silent.
        (Err(one), Err(_)) if one.is_empty() => true,
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

fn difference(real: &Answer, model: &Answer) -> String {
    match (real, model) {
        (Ok(real), Ok(model)) => {
            let lost = real
                .iter()
                .filter(|line| !model.contains(line))
                .map(|line| format!("  sshd  {line}\n"));
            let made = model
                .iter()
                .filter(|line| !real.contains(line))
                .map(|line| format!("  model {line}\n"));
            let lines: String = lost.chain(made).collect();
            if lines.is_empty() {
                "  other order\n".to_owned()
            } else {
                lines
            }
        }
        (Err(real), Err(model)) => format!("  sshd  {real:?}\n  model {model:?}\n"),
        (Ok(_), Err(model)) => format!("  sshd  starts\n  model {model:?}\n"),
        (Err(real), Ok(_)) => format!("  sshd  {real:?}\n  model starts\n"),
    }
}

#[test]
fn every_configuration_is_read_as_the_real_sshd_reads_it() {
    if !is_root() || !has("sshd") || !Path::new("/etc/ssh/ssh_host_ed25519_key").exists() {
        return skip("sshd with its host keys, as root");
    }
    let _ = fs::create_dir_all("/run/sshd");
    let roots = std::env::var("SEAWORTHY_SSHD_ROOTS").unwrap_or_default();
    let roots = roots.split(':').filter(|root| !root.is_empty());
    let configs = number("SEAWORTHY_SSHD_CONFIGS", 150);
    let first = number("SEAWORTHY_SSHD_SEED", 1);
    let mut wrong = Vec::new();
    for root in ["/"].into_iter().chain(roots) {
        let Some(system) = System::new(root) else {
            skip(&format!("openssh-server of a package below {root}"));
            continue;
        };
        let name = format!("tmp/seaworthy-sshd-{}", std::process::id());
        let directory = system.root.join(&name);
        let within = format!("/{name}");
        let (mut started, mut refused, mut unknown) = (0, 0, 0);
        for seed in first..first + configs {
            let trial = trial(&mut Dice(seed as u64), &within);
            put(&directory, &trial);
            let main = format!("{within}/main");
            let real = system.real(&main, &trial.arguments);
            let beside = ["no hostkeys available", "Name or service not known"];
            let is_beside = |line: &String| beside.iter().any(|it| line.contains(it));
            if matches!(&real, Err(lines) if lines.iter().any(is_beside)) {
                continue;
            }
            match &real {
                Ok(_) => started += 1,
                Err(_) => refused += 1,
            }
            match system.model(&main, &trial.arguments) {
                None => unknown += 1,
                Some(model) if alike(&real, &model) => {}
                Some(model) => {
                    let mut difference = difference(&real, &model);
                    for (name, text) in &trial.files {
                        difference += &format!("  {name}: {:?}\n", String::from_utf8_lossy(text));
                    }
                    wrong.push(format!(
                        "{} seed {seed} {:?}\n{difference}",
                        system.version, trial.arguments
                    ));
                }
            }
        }
        let _ = fs::remove_dir_all(&directory);
        println!(
            "{}: {started} started, {refused} refused, {unknown} of them unknown to the model",
            system.version
        );
        assert!(unknown * 20 <= configs, "{unknown} unknown");
    }
    let shown = wrong
        .iter()
        .take(25)
        .map(String::as_str)
        .collect::<String>();
    assert!(wrong.is_empty(), "{} disagreements\n{shown}", wrong.len());
}
