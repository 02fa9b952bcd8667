/*
 * group_decode: reads the cells of a row group.
 *
 * The bytes are untrusted: every length is checked before use, and allocations are bounded by rows
 * x columns, which vv_group_open bounds. dataset/table/verify.h encodes the cells again to prove
 * that the encoder would have written the block; here it only has to be readable.
 */
#include "dataset/format/group.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/group_internal.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/store.h"

static_assert(sizeof(VV_GROUP_MAGIC) - 1 == VV_GROUP_MAGIC_LEN,
	      "docs/formats/store.md: a row group");
static_assert(GROUP_CONST == 0 && GROUP_DATETIME == 6 && GROUP_MIXED_STATES == 2,
	      "docs/formats/store.md: the first byte of a column");
static_assert(GROUP_DECIMAL_FORMS == 3 && GROUP_DATETIME_FORMS == 4 && GROUP_LEN_VARINTS == 2,
	      "docs/formats/store.md: forms of numbers, lengths of texts");

/* Reads only the first `known` bytes. */
static vv_status open_known(vv_group *out, const void *bytes, size_t known, size_t len,
			    vv_error *err)
{
	const uint8_t *p = bytes, *end = p + known, *all = p + len;
	uint64_t rows, columns, part = 1, sum = 0;

	memset(out, 0, sizeof *out);
	if (known < VV_GROUP_MAGIC_LEN || memcmp(p, VV_GROUP_MAGIC, VV_GROUP_MAGIC_LEN) != 0) {
		return vv_fail(err, VV_ECORRUPT, "this block is not a row group");
	}
	p += VV_GROUP_MAGIC_LEN;
	if (len > VV_BLOCK_MAX || !vv_varint_read(&p, end, &rows) ||
	    !vv_varint_read(&p, end, &columns)) {
		return vv_fail(err, VV_ECORRUPT, "row group: the header is damaged");
	}
	if (rows == 0 || rows > VV_GROUP_CELLS_MAX || columns > VV_COLUMNS_MAX ||
	    (rows > 1 && rows * columns > VV_GROUP_CELLS_MAX) || columns > (size_t)(end - p)) {
		return vv_fail(err, VV_ECORRUPT,
			       "row group: %llu rows of %llu columns are out of bounds",
			       (unsigned long long)rows, (unsigned long long)columns);
	}
	if (!(out->column = vv_malloc((size_t)columns *
				      (sizeof *out->column + sizeof *out->column_len)))) {
		return vv_fail_nomem(err);
	}
	out->column_len = (size_t *)(void *)(out->column + columns);
	for (size_t i = 0; i < columns && part > 0; i++) {
		if (!vv_varint_read(&p, end, &part) || part > len) {
			part = 0;
		}
		out->column_len[i] = (size_t)part;
		sum += part;
	}
	if (part == 0 || sum != (uint64_t)(all - p)) {
		vv_group_close(out);
		return vv_fail(err, VV_ECORRUPT, "row group: the directory of columns is damaged");
	}
	for (size_t i = 0; i < columns; i++) {
		out->column[i] = p;
		p += out->column_len[i];
	}

	out->bytes = bytes;
	out->len = len;
	out->rows = (size_t)rows;
	out->columns = (size_t)columns;
	return VV_OK;
}

vv_status vv_group_open(vv_group *out, const void *bytes, size_t len, vv_error *err)
{
	return open_known(out, bytes, len, len, err);
}

vv_status vv_group_open_parted(vv_group *out, vv_parted *parted, vv_error *err)
{
	const vv_buf *block = &parted->block;
	vv_status rc = open_known(out, block->data, vv_parted_known(parted), block->len, err);

	if (rc == VV_ECORRUPT &&
	    parted->left > 0) { /* the directory is in a part: no writer makes such */
		if ((rc = vv_parted_need(parted, 0, block->len, err)) == VV_OK) {
			rc = vv_group_open(out, block->data, block->len, err);
		}
	}
	out->parted = rc == VV_OK ? parted : NULL;
	return rc;
}

int vv_group_same_column(const vv_group *a, size_t ca, const vv_group *b, size_t cb, vv_error *err)
{
	const size_t len = a->column_len[ca];
	vv_status rc;

	if (len != b->column_len[cb]) return 0;
	if (a->parted && b->parted &&
	    vv_parted_alike(a->parted, (size_t)(a->column[ca] - a->bytes), b->parted,
			    (size_t)(b->column[cb] - b->bytes), len)) {
		return 1;
	}
	if ((rc = vv_group_need(a, ca, err)) < 0 || (rc = vv_group_need(b, cb, err)) < 0) return rc;
	return memcmp(a->column[ca], b->column[cb], len) == 0;
}

/* Shorter columns are in the head; adjacent columns share a part of up to this many bytes: each part costs
 * about 18. */
#define COLUMN_ALONE 64u
#define PART_LEAST 512u

/* Fewer numbers of a column take less in one block; and in groups of so few rows, as tables of hundreds of columns have, blocks take
 * a quarter more time for a thousandth of the bytes. */
#define SEAM_LEAST 64u
#define SEAM_ROWS 320u

static bool add_seam(vv_parts *out, const vv_group *g, const uint8_t *at)
{
	return vv_array_add(out->seams, out->seam_count, out->seam_cap, (uint32_t)(at - g->bytes));
}

/* Where in a column, all whose cells are of one state, lengths, texts, marks of empty values, places in a dictionary or a plane
 * of numbers begin. False: no memory. */
static bool add_seams(vv_parts *out, const vv_group *g, size_t column)
{
	const uint8_t *p = g->column[column], *end = p + g->column_len[column];
	const int encoding = *p & 15, states = *p++ >> 4;
	group_numbers n;
	bool ok = true;

	if (g->rows < SEAM_ROWS || states == GROUP_MIXED_STATES ||
	    (size_t)(end - p) <= g->rows + 2) {
		return true;
	}
	p += states == GROUP_ONE_STATE;
	if (encoding == GROUP_DICT) return add_seam(out, g, end - g->rows);
	if (encoding == GROUP_TEXT) {
		return *p != GROUP_LEN_BYTES || add_seam(out, g, p + 1 + g->rows);
	}
	if (encoding < GROUP_INTEGER || !group_numbers_open(&n, p, end, g->rows, encoding) ||
	    n.count < SEAM_LEAST) {
		return true;
	}
	for (size_t i = n.empty ? 0 : 1; i < n.width && ok; i++) {
		ok = add_seam(out, g, n.planes + i * n.count);
	}
	return ok;
}

vv_status vv_group_divide(vv_parts *out, const void *bytes, size_t len, vv_error *err)
{
	vv_auto(vv_group) g = {0};
	bool open = false; /* may the next column join the last part? */

	out->count = out->seam_count = 0;
	if (vv_group_open(&g, bytes, len, VV_IGNORED) < 0) return VV_OK;
	if (!vv_array_room_for(out->items, out->count, out->cap, g.columns)) {
		return vv_fail_nomem(err);
	}
	for (size_t c = 0; c < g.columns; c++) {
		const uint32_t column_len = (uint32_t)g.column_len[c];

		if (open) {
			out->items[out->count - 1].len += column_len;
		} else if (column_len >= COLUMN_ALONE) {
			out->items[out->count++] = (vv_part){
				.at = (uint32_t)(g.column[c] - g.bytes), .len = column_len};
			open = true;
		}
		if (open) {
			vv_part *last = &out->items[out->count - 1];

			last->text = last->text || (*g.column[c] & 15) == GROUP_TEXT;
			open = last->len < PART_LEAST;
			if (!add_seams(out, &g, c)) return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

void vv_group_close(vv_group *g)
{
	vv_free(g->column);
	memset(g, 0, sizeof *g);
}

vv_status group_map_values(const group_reading *in, vv_cell *values, size_t count, vv_error *err)
{
	for (size_t k = 0; k < count && in->map; k++) {
		if (!in->map(in->payload, &values[k])) return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status group_read_const(group_reading *in, vv_cell *value, vv_error *err)
{
	uint64_t len;

	if (!vv_varint_read(&in->p, in->end, &len) || len != group_left(in) ||
	    (in->count == 0 && len != 0)) {
		return group_bad(in, "the length of its single value is wrong", err);
	}
	group_set_cell(value, (const char *)in->p, (size_t)len, in->state);
	in->p = in->end;
	return group_map_values(in, value, 1, err);
}

static vv_status read_const(group_reading *in, vv_error *err)
{
	vv_cell value;
	vv_status rc = group_read_const(in, &value, err);

	for (size_t i = 0; rc == VV_OK && i < in->count; i++) {
		in->cells[i * in->stride] = value;
	}
	return rc;
}

vv_status group_open_dict(group_reading *in, vv_cell *value, uint64_t *count_out,
			  const uint8_t **index, vv_error *err)
{
	uint64_t count, len, sum = 0;

	if (!vv_varint_read(&in->p, in->end, &count) || count < 2 || count > GROUP_DICT_MAX) {
		return group_bad(in, "the number of distinct values is out of bounds", err);
	}
	for (size_t k = 0; k < count; k++) {
		if (!vv_varint_read(&in->p, in->end, &len) || len > group_left(in)) {
			return group_bad(in, "a distinct value's length is damaged", err);
		}
		group_set_cell(&value[k], NULL, (size_t)len, in->state);
		sum += len;
	}
	if (sum > group_left(in) || group_left(in) - sum != in->count) {
		return group_bad(in, "its length does not match the number of rows", err);
	}
	const uint8_t *text = in->p;
	for (size_t k = 0; k < count; k++) {
		value[k].text = (const char *)text;
		text += value[k].len;
	}
	*count_out = count;
	*index = text;
	return VV_OK;
}

static vv_status read_dict(group_reading *in, vv_error *err)
{
	vv_cell value[GROUP_DICT_MAX + 1];
	const uint8_t *index;
	uint64_t count;
	vv_status rc;

	if ((rc = group_open_dict(in, value, &count, &index, err)) < 0 ||
	    (rc = group_map_values(in, value, count, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < in->count; i++) {
		if (index[i] >= count) {
			return group_bad(in, "a row refers to a value that does not exist", err);
		}
		in->cells[i * in->stride] = value[index[i]];
	}
	in->p = in->end;
	return VV_OK;
}

static vv_status read_lengths_varint(group_reading *in, vv_error *err)
{
	const uint8_t *p = in->p;
	uint64_t len, sum = 0;

	for (size_t i = 0; i < in->count; i++) {
		if (!vv_varint_read(&p, in->end, &len) || len > group_left(in)) {
			return group_bad(in, "a value's length is damaged", err);
		}
		group_set_cell(&in->cells[i * in->stride], NULL, (size_t)len, in->state);
		sum += len;
	}
	if (sum != (uint64_t)(in->end - p)) {
		return group_bad(in, "the lengths of its values do not add up", err);
	}
	const char *text = (const char *)p;
	for (size_t i = 0; i < in->count; i++) {
		in->cells[i * in->stride].text = text;
		text += in->cells[i * in->stride].len;
	}
	in->p = in->end;
	return VV_OK;
}

/* Lengths of a byte each. */
static vv_status read_lengths_bytes(group_reading *in, vv_error *err)
{
	const uint8_t *len = in->p;
	uint64_t sum = 0;

	if (group_left(in) < in->count) return group_bad(in, "it is incomplete", err);
	for (size_t i = 0; i < in->count; i++) {
		sum += len[i];
	}
	in->p += in->count;
	if (sum != group_left(in)) {
		return group_bad(in, "the lengths of its values do not add up", err);
	}
	const char *text = (const char *)in->p;
	for (size_t i = 0; i < in->count; i++) {
		group_set_cell(&in->cells[i * in->stride], text, len[i], in->state);
		text += len[i];
	}
	in->p = in->end;
	return VV_OK;
}

static vv_status read_text(group_reading *in, vv_error *err)
{
	const char *text;
	uint64_t len;

	if (group_left(in) == 0) return group_bad(in, "it is incomplete", err);
	switch (*in->p++) {
	case GROUP_LEN_EQUAL:
		if (!vv_varint_read(&in->p, in->end, &len) || len > group_left(in) ||
		    len * in->count != group_left(in)) {
			return group_bad(in, "the lengths of its values do not add up", err);
		}
		text = (const char *)in->p;
		for (size_t i = 0; i < in->count; i++, text += len) {
			group_set_cell(&in->cells[i * in->stride], text, (size_t)len, in->state);
		}
		in->p = in->end;
		return VV_OK;
	case GROUP_LEN_BYTES:
		return read_lengths_bytes(in, err);
	case GROUP_LEN_VARINTS:
		return read_lengths_varint(in, err);
	default:
		return group_bad(in, "the encoding of its lengths is unknown", err);
	}
}

static vv_status read_values(group_reading *in, int encoding, vv_error *err)
{
	switch (encoding) {
	case GROUP_CONST:
		return read_const(in, err);
	case GROUP_DICT:
		return read_dict(in, err);
	case GROUP_TEXT:
		return read_text(in, err);
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
	case GROUP_DATETIME:
		return group_number_cells(in, encoding, err);
	default:
		return group_bad(in, "its encoding is unknown", err);
	}
}

static unsigned state_at(const uint8_t *states, size_t row)
{
	return (unsigned)states[row / 4] >> (2 * (row % 4)) & 3u;
}

/* States differ from row to row: the values are read into scratch and dealt out. */
static vv_status read_mixed(group_reading *in, int encoding, size_t rows, vv_error *err)
{
	const uint8_t *states = in->p;
	vv_cell *cells = in->cells;
	size_t stride = in->stride, bytes = (rows + 3) / 4;
	vv_status rc;

	if (group_left(in) < bytes || (rows % 4 && states[bytes - 1] >> (2 * (rows % 4)))) {
		return group_bad(in, "the states of its cells are damaged", err);
	}
	in->p += bytes;
	in->count = 0;
	for (size_t r = 0; r < rows; r++) {
		in->count += group_has_text(state_at(states, r));
	}
	vv_cell *next = in->cells = vv_arena_alloc(in->arena, (in->count + 1) * sizeof *next);
	if (!next) return vv_fail_nomem(err);
	in->stride = 1;
	in->state = VV_CELL_TEXT;
	if ((rc = read_values(in, encoding, err)) < 0) return rc;
	for (size_t r = 0; r < rows; r++) {
		vv_cell *cell = &cells[r * stride];
		unsigned state = state_at(states, r);

		group_set_cell(cell, NULL, 0, (uint8_t)state);
		if (group_has_text(state)) {
			cell->text = next->text;
			cell->len = next->len;
			next++;
		}
	}
	return VV_OK;
}

static vv_status read_column(group_reading in, const vv_group *g, vv_error *err)
{
	vv_cell *cells = in.cells;
	size_t stride = in.stride, column = in.column;
	vv_status rc;

	if (column >= g->columns) {
		for (size_t r = 0; r < g->rows; r++) {
			group_set_cell(&cells[r * stride], NULL, 0, VV_CELL_ABSENT);
		}
		return VV_OK;
	}
	if ((rc = vv_group_need(g, column, err)) < 0) return rc;
	in.p = g->column[column];
	in.end = in.p + g->column_len[column];
	uint8_t head = *in.p++;
	if (head >> 4 == GROUP_ALL_TEXT) return read_values(&in, head & 15, err);
	if (head >> 4 == GROUP_MIXED_STATES) return read_mixed(&in, head & 15, g->rows, err);
	if (head >> 4 != GROUP_ONE_STATE || group_left(&in) == 0 || *in.p == VV_CELL_TEXT ||
	    *in.p > VV_CELL_LITERAL) {
		return group_bad(&in, "the state of its cells is damaged", err);
	}
	in.state = *in.p++;
	if (group_has_text(in.state)) return read_values(&in, head & 15, err);
	for (size_t r = 0; r < g->rows; r++) {
		group_set_cell(&cells[r * stride], NULL, 0, in.state);
	}
	in.count = 0;
	return read_values(&in, head & 15, err);
}

vv_status vv_group_column(const vv_group *g, size_t column, vv_cell *cells, size_t stride,
			  vv_arena *arena, vv_error *err)
{
	group_reading in = {.cells = cells,
			    .stride = stride,
			    .count = g->rows,
			    .state = VV_CELL_TEXT,
			    .arena = arena,
			    .column = column};

	return read_column(in, g, err);
}

vv_status group_column_mapped(const vv_group *g, size_t column, vv_cell *cells, group_value_fn fn,
			      void *payload, vv_arena *arena, vv_error *err)
{
	group_reading in = {.cells = cells,
			    .stride = 1,
			    .count = g->rows,
			    .state = VV_CELL_TEXT,
			    .arena = arena,
			    .column = column,
			    .map = fn,
			    .payload = payload};

	return read_column(in, g, err);
}

/* --- one row ------------------------------------------------------------ */

static vv_status pick_dict(group_reading *in, size_t row, vv_error *err)
{
	vv_cell value[GROUP_DICT_MAX + 1];
	const uint8_t *index;
	uint64_t count;
	vv_status rc;

	if ((rc = group_open_dict(in, value, &count, &index, err)) < 0) return rc;
	if (index[row] >= count) {
		return group_bad(in, "a row refers to a value that does not exist", err);
	}
	*in->cells = value[index[row]];
	return VV_OK;
}

/* For texts with lengths of one size or of a byte each. */
static vv_status pick_text(group_reading *in, size_t row, vv_error *err)
{
	const uint8_t *lens;
	uint64_t len, before = 0;

	if (group_left(in) == 0) return group_bad(in, "it is incomplete", err);
	switch (*in->p++) {
	case GROUP_LEN_EQUAL:
		if (!vv_varint_read(&in->p, in->end, &len) || len > group_left(in) ||
		    len * in->count != group_left(in)) {
			return group_bad(in, "the lengths of its values do not add up", err);
		}
		before = len * row;
		break;
	case GROUP_LEN_BYTES:
		if (group_left(in) < in->count) return group_bad(in, "it is incomplete", err);
		lens = in->p;
		in->p += in->count;
		len = lens[row];
		for (size_t i = 0; i < row; i++) {
			before += lens[i];
		}
		if (before > group_left(in) || len > group_left(in) - before) {
			return group_bad(in, "the lengths of its values do not add up", err);
		}
		break;
	default:
		return group_bad(in, "the encoding of the lengths of its values is unknown", err);
	}
	group_set_cell(in->cells, (const char *)in->p + before, (size_t)len, in->state);
	return VV_OK;
}

/* Reads the whole column when the cell cannot be found otherwise. */
static vv_status pick_from_column(const vv_group *g, size_t column, size_t row, vv_cell *cell,
				  vv_arena *arena, vv_error *err)
{
	vv_cell *cells = vv_arena_alloc(arena, g->rows * sizeof *cells);
	vv_status rc = cells ? vv_group_column(g, column, cells, 1, arena, err)
			     : vv_fail_nomem(err);

	if (rc == VV_OK) {
		*cell = cells[row];
	}
	return rc;
}

bool vv_group_has_cell(const vv_group *g, size_t column)
{
	if (column >= g->columns) return true;
	if (vv_group_need(g, column, VV_IGNORED) < 0) return false;
	const uint8_t *p = g->column[column];
	if (*p >> 4 != GROUP_ALL_TEXT) return false;
	return *p != GROUP_TEXT ||
	       (g->column_len[column] > 1 && (p[1] == GROUP_LEN_EQUAL || p[1] == GROUP_LEN_BYTES));
}

vv_status vv_group_cell(const vv_group *g, size_t column, size_t row, vv_cell *cell,
			vv_arena *arena, vv_error *err)
{
	group_reading in = {.cells = cell,
			    .stride = 1,
			    .count = g->rows,
			    .state = VV_CELL_TEXT,
			    .arena = arena,
			    .column = column};

	assert(row < g->rows);
	if (column >= g->columns) {
		group_set_cell(cell, NULL, 0, VV_CELL_ABSENT);
		return VV_OK;
	}
	vv_status rc = vv_group_need(g, column, err);
	if (rc < 0) return rc;
	in.p = g->column[column];
	in.end = in.p + g->column_len[column];
	int encoding = *in.p++ & 15;
	if (!vv_group_has_cell(g, column)) {
		return pick_from_column(g, column, row, cell, arena, err);
	}
	switch (encoding) {
	case GROUP_CONST:
		return group_read_const(&in, cell, err);
	case GROUP_DICT:
		return pick_dict(&in, row, err);
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
	case GROUP_DATETIME:
		return group_number_cell(&in, encoding, row, err);
	case GROUP_TEXT:
		return pick_text(&in, row, err);
	default:
		return pick_from_column(g, column, row, cell, arena, err);
	}
}

/* --- runs ------------------------------------------------------------------ */

/* Texts of one byte each, as flags and codes are: those that differ, and the number of each row's. As below. */
static int bytes_run(vv_group_run *out, const group_reading *in, vv_cell *values, vv_arena *arena,
		     vv_error *err)
{
	const char *text = (const char *)in->p + 2;
	uint8_t *index;
	uint16_t numbers[256] = {0}; /* from 1 */

	if (group_left(in) != in->count + 2 || in->p[0] != GROUP_LEN_EQUAL || in->p[1] != 1) {
		return 0;
	}
	if (!(index = vv_arena_alloc(arena, in->count))) return (int)vv_fail_nomem(err);
	for (size_t i = 0; i < in->count; i++) {
		uint16_t *number = &numbers[(uint8_t)text[i]];

		if (*number == 0) {
			if (out->count == GROUP_DICT_MAX) return 0;
			group_set_cell(&values[out->count++], text + i, 1, in->state);
			*number = (uint16_t)out->count;
		}
		index[i] = (uint8_t)(*number - 1);
	}
	out->form = VV_RUN_SHARED;
	out->cells = values;
	out->index = index;
	return 1;
}

/* Distinct values, once: 0 where the column has none, or is damaged; <0: no memory. */
static int shared_run(vv_group_run *out, group_reading *in, int encoding, vv_arena *arena,
		      vv_error *err)
{
	vv_cell *values = vv_arena_alloc(arena, GROUP_DICT_MAX * sizeof(*values));
	const size_t rows = in->count;
	uint64_t count = 1;
	vv_status rc;

	if (!values) return (int)vv_fail_nomem(err);
	if (encoding == GROUP_TEXT) return bytes_run(out, in, values, arena, err);
	if (encoding != GROUP_CONST && encoding != GROUP_DICT) return 0;
	rc = encoding == GROUP_CONST ? group_read_const(in, values, err)
				     : group_open_dict(in, values, &count, &out->index, err);
	if (rc == VV_ENOMEM) return (int)rc;
	out->form = VV_RUN_SHARED;
	out->cells = values;
	out->count = (size_t)count;
	return rc == VV_OK && (!out->index || group_greatest(out->index, rows) < count);
}

/* Dates and datetimes that can be written: the years 1 to 9999. */
static bool in_years(const vv_group_run *r)
{
	int64_t unit = 1;

	if (r->form == VV_RUN_MOMENTS) {
		for (unsigned i = 0; i < r->scale; i++) {
			unit *= 10;
		}
		unit *= 86400;
	}
	return (r->form != VV_RUN_DAYS && r->form != VV_RUN_MOMENTS) ||
	       (r->least >= -SPELL_EPOCH * unit && r->most < (SPELL_DAYS - SPELL_EPOCH) * unit);
}

/* From the numbers that are not empty to those of all rows. NULL: no memory. */
static int64_t *spread_numbers(int64_t *numbers, const group_numbers *n, size_t rows,
			       vv_arena *arena)
{
	int64_t *to = n->empty ? vv_arena_alloc(arena, rows * sizeof(*to)) : numbers;
	size_t i = 0;

	if (!to || !n->empty) return to;
	for (size_t k = 0; i < rows && k < n->count; i++) { /* without a branch for each row */
		const int64_t has = n->empty[i] == 0;

		to[i] = numbers[k] & -has;
		k += (size_t)has;
	}
	memset(to + i, 0, (rows - i) * sizeof(*to));
	return to;
}

/* False: damaged, or out of memory. */
static bool number_run(vv_group_run *out, const group_reading *in, int encoding, bool look,
		       vv_arena *arena)
{
	static const vv_run_form forms[] = {[GROUP_INTEGER] = VV_RUN_INTEGERS,
					    [GROUP_DECIMAL] = VV_RUN_DECIMALS,
					    [GROUP_DATE] = VV_RUN_DAYS,
					    [GROUP_DATETIME] = VV_RUN_MOMENTS};
	group_numbers n;

	if (!group_numbers_open(&n, in->p, in->end, in->count, encoding) ||
	    !group_number_head_fits(encoding, n.flags >> GROUP_FORM_SHIFT, n.scale)) {
		return false;
	}
	const uint8_t head = (uint8_t)(n.flags >> GROUP_FORM_SHIFT);
	*out = (vv_group_run){.form = forms[encoding],
			      .state = in->state,
			      .head = head,
			      .space = encoding == GROUP_DATETIME && (head & GROUP_SPACE),
			      .scale = n.scale,
			      .keep = encoding == GROUP_DECIMAL ? group_digits_kept(head, n.scale)
								: 0,
			      .empty = n.empty};
	if (look) return true;
	int64_t *to = (int64_t *)group_numbers_bounded(&n, &out->least, &out->most, arena);
	if (!to) return false;
	out->numbers = spread_numbers(to, &n, in->count, arena);
	return out->numbers && in_years(out);
}

static int run_in_place(vv_group_run *out, const vv_group *g, size_t column, bool numbers,
			bool look, vv_arena *arena, vv_error *err)
{
	if (column >= g->columns) return 0;
	group_reading in = {.p = g->column[column],
			    .end = g->column[column] + g->column_len[column],
			    .stride = 1,
			    .count = g->rows,
			    .state = VV_CELL_TEXT,
			    .arena = arena,
			    .column = column};
	uint8_t head = *in.p++;
	if (head >> 4 == GROUP_ONE_STATE && group_left(&in) > 0 && *in.p == VV_CELL_LITERAL) {
		in.state = *in.p++;
	} else if (head >> 4 != GROUP_ALL_TEXT) {
		return 0;
	}
	head &= 15;
	return group_is_number(head) ? numbers && number_run(out, &in, head, look, arena)
				     : shared_run(out, &in, head, arena, err);
}

static vv_status make_run(vv_group_run *out, const vv_group *g, size_t column, bool numbers,
			  bool look, vv_arena *arena, vv_error *err)
{
	vv_cell *cells;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_group_need(g, column, err)) < 0) return rc;
	const int made = run_in_place(out, g, column, numbers, look, arena, err);
	if (made != 0) return made < 0 ? (vv_status)made : VV_OK;
	vv_error_clear(err);
	memset(out, 0, sizeof(*out));
	if (!(cells = vv_arena_alloc(arena, g->rows * sizeof(*cells)))) return vv_fail_nomem(err);
	out->cells = cells;
	out->stride = 1;
	return vv_group_column(g, column, cells, 1, arena, err);
}

vv_status vv_group_run_of(vv_group_run *out, const vv_group *g, size_t column, bool numbers,
			  vv_arena *arena, vv_error *err)
{
	return make_run(out, g, column, numbers, false, arena, err);
}

vv_status vv_group_run_look(vv_group_run *out, const vv_group *g, size_t column, vv_arena *arena,
			    vv_error *err)
{
	return make_run(out, g, column, true, true, arena, err);
}

vv_status vv_group_decode(const vv_group *g, vv_cell *cells, size_t columns, vv_arena *arena,
			  vv_error *err)
{
	vv_status rc;

	for (size_t c = 0; c < columns; c++) {
		if ((rc = vv_group_column(g, c, cells + c, columns, arena, err)) < 0) return rc;
	}
	return VV_OK;
}
