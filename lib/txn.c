/*
 * txn: transactions for the library's callers. Maps their options to those of lib/commit/txn.h.
 */
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/commit/txn.h"
#include "lib/handles.h"
#include "lib/tables/dataset_import.h"
#include "varve/write.h"

typedef struct vv_given_result {
	varve_txn_result facts;
	char cid[VARVE_ID_SIZE];
	struct vv_given_result *before;
} result;

/* ---- opening ---- */

static void put_note(void *payload, vv_note_kind kind VV_UNUSED, const char *line)
{
	varve_txn *t = payload;

	vv_buf_printf(&t->notes_text, "%s\n", line);
}

static const vv_progress *begin_progress(void *payload)
{
	const varve_txn *t = payload;

	return t->watched.watch.progress ? &t->watched.progress : NULL;
}

static vv_status open_txn(varve_txn *t, const varve_repo *repo, const varve_txn_options *options,
			  vv_error *err)
{
	varve_txn_options o;
	const vv_progress *progress;
	vv_status rc;

	if ((rc = vv_take_options(&o, sizeof(o), options, err)) < 0 ||
	    (rc = vv_watched_begin(&progress, &t->watched, o.watch, err)) < 0) {
		return rc;
	}
	t->notes = (vv_notes){
		.note = put_note, .begin = begin_progress, .payload = t, .alone = true};
	t->core = vv_core_keep(repo->core);
	if ((rc = vv_core_open(&t->repo, t->core, err)) < 0) return rc;
	vv_repository_listen(t->repo, &t->notes);
	return vv_txn_open(&t->txn, t->repo, o.branch, o.from, progress, err);
}

VV_AUTO_FREE(varve_txn, varve_txn_free)

int varve_txn_open(varve_txn **out, varve_repo *repo, const varve_txn_options *options,
		   varve_error *err)
{
	vv_auto(varve_txn) *t = vv_calloc(1, sizeof(*t));
	vv_error why = {0};
	vv_status rc = t ? VV_OK : vv_fail_nomem(&why);

	if (rc == VV_OK && (rc = vv_core_may_write(repo->core, &why)) == VV_OK) {
		rc = open_txn(t, repo, options, &why);
	}
	*out = NULL;
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &t), &why);
}

void varve_txn_free(varve_txn *t)
{
	if (!t || (t->core && vv_core_is_parents(t->core))) return;
	vv_txn_free(t->txn);
	vv_repository_close(t->repo);
	vv_core_drop(t->core);
	vv_buf_clear(&t->notes_text);
	for (result *r = t->results, *before; r; r = before) {
		before = r->before;
		vv_free(r);
	}
	vv_free(t);
}

/* ---- adding and putting ---- */

static vv_status add_paths(varve_txn *t, const char *const *paths, const varve_add_options *options,
			   vv_error *err)
{
	const vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_add_request req = {.options = &import};
	vv_auto(vv_paths) take = {.files = NULL};
	varve_add_options o;
	vv_status rc;

	if ((rc = vv_take_options(&o, sizeof(o), options, err)) < 0 ||
	    (rc = vv_take_flags(o.flags, VARVE_ADD_CONVERT | VARVE_ADD_FORCE | VARVE_ADD_UNTRACKED,
				err)) < 0 ||
	    (rc = vv_take_flags(o.reserved, 0, err)) < 0) {
		return rc;
	}
	req.convert = (o.flags & VARVE_ADD_CONVERT) != 0;
	req.force = (o.flags & VARVE_ADD_FORCE) != 0;
	req.untracked = paths || (o.flags & VARVE_ADD_UNTRACKED) != 0;
	if (paths && vv_repository_workdir(t->repo)) {
		rc = vv_paths_take(&take, t->repo, paths, err);
		req.paths = &take.spec;
	}
	return rc < 0 ? rc : vv_txn_add(t->txn, &req, err);
}

int varve_txn_add(varve_txn *txn, const char *const *paths, const varve_add_options *options,
		  varve_error *err)
{
	vv_error why = {0};

	return vv_give(err, add_paths(txn, paths, options, &why), &why);
}

typedef struct reading {
	varve_read_fn read;
	void *payload;
} reading;

static ssize_t read_some(void *payload, void *bytes, size_t len, vv_error *err)
{
	const reading *r = payload;
	varve_error e;

	varve_error_set(&e, VARVE_EIO, "the caller's function failed");
	int64_t n = r->read(r->payload, bytes, len, &e);
	if (n >= 0 && (uint64_t)n <= len) return (ssize_t)n;
	return vv_take_error(err, n < 0 ? (int)n : VARVE_EIO, &e);
}

static vv_status put_reading(varve_txn *t, const char *path, reading *from,
			     const varve_put_options *options, vv_error *err)
{
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_txn_put_options how = {.import = &import};
	const vv_source source = {.read = read_some, .payload = from, .name = path};
	varve_put_options o;
	vv_status rc;

	if ((rc = vv_take_options(&o, sizeof(o), options, err)) < 0 ||
	    (rc = vv_take_flags(o.flags, VARVE_PUT_AS_FILE | VARVE_PUT_AS_TABLE | VARVE_PUT_REPLACE,
				err)) < 0 ||
	    (rc = vv_take_flags(o.reserved, 0, err)) < 0 ||
	    (o.dialect && (rc = vv_take_dialect(&import.hints, o.dialect, err)) < 0)) {
		return rc;
	}
	import.has_kind = (o.flags & (VARVE_PUT_AS_FILE | VARVE_PUT_AS_TABLE)) != 0 || o.key ||
			  o.dialect;
	import.kind = o.flags & VARVE_PUT_AS_FILE ? VV_KIND_FILE : VV_KIND_TABLE;
	import.key = o.key;
	if ((o.flags & VARVE_PUT_AS_FILE) &&
	    ((o.flags & VARVE_PUT_AS_TABLE) || o.key || o.dialect)) {
		return vv_fail(
			err, VV_EUSAGE,
			"a path that is stored as a file cannot also be a table, or have a key or "
			"a dialect");
	}
	how.described = import.has_kind;
	how.replace = (o.flags & VARVE_PUT_REPLACE) != 0;
	return vv_txn_put(t->txn, path, &source, &how, err);
}

int varve_txn_put(varve_txn *txn, const char *path, varve_read_fn read, void *payload,
		  const varve_put_options *options, varve_error *err)
{
	reading from = {read, payload};
	vv_error why = {0};

	return vv_give(err, put_reading(txn, path, &from, options, &why), &why);
}

/* Copies the blocks of another repository's version. */
static vv_status copy_version(varve_txn *t, const varve_version *v, vv_error *err)
{
	vv_auto(vv_session) *s = NULL;
	vv_store *store;
	vv_status rc = vv_session_take(&s, v->core, err);

	if (rc < 0) return rc;
	if (s->demand) {
		vv_on_demand_whole(s->demand);
	}
	if (!v->subject.is_dataset) {
		rc = vv_txn_copy_blob(t->txn, s->repo, &v->subject.blob, err);
	} else if ((rc = vv_repository_store(s->repo, &store, err)) == VV_OK) {
		rc = vv_txn_copy(t->txn, store, &v->subject.root, err);
	}
	return rc;
}

static vv_status put_version(varve_txn *t, const char *path, const varve_version *v, uint32_t flags,
			     vv_error *err)
{
	const vv_subject *s = &v->subject;
	const bool replace = (flags & VARVE_PUT_REPLACE) != 0;
	vv_status rc = vv_take_flags(flags, VARVE_PUT_REPLACE, err);

	if (rc == VV_OK && (s->table || (!s->is_dataset && vv_oid_is_null(&s->blob)))) {
		rc = vv_fail(err, VV_EUSAGE, "%s can only be written as a stream",
			     s->table ? "a table of a document" : "a file on disk");
	}
	if (rc < 0 || (v->core != t->core && (rc = copy_version(t, v, err)) < 0)) return rc;
	return s->is_dataset ? vv_txn_put_root(t->txn, path, &s->root, replace, err)
			     : vv_txn_put_blob(t->txn, path, 0100644, &s->blob, replace, err);
}

int varve_txn_put_version(varve_txn *txn, const char *path, const varve_version *version,
			  uint32_t flags, varve_error *err)
{
	vv_error why = {0};

	return vv_give(err, put_version(txn, path, version, flags, &why), &why);
}

int varve_txn_version(varve_version **out, varve_txn *txn, const char *path, varve_error *err)
{
	vv_error why = {0};
	vv_oid blob;
	vv_status rc = vv_txn_blob(&blob, txn->txn, path, &why);

	*out = NULL;
	if (rc == VV_OK) {
		rc = vv_version_of_blob(out, txn->core, path, &blob, &why);
	}
	return vv_give(err, rc, &why);
}

int varve_txn_remove(varve_txn *txn, const char *path, uint32_t flags, varve_error *err)
{
	vv_error why = {0};
	vv_status rc = vv_take_flags(flags, VARVE_PUT_REPLACE, &why);

	if (rc == VV_OK) {
		rc = vv_txn_remove(txn->txn, path, (flags & VARVE_PUT_REPLACE) != 0, &why);
	}
	return vv_give(err, rc, &why);
}

int varve_txn_next(varve_txn *txn, const varve_txn_result **out, varve_error *err)
{
	const vv_txn_result *from;
	vv_error why = {0};
	result *r;

	*out = NULL;
	if (!(r = vv_calloc(1, sizeof(*r)))) return vv_give(err, vv_fail_nomem(&why), &why);
	if (!vv_txn_next(txn->txn, &from)) {
		vv_free(r);
		return 0;
	}
	const vv_add_outcome *what = &from->what;
	if (what->dataset) {
		vv_cid_text(r->cid, &what->cid);
	}
	r->facts = (varve_txn_result){.path = what->path,
				      .state = from->state,
				      .stored = what->dataset,
				      .table = what->table,
				      .rows = what->rows,
				      .columns = what->columns,
				      .bytes = what->bytes,
				      .groups = what->groups,
				      .groups_new = what->groups_new,
				      .bytes_new = what->stored,
				      .cid = r->cid};
	r->before = txn->results;
	txn->results = r;
	*out = &r->facts;
	return 1;
}

const char *varve_txn_warnings(const varve_txn *txn)
{
	return vv_buf_cstr(&txn->notes_text);
}

/* ---- the end ---- */

int varve_txn_stage(varve_txn *txn, varve_error *err)
{
	vv_error why = {0};

	return vv_give(err, vv_txn_stage(txn->txn, &why), &why);
}

static vv_status commit_txn(vv_oid *id, varve_txn *t, const char *message,
			    const varve_commit_options *options, vv_error *err)
{
	varve_commit_options o;
	vv_oid expect;
	vv_status rc;

	if ((rc = vv_take_options(&o, sizeof(o), options, err)) < 0 ||
	    (rc = vv_take_flags(o.flags,
				VARVE_COMMIT_ALLOW_EMPTY | VARVE_COMMIT_NO_HOOKS |
					VARVE_COMMIT_NO_CHECK,
				err)) < 0) {
		return rc;
	}
	if (o.expect && !vv_oid_parse(&expect, o.expect, strlen(o.expect))) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not the id of a commit",
			       vv_text_shows(o.expect));
	}
	vv_txn_commit_options how = {.allow_empty = (o.flags & VARVE_COMMIT_ALLOW_EMPTY) != 0,
				     .no_hooks = (o.flags & VARVE_COMMIT_NO_HOOKS) != 0,
				     .no_check = (o.flags & VARVE_COMMIT_NO_CHECK) != 0,
				     .author = o.author,
				     .time_set = o.time != 0,
				     .time = o.time,
				     .offset_min = o.offset,
				     .expect = o.expect ? &expect : NULL};
	return vv_txn_commit(id, t->txn, message, &how, err);
}

int varve_txn_commit(char id[VARVE_ID_SIZE], varve_txn *txn, const char *message,
		     const varve_commit_options *options, varve_error *err)
{
	vv_oid made = {{0}};
	vv_error why = {0};
	vv_status rc = commit_txn(&made, txn, message, options, &why);

	if (vv_oid_is_null(&made)) {
		id[0] = '\0';
	} else {
		vv_oid_text(id, &made);
	}
	return vv_give(err, rc, &why);
}
