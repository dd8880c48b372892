//! What makes the scanner give up, as a person is told.

use super::*;
use crate::yaml::{draw, parse};
use insta::assert_snapshot;

/// One after the other: each of these ends the reading.
fn refused(contents: &[&str]) -> String {
    contents
        .iter()
        .map(|content| {
            let text = Text::from_bytes("p.yaml", content.as_bytes()).unwrap();
            draw(&parse(&text).unwrap_err(), false)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_colon_without_its_blank() {
    assert_snapshot!(refused(&[
        "checks:\n  id:foo\n  rule: bar\n",
        "checks:\n- id:foo\n  rule: bar\n",
        "rule: bar\nid:foo\n",
        "\"id\":foo\n",
    ]), @r#"
    error: a colon needs a blank after it
     --> p.yaml:2:5
      |
    2 |   id:foo
      |     ^
      |
      = help: write `id: foo`

    error: a colon needs a blank after it
     --> p.yaml:2:5
      |
    2 | - id:foo
      |     ^
      |
      = help: write `id: foo`

    error: a colon needs a blank after it
     --> p.yaml:2:3
      |
    2 | id:foo
      |   ^
      |
      = help: write `id: foo`

    error: a colon needs a blank after it
     --> p.yaml:1:5
      |
    1 | "id":foo
      |     ^
      |
      = help: write `"id": foo`
    "#);
}

#[test]
fn a_colon_too_many() {
    assert_snapshot!(refused(&["why: it is so: always\n", "a: 1\n  b: 2\n"]), @"
    error: a second `:` with a blank after it
     --> p.yaml:1:14
      |
    1 | why: it is so: always
      |              ^
      |
      = help: a value that holds `: ` must be in quotes

    error: this line is taken for more of the value above it
     --> p.yaml:2:4
      |
    2 |   b: 2
      |    ^
      |
      = help: keys of one mapping, and dashes of one list, begin in the same column
    ");
}

#[test]
fn words_that_must_be_quoted() {
    assert_snapshot!(refused(&["x: *\n", "x: @daily\n", "x: %h\n", "x: !<a\n", "x: \"a\" b\n", "re: \"\\d+\"\n", "x: >5 days\n"]), @r#"
    error: a value cannot begin with `*` or `&`
     --> p.yaml:1:4
      |
    1 | x: *
      |    ^
      |
      = help: if it is text, put it in quotes

    error: a value cannot begin with `@`
     --> p.yaml:1:4
      |
    1 | x: @daily
      |    ^
      |
      = help: if it is text, put it in quotes: `"@daily"`

    error: a value cannot begin with `%`
     --> p.yaml:1:4
      |
    1 | x: %h
      |    ^
      |
      = help: if it is text, put it in quotes: `"%h"`

    error: tags (words that begin with `!`) are not allowed here
     --> p.yaml:1:4
      |
    1 | x: !<a
      |    ^
      |
      = help: if it is text, put it in quotes

    error: nothing may follow the closing quote
     --> p.yaml:1:8
      |
    1 | x: "a" b
      |        ^
      |
      = help: put the whole value in quotes

    error: unknown escape after a `\` in this text
     --> p.yaml:1:5
      |
    1 | re: "\d+"
      |     ^
      |
      = help: use single quotes, where a backslash stands for itself, or write `\\`

    error: nothing may follow `|` or `>` on its line
     --> p.yaml:1:4
      |
    1 | x: >5 days
      |    ^
      |
      = help: if it is text, put it in quotes: `">5 days"`
    "#);
}

#[test]
fn brackets_and_quotes() {
    assert_snapshot!(refused(&["x: [a, b\n", "x: [a, b\ny: 1\n", "x: {a: 1]\n", "x: ]\n", "x: [a b: c d: e]\n", "x: {a: 1 b: 2}\n", "x: {a: 'b' c: 1}\n", "x: ['a' 'b']\n", "x: [ , ]\n", "x: 'a\n", "x: \"a\ny: 1\n", "x: [-]\n"]), @r#"
    error: this `[` is never closed
     --> p.yaml:1:4
      |
    1 | x: [a, b
      |    ^

    error: the list in brackets goes wrong here
     --> p.yaml:2:2
      |
    2 | y: 1
      |  ^
      |
      = help: a `]` may be missing above, or a comma too many

    error: this `{` is closed with `]`
     --> p.yaml:1:4
      |
    1 | x: {a: 1]
      |    ^

    error: nothing is open that this bracket could close
     --> p.yaml:1:4
      |
    1 | x: ]
      |    ^
      |
      = help: if it is text, put it in quotes

    error: expected `,` or the closing bracket
     --> p.yaml:1:13
      |
    1 | x: [a b: c d: e]
      |             ^
      |
      = help: a comma may be missing, or a bracket above

    error: expected `,` or the closing bracket
     --> p.yaml:1:11
      |
    1 | x: {a: 1 b: 2}
      |           ^
      |
      = help: a comma may be missing, or a bracket above

    error: nothing may follow the closing quote
     --> p.yaml:1:12
      |
    1 | x: {a: 'b' c: 1}
      |            ^
      |
      = help: put the whole value in quotes

    error: nothing may follow the closing quote
     --> p.yaml:1:9
      |
    1 | x: ['a' 'b']
      |         ^
      |
      = help: put the whole value in quotes

    error: the list in brackets goes wrong here
     --> p.yaml:1:6
      |
    1 | x: [ , ]
      |      ^
      |
      = help: a `]` may be missing above, or a comma too many

    error: this quote is never closed
     --> p.yaml:1:4
      |
    1 | x: 'a
      |    ^
      |
      = help: within single quotes a `'` is written `''`, within double quotes a `"` is `\"`

    error: this quote is never closed
     --> p.yaml:1:4
      |
    1 | x: "a
      |    ^
      |
      = help: within single quotes a `'` is written `''`, within double quotes a `"` is `\"`

    error: between brackets entries have no dash
     --> p.yaml:1:5
      |
    1 | x: [-]
      |     ^
      |
      = help: write `[a, b]`; a text that is only `-` must be in quotes
    "#);
}

#[test]
fn indentation() {
    assert_snapshot!(refused(&["a:\n\tb: 1\n", "a:\n    b: 1\n  c: 2\n", "a: 1\n- b\n", "- b\na: 1\n", "a: - b\n", "a:\n  - b\n - c\n", "a: 1\nb\nc: 2\n", "a: |\n\tb\n"]), @"
    error: a tab stands where only blanks may
     --> p.yaml:2:1
      |
    2 |     b: 1
      | ^
      |
      = help: YAML indents with blanks only

    error: this line does not line up with those above
     --> p.yaml:3:3
      |
    3 |   c: 2
      |   ^
      |
      = help: keys of one mapping, and dashes of one list, begin in the same column

    error: a list entry stands among the keys of a mapping
     --> p.yaml:2:1
      |
    2 | - b
      | ^
      |
      = help: keys of one mapping, and dashes of one list, begin in the same column

    error: a key stands among the entries of a list
     --> p.yaml:2:1
      |
    2 | a: 1
      | ^
      |
      = help: keys of one mapping, and dashes of one list, begin in the same column

    error: a list with dashes cannot begin here
     --> p.yaml:1:4
      |
    1 | a: - b
      |    ^
      |
      = help: begin it on a line of its own, or write `[a, b]`

    error: this line does not line up with those above
     --> p.yaml:3:2
      |
    3 |  - c
      |  ^
      |
      = help: keys of one mapping, and dashes of one list, begin in the same column

    error: expected `key: value`
     --> p.yaml:2:1
      |
    2 | b
      | ^
      |
      = help: a text of several lines is indented below its key

    error: the block of text below is indented with a tab
     --> p.yaml:1:4
      |
    1 | a: |
      |    ^
      |
      = help: YAML indents with blanks only
    ");
}

#[test]
fn the_rest() {
    assert_snapshot!(refused(&["%YAML 1.2\n---\na: 1\n", "a: b\n... c\n", "a: \"\\ud800\"\n", "a: b\n}\n"]), @r#"
    error: directives (lines that begin with `%`) are not allowed here
     --> p.yaml:1:1
      |
    1 | %YAML 1.2
      | ^
      |
      = help: remove the line

    error: this is not YAML: invalid content after document end marker
     --> p.yaml:2:5
      |
    2 | ... c
      |     ^

    error: this is not YAML: while parsing a quoted scalar, found high surrogate without following low surrogate
     --> p.yaml:1:4
      |
    1 | a: "\ud800"
      |    ^

    error: nothing is open that this bracket could close
     --> p.yaml:2:1
      |
    2 | }
      | ^
      |
      = help: if it is text, put it in quotes
    "#);
}

#[test]
fn what_looks_like_a_colon_without_its_blank_and_is_none() {
    for written in [
        "http://x", "12:30", "fe80::1", "a b:c", "id:", ":x", "*:80", "x",
    ] {
        assert_eq!(blank_after_colon(written), None);
    }
    assert_eq!(blank_after_colon("id:foo").as_deref(), Some("id: foo"));
}
