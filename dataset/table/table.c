/*
 * table: how a version's blocks become rows again, and rows the lines of their group: from its
 * columns where all lines are regular, else row by row.
 */
#include "dataset/table/table.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/chunk.h"
#include "dataset/format/form.h"
#include "dataset/format/group.h"
#include "dataset/format/group_lines.h"
#include "dataset/format/quirks.h"
#include "dataset/format/row_write.h"
#include "dataset/read/scan.h"
#include "dataset/table/mem_sink.h"

vv_status vv_table_open_stored(vv_table *out, const vv_sink *source, const vv_cid *cid,
			       vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc;
	*out = (vv_table){.source = *source, .cid = *cid};
	vv_root_init(&out->root);
	if (cid->codec != VV_CODEC_DAG_CBOR) {
		return vv_fail(err, VV_EUSAGE, "this CID names a block of data, not a table");
	}
	if ((rc = source->get(source->payload, cid, &block, err)) == VV_OK &&
	    (rc = vv_root_decode(&out->root, block.data, block.len, err)) == VV_OK &&
	    out->root.kind == VV_KIND_TABLE) {
		rc = vv_schema_read(&out->schema, out->root.schema.data, out->root.schema.len,
				    "schema of the table", err);
		out->columns = out->schema.count;
	}
	if (rc < 0) {
		vv_table_close(out);
	}
	return rc;
}

void vv_table_close(vv_table *t)
{
	vv_root_clear(&t->root);
	vv_schema_clear(&t->schema);
	vv_mem_sink_free(t->scratch);
	memset(t, 0, sizeof(*t));
	vv_root_init(&t->root);
}

bool vv_table_key_places(size_t *out, const vv_table *t)
{
	return vv_schema_places(out, &t->schema, (const char *const *)t->root.key,
				t->root.key_count);
}

void vv_batch_clear(vv_batch *b)
{
	vv_free_all(b->cells, b->blank_but, b->ready, b->picks);
	vv_group_close(&b->group);
	vv_arena_clear(&b->arena);
	vv_parted_clear(&b->parted);
	vv_buf_clear(&b->quirks);
	*b = (vv_batch){0};
}

vv_status vv_batches_add(vv_batches *l, vv_batch **out, vv_error *err)
{
	vv_batch *p = vv_realloc_array(l->items, l->count + 1, sizeof(*p));

	if (!p) return vv_fail_nomem(err);
	l->items = p;
	*out = &p[l->count++];
	**out = (vv_batch){0};
	return VV_OK;
}

void vv_batches_clear(vv_batches *l)
{
	vv_array_clear(l->items, l->count, it, vv_batch_clear(it));
	*l = (vv_batches){NULL, 0};
}

vv_status vv_table_groups(const vv_table *t, uint64_t *out, vv_error *err)
{
	vv_auto(vv_list_reader) *r = NULL;
	uint64_t weight;
	vv_list_kind kind = t->root.kind == VV_KIND_TABLE ? VV_LIST_DATA : VV_LIST_CHUNKS;
	vv_status rc = vv_list_reader_open(&r, kind, &t->source, t->root.data.data,
					   t->root.data.len, err);

	*out = 0;
	if (rc == VV_OK) {
		vv_list_totals(r, out, &weight);
	}
	return rc;
}

static vv_status make_grid(vv_batch *b, size_t rows, size_t columns, vv_error *err)
{
	size_t need;
	if (!vv_mul_size(&need, rows, columns) || need > VV_GRID_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "a row group of %zu rows and %zu columns is too large to be read",
			       rows, columns);
	}
	if (need > b->cell_cap) { /* not realloc, which would copy cells never read again */
		vv_free(b->cells);
		b->cells = vv_realloc_array(NULL, need + need / 2, sizeof(*b->cells));
		b->cell_cap = b->cells ? need + need / 2 : 0;
		b->blank = 0;
		if (!b->cells) return vv_fail_nomem(err);
	}
	b->rows = rows;
	b->columns = columns;
	return VV_OK;
}

static bool is_wanted(const size_t *wanted, size_t count, size_t column)
{
	return !wanted || vv_array_has(wanted, count, column);
}

/* A cell that is not in its row group but in chunks; top is borrowed from the data item. */
typedef struct table_long {
	size_t row, column;
	uint64_t bytes;
	const uint8_t *top;
	size_t top_len;
} table_long;

/* One long cell: cursor at [row, column, bytes, top]. All of a group fit into memory, even in a hostile
 * block. */
static vv_status read_out(table_long *out, vv_batch *b, vv_cbor *c, vv_error *err)
{
	uint64_t row, column;
	size_t n;
	vv_status rc;
	if ((rc = vv_cbor_get_array(c, &n, err)) < 0 || (rc = vv_cbor_get_uint(c, &row, err)) < 0 ||
	    (rc = vv_cbor_get_uint(c, &column, err)) < 0 ||
	    (rc = vv_cbor_get_uint(c, &out->bytes, err)) < 0) {
		return rc;
	}
	out->top = c->p;
	if ((rc = vv_cbor_skip(c, err)) < 0) return rc;
	out->top_len = (size_t)(c->p - out->top);
	if (n != 4 || row >= b->rows || column >= b->columns || out->bytes == 0 ||
	    out->bytes > VV_GROUP_BYTES_MAX - b->long_bytes) {
		return vv_fail(err, VV_ECORRUPT,
			       "the entry of a long cell in a row group is invalid");
	}
	b->long_bytes += out->bytes;
	out->row = (size_t)row;
	out->column = (size_t)column;
	return VV_OK;
}

static vv_status is_place_of_out(const vv_cell *cell, vv_error *err)
{
	return cell->len == 0 && (cell->state == VV_CELL_TEXT || cell->state == VV_CELL_LITERAL)
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "a long cell is also in its row group");
}

/* Reads the text of a long cell, whose length has been bounded, into the arena. If the batch expects a text, that is given after
 * a comparison, and an empty one if they differ: then the lines differ too. */
static vv_status read_text(vv_cell *out, vv_batch *b, const vv_table *t, const table_long *one,
			   vv_error *err)
{
	vv_auto(vv_chunk_reader) *r = NULL;
	const vv_cell *known = b->expected && b->long_cells < b->long_end ? b->long_cells++ : NULL;
	const char *bytes;
	char *text = NULL;
	uint64_t at, have = 0;
	size_t len;
	int more = 0;
	vv_status rc = vv_chunk_reader_open(&r, &t->source, one->top, one->top_len, err);

	if (rc < 0) return rc;
	if (vv_chunk_reader_total(r) != one->bytes || (known && known->len != one->bytes)) {
		return vv_fail(err, VV_ECORRUPT, "a long cell has %llu bytes instead of %llu",
			       (unsigned long long)vv_chunk_reader_total(r),
			       (unsigned long long)(known ? known->len : one->bytes));
	}
	if (!known && !(text = vv_arena_alloc(&b->arena, (size_t)one->bytes))) {
		return vv_fail_nomem(err);
	}
	out->text = known ? known->text : text;
	out->len = (uint32_t)one->bytes;
	while ((more = vv_chunk_reader_next(r, &bytes, &len, &at, err)) > 0 &&
	       len <= one->bytes - have) {
		if (text) {
			memcpy(text + have, bytes, len);
		} else if (memcmp(known->text + have, bytes, len) != 0) {
			out->len = 0;
		}
		have += len;
	}
	if (more < 0) return (vv_status)more;
	return more > 0 || have != one->bytes
		       ? vv_fail(err, VV_ECORRUPT,
				 "the chunks of a long cell do not add up to its "
				 "length")
		       : VV_OK;
}

/* Brings one long cell in line. */
static vv_status load_out(vv_table *t, vv_batch *b, vv_cbor *c, const size_t *wanted,
			  size_t wanted_count, vv_error *err)
{
	table_long one;
	vv_status rc = read_out(&one, b, c, err);

	if (rc < 0 || !is_wanted(wanted, wanted_count, one.column)) return rc;
	vv_cell *cell = &b->cells[one.row * b->columns + one.column];
	rc = is_place_of_out(cell, err);
	return rc < 0 ? rc : read_text(cell, b, t, &one, err);
}

/* The group that a data item names, with room for its cells; c is behind the number of
 * rows, and n is how many things the item has. The caller closes g, also after a failure. */
static vv_status open_item(vv_group *g, vv_cbor *c, size_t *n, vv_table *t, vv_batch *b,
			   const void *item, size_t len, vv_error *err)
{
	uint64_t rows;
	vv_status rc;
	*c = vv_cbor_of(item, len);
	vv_arena_reset(&b->arena);
	if ((rc = vv_cbor_get_array(c, n, err)) < 0 ||
	    (rc = vv_cbor_get_link(c, &b->cid, err)) < 0 ||
	    (rc = vv_cbor_get_uint(c, &rows, err)) < 0 ||
	    (rc = vv_sink_get_parted(&t->source, &b->cid, &b->parted, err)) < 0) {
		return rc;
	}
	if (!vv_buf_reserve(&b->parted.block, VV_GROUP_SLACK)) return vv_fail_nomem(err);
	if ((rc = vv_group_open_parted(g, &b->parted, err)) < 0) return rc;
	if (g->rows != rows || g->columns > t->columns) {
		return vv_fail(
			err, VV_ECORRUPT,
			"a row group has %zu rows and %zu columns instead of %llu and at most %zu",
			g->rows, g->columns, (unsigned long long)rows, t->columns);
	}
	return make_grid(b, g->rows, t->columns, err);
}

/* Cells of other columns are absent. Those that the same reader's last group left so are not written again: of many columns few
 * may be wanted. */
static vv_status make_blank(vv_batch *b, const size_t *wanted, size_t count, vv_error *err)
{
	const size_t need = b->rows * b->columns;

	if (!b->blank_but || b->blank_columns != b->columns || b->blank_but_count != count ||
	    memcmp(b->blank_but, wanted, count * sizeof(*wanted)) != 0) {
		size_t *but = vv_realloc_array(b->blank_but, count + 1, sizeof(*but));

		if (!but) return vv_fail_nomem(err);
		memcpy(but, wanted, count * sizeof(*wanted));
		b->blank_but = but;
		b->blank_but_count = count;
		b->blank_columns = b->columns;
		b->blank = 0;
	}
	for (; b->blank < need; b->blank++) {
		b->cells[b->blank] = (vv_cell){.state = VV_CELL_ABSENT};
	}
	return VV_OK;
}

#define EXACT_DIGITS 15u /* decimal digits that a double keeps exactly */
#define EXACT INT64_C(1000000000000000)

/* Are numbers in one spelling that a column has values by its type? */
static bool has_numbers(const vv_field *f)
{
	return (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) && vv_field_all_by_few(f);
}

/* Does every number of the run have its value by the column's type, and few digits? */
static bool are_values(const vv_group_run *r, const vv_field *f, bool json)
{
	return (r->form == VV_RUN_INTEGERS ||
		(r->form == VV_RUN_DECIMALS && f->type == VV_TYPE_NUMBER)) &&
	       r->state == (json ? VV_CELL_LITERAL : VV_CELL_TEXT) && r->least > -EXACT &&
	       r->most < EXACT && r->scale <= EXACT_DIGITS;
}

static vv_status load_numbers(const vv_table *t, vv_batch *b, const vv_group *g, size_t column,
			      vv_error *err)
{
	const vv_field *f = &t->schema.fields[column];
	const bool json = vv_form_is_typed(t->root.dialect.form);
	vv_group_run r = {.form = VV_RUN_SHARED};
	vv_cell *cell = b->cells + column;
	vv_status rc = has_numbers(f) ? vv_group_run_of(&r, g, column, true, &b->arena, err)
				      : VV_OK;

	if (rc < 0 || (r.form != VV_RUN_CELLS && !are_values(&r, f, json))) {
		return rc < 0 ? rc : vv_group_column(g, column, cell, t->columns, &b->arena, err);
	}
	for (size_t i = 0; i < b->rows; i++, cell += t->columns) {
		*cell = r.form == VV_RUN_CELLS  ? r.cells[i * r.stride]
			: r.empty && r.empty[i] ? (vv_cell){.text = "", .state = r.state}
						: (vv_cell){.text = (const char *)&r.numbers[i],
							    .len = r.scale,
							    .state = VV_CELL_NUMBER};
	}
	return VV_OK;
}

/* The cells of an open group; c and n as open_item left them. */
static vv_status load_cells(vv_table *t, vv_batch *b, const vv_group *g, vv_cbor *c, size_t n,
			    const size_t *wanted, size_t wanted_count, vv_error *err)
{
	size_t outs = 0;
	vv_status rc;
	b->long_bytes = 0;
	if (!wanted) {
		b->blank = 0;
		if ((rc = vv_group_decode(g, b->cells, t->columns, &b->arena, err)) < 0) return rc;
	} else {
		if ((rc = make_blank(b, wanted, wanted_count, err)) < 0) return rc;
		for (size_t i = 0; i < wanted_count; i++) {
			rc = b->numbers ? load_numbers(t, b, g, wanted[i], err)
					: vv_group_column(g, wanted[i], b->cells + wanted[i],
							  t->columns, &b->arena, err);
			if (rc < 0) return rc;
		}
	}
	if (n == 3 && (rc = vv_cbor_get_array(c, &outs, err)) < 0) return rc;
	for (size_t i = 0; i < outs; i++) {
		if ((rc = load_out(t, b, c, wanted, wanted_count, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status table_load_data(vv_table *t, vv_batch *b, const void *item, size_t len,
			  const size_t *wanted, size_t wanted_count, vv_error *err)
{
	vv_cbor c;
	size_t n;
	vv_auto(vv_group) g = {0};
	vv_status rc = open_item(&g, &c, &n, t, b, item, len, err);
	return rc < 0 ? rc : load_cells(t, b, &g, &c, n, wanted, wanted_count, err);
}

/* Appends the lines of the group that a data item names; its layout is loaded. end_last: the last
 * row has its row end. 1; 0 when the lines must be written from cells, which are then in the
 * batch as after table_load_data. */
static int load_lines(vv_buf *out, vv_table *t, vv_batch *b, const void *item, size_t len,
		      bool end_last, vv_error *err)
{
	vv_cbor c;
	size_t n;
	vv_auto(vv_group) g = {0};
	int rc = open_item(&g, &c, &n, t, b, item, len, err);
	b->blank = 0;
	if (rc == VV_OK && n == 2 && b->quirks.len == 0) {
		rc = vv_group_lines(out, &g, &t->root.dialect, t->columns, b->raw_len, end_last,
				    b->cells, &b->arena, err);
	}
	if (rc == 0) {
		rc = load_cells(t, b, &g, &c, n, NULL, 0, err);
	}
	return rc;
}

/* The length of the group, which must fit into memory even in a hostile block. */
static vv_status read_raw_len(vv_batch *b, vv_cbor *c, vv_error *err)
{
	vv_status rc = vv_cbor_get_uint(c, &b->raw_len, err);

	if (rc == VV_OK && b->raw_len > VV_GROUP_BYTES_MAX) {
		rc = vv_fail(err, VV_ECORRUPT, "a row group has %s, and the limit is %s",
			     vv_text_bytes(b->raw_len), vv_text_bytes(VV_GROUP_BYTES_MAX));
	}
	return rc;
}

vv_status table_load_layout(vv_table *t, vv_batch *b, const void *item, size_t len, vv_error *err)
{
	vv_cbor_type type;
	size_t n;
	uint64_t total;
	const uint8_t *bytes;
	vv_status rc;
	vv_cbor c = vv_cbor_of(item, len);
	vv_buf_reset(&b->quirks);
	if ((rc = vv_cbor_peek(&c, &type, err)) < 0) return rc;
	if (type == VV_CBOR_UINT) return read_raw_len(b, &c, err);
	if ((rc = vv_cbor_get_array(&c, &n, err)) < 0 || (rc = read_raw_len(b, &c, err)) < 0 ||
	    (rc = vv_cbor_peek(&c, &type, err)) < 0) {
		return rc;
	}
	if (type == VV_CBOR_BYTES) {
		if ((rc = vv_cbor_get_bytes(&c, &bytes, &n, err)) < 0) return rc;
		vv_buf_put(&b->quirks, bytes, n);
		return vv_buf_ok(&b->quirks, err);
	}
	if ((rc = vv_cbor_get_array(&c, &n, err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &total, err)) < 0) {
		return rc;
	}
	/* Raw lines cannot be longer than the group's raw bytes, but for their heads. */
	if (total > b->raw_len * 3 + 64) {
		return vv_fail(err, VV_ECORRUPT,
			       "the exceptions of a row group take %llu bytes, "
			       "more than its %llu",
			       (unsigned long long)total, (unsigned long long)b->raw_len);
	}
	return vv_chunks_read(&b->quirks, &t->source, c.p, (size_t)(c.end - c.p), total, err);
}

struct vv_table_reader {
	vv_table *table;
	vv_list_reader *data, *layout;
	size_t *wanted;
	size_t wanted_count;
	bool numbers;
};

vv_status vv_table_reader_open(vv_table_reader **out, vv_table *t, const size_t *wanted,
			       size_t wanted_count, bool with_layout, vv_error *err)
{
	vv_auto(vv_table_reader) *r = vv_calloc(1, sizeof(*r));
	vv_status rc;
	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	r->table = t;
	if (wanted) {
		if (!(r->wanted = vv_calloc(wanted_count + 1, sizeof(*r->wanted)))) {
			return vv_fail_nomem(err);
		}
		if (wanted_count > 0) {
			memcpy(r->wanted, wanted, wanted_count * sizeof(*wanted));
		}
		r->wanted_count = wanted_count;
	}
	if ((rc = vv_list_reader_open(&r->data, VV_LIST_DATA, &t->source, t->root.data.data,
				      t->root.data.len, err)) < 0 ||
	    (with_layout &&
	     (rc = vv_list_reader_open(&r->layout, VV_LIST_LAYOUT, &t->source, t->root.layout.data,
				       t->root.layout.len, err)) < 0)) {
		return rc;
	}
	return vv_hand_over(out, &r);
}

void vv_table_reader_numbers(vv_table_reader *r)
{
	r->numbers = true;
}

/* The layout of the group that was read, where it is wanted. 1, <0. */
static int read_layout(vv_table_reader *r, vv_batch *b, vv_error *err)
{
	vv_list_item form;
	int more = r->layout ? vv_list_next(r->layout, &form, err) : 1;
	vv_status rc = VV_OK;

	if (more == 0) {
		return (int)vv_fail(err, VV_ECORRUPT,
				    "the layout list is shorter than the data list");
	}
	if (more > 0 && r->layout) {
		rc = table_load_layout(r->table, b, form.bytes, form.len, err);
	}
	return rc < 0 ? (int)rc : more;
}

int vv_table_read(vv_table_reader *r, vv_batch *b, vv_error *err)
{
	vv_list_item item;
	int more = vv_list_next(r->data, &item, err);
	if (more <= 0) return more;
	b->first_row = item.before;
	b->index = item.index;
	b->numbers = r->numbers;
	b->by_row = false;
	vv_status rc = table_load_data(r->table, b, item.bytes, item.len, r->wanted,
				       r->wanted_count, err);
	return rc < 0 ? (int)rc : read_layout(r, b, err);
}

/* Rows that are made one by one; if more are wanted, all are made. */
#define PICKED_MAX 4
/* And cells of a column, each of which may take as long as all rows before it. */
#define CELLS_MAX 16u
#define WHOLE UINT8_MAX

static vv_status begin_rows(vv_batch *b, vv_error *err)
{
	if (!vv_array_room_for(b->ready, 0, b->ready_cap, b->rows) ||
	    !vv_array_room_for(b->picks, 0, b->picks_cap, b->columns)) {
		return vv_fail_nomem(err);
	}

	memset(b->ready, 0, b->rows);
	if (b->columns > 0) { /* a JSON table of empty objects has no array */
		memset(b->picks, 0, b->columns);
	}
	b->picked = 0;
	b->blank = 0;
	b->by_row = true;
	return VV_OK;
}

int vv_table_read_rows(vv_table_reader *r, vv_batch *b, vv_error *err)
{
	vv_list_item item;
	vv_cbor c;
	size_t n;
	vv_status rc;
	int more = vv_list_next(r->data, &item, err);
	if (more <= 0) return more;
	b->first_row = item.before;
	b->index = item.index;
	b->numbers = false; /* of the previous reader */
	b->by_row = false;
	b->long_bytes = 0;
	vv_group_close(&b->group);
	if ((rc = open_item(&b->group, &c, &n, r->table, b, item.bytes, item.len, err)) < 0) {
		return rc;
	}
	b->has_long = n > 2;
	/* Long cells are outside of the group: then all are made. */
	rc = n == 2 ? begin_rows(b, err)
		    : load_cells(r->table, b, &b->group, &c, n, r->wanted, r->wanted_count, err);
	return rc < 0 ? (int)rc : read_layout(r, b, err);
}

vv_status vv_batch_columns(vv_batch *b, const size_t *columns, size_t count, vv_error *err)
{
	vv_status rc;
	for (size_t i = 0; b->by_row && i < count; i++) {
		if (b->picks[columns[i]] == WHOLE) {
			continue;
		}
		if ((rc = vv_group_column(&b->group, columns[i], b->cells + columns[i], b->columns,
					  &b->arena, err)) < 0) {
			return rc;
		}
		b->picks[columns[i]] = WHOLE;
	}
	return VV_OK;
}

vv_status vv_batch_run(vv_group_run *out, vv_batch *b, size_t column, bool numbers, vv_error *err)
{
	if (b->by_row) return vv_group_run_of(out, &b->group, column, numbers, &b->arena, err);
	*out = (vv_group_run){.cells = b->cells + column, .stride = b->columns};
	return VV_OK;
}

vv_status vv_batch_row(vv_batch *b, size_t row, const vv_cell **cells, vv_error *err)
{
	vv_cell *own = &b->cells[row * b->columns];
	vv_status rc = VV_OK;
	*cells = own;
	if (!b->by_row || b->ready[row]) return VV_OK;
	if (++b->picked > PICKED_MAX) {
		rc = vv_group_decode(&b->group, b->cells, b->columns, &b->arena, err);
		b->by_row = rc < 0;
		return rc;
	}
	for (size_t i = 0; i < b->columns && rc == VV_OK; i++) {
		rc = vv_group_cell(&b->group, i, row, &own[i], &b->arena, err);
	}
	b->ready[row] = rc == VV_OK;
	return rc;
}

vv_status vv_batch_cell(vv_batch *b, size_t row, size_t column, vv_cell *out, vv_error *err)
{
	vv_status rc;

	if (b->by_row && !b->ready[row] && b->picks[column] < CELLS_MAX &&
	    vv_group_has_cell(&b->group, column)) {
		b->picks[column]++;
		return vv_group_cell(&b->group, column, row, out, &b->arena, err);
	}
	if (b->by_row && !b->ready[row] && (rc = vv_batch_columns(b, &column, 1, err)) < 0) {
		return rc;
	}
	*out = b->cells[row * b->columns + column];
	return VV_OK;
}

vv_status vv_table_seek_row(vv_table_reader *r, uint64_t row, vv_error *err)
{
	vv_list_item item;
	vv_status rc = vv_list_seek(r->data, row, err);
	if (rc < 0 || !r->layout) return rc;
	int more = vv_list_next(r->data, &item, err); /* to learn its number */
	if (more <= 0) return (vv_status)more;
	if ((rc = vv_list_seek_index(r->data, item.index, err)) < 0) return rc;
	return vv_list_seek_index(r->layout, item.index, err);
}

vv_status vv_table_seek_group(vv_table_reader *r, uint64_t index, vv_error *err)
{
	vv_status rc = vv_list_seek_index(r->data, index, err);

	return rc < 0 || !r->layout ? rc : vv_list_seek_index(r->layout, index, err);
}

void vv_table_reader_close(vv_table_reader *r)
{
	if (r) {
		vv_list_reader_close(r->data);
		vv_list_reader_close(r->layout);
		vv_free_all(r->wanted, r);
	}
}

/* The root's place in its file for a new schema: everything else stays. */
vv_status vv_table_reschema(vv_cid *out, vv_table *t, const vv_sink *sink, const char *schema,
			    size_t schema_len, const char *const *key, vv_key_source source,
			    vv_buf *block, vv_error *err)
{
	vv_root changed = t->root; /* borrows; only schema and key are replaced below */
	vv_auto(vv_schema) s = {0};
	vv_auto(vv_buf) own = VV_BUF_INIT;
	vv_buf *bytes = block ? block : &own;
	vv_status rc;
	if ((rc = vv_schema_read(&s, schema, schema_len, "new schema", err)) < 0) return rc;
	bool same = s.count == t->columns;
	for (size_t i = 0; same && i < s.count; i++) {
		same = s.fields[i].name_len == t->schema.fields[i].name_len &&
		       memcmp(s.fields[i].name, t->schema.fields[i].name, s.fields[i].name_len) ==
			       0;
	}
	if (!same) {
		return vv_fail(err, VV_EUSAGE, "the schema's fields are not the table's columns");
	}
	if (!vv_root_is_stored(&changed)) { /* its lists are those of the file's order */
		changed.sorted_by_count = 0;
	}
	changed.schema = (vv_bytes){.data = (char *)(uintptr_t)schema, .len = schema_len};
	if (key) {
		size_t n = 0;
		if ((rc = vv_schema_check_key(&s, key, err)) < 0) return rc;
		while (key[n]) {
			n++;
		}
		changed.key = (char **)(uintptr_t)key;
		changed.key_count = n;
		changed.key_source = n > 0 ? source : VV_KEY_NONE;
	}
	if ((rc = vv_root_encode(bytes, &changed, err)) == VV_OK &&
	    (rc = vv_cid_of(out, VV_CODEC_DAG_CBOR, bytes->data, bytes->len, err)) == VV_OK &&
	    sink->put) {
		rc = sink->put(sink->payload, out, bytes->data, bytes->len, &t->cid, err);
	}
	return rc;
}

/* --- lines ---------------------------------------------------------------- */

/* The caller frees both, also on failure. */
static vv_status column_names(const char ***names, size_t **lens, const vv_schema *s,
			      size_t columns, vv_error *err)
{
	*names = vv_calloc(columns + 1, sizeof(**names));
	*lens = vv_calloc(columns + 1, sizeof(**lens));
	if (!*names || !*lens) return vv_fail_nomem(err);
	for (size_t i = 0; i < columns; i++) {
		const vv_field *f = i < s->count ? &s->fields[i] : NULL;
		(*names)[i] = f && f->name ? f->name : "";
		(*lens)[i] = f ? f->name_len : 0;
	}
	return VV_OK;
}

vv_status table_row_writer(vv_row_writer **out, const vv_dialect *d, const vv_schema *s,
			   size_t columns, vv_error *err)
{
	vv_auto_free const char **names = NULL;
	vv_auto_free size_t *lens = NULL;
	vv_status rc = column_names(&names, &lens, s, columns, err);

	return rc < 0 ? rc : vv_row_writer_new(out, d, columns, names, lens, err);
}

static vv_status writer_of(vv_row_writer **out, const vv_table *t, vv_error *err)
{
	return table_row_writer(out, &t->root.dialect, &t->schema, t->columns, err);
}

/* Has the last row of a group its row end? last: it is the last group. */
static bool group_ends_row(const vv_table *t, bool last)
{
	const vv_dialect *d = &t->root.dialect;

	return !last || (!vv_form_is_document(d->form) && d->final_newline);
}

/* Are the texts of row r no longer than this? Many rows may share one long text, so that few bytes of a block make
 * many lines. */
static bool row_fits(const vv_batch *b, size_t r, uint64_t most)
{
	const vv_cell *cells = &b->cells[r * b->columns];

	for (size_t c = 0; c < b->columns; c++) {
		if (cells[c].len > most) return false;
		most -= cells[c].len;
	}
	return true;
}

/* The bytes of a group so far. */
static size_t lines_made(const vv_batch *b, const vv_buf *out, size_t from)
{
	return b->expected ? b->expected->taken : out->len - from;
}

vv_status table_batch_bytes(vv_buf *out, size_t *ends_out, const vv_table *t, vv_row_writer *w,
			    const vv_batch *b, size_t upto, bool last, uint64_t most, vv_error *err)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r"};
	const vv_dialect *d = &t->root.dialect;
	size_t end_len;
	const char *end = vv_dialect_row_end(d, &end_len);
	const size_t from = out->len;
	vv_quirks quirks;
	vv_quirk q;

	vv_quirks_init(&quirks, b->quirks.data, b->quirks.len);
	int more = vv_quirks_next(&quirks, &q, err);
	for (size_t r = 0; r < upto && more >= 0; r++) {
		const size_t made = lines_made(b, out, from);
		bool irregular = more > 0 && q.row == r;

		if (made > most || (most != VV_ANY_LENGTH && !row_fits(b, r, most - made))) {
			return vv_fail(err, VV_ECORRUPT,
				       "a row group decodes to more than its %llu bytes",
				       (unsigned long long)most);
		}
		if (irregular && q.kind == VV_QUIRK_RAW) {
			vv_buf_put(out, q.raw, q.raw_len);
		} else {
			vv_row_write_expected(w, out, b->expected, &b->cells[r * b->columns],
					      b->columns);
			if (irregular) {
				vv_buf_puts(out, ends[q.kind]);
			} else if (r + 1 < b->rows || group_ends_row(t, last)) {
				vv_buf_put(out, end, end_len);
			}
		}
		if (irregular) {
			more = vv_quirks_next(&quirks, &q, err);
		}
		if (ends_out) {
			ends_out[r] = out->len;
		}
		vv_expected_take(b->expected, out);
	}
	if (more < 0) return (vv_status)more;
	if (more > 0 && upto == b->rows) {
		return vv_fail(err, VV_ECORRUPT,
			       "the exceptions of a row group name rows that the group does not "
			       "have");
	}
	return vv_buf_ok(out, err);
}

vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err)
{
	vv_auto(vv_row_writer) *w = NULL;
	vv_status rc = writer_of(&w, t, err);
	return rc < 0 ? rc
		      : table_batch_bytes(out, ends, t, w, b, b->rows, last, VV_ANY_LENGTH, err);
}

static vv_status check_length(const vv_batch *b, size_t len, vv_error *err)
{
	return len == b->raw_len ? VV_OK
				 : vv_fail(err, VV_ECORRUPT,
					   "a row group decodes to %zu bytes instead of %llu", len,
					   (unsigned long long)b->raw_len);
}

vv_status table_group_bytes(vv_buf *out, vv_table *t, vv_row_writer **w, vv_batch *b,
			    const void *item, size_t len, bool last, vv_error *err)
{
	const size_t from = out->len;
	int done = load_lines(out, t, b, item, len, group_ends_row(t, last), err);
	if (done < 0) return (vv_status)done;
	if (done == 0) {
		vv_status rc;
		vv_buf_reserve(out, b->expected ? 0 : (size_t)b->raw_len + 64);
		if ((!*w && (rc = writer_of(w, t, err)) < 0) ||
		    (rc = table_batch_bytes(out, NULL, t, *w, b, b->rows, last, b->raw_len, err)) <
			    0) {
			return rc;
		}
	}
	vv_expected_take(b->expected, out);
	return check_length(b, lines_made(b, out, from), err);
}

int vv_batch_quick_lines(vv_buf *out, const vv_table *t, vv_batch *b, bool last, vv_error *err)
{
	const size_t from = out->len;
	int done = 0;

	if (b->by_row && b->quirks.len == 0) {
		done = vv_group_lines(out, &b->group, &t->root.dialect, t->columns, b->raw_len,
				      group_ends_row(t, last), b->cells, &b->arena, err);
	}
	return done > 0 && check_length(b, out->len - from, err) < 0 ? (int)VV_ECORRUPT : done;
}

vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err)
{
	const vv_dialect *d = &t->root.dialect;
	if (t->root.kind != VV_KIND_TABLE) return VV_OK;
	if (d->bom) {
		vv_buf_put(out, "\xEF\xBB\xBF", 3);
	}
	vv_buf_put(out, d->prologue.data, d->prologue.len);
	return vv_buf_ok(out, err);
}

vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err)
{
	if (t->root.kind == VV_KIND_TABLE) {
		vv_buf_put(out, t->root.dialect.epilogue.data, t->root.dialect.epilogue.len);
	}
	return vv_buf_ok(out, err);
}

/* Has the batch, whose layout is loaded, a line that is kept raw? 1, 0, <0. */
static int has_raw_line(const vv_batch *b, vv_error *err)
{
	vv_quirks quirks;
	vv_quirk q;
	int more;
	vv_quirks_init(&quirks, b->quirks.data, b->quirks.len);
	while ((more = vv_quirks_next(&quirks, &q, err)) > 0) {
		if (q.kind == VV_QUIRK_RAW) return 1;
	}
	return more;
}

static vv_status new_scan(vv_scan **out, const vv_table *t, vv_error *err)
{
	vv_auto_free const char **names = NULL;
	vv_auto_free size_t *lens = NULL;
	vv_status rc = column_names(&names, &lens, &t->schema, t->columns, err);

	return rc < 0 ? rc : vv_scan_new(out, &t->root.dialect, t->columns, names, lens, err);
}

/* 1 when the next row of the scan has exactly these cells. */
static int row_agrees(vv_scan *s, vv_cell *cells, const vv_cell *wanted, size_t columns,
		      vv_row *row, vv_error *err)
{
	vv_error ignored; /* of each row: VV_IGNORED would be cleared for each */
	int got = vv_scan_row(s, cells, columns, row, &ignored);
	if (got == VV_ENOMEM) return vv_fail_nomem(err);
	if (got != 1) return 0;
	return !vv_array_find(cells, columns, it, !vv_cell_equal(it, &wanted[it - cells]));
}

vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, size_t from,
			    bool last, size_t *bad, vv_error *err)
{
	bool array = vv_form_is_document(t->root.dialect.form);
	size_t len = raw->len;
	vv_auto(vv_scan) *s = NULL;
	vv_auto_free vv_cell *cells = NULL;
	vv_row row = {0};
	int rc = has_raw_line(b, err);
	if (rc <= 0) return (vv_status)rc;
	/* A byte of what follows shows whether the last row ends here. */
	if (array || !last) {
		vv_buf_putc(raw, array && last ? ']' : '{');
	}
	cells = vv_calloc(b->columns + 1, sizeof(*cells));
	rc = cells ? vv_buf_ok(raw, err) : vv_fail_nomem(err);
	if (rc < 0 || (rc = new_scan(&s, t, err)) < 0) {
		goto done;
	}
	vv_scan_window(s, vv_buf_cstr(raw) + from, raw->len - from, last, 0);
	rc = VV_OK;
	for (size_t r = 0; r < b->rows && rc == VV_OK; r++) {
		int agrees = row_agrees(s, cells, &b->cells[r * b->columns], b->columns, &row, err);
		if (agrees < 0) {
			rc = agrees;
		} else if (!agrees || (r + 1 == b->rows && row.end != len - from)) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "row %llu: its line does not match its cells",
				     (unsigned long long)(b->first_row + r + 1));
			if (bad) {
				*bad = r;
			}
		}
	}
done:
	raw->len = len;
	return (vv_status)rc;
}
