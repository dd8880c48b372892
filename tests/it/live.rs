//! This machine as it is: what the program does to it, and what an ordinary user gets to see.

use crate::support::{has, is_root, seaworthy, skip};
use std::path::Path;
use std::process::Command;

/// Calls that change a file system, an owner, a clock, a setting.
const CHANGES: &str = "creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,\
unlinkat,rmdir,truncate,ftruncate,fallocate,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,setxattr,lsetxattr,\
fsetxattr,removexattr,lremovexattr,fremovexattr,utime,utimes,utimensat,futimesat,mount,umount2,pivot_root,chroot,\
swapon,swapoff,sethostname,settimeofday,clock_settime,adjtimex,init_module,finit_module,delete_module,bpf,ptrace";
/// Calls that open files or send something.
const WATCHED: &str = "open,openat,openat2,socket,connect,sendto,sendmsg,sendmmsg,bind,listen";

/// Promises 4 and 7 of the design: it only reads the host, and sends not one packet.
#[test]
fn a_whole_check_changes_nothing_and_sends_nothing() {
    if !is_root() || !has("strace") {
        return skip("needs root and strace");
    }
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .arg("-e")
        .arg(format!("trace={CHANGES},{WATCHED}"))
        .args([
            env!("CARGO_BIN_EXE_seaworthy"),
            "check",
            "-p",
            "trading-bot",
            "-o",
            "json",
        ])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert!(
        report["findings"]
            .as_array()
            .is_some_and(|findings| findings.len() > 10)
    );
    let trace = std::fs::read_to_string(&trace).unwrap();
    assert!(
        trace.contains("sys/kernel/kptr_restrict"),
        "strace saw nothing:\n{trace}"
    );
    if has("sshd") && Path::new("/run/sshd").is_dir() {
        assert!(trace.contains("ssh_host_"), "the children were not watched");
    }
    let wrong: Vec<&str> = trace.lines().filter(|line| is_wrong(line)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The kernel's own count of what left, in a network of its own that has a way out.
#[test]
fn the_kernel_counts_not_one_packet() {
    if !is_root() || !has("unshare") || !has("ip") {
        return skip("needs root, unshare and ip");
    }
    let script = format!(
        "ip link set lo up && ip link add way-out type veth peer name far-end && ip addr add 192.0.2.1/24 dev way-out && \
         ip link set far-end up && ip link set way-out up && ip route add default via 192.0.2.254 && \
         {} check -q -p trading-bot; cat /proc/net/snmp /proc/net/snmp6",
        env!("CARGO_BIN_EXE_seaworthy")
    );
    let output = Command::new("unshare")
        .args(["-n", "sh", "-c", &script])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("SEAWORTHY") || text.contains("NOT PROVEN"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let columns = |name: &str| -> Vec<String> {
        let mut lines = text
            .lines()
            .filter(|line| line.starts_with(&format!("{name}: ")));
        let (heads, figures) = (lines.next().unwrap(), lines.next().unwrap());
        heads
            .split(' ')
            .zip(figures.split(' '))
            .map(|(head, figure)| format!("{head} {figure}"))
            .collect()
    };
    assert!(
        columns("Ip").contains(&"OutRequests 0".to_owned()),
        "{text}"
    );
    assert!(
        columns("Udp").contains(&"OutDatagrams 0".to_owned()),
        "{text}"
    );
    assert!(
        columns("Tcp").contains(&"ActiveOpens 0".to_owned()),
        "{text}"
    );
    let udp6 = text
        .lines()
        .find(|line| line.starts_with("Udp6OutDatagrams"))
        .unwrap();
    assert!(udp6.ends_with("\t0"), "{udp6}");
}

fn is_wrong(line: &str) -> bool {
    let call = line
        .split_once(' ')
        .map_or(line, |(_, rest)| rest.trim_start());
    let name = call.split('(').next().unwrap_or("");
    match name {
        "open" | "openat" | "openat2" => {
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"]
                .iter()
                .any(|flag| call.contains(flag));
            writes && !call.contains("\"/dev/null\"")
        }
        // Asking the kernel (netlink) or a local daemon (nscd, journald) is no packet. Nor is a datagram socket that is
        // connected to the unspecified address and never sent on: so glibc learns which source address it would have.
        "socket" => {
            (call.contains("AF_INET") && !call.contains("SOCK_DGRAM")) || call.contains("AF_PACKET")
        }
        "connect" => {
            call.contains("AF_INET") && !call.contains("\"::\"") && !call.contains("\"0.0.0.0\"")
        }
        "bind" | "sendto" | "sendmsg" => call.contains("AF_INET"),
        "listen" | "sendmmsg" => true,
        _ => CHANGES.split(',').any(|change| change == name),
    }
}

#[test]
fn the_watch_knows_a_write_from_a_read() {
    for harmless in [
        "12 openat(AT_FDCWD, \"/dev/null\", O_RDWR) = 3",
        "12 openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3",
        "12 socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3",
        "12 connect(3, {sa_family=AF_UNIX, sun_path=\"/var/run/nscd/socket\"}, 110) = -1 ENOENT",
        "12 +++ exited with 0 +++",
    ] {
        assert!(!is_wrong(harmless), "{harmless}");
    }
    for wrong in [
        "12 openat(AT_FDCWD, \"/tmp/x\", O_WRONLY|O_CREAT, 0600) = 3",
        "12 unlink(\"/tmp/x\") = 0",
        "12 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3",
        "12 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr(\"192.0.2.1\")}, 16) = 0",
        "12 sendto(3, \"x\", 1, 0, {sa_family=AF_INET6, sin6_port=htons(53)}, 28) = 1",
    ] {
        assert!(is_wrong(wrong), "{wrong}");
    }
}

/// The same binary as nobody: no pass for what needs root, and the verdict says so.
#[test]
fn an_ordinary_user_is_told_what_root_would_see() {
    if !is_root() || !has("setpriv") || !has("sshd") {
        return skip("needs root, setpriv and sshd");
    }
    let folder = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir()
        .unwrap();
    let program = folder.path().join("seaworthy");
    std::fs::copy(env!("CARGO_BIN_EXE_seaworthy"), &program).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(&program)
        .args(["check", "-p", "trading-bot", "-o", "json"])
        .current_dir("/")
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["host"]["euid"], 65534);
    for finding in report["findings"].as_array().unwrap() {
        // Who has a password stands in a file that is root's.
        if finding["check"] == "ssh-password-login" {
            assert_ne!(finding["verdict"], "pass", "{finding:#}");
        }
    }
    assert_eq!(report["summary"]["needs_root"], true);
    assert_ne!(output.status.code(), Some(0));
}

/// The running values are the kernel's own.
#[test]
fn running_values_are_those_of_the_kernel() {
    let report = seaworthy("check -p kernel -o json").run().json();
    let mut compared = 0;
    for finding in report["findings"].as_array().unwrap() {
        for evidence in finding["evidence"].as_array().unwrap() {
            let key = evidence["source"]["name"].as_str();
            // Of an interface the kernel's combination is shown, not a file's content.
            let decides = evidence["role"] == "decides";
            if let Some(key) = key.filter(|key| decides && !key.contains(".conf.")) {
                let path = Path::new("/proc/sys").join(key.replace('.', "/"));
                let kernel = std::fs::read_to_string(path).unwrap();
                assert_eq!(evidence["observed"], kernel.trim(), "{key}");
                compared += 1;
            }
        }
    }
    assert!(compared > 5, "only {compared} values compared");
}
