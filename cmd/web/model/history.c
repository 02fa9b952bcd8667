/*
 * history: how far back a page looks at once.
 */
#include "cmd/web/model/history.h"

#include <string.h>

#include "base/sys.h"
#include "cmd/web/model/table.h"
#include "lib/view/row_history.h"
#include "lib/view/table_pairs.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/path_log.h"

#define EVENTS 50u
#define VERSIONS_MAX 4000u /* of a dataset that are looked at for a column's life */

/* --- a row --------------------------------------------------------------------------------------- */

static vv_status keep_event(vv_web_visit *v, vv_web_life_event *to, const vv_row_event *e,
			    vv_error *err)
{
	vv_status rc = vv_web_commit_read(v, &e->commit, &to->commit, err);

	if (rc < 0) return rc;
	to->kind = e->kind;
	to->path = vv_web_keep_text(v, e->path);
	to->old_path = vv_web_keep_text(v, e->old_path);
	to->key = vv_web_keep_text(v, e->key);
	to->old_key = vv_web_keep_text(v, e->old_key);
	to->cells = vv_arena_calloc(&v->arena, e->count + 1, sizeof(*to->cells));
	if (!to->cells) return vv_fail_nomem(err);
	for (; to->count < e->count; to->count++) {
		const size_t i = to->count;
		vv_web_life_cell *c = &to->cells[i];

		c->name = vv_web_keep_text(v, e->cells[i].name);
		c->old_name = vv_web_keep_text(v, e->cells[i].old_name);
		c->change = e->cells[i].change;
		c->came = e->cells[i].came;
		c->went = e->cells[i].went;
		to->changed += c->change == VV_CELL_CHANGED;
		vv_web_cells_keep(v, &c->old_cell, &c->new_cell, NULL, NULL, &e->cells[i].old_cell,
				  &e->cells[i].new_cell, VV_WEB_CELL_MAX);
	}
	return VV_OK;
}

vv_status vv_web_row_life(vv_web_visit *v, const vv_web_life_query *q, vv_web_life *out,
			  vv_error *err)
{
	static const vv_strings none = {NULL, 0};
	const size_t limit = q->limit ? q->limit : EVENTS;
	vv_web_commit from = *q->from;
	vv_range range;
	const vv_row_history_options o = {.row = q->key,
					  .number = q->row,
					  .key = &none,
					  .path = q->path,
					  .ranges = &range,
					  .range_count = 1};
	vv_auto(vv_row_history) *h = NULL;
	vv_row_event e;
	vv_oid next;
	size_t seen = 0;
	bool over = false;
	int more = 0;

	memset(out, 0, sizeof(*out));
	out->events = vv_arena_calloc(&v->arena, limit + 1, sizeof(*out->events));
	if (!out->events) return vv_fail_nomem(err);
	vv_status rc = q->after ? vv_web_commit_find(v, q->after, &from, NULL, err) : VV_OK;
	range = (vv_range){.include = from.id};
	rc = rc < 0 ? rc : vv_row_history_open(&h, v->repo, v->reader, &o, err);
	while (rc == VV_OK && !over && out->count < limit &&
	       (more = vv_row_history_next(h, &e, err)) > 0) {
		if (seen++ >= q->skip) {
			rc = keep_event(v, &out->events[out->count++], &e, err);
		}
		rc = rc < 0 ? rc : vv_web_over(v, &over, err);
	}
	rc = rc == VV_OK && more < 0 ? (vv_status)more : rc;
	if (rc == VV_EMISSING) { /* what is known of newer versions is worth showing */
		vv_error_clear(err);
		out->missing = true;
		rc = VV_OK;
	}
	out->complete = rc == VV_OK && more == 0 && !out->missing;
	out->skip = q->skip + out->count;
	if (rc == VV_OK && !out->complete && !out->missing && vv_row_history_from(h, &next)) {
		vv_oid_text(out->next, &next);
		out->skip = 0;
	}
	return rc;
}

/* --- a column -------------------------------------------------------------------------------------- */

typedef struct versions {
	vv_path_log_entry *items; /* newest first */
	size_t count;
	bool complete;
} versions;

/* All versions of a path, on all sides of merges, renames followed. */
static vv_status list_versions(vv_web_visit *v, const vv_web_commit *c, const char *path,
			       versions *out, vv_error *err)
{
	const vv_range range = {.include = c->id};
	const char *const paths[] = {path, NULL};
	const vv_log_options o = {.ranges = &range, .range_count = 1, .paths = paths};
	vv_auto(vv_path_log) *l = NULL;
	vv_path_log_entry at;
	bool over = false;
	int more = 0;

	out->items = vv_arena_calloc(&v->arena, VERSIONS_MAX, sizeof(*out->items));
	if (!out->items) return vv_fail_nomem(err);
	vv_status rc = vv_path_log_open(&l, v->repo, &o, vv_table_lineage(v->reader), err);
	if (rc < 0) return rc;
	while (!over && out->count < VERSIONS_MAX && (more = vv_path_log_next(l, &at, err)) > 0) {
		if (at.path && !at.only_renamed) { /* not where it was removed */
			at.path = vv_web_keep_text(v, at.path);
			out->items[out->count++] = at;
		}
		if ((rc = vv_web_over(v, &over, err)) < 0) return rc;
	}
	out->complete = more == 0 && !over && out->count < VERSIONS_MAX;
	return more < 0 ? (vv_status)more : VV_OK;
}

static vv_status read_point(vv_web_visit *v, const vv_path_log_entry *at, const char *column,
			    vv_web_column_then *out, vv_error *err)
{
	vv_web_table *t;
	vv_status rc;

	out->path = at->path;
	if ((rc = vv_web_commit_read(v, &at->commit, &out->commit, err)) < 0) return rc;
	rc = vv_web_table_open(v, &out->commit, at->path, &t, err);
	out->missing = rc == VV_EMISSING;
	if (rc == VV_ENOTFOUND || rc == VV_EINPUT || rc == VV_EMISSING) {
		vv_error_clear(err); /* removed here; damaged; blocks that are elsewhere */
		return VV_OK;
	}
	if (rc < 0 || t->kind != VV_WEB_TABLE) return rc;
	out->rows = t->rows;
	long place = vv_schema_find(&t->table->schema, column, strlen(column));
	out->there = place >= 0;
	return out->there ? vv_web_values_read(v, t, (size_t)place, NULL, 0, &out->values, err)
			  : VV_OK;
}

vv_status vv_web_column_life_read(vv_web_visit *v, const vv_web_commit *c, const char *path,
				  const char *column, size_t limit, vv_web_column_life *out,
				  vv_error *err)
{
	versions all = {0};
	bool over = false;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (limit < 2) {
		limit = 2;
	}
	if ((rc = list_versions(v, c, path, &all, err)) < 0) return rc;
	size_t n = all.count < limit ? all.count : limit;
	out->chosen = n;
	out->of = all.count;
	out->points = vv_arena_calloc(&v->arena, n + 1, sizeof(*out->points));
	if (!out->points) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < n && !over; i++) {
		size_t at = n > 1 ? i * (all.count - 1) / (n - 1) : 0;

		rc = read_point(v, &all.items[at], column, &out->points[out->count], err);
		if (rc == VV_OK && out->points[out->count].there &&
		    !out->points[out->count].values.complete) {
			over = true; /* half a version's figures would mislead */
		} else if (rc == VV_OK) {
			out->missing |= out->points[out->count].missing;
			out->count++;
			rc = vv_web_over(v, &over, err);
		}
	}
	out->complete = rc == VV_OK && all.complete && out->count == n;
	return rc;
}
