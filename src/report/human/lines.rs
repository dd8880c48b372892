//! Lines of at most 80 columns, with labels and indents.

use crate::finding::Severity;
use colored::{ColoredString, Colorize};
use textwrap::Options;

const WIDTH: usize = 80;
/// The column at which labelled text begins.
const INDENT: &str = "          ";

/// Text under construction.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn done(self) -> String {
        self.0
    }

    /// A blank line between parts.
    pub(super) fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }

    /// A line as it is: a command must not be broken.
    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(super) fn wrapped(&mut self, text: &str) {
        self.fill(text, "", "  ");
    }

    /// `  text`, going on beneath itself.
    pub(super) fn item(&mut self, text: &str) {
        self.fill(text, "  ", "    ");
    }

    /// `  label:  text`, going on beneath the text.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        // The label may be coloured, so its width is not its length.
        let width = textwrap::core::display_width(label);
        let gap = INDENT.len().saturating_sub(width + 2).max(1);
        let first = format!("  {label}{}", " ".repeat(gap));
        self.fill(text, &first, INDENT);
    }

    /// A labelled command, in one line however long: it is there to be copied.
    pub(super) fn command(&mut self, label: &str, command: &str) {
        self.line(format!("  {label:<8}{command}").trim_end());
    }

    /// A line beneath labelled text, not broken: a command, or a line for a file.
    pub(super) fn verbatim(&mut self, text: &str) {
        self.line(&format!("{INDENT}{text}"));
    }

    fn fill(&mut self, text: &str, first: &str, rest: &str) {
        let options = Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.line(line.trim_end());
        }
    }
}

/// The severity as a heading, coloured by how much it matters.
pub(super) fn severity_word(severity: Severity) -> ColoredString {
    let word = severity.word().to_uppercase();
    match severity {
        Severity::Critical => word.white().on_red().bold(),
        Severity::High => word.red().bold(),
        Severity::Medium => word.yellow().bold(),
        Severity::Low => word.blue().bold(),
        Severity::Info => word.dimmed(),
    }
}
