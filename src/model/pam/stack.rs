//! Going through a stack: `_pam_dispatch_aux` of libpam, along every way that its modules' answers leave open.

use super::control::{Action, action};
use super::{Answer, Visitor, module};
use crate::fact::Fact;
use crate::facts::pam::{Kind, Line, Pam, What};
use crate::source::{HostText, Obstacle, Source};
use std::collections::{BTreeMap, BTreeSet};

/// How deep includes go (`PAM_SUBSTACK_MAX_LEVEL`).
const DEEPEST: usize = 16;
/// A stack of more steps or ways is none that anybody wrote.
const MOST: usize = 4_000;
/// What libpam answers where it must fail (`PAM_MUST_FAIL_CODE`).
const MUST_FAIL: &str = "perm_denied";

/// One module in its place.
struct Step<'f> {
    level: usize,
    control: &'f str,
    what: Asked<'f>,
    place: Source,
}

enum Asked<'f> {
    Module(&'f HostText, &'f [HostText]),
    /// The line that opens a substack: nobody is asked.
    Opening,
    /// A line that cannot be followed.
    MustFail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Impression {
    None,
    Good,
    Bad,
}

/// What was said so far, and where it was said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    impression: Impression,
    status: &'static str,
    by: Option<usize>,
}

/// On the way: the next step, the level of the last, what was said, and what had been said when each substack began.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    next: usize,
    level: usize,
    said: Said,
    before: BTreeMap<usize, Said>,
}

/// What a service answers.
pub(super) fn ask(pam: &Pam, service: &str, kind: Kind, visitor: &Visitor<'_>) -> Answer {
    match steps(pam, service, kind) {
        Ok(Gather {
            broken: Some(place),
            ..
        }) => Answer::No(
            "PAM cannot follow its configuration".to_owned(),
            Some(place),
        ),
        Ok(gather) => walk(pam, service, kind, visitor, &gather.steps),
        Err(why) => Answer::Unknown(why),
    }
}

fn steps<'f>(pam: &'f Pam, service: &str, kind: Kind) -> Result<Gather<'f>, Obstacle> {
    let mut gather = Gather {
        pam,
        kind,
        steps: Vec::new(),
        broken: None,
    };
    gather.file(&service.into(), true, 0, 0)?;
    if gather.steps.is_empty() {
        gather.file(&"other".into(), true, 0, 0)?;
    }
    Ok(gather)
}

struct Gather<'f> {
    pam: &'f Pam,
    kind: Kind,
    steps: Vec<Step<'f>>,
    broken: Option<Source>,
}

impl<'f> Gather<'f> {
    /// The lines of the kind in a file, which is asked for lines of any kind or of this one; false if libpam could not follow it.
    fn file(
        &mut self,
        name: &HostText,
        any: bool,
        depth: usize,
        level: usize,
    ) -> Result<bool, Obstacle> {
        if depth >= DEEPEST {
            return Ok(false);
        }
        let (lines, source): (&'f [Line], &Source) = match self.pam.files.get(name) {
            Some(Fact::Known { value, source }) => (value, source),
            Some(Fact::Absent { .. }) => return Ok(false),
            Some(Fact::Unknown(why)) => return Err(why.clone()),
            None => {
                return Err(Obstacle::NotModelled {
                    what: format!("the PAM service {}", name.raw()).into(),
                });
            }
        };
        for line in lines {
            if self.steps.len() > MOST {
                return Err(too_long());
            }
            self.line(&line.what, at(source, line.line), any, depth, level)?;
        }
        Ok(true)
    }

    fn line(
        &mut self,
        what: &'f What,
        place: Source,
        any: bool,
        depth: usize,
        level: usize,
    ) -> Result<(), Obstacle> {
        let (kind, control, module, args) = match what {
            What::All(name) => {
                // Nothing of the service stands where Debian's directive cannot be followed; within a file that is itself
                // included for one kind it counts as the line before it, which nobody can mean.
                match self.file(name, any, depth + 1, level)? {
                    true => {}
                    false if any => self.broken = Some(place),
                    false => {
                        return Err(Obstacle::Unparsable {
                            at: place,
                            why: format!("there is no {name}").into(),
                        });
                    }
                }
                return Ok(());
            }
            What::Rule {
                kind,
                control,
                module,
                args,
                ..
            } => (kind, control.raw(), module, args),
        };
        // What is of no kind counts as the most sensitive, or as the one that was asked for.
        if kind.unwrap_or(if any { Kind::Auth } else { self.kind }) != self.kind {
            return Ok(());
        }
        let opens = control.eq_ignore_ascii_case("substack");
        if opens || control.eq_ignore_ascii_case("include") {
            if opens {
                self.add(level, "", Asked::Opening, place.clone());
            }
            let followed = match module {
                Some(name) => self.file(name, false, depth + 1, level + usize::from(opens))?,
                None => false,
            };
            if !followed {
                self.add(level, "required", Asked::MustFail, place);
            }
            return Ok(());
        }
        match module {
            Some(module) if kind.is_some() => {
                self.add(level, control, Asked::Module(module, args), place)
            }
            _ => self.add(level, control, Asked::MustFail, place),
        }
        Ok(())
    }

    fn add(&mut self, level: usize, control: &'f str, what: Asked<'f>, place: Source) {
        self.steps.push(Step {
            level,
            control,
            what,
            place,
        });
    }
}

fn walk(pam: &Pam, service: &str, kind: Kind, visitor: &Visitor<'_>, steps: &[Step<'_>]) -> Answer {
    let start = Said {
        impression: Impression::None,
        status: MUST_FAIL,
        by: None,
    };
    let way = Way {
        next: 0,
        level: 0,
        before: BTreeMap::from([(0, start.clone())]),
        said: start,
    };
    let (mut open, mut seen) = (vec![way], BTreeSet::new());
    let (mut let_in, mut refused, mut doubt) = (false, None, None);
    while let Some(mut way) = open.pop() {
        if seen.len() > MOST {
            return Answer::Unknown(too_long());
        }
        let Some(step) = steps.get(way.next) else {
            let good = match way.said.status {
                "success" => way.said.impression == Impression::Good,
                // The session has it changed, whatever else was said: libpam passes the first refusal on.
                "new_authtok_reqd" => kind == Kind::Account,
                _ => false,
            };
            match good {
                true => let_in = true,
                false => refused = Some(way.said.by),
            }
            continue;
        };
        if way.level < step.level {
            way.before.insert(step.level, way.said.clone());
        }
        way.level = step.level;
        let answers = match step.what {
            Asked::Opening => {
                way.next += 1;
                open.push(way);
                continue;
            }
            Asked::MustFail => vec![MUST_FAIL],
            Asked::Module(name, args) => {
                let reply = module::answer(pam, name, args, kind, visitor);
                if let Some(what) = reply.doubt {
                    doubt.get_or_insert_with(|| Obstacle::NotModelled {
                        what: format!("{what} ({})", step.place).into(),
                    });
                }
                reply.answers
            }
        };
        for answer in answers {
            let way = after(way.clone(), steps, answer);
            if seen.insert(way.clone()) {
                open.push(way);
            }
        }
    }
    match (let_in, refused) {
        (true, None) => Answer::Yes,
        (false, by) => {
            let step = by.flatten().and_then(|at| steps.get(at));
            let why = match step.map(|step| &step.what) {
                Some(Asked::Module(name, _)) => format!("{} refuses it", base(name.raw())),
                Some(_) => "PAM cannot follow its configuration".to_owned(),
                None => format!("no module of the PAM service {service} lets it in"),
            };
            Answer::No(why, step.map(|step| step.place.clone()))
        }
        (true, Some(_)) => Answer::Unknown(doubt.unwrap_or_else(too_long)),
    }
}

/// The way behind a step that gave an answer.
fn after(mut way: Way, steps: &[Step<'_>], answer: &'static str) -> Way {
    let at = way.next;
    let level = way.level;
    way.next = at + 1;
    let past = |from: usize, deeper: &dyn Fn(usize) -> bool| {
        let rest = steps.iter().skip(from);
        from + rest.take_while(|step| deeper(step.level)).count()
    };
    let done = match action(steps[at].control, answer) {
        Action::Ignore => false,
        Action::Reset => {
            if let Some(before) = way.before.get(&level) {
                way.said = before.clone();
            }
            false
        }
        taken @ (Action::Ok | Action::Done) => {
            let said = &mut way.said;
            let open = said.impression == Impression::None
                || said.impression == Impression::Good && said.status == "success";
            if open {
                *said = Said {
                    impression: Impression::Good,
                    status: answer,
                    by: Some(at),
                };
            }
            taken == Action::Done && said.impression == Impression::Good
        }
        taken @ (Action::Bad | Action::Die) => {
            if way.said.impression != Impression::Bad {
                let status = if answer == "ignore" {
                    MUST_FAIL
                } else {
                    answer
                };
                way.said = Said {
                    impression: Impression::Bad,
                    status,
                    by: Some(at),
                };
            }
            taken == Action::Die
        }
        Action::Jump(count) => {
            let mut left = count;
            while left > 0 && steps.get(way.next).is_some_and(|step| step.level >= level) {
                way.next = past(way.next + 1, &|deep| deep > level);
                left -= 1;
            }
            if left > 0 || count == 0 {
                way.said = Said {
                    impression: Impression::Bad,
                    status: MUST_FAIL,
                    by: Some(at),
                };
            }
            false
        }
    };
    if done {
        way.next = past(way.next, &|deep| deep >= level);
    }
    way
}

fn at(source: &Source, line: u32) -> Source {
    match source {
        Source::File { path, .. } => Source::line(path.clone(), line),
        other => other.clone(),
    }
}

fn base(module: &str) -> &str {
    module.rsplit('/').next().unwrap_or(module)
}

fn too_long() -> Obstacle {
    Obstacle::NotModelled {
        what: format!("a PAM service of more than {MOST} steps").into(),
    }
}
