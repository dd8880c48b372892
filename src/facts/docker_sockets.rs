//! How dockerd is told which sockets to open in the file system (dockerd(8)). The fact itself is a `files::FilesFound`.

use crate::source::HostText;

const OPTION: &str = "--config-file";
const FILE: &str = "/etc/docker/daemon.json";

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
pub fn another_file(words: &[HostText]) -> Option<HostText> {
    let at = words.iter().position(|it| it.raw().starts_with(OPTION))?;
    let file = match words[at].raw().split_once('=') {
        Some((_, file)) => file,
        None => words.get(at + 1)?.raw(),
    };
    (file != FILE).then(|| file.into())
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
