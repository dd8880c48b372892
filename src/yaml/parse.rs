//! Text → tree. Everything wrong with the structure is found in one run, unless the scanner itself loses the
//! thread: then what was found before it, and that.

#[cfg(test)]
mod tests;

use super::{Entry, Key, Kind, Map, Mistake, Node, Place, Style, Text, quoted, scan, text::count};
use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, StructureStyle, options};
use std::sync::Arc;

/// Lists and mappings within each other; a policy needs six.
pub(super) const DEPTH: usize = 32;
/// Nodes of a text, keys included; the built-in policies together have a few thousand.
const NODES: usize = 200_000;
/// Nobody reads more mistakes than this at once.
pub(super) const MISTAKES: usize = 50;

/// The tree of a text; nothing if the text is empty.
///
/// # Errors
/// All mistakes of its structure, in the order of the text, at most 50.
pub fn parse(text: &Arc<Text>) -> Result<Option<Node>, Vec<Mistake>> {
    parse_value(text, 0)
}

/// The tree of what stands from a byte offset on: the value in a word of the command line (`no`, `[22/tcp, 443/tcp]`).
///
/// # Errors
/// As [`parse`].
pub fn parse_value(text: &Arc<Text>, from: usize) -> Result<Option<Node>, Vec<Mistake>> {
    let options = options! {
        disallow_directives: true,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH + 1,
        block_nesting_limit: DEPTH + 1,
    };
    let mut builder = Builder {
        text,
        from,
        events: Parser::new_from_str_with_options(
            text.content().get(from..).unwrap_or_default(),
            options,
        ),
        mistakes: Vec::new(),
        nodes: 0,
    };
    match builder.document() {
        Ok(root) if builder.mistakes.is_empty() => Ok(root),
        _ => {
            builder
                .mistakes
                .sort_by_key(|mistake| mistake.at.span.start);
            Err(builder.mistakes)
        }
    }
}

/// Reading cannot go on; why stands among the mistakes.
struct Stop;

struct Builder<'t> {
    text: &'t Arc<Text>,
    /// Where in the text the scanner began.
    from: usize,
    events: Parser<'t, StrInput<'t>>,
    mistakes: Vec<Mistake>,
    nodes: usize,
}

impl<'t> Builder<'t> {
    fn report(&mut self, mistake: Mistake) -> Result<(), Stop> {
        self.mistakes.push(mistake);
        if self.mistakes.len() < MISTAKES {
            Ok(())
        } else {
            Err(Stop)
        }
    }

    fn stop<T>(&mut self, mistake: Mistake) -> Result<T, Stop> {
        self.mistakes.push(mistake);
        Err(Stop)
    }

    fn place(&self, span: Span) -> Place {
        let start = self.from + span.start.byte_offset().unwrap_or_default();
        let end = span.end.byte_offset().map_or(start, |end| self.from + end);
        let span_in_text = start..end.max(start);
        if self.from > 0 {
            let mut place = Place::find(self.text, start);
            place.span = span_in_text;
            return place;
        }
        Place {
            text: Arc::clone(self.text),
            span: span_in_text,
            line: u32::try_from(span.start.line()).unwrap_or(u32::MAX),
            column: count(span.start.col()),
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Stop> {
        loop {
            return match self.events.next() {
                Some(Ok((Event::Anchor(..), span))) => {
                    let at = self.place(span);
                    self.refuse_anchor(at)?;
                    continue;
                }
                Some(Ok(event)) => Ok(event),
                Some(Err(error)) => {
                    let mistake = scan::mistake(self.text, self.from, &error);
                    self.stop(mistake)
                }
                None => Ok((Event::StreamEnd, Span::default())),
            };
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(..) if root.is_some() => {
                    let mistake = Mistake::error(self.place(span), "a second document begins here")
                        .help("a file holds one document; remove the `---` or `...`");
                    return self.stop(mistake);
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    // `---` over nothing is as empty as an empty file.
                    root =
                        Some(self.node(event, span, 0)?).filter(|node| node.as_plain() != Some(""));
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Stop> {
        let place = self.place(span);
        self.nodes += 1;
        if self.nodes > NODES {
            return self.stop(Mistake::error(place, format!("more than {NODES} values")));
        }
        if let Some(tag) = span.tag_span() {
            let at = self.place(tag);
            // A person who wrote `!deny all` meant all of it.
            let end = if matches!(event, Event::Scalar(..)) {
                place.span.end
            } else {
                at.span.end
            };
            let written = self
                .text
                .content()
                .get(at.span.start..end)
                .unwrap_or_default();
            self.refuse(at, "a tag", written)?;
        }
        match event {
            Event::Scalar(text, style, ..) => Ok(scalar(&text, style, place)),
            Event::SequenceStart(style, ..) => self.list(style, place, depth + 1),
            Event::MappingStart(style, ..) => self.map(style, place, depth + 1),
            _ => {
                let written = place.source_text().to_owned();
                self.refuse(place.clone(), "an alias", &written)?;
                Ok(scalar(&written, ScalarStyle::Plain, place))
            }
        }
    }

    /// A thing of YAML that is none of ours, or a text that happens to look like it.
    fn refuse(&mut self, at: Place, thing: &str, written: &str) -> Result<(), Stop> {
        let message = format!(
            "{} is {thing}, which is not allowed here",
            quoted(at.source_text())
        );
        let first = written.lines().next().unwrap_or_default();
        let mark = if first.contains('"') { '\'' } else { '"' };
        let help = match first.strip_prefix("!!") {
            Some(_) => "remove it: the key says what type its value has".to_owned(),
            None => format!(
                "if it is text, put it in quotes: {}",
                quoted(&format!("{mark}{first}{mark}"))
            ),
        };
        self.report(Mistake::error(at, message).help(help))
    }

    /// An anchor, or a text that begins with `&`.
    fn refuse_anchor(&mut self, at: Place) -> Result<(), Stop> {
        let content = self.text.content();
        let (before, after) = content.split_at(at.span.start);
        let before = before.lines().last().unwrap_or_default();
        let after = after.lines().next().unwrap_or_default();
        let behind = after.get(at.span.len()..).unwrap_or_default().trim_start();
        let help = match behind.is_empty() || behind.starts_with(['[', '{']) {
            true => "remove it: nothing can be repeated by name".to_owned(),
            false => scan::in_quotes(before, after),
        };
        let name = quoted(at.source_text());
        let message = format!("{name} is an anchor, which is not allowed here");
        self.report(Mistake::error(at, message).help(help))
    }

    fn enter(&mut self, place: &Place, depth: usize) -> Result<(), Stop> {
        if depth > DEPTH {
            return self.stop(scan::too_deep(place.clone()));
        }
        Ok(())
    }

    fn list(
        &mut self,
        style: StructureStyle,
        mut place: Place,
        depth: usize,
    ) -> Result<Node, Stop> {
        self.enter(&place, depth)?;
        let mut entries: Vec<Node> = Vec::new();
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                break span.end.byte_offset().map(|end| self.from + end);
            }
            entries.push(self.node(event, span, depth)?);
        };
        if style == StructureStyle::Block
            && entries
                .first()
                .is_some_and(|first| first.place.span.start == place.span.start)
        {
            begin_at_dash(&mut place);
        }
        finish(
            &mut place,
            style,
            end,
            entries.last().map(|entry| entry.place.span.end),
        );
        Ok(Node {
            place,
            kind: Kind::List(entries),
        })
    }

    fn map(&mut self, style: StructureStyle, mut place: Place, depth: usize) -> Result<Node, Stop> {
        self.enter(&place, depth)?;
        let mut map = Map::default();
        let mut last = None;
        let end = loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break span.end.byte_offset().map(|end| self.from + end);
            }
            let key = self.node(event, span, depth)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth)?;
            last = Some(value.place.span.end);
            self.entry(&mut map, key, value)?;
        };
        finish(&mut place, style, end, last);
        Ok(Node {
            place,
            kind: Kind::Map(map),
        })
    }

    fn entry(&mut self, map: &mut Map, key: Node, value: Node) -> Result<(), Stop> {
        let at = key.place;
        let Kind::Scalar { text: name, style } = key.kind else {
            let mistake = Mistake::error(at, "a key must be text, not a list or a mapping")
                .help("text that begins with `{` or `[` must be in quotes");
            return self.report(mistake);
        };
        if style == Style::Plain && name.is_empty() {
            return self.report(Mistake::error(at, "there is no key before this `:`"));
        }
        if style == Style::Plain && name == "<<" {
            let mistake = Mistake::error(at, "merge keys (`<<`) are not allowed here")
                .help("write the entries out");
            return self.report(mistake);
        }
        if let Some(first) = map.get_entry(&name) {
            let mistake =
                Mistake::error(at, format!("the key {} stands here twice", quoted(&name)))
                    .label("again here")
                    .also(first.key.place.clone(), "first here");
            return self.report(mistake);
        }
        let key = Key { name, place: at };
        map.insert(Entry { key, value });
        Ok(())
    }
}

/// The scanner ends a block list or mapping where the next thing begins; a person sees it end with its last entry.
fn finish(place: &mut Place, style: StructureStyle, end: Option<usize>, last: Option<usize>) {
    let end = match style {
        StructureStyle::Block => last,
        _ => end,
    };
    place.span.end = end.unwrap_or(place.span.start).max(place.span.start);
}

/// Of a list that is not indented the scanner gives the place behind its first dash.
fn begin_at_dash(place: &mut Place) {
    let before = &place.text.content()[..place.span.start];
    let dash = before.trim_end_matches(' ').strip_suffix('-');
    if let Some(dash) = dash.map(str::len) {
        let moved = u32::try_from(place.span.start - dash).unwrap_or_default();
        place.column = place.column.saturating_sub(moved).max(1);
        place.span.start = dash;
    }
}

fn scalar(text: &str, style: ScalarStyle, place: Place) -> Node {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    };
    // Where nothing is written the scanner says `~`.
    let nothing = style == Style::Plain && place.span.is_empty();
    let text = if nothing {
        String::new()
    } else {
        text.to_owned()
    };
    Node {
        place,
        kind: Kind::Scalar { text, style },
    }
}
