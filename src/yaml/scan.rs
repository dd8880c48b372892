//! What the scanner says when it loses the thread, in a person's words.

#[cfg(test)]
mod tests;

use super::{Mistake, Place, Text, parse::DEPTH, quoted};
use granit_parser::{ErrorKind, ScanError};
use std::sync::Arc;

/// Lists and mappings too deep within each other.
pub(super) fn too_deep(at: Place) -> Mistake {
    Mistake::error(at, format!("nested deeper than {DEPTH} levels"))
}

/// The scanner's error at its place.
pub(super) fn mistake(text: &Arc<Text>, from: usize, error: &ScanError) -> Mistake {
    let content = text.content();
    let marked = error.marker().byte_offset();
    let marked = marked.map_or(content.len(), |marked| from + marked);
    let marked = content.floor_char_boundary(marked);
    // At the end of the text a person looks at the last thing that stands there.
    let offset = marked.min(content.trim_end().len());
    let line_start = content[..offset]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let spot = Spot {
        text,
        offset,
        line_start,
        before: &content[line_start..offset],
        after: content[offset..].lines().next().unwrap_or_default(),
    };
    spot.mistake(error.kind())
}

/// Where the scanner stopped.
struct Spot<'t> {
    text: &'t Arc<Text>,
    offset: usize,
    line_start: usize,
    /// The line up to there, and from there.
    before: &'t str,
    after: &'t str,
}

const BLANKS: &str = "YAML indents with blanks only";
const QUOTE: &str = "if it is text, put it in quotes";
const ALIGN: &str = "keys of one mapping, and dashes of one list, begin in the same column";

impl Spot<'_> {
    fn here(&self, message: impl Into<String>) -> Mistake {
        Mistake::error(Place::find(self.text, self.offset), message)
    }

    fn mistake(&self, kind: &ErrorKind) -> Mistake {
        use ErrorKind as K;
        match kind {
            K::UnclosedFlowCollection { open } => {
                self.here(format!("this `{open}` is never closed"))
            }
            K::MismatchedFlowCollectionEnd { open, close } => {
                self.here(format!("this `{open}` is closed with `{close}`"))
            }
            K::UnexpectedCharacter { character } => {
                let character = match character {
                    '`' => "a backtick".to_owned(),
                    other => format!("`{other}`"),
                };
                self.here(format!("a value cannot begin with {character}"))
                    .help(in_quotes(self.before, self.after))
            }
            K::InvalidBlockScalarHeader => self
                .here("nothing may follow `|` or `>` on its line")
                .help(in_quotes(self.before, self.after)),
            // The value in brackets has ended, and its line goes on.
            K::ExpectedBlockMappingKey if self.before.trim_end().ends_with(['}', ']']) => self
                .here("nothing may follow the closing bracket")
                .help("if all of it is text, put it in quotes"),
            K::RecursionLimitExceeded => too_deep(Place::find(self.text, self.offset)),
            K::MappingValueNotAllowed => self.second_colon(),
            K::SimpleKeyExpected | K::InvalidSimpleKey => self.no_key(),
            K::ExpectedDocumentStart => self
                .colon(self.line_start)
                .unwrap_or_else(|| self.here("nothing may follow here")),
            K::ExpectedBlockMappingKey if self.before.trim_start().starts_with('-') => self
                .behind('-', "a list entry stands among the keys of a mapping")
                .help(ALIGN),
            K::ExpectedBlockSequenceEntry if !self.after.starts_with('-') => self
                .here("a key stands among the entries of a list")
                .help(ALIGN),
            K::TabInBlockIndentation
            | K::TabNotAllowed
            | K::TabInIndentation
            | K::TabInPlainScalar => self
                .behind('\t', "a tab stands where only blanks may")
                .help(BLANKS),
            other => match words(other) {
                Some((message, help)) => self.here(message).help(help),
                None => self.here(format!("this is not YAML: {other}")),
            },
        }
    }

    /// The scanner has stopped behind this character.
    fn behind(&self, c: char, message: &str) -> Mistake {
        let back = self.before.rfind(c).map_or(0, |at| self.before.len() - at);
        Mistake::error(Place::find(self.text, self.offset - back), message)
    }

    /// A colon where none can be: the line has one already, the line above has one without its blank, or this line
    /// is taken for more of the value above.
    fn second_colon(&self) -> Mistake {
        if self.before.contains(": ") {
            return self
                .here("a second `:` with a blank after it")
                .help("a value that holds `: ` must be in quotes");
        }
        let above = self.text.content()[..self.line_start].trim_end();
        let above = above.rfind('\n').map_or(0, |newline| newline + 1);
        self.colon(above).unwrap_or_else(|| {
            self.here("this line is taken for more of the value above it")
                .help(ALIGN)
        })
    }

    /// A line that should be `key: value` and is not.
    fn no_key(&self) -> Mistake {
        self.colon(self.line_start).unwrap_or_else(|| {
            self.here("expected `key: value`")
                .help("a text of several lines is indented below its key")
        })
    }

    /// `key:value`, if the line that begins there is that. The scanner notices it only on the next line.
    fn colon(&self, line_start: usize) -> Option<Mistake> {
        let line = self.text.content()[line_start..].lines().next()?;
        let written = blank_after_colon(line.trim_start().trim_start_matches("- ").trim())?;
        let at = Place::find(self.text, line_start + line.find(':')?);
        Some(
            Mistake::error(at, "a colon needs a blank after it").help(format!("write `{written}`")),
        )
    }
}

/// What to type for the text that begins where the line is split: to its end, or in a flow to the next mark.
pub(super) fn in_quotes(before: &str, after: &str) -> String {
    let end = match before.contains(['[', '{']) {
        true => after.find([',', ']', '}']),
        false => after.find(" #"),
    };
    let written = after[..end.unwrap_or(after.len())].trim_end();
    let mark = if written.contains('"') { '\'' } else { '"' };
    let written = quoted(&format!("{mark}{written}{mark}"));
    format!("{QUOTE}: {written}")
}

/// What is wrong and what would help, where that does not depend on the place. The rest is rare.
fn words(kind: &ErrorKind) -> Option<(&'static str, &'static str)> {
    use ErrorKind as K;
    Some(match kind {
        K::UnclosedQuotedScalar => (
            "this quote is never closed",
            "within single quotes a `'` is written `''`, within double quotes a `\"` is `\\\"`",
        ),
        K::MisplacedFlowCollectionEnd => ("nothing is open that this bracket could close", QUOTE),
        K::UnexpectedEofFlowSequence
        | K::ExpectedFlowSequenceSeparator
        | K::UnexpectedEofFlowMapping
        | K::ExpectedFlowMappingSeparator => (
            "expected `,` or the closing bracket",
            "a comma may be missing, or a bracket above",
        ),
        K::UnexpectedEofImplicitFlowMapping | K::InvalidColonPlacement => (
            "the list in brackets goes wrong here",
            "a `]` may be missing above, or a comma too many",
        ),
        K::TabAtBlockScalarStart => ("the block of text below is indented with a tab", BLANKS),
        K::MissingAnchorOrAliasName => ("a value cannot begin with `*` or `&`", QUOTE),
        K::MissingTagUri
        | K::InvalidTagTerminator
        | K::UnclosedVerbatimTag
        | K::UndeclaredTagHandle
        | K::InvalidTagEscape
        | K::InvalidGlobalTagCharacter
        | K::ExpectedTagBang => (
            "tags (words that begin with `!`) are not allowed here",
            QUOTE,
        ),
        K::ExpectedBlockMappingKey
        | K::ExpectedBlockSequenceEntry
        | K::InvalidIndentation
        | K::InvalidFlowScalarIndent
        | K::InvalidBlockScalarIndent
        | K::InvalidQuotedScalarIndent => ("this line does not line up with those above", ALIGN),
        K::BlockSequenceEntryNotAllowed => (
            "a list with dashes cannot begin here",
            "begin it on a line of its own, or write `[a, b]`",
        ),
        K::BlockEntryInFlowCollection | K::PlainScalarStartsWithDashFlowIndicator => (
            "between brackets entries have no dash",
            "write `[a, b]`; a text that is only `-` must be in quotes",
        ),
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => (
            "nothing may follow the closing quote",
            "put the whole value in quotes",
        ),
        K::UnknownQuotedScalarEscape | K::InvalidQuotedScalarHexEscape => (
            "unknown escape after a `\\` in this text",
            "use single quotes, where a backslash stands for itself, or write `\\\\`",
        ),
        K::DirectiveDisallowed => (
            "directives (lines that begin with `%`) are not allowed here",
            "remove the line",
        ),
        K::CommentNotSeparated => ("a comment needs a blank before its `#`", QUOTE),
        K::CommentInterceptedScalar => (
            "a comment cannot stand within a text of several lines",
            "remove it, or put the text in quotes",
        ),
        _ => return None,
    })
}

/// `key: value` for `key:value`; nothing for text that does not look like it (`http://…`, `12:30`, `fe80::1`).
pub(super) fn blank_after_colon(written: &str) -> Option<String> {
    let (key, value) = written.split_once(':')?;
    let bare = key.trim_matches(['"', '\'']);
    let word = bare.starts_with(|c: char| c.is_ascii_alphabetic())
        && bare
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-+.".contains(c));
    let missing = !value.is_empty() && !value.starts_with([' ', '/', ':']) && written.len() < 200;
    (word && missing).then(|| format!("{key}: {value}"))
}
