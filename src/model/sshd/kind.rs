//! What a value of a keyword may be, and the values themselves.

use super::algorithm::Family;

/// What a value may be. The defaults that do not depend on the version stand with it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Ports,
    Listen,
    Flag(bool),
    /// A flag that 10.6 prints as `true` and `false`, and takes as such too.
    KeepAlive,
    WeakCrypto,
    Choice(&'static [(&'static str, &'static str)], &'static str),
    Time(i64),
    Int(i64),
    Mask,
    Idle,
    /// A path, `none` for no file.
    File(Option<&'static str>),
    /// A path of which nothing is made but that `~` is a home.
    HomeFile,
    /// A word as it is.
    Word(Option<&'static str>),
    LocalUser,
    /// All of the rest of the line.
    Command,
    /// The rest of the line, which begins with `/`.
    Program,
    Addendum,
    Provider,
    Agent,
    AgentSocket,
    Algorithms(Family),
    GssKex,
    Level,
    Facility,
    Hash,
    KeyFiles,
    Files,
    Users,
    Groups,
    AcceptEnv,
    SetEnv,
    Methods,
    LogVerbose,
    ChannelTimeout,
    Subsystem,
    Startups,
    SourceStartups,
    SourceBlocks,
    Tunnel,
    Qos,
    Rekey,
    Permit,
    Environment,
    KeyOptions,
    Penalties,
    Exempt,
    RoutingDomain,
}

/// The words that a choice knows, each with the one that sshd prints for it.
pub(super) struct Choices;

impl Choices {
    pub(super) const FLAG: &'static [(&'static str, &'static str)] =
        &[("yes", "yes"), ("no", "no")];
    pub(super) const FAMILY: &'static [(&'static str, &'static str)] =
        &[("inet", "inet"), ("inet6", "inet6"), ("any", "any")];
    pub(super) const ROOT: &'static [(&'static str, &'static str)] = &[
        ("without-password", "prohibit-password"),
        ("prohibit-password", "prohibit-password"),
        ("forced-commands-only", "forced-commands-only"),
        ("yes", "yes"),
        ("no", "no"),
    ];
    pub(super) const RHOSTS: &'static [(&'static str, &'static str)] =
        &[("yes", "yes"), ("no", "no"), ("shosts-only", "shosts-only")];
    pub(super) const COMPRESSION: &'static [(&'static str, &'static str)] =
        &[("yes", "yes"), ("delayed", "yes"), ("no", "no")];
    pub(super) const GATEWAY: &'static [(&'static str, &'static str)] = &[
        ("clientspecified", "clientspecified"),
        ("yes", "yes"),
        ("no", "no"),
    ];
    pub(super) const FORWARDING: &'static [(&'static str, &'static str)] = &[
        ("yes", "yes"),
        ("all", "yes"),
        ("no", "no"),
        ("remote", "remote"),
        ("local", "local"),
    ];
    pub(super) const TRUTH: &'static [(&'static str, &'static str)] = &[
        ("yes", "true"),
        ("true", "true"),
        ("no", "false"),
        ("false", "false"),
    ];
    pub(super) const WEAK: &'static [(&'static str, &'static str)] = &[
        ("yes", "true"),
        ("true", "true"),
        ("no", "false"),
        ("false", "false"),
        ("no-pq-kex", "false"),
    ];
}

/// A value as it was read, or as lines make it together.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A word that stands for one of a choice.
    Word(&'static str),
    /// A number; what it is printed as depends on its kind.
    Int(i64),
    /// A text, none for `none` where that clears it.
    Text(Vec<u8>),
    /// Several.
    List(Vec<Vec<u8>>),
    /// Ports, as they were written on one line each.
    Ports(Vec<u16>),
    /// Addresses to listen on, still without their ports.
    Listen(Vec<Listen>),
    /// Names of subsystems with their commands.
    Subsystems(Vec<(Vec<u8>, Vec<u8>)>),
    /// `MaxStartups`: begin, rate, full.
    Startups(i64, Option<i64>, i64),
    /// `PerSourceNetBlockSize`; before 10.1 the second number was whatever lay in memory.
    Blocks(i64, Option<i64>),
    /// `IPQoS`.
    Qos(i64, i64),
    /// `RekeyLimit`: bytes and seconds, each on its own.
    Rekey(Option<i64>, Option<i64>),
    /// `PermitUserEnvironment`, and the names it allows.
    Environment(bool, Option<Vec<u8>>),
    /// `PubkeyAuthOptions`: touch, verify, and since 10.6 how many queries.
    KeyOptions(bool, bool, Option<i64>),
    /// `PerSourcePenalties`.
    Penalties(Penalties),
}

/// One ListenAddress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listen {
    pub(super) host: Vec<u8>,
    /// Its own port, else all that Port names.
    pub(super) port: Option<u16>,
}

/// The parts of PerSourcePenalties that are set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Penalties {
    pub(super) enabled: Option<bool>,
    /// Each of [`PENALTIES`].
    pub(super) times: [Option<f64>; PENALTIES.len()],
    pub(super) most: [Option<i64>; 2],
    pub(super) deny: [Option<bool>; 2],
}

/// The penalties as they are printed, each with its default in seconds and since when it is there.
pub(super) const PENALTIES: [(&str, f64, u16); 8] = [
    ("crash", 90.0, 908),
    ("authfail", 5.0, 908),
    ("noauth", 1.0, 908),
    ("invaliduser", 5.0, 1003),
    ("grace-exceeded", 10.0, 908),
    ("refuseconnection", 10.0, 909),
    ("max", 600.0, 908),
    ("min", 15.0, 908),
];
