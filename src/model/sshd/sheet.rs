//! The files line by line, each read once: what a line is, before anybody knows whether it counts.

use super::context::{Arguments, Context, era};
use super::criterion::{self, Criteria};
use super::keyword::{self, Key, Meaning};
use super::kind::Value;
use super::parse;
use super::refusal::{Fault, When};
use crate::facts::sshd::lexer::{Era, Words, lines, trim_end};
use crate::facts::sshd::{Names, Version};
use crate::source::{HostText, Source};

/// A line that sets something, wherever it stands.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) place: Place,
    pub(super) key: Key,
    pub(super) value: Option<Value>,
    pub(super) faults: Vec<(When, Fault)>,
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On the command line: the option as it was given.
    CommandLine(HostText),
    /// In a file, by its number among the sheets.
    Line { sheet: u32, line: u32 },
}

/// A Match line.
#[derive(Clone, Debug)]
pub(super) struct Match {
    pub(super) sheet: u32,
    pub(super) line: u32,
    /// The criteria as they are written.
    pub(super) text: HostText,
    pub(super) criteria: Criteria,
    pub(super) left: Option<Fault>,
}

/// What a line is.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// No keyword, or not enough of it to look any further.
    Fault(Fault),
    /// An unknown keyword: in a block that does not apply sshd ends at once.
    Unknown { counts: Fault, ends: Fault },
    /// By its number among the statements, and what sshd says where it may not stand.
    Setting {
        statement: u32,
        barred: Option<Fault>,
    },
    /// A keyword that sets nothing any more.
    Gone { barred: Option<Fault> },
    /// By its number among the Match lines.
    Match(u32),
    /// Its words, and what is wrong with it once they are followed.
    Include {
        words: Vec<Vec<u8>>,
        keyword: Vec<u8>,
        fault: Option<Fault>,
    },
}

/// A file.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) path: HostText,
    /// Its lines that are something, with their numbers.
    pub(super) entries: Vec<(u32, Entry)>,
}

/// What is read of all files.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheets {
    pub(super) sheets: Vec<Sheet>,
    pub(super) statements: Vec<Statement>,
    pub(super) matches: Vec<Match>,
}

impl Sheets {
    /// Reads one more file.
    pub(super) fn read(
        &mut self,
        path: &HostText,
        text: &[HostText],
        version: &Version,
        names: &Names,
    ) -> u32 {
        let number = to_u32(self.sheets.len());
        let name = HostText::to_bytes(path.raw());
        let bytes: Vec<_> = text
            .iter()
            .map(|line| HostText::to_bytes(line.raw()))
            .collect();
        let mut entries = Vec::new();
        let lines = lines(bytes.iter().map(AsRef::as_ref), era(version));
        for (counted, line) in (1..).zip(&lines) {
            let mut context = Context {
                version,
                names,
                file: &name,
                line: counted,
                keyword: b"",
            };
            let place = Place::Line {
                sheet: number,
                line: line.number,
            };
            if let Some(entry) = self.line(&mut context, &line.text, place) {
                entries.push((line.number, entry));
            }
        }
        self.sheets.push(Sheet {
            path: path.clone(),
            entries,
        });
        number
    }

    /// Reads an option of the command line (`-o`).
    pub(super) fn option(
        &mut self,
        option: &HostText,
        version: &Version,
        names: &Names,
    ) -> Option<Entry> {
        let bytes = HostText::to_bytes(option.raw());
        // A NUL cannot be given.
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let mut context = Context {
            version,
            names,
            file: b"command-line",
            line: 0,
            keyword: b"",
        };
        self.line(
            &mut context,
            text,
            Place::CommandLine(format!("-o {}", option.raw()).into()),
        )
    }

    fn line<'l>(
        &mut self,
        context: &mut Context<'l>,
        line: &'l [u8],
        place: Place,
    ) -> Option<Entry> {
        let line = trim_end(line);
        if line.is_empty() {
            return None;
        }
        let mut words = Words::new(line);
        let first = words.word()?;
        let keyword = match first.is_empty() {
            true => words.word()?,
            false => first,
        };
        if keyword.is_empty() || keyword.starts_with(b"#") {
            return None;
        }
        let context = &Context {
            keyword: &keyword,
            ..*context
        };
        let era = context.era();
        if era == Era::New && words.rest().is_none_or(<[u8]>::is_empty) {
            return Some(Entry::Fault(context.counts(&[
                b"no argument after keyword \"",
                &keyword,
                b"\"",
            ])));
        }
        let meaning = keyword::meaning(&keyword, context.version);
        let barred = || {
            Some(context.ends(&[
                b"Directive '",
                &keyword,
                b"' is not allowed within a Match block",
            ]))
        };
        let arguments = Arguments::new(words.clone(), era);
        let Some(meaning) = meaning else {
            let mut complaint = [context.file, b": line "].concat();
            complaint.extend(context.line.to_string().bytes());
            complaint.extend([&b": Bad configuration option: "[..], &keyword].concat());
            let mut counts = vec![complaint.clone()];
            return Some(match arguments {
                Some(_) => {
                    let last = context.at(&[
                        b"Directive '",
                        &keyword,
                        b"' is not allowed within a Match block",
                    ]);
                    Entry::Unknown {
                        counts: Fault::Counts(counts),
                        ends: Fault::Ends(vec![complaint, last]),
                    }
                }
                None => {
                    counts.push(context.at(&[b"invalid quotes"]));
                    Entry::Fault(Fault::Counts(counts))
                }
            });
        };
        let Some(arguments) = arguments else {
            return Some(Entry::Fault(context.counts(&[b"invalid quotes"])));
        };
        Some(match meaning {
            Meaning::Gone(in_match) => Entry::Gone {
                barred: (!in_match).then(barred).flatten(),
            },
            Meaning::Setting(row, in_match) => {
                let parsed = parse::parse(context, row, arguments);
                let statement = to_u32(self.statements.len());
                self.statements.push(Statement {
                    place,
                    key: row.key,
                    value: parsed.value,
                    faults: parsed.faults,
                });
                Entry::Setting {
                    statement,
                    barred: (!in_match).then(barred).flatten(),
                }
            }
            Meaning::Include => include(context, arguments, &keyword, &place),
            Meaning::Match => {
                let Place::Line { sheet, line } = place else {
                    let text = b"Match directive not supported as a command-line option".to_vec();
                    return Some(Entry::Fault(Fault::Ends(vec![text])));
                };
                let text = HostText::from_bytes(words.rest().unwrap_or_default());
                let (criteria, left) = criterion::parse(context, words, arguments);
                self.matches.push(Match {
                    sheet,
                    line,
                    text,
                    criteria,
                    left,
                });
                Entry::Match(to_u32(self.matches.len() - 1))
            }
        })
    }

    /// Where a place is, for a person.
    pub(super) fn source(&self, place: &Place) -> Option<Source> {
        match place {
            Place::CommandLine(_) => None,
            Place::Line { sheet, line } => {
                let sheet = self.sheets.get(*sheet as usize)?;
                Some(Source::line(sheet.path.clone(), *line))
            }
        }
    }
}

fn include(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
    keyword: &[u8],
    place: &Place,
) -> Entry {
    if matches!(place, Place::CommandLine(_)) {
        let text = b"Include directive not supported as a command-line option".to_vec();
        return Entry::Fault(Fault::Ends(vec![text]));
    }
    let mut words = Vec::new();
    let mut fault = None;
    while let Some(word) = arguments.item() {
        if word.is_empty() {
            fault = Some(context.counts(&[b"keyword ", context.keyword, b" empty argument"]));
            break;
        }
        words.push(word);
    }
    if words.is_empty() && fault.is_none() {
        fault = Some(match context.era() {
            Era::Old => context.ends(&[b"Include missing filename argument"]),
            Era::New => context.ends(&[context.keyword, b" missing filename argument"]),
        });
    }
    let fault = fault.or_else(|| parse::left_over(context, &mut arguments));
    Entry::Include {
        words,
        keyword: keyword.to_vec(),
        fault,
    }
}

/// A number of lines, of which there are never as many.
pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
