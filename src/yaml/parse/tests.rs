//! The tree as a policy's author wrote it, and every mistake of its structure.

use super::*;
use crate::yaml::draw;
use insta::assert_snapshot;

fn text(content: &str) -> Arc<Text> {
    Text::from_bytes("p.yaml", content.as_bytes()).unwrap()
}

fn refused(content: &str) -> String {
    draw(&parse(&text(content)).unwrap_err(), false)
}

fn tree(content: &str) -> Node {
    parse(&text(content)).unwrap().unwrap()
}

/// Each node as its place and what the place spans.
fn places(node: &Node, out: &mut Vec<String>) {
    out.push(format!(
        "{}:{} {:?}",
        node.place.line,
        node.place.column,
        node.place.source_text()
    ));
    for entry in node.as_list().unwrap_or_default() {
        places(entry, out);
    }
    for entry in node.as_map().into_iter().flat_map(Map::iter) {
        places(&entry.value, out);
    }
}

#[test]
fn a_tree_says_where_everything_stands() {
    let tree = tree("a:\n- x\n- - y\n  - 'é'\nb: [1,\n   2]\nc: |\n  t\nd:\n  e:\n# end\n");
    let mut out = Vec::new();
    places(&tree, &mut out);
    assert_snapshot!(out.join("\n"), @r#"
    1:1 "a:\n- x\n- - y\n  - 'é'\nb: [1,\n   2]\nc: |\n  t\nd:\n  e"
    2:1 "- x\n- - y\n  - 'é'"
    2:3 "x"
    3:3 "- y\n  - 'é'"
    3:5 "y"
    4:5 "'é'"
    5:4 "[1,\n   2]"
    5:5 "1"
    6:4 "2"
    8:3 "t\n"
    10:3 "e"
    10:4 ""
    "#);
}

#[test]
fn scalars_stay_as_they_were_written() {
    let root = tree("a: no\nb: '0600'\nc: \"x\\ty\"\nd: >-\n  f\ne:\n22: ~\n");
    let map = root.as_map().unwrap();
    let scalar = |key: &str| match &map.get(key).unwrap().kind {
        Kind::Scalar { text, style } => (text.as_str(), *style),
        other => panic!("{other:?}"),
    };
    assert_eq!(scalar("a"), ("no", Style::Plain));
    assert_eq!(scalar("b"), ("0600", Style::Quoted));
    assert_eq!(scalar("c"), ("x\ty", Style::Quoted));
    assert_eq!(scalar("d"), ("f", Style::Block));
    assert_eq!(scalar("e"), ("", Style::Plain));
    assert_eq!(scalar("22"), ("~", Style::Plain));
    assert_eq!(tree("[22/tcp, 443/tcp]").as_list().map(<[_]>::len), Some(2));
    assert_eq!(tree("no").as_str(), Some("no"));
}

#[test]
fn an_empty_text_has_no_tree() {
    for content in ["", "\n", "# nothing\n", "---\n", "--- # nothing\n...\n"] {
        assert!(parse(&text(content)).unwrap().is_none(), "{content:?}");
    }
    assert!(tree("null").is_null());
    assert!(tree("--- a\n...\n").as_str() == Some("a"));
}

#[test]
fn all_mistakes_of_the_structure_come_at_once() {
    assert_snapshot!(refused(concat!(
        "hosts: *.example.com\n",
        "rule: !deny all\n",
        "type: !!str 3\n",
        "base: &base { a: 1 }\n",
        "<<: *base\n",
        "rule: again\n",
        "? [x]\n: list\n",
        "title: {{ name }}\n",
        ": nothing\n",
        "---\nsecond: 1\n",
    )), @r#"
    error: `*.example.com` is an alias, which is not allowed here
     --> p.yaml:1:8
      |
    1 | hosts: *.example.com
      |        ^^^^^^^^^^^^^
      |
      = help: if it is text, put it in quotes: `"*.example.com"`

    error: `!deny` is a tag, which is not allowed here
     --> p.yaml:2:7
      |
    2 | rule: !deny all
      |       ^^^^^
      |
      = help: if it is text, put it in quotes: `"!deny all"`

    error: `!!str` is a tag, which is not allowed here
     --> p.yaml:3:7
      |
    3 | type: !!str 3
      |       ^^^^^
      |
      = help: remove it: the key says what type its value has

    error: `&base` is an anchor, which is not allowed here
     --> p.yaml:4:7
      |
    4 | base: &base { a: 1 }
      |       ^^^^^
      |
      = help: remove it: nothing can be repeated by name

    error: merge keys (`<<`) are not allowed here
     --> p.yaml:5:1
      |
    5 | <<: *base
      | ^^
      |
      = help: write the entries out

    error: `*base` is an alias, which is not allowed here
     --> p.yaml:5:5
      |
    5 | <<: *base
      |     ^^^^^
      |
      = help: if it is text, put it in quotes: `"*base"`

    error: the key `rule` stands here twice
     --> p.yaml:6:1
      |
    2 | rule: !deny all
      | ---- first here
    ...
    6 | rule: again
      | ^^^^ again here

    error: a key must be text, not a list or a mapping
     --> p.yaml:7:3
      |
    7 | ? [x]
      |   ^^^
      |
      = help: text that begins with `{` or `[` must be in quotes

    error: a key must be text, not a list or a mapping
     --> p.yaml:9:9
      |
    9 | title: {{ name }}
      |         ^^^^^^^^
      |
      = help: text that begins with `{` or `[` must be in quotes

    error: there is no key before this `:`
      --> p.yaml:10:1
       |
    10 | : nothing
       | ^

    error: a second document begins here
      --> p.yaml:11:1
       |
    11 | ---
       | ^^^
       |
       = help: a file holds one document; remove the `---` or `...`
    "#);
}

#[test]
fn keys_may_look_like_merging_when_quoted() {
    assert!(tree("'<<': 1\n").as_map().unwrap().get("<<").is_some());
}

#[test]
fn too_much_is_refused() {
    assert_snapshot!(refused(&"[".repeat(200_000)), @"
    error: nested deeper than 32 levels
     --> p.yaml:1:34
      |
    1 | [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
      |                                  ^
    ");
    assert_snapshot!(refused(&"- ".repeat(50_000)), @"
    error: nested deeper than 32 levels
     --> p.yaml:1:65
      |
    1 | - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -...
      |                                                                 ^
    ");
    assert!(
        parse(&text(&format!(
            "{}{}",
            "[".repeat(DEPTH),
            "]".repeat(DEPTH)
        )))
        .is_ok()
    );
    assert_snapshot!(refused(&format!("[{}]", "a,".repeat(NODES))), @"
    error: more than 200000 values
     --> p.yaml:1:400000
      |
    1 | ...a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,]
      |                                      ^
    ");
    assert_eq!(
        parse(&text(&"- *a\n".repeat(1000))).unwrap_err().len(),
        MISTAKES
    );
}
