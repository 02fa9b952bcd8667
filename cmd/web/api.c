/*
 * api: the names of members.
 */
#include "cmd/web/api.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "cmd/frame/hint_words.h"
#include "cmd/web/api_internal.h"
#include "cmd/web/model/conflicts.h"
#include "cmd/web/model/datasets.h"
#include "cmd/web/model/history.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/model/row_place.h"
#include "cmd/web/model/signed.h"
#include "cmd/web/model/values.h"
#include "lib/status/change_count.h"

#define LIST_MAX 2000u /* files, refs of each kind */
#define LOG_COUNT 10u
#define COMMON_COUNT 20u

/* --- what changed ------------------------------------------------------------------------------- */

static void put_change(vv_json_out *w, const void *item)
{
	static const char *const kinds[] = {"added", "removed", "changed", "renamed"};
	const vv_web_change *c = item;

	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("path", c->path)}, {API_SAID("oldPath", c->old_path)},
			    {JSON_TEXT("kind", kinds[c->kind])}, {JSON_BOOL("table", c->table)},
			    {JSON_NUMBER_WHEN(c->table, "rows", c->rows)},
			    {JSON_NUMBER_WHEN(c->table, "columns", c->columns)},
			    {JSON_TEXT("words", c->words ? c->words : "")});
	vv_change_counts_json(w, &c->counts);
	vv_json_close_object(w);
}

#define API_CHANGES(list, count, more)                                                             \
	{JSON_EACH(put_change, "changes", list, count)},                                           \
	{                                                                                          \
		JSON_BOOL("more", more)                                                            \
	}

static void put_entry(vv_json_out *w, const void *item)
{
	const api *x = (const api *)(const void *)w;
	const vv_web_log_entry *e = item;

	vv_json_put_object(w, {API_COMMIT("commit", &e->commit)},
			   {JSON_TEXT("before", e->before.none ? NULL : e->before.hex)},
			   {JSON_NUMBER_WHEN(x->a->path, "rows", e->rows)},
			   API_CHANGES(e->changes, e->count, e->more));
}

static vv_status put_log(api *x)
{
	const vv_web_log_query q = {.path = x->a->path,
				    .from = &x->asked->commit,
				    .since = x->a->since,
				    .after = x->a->after,
				    .limit = x->a->limit ? x->a->limit : LOG_COUNT};
	vv_web_log log = {.complete = true};
	vv_web_address to = *x->a;
	vv_status rc;

	if ((rc = vv_web_log_read(x->v, &q, &log, x->err)) < 0 ||
	    (rc = vv_web_log_must(&log, &q, x->err)) < 0) {
		return rc;
	}
	to.after = log.next;
	to.path = log.next_path ? log.next_path : to.path;
	vv_json_put_object(
		&x->w, {API_COMMIT("commit", &x->asked->commit)}, {API_SAID("path", q.path)},
		{JSON_EACH(put_entry, "commits", log.entries, log.count)},
		{JSON_BOOL("complete", log.complete)}, {API_LINK_WHEN(!log.complete, "next", &to)});
	return VV_OK;
}

static void put_ref(vv_json_out *w, const void *item)
{
	const api *x = (const api *)(const void *)w;
	const vv_web_ref *r = item;

	vv_json_put_object(w, {JSON_TEXT("name", r->name)},
			   {JSON_TEXT("kind", r->tag ? "tag" : "branch")},
			   {JSON_BOOL("head", r->head)},
			   {JSON_BOOL(x->trusts ? "signed" : NULL, !r->is_unsigned)},
			   {API_COMMIT("commit", &r->commit)});
}

static vv_status put_refs(api *x)
{
	vv_web_ref *refs;
	size_t count;
	vv_status rc = vv_web_refs(x->v, LIST_MAX, &refs, &count, x->err);

	if (rc < 0 || (rc = vv_web_refs_judge(x->v, refs, count, &x->trusts, x->err)) < 0) {
		return rc;
	}
	vv_json_put_object(&x->w, {JSON_EACH(put_ref, "refs", refs, count)});
	return VV_OK;
}

static void put_time(vv_json_out *w, const void *item)
{
	char time[24];
	const int len = snprintf(time, sizeof(time), "%lld", (long long)*(const int64_t *)item);

	vv_json_raw(w, time, (size_t)len);
}

static void put_rows_then(vv_json_out *w, const void *item)
{
	const vv_web_rows_then *p = item;

	vv_json_put_object(w, {JSON_TEXT("commit", vv_oid_shows(&p->commit))},
			   {JSON_BY(put_time, "time", &p->time)}, {JSON_NUMBER("rows", p->rows)});
}

static const char *dataset_kind(const vv_web_dataset *d)
{
	if (d->damaged) return "damaged";
	if (!d->stored) return "text";
	return d->table ? "table" : "file";
}

static void put_dataset(vv_json_out *w, const void *item)
{
	const vv_web_dataset *d = item;
	const bool counted = (d->stored && d->table) || d->document;

	vv_json_put_object(
		w, {JSON_TEXT("path", d->path)}, {JSON_TEXT("kind", dataset_kind(d))},
		{JSON_BOOL("stored", d->stored)}, {JSON_NUMBER_WHEN(counted, "rows", d->rows)},
		{JSON_NUMBER_WHEN(counted, "columns", d->columns)},
		{JSON_NUMBER("bytes", d->bytes)}, {JSON_TEXT_WHEN(*d->root, "root", d->root)},
		{API_COMMIT(d->has_last ? "last" : NULL, &d->last)},
		{JSON_NUMBER_WHEN(d->unread > 0, "versionsNotRead", d->unread)},
		{JSON_EACH(put_rows_then, d->line_count > 0 ? "rowsOverTime" : NULL, d->line,
			   d->line_count)});
}

static vv_status put_datasets(api *x)
{
	vv_web_datasets d;
	vv_status rc = vv_web_datasets_read(x->v, &x->asked->commit, LIST_MAX, true, &d, x->err);

	if (rc < 0) return rc;
	vv_json_put_object(&x->w, {API_COMMIT("commit", &x->asked->commit)},
			   {JSON_EACH(put_dataset, "datasets", d.items, d.count)},
			   {JSON_BOOL("more", d.more)});
	return VV_OK;
}

/* --- a table ----------------------------------------------------------------------------------- */

/* The names of these of the table's columns. */
static void put_column_names(vv_json_out *w, const char *name, const vv_web_table *t,
			     const size_t *columns, size_t count)
{
	vv_json_add_array(w, name);
	vv_array_each(columns, count, at) {
		vv_json_string(w, t->columns[*at].name);
	}
	vv_json_close_array(w);
}

static void put_table(vv_json_out *w, const void *value)
{
	static const char *const kinds[] = {"table", "text", "image", "bytes"};
	const vv_web_table *t = value;

	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("path", t->path)}, {JSON_TEXT("kind", kinds[t->kind])},
			    {JSON_BOOL("stored", t->stored)}, {JSON_NUMBER("bytes", t->bytes)},
			    {JSON_TEXT(t->stored ? "root" : "blob", t->tag)},
			    {API_SAID("why", t->why)});
	if (t->kind == VV_WEB_TABLE) {
		vv_json_add_u64(w, "rows", t->rows);
		put_column_names(w, "key", t, t->key, t->key_count);
		vv_json_add_array(w, "columns");
		for (size_t i = 0; i < t->column_count; i++) {
			const vv_web_column *c = &t->columns[i];

			vv_json_put_object(
				w, {JSON_TEXT("name", c->name)}, {JSON_TEXT("type", c->type)},
				{JSON_BOOL("ordered",
					   vv_web_op_fits(VV_WEB_LT,
							  t->table->schema.fields[i].type))},
				{API_SAID("title", c->title)},
				{API_SAID("description", c->description)},
				{API_SAID("format", c->format)}, {API_SAID("unit", c->unit)});
		}
		vv_json_close_array(w);
	}
	vv_json_close_object(w);
}

static void put_row(vv_json_out *w, const vv_web_row *r, size_t columns)
{
	vv_json_put_object(w, {JSON_NUMBER("number", r->number)},
			   {JSON_TEXT_WHEN(r->key, "key", r->key)},
			   {JSON_EACH(api_put_cell, "cells", r->cells, columns)});
}

static void put_rows(api *x, const vv_web_table *t, const vv_web_rows *r)
{
	vv_web_address next = *x->a, previous = *x->a;

	x->said_time_over = true;
	next.rows.jump = previous.rows.jump = NULL;
	next.rows.from = r->next;
	previous.rows.from = r->previous;
	put_column_names(&x->w, "shown", t, r->columns, r->column_count);
	vv_json_put_members(
		&x->w, {JSON_NUMBER("from", r->from)}, {JSON_BOOL("filtered", r->filtered)},
		{JSON_NUMBER("matched", r->matched)}, {JSON_BOOL("counted", r->counted)},
		{JSON_BOOL("timeOver", r->time_over)}, {JSON_BOOL("complete", r->complete)},
		{API_LINK_WHEN(vv_web_rows_go_on(r), "next", &next)},
		{API_LINK_WHEN(r->has_previous, "previous", &previous)}, {JSON_ARRAY("rows")});
	vv_array_each(r->rows, r->count, row) {
		put_row(&x->w, row, r->column_count);
	}
	vv_json_close_array(&x->w);
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
	vv_json_open_object(&x->w);
	vv_json_put_members(&x->w, {API_COMMIT("commit", &t->commit)},
			    {JSON_BY(put_table, "dataset", t)});
	if (t->kind == VV_WEB_TABLE) {
		put_rows(x, t, &rows);
		x->reply->no_store |= rows.time_over || !rows.counted;
	} else if (t->kind == VV_WEB_TEXT) {
		vv_json_put_members(&x->w, {JSON_TEXT_LEN("text", t->text, t->text_len)},
				    {JSON_BOOL("complete", t->text_len == t->bytes)});
	}
	vv_json_close_object(&x->w);
	return VV_OK;
}

/* --- values ------------------------------------------------------------------------------------ */

static void put_common(vv_json_out *w, const void *item)
{
	const vv_web_value *c = item;

	vv_json_put_object(w, {API_CELL("value", &c->cell)}, {JSON_NUMBER("rows", c->rows)});
}

static void put_bar(vv_json_out *w, const void *item)
{
	const vv_web_bar *b = item;

	vv_json_put_object(w, {API_DOUBLE("from", &b->from)}, {API_DOUBLE("to", &b->to)},
			   {JSON_NUMBER("rows", b->rows)});
}

static vv_status open_column(api *x, vv_web_table **t, size_t *column)
{
	vv_status rc;

	if (!x->a->path || !x->a->name) {
		return vv_fail(x->err, VV_EUSAGE,
			       "the address does not name a column\nadd ?name=COLUMN");
	}
	if ((rc = vv_web_table_open(x->v, &x->asked->commit, x->a->path, t, x->err)) < 0) return rc;
	if ((*t)->kind != VV_WEB_TABLE) {
		return vv_fail(x->err, VV_EINPUT, "'%s' is not a table: it has no columns",
			       vv_text_shows(x->a->path));
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
	vv_json_put_object(
		&x->w, {API_COMMIT("commit", &t->commit)}, {JSON_TEXT("path", t->path)},
		{JSON_TEXT("column", t->columns[column].name)},
		{JSON_TEXT("type", t->columns[column].type)},
		{JSON_NUMBER("lookedAt", s.looked_at)}, {JSON_BOOL("complete", s.complete)},
		{JSON_NUMBER("missing", s.missing)}, {JSON_NUMBER("empty", s.empty)},
		{JSON_NUMBER("misfits", s.misfits)}, {JSON_NUMBER("distinct", s.distinct)},
		{JSON_BOOL("distinctExact", s.distinct_exact)},
		{API_CELL(s.has_range ? "least" : NULL, &s.least)},
		{API_CELL(s.has_range ? "greatest" : NULL, &s.greatest)},
		{API_DOUBLE(s.numeric ? "mean" : NULL, &s.mean)},
		{JSON_EACH(put_common, s.common_count > 0 ? "common" : NULL, s.common,
			   s.common_count)},
		{JSON_BOOL_WHEN(s.common_count > 0, "commonExact", s.common_exact)},
		{JSON_BOOL_WHEN(s.bar_count > 0, "times", s.times)},
		{JSON_EACH(put_bar, s.bar_count > 0 ? "bars" : NULL, s.bars, s.bar_count)},
		{JSON_NUMBER_WHEN(s.outside > 0, "outside", s.outside)});
	return VV_OK;
}

static void put_column_then(vv_json_out *w, const void *item)
{
	static const char *const names[VV_WEB_FIGURES] = {"rows", "missingShare", "distinct",
							  "mean", "least",        "greatest"};
	const vv_web_column_then *p = item;

	vv_json_open_object(w);
	vv_json_put_members(w, {API_COMMIT("commit", &p->commit)}, {JSON_BOOL("there", p->there)},
			    {JSON_BOOL_WHEN(p->gap != VV_GAP_NONE, "notHere", true)},
			    {JSON_BOOL_WHEN(p->gap == VV_GAP_EXPIRED, "expired", true)});
	for (int f = 0; f < VV_WEB_FIGURES; f++) {
		vv_json_put_members(w, {JSON_RAW(names[f], p->figures[f])});
	}
	vv_json_close_object(w);
}

static vv_status put_column(api *x)
{
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
	x->reply->no_store |= !life.complete || life.gap;
	vv_json_put_object(&x->w, {API_COMMIT("commit", &t->commit)}, {JSON_TEXT("path", t->path)},
			   {JSON_TEXT("column", t->columns[column].name)},
			   {JSON_EACH(put_column_then, "versions", life.points, life.count)},
			   {JSON_NUMBER("of", life.of)}, {JSON_BOOL("allThere", life.complete)});
	return VV_OK;
}

/* --- a row --------------------------------------------------------------------------------------- */

static const char *const row_kinds[] = {[VV_ROW_ADDED] = "added",
					[VV_ROW_REMOVED] = "removed",
					[VV_ROW_CHANGED] = "changed",
					[VV_ROW_MOVED] = "moved"};

static void put_event(vv_json_out *w, const void *item)
{
	const vv_web_life_event *e = item;

	vv_json_open_object(w);
	vv_json_put_members(w, {API_COMMIT("commit", &e->commit)},
			    {JSON_TEXT("kind", row_kinds[e->kind])}, {JSON_TEXT("path", e->path)},
			    {API_SAID("oldPath", e->old_path)}, {API_SAID("newKey", e->key)},
			    {API_SAID("oldKey", e->old_key)}, {JSON_ARRAY("cells")});
	vv_array_each(e->cells, e->count, c) {
		const bool old = e->kind != VV_ROW_ADDED && !c->came &&
				 (c->went || c->change != VV_CELL_SAME),
			   new = e->kind != VV_ROW_REMOVED && !c->went &&
				 (c->came || c->change != VV_CELL_SAME);

		vv_json_put_object(
			w, {JSON_TEXT("column", c->name)}, {API_SAID("oldColumn", c->old_name)},
			{JSON_TEXT_WHEN(c->came || c->went, "was", c->came ? "added" : "dropped")},
			{API_CELL(old ? "old" : NULL, &c->old_cell)},
			{API_CELL(new ? "new" : NULL, &c->new_cell)},
			{JSON_BOOL_WHEN(c->change == VV_CELL_FORMAT, "sameValue", true)});
	}
	vv_json_close_array(w);
	vv_json_close_object(w);
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
	vv_web_address to = *x->a;
	to.after = *life.next ? life.next : x->a->after;
	to.rows.from = life.skip;
	vv_json_open_object(&x->w);
	vv_json_put_members(&x->w, {API_COMMIT("commit", &t->commit)},
			    {JSON_BY(put_table, "dataset", t)});
	vv_json_name(&x->w, "row");
	put_row(&x->w, &row, t->column_count);
	vv_json_put_members(&x->w, {JSON_EACH(put_event, "life", life.events, life.count)},
			    {JSON_BOOL("complete", life.complete)},
			    {API_LINK_WHEN(!life.complete && !life.gap, "next", &to)},
			    {JSON_TEXT_WHEN(life.gap != VV_GAP_NONE, "notHere",
					    life.gap == VV_GAP_EXPIRED
						    ? "the rows of older versions have expired"
						    : vv_web_missing_older(x->v))});
	vv_json_close_object(&x->w);
	return VV_OK;
}

/* --- a comparison ---------------------------------------------------------------------------------- */

static vv_status put_between(api *x)
{
	vv_web_log_entry e;
	vv_status rc = vv_web_changes_between(x->v, &x->asked->other, &x->asked->commit, LIST_MAX,
					      &e, x->err);

	if (rc < 0) return rc;
	vv_json_put_object(&x->w, {API_COMMIT("old", &e.before)}, {API_COMMIT("new", &e.commit)},
			   API_CHANGES(e.changes, e.count, e.more));
	return VV_OK;
}

static void put_pair(vv_json_out *w, const void *item)
{
	const vv_web_column_pair *p = item;

	vv_json_put_object(w, {JSON_TEXT("name", p->name)}, {JSON_TEXT("oldName", p->old_name)},
			   {JSON_TEXT("type", p->type)}, {JSON_TEXT("oldType", p->old_type)},
			   {JSON_BOOL("key", p->key)}, {JSON_BOOL("renamed", p->renamed)},
			   {JSON_BOOL("moved", p->moved)}, {JSON_BOOL("retyped", p->retyped)},
			   {JSON_NUMBER("changed", p->changed)});
}

/* Added and removed rows: a cell for each column; changed ones: [old, new] where it changed, and the
 * cell alone where not. */
static void put_row_change(vv_json_out *w, const vv_web_comparison *c, const vv_web_row_change *r)
{
	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("kind", row_kinds[r->kind])},
			    {JSON_TEXT_WHEN(r->key, "key", r->key)},
			    {JSON_NUMBER_WHEN(r->old_row != UINT64_MAX, "oldRow", r->old_row)},
			    {JSON_NUMBER_WHEN(r->new_row != UINT64_MAX, "newRow", r->new_row)},
			    {JSON_NUMBER("folded", r->folded)},
			    {JSON_BOOL_WHEN(r->rekeyed, "rekeyed", true)}, {JSON_ARRAY("cells")});
	vv_array_each(r->cells, c->column_count, p) {
		if (r->kind == VV_ROW_CHANGED && p->change != VV_CELL_SAME) {
			vv_json_open_array(w);
			api_put_cell(w, &p->old_cell);
			api_put_cell(w, &p->new_cell);
			vv_json_close_array(w);
		} else {
			api_put_cell(w, r->kind == VV_ROW_REMOVED ? &p->old_cell : &p->new_cell);
		}
	}
	vv_json_close_array(w);
	vv_json_close_object(w);
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
	to.compare.from = c.next;
	vv_json_open_object(&x->w);
	vv_json_put_members(&x->w, {API_COMMIT("old", &x->asked->other)},
			    {API_COMMIT("new", &x->asked->commit)}, {JSON_TEXT("path", c.path)},
			    {API_SAID("oldPath", c.old_path)}, {JSON_BOOL("table", c.table)},
			    {JSON_BOOL("same", c.same)}, {JSON_TEXT("words", c.words)});
	vv_change_counts_json(&x->w, &c.counts);
	vv_json_put_members(
		&x->w, {JSON_BOOL("counted", c.counted)},
		{JSON_NAMES("schema", c.schema, c.schema_count)},
		{JSON_NAMES("story", c.story, c.story_count)},
		{JSON_EACH(put_pair, "columns", c.columns, c.column_count)},
		{JSON_NUMBER("matched", c.matched)}, {JSON_BOOL("complete", c.complete)},
		{API_LINK_WHEN(!c.complete && c.count > 0, "next", &to)}, {JSON_ARRAY("rows")});
	vv_array_each(c.rows, c.count, row) {
		put_row_change(&x->w, &c, row);
	}
	vv_json_close_array(&x->w);
	vv_json_close_object(&x->w);
	return VV_OK;
}

/* --- conflicts ------------------------------------------------------------------------------------- */

static void put_conflict_path(vv_json_out *w, const void *item)
{
	const api *x = (const api *)(const void *)w;
	const vv_web_conflict_path *p = item;
	const vv_conflict_path *at = p->at;
	const char *const *names = at->record.names;
	vv_web_address to = *x->a;

	to.path = at->path;
	to.rows.from = p->next;
	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("path", at->path)}, {JSON_TEXT("kind", at->kind)},
			    {JSON_TEXT("words", p->words)}, {JSON_OBJECT("sides")},
			    {JSON_TEXT("base", names[0])}, {JSON_TEXT("ours", names[1])},
			    {JSON_TEXT("theirs", names[2])}, {JSON_END});
	if (at->dataset) {
		vv_json_put_members(
			w, {JSON_BOOL("known", !at->unknown)}, {JSON_NUMBER("total", p->total)},
			{JSON_NUMBER("leftOut", at->record.left_out)},
			{JSON_BOOL("complete", p->complete)},
			{API_LINK_WHEN(!p->complete, "next", &to)}, {JSON_ARRAY("items")});
		vv_array_each(p->items, p->count, it) {
			vv_conflict_item_json(w, it->item);
		}
		vv_json_close_array(w);
	}
	vv_json_close_object(w);
}

static vv_status put_conflicts(api *x)
{
	vv_web_conflicts all;
	vv_status rc = vv_web_conflicts_read(x->v, x->a->path, x->a->path ? x->a->rows.from : 0,
					     x->a->limit ? x->a->limit : VV_WEB_PAGE_ROWS, &all,
					     x->err);

	if (rc < 0) return rc;
	vv_json_put_object(&x->w, {JSON_TEXT("state", all.state)}, {JSON_TEXT("words", all.words)},
			   {JSON_NUMBER("total", all.total)}, {JSON_BOOL("complete", all.complete)},
			   {JSON_EACH(put_conflict_path, "paths", all.paths, all.count)});
	return VV_OK;
}

/* --- answers ------------------------------------------------------------------------------------- */

/* Adds the member timeOver to the answer, a JSON object, if the time limit made it a part. */
static void put_time_over(const api *x)
{
	vv_buf *body = &x->reply->body;

	if (!x->v->cut || x->said_time_over || body->failed || body->len == 0) return;
	body->len--; /* its '}' */
	vv_buf_puts(body, ",\"timeOver\":true}");
}

static vv_status put_answer(api *x)
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
	api x = {.asked = asked,
		 .v = asked->visit,
		 .a = asked->address,
		 .reply = reply,
		 .err = err,
		 .w = {.buf = &reply->body}};
	vv_status rc;

	reply->type = "application/json";
	if ((rc = put_answer(&x)) < 0) {
		vv_buf_reset(&reply->body);
		return rc;
	}
	put_time_over(&x);
	vv_buf_putc(&reply->body, '\n');
	return vv_buf_ok(&reply->body, err);
}

static const char *code_name(vv_status code)
{
	if (code == VV_ENOTFOUND) return "notFound";
	if (code == VV_EMISSING) return "missing";
	if (code == VV_EUSAGE) return "badRequest";
	if (code == VV_EINPUT) return "notATable";
	if (code == VV_EREFUSED) return "tooLarge";
	return "trouble";
}

vv_status vv_web_api_trouble(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
			     vv_error *err)
{
	const char **near = NULL;
	size_t near_count = 0;
	vv_web_commit newest = {.none = true};
	vv_error worded = *why;
	vv_json_out w = {.buf = &reply->body};

	reply->type = "application/json";
	vv_buf_reset(&reply->body);
	vv_hint_word(&worded, vv_hint_words);
	const bool elsewhere = why->code == VV_ENOTFOUND && asked->visit && asked->address &&
			       asked->address->path && asked->commit.hex[0] &&
			       !asked->commit.none &&
			       vv_web_elsewhere(asked->visit, &asked->commit, asked->address->path,
						&newest, &near, &near_count, VV_IGNORED) == VV_OK;
	vv_json_put_object(&w, {JSON_OBJECT("error")}, {JSON_TEXT("code", code_name(why->code))},
			   {JSON_TEXT("message", why->message)},
			   {JSON_TEXT_WHEN(*worded.hint, "hint", worded.hint)},
			   {API_COMMIT(newest.none ? NULL : "newestWithIt", &newest)},
			   {JSON_NAMES(elsewhere ? "near" : NULL, near, near_count)}, {JSON_END});
	vv_buf_putc(&reply->body, '\n');
	return vv_buf_ok(&reply->body, err);
}
