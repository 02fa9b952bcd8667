/*
 * write: knows how transactions take bytes from Python.
 */
#include "varve/write.h"

#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "varve/arrow.h"

static void txn_release(void *at)
{
	varve_txn_free(at);
}

static int txn_item(void *at, pack *out, varve_error *err)
{
	const varve_txn_result *r;
	int rc = varve_txn_next(at, &r, err);

	if (rc > 0) {
		pack_tuple(out, 8);
		pack_text(out, r->path);
		pack_str(out, &r->state, 1);
		pack_int(out, r->stored);
		pack_int(out, r->table);
		pack_row(out, r->rows);
		pack_row(out, r->bytes);
		pack_row(out, r->bytes_new);
		pack_text(out, r->cid);
	}
	return rc;
}

const kind txn_kind = {"transaction", txn_release, txn_item, true};

PyObject *txn_open(PyObject *module, PyObject *args)
{
	varve_txn_options opt = VARVE_INIT(varve_txn_options);
	PyObject *o;
	handle *h;
	varve_txn *txn = NULL;
	varve_error err;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&", &o, to_text, &opt.branch, to_text, &opt.from) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	opt.watch = &ctrl_c;
	FREELY(rc = varve_txn_open(&txn, h->at, &opt, &err));
	leave(h);
	return give(module, &txn_kind, rc, txn, &err);
}

/* Asks a Python function, read of a file, for bytes; called without the GIL. */
static int64_t take_bytes(void *payload, void *bytes, size_t len, varve_error *err)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *piece = PyObject_CallFunction(payload, "n", (Py_ssize_t)len);
	int64_t got = -1;
	char *from = NULL;
	Py_ssize_t count = 0;

	if (piece && PyBytes_AsStringAndSize(piece, &from, &count) == 0) {
		if ((size_t)count <= len) {
			memcpy(bytes, from, (size_t)count);
			got = count;
		} else {
			PyErr_SetString(PyExc_ValueError, "read returned more than was asked for");
		}
	}
	Py_XDECREF(piece);
	PyGILState_Release(gil);
	return got < 0 ? varve_error_set(err, VARVE_ECANCELLED, NULL) : got;
}

PyObject *txn_put(PyObject *module, PyObject *args)
{
	varve_put_options opt = VARVE_INIT(varve_put_options);
	PyObject *o, *read;
	handle *h;
	varve_error err;
	const char *path, **key = NULL;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&OO&I", &o, to_text, &path, &read, to_names, &key,
			      &opt.flags)) {
		return NULL;
	}
	if (!(h = enter_as(o, &txn_kind))) {
		free(key);
		return NULL;
	}
	opt.key = key;
	FREELY(rc = varve_txn_put(h->at, path, take_bytes, read, &opt, &err));
	leave(h);
	free(key);
	return rc < 0 || PyErr_Occurred() ? raise_error(&err) : Py_NewRef(Py_None);
}

PyObject *txn_put_version(PyObject *module, PyObject *args)
{
	PyObject *o, *from;
	handle *h, *version;
	varve_error err;
	const char *path;
	unsigned flags;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&OI", &o, to_text, &path, &from, &flags) ||
	    !(version = enter_as(from, &version_kind))) {
		return NULL;
	}
	if (!(h = enter_as(o, &txn_kind))) {
		leave(version);
		return NULL;
	}
	FREELY(rc = varve_txn_put_version(h->at, path, version->at, flags, &err));
	leave(h);
	leave(version);
	return rc < 0 ? raise_error(&err) : Py_NewRef(Py_None);
}

PyObject *txn_version(PyObject *module, PyObject *args)
{
	varve_version *version = NULL;
	PyObject *o;
	handle *h;
	varve_error err;
	const char *path;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&", &o, to_text, &path) || !(h = enter_as(o, &txn_kind))) {
		return NULL;
	}
	FREELY(rc = varve_txn_version(&version, h->at, path, &err));
	leave(h);
	return give(module, &version_kind, rc, version, &err);
}

PyObject *txn_put_arrow(PyObject *module, PyObject *args)
{
	varve_put_arrow_options opt = VARVE_INIT(varve_put_arrow_options);
	varve_arrow_changes n = {0};
	PyObject *o, *capsule;
	struct ArrowArrayStream *stream;
	handle *h;
	varve_error err;
	const char *path, **match = NULL, **key = NULL;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&OiiiiIO&O&O&O&", &o, to_text, &path, &capsule, &opt.mode,
			      &opt.columns, &opt.match, &opt.order, &opt.flags, to_names, &match,
			      to_names, &key, to_text, &opt.schema, to_text, &opt.expect)) {
		return NULL;
	}
	if (!(stream = PyCapsule_GetPointer(capsule, "arrow_array_stream")) ||
	    !(h = enter_as(o, &txn_kind))) {
		free(match);
		free(key);
		return NULL;
	}
	opt.match_columns = match;
	opt.key = key;
	FREELY(rc = varve_txn_put_arrow(&n, h->at, path, stream, &opt, &err));
	leave(h);
	free(match);
	free(key);
	return rc < 0 || PyErr_Occurred()
		       ? raise_error(&err)
		       : Py_BuildValue("KKKK", n.added, n.removed, n.changed, n.cells);
}

PyObject *check_arrow(PyObject *module, PyObject *args)
{
	varve_put_arrow_options put = VARVE_INIT(varve_put_arrow_options);
	varve_check_options opt = VARVE_INIT(varve_check_options);
	PyObject *o, *capsule;
	struct ArrowArrayStream *stream;
	handle *h;
	varve_report *report = NULL;
	varve_error err;
	const char *path, *base, **match = NULL;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&OiiiO&O&I", &o, to_text, &path, &capsule, &put.mode,
			      &put.columns, &put.match, to_names, &match, to_text, &base,
			      &opt.flags)) {
		return NULL;
	}
	if (!(stream = PyCapsule_GetPointer(capsule, "arrow_array_stream")) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(match);
		return NULL;
	}
	put.match_columns = match;
	opt.watch = &ctrl_c;
	FREELY(rc = varve_check_arrow(&report, h->at, path, stream, &put, base, &opt, &err));
	leave(h);
	free(match);
	return give(module, &report_kind, rc, report, &err);
}

PyObject *describe(PyObject *module, PyObject *args)
{
	varve_description d = VARVE_INIT(varve_description);
	const char **types = NULL, **numbers = NULL, **missing = NULL, **key = NULL, *path;
	char package[4096];
	PyObject *o;
	handle *h;
	varve_error err;
	int rc = -1;
	bool read = PyArg_ParseTuple(args, "OO&O&O&O&O&", &o, to_text, &path, to_names, &types,
				     to_names, &numbers, to_names, &missing, to_names, &key);

	(void)module;
	if (read && (h = enter_as(o, &repo_kind))) {
		d.types = types;
		d.numbers = numbers;
		d.missing = missing;
		d.key = key;
		FREELY(rc = varve_describe(package, sizeof(package), h->at, path, &d, &err));
		leave(h);
		if (rc < 0) {
			raise_error(&err);
		}
	}
	free(types);
	free(numbers);
	free(missing);
	free(key);
	return rc < 0 ? NULL : PyUnicode_DecodeFSDefault(package);
}

PyObject *txn_add(PyObject *module, PyObject *args)
{
	varve_add_options opt = VARVE_INIT(varve_add_options);
	const char **paths = NULL;
	PyObject *o;
	handle *h;
	varve_error err;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&", &o, to_names, &paths) || !(h = enter_as(o, &txn_kind))) {
		free(paths);
		return NULL;
	}
	opt.flags = VARVE_ADD_UNTRACKED;
	FREELY(rc = varve_txn_add(h->at, paths, &opt, &err));
	leave(h);
	free(paths);
	return rc < 0 ? raise_error(&err) : Py_NewRef(Py_None);
}

PyObject *txn_remove(PyObject *module, PyObject *args)
{
	PyObject *o;
	handle *h;
	varve_error err;
	const char *path;
	unsigned flags;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&I", &o, to_text, &path, &flags) ||
	    !(h = enter_as(o, &txn_kind))) {
		return NULL;
	}
	FREELY(rc = varve_txn_remove(h->at, path, flags, &err));
	leave(h);
	return rc < 0 ? raise_error(&err) : Py_NewRef(Py_None);
}

PyObject *txn_commit(PyObject *module, PyObject *args)
{
	varve_commit_options opt = VARVE_INIT(varve_commit_options);
	PyObject *o;
	handle *h;
	varve_error err;
	char id[VARVE_ID_SIZE] = "";
	const char *message;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&O&O&I", &o, to_text, &message, to_text, &opt.author,
			      to_text, &opt.expect, &opt.flags) ||
	    !(h = enter_as(o, &txn_kind))) {
		return NULL;
	}
	FREELY(rc = varve_txn_commit(id, h->at, message, &opt, &err));
	leave(h);
	return rc < 0 || PyErr_Occurred() ? raise_error(&err) : PyUnicode_FromString(id);
}

PyObject *txn_warnings(PyObject *module, PyObject *o)
{
	handle *h = enter_as(o, &txn_kind);
	pack p = {0};

	(void)module;
	if (!h) return NULL;
	pack_text(&p, varve_txn_warnings(h->at));
	leave(h);
	return pack_take(&p);
}
