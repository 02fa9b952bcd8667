/*
 * sync.h: functions of the Python module _varve for transfers, merges, conflicts and blame.
 *
 * Each comment has the function's arguments in Python, and its result. All functions return a new
 * reference, or NULL with an exception set.
 */
#ifndef VARVE_PYTHON_SYNC_H
#define VARVE_PYTHON_SYNC_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* A result of a transfer is a tuple (url, warnings, commits, versions, blocks, bytes, line, missing,
 * elsewhere, refs): the members of varve_transfer_counts, then a tuple (from, to, before, after, refused,
 * moved) for each varve_ref_update. */

/* clone(url, path, env, branch, flags): the result of the transfer */
PyObject *sync_clone(PyObject *module, PyObject *args);

/* fetch(repo, remote, refspecs, flags): the result of the transfer */
PyObject *sync_fetch(PyObject *module, PyObject *args);
/* push(repo, remote, refspecs, flags): the result of the transfer */
PyObject *sync_push(PyObject *module, PyObject *args);

/* fetch_versions(repo, range, paths): the result of the transfer */
PyObject *sync_fetch_versions(PyObject *module, PyObject *args);

/* merge(repo, revision, message, flags): (outcome, conflicts, commit, lacking) */
PyObject *merge_run(PyObject *module, PyObject *args);

/* merge_conclude(repo, message): the commit's id */
PyObject *merge_conclude(PyObject *module, PyObject *args);
/* merge_abort(repo): None */
PyObject *merge_abort(PyObject *module, PyObject *o);

/* conflicts(repo): a cursor of (path, kind, key, row, column, detail, base, ours, theirs) */
PyObject *merge_conflicts(PyObject *module, PyObject *o);

/* resolve(repo, path, side, row, column, value): the notes of removed rows, as lines; value is an empty
 * tuple, or a tuple with the new value */
PyObject *merge_resolve(PyObject *module, PyObject *args);

/* blame(repo, path, revision, key, flags): a cursor with an item for each row: the commit's id, or, with
 * VARVE_BLAME_CELLS, a tuple of ids, one for each column */
PyObject *blame_open(PyObject *module, PyObject *args);

#endif
