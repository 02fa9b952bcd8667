/*
 * changes: counts changes, and follows a path down its history.
 */
#include "cmd/web/model/changes.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/model/table.h"
#include "lib/documents/reader.h"
#include "lib/status/change_count.h"
#include "lib/status/sides.h"
#include "lib/view/table_diff.h"
#include "lib/view/table_pairs.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/path_log.h"
#include "repo/git/merge/renames.h"
#include "repo/known/gap.h"

bool vv_web_is_table(const vv_content *c, const char *path)
{
	return c->stored ? c->table : c->file && !c->damaged && vv_diff_is_table_name(path, false);
}

/* --- counts, remembered ---------------------------------------------------------------------- */

static void keep_counts(vv_web_kept *k, void *object)
{
	vv_change_counts *c = object;
	size_t len = k->reading || !c->form ? 0 : strlen(c->form);

	vv_web_kept_bytes(k, c, sizeof(*c));
	vv_web_kept_bytes(k, &len, sizeof(len));
	if (c->form) {
		c->form = (char *)(uintptr_t)vv_web_kept_text(k, c->form, len);
	}
}

void vv_web_counts_take(vv_web_visit *v, vv_change_counts *c)
{
	vv_auto(char) *form = c->form;

	c->form = (char *)(uintptr_t)vv_web_keep_text(v, form);
}

/* The two versions to compare. */
typedef struct versions {
	const vv_web_commit *a, *b;
	const char *document; /* of a document, its table, "" for the only one; NULL: it is none */
	const char *was;      /* that table in a; NULL: the same */
} versions;

const char *vv_web_gap_words(vv_gap gap)
{
	return gap == VV_GAP_EXPIRED ? "rows have expired" : "data is missing";
}

/* Why the rows of one of two versions are not here. */
static vv_status find_gap(vv_gap *out, vv_web_visit *v, const vv_cid *a, const vv_cid *b,
			  vv_error *err)
{
	vv_gap old_gap, new_gap;
	vv_status rc = vv_gap_of(&old_gap, v->repo, a, err);

	if (rc < 0 || (rc = vv_gap_of(&new_gap, v->repo, b, err)) < 0) return rc;
	vv_gap_add(out, old_gap);
	vv_gap_add(out, new_gap);
	*out = *out ? *out : VV_GAP_LOST;
	return VV_OK;
}

static vv_status count_change(vv_web_visit *v, vv_web_change *out, const vv_change *c,
			      const vv_content *a, const vv_content *b, const versions *of,
			      vv_error *err)
{
	const char *table = of->document && *of->document ? of->document : NULL,
		   *was = of->was ? of->was : table;
	vv_auto(vv_buf) key = VV_BUF_INIT;
	bool over, both_stored = a->stored && b->stored;
	vv_status rc;

	vv_buf_puts(&key, "count");
	vv_buf_put(&key, both_stored ? (const void *)&a->root : (const void *)&c->old_id,
		   both_stored ? sizeof(a->root) : sizeof(c->old_id));
	vv_buf_put(&key, both_stored ? (const void *)&b->root : (const void *)&c->new_id,
		   both_stored ? sizeof(b->root) : sizeof(c->new_id));
	if (!both_stored) { /* how text is read depends on its name, and on files beside it */
		vv_buf_printf(&key, "%s %s %s ", of->a->hex, of->b->hex, c->path);
	}
	vv_buf_printf(&key, "%s %s", table ? table : "", was ? was : "");
	if (vv_web_recall(v, &key, keep_counts, &out->counts)) return VV_OK;
	if ((rc = vv_web_over(v, &over, err)) < 0 || over) return rc;
	rc = both_stored ? vv_change_count(&out->counts, v->repo, c->path, &a->root, &b->root, err)
			 : vv_change_count_texts(&out->counts, NULL, v->repo, v->reader, c->path,
						 (vv_text_version){.blob = &c->old_id,
								   .commit = &of->a->id,
								   .table = was},
						 (vv_text_version){.blob = &c->new_id,
								   .commit = &of->b->id,
								   .table = table},
						 VV_COUNT_TEXT_MAX, err);
	if (rc == VV_OK) {
		if (both_stored && !out->counts.counted && !out->counts.many &&
		    (rc = find_gap(&out->gap, v, &a->root, &b->root, err)) < 0) {
			return rc;
		}
		vv_web_counts_take(v, &out->counts);
		if (out->counts.counted) {
			vv_web_remember(v, &key, keep_counts, &out->counts);
		}
	}
	return rc;
}

/* --- one path ------------------------------------------------------------------------------ */

static vv_web_change_kind kind_of(const char *old_path, unsigned old_mode, unsigned new_mode)
{
	if (old_path) return VV_WEB_RENAMED;
	if (old_mode == 0) return VV_WEB_ADDED;
	return new_mode == 0 ? VV_WEB_REMOVED : VV_WEB_CHANGED;
}

static void put_words(vv_web_visit *v, vv_web_change *out, const vv_change *c, const vv_content *a,
		      const vv_content *b)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;

	if (a->submodule && b->submodule) {
		vv_buf_printf(&words, "submodule %.7s", vv_oid_shows(&c->old_id));
		vv_buf_printf(&words, " -> %.7s", vv_oid_shows(&c->new_id));
	} else if (b->submodule) {
		vv_buf_puts(&words, a->there ? "now a submodule" : "new: submodule");
	} else if (a->submodule) {
		vv_buf_puts(&words, b->there ? "no longer a submodule" : "removed: submodule");
	} else if (out->kind == VV_WEB_ADDED && b->table && b->rows + b->columns > 0) {
		vv_change_whole_put(&words, false, b->rows, b->columns);
	} else if (out->kind == VV_WEB_REMOVED && a->stored && a->table) {
		vv_change_whole_put(&words, true, a->rows, a->columns);
	} else if (out->kind == VV_WEB_ADDED) {
		vv_buf_printf(&words, "new: %s", vv_text_bytes(b->bytes));
	} else if (out->kind == VV_WEB_REMOVED) {
		vv_buf_printf(&words, "removed: %s", vv_text_bytes(a->bytes));
	} else if (out->gap) {
		vv_buf_printf(&words, "%s, not compared: %s", vv_text_counted(b->rows, "row", NULL),
			      vv_web_gap_words(out->gap));
	} else {
		vv_change_counts_put(&words, &out->counts);
	}
	out->words = vv_web_keep_buf(v, &words);
}

/* c: both sides' modes, ids and the new path; old_path: where it was renamed. */
static vv_status describe_change(vv_web_visit *v, vv_web_change *out, const vv_change *c,
				 const char *old_path, const versions *of, vv_error *err)
{
	const char *document = of->document, *table = document && *document ? document : NULL;
	bool over = false;
	vv_content a, b;
	vv_status rc;

	*out = (vv_web_change){.kind = kind_of(old_path, c->old_mode, c->new_mode),
			       .path = vv_web_keep_text(v, c->path),
			       .old_path = vv_web_keep_text(v, old_path)};
	if ((rc = vv_content_read(&a, v->repo, c->old_mode, &c->old_id, err)) < 0 ||
	    (rc = vv_content_read(&b, v->repo, c->new_mode, &c->new_id, err)) < 0) {
		return rc;
	}
	if (document && !a.there &&
	    ((rc = vv_web_over(v, &over, err)) < 0 ||
	     (!over &&
	      (rc = vv_text_count_rows(
		       &b.table, &b.rows, &b.columns, v->repo, v->reader, c->path,
		       (vv_text_version){.blob = &c->new_id, .commit = &of->b->id, .table = table},
		       err)) < 0))) {
		return rc;
	}
	out->table = document ||
		     ((!a.there || vv_web_is_table(&a, old_path ? old_path : c->path)) &&
		      (!b.there || vv_web_is_table(&b, c->path)));
	out->rows = b.there ? b.rows : a.rows;
	out->columns = b.there ? b.columns : a.columns;
	if (out->table && a.there && b.there && !vv_oid_equal(&c->old_id, &c->new_id) &&
	    (rc = count_change(v, out, c, &a, &b, of, err)) < 0) {
		return rc;
	}
	put_words(v, out, c, &a, &b);
	return VV_OK;
}

/* --- two versions ---------------------------------------------------------------------------- */

/* path: only this file, no files of a folder that had its name; NULL: all. */
static vv_status read_files(vv_changed_files *out, vv_web_visit *v, const vv_web_commit *a,
			    const vv_web_commit *b, const char *path, vv_error *err)
{
	const char *const paths[] = {path, NULL};
	size_t kept = 0;
	const vv_oid *old = a->none ? NULL : &a->id, *now = b->none ? NULL : &b->id;
	vv_status rc = vv_changed_files_read(out, v->repo, old, now, path ? paths : NULL, err);

	vv_array_each(out->items, rc == VV_OK ? out->count : 0, it) {
		if (!path || strcmp(it->change.path, path) == 0) {
			out->items[kept++] = *it;
		}
	}
	out->count = kept;
	return rc;
}

/* For `count` changes, or as many of them as are shown. */
static vv_status make_room(vv_web_visit *v, vv_web_log_entry *e, size_t count, size_t limit,
			   vv_error *err)
{
	e->more = count > limit;
	e->count = e->more ? limit : count;
	e->changes = vv_arena_calloc(&v->arena, e->count + 1, sizeof(*e->changes));
	return e->changes ? VV_OK : vv_fail_nomem(err);
}

static vv_status describe_all(vv_web_visit *v, const vv_changed_files *l, const versions *of,
			      size_t limit, vv_web_log_entry *out, vv_error *err)
{
	vv_status rc = make_room(v, out, l->count, limit, err);

	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		rc = describe_change(v, &out->changes[i], &l->items[i].change, l->items[i].old_path,
				     of, err);
	}
	return rc;
}

/* The work tree's changes are listed by path alone: rows are compared when a file is opened. */
static vv_status work_changes(vv_web_visit *v, vv_web_log_entry *out, size_t limit, vv_error *err)
{
	char hex[VV_OID_TEXT + 1], *argv[] = {hex, NULL};
	const vv_diff_sides_options opts = {.dashdash = 1, .renames = true};
	vv_auto(vv_diff_sides) d = {.count = 0};
	vv_status rc;

	vv_oid_text(hex, &out->before.id);
	if ((rc = vv_diff_sides_find(&d, v->repo, v->reader, 1, argv, &opts, err)) < 0 ||
	    (rc = make_room(v, out, d.count, limit, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < out->count; i++) {
		const vv_diff_path *p = &d.paths[i];

		out->changes[i] = (vv_web_change){
			.kind = kind_of(p->old_path, p->old_mode, p->new_mode),
			.table = vv_diff_is_table_name(p->path, false),
			.words = "",
			.path = vv_web_keep_text(v, p->path),
			.old_path = vv_web_keep_text(v, p->old_path)};
	}
	return VV_OK;
}

vv_status vv_web_changes_between(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
				 size_t limit, vv_web_log_entry *out, vv_error *err)
{
	const versions of = {a, b, NULL, NULL};
	vv_auto(vv_changed_files) l = {.count = 0};

	*out = (vv_web_log_entry){.commit = *b, .before = *a};
	if (b->work && !a->work && !a->none) return work_changes(v, out, limit, err);
	vv_status rc = read_files(&l, v, a, b, NULL, err);
	return rc < 0 ? rc : describe_all(v, &l, &of, limit, out, err);
}

/* --- history --------------------------------------------------------------------------------- */

vv_status vv_web_renamed(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			 const char *path, const char **old, vv_error *err)
{
	vv_auto(char) *found = NULL;
	bool there;
	vv_status rc;

	*old = NULL;
	if (a->none || a->work || b->none || b->work) return VV_OK;
	if ((rc = vv_web_has(v, a, path, &there, err)) < 0 || there ||
	    (rc = vv_web_has(v, b, path, &there, err)) < 0 || !there ||
	    (rc = vv_renamed_from(v->repo, &a->id, &b->id, path, &found, err)) < 0) {
		return rc;
	}
	*old = vv_web_keep_text(v, found);
	return VV_OK;
}

vv_status vv_web_walk_open(vv_web_walk *w, const vv_oid *from, const char *path, vv_error *err)
{
	const char *const paths[] = {path, NULL};
	const vv_lineage_tables none = {.was = NULL};
	const vv_log_options o = {
		.ranges = &w->range, .range_count = 1, .paths = path ? paths : NULL};

	w->range = (vv_range){.include = *from};
	w->table = w->was_table = "";
	if (path) {
		return vv_path_log_open(&w->of_path, w->v->repo, &o,
					w->known ? none : vv_table_lineage(w->v->reader), err);
	}
	return vv_log_open(&w->log, w->v->repo, &o, err);
}

int vv_web_walk_next(vv_web_walk *w, vv_error *err)
{
	vv_path_log_entry at = {.path = NULL};
	int more = w->of_path ? vv_path_log_next(w->of_path, &at, err)
			      : vv_log_next(w->log, &at.commit, err);
	vv_status rc;

	if (more <= 0) return more;
	w->path = NULL;
	if (at.paths[0]) {
		const char *was = at.paths[1] ? at.paths[1] : at.paths[0];

		w->table = at.paths[0] + strlen(at.paths[0]) - at.tails[0];
		w->was_table = was + strlen(was) - at.tails[at.paths[1] ? 1 : 0];
		w->path = vv_web_text(w->v, "%.*s", (int)(w->table - at.paths[0]), at.paths[0]);
	}
	w->old = NULL;
	if ((rc = vv_web_commit_read(w->v, &at.commit, &w->commit, err)) < 0 ||
	    (rc = vv_web_commit_before(w->v, &w->commit, &w->before, err)) < 0 ||
	    (at.paths[1] &&
	     (rc = vv_web_renamed(w->v, &w->before, &w->commit, w->path, &w->old, err)) < 0)) {
		return (int)rc;
	}
	return 1;
}

void vv_web_walk_close(vv_web_walk *w)
{
	vv_log_close(w->log);
	vv_path_log_close(w->of_path);
}

#define CHANGES_SHOWN 50u

/* Takes the path's source as the other side of the change. */
static vv_status take_old(const vv_web_walk *w, vv_changed_file *c, vv_error *err)
{
	vv_auto(vv_tree_entry) t = {.path = NULL};
	vv_status rc = vv_tree_entry_at(w->v->repo, &w->before.id, w->old, &t, err);

	if (rc < 0) return rc;
	c->old_path = w->old;
	c->change.old_mode = t.mode;
	c->change.old_id = t.id;
	return VV_OK;
}

static const char *document_of(const vv_web_walk *w)
{
	if (*w->table) return w->table + 1;
	if (w->path && vv_web_runs_readers(w->v) &&
	    vv_document_is_name(w->v->repo, vv_repository_env(w->v->repo), w->path)) {
		return "";
	}
	return NULL;
}

/* A commit's changes to the path, or to all. */
static vv_status read_entry(vv_web_walk *w, vv_web_log_entry *e, vv_error *err)
{
	const versions of = {&w->before, &w->commit, document_of(w),
			     *w->was_table ? w->was_table + 1 : NULL};
	vv_auto(vv_changed_files) l = {.count = 0};
	vv_status rc;

	*e = (vv_web_log_entry){.commit = w->commit, .before = w->before};
	if ((rc = read_files(&l, w->v, &e->before, &e->commit, w->path, err)) < 0 ||
	    (w->old && l.count == 1 && (rc = take_old(w, &l.items[0], err)) < 0)) {
		return rc;
	}
	rc = describe_all(w->v, &l, &of, CHANGES_SHOWN, e, err);
	if (rc == VV_OK && w->path && e->count > 0 && e->changes[0].kind != VV_WEB_REMOVED) {
		e->rows = e->changes[0].counts.counted ? e->changes[0].counts.new_rows
						       : e->changes[0].rows;
	}
	/* reported for a document's table */
	vv_array_each(e->changes, *w->table ? e->count : 0, c) {
		if (c->old_path || strcmp(w->table, w->was_table) != 0) {
			c->old_path = vv_web_text(w->v, "%s%s", c->old_path ? c->old_path : c->path,
						  w->was_table);
			c->kind = VV_WEB_RENAMED;
		}
		c->path = vv_web_text(w->v, "%s%s", c->path, w->table);
	}
	return rc;
}

static vv_status read_log(vv_web_walk *w, size_t limit, int64_t since, vv_web_log *out,
			  vv_error *err)
{
	bool over = false;
	int more;
	vv_status rc;

	while ((more = vv_web_walk_next(w, err)) > 0) {
		if (out->count > 0 && (rc = vv_web_over(w->v, &over, err)) < 0) return rc;
		if (out->count == limit || over) {
			memcpy(out->next, w->commit.hex, sizeof(out->next));
			out->next_path = w->path ? vv_web_text(w->v, "%s%s", w->path, w->table)
						 : NULL;
			return VV_OK;
		}
		if (since != 0 && w->commit.time < since) {
			continue;
		}
		if ((rc = read_entry(w, &out->entries[out->count++], err)) < 0) return rc;
	}
	out->complete = more == 0;
	return (vv_status)more;
}

vv_status vv_web_log_read(vv_web_visit *v, const vv_web_log_query *q, vv_web_log *out,
			  vv_error *err)
{
	vv_auto(vv_web_walk) w = {.v = v};
	vv_web_commit after = *q->from, since = {.time = -1};
	vv_status rc;

	*out = (vv_web_log){
		.entries = vv_arena_calloc(&v->arena, q->limit + 1, sizeof(*out->entries))};
	if (!out->entries) return vv_fail_nomem(err);
	if (q->from->none && !q->after) {
		out->complete = true;
		return VV_OK;
	}
	if ((q->after && (rc = vv_web_commit_find(v, q->after, &after, NULL, err)) < 0) ||
	    (q->since && (rc = vv_web_commit_find(v, q->since, &since, NULL, err)) < 0)) {
		return rc;
	}
	if (after.none) {
		out->complete = true;
		return VV_OK;
	}
	if ((rc = vv_web_walk_open(&w, &after.id, q->path, err)) < 0) return rc;
	return read_log(&w, q->limit, since.time + 1, out, err);
}

vv_status vv_web_log_must(const vv_web_log *log, const vv_web_log_query *q, vv_error *err)
{
	if (!q->path || log->count > 0 || q->after || q->since) return VV_OK;
	if (q->from->none) {
		return vv_fail(err, VV_ENOTFOUND, "the version before the first has no files");
	}
	return vv_fail(err, VV_ENOTFOUND, "neither version %s nor an earlier one has '%s'",
		       q->from->brief, vv_text_shows(q->path));
}
