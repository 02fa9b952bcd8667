/*
 * spoiled: the marks that faults of older versions of varve left in tables.
 */
#include "lib/check/spoiled.h"

#include <string.h>

#include "base/ascii.h"
#include "base/show.h"
#include "dataset/read/encoding.h"
#include "dataset/read/scan.h"
#include "dataset/rows/irregular_lines.h"
#include "dataset/schema/header.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/rowdiff.h"

/* What text rows have beyond ASCII. */
enum {
	WIDE = 1, /* a cell in UTF-8 */
	SINGLE =
		2, /* a cell in an encoding of single bytes: a letter between others, as in "M\xfcller" */
	OTHER = 4 /* a cell that is neither for certain: it may be cut off, or of an encoding of several bytes */
};

/* ---- encodings ---- */

static bool is_ascii(char c)
{
	return (unsigned char)c < 0x80;
}

static unsigned cell_has(const vv_cell *c)
{
	unsigned has = 0;
	uint32_t cp;
	size_t n;

	for (size_t i = 0; (i = vv_ascii_skip(c->text, c->len, i)) < c->len; i += n) {
		if ((n = vv_utf8_decode(&cp, c->text + i, c->len - i)) > 0) {
			has |= WIDE;
			continue;
		}
		n = 1;
		has |= i > 0 && i + 1 < c->len && is_ascii(c->text[i - 1]) &&
				       is_ascii(c->text[i + 1])
			       ? SINGLE
			       : OTHER;
	}
	return has == (WIDE | SINGLE) ? OTHER : has;
}

/* Of the run's texts; numbers have none. */
static unsigned run_has(const vv_group_run *run, size_t rows)
{
	const size_t count = run->form == VV_RUN_CELLS    ? rows
			     : run->form == VV_RUN_SHARED ? run->count
							  : 0;
	unsigned has = 0;

	for (size_t i = 0; i < count; i++) {
		has |= cell_has(&run->cells[i * (run->form == VV_RUN_CELLS ? run->stride : 1)]);
	}
	return has;
}

/* Are all bytes of the column ASCII, its texts among them? False where they are damaged. */
static bool is_plain(const vv_batch *b, size_t column)
{
	const vv_group *g = &b->group;

	return b->by_row && column < g->columns && vv_group_need(g, column, VV_IGNORED) == VV_OK &&
	       vv_ascii_skip((const char *)g->column[column], g->column_len[column], 0) ==
		       g->column_len[column];
}

/* only: the groups to read; NULL: all. */
static vv_status table_has(unsigned *has, vv_table *t, const vv_changed_group *only, size_t count,
			   vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b;
	vv_group_run run;
	int more;
	vv_status rc;

	vv_batch_init(&b);
	*has = 0;
	if ((rc = vv_table_reader_open(&r, t, NULL, 0, false, err)) < 0) return rc;
	for (size_t g = 0; !only || g < count; g++) {
		if (only && (rc = vv_table_seek_group(r, only[g].index, err)) < 0) return rc;
		if ((more = vv_table_read_rows(r, &b, err)) <= 0) return (vv_status)more;
		for (size_t c = 0; c < b.columns; c++) {
			if (is_plain(&b, c)) {
				continue;
			}
			rc = b.by_row ? vv_group_run_look(&run, &b.group, c, &b.arena, err)
				      : vv_batch_run(&run, &b, c, false, err);
			if (rc < 0) return rc;
			*has |= run_has(&run, b.rows);
		}
	}
	return VV_OK;
}

static vv_status is_mixed(bool *out, vv_table *before, vv_table *now, vv_error *err)
{
	vv_auto(vv_changed_groups) groups = {0};
	unsigned has = 0, was = WIDE;
	vv_status rc;

	*out = false;
	if (vv_root_is_encoded(&now->root) ||
	    (rc = vv_changed_groups_find(&groups, before, now, err)) < 0 ||
	    (rc = table_has(&has, now, groups.new_groups, groups.new_count, err)) < 0 ||
	    !(has & SINGLE) || (rc = table_has(&has, now, NULL, 0, err)) < 0 ||
	    (!vv_root_is_encoded(&before->root) &&
	     (rc = table_has(&was, before, NULL, 0, err)) < 0)) {
		return vv_root_is_encoded(&now->root) ? VV_OK : rc;
	}
	*out = (has & WIDE) && was == WIDE;
	return VV_OK;
}

/* Is the new cell what the UTF-8 of the old one says in the encoding? */
static vv_status cell_is_twice(bool *out, vv_encoding *e, vv_buf *text, const vv_cell *old,
			       const vv_cell *now, vv_error *err)
{
	size_t used;
	vv_status rc;

	*out = false;
	if (now->len <= old->len || cell_has(old) != WIDE) return VV_OK;
	vv_buf_reset(text);
	if ((rc = vv_encoding_decode(e, text, old->text, old->len, true, &used, err)) < 0) {
		return rc;
	}
	*out = text->len == now->len && memcmp(text->data, now->text, now->len) == 0;
	return VV_OK;
}

static vv_status is_twice(bool *out, vv_table *before, vv_table *now, const char *temp_dir,
			  vv_error *err)
{
	const vv_columns_options same_names = {.no_renames = true};
	vv_auto(vv_columns) columns = {0};
	vv_rowdiff_options o = {.columns = &columns, .temp_dir = temp_dir};
	vv_auto(vv_encoding) *e = NULL;
	vv_auto(vv_rowdiff) *rows = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_row_change c;
	int more;
	vv_status rc;

	*out = false;
	if (!vv_root_is_encoded(&now->root) || vv_tables_same_data(before, now)) return VV_OK;
	if ((rc = vv_encoding_open(&e, now->root.dialect.encoding, err)) < 0 ||
	    (rc = vv_columns_match(&columns, before, now, &same_names, err)) < 0 ||
	    (rc = vv_rowdiff_open(&rows, before, now, &o, err)) < 0) {
		return rc;
	}
	while (!*out && (more = vv_rowdiff_next(rows, &c, err)) != 0) {
		if (more < 0) return (vv_status)more;
		for (size_t i = 0; c.kind == VV_ROW_CHANGED && !*out && i < columns.count; i++) {
			const vv_column_pair *p = &columns.pairs[i];

			if (p->a >= 0 && p->b >= 0 && c.cells[i] == VV_CELL_CHANGED &&
			    (rc = cell_is_twice(out, e, &text, &c.old_cells[p->a],
						&c.new_cells[p->b], err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

/* ---- lines above the table ---- */

/* Are the cells of the shorter row, at least two of them with text, those of the longer one in this order? Columns may
 * have been added or dropped. */
static bool rows_alike(const vv_cell *a, size_t a_count, const vv_cell *b, size_t b_count)
{
	size_t k = 0, texts = 0;

	if (a_count > b_count) return rows_alike(b, b_count, a, a_count);
	for (size_t i = 0; i < a_count; i++, k++) {
		while (k < b_count &&
		       (a[i].len != b[k].len ||
			(a[i].len > 0 && memcmp(a[i].text, b[k].text, a[i].len) != 0))) {
			k++;
		}
		if (k == b_count) return false;
		texts += a[i].len > 0;
	}
	return texts > 1;
}

static bool same_names(const vv_schema *a, const vv_schema *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		if (strcmp(a->fields[i].name, b->fields[i].name) != 0) return false;
	}
	return a->count == b->count;
}

/* Older versions took as many lines as before for lines above a table, whatever they were. */
static bool may_be_above(const vv_table *before, const vv_table *now)
{
	const vv_dialect *a = &before->root.dialect, *b = &now->root.dialect;
	size_t lines = b->form == VV_FORM_CSV ? vv_dialect_lead_lines(b) : 0;

	return lines > 0 && a->form == VV_FORM_CSV && vv_dialect_lead_lines(a) == lines &&
	       (a->declared & VV_DECLARED_LEAD) == (b->declared & VV_DECLARED_LEAD) &&
	       !(a->lead == b->lead && memcmp(a->prologue.data, b->prologue.data, a->lead) == 0) &&
	       !same_names(&before->schema, &now->schema);
}

static vv_status is_above(bool *out, vv_table *before, vv_table *now, vv_error *err)
{
	const vv_dialect *d = &now->root.dialect;
	vv_auto(vv_dialect) plain;
	vv_auto(vv_scan) *scan = NULL;
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_batch) b;
	vv_row row;
	const vv_cell *labels = NULL;
	size_t room = before->columns + now->columns, lines;
	int more = 0;
	vv_status rc;

	vv_batch_init(&b);
	vv_dialect_init(&plain);
	*out = false;
	if (!may_be_above(before, now)) return VV_OK;
	plain.delimiter = d->delimiter;
	plain.quote = d->quote;
	plain.escape = d->escape;
	lines = vv_dialect_lead_lines(d);
	vv_cell *cells = vv_arena_calloc(&arena, room, sizeof(*cells));
	if (!cells) return vv_fail_nomem(err);
	if ((rc = vv_scan_new(&scan, &plain, room, NULL, NULL, err)) < 0 ||
	    (before->root.dialect.header &&
	     (rc = vv_header_labels(&labels, &arena, &before->root.dialect, &before->schema, err)) <
		     0) ||
	    (rc = vv_table_reader_open(&r, before, NULL, 0, false, err)) < 0 ||
	    (rc = (vv_status)vv_table_read(r, &b, err)) < 0) {
		return rc;
	}
	vv_scan_window(scan, d->prologue.data, d->lead, true, 0);
	while (!*out && (more = vv_scan_row(scan, cells, room, &row, err)) == 1) {
		*out = labels && rows_alike(cells, row.cells, labels, before->columns);
		for (size_t i = 0; !*out && i < b.rows && i <= lines; i++) {
			*out = rows_alike(cells, row.cells, &b.cells[i * b.columns], b.columns);
		}
	}
	return more == VV_ENOMEM ? VV_ENOMEM : VV_OK; /* lines that are not CSV are none of these */
}

/* ---- rows as comments ---- */

static void count_rows(uint64_t *count, vv_buf *first, const vv_dialect *d, size_t columns,
		       const char *p, size_t len)
{
	for (size_t at = 0, end; at < len; at = end + 1) {
		for (end = at; end < len && p[end] != '\n' && p[end] != '\r';) {
			end++;
		}
		if (end > at && !vv_dialect_is_comment(d, columns, p + at, p + end) &&
		    (*count)++ == 0) {
			vv_buf_put(first, p + at, end - at);
		}
	}
}

vv_status vv_spoiled_hidden_rows(uint64_t *count, vv_buf *first, vv_table *t, vv_error *err)
{
	const vv_dialect *d = &t->root.dialect;
	vv_auto(vv_forms) *f = NULL;
	vv_quirk q;
	int more;
	vv_status rc;

	*count = 0;
	if (d->form != VV_FORM_CSV || !vv_dialect_full_are_rows(d)) return VV_OK;
	if ((rc = vv_forms_open(&f, t, err)) < 0) return rc;
	while ((more = vv_forms_next(f, &q, err)) > 0) {
		if (q.kind != VV_QUIRK_RAW) {
			continue;
		}
		/* As older versions read it: each line that begins so is a comment. */
		const size_t from = vv_forms_before(d, 0, q.raw, q.raw_len);
		if (from < q.raw_len && (uint8_t)q.raw[from] == d->comment) {
			continue; /* the row itself begins so: a version that this varve made */
		}
		const size_t to = vv_forms_after(d, 0, q.raw, from, q.raw_len);

		count_rows(count, first, d, t->columns, q.raw, from);
		count_rows(count, first, d, t->columns, q.raw + to, q.raw_len - to);
	}
	return more < 0 ? (vv_status)more : vv_buf_ok(first, err);
}

vv_status vv_spoiled_find(unsigned *out, vv_table *before, vv_table *now, const char *temp_dir,
			  vv_error *err)
{
	bool mixed = false, twice = false, above = false;
	vv_status rc;

	*out = 0;
	if ((rc = is_mixed(&mixed, before, now, err)) < 0 ||
	    (rc = is_twice(&twice, before, now, temp_dir, err)) < 0 ||
	    (rc = is_above(&above, before, now, err)) < 0) {
		return rc;
	}
	*out = (mixed ? VV_SPOILED_MIXED : 0u) | (twice ? VV_SPOILED_TWICE : 0u) |
	       (above ? VV_SPOILED_ABOVE : 0u);
	return VV_OK;
}
