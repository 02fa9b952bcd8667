/*
 * text_numbers: the rows of the table TABLE/types that the base's does not have.
 */
#include "lib/check/text_numbers.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/walk.h"
#include "lib/view/row_find.h"
#include "lib/view/table_pairs.h"

#define SHOWN 5u

/* The table that has the cells of a document's table whose type their text does not show. *is false: all do. */
static vv_status open_types(vv_subject *s, vv_table *t, bool *is, const vv_check_input *in,
			    vv_error *err)
{
	vv_auto(char) *name = vv_asprintf("%s/types", in->subject.table);
	const vv_status rc = name ? vv_table_beside_open(s, t, &in->subject, name, err)
				  : vv_fail_nomem(err);

	*is = rc == VV_OK;
	return vv_missing_ok(rc, err);
}

static bool is_number(const vv_table *t, const vv_cell *column)
{
	const long at = vv_schema_find(&t->schema, column->text, column->len);

	return at >= 0 && (t->schema.fields[at].type == VV_TYPE_NUMBER ||
			   t->schema.fields[at].type == VV_TYPE_INTEGER);
}

static bool begins_with(const vv_cell *c, const char *word)
{
	return c->len >= strlen(word) && memcmp(c->text, word, strlen(word)) == 0;
}

/* Appends the row of a cell, "C4", or of a column */
static void put_row(vv_buf *out, size_t *count, const vv_cell *cells, size_t width, bool column)
{
	for (size_t k = 0; *count < SHOWN && k + 1 < width; k++) {
		vv_buf_puts(out, k > 0 ? " " : *count > 0 ? ", " : "");
		vv_buf_puts(out, column ? "column " : "");
		vv_text_put_escaped(out, cells[k].text, cells[k].len);
	}
	++*count;
}

vv_status vv_text_numbers_find(vv_buf *out, const vv_check_input *in, const vv_check_input *base,
			       vv_error *err)
{
	vv_auto(vv_subject) of_now = {0}, of_base = {0};
	vv_auto(vv_table) now = {0}, before = {0};
	vv_auto(vv_buf) scratch = VV_BUF_FOR(out);
	vv_auto_free uint64_t *known = NULL;
	size_t known_count = 0, count = 0;
	bool is, was = false;
	vv_status rc = open_types(&of_now, &now, &is, in, err);

	if (rc < 0 || !is || (base && (rc = open_types(&of_base, &before, &was, base, err)) < 0) ||
	    (was && (rc = vv_row_hashes(&before, &known, &known_count, err)) < 0)) {
		return rc;
	}
	vv_auto(vv_group_walk) w = vv_group_walk_open(&now, NULL, 0, err);
	while (vv_group_walk_next(&w)) {
		for (size_t i = 0; i < w.batch.rows; i++) {
			const size_t columns = w.batch.columns;
			const vv_cell *row = &w.batch.cells[i * columns], *type = &row[columns - 1];
			const uint64_t hash = vv_row_hash(&scratch, row, columns);
			const bool column = begins_with(type, "text column");

			if (begins_with(type, "text") &&
			    (!column || (base && is_number(&base->table, row))) &&
			    (known_count == 0 ||
			     !bsearch(&hash, known, known_count, sizeof(hash), vv_u64_order))) {
				put_row(out, &count, row, columns, column);
			}
		}
	}
	if (count > SHOWN) {
		vv_buf_printf(out, " and %s more", vv_text_count(count - SHOWN));
	}
	return w.rc < 0 ? w.rc : vv_buf_ok(out, err);
}
