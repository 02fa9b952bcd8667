/*
 * conflicts: from the records of a merge to what a page tells of them.
 */
#include "cmd/web/model/conflicts.h"

#include <string.h>

#include "base/json/json.h"
#include "base/show.h"
#include "base/text.h"
#include "lib/merge/conflict_list.h"
#include "lib/names/table_at.h"
#include "repo/git/history/state.h"

#define PATHS_MAX 500u
#define KEY_MAX 32u /* columns of a key whose row gets a link */

typedef struct work {
	vv_web_visit *v;
	vv_error *err;
	uint64_t from;
	size_t limit;
	bool failed; /* too little memory somewhere */
} work;

static const char *keep(work *w, const char *text)
{
	const char *kept = text ? vv_web_keep(w->v, text, strlen(text)) : NULL;

	w->failed = w->failed || (text && !kept);
	return kept;
}

static const char *keep_buf(work *w, vv_buf *b)
{
	const char *kept = b->failed ? NULL : vv_web_keep(w->v, vv_buf_cstr(b), b->len);

	w->failed = w->failed || !kept;
	vv_buf_clear(b);
	return kept;
}

static const char *row_name(work *w, const char *key)
{
	vv_buf b = VV_BUF_INIT;

	vv_conflict_key_put(&b, key);
	return keep_buf(w, &b);
}

/* "A,B" */
static const char *row_place(work *w, const char *key)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_cell cells[KEY_MAX];
	size_t columns[KEY_MAX];
	size_t count = 0, len;
	vv_json *list;
	const char *place = NULL, *text;

	if (vv_json_read(&list, &arena, key, strlen(key), "key", NULL) == VV_OK &&
	    list->type == VV_JSON_ARRAY) {
		for (const vv_json *v = list->first;
		     v && count < KEY_MAX &&
		     vv_json_get_text(&text, &len, v, &arena, NULL) == VV_OK;
		     v = v->next) {
			columns[count] = count;
			cells[count++] = (vv_cell){text, (uint32_t)len, VV_CELL_TEXT, 0, 0};
		}
		if (count > 0 && count < KEY_MAX) {
			vv_key_words_put(&b, cells, columns, count);
			place = keep_buf(w, &b);
		}
	}
	return place;
}

/* The value of a key of one column; the JSON of others, which no other key can be taken for; of a row without
 * a key its number. */
static const char *selector(work *w, const vv_conflict_item *item, const char *name)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_json *list;

	if (!item->key) {
		vv_conflict_row_put(&b, item);
		return b.len > 0 || b.failed ? keep_buf(w, &b) : NULL;
	}
	bool single = vv_json_read(&list, &arena, item->key, strlen(item->key), "key", NULL) ==
			      VV_OK &&
		      list->type == VV_JSON_ARRAY && list->first && !list->first->next;
	return single ? name : keep(w, item->key);
}

/* The column of that name, which stands at `likely` where the versions have the same columns; else a new one. */
static vv_web_conflict_value *value_of(work *w, vv_web_conflict *of, const char *column,
				       size_t likely)
{
	vv_web_conflict_value *v = of->values;

	if (likely < of->value_count && v[likely].column && strcmp(v[likely].column, column) == 0) {
		return &v[likely];
	}
	for (size_t i = 0; i < of->value_count; i++) {
		if (v[i].column && strcmp(v[i].column, column) == 0) return &v[i];
	}
	v[of->value_count].column = keep(w, column);
	return &v[of->value_count++];
}

/* The columns of a row without a key that one side removed: base's, then those that are only in another version. */
static vv_status take_values(work *w, vv_web_conflict *out, const vv_conflict_item *item)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_conflict_value *side[VV_WEB_SIDES];
	size_t count[VV_WEB_SIDES], all = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < VV_WEB_SIDES; i++) {
		rc = vv_conflict_values_read(&side[i], &count[i], &arena, item->values[i], w->err);
		all += rc == VV_OK ? count[i] : 0;
	}
	if (rc == VV_OK && all > 0 &&
	    !(out->values = vv_arena_calloc(&w->v->arena, all, sizeof(*out->values)))) {
		rc = vv_fail_nomem(w->err);
	}
	for (size_t i = 0; rc == VV_OK && i < VV_WEB_SIDES; i++) {
		for (size_t k = 0; rc == VV_OK && k < count[i]; k++) {
			vv_web_conflict_value *to = value_of(w, out, side[i][k].column, k);

			to->has[i] = true;
			rc = vv_web_cell_keep(w->v, &to->cells[i], NULL, &side[i][k].cell,
					      VV_WEB_CELL_MAX, w->err);
		}
	}
	return rc;
}

static vv_status take_item(work *w, vv_web_conflict *out, const vv_conflict_item *item)
{
	vv_status rc = VV_OK;

	*out = (vv_web_conflict){.kind = vv_conflict_kind_name(item->kind),
				 .of_row = vv_conflict_is_of_row(item),
				 .key = keep(w, item->key),
				 .row = item->row,
				 .column = keep(w, item->column),
				 .detail = keep(w, item->detail)};
	if (out->of_row) {
		out->row_name = item->key ? row_name(w, item->key) : NULL;
		out->place = item->key ? row_place(w, item->key) : NULL;
		out->select = selector(w, item, out->row_name);
	}
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		out->rows[i] = item->at[i];
		out->has[i] = item->has[i];
		if (item->has[i] &&
		    (rc = vv_web_cell_keep(w->v, &out->cells[i], NULL, &item->cells[i],
					   VV_WEB_CELL_MAX, w->err)) < 0) {
			return rc;
		}
	}
	return take_values(w, out, item);
}

static vv_status take_items(work *w, vv_web_conflict_path *out, const vv_conflict_record *c)
{
	size_t from = w->from < c->count ? (size_t)w->from : c->count;
	size_t end = c->count - from > w->limit ? from + w->limit : c->count;
	vv_status rc = VV_OK;
	bool over = false;

	out->from = from;
	out->items = vv_arena_calloc(&w->v->arena, end - from + 1, sizeof(*out->items));
	if (!out->items) return vv_fail_nomem(w->err);
	for (size_t i = from; rc == VV_OK && i < end && w->v->held < VV_WEB_ANSWER_MAX; i++) {
		vv_web_conflict *item = &out->items[out->count];

		rc = take_item(w, item, &c->items[i]);
		item->same_row = out->count > 0 && item->of_row &&
				 vv_conflict_same_row(&c->items[i - 1], &c->items[i]);
		out->count++;
	}
	out->next = from + out->count;
	out->complete = out->next == c->count;
	return rc < 0 ? rc : vv_web_over(w->v, &over, w->err);
}

static vv_status take_path(work *w, vv_web_conflict_path *out, const vv_conflict_path *p)
{
	vv_buf words = VV_BUF_INIT;

	*out = (vv_web_conflict_path){.path = keep(w, p->path),
				      .table = p->dataset,
				      .unknown = p->dataset && p->unknown,
				      .total = 1,
				      .complete = true};
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		out->names[i] = keep(w, p->record.names[i]);
		out->there[i] = p->sides[i].mode != 0;
	}
	for (size_t i = 0; p->dataset && !p->unknown && i < 2; i++) {
		if (!vv_oid_is_null(&p->record.commits[i])) {
			out->commits[VV_WEB_OURS + i] = keep(w,
							     vv_oid_shows(&p->record.commits[i]));
		}
	}
	if (!p->dataset) {
		out->words = vv_conflict_file_reason(p);
		return VV_OK;
	}
	if (p->unknown) {
		out->words = "not known row by row";
		return VV_OK;
	}
	vv_conflict_record_describe(&words, &p->record);
	out->words = keep_buf(w, &words);
	out->total = p->record.count + p->record.left_out;
	out->left_out = p->record.left_out;
	return take_items(w, out, &p->record);
}

static void put_sum(work *w, vv_web_conflicts *out)
{
	vv_buf b = VV_BUF_INIT;

	if (out->tables + out->files == 0) {
		out->words = "";
		return;
	}
	vv_buf_printf(&b, "%s%s in ", out->unknown ? "at least " : "",
		      vv_text_counted(out->total, "conflict", NULL));
	if (out->tables > 0) {
		vv_buf_puts(&b, vv_text_counted(out->tables, "table", NULL));
	}
	if (out->files > 0) {
		vv_buf_printf(
			&b, "%s%s", out->tables > 0 ? " and " : "",
			vv_text_counted(out->files, out->tables > 0 ? "other file" : "file", NULL));
	}
	out->words = keep_buf(w, &b);
}

static vv_status take_all(work *w, const vv_conflict_list *l, vv_web_conflicts *out)
{
	size_t room = l->count < PATHS_MAX ? l->count : PATHS_MAX;
	vv_status rc = VV_OK;

	out->complete = room == l->count;
	if (!(out->paths = vv_arena_calloc(&w->v->arena, room + 1, sizeof(*out->paths)))) {
		return vv_fail_nomem(w->err);
	}
	for (size_t i = 0; rc == VV_OK && i < room; i++) {
		rc = take_path(w, &out->paths[out->count++], &l->paths[i]);
	}
	for (size_t i = 0; i < l->count; i++) {
		const vv_conflict_path *p = &l->paths[i];
		bool counted = p->dataset && !p->unknown;

		out->tables += p->dataset;
		out->files += !p->dataset;
		out->unknown = out->unknown || p->unknown;
		out->total += counted ? p->record.count + p->record.left_out : 1;
	}
	put_sum(w, out);
	return rc == VV_OK && w->failed ? vv_fail_nomem(w->err) : rc;
}

vv_status vv_web_conflicts_read(vv_web_visit *v, const char *path, uint64_t from, size_t limit,
				vv_web_conflicts *out, vv_error *err)
{
	work w = {.v = v, .err = err, .from = from, .limit = limit};
	vv_auto(vv_conflict_list) list = {0};
	vv_auto(vv_index) *index = NULL;
	vv_status rc;

	*out = (vv_web_conflicts){.words = "", .complete = true};
	if (!v->work_tree || vv_repository_is_bare(v->repo)) {
		return vv_fail(err, VV_ENOTFOUND, "no such page 'conflicts'");
	}
	out->state = keep(&w, vv_state_name(v->repo));
	if ((rc = vv_index_open(&index, v->repo, err)) < 0) return rc;
	if ((rc = vv_conflict_list_known(&list, v->repo, v->reader, index, path, err)) == VV_OK) {
		rc = take_all(&w, &list, out);
	}
	if (rc == VV_OK && path && out->count == 0) {
		rc = vv_fail(err, VV_ENOTFOUND, "'%s' is not in conflict", vv_text_shows(path));
	}
	return rc;
}
