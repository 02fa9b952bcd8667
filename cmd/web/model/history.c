/*
 * history: how far back a page looks at once.
 */
#include "cmd/web/model/history.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/sys.h"
#include "lib/view/figure.h"
#include "lib/view/row_history.h"
#include "lib/view/table_pairs.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/path_log.h"
#include "repo/known/gap.h"

#define EVENTS 50u
#define VERSIONS_MAX 4000u /* of a dataset that are looked at for a column's life */

/* --- a row --------------------------------------------------------------------------------------- */

static vv_status keep_event(vv_web_visit *v, vv_web_life_event *to, const vv_row_event *e,
			    vv_error *err)
{
	*to = (vv_web_life_event){
		.kind = e->kind,
		.path = vv_web_keep_text(v, e->path),
		.old_path = vv_web_keep_text(v, e->old_path),
		.key = vv_web_keep_text(v, e->key),
		.old_key = vv_web_keep_text(v, e->old_key),
		.cells = vv_arena_calloc(&v->arena, e->count + 1, sizeof(*to->cells))};
	if (!to->cells) return vv_fail_nomem(err);
	for (; to->count < e->count; to->count++) {
		const size_t i = to->count;
		vv_web_life_cell *c = &to->cells[i];

		*c = (vv_web_life_cell){.name = vv_web_keep_text(v, e->cells[i].name),
					.old_name = vv_web_keep_text(v, e->cells[i].old_name),
					.change = e->cells[i].change,
					.came = e->cells[i].came,
					.went = e->cells[i].went};
		to->changed += c->change == VV_CELL_CHANGED;
		vv_web_cells_keep(v, &c->old_cell, &c->new_cell, NULL, NULL, &e->cells[i].old_cell,
				  &e->cells[i].new_cell, VV_WEB_CELL_MAX);
	}
	return vv_web_commit_read(v, &e->commit, &to->commit, err);
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
		if (e.edge) {
			continue; /* not known to be a change */
		}
		if (seen++ >= q->skip) {
			rc = keep_event(v, &out->events[out->count++], &e, err);
		}
		rc = rc < 0 ? rc : vv_web_over(v, &over, err);
	}
	rc = rc == VV_OK && more < 0 ? (vv_status)more : rc;
	if (rc == VV_OK && vv_row_history_gaps(h)->others) {
		out->gap = VV_GAP_LOST; /* shows the facts of newer versions */
	} else if (rc == VV_OK && vv_row_history_gaps(h)->expired) {
		out->gap = VV_GAP_EXPIRED;
	}
	out->complete = rc == VV_OK && more == 0 && !out->gap;
	out->skip = q->skip + out->count;
	if (rc == VV_OK && !out->complete && !out->gap && vv_row_history_from(h, &next)) {
		vv_oid_text(out->next, &next);
		out->skip = q->skip > seen ? q->skip - seen : 0;
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

static vv_status go_on(void *payload, vv_error *err)
{
	bool over;
	vv_status rc = vv_web_over(payload, &over, err);

	if (rc < 0 || !over) return rc;
	return vv_fail(err, VV_ECANCELLED, "the time limit was reached");
}

static void close_figures(vv_figure **figures)
{
	vv_array_each(figures, VV_WEB_FIGURES, figure) {
		vv_figure_close(*figure);
	}
}

static vv_status open_figures(vv_figure **figures, vv_web_visit *v, const char *column,
			      const char *where, vv_error *err)
{
	static const char *const words[VV_WEB_FIGURES] = {
		"count(*)", "share(%s is null)", "count(distinct %s)",
		"avg(%s)",  "min(%s)",           "max(%s)"};
	vv_auto(vv_buf) name = VV_BUF_INIT;
	const vv_strings conditions = {(const char *[]){where}, where != NULL};
	vv_status rc = VV_OK;

	vv_doubled_put(&name, '"', column, strlen(column));
	for (int f = 0; rc == VV_OK && f < VV_WEB_FIGURES; f++) {
		const char *s = strstr(words[f], "%s");
		const char *text = s ? vv_web_text(v, "%.*s%s%s", (int)(s - words[f]), words[f],
						   vv_buf_cstr(&name), s + 2)
				     : words[f];

		rc = vv_figure_open(&figures[f], v->repo, v->reader, text, &conditions, NULL, err);
		if (rc == VV_OK) {
			vv_figure_watch(figures[f], go_on, v);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&name, err);
}

/* VV_ECANCELLED: the time limit was reached. */
static vv_status read_point(vv_web_visit *v, vv_figure **figures, const vv_path_log_entry *at,
			    vv_web_column_then *out, vv_error *err)
{
	vv_auto(vv_figure_value) value = {.text = VV_BUF_INIT};
	vv_error why;
	vv_status rc = vv_web_commit_read(v, &at->commit, &out->commit, err);

	out->path = at->path;
	for (int f = 0; rc == VV_OK && f < VV_WEB_FIGURES && !out->gap; f++) {
		const vv_status had = vv_figure_of(figures[f], &at->commit, at->path, &value, &why);

		if (had == VV_EMISSING) {
			out->gap = why.gap ? why.gap : VV_GAP_LOST;
		}
		/* Removed here, damaged; the mean of texts. */
		if (had == VV_ENOTFOUND || had == VV_EINPUT || had == VV_EMISSING ||
		    (had == VV_EUSAGE && f > VV_WEB_ROWS)) {
			continue;
		}
		if (had < 0) {
			(void)vv_error_copy(err, &why);
			return had;
		}
		out->there |= f == VV_WEB_SHARE_MISSING && value.kind != VV_FIGURE_NO_COLUMN;
		out->figures[f] = value.kind == VV_FIGURE_NUMBER ? vv_web_keep_buf(v, &value.text)
								 : NULL;
	}
	return rc;
}

vv_status vv_web_column_life_read(vv_web_visit *v, const vv_web_commit *c, const char *path,
				  const char *column, const char *where, size_t limit,
				  vv_web_column_life *out, vv_error *err)
{
	vv_figure *figures[VV_WEB_FIGURES] = {NULL};
	versions all = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = list_versions(v, c, path, &all, err)) < 0) return rc;
	const size_t n = all.count < limit ? all.count : limit;
	out->of = all.count;
	out->points = vv_arena_calloc(&v->arena, n + 1, sizeof(*out->points));
	rc = out->points ? open_figures(figures, v, column, where, err) : vv_fail_nomem(err);
	while (rc == VV_OK && out->count < n) {
		vv_web_column_then *then = &out->points[out->count];

		if ((rc = read_point(v, figures, &all.items[out->count], then, err)) == VV_OK) {
			vv_gap_add(&out->gap, then->gap);
			out->count++;
		}
	}
	close_figures(figures);
	out->complete = rc == VV_OK && all.complete && out->count == n;
	return rc == VV_ECANCELLED ? VV_OK : rc;
}
