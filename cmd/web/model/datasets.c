/*
 * datasets: which files come first, and when each was changed last.
 */
#include "cmd/web/model/datasets.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/model/changes.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/model/row_test.h"
#include "cmd/web/model/table.h"
#include "lib/documents/reader.h"
#include "lib/status/change_count.h"
#include "repo/git/history/history.h"

#define LINE_POINTS 400u /* of a table's rows over time; of more, the newest are kept */
#define NEAR_MAX 5u
#define NAMED_MAX 5000u /* files among which names are looked for */

typedef struct listing {
	vv_web_visit *v;
	vv_web_dataset *items;
	size_t count, cap, limit;
	bool more;
} listing;

static void clear_listing(listing *l)
{
	vv_free(l->items);
}
VV_AUTO_CLEAR(listing, clear_listing)

static vv_status on_file(void *payload, const vv_tree_entry *e, vv_error *err)
{
	listing *l = payload;
	vv_content c;
	vv_status rc;

	if (l->count == l->limit) {
		l->more = true;
		return VV_OK;
	}
	if ((rc = vv_content_read(&c, l->v->repo, e->mode, &e->id, err)) < 0) return rc;
	if (!vv_array_room(l->items, l->count, l->cap)) return vv_fail_nomem(err);
	vv_web_dataset *d = &l->items[l->count];
	*d = (vv_web_dataset){.path = vv_web_keep_text(l->v, e->path),
			      .stored = c.stored,
			      .table = vv_web_is_table(&c, e->path),
			      .damaged = c.damaged,
			      .rows = c.rows,
			      .columns = c.columns,
			      .bytes = c.bytes};
	if (c.stored) {
		vv_cid_text(d->root, &c.root);
	}
	l->count++;
	return VV_OK;
}

static int tables_first(const void *x, const void *y)
{
	const vv_web_dataset *a = x, *b = y;

	if (a->table != b->table) return a->table ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* --- of documents ---------------------------------------------------------------------------- */

static void measure_table(vv_web_dataset *d, const vv_web_table *t, const char *document)
{
	d->table = true;
	d->document = document;
	d->rows = t->rows;
	d->columns = t->column_count;
}

/* Adds tables of documents as far as time allows, if readers may run. */
static vv_status add_documents(listing *l, const vv_web_commit *c, vv_error *err)
{
	const vv_env *env = vv_repository_env(l->v->repo);
	const size_t files = vv_web_runs_readers(l->v) ? l->count : 0;
	bool over = false;
	vv_web_table *t, *one;

	for (size_t i = 0; i < files && !over; i++) {
		const vv_web_dataset d = l->items[i];
		const vv_status rc = vv_web_over(l->v, &over, err);

		if (rc < 0) return rc;
		if (over || d.stored || !vv_document_is_name(l->v->repo, env, d.path) ||
		    vv_web_table_open(l->v, c, d.path, &t, VV_IGNORED) < 0) {
			continue;
		}
		if (t->kind == VV_WEB_TABLE && t->of_document) {
			measure_table(&l->items[i], t, d.path);
		}
		for (size_t k = 0; k < t->table_count && l->count < l->limit; k++) {
			const char *path = vv_web_text(l->v, "%s#%s", d.path, t->tables[k]);

			if (!vv_array_add(l->items, l->count, l->cap,
					  (vv_web_dataset){.path = path, .bytes = d.bytes})) {
				return vv_fail_nomem(err);
			}
			if (vv_web_table_open(l->v, c, path, &one, VV_IGNORED) == VV_OK) {
				measure_table(&l->items[l->count - 1], one, d.path);
			} else {
				l->count--;
			}
		}
	}
	return VV_OK;
}

/* The last change of a document is that of its tables. */
static void take_last(vv_web_datasets *all)
{
	vv_array_each(all->items, all->count, d) {
		for (size_t k = 0; d->document && !d->has_last && k < all->count; k++) {
			if (strcmp(all->items[k].path, d->document) == 0) {
				d->has_last = all->items[k].has_last;
				d->last = all->items[k].last;
			}
		}
	}
}

/* Rows of a document's table in the walk's version, from an earlier reading; VV_EREFUSED: never read. */
static vv_status known_rows(const vv_web_walk *w, uint64_t *rows, bool *is, vv_error *err)
{
	const char *table = *w->table ? w->table + 1 : NULL;
	vv_auto(vv_buf) key = VV_BUF_INIT, bytes = VV_BUF_INIT;
	uint64_t columns;
	vv_auto(vv_tree_entry) e = {.path = NULL};

	vv_buf_printf(&key, "rows %s %s%s", w->commit.hex, w->path, w->table);
	if (vv_web_memo_get(w->v->memo, &key, &bytes)) {
		*is = true;
		memcpy(rows, bytes.data, sizeof(*rows));
		return VV_OK;
	}
	*is = false;
	vv_status rc = vv_tree_entry_at(w->v->repo, &w->commit.id, w->path, &e, err);
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc; /* it was removed */
	rc = vv_text_count_rows(is, rows, &columns, w->v->repo, w->v->reader, w->path,
				(vv_text_version){&e.id, &w->commit.id, true, table}, err);
	if (*is) {
		vv_web_memo_put(w->v->memo, &key, rows, sizeof(*rows));
	}
	return rc;
}

/* A document's table gets a line of the versions read before. */
static vv_status add_line(vv_web_visit *v, const vv_web_commit *c, vv_web_dataset *d, vv_error *err)
{
	vv_auto(vv_web_walk) w = {.v = v, .known = true};
	vv_web_rows_then *points = vv_arena_calloc(&v->arena, LINE_POINTS, sizeof(*points));
	size_t at = LINE_POINTS;
	bool over = false, is;
	int more = 0;
	vv_status rc;

	if (!points) return vv_fail_nomem(err);
	if ((rc = vv_web_walk_open(&w, &c->id, d->path, err)) < 0) return rc;
	while (at > 0 && (rc = vv_web_over(v, &over, err)) == VV_OK && !over &&
	       (more = vv_web_walk_next(&w, err)) > 0) {
		vv_web_rows_then *to = &points[at - 1]; /* the newest comes first */

		*to = (vv_web_rows_then){w.commit.time, w.commit.id, 0};
		if ((rc = known_rows(&w, &to->rows, &is, err)) == VV_EREFUSED) {
			d->unread++;
			rc = VV_OK;
		}
		if (rc < 0) return rc;
		at -= is;
	}
	d->line = points + at;
	d->line_count = LINE_POINTS - at;
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}

/* --- over time ------------------------------------------------------------------------------- */

/* A walk's result about a file, for the cache. */
typedef struct then {
	size_t at; /* of the listing */
	vv_web_rows_then then;
	bool table;
} then;

typedef struct looking {
	vv_web_visit *v;
	const listing *l;
	const vv_commit *commit;
	then *found; /* newest first */
	size_t count, cap;
	size_t *points;          /* of each file */
	vv_web_dataset **sorted; /* the listing's, by path */
} looking;

static int by_path(const void *key, const void *item)
{
	return strcmp(key, (*(const vv_web_dataset *const *)item)->path);
}

static int order_by_path(const void *x, const void *y)
{
	return strcmp((*(const vv_web_dataset *const *)x)->path,
		      (*(const vv_web_dataset *const *)y)->path);
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	looking *k = payload;
	vv_web_dataset **hit = bsearch(c->path, k->sorted, k->l->count, sizeof(*k->sorted),
				       by_path);
	vv_content now;
	vv_status rc;

	if (!hit) return VV_OK;
	size_t at = (size_t)(*hit - k->l->items);
	if (k->points[at] >= LINE_POINTS || (k->points[at] > 0 && !(*hit)->table)) return VV_OK;
	if ((rc = vv_content_read(&now, k->v->repo, c->new_mode, &c->new_id, err)) < 0) return rc;
	if (!vv_array_add(k->found, k->count, k->cap,
			  (then){at,
				 {k->commit->author.time, k->commit->id, now.rows},
				 now.stored && now.table})) {
		return vv_fail_nomem(err);
	}
	k->points[at]++;
	return VV_OK;
}

/* Walks the first parents: merged changes count at the merge. */
static vv_status look_down(looking *k, const vv_oid *from, bool *whole, vv_error *err)
{
	const vv_range range = {.include = *from};
	const vv_log_options o = {.ranges = &range, .range_count = 1, .first_parent = true};
	vv_auto(vv_log) *log = NULL;
	bool over = false;
	int more = 1;
	vv_oid id;
	vv_status rc = vv_log_open(&log, k->v->repo, &o, err);

	while (rc == VV_OK && (rc = vv_web_over(k->v, &over, err)) == VV_OK && !over &&
	       (more = vv_log_next(log, &id, err)) > 0) {
		vv_auto(vv_commit) c = {0};

		k->commit = &c;
		if ((rc = vv_commit_read(k->v->repo, &id, &c, err)) == VV_OK) {
			rc = vv_tree_changes(k->v->repo, c.parent_count > 0 ? &c.parents[0] : NULL,
					     &id, "", on_change, k, err);
		}
	}
	rc = rc == VV_OK && more < 0 ? (vv_status)more : rc;
	*whole = rc == VV_ENOTFOUND || more == 0; /* a shallow clone ends there */
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status give_lines(vv_web_visit *v, listing *l, const then *found, size_t count,
			    vv_error *err)
{
	vv_status rc;

	vv_array_each(found, count, f) {
		l->items[f->at].line_count += f->table;
	}
	vv_array_each(l->items, l->count, d) {
		d->line = vv_arena_calloc(&v->arena, d->line_count + 1, sizeof(*d->line));
		if (!d->line) return vv_fail_nomem(err);
		d->line += d->line_count; /* from its end on: the newest comes first */
	}
	vv_array_each(found, count, f) {
		vv_web_dataset *d = &l->items[f->at];
		if (f->table) {
			*--d->line = f->then;
		}
		if (!d->has_last &&
		    (rc = vv_web_commit_read(v, &f->then.commit, &d->last, err)) < 0) {
			return rc;
		}
		d->has_last = true;
	}
	return VV_OK;
}

static vv_status read_history(vv_web_visit *v, const vv_web_commit *c, listing *l, size_t tables,
			      vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, bytes = VV_BUF_INIT;
	bool whole = false;
	vv_status rc;

	vv_buf_printf(&key, "lines %zu %zu ", l->count, tables);
	vv_buf_put(&key, &c->id, sizeof(c->id));
	if (vv_web_memo_get(v->memo, &key, &bytes)) {
		return give_lines(v, l, (const then *)(const void *)bytes.data,
				  bytes.len / sizeof(then), err);
	}
	vv_auto_free vv_web_dataset **sorted = vv_calloc(l->count + 1, sizeof(*sorted));
	vv_auto_free size_t *points = vv_calloc(l->count + 1, sizeof(*points));
	if (!sorted || !points) return vv_fail_nomem(err);
	looking k = {.v = v, .l = l, .sorted = sorted, .points = points};
	for (size_t i = 0; i < l->count; i++) {
		k.sorted[i] = &l->items[i];
	}
	qsort(k.sorted, l->count, sizeof(*k.sorted), order_by_path);
	if ((rc = look_down(&k, &c->id, &whole, err)) == VV_OK &&
	    (rc = give_lines(v, l, k.found, k.count, err)) == VV_OK && whole) {
		vv_web_memo_put(v->memo, &key, k.found, k.count * sizeof(*k.found));
	}
	vv_free(k.found);
	return rc;
}

vv_status vv_web_datasets_read(vv_web_visit *v, const vv_web_commit *c, size_t limit, bool history,
			       vv_web_datasets *out, vv_error *err)
{
	vv_auto(listing) l = {.v = v, .limit = limit};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (c->none) return VV_OK;
	if ((rc = vv_tree_each(v->repo, &c->id, "", on_file, &l, err)) < 0 ||
	    (rc = add_documents(&l, c, err)) < 0) {
		return rc;
	}
	if (!(out->items = vv_arena_calloc(&v->arena, l.count + 1, sizeof(*out->items)))) {
		return vv_fail_nomem(err);
	}
	if (l.count > 0) {
		qsort(l.items, l.count, sizeof(*l.items), tables_first);
	}
	while (out->tables < l.count && l.items[out->tables].table) {
		out->tables++;
	}
	if (history && l.count > 0 && (rc = read_history(v, c, &l, out->tables, err)) < 0) {
		return rc;
	}
	if (l.count > 0) {
		memcpy(out->items, l.items, l.count * sizeof(*l.items));
	}
	out->count = l.count;
	out->more = l.more;
	take_last(out);
	vv_array_each(out->items, history ? out->tables : 0, d) {
		if (d->document && (rc = add_line(v, c, d, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- by name --------------------------------------------------------------------------------- */

static bool has_words(const char *name, const char *words)
{
	return vv_text_has(name, strlen(name), words, strlen(words));
}

static vv_status find_columns(vv_web_visit *v, const vv_web_commit *c, const char *words,
			      vv_web_found *f, vv_error *err)
{
	bool named = has_words(f->path, words);
	vv_web_table *t;
	vv_status rc = vv_web_table_open(v, c, f->path, &t, err);

	if (rc < 0) return rc;
	if (!(f->columns = vv_arena_calloc(&v->arena, t->column_count + 1, sizeof(*f->columns)))) {
		return vv_fail_nomem(err);
	}
	vv_array_each(t->columns, t->column_count, column) {
		if (named || has_words(column->name, words)) {
			f->columns[f->column_count++] = column->name;
		}
	}
	return VV_OK;
}

vv_status vv_web_names_find(vv_web_visit *v, const vv_web_commit *c, const char *words,
			    vv_web_found **out, size_t *count, bool *complete, vv_error *err)
{
	vv_web_datasets all;
	bool over = false;
	vv_status rc;

	*count = 0;
	*complete = true;
	words = vv_web_folded(v, words ? words : "");
	if ((rc = vv_web_datasets_read(v, c, NAMED_MAX, false, &all, err)) < 0) return rc;
	if (!(*out = vv_arena_calloc(&v->arena, all.tables + 1, sizeof(**out)))) {
		return vv_fail_nomem(err);
	}
	vv_array_each(all.items, all.tables, it) {
		vv_web_found *f = &(*out)[*count];

		*f = (vv_web_found){.path = it->path};
		if ((rc = vv_web_over(v, &over, err)) < 0) return rc;
		rc = over ? VV_EMISSING : find_columns(v, c, words, f, err);
		if (rc == VV_ENOMEM || rc == VV_EIO) return rc;
		*complete = *complete && rc == VV_OK;
		*count += f->column_count > 0 || has_words(f->path, words);
	}
	*complete = *complete && !all.more;
	return VV_OK;
}

/* --- where else ------------------------------------------------------------------------------ */

typedef struct nearby {
	vv_web_visit *v;
	const char *path;
	const char **near;
	size_t count;
} nearby;

static vv_status on_path(void *payload, const vv_tree_entry *e, VV_UNUSED vv_error *err)
{
	nearby *n = payload;
	const char *base = vv_path_base(n->path), *other = vv_path_base(e->path);

	if (n->count < NEAR_MAX && vv_text_distance(base, other, 3) <= 3) {
		n->near[n->count++] = vv_web_keep_text(n->v, e->path);
	}
	return VV_OK;
}

vv_status vv_web_elsewhere(vv_web_visit *v, const vv_web_commit *c, const char *path,
			   vv_web_commit *newest, const char ***near, size_t *near_count,
			   vv_error *err)
{
	nearby n = {v, path, vv_arena_calloc(&v->arena, NEAR_MAX + 1, sizeof(char *)), 0};
	vv_web_commit head;
	vv_auto(vv_log) *log = NULL;
	vv_oid id;
	bool over, there;
	int more;
	vv_status rc;

	*near = n.near;
	*near_count = 0;
	*newest = vv_web_none;
	if (!n.near) return vv_fail_nomem(err);
	if ((rc = vv_web_has(v, c, path, &there, err)) < 0 || there) {
		return rc; /* it exists: something else was not found */
	}
	if (!c->none && (rc = vv_tree_each(v->repo, &c->id, "", on_path, &n, err)) < 0) return rc;
	*near_count = n.count;
	if ((rc = vv_web_commit_head(v, &head, err)) < 0) return rc;
	const vv_range ranges[] = {{.include = head.id}, {.include = c->none ? head.id : c->id}};
	const char *const paths[] = {path, NULL};
	const vv_log_options o = {.ranges = ranges, .range_count = 2, .paths = paths};

	rc = vv_log_open(&log, v->repo, &o, err);
	while (rc == VV_OK && newest->none && (rc = vv_web_over(v, &over, err)) == VV_OK && !over &&
	       (more = vv_log_next(log, &id, err)) != 0) {
		vv_web_commit at = {.id = id};

		rc = more < 0 ? (vv_status)more : vv_web_has(v, &at, path, &there, err);
		if (rc == VV_OK && there) { /* not the commit that took it away */
			rc = vv_web_commit_read(v, &id, newest, err);
		}
	}
	return rc;
}
