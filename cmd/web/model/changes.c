/*
 * changes: what is counted, and how a path is followed down its history.
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
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/renames.h"

bool vv_web_is_table(const vv_content *c, const char *path)
{
	return c->stored ? c->table : c->file && !c->damaged && vv_diff_is_table_name(path, false);
}

/* --- counts, remembered ---------------------------------------------------------------------- */

static void remember(vv_web_visit *v, const vv_buf *key, const vv_change_counts *c)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;

	vv_buf_put(&bytes, c, sizeof(*c));
	vv_buf_puts(&bytes, c->form ? c->form : "");
	if (!bytes.failed && c->counted) {
		vv_web_memo_put(v->memo, key, bytes.data, bytes.len);
	}
}

static bool recall(vv_web_visit *v, const vv_buf *key, vv_change_counts *out)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	bool found = vv_web_memo_get(v->memo, key, &bytes) && bytes.len >= sizeof(*out);

	if (found) {
		memcpy(out, bytes.data, sizeof(*out));
		out->form = NULL;
		if (bytes.len > sizeof(*out)) {
			out->form = vv_arena_strndup(&v->arena, bytes.data + sizeof(*out),
						     bytes.len - sizeof(*out));
		}
	}
	return found;
}

/* The words' memory becomes the visit's. */
static vv_status take_form(vv_web_visit *v, vv_change_counts *c, vv_error *err)
{
	char *form = c->form;

	if (form) {
		c->form = vv_arena_strndup(&v->arena, form, strlen(form));
		vv_free(form);
		if (!c->form) return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* What is compared. */
typedef struct versions {
	const vv_web_commit *a, *b;
	const char *document; /* of a document, its table, "" for the only one; NULL: it is none */
} versions;

static vv_status count(vv_web_visit *v, vv_web_change *out, const vv_change *c, const vv_content *a,
		       const vv_content *b, const versions *of, vv_error *err)
{
	const char *table = of->document && *of->document ? of->document : NULL;
	vv_auto(vv_buf) key = VV_BUF_INIT;
	bool over, both_stored = a->stored && b->stored;
	vv_status rc;

	vv_buf_puts(&key, "count");
	vv_buf_put(&key, both_stored ? (const void *)&a->root : (const void *)&c->old_id,
		   both_stored ? sizeof(a->root) : sizeof(c->old_id));
	vv_buf_put(&key, both_stored ? (const void *)&b->root : (const void *)&c->new_id,
		   both_stored ? sizeof(b->root) : sizeof(c->new_id));
	if (!both_stored) { /* how text is read depends on its name, and on what lies beside it */
		vv_buf_printf(&key, "%s %s %s ", of->a->hex, of->b->hex, c->path);
	}
	vv_buf_puts(&key, table ? table : "");
	if (recall(v, &key, &out->counts)) return VV_OK;
	if ((rc = vv_web_over(v, &over, err)) < 0 || over) return rc;
	rc = both_stored ? vv_change_count(&out->counts, v->repo, c->path, &a->root, &b->root, err)
			 : vv_change_count_texts(&out->counts, v->repo, v->reader, c->path, table,
						 (vv_text_version){&c->old_id, &of->a->id},
						 (vv_text_version){&c->new_id, &of->b->id},
						 VV_COUNT_TEXT_MAX, err);
	if (rc == VV_OK) {
		out->missing = both_stored && !out->counts.counted && !out->counts.many;
		remember(v, &key, &out->counts);
		rc = take_form(v, &out->counts, err);
	}
	return rc;
}

/* --- one path ------------------------------------------------------------------------------ */

static vv_status put_words(vv_web_visit *v, vv_web_change *out, const vv_content *a,
			   const vv_content *b, vv_error *err)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;

	if (out->kind == VV_WEB_ADDED && b->table && b->rows + b->columns > 0) {
		vv_change_whole_put(&words, false, b->rows, b->columns);
	} else if (out->kind == VV_WEB_REMOVED && a->stored && a->table) {
		vv_change_whole_put(&words, true, a->rows, a->columns);
	} else if (out->kind == VV_WEB_ADDED) {
		vv_buf_printf(&words, "new: %s", vv_text_bytes(b->bytes));
	} else if (out->kind == VV_WEB_REMOVED) {
		vv_buf_printf(&words, "removed: %s", vv_text_bytes(a->bytes));
	} else if (out->missing) {
		vv_buf_printf(&words, "%s, not compared: data is not here",
			      vv_text_counted(b->rows, "row", NULL));
	} else {
		vv_change_counts_put(&words, &out->counts);
	}
	vv_status rc = vv_buf_ok(&words, err);
	if (rc == VV_OK && !(out->words = vv_web_keep(v, words.data, words.len))) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

/* c: both sides' modes, ids and the new path; old_path: where it was renamed. */
static vv_status describe(vv_web_visit *v, vv_web_change *out, const vv_change *c,
			  const char *old_path, const versions *of, vv_error *err)
{
	const char *document = of->document, *table = document && *document ? document : NULL;
	bool over = false;
	vv_content a, b;
	vv_status rc;

	*out = (vv_web_change){.kind = old_path           ? VV_WEB_RENAMED
				       : c->old_mode == 0 ? VV_WEB_ADDED
				       : c->new_mode == 0 ? VV_WEB_REMOVED
							  : VV_WEB_CHANGED,
			       .path = vv_web_keep_text(v, c->path),
			       .old_path = vv_web_keep_text(v, old_path)};
	if (!out->path || (old_path && !out->old_path)) return vv_fail_nomem(err);
	if ((rc = vv_content_read(&a, v->repo, c->old_mode, &c->old_id, err)) < 0 ||
	    (rc = vv_content_read(&b, v->repo, c->new_mode, &c->new_id, err)) < 0) {
		return rc;
	}
	if (document && !a.there &&
	    ((rc = vv_web_over(v, &over, err)) < 0 ||
	     (!over && (rc = vv_text_count_rows(
				&b.table, &b.rows, &b.columns, v->repo, v->reader, c->path, table,
				(vv_text_version){&c->new_id, &of->b->id}, err)) < 0))) {
		return rc;
	}
	out->table = document ||
		     ((!a.there || vv_web_is_table(&a, old_path ? old_path : c->path)) &&
		      (!b.there || vv_web_is_table(&b, c->path)));
	out->rows = b.there ? b.rows : a.rows;
	out->columns = b.there ? b.columns : a.columns;
	if (out->table && a.there && b.there && !vv_oid_equal(&c->old_id, &c->new_id) &&
	    (rc = count(v, out, c, &a, &b, of, err)) < 0) {
		return rc;
	}
	return put_words(v, out, &a, &b, err);
}

/* --- two versions ---------------------------------------------------------------------------- */

typedef struct collected {
	vv_change *items;
	size_t count, cap;
	const char *path; /* only this; NULL: all */
	versions of;
	vv_arena *arena;
} collected;

static void clear_collected(collected *l)
{
	vv_free(l->items);
}
VV_AUTO_CLEAR(collected, clear_collected)

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	collected *l = payload;

	if (l->path && strcmp(l->path, c->path) != 0) return VV_OK;
	if (!vv_array_room(l->items, l->count, l->cap)) return vv_fail_nomem(err);
	l->items[l->count] = *c;
	l->items[l->count].path = vv_arena_strndup(l->arena, c->path, strlen(c->path));
	return l->items[l->count++].path ? VV_OK : vv_fail_nomem(err);
}

/* Which came from where; pairs are described as one. */
static vv_status describe_all(vv_web_visit *v, const collected *l, size_t limit,
			      vv_web_change **out, size_t *count, bool *more, vv_error *err)
{
	vv_auto_free size_t *from = vv_calloc(l->count + 1, sizeof(*from));
	vv_auto_free bool *gone = vv_calloc(l->count + 1, sizeof(*gone));
	vv_status rc = from && gone ? vv_renames_among(v->repo, l->items, l->count, from, err)
				    : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < l->count; i++) {
		if (from[i] != VV_RENAMED_FROM_NONE) {
			gone[from[i]] = true;
		}
	}
	*out = vv_arena_calloc(&v->arena, (l->count < limit ? l->count : limit) + 1, sizeof(**out));
	if (rc == VV_OK && !*out) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < l->count; i++) {
		vv_change c = l->items[i];
		const char *old_path = NULL;

		if (gone[i]) {
			continue;
		}
		if (*count == limit) {
			*more = true;
			break;
		}
		if (from[i] != VV_RENAMED_FROM_NONE) {
			const vv_change *was = &l->items[from[i]];

			old_path = was->path;
			c.old_mode = was->old_mode;
			c.old_id = was->old_id;
		}
		rc = describe(v, &(*out)[(*count)++], &c, old_path, &l->of, err);
	}
	return rc;
}

static vv_status collect(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			 const char *path, collected *l, vv_error *err)
{
	if (b->none && a->none) return VV_OK;
	if (!b->none) {
		return vv_tree_changes(v->repo, a->none ? NULL : &a->id, &b->id, path ? path : "",
				       on_change, l, err);
	}
	/* Against nothing, the other way round: what was there is gone. */
	vv_status rc = vv_tree_changes(v->repo, NULL, &a->id, path ? path : "", on_change, l, err);
	if (rc < 0) return rc;
	for (size_t i = 0; i < l->count; i++) {
		l->items[i].old_mode = l->items[i].new_mode;
		l->items[i].old_id = l->items[i].new_id;
		l->items[i].new_mode = 0;
		memset(&l->items[i].new_id, 0, sizeof(l->items[i].new_id));
	}
	return VV_OK;
}

/* What the work tree changed is told by path alone: its rows are compared where one is looked at. */
static vv_status work_changes(vv_web_visit *v, const vv_web_commit *a, size_t limit,
			      vv_web_change **out, size_t *count, bool *more, vv_error *err)
{
	char hex[VV_OID_TEXT + 1], *argv[] = {hex, NULL};
	const vv_diff_sides_options opts = {.dashdash = 1, .renames = true};
	vv_auto(vv_diff_sides) d = {.count = 0};
	vv_status rc;

	vv_oid_text(hex, &a->id);
	if ((rc = vv_diff_sides_find(&d, v->repo, v->reader, 1, argv, &opts, err)) < 0) return rc;
	*more = d.count > limit;
	*count = *more ? limit : d.count;
	if (!(*out = vv_arena_calloc(&v->arena, *count + 1, sizeof(**out)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < *count; i++) {
		const vv_diff_path *p = &d.paths[i];
		vv_web_change *c = &(*out)[i];

		c->kind = p->old_path        ? VV_WEB_RENAMED
			  : p->old_mode == 0 ? VV_WEB_ADDED
			  : p->new_mode == 0 ? VV_WEB_REMOVED
					     : VV_WEB_CHANGED;
		c->table = vv_diff_is_table_name(p->path, false);
		c->words = "";
		c->path = vv_web_keep_text(v, p->path);
		c->old_path = vv_web_keep_text(v, p->old_path);
		if (!c->path || (p->old_path && !c->old_path)) {
			rc = vv_fail_nomem(err);
			break;
		}
	}
	return rc;
}

vv_status vv_web_changes_between(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
				 size_t limit, vv_web_change **out, size_t *count, bool *more,
				 vv_error *err)
{
	vv_auto(collected) l = {.of = {a, b, NULL}, .arena = &v->arena};
	vv_status rc;

	*out = NULL;
	*count = 0;
	*more = false;
	if (b->work && !a->work && !a->none) {
		return work_changes(v, a, limit, out, count, more, err);
	}
	rc = collect(v, a, b, NULL, &l, err);
	return rc < 0 ? rc : describe_all(v, &l, limit, out, count, more, err);
}

/* --- history --------------------------------------------------------------------------------- */

typedef struct walk {
	vv_web_visit *v;
	vv_log *log;
	const char *path;  /* as it is called now; NULL: all */
	const char *table; /* of a document, which path is then: "#Prices"; "" */
} walk;

static vv_status open_log(walk *w, const vv_oid *from, vv_error *err)
{
	const vv_range range = {.include = *from};
	const char *const paths[] = {w->path, NULL};
	const vv_log_options o = {
		.ranges = &range, .range_count = 1, .paths = w->path ? paths : NULL};

	vv_log_close(w->log);
	w->log = NULL;
	return vv_log_open(&w->log, w->v->repo, &o, err);
}

#define CHANGES_SHOWN 50u

/* The path began here: by a new name, where *old is one that went. */
static vv_status find_old(walk *w, const vv_web_log_entry *e, vv_change *c, const char **old,
			  vv_error *err)
{
	vv_auto(char) *found = NULL;
	vv_tree_entry t;
	vv_status rc;

	*old = NULL;
	if ((rc = vv_renamed_from(w->v->repo, &e->before.id, &e->commit.id, w->path, &found, err)) <
		    0 ||
	    !found) {
		return rc;
	}
	if (!(*old = vv_web_keep_text(w->v, found))) return vv_fail_nomem(err);
	if ((rc = vv_tree_entry_at(w->v->repo, &e->before.id, *old, &t, err)) < 0) return rc;
	c->old_mode = t.mode;
	c->old_id = t.id;
	vv_tree_entry_clear(&t);
	return VV_OK;
}

static const char *document_of(const walk *w)
{
	return *w->table ? w->table + 1
	       : w->path && vv_web_runs_readers(w->v) &&
			       vv_document_is_name(w->v->repo, vv_repository_env(w->v->repo),
						   w->path)
		       ? ""
		       : NULL;
}

/* What a commit did to the path, or to all. */
static vv_status read_entry(walk *w, vv_web_log_entry *e, vv_error *err)
{
	vv_auto(collected) l = {.path = w->path,
				.of = {&e->before, &e->commit, document_of(w)},
				.arena = &w->v->arena};
	const char *old = NULL;
	vv_status rc;

	if ((rc = vv_web_commit_before(w->v, &e->commit, &e->before, err)) < 0 ||
	    (rc = collect(w->v, &e->before, &e->commit, w->path, &l, err)) < 0) {
		return rc;
	}
	if (w->path && l.count == 1 && l.items[0].old_mode == 0 && !e->before.none &&
	    (rc = find_old(w, e, &l.items[0], &old, err)) < 0) {
		return rc;
	}
	if (old) {
		e->changes = vv_arena_calloc(&w->v->arena, 1, sizeof(*e->changes));
		e->count = 1;
		rc = e->changes ? describe(w->v, e->changes, &l.items[0], old, &l.of, err)
				: vv_fail_nomem(err);
	} else {
		rc = describe_all(w->v, &l, CHANGES_SHOWN, &e->changes, &e->count, &e->more, err);
	}
	if (rc == VV_OK && w->path && e->count > 0 && e->changes[0].kind != VV_WEB_REMOVED) {
		e->rows = e->changes[0].counts.counted ? e->changes[0].counts.new_rows
						       : e->changes[0].rows;
	}
	return rc;
}

/* Below a rename the path has another name. */
static vv_status follow(walk *w, const vv_web_log_entry *e, vv_error *err)
{
	if (!w->path || e->count == 0 || e->changes[0].kind != VV_WEB_RENAMED) return VV_OK;
	w->path = e->changes[0].old_path;
	return open_log(w, &e->before.id, err);
}

/* What became of a document is told of its table. */
static vv_status name_table(walk *w, vv_web_log_entry *e, vv_error *err)
{
	for (size_t i = 0; *w->table && i < e->count; i++) {
		vv_web_change *c = &e->changes[i];

		c->path = vv_arena_printf(&w->v->arena, "%s%s", c->path, w->table);
		c->old_path = c->old_path
				      ? vv_arena_printf(&w->v->arena, "%s%s", c->old_path, w->table)
				      : NULL;
		if (!c->path) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status read_log(walk *w, const vv_web_log_query *q, vv_web_log *out, vv_error *err)
{
	bool over = false;
	vv_oid id;
	int more;

	while ((more = vv_log_next(w->log, &id, err)) > 0) {
		vv_web_log_entry *e = &out->entries[out->count];
		vv_status rc;

		if (out->count > 0 && (rc = vv_web_over(w->v, &over, err)) < 0) return rc;
		if (out->count == q->limit || over) {
			vv_oid_text(out->next, &id);
			out->next_path = w->path ? vv_arena_printf(&w->v->arena, "%s%s", w->path,
								   w->table)
						 : NULL;
			return VV_OK;
		}
		memset(e, 0, sizeof(*e));
		if ((rc = vv_web_commit_read(w->v, &id, &e->commit, err)) < 0) return rc;
		if (q->since != 0 && e->commit.time < q->since) {
			continue;
		}
		if ((rc = read_entry(w, e, err)) < 0 || (rc = follow(w, e, err)) < 0 ||
		    (rc = name_table(w, e, err)) < 0) {
			return rc;
		}
		out->count++;
	}
	out->complete = more == 0;
	return (vv_status)more;
}

vv_status vv_web_log_read(vv_web_visit *v, const vv_web_log_query *q, vv_web_log *out,
			  vv_error *err)
{
	walk w = {.v = v, .path = q->path, .table = ""};
	const char *file = NULL;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (q->path && (rc = vv_web_file_of(v, q->from, q->path, &file, err)) < 0) return rc;
	if (file) {
		w.path = file;
		w.table = q->path + strlen(file);
	}
	out->entries = vv_arena_calloc(&v->arena, q->limit + 1, sizeof(*out->entries));
	if (!out->entries) return vv_fail_nomem(err);
	if ((rc = open_log(&w, q->from, err)) == VV_OK) {
		rc = read_log(&w, q, out, err);
	}
	vv_log_close(w.log);
	return rc;
}
