/*
 * conflicts: turns the records of a merge into a page's data.
 */
#include "cmd/web/model/conflicts.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/show.h"
#include "base/text.h"
#include "lib/names/table_at.h"
#include "repo/git/history/state.h"

#define PATHS_MAX 500u
#define KEY_MAX 32u /* columns of a key whose row gets a link */

typedef struct work {
	vv_web_visit *v;
	vv_error *err;
	uint64_t from;
	size_t limit;
} work;

/* resolve accepts the value of a key of one column; the JSON of others, which is unambiguous; for a row without a
 * key its number. */
static void name_row(work *w, vv_web_conflict *out)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) name = VV_BUF_INIT, place = VV_BUF_INIT;
	const char *key = out->item->key, *text;
	vv_cell cells[KEY_MAX];
	size_t columns[KEY_MAX], count = 0, len;
	bool alone = false; /* is the key of one column? */
	vv_json *list;

	if (!key) {
		vv_conflict_row_put(&name, out->item);
		out->select = name.len > 0 || name.failed ? vv_web_keep_buf(w->v, &name) : NULL;
		return;
	}
	vv_conflict_key_put(&name, key);
	out->row_name = vv_web_keep_buf(w->v, &name);
	if (vv_json_read(&list, &arena, key, strlen(key), "key", NULL) == VV_OK &&
	    list->type == VV_JSON_ARRAY) {
		alone = list->first && !list->first->next;
		for (const vv_json *v = list->first;
		     v && count < KEY_MAX &&
		     vv_json_get_text(&text, &len, v, &arena, NULL) == VV_OK;
		     v = v->next) {
			columns[count] = count;
			cells[count++] = (vv_cell){
				.text = text, .len = (uint32_t)len, .state = VV_CELL_TEXT};
		}
	}
	if (count > 0 && count < KEY_MAX) {
		vv_key_words_put(&place, cells, columns, count);
		out->place = vv_web_keep_buf(w->v, &place);
	}
	out->select = alone ? out->row_name : key;
}

/* The column of that name, at `likely` if the versions have the same columns; otherwise a new one. */
static vv_web_conflict_value *value_of(work *w, vv_web_conflict *of, const char *column,
				       size_t likely)
{
	vv_web_conflict_value *v = of->values, *found;

	if (likely < of->value_count && strcmp(v[likely].column, column) == 0) return &v[likely];
	found = vv_array_find(v, of->value_count, one, strcmp(one->column, column) == 0);
	if (found) return found;
	v[of->value_count].column = vv_web_keep_text(w->v, column);
	return &v[of->value_count++];
}

/* The columns of a row without a key that one side removed: base's, then those that are only in another version. */
static vv_status take_values(work *w, vv_web_conflict *out)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_conflict_value *side[VV_WEB_SIDES];
	size_t count[VV_WEB_SIDES], all = 0;
	vv_status rc;

	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		if ((rc = vv_conflict_values_read(&side[i], &count[i], &arena, out->item->values[i],
						  w->err)) < 0) {
			return rc;
		}
		all += count[i];
	}
	out->values = vv_arena_calloc(&w->v->arena, all + 1, sizeof(*out->values));
	if (!out->values) return vv_fail_nomem(w->err);
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		for (size_t k = 0; k < count[i]; k++) {
			vv_web_conflict_value *to = value_of(w, out, side[i][k].column, k);

			to->has[i] = true;
			vv_web_cell_keep(w->v, &to->cells[i], NULL, &side[i][k].cell,
					 VV_WEB_CELL_MAX);
		}
	}
	return VV_OK;
}

static vv_status take_item(work *w, vv_web_conflict *out, const vv_conflict_item *item)
{
	*out = (vv_web_conflict){.item = item};
	if (vv_conflict_is_of_row(item)) {
		name_row(w, out);
	}
	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		if (item->has[i]) {
			vv_web_cell_keep(w->v, &out->cells[i], NULL, &item->cells[i],
					 VV_WEB_CELL_MAX);
			w->v->held += item->cells[i].len; /* the API returns them whole */
		}
	}
	return take_values(w, out);
}

static vv_status take_items(work *w, vv_web_conflict_path *out)
{
	const vv_conflict_record *c = &out->at->record;
	size_t from = w->from < c->count ? (size_t)w->from : c->count;
	size_t end = c->count - from > w->limit ? from + w->limit : c->count;
	bool over = false;
	vv_status rc;

	out->from = from;
	out->items = vv_arena_calloc(&w->v->arena, end - from + 1, sizeof(*out->items));
	if (!out->items) return vv_fail_nomem(w->err);
	for (size_t i = from; i < end && w->v->held < VV_WEB_ANSWER_MAX; i++) {
		vv_web_conflict *to = &out->items[out->count];

		if ((rc = take_item(w, to, &c->items[i])) < 0) return rc;
		to->same_row = out->count++ > 0 &&
			       vv_conflict_same_row(&c->items[i - 1], &c->items[i]);
	}
	out->next = from + out->count;
	out->complete = out->next == c->count;
	return vv_web_over(w->v, &over, w->err);
}

static vv_status take_path(work *w, vv_web_conflict_path *out, const vv_conflict_path *p)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;

	*out = (vv_web_conflict_path){.at = p, .total = 1, .complete = true};
	if (!p->dataset || p->unknown) {
		out->words = p->unknown ? "conflicts not recorded row by row"
					: vv_conflict_file_reason(p);
		return VV_OK;
	}
	vv_conflict_record_describe(&words, &p->record);
	out->words = vv_web_keep_buf(w->v, &words);
	out->total = p->record.count + p->record.left_out;
	return take_items(w, out);
}

/* Sums over all, including those not among the paths. */
static void sum_up(work *w, const vv_conflict_list *l, vv_web_conflicts *out)
{
	size_t tables = 0, files;
	bool unknown = false;

	vv_array_each(l->paths, l->count, p) {
		const bool counted = p->dataset && !p->unknown;

		tables += p->dataset;
		unknown = unknown || p->unknown;
		out->total += counted ? p->record.count + p->record.left_out : 1;
	}
	files = l->count - tables;
	out->complete = out->count == l->count;
	if (l->count == 0) return;
	const char *in_tables;

	if (tables == 0) {
		in_tables = "";
	} else {
		in_tables = vv_web_text(w->v, "%s%s", vv_text_counted(tables, "table", NULL),
					files > 0 ? " and " : "");
	}
	const char *in_files = "";

	if (files > 0) {
		in_files = vv_text_counted(files, tables > 0 ? "other file" : "file", NULL);
	}
	out->words = vv_web_text(w->v, "%s%s in %s%s", unknown ? "at least " : "",
				 vv_text_counted(out->total, "conflict", NULL), in_tables,
				 in_files);
}

static void clear_list(void *payload)
{
	vv_conflict_list_clear(payload);
}

vv_status vv_web_conflicts_read(vv_web_visit *v, const char *path, uint64_t from, size_t limit,
				vv_web_conflicts *out, vv_error *err)
{
	work w = {.v = v, .err = err, .from = from, .limit = limit};
	vv_conflict_list *list = vv_arena_calloc(&v->arena, 1, sizeof(*list));
	vv_auto(vv_index) *index = NULL;
	vv_status rc;

	*out = (vv_web_conflicts){.words = ""};
	if (!v->work_tree || vv_repository_is_bare(v->repo)) {
		return vv_fail(err, VV_ENOTFOUND, "no such page 'conflicts'");
	}
	out->state = vv_web_keep_text(v, vv_state_name(v->repo));
	if (!list) return vv_fail_nomem(err);
	if ((rc = vv_web_visit_last(v, clear_list, list, err)) < 0 ||
	    (rc = vv_index_open(&index, v->repo, err)) < 0 ||
	    (rc = vv_conflict_list_known(list, v->repo, v->reader, index, path, err)) < 0) {
		return rc;
	}
	if (path && list->count == 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not in conflict", vv_text_shows(path));
	}
	out->paths = vv_arena_calloc(&v->arena, PATHS_MAX, sizeof(*out->paths));
	if (!out->paths) return vv_fail_nomem(err);
	while (out->count < list->count && out->count < PATHS_MAX) {
		const size_t i = out->count++;

		if ((rc = take_path(&w, &out->paths[i], &list->paths[i])) < 0) return rc;
	}
	sum_up(&w, list, out);
	return VV_OK;
}
