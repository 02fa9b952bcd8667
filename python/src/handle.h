/*
 * handle.h: wraps handles of libvarve in Python objects, which are used by one thread at a time if
 * the library requires that, are invalid after a fork, and are freed with their last reference.
 * Also raises errors as exceptions, and handles Ctrl-C in long calls.
 */
#ifndef VARVE_PYTHON_HANDLE_H
#define VARVE_PYTHON_HANDLE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <sys/types.h>

#include "pack.h"

/* Sets the exception for an error, whose class varve/_errors.py chooses, unless an exception is
 * already set. Returns NULL. */
PyObject *raise_error(const varve_error *err);

/* set_listener(function or None): returns the previous function. Long calls of this thread call the function
 * with (what, done, total). */
PyObject *set_listener(PyObject *module, PyObject *function);

/* For every long call: Ctrl-C, or an exception raised by the listener, ends the call. */
extern const varve_watch ctrl_c;

/* For a stream that another library reads: Ctrl-C, or an exception raised by a signal handler, ends
 * the stream with an error of that library. raise_ended raises the original exception in place of
 * that error; it returns false if no such exception exists. */
extern const varve_watch ctrl_c_for_others;
bool raise_ended(void);

int64_t now_ms(void);

typedef struct kind {
	const char *name;
	void (*release)(void *at);
	int (*next)(void *at, pack *out, varve_error *err); /* cursors: packs the next item */
	/* only one thread at a time may use the handle */
	bool alone;
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
	PyThread_type_lock lock; /* only for kinds with `alone` */
	unsigned long owner;     /* the thread that has the lock; 0: not locked */
	pid_t pid;
} handle;

extern PyType_Spec handle_spec;

/* Wraps the object `at`, which a call of the library has made, in a handle. If the call has failed
 * (rc is negative), raises its error. */
PyObject *give(PyObject *module, const kind *k, int rc, void *at, const varve_error *err);

/* Returns the object o as a handle of kind k, or, if k is NULL, as a cursor of any kind. NULL: an
 * exception is set. */
handle *as(PyObject *o, const kind *k);

/* Reserve the handle for this thread until leave(). Wait for other threads without the GIL. False
 * or NULL: an exception is set. */
bool enter(handle *h);
handle *enter_as(PyObject *o, const kind *k);
void leave(handle *h);

/* Packs the facts as (from, stored, table, here, path, commit, cid, bytes, rows). */
void pack_version(pack *out, const varve_version_facts *f);

/*
 * Converters of arguments, for O& of PyArg_ParseTuple.
 */

/* Converts None, or bytes without NUL, to a const char *. */
int to_text(PyObject *o, void *out);

/* Converts None, or a tuple of bytes, to a list ended by NULL, which the caller frees. If parsing a
 * later argument fails, O& frees the list. */
int to_names(PyObject *o, void *out);

typedef struct texts {
	varve_text *at;
	size_t count;
} texts;

/* Converts a tuple of bytes objects, which may contain any byte, to texts. The caller frees `at`;
 * if parsing a later argument fails, O& frees it. */
int to_texts(PyObject *o, void *out);

/* Converts None, or a filter, to a const varve_filter *. */
int to_filter(PyObject *o, void *out);

/* arrow_stream(table, columns, filter, row_number, flags, misfit, numbers, dictionary, part,
 * parts): returns (capsule of the stream, its status) */
PyObject *arrow_stream(PyObject *module, PyObject *args);

/* diff_arrow(before, after, key, only, ignore, tolerance, filter, flags, what, flags of Arrow,
 * misfit, numbers): returns (capsule of the stream, its status) */
PyObject *diff_arrow(PyObject *module, PyObject *args);

/* arrow_schema(capsule of a stream): returns a capsule of the stream's schema */
PyObject *arrow_schema(PyObject *module, PyObject *o);

/* arrow_status(status): returns the number of misfits in the stream so far, or raises the stream's
 * error */
PyObject *arrow_status(PyObject *module, PyObject *o);
/* arrow_misfit(status): returns row and column of the first misfit, or None and None */
PyObject *arrow_misfit(PyObject *module, PyObject *o);

/* txn_open(repo, branch, from): returns a transaction */
PyObject *txn_open(PyObject *module, PyObject *args);

/* txn_put(txn, path, read, key, flags): read is called like the method read of a file */
PyObject *txn_put(PyObject *module, PyObject *args);

/* txn_put_version(txn, path, version, flags): adds a version to the transaction */
PyObject *txn_put_version(PyObject *module, PyObject *args);

/* txn_version(txn, path): returns the version that the transaction currently has */
PyObject *txn_version(PyObject *module, PyObject *args);

/* txn_put_arrow(txn, path, capsule of a stream, mode, columns, match, order, flags, match columns,
 * key, schema, expect): returns (added, removed, changed, cells) */
PyObject *txn_put_arrow(PyObject *module, PyObject *args);

/* check_arrow(repo, path, capsule of a stream, mode, columns, match, match columns, base, flags):
 * returns a report */
PyObject *check_arrow(PyObject *module, PyObject *args);

/* describe(repo, path, types, numbers, missing, key): returns the path of the datapackage.json */
PyObject *describe(PyObject *module, PyObject *args);

/* txn_add(txn, paths): adds files of the work tree to the transaction */
PyObject *txn_add(PyObject *module, PyObject *args);

/* txn_remove(txn, path, flags): removes a path */
PyObject *txn_remove(PyObject *module, PyObject *args);

/* txn_commit(txn, message, author, expect, flags): returns the commit's id */
PyObject *txn_commit(PyObject *module, PyObject *args);
PyObject *txn_warnings(PyObject *module, PyObject *o);

/* Runs a call of the library without the GIL. */
#define FREELY(call)                                                                               \
	Py_BEGIN_ALLOW_THREADS call;                                                               \
	Py_END_ALLOW_THREADS

#endif
