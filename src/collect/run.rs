//! The waves: plan, threads, deadline. Knows nothing of what is collected.

use super::Timing;
use crate::facts::{Answer, Facts, Request};
use crate::host::Host;
use crate::source::Obstacle;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Collector threads are named with this, so that a panic hook can tell them from the rest.
pub const THREAD_PREFIX: &str = "collect ";

/// It gets the host to keep: what it leaves behind on a thread of its own may outlive it.
type Collector = fn(&Request, &Arc<Host>, &Facts) -> Answer;
type Report = (usize, Result<Answer, Obstacle>, Duration);

/// Collects the requests and all that they stand on, wave by wave.
pub(super) fn in_waves(
    host: &Arc<Host>,
    mut facts: Facts,
    requests: BTreeSet<Request>,
    collector: Collector,
) -> (Facts, Vec<Timing>) {
    let mut timings = Vec::new();
    for wave in waves(requests) {
        let known = Arc::new(facts);
        let answers = one_wave(host, &known, &wave, collector);
        // A thread that was left behind still holds what it was given.
        facts = Arc::try_unwrap(known).unwrap_or_else(|shared| (*shared).clone());
        for (request, (answer, took)) in wave.into_iter().zip(answers) {
            facts.keep(answer.unwrap_or_else(|obstacle| Answer::unknown(&request, obstacle)));
            timings.push(Timing { request, took });
        }
    }
    (facts, timings)
}

/// The requests with everything they stand on, ordered by depth of need.
fn waves(requests: BTreeSet<Request>) -> Vec<Vec<Request>> {
    fn depth(request: &Request, depths: &mut BTreeMap<Request, usize>) -> usize {
        if let Some(known) = depths.get(request) {
            return *known;
        }
        let below = request
            .stands_on()
            .iter()
            .map(|need| depth(need, depths) + 1);
        let depth = below.max().unwrap_or(0);
        depths.insert(request.clone(), depth);
        depth
    }
    let mut depths = BTreeMap::new();
    for request in &requests {
        depth(request, &mut depths);
    }
    let mut waves = vec![Vec::new(); depths.values().max().map_or(0, |deepest| deepest + 1)];
    for (request, depth) in depths {
        waves[depth].push(request);
    }
    waves
}

fn one_wave(
    host: &Arc<Host>,
    facts: &Arc<Facts>,
    wave: &[Request],
    collector: Collector,
) -> Vec<(Result<Answer, Obstacle>, Duration)> {
    let deadline = host.deadline();
    let started = Instant::now();
    let (sender, receiver) = channel::<Report>();
    let mut answers: Vec<_> = wave
        .iter()
        .map(|request| {
            let late = Obstacle::timed_out(request.to_string(), deadline);
            (Err(late), deadline)
        })
        .collect();
    let mut waiting = wave.len();
    for (index, request) in wave.iter().enumerate() {
        if let Err(error) = spawn(index, request, host, facts, &sender, collector) {
            answers[index].0 = Err(Obstacle::Failed {
                at: crate::source::Source::kernel("clone"),
                why: error.to_string().into(),
            });
            waiting -= 1;
        }
    }
    while waiting > 0 {
        match receiver.recv_timeout(deadline.saturating_sub(started.elapsed())) {
            Ok((index, answer, took)) => {
                answers[index] = (answer, took);
                waiting -= 1;
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    answers
}

/// Starts the thread of one request. It is never joined: one that hangs dies with the process.
fn spawn(
    index: usize,
    request: &Request,
    host: &Arc<Host>,
    facts: &Arc<Facts>,
    sender: &Sender<Report>,
    collector: Collector,
) -> std::io::Result<()> {
    let (request, host, facts) = (request.clone(), Arc::clone(host), Arc::clone(facts));
    let sender = sender.clone();
    let name = format!("{THREAD_PREFIX}{request}");
    thread::Builder::new().name(name).spawn(move || {
        let started = Instant::now();
        let answer = catch_unwind(AssertUnwindSafe(|| collector(&request, &host, &facts)));
        let answer = answer.map_err(|_| Obstacle::Crashed {
            what: request.to_string().into(),
        });
        // Given back before the answer is: whoever receives it may then take the facts apart without copying.
        drop(facts);
        // Nobody listens any more if the deadline has passed.
        let _ = sender.send((index, answer, started.elapsed()));
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stood_on_comes_first_and_once() {
        let waves = waves(BTreeSet::from([Request::Listeners, Request::Processes]));
        let expected = [
            vec![Request::Os],
            vec![Request::Processes, Request::Interfaces],
            vec![Request::Listeners],
        ];
        assert_eq!(waves, expected);
    }

    #[test]
    fn nothing_asked_is_nothing_done() {
        assert!(waves(BTreeSet::new()).is_empty());
    }
}
