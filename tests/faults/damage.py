"""damage: a small repository with something wrong in it.

Every bit of every file of .git flipped, every file cut at every length, junk behind it, files gone,
empty, of another repository or of an earlier time. What must hold: `cat` gives the right bytes or
ends with an error; nothing crashes or hangs; `fsck --data` tells of every damage for which a
version does not come back. A derived file (an index, a cache) that is wrong costs nothing.
"""

import re

SCRIPT = r"""
repo work
cd work
rows 12 > prices.csv
commit one
rows 14 1 > prices.csv
commit two
varve gc -q
varve tag v1 HEAD~1
git multi-pack-index write
rm -rf .git/hooks .git/logs .git/info .git/description .git/COMMIT_EDITMSG .git/varve/cache .git/varve/turn
"""
# Another repository with the same names, for what is foreign.
OTHER = r"""
repo other
cd other
rows 13 5 > prices.csv
commit one
rows 15 6 > prices.csv
commit two
varve gc -q
"""
# Files that are made again from others; nothing that is in them may count.
DERIVED = re.compile(r'varve/(packs/pack-\*\.index|cache/|stat$|turn$|git-packs$|secret$)|objects/.*\.(idx|rev)$|\.lock$')
GONE = re.compile(r'varve/(cache/|stat$|turn$|secret$)|\.lock$')


def cases(tree, other, full):
	"""[(name of the case, words, tree)] as a generator: name is FILE.WHAT.N"""
	names = sorted(n for n, (_, _, d) in tree.items() if n.startswith('work/.git/') and isinstance(d, bytes))
	foreign = {}
	for n, (_, _, d) in other.items():
		foreign.setdefault(short(n.replace('other/', 'work/', 1)), d)
	for name in names:
		data = tree[name][2]
		stale = foreign.get(short(name))
		every = 1 if full else max(1, len(data) * 8 // 12)
		for bit in range(0, len(data) * 8, every):
			yield name, 'flip', bit
		every = 1 if full else max(1, len(data) // 3)
		for length in range(0, len(data), every):
			yield name, 'cut', length
		for junk in (1, 7, 512, 4096) if full else (7,):
			yield name, 'zeros-behind', junk
			yield name, 'junk-behind', junk
		yield name, 'gone', 0
		if stale is not None and stale != data:
			yield name, 'foreign', 0


def short(name):
	return re.sub(r'[0-9a-f]{16,}', '*', name)


def make(tree, other, name, what, n):
	mode, mtime, data = tree[name]
	if what == 'flip':
		data = bytearray(data)
		data[n // 8] ^= 1 << n % 8
		data = bytes(data)
	elif what == 'cut':
		data = data[:n]
	elif what == 'zeros-behind':
		data += bytes(n)
	elif what == 'junk-behind':
		data += bytes((i * 7919 + 13) & 0xff for i in range(n))
	elif what == 'foreign':
		for o, (_, _, d) in other.items():
			if short(o.replace('other/', 'work/', 1)) == short(name):
				data = d
	out = dict(tree)
	if what == 'gone':
		del out[name]
	else:
		out[name] = (mode, mtime + 1, data)
	return out


def judge(worker, right, name, what):
	"""[(kind, words)]; right: {revision: bytes}. Also whether anything was noticed."""
	found = []
	failed = []
	for rev, data in right.items():
		ran = worker.run(['varve', 'cat', f'{rev}:prices.csv'], 'work', raw=True)
		bad = trouble(ran)
		if bad:
			found.append((bad, f'cat {rev}: {ran.status} {ran.err[:200]!r}'))
		elif ran.status == 0 and ran.raw != data:
			found.append(('wrong', f'cat {rev} gives {len(ran.raw)} other bytes: {ran.raw[:60]!r}'))
		elif ran.status != 0:
			failed.append(rev)
			if 'varve: ' not in ran.err:
				found.append(('words', f'cat {rev}: {ran.status} {ran.err[:200]!r}'))
	ran = worker.run(['varve', 'fsck', '--data', '-q'], 'work')
	bad = trouble(ran)
	if bad:
		found.append((bad, f'fsck: {ran.status} {ran.err[:200]!r}'))
	# A ref that is gone, or a HEAD that names a branch which is not there, may be meant so.
	meant = name.endswith('/HEAD') or what == 'gone' and '/refs/' in name
	if failed and ran.status == 0 and not meant:
		found.append(('unseen', f'cat fails for {" ".join(failed)}, and fsck finds nothing'))
	if ran.status not in (0, 1, 2):
		found.append(('crash', f'fsck: {ran.status}'))
	if GONE.search(short(name)) and (failed or ran.status != 0):
		found.append(('derived', f'cat fails for {failed}, fsck {ran.status}: {(ran.out + ran.err)[:200]!r}'))
	return found


def trouble(ran):
	if ran.hung:
		return 'hang'
	if ran.status < 0 or re.search(r'Sanitizer|runtime error:', ran.err):
		return 'crash'
	return ''
