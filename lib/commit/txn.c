/*
 * txn: begins a transaction, and puts paths into it: decides which changes a path may get.
 */
#include "lib/commit/txn_internal.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/add.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/put_right.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"
#include "repo/git/ref_name.h"
#include "repo/git/write_turn.h"

/* --- beginning --------------------------------------------------------------------------- */

vv_status vv_txn_over(vv_txn *t, vv_status rc, const vv_error *own, vv_error *err)
{
	if (rc < 0) {
		vv_fail(&t->failed, rc, "%s", own->code == rc ? own->message : "it failed");
	}
	if (rc < 0 && err) {
		*err = *own;
	}
	return rc;
}

vv_status vv_txn_is_over(const vv_txn *t, vv_error *err)
{
	return t->failed.code < 0 ? vv_fail(err, t->failed.code, "the transaction has ended: %s",
					    t->failed.message)
				  : VV_OK;
}

static void drop_changes(vv_txn *t)
{
	vv_array_each(t->changes, t->change_count, change) {
		vv_free(change->path);
	}
	t->change_count = 0;
}

void vv_txn_close_index(vv_txn *t)
{
	vv_dataset_reader_lend_index(t->reader, NULL);
	vv_index_close(t->index);
	t->index = NULL;
}

/* The commit that a new branch begins at. */
static vv_status find_start(vv_txn *t, const char *from, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (from) return vv_rev_commit(t->repo, from, &t->head.commit, err);
	if ((rc = vv_head_read(t->repo, &head, err)) == VV_OK && !head.unborn) {
		rc = vv_fail(err, VV_ENOTFOUND,
			     "the branch '%s' does not exist, and no commit to start it from was "
			     "given\nset start='REV' (in C the member 'from')",
			     vv_text_shows(t->branch + 11));
	}
	return rc;
}

const char vv_txn_no_branch[] = "";

static vv_status read_branch(vv_txn *t, const char *from, vv_error *err)
{
	if (!*t->branch) return from ? vv_rev_commit(t->repo, from, &t->head.commit, err) : VV_OK;
	vv_auto(char) *where = NULL;
	vv_auto(vv_ref) ref = {0};
	vv_status rc = vv_ref_get(t->repo, t->branch, &ref, err);

	t->head.unborn = rc == VV_ENOTFOUND;
	if (rc == VV_OK) {
		t->head.commit = ref.commit;
	} else if (rc == VV_ENOTFOUND) {
		rc = find_start(t, from, err);
	}
	if (rc == VV_OK && (rc = vv_branch_checked_out(t->repo, t->branch, &where, err)) == VV_OK &&
	    where) {
		rc = vv_fail(err, VV_EREFUSED, "the branch '%s' is checked out in '%s'",
			     vv_text_shows(t->branch), vv_text_shows(where));
	}
	return rc;
}

/* Reads the state that a caller may have read before another writer, for which this one waits,
 * changes it. */
static vv_status look_before(vv_txn *t, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(t->repo, &head, err);

	t->waited = true;
	t->seen = head.commit;
	return rc < 0 ? rc : vv_index_open(&t->seen_index, t->repo, err);
}

/* A branch waits for the writer's lock, perhaps. */
static vv_status look_at_branch(vv_txn *t, const char *from, vv_error *err)
{
	vv_status rc = read_branch(t, from, err);

	t->waited = true;
	t->seen = t->head.commit;
	return rc;
}

static vv_status take_turn(vv_txn *t, const char *from, vv_error *err)
{
	vv_status rc = t->branch ? look_at_branch(t, from, err) : vv_write_turn_try(t->repo, err);

	if (!t->branch && rc == VV_ELOCKED) {
		rc = look_before(t, err);
	}
	return rc < 0 || vv_repository_is_bare(t->repo) ? rc
							: vv_put_right(t->repo, NULL, NULL, err);
}

/* Reads the current index, and the branch. */
vv_status vv_txn_begin(vv_txn *t, const char *from, vv_error *err)
{
	const bool none = t->branch != NULL;
	vv_writer *w;
	vv_status rc;

	drop_changes(t);
	vv_head_clear(&t->head);
	memset(&t->head, 0, sizeof(t->head));
	/* The writer's lock comes before the index is read: varve's commands take turns. */
	if ((rc = vv_dataset_writer_blocks(t->writer, &w, err)) < 0 ||
	    (rc = none ? read_branch(t, from, err) : vv_head_read(t->repo, &t->head, err)) < 0) {
		return rc;
	}
	if (none) {
		rc = vv_index_open_tree(&t->index, t->repo,
					vv_oid_is_null(&t->head.commit) ? NULL : &t->head.commit,
					err);
	} else {
		rc = vv_index_open(&t->index, t->repo, err);
	}
	if (rc == VV_OK) {
		vv_dataset_reader_lend_index(t->reader, t->index);
	}
	return rc;
}

static vv_status name_branch(vv_txn *t, const char *branch, vv_error *err)
{
	const bool none = branch == vv_txn_no_branch;

	t->branch = vv_asprintf(
		"%s%s", none || strncmp(branch, "refs/", 5) == 0 ? "" : "refs/heads/", branch);
	if (!t->branch || none) return t->branch ? VV_OK : vv_fail_nomem(err);
	return strncmp(t->branch, "refs/heads/", 11) == 0
		       ? vv_ref_name_check(t->branch + 11, err)
		       : vv_fail(err, VV_EUSAGE, "'%s' is not a branch", vv_text_shows(branch));
}

vv_status vv_txn_open(vv_txn **out, vv_repository *r, const char *branch, const char *from,
		      const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_txn) *t = vv_calloc(1, sizeof(*t));
	vv_status rc = VV_OK;

	*out = NULL;
	if (!t) return vv_fail_nomem(err);
	t->repo = r;
	if (branch) {
		rc = name_branch(t, branch, err);
	} else if (vv_repository_is_bare(r)) {
		rc = vv_fail(err, VV_EUSAGE, "a bare repository has no work tree: name a branch");
	}
	vv_repository_sweep_locks(r);
	if (rc < 0 || (rc = take_turn(t, from, err)) < 0 ||
	    (rc = vv_dataset_writer_open(&t->writer, r, progress, err)) < 0) {
		return rc;
	}
	t->reader = vv_dataset_writer_reader(t->writer);
	if ((rc = vv_txn_begin(t, from, err)) < 0) return rc;
	return vv_hand_over(out, &t);
}

void vv_txn_free(vv_txn *t)
{
	if (!t) return;
	if (t->reader) {
		vv_txn_close_index(t);
	}
	vv_dataset_writer_close(t->writer);
	vv_repository_discard(t->repo);
	vv_index_close(t->seen_index);
	drop_changes(t);
	vv_free(t->changes);
	vv_array_clear(t->results, t->result_count, it, vv_free_all((*it)->what.path, *it));
	vv_head_clear(&t->head);
	vv_free_all(t->branch, t);
}

/* --- changes ----------------------------------------------------------------------------- */

/* Its place, or where it belongs. */
static size_t place_of(const vv_txn *t, const char *path, bool *there)
{
	size_t low = vv_first_place(i, t->change_count, strcmp(t->changes[i].path, path) < 0);
	*there = low < t->change_count && strcmp(t->changes[low].path, path) == 0;
	return low;
}

/* The change of a path, made when it is looked at first: as the index has it. NULL: no memory. */
static vv_txn_change *change_of(vv_txn *t, const char *path, vv_error *err)
{
	bool there;
	size_t at = place_of(t, path, &there);
	vv_index_entry e;

	if (there) return &t->changes[at];
	if (!vv_array_room(t->changes, t->change_count, t->change_cap)) {
		vv_fail_nomem(err);
		return NULL;
	}
	vv_txn_change *c = &t->changes[at];
	memmove(c + 1, c, (t->change_count - at) * sizeof(*c));
	*c = (vv_txn_change){.path = vv_strdup(path)};
	if (!c->path) {
		memmove(c, c + 1, (t->change_count - at) * sizeof(*c));
		vv_fail_nomem(err);
		return NULL;
	}
	t->change_count++;
	if (vv_index_get(t->index, path, &e)) {
		c->old_mode = c->new_mode = e.mode;
		c->old_id = c->new_id = e.id;
	}
	return c;
}

static vv_status add_result(vv_txn *t, const vv_txn_change *c, const vv_add_outcome *what,
			    vv_error *err)
{
	vv_auto_free vv_txn_result *r = vv_calloc(1, sizeof(*r));

	if (!r) return vv_fail_nomem(err);
	r->what = *what;
	if (c->new_mode == 0) {
		r->state = 'D';
	} else if (c->old_mode == 0) {
		r->state = 'A';
	} else if (c->new_mode == c->old_mode && vv_oid_equal(&c->new_id, &c->old_id)) {
		r->state = ' ';
	} else {
		r->state = 'M';
	}
	r->what.path = vv_strdup(c->path);
	if (!vv_array_own(t->results, t->result_count, t->result_cap, r->what.path, r)) {
		return vv_fail_nomem(err);
	}
	r = NULL;
	return VV_OK;
}

bool vv_txn_next(vv_txn *t, const vv_txn_result **out)
{
	*out = t->result_next < t->result_count ? t->results[t->result_next++] : NULL;
	return *out != NULL;
}

/* Takes what became of the path into the list; the index has it already. */
static vv_status note_outcome(vv_txn *t, const vv_add_outcome *what, bool work, vv_error *err)
{
	vv_txn_change *c = change_of(t, what->path, err);

	if (!c) return VV_ENOMEM;
	c->made = true;
	c->new_mode = what->mode;
	c->new_id = what->blob;
	c->dataset = what->dataset;
	c->track = what->track || (c->track && what->dataset);
	c->work = work;
	if (!work) {
		c->st = what->st;
	}
	return add_result(t, c, what, err);
}

/* --- the work tree -------------------------------------------------------------- */

static void warn_lines(vv_txn *t, const vv_buf *lines)
{
	for (vv_line l = {.rest = vv_buf_cstr(lines)}; vv_line_next(&l);) {
		vv_notes_warn(vv_repository_notes(t->repo), "%.*s", (int)l.len, l.text);
	}
}

static vv_status add_paths(vv_txn *t, const vv_add_request *req, vv_error *err)
{
	vv_auto(vv_add_plan) plan = {0};
	vv_auto(vv_add_report) rep = {0};
	vv_status rc = vv_add_plan_make(&plan, t->repo, t->index, t->reader, req, err);

	for (size_t i = 0; rc == VV_OK && i < plan.count; i++) {
		rc = change_of(t, plan.items[i].path, err) ? VV_OK : VV_ENOMEM;
	}
	if (rc == VV_OK) {
		rc = vv_add_import(&rep, &plan, t->repo, t->index, t->writer, req, false, err);
	}
	for (size_t i = 0; rc == VV_OK && i < rep.outcome_count; i++) {
		rc = note_outcome(t, &rep.outcomes[i], false, err);
	}
	warn_lines(t, &rep.warnings);
	return rc;
}

vv_status vv_txn_add(vv_txn *t, const vv_add_request *req, vv_error *err)
{
	vv_error own = {0};
	vv_status rc;

	if ((rc = vv_txn_is_over(t, err)) < 0) return rc;
	if (t->branch) {
		return vv_fail(err, VV_EUSAGE, "a transaction on a branch has no work tree");
	}
	rc = add_paths(t, req, &own);
	return vv_txn_over(t, rc, &own, err);
}

/* A file that will be replaced must be one that is not lost thereby. */
static vv_status look_at_file(vv_txn *t, vv_txn_change *c, bool replace, vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_checkout checkout = {t->repo, t->reader, t->index};
	vv_index_entry e;
	bool clean = false, staged = c->made;

	if (t->branch || c->work) return VV_OK;
	if (!(file = vv_repository_file(t->repo, c->path))) return vv_fail_nomem(err);
	vv_status rc = vv_worktree_check_above(t->repo, c->path, err);
	c->was_there = rc == VV_OK && vv_lstat(&c->was, file, NULL) == VV_OK;
	if (rc < 0 || !c->was_there || replace) return rc;
	if (c->made) {
		clean = vv_stat_equal(&c->was, &c->st);
	} else if ((staged = vv_index_get(t->index, c->path, &e))) {
		rc = vv_checkout_is_clean(&checkout, &e, &clean, err);
	}
	staged = staged || vv_index_is_unmerged(t->index, c->path);
	if (rc < 0 || clean) return rc;
	return vv_fail(err, VV_EREFUSED,
		       staged ? "'%s' has unstaged changes"
			      : "'%s' exists, and is not tracked, so it would be lost",
		       vv_text_shows(c->path));
}

/* --- putting ----------------------------------------------------------------------------- */

typedef struct putting {
	const char *path;
	const vv_txn_put_options *o;
	vv_index_entry before;
	bool had, replace, rebased;
	vv_add_outcome what; /* its path borrowed */
} putting;

static vv_status must_be_free(vv_txn *t, putting *p, vv_error *err)
{
	vv_status rc = vv_path_check_plain(p->path, err);

	if (rc < 0) return rc;
	p->had = vv_index_get(t->index, p->path, &p->before);
	if (p->had && !S_ISREG(p->before.mode)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is a symbolic link or a submodule",
			       vv_text_shows(p->path));
	}
	if ((rc = vv_index_check_free(t->index, p->path, err)) < 0) return rc;
	p->what.path = (char *)(uintptr_t)p->path; /* only read */
	p->what.mode = p->had ? p->before.mode : 0100644;
	return VV_OK;
}

/* The rules of lib/worktree/add_plan.h for a path that is named. */
static vv_status decide_path(vv_txn *t, putting *p, vv_error *err)
{
	vv_add_outcome *what = &p->what;
	bool tracked = false, pointer = false, compared = false;
	vv_status rc;

	if (vv_add_never(p->path)) {
		return p->o->described ? vv_fail(err, VV_EUSAGE, "%s cannot be a table",
						 vv_text_shows(p->path))
				       : VV_OK;
	}
	if ((rc = vv_attr_tracked(t->repo, p->path, &tracked, err)) < 0 ||
	    (rc = vv_attr_compared(t->repo, p->path, &compared, err)) < 0 ||
	    (p->had &&
	     (rc = vv_dataset_reader_is_pointer(t->reader, &p->before.id, &pointer, err)) < 0)) {
		return rc;
	}
	what->dataset = tracked || p->o->described || pointer ||
			(!p->had && !compared && vv_add_looks_like_table(p->path));
	what->track = what->dataset && !tracked;
	return what->dataset ? vv_path_check(p->path, err) : VV_OK;
}

/* Makes the data put so far readable for all handles of the repository. */
static vv_status make_readable(vv_txn *t, vv_error *err)
{
	vv_error own = {0};
	vv_status rc;

	if ((rc = vv_dataset_writer_commit(t->writer, &own)) == VV_OK) {
		rc = vv_repository_flush(t->repo, &own);
	}
	return vv_txn_over(t, rc, &own, err);
}

/* The version before is the transaction's own where it has put one. */
static vv_status find_parent(vv_txn *t, const putting *p, vv_dataset_options *import, vv_error *err)
{
	bool there;
	size_t at = place_of(t, p->path, &there);

	import->no_parent = import->no_parent || (t->branch && !p->had);
	return there && t->changes[at].made ? make_readable(t, err) : VV_OK;
}

static vv_status put_dataset(vv_txn *t, putting *p, const vv_source *source, vv_error *err)
{
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_auto(vv_dataset_found) found = {0};
	vv_oid id;
	bool retyped = false;
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_status rc;

	if (p->o->import) {
		import = *p->o->import;
	}
	import.as_named = true;
	/* Its pointer can be read at once, though blocks and pointer become durable in their order. */
	if ((rc = find_parent(t, p, &import, err)) < 0 ||
	    (rc = vv_dataset_writer_stream(t->writer, p->path, source, &import, &found, err)) < 0 ||
	    (rc = vv_blob_write(t->repo, vv_buf_cstr(&found.pointer), found.pointer.len, &id,
				err)) < 0 ||
	    (rc = vv_add_findings(&lines, &retyped, p->path, NULL, &found.result, err)) < 0 ||
	    (rc = vv_add_outcome_take(&p->what, &found, err)) < 0) {
		return rc;
	}
	vv_buf_put(&lines, vv_buf_cstr(&found.result.warnings), found.result.warnings.len);
	warn_lines(t, &lines);
	return VV_OK;
}

static vv_status read_all(vv_buf *out, const vv_source *source, const char *path, vv_error *err)
{
	for (;;) {
		if (!vv_buf_reserve(out, 65536)) return vv_fail_nomem(err);
		ssize_t n = source->read(source->payload, out->data + out->len, 65536, err);
		if (n <= 0) return (vv_status)n;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len > VV_TXN_PLAIN_MAX) {
			return vv_fail(err, VV_EREFUSED,
				       "'%s' is larger than 64 MB, the limit for files that are "
				       "not tables",
				       vv_text_shows(path));
		}
	}
}

/* Refuses a path with a filter, whose output is unknown here. */
static vv_status refuse_filter(vv_txn *t, const char *path, vv_error *err)
{
	vv_auto(char) *filter = NULL;
	vv_status rc = vv_attr_value(t->repo, path, "filter", &filter, err);

	if (rc == VV_OK && *filter && strcmp(filter, "varve") != 0) {
		rc = vv_fail(err, VV_EREFUSED,
			     "'%s' uses Git's filter '%s', which a transaction "
			     "does not support",
			     vv_text_shows(path), vv_text_shows(filter));
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status put_plain(vv_txn *t, putting *p, const vv_source *source, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc;

	if ((rc = refuse_filter(t, p->path, err)) == VV_OK &&
	    (rc = read_all(&bytes, source, p->path, err)) == VV_OK) {
		rc = vv_blob_write(t->repo, vv_buf_cstr(&bytes), bytes.len, &p->what.blob, err);
		p->what.bytes = bytes.len;
	}
	return rc;
}

/* null: nothing */
static vv_status id_in(vv_oid *out, vv_txn *t, const vv_oid *commit, const char *path,
		       vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	vv_status rc = vv_oid_is_null(commit) ? VV_OK
					      : vv_tree_entry_at(t->repo, commit, path, &e, err);

	*out = e.id;
	return vv_missing_ok(rc, err);
}

/* Bytes that take the place of what another writer made while this one waited would take it back unseen. */
static vv_status must_be_seen(vv_txn *t, const vv_txn_change *c, vv_error *err)
{
	vv_index_entry e = {.mode = 0};
	bool same = true;
	vv_oid then, now;
	vv_status rc;

	if (!t->waited) return VV_OK;
	if (t->seen_index) {
		(void)vv_index_get(t->seen_index, c->path, &e);
		same = vv_oid_equal(&e.id, &c->old_id);
	}
	if (same && !vv_oid_equal(&t->seen, &t->head.commit)) {
		if ((rc = id_in(&then, t, &t->seen, c->path, err)) < 0 ||
		    (rc = id_in(&now, t, &t->head.commit, c->path, err)) < 0) {
			return rc;
		}
		same = vv_oid_equal(&then, &now);
	}
	if (same) return VV_OK;
	return vv_fail(err, VV_ECONFLICT,
		       "another writer changed '%s' in the meantime\nread it again, then retry",
		       vv_text_shows(c->path));
}

/* Sets the change in the list, then in the index: a failure leaves both unchanged. */
static vv_status set_change(vv_txn *t, const putting *p, vv_error *err)
{
	const vv_add_outcome *what = &p->what;
	vv_txn_change *c = change_of(t, what->path, err);
	vv_status rc = c ? look_at_file(t, c, p->replace, err) : VV_ENOMEM;

	if (rc < 0 || (!p->rebased && (rc = must_be_seen(t, c, err)) < 0)) return rc;
	rc = what->mode ? vv_index_set(t->index, what->path, what->mode, &what->blob, NULL, err)
			: vv_index_remove(t->index, what->path, err);
	if (rc == VV_OK && strcmp(vv_path_base(what->path), VV_TXN_ATTRIBUTES) == 0) {
		vv_index_ask_attributes(t->index);
	}
	return rc < 0 ? rc : note_outcome(t, what, true, err);
}

vv_status vv_txn_put(vv_txn *t, const char *path, const vv_source *source,
		     const vv_txn_put_options *o, vv_error *err)
{
	const vv_txn_put_options none = {0};
	putting p = {.path = path, .o = o ? o : &none};
	vv_status rc;

	p.replace = p.o->replace;
	p.rebased = p.o->rebased;
	if ((rc = vv_txn_is_over(t, err)) < 0 || (rc = must_be_free(t, &p, err)) < 0 ||
	    (rc = decide_path(t, &p, err)) < 0 ||
	    (rc = p.what.dataset ? put_dataset(t, &p, source, err)
				 : put_plain(t, &p, source, err)) < 0) {
		return rc;
	}
	return set_change(t, &p, err);
}

vv_dataset_reader *vv_txn_reader(vv_txn *t)
{
	return t->reader;
}

vv_status vv_txn_blob(vv_oid *out, vv_txn *t, const char *path, vv_error *err)
{
	vv_index_entry e;
	bool there;
	vv_status rc = vv_txn_is_over(t, err);

	if (rc < 0) return rc;
	size_t at = place_of(t, path, &there);
	if (!vv_index_get(t->index, path, &e)) {
		return vv_fail(err, VV_ENOTFOUND, "no such file '%s'", vv_text_shows(path));
	}
	*out = e.id;
	return there && t->changes[at].made ? make_readable(t, err) : VV_OK;
}

typedef struct copying {
	vv_store *from;
	vv_writer *to;
	vv_buf *block;
} copying;

static vv_status copy_block(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			    vv_status state VV_UNUSED, vv_error *err)
{
	copying *c = payload;
	vv_status rc;

	if (vv_writer_has(c->to, cid)) return VV_OK;
	if (!bytes) {
		if ((rc = vv_store_get(c->from, cid, c->block, err)) < 0) return rc;
		bytes = c->block->data;
		len = c->block->len;
	}
	return vv_writer_put(c->to, cid, bytes, len, NULL, err);
}

vv_status vv_txn_copy(vv_txn *t, vv_store *from, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	copying c = {.from = from, .block = &block};
	vv_walk walk = {.store = from, .budget = UINT64_MAX, .visit = copy_block, .payload = &c};
	vv_status rc;

	if ((rc = vv_txn_is_over(t, err)) < 0 ||
	    (rc = vv_dataset_writer_blocks(t->writer, &c.to, err)) < 0 ||
	    (rc = vv_walk_from(&walk, root, err)) < 0) {
		return rc;
	}
	return make_readable(t, err);
}

vv_status vv_txn_copy_blob(vv_txn *t, vv_repository *from, const vv_oid *blob, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_oid id;
	vv_status rc = vv_blob_read(from, blob, VV_TXN_PLAIN_MAX, &bytes, err);

	return rc < 0 ? rc : vv_blob_write(t->repo, vv_buf_cstr(&bytes), bytes.len, &id, err);
}

vv_status vv_txn_put_root(vv_txn *t, const char *path, const vv_cid *cid, bool replace,
			  vv_error *err)
{
	const vv_txn_put_options described = {.described = true};
	putting p = {.path = path, .o = &described, .replace = replace};
	vv_auto(vv_dataset_found) found = {0};
	vv_store *store;
	vv_status rc;

	if ((rc = vv_txn_is_over(t, err)) < 0 || (rc = must_be_free(t, &p, err)) < 0 ||
	    (rc = decide_path(t, &p, err)) < 0 ||
	    (rc = vv_repository_store(t->repo, &store, err)) < 0) {
		return rc;
	}
	found.result.cid = *cid;
	if ((rc = vv_root_load(&found.result.root, store, cid, err)) < 0 ||
	    (rc = vv_root_pointer(&found.pointer, cid, &found.result.root, err)) < 0 ||
	    (rc = vv_blob_write(t->repo, found.pointer.data, found.pointer.len, &found.blob, err)) <
		    0 ||
	    (rc = vv_add_outcome_take(&p.what, &found, err)) < 0) {
		return rc;
	}
	return set_change(t, &p, err);
}

vv_status vv_txn_put_blob(vv_txn *t, const char *path, uint32_t mode, const vv_oid *blob,
			  bool replace, vv_error *err)
{
	putting p = {.path = path, .replace = replace};
	vv_status rc;

	if ((rc = vv_txn_is_over(t, err)) < 0 || (rc = must_be_free(t, &p, err)) < 0 ||
	    (rc = vv_blob_size(t->repo, blob, &p.what.bytes, err)) < 0) {
		return rc;
	}
	p.what.mode = mode;
	p.what.blob = *blob;
	return set_change(t, &p, err);
}

vv_status vv_txn_remove(vv_txn *t, const char *path, bool replace, vv_error *err)
{
	putting p = {.path = path, .replace = replace};
	vv_status rc;

	if ((rc = vv_txn_is_over(t, err)) < 0) return rc;
	if (!vv_index_get(t->index, path, &p.before)) {
		return vv_fail(err, VV_ENOTFOUND, "no such file '%s'", vv_text_shows(path));
	}
	p.what.path = (char *)(uintptr_t)path; /* only read */
	return set_change(t, &p, err);
}
