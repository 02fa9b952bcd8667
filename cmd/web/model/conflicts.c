/*
 * conflicts: turns the records of a merge into a page's data.
 */
#include "cmd/web/model/conflicts.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/web/model/command.h"
#include "cmd/web/model/compare.h"
#include "cmd/web/model/desk.h"
#include "dataset/schema/key_words.h"
#include "repo/git/history/revision.h"
#include "repo/git/history/state.h"

#define PATHS_MAX 500u
#define KEY_MAX 32u          /* columns of a key whose row gets a link */
#define DECIDED_ROWS 200000u /* of a table whose decided cells are listed */

typedef struct work {
	vv_web_visit *v;
	vv_error *err;
	uint64_t from;
	size_t limit;
} work;

/* The key, a JSON array, in the form for an address; NULL: it has none. alone: is the key of one column? */
static const char *key_place(vv_web_visit *v, const char *key, bool *alone)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) place = VV_BUF_INIT;
	vv_cell cells[KEY_MAX];
	size_t columns[KEY_MAX], count = 0, len;
	const char *text;
	vv_json *list;

	*alone = false;
	if (vv_json_read(&list, &arena, key, strlen(key), "key", NULL) < 0 ||
	    list->type != VV_JSON_ARRAY) {
		return NULL;
	}
	*alone = list->first && !list->first->next;
	for (const vv_json *it = list->first;
	     it && count < KEY_MAX && vv_json_get_text(&text, &len, it, &arena, NULL) == VV_OK;
	     it = it->next) {
		columns[count] = count;
		cells[count++] = (vv_cell){
			.text = text, .len = (uint32_t)len, .state = VV_CELL_TEXT};
	}
	if (count == 0 || count == KEY_MAX) return NULL;
	vv_key_words_put(&place, cells, columns, count);
	return vv_web_keep_buf(v, &place);
}

/* resolve accepts the value of a key of one column; the JSON of others, which is unambiguous; for a row without a
 * key its number. */
static void name_row(work *w, vv_web_conflict *out)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	const char *key = out->item->key;
	bool alone;

	if (!key) {
		vv_conflict_row_put(&name, out->item);
		out->select = name.len > 0 || name.failed ? vv_web_keep_buf(w->v, &name) : NULL;
		return;
	}
	vv_conflict_key_put(&name, key);
	out->row_name = vv_web_keep_buf(w->v, &name);
	out->place = key_place(w->v, key, &alone);
	out->select = alone ? out->row_name : key;
}

void vv_web_selected_row(vv_web_visit *v, const char *select, const char **place, const char **name)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	bool alone;

	*place = key_place(v, select, &alone);
	*name = select;
	if (*place && !alone) {
		vv_conflict_key_put(&b, select);
		*name = vv_web_keep_buf(v, &b);
		return;
	}
	const vv_cell cell = {
		.text = select, .len = (uint32_t)strlen(select), .state = VV_CELL_TEXT};
	vv_key_words_put(&b, &cell, &(size_t){0}, 1);
	*place = vv_web_keep_buf(v, &b);
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

/* Names of files that git lists; option: which; path: this one alone, NULL: the first PATHS_MAX. */
static vv_status list_files(vv_web_visit *v, const char *option, const char *path,
			    const char *const **names, size_t *count, vv_error *err)
{
	const char *only = path ? vv_web_text(v, ":(top,literal)%s", path) : NULL;
	const char *list[] = {"git", "ls-files", option, "-z", "--", only, NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char **out = vv_arena_calloc(&v->arena, PATHS_MAX, sizeof(*out));
	vv_status rc;

	*names = out;
	*count = 0;
	if (!out) return vv_fail_nomem(err);
	if ((rc = vv_web_run_list(v, list, &text, err)) < 0) return rc;
	const char *kept = vv_web_keep_buf(v, &text);
	for (const char *at = kept; at < kept + text.len; at += strlen(at) + 1) {
		const char *tab = strchr(at, '\t'); /* mode, id and stage stand before it */

		if (tab && *count < PATHS_MAX &&
		    (*count == 0 || strcmp(out[*count - 1], tab + 1) != 0)) {
			out[(*count)++] = tab + 1;
		}
	}
	return VV_OK;
}

/* True if an operation is in progress whose conflicts these pages decide. */
static bool is_decided_here(const vv_web_visit *v)
{
	static const char *const states[] = {"merge", "cherry-pick", "revert"};

	return vv_text_is_among(vv_state_name(v->repo), states, 3);
}

vv_status vv_web_decided_files(vv_web_visit *v, const char *const **names, size_t *count,
			       vv_error *err)
{
	*names = NULL;
	*count = 0;
	return is_decided_here(v) ? list_files(v, "--resolve-undo", NULL, names, count, err)
				  : VV_OK;
}

vv_status vv_web_was_in_conflict(vv_web_visit *v, const char *path, bool *out, vv_error *err)
{
	const char *const *names;
	size_t decided, open;
	vv_status rc;

	*out = false;
	if (!is_decided_here(v)) return VV_OK;
	if ((rc = list_files(v, "--resolve-undo", path, &names, &decided, err)) < 0 ||
	    (rc = list_files(v, "--unmerged", path, &names, &open, err)) < 0) {
		return rc;
	}
	*out = decided + open > 0;
	return VV_OK;
}

const char *vv_web_merge_author(vv_web_visit *v)
{
	vv_web_commit head, theirs;
	vv_web_parcel parcel;
	vv_oid id;

	if (vv_web_commit_head(v, &head, VV_IGNORED) < 0 ||
	    vv_rev_commit(v->repo, "MERGE_HEAD", &id, VV_IGNORED) < 0 ||
	    vv_web_commit_read(v, &id, &theirs, VV_IGNORED) < 0 ||
	    vv_web_parcel_read(v, &head, &theirs, &parcel, VV_IGNORED) < 0) {
		return "";
	}
	return parcel.author;
}

/* --- decided cells -------------------------------------------------------------------------------------- */

typedef struct deciding {
	vv_web_visit *v;
	vv_web_comparison ours, theirs; /* of the common version with each side */
	vv_web_table *work;
	const vv_web_conflict_path *open; /* NULL: no conflict of the file is open */
	vv_web_decision *list;
	size_t count, cap;
} deciding;

/* Compares the common version of the merge with both sides. VV_ENOTFOUND: no merge is in progress. */
static vv_status compare_sides(deciding *d, const char *path, vv_error *err)
{
	const vv_web_compare_query q = {
		.limit = VV_WEB_PAGE_ROWS_MAX, .no_added = true, .no_removed = true};
	vv_web_commit head, theirs, base;
	vv_oid id;
	vv_status rc;

	if ((rc = vv_web_commit_head(d->v, &head, err)) < 0 ||
	    (rc = vv_rev_commit(d->v->repo, "MERGE_HEAD", &id, err)) < 0 ||
	    (rc = vv_web_commit_read(d->v, &id, &theirs, err)) < 0 ||
	    (rc = vv_web_commit_base(d->v, &head, &theirs, &base, err)) < 0 ||
	    (rc = vv_web_compare_read(d->v, &base, &head, path, &q, &d->ours, err)) < 0) {
		return rc;
	}
	return vv_web_compare_read(d->v, &base, &theirs, path, &q, &d->theirs, err);
}

static bool is_open(const deciding *d, const char *place, const char *column)
{
	return d->open && vv_array_find(d->open->items, d->open->count, c,
					c->place && strcmp(c->place, place) == 0 &&
						(!c->item->column ||
						 strcmp(c->item->column, column) == 0)) != NULL;
}

/* The column in another comparison, if it has one name in all versions. */
static const vv_web_column_pair *same_column(const vv_web_comparison *c,
					     const vv_web_column_pair *of)
{
	if (!of->name || !of->old_name || of->renamed) return NULL;
	return vv_array_find(c->columns, c->column_count, pair,
			     pair->name && pair->old_name && !pair->renamed &&
				     strcmp(pair->name, of->name) == 0);
}

static vv_status add_decision(deciding *d, const char *place, const char *column,
			      const vv_web_cell *ours, const vv_web_cell *theirs, vv_error *err)
{
	vv_web_row row;
	size_t at;

	if (is_open(d, place, column) || vv_web_column_find(d->work, column, &at, VV_IGNORED) < 0 ||
	    vv_web_row_find(d->v, d->work, place, 0, &row, VV_IGNORED) < 0) {
		return VV_OK;
	}
	const vv_web_cell *now = &row.cells[at];
	const char *whose = vv_web_cell_same(now, theirs) ? "theirs" : "";

	whose = vv_web_cell_same(now, ours) ? "yours" : whose;
	const vv_web_decision one = {.place = place,
				     .column = column,
				     .ours = *ours,
				     .theirs = *theirs,
				     .now = *now,
				     .whose = whose};
	return vv_array_add(d->list, d->count, d->cap, one) ? VV_OK : vv_fail_nomem(err);
}

/* Adds the cells of a row that both sides changed. */
static vv_status add_row(deciding *d, const vv_web_row_change *mine, vv_error *err)
{
	const vv_web_row_change *other =
		mine->key && mine->found_by_key && !mine->rekeyed
			? vv_array_find(d->theirs.rows, d->theirs.count, r,
					r->key && r->found_by_key && !r->rekeyed &&
						strcmp(r->key, mine->key) == 0)
			: NULL;
	vv_status rc = VV_OK;

	for (size_t i = 0; other && rc == VV_OK && i < d->ours.column_count; i++) {
		const vv_web_column_pair *pair = same_column(&d->theirs, &d->ours.columns[i]);
		const vv_web_cell_pair *a = &mine->cells[i];
		const vv_web_cell_pair *b = pair ? &other->cells[pair - d->theirs.columns] : NULL;

		if (!b || a->change == VV_CELL_SAME || b->change == VV_CELL_SAME ||
		    vv_web_cell_same(&a->new_cell, &b->new_cell)) {
			continue;
		}
		rc = add_decision(d, mine->key, pair->name, &a->new_cell, &b->new_cell, err);
	}
	return rc;
}

/* Do all versions have the table, with few enough rows? */
static bool are_readable(const deciding *d)
{
	const vv_web_comparison *a = &d->ours, *b = &d->theirs;

	return a->table && b->table && a->a && a->b && b->b && a->a->rows <= DECIDED_ROWS &&
	       a->b->rows <= DECIDED_ROWS && b->b->rows <= DECIDED_ROWS;
}

vv_status vv_web_decisions_read(vv_web_visit *v, const char *path, vv_web_decision **out,
				size_t *count, bool *complete, vv_error *err)
{
	deciding d = {.v = v};
	vv_web_conflicts open;
	vv_web_commit files;

	*out = NULL;
	*count = 0;
	*complete = false;
	vv_status rc = vv_web_conflicts_read(v, path, 0, VV_WEB_PAGE_ROWS_MAX, &open, err);
	if (rc == VV_OK) {
		d.open = &open.paths[0];
		if (d.open->at->unknown || !d.open->at->dataset || !d.open->complete) return VV_OK;
	} else if (rc != VV_ENOTFOUND) {
		return rc;
	}
	vv_error_clear(err);
	if ((rc = vv_web_commit_find(v, VV_WEB_WORK, &files, NULL, err)) < 0 ||
	    (rc = vv_web_table_open(v, &files, path, &d.work, err)) < 0 ||
	    (rc = compare_sides(&d, path, err)) < 0) {
		return vv_error_excuse(rc, rc != VV_ENOMEM, err);
	}
	if (d.work->kind != VV_WEB_TABLE || !are_readable(&d)) return VV_OK;
	vv_array_each(d.ours.rows, d.ours.count, row) {
		if ((rc = add_row(&d, row, err)) < 0) {
			break;
		}
	}
	*complete = d.ours.complete && d.theirs.complete;
	if (rc == VV_OK && d.count > 0) {
		*out = vv_arena_calloc(&v->arena, d.count, sizeof(**out));
		rc = *out ? VV_OK : vv_fail_nomem(err);
	}
	if (*out) {
		memcpy(*out, d.list, d.count * sizeof(**out));
		*count = d.count;
	}
	vv_free(d.list);
	return rc;
}
