use super::*;
use crate::facts::packages::stanza::stanzas;

fn read(text: &str, book: Book) -> Result<Package, String> {
    let stanza = stanzas(text.as_bytes()).next().expect("a stanza");
    package(stanza, book, "/status").map_err(|fault| fault.why)
}

fn good(text: &str) -> Package {
    read(text, Book::Status).unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[test]
fn reads_every_field() {
    let package = good(
        "\nPackage: libC6\nStatus: hold reinstreq half-configured\nArchitecture: amd64\nMulti-Arch: SAME\nSource: glibc (2.36-9)\nversion: 2.36-9+b1\nDescription: x\n y\n",
    );
    assert_eq!(package.name.raw(), "libc6");
    assert_eq!(package.architecture.raw(), "amd64");
    assert_eq!(
        package
            .version
            .map(|version| version.to_string())
            .as_deref(),
        Some("2.36-9+b1")
    );
    assert_eq!(
        (package.want, package.reinstall_required, package.state),
        (Want::Hold, true, State::HalfConfigured)
    );
    assert_eq!(package.source.raw(), "glibc");
    assert_eq!(package.source_version, Some(DebVersion::new("2.36-9")));
    assert_eq!(package.multi_arch, MultiArch::Same);
    assert_eq!(package.at, Source::line("/status", 2));
}

#[test]
fn what_is_not_said_has_dpkg_s_meaning() {
    let package = good("Package: a\nVersion: 1\nSource:\n");
    assert_eq!(
        (package.want, package.reinstall_required, package.state),
        (Want::Unknown, false, State::NotInstalled)
    );
    assert_eq!(
        (package.source.raw(), package.source_version),
        ("a", Some(DebVersion::new("1")))
    );
    assert_eq!(
        (package.architecture.raw(), package.multi_arch),
        ("", MultiArch::No)
    );
    assert_eq!(
        good("Package: a\nStatus: install ok half-installed\n").version,
        None
    );
    let source = |field: &str| {
        let package = good(&format!("Package: a\nVersion: 1\nSource: {field}\n"));
        (
            package.source.raw().to_owned(),
            package.source_version.map(|version| version.to_string()),
        )
    };
    assert_eq!(source("b"), ("b".to_owned(), Some("1".to_owned())));
    assert_eq!(source("b (2"), ("b".to_owned(), Some("2".to_owned())));
    assert_eq!(source("b(2)"), ("b(2)".to_owned(), Some("2".to_owned())));
}

#[test]
fn an_image_s_stanza_is_installed() {
    let package = read("Package: a\nVersion: 1", Book::Image).expect("a package");
    assert_eq!(
        (package.want, package.state),
        (Want::Install, State::Installed)
    );
    assert!(read("Package: a\n", Book::Image).is_err());
}

#[test]
fn what_is_not_understood_is_a_fault_with_its_name() {
    let installed = "Package: a\nStatus: install ok installed\n";
    for (text, part) in [
        ("Version: 1\n".to_owned(), "no name of a package"),
        ("Package: ../a\n".to_owned(), "no name of a package: ../a"),
        ("Package: a\u{1b}[2J\n".to_owned(), "no name of a package"),
        ("Package: a\0\n".to_owned(), "no name of a package"),
        (format!("Package: _{}\n", "a".repeat(1 << 20)), "…"),
        (installed.to_owned(), "a: no version"),
        (format!("{installed}Version:\n"), "a: the version is empty"),
        (
            format!("{installed}Version: 1\n 2\n"),
            "a: a blank or a control",
        ),
        (format!("{installed}Version: 1-\n"), "a: nothing after"),
        (
            format!("{installed}Version: 1\nRevision: 1\n"),
            "two fields",
        ),
        (
            format!("{installed}Version: 1\nArchitecture: ../x\n"),
            "no name of an architecture",
        ),
        (
            format!("{installed}Version: 1\nMulti-Arch: maybe\n"),
            "its Multi-Arch",
        ),
        (
            format!("{installed}Version: 1\nMulti-Arch: same\n"),
            "no architecture",
        ),
        (
            format!("{installed}Version: 1\nSource: b ()\n"),
            "a: its Source: the version is empty",
        ),
        (
            format!("{installed}Version: 1\nSource: b\n (2)\n"),
            "control character in its Source",
        ),
        (format!("{installed}Version: 1"), "cut off"),
        (
            "Package: a\nVersion: 1\nStatus: install ok\n".to_owned(),
            "its Status is none: install ok",
        ),
        (
            "Package: a\nVersion: 1\nStatus: install ok installed too\n".to_owned(),
            "its Status",
        ),
        (
            "Package: a\nVersion: 1\nStatus: ok install installed\n".to_owned(),
            "its Status",
        ),
    ] {
        let why = read(&text, Book::Status).expect_err(&text);
        assert!(why.contains(part), "{text}: {why}");
        assert!(why.len() < 200);
    }
}
