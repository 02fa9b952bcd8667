/*
 * sync: other repositories, merges, conflicts and blame. Knows how what was moved and what conflicts are packed.
 */
#include "sync.h"

#include <stdlib.h>
#include <string.h>

#include "handle.h"

/* ---- clone, fetch, push ---- */

/* ((from, to, before, after, refused, moved), ...) */
static void pack_refs(pack *p, varve_transfer *t)
{
	const varve_ref_update **all = NULL, *u;
	size_t count = 0;

	while (varve_transfer_next(t, &u, NULL) > 0) {
		const varve_ref_update **more = realloc(all, (count + 1) * sizeof(*all));

		if (!more) {
			p->failed = true;
			break;
		}
		all = more;
		all[count++] = u;
	}
	pack_tuple(p, count);
	for (size_t i = 0; i < count; i++) {
		pack_tuple(p, 6);
		pack_text(p, all[i]->from);
		pack_text(p, all[i]->to);
		pack_text(p, all[i]->before);
		pack_text(p, all[i]->after);
		pack_text(p, all[i]->refused);
		pack_int(p, all[i]->moved);
	}
	free(all);
}

/* (url, warnings, commits, versions, blocks, bytes, line, missing, elsewhere, refs); frees it */
static PyObject *take_transfer(int rc, varve_transfer *t, const varve_error *err)
{
	pack p = {0};

	if (t && rc == 0) {
		const varve_transfer_counts *c = varve_transfer_info(t);

		pack_tuple(&p, 10);
		pack_text(&p, c->url);
		pack_text(&p, c->warnings);
		pack_row(&p, c->commits);
		pack_row(&p, c->versions);
		pack_row(&p, c->blocks);
		pack_row(&p, c->bytes);
		pack_row(&p, c->line);
		pack_row(&p, c->missing);
		pack_row(&p, c->elsewhere);
		pack_refs(&p, t);
	}
	varve_transfer_free(t);
	if (rc < 0 || PyErr_Occurred()) {
		pack_clear(&p);
		return raise_error(err);
	}
	return pack_take(&p);
}

PyObject *sync_clone(PyObject *module, PyObject *args)
{
	varve_sync_options opt = VARVE_INIT(varve_sync_options);
	varve_repo_options settings = VARVE_INIT(varve_repo_options);
	varve_repo *repo = NULL;
	varve_transfer *done = NULL;
	varve_error err;
	const char *url, *path, **env = NULL;
	unsigned flags;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "O&O&O&O&I", to_text, &url, to_text, &path, to_names, &env,
			      to_text, &opt.branch, &flags)) {
		return NULL;
	}
	settings.env = env;
	opt.flags = flags;
	opt.watch = &ctrl_c;
	FREELY(rc = varve_clone(&repo, &done, url, path, &settings, &opt, &err));
	varve_repo_free(repo);
	free(env);
	return take_transfer(rc, done, &err);
}

typedef int (*moving)(varve_transfer **done, varve_repo *repo, const char *remote,
		      const varve_sync_options *options, varve_error *err);

static PyObject *move(PyObject *args, moving run)
{
	varve_sync_options opt = VARVE_INIT(varve_sync_options);
	PyObject *o;
	handle *h;
	varve_transfer *done = NULL;
	varve_error err;
	const char *remote, **specs = NULL;
	unsigned flags;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&I", &o, to_text, &remote, to_names, &specs, &flags) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(specs);
		return NULL;
	}
	opt.specs = specs;
	opt.flags = flags;
	opt.watch = &ctrl_c;
	FREELY(rc = run(&done, h->at, remote, &opt, &err));
	leave(h);
	free(specs);
	return take_transfer(rc, done, &err);
}

PyObject *sync_fetch(PyObject *module, PyObject *args)
{
	(void)module;
	return move(args, varve_fetch);
}

PyObject *sync_push(PyObject *module, PyObject *args)
{
	(void)module;
	return move(args, varve_push);
}

PyObject *sync_fetch_versions(PyObject *module, PyObject *args)
{
	varve_sync_options opt = VARVE_INIT(varve_sync_options);
	PyObject *o;
	handle *h;
	varve_transfer *done = NULL;
	varve_error err;
	const char *range, **paths = NULL;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&O&", &o, to_text, &range, to_names, &paths) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(paths);
		return NULL;
	}
	opt.watch = &ctrl_c;
	FREELY(rc = varve_fetch_versions(&done, h->at, range, paths, &opt, &err));
	leave(h);
	free(paths);
	return take_transfer(rc, done, &err);
}

/* ---- merges ---- */

PyObject *merge_run(PyObject *module, PyObject *args)
{
	varve_merge_options opt = VARVE_INIT(varve_merge_options);
	varve_merge_result r = VARVE_INIT(varve_merge_result);
	PyObject *o;
	handle *h;
	varve_error err;
	pack p = {0};
	const char *revision;
	unsigned flags;
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&O&I", &o, to_text, &revision, to_text, &opt.message,
			      &flags) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	opt.flags = flags;
	opt.watch = &ctrl_c;
	FREELY(rc = varve_merge(&r, h->at, revision, &opt, &err));
	leave(h);
	if (rc < 0 || PyErr_Occurred()) return raise_error(&err);
	pack_tuple(&p, 4);
	pack_int(&p, r.outcome);
	pack_row(&p, r.conflicts);
	pack_text(&p, r.commit);
	pack_int(&p, r.lacking);
	return pack_take(&p);
}

PyObject *merge_conclude(PyObject *module, PyObject *args)
{
	varve_merge_options opt = VARVE_INIT(varve_merge_options);
	PyObject *o;
	handle *h;
	varve_error err;
	char id[VARVE_ID_SIZE];
	int rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&", &o, to_text, &opt.message) ||
	    !(h = enter_as(o, &repo_kind))) {
		return NULL;
	}
	opt.watch = &ctrl_c;
	FREELY(rc = varve_merge_conclude(id, h->at, &opt, &err));
	leave(h);
	return rc < 0 || PyErr_Occurred() ? raise_error(&err) : PyUnicode_FromString(id);
}

PyObject *merge_abort(PyObject *module, PyObject *o)
{
	handle *h = enter_as(o, &repo_kind);
	varve_error err;
	int rc;

	(void)module;
	if (!h) return NULL;
	FREELY(rc = varve_merge_abort(h->at, &ctrl_c, &err));
	leave(h);
	return rc < 0 || PyErr_Occurred() ? raise_error(&err) : Py_NewRef(Py_None);
}

static void conflicts_release(void *at)
{
	varve_conflicts_free(at);
}

static int conflicts_item(void *at, pack *out, varve_error *err)
{
	const varve_conflict *c;
	int rc = varve_conflicts_next(at, &c, err);

	if (rc <= 0) return rc;
	pack_tuple(out, 9);
	pack_text(out, c->path);
	pack_text(out, c->kind);
	pack_text(out, c->key);
	pack_text(out, c->row);
	pack_text(out, c->column);
	pack_text(out, c->detail);
	for (int i = 0; i < 3; i++) {
		if (c->there[i]) {
			pack_cell(out, &c->cells[i]);
		} else {
			pack_none(out);
		}
	}
	return rc;
}

static const kind conflicts_kind = {"conflicts", conflicts_release, conflicts_item, true};

PyObject *merge_conflicts(PyObject *module, PyObject *o)
{
	handle *h = enter_as(o, &repo_kind);
	varve_conflicts *list = NULL;
	varve_error err;
	int rc;

	if (!h) return NULL;
	FREELY(rc = varve_conflicts_open(&list, h->at, NULL, &ctrl_c, &err));
	leave(h);
	return give(module, &conflicts_kind, rc, list, &err);
}

/* Lines that end with a newline. */
typedef struct noted {
	char *text; /* ends with NUL; NULL: no line */
	size_t len;
	bool failed;
} noted;

static void note_line(void *payload, const char *line)
{
	noted *n = payload;
	const size_t len = strlen(line);
	char *text = realloc(n->text, n->len + len + 2);

	if (!text) {
		n->failed = true;
		return;
	}
	n->text = text;
	memcpy(text + n->len, line, len);
	n->len += len;
	text[n->len++] = '\n';
	text[n->len] = '\0';
}

PyObject *merge_resolve(PyObject *module, PyObject *args)
{
	varve_resolve_options opt = VARVE_INIT(varve_resolve_options);
	PyObject *o;
	handle *h;
	varve_error err;
	texts value = {NULL, 0};
	noted said = {NULL, 0, false};
	PyObject *result;
	const char *path;
	int side, rc;

	(void)module;
	if (!PyArg_ParseTuple(args, "OO&iO&O&O&", &o, to_text, &path, &side, to_text, &opt.row,
			      to_text, &opt.column, to_texts, &value) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(value.at);
		return NULL;
	}
	opt.value = value.count > 0 ? value.at : NULL;
	opt.watch = &ctrl_c;
	opt.note = note_line;
	opt.note_payload = &said;
	FREELY(rc = varve_resolve(h->at, path, side, &opt, &err));
	leave(h);
	free(value.at);
	if (rc < 0 || PyErr_Occurred()) {
		result = raise_error(&err);
	} else {
		result = said.failed ? PyErr_NoMemory()
				     : PyUnicode_DecodeUTF8(said.text ? said.text : "",
							    (Py_ssize_t)said.len, "replace");
	}
	free(said.text);
	return result;
}

/* ---- blame ---- */

typedef struct blamed {
	varve_blame *blame;
	uint64_t row;
	size_t columns; /* 0: by row */
} blamed;

static void blamed_release(void *at)
{
	blamed *b = at;

	varve_blame_free(b->blame);
	free(b);
}

static int blamed_item(void *at, pack *out, varve_error *err)
{
	blamed *b = at;
	const char *commit = varve_blame_commit(b->blame, b->row, 0);

	(void)err;
	if (!commit) return 0;
	if (b->columns == 0) {
		pack_text(out, commit);
	} else {
		pack_tuple(out, b->columns);
	}
	for (size_t i = 0; i < b->columns; i++) {
		pack_text(out, varve_blame_commit(b->blame, b->row, i));
	}
	b->row++;
	return 1;
}

static const kind blamed_kind = {"blame", blamed_release, blamed_item, true};

PyObject *blame_open(PyObject *module, PyObject *args)
{
	varve_blame_options opt = VARVE_INIT(varve_blame_options);
	PyObject *o;
	handle *h;
	blamed *b;
	varve_error err;
	const char *path, **key = NULL;
	unsigned flags;
	int rc;

	if (!PyArg_ParseTuple(args, "OO&O&O&I", &o, to_text, &path, to_text, &opt.revision,
			      to_names, &key, &flags) ||
	    !(h = enter_as(o, &repo_kind))) {
		free(key);
		return NULL;
	}
	opt.key = key;
	opt.flags = flags;
	opt.watch = &ctrl_c;
	varve_error_set(&err, VARVE_ENOMEM, NULL);
	rc = (b = calloc(1, sizeof(*b))) ? 0 : VARVE_ENOMEM;
	if (b) {
		FREELY(rc = varve_blame_open(&b->blame, h->at, path, &opt, &err));
	}
	leave(h);
	free(key);
	if (rc < 0) {
		free(b);
		return raise_error(&err);
	}
	while ((flags & VARVE_BLAME_CELLS) && varve_blame_commit(b->blame, 0, b->columns)) {
		b->columns++;
	}
	return give(module, &blamed_kind, rc, b, &err);
}
