/*
 * sync.h: functions of the module for other repositories, merges and blame.
 */
#ifndef VARVE_PYTHON_SYNC_H
#define VARVE_PYTHON_SYNC_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* clone(url, path, env, branch, flags): what was moved */
PyObject *sync_clone(PyObject *module, PyObject *args);

/* fetch(repo, remote, refspecs, flags), push(likewise): what was moved */
PyObject *sync_fetch(PyObject *module, PyObject *args);
PyObject *sync_push(PyObject *module, PyObject *args);

/* fetch_versions(repo, range, paths): likewise */
PyObject *sync_fetch_versions(PyObject *module, PyObject *args);

/* merge(repo, revision, message, flags): (outcome, conflicts, commit, lacking) */
PyObject *merge_run(PyObject *module, PyObject *args);

/* merge_conclude(repo, message): the commit's id */
PyObject *merge_conclude(PyObject *module, PyObject *args);
PyObject *merge_abort(PyObject *module, PyObject *o);

/* conflicts(repo): a cursor of (path, kind, key, row, column, detail, base, ours, theirs) */
PyObject *merge_conflicts(PyObject *module, PyObject *o);

/* resolve(repo, path, side, row, column, value): value is a tuple of none or one */
PyObject *merge_resolve(PyObject *module, PyObject *args);

/* blame(repo, path, revision, key, flags): a cursor of a commit's id, or of a tuple of ids, for each row */
PyObject *blame_open(PyObject *module, PyObject *args);

#endif
