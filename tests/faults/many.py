"""many: writers, readers, gc, push, fetch and plain Git at the same time, for a while.

What must hold afterwards: every commit that was reported is in the history with its table, byte for
byte; no reader ever saw a version that was not one; `fsck --data` and `git fsck --strict` find
nothing. Being refused because another one is at work is an answer; anything else that fails is not.
Some of them live in other years, and one has a clock that runs backwards.
"""

import concurrent.futures
import os
import random
import re
import subprocess
import time

BUSY = re.compile(r'lock|another (program|process|varve|git)|moved (while|meanwhile)|HEAD moved|at work|not go forward|'
	r'is not (a fast-forward|the one)|was seen|changed meanwhile|File exists|cannot lock|rejected|'
	r'would be lost|overwrite|in progress|in the middle of|local changes|unable to write new index', re.I)
YEARS = {'now': 0, '1970': -1763000000, '2038': 390000000, '2106': 2540000000}

BEGIN = r"""
repo work
cd work
rows 30 > shared.csv
commit one
cd ..
varve init -q --bare hub.git
cd work
varve remote add origin ../hub.git > /dev/null
varve push -q -u origin main > /dev/null
cd ..
varve clone -q hub.git far
"""


def table(rows, salt):
	lines = ['id,name,price']
	lines += [f'{i},item {i * 31 % 1009},{(i * 7919 + salt * 104729) % 100000}' for i in range(1, rows + 1)]
	return ('\n'.join(lines) + '\n').encode()


class Actor:
	def __init__(self, root, name, env, until):
		self.root, self.name, self.env, self.until = root, name, env, until
		self.random = random.Random(name)
		self.problems, self.done, self.refused, self.rounds = [], [], 0, 0

	def run(self, *argv, cwd='work'):
		begun = time.time()
		try:
			return self.run_once(argv, cwd)
		finally:
			if os.environ.get('VARVE_FAULTS_TALK') and time.time() - begun > 5:
				print(self.name, *argv, f'took {time.time() - begun:.1f} s')

	def run_once(self, argv, cwd):
		try:
			p = subprocess.run(argv, cwd=f'{self.root}/{cwd}', env=self.env, stdin=subprocess.DEVNULL,
				capture_output=True, timeout=120)
		except subprocess.TimeoutExpired:
			self.problems.append(f'{self.name}: {" ".join(argv)} hangs')
			return None
		if p.returncode < 0 or re.search(rb'Sanitizer|runtime error:', p.stderr):
			self.problems.append(f'{self.name}: {" ".join(argv)}: {p.returncode} {p.stderr[:300]!r}')
		return p

	def answered(self, p, *fine):
		"""True if it worked; a refusal is counted; all else is a problem."""
		if p is None:
			return False
		if p.returncode in (0, *fine):
			return True
		err = (p.stderr + p.stdout).decode('utf-8', 'replace')
		if BUSY.search(err):
			self.refused += 1
			if os.environ.get('VARVE_FAULTS_TALK'):
				print(self.name, ' '.join(p.args), p.returncode, err)
		else:
			self.problems.append(f'{self.name}: ended with {p.returncode}: {err[:300]!r}')
		return False

	def work(self):
		while time.time() < self.until:
			self.rounds += 1
			self.round()
		return self


class Writer(Actor):
	program = 'varve'

	def round(self):
		n = self.rounds
		path = f'{self.name}.csv'
		data = table(20 + n % 9, n)
		with open(f'{self.root}/work/{path}', 'wb') as f:
			f.write(data)
		if not self.answered(self.run(self.program, 'add', path)):
			return
		p = self.run(self.program, 'commit', '-q', '-m', f'{self.name} {n}', path)
		if self.answered(p):
			self.done.append((f'{self.name} {n}', path, data))


class GitWriter(Writer):
	program = 'git'


class Reader(Actor):
	def round(self):
		p = self.run('varve', 'cat', 'HEAD:shared.csv')
		if p and (p.returncode != 0 or p.stdout != table_of_shared):
			self.problems.append(f'{self.name}: cat: {p.returncode} {p.stderr[:300]!r} {p.stdout[:60]!r}')
		for argv in (('log', '--oneline', '-n', '5'), ('status', '--porcelain'), ('fsck', '-q')):
			p = self.run('varve', *argv)
			if p and p.returncode != 0:
				self.problems.append(f'{self.name}: {argv}: {p.returncode} {(p.stderr + p.stdout)[:300]!r}')


class Keeper(Actor):
	"""gc, and Git's."""

	def round(self):
		self.answered(self.run('varve', 'gc', '-q', '--prune=now'))
		if self.rounds % 3 == 0:
			self.answered(self.run('git', 'gc', '-q'))
		time.sleep(0.05)


class Pusher(Actor):
	def round(self):
		self.answered(self.run('varve', 'push', '-q'), 1)


class Fetcher(Actor):
	def round(self):
		if self.answered(self.run('varve', 'pull', '-q', cwd='far')):
			self.answered(self.run('varve', 'fsck', '-q', cwd='far'))


table_of_shared = b''


def one_actor(args):
	kind, root, name, env, until = args
	actor = kind(root, name, env, until).work()
	return name, actor.problems, actor.done, actor.refused, actor.rounds


def run(worker, seconds, scenarios):
	"""Prints what was done; returns the problems."""
	global table_of_shared
	begun = worker.run(scenarios.PRELUDE + BEGIN)
	if begun.status:
		raise RuntimeError(f'the beginning of many failed: {begun.err}')
	with open(f'{worker.root}/work/shared.csv', 'rb') as f:
		table_of_shared = f.read()
	until = time.time() + seconds
	jobs = []
	env = dict(worker.env)
	for name in ('GIT_AUTHOR_DATE', 'GIT_COMMITTER_DATE'):
		del env[name]
	for i, (kind, name, year, step) in enumerate([
			(Writer, 'w1', 'now', 0), (Writer, 'w2', '1970', 0), (Writer, 'w3', '2038', 0),
			(Writer, 'w4', 'now', -3600), (GitWriter, 'g1', 'now', 0), (Reader, 'r1', 'now', 0), (Reader, 'r2', '2106', 0),
			(Keeper, 'k1', 'now', 0), (Pusher, 'p1', 'now', 0), (Fetcher, 'f1', 'now', 0)]):
		own = env
		if year != 'now' or step:
			control = f'{worker.where}/clock{i}'
			worker.set_fault(worker.fault_class(clock_shift=YEARS[year], clock_step=step))
			with open(worker.control, 'rb') as f, open(control, 'wb') as out:
				out.write(f.read())
			own = dict(env, LD_PRELOAD=worker.shim, VARVE_FAULTS=control)
		jobs.append((kind, worker.root, name, own, until))
	problems, done = [], []
	with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
		ended = list(pool.map(one_actor, jobs))
	for name, trouble, made, refused, rounds in ended:
		print(f'{name}: {rounds} rounds, {len(made)} commits, {refused} times refused')
		problems += trouble
		done += made
	history = worker.run(['git', 'log', '--format=%H %s'], 'work').out.splitlines()
	commits = {}
	for line in history:
		commits.setdefault(line[41:], []).append(line[:40])
	for subject, path, data in done:
		if len(commits.get(subject, [])) != 1:
			problems.append(f'the commit "{subject}" is {len(commits.get(subject, []))} times in the history')
			continue
		ran = worker.run(['varve', 'cat', f'{commits[subject][0]}:{path}'], 'work', raw=True)
		if ran.raw != data:
			problems.append(f'{subject}: {path} is not what was committed: {ran.status} {ran.err[:200]!r}')
	for repo in ('work', 'hub.git', 'far'):
		for argv in (['varve', '-C', repo, 'fsck', '--data', '-q'], ['git', '-C', repo, 'fsck', '--strict', '--no-dangling']):
			ran = worker.run(argv, limit=300)
			if ran.status:
				problems.append(f'{" ".join(argv)}: {ran.status} {(ran.out + ran.err)[:500]!r}')
	left = [n for n in os.listdir(f'{worker.root}/work') if n.startswith('.varve')]
	if left:
		problems.append(f'left in the work tree: {left}')
	print(f'{len(done)} commits by five writers in {seconds} s')
	return problems
