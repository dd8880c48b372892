//! Listeners against ss(8): the same sockets, field by field, on this machine and in namespaces that the tests make.

use crate::support::{has, seaworthy, skip};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Opens one socket of each kind, says so, and waits.
const ONE_OF_EACH: &str = r#"
import socket as s, sys, time
DEV, ONLY, UDPLITE = 25, s.IPV6_V6ONLY, 136
kept = []
def sock(family, kind, protocol, address, only=None, device=None):
    it = s.socket(family, kind, protocol)
    if only is not None: it.setsockopt(s.IPPROTO_IPV6, ONLY, only)
    if device: it.setsockopt(s.SOL_SOCKET, DEV, device)
    it.bind(address)
    if kind == s.SOCK_STREAM: it.listen()
    kept.append(it)
v4, v6, tcp, udp = s.AF_INET, s.AF_INET6, s.SOCK_STREAM, s.SOCK_DGRAM
sock(v4, tcp, 0, ("127.0.0.1", 4001))
sock(v4, tcp, 0, ("0.0.0.0", 4002))
sock(v6, tcp, 0, ("::", 4003), only=0)
sock(v6, tcp, 0, ("::", 4004), only=1)
sock(v6, tcp, 0, ("::1", 4005))
sock(v6, tcp, 0, ("::ffff:127.0.0.1", 4006), only=0)
sock(v4, udp, 0, ("0.0.0.0", 4007), device=b"lo")
sock(v6, udp, 0, ("::", 4008), only=0, device=b"lo")
sock(v6, udp, 0, ("::", 4009), only=1)
sock(v4, s.SOCK_RAW, 1, ("127.0.0.1", 0))
sock(v6, s.SOCK_RAW, 58, ("::1", 0))
# Not listeners: bound only, connected, and a peer that is known.
bound = s.socket(v4, tcp); bound.bind(("127.0.0.1", 4010))
there = s.create_connection(("127.0.0.1", 4001))
known = s.socket(v4, udp); known.connect(("127.0.0.1", 4007))
if "udplite" in sys.argv:
    sock(v4, udp, UDPLITE, ("127.0.0.1", 4011))
kept[0].dup()
again = kept[1].dup()
print("ready", flush=True)
time.sleep(600)
"#;

/// A program that is ended with the test, however that ends.
struct Kept(Child);

impl Kept {
    fn ready(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn();
        let mut child = Self(child.expect("the program starts"));
        let mut line = String::new();
        let said = child.0.stdout.take().expect("a pipe");
        BufReader::new(said).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "ready");
        child
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Protocol, local address as ss writes it, inode, user, v6only, holders as `name,pid,fd`.
type Row = (String, String, u64, u64, Option<bool>, BTreeSet<String>);

fn ours(facts: &Value) -> BTreeSet<Row> {
    let value = &facts["facts"]["listeners"]["known"]["value"];
    let here = &value["here"];
    let processes = value["processes"].as_array().expect("processes");
    assert_eq!(here["gaps"], serde_json::json!([]), "{here}");
    let rows = here["items"]
        .as_array()
        .expect("listeners")
        .iter()
        .map(|it| {
            let socket = &it["socket"];
            let only = socket["v6only"].as_bool();
            let device = it["device"]
                .as_str()
                .map_or(String::new(), |name| format!("%{name}"));
            let (address, port) = (socket["address"].as_str().unwrap(), &socket["port"]);
            let address = match (address, only) {
                ("::", Some(false)) => format!("*{device}"),
                (address, _) if address.contains(':') => format!("[{address}]{device}"),
                (address, _) => format!("{address}{device}"),
            };
            let mut held = BTreeSet::new();
            for holder in it["owner"]["processes"].as_array().into_iter().flatten() {
                let pid = &holder["pid"];
                let process = processes.iter().find(|it| it["pid"] == *pid);
                let name = &process.expect("the process")["name"];
                for fd in holder["descriptors"].as_array().unwrap() {
                    held.insert(format!("{},{pid},{fd}", name.as_str().unwrap()));
                }
            }
            (
                socket["protocol"].as_str().unwrap().to_owned(),
                format!("{address}:{port}"),
                // ss reads raw sockets from /proc where the kernel has no raw_diag, and leaves the inode out.
                socket["inode"]
                    .as_u64()
                    .filter(|_| socket["protocol"] != "raw")
                    .unwrap_or(0),
                socket["uid"].as_u64().unwrap(),
                only,
                held,
            )
        });
    // ss knows no UDP-Lite.
    rows.filter(|row| row.0 != "udplite").collect()
}

fn theirs(text: &str) -> BTreeSet<Row> {
    text.lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let field = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
            let held = field("users:((").map_or_else(BTreeSet::new, |users| {
                let each = users.trim_end_matches(')').split("),(");
                each.map(|user| user.replace("pid=", "").replace("fd=", "").replace('"', ""))
                    .collect()
            });
            (
                match words[0] {
                    "p_raw" | "???" => "raw".to_owned(),
                    word => word.to_owned(),
                },
                words[4].to_owned(),
                field("ino:")
                    .filter(|_| words[0] != "p_raw" && words[0] != "???" && words[0] != "raw")
                    .map_or(0, |it| it.parse().unwrap()),
                field("uid:").map_or(0, |it| it.parse().unwrap()),
                field("v6only:").map(|it| it == "1"),
                held,
            )
        })
        .collect()
}

/// Runs a shell script in a network namespace of its own, with ss and the program at hand.
fn in_namespace(script: &str) -> String {
    let output = Command::new("unshare")
        .args(["-n", "sh", "-euc", script, "sh"])
        .args([env!("CARGO_BIN_EXE_seaworthy"), ONE_OF_EACH])
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

fn can_run() -> bool {
    let needs = ["ss", "ip", "unshare", "python3", "setpriv"];
    let all = is_root() && needs.iter().all(|tool| has(tool));
    if !all {
        skip("needs root, ss, ip, unshare, python3 and setpriv");
    }
    all
}

const START: &str = r#"
ip link set lo up
fifo=$(mktemp -u); mkfifo "$fifo"
python3 -c "$2" udplite >"$fifo" & holder=$!
trap 'kill $holder 2>/dev/null; rm -f "$fifo"' EXIT
read -r said <"$fifo"; [ "$said" = ready ]
"#;

/// One more, of a process of another user.
const OTHER_USER: &str = r#"
setpriv --reuid 65534 --regid 65534 --clear-groups python3 -c 'import socket, time
it = socket.socket(); it.bind(("127.0.0.1", 4020)); it.listen(); print("ready", flush=True); time.sleep(600)' >"$fifo" & other=$!
trap 'kill $holder $other 2>/dev/null; rm -f "$fifo"' EXIT
read -r said <"$fifo"; [ "$said" = ready ]
"#;

/// Sockets come and go on a machine in use: what ss shows before and after must be there, as ss has it.
#[test]
fn this_machine_is_as_ss_has_it() {
    if !can_run() {
        return;
    }
    let ss = || {
        let output = Command::new("ss")
            .args(["-H", "-tulpwne"])
            .output()
            .unwrap();
        theirs(&String::from_utf8_lossy(&output.stdout))
    };
    for _ in 0..20 {
        let before = ss();
        let now = ours(&seaworthy("facts listeners").run().exits(0).json());
        let after = ss();
        let lasting: BTreeSet<&Row> = before.intersection(&after).collect();
        let missing: Vec<_> = lasting.iter().filter(|row| !now.contains(**row)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

#[test]
fn one_socket_of_each_kind_is_as_ss_has_it() {
    if !can_run() {
        return;
    }
    let text = in_namespace(&format!(
        "{START}{OTHER_USER}\nss -H -tulpwne; echo =====; \"$1\" facts listeners"
    ));
    let (ss, facts) = text.split_once("=====").unwrap();
    let facts: Value = serde_json::from_str(facts).unwrap();
    let (ours, theirs) = (ours(&facts), theirs(ss.trim()));
    assert_eq!(ours, theirs);
    assert_eq!(ours.len(), 12);
    assert!(ours.iter().any(|row| row.3 == 65534), "another user's");
    let items = facts["facts"]["listeners"]["known"]["value"]["here"]["items"]
        .as_array()
        .unwrap()
        .clone();
    let ports: Vec<u64> = items
        .iter()
        .map(|it| it["socket"]["port"].as_u64().unwrap())
        .collect();
    assert!(ports.contains(&4011), "UDP-Lite is seen too: {ports:?}");
}

/// The tables of /proc tell less, and what they do not tell is not guessed.
#[test]
fn without_sock_diag_the_tables_are_read() {
    if !can_run() {
        return;
    }
    // No netlink socket can be opened under this filter.
    let script = format!(
        "{START}\nsystemd-run --version >/dev/null 2>&1 || true\nss -H -tulpwne; echo =====; python3 -c '{NO_NETLINK}' \"$1\" facts listeners"
    );
    let text = in_namespace(&script);
    let (ss, facts) = text.split_once("=====").unwrap();
    let facts: Value = serde_json::from_str(facts).unwrap();
    let plain = |row: Row| {
        let (protocol, place, inode, user, _, held) = row;
        let port = place.rsplit(':').next().unwrap().to_owned();
        (protocol, port, inode, user, held)
    };
    let rows = ours(&facts);
    assert!(
        rows.iter().all(|row| row.4.is_none()),
        "v6only is not guessed: {rows:?}"
    );
    let ours: BTreeSet<_> = rows.into_iter().map(plain).collect();
    let theirs: BTreeSet<_> = theirs(ss.trim()).into_iter().map(plain).collect();
    assert_eq!(ours, theirs);
}

/// Forbids socket(AF_NETLINK, …) by seccomp(2), and becomes another program.
const NO_NETLINK: &str = r#"
import ctypes, os, struct, sys, platform
libc = ctypes.CDLL(None, use_errno=True)
NR = {"x86_64": 41, "aarch64": 198}[platform.machine()]
def op(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
LD, JEQ, RET = 0x20, 0x15, 0x06
prog = op(LD,0,0,0) + op(JEQ,0,3,NR) + op(LD,0,0,16) + op(JEQ,0,1,16) + op(RET,0,0,0x00050000|97) + op(RET,0,0,0x7fff0000)
buf = ctypes.create_string_buffer(prog)
class F(ctypes.Structure): _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
f = F(len(prog)//8, ctypes.addressof(buf))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(f), 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[test]
fn what_another_namespace_listens_on_is_apart() {
    if !can_run() {
        return;
    }
    let holder = Kept::ready(Command::new("unshare").args([
        "-n",
        "sh",
        "-c",
        "ip link set lo up; exec python3 -c \"$1\"",
        "sh",
        ONE_OF_EACH,
    ]));
    let number = std::fs::read_link(format!("/proc/{}/ns/net", holder.0.id())).unwrap();
    let number = number.to_str().unwrap();
    let number: u64 = number["net:[".len()..number.len() - 1].parse().unwrap();
    let facts = seaworthy("facts listeners").run().exits(0).json();
    let value = &facts["facts"]["listeners"]["known"]["value"];
    let namespaces = value["elsewhere"]["items"].as_array().unwrap();
    let there = namespaces
        .iter()
        .find(|it| it["number"] == number)
        .expect("the namespace");
    assert_eq!(there["listeners"]["gaps"], serde_json::json!([]));
    let listeners = there["listeners"]["items"].as_array().unwrap();
    assert_eq!(listeners.len(), 11, "{there}");
    for it in listeners {
        assert_eq!(it["owner"]["processes"][0]["pid"], holder.0.id());
    }
    let here = value["here"]["items"].as_array().unwrap();
    assert!(
        here.iter().all(|it| it["socket"]["port"] != 4004),
        "not among ours"
    );
}

#[test]
fn another_users_socket_is_a_gap_to_an_ordinary_user_and_not_a_blank() {
    if !can_run() {
        return;
    }
    let text = in_namespace(&format!(
        "{START}\nsetpriv --reuid 65534 --regid 65534 --clear-groups \"$1\" facts listeners"
    ));
    let facts: Value = serde_json::from_str(&text).unwrap();
    let items = &facts["facts"]["listeners"]["known"]["value"]["here"]["items"];
    let items = items.as_array().unwrap();
    assert!(!items.is_empty());
    for it in items {
        assert_eq!(it["owner"]["unseen"]["code"], "denied", "{it}");
        assert_eq!(it["owner"]["unseen"]["by"]["reason"], "needs-root", "{it}");
    }
}

/// A hundred times in a row while sockets come and go: what stays is always there, and what is there was seen by ss.
#[test]
fn sockets_come_and_go_while_they_are_read() {
    if !can_run() {
        return;
    }
    const CHURN: &str = r#"
import socket, time
print("ready", flush=True)
while True:
    some = []
    for port in range(5000, 5060):
        it = socket.socket(); it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        it.bind(("127.0.0.1", port)); it.listen(); some.append(it)
    for it in some: it.close()
"#;
    let script = format!(
        "{START}\npython3 -c '{CHURN}' >/dev/null & churn=$!\ntrap 'kill $holder $churn 2>/dev/null; rm -f \"$fifo\"' EXIT\n\
         ss -H -tulpwne; for i in $(seq 100); do echo =====; \"$1\" facts listeners; done"
    );
    let text = in_namespace(&script);
    let mut parts = text.split("=====");
    let churns = |row: &Row| row.1.starts_with("127.0.0.1:50");
    let mut lasting = theirs(parts.next().unwrap().trim());
    lasting.retain(|row| !churns(row));
    let mut runs = 0;
    for part in parts {
        let facts: Value = serde_json::from_str(part).unwrap();
        let items = facts["facts"]["listeners"]["known"]["value"]["here"]["items"].as_array();
        let nobodys = |it: &&Value| it["owner"] == "nobody";
        assert_eq!(
            items.unwrap().iter().find(nobodys),
            None,
            "one that went is not the kernel's"
        );
        let rows = ours(&facts);
        let stay: BTreeSet<Row> = rows.iter().filter(|row| !churns(row)).cloned().collect();
        assert_eq!(stay, lasting);
        for row in rows.iter().filter(|row| churns(row)) {
            assert!(
                row.5.len() <= 1,
                "held by the one process, or unseen: {row:?}"
            );
        }
        runs += 1;
    }
    assert_eq!(runs, 100);
}

/// A control group of a container, taken away again.
struct Group(std::path::PathBuf);

impl Group {
    fn new(name: &str) -> Option<Self> {
        let roots = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup"];
        let root = roots
            .iter()
            .find(|root| std::path::Path::new(root).join("cgroup.procs").exists())?;
        let group = std::path::Path::new(root).join(name);
        std::fs::create_dir(&group).ok()?;
        Some(Self(group))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Its processes may take a moment to end.
        for _ in 0..50 {
            if std::fs::remove_dir(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

/// What Docker leaves on a host: a process in a network and a control group of its own, and docker-proxy in ours.
#[test]
fn docker_proxy_is_known_by_the_container_behind_it() {
    if !can_run() {
        return;
    }
    let id = format!("{:064x}", u128::from(std::process::id()) + 0xabcd_0000);
    let Some(group) = Group::new(&format!("docker-{id}.scope")) else {
        return skip("needs a control group of its own");
    };
    const INSIDE: &str = "ip link set lo up; ip addr add 172.31.255.2/32 dev lo; echo $$ >\"$1/cgroup.procs\"; echo ready; exec sleep 600";
    let container = Kept::ready(
        Command::new("unshare")
            .args(["-n", "sh", "-euc", INSIDE, "sh"])
            .arg(&group.0),
    );
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("docker-proxy");
    let python = std::fs::canonicalize("/usr/bin/python3").expect("Debian's python3");
    std::fs::copy(python, &program).unwrap();
    const PROXY: &str = "import socket, sys, time\nit = socket.socket(); it.bind(('127.0.0.1', 0)); it.listen()\nprint('ready', flush=True)\ntime.sleep(600)";
    // Only in the mounts of this test is it where programs of the system are.
    const PLACED: &str =
        "mount --bind \"$1\" /usr/games; shift; exec /usr/games/docker-proxy \"$@\"";
    let mut placed = Command::new("unshare");
    placed.args(["-m", "sh", "-euc", PLACED, "sh"]);
    let proxy = Kept::ready(placed.arg(folder.path()).args(["-c", PROXY]).args([
        "-proto",
        "tcp",
        "-container-ip",
        "172.31.255.2",
        "-container-port",
        "80",
    ]));
    let facts = seaworthy("facts listeners").run().exits(0).json();
    let value = &facts["facts"]["listeners"]["known"]["value"];
    let here = value["here"]["items"].as_array().unwrap();
    let pid = proxy.0.id();
    let listener = here
        .iter()
        .find(|it| it["owner"]["processes"][0]["pid"] == pid);
    let proxied = &listener.expect("the proxy's socket")["proxied"];
    assert_eq!(proxied["address"], "172.31.255.2");
    assert_eq!(proxied["port"], 80);
    assert_eq!(proxied["container"]["engine"], "docker", "{proxied}");
    assert_eq!(proxied["container"]["id"], id);
    drop(container);
}
