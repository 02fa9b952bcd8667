#!/usr/bin/env python3
"""faults: runs commands with faults, judges what is left, and prints the table.

faults.py [--quick | --full [--every N] | --seconds N] [--only PATTERN]... [--seed N] [--list]
faults.py --replay CASE
faults.py --many SECONDS
faults.py --pairs [--quick] [--stops N] [--only PATTERN]... [--seed N]

A case is SCENARIO:KIND:N, the N-th call that KIND meets in SCENARIO; of pairs FIRST+SECOND:WHERE:N (pairs.py). docs/develop/testing.md tells more.
"""

import argparse
import errno
import fnmatch
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import damage  # noqa: E402
import many  # noqa: E402
import pairs  # noqa: E402
import power  # noqa: E402
import scenarios  # noqa: E402
from worker import (BIT, CALLS, CUT, EOF, ERROR, INTERRUPT, KILL_GROUP, KILL_ONE, SHORT, Fault, Problem,  # noqa: E402
	Worker, die)

GROW = 'write create truncate rename link mkdir'
CHANGE = GROW + ' unlink rmdir sync meta open-write'

# name: (calls, effect, error, on, only where two processes talk, most cases with --full)
KINDS = {
	'kill': (CHANGE, KILL_GROUP, 0, False, False, 0),
	'kill-one': (CHANGE, KILL_ONE, 0, False, True, 0),
	'interrupt': (CHANGE, INTERRUPT, 0, False, False, 0),
	'nospace': (GROW, ERROR, errno.ENOSPC, False, False, 0),
	'nospace-on': (GROW, ERROR, errno.ENOSPC, True, False, 0),
	'quota-on': (GROW, ERROR, errno.EDQUOT, True, False, 0),
	'readonly-on': (CHANGE.replace(' sync', ''), ERROR, errno.EROFS, True, False, 0),
	'write-error': ('write truncate', ERROR, errno.EIO, False, False, 0),
	'write-error-on': ('write truncate', ERROR, errno.EIO, True, False, 0),
	'read-error': ('read open list', ERROR, errno.EIO, False, False, 0),
	'read-error-on': ('read open list', ERROR, errno.EIO, True, False, 0),
	'sync-error': ('sync', ERROR, errno.EIO, False, False, 0),
	'sync-error-on': ('sync', ERROR, errno.EIO, True, False, 0),
	'close-error': ('close', ERROR, errno.EIO, False, False, 0),
	'remove-error': ('unlink rmdir', ERROR, errno.EACCES, False, False, 0),
	'files': ('open open-write create list', ERROR, errno.EMFILE, False, False, 0),
	'files-on': ('open open-write create list', ERROR, errno.EMFILE, True, False, 0),
	'short-read-on': ('read line-read', SHORT, 0, True, False, 0),
	'short-write-on': ('write line-write', SHORT, 0, True, False, 0),
	'eintr': ('read write line-read line-write', ERROR, errno.EINTR, False, False, 0),
	'lock-error': ('lock', ERROR, errno.ENOLCK, False, False, 0),
	'map-error': ('map', ERROR, errno.ENOMEM, False, False, 0),
	'line-end': ('line-read', EOF, 0, False, True, 0),
	'line-cut': ('line-write', CUT, 0, False, True, 0),
	'memory': ('memory', ERROR, errno.ENOMEM, False, False, 400),
	'memory-on': ('memory', ERROR, errno.ENOMEM, True, False, 200),
	'memory-other': ('memory-other', ERROR, errno.ENOMEM, False, False, 40),
	'power': ('', 0, 0, False, False, 1500),
}
# Of commands that work with a Git host: the rest befalls Git's own programs most of the time.
HOST_KINDS = {'kill', 'nospace-on', 'write-error', 'read-error', 'memory'}
COLUMNS = 'crash hang wrong unseen derived lost silent words list state fsck again final left torn kept'.split()
# Not failures: what the next gc takes away, and files of the work tree that a power cut left
# incomplete while the store has them.
HARMLESS = {'kept', 'torn'}


def fault_of(kind, n):
	calls, effect, error, on, _, _ = KINDS[kind]
	return Fault(sum(BIT[c] for c in calls.split()), effect, error, on, n, ours=kind.startswith('memory'))


def count_of(kind, counts):
	return sum(counts[CALLS.index(c)] for c in KINDS[kind][0].split())


worker = None
TEMP = re.compile(r'(?<=tmp-)[a-z0-9]{12}|[0-9a-f]{12,}')


def begin_worker(where, varve, shim, asan):
	global worker
	os.nice(5)
	worker = Worker(f'{where}/{os.getpid()}', varve, shim, asan)


def history_of(t):
	if not t.history:
		t.history = power.record(worker, t, Fault)
		t.states = t.history.states()
	return t.history


def run_power(t, n):
	history = history_of(t)
	if n > len(t.states):
		return None, []
	end, words, keep, zero, torn = t.states[n - 1]
	tree = history.build(keep, zero, torn)
	worker.folder.write(tree)
	ended = end == len(history.ops)
	found = worker.judge(t, None, killed=True, ended=ended, n=n)
	at = history.ops[end - 1].what if end else 'the start'
	at, words = TEMP.sub('*', at), TEMP.sub('*', words)
	return f'{"after exit" if ended else f"op {end}, {at}"}: {words}', found


def power_cases(name):
	"""The numbers of states of which none is like another; and what the log lacks."""
	t = worker.template(SCENARIOS[name])
	history = history_of(t)
	seen, out = set(), []
	for i, (end, _, keep, zero, torn) in enumerate(t.states):
		tree = history.build(keep, zero, torn)
		key = hash((end == len(history.ops), frozenset((n, d) for n, (_, _, d) in tree.items())))
		if key not in seen:
			seen.add(key)
			out.append(i + 1)
	return name, out, unseen_of(history)


def unseen_of(history):
	return [u for u in history.unseen if not u.endswith(('/COMMIT_EDITMSG', '/AUTO_MERGE', '/MERGE_MSG'))]


def power_sample(name):
	"""As power_cases: after the end the state without what was not synced, and some others."""
	history = history_of(worker.template(SCENARIOS[name]))
	states = worker.templates[name].states
	drawn = random.Random(f'{name} {SAMPLE}')
	out = [i + 1 for i, (end, words, *_) in enumerate(states) if end == len(history.ops) and words == 'none of the rest']
	most = QUICK_POWER.get(name, 4 if ALL else SAMPLE % 2)
	out += [drawn.randint(1, len(states)) for _ in range(most)]
	return name, sorted(set(out)), unseen_of(history)


# What ends with 0 and changes nothing that a power cut could take: read, or done at another place.
READS = set("""help cat check compare convert diff info schema status blame conflicts log show cite key ls-remote serve verify
	whereis completion doctor fsck version sql web""".split())


def unknown_verbs(varve):
	"""Commands that no scenario runs, and that are not known to change nothing."""
	listed = subprocess.run([varve, 'help', '--all'], stdout=subprocess.PIPE, text=True, check=True).stdout
	verbs = set(re.findall(r'^  ([a-z][a-z-]*) {2,}', listed, re.M))
	run = {s.command.split()[1] for s in SCENARIOS.values() if s.command.startswith('varve ')}
	return sorted(verbs - READS - run - set(scenarios.ELSEWHERE))


def run_case(case):
	"""(case, what was met, problems); None where no call was met."""
	name, kind, n = case.split(':')
	if name == 'damage':
		return run_damage(case)
	t = worker.template(SCENARIOS[name])
	if kind == 'power':
		what, found = run_power(t, int(n))
		return case, what, [(p.kind, p.text) for p in found]
	worker.folder.write(t.tree)
	fault = fault_of(kind, int(n))
	ran = worker.command(t.scenario, fault)
	if ran.met == 0:
		return case, None, []
	killed = fault.effect in (KILL_GROUP, KILL_ONE) or \
		(fault.effect == INTERRUPT and ran.status in (-2, 130))
	if fault.effect == KILL_ONE and ran.status >= 0:
		killed = False
	found = worker.judge(t, ran, killed, n=int(n))
	return case, ran.what, [(p.kind, p.text) for p in found]


DAMAGED = {}


def damaged():
	"""The small repository, the foreign one, and what comes out of it."""
	if not DAMAGED:
		trees = []
		for script in (damage.SCRIPT, damage.OTHER):
			worker.folder.write({})
			ran = worker.run(scenarios.PRELUDE + script)
			if ran.status:
				raise RuntimeError(f'the beginning of damage failed: {ran.err}')
			trees.append(worker.folder.read())
			if script == damage.SCRIPT:
				DAMAGED['right'] = {r: worker.run(['varve', 'cat', f'{r}:prices.csv'], 'work', raw=True).raw
					for r in ('HEAD', 'v1')}
		DAMAGED['tree'], DAMAGED['other'] = trees
		DAMAGED['names'] = {damage.short(n): n for n in trees[0]}
	return DAMAGED


def damage_cases(full):
	d = damaged()
	return [f'damage:{damage.short(n)[len("work/.git/"):]}.{what}:{at}'
		for n, what, at in damage.cases(d['tree'], d['other'], full)]


def run_damage(case):
	_, kind, n = case.split(':')
	d = damaged()
	file, what = kind.rsplit('.', 1)
	name = d['names']['work/.git/' + file]
	worker.folder.write(damage.make(d['tree'], d['other'], name, what, int(n)))
	return case, what, damage.judge(worker, d['right'], name, what)


def count_calls(name):
	return name, worker.template(SCENARIOS[name]).counts


SCENARIOS = {s.name: s for s in scenarios.all_scenarios()}


def spread(count, most):
	"""The numbers 1..count, or most of them, evenly."""
	if most == 0 or count <= most:
		return list(range(1, count + 1))
	return sorted({1 + i * (count - 1) // (most - 1) for i in range(most)}) if most > 1 else [(count + 1) // 2]


def list_cases(counts, mode):
	cases = []
	turn = SAMPLE
	for name, called in counts.items():
		for kind, (_, _, _, _, lines, full) in KINDS.items():
			if (lines and not SCENARIOS[name].line) or (SCENARIOS[name].vault and kind != 'kill') or \
					(SCENARIOS[name].host and kind not in HOST_KINDS):
				continue
			if kind == 'power':
				continue
			count = count_of(kind, called)
			if count == 0:
				continue
			if mode == 'quick':
				if QUICK[kind] == 0:
					continue
				# One of every second kill and of every fourth other kind; with VARVE_TEST_ALL=1 of all, and more kills. Which one goes round.
				turn += 7
				if not ALL and turn % (2 if kind == 'kill' else 4):
					continue
				take = [1 + (count - 1) * (turn % 10) // 9] if QUICK[kind] == 1 else spread(count, QUICK[kind])
			elif kind.startswith('short'):
				take = [1]
			else:
				take = spread(count, full)
			cases += [f'{name}:{kind}:{n}' for n in take]
	return cases


ALL = bool(os.environ.get('VARVE_TEST_ALL'))
SAMPLE = int(os.environ.get('VARVE_TEST_SAMPLE', '0'))
QUICK = dict.fromkeys(KINDS, 0)
QUICK.update({'kill': 4 if ALL else 1, 'nospace-on': 1, 'write-error': 1, 'read-error': 1, 'sync-error': 1, 'memory': 1, 'files': 1,
	'line-end': 1, 'line-cut': 1, 'kill-one': 1, 'interrupt': 1})


QUICK_PAIRS = 700 if ALL else 12  # of all pairs of writers

# States of power cuts in the sample, beside those of power_sample.
QUICK_POWER = {n: (10 if ALL else 1) for n in 'commit-all merge cherry-pick pull update switch push gc'.split()}


def read_known():
	known = []
	with open(HERE + '/known.txt') as f:
		for line in f:
			line = line.split('#')[0].strip()
			if line:
				pattern, kinds, reason = line.split(None, 2)
				known.append((pattern, set(kinds.split(',')), reason))
	return known


def is_known(known, case, kind, what):
	for i, (pattern, kinds, _) in enumerate(known):
		cases, _, calls = pattern.partition('@')
		if kind in kinds and fnmatch.fnmatch(case, cases) and (
			not calls or any(fnmatch.fnmatch(what.replace(' ', ':', 1), c) for c in calls.split('|'))):
			return i
	return -1


def find_varve(build):
	if os.environ.get('VARVE_BIN'):
		return os.environ['VARVE_BIN'] + '/varve'
	return f'{build}/bin/varve'


def table(tried, failed, columns, first):
	out = []
	width = max([len(k) for k in tried] + [len(first)])
	used = [c for c in columns if any(failed[k][c] for k in tried)]
	out.append('  '.join([first.ljust(width), ' tried'] + [c.rjust(6) for c in used]))
	total = Counter()
	for key in tried:
		out.append('  '.join([key.ljust(width), str(tried[key]).rjust(6)] +
			[(str(failed[key][c]) if failed[key][c] else '.').rjust(6) for c in used]))
		total.update(failed[key])
	out.append('  '.join(['all'.ljust(width), str(sum(tried.values())).rjust(6)] + [str(total[c]).rjust(6) for c in used]))
	return '\n'.join(out)


def main():
	p = argparse.ArgumentParser(prog='./dev faults', description='run commands with faults')
	p.add_argument('--quick', action='store_true', help='a sample, in less than a minute; VARVE_TEST_SAMPLE=N takes another one')
	p.add_argument('--full', action='store_true', help='every case')
	p.add_argument('--seconds', type=int, metavar='N', help='cases at random, for so long')
	p.add_argument('--every', type=int, default=1, metavar='N', help='of these cases every N-th')
	p.add_argument('--only', action='append', default=[], metavar='PATTERN',
		help='cases whose SCENARIO:KIND:N matches (also SCENARIO or KIND alone)')
	p.add_argument('--many', type=int, metavar='N', help='writers, readers, gc, push and fetch at once for N seconds')
	p.add_argument('--pairs', action='store_true', help='any two writers, one of them stopped while the other runs')
	p.add_argument('--stops', type=int, default=3, metavar='N', help='with --pairs: at so many calls; 0: at each')
	p.add_argument('--seed', type=int, default=int(os.environ.get('VARVE_TEST_SEED', '1')))
	p.add_argument('--replay', metavar='CASE', help='one case, with all that it said')
	p.add_argument('--skip', metavar='N', type=int, default=0, help='of --pairs leave out the first N, which an earlier run with the same seed has done')
	p.add_argument('--list', action='store_true', help='only name the cases')
	p.add_argument('--report', metavar='FILE', help='write table and failures there too')
	p.add_argument('--jobs', type=int, default=0)
	p.add_argument('--build', default='', help='the build folder')
	args = p.parse_args()
	if args.stops < 0 or args.every < 1 or args.jobs < 0:
		p.error('--stops and --jobs from 0, --every from 1')

	varve = os.path.abspath(find_varve(args.build))
	shim = os.environ.get('VARVE_SHIM') or os.path.abspath(f'{args.build}/tests/faults/libvarve_faults.so')
	for path in (varve, shim):
		if not os.path.exists(path):
			die(f"there is no '{path}': build first")
	with open(varve, 'rb') as f:
		asan = b'__asan_init' in f.read()
	base = '/dev/shm' if os.access('/dev/shm', os.W_OK) else tempfile.gettempdir()
	where = tempfile.mkdtemp(prefix='varve-faults.', dir=base)
	try:
		return run(args, where, varve, shim, asan)
	finally:
		shutil.rmtree(where, ignore_errors=True)


def wanted(patterns, case):
	name, kind, _ = case.split(':')
	return not patterns or any(fnmatch.fnmatch(x, q) for q in patterns for x in (case, name, kind, f'{name}:{kind}'))


def run(args, where, varve, shim, asan):
	started = time.monotonic()
	if args.many:
		begin_worker(where, varve, shim, asan)
		problems = many.run(worker, args.many, scenarios)
		print('\n'.join(problems))
		print(f'{len(problems)} problems')
		return 1 if problems else 0
	if args.replay and '+' in args.replay:
		begin_pairs(args, where, varve, shim, asan)
		if args.replay.rpartition(':')[0] not in pair_names() or not args.replay.rpartition(':')[2].isdigit():
			die(f"there is no case '{args.replay}': FIRST+SECOND:own:N or FIRST+SECOND:same:N; --pairs --list names the pairs")
		case, met, ended, found = pairs.pairs.run(args.replay)
		print(met, ended)
		return told([Problem(*f) for f in found])
	if args.replay:
		return replay(args, where, varve, shim, asan)
	if args.pairs:
		return run_pairs(args, where, varve, shim, asan)
	mode = 'full' if args.full or args.seconds else 'quick'
	if not args.only and unknown_verbs(varve):
		die(f"no scenario runs {', '.join(unknown_verbs(varve))}: add one to scenarios.py, or to READS what changes nothing")
	names = [n for n in SCENARIOS if not args.only or any(fnmatch.fnmatch(n, q.split(':')[0]) or q in KINDS
		or '*' in q.split(':')[0] for q in args.only)]
	if mode == 'quick' and not args.only and not ALL:
		names = random.Random(SAMPLE).sample(names, len(names) // 2)
	jobs = args.jobs or len(os.sched_getaffinity(0))
	known = read_known()
	used = Counter()
	tried = defaultdict(Counter)
	failed = defaultdict(lambda: defaultdict(Counter))
	failures = []
	unknown = 0
	with multiprocessing.Pool(jobs, begin_worker, (where, varve, shim, asan)) as pool:
		counts = dict(pool.imap(count_calls, names))
		cases = [c for c in list_cases(counts, mode) if wanted(args.only, c)]
		states = Counter()
		if not args.only or any('power' in q or q in SCENARIOS for q in args.only):
			quick = mode == 'quick'
			for name, numbers, unseen in pool.imap(power_sample if quick else power_cases,
					[n for n in names if not SCENARIOS[n].host and not SCENARIOS[n].vault]):
				states[name] = len(numbers)
				take = numbers if quick else [numbers[i - 1] for i in spread(len(numbers), KINDS['power'][5])]
				cases += [c for c in (f'{name}:power:{n}' for n in take) if name in names and wanted(args.only, c)]
				if unseen:
					print(f'{name}: the log lacks what became of {", ".join(unseen[:5])}')
					unknown += 1
		if not args.only or any(q.startswith('damage') for q in args.only):
			cases += [c for c in pool.apply(damage_cases, (mode == 'full',)) if wanted(args.only, c)]
		cases = cases[args.every // 2::args.every]
		if args.list:
			print('\n'.join(cases))
			return 0
		if args.seconds:
			random.Random(args.seed).shuffle(cases)
		unmet = done = 0
		said = started
		for case, what, found in pool.imap_unordered(run_case, cases, chunksize=4 if mode == 'quick' else 24):
			done += 1
			if mode == 'full' and time.monotonic() - said > 60:
				said = time.monotonic()
				print(f'{done} of {len(cases)} cases after {(said - started) / 60:.0f} min, {unknown} problems', file=sys.stderr)
			name, kind, _ = case.split(':')
			if name == 'damage':
				kind = 'damage-' + kind.rsplit('.', 1)[1]
			if what is None:
				unmet += 1
			else:
				tried[name][kind] += 1
				for problem in {k for k, _ in found}:
					failed[name][kind][problem] += 1
				for problem, text in found:
					at = is_known(known, case, problem, what)
					if at >= 0:
						used[at] += 1
					elif problem not in HARMLESS:
						unknown += 1
						if mode == 'full':
							print(f'{case}: {problem} (at {what}): {text}', file=sys.stderr, flush=True)
					failures.append((case, problem, what, text, at >= 0 or problem in HARMLESS))
			if args.seconds and time.monotonic() - started > args.seconds:
				pool.terminate()
				break
	seconds = time.monotonic() - started
	stale = [] if mode == 'quick' or args.only or args.seconds or args.every > 1 else \
		[known[i][0] for i in range(len(known)) if not used[i] and '+' not in known[i][0]]
	lines = []
	failures.sort(key=lambda f: (f[4], f[0]))
	for case, problem, what, text, quiet in failures:
		if not quiet:
			lines.append(f'{case}: {problem} (at {what}): {text}')
	for pattern in stale:
		lines.append(f'known.txt: {pattern} passes now: take it out')
	by_kind = defaultdict(Counter)
	tried_kind = Counter()
	for name in tried:
		for kind in tried[name]:
			tried_kind[kind] += tried[name][kind]
			by_kind[kind].update(failed[name][kind])
	by_name = {n: sum(failed[n].values(), Counter()) for n in tried}
	tables = '\n\n'.join([
		table({n: sum(tried[n].values()) for n in [*SCENARIOS, 'damage'] if n in tried}, by_name, COLUMNS, 'scenario'),
		table({k: tried_kind[k] for k in [*KINDS, *sorted(set(tried_kind) - set(KINDS))] if k in tried_kind}, by_kind, COLUMNS, 'kind')])
	total = sum(tried_kind.values())
	if states:
		tables += '\n\n' + f'{sum(states.values())} different states after a power cut in {len(states)} scenarios'
	end = f'{total} cases in {seconds:.0f} s, {unmet} not met; {unknown} problems, {sum(used.values())} known'
	if args.report:
		with open(args.report, 'w') as f:
			f.write(tables + '\n\n' + end + '\n\n' + '\n'.join(
				f'{c}: {p} (at {w}): {t}' for c, p, w, t, _ in failures) + '\n')
	print('\n'.join(lines[:60]))
	if len(lines) > 60:
		print(f'... and {len(lines) - 60} more')
	print(tables)
	print(end)
	return 1 if unknown or stale else 0


def begin_pairs(args, where, varve, shim, asan):
	begin_worker(where, varve, shim, asan)
	pairs.begin(worker, os.path.abspath(args.build))


def make_python(build):
	"""The package's environment, for the pairs that have it; where it cannot be made these are left out."""
	made = subprocess.run([f'{HERE}/../python/environment', build, f'{build}/python'], stdout=subprocess.PIPE, text=True)
	if made.returncode:
		print(f'without Python: {made.stdout.strip() or "its package cannot be built"}')


def pair_names():
	return pairs.pairs.names()


def run_pairs(args, where, varve, shim, asan):
	make_python(os.path.abspath(args.build))
	started = time.monotonic()
	seed = args.seed + SAMPLE
	known = read_known()
	ends, by_name, problems, done = Counter(), Counter(), 0, 0
	with multiprocessing.Pool(args.jobs or len(os.sched_getaffinity(0)), begin_pairs, (args, where, varve, shim, asan)) as pool:
		names = [n for n in pool.apply(pair_names) if not args.only or any(fnmatch.fnmatch(n, q) for q in args.only)]
		if args.quick and not args.only:
			names = random.Random(seed).sample(names, QUICK_PAIRS)
		names = names[args.every // 2::args.every]
		random.Random(seed).shuffle(names)
		if not names:
			die(f'no pair matches {" ".join(args.only)}')
		if args.list:
			print('\n'.join(sorted(names)))
			return 0
		names = names[args.skip:]
		for results in pool.imap_unordered(pairs.run_some, [(n, args.stops, seed) for n in names]):
			for case, met, ended, found in results:
				done += met is not None
				ends[ended or 'not met'] += 1
				if all(is_known(known, case, kind, met or '') >= 0 for kind, _ in found if kind != 'said'):
					ends['known'] += bool(found)
				else:
					problems += 1
					by_name.update({k for k, _ in found if k != 'said'})
					print(pairs.told(case, met, found, seed), flush=True)
			if args.seconds and time.monotonic() - started > args.seconds:
				pool.terminate()
				break
	print('; '.join(f'{how}: {count}' for how, count in sorted(ends.items())))
	print(f'{done} stops of {len(names)} pairs in {time.monotonic() - started:.0f} s (seed {seed}); {problems} problems'
		+ ''.join(f', {count} {kind}' for kind, count in by_name.items()))
	return 1 if problems else 0


def replay(args, where, varve, shim, asan):
	begin_worker(where, varve, shim, asan)
	name, kind, n = args.replay.split(':')
	if name == 'damage':
		return told([Problem(*f) for f in run_damage(args.replay)[2]])
	t = worker.template(SCENARIOS[name])
	worker.folder.write(t.tree)
	if kind == 'power':
		what, found = run_power(t, int(n))
		print(f'$ {t.scenario.command}\n{what}')
		for i, op in enumerate(t.history.ops):
			print(' ' if i in t.states[int(n) - 1][2] else '-', i + 1, op.what)
		worker.folder.write(t.history.build(*t.states[int(n) - 1][2:]))
		return told(found)
	ran = worker.command(t.scenario, fault_of(kind, int(n)))
	print(f'$ {t.scenario.command}\nended with {ran.status}, met {ran.met} times, first at {ran.what}')
	print(ran.out + ran.err)
	os.system(f'cd {worker.root} && find . -type f -newer {worker.control} | sort')
	_, what, found = run_case(args.replay)
	return told([Problem(*f) for f in found])


def told(found):
	for problem in found:
		print(f'{problem.kind}: {problem.text}')
	if os.environ.get('VARVE_FAULTS_SHELL'):
		os.system(f'cd {worker.root} && exec bash')
	return 1 if [p for p in found if p.kind not in HARMLESS] else 0


if __name__ == '__main__':
	sys.exit(main())
