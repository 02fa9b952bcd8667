"""pairs: any two commands that write, one after the other.

One is stopped (SIGSTOP, with all that it started) where it makes, locks, renames or removes a file, while the other runs;
then both end. What is there must be what one of the two orders gives, or what one of them gives alone where the other
refused. All must be sound, and nothing left over. A case is FIRST+SECOND:WHERE:N: the N-th such call of FIRST; WHERE is
`own`, each at tables of its own, or `same`, both at the same.

Git's own programs know nothing of the turn, and are not of one piece themselves: `git checkout` writes the index and then
HEAD, `git stash` notes HEAD and index as commits, then locks, then takes back whatever is staged by then, `git commit` reads
files before it locks the branch. What somebody writes in between, varve or an editor, is committed, put away or taken back with the rest, with or without
varve. So beside one of these each piece (a file, a state file, an entry of the index or of a branch's tree) must be as
some order leaves it, and the whole must be sound; what varve refused may be under way still where its words name the way back.

Each command has a script that prepares the world (WORLD) for it. $R is a or b, for who comes first and second; $X is the
letter of its tables: $R, or s where both have the same.
"""

import mmap
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field

import scenarios
from worker import BIT, CONTROL, LIMIT, STOP, TEMPORARY, Fault, brief, difference, fingerprint, first_line, left_over, names_of, same

STOPS = 'create rename link unlink rmdir mkdir lock truncate'
STOP_CALLS = sum(BIT[c] for c in STOPS.split())
MET_AT = 56  # in the control
IDLE = 0.3  # seconds without CPU time: it waits for the one that is stopped
REPOS = ['work', 'hub.git', 'host.git']

TREE = re.compile(r'index work |ref work refs/heads/[^ ]+: ')
# Times and random keys are in these names.
FREE_HERE = re.compile(r'^(far|src|mirror|signed|eve)/|^work/\.git/varve/vault/(ledger|runs)/|^h[0-9]/[^/]+/(records|shards)/(?!.*(tmp|~))'
	r'|varve/packs/aside-[0-9]+-[0-9a-f]+\.(pack|index)$')
# A refusal beside a program of Git's that says how to go on or back, or where the previous content is.
WAY_BACK = re.compile(r"--abort' (goes back|undoes it|to undo)|run the command again|reset --hard' to discard it")
# What a transfer that failed has brought stays for the next one (docs/formats/store.md, transfers).
INCOMING = re.compile(r'^work/\.git/varve/incoming/')
UNDER_WAY = re.compile(r'^work/\.git/((MERGE|REVERT|CHERRY_PICK)_HEAD|(MERGE|VARVE)_[A-Z]+|AUTO_MERGE|varve-migrating|varve/kept-[0-9]+(/.*)?)$')
# The folder of a previous content that a refusal names.
KEPT = re.compile(r"/(work/\.git/varve/kept-[0-9]+)'")
FILTERED = r"""cd work; git grep --cached -l '^varve pointer: this is' | git check-attr --cached --stdin filter |
	{ ! grep -v ': filter: varve$' >&2; }"""

WORLD = r"""
repo src
cd src
for x in a b s; do
	rows 30 3 > $x-in.csv
	rows 30 7 > $x-up.csv
done
commit there
cd ..
vault
for x in a b s; do
	rows 40 1$x > $x.csv
	rows 20 2$x > $x.tab
	echo $x > $x.txt
done
git add *.tab
commit two
for x in a b s; do
	varve import -q ../src#$x-up.csv 2> /dev/null
done
commit imports
cd ../src
for x in a b s; do
	rows 33 9 > $x-up.csv
	commit $x
done
cd ../work
for x in a b s; do
	varve switch -q -c side-$x
	sed -i '8s/item/from side/' $x.csv
	rows 7 > side-$x.csv
	commit side-$x
	varve switch -q main
done
for x in a b s; do
	sed -i '9s/item/third/' $x.csv
done
commit three
varve vault replicate -q
cd ..
varve init -q --bare hub.git
git init -q --bare --template= -b main host.git
cd work
varve remote add origin ../hub.git > /dev/null
git remote add host ../host.git
git config remote.host.varveKind git
varve push -q -u origin main 2> /dev/null
varve push -q host main
# What no branch needs, here and at the host, and old enough for gc.
varve switch -q -c old
noise 300 > a.csv
commit old
varve push -q host old
varve switch -q main
varve branch -q -D old
git push -q --no-verify host :old
rows 50 9 > a.csv
varve add a.csv > /dev/null
git reset -q --hard
rows 41 31 > ../put-a.csv
rows 41 32 > ../put-b.csv
for x in a b s; do
	sed '12s/item/patched/' $x.csv > ../put.csv
	cp $x.csv ../keep.csv
	cp ../put.csv $x.csv
	varve diff --format patch $x.csv > ../$x.patch
	cp ../keep.csv $x.csv
done
varve convert --format arrow ../put-a.csv ../put-a.arrow > /dev/null
varve convert --format arrow ../put-b.csv ../put-b.arrow > /dev/null
varve clone -q ../hub.git ../far 2> /dev/null
git reset -q --hard
# A published folder, and another one in which a signer that the owner named goes on.
XDG_CONFIG_HOME=$PWD/../eve varve key new > /dev/null
varve sign -q --name data --signer "$(XDG_CONFIG_HOME=$PWD/../eve varve key show | sed 's/^did:key://')=2099-01-01"
varve publish -q --no-pages -o ../public
varve clone -q ../public ../mirror 2> /dev/null
(cd ../mirror; rows 9 > mirror.csv; commit mirror; XDG_CONFIG_HOME=$PWD/../eve varve sign -q; varve publish -q --no-pages -o ../signed)
git remote add signed ../signed
git config remote.signed.varveKind folder
find . .. -type f -exec touch -h -d '2 days ago' {} +
"""

# What is found by a key that a check has kept is what stands in the file.
FOUND = r"""cd work
for t in a.csv b.csv s.csv; do
	for rev in '' HEAD:; do
		varve cat "$rev$t" > ../whole 2> /dev/null || continue
		for id in 7 2999; do
			grep "^$id," ../whole > ../want || :
			varve cat --where "id = $id" "$rev$t" > ../got || exit 1
			sed 1d ../got | cmp - ../want || { echo "id = $id in $rev$t"; exit 1; }
		done
	done
done
rm -f ../whole ../want ../got
"""

CHANGED = 'sed -i "5s/item/edited $R/" $X.csv; '
SPREADSHEET = r'sed -i -E "s/([0-9]{4})-([0-9]{2})-([0-9]{2})/\3.\2.\1/" $X.csv; '
OWN_COMMIT = 'echo new > new-$R.txt; varve add new-$R.txt; varve commit -q -m new-$R new-$R.txt; '
THERE = '(cd ../far; git checkout -q -b far-$R; rows 9 > far-$R.csv; varve add far-$R.csv; varve commit -q -m far-$R; varve push -q origin far-$R); '


# By the Python package. What is appended has an id of its own, or the second of two would be refused.
PYTHON = {
	'upsert': 'write(at, [dict(id=7, name=who)], mode="upsert", message=who)',
	'append': 'write(at, [dict(id=900 + ord(who[-1]), name=who)], mode="append", message=who)',
	'replace': 'write(at, [dict(id=7, name=who)], mode="replace", message=who)',
	'put': 'put(at, open("../put-" + who[-1] + ".csv", "rb"), message=who)',
}


@dataclass
class Writer:
	name: str
	prepare: str
	command: str
	git: bool = False  # Git's program: of two of these nothing is asked
	words: bool = True  # a refusal is one line "varve: ..."
	vault: bool = False
	host: bool = False
	signed: bool = False  # signed heads and the published folder
	keys: bool = False  # a check, which keeps the bounds of keys


def all_writers(put, python):
	W = Writer
	writers = [
		W('add', CHANGED, 'varve add $X.csv'),
		W('add-arrow', '', 'varve add -q --arrow ../put-$R.arrow --mode upsert $X.csv'),
		W('commit', CHANGED + 'varve add $X.csv', 'varve commit -q -m "commit $R"'),
		W('commit-all', CHANGED, 'varve commit -q -a -m "commit $R"'),
		W('commit-path', CHANGED, 'varve commit -q -m "commit $R" $X.csv'),
		W('amend', 'echo new > amend-$R.txt; varve add amend-$R.txt', 'varve commit -q --amend -m "amended $R"'),
		W('merge', '', 'varve merge -q side-$X'),
		W('cherry-pick', '', 'varve cherry-pick side-$X'),
		W('revert', OWN_COMMIT, 'varve revert HEAD'),
		W('switch', '', 'varve switch -q side-$X'),
		W('restore', CHANGED, 'varve restore $X.csv'),
		W('restore-spelling', SPREADSHEET + CHANGED, 'varve restore -q --spelling $X.csv'),
		W('mv', '', 'varve mv $X.csv moved-$R.csv'),
		W('rename-column', '', 'varve rename-column $X.csv price cost-$R'),
		W('set', '', 'varve set -q $X.csv 7 price=$R'),
		W('apply', '', 'varve apply ../$X.patch'),
		W('schema', '', 'varve schema --key id $X.csv'),
		W('check', 'rows 3000 5 > $X.csv; sed -i "3s/item/grown $R/" $X.csv; commit grown-$R; varve check -q $X.csv; ' + CHANGED, 'varve check -q $X.csv', keys=True),
		W('accept', '', 'varve accept --why why-$R --all column-removed $X.csv'),
		W('track', '', "varve track '$X.tab'"),
		W('tag', '', 'varve tag -m words tag-$X', git=True),
		W('gc', '', 'varve gc -q --prune=now'),
		W('gc-remote', '', 'varve gc -q --remote=host --prune=now', host=True),
		W('drop', '', 'varve drop -q --history'),
		W('expire', 'varve expire -q --keep last=1 --plan ../plan-$R.json', 'varve expire -q --apply ../plan-$R.json'),
		W('push', OWN_COMMIT, 'varve push -q origin main side-$X'),
		W('push-host', OWN_COMMIT, 'varve push -q host main side-$X', host=True),
		W('fetch', THERE, 'varve fetch -q'),
		W('pull', THERE, 'varve pull -q origin far-$R'),
		W('migrate', '', 'varve migrate -m "over $R" "$X.tab"'),
		W('import', '', 'varve import -q ../src#$X-in.csv'),
		W('update', '', 'varve update -q $X-up.csv'),
		W('sign', OWN_COMMIT, 'varve sign -q', signed=True),
		W('publish', OWN_COMMIT, 'varve publish -q --no-pages -o ../public', signed=True),
		W('fetch-signed', '', 'varve fetch -q signed', signed=True),
		W('vault', OWN_COMMIT, 'varve vault replicate -q', vault=True),
		W('put', '', f'{put} . $X.csv "put $R" < ../put-$R.csv', words=False),
		W('put-branch', '', f'{put} . $X.csv "put $R" side-b < ../put-$R.csv', words=False),
		W('git-add', CHANGED, 'git add $X.csv', git=True),
		W('git-commit', CHANGED + 'git add $X.csv', 'git commit -q -m "commit $R"', git=True),
		W('git-commit-all', CHANGED, 'git commit -q -a -m "commit $R"', git=True),
		W('git-stash', CHANGED, 'git stash -q', git=True),
		W('git-checkout', '', 'git checkout -q side-$X', git=True),
	]
	for name, call in PYTHON.items() if python else ():
		writers.append(W(f'python-{name}', '', f"""{python} -c 'import sys, varve
at, who = sys.argv[1:]
varve.Repo(".").{call}' $X.csv "python {name} $R" """, words=False))
	return {w.name: w for w in writers}


@dataclass
class Order:
	"""What is there after some of the two: their exit codes, None where one did not run."""
	statuses: tuple
	seen: dict
	words: str


@dataclass
class Pair:
	first: Writer
	second: Writer
	where: str
	tree: dict
	before: dict
	orders: list = field(default_factory=list)  # first then second, second then first, first, second
	names: set = field(default_factory=set)
	calls: int = 0
	judged: dict = field(default_factory=dict)
	old: dict = field(default_factory=dict)
	pieces: list = field(default_factory=list)  # of what was there before, and after each order; beside git's programs

	@property
	def name(self):
		return f'{self.first.name}+{self.second.name}:{self.where}'

	def command(self, who):
		writer = (self.first, self.second)[who]
		role = 'ab'[who]
		return f'R={role}; X={role if self.where == "own" else "s"}; export R X; exec {writer.command}'


class Pairs:
	"""The cases of a worker."""

	def __init__(self, worker, build):
		self.worker = worker
		put = f'{build}/examples/bin/put'
		python = f'{build}/python/bin/python'
		self.writers = all_writers(put if os.path.exists(put) else 'false', python if os.path.exists(f'{build}/python/package') else '')
		if not os.path.exists(put):
			for name in ('put', 'put-branch'):
				del self.writers[name]
		self.world = None
		self.last = None
		# Only old packs are old: gc leaves young ones, as it does for everybody.
		self.env = {k: v for k, v in worker.env.items() if k != 'VARVE_TEST_GC_YOUNG'}
		worker.env = self.env

	def names(self):
		out = []
		for a in self.writers.values():
			for b in self.writers.values():
				if a.git and b.git:
					continue
				out.append(f'{a.name}+{b.name}:own')
				if '$X' in a.command + a.prepare and '$X' in b.command + b.prepare:
					out.append(f'{a.name}+{b.name}:same')
		return out

	def script(self, text, cwd='.'):
		ran = self.worker.run(scenarios.PRELUDE + 'export GIT_AUTHOR_DATE GIT_COMMITTER_DATE\n' + text, cwd, limit=120)
		if ran.status:
			raise RuntimeError(f'pairs: a beginning failed: {ran.err}')

	def pair(self, name):
		if self.last and self.last.name == name:
			return self.last
		w = self.worker
		if not self.world:
			w.folder.write({})
			self.script(WORLD)
			self.world = w.folder.read()
		names, where = name.split(':')
		first, second = (self.writers[n] for n in names.split('+'))
		w.folder.write(self.world)
		for role, writer in (('a', first), ('b', second)):
			self.script(f'clock=17000{ord(role):03}00; tick; R={role}; X={role if where == "own" else "s"}\n{writer.prepare}', 'work')
		p = Pair(first, second, where, w.folder.read(), {})
		p.before = self.seen(p)
		self.note_pieces(p, p.before)
		p.names |= names_of(p.tree)
		for order in ((0, 1), (1, 0)):
			w.folder.write(p.tree)
			one = self.alone(p, order[0], counted=order[0] == 0)
			single = Order(tuple(one.status if i == order[0] else None for i in (0, 1)), self.seen(p), one.err)
			self.note_pieces(p, single.seen)
			two = self.alone(p, order[1])
			codes = {order[0]: one.status, order[1]: two.status}
			p.orders.insert(order[0], Order((codes[0], codes[1]), self.seen(p), one.err + two.err))
			self.note_pieces(p, p.orders[order[0]].seen)
			p.orders.append(single)
		self.last = p
		return p

	def alone(self, p, who, counted=False):
		ran = self.worker.run(p.command(who), 'work', Fault() if counted else None, limit=60)
		if counted:
			p.calls = sum(ran.counts[i] for i in range(len(ran.counts)) if STOP_CALLS >> i & 1)
		if ran.hung:
			raise RuntimeError(f'pairs: {p.name}: {p.command(who)} hangs alone')
		return ran

	def seen(self, p):
		"""What the user has, in all repositories."""
		tree = self.worker.folder.read()
		p.names |= names_of(tree)
		return self.look(tree)

	def look(self, tree):
		seen = self.worker.seen(tree, WHOLE)
		# Of copies at holders the ledger is asked.
		seen = {k: v for k, v in seen.items() if not re.match('file (far|src|mirror|signed|eve|h[0-9])/', k)}
		self.look_at_heads(seen, tree)
		return seen

	def look_at_heads(self, seen, tree):
		"""What was signed and published, without its times."""
		trust = tree.get('work/.git/varve/trust')
		trust = trust[2].decode() if trust else ''
		for line in self.worker.run(['git', '-C', 'work', 'for-each-ref', '--format=%(refname) %(objectname) %(subject)', 'refs/varve/heads/']).out.splitlines():
			ref, commit, subject = line.split(' ', 2)
			refs = self.worker.run(['git', '-C', 'work', 'cat-file', 'blob', f'{commit}:refs']).out
			seen[f'head {ref}'] = f'{subject}, {"trusted" if f" {commit}" in trust else "not trusted"}\n{refs}'
		refs = tree.get('public/repo.git/info/refs')
		seen['public refs'] = '\n'.join(r for r in (refs[2].decode() if refs else '').splitlines() if 'refs/varve/' not in r)
		for name in tree:
			if re.fullmatch(r'public/[^/]*\.(csv|tab|txt)', name):
				seen[f'public {name}'] = str(tree[name][2])

	def note_pieces(self, p, seen):
		if p.first.git or p.second.git:
			p.pieces.append(self.pieces_of(seen))

	def pieces_of(self, seen):
		"""{piece: value}; the index and the branches as the files of their trees."""
		pieces = {}
		for name, value in seen.items():
			if name.startswith('index '):
				for line in value.splitlines():
					if line.count(' ') > 2:
						mode, blob, stage, path = line.split(' ', 3)
						pieces[f'{name} {path}'] = f'{mode} {blob} {stage}'
			elif name.startswith('ref work refs/heads/'):
				for line in self.worker.run(['git', '-C', 'work', 'ls-tree', '-r', value]).out.splitlines():
					entry, _, path = line.partition('\t')
					pieces[f'{name}: {path}'] = entry.replace(' blob ', ' ') + ' 0'
			elif not name.startswith('ref ') or name == 'ref work HEAD':
				pieces[name] = value
		return pieces

	def mixed(self, p, now, words):
		"""Beside a program of Git's: which piece is as no order leaves it; ''."""
		pieces = self.pieces_of({k: v for k, v in now.items() if not TEMPORARY.search(k)})
		# A tree may have the file of another branch: of the one that git was about to go to.
		blobs = {(TREE.sub('', name), value) for order in p.pieces for name, value in order.items() if TREE.match(name)}
		for name in sorted(set(pieces).union(*p.pieces)):
			value = pieces.get(name)
			if TEMPORARY.search(name) or any(value == order.get(name) for order in p.pieces) or \
					TREE.match(name) and (TREE.sub('', name), value) in blobs or \
					name.startswith('state work/.git/') and WAY_BACK.search(words):
				continue
			return f'{name}: {brief(value)}, as no order leaves it ({brief(p.pieces[-1].get(name))})'
		return ''

	# ---- a case ----

	def run(self, case):
		"""(case, what was met, how it ended, [(kind, text)])"""
		name, _, n = case.rpartition(':')
		p = self.pair(name)
		self.worker.folder.write(p.tree)
		met, statuses, words, waited, hung, left = self.both(p, int(n))
		if not met:
			return case, None, '', []
		found = []
		tree = self.worker.folder.read()
		if hung:
			found.append(('hang', f'{hung} did not end'))
		if left:
			found.append(('hang', 'something that was started did not end'))
		for who in (0, 1):
			writer = (p.first, p.second)[who]
			if re.search(r'Sanitizer|runtime error:', words[who]):
				found.append(('crash', first_line(words[who], 'Sanitizer|runtime error:')))
			elif statuses[who] < 0:
				found.append(('crash', f'{writer.name} ended by signal {-statuses[who]}'))
			elif statuses[who] > 0 and not writer.git and writer.words and \
					len(re.findall('^varve: (?!fetching blocks)', words[who], re.M)) != 1 and not refused_alone(p, who, statuses[who]):
				found.append(('words', f'{writer.name} ended with {statuses[who]} and not one line: {words[who][:300]!r}'))
		now = self.look(tree)
		ended, text = self.order(p, statuses, now)
		if text and (p.first.git or p.second.git):
			text = self.mixed(p, now, words[0] + words[1])
			ended = 'wrong' if text else 'beside git'
		if text:
			found.append(('order', text))
		# The library hands these words to its callers.
		way_back = WAY_BACK.search(words[0] + words[1]) or any(not w.words and status for w, status in zip((p.first, p.second), statuses))
		failed = any(statuses)
		kept = frozenset(KEPT.findall(words[0] + words[1]))
		key = fingerprint(tree, ['work']), bool(way_back), failed, kept
		if key not in p.judged:
			p.judged[key] = self.judge(p, tree, way_back, failed, kept)
		found += p.judged[key]
		if found:
			found.append(('said', f'{p.first.name} {statuses[0]}: {words[0].strip()[:300]!r}; '
				f'{p.second.name} {statuses[1]}{" (waited)" if waited else ""}: {words[1].strip()[:300]!r}'))
		return case, met, ended + (', waited' if waited else ''), found

	@staticmethod
	def order(p, statuses, now):
		"""Which order gives what is there; or what is wrong."""
		nearest = None
		for words, order in zip(('first, second', 'second, first'), p.orders):
			if same(now, order.seen):
				if order.statuses == statuses:
					return words, ''
				# It changes nothing in that order, and says so by failing in one way or another.
				if all((a == 0) == (b == 0) for a, b in zip(order.statuses, statuses)):
					return words, ''
		for who, order in ((1, p.orders[2]), (0, p.orders[3])):
			if statuses[who] > 0 and same(now, order.seen) and (statuses[1 - who] == 0) == (order.statuses[1 - who] == 0):
				return f'{("first", "second")[who]} refused', ''
		if statuses[0] > 0 and statuses[1] > 0 and same(now, p.before):
			return 'both refused', '' if any(all(s for s in o.statuses if s is not None) for o in p.orders[:2]) else 'both refused'
		texts = []
		for words, order in zip(('first then second', 'second then first', 'first alone', 'second alone'), p.orders):
			text = difference(now, order.seen) or 'the same, but the exit codes'
			texts.append((len(text), f'not {words} {order.statuses}: {text}'))
		nearest = min(texts)[1]
		return 'wrong', f'ended with {statuses}; {nearest}'

	def judge(self, p, tree, way_back, failed, kept):
		found = []
		w = self.worker
		left = [n for n in left_over(tree, p.names) if not FREE_HERE.search(n) and '/'.join(n.split('/')[:4]) not in kept and
			not (way_back and UNDER_WAY.search(n)) and not (failed and INCOMING.search(n))]
		if left:
			found.append(('left', ' '.join(left[:6])))

		def must(kind, words, argv, cwd='.'):
			ran = w.run(argv, cwd, limit=60)
			if ran.status or re.search(r'Sanitizer|runtime error:', ran.err):
				found.append((kind, f'{words}: {ran.status} {(ran.out + ran.err)[:300]!r}'))

		must('fsck', 'varve fsck', ['varve', '-C', 'work', 'fsck', '--data', '-q'])
		must('fsck', 'varve fsck of hub.git', ['varve', '-C', 'hub.git', 'fsck', '--data', '-q'])
		if not way_back:
			must('fsck', 'pointers that git would not give to the filter', FILTERED)
		must('fsck', 'git fsck', ['git', '-C', 'work', 'fsck', '--strict', '--no-dangling', '--no-progress'])
		if p.first.vault or p.second.vault:
			must('fsck', 'ledger', ['varve', 'vault', 'ledger', 'verify'], 'work')
			must('fsck', 'the same again', ['varve', 'vault', 'replicate', '-q'], 'work')
			must('fsck', 'audit', ['varve', 'vault', 'audit', '--all'], 'work')
		if p.first.signed or p.second.signed:
			must('fsck', 'a new clone of the published folder', 'rm -rf back; varve clone -q public back; varve -C back fsck --data -q; rm -rf back')
			must('fsck', 'the heads', 'varve -C work verify || [ $? = 1 ]')
		if p.first.keys or p.second.keys:
			must('keys', 'rows that are found by key', FOUND)
		if p.first.host or p.second.host:
			must('fsck', 'a new clone of the host', 'rm -rf back; varve clone -q host.git back; varve -C back fsck --data -q; rm -rf back')
		return found

	def both(self, p, n):
		"""(what was met, exit codes, what both said, did the second wait, who hung, was something left running)"""
		w = self.worker
		w.set_fault(Fault(STOP_CALLS, STOP, at=n))
		with open(w.control, 'r+b') as f, mmap.mmap(f.fileno(), CONTROL.size) as control:
			first = Started(self, p.command(0), 'first', dict(self.env, LD_PRELOAD=w.shim, VARVE_FAULTS=w.control))
			stopped = first.until_stopped(control)
			second = Started(self, p.command(1), 'second', self.env)
			waited = stopped and second.until_idle()
			# It waits, but not for ever: what the other does in the pause between two looks is another order.
			if stopped:
				first.go_on()
			hung = [s.name for s in (first, second) if not s.until_end()]
		with open(w.control, 'rb') as f:
			c = CONTROL.unpack(f.read())
		left = [s for s in (first, second) if w.reap(s.child.pid, 5)]
		met = c[46].split(b'\0')[0].decode('utf-8', 'replace') if c[10] else None
		return met, (first.status, second.status), (first.words(), second.words()), waited, ' and '.join(hung), left


class Started:
	def __init__(self, pairs, command, name, env):
		w = pairs.worker
		self.name = name
		self.out = f'{w.where}/{name}'
		self.status = None
		with open(self.out, 'wb') as out:
			self.child = subprocess.Popen(['/bin/sh', '-euc', command], cwd=f'{w.root}/work', env=env, stdin=subprocess.DEVNULL,
				stdout=out, stderr=out, start_new_session=True)

	def until_stopped(self, control):
		"""False: it ended before."""
		end = time.monotonic() + LIMIT
		while time.monotonic() < end:
			if self.child.poll() is not None:
				return False
			if int.from_bytes(control[MET_AT:MET_AT + 8], 'little') and state_of(self.child.pid) == 'T':
				return True
			time.sleep(0.001)
		return False

	def until_idle(self):
		"""True: it does not end, and does nothing."""
		worker_wait = time.monotonic() + IDLE
		while time.monotonic() < worker_wait:
			if self.child.poll() is not None:
				return False
			time.sleep(0.002)
		end = time.monotonic() + LIMIT
		last = None
		while time.monotonic() < end and self.child.poll() is None:
			now = work_of(self.child.pid)
			if now is not None and now == last:
				return True
			last = now
			time.sleep(0.1)
		return self.child.poll() is None

	def go_on(self):
		os.killpg(self.child.pid, signal.SIGCONT)

	def until_end(self):
		try:
			self.status = self.child.wait(LIMIT)
			return True
		except subprocess.TimeoutExpired:
			os.killpg(self.child.pid, signal.SIGKILL)
			self.status = self.child.wait()
			return False

	def words(self):
		with open(self.out, 'rb') as f:
			return f.read().decode('utf-8', 'replace')


def state_of(pid):
	try:
		with open(f'/proc/{pid}/stat') as f:
			return f.read().rpartition(') ')[2][0]
	except OSError:
		return ''


def work_of(session):
	"""CPU time and processes of a session; None where one of them runs."""
	seen = []
	for pid in os.listdir('/proc'):
		if not pid.isdigit():
			continue
		try:
			with open(f'/proc/{pid}/stat') as f:
				parts = f.read().rpartition(') ')[2].split()
		except OSError:
			continue
		if int(parts[3]) == session:
			if parts[0] in 'RD':
				return None
			seen.append((pid, parts[11], parts[12]))
	return seen


def refused_alone(p, who, status):
	"""It ends so, too, where nothing is beside it."""
	return any(o.statuses[who] == status for o in p.orders)


# ---- many cases ----

pairs = None


def begin(worker, build):
	global pairs
	pairs = Pairs(worker, build)


def run_some(job):
	"""Some stops of a pair: [(case, what was met, how it ended, problems)]."""
	name, stops, seed = job
	try:
		calls = pairs.pair(name).calls
		rng = random.Random(f'{seed} {name}')
		take = range(1, calls + 1) if not stops else \
			sorted({1 + (i * calls + rng.randrange(calls)) // stops for i in range(stops)}) if calls else []
		return [pairs.run(f'{name}:{n}') for n in take]
	except RuntimeError as e:
		return [(f'{name}:0', '', 'wrong', [('order', str(e))])]


def told(case, met, found, seed):
	"""What failed, in ten lines."""
	lines = [f'{case} (seed {seed}), stopped at {met}']
	lines += [f'    {kind}: {text}' for kind, text in found[:8]]
	return '\n'.join(lines + [f'    again: ./dev faults --replay {case}'])


@dataclass
class Whole:
	repos: list
	host: bool = True
	folder: bool = True
	vault: bool = False


WHOLE = Whole(REPOS)
