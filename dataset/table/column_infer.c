/*
 * column_infer: in which order the groups are read. One text is enough, and facts often have one: a bound of texts that is
 * shorter than the longest is the text of a cell.
 */
#include "dataset/table/column_infer.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "dataset/format/facts.h"
#include "dataset/format/form.h"
#include "dataset/table/walk.h"

/* What the facts of a group have of the column. */
typedef enum content {
	CONTENT_NONE, /* no values, or the group is left out */
	CONTENT_TEXTS,
	CONTENT_OTHER /* plain numbers, which may have leading zeros; or not known */
} content;

static bool is_settled(const vv_infer *all)
{
	const vv_type type = vv_infer_type(all, NULL);

	return type == VV_TYPE_STRING || (type == VV_TYPE_ANY && all->any_value);
}

static void add_bound(vv_infer *all, const vv_fact_text *bound)
{
	const vv_cell cell = {.text = bound->bytes, .len = bound->len, .state = VV_CELL_TEXT};

	if (bound->len < VV_FACTS_TEXT) {
		vv_infer_cells(all, &cell, 1);
	}
}

static content read_fact(vv_infer *all, const vv_fact *f)
{
	if (f->missing == VV_MISSING_ALL) return CONTENT_NONE;
	if (f->unknown || !f->texts) return CONTENT_OTHER;
	if (!all->json) { /* in JSON, a text may be that of a number, too */
		add_bound(all, &f->low);
	}
	if (!all->json && !f->open) {
		add_bound(all, &f->high);
	}
	return CONTENT_TEXTS;
}

/* Sets contents to what facts have, for at most count groups. */
static vv_status read_facts(vv_infer *all, const vv_table *t, size_t column, const bool *groups,
			    content *contents, size_t count, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(t, VV_LIST_FACTS, err);
	const uint8_t *bytes;
	size_t len;
	vv_fact f;

	for (size_t i = 0; i < count && !is_settled(all) && vv_list_walk_next(&w); i++) {
		if (groups && !groups[i]) {
			continue;
		}
		if ((w.rc = vv_cbor_get_bytes(&w.item.cbor, &bytes, &len, err)) == VV_OK &&
		    (w.rc = vv_facts_read(NULL, bytes, len, err)) == VV_OK) {
			vv_facts_column(&f, bytes, len, column);
			contents[i] = read_fact(all, &f);
		}
	}
	return w.rc;
}

/* Reads the groups that have such values. */
static vv_status read_groups(vv_infer *all, vv_table *t, size_t column, const content *contents,
			     content wanted, size_t count, vv_error *err)
{
	vv_auto(vv_table_reader) *reader = NULL;
	vv_auto(vv_batch) b = {0};
	vv_status rc = vv_table_reader_open(&reader, t, &column, 1, false, err);

	for (size_t i = 0; rc == VV_OK && i < count && !is_settled(all); i++) {
		if (contents[i] != wanted) {
			continue;
		}
		if ((rc = vv_table_seek_group(reader, i, err)) < 0) return rc;
		const int more = vv_table_read(reader, &b, err);
		if (more <= 0) {
			return more < 0 ? (vv_status)more
					: vv_fail(err, VV_ECORRUPT,
						  "the version is damaged: a row group is not at "
						  "its listed position");
		}
		vv_infer_column(all, &b.cells[column], b.rows, b.columns);
	}
	return rc;
}

vv_status vv_column_infer(vv_infer *all, vv_table *t, size_t column, const bool *groups,
			  vv_error *err)
{
	uint64_t count;
	vv_status rc = vv_table_groups(t, &count, err);

	if (rc < 0 || is_settled(all)) return rc;
	vv_auto_free content *contents = vv_calloc((size_t)count + 1, sizeof(*contents));
	if (!contents) return vv_fail_nomem(err);
	if ((rc = read_facts(all, t, column, groups, contents, (size_t)count, err)) < 0 ||
	    (rc = read_groups(all, t, column, contents, CONTENT_TEXTS, (size_t)count, err)) < 0) {
		return rc;
	}
	return read_groups(all, t, column, contents, CONTENT_OTHER, (size_t)count, err);
}

/* 03.06.2024, 03/06/24 or 09:30 */
static bool is_dated(const vv_cell *c)
{
	const char mark = c->len > 2 ? c->text[2] : '\0';

	return mark == ':' || (c->len > 5 && mark == c->text[5] && mark && strchr("./-", mark));
}

static bool is_code(const vv_cell *c)
{
	return c->len > 1 && *c->text == '0' && vv_is_digit(c->text[1]) && !is_dated(c);
}

static bool has_codes(const vv_batch *b, size_t column)
{
	return vv_find_place(i, b->rows, is_code(&b->cells[i * b->columns + column])) < b->rows;
}

vv_status vv_column_type(vv_type *out, vv_table *t, size_t column, const vv_field *f, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, &column, 1, VV_IGNORED);
	const vv_batch *b = &w.batch;
	vv_infer all;
	bool codes = false;

	vv_infer_init(&all);
	all.json = vv_form_is_typed(t->root.dialect.form);
	while (vv_group_walk_next(&w)) {
		vv_infer_column(&all, &b->cells[column], b->rows, b->columns);
		codes = codes || has_codes(b, column);
	}
	*out = w.rc == VV_OK && !codes ? vv_infer_type_named(&all, f->name, f->name_len, NULL)
				       : VV_TYPE_BOOLEAN;
	return w.rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}
