/*
 * api: the names of members.
 */
#include "cmd/web/api.h"

#include <stdio.h>
#include <string.h>

#include "cmd/frame/hint_words.h"
#include "cmd/web/api_internal.h"
#include "cmd/web/model/conflicts.h"
#include "cmd/web/model/datasets.h"
#include "cmd/web/model/history.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/model/row_place.h"
#include "cmd/web/model/values.h"
#include "lib/status/change_count.h"

#define LIST_MAX 2000u /* files, refs of each kind */
#define LOG_COUNT 10u
#define COMMON_COUNT 20u

/* --- what changed ------------------------------------------------------------------------------- */

static void put_change(api *x, const vv_web_change *c)
{
	static const char *const kinds[] = {"added", "removed", "changed", "renamed"};

	api_open_element(x);
	vv_json_put_members(&x->w, {JSON_TEXT("path", c->path)}, {API_SAID("oldPath", c->old_path)},
			    {JSON_TEXT("kind", kinds[c->kind])}, {JSON_BOOL("table", c->table)},
			    {JSON_NUMBER_WHEN(c->table, "rows", c->rows)},
			    {JSON_NUMBER_WHEN(c->table, "columns", c->columns)},
			    {JSON_TEXT("words", c->words ? c->words : "")});
	vv_change_counts_json(&x->w, &c->counts);
	api_close_object(x);
}

static void put_changes(api *x, const vv_web_change *c, size_t count, bool more)
{
	api_put_each(x, "changes", c, count, put_change);
	api_put_bool(x, "more", more);
}

static void put_entry(api *x, const vv_web_log_entry *e)
{
	api_open_element(x);
	api_put_commit(x, "commit", &e->commit);
	api_put_text(x, "before", e->before.none ? NULL : e->before.hex);
	if (x->a->path) {
		api_put_u64(x, "rows", e->rows);
	}
	put_changes(x, e->changes, e->count, e->more);
	api_close_object(x);
}

static vv_status put_log(api *x)
{
	const vv_web_log_query q = {.path = x->a->path,
				    .from = &x->asked->commit,
				    .since = x->a->since,
				    .after = x->a->after,
				    .limit = x->a->limit ? x->a->limit : LOG_COUNT};
	vv_web_log log = {.complete = true};
	vv_status rc;

	if (!x->asked->commit.none && (rc = vv_web_log_read(x->v, &q, &log, x->err)) < 0) return rc;
	if (q.path && log.count == 0 && !x->a->after && !x->a->since) {
		return vv_fail(x->err, VV_ENOTFOUND, "no version up to %s has a file '%s'",
			       x->asked->commit.brief, q.path);
	}
	api_open_element(x);
	api_put_commit(x, "commit", &x->asked->commit);
	vv_json_put_members(&x->w, {API_SAID("path", q.path)});
	api_put_each(x, "commits", log.entries, log.count, put_entry);
	api_put_bool(x, "complete", log.complete);
	if (!log.complete) {
		vv_web_address to = *x->a;

		to.after = log.next;
		to.path = log.next_path ? log.next_path : to.path;
		api_put_link(x, "next", &to);
	}
	api_close_object(x);
	return VV_OK;
}

static vv_status put_refs(api *x)
{
	vv_web_ref *refs;
	size_t count;
	vv_status rc = vv_web_refs(x->v, LIST_MAX, &refs, &count, x->err);

	if (rc < 0) return rc;
	api_open_element(x);
	api_open_array(x, "refs");
	for (size_t i = 0; i < count; i++) {
		api_open_element(x);
		vv_json_put_members(&x->w, {JSON_TEXT("name", refs[i].name)},
				    {JSON_TEXT("kind", refs[i].tag ? "tag" : "branch")},
				    {JSON_BOOL("head", refs[i].head)});
		api_put_commit(x, "commit", &refs[i].commit);
		api_close_object(x);
	}
	api_close_array(x);
	api_close_object(x);
	return VV_OK;
}

static void put_dataset(api *x, const vv_web_dataset *d)
{
	const bool counted = (d->stored && d->table) || d->document;

	api_open_element(x);
	vv_json_put_members(&x->w, {JSON_TEXT("path", d->path)},
			    {JSON_TEXT("kind", d->damaged ? "damaged"
					       : d->table ? "table"
							  : "file")},
			    {JSON_BOOL("stored", d->stored)},
			    {JSON_NUMBER_WHEN(counted, "rows", d->rows)},
			    {JSON_NUMBER_WHEN(counted, "columns", d->columns)},
			    {JSON_NUMBER("bytes", d->bytes)}, {API_SAID("root", d->root)});
	if (d->has_last) {
		api_put_commit(x, "last", &d->last);
	}
	vv_json_put_members(&x->w, {JSON_NUMBER_WHEN(d->unread > 0, "versionsNotRead", d->unread)});
	if (d->line_count > 0) {
		api_open_array(x, "rowsOverTime");
		for (size_t i = 0; i < d->line_count; i++) {
			char time[24];

			api_open_element(x);
			api_put_text(x, "commit", vv_oid_shows(&d->line[i].commit));
			(void)snprintf(time, sizeof(time), "%lld", (long long)d->line[i].time);
			vv_json_name(&x->w, "time");
			vv_json_raw(&x->w, time, strlen(time));
			api_put_u64(x, "rows", d->line[i].rows);
			api_close_object(x);
		}
		api_close_array(x);
	}
	api_close_object(x);
}

static vv_status put_datasets(api *x)
{
	vv_web_datasets d;
	vv_status rc = vv_web_datasets_read(x->v, &x->asked->commit, LIST_MAX, true, &d, x->err);

	if (rc < 0) return rc;
	api_open_element(x);
	api_put_commit(x, "commit", &x->asked->commit);
	api_put_each(x, "datasets", d.items, d.count, put_dataset);
	api_put_bool(x, "more", d.more);
	api_close_object(x);
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
	api_open_object(x, name);
	vv_json_put_members(
		&x->w, {JSON_TEXT("path", t->path)}, {JSON_TEXT("kind", kinds[t->kind])},
		{JSON_BOOL("stored", t->stored)}, {JSON_NUMBER("bytes", t->bytes)},
		{JSON_TEXT(t->stored ? "root" : "blob", t->tag)}, {API_SAID("why", t->why)});
	if (t->kind == VV_WEB_TABLE) {
		vv_json_put_members(&x->w, {JSON_NUMBER("rows", t->rows)}, {JSON_ARRAY("key")});
		for (size_t i = 0; i < t->key_count; i++) {
			vv_json_string(&x->w, t->columns[t->key[i]].name);
		}
		api_close_array(x);
		api_open_array(x, "columns");
		for (size_t i = 0; i < t->column_count; i++) {
			const vv_web_column *c = &t->columns[i];

			vv_json_put_object(
				&x->w, {JSON_TEXT("name", c->name)}, {JSON_TEXT("type", c->type)},
				{JSON_BOOL("ordered",
					   vv_web_op_fits(VV_WEB_LT,
							  t->table->schema.fields[i].type))},
				{API_SAID("title", c->title)},
				{API_SAID("description", c->description)},
				{API_SAID("format", c->format)}, {API_SAID("unit", c->unit)});
		}
		api_close_array(x);
	}
	api_close_object(x);
}

static void put_row(api *x, const vv_web_row *r, size_t columns)
{
	api_open_element(x);
	vv_json_put_members(&x->w, {JSON_NUMBER("number", r->number)},
			    {JSON_TEXT_WHEN(r->key, "key", r->key)});
	api_put_each(x, "cells", r->cells, columns, api_put_cell);
	api_close_object(x);
}

static void put_rows(api *x, const vv_web_table *t, const vv_web_rows *r)
{
	vv_web_address to = *x->a;

	api_open_array(x, "shown");
	for (size_t i = 0; i < r->column_count; i++) {
		vv_json_string(&x->w, t->columns[r->columns[i]].name);
	}
	api_close_array(x);
	vv_json_put_members(
		&x->w, {JSON_NUMBER("from", r->from)}, {JSON_BOOL("filtered", r->filtered)},
		{JSON_NUMBER("matched", r->matched)}, {JSON_BOOL("counted", r->counted)},
		{JSON_BOOL("timeOver", r->time_over)}, {JSON_BOOL("complete", r->complete)});
	to.rows.jump = NULL;
	if (!r->complete) {
		to.rows.from = r->next;
		api_put_link(x, "next", &to);
	}
	if (r->has_previous) {
		to.rows.from = r->previous;
		api_put_link(x, "previous", &to);
	}
	api_open_array(x, "rows");
	for (size_t i = 0; i < r->count; i++) {
		put_row(x, &r->rows[i], r->column_count);
	}
	api_close_array(x);
}

static vv_status put_data(api *x)
{
	vv_web_table *t;
	vv_web_rows rows;
	vv_status rc;

	if (!x->a->path) return put_datasets(x);
	if ((rc = vv_web_table_open(x->v, &x->asked->commit, x->a->path, &t, x->err)) < 0 ||
	    (t->kind == VV_WEB_TABLE &&
	     (rc = vv_web_rows_read(x->v, t, &x->a->rows, &rows, x->err)) < 0)) {
		return rc;
	}
	(void)snprintf(x->reply->tag, sizeof(x->reply->tag), "%s", t->tag);
	api_open_element(x);
	api_put_commit(x, "commit", &t->commit);
	put_table(x, "dataset", t);
	if (t->kind == VV_WEB_TABLE) {
		put_rows(x, t, &rows);
		x->reply->no_store |= rows.time_over || !rows.counted;
	} else if (t->kind == VV_WEB_TEXT) {
		vv_json_add_string_len(&x->w, "text", t->text, t->text_len);
		api_put_bool(x, "complete", t->text_len == t->bytes);
	}
	api_close_object(x);
	return VV_OK;
}

/* --- values ------------------------------------------------------------------------------------ */

static void put_values(api *x, const vv_web_values *s)
{
	vv_json_put_members(&x->w, {JSON_NUMBER("lookedAt", s->looked_at)},
			    {JSON_BOOL("complete", s->complete)},
			    {JSON_NUMBER("missing", s->missing)}, {JSON_NUMBER("empty", s->empty)},
			    {JSON_NUMBER("misfits", s->misfits)},
			    {JSON_NUMBER("distinct", s->distinct)},
			    {JSON_BOOL("distinctExact", s->distinct_exact)});
	if (s->has_range) {
		vv_json_name(&x->w, "least");
		api_put_cell(x, &s->least);
		vv_json_name(&x->w, "greatest");
		api_put_cell(x, &s->greatest);
	}
	if (s->numeric) {
		api_put_double(x, "mean", s->mean);
	}
	if (s->common_count > 0) {
		api_open_array(x, "common");
		for (size_t i = 0; i < s->common_count; i++) {
			api_open_element(x);
			vv_json_name(&x->w, "value");
			api_put_cell(x, &s->common[i].cell);
			api_put_u64(x, "rows", s->common[i].rows);
			api_close_object(x);
		}
		api_close_array(x);
		api_put_bool(x, "commonExact", s->common_exact);
	}
	if (s->bar_count > 0) {
		vv_json_put_members(&x->w, {JSON_BOOL("times", s->times)}, {JSON_ARRAY("bars")});
		for (size_t i = 0; i < s->bar_count; i++) {
			api_open_element(x);
			api_put_double(x, "from", s->bars[i].from);
			api_put_double(x, "to", s->bars[i].to);
			api_put_u64(x, "rows", s->bars[i].rows);
			api_close_object(x);
		}
		api_close_array(x);
	}
}

static vv_status open_column(api *x, vv_web_table **t, size_t *column)
{
	vv_status rc;

	if (!x->a->path || !x->a->name) {
		return vv_fail(x->err, VV_EUSAGE, "name a table, and a column: PATH?name=COLUMN");
	}
	if ((rc = vv_web_table_open(x->v, &x->asked->commit, x->a->path, t, x->err)) < 0) return rc;
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
	api_open_element(x);
	api_put_commit(x, "commit", &t->commit);
	vv_json_put_members(&x->w, {JSON_TEXT("path", t->path)},
			    {JSON_TEXT("column", t->columns[column].name)},
			    {JSON_TEXT("type", t->columns[column].type)});
	put_values(x, &s);
	api_close_object(x);
	return VV_OK;
}

static vv_status put_column(api *x)
{
	static const char *const figures[VV_WEB_FIGURES] = {"rows", "missingShare", "distinct",
							    "mean", "least",        "greatest"};
	vv_web_column_life life;
	vv_web_table *t;
	size_t column;
	vv_status rc;

	if ((rc = open_column(x, &t, &column)) < 0 ||
	    (rc = vv_web_column_life_read(x->v, &x->asked->commit, x->a->path, x->a->name,
					  x->a->rows.where, x->a->limit ? x->a->limit : SIZE_MAX,
					  &life, x->err)) < 0) {
		return rc;
	}
	x->reply->no_store |= !life.complete || life.missing;
	api_open_element(x);
	api_put_commit(x, "commit", &t->commit);
	vv_json_put_members(&x->w, {JSON_TEXT("path", t->path)},
			    {JSON_TEXT("column", t->columns[column].name)},
			    {JSON_ARRAY("versions")});
	for (size_t i = 0; i < life.count; i++) {
		const vv_web_column_then *p = &life.points[i];

		api_open_element(x);
		api_put_commit(x, "commit", &p->commit);
		vv_json_put_members(&x->w, {JSON_BOOL("there", p->there)},
				    {JSON_BOOL_WHEN(p->missing, "notHere", true)});
		for (int f = 0; f < VV_WEB_FIGURES; f++) {
			if (p->figures[f]) {
				vv_json_name(&x->w, figures[f]);
				vv_json_raw(&x->w, p->figures[f], strlen(p->figures[f]));
			}
		}
		api_close_object(x);
	}
	api_close_array(x);
	vv_json_put_members(&x->w, {JSON_NUMBER("of", life.of)},
			    {JSON_BOOL("allThere", life.complete)});
	api_close_object(x);
	return VV_OK;
}

/* --- a row --------------------------------------------------------------------------------------- */

static const char *const row_kinds[] = {[VV_ROW_ADDED] = "added",
					[VV_ROW_REMOVED] = "removed",
					[VV_ROW_CHANGED] = "changed",
					[VV_ROW_MOVED] = "moved"};

static void put_event(api *x, const vv_web_life_event *e)
{
	api_open_element(x);
	api_put_commit(x, "commit", &e->commit);
	vv_json_put_members(&x->w, {JSON_TEXT("kind", row_kinds[e->kind])},
			    {JSON_TEXT("path", e->path)}, {API_SAID("oldPath", e->old_path)},
			    {API_SAID("newKey", e->key)}, {API_SAID("oldKey", e->old_key)},
			    {JSON_ARRAY("cells")});
	for (size_t i = 0; i < e->count; i++) {
		const vv_web_life_cell *c = &e->cells[i];

		api_open_element(x);
		vv_json_put_members(
			&x->w, {JSON_TEXT("column", c->name)}, {API_SAID("oldColumn", c->old_name)},
			{JSON_TEXT_WHEN(c->came || c->went, "was", c->came ? "added" : "dropped")},
			{JSON_BOOL_WHEN(c->change == VV_CELL_FORMAT, "sameValue", true)});
		if (e->kind != VV_ROW_ADDED && !c->came && (c->went || c->change != VV_CELL_SAME)) {
			vv_json_name(&x->w, "old");
			api_put_cell(x, &c->old_cell);
		}
		if (e->kind != VV_ROW_REMOVED && !c->went &&
		    (c->came || c->change != VV_CELL_SAME)) {
			vv_json_name(&x->w, "new");
			api_put_cell(x, &c->new_cell);
		}
		api_close_object(x);
	}
	api_close_array(x);
	api_close_object(x);
}

static vv_status put_one_row(api *x)
{
	vv_web_table *t;
	vv_web_row row;
	vv_web_life life = {.complete = true};
	vv_status rc;

	if ((rc = vv_web_table_open(x->v, &x->asked->commit, x->a->path, &t, x->err)) < 0 ||
	    (rc = vv_web_row_named(t, x->a->key, x->a->has_row, x->err)) < 0 ||
	    (rc = vv_web_row_find(x->v, t, x->a->key, x->a->row, &row, x->err)) < 0) {
		return rc;
	}
	const vv_web_life_query q = {.from = &x->asked->commit,
				     .after = x->a->after,
				     .path = x->a->path,
				     .key = x->a->key ? x->a->key : row.key,
				     .row = row.number,
				     .skip = (size_t)x->a->rows.from,
				     .limit = x->a->limit};
	if (!t->commit.work && (rc = vv_web_row_life(x->v, &q, &life, x->err)) < 0) return rc;
	x->reply->no_store |= !life.complete;
	api_open_element(x);
	api_put_commit(x, "commit", &t->commit);
	put_table(x, "dataset", t);
	vv_json_name(&x->w, "row");
	put_row(x, &row, t->column_count);
	api_put_each(x, "life", life.events, life.count, put_event);
	api_put_bool(x, "complete", life.complete);
	if (!life.complete && !life.missing) {
		vv_web_address to = *x->a;
		to.after = *life.next ? life.next : x->a->after;
		to.rows.from = life.skip;
		api_put_link(x, "next", &to);
	}
	if (life.missing) {
		api_put_text(x, "notHere", vv_web_missing_older(x->v));
	}
	api_close_object(x);
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
	api_open_element(x);
	api_put_commit(x, "old", &x->asked->other);
	api_put_commit(x, "new", &x->asked->commit);
	put_changes(x, changes, count, more);
	api_close_object(x);
	return VV_OK;
}

static void put_pair(api *x, const vv_web_column_pair *p)
{
	vv_json_put_object(&x->w, {JSON_TEXT("name", p->name)}, {JSON_TEXT("oldName", p->old_name)},
			   {JSON_TEXT("type", p->type)}, {JSON_TEXT("oldType", p->old_type)},
			   {JSON_BOOL("key", p->key)}, {JSON_BOOL("renamed", p->renamed)},
			   {JSON_BOOL("moved", p->moved)}, {JSON_BOOL("retyped", p->retyped)},
			   {JSON_NUMBER("changed", p->changed)});
}

/* Added and removed rows: a cell for each column; changed ones: [old, new] where it changed, and the
 * cell alone where not. */
static void put_row_change(api *x, const vv_web_comparison *c, const vv_web_row_change *r)
{
	api_open_element(x);
	vv_json_put_members(&x->w, {JSON_TEXT("kind", row_kinds[r->kind])},
			    {JSON_TEXT_WHEN(r->key, "key", r->key)},
			    {JSON_NUMBER_WHEN(r->old_row != UINT64_MAX, "oldRow", r->old_row)},
			    {JSON_NUMBER_WHEN(r->new_row != UINT64_MAX, "newRow", r->new_row)},
			    {JSON_NUMBER("folded", r->folded)},
			    {JSON_BOOL_WHEN(r->rekeyed, "rekeyed", true)}, {JSON_ARRAY("cells")});
	for (size_t i = 0; i < c->column_count; i++) {
		const vv_web_cell_pair *p = &r->cells[i];

		if (r->kind == VV_ROW_CHANGED && p->change != VV_CELL_SAME) {
			vv_json_open_array(&x->w);
			api_put_cell(x, &p->old_cell);
			api_put_cell(x, &p->new_cell);
			api_close_array(x);
		} else {
			api_put_cell(x, r->kind == VV_ROW_REMOVED ? &p->old_cell : &p->new_cell);
		}
	}
	api_close_array(x);
	api_close_object(x);
}

static vv_status put_compare(api *x)
{
	vv_web_comparison c;
	vv_web_address to = *x->a;
	vv_status rc;

	if (!x->a->path) return put_between(x);
	if ((rc = vv_web_compare_read(x->v, &x->asked->other, &x->asked->commit, x->a->path,
				      &x->a->compare, &c, x->err)) < 0) {
		return rc;
	}
	(void)snprintf(x->reply->tag, sizeof(x->reply->tag), "%.62s-%.62s", c.a ? c.a->tag : "",
		       c.b ? c.b->tag : "");
	x->reply->no_store |= !c.counted;
	api_open_element(x);
	api_put_commit(x, "old", &x->asked->other);
	api_put_commit(x, "new", &x->asked->commit);
	vv_json_put_members(&x->w, {JSON_TEXT("path", c.path)}, {API_SAID("oldPath", c.old_path)},
			    {JSON_BOOL("table", c.table)}, {JSON_BOOL("same", c.same)},
			    {JSON_TEXT("words", c.words)});
	vv_change_counts_json(&x->w, &c.counts);
	vv_json_put_members(&x->w, {JSON_BOOL("counted", c.counted)},
			    {JSON_NAMES("schema", c.schema, c.schema_count)},
			    {JSON_NAMES("story", c.story, c.story_count)});
	api_put_each(x, "columns", c.columns, c.column_count, put_pair);
	vv_json_put_members(&x->w, {JSON_NUMBER("matched", c.matched)},
			    {JSON_BOOL("complete", c.complete)});
	if (!c.complete && c.count > 0) {
		to.compare.from = c.next;
		api_put_link(x, "next", &to);
	}
	api_open_array(x, "rows");
	for (size_t i = 0; i < c.count; i++) {
		put_row_change(x, &c, &c.rows[i]);
	}
	api_close_array(x);
	api_close_object(x);
	return VV_OK;
}

/* --- conflicts ------------------------------------------------------------------------------------- */

static void put_conflict_path(api *x, const vv_web_conflict_path *p)
{
	static const char *const side_names[VV_WEB_SIDES] = {"base", "ours", "theirs"};
	const vv_conflict_path *at = p->at;
	vv_web_address to = *x->a;

	api_open_element(x);
	vv_json_put_members(&x->w, {JSON_TEXT("path", at->path)},
			    {JSON_TEXT("kind", at->dataset ? "table" : "file")},
			    {JSON_TEXT("words", p->words)}, {JSON_OBJECT("sides")});
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		api_put_text(x, side_names[i], at->record.names[i]);
	}
	api_close_object(x);
	if (at->dataset) {
		vv_json_put_members(&x->w, {JSON_BOOL("known", !at->unknown)},
				    {JSON_NUMBER("total", p->total)},
				    {JSON_NUMBER("leftOut", at->record.left_out)},
				    {JSON_BOOL("complete", p->complete)});
		if (!p->complete) {
			to.path = at->path;
			to.rows.from = p->next;
			api_put_link(x, "next", &to);
		}
		api_open_array(x, "items");
		for (size_t i = 0; i < p->count; i++) {
			vv_conflict_item_json(&x->w, p->items[i].item);
		}
		api_close_array(x);
	}
	api_close_object(x);
}

static vv_status put_conflicts(api *x)
{
	vv_web_conflicts all;
	vv_status rc = vv_web_conflicts_read(x->v, x->a->path, x->a->path ? x->a->rows.from : 0,
					     x->a->limit ? x->a->limit : VV_WEB_PAGE_ROWS, &all,
					     x->err);

	if (rc < 0) return rc;
	api_open_element(x);
	vv_json_put_members(&x->w, {JSON_TEXT("state", all.state)}, {JSON_TEXT("words", all.words)},
			    {JSON_NUMBER("total", all.total)},
			    {JSON_BOOL("complete", all.complete)});
	api_put_each(x, "paths", all.paths, all.count, put_conflict_path);
	api_close_object(x);
	return VV_OK;
}

/* --- answers ------------------------------------------------------------------------------------- */

static vv_status answer(api *x)
{
	static vv_status (*const answers[])(api *) = {
		[VV_WEB_AT_OVERVIEW] = put_log,
		[VV_WEB_AT_COMMITS] = put_log,
		[VV_WEB_AT_HISTORY] = put_log,
		[VV_WEB_AT_COMPARE] = put_compare,
		[VV_WEB_AT_TABLE] = put_data,
		[VV_WEB_AT_ROW] = put_one_row,
		[VV_WEB_AT_COLUMNS] = put_column,
		[VV_WEB_AT_CONFLICTS] = put_conflicts,
		[VV_WEB_AT_REFS] = put_refs,
		[VV_WEB_AT_TREE] = put_datasets,
		[VV_WEB_AT_VALUES] = put_column_values,
	};
	const size_t at = x->a->place;

	return at < sizeof(answers) / sizeof(answers[0]) && answers[at]
		       ? answers[at](x)
		       : vv_fail(x->err, VV_ENOTFOUND, "no such page");
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
	vv_error worded = *why;

	reply->type = "application/json";
	vv_buf_reset(&reply->body);
	vv_json_out_init(&x.w, &reply->body, 0);
	api_open_element(&x);
	vv_hint_word(&worded, vv_hint_words);
	api_open_object(&x, "error");
	vv_json_put_members(&x.w, {JSON_TEXT("code", code_name(why->code))},
			    {JSON_TEXT("message", why->message)}, {API_SAID("hint", worded.hint)});
	if (why->code == VV_ENOTFOUND && asked->visit && asked->address && asked->address->path &&
	    asked->commit.hex[0] && !asked->commit.none &&
	    vv_web_elsewhere(asked->visit, &asked->commit, asked->address->path, &newest, &near,
			     &near_count, VV_IGNORED) == VV_OK) {
		if (!newest.none) {
			api_put_commit(&x, "newestWithIt", &newest);
		}
		vv_json_put_members(&x.w, {JSON_NAMES("near", near, near_count)});
	}
	api_close_object(&x);
	api_close_object(&x);
	vv_buf_putc(&reply->body, '\n');
	return vv_buf_ok(&reply->body, err);
}
