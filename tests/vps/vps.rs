//! A Debian server that is booted for a test: an overlay of one image, its own init, its own network, gone with the test.

use crate::report::Report;
use serde_json::Value;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A running system.
pub struct Vps {
    unshare: Child,
    /// Its PID 1, as seen from here.
    init: String,
    /// Its control group, as seen from here.
    group: Option<PathBuf>,
}

/// What a command inside came to.
#[derive(Debug)]
pub struct Done {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Puts a command where a login would: inside, and in no service's control group.
const ENTER: &str = r#"group=/sys/fs/cgroup/user.slice/test.scope
mkdir -p "$group"; echo $$ >"$group/cgroup.procs"; exec "$@""#;
/// How control groups of scenes begin: the number of the test and of the scene follow.
const GROUP: &str = "seaworthy-vps-";
/// The exit status of timeout(1), by which a command inside is ended that takes a minute.
pub const TIMED_OUT: i32 = 124;
/// Longer than any boot.
const PATIENCE: Duration = Duration::from_secs(60);

impl Vps {
    /// A server just installed: sshd runs, root has no password, nobody else has an account. `None`, and a line that says
    /// so, where booted systems were not asked for.
    pub fn boot() -> Option<Self> {
        if std::env::var_os("SEAWORTHY_VPS").is_none_or(|set| set != "1") {
            // Past the capture of the test runner, which would keep it to itself.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: boots a system, which SEAWORTHY_VPS=1 asks for"
            );
            return None;
        }
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{GROUP}{}-{number}", std::process::id());
        let groups = cgroup2();
        groups.iter().for_each(|mount| sweep(mount));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vps");
        let image = image(&folder);
        let started = Instant::now();
        let console = tempfile::tempfile().expect("a file for what it prints");
        let to_console = || Stdio::from(console.try_clone().expect("another descriptor"));
        // Should the tests be killed, nothing stays: mounts and processes go with the namespaces, and these with unshare.
        let unshare = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", "unshare", "--mount"])
            .args(["--propagation", "private", "--pid", "--mount-proc"])
            .args(["--kill-child", "--", "sh"])
            .arg(folder.join("boot.sh"))
            .args([&image, &name, env!("CARGO_BIN_EXE_seaworthy")])
            .stdin(Stdio::null())
            .stdout(to_console())
            .stderr(to_console())
            .spawn()
            .expect("setpriv of util-linux");
        let mut vps = Self {
            unshare,
            init: String::new(),
            group: groups.map(|mount| mount.join(name)),
        };
        vps.await_boot(started, console);
        let ms = started.elapsed().as_millis();
        let _ = writeln!(std::io::stderr(), "booted in {ms} ms");
        Some(vps)
    }

    fn await_boot(&mut self, started: Instant, mut console: File) {
        loop {
            if let Some(init) = self.find_init() {
                self.init = init;
                let state = self.command(&["systemctl", "is-system-running", "--wait"]);
                if matches!(finish(state, "").stdout.trim(), "running" | "degraded") {
                    return;
                }
            }
            let ended = self.unshare.try_wait().expect("a child");
            if ended.is_some() || started.elapsed() > PATIENCE {
                panic!("it does not boot: {}", printed(&mut console));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The child of unshare is systemd-nspawn, whose child is the first process of the new system, beside some that pass.
    fn find_init(&self) -> Option<String> {
        let is_init = |pid: &String| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status"));
            let of = |line: &str| line.starts_with("NSpid:") && line.ends_with("\t1");
            status.is_ok_and(|text| text.lines().any(of))
        };
        let nspawn = children(&self.unshare.id().to_string());
        children(nspawn.first()?).into_iter().find(is_init)
    }

    /// A command inside, with the environment of a login.
    fn command(&self, argv: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.init, "--all", "--"])
            .args(argv)
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin")
            .env("HOME", "/root")
            .env("LC_ALL", "C");
        command
    }

    fn call(&self, argv: &[&str], input: &str) -> Done {
        let enter = ["timeout", "60", "sh", "-euc", ENTER, "sh"];
        finish(self.command(&[&enter, argv].concat()), input)
    }

    /// Runs a shell script inside, as root.
    pub fn run(&self, script: &str) -> Done {
        self.call(&["sh", "-euc", script], "")
    }

    /// The same, which must succeed; what it prints.
    #[track_caller]
    pub fn sh(&self, script: &str) -> String {
        let done = self.run(script);
        assert_eq!(done.status, 0, "{script}\n{}{}", done.stdout, done.stderr);
        done.stdout
    }

    /// Writes a file inside, and the directories above it.
    #[track_caller]
    pub fn write(&self, path: &str, text: &str) {
        let script = "mkdir -p \"${1%/*}\"; cat >\"$1\"";
        let done = self.call(&["sh", "-euc", script, "sh", path], text);
        assert_eq!(done.status, 0, "{path}: {}", done.stderr);
    }

    /// What the program says inside, as JSON: `check …` or `facts …`, arguments separated by blanks.
    #[track_caller]
    pub fn seaworthy(&self, args: &str) -> Value {
        let mut argv = vec!["seaworthy"];
        argv.extend(args.split_whitespace());
        if args.starts_with("check") {
            argv.extend(["-o", "json"]);
        }
        let done = self.call(&argv, "");
        serde_json::from_str(&done.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", done.stdout, done.stderr))
    }

    /// What the program judges of logins and listeners.
    #[track_caller]
    pub fn report(&self) -> Report {
        Report::of(&self.seaworthy("check -p baseline --only ssh --only listener-*"))
    }
}

impl Drop for Vps {
    fn drop(&mut self) {
        // Its child is the init of a namespace of processes, which the kernel ends with it.
        let _ = self.unshare.kill();
        let _ = self.unshare.wait();
        for _ in 0..250 {
            let left = self.group.as_deref().is_some_and(|group| !removed(group));
            if !left {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn children(pid: &str) -> Vec<String> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let list = list.unwrap_or_default();
    list.split_whitespace().map(str::to_owned).collect()
}

/// Takes away a control group and those within; false while a process is in one of them.
fn removed(group: &Path) -> bool {
    let within = std::fs::read_dir(group).into_iter().flatten().flatten();
    for entry in within.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        removed(&entry.path());
    }
    std::fs::remove_dir(group).is_ok() || !group.exists()
}

/// Takes away the control groups of scenes whose test was killed; all else of them went with it.
fn sweep(mount: &Path) {
    for entry in std::fs::read_dir(mount).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let test = name
            .strip_prefix(GROUP)
            .and_then(|rest| rest.split('-').next());
        if test.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            removed(&entry.path());
        }
    }
}

/// Where control groups of the second version are mounted here.
fn cgroup2() -> Option<PathBuf> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").ok()?;
    let mut mounts = mounts.lines().map(|line| line.split(' '));
    mounts.find_map(|mut mount| {
        let at = mount.nth(1)?;
        (mount.next()? == "cgroup2").then(|| at.into())
    })
}

/// The image, built if it is not there.
fn image(folder: &Path) -> String {
    let done = finish(Command::new(folder.join("image.sh")), "");
    assert_eq!(done.status, 0, "the image: {}", done.stderr);
    done.stdout.trim().to_owned()
}

/// Runs a command. What it prints goes to files: a daemon that it leaves behind would keep a pipe open for good.
fn finish(mut command: Command, input: &str) -> Done {
    let file = || tempfile::tempfile().expect("a file for what it prints");
    let (mut stdout, mut stderr) = (file(), file());
    let write = |file: &File| Stdio::from(file.try_clone().expect("another descriptor"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(write(&stdout))
        .stderr(write(&stderr))
        .spawn()
        .expect("the command starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A command that reads nothing may have closed it already.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    let status = child.wait().expect("the command ends");
    Done {
        status: status.code().unwrap_or(-1),
        stdout: printed(&mut stdout),
        stderr: printed(&mut stderr),
    }
}

fn printed(file: &mut File) -> String {
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    read.expect("a file that was just written");
    String::from_utf8_lossy(&bytes).into_owned()
}
