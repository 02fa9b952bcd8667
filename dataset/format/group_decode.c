/*
 * group_decode: knows how the cells of a row group are read back.
 *
 * The bytes may come from anyone: every length is checked before it is followed,
 * and what is allocated is bounded by rows x columns, which vv_group_open bounds.
 * That a block is what the encoder would have written is seen by encoding its
 * cells again (dataset/table/verify.h); here it only has to mean something.
 */
#include "dataset/format/group.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/planes.h"
#include "dataset/format/spelling.h"
#include "repo/blocks/store.h"

static_assert(sizeof(VV_GROUP_MAGIC) - 1 == VV_GROUP_MAGIC_LEN, "docs/format.md: a row group");
static_assert(GROUP_CONST == 0 && GROUP_DATETIME == 6 && GROUP_MIXED_STATES == 2,
	      "docs/format.md: the first byte of a column");
static_assert(GROUP_DECIMAL_FORMS == 3 && GROUP_DATETIME_FORMS == 4 && GROUP_LEN_VARINTS == 2,
	      "docs/format.md: forms of numbers, lengths of texts");

/* An empty text may be copied sixteen bytes at a time, too (group_lines.h). */
static const char no_text[16];
static const char outside_years[] = "a date is outside the years 1 to 9999";

#define BATCH 256u /* numbers decoded at a time; fits the first-level cache with room */

vv_status vv_group_open(vv_group *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes, *end = p + len;
	uint64_t rows, columns, part, sum = 0;

	memset(out, 0, sizeof *out);
	if (len < VV_GROUP_MAGIC_LEN || memcmp(p, VV_GROUP_MAGIC, VV_GROUP_MAGIC_LEN) != 0) {
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
	out->column = vv_malloc((size_t)columns * (sizeof *out->column + sizeof *out->column_len));
	if (!out->column) {
		return vv_fail_nomem(err);
	}
	out->column_len = (size_t *)(void *)(out->column + columns);
	for (size_t i = 0; i < columns; i++) {
		if (!vv_varint_read(&p, end, &part) || part == 0 || part > (uint64_t)(end - p)) {
			goto damaged;
		}
		out->column_len[i] = (size_t)part;
	}
	for (size_t i = 0; i < columns; i++) {
		out->column[i] = p + sum;
		sum += out->column_len[i];
		if (sum > (uint64_t)(end - p)) {
			goto damaged;
		}
	}
	if (sum != (uint64_t)(end - p)) {
		goto damaged;
	}
	out->bytes = bytes;
	out->len = len;
	out->rows = (size_t)rows;
	out->columns = (size_t)columns;
	return VV_OK;
damaged:
	vv_group_close(out);
	return vv_fail(err, VV_ECORRUPT, "row group: the directory of columns is damaged");
}

void vv_group_close(vv_group *g)
{
	vv_free(g->column);
	memset(g, 0, sizeof *g);
}

/* Where values are read from, and the cells that they go to. */
typedef struct reading {
	const uint8_t *p, *end;
	vv_cell *cells;
	size_t stride, count;
	uint8_t state;
	vv_arena *arena;
	size_t column;
	group_value_fn map; /* NULL: values stay as they are */
	void *payload;
} reading;

static vv_status bad(const reading *in, const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "row group, column %zu: %s", in->column, what);
}

static inline void set_cell(vv_cell *cell, const char *text, size_t len, uint8_t state)
{
	cell->text = text;
	cell->len = (uint32_t)len;
	cell->state = state;
	cell->flags = 0;
	cell->spare = 0;
}

static size_t left(const reading *in)
{
	return (size_t)(in->end - in->p);
}

/* Shared values, before rows get them. */
static vv_status map_values(const reading *in, vv_cell *values, size_t count, vv_error *err)
{
	for (size_t k = 0; k < count && in->map; k++) {
		if (!in->map(in->payload, &values[k])) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static vv_status read_const(reading *in, vv_error *err)
{
	uint64_t len;
	vv_cell value;
	vv_status rc;

	if (!vv_varint_read(&in->p, in->end, &len) || len != left(in) ||
	    (in->count == 0 && len != 0)) {
		return bad(in, "its one value has a wrong length", err);
	}
	set_cell(&value, (const char *)in->p, (size_t)len, in->state);
	if ((rc = map_values(in, &value, 1, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < in->count; i++) {
		in->cells[i * in->stride] = value;
	}
	in->p = in->end;
	return VV_OK;
}

/* The distinct values (room for GROUP_DICT_MAX), how many they are, and each row's number. */
static vv_status open_dict(reading *in, vv_cell *value, uint64_t *count_out, const uint8_t **index,
			   vv_error *err)
{
	const uint8_t *text;
	uint64_t count, len, sum = 0;

	if (!vv_varint_read(&in->p, in->end, &count) || count < 2 || count > GROUP_DICT_MAX) {
		return bad(in, "the number of distinct values is out of bounds", err);
	}
	for (size_t k = 0; k < count; k++) {
		if (!vv_varint_read(&in->p, in->end, &len) || len > left(in)) {
			return bad(in, "a distinct value's length is damaged", err);
		}
		set_cell(&value[k], NULL, (size_t)len, in->state);
		sum += len;
	}
	if (sum > left(in) || left(in) - sum != in->count) {
		return bad(in, "its length does not fit the number of rows", err);
	}
	text = in->p;
	for (size_t k = 0; k < count; k++) {
		value[k].text = (const char *)text;
		text += value[k].len;
	}
	*count_out = count;
	*index = text;
	return VV_OK;
}

static vv_status read_dict(reading *in, vv_error *err)
{
	vv_cell value[GROUP_DICT_MAX + 1];
	const uint8_t *index;
	uint64_t count;
	vv_status rc;

	if ((rc = open_dict(in, value, &count, &index, err)) < 0 ||
	    (rc = map_values(in, value, count, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < in->count; i++) {
		if (index[i] >= count) {
			return bad(in, "a row names a value that does not exist", err);
		}
		in->cells[i * in->stride] = value[index[i]];
	}
	in->p = in->end;
	return VV_OK;
}

static vv_status read_lengths_varint(reading *in, vv_error *err)
{
	const uint8_t *p = in->p;
	const char *text;
	uint64_t len, sum = 0;

	for (size_t i = 0; i < in->count; i++) {
		if (!vv_varint_read(&p, in->end, &len) || len > left(in)) {
			return bad(in, "a value's length is damaged", err);
		}
		set_cell(&in->cells[i * in->stride], NULL, (size_t)len, in->state);
		sum += len;
	}
	if (sum != (uint64_t)(in->end - p)) {
		return bad(in, "the lengths of its values do not add up", err);
	}
	text = (const char *)p;
	for (size_t i = 0; i < in->count; i++) {
		in->cells[i * in->stride].text = text;
		text += in->cells[i * in->stride].len;
	}
	in->p = in->end;
	return VV_OK;
}

/* Lengths of a byte each. */
static vv_status read_lengths_bytes(reading *in, vv_error *err)
{
	const uint8_t *len = in->p;
	const char *text;
	uint64_t sum = 0;

	if (left(in) < in->count) {
		return bad(in, "it ends too soon", err);
	}
	for (size_t i = 0; i < in->count; i++) {
		sum += len[i];
	}
	in->p += in->count;
	if (sum != left(in)) {
		return bad(in, "the lengths of its values do not add up", err);
	}
	text = (const char *)in->p;
	for (size_t i = 0; i < in->count; i++) {
		set_cell(&in->cells[i * in->stride], text, len[i], in->state);
		text += len[i];
	}
	in->p = in->end;
	return VV_OK;
}

static vv_status read_text(reading *in, vv_error *err)
{
	const char *text;
	uint64_t len;

	if (left(in) == 0) {
		return bad(in, "it ends too soon", err);
	}
	switch (*in->p++) {
	case GROUP_LEN_EQUAL:
		if (!vv_varint_read(&in->p, in->end, &len) || len > left(in) ||
		    len * in->count != left(in)) {
			return bad(in, "the lengths of its values do not add up", err);
		}
		text = (const char *)in->p;
		for (size_t i = 0; i < in->count; i++, text += len) {
			set_cell(&in->cells[i * in->stride], text, (size_t)len, in->state);
		}
		in->p = in->end;
		return VV_OK;
	case GROUP_LEN_BYTES:
		return read_lengths_bytes(in, err);
	case GROUP_LEN_VARINTS:
		return read_lengths_varint(in, err);
	default:
		return bad(in, "an unknown form of lengths", err);
	}
}

/* Numbers on their way from planes to text. */
typedef struct numbers {
	const uint8_t *planes;
	const uint8_t *empty; /* 1 for an empty value, a byte each, or NULL */
	size_t count, taken;  /* of the numbers */
	unsigned width, scale, form;
	int encoding;
	bool deltas;
	uint64_t value; /* base; of deltas the last number */
	uint64_t unit[BATCH];
	char *out;       /* room for the texts of the batch */
	size_t at, have; /* in unit */
} numbers;

static bool head_fits(const numbers *n)
{
	if (n->width > 8) {
		return false;
	}
	switch (n->encoding) {
	case GROUP_DECIMAL:
		return n->form < GROUP_DECIMAL_FORMS && n->scale > 0 && n->scale <= 18;
	case GROUP_DATETIME:
		return n->form < GROUP_DATETIME_FORMS && n->scale <= SPELL_PARTS_MAX;
	default:
		return n->form == 0;
	}
}

static vv_status open_numbers(reading *in, numbers *n, vv_error *err)
{
	uint64_t base;
	size_t empties = 0;
	uint8_t flags;

	if (left(in) < 4) {
		return bad(in, "it ends too soon", err);
	}
	flags = *in->p++;
	n->form = flags >> GROUP_FORM_SHIFT;
	n->deltas = (flags & GROUP_DELTAS) != 0;
	n->scale = n->encoding == GROUP_DECIMAL || n->encoding == GROUP_DATETIME ? *in->p++ : 0;
	n->width = *in->p++;
	if (!head_fits(n) || !vv_varint_read(&in->p, in->end, &base)) {
		return bad(in, "the head of its numbers is damaged", err);
	}
	n->value = (uint64_t)group_unzigzag(base);
	if (flags & GROUP_EMPTIES) {
		unsigned marks = 0;

		if (left(in) < in->count) {
			return bad(in, "it ends too soon", err);
		}
		n->empty = in->p;
		for (size_t i = 0; i < in->count; i++) {
			empties += in->p[i];
			marks |= in->p[i];
		}
		if (marks > 1) {
			return bad(in, "the marks of its empty values are damaged", err);
		}
		in->p += in->count;
	}
	n->count = in->count - empties;
	n->planes = in->p;
	if (left(in) != n->count * n->width) {
		return bad(in, "its length does not fit the number of rows", err);
	}
	return VV_OK;
}

/* The next up to BATCH numbers into n->unit, and room for their texts. */
static bool next_batch(numbers *n, vv_arena *arena)
{
	size_t have = n->count - n->taken < BATCH ? n->count - n->taken : BATCH;
	size_t most = n->scale + 3u; /* sign, a digit, the point */
	uint64_t all = 0;

	vv_planes_join(n->unit, n->planes + n->taken, n->count, have, n->width);
	for (size_t i = 0; i < have; i++) {
		if (n->deltas) {
			n->value += (uint64_t)group_unzigzag(n->unit[i]);
			n->unit[i] = n->value;
		} else {
			n->unit[i] += n->value;
		}
		all |= n->unit[i] ^ (0 - (n->unit[i] >> 63));
	}
	if (all != 0) {
		/* digits of a number of b bits: at most b * 0.302 + 1 */
		size_t digits = (64u - (unsigned)__builtin_clzll(all)) * 309u / 1024u + 4u;

		most = digits > most ? digits : most;
	}
	if (n->encoding == GROUP_DATE || n->encoding == GROUP_DATETIME) {
		most = n->encoding == GROUP_DATE ? 10 : 21 + SPELL_PARTS_MAX;
	}
	n->out = vv_arena_alloc(arena, have * most + VV_SPELL_MAX);
	n->taken += have;
	n->have = have;
	n->at = 0;
	return n->out != NULL;
}

static size_t write_decimal(char *out, int64_t v, const numbers *n)
{
	size_t len = spell_write_decimal(out, v, n->scale);

	return n->form == GROUP_FIXED
		       ? len
		       : spell_trim(out, len, n->scale, n->form == GROUP_TRIMMED_ONE);
}

/* Writes one number; its length, or 0 for one that is not a date. */
static inline size_t write_number(char *out, int64_t v, const numbers *n)
{
	switch (n->encoding) {
	case GROUP_INTEGER:
		return spell_write_integer(out, v);
	case GROUP_DECIMAL:
		return write_decimal(out, v, n);
	case GROUP_DATE:
		return spell_write_date(out, v) ? 10 : 0;
	default:
		return spell_write_datetime(out, v, (n->form & GROUP_SPACE) != 0,
					    (n->form & GROUP_ZULU) != 0, n->scale);
	}
}

/* Numbers of one byte repeat: each is spelled once, where that can save work. */
#define FEW 256u
#define FEW_FROM 64u /* numbers in the column */

static bool has_few(const numbers *n)
{
	return n->width <= 1 && !n->deltas && n->count >= FEW_FROM;
}

/* All cells of a column whose numbers are a byte each. */
static vv_status read_few(reading *in, numbers *n, vv_error *err)
{
	vv_cell known[FEW];
	const uint8_t *at = n->planes;
	char *out = vv_arena_alloc(in->arena, FEW * VV_SPELL_MAX);

	if (!out) {
		return vv_fail_nomem(err);
	}
	memset(known, 0, sizeof known);
	for (size_t i = 0; i < in->count; i++) {
		if (n->empty && n->empty[i]) {
			set_cell(&in->cells[i * in->stride], no_text, 0, in->state);
			continue;
		}
		uint8_t unit = n->width == 1 ? *at++ : 0;
		if (!known[unit].text) {
			size_t len = write_number(out, (int64_t)(n->value + unit), n);
			if (len == 0) {
				return bad(in, outside_years, err);
			}
			set_cell(&known[unit], out, len, in->state);
			out += len;
		}
		in->cells[i * in->stride] = known[unit];
	}
	in->p = in->end;
	return VV_OK;
}

/* write_batch where no value is empty: a loop for each kind of number. */
#define WRITE_ALL(write)                                                                           \
	for (; n->at < n->have; i++) {                                                             \
		int64_t v = (int64_t)n->unit[n->at++];                                             \
		size_t len = (write);                                                              \
		set_cell(&in->cells[i * in->stride], out, len, in->state);                         \
		out += len;                                                                        \
	}

/* A date often is the day of the row before. */
static size_t write_dates(reading *in, numbers *n, size_t from)
{
	size_t i = from;
	char *out = n->out;
	const char *text = NULL;
	int64_t day = 0;

	for (; n->at < n->have; i++) {
		int64_t v = (int64_t)n->unit[n->at++];
		if (!text || v != day) {
			if (!spell_write_date(out, v)) {
				return SIZE_MAX;
			}
			text = out;
			day = v;
			out += 10;
		}
		set_cell(&in->cells[i * in->stride], text, 10, in->state);
	}
	return i;
}

static size_t write_full_batch(reading *in, numbers *n, size_t from)
{
	size_t i = from;
	char *out = n->out;

	if (n->encoding == GROUP_DATE) {
		return write_dates(in, n, from);
	}
	if (n->encoding == GROUP_INTEGER) {
		WRITE_ALL(spell_write_integer(out, v));
	} else {
		WRITE_ALL(spell_write_decimal(out, v, n->scale));
	}
	return i;
}

/* Texts for cells from `from` on, until the batch or the cells are used up;
 * returns the next cell, or SIZE_MAX for a number that is not a date. */
static size_t write_batch(reading *in, numbers *n, size_t from)
{
	if (!n->empty && (n->encoding == GROUP_DATE || n->encoding == GROUP_INTEGER ||
			  (n->encoding == GROUP_DECIMAL && n->form == GROUP_FIXED))) {
		return write_full_batch(in, n, from);
	}
	size_t i = from;
	char *out = n->out;

	for (; i < in->count; i++) {
		vv_cell *cell = &in->cells[i * in->stride];
		size_t len;

		if (n->empty && n->empty[i]) {
			set_cell(cell, no_text, 0, in->state);
			continue;
		}
		if (n->at == n->have) {
			break;
		}
		len = write_number(out, (int64_t)n->unit[n->at++], n);
		if (len == 0) {
			return SIZE_MAX;
		}
		set_cell(cell, out, len, in->state);
		out += len;
	}
	return i;
}

static vv_status read_numbers(reading *in, int encoding, vv_error *err)
{
	numbers n;
	vv_status rc;
	size_t i = 0;

	memset(&n, 0, offsetof(numbers, unit));
	n.encoding = encoding;
	n.out = NULL;
	n.at = n.have = 0;
	if ((rc = open_numbers(in, &n, err)) < 0) {
		return rc;
	}
	if (has_few(&n)) {
		return read_few(in, &n, err);
	}
	while (i < in->count) {
		if (n.taken < n.count && !next_batch(&n, in->arena)) {
			return vv_fail_nomem(err);
		}
		i = write_batch(in, &n, i);
		if (i == SIZE_MAX) {
			return bad(in, outside_years, err);
		}
	}
	in->p = in->end;
	return VV_OK;
}

static vv_status read_values(reading *in, int encoding, vv_error *err)
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
		return read_numbers(in, encoding, err);
	default:
		return bad(in, "an unknown encoding", err);
	}
}

static unsigned state_at(const uint8_t *states, size_t row)
{
	return (unsigned)states[row / 4] >> (2 * (row % 4)) & 3u;
}

static bool has_text(unsigned state)
{
	return state == VV_CELL_TEXT || state == VV_CELL_LITERAL;
}

/* States differ from row to row: the values are read into scratch and dealt out. */
static vv_status read_mixed(reading *in, int encoding, size_t rows, vv_error *err)
{
	const uint8_t *states = in->p;
	vv_cell *cells = in->cells, *next;
	size_t stride = in->stride, bytes = (rows + 3) / 4;
	vv_status rc;

	if (left(in) < bytes || (rows % 4 && states[bytes - 1] >> (2 * (rows % 4)))) {
		return bad(in, "the states of its cells are damaged", err);
	}
	in->p += bytes;
	in->count = 0;
	for (size_t r = 0; r < rows; r++) {
		in->count += has_text(state_at(states, r));
	}
	next = in->cells = vv_arena_alloc(in->arena, (in->count + 1) * sizeof *next);
	if (!next) {
		return vv_fail_nomem(err);
	}
	in->stride = 1;
	in->state = VV_CELL_TEXT;
	if ((rc = read_values(in, encoding, err)) < 0) {
		return rc;
	}
	for (size_t r = 0; r < rows; r++) {
		vv_cell *cell = &cells[r * stride];
		unsigned state = state_at(states, r);

		set_cell(cell, NULL, 0, (uint8_t)state);
		if (has_text(state)) {
			cell->text = next->text;
			cell->len = next->len;
			next++;
		}
	}
	return VV_OK;
}

static vv_status read_column(reading in, const vv_group *g, vv_error *err)
{
	vv_cell *cells = in.cells;
	size_t stride = in.stride, column = in.column;
	uint8_t head;

	if (column >= g->columns) {
		for (size_t r = 0; r < g->rows; r++) {
			set_cell(&cells[r * stride], NULL, 0, VV_CELL_ABSENT);
		}
		return VV_OK;
	}
	in.p = g->column[column];
	in.end = in.p + g->column_len[column];
	head = *in.p++;
	if (head >> 4 == GROUP_ALL_TEXT) {
		return read_values(&in, head & 15, err);
	}
	if (head >> 4 == GROUP_MIXED_STATES) {
		return read_mixed(&in, head & 15, g->rows, err);
	}
	if (head >> 4 != GROUP_ONE_STATE || left(&in) == 0 || *in.p == VV_CELL_TEXT ||
	    *in.p > VV_CELL_LITERAL) {
		return bad(&in, "the state of its cells is damaged", err);
	}
	in.state = *in.p++;
	if (has_text(in.state)) {
		return read_values(&in, head & 15, err);
	}
	for (size_t r = 0; r < g->rows; r++) {
		set_cell(&cells[r * stride], NULL, 0, in.state);
	}
	in.count = 0;
	return read_values(&in, head & 15, err);
}

vv_status vv_group_column(const vv_group *g, size_t column, vv_cell *cells, size_t stride,
			  vv_arena *arena, vv_error *err)
{
	reading in = {.cells = cells,
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
	reading in = {.cells = cells,
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

static vv_status pick_dict(reading *in, size_t row, vv_error *err)
{
	vv_cell value[GROUP_DICT_MAX + 1];
	const uint8_t *index;
	uint64_t count;
	vv_status rc;

	if ((rc = open_dict(in, value, &count, &index, err)) < 0) {
		return rc;
	}
	if (index[row] >= count) {
		return bad(in, "a row names a value that does not exist", err);
	}
	*in->cells = value[index[row]];
	return VV_OK;
}

static vv_status pick_number(reading *in, int encoding, size_t row, vv_error *err)
{
	numbers n;
	size_t at = row;
	vv_status rc;

	memset(&n, 0, offsetof(numbers, unit));
	n.encoding = encoding;
	if ((rc = open_numbers(in, &n, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; n.empty && i < row; i++) {
		at -= n.empty[i];
	}
	if (n.empty && n.empty[row]) {
		set_cell(in->cells, no_text, 0, in->state);
		return VV_OK;
	}
	for (size_t i = n.deltas ? 0 : at; i <= at; i++) {
		uint64_t unit = 0;
		for (unsigned j = 0; j < n.width; j++) {
			unit |= (uint64_t)n.planes[(size_t)j * n.count + i] << (8 * j);
		}
		n.value += n.deltas ? (uint64_t)group_unzigzag(unit) : unit;
	}
	char *out = vv_arena_alloc(in->arena, VV_SPELL_MAX);
	size_t len = out ? write_number(out, (int64_t)n.value, &n) : 0;
	if (len == 0) {
		return out ? bad(in, outside_years, err) : vv_fail_nomem(err);
	}
	set_cell(in->cells, out, len, in->state);
	return VV_OK;
}

/* What can only be found by reading the column: the column is read. */
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

vv_status vv_group_cell(const vv_group *g, size_t column, size_t row, vv_cell *cell,
			vv_arena *arena, vv_error *err)
{
	reading in = {.cells = cell,
		      .stride = 1,
		      .count = g->rows,
		      .state = VV_CELL_TEXT,
		      .arena = arena,
		      .column = column};
	int encoding;

	assert(row < g->rows);
	if (column >= g->columns) {
		set_cell(cell, NULL, 0, VV_CELL_ABSENT);
		return VV_OK;
	}
	in.p = g->column[column];
	in.end = in.p + g->column_len[column];
	encoding = *in.p & 15;
	if (*in.p++ >> 4 != GROUP_ALL_TEXT) {
		return pick_from_column(g, column, row, cell, arena, err);
	}
	switch (encoding) {
	case GROUP_CONST:
		in.count = 1;
		return read_const(&in, err);
	case GROUP_DICT:
		return pick_dict(&in, row, err);
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
	case GROUP_DATETIME:
		return pick_number(&in, encoding, row, err);
	default: /* cells of text are cheap: nothing is copied */
		return pick_from_column(g, column, row, cell, arena, err);
	}
}

vv_status vv_group_decode(const vv_group *g, vv_cell *cells, size_t columns, vv_arena *arena,
			  vv_error *err)
{
	vv_status rc;

	for (size_t c = 0; c < columns; c++) {
		if ((rc = vv_group_column(g, c, cells + c, columns, arena, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}
