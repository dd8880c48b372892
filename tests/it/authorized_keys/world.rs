//! A small world that sshd serves: accounts, homes, keys. Everything lies on mounts that end with the test's thread.

use super::lines;
use crate::support::Dice;
use nix::sched::{CloneFlags, unshare};
use seaworthy::collect::collect;
use seaworthy::facts::accounts::Account;
use seaworthy::facts::authorized_keys::{Line, List, Reader};
use seaworthy::facts::sshd::Version;
use seaworthy::facts::{Facts, Request};
use seaworthy::host::Host;
use seaworthy::model::keys::KeyRing;
use seaworthy::model::logins::{Survey, instances};
use seaworthy::model::sshd::{Connection, Key, hosts_fit};
use seaworthy::source::{HostText, Obstacle};
use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Who is there: bob, who logs in, and alice.
const BOB: u32 = 1100;
const ALICE: u32 = 1101;

pub struct World {
    root: PathBuf,
    /// The client's things.
    client: tempfile::TempDir,
    /// Names of the keys, plain ones and then certificates.
    keys: Vec<String>,
    certificates: Vec<String>,
}

fn run(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

impl World {
    /// None where the kernel gives no namespace.
    pub fn new() -> Option<Self> {
        unshare(CloneFlags::CLONE_NEWNS).ok()?;
        run("mount", &["--make-rprivate", "/"]).then_some(())?;
        let root = std::env::var_os("SEAWORTHY_AUTHKEYS_ROOT").map_or("/".into(), PathBuf::from);
        let mut world = Self {
            root,
            client: tempfile::tempdir().unwrap(),
            keys: Vec::new(),
            certificates: Vec::new(),
        };
        for place in ["home", "srv"] {
            let at = world.at(place);
            run("mount", &["-t", "tmpfs", "tmpfs", at.to_str().unwrap()]).then_some(())?;
            set(&at, 0o755, 0, 0);
        }
        let client = world.client.path().to_owned();
        for (place, text) in [
            ("passwd", ""),
            ("group", ""),
            ("shadow", ""),
            ("nsswitch.conf", "passwd: files\ngroup: files\n"),
        ] {
            let own = client.join(place);
            fs::write(&own, text).unwrap();
            let at = world.at(&format!("etc/{place}"));
            if !at.exists() {
                continue;
            }
            run(
                "mount",
                &["--bind", own.to_str().unwrap(), at.to_str().unwrap()],
            )
            .then_some(())?;
        }
        let etc = client.join("ssh");
        fs::create_dir(&etc).unwrap();
        let at = world.at("etc/ssh");
        run(
            "mount",
            &["--bind", etc.to_str().unwrap(), at.to_str().unwrap()],
        )
        .then_some(())?;
        // All that must be known of packages is sshd's version.
        let status = world.at("var/lib/dpkg/status");
        if let Ok(all) = fs::read_to_string(&status) {
            let mut packages = all.split("\n\n");
            let server = packages.find(|it| it.starts_with("Package: openssh-server\n"));
            let own = client.join("status");
            fs::write(&own, server.unwrap_or_default().to_owned() + "\n\n").unwrap();
            let words = [own.to_str().unwrap(), status.to_str().unwrap()];
            run("mount", &["--bind", words[0], words[1]]).then_some(())?;
        }
        // Without an account of its own ssh-keygen does nothing.
        world.accounts("", "");
        keygen(&etc.join("host_key"), "ed25519", "256").then_some(())?;
        fs::create_dir_all(world.at("run/sshd")).unwrap();
        // By another name: tests that look at this machine's own sshd shall not meet it.
        fs::copy(world.at("usr/sbin/sshd"), etc.join("asked")).unwrap();
        for (name, kind, bits) in [
            ("rsa1024", "rsa", "1024"),
            ("rsa2048", "rsa", "2048"),
            ("ed25519", "ed25519", "256"),
            ("other", "ed25519", "256"),
            ("p256", "ecdsa", "256"),
            ("p384", "ecdsa", "384"),
            ("p521", "ecdsa", "521"),
            ("dsa", "dsa", "1024"),
            ("ca", "ed25519", "256"),
        ] {
            // Newer ones make no more DSA.
            if keygen(&client.join(name), kind, bits) {
                world.keys.push(name.to_owned());
            }
        }
        for (name, of, principals) in [("for-bob", "ed25519", "bob"), ("for-eve", "other", "eve")] {
            fs::copy(
                client.join(format!("{of}.pub")),
                client.join(format!("{name}.pub")),
            )
            .unwrap();
            let path = client.join(format!("{name}.pub"));
            let (ca, path) = (client.join("ca"), path.to_str().unwrap().to_owned());
            let args = [
                "-q",
                "-s",
                ca.to_str().unwrap(),
                "-I",
                name,
                "-n",
                principals,
                &path,
            ];
            run("ssh-keygen", &args).then_some(())?;
            world.certificates.push(name.to_owned());
        }
        Some(world)
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// `TYPE BLOB` of a key.
    pub fn public(&self, name: &str) -> String {
        let text = fs::read_to_string(self.client.path().join(format!("{name}.pub"))).unwrap();
        text.split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub fn config(&self, lines: &str) {
        let text = format!(
            "HostKey /etc/ssh/host_key\nUsePAM no\nPidFile none\nMaxAuthTries 100\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n{lines}"
        );
        fs::write(self.at("etc/ssh/sshd_config"), text).unwrap();
    }

    /// `bobs` and `devs` are the members that the groups list.
    pub fn accounts(&self, bobs: &str, devs: &str) {
        self.accounts_with(bobs, devs, "alice:x:1101:1101::/home/alice:/bin/sh\n");
    }

    /// The same, with others than alice behind bob.
    pub fn accounts_with(&self, bobs: &str, devs: &str, others: &str) {
        let passwd = format!(
            "root:x:0:0::/root:/bin/sh\nsshd:x:105:65534::/run/sshd:/bin/false\nbob:x:{BOB}:{BOB}::/home/bob:/bin/sh\n\
             {others}nobody:x:65534:65534::/nonexistent:/bin/false\n"
        );
        let group = format!("root:x:0:\nbob:x:{BOB}:{bobs}\ndev:x:1200:{devs}\nalice:x:{ALICE}:\n");
        let shadow: String = ["root", "bob", "alice", "carol", "ann", "sshd", "nobody"]
            .map(|name| format!("{name}:*:19000:0:99999:7:::\n"))
            .concat();
        for (name, text) in [("passwd", passwd), ("group", group), ("shadow", shadow)] {
            fs::write(self.at(&format!("etc/{name}")), text).unwrap();
        }
    }

    /// Nothing below the places where keys may be.
    pub fn clear(&self) {
        for place in ["home", "srv"] {
            for entry in fs::read_dir(self.at(place)).unwrap() {
                let path = entry.unwrap().path();
                let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
            }
            set(&self.at(place), 0o755, 0, 0);
        }
    }

    /// Makes a world, and says what it is like.
    pub fn make(&mut self, dice: &mut Dice) -> String {
        self.clear();
        let members = ["", "bob", "alice", "bob,alice", "bob"];
        let (bobs, devs) = (dice.pick(&members), dice.pick(&members));
        self.accounts(bobs, devs);
        let files = dice.pick(&[
            "",
            "",
            "",
            "AuthorizedKeysFile .ssh/authorized_keys /srv/keys/%u\n",
            "AuthorizedKeysFile /srv/keys/%u %h/.ssh/authorized_keys\n",
            "AuthorizedKeysFile none\n",
            "AuthorizedKeysFile none .ssh/%u_%U%%\n",
            "AuthorizedKeysFile /srv/keys/b*\n",
            "AuthorizedKeysFile .ssh/authorized_keys\nMatch User bob\nAuthorizedKeysFile /srv/keys/%u\n",
        ]);
        // Newer ones take `none` only alone.
        let known = self.version();
        let files = match known.since(10, 3) {
            true => files.replace("none .ssh", ".ssh"),
            false => files.to_owned(),
        };
        let mut config = String::new();
        for lines in [
            &["", "", "", "StrictModes no\n"][..],
            &[
                "",
                "",
                "RequiredRSASize 2048\n",
                "PubkeyAcceptedAlgorithms ssh-ed25519*\n",
                "PubkeyAcceptedAlgorithms -ssh-ed25519\n",
                "PubkeyAcceptedAlgorithms +ssh-dss\n",
            ],
            &["", "", "", "RevokedKeys /srv/revoked\n"],
            &["", "", "TrustedUserCAKeys /srv/cas\n"],
            &["", "", "", "AuthorizedPrincipalsFile /srv/names/%u\n"],
        ] {
            config += dice.pick(lines);
        }
        if !known.since(9, 1) {
            config = config.replace("RequiredRSASize 2048\n", "");
        }
        if known.since(10, 0) || !known.since(8, 5) {
            config = config.replace("+ssh-dss", "+ssh-rsa");
        }
        if !known.since(8, 5) {
            config = config.replace("PubkeyAcceptedAlgorithms", "PubkeyAcceptedKeyTypes");
        }
        if config.contains("ssh-ed25519*") {
            config = config.replace(
                "ssh-ed25519*",
                "ssh-ed25519,ssh-ed25519-cert-v01@openssh.com",
            );
        }
        self.config(&(config.clone() + &files));
        let publics: Vec<String> = self.keys.iter().map(|key| self.public(key)).collect();
        let moments = moments();
        let mut told = format!("{config}{files}bob:{bobs} dev:{devs}\n");
        set(
            &self.at("home"),
            dice.pick_mode(&[0o755, 0o755, 0o777, 0o711]),
            0,
            0,
        );
        for (path, modes) in [
            (
                "home/bob",
                &[0o755, 0o700, 0o755, 0o775, 0o777, 0o711, 0o750, 0o2775][..],
            ),
            (
                "home/bob/.ssh",
                &[0o700, 0o755, 0o700, 0o770, 0o777, 0o1777],
            ),
            ("srv/keys", &[0o755, 0o755, 0o711, 0o775, 0o700]),
        ] {
            let at = self.at(path);
            fs::create_dir_all(&at).unwrap();
            told += &self.own(&at, modes, path.starts_with("srv"), dice);
        }
        for path in [
            "home/bob/.ssh/authorized_keys",
            "home/bob/.ssh/authorized_keys2",
            "srv/keys/bob",
            "srv/keys/b2",
            "home/bob/.ssh/bob_1100%",
        ] {
            if dice.roll(3) == 0 && path != "home/bob/.ssh/authorized_keys" {
                continue;
            }
            let text = lines::file(dice, &publics, &moments);
            let at = self.at(path);
            let aside = match dice.roll(12) {
                0 => Some(self.at("srv/aside")),
                1 => Some(self.at("home/bob/aside")),
                _ => None,
            };
            let to = aside.clone().unwrap_or(at.clone());
            fs::write(&to, &text).unwrap();
            told += &self.own(
                &to,
                &[
                    0o600, 0o644, 0o600, 0o664, 0o640, 0o660, 0o666, 0o400, 0o000, 0o604,
                ],
                false,
                dice,
            );
            if let Some(aside) = aside {
                let target = Path::new("/").join(aside.strip_prefix(&self.root).unwrap());
                symlink(target, &at).unwrap();
                told += &format!("{path} is a link\n");
            }
            told += &format!(
                "--- {path}\n{}\n",
                text.escape_ascii().to_string().replace("\\n", "\n")
            );
        }
        for (path, count) in [("srv/revoked", 2), ("srv/cas", 3)] {
            if dice.one_in(8) {
                continue;
            }
            let mut text = String::new();
            for _ in 0..dice.roll(count + 1) {
                let junk = dice.one_in(12);
                let at = dice.roll(publics.len());
                text += if junk { "junk" } else { &publics[at] };
                text += "\n";
            }
            if path == "srv/cas" && !dice.one_in(3) {
                text += &(self.public("ca") + "\n");
            }
            fs::write(self.at(path), &text).unwrap();
            told += &format!("--- {path}\n{text}\n");
        }
        if dice.one_in(2) {
            fs::create_dir_all(self.at("srv/names")).unwrap();
            fs::write(self.at("srv/names/bob"), "bob\neve\n").unwrap();
        }
        told
    }

    fn own(&self, path: &Path, modes: &[u32], roots: bool, dice: &mut Dice) -> String {
        let mode = if dice.roll(3) < 2 {
            modes[0]
        } else {
            dice.pick_mode(modes)
        };
        let (most, other) = if roots { (0, BOB) } else { (BOB, 0) };
        let uid = [most, most, most, most, most, most, most, most, other, ALICE][dice.roll(10)];
        let gid = [uid, uid, uid, 1200, BOB, 0, 4711][dice.roll(7)];
        set(path, mode, uid, gid);
        format!("{} {mode:o} {uid}:{gid}\n", path.display())
    }

    /// What sshd says to each key, and each certificate.
    pub fn ask(&self, user: &str) -> Vec<(String, bool)> {
        let client = self.client.path();
        let offers = self.offers();
        // A client that has only the public half asks, is answered, and goes on to the next.
        let halves = client.join("halves");
        let _ = fs::remove_dir_all(&halves);
        fs::create_dir(&halves).unwrap();
        let mut args: Vec<String> = Vec::new();
        for (name, certificate) in &offers {
            let from = match certificate {
                true => client.join(format!("{name}-cert.pub")),
                false => client.join(format!("{name}.pub")),
            };
            let half = halves.join(format!("{name}.pub"));
            fs::copy(from, &half).unwrap();
            args.extend(["-i".to_owned(), half.to_str().unwrap().to_owned()]);
        }
        let said = self.connect(user, &args);
        let accepted: BTreeSet<&str> = said
            .lines()
            .filter_map(|line| line.strip_prefix("debug1: Server accepts key: "))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert!(
            said.contains("debug1: Authentications that can continue"),
            "{said}"
        );
        let is_in =
            |name: &str| accepted.contains(halves.join(format!("{name}.pub")).to_str().unwrap());
        offers
            .into_iter()
            .map(|(name, _)| (name.clone(), is_in(&name)))
            .collect()
    }

    fn offers(&self) -> Vec<(String, bool)> {
        let keys = self.keys.iter().map(|name| (name.clone(), false));
        let certificates = self.certificates.iter().map(|name| (name.clone(), true));
        keys.chain(certificates).collect()
    }

    /// True if a login with a key succeeds, all the way to a command.
    pub fn logs_in(&self, user: &str, key: &str, client: &[&str]) -> bool {
        let path = self.client.path().join(key);
        let mut args = vec!["-i".to_owned(), path.to_str().unwrap().to_owned()];
        args.extend(client.iter().map(|word| word.to_string()));
        self.connect(user, &args).contains("Authenticated to ")
    }

    fn connect(&self, user: &str, args: &[String]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let mut ssh = Command::new("ssh");
        ssh.args([
            "-F",
            "none",
            "-v",
            "-N",
            "-p",
            &port,
            "-l",
            user,
            "127.0.0.1",
        ]);
        for option in [
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "PreferredAuthentications=publickey",
            "PubkeyAcceptedAlgorithms=+ssh-rsa,ssh-dss",
            "PermitLocalCommand=yes",
            "LocalCommand=kill $PPID",
        ] {
            ssh.args(["-o", option]);
        }
        ssh.args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let ssh = ssh.spawn().unwrap();
        let (stream, _) = listener.accept().unwrap();
        let own = stream.try_clone().unwrap();
        let mut sshd = match self.root == Path::new("/") {
            true => Command::new("/etc/ssh/asked"),
            false => {
                let mut chroot = Command::new("chroot");
                chroot.arg(&self.root).arg("/etc/ssh/asked");
                chroot
            }
        };
        sshd.arg("-i")
            .stdin(OwnedFd::from(stream))
            .stdout(OwnedFd::from(own));
        let mut sshd = sshd.stderr(Stdio::null()).spawn().unwrap();
        drop(listener);
        let said = ssh.wait_with_output().unwrap().stderr;
        let _ = sshd.wait();
        String::from_utf8_lossy(&said).into_owned()
    }

    pub fn version(&self) -> Version {
        let mut command = match self.root == Path::new("/") {
            true => Command::new("ssh"),
            false => {
                let mut chroot = Command::new("chroot");
                chroot.arg(&self.root).arg("ssh");
                chroot
            }
        };
        let said = command.arg("-V").output().unwrap().stderr;
        Version::parse(&String::from_utf8_lossy(&said)).unwrap()
    }

    fn facts(&self) -> Facts {
        // As an image: other tests run daemons.
        let host = Host::root(&self.root).unwrap();
        collect(&Arc::new(host), [Request::AuthorizedKeys].into()).0
    }

    /// What the model says to each of them.
    pub fn judge(&self, user: &str) -> Vec<bool> {
        self.judged(user).expect("nothing is hidden")
    }

    /// The same; none where a setting of the kernel decides.
    pub fn judged(&self, user: &str) -> Option<Vec<bool>> {
        let facts = self.facts();
        let ring = KeyRing::new(&facts).unwrap();
        let survey = Survey::new(&facts).unwrap();
        let (all, _) = instances(&facts, survey.known, survey.sshd);
        let model = all[0].model.as_ref().unwrap();
        let accounts = facts.accounts().unwrap().known().unwrap().0;
        let account: &Account = accounts
            .accounts
            .iter()
            .find(|it| it.name.raw() == user)
            .unwrap();
        let address = || Some(HostText::from("127.0.0.1"));
        let login = Connection {
            user: Some(user.into()),
            host: address(),
            addr: address(),
            laddr: address(),
            lport: Some(22),
            groups: seaworthy::model::sshd::Groups::of(accounts, &account.name),
            ..Connection::default()
        };
        let effective = model.login(&login).unwrap();
        let found = ring.logins(&effective, account).unwrap();
        let by_kernel = |gap: &Obstacle| gap.to_string().contains("fs.protected_symlinks");
        assert!(found.gaps.iter().all(by_kernel), "{:?}", found.gaps);
        if !found.gaps.is_empty() {
            return None;
        }
        let reader = Reader::new(model.version().clone());
        let fits = |key: &seaworthy::model::keys::UsableKey| {
            key.line.options.from.as_ref().is_none_or(|list| {
                let list = HostText::to_bytes(list.raw());
                hosts_fit(&list, b"127.0.0.1", b"127.0.0.1", model.version())
            })
        };
        let print = |name: &str| match &reader.authorized(self.public(name).as_bytes())[..] {
            [Line::Key(line)] => line.key.fingerprint.clone(),
            _ => String::new(),
        };
        let ca = print("ca");
        let revokes =
            effective.get("revokedkeys").unwrap().unwrap().value() == Some("/srv/revoked");
        let listed = ring.facts().lists.get("/srv/revoked");
        let revoked = |name: &str| {
            let of = print(if name == "for-eve" {
                "other"
            } else {
                "ed25519"
            });
            revokes
                && matches!(listed, Some(List::Keys { keys, .. }) if keys.iter().any(|it| it.key.fingerprint == of))
        };
        let accepts = effective.setting(Key::PubkeyAcceptedAlgorithms).unwrap();
        let takes_certificates = accepts.value().unwrap().contains("ssh-ed25519-cert-v01");
        let says = |(name, certificate): &(String, bool)| {
            let name_in = if name == "for-eve" { "eve" } else { "bob" };
            // sshd takes a key whose command only prints a notice; to us it opens nothing.
            let notices = found.idle.iter().filter(|(_, why)| why.contains("notice"));
            let mut keys = found.usable.iter().chain(notices.map(|(key, _)| key));
            keys.any(|key| match certificate {
                false => !key.authority && key.key.fingerprint == print(name) && fits(key),
                true => {
                    let of_line = key
                        .line
                        .options
                        .principals
                        .as_ref()
                        .map(|it| it.raw().split(',').any(|it| it == name_in));
                    let in_file = key.path.raw() == "/srv/cas"
                        && effective
                            .get("authorizedprincipalsfile")
                            .unwrap()
                            .unwrap()
                            .value()
                            != Some("none");
                    let named = of_line.unwrap_or(in_file || name_in == user);
                    takes_certificates
                        && !revoked(name)
                        && key.authority
                        && key.key.fingerprint == ca
                        && fits(key)
                        && named
                }
            })
        };
        Some(self.offers().iter().map(says).collect())
    }

    /// Each public key of the client's, as ssh-keygen lists it.
    pub fn compare_with_keygen(&self) {
        // As a version that knows DSA.
        let reader = Reader::new(Version::parse("9.2p1").unwrap());
        let mut files: Vec<PathBuf> = Vec::new();
        for (name, certificate) in self.offers() {
            let ending = if certificate { "-cert.pub" } else { ".pub" };
            files.push(self.client.path().join(format!("{name}{ending}")));
        }
        for (kind, bits) in [
            ("rsa", "1024"),
            ("rsa", "1025"),
            ("rsa", "1031"),
            ("rsa", "3072"),
            ("rsa", "4096"),
        ] {
            let path = self.client.path().join(format!("{kind}-{bits}"));
            assert!(keygen(&path, kind, bits));
            files.push(path.with_extension("pub"));
        }
        for path in files {
            let listed = Command::new("ssh-keygen")
                .arg("-lf")
                .arg(&path)
                .output()
                .unwrap();
            let listed = String::from_utf8(listed.stdout).unwrap();
            let words: Vec<&str> = listed.split_whitespace().collect();
            match &reader.authorized(&fs::read(&path).unwrap())[..] {
                [Line::Key(line)] => {
                    let own = [line.key.bits.to_string(), line.key.fingerprint.clone()];
                    assert_eq!(own[..], words[..2], "{listed}");
                }
                other => panic!("{}: {other:?}", path.display()),
            }
        }
    }
}

/// Times about now, in the host's zone and in UTC.
fn moments() -> Vec<String> {
    let now = jiff::Timestamp::now();
    let mut all = Vec::new();
    for minutes in [-1500, -200, -90, -10, 10, 90, 200, 1500] {
        let at = now
            .checked_add(jiff::SignedDuration::from_mins(minutes))
            .unwrap();
        let text = at.strftime("%Y%m%d%H%M").to_string();
        all.push(format!("{text}Z"));
        all.push(text);
    }
    all
}

pub fn set(path: &Path, mode: u32, uid: u32, gid: u32) {
    chown(path, Some(uid), Some(gid)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn keygen(path: &Path, kind: &str, bits: &str) -> bool {
    run(
        "ssh-keygen",
        &[
            "-q",
            "-t",
            kind,
            "-b",
            bits,
            "-N",
            "",
            "-C",
            "a comment",
            "-f",
            path.to_str().unwrap(),
        ],
    )
}

trait PickMode {
    fn pick_mode(&mut self, from: &[u32]) -> u32;
}

impl PickMode for Dice {
    fn pick_mode(&mut self, from: &[u32]) -> u32 {
        from[self.roll(from.len())]
    }
}
