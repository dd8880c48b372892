//! Running a program that may hang, flood or leave children behind, and getting an answer or a reason.
//!
//! It gets no input, no environment and little time, and whatever it started in its process group ends with it.
//! Only a child that makes a session of its own escapes; it cannot make us wait.

use super::command::{DIRECTORIES, Output};
use super::errno::{failed, obstacle};
use crate::source::{Obstacle, Source};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{self, Pid};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a program may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// How much it may write to each of its two streams, in bytes.
    pub bytes: usize,
}

/// Runs a program to its end or its limits. `name` is what a person would call it.
pub(super) fn run(
    program: &Path,
    name: &str,
    args: &[&str],
    limits: Limits,
) -> Result<Output, Obstacle> {
    let words = [name].into_iter().chain(args.iter().copied());
    let argv: Vec<String> = words.map(str::to_owned).collect();
    let at = Source::command(&argv);
    let system = |error: io::Error| match error.raw_os_error() {
        Some(errno) => obstacle(Errno::from_raw(errno), &at),
        None => failed(&at, error.to_string()),
    };
    let mut child = Command::new(program)
        .args(args)
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", DIRECTORIES.join(":"))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(system)?;
    let mut streams = [
        Stream::new(child.stdout.take().map(OwnedFd::from)),
        Stream::new(child.stderr.take().map(OwnedFd::from)),
    ];
    let leader = Leader(child);
    let watched = watch(&leader, &mut streams, limits, &at);
    // Before an error is passed on: what was started must not outlive the question.
    let ended = leader.end();
    watched?;
    for stream in &mut streams {
        stream.pull(limits.bytes, &at)?;
    }
    let [stdout, stderr] = streams.map(|stream| stream.bytes);
    Ok(Output {
        status: exit_code(ended.map_err(system)?, &at)?,
        argv,
        stdout,
        stderr,
    })
}

/// Reads both streams until the program itself has exited. The end of the streams does not say so: a child that
/// was left behind can hold them open, and a program can close them early.
fn watch(
    leader: &Leader,
    streams: &mut [Stream],
    limits: Limits,
    at: &Source,
) -> Result<(), Obstacle> {
    const TICK: Duration = Duration::from_millis(10);
    for stream in &*streams {
        stream.unblock().map_err(|errno| obstacle(errno, at))?;
    }
    let started = Instant::now();
    let mut nap = Duration::from_micros(50);
    while !leader.has_exited(at)? {
        let left = limits.time.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(Obstacle::timed_out(at.to_string(), limits.time));
        }
        let mut open: Vec<PollFd> = streams
            .iter()
            .filter_map(|stream| stream.pipe.as_ref())
            .map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLIN))
            .collect();
        if open.is_empty() {
            thread::sleep(nap.min(left));
            nap = (nap * 2).min(TICK);
            continue;
        }
        let tick = PollTimeout::try_from(TICK.min(left)).unwrap_or(PollTimeout::ZERO);
        match poll(&mut open, tick) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(obstacle(errno, at)),
        }
        for stream in &mut *streams {
            stream.pull(limits.bytes, at)?;
        }
    }
    Ok(())
}

/// The program that was started: the first of a process group that has its number.
struct Leader(Child);

impl Leader {
    /// Looks without reaping: as long as the leader is a zombie, nobody else is given its number.
    fn look(&self) -> Result<WaitStatus, Errno> {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        waitid(Id::Pid(self.pid()), flags)
    }

    fn has_exited(&self, at: &Source) -> Result<bool, Obstacle> {
        match self.look() {
            Ok(WaitStatus::StillAlive) => Ok(false),
            Err(Errno::ECHILD) => Err(failed(at, "its exit status is lost: SIGCHLD is ignored")),
            // An exit; or a death by a signal that nix has no name for, which is an error to it.
            Ok(_) | Err(_) => Ok(true),
        }
    }

    /// Ends the whole group, then reaps the leader.
    fn end(mut self) -> io::Result<ExitStatus> {
        // If the kernel reaped it (SIGCHLD is ignored), the number may be another's by now.
        if self.look() != Err(Errno::ECHILD) {
            // What may fail here is a group that another user's rights protect; the collector's deadline stands.
            let _ = killpg(self.pid(), Signal::SIGKILL);
        }
        self.0.wait()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.0.id().cast_signed())
    }
}

/// One of the program's two output streams.
struct Stream {
    /// Our end, until the other is closed.
    pipe: Option<OwnedFd>,
    bytes: Vec<u8>,
}

impl Stream {
    fn new(pipe: Option<OwnedFd>) -> Self {
        let bytes = Vec::new();
        Self { pipe, bytes }
    }

    fn unblock(&self) -> Result<(), Errno> {
        match &self.pipe {
            Some(pipe) => fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map(drop),
            None => Ok(()),
        }
    }

    /// Takes what is there now.
    fn pull(&mut self, limit: usize, at: &Source) -> Result<(), Obstacle> {
        let mut chunk = [0; 16 << 10];
        while let Some(pipe) = &self.pipe {
            match unistd::read(pipe, &mut chunk) {
                Ok(0) => self.pipe = None,
                Ok(count) => self.bytes.extend_from_slice(&chunk[..count]),
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(obstacle(errno, at)),
            }
            if self.bytes.len() > limit {
                return Err(Obstacle::TooLarge {
                    at: at.clone(),
                    limit: limit as u64,
                });
            }
        }
        Ok(())
    }
}

fn exit_code(status: ExitStatus, at: &Source) -> Result<i32, Obstacle> {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ok(code),
        (None, Some(number)) => {
            let name = Signal::try_from(number).map_or("unnamed", Signal::as_str);
            Err(failed(at, format!("ended by signal {number}, {name}")))
        }
        (None, None) => Err(failed(at, "neither exited nor was ended by a signal")),
    }
}

#[cfg(test)]
mod tests;
