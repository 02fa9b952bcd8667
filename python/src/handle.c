/*
 * handle: knows what must hold before libvarve is called, and how its errors become exceptions.
 */
#include "handle.h"

#include <time.h>
#include <unistd.h>

/* ---- errors and Ctrl-C ---- */

#define NO_ARGS ((const char *const[3]){"", "", ""})

/* The exception of an error; varve/_errors.py chooses its class. name (NULL: none) and args are of a hint that is a code. */
static PyObject *raise_code(int code, const char *message, const char *hint, const char *name,
			    const char *const args[3], int gap)
{
	PyObject *module, *x;

	if (PyErr_Occurred()) {
		return NULL; /* KeyboardInterrupt, or what a callback raised */
	}
	if (code == VARVE_ENOMEM) return PyErr_NoMemory();
	if (!(module = PyImport_ImportModule("varve._errors"))) return NULL;
	x = PyObject_CallMethod(module, "make", "syyz(yyy)i", varve_code_name(code), message, hint,
				name, args[0], args[1], args[2], gap);
	Py_DECREF(module);
	if (x) {
		PyErr_SetObject((PyObject *)Py_TYPE(x), x);
		Py_DECREF(x);
	}
	return NULL;
}

PyObject *raise_error(const varve_error *err)
{
	const char *args[3], *name = varve_error_hint(err, args);

	return raise_code(err->code, err->message, err->hint, name, args, varve_error_gap(err));
}

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* This thread's function that is told how far a call is; NULL: none */
static _Thread_local PyObject *listener;

PyObject *set_listener(PyObject *module, PyObject *function)
{
	PyObject *before = listener ? listener : Py_NewRef(Py_None);

	(void)module;
	listener = function == Py_None ? NULL : Py_NewRef(function);
	return before;
}

/* False: it raised. It is not told of what it does itself. */
static bool tell_listener(const varve_progress *p)
{
	PyObject *function = listener, *said;

	listener = NULL;
	said = PyObject_CallFunction(function, "sKK", p->what, (unsigned long long)p->done,
				     (unsigned long long)p->total);
	listener = function;
	Py_XDECREF(said);
	return said;
}

/* Called at each group of rows, without the GIL: taking it each time would wait for every other thread. Each thing that is
 * done is told from its beginning, and its end. */
static int check_signals(void *payload, const varve_progress *p)
{
	static _Thread_local int64_t last;
	static _Thread_local const char *what;
	const bool told = listener && p->what;
	const bool edge = told && (p->what != what || (p->total && p->done == p->total));
	int64_t now = now_ms();
	PyGILState_STATE gil;
	int stop;

	(void)payload;
	if (!edge && now - last < 50) return 0;
	last = now;
	what = p->what;
	gil = PyGILState_Ensure();
	stop = PyErr_CheckSignals() < 0 || (told && !tell_listener(p));
	PyGILState_Release(gil);
	return stop;
}

static PyObject *ended; /* what a handler of signals raised while another library read a stream */

/* That library replaces an exception by its own. KeyboardInterrupt comes again by itself, as soon as Python continues; others
 * are kept for raise_ended. */
static int check_signals_for_others(void *payload, const varve_progress *p)
{
	PyGILState_STATE gil;
	PyObject *type, *value, *trace;

	if (!check_signals(payload, p)) return 0;
	gil = PyGILState_Ensure();
	if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
		PyErr_Clear();
		PyErr_SetInterrupt();
	} else {
		PyErr_Fetch(&type, &value, &trace);
		PyErr_NormalizeException(&type, &value, &trace);
		Py_XDECREF(type);
		Py_XDECREF(trace);
		Py_XDECREF(ended);
		ended = value;
	}
	PyGILState_Release(gil);
	return 1;
}

bool raise_ended(void)
{
	PyObject *value = ended;

	if (!value) return false;
	ended = NULL;
	PyErr_SetObject((PyObject *)Py_TYPE(value), value);
	Py_DECREF(value);
	return true;
}

const varve_watch ctrl_c_for_others = {sizeof(ctrl_c_for_others), check_signals_for_others, NULL};
const varve_watch ctrl_c = {sizeof(ctrl_c), check_signals, NULL};

/* ---- handles ---- */

static void handle_dealloc(PyObject *self)
{
	handle *h = (handle *)self;
	PyTypeObject *type = Py_TYPE(self);
	freefunc free_object = (freefunc)PyType_GetSlot(type, Py_tp_free);

	if (h->at) {
		h->kind->release(h->at);
	}
	if (h->lock) {
		PyThread_free_lock(h->lock);
	}
	free_object(self);
	Py_DECREF(type);
}

static PyType_Slot handle_slots[] = {
	{Py_tp_dealloc, (void *)handle_dealloc},
	{Py_tp_doc, (void *)"What libvarve has opened. Freed with its last reference."},
	{0, NULL},
};
PyType_Spec handle_spec = {"varve._varve.Handle", sizeof(handle), 0,
			   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, handle_slots};

PyObject *give(PyObject *module, const kind *k, int rc, void *at, const varve_error *err)
{
	PyObject **type = PyModule_GetState(module);
	handle *h;

	if (rc < 0 || PyErr_Occurred()) {
		if (rc >= 0) {
			k->release(at);
		}
		return raise_error(err);
	}
	if (!(h = (handle *)PyType_GenericAlloc((PyTypeObject *)*type, 0))) {
		k->release(at);
		return NULL;
	}
	h->kind = k;
	h->at = at;
	h->pid = getpid();
	h->lock = k->alone ? PyThread_allocate_lock() : NULL;
	if (k->alone && !h->lock) {
		Py_DECREF(h);
		return PyErr_NoMemory();
	}
	return (PyObject *)h;
}

handle *as(PyObject *o, const kind *k)
{
	handle *h = (handle *)o;

	if (PyType_GetSlot(Py_TYPE(o), Py_tp_dealloc) != (void *)handle_dealloc ||
	    (k ? h->kind != k : !h->kind->next)) {
		PyErr_Format(PyExc_TypeError, "expected a %s", k ? k->name : "cursor");
		return NULL;
	}
	if (h->pid != getpid()) {
		raise_code(VARVE_EUSAGE, "this was opened before a fork, in the parent process",
			   "open the repository again in the child", NULL, NO_ARGS, VARVE_GAP_NONE);
		return NULL;
	}
	return h;
}

/* Takes the handle for this thread, waiting for others without the GIL. False: an exception. */
bool enter(handle *h)
{
	unsigned long self = PyThread_get_thread_ident();

	if (!h->lock) return true;
	if (h->owner == self) {
		PyErr_SetString(PyExc_RuntimeError,
				"a signal handler or callback used what its own thread is using");
		return false;
	}
	Py_BEGIN_ALLOW_THREADS PyThread_acquire_lock(h->lock, WAIT_LOCK);
	Py_END_ALLOW_THREADS if (!h->at)
	{
		PyThread_release_lock(h->lock);
		raise_code(VARVE_EUSAGE, "it is closed", "", NULL, NO_ARGS, VARVE_GAP_NONE);
		return false;
	}
	h->owner = self;
	return true;
}

void leave(handle *h)
{
	if (h->lock) {
		h->owner = 0;
		PyThread_release_lock(h->lock);
	}
}

handle *enter_as(PyObject *o, const kind *k)
{
	handle *h = as(o, k);

	return h && enter(h) ? h : NULL;
}
