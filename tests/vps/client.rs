//! Real logins: ssh(1), from a network of its own at the other end of the server's wire.

use crate::vps::{TIMED_OUT, Vps};

/// Where the server is to be found.
pub const SERVER: &str = "203.0.113.10";
/// Where a client comes from whom nothing names: the address for which the program asks sshd.
pub const STRANGER: &str = "203.0.113.1";
/// Where a client comes from whom a network of the owner's own names.
pub const INNER: &str = "10.0.0.5";
/// The password of every account that has one.
pub const PASSWORD: &str = "correct horse";

/// A wire with the server at one end, a client at the other, and no way on to anywhere.
const WIRE: &str = r#"
ip netns add client
ip link add eth0 type veth peer name eth0 netns client
ip address add 203.0.113.10/24 dev eth0
ip address add 10.0.0.10/24 dev eth0
ip link set eth0 up
ip route add default via 203.0.113.254
client() { nsenter --net=/run/netns/client "$@"; }
client ip address add 203.0.113.1/24 dev eth0
client ip address add 10.0.0.5/24 dev eth0
client ip link set lo up
client ip link set eth0 up
mkdir -p /run/client
ssh-keygen -q -t ed25519 -N '' -f /run/client/key
printf '#!/bin/sh\nprintf "%%s\\n" "$PASSWORD"\n' >/run/client/askpass
chmod 755 /run/client/askpass
"#;

/// How a client asks to be let in. ssh(1) first asks for nothing at all, so that an empty password is `none` in any of them.
const WAYS: [&str; 4] = [
    "password",
    "keyboard-interactive",
    "publickey",
    "password,keyboard-interactive",
];

/// Lays the wire, and makes the client's key.
pub fn connect(vps: &Vps) {
    vps.sh(WIRE);
}

/// Makes an account that has a password and takes the client's key; to `useradd` go more words.
pub fn account(vps: &Vps, name: &str, more: &str) {
    vps.sh(&format!(
        "useradd --create-home --shell /bin/bash {more} {name} && echo '{name}:{PASSWORD}' | chpasswd"
    ));
    takes_key(vps, name);
}

/// Lets the client's key in.
pub fn takes_key(vps: &Vps, name: &str) {
    vps.sh(&format!(
        "home=$(getent passwd {name} | cut -d: -f6); mkdir -p -m 700 $home/.ssh && cp /run/client/key.pub \
         $home/.ssh/authorized_keys && chown -R {name}: $home/.ssh"
    ));
}

/// Makes sshd read its files again. systemctl(1) answers as soon as it is told; with its listeners open it writes its PidFile.
pub fn reload_sshd(vps: &Vps) {
    vps.sh(
        "written() { stat --format %y /run/sshd.pid 2>/dev/null; }; before=$(written); systemctl reload ssh; \
         until now=$(written) && [ \"$now\" != \"$before\" ]; do sleep 0.02; done",
    );
}

/// The options of an ssh(1) that asks nobody anything.
pub const SSH: &str = "setsid --wait ssh -v -F none -i /run/client/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10 -o NumberOfPasswordPrompts=1 -o ExitOnForwardFailure=yes";

/// A command that the client runs, with this password for whoever asks.
pub fn as_client(password: &str, command: &str) -> String {
    format!(
        "export PASSWORD='{password}' SSH_ASKPASS=/run/client/askpass SSH_ASKPASS_REQUIRE=force; \
         exec nsenter --net=/run/netns/client {command}"
    )
}

/// The method by which sshd let a client in that offers these, if it did.
pub fn login(vps: &Vps, ways: &str, to: &str, from: &str, port: u16) -> Option<String> {
    let_in(&knock(vps, ways, to, from, port))
}

/// What a client that offers these says of its login.
pub fn knock(vps: &Vps, ways: &str, to: &str, from: &str, port: u16) -> String {
    let command =
        format!("{SSH} -o PreferredAuthentications={ways} -b {from} -p {port} {to}@{SERVER} true");
    let done = vps.run(&as_client(PASSWORD, &command));
    let said = done.stderr;
    // From here on sshd decides. How it ends what it refuses is a matter of who is faster: a refusal, a close, a broken pipe.
    let asked = said.contains("debug1: SSH2_MSG_SERVICE_ACCEPT received");
    assert!(asked && done.status != TIMED_OUT, "no answer: {said}");
    said
}

/// The same method, by what the client said.
pub fn let_in(said: &str) -> Option<String> {
    let authenticated = said
        .lines()
        .find(|line| line.starts_with("Authenticated to"))?;
    // What sshd grants before it may still be taken back by the half of it that is root; only then is a program run.
    let mut ran = said
        .lines()
        .filter_map(|line| line.strip_prefix("debug1: Exit status "));
    ran.next_back().filter(|status| *status != "-1")?;
    authenticated.split('"').nth(1).map(str::to_owned)
}

/// All ways in that are enough on their own, sorted. Two at once count where neither does alone.
pub fn ways_in(vps: &Vps, to: &str, from: &str) -> Vec<String> {
    let mut found: Vec<String> = std::thread::scope(|scope| {
        let tries: Vec<_> = WAYS
            .iter()
            .map(|ways| (ways, scope.spawn(move || login(vps, ways, to, from, 22))))
            .collect();
        let done = tries.into_iter().filter_map(|(ways, tried)| {
            let by = tried.join().expect("the login ends")?;
            Some(if by == "none" { by } else { (*ways).to_owned() })
        });
        done.collect()
    });
    let alone = |ways: &String| !ways.contains(',');
    if found.iter().any(|ways| alone(ways) && ways != "publickey") {
        found.retain(alone);
    }
    found.sort();
    found.dedup();
    found
}
