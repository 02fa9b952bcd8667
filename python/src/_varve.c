/*
 * _varve: the functions of libvarve as the Python files beside it call them.
 *
 * Everything that has a meaning for users is in those files. These functions take bytes for all texts and are not for
 * others. Python's limited API, so that one module serves 3.11 and later.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "sync.h"
#include "varve/varve.h"

/* ---- repositories and revisions ---- */

/* open(path, env, flags, cache, cache_size): (repository, warnings); env is a tuple of b"NAME=value". */
static PyObject *open_repo(PyObject *module, PyObject *args)
{
	varve_repo_options o = VARVE_INIT(varve_repo_options);
	varve_repo *repo = NULL;
	varve_error err;
	const char *path, **env = NULL;
	unsigned flags;
	unsigned long long size;
	PyObject *made;
	int rc;

	if (!PyArg_ParseTuple(args, "O&O&IO&K", to_text, &path, to_names, &env, &flags, to_text,
			      &o.cache, &size)) {
		return NULL;
	}
	o.env = env;
	o.flags = flags;
	o.cache_size = size;
	FREELY(rc = varve_repo_open(&repo, path, &o, &err));
	free(env);
	if (!(made = give(module, &repo_kind, rc, repo, &err))) return NULL;
	return Py_BuildValue("(Ns)", made, varve_repo_warnings(repo));
}

/* close(repository or cursor): harmless when repeated */
static PyObject *close_handle(PyObject *module, PyObject *o)
{
	handle *h = as(o, NULL);

	(void)module;
	if (!h && PyErr_ExceptionMatches(PyExc_TypeError)) {
		PyErr_Clear();
		h = as(o, &repo_kind);
	}
	if (!h) return NULL;
	if (h->at) {
		if (!enter(h)) return NULL;
		FREELY(h->kind->release(h->at));
		h->at = NULL;
		leave(h);
	}
	return Py_NewRef(Py_None);
}

static PyObject *folder(PyObject *module, PyObject *args)
{
	PyObject *o, *result;
	handle *h;
	const char *path;
	int which;

	(void)module;
	if (!PyArg_ParseTuple(args, "Oi", &o, &which) || !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	path = varve_repo_folder(h->at, which);
	result = path ? PyUnicode_DecodeFSDefault(path) : Py_NewRef(Py_None);
	leave(h);
	return result;
}

static PyObject *rev_parse(PyObject *module, PyObject *args)
{
	PyObject *o;
	handle *h;
	varve_error err;
	char id[VARVE_ID_SIZE];
	const char *revision;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&", &o, to_text, &revision) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	FREELY(rc = varve_rev_parse(id, h->at, revision, &err));
	leave(h);
	return rc < 0 ? raise_error(&err) : PyUnicode_FromString(id);
}

static PyObject *refs(PyObject *module, PyObject *args)
{
	PyObject *o;
	handle *h;
	varve_refs *list = NULL;
	varve_error err;
	const char *prefix;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&", &o, to_text, &prefix) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	FREELY(rc = varve_refs_open(&list, h->at, prefix, &err));
	leave(h);
	return give(module, &refs_kind, rc, list, &err);
}

/* log(repo, range, paths, flags, limit) */
static PyObject *open_log(PyObject *module, PyObject *args)
{
	varve_log_options opt = VARVE_INIT(varve_log_options);
	PyObject *o;
	handle *h;
	varve_log *list = NULL;
	varve_error err;
	const char **paths = NULL;
	unsigned flags;
	unsigned long long limit;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&IK", &o, to_text, &opt.range, to_names, &paths, &flags,
			      &limit) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(paths);
		return NULL;
	}
	opt.paths = paths;
	opt.flags = flags;
	opt.limit = limit;
	FREELY(rc = varve_log_open(&list, h->at, &opt, &err));
	leave(h);
	free(paths);
	return give(module, &log_kind, rc, list, &err);
}

/* changes(repo, from, to, flags) */
static PyObject *changes(PyObject *module, PyObject *args)
{
	varve_changes_options opt = VARVE_INIT(varve_changes_options);
	PyObject *o;
	handle *h;
	varve_changes *list = NULL;
	varve_error err;
	unsigned flags;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&I", &o, to_text, &opt.from, to_text, &opt.to, &flags) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	opt.flags = flags;
	opt.watch = &ctrl_c;
	FREELY(rc = varve_changes_open(&list, h->at, &opt, &err));
	leave(h);
	return give(module, &changes_kind, rc, list, &err);
}

/* row_history(repo, path, values, range) */
static PyObject *row_history(PyObject *module, PyObject *args)
{
	varve_row_history_options opt = VARVE_INIT(varve_row_history_options);
	PyObject *o;
	handle *h;
	varve_row_history *list = NULL;
	varve_error err;
	texts values = {NULL, 0};
	const char *path;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&O&", &o, to_text, &path, to_texts, &values, to_text,
			      &opt.range) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(values.at);
		return NULL;
	}
	FREELY(rc = varve_row_history_open(&list, h->at, path, values.at, values.count, &opt,
					   &err));
	leave(h);
	free(values.at);
	return give(module, &row_history_kind, rc, list, &err);
}

/* ---- versions ---- */

/* find(repo, word) */
static PyObject *find(PyObject *module, PyObject *args)
{
	PyObject *o;
	handle *h;
	varve_version *version = NULL;
	varve_error err;
	const char *word;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&", &o, to_text, &word) || !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	FREELY(rc = varve_version_find(&version, h->at, word, &err));
	leave(h);
	return give(module, &version_kind, rc, version, &err);
}

/* version_at(repo, revision, path) */
static PyObject *version_at(PyObject *module, PyObject *args)
{
	PyObject *o;
	handle *h;
	varve_version *version = NULL;
	varve_error err;
	const char *revision, *path;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&", &o, to_text, &revision, to_text, &path) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	FREELY(rc = varve_version_at(&version, h->at, revision, path, &err));
	leave(h);
	return give(module, &version_kind, rc, version, &err);
}

static PyObject *version_facts(PyObject *module, PyObject *o)
{
	handle *h = as(o, &version_kind);
	pack p = {0};

	(void)module;
	if (!h) return NULL;
	pack_version(&p, varve_version_info(h->at));
	return pack_take(&p);
}

/* versions(repo, revision), tables of documents among them */
static PyObject *versions(PyObject *module, PyObject *args)
{
	varve_versions_options opt = VARVE_INIT(varve_versions_options);
	PyObject *o;
	handle *h;
	varve_versions *list = NULL;
	varve_error err;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&", &o, to_text, &opt.revision) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	opt.documents = true;
	FREELY(rc = varve_versions_open(&list, h->at, &opt, &err));
	leave(h);
	return give(module, &versions_kind, rc, list, &err);
}

/* Gives bytes to a Python function; called without the GIL. */
static int give_bytes(void *payload, const void *bytes, size_t len, varve_error *err)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *piece = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)len);
	PyObject *result = piece ? PyObject_CallFunctionObjArgs(payload, piece, NULL) : NULL;
	int rc = result ? 0 : varve_error_set(err, VARVE_ECANCELLED, NULL);

	Py_XDECREF(piece);
	Py_XDECREF(result);
	PyGILState_Release(gil);
	return rc;
}

/* version_write(version, function) */
static PyObject *version_write(PyObject *module, PyObject *args)
{
	PyObject *o, *function;
	handle *h;
	varve_error err;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO", &o, &function) || !(h = as(o, &version_kind))) {
		return NULL;
	}
	FREELY(rc = varve_version_write(h->at, 0, UINT64_MAX, give_bytes, function, &ctrl_c, &err));
	return rc < 0 ? raise_error(&err) : Py_NewRef(Py_None);
}

/* ---- tables and rows ---- */

static PyObject *table_open(PyObject *module, PyObject *o)
{
	varve_table_options opt = VARVE_INIT(varve_table_options);
	handle *h = as(o, &version_kind);
	varve_table *table = NULL;
	varve_error err;
	int rc;

	if (!h) return NULL;
	opt.flags = VARVE_TABLE_FIND_KEY;
	opt.watch = &ctrl_c;
	FREELY(rc = varve_table_open(&table, h->at, &opt, &err));
	return give(module, &table_kind, rc, table, &err);
}

/* (rows, bytes, schema, places of the key, ((name, type, format), ...)) */
static PyObject *table_facts(PyObject *module, PyObject *o)
{
	handle *h = as(o, &table_kind);
	const varve_table_facts *f;
	pack p = {0};

	(void)module;
	if (!h) return NULL;
	f = varve_table_info(h->at);
	pack_tuple(&p, 5);
	pack_row(&p, f->rows);
	pack_row(&p, f->bytes);
	pack_text(&p, f->schema);
	pack_tuple(&p, f->key_count);
	for (size_t i = 0; i < f->key_count; i++) {
		pack_int(&p, (int64_t)f->key[i]);
	}
	pack_tuple(&p, f->columns);
	for (size_t i = 0; i < f->columns; i++) {
		const varve_column *c = varve_table_column(h->at, i);

		pack_tuple(&p, 3);
		pack_text(&p, c->name);
		pack_text(&p, c->type_name);
		pack_text(&p, c->format);
	}
	return pack_take(&p);
}

/* find_row(table, values) */
static PyObject *find_row(PyObject *module, PyObject *args)
{
	PyObject *o;
	handle *h;
	varve_error err;
	texts values = {NULL, 0};
	uint64_t row;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&", &o, to_texts, &values) || !(h = as(o, &table_kind))) {
		free(values.at);
		return NULL;
	}
	FREELY(rc = varve_table_find_row(&row, h->at, values.at, values.count, &ctrl_c, &err));
	free(values.at);
	return rc < 0 ? raise_error(&err) : PyLong_FromUnsignedLongLong(row);
}

/* filter_parse(text, names, values) */
static PyObject *filter_parse(PyObject *module, PyObject *args)
{
	varve_filter *filter = NULL;
	varve_param *params = NULL;
	varve_error err;
	const char *text, **names = NULL;
	texts values = {NULL, 0};
	int rc;

	if (!PyArg_ParseTuple(args, "O&O&O&", to_text, &text, to_names, &names, to_texts,
			      &values)) {
		return NULL;
	}
	params = calloc(values.count + 1, sizeof(*params));
	for (size_t i = 0; params && i < values.count; i++) {
		params[i] = (varve_param){names[i], values.at[i]};
	}
	rc = params ? varve_filter_parse(&filter, text, params, values.count, &err)
		    : varve_error_set(&err, VARVE_ENOMEM, NULL);
	free(params);
	free(values.at);
	free(names);
	return give(module, &filter_kind, rc, filter, &err);
}

/* rows(table, columns, filter, row, numbered, part, parts): from a row of the table on; None: from the first. numbered: the number of
 * each row comes last */
static PyObject *rows(PyObject *module, PyObject *args)
{
	varve_rows_options opt = VARVE_INIT(varve_rows_options);
	PyObject *o, *from;
	handle *h;
	varve_rows *list = NULL;
	varve_error err;
	const char **columns = NULL;
	unsigned long long row = 0;
	int numbered, rc;

	if (!PyArg_ParseTuple(args, "OO&O&OpII", &o, to_names, &columns, to_filter, &opt.where,
			      &from, &numbered, &opt.part, &opt.parts) ||
	    !(h = as(o, &table_kind)) ||
	    (from != Py_None && (row = PyLong_AsUnsignedLongLong(from)) == (uint64_t)-1)) {
		free(columns);
		return NULL;
	}
	opt.columns = columns;
	opt.watch = &ctrl_c;
	Py_BEGIN_ALLOW_THREADS rc = varve_rows_open(&list, h->at, &opt, &err);
	if (rc == 0 && from != Py_None && (rc = varve_rows_seek(list, row, &err)) < 0) {
		varve_rows_free(list);
	}
	Py_END_ALLOW_THREADS free(columns);
	return give(module, numbered ? &numbered_kind : &rows_kind, rc, list, &err);
}

/* A list of at most so many items. */
static PyObject *take_items(PyObject *o, size_t most)
{
	handle *h = enter_as(o, NULL);
	pack p = {0};
	varve_error err;
	size_t count = 0;
	int64_t start;
	int rc = 0;

	if (!h) return NULL;
	Py_BEGIN_ALLOW_THREADS start = now_ms();
	/* one at least, however long that takes: none is the end */
	while (!p.failed && count < most && p.len < ((size_t)1 << 20) &&
	       (count == 0 || now_ms() - start < 20) && (rc = h->kind->next(h->at, &p, &err)) > 0) {
		count++;
	}
	Py_END_ALLOW_THREADS leave(h);
	if (PyErr_Occurred() || (rc < 0 && count == 0)) {
		pack_clear(&p);
		return raise_error(&err);
	}
	return pack_list(&p, count);
}

/* next(cursor): a list of the items of about 20 ms or 1 MiB; empty at the end. An error waits until what came before it
 * is given: cursors report theirs again. */
static PyObject *next(PyObject *module, PyObject *o)
{
	(void)module;
	return take_items(o, SIZE_MAX);
}

/* next_one(cursor): a list of the next item alone. */
static PyObject *next_one(PyObject *module, PyObject *o)
{
	(void)module;
	return take_items(o, 1);
}

/* ---- differences ---- */

/* diff(before, after, key, only, ignore, tolerance, filter, flags) */
static PyObject *diff(PyObject *module, PyObject *args)
{
	varve_diff_options opt = VARVE_INIT(varve_diff_options);
	PyObject *a, *b;
	handle *before, *after;
	compared *c = NULL;
	varve_error err;
	const char **key = NULL, **only = NULL, **ignore = NULL;
	unsigned flags;
	int rc = -1;

	if (!PyArg_ParseTuple(args, "OOO&O&O&O&O&I", &a, &b, to_names, &key, to_names, &only,
			      to_names, &ignore, to_text, &opt.tolerance, to_filter, &opt.where,
			      &flags)) {
		return NULL;
	}
	opt.key = key;
	opt.only = only;
	opt.ignore = ignore;
	opt.flags = flags;
	opt.watch = &ctrl_c;
	if ((before = as(a, &table_kind)) && (after = as(b, &table_kind))) {
		varve_error_set(&err, VARVE_ENOMEM, NULL);
		if ((c = calloc(1, sizeof(*c)))) {
			c->before = varve_table_info(before->at)->columns;
			c->after = varve_table_info(after->at)->columns;
			FREELY(rc = varve_diff_open(&c->diff, before->at, after->at, &opt, &err));
			while (rc == 0 && varve_diff_column(c->diff, c->pairs)) {
				c->pairs++;
			}
		}
	}
	free(key);
	free(only);
	free(ignore);
	if (rc < 0) {
		free(c);
	}
	return give(module, &diff_kind, rc, c, &err);
}

/* diff_columns(diff): ((before, after, renamed, retyped, in_key), ...) */
static PyObject *diff_columns(PyObject *module, PyObject *o)
{
	handle *h = enter_as(o, &diff_kind);
	compared *c;
	pack p = {0};

	(void)module;
	if (!h) return NULL;
	c = h->at;
	pack_tuple(&p, c->pairs);
	for (size_t i = 0; i < c->pairs; i++) {
		const varve_column_pair *pair = varve_diff_column(c->diff, i);

		pack_tuple(&p, 5);
		pack_int(&p, pair->before);
		pack_int(&p, pair->after);
		pack_int(&p, pair->renamed);
		pack_int(&p, pair->retyped);
		pack_int(&p, pair->in_key);
	}
	leave(h);
	return pack_take(&p);
}

/* diff_count(diff): reads the rest */
static PyObject *diff_count(PyObject *module, PyObject *o)
{
	handle *h = enter_as(o, &diff_kind);
	const varve_diff_counts *n;
	varve_error err;
	pack p = {0};
	int rc;

	(void)module;
	if (!h) return NULL;
	FREELY(rc = varve_diff_count(&n, ((compared *)h->at)->diff, &err));
	if (rc == 0) {
		const uint64_t counts[] = {n->old_rows,       n->new_rows,      n->added,
					   n->removed,        n->changed,       n->moved,
					   n->respelled_rows, n->cells_changed, n->cells_respelled,
					   n->repeated_keys};

		pack_tuple(&p, sizeof(counts) / sizeof(counts[0]) + 3);
		for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
			pack_row(&p, counts[i]);
		}
		pack_int(&p, n->keyed);
		pack_int(&p, n->reordered);
		pack_int(&p, n->key_changed);
	}
	leave(h);
	return rc < 0 || PyErr_Occurred() ? (pack_clear(&p), raise_error(&err)) : pack_take(&p);
}

/* ---- checks ---- */

/* check(repo, revision, base, paths, flags, part, parts, results) */
static PyObject *check(PyObject *module, PyObject *args)
{
	texts results = {0};
	varve_check_options opt = VARVE_INIT(varve_check_options);
	PyObject *o;
	handle *h;
	varve_report *report = NULL;
	varve_error err;
	const char *revision, *base, **paths = NULL;
	unsigned flags, part, parts;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&O&IIIO&", &o, to_text, &revision, to_text, &base,
			      to_names, &paths, &flags, &part, &parts, to_texts, &results) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(paths);
		free(results.at);
		return NULL;
	}
	opt.part = part;
	opt.parts = parts;
	opt.results = results.at;
	opt.result_count = results.count;
	opt.paths = paths;
	opt.flags = flags;
	opt.watch = &ctrl_c;
	FREELY(rc = varve_check_revision(&report, h->at, revision, base, &opt, &err));
	leave(h);
	free(paths);
	free(results.at);
	return give(module, &report_kind, rc, report, &err);
}

/* check_history(repo, revision, paths): a list of (commit, author, time, path, rule, name, column, message, error, applies,
 * found, accepted) */
static PyObject *check_history(PyObject *module, PyObject *args)
{
	varve_check_options opt = VARVE_INIT(varve_check_options);
	PyObject *o;
	handle *h;
	const char *revision, **paths = NULL;
	varve_check_history *history = NULL;
	const varve_check_verdict *v;
	varve_error err;
	pack p = {0};
	uint64_t count = 0;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&O&", &o, to_text, &revision, to_names, &paths) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(paths);
		return NULL;
	}
	opt.paths = paths;
	opt.watch = &ctrl_c;
	FREELY(rc = varve_check_history_open(&history, h->at, revision, &opt, &err));
	leave(h);
	free(paths);
	if (rc < 0) return raise_error(&err);
	while (varve_check_history_at(history, count)) {
		count++;
	}
	pack_tuple(&p, (size_t)count);
	for (uint64_t i = 0; (v = varve_check_history_at(history, i)); i++) {
		pack_tuple(&p, 12);
		pack_text(&p, v->commit);
		pack_text(&p, v->author);
		pack_int(&p, v->time);
		pack_text(&p, v->path);
		pack_text(&p, v->rule);
		pack_text(&p, v->name);
		pack_text(&p, v->column);
		pack_text(&p, v->message);
		pack_int(&p, v->error);
		pack_int(&p, v->applies);
		pack_row(&p, v->found);
		pack_row(&p, v->accepted);
	}
	varve_check_history_free(history);
	return pack_take(&p);
}

/* report_share(report): bytes */
static PyObject *report_share(PyObject *module, PyObject *o)
{
	handle *h = enter_as(o, &report_kind);
	PyObject *out;
	varve_text share;

	(void)module;
	if (!h) return NULL;
	share = varve_report_share(h->at);
	out = PyBytes_FromStringAndSize(share.data, (Py_ssize_t)share.len);
	leave(h);
	return out;
}

/* report_facts(report): (valid, errors, warnings, known, tables, findings) */
static PyObject *report_facts(PyObject *module, PyObject *o)
{
	handle *h = enter_as(o, &report_kind);
	const varve_report_counts *n;
	pack p = {0};

	(void)module;
	if (!h) return NULL;
	n = varve_report_info(h->at);
	pack_tuple(&p, 6);
	pack_int(&p, n->valid);
	pack_row(&p, n->errors);
	pack_row(&p, n->warnings);
	pack_row(&p, n->known);
	pack_row(&p, n->tables);
	pack_tuple(&p, (size_t)n->kept);
	for (uint64_t i = 0; i < n->kept; i++) {
		const varve_finding *f = varve_report_finding(h->at, i);

		pack_tuple(&p, 10);
		pack_text(&p, f->rule);
		pack_int(&p, f->error);
		pack_int(&p, f->known);
		pack_text(&p, f->path);
		pack_row(&p, f->line ? f->line : VARVE_UNKNOWN);
		pack_row(&p, f->row);
		pack_text(&p, f->column);
		pack_str(&p, f->value.data, f->value.len);
		pack_text(&p, f->message);
		pack_text(&p, f->probably);
	}
	leave(h);
	return pack_take(&p);
}

/* report_write(report, format, function) */
static PyObject *report_write(PyObject *module, PyObject *args)
{
	PyObject *o, *function;
	handle *h;
	varve_error err;
	const char *format;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&O", &o, to_text, &format, &function) ||
	    !(h = enter_as(o, &report_kind))) {
		return NULL;
	}
	FREELY(rc = varve_report_write(h->at, format, give_bytes, function, &err));
	leave(h);
	return rc < 0 ? raise_error(&err) : Py_NewRef(Py_None);
}

/* ---- the module ---- */

static PyObject *library_version(PyObject *module, PyObject *unused)
{
	(void)module, (void)unused;
	return PyUnicode_FromString(varve_library_version(NULL));
}

static PyMethodDef methods[] = {
	{"open", open_repo, METH_VARARGS, NULL},
	{"close", close_handle, METH_O, NULL},
	{"folder", folder, METH_VARARGS, NULL},
	{"rev_parse", rev_parse, METH_VARARGS, NULL},
	{"refs", refs, METH_VARARGS, NULL},
	{"log", open_log, METH_VARARGS, NULL},
	{"changes", changes, METH_VARARGS, NULL},
	{"row_history", row_history, METH_VARARGS, NULL},
	{"find", find, METH_VARARGS, NULL},
	{"version_at", version_at, METH_VARARGS, NULL},
	{"version_facts", version_facts, METH_O, NULL},
	{"versions", versions, METH_VARARGS, NULL},
	{"version_write", version_write, METH_VARARGS, NULL},
	{"table_open", table_open, METH_O, NULL},
	{"table_facts", table_facts, METH_O, NULL},
	{"find_row", find_row, METH_VARARGS, NULL},
	{"filter_parse", filter_parse, METH_VARARGS, NULL},
	{"rows", rows, METH_VARARGS, NULL},
	{"next", next, METH_O, NULL},
	{"next_one", next_one, METH_O, NULL},
	{"arrow_stream", arrow_stream, METH_VARARGS, NULL},
	{"diff_arrow", diff_arrow, METH_VARARGS, NULL},
	{"arrow_schema", arrow_schema, METH_O, NULL},
	{"arrow_status", arrow_status, METH_O, NULL},
	{"arrow_misfit", arrow_misfit, METH_O, NULL},
	{"diff", diff, METH_VARARGS, NULL},
	{"diff_columns", diff_columns, METH_O, NULL},
	{"diff_count", diff_count, METH_O, NULL},
	{"check", check, METH_VARARGS, NULL},
	{"check_history", check_history, METH_VARARGS, NULL},
	{"check_arrow", check_arrow, METH_VARARGS, NULL},
	{"report_share", report_share, METH_O, NULL},
	{"report_facts", report_facts, METH_O, NULL},
	{"report_write", report_write, METH_VARARGS, NULL},
	{"txn_open", txn_open, METH_VARARGS, NULL},
	{"txn_put", txn_put, METH_VARARGS, NULL},
	{"txn_put_version", txn_put_version, METH_VARARGS, NULL},
	{"txn_version", txn_version, METH_VARARGS, NULL},
	{"txn_put_arrow", txn_put_arrow, METH_VARARGS, NULL},
	{"describe", describe, METH_VARARGS, NULL},
	{"txn_add", txn_add, METH_VARARGS, NULL},
	{"txn_remove", txn_remove, METH_VARARGS, NULL},
	{"txn_commit", txn_commit, METH_VARARGS, NULL},
	{"txn_warnings", txn_warnings, METH_O, NULL},
	{"clone", sync_clone, METH_VARARGS, NULL},
	{"fetch", sync_fetch, METH_VARARGS, NULL},
	{"push", sync_push, METH_VARARGS, NULL},
	{"fetch_versions", sync_fetch_versions, METH_VARARGS, NULL},
	{"merge", merge_run, METH_VARARGS, NULL},
	{"merge_conclude", merge_conclude, METH_VARARGS, NULL},
	{"merge_abort", merge_abort, METH_O, NULL},
	{"conflicts", merge_conflicts, METH_O, NULL},
	{"resolve", merge_resolve, METH_VARARGS, NULL},
	{"blame", blame_open, METH_VARARGS, NULL},
	{"set_listener", set_listener, METH_O, NULL},
	{"library_version", library_version, METH_NOARGS, NULL},
	{NULL, NULL, 0, NULL},
};

static int fill_module(PyObject *module)
{
	PyObject **type = PyModule_GetState(module);

	*type = PyType_FromModuleAndSpec(module, &handle_spec, NULL);
	return *type ? 0 : -1;
}

static int visit_module(PyObject *module, visitproc visit, void *arg)
{
	PyObject **type = PyModule_GetState(module);

	Py_VISIT(type ? *type : NULL);
	return 0;
}

static int clear_module(PyObject *module)
{
	PyObject **type = PyModule_GetState(module);

	Py_CLEAR(*type);
	return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)fill_module}, {0, NULL}};
static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT, "_varve",     "libvarve for the Python files beside it.",
	sizeof(PyObject *),    methods,      slots,
	visit_module,          clear_module, NULL};

PyMODINIT_FUNC PyInit__varve(void)
{
	return PyModuleDef_Init(&definition);
}
