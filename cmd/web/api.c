/*
 * api: knows the names of members.
 *
 * Numbers that are doubles are written with the fewest digits that read back as the same one.
 */
#include "cmd/web/api.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/web/model/conflicts.h"
#include "cmd/web/model/datasets.h"
#include "cmd/web/model/history.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/model/row_place.h"
#include "lib/work/diff/change_count.h"

#define LIST_MAX 2000u /* files, refs of each kind */
#define LOG_COUNT 10u
#define COMMON_COUNT 20u
#define LIFE_COUNT 50u

typedef struct api {
	const vv_web_asked *asked;
	vv_web_visit *v;
	const vv_web_address *a;
	vv_web_reply *reply;
	vv_json_out w;
	vv_error *err;
} api;

/* --- members ----------------------------------------------------------------------------------- */

static void put_text(api *x, const char *name, const char *s)
{
	vv_json_add_string(&x->w, name, s);
}

/* Where there is something to say. */
static void put_said(api *x, const char *name, const char *s)
{
	if (s && *s) {
		put_text(x, name, s);
	}
}

static void put_u64(api *x, const char *name, uint64_t n)
{
	vv_json_add_u64(&x->w, name, n);
}

static void put_bool(api *x, const char *name, bool b)
{
	vv_json_add_bool(&x->w, name, b);
}

static void put_double(api *x, const char *name, double d)
{
	char text[40];

	vv_json_name(&x->w, name);
	if (!isfinite(d)) {
		vv_json_null(&x->w);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) >= d && strtod(text, NULL) <= d) {
			break;
		}
	}
	vv_json_raw(&x->w, text, strlen(text));
}

static void open_object(api *x, const char *name)
{
	if (name) {
		vv_json_name(&x->w, name);
	}
	vv_json_open_object(&x->w);
}

static void open_array(api *x, const char *name)
{
	vv_json_add_array(&x->w, name);
}

static void close_object(api *x)
{
	vv_json_close_object(&x->w);
}

static void close_array(api *x)
{
	vv_json_close_array(&x->w);
}

static void put_time(api *x, const vv_web_commit *c)
{
	vv_buf b = VV_BUF_INIT;

	vv_web_time_put(&b, c);
	put_text(x, "date", vv_buf_cstr(&b));
	vv_buf_clear(&b);
}

static void put_commit(api *x, const char *name, const vv_web_commit *c)
{
	char hex[VV_OID_TEXT + 1];

	if (c->none) {
		vv_json_name(&x->w, name);
		vv_json_null(&x->w);
		return;
	}
	open_object(x, name);
	put_text(x, "id", c->hex);
	put_text(x, "subject", c->subject);
	put_said(x, "body", c->body);
	put_text(x, "author", c->author);
	put_time(x, c);
	open_array(x, "parents");
	for (size_t i = 0; i < c->parent_count; i++) {
		vv_oid_text(hex, &c->parents[i]);
		vv_json_string(&x->w, hex);
	}
	close_array(x);
	close_object(x);
}

/* A link to another page of the answer. */
static void put_link(api *x, const char *name, const vv_web_address *to)
{
	vv_buf b = VV_BUF_INIT;

	vv_web_address_put(&b, to);
	put_text(x, name, vv_buf_cstr(&b));
	vv_buf_clear(&b);
}

static const char *mark_of(const vv_web_cell *c)
{
	switch (c->kind) {
	case VV_WEB_MISSING:
		return "missing";
	case VV_WEB_ABSENT:
		return "absent";
	default:
		return c->literal ? "literal" : NULL;
	}
}

static void put_cell_value(api *x, const vv_web_cell *c)
{
	if (c->kind == VV_WEB_NULL || c->kind == VV_WEB_ABSENT) {
		vv_json_null(&x->w);
	} else {
		vv_json_string_len(&x->w, c->text, c->len);
	}
}

/* "a text", null; or, where that does not tell all, {"text": "NA", "mark": "missing"}. */
static void put_cell(api *x, const vv_web_cell *c)
{
	const char *mark = mark_of(c);

	if (!mark && c->len == c->whole) {
		put_cell_value(x, c);
		return;
	}
	vv_json_open_object(&x->w);
	vv_json_name(&x->w, "text");
	put_cell_value(x, c);
	put_said(x, "mark", mark);
	if (c->len != c->whole) {
		put_u64(x, "bytes", c->whole);
	}
	if (c->skipped > 0) {
		put_u64(x, "from", c->skipped);
	}
	close_object(x);
}

/* --- what changed ------------------------------------------------------------------------------- */

static void put_change(api *x, const vv_web_change *c)
{
	static const char *const kinds[] = {"added", "removed", "changed", "renamed"};

	open_object(x, NULL);
	put_text(x, "path", c->path);
	put_said(x, "oldPath", c->old_path);
	put_text(x, "kind", kinds[c->kind]);
	put_bool(x, "table", c->table);
	if (c->table) {
		put_u64(x, "rows", c->rows);
		put_u64(x, "columns", c->columns);
	}
	put_text(x, "words", c->words ? c->words : "");
	vv_change_counts_json(&x->w, &c->counts);
	close_object(x);
}

static void put_changes(api *x, const vv_web_change *c, size_t count, bool more)
{
	open_array(x, "changes");
	for (size_t i = 0; i < count; i++) {
		put_change(x, &c[i]);
	}
	close_array(x);
	put_bool(x, "more", more);
}

/* "since": a commit id, or a day. */
static vv_status read_since(api *x, vv_web_log_query *q)
{
	vv_web_commit c;
	bool fixed;
	vv_status rc;

	if (!x->a->since) {
		return VV_OK;
	}
	if ((rc = vv_web_commit_find(x->v, x->a->since, &c, &fixed, x->err)) == VV_OK) {
		q->since = c.time + 1;
	}
	return rc;
}

static vv_status put_log(api *x)
{
	vv_web_log_query q = {.path = x->a->path,
			      .from = &x->asked->commit.id,
			      .limit = x->a->limit ? x->a->limit : LOG_COUNT};
	vv_web_log log = {.complete = true};
	vv_web_commit after;
	bool fixed;
	vv_status rc;

	if ((rc = read_since(x, &q)) < 0) {
		return rc;
	}
	if (x->a->after) {
		if ((rc = vv_web_commit_find(x->v, x->a->after, &after, &fixed, x->err)) < 0) {
			return rc;
		}
		q.from = &after.id;
	}
	if (!x->asked->commit.none && (rc = vv_web_log_read(x->v, &q, &log, x->err)) < 0) {
		return rc;
	}
	if (q.path && log.count == 0 && !x->a->after && !x->a->since) {
		return vv_fail(x->err, VV_ENOTFOUND, "no version up to %s has a file '%s'",
			       x->asked->commit.brief, q.path);
	}
	open_object(x, NULL);
	put_commit(x, "commit", &x->asked->commit);
	put_said(x, "path", q.path);
	open_array(x, "commits");
	for (size_t i = 0; i < log.count; i++) {
		const vv_web_log_entry *e = &log.entries[i];

		open_object(x, NULL);
		put_commit(x, "commit", &e->commit);
		put_text(x, "before", e->before.none ? NULL : e->before.hex);
		if (q.path) {
			put_u64(x, "rows", e->rows);
		}
		put_changes(x, e->changes, e->count, e->more);
		close_object(x);
	}
	close_array(x);
	put_bool(x, "complete", log.complete);
	if (!log.complete) {
		vv_web_address to = *x->a;

		to.after = log.next;
		to.path = log.next_path ? log.next_path : to.path;
		put_link(x, "next", &to);
	}
	close_object(x);
	return VV_OK;
}

static vv_status put_refs(api *x)
{
	vv_web_ref *refs;
	size_t count;
	vv_status rc = vv_web_refs(x->v, LIST_MAX, &refs, &count, x->err);

	if (rc < 0) {
		return rc;
	}
	open_object(x, NULL);
	open_array(x, "refs");
	for (size_t i = 0; i < count; i++) {
		open_object(x, NULL);
		put_text(x, "name", refs[i].name);
		put_text(x, "kind", refs[i].tag ? "tag" : "branch");
		put_bool(x, "head", refs[i].head);
		put_commit(x, "commit", &refs[i].commit);
		close_object(x);
	}
	close_array(x);
	close_object(x);
	return VV_OK;
}

static void put_dataset(api *x, const vv_web_dataset *d)
{
	open_object(x, NULL);
	put_text(x, "path", d->path);
	put_text(x, "kind", d->damaged ? "damaged" : d->table ? "table" : "file");
	put_bool(x, "stored", d->stored);
	if (d->stored && d->table) {
		put_u64(x, "rows", d->rows);
		put_u64(x, "columns", d->columns);
	}
	put_u64(x, "bytes", d->bytes);
	put_said(x, "root", d->root);
	if (d->has_last) {
		put_commit(x, "last", &d->last);
	}
	if (d->line_count > 0) {
		open_array(x, "rowsOverTime");
		for (size_t i = 0; i < d->line_count; i++) {
			char hex[VV_OID_TEXT + 1], time[24];

			vv_oid_text(hex, &d->line[i].commit);
			open_object(x, NULL);
			put_text(x, "commit", hex);
			(void)snprintf(time, sizeof(time), "%lld", (long long)d->line[i].time);
			vv_json_name(&x->w, "time");
			vv_json_raw(&x->w, time, strlen(time));
			put_u64(x, "rows", d->line[i].rows);
			close_object(x);
		}
		close_array(x);
	}
	close_object(x);
}

static vv_status put_datasets(api *x)
{
	vv_web_datasets d;
	vv_status rc = vv_web_datasets_read(x->v, &x->asked->commit, LIST_MAX, true, &d, x->err);

	if (rc < 0) {
		return rc;
	}
	open_object(x, NULL);
	put_commit(x, "commit", &x->asked->commit);
	open_array(x, "datasets");
	for (size_t i = 0; i < d.count; i++) {
		put_dataset(x, &d.items[i]);
	}
	close_array(x);
	put_bool(x, "more", d.more);
	close_object(x);
	return VV_OK;
}

/* --- a table ----------------------------------------------------------------------------------- */

static void put_table(api *x, const char *name, const vv_web_table *t)
{
	static const char *const kinds[] = {"table", "text", "image", "bytes"};

	if (!t) {
		vv_json_name(&x->w, name);
		vv_json_null(&x->w);
		return;
	}
	open_object(x, name);
	put_text(x, "path", t->path);
	put_text(x, "kind", kinds[t->kind]);
	put_bool(x, "stored", t->stored);
	put_u64(x, "bytes", t->bytes);
	put_text(x, t->stored ? "root" : "blob", t->tag);
	put_said(x, "why", t->why);
	if (t->kind == VV_WEB_TABLE) {
		put_u64(x, "rows", t->rows);
		open_array(x, "key");
		for (size_t i = 0; i < t->key_count; i++) {
			vv_json_string(&x->w, t->columns[t->key[i]].name);
		}
		close_array(x);
		open_array(x, "columns");
		for (size_t i = 0; i < t->column_count; i++) {
			const vv_web_column *c = &t->columns[i];

			open_object(x, NULL);
			put_text(x, "name", c->name);
			put_text(x, "type", c->type);
			put_bool(x, "ordered",
				 vv_web_op_fits(VV_WEB_LT, t->table->schema.fields[i].type));
			put_said(x, "title", c->title);
			put_said(x, "description", c->description);
			put_said(x, "format", c->format);
			put_said(x, "unit", c->unit);
			close_object(x);
		}
		close_array(x);
	}
	close_object(x);
}

static void put_row(api *x, const vv_web_row *r, size_t columns)
{
	open_object(x, NULL);
	put_u64(x, "number", r->number);
	if (r->key) {
		put_text(x, "key", r->key);
	}
	open_array(x, "cells");
	for (size_t i = 0; i < columns; i++) {
		put_cell(x, &r->cells[i]);
	}
	close_array(x);
	close_object(x);
}

static void put_rows(api *x, const vv_web_table *t, const vv_web_rows *r)
{
	vv_web_address to = *x->a;

	open_array(x, "shown");
	for (size_t i = 0; i < r->column_count; i++) {
		vv_json_string(&x->w, t->columns[r->columns[i]].name);
	}
	close_array(x);
	put_u64(x, "from", r->from);
	put_bool(x, "filtered", r->filtered);
	put_u64(x, "matched", r->matched);
	put_bool(x, "counted", r->counted);
	put_bool(x, "timeOver", r->time_over);
	put_bool(x, "complete", r->complete);
	to.rows.jump = NULL;
	if (!r->complete) {
		to.rows.from = r->next;
		put_link(x, "next", &to);
	}
	if (r->has_previous) {
		to.rows.from = r->previous;
		put_link(x, "previous", &to);
	}
	open_array(x, "rows");
	for (size_t i = 0; i < r->count; i++) {
		put_row(x, &r->rows[i], r->column_count);
	}
	close_array(x);
}

static vv_status put_data(api *x)
{
	vv_web_table *t;
	vv_web_rows rows;
	vv_status rc;

	if (!x->a->path) {
		return put_datasets(x);
	}
	if ((rc = vv_web_table_open(x->v, &x->asked->commit, x->a->path, &t, x->err)) < 0 ||
	    (t->kind == VV_WEB_TABLE &&
	     (rc = vv_web_rows_read(x->v, t, &x->a->rows, &rows, x->err)) < 0)) {
		return rc;
	}
	(void)snprintf(x->reply->tag, sizeof(x->reply->tag), "%s", t->tag);
	open_object(x, NULL);
	put_commit(x, "commit", &t->commit);
	put_table(x, "dataset", t);
	if (t->kind == VV_WEB_TABLE) {
		put_rows(x, t, &rows);
		x->reply->no_store |= rows.time_over || !rows.counted;
	} else if (t->kind == VV_WEB_TEXT) {
		vv_json_add_string_len(&x->w, "text", t->text, t->text_len);
		put_bool(x, "complete", t->text_len == t->bytes);
	}
	close_object(x);
	return VV_OK;
}

/* --- values ------------------------------------------------------------------------------------ */

static void put_values(api *x, const vv_web_values *s)
{
	put_u64(x, "lookedAt", s->looked_at);
	put_bool(x, "complete", s->complete);
	put_u64(x, "missing", s->missing);
	put_u64(x, "empty", s->empty);
	put_u64(x, "misfits", s->misfits);
	put_u64(x, "distinct", s->distinct);
	put_bool(x, "distinctExact", s->distinct_exact);
	if (s->has_range) {
		vv_json_name(&x->w, "least");
		put_cell(x, &s->least);
		vv_json_name(&x->w, "greatest");
		put_cell(x, &s->greatest);
	}
	if (s->numeric) {
		put_double(x, "mean", s->mean);
	}
	if (s->common_count > 0) {
		open_array(x, "common");
		for (size_t i = 0; i < s->common_count; i++) {
			open_object(x, NULL);
			vv_json_name(&x->w, "value");
			put_cell(x, &s->common[i].cell);
			put_u64(x, "rows", s->common[i].rows);
			close_object(x);
		}
		close_array(x);
		put_bool(x, "commonExact", s->common_exact);
	}
	if (s->bar_count > 0) {
		put_bool(x, "times", s->times);
		open_array(x, "bars");
		for (size_t i = 0; i < s->bar_count; i++) {
			open_object(x, NULL);
			put_double(x, "from", s->bars[i].from);
			put_double(x, "to", s->bars[i].to);
			put_u64(x, "rows", s->bars[i].rows);
			close_object(x);
		}
		close_array(x);
	}
}

static vv_status open_column(api *x, vv_web_table **t, size_t *column)
{
	vv_status rc;

	if (!x->a->path || !x->a->name) {
		return vv_fail(x->err, VV_EUSAGE, "name a dataset, and a column: PATH?name=COLUMN");
	}
	if ((rc = vv_web_table_open(x->v, &x->asked->commit, x->a->path, t, x->err)) < 0) {
		return rc;
	}
	if ((*t)->kind != VV_WEB_TABLE) {
		return vv_fail(x->err, VV_EINPUT, "'%s' is not a table: it has no columns",
			       x->a->path);
	}
	return vv_web_column_find(*t, x->a->name, column, x->err);
}

static vv_status put_column_values(api *x)
{
	vv_web_table *t;
	vv_web_values s;
	size_t column;
	vv_status rc;

	if ((rc = open_column(x, &t, &column)) < 0 ||
	    (rc = vv_web_values_read(x->v, t, column, &x->a->rows,
				     x->a->limit ? x->a->limit : COMMON_COUNT, &s, x->err)) < 0) {
		return rc;
	}
	(void)snprintf(x->reply->tag, sizeof(x->reply->tag), "%s", t->tag);
	x->reply->no_store |= !s.complete;
	open_object(x, NULL);
	put_commit(x, "commit", &t->commit);
	put_text(x, "path", t->path);
	put_text(x, "column", t->columns[column].name);
	put_text(x, "type", t->columns[column].type);
	put_values(x, &s);
	close_object(x);
	return VV_OK;
}

static vv_status put_column(api *x)
{
	vv_web_column_life life;
	vv_web_table *t;
	size_t column;
	vv_status rc;

	if ((rc = open_column(x, &t, &column)) < 0 ||
	    (rc = vv_web_column_life_read(x->v, &x->asked->commit, x->a->path, x->a->name,
					  x->a->limit ? x->a->limit : LIFE_COUNT, &life, x->err)) <
		    0) {
		return rc;
	}
	x->reply->no_store |= !life.complete || life.missing;
	open_object(x, NULL);
	put_commit(x, "commit", &t->commit);
	put_text(x, "path", t->path);
	put_text(x, "column", t->columns[column].name);
	open_array(x, "versions");
	for (size_t i = 0; i < life.count; i++) {
		const vv_web_column_then *p = &life.points[i];

		open_object(x, NULL);
		put_commit(x, "commit", &p->commit);
		put_bool(x, "there", p->there);
		if (p->missing) {
			put_bool(x, "notHere", true);
		} else {
			put_u64(x, "rows", p->rows);
		}
		if (p->there) {
			put_values(x, &p->values);
		}
		close_object(x);
	}
	close_array(x);
	put_bool(x, "allThere", life.complete);
	close_object(x);
	return VV_OK;
}

/* --- a row --------------------------------------------------------------------------------------- */

static const char *const row_kinds[] = {[VV_ROW_ADDED] = "added",
					[VV_ROW_REMOVED] = "removed",
					[VV_ROW_CHANGED] = "changed",
					[VV_ROW_MOVED] = "moved"};

static void put_event(api *x, const vv_web_life_event *e)
{
	open_object(x, NULL);
	put_commit(x, "commit", &e->commit);
	put_text(x, "kind", row_kinds[e->kind]);
	put_text(x, "path", e->path);
	put_said(x, "oldPath", e->old_path);
	put_said(x, "newKey", e->key);
	put_said(x, "oldKey", e->old_key);
	open_array(x, "cells");
	for (size_t i = 0; i < e->count; i++) {
		const vv_web_life_cell *c = &e->cells[i];

		open_object(x, NULL);
		put_text(x, "column", c->name);
		put_said(x, "oldColumn", c->old_name);
		if (c->came || c->went) {
			put_text(x, "was", c->came ? "added" : "dropped");
		}
		if (e->kind != VV_ROW_ADDED && !c->came && (c->went || c->change != VV_CELL_SAME)) {
			vv_json_name(&x->w, "old");
			put_cell(x, &c->old_cell);
		}
		if (e->kind != VV_ROW_REMOVED && !c->went &&
		    (c->came || c->change != VV_CELL_SAME)) {
			vv_json_name(&x->w, "new");
			put_cell(x, &c->new_cell);
		}
		if (c->change == VV_CELL_FORMAT) {
			put_bool(x, "sameValue", true);
		}
		close_object(x);
	}
	close_array(x);
	close_object(x);
}

static vv_status put_one_row(api *x)
{
	vv_web_table *t;
	vv_web_row row;
	vv_web_life life = {.complete = true};
	vv_web_commit from = x->asked->commit;
	const char *key;
	vv_status rc;

	if ((rc = vv_web_table_open(x->v, &x->asked->commit, x->a->path, &t, x->err)) < 0 ||
	    (rc = vv_web_row_named(t, x->a->key, x->a->has_row, x->err)) < 0 ||
	    (rc = vv_web_row_find(x->v, t, x->a->key, x->a->row, &row, x->err)) < 0) {
		return rc;
	}
	key = x->a->key ? x->a->key : row.key;
	if (x->a->after && (rc = vv_web_commit_find(x->v, x->a->after, &from, NULL, x->err)) < 0) {
		return rc;
	}
	if (!t->commit.work &&
	    (rc = vv_web_row_life(x->v, &from, x->a->path, key, row.number, (size_t)x->a->rows.from,
				  x->a->limit ? x->a->limit : LIFE_COUNT, &life, x->err)) < 0) {
		return rc;
	}
	x->reply->no_store |= !life.complete;
	open_object(x, NULL);
	put_commit(x, "commit", &t->commit);
	put_table(x, "dataset", t);
	vv_json_name(&x->w, "row");
	put_row(x, &row, t->column_count);
	open_array(x, "life");
	for (size_t i = 0; i < life.count; i++) {
		put_event(x, &life.events[i]);
	}
	close_array(x);
	put_bool(x, "complete", life.complete);
	if (!life.complete && !life.missing) {
		vv_web_address to = *x->a;
		to.after = *life.next ? life.next : x->a->after;
		to.rows.from = life.skip;
		put_link(x, "next", &to);
	}
	if (life.missing) {
		put_text(x, "notHere", vv_web_missing_older(x->v));
	}
	close_object(x);
	return VV_OK;
}

/* --- a comparison ---------------------------------------------------------------------------------- */

static vv_status put_between(api *x)
{
	vv_web_change *changes;
	size_t count;
	bool more;
	vv_status rc;

	if ((rc = vv_web_changes_between(x->v, &x->asked->other, &x->asked->commit, LIST_MAX,
					 &changes, &count, &more, x->err)) < 0) {
		return rc;
	}
	open_object(x, NULL);
	put_commit(x, "old", &x->asked->other);
	put_commit(x, "new", &x->asked->commit);
	put_changes(x, changes, count, more);
	close_object(x);
	return VV_OK;
}

static void put_pair(api *x, const vv_web_column_pair *p)
{
	open_object(x, NULL);
	put_text(x, "name", p->name);
	put_text(x, "oldName", p->old_name);
	put_text(x, "type", p->type);
	put_text(x, "oldType", p->old_type);
	put_bool(x, "key", p->key);
	put_bool(x, "renamed", p->renamed);
	put_bool(x, "moved", p->moved);
	put_bool(x, "retyped", p->retyped);
	put_u64(x, "changed", p->changed);
	close_object(x);
}

/* Added and removed rows: a cell for each column; changed ones: [old, new] where it changed, and the
 * cell alone where not. */
static void put_row_change(api *x, const vv_web_comparison *c, const vv_web_row_change *r)
{
	open_object(x, NULL);
	put_text(x, "kind", row_kinds[r->kind]);
	if (r->key) {
		put_text(x, "key", r->key);
	}
	if (r->old_row != UINT64_MAX) {
		put_u64(x, "oldRow", r->old_row);
	}
	if (r->new_row != UINT64_MAX) {
		put_u64(x, "newRow", r->new_row);
	}
	put_u64(x, "folded", r->folded);
	if (r->rekeyed) {
		put_bool(x, "rekeyed", true);
	}
	open_array(x, "cells");
	for (size_t i = 0; i < c->column_count; i++) {
		const vv_web_cell_pair *p = &r->cells[i];

		if (r->kind == VV_ROW_CHANGED && p->change != VV_CELL_SAME) {
			vv_json_open_array(&x->w);
			put_cell(x, &p->old_cell);
			put_cell(x, &p->new_cell);
			close_array(x);
		} else {
			put_cell(x, r->kind == VV_ROW_REMOVED ? &p->old_cell : &p->new_cell);
		}
	}
	close_array(x);
	close_object(x);
}

static vv_status put_compare(api *x)
{
	vv_web_comparison c;
	vv_web_address to = *x->a;
	vv_status rc;

	if (!x->a->path) {
		return put_between(x);
	}
	if ((rc = vv_web_compare_read(x->v, &x->asked->other, &x->asked->commit, x->a->path,
				      &x->a->compare, &c, x->err)) < 0) {
		return rc;
	}
	(void)snprintf(x->reply->tag, sizeof(x->reply->tag), "%.62s-%.62s", c.a ? c.a->tag : "",
		       c.b ? c.b->tag : "");
	x->reply->no_store |= !c.counted;
	open_object(x, NULL);
	put_commit(x, "old", &x->asked->other);
	put_commit(x, "new", &x->asked->commit);
	put_text(x, "path", c.path);
	put_said(x, "oldPath", c.old_path);
	put_bool(x, "table", c.table);
	put_bool(x, "same", c.same);
	put_text(x, "words", c.words);
	vv_change_counts_json(&x->w, &c.counts);
	put_bool(x, "counted", c.counted);
	open_array(x, "schema");
	for (size_t i = 0; i < c.schema_count; i++) {
		vv_json_string(&x->w, c.schema[i]);
	}
	close_array(x);
	open_array(x, "columns");
	for (size_t i = 0; i < c.column_count; i++) {
		put_pair(x, &c.columns[i]);
	}
	close_array(x);
	put_u64(x, "matched", c.matched);
	put_bool(x, "complete", c.complete);
	if (!c.complete && c.count > 0) {
		to.compare.from = c.next;
		put_link(x, "next", &to);
	}
	open_array(x, "rows");
	for (size_t i = 0; i < c.count; i++) {
		put_row_change(x, &c, &c.rows[i]);
	}
	close_array(x);
	close_object(x);
	return VV_OK;
}

/* --- conflicts ------------------------------------------------------------------------------------- */

static const char *const side_names[VV_WEB_SIDES] = {"base", "ours", "theirs"};

/* "values" and "rows": what each version has of a row without a key, and where. */
static void put_conflict_row(api *x, const vv_web_conflict *k)
{
	open_object(x, "values");
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		if (k->rows[i] == UINT64_MAX) {
			continue;
		}
		open_object(x, side_names[i]);
		for (size_t c = 0; c < k->value_count; c++) {
			if (k->values[c].has[i]) {
				vv_json_name(&x->w, k->values[c].column);
				put_cell(x, &k->values[c].cells[i]);
			}
		}
		close_object(x);
	}
	close_object(x);
	open_object(x, "rows");
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		if (k->rows[i] != UINT64_MAX) {
			put_u64(x, side_names[i], k->rows[i]);
		}
	}
	close_object(x);
}

static void put_conflict(api *x, const vv_web_conflict *k)
{
	open_object(x, NULL);
	put_text(x, "kind", k->kind);
	if (k->key) {
		vv_json_name(&x->w, "key");
		vv_json_raw(&x->w, k->key, strlen(k->key));
	}
	if (k->row != UINT64_MAX) {
		put_u64(x, "row", k->row);
	}
	put_said(x, "column", k->column);
	put_said(x, "detail", k->detail);
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		if (k->has[i]) {
			vv_json_name(&x->w, side_names[i]);
			put_cell(x, &k->cells[i]);
		}
	}
	if (k->value_count > 0) {
		put_conflict_row(x, k);
	}
	close_object(x);
}

static void put_conflict_path(api *x, const vv_web_conflict_path *p)
{
	vv_web_address to = *x->a;

	open_object(x, NULL);
	put_text(x, "path", p->path);
	put_text(x, "kind", p->table ? "table" : "file");
	put_text(x, "words", p->words);
	open_object(x, "names");
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		put_text(x, side_names[i], p->names[i]);
	}
	close_object(x);
	if (p->table) {
		put_bool(x, "known", !p->unknown);
		put_u64(x, "total", p->total);
		put_u64(x, "leftOut", p->left_out);
		put_bool(x, "complete", p->complete);
		if (!p->complete) {
			to.path = p->path;
			to.rows.from = p->next;
			put_link(x, "next", &to);
		}
		open_array(x, "items");
		for (size_t i = 0; i < p->count; i++) {
			put_conflict(x, &p->items[i]);
		}
		close_array(x);
	}
	close_object(x);
}

static vv_status put_conflicts(api *x)
{
	vv_web_conflicts all;
	vv_status rc = vv_web_conflicts_read(x->v, x->a->path, x->a->path ? x->a->rows.from : 0,
					     x->a->limit ? x->a->limit : VV_WEB_PAGE_ROWS, &all,
					     x->err);

	if (rc < 0) {
		return rc;
	}
	open_object(x, NULL);
	put_text(x, "state", all.state);
	put_text(x, "words", all.words);
	put_u64(x, "total", all.total);
	put_bool(x, "complete", all.complete);
	open_array(x, "paths");
	for (size_t i = 0; i < all.count; i++) {
		put_conflict_path(x, &all.paths[i]);
	}
	close_array(x);
	close_object(x);
	return VV_OK;
}

/* --- answers ------------------------------------------------------------------------------------- */

static vv_status answer(api *x)
{
	switch (x->a->place) {
	case VV_WEB_AT_CHANGES:
	case VV_WEB_AT_HISTORY:
		return put_log(x);
	case VV_WEB_AT_COMPARE:
		return put_compare(x);
	case VV_WEB_AT_DATA:
		return put_data(x);
	case VV_WEB_AT_ROW:
		return put_one_row(x);
	case VV_WEB_AT_COLUMN:
		return put_column(x);
	case VV_WEB_AT_CONFLICTS:
		return put_conflicts(x);
	case VV_WEB_AT_REFS:
		return put_refs(x);
	case VV_WEB_AT_DATASETS:
		return put_datasets(x);
	case VV_WEB_AT_VALUES:
		return put_column_values(x);
	default:
		return vv_fail(x->err, VV_ENOTFOUND, "there is no such page");
	}
}

vv_status vv_web_api_answer(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err)
{
	api x = {
		.asked = asked, .v = asked->visit, .a = asked->address, .reply = reply, .err = err};
	vv_status rc;

	reply->type = "application/json";
	vv_json_out_init(&x.w, &reply->body, 0);
	if ((rc = answer(&x)) < 0) {
		vv_buf_reset(&reply->body);
		return rc;
	}
	vv_buf_putc(&reply->body, '\n');
	return vv_buf_ok(&reply->body, err);
}

static const char *code_name(vv_status code)
{
	switch (code) {
	case VV_ENOTFOUND:
		return "notFound";
	case VV_EMISSING:
		return "missing";
	case VV_EUSAGE:
		return "badRequest";
	case VV_EINPUT:
		return "notATable";
	case VV_EREFUSED:
		return "tooLarge";
	default:
		return "trouble";
	}
}

vv_status vv_web_api_trouble(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err)
{
	api x = {.asked = asked, .a = asked->address, .reply = reply, .err = err};
	const char **near;
	size_t near_count = 0;
	vv_web_commit newest = {.none = true};
	vv_error ignored;

	reply->type = "application/json";
	vv_buf_reset(&reply->body);
	vv_json_out_init(&x.w, &reply->body, 0);
	open_object(&x, NULL);
	open_object(&x, "error");
	put_text(&x, "code", code_name(why->code));
	put_text(&x, "message", why->message);
	put_said(&x, "hint", why->hint);
	if (why->code == VV_ENOTFOUND && asked->visit && asked->address && asked->address->path &&
	    asked->commit.hex[0] && !asked->commit.none &&
	    vv_web_elsewhere(asked->visit, &asked->commit, asked->address->path, &newest, &near,
			     &near_count, &ignored) == VV_OK) {
		if (!newest.none) {
			put_commit(&x, "newestWithIt", &newest);
		}
		open_array(&x, "near");
		for (size_t i = 0; i < near_count; i++) {
			vv_json_string(&x.w, near[i]);
		}
		close_array(&x);
	}
	close_object(&x);
	close_object(&x);
	vv_buf_putc(&reply->body, '\n');
	return vv_buf_ok(&reply->body, err);
}
