#!/usr/bin/env python3
"""Runs every command that writes on a real file system that is full, and judges as `./dev faults` does.

usage: full_disk.py FOLDER VARVE [--every N] [SCENARIO...]

FOLDER/disk is a small file system. Each scenario of tests/faults runs with no block free, then with one
more, and so on until it succeeds: what it says must be one line and name the disk, and when there is room
again the same command must succeed (known.txt there has what may yet fail). The same with files (inodes) instead of blocks. --every N takes
every N-th step only.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'faults'))
sys.dont_write_bytecode = True
import faults
import scenarios
import worker

NAMED = re.compile(r'No space left on device|the disk is full', re.I)
# Git's own program is at work: its locks and its words.
PLAIN_GIT = ('filter-',)


class OnDisk(worker.Worker):
	def __init__(self, where, varve):
		os.makedirs(where + '/own', exist_ok=True)
		super().__init__(where + '/own/worker', varve, None, False)
		self.disk = where + '/disk'
		self.root = self.disk + '/case'
		self.folder = worker.Folder(self.root)
		self.env['TMPDIR'] = where

	def command(self, scenario, fault=None, limit=worker.LIMIT):
		return self.run('exec ' + scenario.command, scenario.cwd, None, limit)

	def fill(self, kind, room):
		free = os.statvfs(self.disk)
		if kind == 'files':
			os.mkdir(self.disk + '/filler')
			for i in range(free.f_favail - room - 1):
				os.close(os.open(f'{self.disk}/filler/{i}', os.O_CREAT | os.O_WRONLY))
		else:
			with open(self.disk + '/filler', 'wb') as f:
				left = free.f_bavail - room
				while left > 0:
					f.write(bytes(free.f_frsize * min(left, 64)))
					left -= 64

	def empty(self):
		path = self.disk + '/filler'
		if os.path.isdir(path):
			for name in os.listdir(path):
				os.unlink(f'{path}/{name}')
			os.rmdir(path)
		elif os.path.exists(path):
			os.unlink(path)


def steps(kind, every, salt):
	"""Small ones first; two or three of a kind with --every, others for each scenario."""
	n = 0
	while True:
		if every == 1 or n % every == salt % every or n == 0:
			yield n
		n += 1 if n < 40 or kind == 'files' else 4


def main():
	words = sys.argv[1:]
	every = 1
	if '--every' in words:
		at = words.index('--every')
		every = int(words[at + 1])
		del words[at:at + 2]
	known = faults.read_known()
	w = OnDisk(words[0], words[1])
	tried = refused = bad = 0
	for salt, s in enumerate(scenarios.all_scenarios(), faults.SAMPLE):
		if (words[2:] and s.name not in words[2:]) or s.name.startswith(PLAIN_GIT):
			continue
		t = w.template(s)
		for kind in ('blocks', 'files'):
			for room in steps(kind, every, salt):
				w.folder.write(t.tree)
				w.fill(kind, room)
				ran = w.command(s, None)
				w.empty()
				case = f'{s.name}:{kind}:{room}'
				problems = [f'{p.kind}: {p.text}' for p in w.judge(t, ran)
					if p.kind != 'kept' and faults.is_known(known, case, p.kind, '') < 0]
				if ran.status > 0 and ran.status != s.status and not NAMED.search(ran.err):
					problems.append(f'words: the disk is not named: {ran.err!r}')
				tried += 1
				refused += ran.status != s.status
				for text in problems:
					print(f'{case}: {text}', flush=True)
				bad += bool(problems)
				if ran.status == s.status:
					break
	print(f'{tried} tried, {refused} refused, {bad} wrong')
	return 1 if bad or not refused else 0


if __name__ == '__main__':
	sys.exit(main())
