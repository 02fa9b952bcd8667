"""power: the states in which a file system may be after a power cut.

The shim's log has every write, truncation, new, moved and removed name, and fsync of a command with
its children. A state is made of a prefix of it: what was fsynced is there; of the rest all, none,
all without one, one alone, names without data, data without names, sizes with zeros for data, a last
write torn at 512 or 4,096 bytes. A name counts as fsynced when its folder is: more than Linux's
file systems lose, what POSIX allows.
"""

import os
import stat
import struct

CREATE, WRITE, TRUNCATE, RENAME, LINK, UNLINK, MKDIR, RMDIR, SYNC, SYMLINK = range(1, 11)
HEAD = struct.Struct('<5Q')
ROOT = 0


class Op:
	"""One change: of a file's data, or of names [(folder, name, file or None)]; or a sync of an id."""
	__slots__ = ('kind', 'id', 'offset', 'data', 'names', 'what')

	def __init__(self, kind, what, id=None, offset=0, data=b'', names=()):
		self.kind, self.what, self.id, self.offset, self.data, self.names = kind, what, id, offset, data, names


class History:
	"""What a command did to a tree, op by op."""

	def __init__(self, tree, inodes, log, root):
		self.meta = {}  # id -> (mode, mtime, is folder)
		self.start = {}  # id -> bytes, text, or {name: id}
		self.by_inode = {}
		self.ops = []
		self.next = 1
		self.start[ROOT] = {}
		self.by_inode[inodes['']] = ROOT
		self.meta[ROOT] = (0o755, 0)
		ids = {'': ROOT}
		for name in sorted(tree):
			mode, mtime, data = tree[name]
			folder, _, last = name.rpartition('/')
			id = self.fresh(mode, mtime, inodes[name])
			self.start[id] = {} if data is None else data
			self.start[ids[folder]][last] = id
			ids[name] = id
		self.now = {id: dict(v) if isinstance(v, dict) else v for id, v in self.start.items()}
		self.root = root
		self.read(log)

	def fresh(self, mode, mtime, inode):
		id = self.next
		self.next += 1
		self.meta[id] = (mode, mtime)
		self.by_inode[inode] = id
		return id

	def find(self, path):
		"""(folder, name, id or None)"""
		parts = path[len(self.root):].strip('/').split('/')
		folder = ROOT
		for part in parts[:-1]:
			folder = self.now[folder][part]
		return folder, parts[-1], self.now[folder].get(parts[-1])

	def read(self, log):
		at = 0
		while at < len(log):
			kind, inode, offset, path_len, data_len = HEAD.unpack_from(log, at)
			at += HEAD.size
			path = log[at:at + path_len].decode('utf-8', 'surrogateescape')
			at += path_len
			data = log[at:at + data_len]
			at += data_len
			short = path[len(self.root):]
			if kind in (CREATE, MKDIR, SYMLINK):
				folder, name, _ = self.find(path)
				mode = {CREATE: stat.S_IFREG | 0o644, MKDIR: stat.S_IFDIR | 0o755, SYMLINK: stat.S_IFLNK | 0o777}[kind]
				id = self.fresh(mode, 0, inode)
				empty = {CREATE: b'', MKDIR: {}, SYMLINK: data.decode()}[kind]
				self.start[id] = empty
				self.now[id] = dict(empty) if kind == MKDIR else empty
				self.name(kind, f'new {short}', [(folder, name, id)])
			elif kind in (WRITE, TRUNCATE):
				id = self.by_inode.get(inode)
				if id is not None:
					self.ops.append(Op(kind, f'{"write" if kind == WRITE else "truncate"} {self.path_of(id)} '
						f'{offset}+{data_len}', id, offset, data))
			elif kind in (RENAME, LINK):
				to = data.decode('utf-8', 'surrogateescape')
				folder, name, id = self.find(path)
				to_folder, to_name, there = self.find(to)
				names = [(to_folder, to_name, id)]
				if kind == RENAME:
					names.append((folder, name, there if offset else None))
				self.name(kind, f'{"rename" if kind == RENAME else "link"} {short} {to[len(self.root):]}', names)
			elif kind in (UNLINK, RMDIR):
				folder, name, _ = self.find(path)
				self.name(kind, f'remove {short}', [(folder, name, None)])
			elif kind == SYNC:
				id = self.by_inode.get(inode)
				if id is not None:
					self.ops.append(Op(SYNC, f'fsync {self.path_of(id)}', id))

	def name(self, kind, what, names):
		for folder, name, id in names:
			if id is None:
				self.now[folder].pop(name, None)
			else:
				self.now[folder][name] = id
		self.ops.append(Op(kind, what, names=names))

	def add_streams(self, there):
		"""C's streams write without a call that the shim sees (git's HEAD): the whole file at once, when it was made."""
		wrote = {op.id for op in self.ops if op.kind in (WRITE, TRUNCATE)}
		for at in range(len(self.ops) - 1, -1, -1):
			op = self.ops[at]
			if op.kind != CREATE or op.names[0][2] in wrote:
				continue
			id = op.names[0][2]
			data = there.get(self.path_of(id).lstrip('/'), there.get(self.replaced_head(id)))
			if isinstance(data, bytes) and data:
				self.ops.insert(at + 1, Op(WRITE, f'write {op.what[4:]} 0+{len(data)}', id, 0, data))

	def replaced_head(self, id):
		"""The name of the HEAD that replaced the first one of a new repository, with the same content."""
		for op in self.ops:
			if op.kind == RENAME and op.names[0][1:] == ('HEAD', id):
				return f'{self.path_of(op.names[0][0])}/HEAD'.lstrip('/')
		return None

	def path_of(self, wanted):
		todo = [(ROOT, '')]
		while todo:
			id, path = todo.pop()
			if id == wanted:
				return path or '/'
			if isinstance(self.now[id], dict):
				todo += [(child, f'{path}/{name}') for name, child in self.now[id].items()]
		return f'#{wanted}'

	def build(self, keep, zero=(), torn=None):
		"""The tree with the ops whose numbers are in keep (in order); those in zero with zeros for data;
		torn: (op, bytes of it that count)."""
		folders, files = {}, {}

		def folder(id):
			if id not in folders:
				folders[id] = dict(self.start[id])
			return folders[id]

		for i in keep:
			op = self.ops[i]
			if op.kind == SYNC:
				continue
			if op.kind in (WRITE, TRUNCATE):
				data = files.get(op.id)
				if data is None:
					data = files[op.id] = bytearray(self.start[op.id])
				if op.kind == TRUNCATE:
					if op.offset < len(data):
						del data[op.offset:]
					else:
						data.extend(bytes(op.offset - len(data)))
					continue
				new = bytes(len(op.data)) if i in zero else op.data
				if torn and torn[0] == i:
					new = new[:torn[1]]
				if len(data) < op.offset:
					data.extend(bytes(op.offset - len(data)))
				data[op.offset:op.offset + len(new)] = new
			else:
				for at, name, id in op.names:
					if id is None:
						folder(at).pop(name, None)
					else:
						folder(at)[name] = id
		tree = {}
		todo = [(ROOT, '')]
		while todo:
			id, path = todo.pop()
			for name, child in (folders[id] if id in folders else self.start[id]).items():
				where = f'{path}/{name}' if path else name
				value = self.start[child]
				mode, mtime = self.meta[child]
				if isinstance(value, dict):
					tree[where] = (mode, mtime, None)
					todo.append((child, where))
				else:
					tree[where] = (mode, mtime, bytes(files[child]) if child in files else value)
		return tree

	def states(self):
		"""[(how many ops the power let through, words, keep, zero, torn)]"""
		out = []
		durable = set()
		ops = self.ops
		for end in range(len(ops) + 1):
			if end:
				op = ops[end - 1]
				if op.kind == SYNC:
					for i in range(end - 1):
						o = ops[i]
						if o.id == op.id if o.kind in (WRITE, TRUNCATE) else any(f == op.id for f, _, _ in o.names):
							durable.add(i)
					durable.add(end - 1)
			done = range(end)
			loose = [i for i in done if i not in durable and ops[i].kind != SYNC]
			names = [i for i in loose if ops[i].names]
			data = [i for i in loose if not ops[i].names]
			firm = sorted(durable)

			def add(words, keep, zero=(), torn=None):
				out.append((end, words, tuple(keep), frozenset(zero), torn))

			add('all', done)
			if not loose:
				continue
			add('none of the rest', firm)
			if names and data:
				add('names without data', sorted(durable | set(names)))
				add('data without names', sorted(durable | set(data)))
			if data:
				add('zeros for data', done, data)
				last = data[-1]
				if ops[last].kind == WRITE:
					for page in (512, 4096):
						cut = len(ops[last].data) // 2 // page * page
						if len(ops[last].data) > page:
							add(f'torn at {max(cut, page)}: {ops[last].what}', done, (), (last, max(cut, page)))
			if end < len(ops) and ops[end].kind != SYNC and end - 1 not in loose:
				continue
			for i in loose:
				add(f'without {ops[i].what}', [j for j in done if j != i])
				add(f'only {ops[i].what}', sorted(durable | {i}))
				if ops[i].kind == WRITE:
					add(f'zeros for {ops[i].what}', done, (i,))
		return out


def record(worker, t, fault_class):
	"""The history of the template's command."""
	worker.folder.write(t.tree)
	inodes = {'': os.lstat(worker.root).st_ino}
	for name in t.tree:
		inodes[name] = os.lstat(f'{worker.root}/{name}').st_ino
	if os.path.exists(worker.log):
		os.unlink(worker.log)
	ran = worker.command(t.scenario, fault_class(logging=True))
	log = b''
	if os.path.exists(worker.log):
		with open(worker.log, 'rb') as f:
			log = f.read()
	history = History(t.tree, inodes, log, worker.root)
	history.status = ran.status
	there = {n: d for n, (_, _, d) in worker.folder.read().items()}
	history.add_streams(there)
	# What the log gives must be what is there, or it has not seen everything.
	made = {n: d for n, (_, _, d) in history.build(range(len(history.ops))).items()}
	history.unseen = sorted(n for n in set(there) | set(made) if there.get(n, 0) != made.get(n, 0))
	return history
