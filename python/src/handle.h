/*
 * handle.h: handles of libvarve as Python objects: used by one thread at a time if the library requires that, invalid
 * after a fork, freed with their last reference. Also errors as exceptions, and Ctrl-C in long calls.
 */
#ifndef VARVE_PYTHON_HANDLE_H
#define VARVE_PYTHON_HANDLE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <sys/types.h>

#include "pack.h"

/* Sets the exception for an error, and returns NULL. varve/_errors.py chooses its class. An exception that is already set
 * stays. */
PyObject *raise_error(const varve_error *err);

/* set_listener(function or None): returns the previous function. Long calls of this thread call the function with (what,
 * done, total). */
PyObject *set_listener(PyObject *module, PyObject *function);

/* For every long call: Ctrl-C ends it, and so does an exception of the function that listens. */
extern const varve_watch ctrl_c;

/* For a stream that another library reads: Ctrl-C, or an exception of a signal handler, ends the stream with an error of
 * that library. raise_ended raises the original exception instead of that error; false: there is none to raise. */
extern const varve_watch ctrl_c_for_others;
bool raise_ended(void);

int64_t now_ms(void);

typedef struct kind {
	const char *name;
	void (*release)(void *at);
	int (*next)(void *at, pack *out, varve_error *err); /* cursors: packs the next item */
	bool alone;                                         /* one thread at a time */
} kind;

extern const kind repo_kind, version_kind, table_kind, filter_kind, report_kind, diff_kind,
	rows_kind, refs_kind, numbered_kind, log_kind, versions_kind, changes_kind,
	row_history_kind, txn_kind;

/* A difference with the numbers of columns of its tables, which changes do not have. */
typedef struct compared {
	varve_diff *diff;
	size_t before, after, pairs;
} compared;

typedef struct handle {
	PyObject_HEAD const kind *kind;
	void *at;
	PyThread_type_lock lock; /* only of kinds with `alone` */
	unsigned long owner;     /* the thread that has the lock; 0: not locked */
	pid_t pid;
} handle;

extern PyType_Spec handle_spec;

/* Wraps the object `at`, which a call has made, in a handle; or raises the call's exception. */
PyObject *give(PyObject *module, const kind *k, int rc, void *at, const varve_error *err);

/* The object o as a handle of kind k (k NULL: a cursor of any kind). NULL: an exception is set. */
handle *as(PyObject *o, const kind *k);

/* Reserves the handle for this thread until leave(); waits for other threads without the GIL. False or NULL: an exception
 * is set. */
bool enter(handle *h);
handle *enter_as(PyObject *o, const kind *k);
void leave(handle *h);

/* (from, stored, table, here, path, commit, cid, bytes, rows) */
void pack_version(pack *out, const varve_version_facts *f);

/*
 * Arguments, for O& of PyArg_ParseTuple.
 */

/* None or bytes without NUL, as a const char *. */
int to_text(PyObject *o, void *out);

/* None, or a tuple of bytes as a list ended by NULL, to be freed; O& frees it when parsing fails later. */
int to_names(PyObject *o, void *out);

typedef struct texts {
	varve_text *at;
	size_t count;
} texts;

/* A tuple of bytes objects, which may contain any byte, as texts; freed likewise. */
int to_texts(PyObject *o, void *out);

/* None, or a filter, as a const varve_filter *. */
int to_filter(PyObject *o, void *out);

/* arrow_stream(table, columns, filter, row_number, flags, misfit, numbers, dictionary, part, parts): (capsule of the stream, its status) */
PyObject *arrow_stream(PyObject *module, PyObject *args);

/* diff_arrow(before, after, key, only, ignore, tolerance, filter, flags, what, flags of Arrow, misfit, numbers): likewise */
PyObject *diff_arrow(PyObject *module, PyObject *args);

/* arrow_schema(capsule of a stream): a capsule of its schema */
PyObject *arrow_schema(PyObject *module, PyObject *o);

/* arrow_status(status): how many misfits the stream has met so far, or its error */
PyObject *arrow_status(PyObject *module, PyObject *o);
/* arrow_misfit(status): row and column of the first one, or None and None */
PyObject *arrow_misfit(PyObject *module, PyObject *o);

/* txn_open(repo, branch, from) */
PyObject *txn_open(PyObject *module, PyObject *args);

/* txn_put(txn, path, read, key, flags): read is called as that of a file */
PyObject *txn_put(PyObject *module, PyObject *args);

/* txn_put_version(txn, path, version, flags) */
PyObject *txn_put_version(PyObject *module, PyObject *args);

/* txn_version(txn, path): the version that the transaction has by now */
PyObject *txn_version(PyObject *module, PyObject *args);

/* txn_put_arrow(txn, path, capsule of a stream, mode, columns, match, order, flags, match columns, key, schema, expect):
 * (added, removed, changed, cells) */
PyObject *txn_put_arrow(PyObject *module, PyObject *args);

/* check_arrow(repo, path, capsule of a stream, mode, columns, match, match columns, base, flags): a report */
PyObject *check_arrow(PyObject *module, PyObject *args);

/* describe(repo, path, types, numbers, missing, key): the path of the datapackage.json */
PyObject *describe(PyObject *module, PyObject *args);

/* txn_add(txn, paths) */
PyObject *txn_add(PyObject *module, PyObject *args);

/* txn_remove(txn, path, flags) */
PyObject *txn_remove(PyObject *module, PyObject *args);

/* txn_commit(txn, message, author, expect, flags): the commit's id */
PyObject *txn_commit(PyObject *module, PyObject *args);
PyObject *txn_warnings(PyObject *module, PyObject *o);

/* Runs a call of the library without the GIL. */
#define FREELY(call)                                                                               \
	Py_BEGIN_ALLOW_THREADS call;                                                               \
	Py_END_ALLOW_THREADS

#endif
