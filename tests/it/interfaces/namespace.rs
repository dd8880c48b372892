//! Network namespaces for a test, gone at its end however it ends.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A network namespace of its own.
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// A new one; none where that is not allowed.
    pub fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("seaworthy-{}-{count}", std::process::id());
        let made = ip(&["netns", "add", &name], "");
        made.status.success().then_some(Self { name })
    }

    /// Where it can be entered.
    pub fn path(&self) -> String {
        format!("/run/netns/{}", self.name)
    }

    /// Does what the lines say, `ip` left out; those that begin with `-6` are for that. Returns the lines that failed: not
    /// every kernel knows every kind of interface.
    pub fn plant(&self, lines: &[String]) -> Vec<String> {
        let failed = lines.iter().filter(|line| {
            let words = ["-n", self.name.as_str()]
                .into_iter()
                .chain(line.split(' '));
            !ip(&words.collect::<Vec<_>>(), "").status.success()
        });
        failed.cloned().collect()
    }

    /// Does many things at once.
    pub fn batch(&self, text: &str) {
        let done = ip(&["-n", &self.name, "-batch", "-"], text);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
    }

    /// A command that runs in it.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]);
        command
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&["netns", "del", &self.name], "");
    }
}

fn ip(words: &[&str], input: &str) -> Output {
    let mut child = Command::new("ip")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ip starts");
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(input.as_bytes()).expect("ip reads");
    drop(pipe);
    child.wait_with_output().expect("ip ends")
}
