//! What sshd does for a login: it reads its files once more, and only what stands in Match blocks that fit is taken.
//!
//! The lines are laid out once, Includes unfolded as they were found at the start; a login walks over them.

use super::connection::Caller;
use super::criterion::Fits;
use super::refusal::{Fault, Refusal, Trouble, When};
use super::set::Set;
use super::sheet::{Entry, Sheets, Statement, to_u32};
use super::start::{pattern, too_many_lines};
use crate::facts::sshd::{DEPTH_LIMIT, Version};
use crate::source::{HostText, Obstacle};

/// A step of the walk.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A line that sets something, and whether it may stand in a block.
    Set { statement: u32, in_match: bool },
    /// A Match line; the steps of its block end before `end`.
    Match { block: u32, end: u32 },
    /// A file that is included: its steps end with the [`Step::Leave`] before `end`. `always` if it is read whether or
    /// not a block applies.
    Include { always: bool, end: u32 },
    /// The end of such a file.
    Leave,
}

/// The steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    steps: Vec<Step>,
    /// True if some complaint depends on earlier lines, also in blocks that do not apply.
    careful: bool,
    /// True before 8.4: criteria are looked at also where no block can apply, which may end sshd.
    looks_everywhere: bool,
    /// What sshd would end with at every login.
    refused: Option<Refusal>,
}

/// As many lines are laid out.
const MOST_STEPS: usize = 2_000_000;

struct Layout<'s> {
    sheets: &'s Sheets,
    cache: &'s [(HostText, Option<u32>)],
    version: &'s Version,
    program: Program,
}

impl Program {
    /// Lays out the steps from the main file on.
    pub(super) fn new(
        sheets: &Sheets,
        main: u32,
        cache: &[(HostText, Option<u32>)],
        version: &Version,
    ) -> Result<Self, Trouble> {
        let mut layout = Layout {
            sheets,
            cache,
            version,
            program: Self::default(),
        };
        let plain = version.since(8, 4);
        layout.file(main, plain, 0)?;
        let delicate = |statement: &Statement| {
            let mut faults = statement.faults.iter();
            faults.any(|(when, _)| matches!(when, When::Unset | When::After { .. }))
        };
        layout.program.looks_everywhere = !plain;
        layout.program.careful = !plain || sheets.statements.iter().any(delicate);
        Ok(layout.program)
    }
}

impl Layout<'_> {
    /// `before_match` is true until the first Match line of the files that led here: Includes are then read whatever
    /// applies (SSHCFG_MATCH_ONLY, since 8.4).
    fn file(&mut self, sheet: u32, mut before_match: bool, depth: usize) -> Result<(), Trouble> {
        if depth > DEPTH_LIMIT {
            // Found at the start for most files; some loops come up only now.
            self.program.refused = Some(Refusal {
                place: None,
                messages: vec!["Too many recursive configuration includes".into()],
            });
            return Ok(());
        }
        let mut open: Option<usize> = None;
        for (_, entry) in &self.sheets.sheets[sheet as usize].entries {
            if self.program.steps.len() > MOST_STEPS {
                return Err(too_many_lines());
            }
            match entry {
                Entry::Setting { statement, barred } => self.program.steps.push(Step::Set {
                    statement: *statement,
                    in_match: barred.is_none(),
                }),
                Entry::Match(block) => {
                    self.close(open);
                    open = Some(self.program.steps.len());
                    before_match = false;
                    self.program.steps.push(Step::Match {
                        block: *block,
                        end: 0,
                    });
                }
                Entry::Include { words, keyword, .. } => {
                    for word in words {
                        let pattern = pattern(word, keyword, self.version);
                        let included = self.cache.iter().filter(|(own, _)| *own == pattern);
                        for sheet in included.filter_map(|(_, sheet)| *sheet) {
                            if self.program.refused.is_some() {
                                return Ok(());
                            }
                            let at = self.program.steps.len();
                            self.program.steps.push(Step::Leave);
                            self.file(sheet, before_match, depth + 1)?;
                            self.program.steps.push(Step::Leave);
                            self.program.steps[at] = Step::Include {
                                always: before_match,
                                end: to_u32(self.program.steps.len()),
                            };
                        }
                    }
                }
                Entry::Fault(_) | Entry::Unknown { .. } | Entry::Gone { .. } => {}
            }
        }
        self.close(open);
        Ok(())
    }

    fn close(&mut self, open: Option<usize>) {
        let now = to_u32(self.program.steps.len());
        if let Some(Step::Match { end, .. }) = open.map(|at| &mut self.program.steps[at]) {
            *end = now;
        }
    }
}

/// What a login takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// The statements in force, in order, and by which obstacle that is not certain.
    pub(super) statements: Vec<(u32, Option<u32>)>,
    /// The Match lines that fit.
    pub(super) blocks: Vec<u32>,
    /// Those that may.
    pub(super) maybe: Vec<u32>,
    pub(super) obstacles: Vec<Obstacle>,
}

#[derive(Clone, Copy, PartialEq)]
enum Active {
    No,
    Yes,
    Maybe(u32),
}

impl Program {
    /// Walks over the steps for a login.
    pub(super) fn run(&self, sheets: &Sheets, caller: &Caller<'_>) -> Result<Taken, Trouble> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone().into());
        }
        let mut taken = Taken::default();
        let mut set = Set::default();
        let mut active = Active::No;
        let mut never = false;
        let mut outer = Vec::new();
        let mut at = 0;
        while let Some(step) = self.steps.get(at) {
            at += 1;
            match *step {
                Step::Match { block, end } => {
                    active = Active::No;
                    if !never {
                        active = fits(sheets, block, caller, &mut taken)?;
                    } else if self.looks_everywhere {
                        fits(sheets, block, caller, &mut Taken::default())?;
                    }
                    if active == Active::No && !self.careful {
                        at = end as usize;
                    }
                }
                Step::Include { always, end } => {
                    if active == Active::No && !always && !self.careful {
                        at = end as usize;
                    } else {
                        outer.push((active, never));
                        never |= active == Active::No && !always;
                    }
                }
                Step::Leave => (active, never) = outer.pop().unwrap_or((Active::No, false)),
                Step::Set {
                    statement,
                    in_match,
                } => {
                    if active == Active::No && !in_match {
                        continue;
                    }
                    let own = &sheets.statements[statement as usize];
                    if let Some(fault) = set.first_fault(own, active != Active::No, false) {
                        return Err(trouble(sheets, own, fault, active, &taken));
                    }
                    if active != Active::No {
                        set.take(own);
                        let by = match active {
                            Active::Maybe(obstacle) => Some(obstacle),
                            _ => None,
                        };
                        taken.statements.push((statement, by));
                    }
                }
            }
        }
        Ok(taken)
    }
}

/// All criteria must fit; what is not known does not matter where another does not.
fn fits(
    sheets: &Sheets,
    block: u32,
    caller: &Caller<'_>,
    taken: &mut Taken,
) -> Result<Active, Trouble> {
    let found = &sheets.matches[block as usize];
    let mut active = Active::Yes;
    for criterion in found.criteria.iter().flatten() {
        let fits = criterion
            .fits(caller)
            .map_err(|why| missing(sheets, block, why))?;
        match fits {
            Fits::Yes => {}
            Fits::No => active = Active::No,
            Fits::Maybe(obstacle) if active == Active::Yes => {
                taken.obstacles.push(obstacle);
                active = Active::Maybe(to_u32(taken.obstacles.len() - 1));
            }
            Fits::Maybe(_) => {}
        }
    }
    match active {
        Active::Yes => taken.blocks.push(block),
        Active::Maybe(_) => taken.maybe.push(block),
        Active::No => {}
    }
    Ok(active)
}

fn missing(sheets: &Sheets, block: u32, why: &str) -> Trouble {
    let found = &sheets.matches[block as usize];
    let place = super::sheet::Place::Line {
        sheet: found.sheet,
        line: found.line,
    };
    Trouble::Refused(Refusal {
        place: sheets.source(&place),
        messages: vec![why.into()],
    })
}

fn trouble(
    sheets: &Sheets,
    statement: &Statement,
    fault: &Fault,
    active: Active,
    taken: &Taken,
) -> Trouble {
    if let Active::Maybe(obstacle) = active {
        return Trouble::Unknown(taken.obstacles[obstacle as usize].clone());
    }
    match fault {
        Fault::Unknown(obstacle) => Trouble::Unknown(obstacle.clone()),
        Fault::Ends(messages) | Fault::Counts(messages) => Trouble::Refused(Refusal {
            place: sheets.source(&statement.place),
            messages: messages
                .iter()
                .map(|message| HostText::from_bytes(&at_login(sheets, message)))
                .collect(),
        }),
    }
}

/// At a login sshd calls its main file by another name.
fn at_login(sheets: &Sheets, message: &[u8]) -> Vec<u8> {
    let main = sheets
        .sheets
        .first()
        .map(|sheet| HostText::to_bytes(sheet.path.raw()));
    let rest = main.and_then(|main| message.strip_prefix(&*main));
    match rest {
        Some(rest) if rest.starts_with(b" line ") => [b"reprocess config", rest].concat(),
        _ => message.to_vec(),
    }
}
