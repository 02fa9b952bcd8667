/*
 * group_encode: chooses the encoding of a column, and writes it.
 *
 * The choice is part of the format: equal cells have equal bytes everywhere. A column is gathered
 * once into contiguous cells with the first eight bytes of each as an integer; nearly everything
 * afterwards compares, hashes or parses those integers and touches no text.
 */
#include "dataset/format/group.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/planes.h"
#include "repo/blocks/store.h"

/* Reads the column as what its first value looks like, and fills e->empty and
 * e->number; false when a value does not fit. Some value is not empty. */
static bool group_typed_read(vv_group_encoder *e, const group_values *c, group_typed *t);
static void group_typed_put(vv_group_encoder *e, const group_values *c, const group_typed *t);

vv_group_encoder *vv_group_encoder_new(void)
{
	return vv_calloc(1, sizeof(vv_group_encoder));
}

static void free_column(vv_group_encoder *e)
{
	vv_free_all(e->cell, e->key, e->state, e->index, e->fraction, e->empty, e->number, e->unit);
	e->cell = NULL;
	e->key = e->unit = NULL;
	e->state = e->index = e->fraction = e->empty = NULL;
	e->number = NULL;
	e->cap = 0;
}

void vv_group_encoder_free(vv_group_encoder *e)
{
	if (!e) return;
	free_column(e);
	vv_free(e->column_len);
	vv_buf_clear(&e->body);
	vv_free(e);
}

vv_status group_encoder_room(vv_group_encoder *e, size_t rows, size_t columns, vv_error *err)
{
	if (rows > e->cap) {
		size_t cap = rows + rows / 2;

		free_column(e);
		e->cell = vv_malloc(cap * sizeof *e->cell);
		e->key = vv_malloc(cap * sizeof *e->key);
		e->state = vv_malloc(cap);
		e->index = vv_malloc(cap);
		e->fraction = vv_malloc(cap);
		e->empty = vv_malloc(cap);
		e->number = vv_malloc(cap * sizeof *e->number);
		e->unit = vv_malloc(cap * sizeof *e->unit);
		if (!e->cell || !e->key || !e->state || !e->index || !e->fraction || !e->empty ||
		    !e->number || !e->unit) {
			free_column(e);
			return vv_fail_nomem(err);
		}
		e->cap = cap;
	}
	return vv_array_room_for(e->column_len, 0, e->column_cap, columns) ? VV_OK
									   : vv_fail_nomem(err);
}

/* Moves the values to the front where some cells have none, and notes the states. */
static void drop_textless(vv_group_encoder *e, group_values *c)
{
	size_t n = 0;

	for (size_t r = 0; r < c->rows; r++) {
		e->state[r] = e->cell[r].state;
		e->cell[n] = e->cell[r];
		e->key[n] = e->key[r];
		n += group_has_text(e->state[r]);
	}
	c->count = n;
}

/* Sums over the values, which are all there. */
static void sum_up(const vv_group_encoder *e, group_values *c)
{
	const vv_cell *cell = e->cell;
	uint64_t differ = 0, bytes = 0, first = e->key[0];
	uint32_t least = UINT32_MAX, most = 0;

	for (size_t i = 0; i < c->count; i++) {
		uint32_t len = cell[i].len;

		differ |= e->key[i] ^ first;
		least = len < least ? len : least;
		most = len > most ? len : most;
		bytes += len;
	}
	c->min_len = c->count ? least : 0;
	c->max_len = most;
	c->bytes = bytes;
	c->equal = differ == 0 && c->min_len == most;
}

/* spell_key; without a branch by length where more bytes than the text's can be read. */
static inline uint64_t key_of(const vv_group_encoder *e, const vv_cell *cell)
{
	if ((uintptr_t)cell->text - e->bytes >= e->bytes_len) {
		return spell_key(cell->text, cell->len);
	}
	return spell_get8(cell->text) & spell_first[cell->len < 8 ? cell->len : 8];
}

#define GATHER_AHEAD 12u

void group_gather(vv_group_encoder *e, group_values *c, const vv_cell *cells, size_t rows,
		  size_t stride)
{
	vv_cell *restrict out = e->cell;
	uint64_t *restrict key = e->key;
	unsigned states = 0;

	for (size_t r = 0; r < rows; r++, cells += stride) {
		if (r + GATHER_AHEAD < rows) { /* a cell a line of the cache */
			__builtin_prefetch(cells + GATHER_AHEAD * stride);
		}
		out[r] = *cells;
		key[r] = key_of(e, cells);
		states |= 1u << (cells->state & 3);
	}
	c->rows = c->count = rows;
	c->states = states;
	if (states & (1u << VV_CELL_ABSENT | 1u << VV_CELL_NULL) || (states & (states - 1))) {
		drop_textless(e, c);
	}
	sum_up(e, c);
}

static bool all_equal(const vv_group_encoder *e, const group_values *c)
{
	return c->equal && (c->max_len <= 8 || !vv_array_find(e->cell, c->count, it,
							      !group_same_text(it, &e->cell[0])));
}

/* Fills e->dict and e->index, and returns the size of the encoding; SIZE_MAX as soon as there are
 * too many values, or the size reaches `best` bytes. */
static size_t build_dict(vv_group_encoder *e, const group_values *c, size_t best)
{
	group_dict *d = &e->dict;
	size_t size = 1 + c->count; /* number of values, indexes; then lengths and texts */

	memset(d->slot, 0, sizeof d->slot);
	d->count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];
		uint64_t key = e->key[i];
		uint32_t at = group_text_hash(cell, key);
		size_t k = d->slot[at];

		while (k != 0 &&
		       !(d->key[k - 1] == key && group_same_text(&d->value[k - 1], cell))) {
			at = (at + 1) % GROUP_SLOTS;
			k = d->slot[at];
		}
		if (k == 0) {
			if (d->count == GROUP_DICT_MAX || d->count >= GROUP_DICT_START + i / 2) {
				return SIZE_MAX;
			}
			d->value[d->count] = *cell;
			d->key[d->count] = key;
			k = ++d->count;
			d->slot[at] = (uint8_t)k;
			size += vv_varint_len(cell->len) + cell->len +
				(k == 128); /* the number gets longer */
			if (size >= best) return SIZE_MAX;
		}
		e->index[i] = (uint8_t)(k - 1);
	}
	return size;
}

/* Appends a text; out has room for 8 bytes after it. */
static char *put_text(char *out, const vv_cell *cell, uint64_t key)
{
	if (cell->len <= 8) {
		spell_put8(out, key);
	} else {
		memcpy(out, cell->text, cell->len);
	}
	return out + cell->len;
}

static void put_const(vv_group_encoder *e, const group_values *c)
{
	vv_buf_put_varint(&e->body, c->count ? e->cell[0].len : 0);
	if (c->count) {
		vv_buf_put(&e->body, e->cell[0].text, e->cell[0].len);
	}
}

static void put_dict(vv_group_encoder *e, const group_values *c)
{
	const group_dict *d = &e->dict;

	vv_buf_put_varint(&e->body, d->count);
	for (size_t k = 0; k < d->count; k++) {
		vv_buf_put_varint(&e->body, d->value[k].len);
	}
	for (size_t k = 0; k < d->count; k++) {
		vv_buf_put(&e->body, d->value[k].text, d->value[k].len);
	}
	vv_buf_put(&e->body, e->index, c->count);
}

size_t group_text_size(const vv_group_encoder *e, const group_values *c)
{
	uint32_t span = c->max_len - c->min_len;
	size_t size = 1 + (size_t)c->bytes;

	if (span == 0) return size + vv_varint_len(c->max_len);
	if (c->max_len <= 255) return size + c->count;
	for (size_t i = 0; i < c->count; i++) {
		size += vv_varint_len(e->cell[i].len);
	}
	return size;
}

static void put_text_column(vv_group_encoder *e, const group_values *c)
{
	uint32_t span = c->max_len - c->min_len;
	vv_buf *b = &e->body;

	if (span == 0) {
		vv_buf_putc(b, GROUP_LEN_EQUAL);
		vv_buf_put_varint(b, c->max_len);
	} else if (c->max_len <= 255) {
		vv_buf_putc(b, GROUP_LEN_BYTES);
		for (size_t i = 0; i < c->count; i++) {
			e->index[i] = (uint8_t)e->cell[i].len;
		}
		vv_buf_put(b, e->index, c->count);
	} else {
		vv_buf_putc(b, GROUP_LEN_VARINTS);
		for (size_t i = 0; i < c->count; i++) {
			vv_buf_put_varint(b, e->cell[i].len);
		}
	}
	if (!vv_buf_reserve(b, (size_t)c->bytes + 8)) return;
	char *out = b->data + b->len;
	for (size_t i = 0; i < c->count; i++) {
		out = put_text(out, &e->cell[i], e->key[i]);
	}
	b->len = (size_t)(out - b->data);
}

static void put_states(vv_group_encoder *e, const group_values *c)
{
	vv_buf *b = &e->body;

	if (!vv_buf_reserve(b, c->rows / 4 + 1)) return;
	for (size_t r = 0; r < c->rows; r += 4) {
		unsigned byte = 0;

		for (size_t j = r; j < c->rows && j < r + 4; j++) {
			byte |= (unsigned)e->state[j] << (2 * (j - r));
		}
		b->data[b->len++] = (char)byte;
	}
}

/* The column's first byte and its states. */
static void put_head(vv_group_encoder *e, const group_values *c, int encoding)
{
	if (c->states == 1u << VV_CELL_TEXT) {
		vv_buf_putc(&e->body, encoding | GROUP_ALL_TEXT << 4);
	} else if ((c->states & (c->states - 1)) == 0) {
		vv_buf_putc(&e->body, encoding | GROUP_ONE_STATE << 4);
		vv_buf_putc(&e->body, __builtin_ctz(c->states));
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

/* Reports the least and the greatest integer: a type that fits both (a year, for example) fits all
 * between. */
static void tell_extremes(const vv_group_encoder *e, const group_values *c, const told *to)
{
	vv_cell ends[2] = {e->cell[0], e->cell[0]};
	int64_t least = INT64_MAX, most = INT64_MIN;
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (e->empty[i]) {
			continue;
		}
		if (e->number[m] <= least) {
			least = e->number[m];
			ends[0] = e->cell[i];
		}
		if (e->number[m] >= most) {
			most = e->number[m];
			ends[1] = e->cell[i];
		}
		m++;
	}
	to->fn(to->payload, to->column, ends, 2, false);
}

/* One value with all the digits that the column has after the point. */
static void tell_longest_fraction(const vv_group_encoder *e, const group_values *c, const told *to,
				  unsigned scale)
{
	for (size_t i = 0; i < c->count; i++) {
		if (spell_fraction(e->cell[i].text, e->cell[i].len, e->key[i]) == (int)scale) {
			to->fn(to->payload, to->column, &e->cell[i], 1, false);
			return;
		}
	}
}

/* Reports enough values to determine the same type as all of them would; empty ones only if they
 * come along. */
static void report_values(const vv_group_encoder *e, const group_values *c, const told *to,
			  int encoding, const group_typed *t)
{
	const unsigned both = 1u << VV_CELL_TEXT | 1u << VV_CELL_LITERAL;
	size_t first = 0;

	if (!to->fn || c->count == 0) return;
	if ((c->states & both) == both || encoding == GROUP_TEXT) {
		to->fn(to->payload, to->column, e->cell, c->count, true);
	} else if (encoding == GROUP_CONST) {
		to->fn(to->payload, to->column, e->cell, 1, true);
	} else if (encoding == GROUP_DICT) {
		to->fn(to->payload, to->column, e->dict.value, e->dict.count, true);
	} else if (encoding == GROUP_INTEGER) {
		tell_extremes(e, c, to);
	} else if (encoding == GROUP_DECIMAL && t->scale == 3) {
		/* 1.234 may be a thousand and more, unless another value shows the contrary */
		to->fn(to->payload, to->column, e->cell, c->count, true);
	} else if (encoding == GROUP_DECIMAL) {
		tell_longest_fraction(e, c, to, t->scale);
	} else {
		while (e->empty[first]) {
			first++;
		}
		to->fn(to->payload, to->column, &e->cell[first], 1, false);
	}
}

/* group_proof.c applies the same rules to check this choice: change both together. */
int group_choose(vv_group_encoder *e, const group_values *c, group_typed *t)
{
	int encoding = GROUP_TEXT;

	if (all_equal(e, c)) return GROUP_CONST;
	size_t best = group_text_size(e, c);
	if (group_typed_read(e, c, t) && t->size <= best) {
		encoding = t->encoding;
		best = t->size;
	}
	/* a dictionary takes a byte a value, two lengths, their number and some text */
	return best > c->count + 4 && build_dict(e, c, best) < best ? GROUP_DICT : encoding;
}

void vv_group_encoder_find(vv_group_encoder *e, vv_facts *out)
{
	e->facts = out;
}

void vv_group_encoder_within(vv_group_encoder *e, const char *bytes, size_t len)
{
	e->bytes = (uintptr_t)bytes;
	e->bytes_len = len > 7 ? len - 7 : 0;
}

bool group_find_bounds(vv_fact *f, const group_typed *t)
{
	const int64_t ends[2] = {t->least, t->most};
	char text[2][VV_SPELL_MAX];
	vv_cell cells[2] = {{.state = VV_CELL_TEXT}, {.state = VV_CELL_TEXT}};

	if (t->encoding == GROUP_INTEGER || t->encoding == GROUP_DECIMAL) {
		return vv_fact_add_numbers(f, t->least, t->most, t->scale);
	}
	for (int i = 0; i < 2; i++) {
		cells[i].text = text[i];
		cells[i].len = 10;
		if (t->encoding == GROUP_DATETIME) {
			cells[i].len = (uint32_t)spell_write_datetime(
				text[i], ends[i], (t->form & GROUP_SPACE) != 0,
				(t->form & GROUP_ZULU) != 0, t->scale);
		} else if (!spell_write_date(text[i], ends[i])) {
			return false;
		}
	}
	return cells[0].len > 0 && cells[1].len > 0 && vv_fact_add(f, cells, 2, 1) == 0;
}

void group_find_values(vv_fact *f, const vv_cell *values, size_t count, bool some)
{
	size_t missing = vv_fact_add(f, values, count, 1);

	if (missing == count) {
		f->missing = VV_MISSING_ALL;
	} else if (some || missing > 0) {
		f->missing = VV_MISSING_SOME;
	} else {
		f->missing = VV_MISSING_NONE;
	}
}

static void find_fact(const vv_group_encoder *e, const group_values *c, int encoding,
		      const group_typed *t, vv_fact *f)
{
	const vv_cell *values = e->cell;
	size_t count = c->count;
	bool some = c->count < c->rows;

	if (encoding > GROUP_TEXT && group_find_bounds(f, t)) {
		f->missing = some || t->count < c->count ? VV_MISSING_SOME : VV_MISSING_NONE;
		return;
	}
	if (encoding == GROUP_CONST) {
		count = count > 0 ? 1 : 0;
	} else if (encoding == GROUP_DICT) {
		values = e->dict.value;
		count = e->dict.count;
	}
	group_find_values(f, values, count, some);
}

static void encode_column(vv_group_encoder *e, const group_values *c, const told *to)
{
	group_typed t = {0};
	int encoding = group_choose(e, c, &t);

	report_values(e, c, to, encoding, &t);
	if (e->facts) {
		find_fact(e, c, encoding, &t, &e->facts->columns[to->column]);
	}
	put_head(e, c, encoding);
	if (encoding == GROUP_CONST) {
		put_const(e, c);
	} else if (encoding == GROUP_DICT) {
		put_dict(e, c);
	} else if (encoding == GROUP_TEXT) {
		put_text_column(e, c);
	} else {
		group_typed_put(e, c, &t);
	}
}

const vv_buf *group_encode_cells(vv_group_encoder *e, const vv_cell *cells, size_t rows,
				 size_t column)
{
	const told nobody = {NULL, NULL, column};
	group_values c;

	vv_buf_reset(&e->body);
	group_gather(e, &c, cells, rows, 1);
	encode_column(e, &c, &nobody);
	return &e->body;
}

static bool all_absent(const vv_cell *cells, size_t rows, size_t stride)
{
	return vv_find_place(r, rows, cells[r * stride].state != VV_CELL_ABSENT) == rows;
}

vv_status vv_group_encode(vv_group_encoder *e, vv_buf *out, const vv_cell *cells, size_t rows,
			  size_t columns, size_t stride, vv_group_values_fn fn, void *payload,
			  vv_error *err)
{
	told to = {fn, payload, 0};
	vv_status rc;

	while (columns > 0 && all_absent(cells + columns - 1, rows, stride)) {
		columns--;
	}
	if (rows == 0 || rows > VV_GROUP_CELLS_MAX || columns > VV_COLUMNS_MAX ||
	    (rows > 1 && rows * columns > VV_GROUP_CELLS_MAX)) {
		return vv_fail(err, VV_EREFUSED,
			       "%zu rows of %zu columns are too many for one row "
			       "group",
			       rows, columns);
	}
	if ((rc = group_encoder_room(e, rows, columns, err)) < 0 ||
	    (e->facts && (rc = vv_facts_begin(e->facts, columns, err)) < 0)) {
		return rc;
	}
	vv_buf_reset(&e->body);
	for (size_t i = 0; i < columns; i++) {
		size_t before = e->body.len;
		group_values c;

		to.column = i;
		group_gather(e, &c, cells + i, rows, stride);
		encode_column(e, &c, &to);
		e->column_len[i] = e->body.len - before;
		if (e->body.len > VV_BLOCK_MAX) {
			break;
		}
	}
	if ((rc = vv_buf_ok(&e->body, err)) < 0) return rc;
	if (e->body.len > VV_BLOCK_MAX - VV_GROUP_MAGIC_LEN - 8 - 4 * columns) {
		return vv_fail(err, VV_EREFUSED,
			       "a row group of %zu rows is larger than a block's limit of %u bytes",
			       rows, VV_BLOCK_MAX);
	}
	if (e->facts) {
		vv_facts_end(e->facts);
	}
	vv_buf_set(out, VV_GROUP_MAGIC, VV_GROUP_MAGIC_LEN);
	vv_buf_put_varint(out, rows);
	vv_buf_put_varint(out, columns);
	for (size_t i = 0; i < columns; i++) {
		vv_buf_put_varint(out, e->column_len[i]);
	}
	vv_buf_put(out, e->body.data, e->body.len);
	return vv_buf_ok(out, err);
}

/*
 * Finds columns whose texts are all numbers or dates.
 *
 * Only spellings that writing reproduces exactly count, so that the text is kept whatever its type
 * in the schema. Reading stops at the first value that does not fit: a column of names costs one
 * test.
 */

static inline bool read_one(int64_t *out, const vv_cell *cell, uint64_t key, int encoding,
			    const group_typed *t)
{
	switch (encoding) {
	case GROUP_INTEGER:
		return spell_read_integer(out, cell->text, cell->len, key);
	case GROUP_DATE:
		return spell_read_date(out, cell->text, cell->len, key);
	default:
		return spell_read_datetime(out, cell->text, cell->len, key,
					   (t->form & GROUP_SPACE) != 0,
					   (t->form & GROUP_ZULU) != 0, t->scale);
	}
}

/* All values but decimals; inlined once for each encoding. */
static inline bool read_all(vv_group_encoder *e, const group_values *c, int encoding,
			    group_typed *t, group_spread *s)
{
	int64_t *out = e->number;
	group_spread sum = *s;
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];
		int64_t v;

		e->empty[i] = cell->len == 0;
		if (cell->len == 0) {
			continue;
		}
		if (!read_one(&v, cell, e->key[i], encoding, t)) return false;
		out[m++] = v;
		group_spread_note(&sum, v);
	}
	t->count = m;
	*s = sum;
	return true;
}

/* The form and scale of what may be a datetime. */
static bool datetime_form(const vv_cell *cell, group_typed *t)
{
	size_t end = cell->len;

	if (end < 19) return false;
	t->form = cell->text[10] == ' ' ? GROUP_SPACE : 0;
	if (cell->text[end - 1] == 'Z') {
		t->form |= GROUP_ZULU;
		end--;
	}
	t->scale = end > 20 ? (unsigned)(end - 20) : 0;
	return end != 20 && end <= 20 + SPELL_PARTS_MAX;
}

/* Common properties of a column's decimals. */
typedef struct decimals {
	int least, most; /* digits after the point; -1: no point */
	bool trimmed;    /* no fraction ends in a zero */
	bool one;        /* none but .0 does */
} decimals;

/* Notes one value's fraction; false when no form is left that fits all so far. */
static inline bool note_fraction(decimals *d, const vv_cell *cell, int fraction)
{
	d->least = fraction < d->least ? fraction : d->least;
	d->most = fraction > d->most ? fraction : d->most;
	if (fraction > 0 && cell->text[cell->len - 1] == '0') {
		d->trimmed = false;
		d->one = d->one && fraction == 1;
	}
	return d->least == d->most || d->trimmed || (d->one && d->least > 0);
}

/* Numbers with their signs and in units of the scale. e->number has the digits,
 * e->fraction 1 + the fractions. */
static bool scale_decimals(vv_group_encoder *e, const group_values *c, const group_typed *t,
			   group_spread *s)
{
	group_spread sum = *s;
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		uint64_t u = (uint64_t)e->number[m];
		unsigned fraction = e->fraction[i] ? e->fraction[i] - 1u : 0;
		int64_t v;

		if (e->empty[i]) {
			continue;
		}
		if (__builtin_mul_overflow(u, spell_power[t->scale - fraction], &u) ||
		    !spell_signed(&v, u, (e->key[i] & 0xff) == '-')) {
			return false;
		}
		sum.last = m == 0 ? v : sum.last;
		e->number[m++] = v;
		group_spread_note(&sum, v);
	}
	*s = sum;
	return true;
}

static bool read_decimals(vv_group_encoder *e, const group_values *c, group_typed *t,
			  group_spread *s)
{
	decimals d = {99, -1, true, true};
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];
		uint64_t u;

		e->empty[i] = cell->len == 0;
		if (cell->len == 0) {
			continue;
		}
		int fraction = spell_fraction(cell->text, cell->len, e->key[i]);
		if (fraction == 0 || fraction > 18 || !note_fraction(&d, cell, fraction) ||
		    !spell_read_fraction(&u, cell->text, cell->len, e->key[i], fraction)) {
			return false;
		}
		e->fraction[i] = (uint8_t)(fraction + 1);
		e->number[m++] = (int64_t)u;
	}
	if (d.most < 1) return false;
	t->count = m;
	t->scale = (unsigned)d.most;
	if (d.least == d.most) {
		t->form = GROUP_FIXED;
	} else if (d.trimmed) {
		t->form = GROUP_TRIMMED;
	} else {
		t->form = GROUP_TRIMMED_ONE;
	}
	return scale_decimals(e, c, t, s);
}

bool group_read_numbers(vv_group_encoder *e, const group_values *c, group_typed *t, group_spread *s)
{
	const vv_cell *first = e->cell;
	const uint64_t *key = e->key;

	for (; first->len == 0; first++) {
		key++;
	}
	t->form = t->scale = 0;
	s->least = INT64_MAX;
	s->most = INT64_MIN;
	s->zigzags = 0;
	if ((unsigned)(*key & 0xff) - '0' > 9 && (*key & 0xff) != '-') return false;
	if (first->len >= 10 && spell_read_date(&s->last, first->text, 10, *key)) {
		t->encoding = first->len == 10 ? GROUP_DATE : GROUP_DATETIME;
		if (first->len == 10) return read_all(e, c, GROUP_DATE, t, s);
		return datetime_form(first, t) &&
		       spell_read_datetime(&s->last, first->text, first->len, *key,
					   (t->form & GROUP_SPACE) != 0,
					   (t->form & GROUP_ZULU) != 0, t->scale) &&
		       read_all(e, c, GROUP_DATETIME, t, s);
	}
	t->encoding = GROUP_INTEGER;
	if (spell_read_integer(&s->last, first->text, first->len, *key) &&
	    read_all(e, c, GROUP_INTEGER, t, s)) {
		return true;
	}
	t->encoding = GROUP_DECIMAL;
	return read_decimals(e, c, t, s);
}

/* Deltas must save two bits: bytes that they do not save they cost again when the
 * planes are compressed. */
static void choose_units(group_typed *t, const group_spread *s, int64_t first)
{
	uint64_t range = (uint64_t)s->most - (uint64_t)s->least;
	unsigned bits = group_bit_len(range), delta_bits = group_bit_len(s->zigzags);

	t->deltas = range <= INT64_MAX && delta_bits + 2 <= bits;
	t->width = ((t->deltas ? delta_bits : bits) + 7) / 8;
	if (t->deltas) {
		t->base = first;
	} else if (s->least >= 0 && (group_bit_len((uint64_t)s->most) + 7) / 8 == t->width) {
		t->base = 0; /* as wide, and a new least number does not move all others */
	} else {
		t->base = s->least;
	}
}

static void fill_units(vv_group_encoder *e, const group_typed *t)
{
	const int64_t *number = e->number;

	if (!t->deltas) {
		for (size_t i = 0; i < t->count; i++) {
			e->unit[i] = (uint64_t)number[i] - (uint64_t)t->base;
		}
		return;
	}
	e->unit[0] = 0;
	for (size_t i = 1; i < t->count; i++) {
		e->unit[i] = group_zigzag(number[i] - number[i - 1]);
	}
}

void group_typed_measure(group_typed *t, const group_spread *s, int64_t first, size_t values)
{
	choose_units(t, s, first);
	t->least = s->least;
	t->most = s->most;
	t->size = 2u + group_has_scale(t->encoding) + vv_varint_len(group_zigzag(t->base)) +
		  (t->count < values ? values : 0) + t->count * t->width;
}

static bool group_typed_read(vv_group_encoder *e, const group_values *c, group_typed *t)
{
	group_spread s;

	if (!group_read_numbers(e, c, t, &s)) return false;
	group_typed_measure(t, &s, e->number[0], c->count);
	return true;
}

static void group_typed_put(vv_group_encoder *e, const group_values *c, const group_typed *t)
{
	vv_buf *b = &e->body;
	bool empties = t->count < c->count;

	vv_buf_putc(b, (int)((empties ? GROUP_EMPTIES : 0u) | (t->deltas ? GROUP_DELTAS : 0u) |
			     t->form << GROUP_FORM_SHIFT));
	if (group_has_scale(t->encoding)) {
		vv_buf_putc(b, (int)t->scale);
	}
	vv_buf_putc(b, (int)t->width);
	vv_buf_put_varint(b, group_zigzag(t->base));
	if (empties) {
		vv_buf_put(b, e->empty, c->count);
	}
	if (!vv_buf_reserve(b, t->count * t->width)) return;
	fill_units(e, t);
	vv_planes_split((uint8_t *)b->data + b->len, e->unit, t->count, t->width);
	b->len += t->count * t->width;
}
