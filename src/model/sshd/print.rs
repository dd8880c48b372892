//! Values as `sshd -T` of a version prints them, and the values that hold where no line sets any.

use super::keyword::Key;
use super::kind::{Kind, PENALTIES, Penalties, Value};
use super::qos::qos_name;
use crate::facts::sshd::{Flavour, Version};

/// The lines of a setting, each without its keyword; none where sshd prints none.
pub(super) fn print(key: Key, value: Option<&Value>, version: &Version) -> Vec<Vec<u8>> {
    let kind = key.row().kind;
    let text = |text: String| vec![text.into_bytes()];
    let word = |word: &str| vec![word.as_bytes().to_vec()];
    match value {
        None => default(key, kind, version),
        Some(Value::Word(own)) => word(shown(key, own, version)),
        Some(Value::Int(number)) => text(match kind {
            Kind::Mask => format!("0{number:o}"),
            Kind::SourceStartups if *number == i64::from(i32::MAX) => "none".to_owned(),
            Kind::Idle if *number == 0 => "none".to_owned(),
            _ => number.to_string(),
        }),
        Some(Value::Text(own)) => vec![printed_text(kind, own)],
        Some(Value::List(list)) => lists(key, kind, list),
        Some(Value::Ports(ports)) => ports
            .iter()
            .map(|port| port.to_string().into_bytes())
            .collect(),
        Some(Value::Listen(_)) => Vec::new(),
        Some(Value::Subsystems(list)) => {
            let line = |(name, command): &(Vec<u8>, Vec<u8>)| [name, &b" "[..], command].concat();
            list.iter().map(line).collect()
        }
        Some(Value::Startups(begin, rate, most)) => {
            // Up to 9.1 a -1 passed, which stands for nothing.
            let or = |number: i64, default: i64| if number == -1 { default } else { number };
            text(format!(
                "{}:{}:{}",
                or(*begin, 10),
                rate.unwrap_or(30),
                or(*most, 100)
            ))
        }
        Some(Value::Blocks(v4, v6)) => text(format!("{v4}:{}", v6.unwrap_or(128))),
        Some(Value::Qos(interactive, bulk)) => text(format!(
            "{} {}",
            qos_name(*interactive, version),
            qos_name(*bulk, version)
        )),
        Some(Value::Rekey(limit, interval)) => text(format!(
            "{} {}",
            limit.unwrap_or(0).cast_unsigned(),
            interval.unwrap_or(0)
        )),
        Some(Value::Environment(on, None)) => word(if *on { "yes" } else { "no" }),
        Some(Value::Environment(_, Some(names))) => vec![names.clone()],
        Some(Value::KeyOptions(touch, verify, most)) => text(key_options(*touch, *verify, *most)),
        Some(Value::Penalties(penalties)) => text(penalties.printed(version)),
    }
}

/// A word as this version prints it.
fn shown(key: Key, word: &'static str, version: &Version) -> &'static str {
    match (key, word) {
        (Key::PermitRootLogin, "prohibit-password") if !version.since(10, 1) => "without-password",
        (Key::LogLevel, "QUIET") if super::is_debian(version) => "SILENT",
        _ => word,
    }
}

fn printed_text(kind: Kind, text: &[u8]) -> Vec<u8> {
    let clears = matches!(
        kind,
        Kind::File(_)
            | Kind::HomeFile
            | Kind::Word(_)
            | Kind::Command
            | Kind::Provider
            | Kind::Agent
            | Kind::Exempt
    );
    match text {
        [] if matches!(kind, Kind::Addendum) => b"none".to_vec(),
        text if clears && text.eq_ignore_ascii_case(b"none") => b"none".to_vec(),
        text => text.to_vec(),
    }
}

fn lists(key: Key, kind: Kind, list: &[Vec<u8>]) -> Vec<Vec<u8>> {
    match kind {
        Kind::Files => {
            // What `none` leaves of a file is a null pointer, and printf says so.
            let name = |file: &Vec<u8>| match file.eq_ignore_ascii_case(b"none") {
                true => b"(null)".to_vec(),
                false => file.clone(),
            };
            list.iter().map(name).collect()
        }
        Kind::Users | Kind::Groups | Kind::AcceptEnv | Kind::SetEnv => list.to_vec(),
        _ if list.is_empty() => match key {
            Key::AuthenticationMethods => vec![b"any".to_vec()],
            _ => Vec::new(),
        },
        _ => vec![list.join(&b' ')],
    }
}

fn key_options(touch: bool, verify: bool, most: Option<i64>) -> String {
    let mut words = Vec::new();
    if touch {
        words.push("touch-required".to_owned());
    }
    if verify {
        words.push("verify-required".to_owned());
    }
    if words.is_empty() {
        words.push("none".to_owned());
    }
    words.extend(most.map(|most| format!("max-pk-ok:{most}")));
    words.join(" ")
}

/// What holds where nothing is set, by version and maker.
fn default(key: Key, kind: Kind, version: &Version) -> Vec<Vec<u8>> {
    let upstream = matches!(version.flavour, Flavour::Upstream);
    let text: String = match (key, kind) {
        (Key::Port, _) => "22".to_owned(),
        (Key::PidFile, _) if super::is_debian(version) => "/run/sshd.pid".to_owned(),
        (Key::PidFile, _) => "/var/run/sshd.pid".to_owned(),
        (Key::SshdSessionPath | Key::SshdAuthPath, _) => {
            let directory = match version.flavour {
                Flavour::Debian | Flavour::Ubuntu => "/usr/lib/openssh",
                Flavour::RedHat => "/usr/libexec/openssh",
                Flavour::Upstream => "/usr/libexec",
            };
            let program = if key == Key::SshdAuthPath {
                "sshd-auth"
            } else {
                "sshd-session"
            };
            format!("{directory}/{program}")
        }
        (Key::XAuthLocation, _) if upstream => "/usr/X11R6/bin/xauth".to_owned(),
        (Key::SecurityKeyProvider, _) => "internal".to_owned(),
        (Key::LogLevel, _) => "INFO".to_owned(),
        (Key::SyslogFacility, _) => "AUTH".to_owned(),
        (Key::FingerprintHash, _) => "SHA256".to_owned(),
        (Key::StreamLocalBindMask, _) => "0177".to_owned(),
        (Key::PermitTunnel | Key::PermitUserEnvironment, _) => "no".to_owned(),
        (Key::PubkeyAuthOptions, _) => {
            let most = version.since(10, 6).then_some(6);
            key_options(false, false, most)
        }
        (Key::AuthorizedKeysFile, _) => ".ssh/authorized_keys .ssh/authorized_keys2".to_owned(),
        (Key::HostKey, _) => {
            let mut names = vec!["rsa", "ecdsa", "ed25519"];
            if version.since(10, 4) {
                names.push("mldsa44_ed25519");
            }
            let path = |name: &str| format!("/etc/ssh/ssh_host_{name}_key").into_bytes();
            return names.into_iter().map(path).collect();
        }
        (Key::AgentSocketPath, _) => "user:.ssh/agent".to_owned(),
        (Key::WarnWeakCrypto, _) => "true".to_owned(),
        (Key::TcpKeepAlive, _) if version.since(10, 6) => "true".to_owned(),
        (Key::TcpKeepAlive, _) => "yes".to_owned(),
        (Key::GssapiKexAlgorithms, _) => super::algorithm::GSS_OFFERED.to_owned(),
        (Key::IpQos, _) => default_qos(version),
        (Key::AuthenticationMethods | Key::PermitOpen | Key::PermitListen, _) => "any".to_owned(),
        (Key::MaxStartups, _) => "10:30:100".to_owned(),
        (Key::PerSourceNetBlockSize, _) => "32:128".to_owned(),
        (Key::RekeyLimit, _) => "0 0".to_owned(),
        (Key::PerSourcePenalties, _) => Penalties::default().printed(version),
        // An empty list is a line since 9.3.
        (Key::ChannelTimeout, _) if !version.since(9, 3) => return Vec::new(),
        (_, Kind::Flag(on)) => (if on { "yes" } else { "no" }).to_owned(),
        (_, Kind::Choice(_, word)) => shown(key, word, version).to_owned(),
        (_, Kind::Time(number) | Kind::Int(number)) => number.to_string(),
        (_, Kind::File(path) | Kind::Word(path)) => path.unwrap_or("none").to_owned(),
        (_, Kind::Algorithms(family)) => {
            let names = family.assemble(b"", version).unwrap_or_default();
            names.join(",")
        }
        (_, Kind::Users | Kind::Groups | Kind::AcceptEnv | Kind::SetEnv | Kind::Files) => {
            return Vec::new();
        }
        (_, Kind::KeyFiles | Kind::LogVerbose | Kind::Subsystem | Kind::Listen) => {
            return Vec::new();
        }
        _ => "none".to_owned(),
    };
    vec![text.into_bytes()]
}

/// Debian kept the values of before 7.8 until it took those of 10.1 over, in parts before that release.
fn default_qos(version: &Version) -> String {
    let debian = super::is_debian(version);
    let text = match () {
        () if version.since(10, 1) => "ef cs0",
        () if debian && version.release == (10, 0) => {
            match version
                .revision_number("deb13u")
                .is_some_and(|update| update >= 3)
            {
                true => "ef cs1",
                false => "af21 cs1",
            }
        }
        () if debian && !version.since(9, 9) => "lowdelay throughput",
        () => "af21 cs1",
    };
    text.to_owned()
}

impl Penalties {
    fn printed(&self, version: &Version) -> String {
        if self.enabled == Some(false) {
            return "no".to_owned();
        }
        let mut words = Vec::new();
        for (own, (name, default, since)) in self.times.iter().zip(PENALTIES) {
            if version.release < (since / 100, since % 100) {
                continue;
            }
            let default = if name == "grace-exceeded" && !version.since(9, 9) {
                20.0
            } else {
                default
            };
            let time = own.unwrap_or(default);
            words.push(match version.since(10, 3) {
                true => format!("{name}:{time:.6}"),
                false => format!("{name}:{time:.0}"),
            });
        }
        let most = |at: usize| self.most[at].unwrap_or(65536);
        let mode = |deny: bool| if deny { "deny-all" } else { "permissive" };
        let deny = self.deny[0].unwrap_or(false);
        words.push(format!("max-sources4:{} max-sources6:{}", most(0), most(1)));
        words.push(format!(
            "overflow:{} overflow6:{}",
            mode(deny),
            mode(self.deny[1].unwrap_or(deny))
        ));
        words.join(" ")
    }
}
