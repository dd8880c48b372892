//! The keywords of sshd_config(5): a line each, in the order in which `sshd -T` prints them.
//!
//! What a value may be and how repeated lines count is said here; how it is read and printed stands beside.

use super::algorithm::Family;
use super::kind::{Choices, Kind};
use crate::facts::sshd::{Flavour, Version};

/// Where a keyword may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Outside of Match blocks only.
    Global,
    /// Anywhere.
    All,
    /// Anywhere since this release.
    AllSince(u16, u16),
}

/// Which builds have a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builds {
    Every,
    /// With Kerberos, which upstream's default lacks and Debian left out of its main package from 10.4 on.
    Kerberos,
    /// With Debian's patches.
    Debian,
    /// With Debian's patch for key exchange by GSSAPI.
    GssKex,
}

/// How the lines of a keyword count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// The first one is taken.
    First,
    /// All of them are.
    Append,
    /// The last one is taken.
    Last,
    /// The last one was taken before this release, the first since.
    LastBefore(u16, u16),
    /// Each part for itself, as its kind has it.
    Parts,
}

pub(super) struct Row {
    pub(super) key: Key,
    /// As sshd_config(5) writes it.
    pub(super) name: &'static str,
    since: (u16, u16),
    before: (u16, u16),
    builds: Builds,
    scope: Scope,
    pub(super) kind: Kind,
    pub(super) rule: Rule,
}

macro_rules! keywords {
    ($($key:ident $name:literal [$since:literal, $until:literal] $builds:ident $scope:expr, $kind:expr, $rule:expr;)*) => {
        /// A setting of sshd.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is documented in sshd_config(5)")]
        pub enum Key { $($key,)* }

        impl Key {
            /// All of them, in the order in which they are printed.
            pub const ALL: &[Self] = &[$(Self::$key,)*];
        }

        pub(super) static ROWS: &[Row] = &[$(Row {
            key: Key::$key,
            name: $name,
            since: release($since),
            before: release($until),
            builds: Builds::$builds,
            scope: $scope,
            kind: $kind,
            rule: $rule,
        },)*];
    };
}

/// 8.5 is 805.
const fn release(number: u16) -> (u16, u16) {
    (number / 100, number % 100)
}

use Kind as K;
use Rule::{Append, First, Last, LastBefore, Parts};
use Scope::{All, AllSince, Global};

keywords! {
    Port "Port" [0, 9999] Every Global, K::Ports, Append;
    AddressFamily "AddressFamily" [0, 9999] Every Global, K::Choice(Choices::FAMILY, "any"), First;
    ListenAddress "ListenAddress" [0, 9999] Every Global, K::Listen, Append;
    UsePam "UsePAM" [0, 9999] Every Global, K::Flag(false), First;
    PamServiceName "PAMServiceName" [908, 9999] Every All, K::Word(Some("sshd")), First;
    LoginGraceTime "LoginGraceTime" [0, 9999] Every Global, K::Time(120), First;
    X11DisplayOffset "X11DisplayOffset" [0, 9999] Every All, K::Int(10), First;
    MaxAuthTries "MaxAuthTries" [0, 9999] Every All, K::Int(6), First;
    MaxSessions "MaxSessions" [0, 9999] Every All, K::Int(10), First;
    ClientAliveInterval "ClientAliveInterval" [0, 9999] Every All, K::Time(0), First;
    ClientAliveCountMax "ClientAliveCountMax" [0, 9999] Every All, K::Int(3), First;
    RequiredRsaSize "RequiredRSASize" [901, 9999] Every All, K::Int(1024), First;
    StreamLocalBindMask "StreamLocalBindMask" [0, 9999] Every All, K::Mask, Last;
    UnusedConnectionTimeout "UnusedConnectionTimeout" [902, 9999] Every All, K::Idle, Parts;
    PermitRootLogin "PermitRootLogin" [0, 9999] Every All, K::Choice(Choices::ROOT, "prohibit-password"), First;
    IgnoreRhosts "IgnoreRhosts" [0, 9999] Every AllSince(8, 3), K::Choice(Choices::RHOSTS, "yes"), First;
    IgnoreUserKnownHosts "IgnoreUserKnownHosts" [0, 9999] Every Global, K::Flag(false), First;
    HostbasedAuthentication "HostbasedAuthentication" [0, 9999] Every All, K::Flag(false), First;
    HostbasedUsesNameFromPacketOnly "HostbasedUsesNameFromPacketOnly" [0, 9999] Every All, K::Flag(false), First;
    PubkeyAuthentication "PubkeyAuthentication" [0, 9999] Every All, K::Flag(true), First;
    KerberosAuthentication "KerberosAuthentication" [0, 9999] Kerberos All, K::Flag(false), First;
    KerberosOrLocalPasswd "KerberosOrLocalPasswd" [0, 9999] Kerberos Global, K::Flag(true), First;
    KerberosTicketCleanup "KerberosTicketCleanup" [0, 9999] Kerberos Global, K::Flag(true), First;
    GssapiAuthentication "GSSAPIAuthentication" [0, 9999] Kerberos All, K::Flag(false), First;
    GssapiCleanupCredentials "GSSAPICleanupCredentials" [0, 9999] Kerberos Global, K::Flag(true), First;
    GssapiDelegateCredentials "GSSAPIDelegateCredentials" [1003, 9999] Kerberos Global, K::Flag(true), First;
    GssapiKeyExchange "GSSAPIKeyExchange" [0, 9999] GssKex Global, K::Flag(false), First;
    GssapiStrictAcceptorCheck "GSSAPIStrictAcceptorCheck" [0, 9999] Kerberos Global, K::Flag(true), First;
    GssapiStoreCredentialsOnRekey "GSSAPIStoreCredentialsOnRekey" [0, 9999] GssKex Global, K::Flag(false), First;
    GssapiKexAlgorithms "GSSAPIKexAlgorithms" [0, 9999] GssKex Global, K::GssKex, First;
    PasswordAuthentication "PasswordAuthentication" [0, 9999] Every All, K::Flag(true), First;
    KbdInteractiveAuthentication "KbdInteractiveAuthentication" [0, 9999] Every All, K::Flag(true), First;
    ChallengeResponseAuthentication "ChallengeResponseAuthentication" [0, 807] Every Global, K::Flag(true), First;
    PrintMotd "PrintMotd" [0, 9999] Every Global, K::Flag(true), First;
    PrintLastLog "PrintLastLog" [0, 9999] Every Global, K::Flag(true), First;
    X11Forwarding "X11Forwarding" [0, 9999] Every All, K::Flag(false), First;
    X11UseLocalhost "X11UseLocalhost" [0, 9999] Every All, K::Flag(true), First;
    PermitTty "PermitTTY" [0, 9999] Every All, K::Flag(true), First;
    PermitUserRc "PermitUserRC" [0, 9999] Every All, K::Flag(true), First;
    StrictModes "StrictModes" [0, 9999] Every Global, K::Flag(true), First;
    TcpKeepAlive "TCPKeepAlive" [0, 9999] Every Global, K::KeepAlive, First;
    PermitEmptyPasswords "PermitEmptyPasswords" [0, 9999] Every All, K::Flag(false), First;
    Compression "Compression" [0, 9999] Every Global, K::Choice(Choices::COMPRESSION, "yes"), First;
    GatewayPorts "GatewayPorts" [0, 9999] Every All, K::Choice(Choices::GATEWAY, "no"), First;
    UseDns "UseDNS" [0, 9999] Every Global, K::Flag(false), First;
    AllowTcpForwarding "AllowTcpForwarding" [0, 9999] Every All, K::Choice(Choices::FORWARDING, "yes"), First;
    AllowAgentForwarding "AllowAgentForwarding" [0, 9999] Every All, K::Flag(true), First;
    DisableForwarding "DisableForwarding" [0, 9999] Every All, K::Flag(false), First;
    AllowStreamLocalForwarding "AllowStreamLocalForwarding" [0, 9999] Every All, K::Choice(Choices::FORWARDING, "yes"), First;
    StreamLocalBindUnlink "StreamLocalBindUnlink" [0, 9999] Every All, K::Flag(false), First;
    FingerprintHash "FingerprintHash" [0, 9999] Every Global, K::Hash, Last;
    ExposeAuthInfo "ExposeAuthInfo" [0, 9999] Every All, K::Flag(false), First;
    WarnWeakCrypto "WarnWeakCrypto" [1006, 9999] Every Global, K::WeakCrypto, First;
    RefuseConnection "RefuseConnection" [909, 9999] Every All, K::Flag(false), First;
    DebianBanner "DebianBanner" [0, 9999] Debian Global, K::Flag(true), First;
    PidFile "PidFile" [0, 9999] Every Global, K::File(None), First;
    ModuliFile "ModuliFile" [806, 9999] Every Global, K::File(Some("/etc/ssh/moduli")), First;
    XAuthLocation "XAuthLocation" [0, 9999] Every Global, K::File(Some("/usr/bin/xauth")), First;
    Ciphers "Ciphers" [0, 9999] Every Global, K::Algorithms(Family::Cipher), First;
    Macs "Macs" [0, 9999] Every Global, K::Algorithms(Family::Mac), First;
    Banner "Banner" [0, 9999] Every All, K::File(None), First;
    ForceCommand "ForceCommand" [0, 9999] Every All, K::Command, First;
    ChrootDirectory "ChrootDirectory" [0, 9999] Every All, K::Word(None), First;
    TrustedUserCaKeys "TrustedUserCAKeys" [0, 9999] Every All, K::File(None), First;
    RevokedKeysFile "RevokedKeys" [0, 1003] Every All, K::File(None), First;
    SecurityKeyProvider "SecurityKeyProvider" [0, 9999] Every Global, K::Provider, First;
    AuthorizedPrincipalsFile "AuthorizedPrincipalsFile" [0, 9999] Every All, K::HomeFile, First;
    VersionAddendum "VersionAddendum" [0, 9999] Every Global, K::Addendum, First;
    AuthorizedKeysCommand "AuthorizedKeysCommand" [0, 9999] Every All, K::Program, First;
    AuthorizedKeysCommandUser "AuthorizedKeysCommandUser" [0, 9999] Every All, K::LocalUser, First;
    AuthorizedPrincipalsCommand "AuthorizedPrincipalsCommand" [0, 9999] Every All, K::Program, First;
    AuthorizedPrincipalsCommandUser "AuthorizedPrincipalsCommandUser" [0, 9999] Every All, K::LocalUser, First;
    HostKeyAgent "HostKeyAgent" [0, 9999] Every Global, K::Agent, First;
    KexAlgorithms "KexAlgorithms" [0, 9999] Every Global, K::Algorithms(Family::Kex), First;
    CaSignatureAlgorithms "CASignatureAlgorithms" [0, 9999] Every All, K::Algorithms(Family::Authority), First;
    HostbasedAcceptedAlgorithms "HostbasedAcceptedAlgorithms" [0, 9999] Every All, K::Algorithms(Family::Key), First;
    HostKeyAlgorithms "HostKeyAlgorithms" [0, 9999] Every Global, K::Algorithms(Family::Key), First;
    PubkeyAcceptedAlgorithms "PubkeyAcceptedAlgorithms" [0, 9999] Every All, K::Algorithms(Family::Key), First;
    RDomain "RDomain" [0, 9999] Every All, K::RoutingDomain, First;
    SshdSessionPath "SshdSessionPath" [908, 9999] Every Global, K::File(None), First;
    SshdAuthPath "SshdAuthPath" [1000, 9999] Every Global, K::File(None), First;
    PerSourcePenaltyExemptList "PerSourcePenaltyExemptList" [908, 9999] Every Global, K::Exempt, First;
    AgentSocketPath "AgentSocketPath" [1006, 9999] Every All, K::AgentSocket, First;
    LogLevel "LogLevel" [0, 9999] Every All, K::Level, First;
    SyslogFacility "SyslogFacility" [0, 9999] Every Global, K::Facility, First;
    AuthorizedKeysFile "AuthorizedKeysFile" [0, 9999] Every All, K::KeyFiles, First;
    RevokedKeys "RevokedKeys" [1003, 9999] Every All, K::KeyFiles, First;
    HostKey "HostKey" [0, 9999] Every Global, K::Files, Append;
    HostCertificate "HostCertificate" [0, 9999] Every Global, K::Files, Append;
    AllowUsers "AllowUsers" [0, 9999] Every All, K::Users, Append;
    DenyUsers "DenyUsers" [0, 9999] Every All, K::Users, Append;
    AllowGroups "AllowGroups" [0, 9999] Every All, K::Groups, Append;
    DenyGroups "DenyGroups" [0, 9999] Every All, K::Groups, Append;
    AcceptEnv "AcceptEnv" [0, 9999] Every All, K::AcceptEnv, Append;
    SetEnv "SetEnv" [0, 9999] Every All, K::SetEnv, First;
    AuthenticationMethods "AuthenticationMethods" [0, 9999] Every All, K::Methods, First;
    LogVerbose "LogVerbose" [805, 9999] Every All, K::LogVerbose, Parts;
    ChannelTimeout "ChannelTimeout" [902, 9999] Every All, K::ChannelTimeout, First;
    Subsystem "Subsystem" [0, 9999] Every AllSince(9, 5), K::Subsystem, Parts;
    MaxStartups "MaxStartups" [0, 9999] Every Global, K::Startups, Parts;
    PerSourceMaxStartups "PerSourceMaxStartups" [805, 9999] Every Global, K::SourceStartups, LastBefore(9, 5);
    PerSourceNetBlockSize "PerSourceNetBlockSize" [805, 9999] Every Global, K::SourceBlocks, LastBefore(10, 1);
    PermitTunnel "PermitTunnel" [0, 9999] Every All, K::Tunnel, First;
    IpQos "IPQoS" [0, 9999] Every All, K::Qos, LastBefore(10, 3);
    RekeyLimit "RekeyLimit" [0, 9999] Every All, K::Rekey, Parts;
    PermitOpen "PermitOpen" [0, 9999] Every All, K::Permit, First;
    PermitListen "PermitListen" [0, 9999] Every All, K::Permit, First;
    PermitUserEnvironment "PermitUserEnvironment" [0, 9999] Every Global, K::Environment, First;
    PubkeyAuthOptions "PubkeyAuthOptions" [0, 9999] Every All, K::KeyOptions, First;
    PerSourcePenalties "PerSourcePenalties" [908, 9999] Every Global, K::Penalties, Parts;
}

/// Other names: of which setting, since when, and where they may stand.
pub(super) const ALIASES: &[(&str, Key, u16, Scope)] = &[
    ("hostdsakey", Key::HostKey, 0, Global),
    (
        "hostbasedacceptedkeytypes",
        Key::HostbasedAcceptedAlgorithms,
        0,
        All,
    ),
    (
        "pubkeyacceptedkeytypes",
        Key::PubkeyAcceptedAlgorithms,
        0,
        All,
    ),
    ("dsaauthentication", Key::PubkeyAuthentication, 0, Global),
    (
        "challengeresponseauthentication",
        Key::KbdInteractiveAuthentication,
        807,
        All,
    ),
    (
        "skeyauthentication",
        Key::KbdInteractiveAuthentication,
        807,
        All,
    ),
    ("keepalive", Key::TcpKeepAlive, 0, Global),
];

/// Keywords that set nothing any more.
const GONE: &[(&str, Gone, Scope)] = &[
    ("serverkeybits", Gone::Deprecated, Global),
    ("keyregenerationinterval", Gone::Deprecated, Global),
    ("rhostsauthentication", Gone::Deprecated, Global),
    ("rhostsrsaauthentication", Gone::Deprecated, All),
    ("rsaauthentication", Gone::Deprecated, All),
    ("checkmail", Gone::Deprecated, Global),
    ("uselogin", Gone::Deprecated, Global),
    ("verifyreversemapping", Gone::Deprecated, Global),
    ("reversemappingcheck", Gone::Deprecated, Global),
    ("authorizedkeysfile2", Gone::Deprecated, All),
    ("useprivilegeseparation", Gone::Deprecated, Global),
    ("kerberosgetafstoken", Gone::Unsupported, Global),
    ("kerberostgtpassing", Gone::Unsupported, Global),
    ("afstokenpassing", Gone::Unsupported, Global),
    ("protocol", Gone::Ignored, Global),
];

/// Keywords of Red Hat's patches.
const RED_HAT: &[&str] = &[
    "gssapienablek5users",
    "gssapikeyexchange",
    "gssapistorecredentialsonrekey",
    "gssapikexalgorithms",
    "gssapicleanupcreds",
    "kerberosusekuserok",
    "kerberosuniqueccache",
    "requiredrsasize",
    "rsaminsize",
    "x11maxdisplays",
];

/// Why a keyword sets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    Deprecated,
    Unsupported,
    Ignored,
}

/// What a keyword is to a version.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Match,
    Include,
    /// A setting, and whether it may stand in a Match block.
    Setting(&'static Row, bool),
    /// None any more, and whether it may stand in a Match block.
    Gone(bool),
}

impl Key {
    /// Its line in the table.
    pub(super) fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The setting of a name, in small letters; an alias counts.
    pub fn named(name: &str, version: &Version) -> Option<Self> {
        match meaning(name.as_bytes(), version) {
            Some(Meaning::Setting(row, _)) => Some(row.key),
            _ => None,
        }
    }

    /// Those that this build has.
    pub fn known(version: &Version) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|key| key.is_known(version))
    }

    /// True if this build knows it as a setting.
    pub(super) fn is_known(self, version: &Version) -> bool {
        self.row().is_known(version)
    }

    /// True if `sshd -T` of this build prints it.
    pub(super) fn is_printed(self, version: &Version) -> bool {
        self.is_known(version)
            && match self {
                // Debian's banner was read long before it was printed.
                Self::DebianBanner => version.since(9, 9),
                Self::RDomain => !version.since(8, 3),
                Self::GssapiStrictAcceptorCheck => {
                    version.since(10, 3) || super::algorithm::has_gss(version)
                }
                _ => true,
            }
    }

    /// Its name as `sshd -T` of this build prints it.
    pub fn printed(self, version: &Version) -> String {
        let name = match self {
            Self::HostbasedAcceptedAlgorithms if !version.since(8, 5) => {
                "HostbasedAcceptedKeyTypes"
            }
            Self::PubkeyAcceptedAlgorithms if !version.since(8, 5) => "PubkeyAcceptedKeyTypes",
            _ => self.row().name,
        };
        match version.since(10, 4) {
            true => name.to_owned(),
            false => name.to_ascii_lowercase(),
        }
    }

    /// True if what Match blocks set is taken over for a login (copy_set_server_options).
    pub(super) fn is_taken_over(self, version: &Version) -> bool {
        match self {
            Self::SetEnv => version.since(8, 5),
            // Left out in 10.4, and back in 10.6.
            Self::PamServiceName => !version.since(10, 4) || version.since(10, 6),
            Self::PermitUserEnvironment => false,
            _ => self.row().scope.in_match(version),
        }
    }
}

impl Scope {
    fn in_match(self, version: &Version) -> bool {
        match self {
            Self::Global => false,
            Self::All => true,
            Self::AllSince(major, minor) => version.since(major, minor),
        }
    }
}

impl Row {
    fn is_known(&self, version: &Version) -> bool {
        let debian = matches!(version.flavour, Flavour::Debian | Flavour::Ubuntu);
        let here = match self.builds {
            Builds::Every => true,
            Builds::Kerberos => has_kerberos(version),
            Builds::Debian => debian,
            Builds::GssKex => super::algorithm::has_gss(version),
        };
        here && version.release >= self.since && version.release < self.before
    }
}

fn has_kerberos(version: &Version) -> bool {
    match version.flavour {
        Flavour::Upstream => false,
        Flavour::Debian | Flavour::Ubuntu => !version.since(10, 4),
        Flavour::RedHat => true,
    }
}

/// What a keyword means to a version, whatever its case; nothing if it is none.
pub(super) fn meaning(word: &[u8], version: &Version) -> Option<Meaning> {
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    if is("match") {
        return Some(Meaning::Match);
    }
    if is("include") {
        return Some(Meaning::Include);
    }
    if let Some(row) = ROWS
        .iter()
        .find(|row| is(row.name) && row.is_known(version))
    {
        let name_came_later = matches!(
            row.key,
            Key::HostbasedAcceptedAlgorithms | Key::PubkeyAcceptedAlgorithms
        );
        if !name_came_later || version.since(8, 5) {
            return Some(Meaning::Setting(row, row.scope.in_match(version)));
        }
    }
    let since = |number| version.release >= release(number);
    if let Some((_, key, _, scope)) = ALIASES
        .iter()
        .find(|(name, _, number, _)| is(name) && since(*number))
    {
        return Some(Meaning::Setting(key.row(), scope.in_match(version)));
    }
    if let Some((_, _, scope)) = GONE.iter().find(|(name, ..)| is(name)) {
        return Some(Meaning::Gone(scope.in_match(version)));
    }
    let debian = matches!(version.flavour, Flavour::Debian | Flavour::Ubuntu);
    // What Red Hat's patches add decides nothing that is modelled; that it is taken is all that is known of it.
    let red_hat = version.flavour == Flavour::RedHat && RED_HAT.iter().any(|name| is(name));
    if red_hat {
        return Some(Meaning::Gone(true));
    }
    // Names that only some builds or times know as nothing.
    let gone = match () {
        () if is("pamauthenticationviakbdint") => !version.since(10, 4),
        () if is("skeyauthentication") => true,
        () if is("permitblacklistedkeys") => debian,
        () if is("gssusesessionccache") || is("gssapiusesessioncredcache") => {
            super::algorithm::has_gss(version)
        }
        () => false,
    };
    if gone {
        return Some(Meaning::Gone(false));
    }
    if is("gssapicleanupcreds") && super::algorithm::has_gss(version) {
        return Some(Meaning::Setting(Key::GssapiCleanupCredentials.row(), false));
    }
    // What a build without Kerberos says of its keywords.
    let row = ROWS
        .iter()
        .find(|row| is(row.name) && row.builds == Builds::Kerberos)?;
    let in_time = version.release >= row.since;
    in_time.then(|| Meaning::Gone(row.scope.in_match(version)))
}
