/*
 * arrow: knows the capsules of the Arrow PyCapsule interface, and who releases what is in them.
 */
#include <stdlib.h>

#include "handle.h"
#include "varve/arrow.h"

static void status_release(void *at)
{
	varve_arrow_status_free(at);
}

static const kind status_kind = {"status of a stream", status_release, NULL, false};

/* A consumer takes what is in a capsule by clearing its release. */
static void free_stream(PyObject *capsule)
{
	struct ArrowArrayStream *s = PyCapsule_GetPointer(capsule, "arrow_array_stream");

	if (s && s->release) {
		s->release(s);
	}
	free(s);
}

static void free_schema(PyObject *capsule)
{
	struct ArrowSchema *s = PyCapsule_GetPointer(capsule, "arrow_schema");

	if (s && s->release) {
		s->release(s);
	}
	free(s);
}

/* A stream that the library opened with this result: (its capsule, its status). Takes both. */
static PyObject *give_stream(PyObject *module, struct ArrowArrayStream *stream, int rc,
			     varve_arrow_status *found, const varve_error *err)
{
	PyObject *capsule, *status = give(module, &status_kind, rc, found, err);

	if (!status) {
		if (rc >= 0) {
			stream->release(stream);
		}
		free(stream);
		return NULL;
	}
	if (!(capsule = PyCapsule_New(stream, "arrow_array_stream", free_stream))) {
		stream->release(stream);
		free(stream);
		Py_DECREF(status);
		return NULL;
	}
	return Py_BuildValue("NN", capsule, status);
}

PyObject *arrow_stream(PyObject *module, PyObject *args)
{
	varve_arrow_options opt = VARVE_INIT(varve_arrow_options);
	varve_rows_options which = VARVE_INIT(varve_rows_options);
	PyObject *o;
	handle *h;
	struct ArrowArrayStream *stream;
	varve_arrow_status *found = NULL;
	varve_error err;
	const char **columns = NULL, **dictionary = NULL;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&O&IiiO&II", &o, to_names, &columns, to_filter,
			      &which.where, to_text, &opt.row_number, &opt.flags, &opt.misfit,
			      &opt.numbers, to_names, &dictionary, &which.part, &which.parts)) {
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	if (!(h = as(o, &table_kind)) || !stream) {
		free(columns);
		free(dictionary);
		free(stream);
		return h ? PyErr_NoMemory() : NULL;
	}
	which.columns = columns;
	which.watch = &ctrl_c_for_others;
	opt.rows = &which;
	opt.dictionary = dictionary;
	FREELY(rc = varve_table_arrow(stream, &found, h->at, &opt, &err));
	free(columns);
	free(dictionary);
	return give_stream(module, stream, rc, found, &err);
}

/* diff_arrow(before, after, key, only, ignore, tolerance, filter, flags, what, flags of Arrow, misfit, numbers) */
PyObject *diff_arrow(PyObject *module, PyObject *args)
{
	varve_diff_arrow_options opt = VARVE_INIT(varve_diff_arrow_options);
	varve_diff_options how = VARVE_INIT(varve_diff_options);
	PyObject *a, *b;
	handle *before, *after;
	struct ArrowArrayStream *stream;
	varve_arrow_status *found = NULL;
	varve_error err;
	const char **key = NULL, **only = NULL, **ignore = NULL;
	int rc = VARVE_EUSAGE;

	if (!PyArg_ParseTuple(args, "OOO&O&O&O&O&IiIii", &a, &b, to_names, &key, to_names, &only,
			      to_names, &ignore, to_text, &how.tolerance, to_filter, &how.where,
			      &how.flags, &opt.what, &opt.flags, &opt.misfit, &opt.numbers)) {
		return NULL;
	}
	how.watch = &ctrl_c_for_others;
	how.key = key;
	how.only = only;
	how.ignore = ignore;
	opt.diff = &how;
	stream = calloc(1, sizeof(*stream));
	if (!stream) {
		PyErr_NoMemory();
	} else if ((before = as(a, &table_kind)) && (after = as(b, &table_kind))) {
		FREELY(rc = varve_diff_arrow(stream, &found, before->at, after->at, &opt, &err));
	}
	free(key);
	free(only);
	free(ignore);
	return give_stream(module, stream, rc, found, &err);
}

PyObject *arrow_schema(PyObject *module, PyObject *o)
{
	struct ArrowArrayStream *stream = PyCapsule_GetPointer(o, "arrow_array_stream");
	struct ArrowSchema *schema;
	PyObject *capsule;
	int rc;

	(void)module;
	if (!stream) return NULL;
	if (!(schema = calloc(1, sizeof(*schema)))) return PyErr_NoMemory();
	FREELY(rc = stream->get_schema(stream, schema));
	if (rc != 0) {
		free(schema);
		return PyErr_NoMemory();
	}
	if (!(capsule = PyCapsule_New(schema, "arrow_schema", free_schema))) {
		schema->release(schema);
		free(schema);
	}
	return capsule;
}

PyObject *arrow_status(PyObject *module, PyObject *o)
{
	handle *h = as(o, &status_kind);
	varve_arrow_counts counts;
	varve_error err;

	(void)module;
	if (!h || raise_ended()) return NULL;
	return varve_arrow_status_get(&counts, h->at, &err) < 0
		       ? raise_error(&err)
		       : PyLong_FromUnsignedLongLong(counts.misfits);
}

PyObject *arrow_misfit(PyObject *module, PyObject *o)
{
	handle *h = as(o, &status_kind);
	varve_arrow_counts counts;
	varve_error err;

	(void)module;
	if (!h) return NULL;
	varve_arrow_status_get(&counts, h->at, &err);
	if (counts.misfits == 0) return Py_BuildValue("(OO)", Py_None, Py_None);
	return Py_BuildValue("(Ki)", (unsigned long long)counts.misfit_row,
			     (int)counts.misfit_column);
}
