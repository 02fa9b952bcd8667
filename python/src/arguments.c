/*
 * arguments: knows what of Python's values the library's functions take.
 */
#include <stdlib.h>
#include <string.h>

#include "handle.h"

int to_text(PyObject *o, void *out)
{
	char *text = NULL;
	Py_ssize_t len = 0;

	if (o != Py_None && PyBytes_AsStringAndSize(o, &text, &len) < 0) return 0;
	if (text && strlen(text) != (size_t)len) {
		PyErr_SetString(PyExc_ValueError, "a NUL byte in a name");
		return 0;
	}
	*(const char **)out = text;
	return 1;
}

int to_names(PyObject *o, void *out)
{
	const char ***list = out;
	Py_ssize_t count;

	if (!o) {
		free(*list);
		*list = NULL;
		return 1;
	}
	*list = NULL;
	if (o == Py_None) return 1;
	if ((count = PyTuple_Size(o)) < 0) return 0;
	if (!(*list = calloc((size_t)count + 1, sizeof(**list)))) {
		PyErr_NoMemory();
		return 0;
	}
	for (Py_ssize_t i = 0; i < count; i++) {
		if (!to_text(PyTuple_GetItem(o, i), &(*list)[i]) || !(*list)[i]) {
			free(*list);
			*list = NULL;
			if (!PyErr_Occurred()) {
				PyErr_SetString(PyExc_TypeError, "expected bytes");
			}
			return 0;
		}
	}
	return Py_CLEANUP_SUPPORTED;
}

int to_texts(PyObject *o, void *out)
{
	texts *t = out;
	Py_ssize_t count;

	if (!o) {
		free(t->at);
		t->at = NULL;
		return 1;
	}
	if ((count = PyTuple_Size(o)) < 0) return 0;
	t->count = (size_t)count;
	if (!(t->at = calloc(t->count + 1, sizeof(*t->at)))) {
		PyErr_NoMemory();
		return 0;
	}
	for (Py_ssize_t i = 0; i < count; i++) {
		char *text;
		Py_ssize_t len;

		if (PyBytes_AsStringAndSize(PyTuple_GetItem(o, i), &text, &len) < 0) {
			free(t->at);
			t->at = NULL;
			return 0;
		}
		t->at[i] = (varve_text){text, (size_t)len};
	}
	return Py_CLEANUP_SUPPORTED;
}

int to_filter(PyObject *o, void *out)
{
	handle *h = o == Py_None ? NULL : as(o, &filter_kind);

	*(const varve_filter **)out = h ? h->at : NULL;
	return h || o == Py_None;
}
