/*
 * conflict_file: the record as JSON, and how a cell that is not text is written there.
 */
#include "lib/merge/conflict_file.h"

#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "diff/write/change_words.h"
#include "repo/git/merge/conflict_state.h"

#define VERSION 1u
#define VERSION_TWICE 2u /* of records with rows that both sides added */

static const char *const kind_names[] = {
	[VV_CONFLICT_CELL] = "cell",
	[VV_CONFLICT_ROW_ADDED] = "row-added",
	[VV_CONFLICT_ROW_REMOVED] = "row-removed",
	[VV_CONFLICT_ROW_TWICE] = "row-twice",
	[VV_CONFLICT_ROW_REPLACED] = "row-replaced",
	[VV_CONFLICT_KEY_TWICE] = "key-twice",
	[VV_CONFLICT_COLUMN_REMOVED] = "column-removed",
	[VV_CONFLICT_COLUMN] = "column",
	[VV_CONFLICT_KEY] = "key",
	[VV_CONFLICT_ABOVE] = "lines-above",
	[VV_CONFLICT_BELOW] = "lines-below",
	[VV_CONFLICT_AROUND] = "members",
	[VV_CONFLICT_TABLE] = "table",
};
#define KINDS (sizeof(kind_names) / sizeof(kind_names[0]))

static const char *const side_names[] = {"base", "ours", "theirs"};

const char *vv_conflict_kind_name(vv_conflict_kind kind)
{
	return (size_t)kind < KINDS ? kind_names[kind] : "conflict";
}

void vv_conflict_record_init(vv_conflict_record *c)
{
	*c = (vv_conflict_record){.names = {side_names[0], side_names[1], side_names[2]}};
}

void vv_conflict_record_clear(vv_conflict_record *c)
{
	vv_free_all(c->items, c->decided);
	vv_arena_clear(&c->arena);
	vv_conflict_record_init(c);
}

const char *vv_conflict_record_text(vv_conflict_record *c, const char *text)
{
	return vv_arena_strndup(&c->arena, text, strlen(text));
}

static vv_status grow_items(vv_conflict_record *c, vv_conflict_item **item, vv_error *err)
{
	if (!vv_array_room(c->items, c->count, c->cap)) return vv_fail_nomem(err);
	*item = &c->items[c->count];
	**item = (vv_conflict_item){.row = UINT64_MAX,
				    .before = UINT64_MAX,
				    .at = {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
	return VV_OK;
}

/* A copy of an optional string; false when out of memory. */
static bool copy_text(vv_conflict_record *c, const char **out, const char *text)
{
	*out = text ? vv_conflict_record_text(c, text) : NULL;
	return !text || *out;
}

static void cell_json(vv_json_out *w, const void *value)
{
	const vv_cell *cell = value;
	const bool absent = cell->state == VV_CELL_ABSENT;

	if (cell->state == VV_CELL_NULL) {
		vv_json_null(w);
	} else if (cell->state == VV_CELL_TEXT) {
		vv_json_string_len(w, cell->text, cell->len);
	} else {
		vv_json_put_object(
			w, {JSON_BOOL_WHEN(absent, "absent", true)},
			{JSON_TEXT_LEN(absent ? NULL : "literal", cell->text, cell->len)});
	}
}

/* A row as an object, without members that it does not have. NULL when out of memory. */
static const char *row_json(vv_conflict_record *c, const vv_schema *schema, const vv_cell *cells)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_json_out w = vv_json_begin_object(&text, 0);
	for (size_t i = 0; i < schema->count; i++) {
		if (cells[i].state != VV_CELL_ABSENT) {
			vv_json_name(&w, schema->fields[i].name);
			cell_json(&w, &cells[i]);
		}
	}
	vv_json_close_object(&w);
	return text.failed ? NULL : vv_conflict_record_text(c, vv_buf_cstr(&text));
}

vv_status vv_conflict_record_add(vv_conflict_record *c, const vv_conflict *from, vv_error *err)
{
	const vv_cell *cells[] = {from->base, from->ours, from->theirs};
	vv_conflict_item *item;
	vv_status rc;

	if (c->count >= VV_CONFLICTS_MAX && !c->unlimited) {
		c->left_out++;
		return VV_OK;
	}
	if ((rc = grow_items(c, &item, err)) < 0) return rc;
	item->kind = from->kind;
	item->row = from->row;
	if (from->row == UINT64_MAX && (from->rows[VV_BASE] || from->rows[VV_THEIRS])) {
		item->before = from->before;
	}
	if (!copy_text(c, &item->key, from->key) || !copy_text(c, &item->column, from->column) ||
	    !copy_text(c, &item->detail, from->detail)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < 3; i++) {
		if (from->rows[i] &&
		    !(item->values[i] = row_json(c, from->schemas[i], from->rows[i]))) {
			return vv_fail_nomem(err);
		}
		item->at[i] = from->rows[i] ? from->at[i] : UINT64_MAX;
		item->has[i] = cells[i] != NULL;
		if (!cells[i]) {
			continue;
		}
		item->cells[i] = *cells[i];
		item->cells[i].text = vv_arena_strndup(
			&c->arena, cells[i]->text ? cells[i]->text : "", cells[i]->len);
		if (!item->cells[i].text) return vv_fail_nomem(err);
	}
	c->count++;
	return VV_OK;
}

const char *vv_conflict_place(vv_conflict_kind kind)
{
	if (kind == VV_CONFLICT_ABOVE) return "lines above the rows";
	if (kind == VV_CONFLICT_BELOW) return "lines below the table";
	if (kind == VV_CONFLICT_AROUND) return "members outside the rows";
	return NULL;
}

bool vv_conflict_is_of_columns(const vv_conflict_item *item)
{
	return item->kind >= VV_CONFLICT_COLUMN_REMOVED && item->kind <= VV_CONFLICT_AROUND;
}

static vv_status add_decided(vv_conflict_record *c, const vv_merge_decision *d, vv_error *err)
{
	return vv_array_add(c->decided, c->decided_count, c->decided_cap, *d) ? VV_OK
									      : vv_fail_nomem(err);
}

vv_status vv_conflict_record_decide(vv_conflict_record *c, const vv_conflict_item *item,
				    vv_merge_take take, vv_error *err)
{
	vv_merge_decision d = {.kind = item->kind, .take = take};

	return copy_text(c, &d.column, item->column) ? add_decided(c, &d, err) : vv_fail_nomem(err);
}

bool vv_conflict_is_of_row(const vv_conflict_item *i)
{
	return i->kind == VV_CONFLICT_CELL || i->kind == VV_CONFLICT_ROW_ADDED ||
	       i->kind == VV_CONFLICT_ROW_REMOVED || i->kind == VV_CONFLICT_ROW_TWICE ||
	       i->kind == VV_CONFLICT_ROW_REPLACED || i->kind == VV_CONFLICT_KEY_TWICE;
}

bool vv_conflict_can_take(const vv_conflict_item *i, int decision)
{
	return i->kind == VV_CONFLICT_ROW_TWICE ||
	       ((i->kind == VV_CONFLICT_KEY_TWICE || i->kind == VV_CONFLICT_ROW_REPLACED) &&
		decision == VV_BOTH);
}

bool vv_conflict_gets_key(const vv_conflict_item *item)
{
	return item->kind == VV_CONFLICT_KEY_TWICE &&
	       !(item->detail && strcmp(item->detail, VV_KEY_TWICE_FOUND) == 0);
}

const char *vv_conflict_record_proposal(const vv_conflict_record *c)
{
	const vv_conflict_item *key = NULL, *replaced = NULL;

	vv_array_each(c->items, c->count, item) {
		if (item->kind == VV_CONFLICT_ROW_TWICE) {
			const bool all = item->detail && strcmp(item->detail, VV_ROW_TWICE) != 0;

			return all ? "--once takes each of these rows once, --both twice"
				   : "--both takes each of these rows twice, --once once";
		}
		key = item->kind == VV_CONFLICT_KEY_TWICE ? item : key;
		replaced = item->kind == VV_CONFLICT_ROW_REPLACED ? item : replaced;
	}
	if (replaced) return "--both keeps the new rows of both sides";
	if (!key) return NULL;
	return vv_conflict_gets_key(key) ? "--both keeps both rows, theirs with the next free key"
					 : "--both keeps both rows unchanged";
}

bool vv_conflict_same_row(const vv_conflict_item *a, const vv_conflict_item *b)
{
	if (!vv_conflict_is_of_row(a) || !vv_conflict_is_of_row(b)) return false;
	return a->key && b->key ? strcmp(a->key, b->key) == 0
				: !a->key && !b->key && a->row == b->row && a->row != UINT64_MAX;
}

/* The conflicts of a row follow one another. */
static uint64_t count_rows(const vv_conflict_record *c, bool (*of)(const vv_conflict_item *))
{
	const vv_conflict_item *before = NULL;
	uint64_t rows = 0;

	vv_array_each(c->items, c->count, item) {
		if (!of(item)) {
			continue;
		}
		rows += !before || !vv_conflict_same_row(before, item);
		before = item;
	}
	return rows;
}

static bool is_cell(const vv_conflict_item *i)
{
	return i->kind == VV_CONFLICT_CELL || i->kind == VV_CONFLICT_ROW_ADDED;
}

static bool is_removed(const vv_conflict_item *i)
{
	return i->kind == VV_CONFLICT_ROW_REMOVED;
}

static bool is_row_twice(const vv_conflict_item *i)
{
	return i->kind == VV_CONFLICT_ROW_TWICE;
}

static bool is_replaced(const vv_conflict_item *i)
{
	return i->kind == VV_CONFLICT_ROW_REPLACED && i->at[VV_BASE] != UINT64_MAX;
}

static bool is_key_twice(const vv_conflict_item *i)
{
	return i->kind == VV_CONFLICT_KEY_TWICE;
}

static uint64_t count_kind(const vv_conflict_record *c, vv_conflict_kind from, vv_conflict_kind to)
{
	uint64_t n = 0;

	vv_array_each(c->items, c->count, item) {
		n += item->kind >= from && item->kind <= to;
	}
	return n;
}

static void put_part(vv_buf *b, size_t start, const char *before, const char *text)
{
	vv_buf_printf(b, "%s%s%s", b->len > start ? ", " : "", before, text);
}

void vv_conflict_record_describe(vv_buf *b, const vv_conflict_record *c)
{
	const size_t start = b->len;
	uint64_t cells = count_kind(c, VV_CONFLICT_CELL, VV_CONFLICT_ROW_ADDED);
	uint64_t columns = count_kind(c, VV_CONFLICT_COLUMN_REMOVED, VV_CONFLICT_COLUMN);
	uint64_t twice = count_rows(c, is_row_twice);
	const bool of_rows = cells == 0 && twice > 0;

	cells += of_rows ? 0 : c->left_out;
	twice += of_rows ? c->left_out : 0;

	vv_counts_put(b, start, "", {cells, "cell", "cells"});
	if (cells > 0 && c->left_out == 0) {
		vv_buf_printf(b, " of %s", vv_text_counted(count_rows(c, is_cell), "row", NULL));
	}
	vv_counts_put(b, start, "",
		      {count_rows(c, is_removed),
		       "row removed on one side and changed on the other",
		       "rows removed on one side and changed on the other"},
		      {twice, "row that both added", "rows that both added"},
		      {count_rows(c, is_replaced), "row that both replaced by different rows",
		       "rows that both replaced by different rows"},
		      {count_rows(c, is_key_twice), "key that both used for different rows",
		       "keys that both used for different rows"},
		      {columns, "column", "columns"});
	if (count_kind(c, VV_CONFLICT_KEY, VV_CONFLICT_KEY) > 0) {
		put_part(b, start, "the ", "key");
	}
	for (vv_conflict_kind k = VV_CONFLICT_ABOVE; k <= VV_CONFLICT_AROUND; k++) {
		if (count_kind(c, k, k) > 0) {
			put_part(b, start, "the ", vv_conflict_place(k));
		}
	}
	vv_array_each(c->items, c->count, item) {
		if (item->kind == VV_CONFLICT_TABLE) {
			put_part(b, start, "",
				 item->detail ? vv_text_shows(item->detail)
					      : "the table as a whole");
		}
	}
	vv_buf_puts(b, b->len > start ? "" : "nothing is left");
}

void vv_conflict_record_report(vv_buf *b, const vv_conflict_record *c, const char *path,
			       const char *rules, vv_hint_words_fn words)
{
	vv_buf_printf(b, "CONFLICT (content): %s: ", vv_text_shows(path));
	vv_conflict_record_describe(b, c);
	vv_buf_printf(b, rules[0] ? "; %s" : "%s", rules);
	(void)vv_hint_put(b, "; ", words, VV_HINT_CONFLICTS);
	vv_buf_putc(b, '\n');
}

/* --- writing --------------------------------------------------------------------------- */

#define SIDE_CELL(i) JSON_BY(cell_json, item->has[i] ? side_names[i] : NULL, &item->cells[i])
#define SIDE_VALUES(i) JSON_RAW(side_names[i], item->values[i])
#define SIDE_ROW(i) JSON_NUMBER_WHEN(item->at[i] != UINT64_MAX, side_names[i], item->at[i])
#define JSON_SIDE(n, id) JSON_OID(vv_oid_is_null(id) ? NULL : (n), id)

/* For a row without a key that one side removed: its values and place in each version. */
static void removed_json(vv_json_out *w, const vv_conflict_item *item)
{
	vv_json_put_members(w, {JSON_OBJECT("values")}, {SIDE_VALUES(0)}, {SIDE_VALUES(1)},
			    {SIDE_VALUES(2)}, {JSON_END}, {JSON_OBJECT("rowNumbers")},
			    {SIDE_ROW(0)}, {SIDE_ROW(1)}, {SIDE_ROW(2)}, {JSON_END},
			    {JSON_NUMBER_WHEN(item->before != UINT64_MAX, "before", item->before)});
}

void vv_conflict_item_json(vv_json_out *w, const void *value)
{
	const vv_conflict_item *item = value;

	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("kind", vv_conflict_kind_name(item->kind))},
			    {JSON_RAW("keyValues", item->key)},
			    {JSON_NUMBER_WHEN(item->row != UINT64_MAX, "row", item->row)},
			    {JSON_TEXT_WHEN(item->column, "column", item->column)}, {SIDE_CELL(0)},
			    {SIDE_CELL(1)}, {SIDE_CELL(2)});
	if (item->values[0] || item->values[1] || item->values[2]) {
		removed_json(w, item);
	}
	vv_json_put_members(w, {JSON_TEXT_WHEN(item->detail, "detail", item->detail)});
	vv_json_close_object(w);
}

static void decided_json(vv_json_out *w, const void *item)
{
	const vv_merge_decision *d = item;

	vv_json_put_object(w, {JSON_TEXT("kind", vv_conflict_kind_name(d->kind))},
			   {JSON_TEXT_WHEN(d->column, "column", d->column)},
			   {JSON_TEXT("take", side_names[d->take])});
}

static void record_json(vv_json_out *w, const vv_conflict_record *c)
{
	vv_json_put_object(
		w,
		{JSON_NUMBER("varve-conflicts",
			     vv_conflict_record_proposal(c) ? VERSION_TWICE : VERSION)},
		{JSON_TEXT("path", c->path)}, {JSON_SIDE(side_names[0], &c->sides[0])},
		{JSON_SIDE(side_names[1], &c->sides[1])}, {JSON_SIDE(side_names[2], &c->sides[2])},
		{JSON_SIDE("merged", &c->merged)}, {JSON_SIDE("oursCommit", &c->commits[0])},
		{JSON_SIDE("theirsCommit", &c->commits[1])}, {JSON_NAMES("names", c->names, 3)},
		{JSON_TEXT_WHEN(!vv_cid_is_null(&c->root), "root", vv_cid_shows(&c->root))},
		{JSON_BOOL("touched", c->touched)}, {JSON_NUMBER("leftOut", c->left_out)},
		{JSON_EACH(vv_conflict_item_json, "conflicts", c->items, c->count)},
		{JSON_EACH(decided_json, c->decided_count > 0 ? "decided" : NULL, c->decided,
			   c->decided_count)},
		{JSON_NAMES(c->how.count > 0 ? "how" : NULL, c->how.items, c->how.count)});
}

vv_status vv_conflict_record_save(vv_repository *r, const vv_conflict_record *c, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json_out w = {.buf = &text};
	vv_status rc;

	record_json(&w, c);
	vv_buf_putc(&text, '\n');
	if ((rc = vv_buf_ok(&text, err)) == VV_OK) {
		rc = vv_conflict_write(r, c->path, &text, err);
	}
	return rc;
}

void vv_conflict_key_put(vv_buf *b, const char *key)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *text;
	vv_json *list;
	size_t len;

	if (vv_json_read(&list, &arena, key, strlen(key), "key", NULL) == VV_OK &&
	    list->type == VV_JSON_ARRAY) {
		for (const vv_json *v = list->first; v; v = v->next) {
			vv_buf_puts(b, v == list->first ? "" : ", ");
			if (vv_json_get_text(&text, &len, v, &arena, NULL) == VV_OK) {
				vv_buf_put(b, text, len);
			}
		}
	} else {
		vv_buf_puts(b, key);
	}
}

static void put_number(vv_buf *b, const vv_conflict_item *item, size_t version)
{
	vv_buf_printf(b, "%s:%llu", side_names[version], (unsigned long long)item->at[version] + 1);
}

void vv_conflict_row_put(vv_buf *b, const vv_conflict_item *item)
{
	if (item->key) {
		vv_conflict_key_put(b, item->key);
	} else if (item->row != UINT64_MAX) {
		vv_buf_printf(b, "%llu", (unsigned long long)item->row + 1);
	} else if (item->at[VV_THEIRS] != UINT64_MAX) {
		put_number(b, item, VV_THEIRS);
	} else if (item->at[VV_BASE] != UINT64_MAX) {
		put_number(b, item, VV_BASE);
	}
}

/* --- reading ----------------------------------------------------------------------------- */

typedef struct reading {
	vv_conflict_record *record;
	const char *path;
	vv_error *err;
} reading;

static vv_status bad_record(const reading *in, const char *what)
{
	vv_fail(in->err, VV_EINPUT, "the record of the conflicts of %s is damaged: %s",
		vv_text_shows(in->path), what);
	return vv_hint_code(in->err, VV_HINT_ADD_OR_ABORT, in->path);
}

static bool read_cell(vv_arena *arena, const vv_json *v, vv_cell *out)
{
	size_t len;

	memset(out, 0, sizeof(*out));
	if (v->type == VV_JSON_NULL) {
		out->state = VV_CELL_NULL;
		return true;
	}
	if (v->type == VV_JSON_OBJECT && v->count == 1) {
		const char *name = v->first->name;

		if (strcmp(name, "absent") == 0 && v->first->type == VV_JSON_TRUE) {
			out->state = VV_CELL_ABSENT;
			return true;
		}
		if (strcmp(name, "literal") == 0) {
			out->state = VV_CELL_LITERAL;
			v = v->first;
		}
	}
	if (vv_json_get_text(&out->text, &len, v, arena, NULL) < 0 || len > UINT32_MAX) {
		return false;
	}
	out->len = (uint32_t)len;
	return true;
}

static bool read_kind(const vv_json *v, vv_conflict_kind *out)
{
	const char *name = vv_json_get_string(v, "kind");

	const size_t kind = name ? vv_find_place(i, KINDS, strcmp(name, kind_names[i]) == 0)
				 : KINDS;

	*out = (vv_conflict_kind)kind;
	return kind < KINDS;
}

/* A value as JSON text. */
static const char *read_text(vv_conflict_record *c, const vv_json *v)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_json_put_node(&text, v);
	return text.failed ? NULL : vv_conflict_record_text(c, vv_buf_cstr(&text));
}

vv_status vv_conflict_values_read(vv_conflict_value **out, size_t *count, vv_arena *arena,
				  const char *values, vv_error *err)
{
	vv_json *row = NULL;
	vv_status rc;

	*count = 0;
	*out = NULL;
	if (values && (rc = vv_json_read(&row, arena, values, strlen(values), "values", err)) < 0) {
		return rc;
	}
	if (!(*out = vv_arena_calloc(arena, (row ? row->count : 0) + 1, sizeof(**out)))) {
		return vv_fail_nomem(err);
	}
	for (const vv_json *v = row ? row->first : NULL; v; v = v->next) {
		vv_conflict_value *value = &(*out)[(*count)++];

		value->column = v->name;
		if (!read_cell(arena, v, &value->cell)) {
			return vv_fail(err, VV_EINPUT, "a value is not a cell");
		}
	}
	return VV_OK;
}

/* False: they are not an object of rows' numbers. */
static bool read_numbers(vv_conflict_item *item, const vv_json *rows)
{
	bool fine = rows->type == VV_JSON_OBJECT;

	for (size_t i = 0; fine && i < 3; i++) {
		fine = !vv_json_get(rows, side_names[i]) ||
		       vv_json_get_u64(&item->at[i], rows, side_names[i]);
	}
	return fine;
}

/* False: it is not an object of objects. */
static bool read_values(vv_conflict_record *c, vv_conflict_item *item, const vv_json *values)
{
	bool fine = values->type == VV_JSON_OBJECT;

	for (size_t i = 0; fine && i < 3; i++) {
		const vv_json *row = vv_json_get(values, side_names[i]);

		fine = !row || (row->type == VV_JSON_OBJECT &&
				(item->values[i] = read_text(c, row)) != NULL);
	}
	return fine;
}

static const char *read_key(vv_conflict_record *c, const vv_json *v)
{
	return v->type == VV_JSON_ARRAY ? read_text(c, v) : NULL;
}

static vv_status read_item(reading *in, const vv_json *v)
{
	vv_conflict_record *c = in->record;
	vv_conflict_item *item;
	const vv_json *side;
	vv_status rc = grow_items(c, &item, in->err);

	if (rc < 0) return rc;
	if (v->type != VV_JSON_OBJECT || !read_kind(v, &item->kind)) {
		return bad_record(in, "a conflict of an unknown kind");
	}
	const vv_json *key = vv_json_get(v, "keyValues");
	if (key && !(item->key = read_key(c, key))) return bad_record(in, "a key is not a list");
	if (vv_json_get(v, "row") && !vv_json_get_u64(&item->row, v, "row")) {
		return bad_record(in, "a row is not a number");
	}
	item->column = vv_json_get_string(v, "column");
	item->detail = vv_json_get_string(v, "detail");
	for (size_t i = 0; i < 3; i++) {
		if (!(side = vv_json_get(v, side_names[i]))) {
			continue;
		}
		if (!read_cell(&c->arena, side, &item->cells[i])) {
			return bad_record(in, "a value is not a cell");
		}
		item->has[i] = true;
	}
	side = vv_json_get(v, "values");
	if (side && !read_values(c, item, side)) return bad_record(in, "values that are not rows");
	side = vv_json_get(v, "rowNumbers");
	if ((side && !read_numbers(item, side)) ||
	    (vv_json_get(v, "before") && !vv_json_get_u64(&item->before, v, "before"))) {
		return bad_record(in, "a row is not a number");
	}
	if (is_cell(item) && !item->column) return bad_record(in, "a cell without its column");
	c->count++;
	return VV_OK;
}

static vv_status read_decided(reading *in, const vv_json *v)
{
	bool object = v->type == VV_JSON_OBJECT;
	vv_merge_decision d = {.column = object ? vv_json_get_string(v, "column") : NULL};
	const char *take = object ? vv_json_get_string(v, "take") : NULL;
	const size_t side = take ? vv_find_place(i, 3, strcmp(take, side_names[i]) == 0) : 3;

	if (side == 3 || !read_kind(v, &d.kind)) {
		return bad_record(in, "a decision of an unknown kind");
	}
	d.take = (vv_merge_take)side;
	return add_decided(in->record, &d, in->err);
}

static vv_status read_how(reading *in, const vv_json *list)
{
	vv_conflict_record *c = in->record;

	if (list->type != VV_JSON_ARRAY) return bad_record(in, "'how' is not a list");
	if (!(c->how.items = vv_arena_calloc(&c->arena, list->count + 1, sizeof(*c->how.items)))) {
		return vv_fail_nomem(in->err);
	}
	for (const vv_json *v = list->first; v; v = v->next) {
		if (v->type != VV_JSON_STRING) {
			return bad_record(in, "'how' is not a list of texts");
		}
		c->how.items[c->how.count++] = v->text;
	}
	return VV_OK;
}

static bool read_oid(const vv_json *doc, const char *name, vv_oid *out)
{
	const char *hex = vv_json_get_string(doc, name);

	memset(out, 0, sizeof(*out));
	return !vv_json_get(doc, name) || (hex && vv_oid_parse(out, hex, strlen(hex)));
}

static vv_status read_head(reading *in, const vv_json *doc)
{
	vv_conflict_record *c = in->record;
	const vv_json *names = vv_json_get(doc, "names");
	const char *root = vv_json_get_string(doc, "root");
	uint64_t version;
	size_t i = 0;

	if (!vv_json_get_u64(&version, doc, "varve-conflicts")) {
		return bad_record(in, "it is not a record of "
				      "conflicts");
	}
	if (version != VERSION && version != VERSION_TWICE) {
		return vv_fail(in->err, VV_ENOSUPPORT,
			       "the record of the conflicts of %s is of a later version of varve",
			       vv_text_shows(in->path));
	}
	c->path = vv_conflict_record_text(c, in->path);
	if (!c->path) return vv_fail_nomem(in->err);
	for (size_t k = 0; k < 3; k++) {
		if (!read_oid(doc, side_names[k], &c->sides[k])) {
			return bad_record(in, "a side is not a Git object id");
		}
	}
	if (!read_oid(doc, "merged", &c->merged) || !read_oid(doc, "oursCommit", &c->commits[0]) ||
	    !read_oid(doc, "theirsCommit", &c->commits[1])) {
		return bad_record(in, "an id is not a Git object id");
	}
	if (root && vv_cid_parse(&c->root, root, strlen(root), NULL) < 0) {
		return bad_record(in, "the root is not a CID");
	}
	for (const vv_json *v = names && names->type == VV_JSON_ARRAY ? names->first : NULL;
	     v && i < 3; v = v->next) {
		if (v->type == VV_JSON_STRING) {
			c->names[i] = v->text;
		}
		i++;
	}
	c->touched = vv_json_get_bool(doc, "touched", false);
	return vv_json_get_u64(&c->left_out, doc, "leftOut")
		       ? VV_OK
		       : bad_record(in, "'leftOut' is not a number");
}

static vv_status read_record(reading *in, const vv_buf *text)
{
	vv_conflict_record *c = in->record;
	vv_json *doc;
	vv_error why;
	vv_status rc;

	/* The parsed document is in the record's arena, and so are borrowed texts. */
	if ((rc = vv_json_read(&doc, &c->arena, text->data ? text->data : "", text->len, "it",
			       &why)) < 0) {
		return rc == VV_ENOMEM ? vv_fail_nomem(in->err) : bad_record(in, why.message);
	}
	if (doc->type != VV_JSON_OBJECT) return bad_record(in, "it is not a JSON object");
	if ((rc = read_head(in, doc)) < 0) return rc;
	const vv_json *list = vv_json_get(doc, "conflicts");
	if (!list || list->type != VV_JSON_ARRAY) {
		return bad_record(in, "it has no list of conflicts");
	}
	for (const vv_json *v = list->first; rc == VV_OK && v; v = v->next) {
		rc = read_item(in, v);
	}
	list = vv_json_get(doc, "decided");
	for (const vv_json *v = list ? list->first : NULL; rc == VV_OK && v; v = v->next) {
		rc = read_decided(in, v);
	}
	list = vv_json_get(doc, "how");
	return rc == VV_OK && list ? read_how(in, list) : rc;
}

/* git passes a missing base to the merge driver as an empty file. */
static bool is_no_base(const vv_oid *id)
{
	return vv_oid_is_null(id) || vv_oid_is_empty_blob(id);
}

/* Is it of the conflict that the index has now? */
static bool is_current(const vv_conflict_record *c, const vv_index *x)
{
	vv_oid sides[3] = {0};
	bool any = false;

	for (vv_index_entry e = {0}; vv_index_next(x, &e);) {
		if (e.stage >= 1 && e.stage <= 3 && strcmp(e.path, c->path) == 0) {
			sides[e.stage - 1] = e.id;
			any = true;
		}
	}
	for (size_t i = 0; i < 3; i++) {
		any = any && (vv_oid_equal(&sides[i], &c->sides[i]) ||
			      (i == VV_BASE && is_no_base(&sides[i]) && is_no_base(&c->sides[i])));
	}
	return any;
}

vv_status vv_conflict_record_load(vv_conflict_record *out, vv_repository *r, const vv_index *x,
				  const char *path, vv_error *err)
{
	vv_error own; /* bad_record() needs one to write to */
	reading in = {out, path, err ? err : &own};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	vv_conflict_record_init(out);
	if ((rc = vv_conflict_read(r, path, &text, err)) == VV_OK &&
	    (rc = read_record(&in, &text)) == VV_OK && !is_current(out, x)) {
		rc = vv_fail(err, VV_ENOTFOUND, "the record of the conflicts of %s is out of date",
			     vv_text_shows(path));
	}
	return rc;
}
