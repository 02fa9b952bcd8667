/*
 * handle.h: wraps handles of libvarve in Python objects, raises errors as exceptions, and handles
 * Ctrl-C in long calls. If the library requires it, only one thread at a time uses a wrapped
 * handle. A wrapped handle is invalid after a fork. It is freed with its last reference.
 */
#ifndef VARVE_PYTHON_HANDLE_H
#define VARVE_PYTHON_HANDLE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <sys/types.h>

#include "pack.h"

/* Raises the exception for an error, unless an exception is already set. varve/_errors.py chooses
 * its class. Returns NULL. */
PyObject *raise_error(const varve_error *err);

/* set_listener(function or None): sets the function that long calls of this thread call with (what,
 * done, total); returns the previous function, or None */
PyObject *set_listener(PyObject *module, PyObject *function);

/* The watch for long calls: Ctrl-C, or an exception raised by the listener, ends the call. */
extern const varve_watch ctrl_c;

/* The watch for a stream that another library reads: Ctrl-C, or an exception raised by a signal
 * handler, ends the stream, and the library raises an error of its own. */
extern const varve_watch ctrl_c_for_others;
/* Raises the exception that ended such a stream, in place of the library's error. Returns false if
 * no such exception exists. */
bool raise_ended(void);

int64_t now_ms(void); /* milliseconds of a clock that never goes backwards */

/* A kind of handle. */
typedef struct kind {
	const char *name;          /* for messages */
	void (*release)(void *at); /* frees the library's object */
	/* cursors: packs the next item into out, and returns 1, 0 at the end, or a negative code */
	int (*next)(void *at, pack *out, varve_error *err);
	/* only one thread at a time may use the handle */
	bool alone;
} kind;

extern const kind repo_kind, version_kind, table_kind, filter_kind, report_kind, diff_kind,
	rows_kind, refs_kind, numbered_kind, log_kind, versions_kind, changes_kind,
	row_history_kind, txn_kind;

/* A cursor over differences, with the numbers of columns that its items do not have. */
typedef struct compared {
	varve_diff *diff;
	/* columns of the old table, of the new table, and pairs of columns */
	size_t before, after, pairs;
} compared;

/* A wrapped handle. */
typedef struct handle {
	PyObject_HEAD const kind *kind;
	void *at;                /* the library's object */
	PyThread_type_lock lock; /* only for kinds with `alone` */
	unsigned long owner;     /* the thread that has the lock; 0: not locked */
	pid_t pid;               /* the process that made the handle */
} handle;

extern PyType_Spec handle_spec;

/* Wraps the object `at`, the result of a call of the library, in a handle of kind k, which owns the
 * object. If the call has failed (rc is negative), raises its error and returns NULL. If an
 * exception is set, frees the object and returns NULL. */
PyObject *give(PyObject *module, const kind *k, int rc, void *at, const varve_error *err);

/* Returns the object o as a handle of kind k, or, if k is NULL, as a cursor of any kind. NULL: an
 * exception is set. */
handle *as(PyObject *o, const kind *k);

/* Reserves the handle for this thread until leave(). Waits for other threads without the GIL.
 * Returns false if an exception is set. */
bool enter(handle *h);
/* Calls as(o, k) and enter(). Returns NULL if an exception is set. */
handle *enter_as(PyObject *o, const kind *k);
/* Ends the reservation of enter(). */
void leave(handle *h);

/* Packs the facts f as a tuple (from, stored, table, here, path, commit, cid, bytes, rows). */
void pack_version(pack *out, const varve_version_facts *f);

/*
 * Converters of arguments, for O& of PyArg_ParseTuple.
 */

/* Converts None, or bytes without NUL, to a const char *. */
int to_text(PyObject *o, void *out);

/* Converts None, or a tuple of bytes, to a list ended by NULL, which the caller frees. If parsing a
 * later argument fails, O& frees the list. */
int to_names(PyObject *o, void *out);

/* A list of texts. */
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

/* arrow_schema(capsule of a stream): returns a capsule with the stream's schema */
PyObject *arrow_schema(PyObject *module, PyObject *o);

/* arrow_status(status): returns the number of misfits in the stream so far, or raises the stream's
 * error */
PyObject *arrow_status(PyObject *module, PyObject *o);
/* arrow_misfit(status): returns row and column of the first misfit, or None and None */
PyObject *arrow_misfit(PyObject *module, PyObject *o);

/* txn_open(repo, branch, from): returns a transaction */
PyObject *txn_open(PyObject *module, PyObject *args);

/* txn_put(txn, path, read, key, flags): sets the content of path to the bytes that read returns;
 * read is called like the method read of a file */
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
/* txn_warnings(txn): returns the warnings of the transaction so far */
PyObject *txn_warnings(PyObject *module, PyObject *o);

/* Runs a call of the library without the GIL. */
#define FREELY(call)                                                                               \
	Py_BEGIN_ALLOW_THREADS call;                                                               \
	Py_END_ALLOW_THREADS

#endif
