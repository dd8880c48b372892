#!/usr/bin/env python3
"""Grows trees in a tmpfs, and lets users try on every file of them what a greedy intruder would.

usage: adversary.py DIRECTORY SEED TREES PROGRAM, as root in a mount namespace of its own.

Writes one JSON object a batch: what PROGRAM saw of the trees before anybody touched them, and what each user could do.
What a move changed is put back by whoever made it, or by root; so every user meets the same trees.
"""
import ctypes, errno, fcntl, itertools, json, os, random, socket, stat, struct, subprocess, sys

LIBC = ctypes.CDLL(None, use_errno=True)
# Number, and groups; the last is named nowhere. 77 owns things and is no account.
USERS = [(1000, [1000, 2000]), (1001, [1001]), (1002, [1002, 2000, 2001]), (1003, [1003]), (1005, [1005])]
OWNERS = [0, 0, 0, 1000, 1001, 1002, 1003, 77]
GROUPS = [0, 0, 1000, 2000, 2000, 2001, 1003, 3000]
DIRECTORY_MODES = [0o755, 0o755, 0o755, 0o755, 0o775, 0o711, 0o750, 0o700, 0o777, 0o1777, 0o1777, 0o1770, 0o1775, 0o733, 0o551, 0o070, 0o007, 0]
FILE_MODES = [0o644, 0o644, 0o600, 0o640, 0o660, 0o666, 0o604, 0o066, 0o006, 0o060, 0o400, 0o444, 0]
IMMUTABLE, APPEND = 0x10, 0x20


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def mount(source, target, kind=None, flags=0):
    text = lambda word: word.encode() if word else None
    check(LIBC.mount(text(source), text(target), text(kind), flags, None))


BIND, REMOUNT, READ_ONLY = 0x1000, 0x20, 1


def attributes(path, flags):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        fcntl.ioctl(fd, 0x40086602, struct.pack("l", flags))
    finally:
        os.close(fd)


def acl(dice):
    """An ACL in the kernel's form: rights for some names, and a mask that may take them away."""
    rights = lambda: dice.choice([0, 1, 2, 3, 4, 5, 6, 7])
    entries = [(1, rights(), 0xFFFFFFFF)]
    entries += [(2, rights(), uid) for uid in sorted(dice.sample([1000, 1001, 1002, 1003, 77], dice.randrange(3)))]
    entries += [(4, rights(), 0xFFFFFFFF)]
    entries += [(8, rights(), gid) for gid in sorted(dice.sample([1000, 2000, 2001, 1003, 3000], dice.randrange(3)))]
    entries += [(0x10, dice.choice([0, 1, 2, 3, 4, 5, 6, 7, 7, 7]), 0xFFFFFFFF), (0x20, rights(), 0xFFFFFFFF)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


class Tree:
    """One tree: its places, and what has to be done to them once all are there."""

    def __init__(self, dice, top):
        self.dice, self.top = dice, top
        self.directories, self.files, self.links, self.specials = [top], [], [], []
        self.read_only, self.listeners = [], []
        os.mkdir(top)
        self.grow(top, 0)
        self.bind()
        for _ in range(dice.randrange(4)):
            self.link()
        self.dress()

    def grow(self, directory, depth):
        dice = self.dice
        for name in dice.sample("abcdefgh", dice.choice([1, 1, 2, 2, 3]) if depth else dice.choice([2, 3])):
            path = f"{directory}/{name}"
            kind = dice.random()
            if kind < 0.5 and depth < 3:
                os.mkdir(path)
                self.directories.append(path)
                if dice.random() < 0.08:
                    mount("tmpfs", path, "tmpfs")
                    if dice.random() < 0.5:
                        self.read_only.append(path)
                self.grow(path, depth + 1)
            elif kind < 0.94:
                open(path, "w").close()
                self.files.append(path)
            elif kind < 0.97:
                os.mkfifo(path)
                self.specials.append(path)
            else:
                listener = socket.socket(socket.AF_UNIX)
                listener.bind(path)
                listener.listen(64)
                self.listeners.append(listener)
                self.specials.append(path)

    def bind(self):
        """Some directory is also mounted on another, or a file on a file."""
        if self.dice.random() > 0.2:
            return
        source, target = self.dice.choice(self.directories), self.dice.choice(self.directories[1:] or self.directories)
        if self.files and self.dice.random() < 0.3:
            source, target = self.dice.choice(self.files), self.dice.choice(self.files)
        # What is mounted in itself has no end of paths.
        if source == target or target == self.top or target.startswith(source + "/"):
            return
        try:
            mount(source, target, None, BIND)
        except OSError:
            return
        if self.dice.random() < 0.4:
            self.read_only.append(target)
        # What the mount hides is no longer there; what it shows is met once more.
        self.directories, self.files, self.specials = [], [], []
        for path, names, files in os.walk(self.top):
            self.directories.append(path)
            for name in files:
                kind = os.lstat(f"{path}/{name}").st_mode
                (self.files if stat.S_ISREG(kind) else self.specials).append(f"{path}/{name}")

    def link(self):
        dice = self.dice
        path = f"{dice.choice(self.directories)}/{dice.choice('lmno')}"
        to = dice.choice(self.directories + self.files + self.links + [self.top + "/none"])
        if dice.random() < 0.5:
            to = os.path.relpath(to, os.path.dirname(path))
        if dice.random() < 0.15:
            to += dice.choice(["/..", "/a", "/none/x", "/."])
        try:
            os.symlink(to, path)
            self.links.append(path)
        except OSError:
            pass

    def dress(self):
        """Owners, modes, ACLs; attributes last, for they forbid the rest."""
        dice, flags = self.dice, []
        hard = [path for path in self.files if dice.random() < 0.05]
        for path in hard:
            try:
                os.link(path, f"{dice.choice(self.directories)}/hard")
            except OSError:
                pass
        for path in self.directories + self.files + self.specials + self.links:
            os.lchown(path, dice.choice(OWNERS), dice.choice(GROUPS))
            if path in self.links:
                continue
            modes = DIRECTORY_MODES if path in self.directories else FILE_MODES
            os.chmod(path, dice.choice(modes) if dice.random() < 0.9 else dice.randrange(0o1000))
            if dice.random() < 0.2:
                os.setxattr(path, "system.posix_acl_access", acl(dice))
            if dice.random() < 0.05 and path not in self.specials:
                flags.append((path, dice.choice([IMMUTABLE, APPEND])))
        # The way into a tree is open as a rule, or few would come far.
        if dice.random() < 0.8:
            os.chmod(self.top, dice.choice([0o755, 0o711, 0o1777, 0o777]))
        for path, flag in flags:
            try:
                attributes(path, flag)
            except OSError:
                pass
        for path in self.read_only:
            try:
                mount(None, path, None, REMOUNT | BIND | READ_ONLY)
            except OSError:
                pass

    def places(self):
        """Every place there is, and one in each directory where nothing is."""
        found = []
        for path, names, files in os.walk(self.top):
            found += [path] + [f"{path}/{name}" for name in files + ["gone"]]
            found += [f"{path}/{name}" for name in names if os.path.islink(f"{path}/{name}")]
        return sorted(set(found))


def resolve(path):
    """The places that a look-up of the path meets, and the last of them if something is there."""
    here, names, met, links = "", [name for name in path.split("/") if name], [], 0
    while names:
        name = names.pop(0)
        try:
            mode = os.lstat(here or "/").st_mode
        except OSError:
            return met, None
        if not stat.S_ISDIR(mode):
            return met, None
        if name in ("", "."):
            continue
        if name == "..":
            here = os.path.dirname(here).rstrip("/")
            continue
        place = f"{here}/{name}"
        met.append(place)
        if os.path.islink(place):
            links += 1
            if links > 40:
                return met, None
            target = os.readlink(place)
            if target.startswith("/"):
                here = ""
            names = target.split("/") + names
        else:
            here = place
    return met, (here or "/") if os.path.lexists(here or "/") else None


def can(act, *args):
    try:
        act(*args)
        return True
    except OSError as error:
        return error.errno == errno.ENXIO


def opens(path, flags):
    os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW))


def connects(path):
    with socket.socket(socket.AF_UNIX) as mine:
        mine.connect(path)


NUMBERS = itertools.count()


def creates(directory):
    """Puts something there, each time under another name: what is only added to keeps it, and may be met at two places."""
    new = f"{directory}/.new{os.getuid()}.{next(NUMBERS)}"
    os.symlink("/evil", new)
    can(os.unlink, new)


def writes(path):
    mode = os.lstat(path).st_mode
    if stat.S_ISSOCK(mode):
        connects(path)
    elif stat.S_ISDIR(mode):
        creates(path)
    else:
        opens(path, os.O_WRONLY | os.O_APPEND)


def exchanges(path, scratch, there):
    """Moves what is there away, puts something in its place, and everything back."""
    if not there:
        creates(os.path.dirname(path))
        return
    aside = f"{os.path.dirname(path)}/.aside"
    try:
        os.rename(path, aside)
        os.symlink("/evil", path)
        os.unlink(path)
        os.rename(aside, path)
        return
    except OSError as error:
        first = error
    # No other move helps where that one does not; if one does, the trees are spoilt, and the test has failed anyway.
    mine = f"{scratch}/mine"
    open(mine, "w").close()
    os.makedirs(f"{scratch}/dir", exist_ok=True)
    others = [lambda: os.rename(mine, path), lambda: os.rename(f"{scratch}/dir", path), lambda: os.unlink(path), lambda: os.rmdir(path),
              lambda: os.rename(path, f"{scratch}/stolen"),
              lambda: check(LIBC.renameat2(-100, mine.encode(), -100, path.encode(), 2))]
    if any(can(move) for move in others):
        return
    raise first


def intrude(user, places, sockets, scratch):
    """All that a user can do: as himself, and after he gave himself what is his to give."""
    uid, gids = user
    os.setgroups(gids)
    os.setresgid(gids[0], gids[0], gids[0])
    os.setresuid(uid, uid, uid)
    changed = {}
    progress = True
    while progress:
        progress = False
        for path in places:
            try:
                seen = os.lstat(path)
                if path in changed or seen.st_uid != uid or stat.S_ISLNK(seen.st_mode):
                    continue
                os.chmod(path, stat.S_IMODE(seen.st_mode) | 0o700)
                changed[path] = stat.S_IMODE(seen.st_mode)
                progress = True
            except OSError:
                pass
    answer = {}
    for path, there in places.items():
        answer[path] = {
            "read": can(opens, path, os.O_RDONLY) if there and path not in sockets else None,
            "write": there and can(writes, path),
            # A link that the kernel follows for him must not show more than where it leads to does.
            "through": can(lambda: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))) if path not in sockets else None,
            "exchange": can(exchanges, path, scratch, there),
        }
    for path in reversed(changed):
        os.chmod(path, changed[path])
    return answer


def in_child(work):
    """What a child process answers."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            with os.fdopen(writer, "w") as pipe:
                json.dump(work(), pipe)
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    if os.waitpid(child, 0)[1] != 0:
        sys.exit("a child failed")
    return json.loads(answer)


def clean(places):
    """Takes out what could only be added: a directory of `chattr +a` does not give it back."""
    def leftovers():
        for path, there in places.items():
            if there and os.path.isdir(path) and not os.path.islink(path):
                yield from (f"{path}/{name}" for name in os.listdir(path) if name.startswith(".new"))
    for left in list(leftovers()):
        try:
            attributes(os.path.dirname(left), 0)
            can(os.unlink, left)
            attributes(os.path.dirname(left), APPEND)
        except OSError:
            pass  # Mounted twice, here read-only: it is met again at the other place.
    if any(leftovers()):
        sys.exit("something was left behind")


def shakes(path, chain, places):
    """True if exactly the places of the chain decide where a path leads: as root, each in turn moved away."""
    def leads():
        try:
            seen = os.stat(path)
            return seen.st_dev, seen.st_ino
        except OSError as error:
            return error.errno
    def entry(place):
        above = os.stat(os.path.dirname(place))
        return above.st_dev, above.st_ino, os.path.basename(place)
    before = leads()
    if before == errno.EACCES:
        return True  # fs.protected_symlinks keeps root from following it.
    # What is mounted twice has its entries at two places.
    entries = {entry(place) for place in chain if os.path.lexists(place)}
    for place, there in places.items():
        aside = f"{os.path.dirname(place)}/.aside"
        if there and can(os.rename, place, aside):
            after = leads()
            os.rename(aside, place)
            if (after != before) != (entry(place) in entries) and not isinstance(before, int):
                print(f"{path}: {place} moved away: {before} {after} {chain}", file=sys.stderr)
                return False
    return True


def main():
    top, seed, count, program = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    mount(None, "/", None, 0x4000 | (1 << 18))
    mount("tmpfs", top, "tmpfs")
    os.chmod(top, 0o755)
    trees = [Tree(random.Random(seed + number), f"{top}/t{number}") for number in range(count)]
    for uid, _ in USERS:
        os.mkdir(f"{top}/s{uid}")
        os.chown(f"{top}/s{uid}", uid, uid)
    places = {path: os.path.lexists(path) for tree in trees for path in tree.places()}
    sockets = {path for path in places if places[path] and stat.S_ISSOCK(os.lstat(path).st_mode)}
    ways = {path: resolve(path) for path in places}
    # Where a link leads to nothing, something may be put.
    places.update({place: False for met, end in ways.values() if not end for place in met[-1:] if place.startswith(top + "/") and not os.path.lexists(place)})
    ways = {path: resolve(path) for path in places}
    chosen = random.Random(seed)
    for tree in chosen.sample(trees, min(len(trees), 20)):
        inside = {path: there for path, there in places.items() if path.startswith(tree.top + "/")}
        if not all(shakes(path, ways[path][0], inside) for path in inside):
            sys.exit("a chain that misses a place")
    seen = [subprocess.run([program, "facts", "files=" + " ".join(part)], check=True, capture_output=True, text=True).stdout
            for part in [sorted(places)[at:at + 1000] for at in range(0, len(places), 1000)]]
    users = {}
    for user in USERS:
        done = in_child(lambda: intrude(user, places, sockets, f"{top}/s{user[0]}"))
        clean(places)
        users[user[0]] = {
            path: {
                "read": done[end]["read"] if end else False,
                "through": done[path]["through"],
                "write": bool(done[end]["write"]) if end else False,
                "replace": bool(end and done[end]["write"]) or any(done[place]["exchange"] for place in met if place in done),
            }
            for path, (met, end) in ways.items() if end is None or end in done
        }
    json.dump({"facts": [json.loads(text) for text in seen], "users": users}, sys.stdout)


main()
