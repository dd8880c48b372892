//! Mistakes on a person's screen, in the shape that rustc made familiar.
//!
//! The lines drawn may come from a hostile file. What could steer the terminal or fool the eye is replaced before
//! drawing, character for character, so that carets stay under what they mean; lines are cut behind the caret.

use super::{Level, Mistake, Place};
use crate::source::{HostText, is_treacherous};
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet,
};
use std::{borrow::Cow, sync::Arc};

/// Columns of the screen.
const WIDTH: usize = 80;
/// A longer span is underlined up to here; the renderer would draw all of it.
const UNDERLINED: usize = 40;
/// Bytes of a line drawn behind its last caret.
const BEHIND: usize = 60;
/// Characters of a message: it may quote the text.
const MESSAGE: usize = 400;

/// Draws mistakes one below the other, with a blank line between them; ends with a line end.
pub fn draw(mistakes: &[Mistake], colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(WIDTH).hyperlink(false);
    let mut drawn = String::new();
    for mistake in mistakes {
        if !drawn.is_empty() {
            drawn.push('\n');
        }
        drawn.push_str(&renderer.render(&[group(mistake)]));
        drawn.push('\n');
    }
    drawn
}

fn group(mistake: &Mistake) -> Group<'static> {
    let level = match mistake.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    };
    // What stands on the command line has no line to show.
    if mistake.at.text.content().is_empty() {
        let origin = Origin::path(safe(mistake.at.text.name()));
        let group = level.primary_title(safe(&mistake.message)).element(origin);
        return with_help(group, mistake);
    }
    let mut spots = vec![(
        &mistake.at,
        mistake.label.as_deref(),
        AnnotationKind::Primary,
    )];
    for (place, label) in &mistake.also {
        spots.push((place, Some(label.as_str()), AnnotationKind::Context));
    }
    let group = level
        .primary_title(safe(&mistake.message))
        .elements(snippets(spots));
    with_help(group, mistake)
}

fn with_help(group: Group<'static>, mistake: &Mistake) -> Group<'static> {
    match &mistake.help {
        Some(help) => group.element(Title::HELP.message(safe(help))),
        None => group,
    }
}

type Spot<'m> = (&'m Place, Option<&'m str>, AnnotationKind);

/// One snippet for each text, that of the mistake itself first.
fn snippets(mut spots: Vec<Spot<'_>>) -> Vec<Snippet<'static, Annotation<'static>>> {
    let mut snippets = Vec::new();
    while let Some((first, ..)) = spots.first().copied() {
        let (same, others) = spots
            .into_iter()
            .partition(|(place, ..)| Arc::ptr_eq(&place.text, &first.text));
        snippets.push(snippet(first, same));
        spots = others;
    }
    snippets
}

/// The lines from the first to the last spot; the renderer folds what lies between.
fn snippet(first: &Place, spots: Vec<Spot<'_>>) -> Snippet<'static, Annotation<'static>> {
    let content = first.text.content();
    let top = spots
        .iter()
        .map(|(place, ..)| place.line)
        .min()
        .unwrap_or(1);
    let bottom = spots
        .iter()
        .map(|(place, ..)| place.line)
        .max()
        .unwrap_or(1);
    let from = spots
        .iter()
        .map(|(place, ..)| place.span.start)
        .min()
        .unwrap_or(0);
    let mut line_start = content[..from].rfind('\n').map_or(0, |newline| newline + 1);
    let mut source = String::new();
    let mut annotations = Vec::new();
    for number in top..=bottom {
        let rest = content.get(line_start..).unwrap_or_default();
        let (line, next) = match rest.split_once('\n') {
            Some((line, _)) => (line, line_start + line.len() + 1),
            None => (rest, content.len()),
        };
        let line = line.trim_end_matches('\r');
        let mut keep = BEHIND;
        for (place, label, kind) in spots.iter().filter(|(place, ..)| place.line == number) {
            let span = clip(
                line,
                place.span.start.saturating_sub(line_start),
                place.span.end.saturating_sub(line_start),
            );
            keep = keep.max(span.end + BEHIND);
            let start = source.len() + replaced(&line[..span.start]).len();
            let end = start + replaced(&line[span]).len();
            annotations.push(kind.span(start..end).label(label.map(safe)));
        }
        source.push_str(&replaced(&line[..line.floor_char_boundary(keep)]));
        source.push('\n');
        line_start = next;
    }
    let path = HostText::from(first.text.name()).to_string();
    Snippet::source(source)
        .path(path)
        .line_start(usize::try_from(top).unwrap_or(1))
        .annotations(annotations)
}

/// A span of several lines is underlined to the end of its first, a long one not to its end.
fn clip(line: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let start = line.floor_char_boundary(start);
    let end = line.floor_char_boundary(end).max(start);
    let end = line[..end].trim_end().len().max(start);
    let long = line[start..end].char_indices().nth(UNDERLINED);
    start..long.map_or(end, |(at, _)| start + at)
}

/// Each treacherous character as one that can be seen.
fn replaced(line: &str) -> Cow<'_, str> {
    if !line.contains(is_treacherous) {
        return Cow::Borrowed(line);
    }
    let picture = |c: char| match c {
        '\t' => '\t',
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        c if is_treacherous(c) => '\u{fffd}',
        c => c,
    };
    Cow::Owned(line.chars().map(picture).collect())
}

/// Words of ours that may quote the text.
fn safe(words: &str) -> String {
    match words.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", HostText::from(&words[..end])),
        None => HostText::from(words).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Text, parse};
    use insta::assert_snapshot;

    fn text(name: &str, content: &str) -> Arc<Text> {
        Text::from_bytes(name, content.as_bytes()).unwrap()
    }

    fn find(text: &Arc<Text>, word: &str) -> Place {
        let start = text.content().find(word).unwrap();
        let mut place = Place::find(text, start);
        place.span.end = start + word.len();
        place
    }

    #[test]
    fn a_mistake_shows_every_place_that_matters() {
        let base = text("builtin:base", "id: ssh\n\n\n\nwhy: x\n");
        let own = text("own.yaml", "a: 1\nid: ssh\nb: 2\nc: 3\nd: 4\nid: two\n");
        let mistake = Mistake::error(find(&own, "id: two"), "`ssh` is there already")
            .label("again")
            .help("use `tune`")
            .also(find(&own, "id: ssh"), "first here")
            .also(find(&base, "ssh"), "inherited from here");
        let warning =
            Mistake::warning(find(&own, "4"), "this waiver expired").label("on 2026-01-01");
        assert_snapshot!(draw(&[mistake, warning], false), @"
        error: `ssh` is there already
         --> own.yaml:6:1
          |
        2 | id: ssh
          | ------- first here
        ...
        6 | id: two
          | ^^^^^^^ again
          |
         ::: builtin:base:1:5
          |
        1 | id: ssh
          |     --- inherited from here
          |
          = help: use `tune`

        warning: this waiver expired
         --> own.yaml:5:4
          |
        5 | d: 4
          |    ^ on 2026-01-01
        ");
    }

    #[test]
    fn colour_is_for_terminals() {
        let own = text("own.yaml", "a: 1\n");
        let drawn = draw(&[Mistake::error(find(&own, "1"), "no")], true);
        assert_snapshot!(drawn.escape_debug(), @r"\u{1b}[1m\u{1b}[91merror\u{1b}[0m\u{1b}[1m: no\u{1b}[0m\n \u{1b}[1m\u{1b}[94m--> \u{1b}[0mown.yaml:1:4\n  \u{1b}[1m\u{1b}[94m|\u{1b}[0m\n\u{1b}[1m\u{1b}[94m1\u{1b}[0m \u{1b}[1m\u{1b}[94m|\u{1b}[0m a: 1\n  \u{1b}[1m\u{1b}[94m|\u{1b}[0m    \u{1b}[1m\u{1b}[91m^\u{1b}[0m\n");
    }

    #[test]
    fn a_span_of_several_lines_is_clipped_to_its_first() {
        let own = text("own.yaml", "checks:\r\n  - id: x\r\n    why: y\r\n");
        let mistake = Mistake::error(find(&own, "id: x\r\n    why: y"), "`rule` is missing");
        assert_snapshot!(draw(&[mistake], false), @"
        error: `rule` is missing
         --> own.yaml:2:5
          |
        2 |   - id: x
          |     ^^^^^
        ");
    }

    #[test]
    fn long_lines_are_cut_about_the_caret() {
        let long = "é".repeat(50_000);
        let own = text("own.yaml", &format!("a: {long} wrong {long}\nb: {long}\n"));
        let wrong = Mistake::error(find(&own, "wrong"), "no").label("here");
        let whole = Mistake::error(
            find(&own, &format!("wrong {long}\nb")),
            format!("is `{long}`"),
        );
        let drawn = draw(&[wrong, whole], false);
        assert_snapshot!(drawn, @"
        error: no
         --> own.yaml:1:50005
          |
        1 | ...ééééééééééééééééééééééééééééé wrong ééééééééééééééééééééééééééééé
          |                                  ^^^^^ here

        error: is `éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…
         --> own.yaml:1:50005
          |
        1 | ...éééééééééééééé wrong ééééééééééééééééééééééééééééééééééééééééééééééééé...
          |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let own = text(
            "o\x1bwn.yaml",
            "\"\\e\u{202e}\u{200b}é\ta\": [b\u{2066}, *c\u{e0041}]\n",
        );
        let mistakes = parse(&own).unwrap_err();
        let evil = Mistake::error(find(&own, "a"), "\x1b[2J\u{9b}2J\n\u{202e}")
            .label("\x1b]0;x\x07")
            .help("\u{200b}\r");
        let drawn = draw(&[mistakes, vec![evil]].concat(), false);
        assert!(
            !drawn.contains(|c| c != '\n' && is_treacherous(c)),
            "{drawn:?}"
        );
        assert_snapshot!(drawn, @r#"
        error: `*c\u{e0041}` is an alias, which is not allowed here
         --> o\u{1b}wn.yaml:1:17
          |
        1 | "\e��é    a": [b�, *c�]
          |                    ^^^
          |
          = help: if it is text, put it in quotes: `"*c\u{e0041}"`

        error: \u{1b}[2J\u{9b}2J\n\u{202e}
         --> o\u{1b}wn.yaml:1:8
          |
        1 | "\e��é    a": [b�, *c�]
          |           ^ \u{1b}]0;x\u{7}
          |
          = help: \u{200b}\r
        "#);
    }

    #[test]
    fn the_end_of_a_text_can_be_shown() {
        for content in ["", "\n", "a", "a\n", "é\n\n"] {
            let own = text("own.yaml", content);
            for at in 0..=content.len() {
                assert!(
                    draw(&[Mistake::error(Place::find(&own, at), "here")], false).contains("here")
                );
            }
        }
    }
}
