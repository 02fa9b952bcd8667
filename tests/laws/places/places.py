#!/usr/bin/env python3
"""places.py [SEED [COUNT]]   in an empty folder

Random remotes (several URLs for fetches and pushes, insteadOf, pushInsteadOf, names below one another, hosts that are deleted
and made again, forks, backups) x random pushes by git and by varve (branches, tags, --all, --mirror, refs/for, push.default of
each kind, out of whole, shallow, lazy and partial clones). After each push that ended with 0 a fresh clone of EACH URL, also of
those that git alone pushed to before, has all rows of all that it names; after one that failed, nothing is asked."""
import os
import random
import shutil
import subprocess
import sys

TOP = os.getcwd()
ENV = dict(os.environ, HOME=f"{TOP}/home", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=f"{TOP}/home/.gitconfig", LC_ALL="C.UTF-8",
           GIT_TERMINAL_PROMPT="0", GIT_EDITOR="true")
for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
    ENV.pop(name, None)


class Broken(Exception):
    pass


class Story:
    """One set-up, and some steps in it."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.seed, self.log, self.n = seed, [], 0
        self.dir = f"{TOP}/{seed}"
        os.makedirs(self.dir)
        self.hosts = []
        self.clone = "r"

    def run(self, *args, cwd=None, must=True):
        cwd = f"{self.dir}/{cwd or self.clone}"
        p = subprocess.run(("timeout", "120") + args, cwd=cwd, env=ENV, capture_output=True, text=True, errors="replace", check=False)
        self.log.append(f"[{os.path.basename(cwd)}] {' '.join(args)} -> {p.returncode}\n{p.stderr}")
        if must and p.returncode != 0:
            raise Broken(f"{args} ended with {p.returncode}: {p.stderr}")
        return p

    def git(self, *args, **more):
        return self.run("git", *args, **more)

    def url(self, host):
        return f"file://{self.dir}/{host}"

    def make_host(self, name):
        """A Git host: a bare repository that varve has not made its own."""
        shutil.rmtree(f"{self.dir}/{name}", ignore_errors=True)
        subprocess.run(("git", "init", "-q", "--bare", f"{self.dir}/{name}"), env=ENV, check=True)
        if self.rng.random() < 0.5:
            self.git("config", "uploadpack.allowFilter", "true", cwd=name)
        if name not in self.hosts:
            self.hosts.append(name)

    def change(self, branch=None):
        self.n += 1
        with open(f"{self.dir}/{self.clone}/t.csv", "a", encoding="utf-8") as f:
            f.write(f"{1000 + self.n},new{self.n}\n")
        self.git("commit", "-q", "-a", "-m", f"change {self.n}")
        if branch:
            self.git("branch", "-f", branch)

    def set_up(self):
        r = self.rng
        subprocess.run(("varve", "init", "-q", f"{self.dir}/r"), env=ENV, check=True, capture_output=True)
        self.git("config", "user.name", "a")
        self.git("config", "user.email", "a@b")
        self.run("varve", "track", "*.csv")
        with open(f"{self.dir}/r/t.csv", "w", encoding="utf-8") as f:
            f.write("id,v\n" + "".join(f"{i},v{i}\n" for i in range(20)))
        self.git("add", ".")
        self.git("commit", "-q", "-m", "one")
        self.change("side")
        self.git("tag", "v1")
        self.change()
        for i in range(r.choice((1, 2, 2, 3))):
            self.make_host(f"h{i + 1}")
        self.remote("origin")
        if len(self.hosts) > 1 and r.random() < 0.4:
            self.remote("origin/x" if r.random() < 0.5 else "backup")

    def remote(self, name):
        r = self.rng
        first = r.choice(self.hosts)
        self.git("remote", "add", name, self.url(first))
        if r.random() < 0.9:
            self.git("config", f"remote.{name}.varveKind", "git")
        kind = r.choice(("plain", "plain", "push", "push", "two", "short", "pushInsteadOf", "read"))
        others = [h for h in self.hosts if h != first]
        if kind == "push":
            for h in r.sample(self.hosts, r.randint(1, len(self.hosts))):
                self.git("remote", "set-url", "--add", "--push", name, self.url(h))
        elif kind == "two" and others:
            self.git("config", "--add", f"remote.{name}.url", self.url(r.choice(others)))
        elif kind == "short":
            self.git("config", f"url.file://{self.dir}/.insteadOf", "short:")
            self.git("remote", "set-url", name, f"short:{first}")
        elif kind == "pushInsteadOf" and others:
            self.git("config", f"url.{self.url(r.choice(others))}.pushInsteadOf", self.url(first))
        elif kind == "read" and others:  # fetches read a mirror of it
            self.git("config", f"url.{self.url(r.choice(others))}.insteadOf", self.url(first))
            self.git("config", f"url.{self.url(first)}.pushInsteadOf", self.url(first))

    def remotes(self):
        return self.git("remote").stdout.split()

    def prepare(self):
        """Something that happens to hosts and settings between two pushes."""
        r = self.rng
        what = r.choice(("nothing", "nothing", "change", "change", "topic", "again", "set-url", "rename", "plain", "merge-for", "fetch",
                         "pulls", "clone", "default", "blocks"))
        if what == "change":
            self.change()
        elif what == "topic":
            self.git("switch", "-q", "-C", f"topic{self.n}")
            self.change()
        elif what == "again":
            self.make_host(r.choice(self.hosts))
        elif what == "set-url":
            name = r.choice(self.remotes())
            self.git("config", "--replace-all", f"remote.{name}.url", self.url(r.choice(self.hosts)))
            self.git("config", "--unset-all", f"remote.{name}.pushurl", must=False)
        elif what == "rename":
            self.git("remote", "rename", "origin", "team", must=False)
            self.git("remote", "rename", "team", "origin", must=False)
        elif what == "plain":  # git alone, by somebody else: pointers without rows
            host = r.choice(self.hosts)
            self.git("push", "-q", "--no-verify", self.url(host), f"HEAD:refs/heads/plain{self.n}", must=False)
            self.bare.add(host)
        elif what == "merge-for":  # the host's button
            host = r.choice(self.hosts)
            if self.git("rev-parse", "-q", "--verify", "refs/for/main", cwd=host, must=False).returncode == 0:
                self.git("update-ref", "refs/heads/merged", "refs/for/main", cwd=host)
        elif what == "fetch":
            self.run(r.choice(("git", "varve")), "fetch", "-q", r.choice(self.remotes()), must=False)
        elif what == "pulls":
            self.git("update-ref", f"refs/remotes/{r.choice(self.remotes())}/pr/{self.n}", "HEAD")
        elif what == "clone":
            self.another_clone()
        elif what == "default":
            self.git("config", "push.default", r.choice(("nothing", "current", "upstream", "simple", "matching")))
        elif what == "blocks":
            host = r.choice(self.hosts)
            self.git("update-ref", "-d", "refs/varve/blocks", cwd=host)
            self.bare.add(host)
        self.log.append(f"-- {what}")

    def another_clone(self):
        r = self.rng
        host = r.choice(self.hosts)
        if not self.git("for-each-ref", "refs/heads/", cwd=host).stdout or host in self.bare:
            return
        name = f"c{self.n}x{len(os.listdir(self.dir))}"
        kind = r.choice(("whole", "lazy", "shallow", "partial", "git"))
        by = {"whole": ("varve", "clone", "-q"), "lazy": ("varve", "clone", "-q", "--lazy"), "shallow": ("git", "clone", "-q", "--depth=1"),
              "partial": ("git", "clone", "-q", "--filter=blob:none"), "git": ("git", "clone", "-q")}[kind]
        if self.run(*by, self.url(host), name, cwd=".", must=False).returncode != 0:
            return
        if not os.path.exists(f"{self.dir}/{name}/t.csv"):
            return
        old, self.clone = self.clone, name
        self.run("varve", "init", "-q")
        self.run("varve", "restore", ".", must=False)
        with open(f"{self.dir}/{name}/t.csv", encoding="utf-8") as f:
            if not f.readline().startswith("id,v"):
                self.clone = old
                return
        self.git("config", "user.name", "a")
        self.git("config", "user.email", "a@b")
        self.git("config", "remote.origin.varveKind", "git")
        if len(self.hosts) > 1 and r.random() < 0.5:
            for h in r.sample(self.hosts, r.randint(1, len(self.hosts))):
                self.git("remote", "set-url", "--add", "--push", "origin", self.url(h))

    def push(self):
        r = self.rng
        name = r.choice(self.remotes() + [self.url(r.choice(self.hosts))])
        force = ["-f"] if r.random() < 0.4 else []
        branch = self.git("symbolic-ref", "--short", "HEAD").stdout.strip()
        words = r.choice((
            [name, branch], [name, branch], [name, f"{branch}:refs/heads/other"], [name, "--all"], [name, "--tags"],
            [name, "HEAD:refs/for/main"], ["-u", name, f"{branch}:{branch}"], [], [name], [name, "refs/heads/*:refs/heads/*"],
            [name, "HEAD:refs/notes/x", branch], [name, "--mirror"], [name, "HEAD:refs/tags/t" + str(self.n)]))
        by = "git" if "--mirror" in words or r.random() < 0.6 else "varve"
        if by == "varve" and any(w.startswith("refs/heads/*") for w in words):
            words = [name, "--all"]
        p = self.run(by, "push", *force, *words, must=False)
        if p.returncode != 0:
            return
        self.bare_again()
        for host in self.hosts:
            self.check(host, words)

    def bare_again(self):
        """A host that lacks rows by what was done to it here is whole after a push that made a ref there, if the pusher
        knows all that it names."""
        for host in list(self.bare):
            before = {line.split()[2] for line in self.states.get(host, "").splitlines()}
            now = {line.split()[2]: line.split()[0] for line in self.state(host).splitlines()}
            if any(name not in before and not name.startswith("refs/varve/") for name in now) and all(
                    self.git("for-each-ref", "--contains", commit, must=False).stdout for name, commit in now.items()
                    if not name.startswith("refs/varve/")):
                self.bare.discard(host)

    def state(self, host):
        return self.git("for-each-ref", cwd=host).stdout

    def check(self, host, words):
        refs = self.state(host)
        if refs == self.states.get(host) or host in self.bare or not refs:
            return
        look = f"{self.dir}/look"
        shutil.rmtree(look, ignore_errors=True)
        os.makedirs(look)
        self.git("init", "-q", "--bare", cwd="look")
        self.run("varve", "init", "-q", cwd="look")
        # all that it names, whatever clones get; a peer serves branches and tags
        names = ("heads/", "tags/") if os.path.exists(f"{self.dir}/{host}/varve") else ("",)
        self.git("fetch", "-q", "--no-tags", self.url(host), *(f"+refs/{n}*:refs/all/{n}*" for n in names), cwd="look")
        ids = [line.split()[0] for line in self.git("for-each-ref", "refs/all/", "--format=%(objectname) %(refname)", cwd="look").stdout.splitlines()
               if not line.split()[1].startswith("refs/all/varve/")]
        for i, commit in enumerate(sorted(set(ids))):
            if self.git("cat-file", "-t", commit, cwd="look").stdout.strip() == "commit":
                self.git("update-ref", f"refs/heads/n{i}", commit, cwd="look")
        self.git("remote", "add", "origin", self.url(host), cwd="look")
        p = self.run("varve", "fetch", "--data", "--all", "-q", cwd="look", must=False)
        self.git("config", "remote.origin.url", "file:///nowhere", cwd="look")
        q = self.run("varve", "fsck", cwd="look", must=False)
        if p.returncode != 0 or q.returncode != 0:
            raise Broken(f"{host} lacks rows after {words}:\n{p.stderr}{q.stdout}{q.stderr}\n{refs}")

    def play(self):
        self.bare, self.states = set(), {}
        self.set_up()
        for _ in range(self.rng.randint(2, 5)):
            if self.rng.random() < 0.7:
                self.prepare()
            self.states = {h: self.state(h) for h in self.hosts}
            self.push()


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    os.makedirs(f"{TOP}/home", exist_ok=True)
    with open(f"{TOP}/home/.gitconfig", "w", encoding="utf-8") as f:
        f.write("[init]\n\tdefaultBranch = main\n[safe]\n\tbareRepository = all\n\tdirectory = *\n[protocol \"file\"]\n\tallow = always\n")
    wrong = 0
    for one in range(seed, seed + count):
        story = Story(one)
        try:
            story.play()
        except Broken as e:
            wrong += 1
            print(f"story {one}: {e}\n" + "\n".join(story.log[-60:]))
        shutil.rmtree(story.dir, ignore_errors=True)
    print(f"{count} stories, {wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
