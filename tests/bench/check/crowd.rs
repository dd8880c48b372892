//! Ten thousand listening sockets and two thousand processes, side by side with ss(8).

use super::{show, spawn};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Opens the sockets in a network namespace of its own, starts the processes, and says that it is ready.
const SCENE: &str = r#"
import os, resource, socket, subprocess, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
kept = []
for i in range(10000):
    it = socket.socket()
    it.bind(("127.0.0.1", 10000 + i)); it.listen(); kept.append(it)
for i in range(2000):
    if os.fork() == 0:
        for it in kept: it.close()
        os.execvp("sleep", ["sleep", "300"])
print("ready", flush=True)
sys.stdin.read()
"#;

/// The scene; its processes end with it.
struct Crowd(Child);

impl Drop for Crowd {
    fn drop(&mut self) {
        let _ = Command::new("pkill")
            .args(["-P", &self.0.id().to_string()])
            .status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints the figures, where the scene can be set.
pub fn figures(runs: usize) {
    let scene = Command::new("unshare")
        .args(["-n", "python3", "-c", SCENE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut scene) = scene.map(Crowd) else {
        return;
    };
    let mut line = String::new();
    if let Some(said) = scene.0.stdout.take() {
        let _ = BufReader::new(said).read_line(&mut line);
    }
    if line.trim() != "ready" {
        println!("(the crowd needs root, unshare, ip and python3)");
        return;
    }
    let namespace = format!("--net=/proc/{}/ns/net", scene.0.id());
    let within = |program: &str, args: &[&str]| {
        let mut command = Command::new("nsenter");
        spawn(command.arg(&namespace).arg(program), args).0
    };
    let own = env!("CARGO_BIN_EXE_seaworthy");
    let (mut checks, mut facts, mut peers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        checks.push(within(
            own,
            &["check", "-p", "listeners", "--offline", "-q"],
        ));
        facts.push(within(own, &["facts", "listeners"]));
        peers.push(within("ss", &["-H", "-tulpn"]));
    }
    println!("with 10,000 sockets and 2,000 processes");
    show("  check -p listeners", "ms", checks);
    show("  facts listeners, 4 MB of JSON", "ms", facts);
    show("  (ss -H -tulpn)", "ms", peers);
}
