//! How dockerd is told which sockets to open in the file system (dockerd(8)). The fact itself is a `files::FilesFound`.

use crate::facts::processes::Process;
use crate::source::{HostText, Obstacle};

const FILE: &str = "/etc/docker/daemon.json";

/// True if a process is dockerd, wherever it was installed. One whose program is hidden may be it.
pub fn is_dockerd(process: &Process) -> bool {
    match process.exe.path() {
        Some(path) => path.raw().ends_with("/dockerd"),
        None => process.name.raw() == "dockerd",
    }
}

/// The values of an option of dockerd's: in a word of its own, or behind `=`.
pub fn values<'w>(words: &'w [HostText], option: &'static str) -> impl Iterator<Item = &'w str> {
    let next = words.iter().skip(1).map(Some).chain([None]);
    let pairs = words.iter().zip(next);
    pairs.filter_map(move |(word, next)| match word.raw().strip_prefix(option)? {
        "" => next.map(HostText::raw),
        rest => rest.strip_prefix('='),
    })
}

/// The socket that an entry of `hosts`, or a word of dockerd's command line, names: `unix:///srv/docker.sock`. Bare `unix://`
/// means the usual one; a relative path starts from `/`, where daemons run.
pub fn socket(word: &HostText) -> Option<HostText> {
    let (_, path) = word.raw().split_once("unix://")?;
    Some(match path {
        "" => "/var/run/docker.sock".into(),
        path => format!("/{}", path.trim_start_matches('/')).into(),
    })
}

/// The configuration that a command line names, where it is not `/etc/docker/daemon.json`.
fn another_file(words: &[HostText]) -> Option<HostText> {
    let mut files = values(words, "--config-file");
    files.find(|file| *file != FILE).map(HostText::from)
}

/// Why what `/etc/docker/daemon.json` says does not hold for a dockerd, where it does not.
pub fn reads_another(words: &[HostText]) -> Option<Obstacle> {
    another_file(words).map(|file| Obstacle::NotModelled {
        what: format!("dockerd's configuration {file}").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_found_in_every_spelling() {
        let path = |word: &str| socket(&word.into()).map(|path| path.raw().to_owned());
        for word in ["unix:///s", "-Hunix:///s", "--host=unix:///s", "unix://s"] {
            assert_eq!(path(word).as_deref(), Some("/s"), "{word}");
        }
        assert_eq!(path("unix://").as_deref(), Some("/var/run/docker.sock"));
        assert_eq!(path("tcp://127.0.0.1:2375"), None);
        assert_eq!(path("fd://"), None);
    }

    #[test]
    fn another_file_is_told() {
        let file = |line: &str| {
            let words: Vec<HostText> = line.split(' ').map(HostText::from).collect();
            another_file(&words).map(|file| file.raw().to_owned())
        };
        assert_eq!(
            file("dockerd --config-file=/d.json").as_deref(),
            Some("/d.json")
        );
        assert_eq!(
            file("dockerd --config-file /d.json").as_deref(),
            Some("/d.json")
        );
        assert_eq!(file("dockerd --config-file /etc/docker/daemon.json"), None);
        assert_eq!(file("dockerd --config-file"), None);
    }
}
