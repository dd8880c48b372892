//! Configurations from a grammar: every keyword, good values and bad ones, and all the ways to write a line.

use crate::support::Dice;

/// A configuration and how it is asked about.
pub struct Trial {
    /// The main file and what it includes, by their names in one directory.
    pub files: Vec<(String, Vec<u8>)>,
    /// Further arguments of sshd: `-C`, `-o`, `-p`.
    pub arguments: Vec<String>,
}

const YES: &[&str] = &["yes", "no", "YES", "No"];
const BAD: &[&str] = &["maybe", "1", "true", "yes no", "\"\"", "''", "yes#x"];
const TIMES: &[&str] = &["0", "30", "1m", "1h30m", "2w", "1d2h3m4s", "99", "1M", "+5"];
const BAD_TIMES: &[&str] = &["-1", "1x", "m", "1h30x", "99999999999", "1.5m", "5 6", "''"];
const INTS: &[&str] = &["0", "1", "6", "100", "2147483647", "007"];
const BAD_INTS: &[&str] = &[
    "-1",
    "x",
    "2147483648",
    "1x",
    "1 2",
    "''",
    "99999999999999999999",
];
const PATHS: &[&str] = &[
    "~/x",
    "~bob/x",
    "none",
    "/etc/issue",
    "NONE",
    "\"/etc/with blank\"",
    "/x/%u",
    "rel/ative",
    "/a=b",
    "/a#b",
];
const BAD_PATHS: &[&str] = &["~nosuch/x", "~nosuch", "''", "/a /b", "\"/unclosed", "'/a"];
const WORDS: &[&str] = &[
    "~/%u",
    "~bob//k",
    "~bob",
    "~",
    "/srv/%u",
    "none",
    "x",
    "%h",
    "'two words'",
    "a\\ b",
    "a\\\\b",
];
const KEYS: &[&str] = &[
    "ssh-ed25519",
    "+ssh-rsa",
    "-rsa*",
    "^ecdsa-sha2-nistp256",
    "ssh-*",
    "rsa-sha2-512,rsa-sha2-256",
    "-nosuch",
    "RSA",
    "+RSA,ssh-ed25519",
    "-*",
    "*",
    "+ssh-rsa,,nosuch",
    "^sk-*,ssh-ed25519",
    "ssh-ed25519-cert-v01@openssh.com",
    "!ssh-rsa,*",
];
const BAD_KEYS: &[&str] = &[
    "nosuch",
    "+nosuch",
    "''",
    "ssh-ed25519 ssh-rsa",
    "+",
    "^",
    "ecdsa",
    "-",
    ",",
];
const CIPHERS: &[&str] = &[
    "aes256-ctr",
    "aes128-ctr,aes256-ctr",
    "+aes128-cbc",
    "-*gcm*",
    "^aes256-gcm@openssh.com",
    "-nosuch,aes*",
    "+3des-cbc,aes128-cbc",
    "-*",
    "aes128-ctr,aes128-ctr",
    "aes256-ctr,,x",
];
const BAD_CIPHERS: &[&str] = &[
    "nosuch",
    "+aes*",
    "aes*",
    "''",
    "aes256-ctr aes128-ctr",
    "+",
    "AES256-CTR",
    "none",
    ",",
];
const MACS: &[&str] = &[
    "hmac-sha2-256",
    "-hmac-sha1*",
    "+hmac-md5",
    "^umac-128@openssh.com",
    "-umac*,hmac-sha1",
];
const KEX: &[&str] = &[
    "curve25519-sha256",
    "-diffie*",
    "+diffie-hellman-group14-sha1",
    "^ecdh-sha2-nistp521,curve25519-sha256",
    "curve25519-sha256,ecdh-sha2-nistp256",
    "-*",
    "+gss-group14-sha256-x",
];
const FORWARD: &[&str] = &["yes", "no", "local", "remote", "all", "ALL"];
const USERS: &[&str] = &[
    "bob",
    "bob alice",
    "*",
    "root@10.0.0.0/8",
    "b?b@*.example",
    "!root *",
    "bob,alice",
    "bob@10.0.0.1,!10.0.0.2",
    "a@b@c",
    "\"x y\"",
    "*@*",
    "@x",
    "bob@",
];
const BAD_USERS: &[&str] = &[
    "bob@10.0.0.1/8",
    "''",
    "bob@1.2.3.0/33",
    "bob@,",
    "x@a@1.2.3.4/8",
];
const PERMIT: &[&str] = &[
    "any",
    "none",
    "host:22",
    "*:80",
    "[::1]:8080 h:*",
    "1.2.3.4:65535",
    "host:ssh",
];
const BAD_PERMIT: &[&str] = &[
    "host",
    "host:",
    "host:0",
    "host:99999",
    "a/b",
    "h:1 any",
    "any h:1",
    "''",
    "[::1:22",
    "none none",
    "h:1 ''",
    "Any",
];
const QOS: &[&str] = &[
    "af21",
    "cs1 ef",
    "lowdelay",
    "throughput",
    "none",
    "0x20",
    "010 8",
    "lowdelay throughput",
    "EF",
    "reliability cs0",
    "255",
];

/// Keyword, good values, bad values.
const KEYWORDS: &[(&str, &[&str], &[&str])] = &[
    (
        "Port",
        &["22", "2222", "65535", "ssh", "+22"],
        &["0", "65536", "22 23", "x", "-1", "''"],
    ),
    ("AddressFamily", &["any", "inet", "inet6", "INET"], BAD),
    (
        "ListenAddress",
        &[
            "0.0.0.0",
            "::",
            "127.0.0.1:2022",
            "[::1]:22",
            "::1",
            "[127.0.0.1]",
            "1.2.3.4:ssh",
            "127.1",
            "*",
            "localhost",
        ],
        &[
            "1.2.3.4:0",
            "[::1",
            "[::1]x",
            "1.2.3.4 x",
            "a/b",
            "1.2.3.4:99999",
        ],
    ),
    ("UsePAM", YES, BAD),
    ("PAMServiceName", &["sshd", "other", "none"], &["''", "a b"]),
    ("LoginGraceTime", TIMES, BAD_TIMES),
    ("X11DisplayOffset", INTS, BAD_INTS),
    ("MaxAuthTries", INTS, BAD_INTS),
    ("MaxSessions", INTS, BAD_INTS),
    ("ClientAliveInterval", TIMES, BAD_TIMES),
    ("ClientAliveCountMax", INTS, BAD_INTS),
    ("RequiredRSASize", INTS, BAD_INTS),
    (
        "StreamLocalBindMask",
        &["0177", "0", "777", "022x", " 7"],
        &["8", "1777", "x", "-1", "0 0", "''"],
    ),
    (
        "UnusedConnectionTimeout",
        &["none", "0", "5m", "NONE"],
        BAD_TIMES,
    ),
    (
        "PermitRootLogin",
        &[
            "yes",
            "no",
            "prohibit-password",
            "without-password",
            "forced-commands-only",
            "YES",
        ],
        BAD,
    ),
    ("IgnoreRhosts", &["yes", "no", "shosts-only"], BAD),
    ("IgnoreUserKnownHosts", YES, BAD),
    ("HostbasedAuthentication", YES, BAD),
    ("HostbasedUsesNameFromPacketOnly", YES, BAD),
    ("PubkeyAuthentication", YES, BAD),
    ("DSAAuthentication", YES, BAD),
    ("KerberosAuthentication", YES, BAD),
    ("KerberosOrLocalPasswd", YES, BAD),
    ("KerberosTicketCleanup", YES, BAD),
    ("KerberosGetAFSToken", YES, &[]),
    ("GSSAPIAuthentication", YES, BAD),
    ("GSSAPICleanupCredentials", YES, BAD),
    ("GSSAPICleanupCreds", YES, BAD),
    ("GSSAPIDelegateCredentials", YES, BAD),
    ("GSSAPIKeyExchange", &["no", "NO"], BAD),
    ("GSSAPIStrictAcceptorCheck", YES, BAD),
    ("GSSAPIStoreCredentialsOnRekey", YES, BAD),
    (
        "GSSAPIKexAlgorithms",
        &["gss-group14-sha256-", "gss-gex-sha1-x,gss-group1-sha1-"],
        &["x", "''", "gss-x", "+gss-gex-sha1-"],
    ),
    ("PasswordAuthentication", YES, BAD),
    ("KbdInteractiveAuthentication", YES, BAD),
    ("ChallengeResponseAuthentication", YES, BAD),
    ("SKeyAuthentication", YES, &[]),
    ("PrintMotd", YES, BAD),
    ("PrintLastLog", YES, BAD),
    ("X11Forwarding", YES, BAD),
    ("X11UseLocalhost", YES, BAD),
    ("PermitTTY", YES, BAD),
    ("PermitUserRC", YES, BAD),
    ("StrictModes", YES, BAD),
    ("TCPKeepAlive", YES, BAD),
    ("KeepAlive", YES, BAD),
    ("PermitEmptyPasswords", YES, BAD),
    ("Compression", &["yes", "no", "delayed"], BAD),
    ("GatewayPorts", &["yes", "no", "clientspecified"], BAD),
    ("UseDNS", YES, BAD),
    ("AllowTcpForwarding", FORWARD, BAD),
    ("AllowAgentForwarding", YES, BAD),
    ("DisableForwarding", YES, BAD),
    ("AllowStreamLocalForwarding", FORWARD, BAD),
    ("StreamLocalBindUnlink", YES, BAD),
    (
        "FingerprintHash",
        &["md5", "SHA256", "sha512"],
        &["sha3", "''", "md5 md5"],
    ),
    ("ExposeAuthInfo", YES, BAD),
    ("RefuseConnection", YES, BAD),
    ("WarnWeakCrypto", &["yes", "no", "no-pq-kex"], BAD),
    ("DebianBanner", YES, BAD),
    ("PidFile", PATHS, BAD_PATHS),
    ("ModuliFile", PATHS, BAD_PATHS),
    ("XAuthLocation", PATHS, BAD_PATHS),
    ("Ciphers", CIPHERS, BAD_CIPHERS),
    ("MACs", MACS, BAD_CIPHERS),
    ("KexAlgorithms", KEX, BAD_CIPHERS),
    ("CASignatureAlgorithms", KEYS, BAD_KEYS),
    ("HostbasedAcceptedAlgorithms", KEYS, BAD_KEYS),
    ("HostbasedAcceptedKeyTypes", KEYS, BAD_KEYS),
    ("HostKeyAlgorithms", KEYS, BAD_KEYS),
    ("PubkeyAcceptedAlgorithms", KEYS, BAD_KEYS),
    ("PubkeyAcceptedKeyTypes", KEYS, BAD_KEYS),
    ("Banner", PATHS, BAD_PATHS),
    (
        "ForceCommand",
        &[
            "internal-sftp",
            "/bin/x -a \"b c\" # d",
            "none",
            "'a' b=c",
            "NONE",
        ],
        &["\"unclosed"],
    ),
    ("ChrootDirectory", WORDS, BAD_PATHS),
    ("TrustedUserCAKeys", PATHS, BAD_PATHS),
    ("RevokedKeys", PATHS, BAD_PATHS),
    (
        "SecurityKeyProvider",
        &["internal", "INTERNAL", "/lib/sk.so", "none", "rel"],
        BAD_PATHS,
    ),
    ("AuthorizedPrincipalsFile", WORDS, BAD_PATHS),
    (
        "VersionAddendum",
        &["none", "hello world", "a # b", "x#y", "NONE"],
        &["'unclosed"],
    ),
    (
        "AuthorizedKeysCommand",
        &["/bin/cmd %u", "none", "/bin/x # y", "None"],
        &["cmd", "\"/bin/x\"", "''"],
    ),
    (
        "AuthorizedKeysCommandUser",
        &["nobody", "root", "none"],
        &["''", "a b"],
    ),
    (
        "AuthorizedPrincipalsCommand",
        &["/bin/prin", "none"],
        &["rel"],
    ),
    ("AuthorizedPrincipalsCommandUser", &["nobody"], &["''"]),
    (
        "HostKeyAgent",
        &["/run/agent", "none", "SSH_AUTH_SOCK"],
        BAD_PATHS,
    ),
    ("RDomain", &[], &["none", "x"]),
    ("SshdSessionPath", PATHS, BAD_PATHS),
    ("SshdAuthPath", PATHS, BAD_PATHS),
    (
        "PerSourcePenaltyExemptList",
        &["10.0.0.0/8", "*,!1.2.3.4", "none"],
        &["10.0.0.1/8", "''", "a b", "1,"],
    ),
    (
        "AgentSocketPath",
        &["user:.a", "shared:/x", "none"],
        &["x", "shared:x", "user:"],
    ),
    (
        "LogLevel",
        &["INFO", "verbose", "DEBUG1", "debug3", "QUIET", "SILENT"],
        &["x", "''", "INFO INFO"],
    ),
    (
        "SyslogFacility",
        &["AUTH", "authpriv", "LOCAL7"],
        &["x", "LOCAL8", "''"],
    ),
    (
        "AuthorizedKeysFile",
        &[".ssh/a", ".ssh/a .ssh/b", "none", "/k/%u", "'a b'", "None"],
        &["''", "a ''", "none b", "a none"],
    ),
    (
        "HostKey",
        &["/etc/ssh/ssh_host_ed25519_key", "none", "/nowhere", "rel"],
        BAD_PATHS,
    ),
    ("HostDSAKey", &["/etc/ssh/ssh_host_ed25519_key"], BAD_PATHS),
    ("HostCertificate", &["/nowhere", "none"], BAD_PATHS),
    ("AllowUsers", USERS, BAD_USERS),
    ("DenyUsers", USERS, BAD_USERS),
    ("AllowGroups", USERS, &["''", "a ''"]),
    ("DenyGroups", USERS, &["''"]),
    ("AcceptEnv", &["LANG LC_*", "X", "*"], &["A=b", "''"]),
    (
        "SetEnv",
        &["A=b", "A=b C=d", "A=1 A=2", "\"A=b c\"", "A="],
        &["A", "''", "A=b C"],
    ),
    (
        "AuthenticationMethods",
        &[
            "any",
            "publickey",
            "publickey,password publickey",
            "keyboard-interactive:pam",
            "none",
            "hostbased",
            "gssapi-with-mic,password",
            "password",
        ],
        &[
            "nosuch",
            "any publickey",
            "publickey any",
            "''",
            "publickey,",
            "Publickey",
            "publickey,nosuch",
        ],
    ),
    (
        "LogVerbose",
        &["kex.c:*:1000", "none", "a b", "NONE"],
        &["''", "none a", "a none"],
    ),
    (
        "ChannelTimeout",
        &["session=5m", "none", "*=0 x11=1h", "a=1"],
        &["x", "=5", "a=", "none a=1", "a=1 none", "''", "a=x"],
    ),
    (
        "Subsystem",
        &[
            "sftp /usr/lib/sftp-server",
            "sftp internal-sftp -f \"A B\"",
            "x y",
            "a 'b c' d\\\"e",
        ],
        &["sftp", "''", "sftp ''"],
    ),
    (
        "MaxStartups",
        &["10:30:100", "5", "1:1:1", "10:100:10x", "3:"],
        &[
            "0",
            "10:0:100",
            "10:30:5",
            "1:2",
            "x",
            "-1",
            "''",
            "10:30:100 1",
            "0:30:100",
        ],
    ),
    (
        "PerSourceMaxStartups",
        &["none", "5", "0"],
        &["None", "-1", "x", "''"],
    ),
    (
        "PerSourceNetBlockSize",
        &["24:64", "32:128", "0:0"],
        &["33", "24:129", "x", "''", "-1:0"],
    ),
    (
        "PermitTunnel",
        &["yes", "no", "point-to-point", "ethernet"],
        &["YES", "x", "''"],
    ),
    (
        "IPQoS",
        QOS,
        &["x", "256", "''", "af21 x", "af21 cs1 ef", "-1", "0x"],
    ),
    (
        "RekeyLimit",
        &[
            "default",
            "1G",
            "1G 1h",
            "default none",
            "500M 30",
            "16",
            "1.5G",
            "0",
        ],
        &[
            "1",
            "x",
            "1G x",
            "''",
            "DEFAULT",
            "15",
            "1X",
            "1G 1h 1",
            "99999999999G",
            "-1G",
            "default None",
        ],
    ),
    ("PermitOpen", PERMIT, BAD_PERMIT),
    (
        "PermitListen",
        &["any", "none", "8080", "*:80", "host:22 8081", "*"],
        BAD_PERMIT,
    ),
    (
        "PermitUserEnvironment",
        &["yes", "no", "Yes", "LANG,LC_*"],
        &["''", "a b"],
    ),
    (
        "PubkeyAuthOptions",
        &[
            "none",
            "touch-required",
            "verify-required touch-required",
            "TOUCH-REQUIRED",
        ],
        &["x", "''", "touch-required x"],
    ),
    (
        "PerSourcePenalties",
        &[
            "yes",
            "no",
            "crash:1m",
            "authfail:5 noauth:0",
            "max:1h min:10",
            "overflow:deny-all",
            "overflow6:permissive overflow:deny-all",
            "max-sources4:5 max-sources6:7",
            "grace-exceeded:1w crash:3",
            "refuseconnection:9",
        ],
        &[
            "x",
            "crash",
            "crash:x",
            "yes no",
            "no crash:1",
            "max-sources4:x",
            "overflow:x",
            "''",
            "CRASH:1",
        ],
    ),
    // What sets nothing.
    ("Protocol", &["2", "2,1", "x y"], &[]),
    ("UsePrivilegeSeparation", &["sandbox", "yes"], &[]),
    ("RSAAuthentication", YES, &[]),
    ("ServerKeyBits", &["1024"], &[]),
    ("PermitBlacklistedKeys", &["no"], &[]),
    ("AuthorizedKeysFile2", &["x"], &[]),
    ("PAMAuthenticationViaKBDInt", &["no"], &[]),
    ("NoSuchKeyword", &[], &["yes"]),
];

const CRITERIA: &[(&str, &[&str])] = &[
    (
        "User",
        &[
            "bob",
            "root",
            "*,!root",
            "!root",
            "b?b,alice",
            "BOB",
            "*",
            "nosuch",
        ],
    ),
    (
        "Group",
        &[
            "bob",
            "sudo",
            "*,!sudo",
            "root",
            "!sudo",
            "games,daemon",
            "nogroup",
        ],
    ),
    (
        "Host",
        &[
            "*.example",
            "h.example",
            "H.EXAMPLE",
            "!h.example,*",
            "10.*",
        ],
    ),
    (
        "Address",
        &[
            "10.0.0.0/8",
            "*,!10.1.2.3",
            "10.1.*",
            "::/0",
            "192.0.2.1",
            "2001:db8::/32,10.0.0.0/8",
            "10.1",
            "*",
        ],
    ),
    (
        "LocalAddress",
        &["192.0.2.1", "192.0.2.0/24", "!192.0.2.1,*", "::1"],
    ),
    ("LocalPort", &["22", "2222", "ssh"]),
    ("RDomain", &["a", "*"]),
];

const BAD_MATCHES: &[&str] = &[
    "Match",
    "Match User",
    "Match User bob,",
    "Match Address 10.0.0.1/8",
    "Match Nothing x",
    "Match all User bob",
    "Match User bob all",
    "Match LocalPort x",
    "Match User bob, alice",
    "Match Address 10.0.0.0/8,",
    "Match exec x",
    "Match User \"bob",
    "Match # x",
    "Match invalid-user",
    "Match version OpenSSH_*",
    "Match LocalPort 65536",
    "Match all x",
    "Match User ''",
    "Match User=",
    "Match Address=10.0.0.0/8",
    "Match User = bob",
    "Match \"User\" 'bob'",
];

pub fn trial(dice: &mut Dice, directory: &str) -> Trial {
    let mut grammar = Grammar {
        dice,
        directory,
        files: Vec::new(),
        wrong: 0,
        odd: 0,
    };
    // Most configurations are good ones: a bad one says little beside its first mistake.
    grammar.wrong = [0, 0, 0, 0, 60, 12][grammar.dice.roll(6)];
    grammar.odd = [0, 0, 60, 20, 5][grammar.dice.roll(5)];
    let main = grammar.file(0);
    grammar.files.push(("main".to_owned(), main));
    let arguments = grammar.arguments();
    let files = grammar.files;
    Trial { files, arguments }
}

struct Grammar<'d> {
    dice: &'d mut Dice,
    directory: &'d str,
    files: Vec<(String, Vec<u8>)>,
    /// One line in so many is wrong; never for 0.
    wrong: usize,
    /// One place in so many is written oddly.
    odd: usize,
}

impl Grammar<'_> {
    fn wrong(&mut self) -> bool {
        self.wrong > 0 && self.dice.one_in(self.wrong)
    }

    fn odd(&mut self) -> bool {
        self.odd > 0 && self.dice.one_in(self.odd)
    }

    fn file(&mut self, depth: usize) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..self.dice.roll(if depth == 0 { 14 } else { 6 }) {
            let line = match self.dice.roll(12) {
                0 | 1 => self.matching(),
                2 if depth < 3 => self.include(depth),
                3 => self.nothing(),
                _ => self.setting(),
            };
            text.extend(line);
            text.extend(match self.dice.roll(40) {
                0 => &b"\r\n"[..],
                1 => b" \n",
                2 => b"\x0c\n",
                3 if self.odd > 0 => b"\0junk\n",
                _ => b"\n",
            });
        }
        if self.odd() && text.ends_with(b"\n") {
            text.pop();
        }
        text
    }

    fn nothing(&mut self) -> Vec<u8> {
        let lines = [
            "",
            "# comment",
            "   ",
            "\t# x",
            "#Port 22",
            "\\",
            "\"\" x",
            "\"open",
            "= Port",
        ];
        let most = if self.odd > 0 { lines.len() } else { 5 };
        lines[self.dice.roll(most)].into()
    }

    fn setting(&mut self) -> Vec<u8> {
        let (keyword, good, bad) = KEYWORDS[self.dice.roll(KEYWORDS.len())];
        let mut line = Vec::new();
        let is_wrong = (self.wrong() || good.is_empty()) && !bad.is_empty();
        if good.is_empty() && self.wrong == 0 {
            return Vec::new();
        }
        let value = self.dice.pick(if is_wrong { bad } else { good }).to_owned();
        // Another keyword's values now and then.
        let other = KEYWORDS[self.dice.roll(KEYWORDS.len())].1;
        let value = match self.wrong > 0 && self.dice.one_in(200) && !other.is_empty() {
            true => self.dice.pick(other).to_owned(),
            false => value,
        };
        if keyword == "HostKey" || keyword == "HostDSAKey" {
            // Without a key that can be loaded sshd says nothing else.
            line.extend(b"HostKey /etc/ssh/ssh_host_ed25519_key\n");
        }
        if keyword.ends_with("Command") && keyword.starts_with("Authorized") && !self.dice.one_in(8)
        {
            line.extend(format!("{keyword}User nobody\n").bytes());
        }
        line.extend(self.keyword(keyword));
        if self.wrong() && self.dice.one_in(4) {
            return line;
        }
        line.extend(self.gap());
        line.extend(self.value(&value));
        line
    }

    fn keyword(&mut self, keyword: &str) -> Vec<u8> {
        let mut text = match self.dice.roll(6) {
            0 => keyword.to_ascii_lowercase(),
            1 => keyword.to_ascii_uppercase(),
            _ => keyword.to_owned(),
        };
        if self.odd() {
            text = format!("\"{text}\"");
        }
        if self.odd() {
            let before = self
                .dice
                .pick(&[" ", "\t", "  \t", "=", "\r", "\x0c", "\u{a0}"]);
            text = format!("{before}{text}");
        }
        text.into_bytes()
    }

    fn gap(&mut self) -> Vec<u8> {
        let gaps = [" ", " ", "\t", "=", " = ", "  ", "= ", " =", " \t "];
        let strange = ["==", " = = ", "\r", "\u{b}", " =\t= ", ""];
        match self.odd() && self.dice.one_in(3) {
            true => self.dice.pick(&strange).into(),
            false => self.dice.pick(&gaps).into(),
        }
    }

    fn value(&mut self, value: &str) -> Vec<u8> {
        let mut text = value.as_bytes().to_vec();
        if self.odd() {
            text = match self.dice.roll(5) {
                0 => [b"\"", text.as_slice(), b"\""].concat(),
                1 => [b"'", text.as_slice(), b"'"].concat(),
                2 => text
                    .iter()
                    .flat_map(|byte| {
                        if *byte == b' ' {
                            b"  \t".to_vec()
                        } else {
                            vec![*byte]
                        }
                    })
                    .collect(),
                3 => [text.as_slice(), b"\\"].concat(),
                _ => [text.as_slice(), b"\xff"].concat(),
            };
        }
        if self.odd() {
            text.extend(
                self.dice
                    .pick(&[
                        " # comment",
                        "#comment",
                        " #",
                        "\t",
                        "   ",
                        "\r",
                        " \\",
                        " \"\"",
                        " \"# x\"",
                    ])
                    .bytes(),
            );
        }
        text
    }

    fn matching(&mut self) -> Vec<u8> {
        if self.wrong() {
            return self.dice.pick(BAD_MATCHES).into();
        }
        let mut line = self.keyword("Match");
        if self.dice.one_in(5) {
            line.extend(b" all");
            if self.odd() {
                line.extend(b" # x");
            }
            return line;
        }
        for _ in 0..1 + self.dice.roll(2) {
            let (name, values) = CRITERIA[self.dice.roll(CRITERIA.len())];
            let value = self.dice.pick(values);
            let gap = if self.odd() { "=" } else { " " };
            line.extend(format!(" {name}{gap}{value}").bytes());
        }
        line
    }

    fn include(&mut self, depth: usize) -> Vec<u8> {
        let number = self.files.len();
        // A name that a deeper file may have in its pattern too: loops are welcome.
        let name = format!(
            "{}{number}.conf",
            self.dice.pick(&["a", "b", "10-", "Z", ".hid"])
        );
        self.files.push((name.clone(), Vec::new()));
        let text = self.file(depth + 1);
        self.files[number].1 = text;
        let directory = self.directory;
        let pattern = match self.dice.roll(9) {
            0 => format!("{directory}/[!b]{}", &name[1..]),
            1 => format!("{directory}/?{}", &name[1..]),
            2 => format!("{directory}/nothing*.conf {directory}/{name}"),
            3 => format!("\"{directory}/{name}\""),
            4 if self.wrong > 0 && self.dice.one_in(3) => format!("{directory}/*.conf"),
            5 if self.odd > 0 => format!("{directory}/{name}#x {directory}"),
            6 if self.odd > 0 => {
                format!("no/where ~/x {directory}/{{a,b}}* {directory}/{name} {directory}/{name}")
            }
            7 if self.odd > 0 => format!("'{directory}/{name}' {directory}/\\{name}"),
            _ => format!("{directory}/{name}"),
        };
        let mut line = self.keyword("Include");
        line.extend(self.gap());
        line.extend(pattern.bytes());
        line
    }

    fn arguments(&mut self) -> Vec<String> {
        let mut arguments = Vec::new();
        if !self.dice.one_in(4) {
            let mut spec = Vec::new();
            let parts: [(&str, &[&str]); 6] = [
                (
                    "user",
                    &["bob", "alice", "root", "nosuch", "daemon", "games"],
                ),
                ("host", &["h.example", "H.Example", "10.1.2.3", "other"]),
                (
                    "addr",
                    &[
                        "10.1.2.3",
                        "192.0.2.1",
                        "2001:db8::1",
                        "10.0.0.1",
                        "nonsense",
                    ],
                ),
                ("laddr", &["192.0.2.1", "192.0.2.9", "::1"]),
                ("lport", &["22", "2222"]),
                ("rdomain", &["a", "b"]),
            ];
            for (name, values) in parts {
                if name == "lport" || !self.dice.one_in(4) {
                    let value = self.dice.pick(values);
                    if name != "lport" || !self.dice.one_in(12) {
                        spec.push(format!("{name}={value}"));
                    }
                }
            }
            if self.dice.one_in(10) {
                spec.push("invalid-user".to_owned());
            }
            arguments.extend(["-C".to_owned(), spec.join(",")]);
        }
        while self.dice.one_in(4) {
            let (keyword, good, bad) = KEYWORDS[self.dice.roll(KEYWORDS.len())];
            let values = if self.wrong() || good.is_empty() {
                bad
            } else {
                good
            };
            if values.is_empty() || keyword.starts_with("Host") {
                continue;
            }
            let value = self.dice.pick(values);
            let gap = self.dice.pick(&["=", " ", " = ", "="]);
            arguments.extend(["-o".to_owned(), format!("{keyword}{gap}{value}")]);
        }
        if self.dice.one_in(10) {
            let port = self.dice.pick(&["2022", "22", "ssh", "0", "x", "65536"]);
            arguments.extend(["-p".to_owned(), port.to_owned()]);
        }
        arguments
    }
}
