//! Runs the program in a scrubbed world.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One run of the program.
pub struct Run {
    command: Command,
    stdin: Option<String>,
}

/// What came of it.
pub struct Done {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// `seaworthy ARGS…`, the arguments separated by blanks.
pub fn seaworthy(args: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command.env_clear().current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(args.split_whitespace());
    Run {
        command,
        stdin: None,
    }
}

impl Run {
    /// One more argument, blanks and all.
    pub fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Judges the host in `tests/PATH`.
    pub fn on(self, path: impl AsRef<Path>) -> Self {
        let path = tests().join(path);
        self.arg("--fixture").arg(path)
    }

    /// What the program reads on standard input.
    pub fn given(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    pub fn run(mut self) -> Done {
        let stdin = if self.stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        self.command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        if let (Some(text), Some(mut pipe)) = (self.stdin, child.stdin.take()) {
            pipe.write_all(text.as_bytes()).expect("the program reads");
        }
        let output = child.wait_with_output().expect("the program ends");
        Done {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }
}

impl Done {
    /// Asserts the exit code, showing what was said where it is another.
    #[track_caller]
    pub fn exits(self, status: i32) -> Self {
        assert_eq!(
            self.status, status,
            "\nstdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "no JSON: {error}\nstdout:\n{}\nstderr:\n{}",
                self.stdout, self.stderr
            )
        })
    }

    /// The last line of standard output.
    pub fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or("")
    }
}

/// The folder of the tests.
pub fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The folders in a folder, sorted.
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Says in one line that a test could not run, and fails where nothing may be skipped.
pub fn skip(why: &str) {
    assert!(
        std::env::var_os("SEAWORTHY_SKIP_NOTHING").is_none(),
        "must not be skipped here: {why}"
    );
    // Past the capture of the test runner, which would keep it to itself.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// True for root.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// True if a program of that name can be found.
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .any(|directory| directory.join(program).is_file())
}

/// A small generator of numbers (splitmix64): the same numbers for the same seed, everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % sides
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    pub fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }
}

/// A number that the caller of the tests may set.
pub fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}
