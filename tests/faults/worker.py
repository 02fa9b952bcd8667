"""worker: one folder of its own in which cases are run, and the oracle that judges them.

A case starts from a copy of the scenario's template, which is kept in memory. Everything that the
command started has ended (or is killed) before the oracle looks.
"""

import ctypes
import hashlib
import hmac
import os
import re
import select
import shlex
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import scenarios

# As in shim.c.
CALLS = ('read write open open-write create truncate rename link unlink mkdir rmdir sync close meta '
	'memory map lock list line-read line-write memory-other').split()
BIT = {name: 1 << i for i, name in enumerate(CALLS)}
NONE, KILL_GROUP, KILL_ONE, INTERRUPT, ERROR, SHORT, EOF, CUT, STOP = range(9)
CONTROL = struct.Struct('<IIiIQIIqqQQQ32QII256s1024s1024s')

LIMIT = 20  # seconds for a command; more is a hang
GRACE = 5  # seconds in which what a command started must have ended


@dataclass
class Fault:
	calls: int = 0
	effect: int = NONE
	error: int = 0
	on: bool = False
	at: int = 0
	logging: bool = False
	ours: bool = False
	clock_shift: int = 0
	clock_step: int = 0


@dataclass
class Ran:
	status: int
	out: str
	err: str
	met: int = 0
	what: str = ''
	counts: tuple = ()
	hung: bool = False
	left_running: bool = False
	raw: bytes = b''


@dataclass
class Problem:
	kind: str  # crash, hang, silent, words, state, fsck, again, final, left
	text: str


@dataclass
class Template:
	scenario: object
	tree: dict  # path -> (mode, mtime, bytes or link text or None for a folder)
	old: dict = field(default_factory=dict)
	new: dict = field(default_factory=dict)
	names: set = field(default_factory=set)
	after: dict = field(default_factory=dict)
	counts: tuple = ()
	history: object = None  # power.History
	states: list = None
	judged: dict = field(default_factory=dict)  # fingerprint and more -> problems
	checked: dict = field(default_factory=dict)


class Folder:
	"""A folder that is brought from one tree to another. What nobody touched in between is neither written nor
	read again; files of work trees are always written anew, so that no index knows their inodes."""

	def __init__(self, root):
		self.root = root
		self.known = {}  # path -> (what stat says of it, its value in a tree)
		shutil.rmtree(root, ignore_errors=True)
		os.makedirs(root)

	def walk(self):
		"""(name, path, stat) of all, folders before what is in them."""
		start = len(self.root) + 1
		todo = [self.root]
		while todo:
			with os.scandir(todo.pop()) as entries:
				for entry in entries:
					st = entry.stat(follow_symlinks=False)
					yield entry.path[start:], entry.path, st
					if stat.S_ISDIR(st.st_mode):
						todo.append(entry.path)

	def read(self):
		tree = {}
		known = {}
		for name, path, st in self.walk():
			value = None
			now = sign(st)
			if stat.S_ISDIR(st.st_mode):
				value = (st.st_mode, st.st_mtime_ns, None)
			elif name in self.known and self.known[name][0] == now:
				value = self.known[name][1]
			elif stat.S_ISLNK(st.st_mode):
				value = (st.st_mode, st.st_mtime_ns, os.readlink(path))
			elif stat.S_ISREG(st.st_mode):
				with open(path, 'rb') as f:
					value = (st.st_mode, st.st_mtime_ns, f.read())
			if value:
				tree[name] = value
				known[name] = (now, value)
		self.known = known
		return tree

	def write(self, tree):
		kept = set()
		folders = []
		for name, path, st in self.walk():
			want = tree.get(name)
			if stat.S_ISDIR(st.st_mode):
				if want is None or want[2] is not None:
					folders.append(path)
				else:
					kept.add(name)
			elif (want is not None and '.git/' in name and name in self.known and
					self.known[name][0] == sign(st) and self.known[name][1] == want):
				kept.add(name)
			else:
				os.unlink(path)
		for path in reversed(folders):
			os.rmdir(path)
		for name in sorted(tree):
			if name not in kept:
				self.make(name, *tree[name])

	def make(self, name, mode, mtime, data):
		path = f'{self.root}/{name}'
		if data is None:
			os.mkdir(path)
			return
		if isinstance(data, str):
			os.symlink(data, path)
			return
		fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
		if data:
			os.write(fd, data)
		os.fchmod(fd, stat.S_IMODE(mode))
		os.utime(fd, ns=(mtime, mtime))
		self.known[name] = (sign(os.fstat(fd)), (mode, mtime, data))
		os.close(fd)


def sign(st):
	return st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns, st.st_mode


HEX = re.compile(r'[0-9a-f]{16,}')
# What may come and go from run to run: objects, packs, caches, words for people.
FREE = re.compile(
	r'(^|/)(objects/(XX(/|$)|pack/pack-\*\.|info)|varve/(packs/pack-\*\.|cache(/|$))|logs(/|$)|logs$'
	r'|(COMMIT_EDITMSG|ORIG_HEAD|FETCH_HEAD|gc\.log)$)')
# Empty files that stay, to be locked; folders for what is on its way.
LASTING = re.compile(r'varve/((cache/)?(writer|git-packs|gc|receipts|[a-z-]+)\.lock|incoming|tmp)$')
TEMPORARY = re.compile(r'tmp|\.varve-|\.lock$|incoming|spool|varve/(later|kept)', re.I)
TEMPORARY_WORK = re.compile(r'^(?!.*\.git/).*\.varve-([a-z]+-)?[a-z2-7]{12}$')
STATE_SKIP = re.compile(
	r'^(objects|varve|logs|hooks|info|refs)(/|$)|^(index|config|packed-refs|COMMIT_EDITMSG|ORIG_HEAD|FETCH_HEAD'
	r'|description|HEAD|gc\.log|branches|AUTO_MERGE)$|\.lock$')


def plain_name(name):
	name = HEX.sub('*', name)
	name = re.sub(r'objects/[0-9a-f]{2}(?=/|$)', 'objects/XX', name)
	if '/objects/XX/' in name and not re.search(r'XX/(\*|[0-9a-f]{38})$', name):
		name = name.replace('/objects/XX/', '/objects/tmp/')
	return name


def names_of(tree):
	return {plain_name(n) for n, (_, _, data) in tree.items() if data is not None or '/objects/' not in n + '/'}


def gitdir_of(repo):
	return repo if repo.endswith('.git') else repo + '/.git'


def read_refs(tree, gitdir):
	refs = {}
	packed = tree.get(gitdir + '/packed-refs')
	if packed and packed[2]:
		for line in packed[2].decode('utf-8', 'replace').splitlines():
			if line[:1] not in '#^' and ' ' in line:
				value, name = line.split(' ', 1)
				refs[name] = value
	start = gitdir + '/refs/'
	for name, (_, _, data) in tree.items():
		if name.startswith(start) and isinstance(data, bytes) and not name.endswith('.lock'):
			refs[name[len(gitdir) + 1:]] = data.decode('utf-8', 'replace').strip()
	head = tree.get(gitdir + '/HEAD')
	if head and head[2] is not None:
		refs['HEAD'] = head[2].decode('utf-8', 'replace').strip()
	return refs


def read_index(data):
	"""What git ls-files -s says, of the versions 2 and 3."""
	out = []
	try:
		magic, version, count = struct.unpack_from('>4sII', data)
		if magic != b'DIRC' or version not in (2, 3) or hashlib.sha1(data[:-20]).digest() != data[-20:]:
			return f'not read: {data[:12]!r}, {len(data)} bytes'
		at = 12
		for _ in range(count):
			mode, = struct.unpack_from('>I', data, at + 24)
			flags, = struct.unpack_from('>H', data, at + 60)
			start = at + 62 + (2 if flags & 0x4000 else 0)
			end = data.index(0, start)
			out.append(f'{mode:o} {data[at + 40:at + 60].hex()} {flags >> 12 & 3} {data[start:end].decode()}')
			at += (end - at + 8) & ~7
	except (struct.error, ValueError) as e:
		return f'not read: {e}'
	return '\n'.join(out)


def settings_of(data):
	"""The lines of a config file, sorted, without the kinds of remotes: a command finds a kind that is absent again."""
	lines = (line.strip() for line in data.decode('utf-8', 'replace').splitlines())
	return tuple(sorted(line for line in lines if line and not line.startswith('varveKind = ')))


def look(tree, repos):
	"""What the user has: {name: value}. What stands in the work trees, refs, state files, settings."""
	seen = {}
	gitdirs = [gitdir_of(r) for r in repos]
	for repo, gitdir in zip(repos, gitdirs):
		for name, value in read_refs(tree, gitdir).items():
			seen[f'ref {repo} {name}'] = value
		config = tree.get(gitdir + '/config')
		if config and config[2] is not None:
			seen[f'config {repo}'] = settings_of(config[2])
	for name, (mode, _, data) in tree.items():
		if data is None:
			continue
		for repo, gitdir in zip(repos, gitdirs):
			if name.startswith(gitdir + '/'):
				if not STATE_SKIP.search(name[len(gitdir) + 1:]):
					seen[f'state {name}'] = data
				break
		else:
			seen[f'file {name}'] = (data, mode & 0o111) if isinstance(data, bytes) else data
	return seen


ENTRY = re.compile(rb'(id|value|column) [0-3] [0-9]+ [0-9a-f]{64}')


def read_list(data, exact):
	"""What is in a list of erased data (repo/known/erased.c). exact: its secret is that of the beginning."""
	body, _, end = data.rpartition(b'sum ')
	head, *lines = body.split(b'\n')[:-1] or [b'']
	if head != b'erased list 1' or not lines or not re.fullmatch(rb'[0-9a-f]{64}', lines[0]) or \
			not all(map(ENTRY.fullmatch, lines[1:])) or \
			end != hmac.new(bytes.fromhex(lines[0].decode()), body, hashlib.sha256).hexdigest().encode() + b'\n':
		return 'damaged', data[-80:]
	return Counter(l.split(b' ')[0] for l in lines[1:]), exact and hashlib.sha256(data).hexdigest()


def look_at_lists(tree, scenario):
	files = ((repo, tree.get(f'{gitdir_of(repo)}/varve/erased')) for repo in scenario.repos)
	return {f'list {repo}': read_list(file[2], scenario.listed) for repo, file in files if file}


RANDOM = re.compile(r'(?<=tmp[-_])(obj_|pack_|idx_|objdir-[a-z]+-)?[A-Za-z0-9]{6,12}(?=$|/)')


def index_print(tree, name, data, repos):
	"""What is in an index, and which of its entries know the file that is there: not its times."""
	repo = name[:-len('/.git/index')]
	out = [read_index(data)]
	at = 12
	while at + 62 < len(data) - 20:
		mtime, nano = struct.unpack_from('>II', data, at + 8)
		inode, size = struct.unpack_from('>I', data, at + 20)[0], struct.unpack_from('>I', data, at + 36)[0]
		flags, = struct.unpack_from('>H', data, at + 60)
		start = at + 62 + (2 if flags & 0x4000 else 0)
		end = data.find(b'\0', start)
		if end < 0:
			break
		file = tree.get(f'{repo}/{data[start:end].decode("utf-8", "replace")}')
		out.append(file and (file[1] == mtime * 10**9 + nano, bool(mtime), bool(inode),
			bool(size), file[2] is not None and len(file[2]) == size))
		at += (end - at + 8) & ~7
	return tuple(out)


def fingerprint(tree, repos):
	"""Equal for equal states: without times, random names, and processes' numbers in locks."""
	out = []
	for name, (mode, _, data) in tree.items():
		if name.endswith('.lock') and data is not None and len(data) < 300:
			data = re.sub(r'[0-9]+|boot.*', '#', data if isinstance(data, str) else data.decode('latin-1'))
		elif name.endswith('/.git/index') and data:
			data = index_print(tree, name, data, repos)
		elif name.endswith('varve/stat') and data:
			data = len(data)
		out.append((RANDOM.sub('*', name), mode, data))
	return hash(frozenset(out))


class Worker:
	fault_class = Fault

	def __init__(self, where, varve, shim, asan):
		self.where = where
		self.root = where + '/case'
		self.varve = varve
		self.shim = shim
		self.control = where + '/control'
		self.log = where + '/log'
		self.templates = {}
		self.distinct = 0
		shutil.rmtree(where, ignore_errors=True)
		os.makedirs(where + '/home')
		self.folder = Folder(self.root)
		with open(where + '/home/.gitconfig', 'w') as f:
			f.write('[init]\n\tdefaultBranch = main\n[user]\n\tname = A U Thor\n\temail = author@example.com\n'
				'[advice]\n\tdetachedHead = false\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n'
				'[core]\n\tpager = cat\n')
		with open(self.control, 'wb') as f:
			f.write(bytes(CONTROL.size))
		date = '1700009000 +0000'
		self.env = {
			'PATH': os.path.dirname(varve) + ':' + os.environ['PATH'], 'HOME': where + '/home',
			'XDG_CONFIG_HOME': where + '/home/.config', 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'TERM': 'dumb',
			'EDITOR': 'true', 'GIT_CONFIG_GLOBAL': where + '/home/.gitconfig', 'GIT_CONFIG_NOSYSTEM': '1',
			'GIT_AUTHOR_NAME': 'A U Thor', 'GIT_AUTHOR_EMAIL': 'author@example.com',
			'GIT_COMMITTER_NAME': 'C O Mitter', 'GIT_COMMITTER_EMAIL': 'committer@example.com',
			'GIT_AUTHOR_DATE': date, 'GIT_COMMITTER_DATE': date, 'GIT_TERMINAL_PROMPT': '0',
			'GIT_MERGE_AUTOEDIT': 'no', 'VARVE_TEST_GC_YOUNG': '0',
			'ASAN_OPTIONS': 'detect_leaks=0:verify_asan_link_order=0:allocator_may_return_null=1:handle_sigill=1',
			'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1',
		}
		self.asan = asan
		# Orphans become ours: so it is known when everything has ended.
		ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)

	def set_fault(self, fault):
		with open(self.control, 'r+b') as f:
			f.write(CONTROL.pack(fault.calls, fault.effect, fault.error, int(fault.on), fault.at,
				int(fault.logging), int(fault.ours), fault.clock_shift, fault.clock_step, 0, 0, 0, *([0] * 32), 0, 0,
				b'', self.root.encode(), self.log.encode()))

	def run(self, argv, cwd='.', fault=None, limit=LIMIT, raw=False):
		"""Runs argv (a list, or a text for sh) and waits until all that it started has ended."""
		if isinstance(argv, str):
			argv = ['/bin/sh', '-euc', argv]
		env = self.env
		if fault:
			self.set_fault(fault)
			env = dict(env, LD_PRELOAD=self.shim, VARVE_FAULTS=self.control)
		out_path, err_path = self.where + '/out', self.where + '/err'
		with open(out_path, 'wb') as out, open(err_path, 'wb') as err:
			child = subprocess.Popen(argv, cwd=os.path.join(self.root, cwd), env=env, stdin=subprocess.DEVNULL,
				stdout=out, stderr=err, start_new_session=True)
		hung = not self.wait_for(child, limit)
		if hung:
			os.killpg(child.pid, signal.SIGKILL)
		status = child.wait()
		left = self.reap(child.pid, 0.02 if hung else GRACE)
		with open(out_path, 'rb') as f:
			out_raw = f.read()
			out = out_raw.decode('utf-8', 'replace')
		with open(err_path, 'rb') as f:
			err = f.read().decode('utf-8', 'replace')
		ran = Ran(status, out, err, hung=hung, left_running=left, raw=out_raw if raw else b'')
		if fault:
			with open(self.control, 'rb') as f:
				c = CONTROL.unpack(f.read())
			ran.met = c[10]
			ran.counts = c[12:12 + len(CALLS)]
			ran.what = c[46].split(b'\0')[0].decode('utf-8', 'replace')
		return ran

	@staticmethod
	def wait_for(child, limit):
		fd = os.pidfd_open(child.pid)
		try:
			poll = select.poll()
			poll.register(fd, select.POLLIN)
			return bool(poll.poll(limit * 1000))
		finally:
			os.close(fd)

	@staticmethod
	def reap(group, grace):
		"""True if something had to be killed."""
		end = time.monotonic() + grace
		pause = 0.0005
		killed = False
		while True:
			try:
				if os.waitpid(-1, os.WNOHANG)[0]:
					continue
			except ChildProcessError:
				return killed
			if time.monotonic() > end and not killed:
				killed = True
				try:
					os.killpg(group, signal.SIGKILL)
				except ProcessLookupError:
					pass
			if killed and time.monotonic() > end + 5:
				return True
			time.sleep(pause)
			pause = min(pause * 1.5, 0.02)

	# ---- templates ----

	def template(self, scenario):
		t = self.templates.get(scenario.name)
		if t:
			return t
		self.folder.write({})
		ran = self.run(scenarios.PRELUDE + 'export GIT_AUTHOR_DATE GIT_COMMITTER_DATE\n' + scenario.prepare)
		if ran.status:
			raise RuntimeError(f'faults: the beginning of {scenario.name} failed: {ran.err}')
		t = Template(scenario, self.folder.read())
		t.old = self.seen(t.tree, scenario)
		# No cache of the beginning knows the inodes, here as in every case.
		self.folder.write({})
		self.folder.write(t.tree)
		ran = self.command(scenario, Fault())
		if ran.status != scenario.status:
			raise RuntimeError(f'faults: {scenario.name} ends with {ran.status} without a fault: {ran.err}')
		t.counts = ran.counts
		t.after = self.folder.read()
		t.new = self.seen(t.after, scenario)
		t.names = names_of(t.after)
		self.templates[scenario.name] = t
		return t

	def command(self, scenario, fault=None, limit=LIMIT):
		return self.run(shlex.split(scenario.command), scenario.cwd, fault, limit)

	@staticmethod
	def seen(tree, scenario):
		seen = look(tree, scenario.repos) | look_at_lists(tree, scenario)
		for repo in scenario.repos:
			if not repo.endswith('.git') and f'{repo}/.git' in tree:
				index = tree.get(f'{repo}/.git/index')
				seen[f'index {repo}'] = read_index(index[2]) if index else ''
		if scenario.host:
			# Packs of the same blocks may be others, and so their commits. A gc of a store has its own id.
			seen = {k: v for k, v in seen.items() if not re.search(r' refs/varve/|^state host|^file store/', k)}
		if scenario.folder:
			# Its own file has times.
			seen = {k: v for k, v in seen.items() if not k.startswith('file public/')}
		if scenario.vault:
			# Records have times; the policy names the vault. judge_vault looks what they are worth.
			seen = {k: v for k, v in seen.items() if not re.match(r'file (h[0-9]/|work/\.varveconfig$)', k)}
		return seen

	# ---- the oracle ----

	def judge(self, t, ran, killed=False, ended=False, n=0):
		"""What is wrong after a run with a fault. ended: the power went after the command had said that it
		was done, and what it did must be there."""
		s = t.scenario
		found = []

		def say(kind, text):
			found.append(Problem(kind, text))

		if ran:
			if ran.hung:
				say('hang', f'did not end within {LIMIT} s')
			elif ran.left_running:
				say('hang', 'something that it started did not end')
			if re.search(r'Sanitizer|runtime error:', ran.err):
				say('crash', first_line(ran.err, 'Sanitizer|runtime error:'))
			elif ran.status < 0 and not killed and not ran.hung:
				say('crash', f'ended by signal {-ran.status}')
		tree = self.folder.read()
		now = self.seen(tree, s)
		is_new = same(now, t.new)
		if ran and not killed and not ran.hung:
			if ran.status == s.status:
				# A warning that names what was not done is an answer.
				if not is_new and not re.search('^warning: |^varve: .* was not updated: ', ran.err, re.M):
					say('silent', f'ended with {ran.status}, but {difference(now, t.new)}')
			elif ran.status > 0 and not s.git:
				lines = [l for l in ran.err.splitlines() if l.startswith('varve: ')
					and not l.startswith('varve: fetching blocks')]
				# A hook of ours has its line, too.
				if len(lines) == 2 and "the hook 'pre-push'" in lines[1]:
					del lines[1]
				# Of a verb that git carries out, git's lines are the message, also beside those of our filter.
				if s.passed:
					lines = [l for l in ran.err.splitlines() if re.match('(fatal|error|varve): .', l)][-1:]
				# What the host refuses is told as git tells it. An answer that says what it lacks is one (status 1).
				is_part = ran.status == 1 and re.search('^not searched, or only in part:', ran.out, re.M)
				if len(lines) != 1 and not is_part and not (s.host and re.search('^ ! ', ran.err, re.M)):
					say('words', f'ended with {ran.status} and {len(lines)} lines "varve: ...": {ran.err[:300]!r}')
		# Refs are promised; files of the work tree can be had again.
		if ended and not same_refs(now, t.new) and not s.git:
			say('lost', difference(*({k: v for k, v in seen.items() if k.startswith('ref ')} for seen in (now, t.new))))
		# The same state again: what the rest of the oracle says of it is known.
		print_ = fingerprint(tree, s.repos)
		# A message may name what finishes the job.
		named = re.search(r"'varve ([a-z-]+ --(continue|quit))'", ran.err) \
			if ran and not killed and ran.status != s.status else None
		# It got through, or was killed when all was done.
		whole = ran is not None and (ran.status == s.status or (killed and is_new))
		# Git removes a file before it writes it again, and names those that it could not write.
		gone = frozenset(re.findall(r'unable to (?:create|write) file ([^:;\n]+)', ran.err)) if ran and ran.status > 0 else frozenset()
		key = (print_, ran is None, ended, named and named.group(1), s.host and whole, gone)
		if key not in t.judged:
			t.judged[key] = self.judge_host(t, whole) if s.host else \
				self.judge_state(t, tree, now, ran is None, ended, n, named and named.group(1), gone)
			self.distinct += 1
		return found + t.judged[key]

	def judge_state(self, t, tree, now, cut, ended, n, named, gone=()):
		"""What is wrong with a state: in it, and after the same command again. cut: the power went; gone: files
		of the work tree that git removed, could not write, and named."""
		s = t.scenario
		if s.vault:
			return self.judge_vault(t, ended)
		found = []
		is_new = same(now, t.new)
		refs_new = same_refs(now, t.new)
		early_fsck = n % 2 == 0
		git_too = n % 4 < 2

		def say(kind, text):
			found.append(Problem(kind, text))

		torn = False
		# Refs and files: the old value or the new one.
		for name in sorted(set(t.old) | set(t.new) | set(now)):
			if name.split(' ', 1)[0] not in ('ref', 'file') or name not in set(t.old) | set(t.new):
				continue
			if s.loose and name not in t.old:
				continue
			value = now.get(name)
			if value not in (t.old.get(name), t.new.get(name)):
				# The power went before the file system had written a file that is in the store, too.
				if cut and name.startswith('file ') and not s.own:
					torn = True
					say('torn', f'{name} is incomplete: {brief(value)}')
				elif value is None and name.startswith('file ') and name.split('/', 1)[-1] in gone:
					say('torn', f'{name} is missing, and named')
				else:
					say('state', f'{name} is neither old nor new: {brief(value)}')
		for repo in () if cut else s.repos: # a record has no modes
			file = tree.get(f'{gitdir_of(repo)}/varve/erased')
			if file and file[0] & 0o77:
				say('list', f'others can read the list of {repo}: {file[0]:o}')
		for name in (n for n in t.new if n.startswith('list ')):
			if now.get(name) != t.new[name] and (now.get(name) != t.old.get(name) or not same_refs(now, t.old)):
				say('list', f'{name} is neither old nor new, or refs moved before it: {brief(now.get(name))}')
		if cut and not s.own and not any('varve/kept/' in n for n in tree):
			# The work tree is not synced: after the end of a command its files may be those of before.
			late = {k: v for k, v in now.items() if not k.startswith('file ')}
			if not is_new and lasting(late) == lasting({k: v for k, v in t.new.items() if not k.startswith('file ')}):
				torn = True
				say('torn', 'files of the work tree are those of before: ' + difference(now, t.new))
		if early_fsck:
			self.fsck(t, tree, say, 'before', git_too)
		refs_differ = not same_refs(t.old, t.new)
		if s.once and any('varve/kept/' in n for n in tree):
			# The same command would do more than put right: first another one.
			self.run(['varve', 'restore', '--staged', 'none'], s.cwd)
			tree = self.folder.read()
			now = self.seen(tree, s)
			is_new = same(now, t.new)
			refs_new = same_refs(now, t.new)
		rerun = not torn and not (s.once and (is_new or (refs_new and (refs_differ or ended))))
		if rerun:
			again = self.run(['varve', *named.split()], s.cwd) if named else self.command(s)
			# An interrupted rebase is in progress: the message names what ends it.
			if again.status > 0 and any('/.git/rebase-merge/' in n for n in tree):
				if "'git rebase --abort'" not in again.err:
					say('words', f'the same command again names no way out of the rebase: {again.err[:400]!r}')
				self.run(['git', 'rebase', '--abort'], s.cwd)
				again = self.command(s)
			late = look_at_lists(self.folder.read(), s) if again.status == s.status else {}
			if any(late[n] != t.new.get(n) for n in late):
				say('list', f'after the same command again {late} instead of {t.new}')
			if again.hung:
				say('hang', 'the same command again did not end')
			elif again.status < 0 or re.search(r'Sanitizer|runtime error:', again.err):
				say('crash', f'the same command again: {again.status} {again.err[:400]}')
			elif again.status != s.status and not (is_new and again.status in (0, 1, 2, 128)):
				say('again', f'ended with {again.status}: {again.err[:400]!r}')
		elif not torn:
			self.run(['varve', 'restore', '--staged', 'none'], s.cwd)
		tree = self.folder.read()
		now = self.seen(tree, s)
		if (rerun or is_new) and not same(now, t.new):
			# What is renamed in the work tree and not synced may come back.
			rest = {k: v for k, v in now.items() if not k.startswith('file ')}
			late = cut and not s.own and same(rest, {k: v for k, v in t.new.items() if not k.startswith('file ')})
			say('torn' if late else 'final', difference(now, t.new))
		if not torn:
			self.leftovers(t, tree, say, cut)
		if not early_fsck:
			self.fsck(t, tree, say, 'after', git_too)
		return found

	def judge_vault(self, t, ended):
		"""No receipt is of a shard that is not there; after the same command again nothing is lacking, and each
		holder gives everything back; at once where the command had ended."""
		found = []
		work = t.scenario.cwd

		def must(kind, words, argv, cwd=work):
			ran = self.run(argv, cwd)
			if ran.status:
				found.append(Problem(kind, f'{words}: {ran.status} {(ran.out + ran.err)[:400]!r}'))

		def come_back(kind, words):
			for holder in ('h0', 'h1'):
				shutil.rmtree(f'{self.root}/back', ignore_errors=True)
				must(kind, f'{words}: recover from {holder}',
					f'varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to back {holder} && '
					'varve -C back fsck --data -q && '
					'test "$(git -C back rev-parse main)" = "$(git -C work rev-parse main)"', '.')
				if kind == 'final' and t.scenario.gone:
					must(kind, f'{words}: {t.scenario.gone}', f'git -C back cat-file --batch-all-objects --batch > all && '
						f'for v in main main~1; do varve -C back cat $v:prices.csv >> all; done && ! grep -qa "{t.scenario.gone}" all', '.')
			shutil.rmtree(f'{self.root}/back', ignore_errors=True)

		if ended:
			come_back('lost', 'after the end')
			must('lost', 'after the end: status', ['varve', 'vault', 'status'])
		# Receipts and vault records that are here say the truth.
		if self.run(['varve', 'vault', 'status', '--json'], work).status in (0, 1):
			must('fsck', 'audit before', ['varve', 'vault', 'audit', '--all'])
		must('again', 'the same command again', shlex.split(t.scenario.command))
		must('final', 'status', ['varve', 'vault', 'status'])
		must('final', 'ledger', ['varve', 'vault', 'ledger', 'verify'])
		must('final', 'audit', ['varve', 'vault', 'audit', '--all'])
		come_back('final', 'again')
		left = [n for n in self.folder.read() if re.search(r'\.varve-tmp-|vault/spool|/~', n)]
		beside = [n for n in left if n.startswith(work + '/') and TEMPORARY_WORK.search(n)]
		left = [n for n in left if n not in beside]
		if beside:
			found.append(Problem('torn', 'beside .varveconfig: ' + ' '.join(beside)))
		if left:
			found.append(Problem('left', ' '.join(left[:6])))
		return found

	def judge_host(self, t, whole):
		"""What is here is sound; the same command again gets through (unless all was done, and it can be done only
		once), and leaves nothing; a new clone of the host has everything. Locks that a killed git left at the host are
		taken away by whoever runs it."""
		found = []
		s = t.scenario
		ours = [r for r in s.repos if r != 'host.git']
		origin = 'public' if s.folder else 'host.git'

		def must(kind, words, argv, cwd='.'):
			ran = self.run(argv, cwd)
			if ran.status:
				found.append(Problem(kind, f'{words}: {ran.status} {(ran.out + ran.err)[:400]!r}'))
			if re.search(r'Sanitizer|runtime error:', ran.err):
				found.append(Problem('crash', f'{words}: {ran.err[:400]!r}'))

		for repo in ours:
			if any(k.startswith(f'ref {repo} ') for k in t.old):
				must('fsck', 'fsck before', ['varve', '-C', repo, 'fsck', '--data', '-q'])
		for name in self.folder.read():
			if name.startswith('host.git/') and name.endswith('.lock'):
				os.unlink(f'{self.root}/{name}')
		# Who reads it now finds the state before or the one after.
		if s.folder and os.path.exists(f'{self.root}/public/repo.git/info/refs'):
			must('torn', 'a reader', 'rm -rf back; varve clone -q public back && varve -C back fsck --data -q && '
				'git -C public/repo.git fsck --full --no-dangling && git clone -q --no-checkout public/repo.git back.git && '
				'git -C work rev-parse -q --verify "$(git -C back rev-parse main)^{commit}" > /dev/null')
			shutil.rmtree(f'{self.root}/back', ignore_errors=True)
			shutil.rmtree(f'{self.root}/back.git', ignore_errors=True)
		if not (whole and s.once):
			must('again', 'the same command again', shlex.split(s.command), s.cwd)
		for repo in ours:
			must('final', 'fsck', ['varve', '-C', repo, 'fsck', '--data', '-q'])
		must('final', 'a new clone', f'rm -rf back; varve clone -q {origin} back && varve -C back fsck --data -q && '
			'test "$(git -C back rev-parse main)" = "$(git -C work rev-parse main)"')
		shutil.rmtree(f'{self.root}/back', ignore_errors=True)
		left = [n for n, (_, _, data) in self.folder.read().items() if not n.startswith('host.git/') and
			data is not None and re.search(r'varve/host/[0-9a-f]+/(blocks|proof)/|varve/host/.*\.lock$|refs/varve/fetched/|public/.*(\.varve-tmp-|tmp_)', n)]
		if left:
			found.append(Problem('left', ' '.join(left[:6])))
		return found

	def fsck(self, t, tree, say, when, git_too):
		key = (fingerprint(tree, t.scenario.repos), when, git_too)
		if key not in t.checked:
			t.checked[key] = []
			self.fsck_anew(t, tree, lambda *p: t.checked[key].append(p), when, git_too)
		for problem in t.checked[key]:
			say(*problem)

	def fsck_anew(self, t, tree, say, when, git_too):
		for repo in t.scenario.repos:
			if gitdir_of(repo) + '/HEAD' not in tree:
				continue
			# What was never made whole is nothing to check: the same command again comes first.
			if when == 'before' and not any(k.startswith(f'ref {repo} ') for k in t.old):
				continue
			ran = self.run(['varve', '-C', repo, 'fsck', '--data', '-q'])
			if ran.status:
				say('fsck', f'varve fsck {when} in {repo}: {ran.status} {(ran.out + ran.err)[:400]!r}')
			if not git_too:
				continue
			ran = self.run(['git', 'fsck', '--strict', '--no-dangling', '--no-progress'], repo)
			if ran.status:
				say('fsck', f'git fsck {when} in {repo}: {ran.status} {(ran.out + ran.err)[:400]!r}')

	def leftovers(self, t, tree, say, cut=False):
		extra = left_over(tree, t.names)
		if cut:
			# A rename in the work tree is not synced either.
			late = [n for n in extra if TEMPORARY_WORK.search(n)]
			if late:
				say('torn', 'the old name of a file of the work tree is back: ' + ' '.join(late))
				extra = [n for n in extra if n not in late]
		if not extra:
			return
		# What gc takes later is not lost room: counted apart.
		inside = [n for n in extra if any(n.startswith(gitdir_of(r) + '/') for r in t.scenario.repos)]
		if len(inside) == len(extra) and not any(n.endswith('.lock') and 'tmp_objdir' not in n and '/incoming/' not in n for n in extra):
			old = time.time() - 40 * 86400
			for n in extra:
				os.utime(f'{self.root}/{n}', (old, old), follow_symlinks=False)
			for repo in {r for r in t.scenario.repos for n in extra if n.startswith(gitdir_of(r) + '/')}:
				self.run(['varve', '-C', repo, 'gc', '-q'])
				if any('/tmp_obj_' in n for n in extra): # git's own programs left them, and git takes them
					self.run(['git', 'prune', '--expire=2.weeks.ago'], repo)
			still = [n for n in extra if os.path.lexists(f'{self.root}/{n}')]
			if not still:
				say('kept', 'until gc: ' + ' '.join(extra[:4]))
				return
			extra = still
		say('left', ' '.join(sorted(extra)[:6]))


def left_over(tree, names):
	"""What is neither among the names nor free to come and go."""
	extra = []
	for name in tree:
		short = plain_name(name)
		if LASTING.search(short) or short in names or (FREE.search(short) and not TEMPORARY.search(short)):
			continue
		if tree[name][2] is None and not TEMPORARY.search(short):
			continue
		extra.append(name)
	return extra


def lasting(seen):
	"""Without what is temporary by its name: that is for leftovers()."""
	return {k: v for k, v in seen.items() if k.startswith('ref ') or not TEMPORARY.search(k)}


def same(now, then):
	return lasting(now) == lasting(then)


def same_refs(now, then):
	return all(now.get(k) == then.get(k) for k in set(now) | set(then) if k.startswith('ref '))


def brief(value):
	text = repr(value)
	return text if len(text) < 120 else text[:100] + f'... ({len(text)})'


def difference(now, then):
	parts = []
	now, then = lasting(now), lasting(then)
	for name in sorted(set(now) | set(then)):
		if now.get(name) != then.get(name):
			parts.append(f'{name}: {brief(now.get(name))} instead of {brief(then.get(name))}')
	return '; '.join(parts[:3]) + (f' and {len(parts) - 3} more' if len(parts) > 3 else '')


def first_line(text, pattern):
	for line in text.splitlines():
		if re.search(pattern, line):
			return line.strip()[:300]
	return ''


def die(message):
	sys.exit(f'faults: {message}')
