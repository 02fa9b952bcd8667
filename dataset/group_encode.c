/*
 * group_encode: knows which encoding a column gets, and how it is written.
 *
 * The choice is part of the format: equal cells give equal bytes everywhere. A
 * column is gathered once into contiguous cells with the first eight bytes of
 * each as an integer; nearly everything afterwards compares, hashes or parses
 * those integers and touches no text.
 */
#include "dataset/group.h"

#include <assert.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/group_internal.h"
#include "dataset/planes.h"
#include "dataset/spell_internal.h"
#include "repo/store.h"

#define SLOTS 1024u /* four times the distinct values, so that probes are short */

typedef struct dict {
	uint8_t slot[SLOTS]; /* 1 + number of the value, 0 free */
	vv_cell value[GROUP_DICT_MAX];
	uint64_t key[GROUP_DICT_MAX];
	size_t count;
} dict;

struct vv_group_encoder {
	/* one column, room for cap rows */
	size_t cap;
	vv_cell *cell;     /* those with text, in row order */
	uint64_t *key;     /* spell_key of each */
	uint8_t *state;    /* of every row */
	uint8_t *index;    /* dict: number of each value */
	uint8_t *empty;    /* typed: 1 where the value is empty */
	int64_t *number;   /* typed: those that are not empty */
	uint64_t *unit;    /* what goes into the planes */
	dict dict;

	vv_buf body;       /* columns, one behind the other */
	size_t *column_len;
	size_t column_cap;
};

/* What was seen while gathering a column. */
typedef struct column {
	size_t rows, count; /* all; those with text */
	unsigned states;    /* bit set */
	bool equal;         /* all keys and lengths are those of the first value */
	bool same_len;
	uint32_t max_len;
	uint64_t bytes;     /* sum of the lengths */
} column;

vv_group_encoder *vv_group_encoder_new(void)
{
	return vv_calloc(1, sizeof(vv_group_encoder));
}

static void free_column(vv_group_encoder *e)
{
	vv_free(e->cell);
	vv_free(e->key);
	vv_free(e->state);
	vv_free(e->index);
	vv_free(e->empty);
	vv_free(e->number);
	vv_free(e->unit);
	e->cell = NULL;
	e->key = e->unit = NULL;
	e->state = e->index = e->empty = NULL;
	e->number = NULL;
	e->cap = 0;
}

void vv_group_encoder_free(vv_group_encoder *e)
{
	if (!e)
		return;
	free_column(e);
	vv_free(e->column_len);
	vv_buf_clear(&e->body);
	vv_free(e);
}

static vv_status make_room(vv_group_encoder *e, size_t rows, size_t columns, vv_error *err)
{
	if (rows > e->cap) {
		size_t cap = rows + rows / 2;

		free_column(e);
		e->cell = vv_malloc(cap * sizeof *e->cell);
		e->key = vv_malloc(cap * sizeof *e->key);
		e->state = vv_malloc(cap);
		e->index = vv_malloc(cap);
		e->empty = vv_malloc(cap);
		e->number = vv_malloc(cap * sizeof *e->number);
		e->unit = vv_malloc(cap * sizeof *e->unit);
		if (!e->cell || !e->key || !e->state || !e->index || !e->empty || !e->number || !e->unit) {
			free_column(e);
			return vv_fail_nomem(err);
		}
		e->cap = cap;
	}
	if (columns > e->column_cap) {
		size_t *lens = vv_realloc_array(e->column_len, columns, sizeof *lens);

		if (!lens)
			return vv_fail_nomem(err);
		e->column_len = lens;
		e->column_cap = columns;
	}
	return VV_OK;
}

static bool has_text(unsigned state)
{
	return state == VV_CELL_TEXT || state == VV_CELL_LITERAL;
}

/* Collects a column's values and what can be told of them in passing. */
static column gather(vv_group_encoder *e, const vv_cell *cells, size_t rows, size_t stride)
{
	column c = {rows, 0, 0, true, true, 0, 0};
	uint64_t first_key = 0, differ = 0;
	uint32_t first_len = 0, lens = 0;
	size_t n = 0;

	for (size_t r = 0; r < rows; r++) {
		const vv_cell *cell = &cells[r * stride];
		uint64_t key;

		e->state[r] = cell->state;
		c.states |= 1u << cell->state;
		if (!has_text(cell->state))
			continue;
		key = spell_key(cell->text, cell->len);
		e->cell[n] = *cell;
		e->key[n] = key;
		if (n == 0) {
			first_key = key;
			first_len = cell->len;
		}
		differ |= key ^ first_key;
		lens |= cell->len ^ first_len;
		c.max_len = cell->len > c.max_len ? cell->len : c.max_len;
		c.bytes += cell->len;
		n++;
	}
	c.count = n;
	c.same_len = lens == 0;
	c.equal = lens == 0 && differ == 0;
	return c;
}

static bool same_text(const vv_cell *a, const vv_cell *b)
{
	return a->len == b->len && (a->len <= 8 || memcmp(a->text + 8, b->text + 8, a->len - 8) == 0);
}

static bool all_equal(const vv_group_encoder *e, const column *c)
{
	if (!c->equal)
		return false;
	for (size_t i = 1; c->max_len > 8 && i < c->count; i++) {
		if (!same_text(&e->cell[i], &e->cell[0]))
			return false;
	}
	return true;
}

static uint32_t hash_of(const vv_cell *cell, uint64_t key)
{
	uint64_t h = key ^ ((uint64_t)cell->len << 56);

	if (cell->len > 8) {
		uint64_t tail = spell_get8(cell->text + cell->len - 8);

		h ^= (tail << 29 | tail >> 35) * 0xc2b2ae3d27d4eb4fu;
	}
	return (uint32_t)((h * 0x9e3779b97f4a7c15u) >> 54);
}

/* Fills e->dict and e->index; false as soon as there are more than `most` values. */
static bool build_dict(vv_group_encoder *e, const column *c, size_t most)
{
	dict *d = &e->dict;

	memset(d->slot, 0, sizeof d->slot);
	d->count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];
		uint64_t key = e->key[i];
		uint32_t at = hash_of(cell, key);
		size_t k;

		for (;; at = (at + 1) % SLOTS) {
			if (d->slot[at] == 0) {
				if (d->count == most)
					return false;
				k = d->count++;
				d->slot[at] = (uint8_t)(k + 1);
				d->value[k] = *cell;
				d->key[k] = key;
				break;
			}
			k = d->slot[at] - 1u;
			if (d->key[k] == key && same_text(&d->value[k], cell))
				break;
		}
		e->index[i] = (uint8_t)k;
	}
	return true;
}

/* Appends a text; 8 bytes of room behind it are there. */
static char *put_text(char *out, const vv_cell *cell, uint64_t key)
{
	if (cell->len <= 8) {
		spell_put8(out, key);
	} else {
		memcpy(out, cell->text, cell->len);
	}
	return out + cell->len;
}

static void put_const(vv_group_encoder *e, const column *c)
{
	vv_buf_put_varint(&e->body, c->count ? e->cell[0].len : 0);
	if (c->count)
		vv_buf_put(&e->body, e->cell[0].text, e->cell[0].len);
}

static void put_dict(vv_group_encoder *e, const column *c)
{
	const dict *d = &e->dict;

	vv_buf_put_varint(&e->body, d->count);
	for (size_t k = 0; k < d->count; k++)
		vv_buf_put_varint(&e->body, d->value[k].len);
	for (size_t k = 0; k < d->count; k++)
		vv_buf_put(&e->body, d->value[k].text, d->value[k].len);
	vv_buf_put(&e->body, e->index, c->count);
}

static void put_text_column(vv_group_encoder *e, const column *c)
{
	vv_buf *b = &e->body;
	char *out;

	if (c->same_len) {
		vv_buf_putc(b, GROUP_LEN_EQUAL);
		vv_buf_put_varint(b, c->max_len);
	} else if (c->max_len <= 255) {
		vv_buf_putc(b, GROUP_LEN_BYTES);
		if (!vv_buf_reserve(b, c->count))
			return;
		for (size_t i = 0; i < c->count; i++)
			b->data[b->len++] = (char)(uint8_t)e->cell[i].len;
	} else {
		vv_buf_putc(b, GROUP_LEN_VARINTS);
		for (size_t i = 0; i < c->count; i++)
			vv_buf_put_varint(b, e->cell[i].len);
	}
	if (!vv_buf_reserve(b, (size_t)c->bytes + 8))
		return;
	out = b->data + b->len;
	for (size_t i = 0; i < c->count; i++)
		out = put_text(out, &e->cell[i], e->key[i]);
	b->len = (size_t)(out - b->data);
}

/* A typed column in the making. */
typedef struct typed {
	int encoding;     /* GROUP_INTEGER .. */
	unsigned form;    /* decimal */
	unsigned scale;
	size_t count;     /* numbers */
	size_t empties;
	bool deltas;
	unsigned width;
	int64_t base;
} typed;

static bool read_integers(vv_group_encoder *e, const column *c, typed *t)
{
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];

		e->empty[i] = cell->len == 0;
		if (cell->len != 0 && !spell_read_integer(&e->number[m++], cell->text, cell->len, e->key[i]))
			return false;
	}
	t->count = m;
	return true;
}

static bool read_dates(vv_group_encoder *e, const column *c, typed *t)
{
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];

		e->empty[i] = cell->len == 0;
		if (cell->len != 0 && !spell_read_date(&e->number[m++], cell->text, cell->len, e->key[i]))
			return false;
	}
	t->count = m;
	return true;
}

/* Which form the points and last digits of a column allow, and the scale. */
static bool find_form(vv_group_encoder *e, const column *c, typed *t)
{
	int least = 99, most = -1;
	bool trimmed = true, one = true;

	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];
		unsigned char first = (unsigned char)(e->key[i] & 0xff);
		int f;

		if (cell->len == 0)
			continue;
		if (cell->len > 21 || ((unsigned)(first - '0') > 9 && first != '-'))
			return false;
		f = spell_fraction(cell->text, cell->len, e->key[i]);
		e->index[i] = (uint8_t)(f + 1);
		least = f < least ? f : least;
		most = f > most ? f : most;
		if (f == 0 || f > 18)
			return false;
		if (f > 0 && cell->text[cell->len - 1] == '0') {
			trimmed = false;
			one = one && f == 1;
		}
		if (least != most && !trimmed && (!one || least < 0))
			return false;
	}
	if (most < 1)
		return false;
	t->scale = (unsigned)most;
	t->form = least == most ? GROUP_FIXED : trimmed ? GROUP_TRIMMED : GROUP_TRIMMED_ONE;
	return true;
}

static bool read_decimals(vv_group_encoder *e, const column *c, typed *t)
{
	size_t m = 0;

	if (!find_form(e, c, t))
		return false;
	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];

		e->empty[i] = cell->len == 0;
		if (cell->len != 0 && !spell_read_decimal(&e->number[m++], cell->text, cell->len, e->key[i],
							  (int)e->index[i] - 1, t->scale))
			return false;
	}
	t->count = m;
	return true;
}

/* Reads the column as what its first value looks like. */
static bool read_typed(vv_group_encoder *e, const column *c, typed *t)
{
	int64_t v;
	size_t i = 0;

	while (i < c->count && e->cell[i].len == 0)
		i++;
	assert(i < c->count);
	memset(t, 0, sizeof *t);
	if (spell_read_date(&v, e->cell[i].text, e->cell[i].len, e->key[i])) {
		t->encoding = GROUP_DATE;
		return read_dates(e, c, t);
	}
	t->encoding = GROUP_INTEGER;
	if (spell_read_integer(&v, e->cell[i].text, e->cell[i].len, e->key[i]) && read_integers(e, c, t))
		return true;
	t->encoding = GROUP_DECIMAL;
	return read_decimals(e, c, t);
}

/* Chooses between plain numbers and deltas, and fills e->unit; false when neither
 * stays below the bytes of the text. */
static bool choose_units(vv_group_encoder *e, const column *c, typed *t)
{
	int64_t least = e->number[0], most = least, step;
	uint64_t range, zigzags = 0;
	bool fits = true;

	for (size_t i = 1; i < t->count; i++) {
		least = e->number[i] < least ? e->number[i] : least;
		most = e->number[i] > most ? e->number[i] : most;
	}
	range = (uint64_t)most - (uint64_t)least;
	if (range > INT64_MAX)
		fits = false;
	e->unit[0] = 0;
	for (size_t i = 1; fits && i < t->count; i++) {
		step = e->number[i] - e->number[i - 1];
		e->unit[i] = group_zigzag(step);
		zigzags |= e->unit[i];
	}
	t->deltas = fits && group_width(zigzags) < group_width(range);
	t->width = group_width(t->deltas ? zigzags : range);
	t->base = t->deltas ? e->number[0] : least;
	if (t->width * t->count > c->bytes)
		return false;
	for (size_t i = 0; !t->deltas && i < t->count; i++)
		e->unit[i] = (uint64_t)e->number[i] - (uint64_t)least;
	return true;
}

/* Bits in row order, the first in the lowest place of byte 0. */
static void put_bits(vv_buf *b, const uint8_t *flag, size_t count)
{
	if (!vv_buf_reserve(b, count / 8 + 1))
		return;
	for (size_t i = 0; i < count; i += 8) {
		unsigned byte = 0;

		for (size_t j = i; j < count && j < i + 8; j++)
			byte |= (unsigned)flag[j] << (j - i);
		b->data[b->len++] = (char)byte;
	}
}

static void put_typed(vv_group_encoder *e, const column *c, const typed *t)
{
	vv_buf *b = &e->body;
	bool empties = t->count < c->count;

	vv_buf_putc(b, (int)((empties ? GROUP_EMPTIES : 0u) | (t->deltas ? GROUP_DELTAS : 0u) |
			     t->form << GROUP_FORM_SHIFT));
	if (t->encoding == GROUP_DECIMAL)
		vv_buf_putc(b, (int)t->scale);
	vv_buf_putc(b, (int)t->width);
	vv_buf_put_varint(b, group_zigzag(t->base));
	if (empties)
		put_bits(b, e->empty, c->count);
	if (!vv_buf_reserve(b, t->count * t->width))
		return;
	vv_planes_split((uint8_t *)b->data + b->len, e->unit, t->count, t->width);
	b->len += t->count * t->width;
}

static void put_states(vv_group_encoder *e, const column *c)
{
	vv_buf *b = &e->body;

	if (!vv_buf_reserve(b, c->rows / 4 + 1))
		return;
	for (size_t r = 0; r < c->rows; r += 4) {
		unsigned byte = 0;

		for (size_t j = r; j < c->rows && j < r + 4; j++)
			byte |= (unsigned)e->state[j] << (2 * (j - r));
		b->data[b->len++] = (char)byte;
	}
}

/* The column's first byte and its states. */
static void put_head(vv_group_encoder *e, const column *c, int encoding)
{
	if (c->states == 1u << VV_CELL_TEXT) {
		vv_buf_putc(&e->body, encoding | GROUP_ALL_TEXT << 4);
	} else if ((c->states & (c->states - 1)) == 0) {
		vv_buf_putc(&e->body, encoding | GROUP_ONE_STATE << 4);
		vv_buf_putc(&e->body, e->state[0]);
	} else {
		vv_buf_putc(&e->body, encoding | GROUP_MIXED_STATES << 4);
		put_states(e, c);
	}
}

typedef struct told {
	vv_group_values_fn fn;
	void *payload;
	size_t column;
} told;

/* Tells of enough values that the type of all of them follows: the distinct ones;
 * of numbers and dates, which all infer alike, any one. Where strings and
 * literals are mixed nothing is left out. */
static void tell(const vv_group_encoder *e, const column *c, const told *to, int encoding)
{
	const vv_cell *cells = e->cell;
	size_t count = c->count;
	unsigned both = 1u << VV_CELL_TEXT | 1u << VV_CELL_LITERAL;

	if (!to->fn || count == 0)
		return;
	if ((c->states & both) != both) {
		if (encoding == GROUP_CONST) {
			count = 1;
		} else if (encoding == GROUP_DICT) {
			cells = e->dict.value;
			count = e->dict.count;
		} else if (encoding != GROUP_TEXT) {
			while (cells->len == 0)
				cells++;
			count = 1;
		}
	}
	to->fn(to->payload, to->column, cells, count);
}

static void encode_column(vv_group_encoder *e, const column *c, const told *to)
{
	typed t;
	int encoding = GROUP_TEXT;
	size_t most = c->count / 4 < GROUP_DICT_MAX ? c->count / 4 : GROUP_DICT_MAX;

	if (all_equal(e, c)) {
		encoding = GROUP_CONST;
	} else if (most >= 2 && build_dict(e, c, most)) {
		encoding = GROUP_DICT;
	} else if (read_typed(e, c, &t) && choose_units(e, c, &t)) {
		encoding = t.encoding;
	}
	tell(e, c, to, encoding);
	put_head(e, c, encoding);
	if (encoding == GROUP_CONST) {
		put_const(e, c);
	} else if (encoding == GROUP_DICT) {
		put_dict(e, c);
	} else if (encoding == GROUP_TEXT) {
		put_text_column(e, c);
	} else {
		put_typed(e, c, &t);
	}
}

static bool all_absent(const vv_cell *cells, size_t rows, size_t stride)
{
	for (size_t r = 0; r < rows; r++) {
		if (cells[r * stride].state != VV_CELL_ABSENT)
			return false;
	}
	return true;
}

vv_status vv_group_encode(vv_group_encoder *e, vv_buf *out, const vv_cell *cells, size_t rows, size_t columns,
			  size_t stride, vv_group_values_fn fn, void *payload, vv_error *err)
{
	told to = {fn, payload, 0};
	vv_status rc;

	while (columns > 0 && all_absent(cells + columns - 1, rows, stride))
		columns--;
	if (rows == 0 || rows > VV_GROUP_CELLS_MAX || columns > VV_COLUMNS_MAX ||
	    (rows > 1 && rows * columns > VV_GROUP_CELLS_MAX))
		return vv_fail(err, VV_EREFUSED, "a row group cannot hold %zu rows of %zu columns", rows, columns);
	if ((rc = make_room(e, rows, columns, err)) < 0)
		return rc;
	vv_buf_reset(&e->body);
	for (size_t i = 0; i < columns; i++) {
		size_t before = e->body.len;
		column c = gather(e, cells + i, rows, stride);

		to.column = i;
		encode_column(e, &c, &to);
		e->column_len[i] = e->body.len - before;
		if (e->body.len > VV_BLOCK_MAX)
			break;
	}
	if ((rc = vv_buf_ok(&e->body, err)) < 0)
		return rc;
	if (e->body.len > VV_BLOCK_MAX - VV_GROUP_MAGIC_LEN - 8 - 4 * columns)
		return vv_fail(err, VV_EREFUSED, "a row group of %zu rows takes more than a block's %u bytes", rows,
			       VV_BLOCK_MAX);
	vv_buf_reset(out);
	vv_buf_put(out, VV_GROUP_MAGIC, VV_GROUP_MAGIC_LEN);
	vv_buf_put_varint(out, rows);
	vv_buf_put_varint(out, columns);
	for (size_t i = 0; i < columns; i++)
		vv_buf_put_varint(out, e->column_len[i]);
	vv_buf_put(out, e->body.data, e->body.len);
	return vv_buf_ok(out, err);
}
