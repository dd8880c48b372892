use super::*;
use crate::source::MapFiles;

fn read_text(text: &str) -> Sudoers {
    read(
        &MapFiles::new([("/etc/sudoers", text)]),
        "/etc/sudoers",
        "vps",
    )
    .unwrap()
    .unwrap()
}

fn errors(sudoers: &Sudoers) -> Vec<u32> {
    sudoers.errors.iter().map(|it| it.at.line).collect()
}

#[test]
fn a_hash_is_a_comment_a_number_or_an_include() {
    let got = read_text(
        "#1010 ALL = NOPASSWD : ALL # end\n# include zzz\n#includes\n%#27 ALL = ALL\n#include inc\n",
    );
    assert_eq!(got.specs.len(), 2);
    assert_eq!(got.specs[0].users[0].who, Who::Name("#1010".into()));
    assert_eq!(got.specs[1].users[0].who, Who::Group("#27".into()));
    assert_eq!(errors(&got), [5]);
}

#[test]
fn a_mistake_ends_with_its_line() {
    let got = read_text(
        "bob ALL=(ALL ALL\nbob ALL=ALL\nUser_Alias A = x bad\neve ALL = /bin/ls : h2 = oops : h3 = ALL\n",
    );
    assert_eq!(errors(&got), [1, 3, 4]);
    assert_eq!(got.aliases.len(), 1);
    assert_eq!(got.specs[1].privileges.len(), 2);
}

#[test]
fn tags_stick_along_the_list() {
    let got = read_text("a ALL=(root) NOPASSWD: /bin/a, PASSWD: /bin/b, /bin/c \\\n  x\\,y *\n");
    let grants = &got.specs[0].privileges[0].grants;
    let tags: Vec<_> = grants.iter().map(|it| it.how.no_password).collect();
    assert_eq!(tags, [Some(true), Some(false), Some(false)]);
    let What::Program { args, .. } = &grants[2].command.what else {
        panic!()
    };
    assert_eq!(args.as_ref().unwrap().raw(), "x,y *");
    assert!(grants[2].users.is_some());
}

#[test]
fn includes_lie_on_each_other() {
    let files = MapFiles::new([
        (
            "/etc/sudoers",
            "a ALL=ALL\n@includedir sudoers.d\n#include x/%h\nz ALL=ALL\n",
        ),
        ("/etc/sudoers.d/10", "b ALL=ALL"),
        ("/etc/sudoers.d/9", "c ALL=ALL"),
        ("/etc/sudoers.d/a.conf", "evil ALL=ALL"),
        ("/etc/sudoers.d/b~", "evil ALL=ALL"),
        ("/etc/x/vps", "d ALL=ALL\n@include ../nothing\n"),
    ]);
    let got = read(&files, "/etc/sudoers", "vps").unwrap().unwrap();
    let names: Vec<_> = got
        .specs
        .iter()
        .map(|it| format!("{:?}", it.users[0].who))
        .collect();
    assert_eq!(names.len(), 5, "{names:?} {:?}", got.errors);
    assert!(!format!("{names:?}").contains("evil"));
}

#[test]
fn hostile_files_end() {
    let many = "bob ALL=(ALL) NOPASSWD: /bin/ls, !/bin/sh\n".repeat(100_000);
    let got = read_text(&many);
    assert_eq!((got.specs.len(), got.gaps.len()), (100_000, 0));
    for text in [
        "a ALL=\0ALL\nb ALL=ALL",
        "\\",
        "\"",
        "a ALL=^",
        "#",
        "@include",
        "Defaults",
        "a\\\n",
        "%",
        "a ALL=(",
        "a ALL=sha224:",
    ] {
        assert!(read_text(text).specs.len() <= 1, "{text}");
    }
    let large = "x".repeat(10 << 20);
    let files = MapFiles::new([
        ("/etc/sudoers", "@include large\nb ALL=ALL\n"),
        ("/etc/large", &large),
    ]);
    let got = read(&files, "/etc/sudoers", "vps").unwrap().unwrap();
    assert_eq!((got.specs.len(), got.gaps.len()), (1, 1));
    assert!(
        read(
            &MapFiles::new([("/etc/sudoers", &large)]),
            "/etc/sudoers",
            "vps"
        )
        .is_err()
    );
}

#[test]
fn a_file_that_includes_itself_ends() {
    let got = read_text("a ALL=ALL\n@include sudoers\n@include sudoers\n");
    assert!(!got.errors.is_empty() || !got.gaps.is_empty());
}
