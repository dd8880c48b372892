//! Listeners that try not to be seen for what they are.

use crate::support::{has, skip};
use std::process::Command;

/// Runs a shell script in a network of its own that looks like a VPS's; `$1` is the tool.
fn on_a_vps(script: &str) -> Option<String> {
    let needs = ["ip", "unshare", "python3", "setpriv"];
    if !nix::unistd::geteuid().is_root() || !needs.iter().all(|tool| has(tool)) {
        skip("needs root, ip, unshare, python3 and setpriv");
        return None;
    }
    const NETWORK: &str = "ip link set lo up; ip link add eth0 type veth peer name far; ip addr add 192.0.2.10/24 dev eth0\n\
        ip link set eth0 up; ip link set far up; ip route add default via 192.0.2.1\n\
        fifo=$(mktemp -u); mkfifo -m 666 \"$fifo\"; trap 'kill $holder; rm -f \"$fifo\"' EXIT\n";
    let output = Command::new("unshare")
        .args(["-n", "sh", "-euc", &format!("{NETWORK}{script}"), "sh"])
        .arg(env!("CARGO_BIN_EXE_seaworthy"))
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// One socket takes the other's place a thousand times a second, and never is there none.
#[test]
fn a_listener_that_is_always_another_is_still_one() {
    const FLAPPER: &str = r#"
import socket, sys, time
last = None
while True:
    it = socket.socket(); it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    it.bind(("0.0.0.0", 8080)); it.listen()
    if last is None: print("ready", flush=True)
    else: last.close()
    last = it; time.sleep(0.001)
"#;
    let script = format!(
        "setpriv --reuid 65534 --regid 65534 --clear-groups python3 -c '{FLAPPER}' >\"$fifo\" & holder=$!\n\
         read -r said <\"$fifo\"; [ \"$said\" = ready ]\n\
         for i in $(seq 40); do \"$1\" check -p listeners --only listener-public -q || true; done"
    );
    let Some(text) = on_a_vps(&script) else {
        return;
    };
    assert_eq!(text.lines().count(), 40, "{text}");
    for line in text.lines() {
        assert!(line.starts_with("NOT SEAWORTHY: 1 high"), "{line}");
    }
}

/// A namespace with nothing but a loopback is nobody's network: that nothing listens there says nothing of the host.
#[test]
fn a_network_of_ones_own_is_not_taken_for_the_hosts() {
    let script = "sleep 60 >/dev/null & holder=$!\n\
        unshare -n \"$1\" check -p listeners --only listener-public -o json || [ $? = 3 ]";
    let Some(text) = on_a_vps(script) else { return };
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let finding = &report["findings"][0];
    assert_eq!(finding["verdict"], "unknown", "{finding}");
    assert_eq!(finding["unknown"]["code"], "denied", "{finding}");
}
