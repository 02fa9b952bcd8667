/*
 * group_proof: checks every condition under which lines need not be read back.
 */
#include "dataset/format/group_proof.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/group_lines.h"

/* group_canonical: for each encoding the checks that remain once a column decodes. The encoding is known
 * to mean these cells; its choice may be wrong, and choices inside it: a dictionary's order, the form and
 * the base of numbers. Rare cases (states other than text, datetimes) are encoded and compared.
 */

/* A column, all of whose cells are texts; p after its first byte. */
typedef struct look {
	vv_group_encoder *e;
	const uint8_t *p, *end;
	size_t rows, column;
	vv_fact *fact; /* NULL: not wanted */
	vv_arena *arena;
} look;

/* The column's bytes are those of this body. */
static bool is_body(const look *l, size_t len)
{
	return (size_t)(l->end - l->p) == len;
}

static void note_values(const look *l, const vv_cell *values, size_t count)
{
	if (l->fact) {
		group_find_values(l->fact, values, count, false);
	}
}

/* --- by encoding ------------------------------------------------------------ */

static vv_status read_cells(vv_cell **cells, const vv_group *g, size_t column, vv_arena *arena,
			    vv_error *err)
{
	*cells = vv_arena_alloc(arena, g->rows * sizeof(**cells));
	return *cells ? vv_group_column(g, column, *cells, 1, arena, err) : vv_fail_nomem(err);
}

static vv_status is_what_cells_give(look *l, const vv_group *g, bool *is, vv_error *err)
{
	vv_cell *cells;
	vv_status rc = read_cells(&cells, g, l->column, l->arena, err);

	if (rc < 0) return rc;
	const vv_buf *made = group_encode_cells(l->e, cells, g->rows, l->column);
	*is = vv_buf_ok(made, NULL) == VV_OK && made->len == g->column_len[l->column] &&
	      memcmp(made->data, g->column[l->column], made->len) == 0;
	return vv_buf_ok(made, err);
}

/* --- one value --------------------------------------------------------------- */

/* A length in more bytes than it needs is none. */
static bool const_is_canonical(const look *l)
{
	const uint8_t *p = l->p;
	uint64_t len;

	if (!vv_varint_read(&p, l->end, &len) || len != (uint64_t)(l->end - p)) return false;
	const vv_cell value = {
		.text = (const char *)p, .len = (uint32_t)len, .state = VV_CELL_TEXT};
	note_values(l, &value, 1);
	return true;
}

/* --- numbers ----------------------------------------------------------------- */

/* A column of numbers or dates, with facts about their texts. */
typedef struct number_look {
	group_numbers in;
	int encoding;
	unsigned form;
	const int64_t *value; /* of the rows that are not empty */
	int least, most;      /* decimals: digits after the point; -1: no point */
	bool zero;            /* some fraction is a lone zero */
	unsigned digits;      /* most in one number */
	uint32_t min_len, max_len;
	uint64_t bytes;
} number_look;

/* Numbers of fewer digits are read back whatever their sign and scale; of longer ones there are some
 * that the encoder leaves to text. */
#define LONG_NUMBER 16u

static unsigned digits_of(uint64_t u)
{
	const unsigned bits = group_bit_len(u), least = bits * 1233 >> 12;

	if (u == 0) return 1;
	return bits == 64 ? 19 : least + (u >= spell_power[least]);
}

/* Digits after the point of a decimal that is written as the column's form has it; -1: no point. */
static int fraction_of(uint64_t u, unsigned form, unsigned scale)
{
	unsigned left = scale;

	if (form == GROUP_FIXED) return (int)scale;
	for (; left > 0 && u % 10 == 0; left--) {
		u /= 10;
	}
	if (left > 0) return (int)left;
	return form == GROUP_TRIMMED_ONE ? 1 : -1;
}

/* A number's text. spelling.h writes it. */
typedef struct number_text {
	uint32_t len;
	unsigned digits;
	int fraction;
} number_text;

static inline number_text text_of(int64_t v, int encoding, unsigned form, unsigned scale)
{
	const uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	const unsigned sign = v < 0, digits = digits_of(u);

	if (encoding == GROUP_DATE) return (number_text){10, 8, -1};
	if (encoding == GROUP_INTEGER) return (number_text){sign + digits, digits, -1};
	const unsigned before = digits > scale ? digits - scale : 1;
	const int fraction = fraction_of(u, form, scale);
	return (number_text){(uint32_t)((int)(sign + before) + 1 + fraction), before + scale,
			     fraction};
}

static void note_fraction(number_look *n, int64_t v, int fraction)
{
	const uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	n->least = fraction < n->least ? fraction : n->least;
	n->most = fraction > n->most ? fraction : n->most;
	n->zero |= fraction == 1 && u / spell_power[n->in.scale - 1] % 10 == 0;
}

/* Computes the spread of the numbers and the lengths of their texts. */
static void look_at_numbers(number_look *n, group_spread *s, size_t rows)
{
	n->min_len = n->in.count < rows ? 0 : UINT32_MAX;
	n->least = 99;
	n->most = -1;
	*s = (group_spread){.least = INT64_MAX, .most = INT64_MIN, .last = n->value[0]};
	for (size_t i = 0; i < n->in.count; i++) {
		const number_text text = text_of(n->value[i], n->encoding, n->form, n->in.scale);

		group_spread_note(s, n->value[i]);
		if (n->encoding == GROUP_DECIMAL) {
			note_fraction(n, n->value[i], text.fraction);
		}
		n->digits = text.digits > n->digits ? text.digits : n->digits;
		n->min_len = text.len < n->min_len ? text.len : n->min_len;
		n->max_len = text.len > n->max_len ? text.len : n->max_len;
		n->bytes += text.len;
	}
}

/* Are the texts read as these numbers, in this form and at this scale? */
static bool form_is_right(const number_look *n, const group_spread *s)
{
	if (n->encoding != GROUP_DECIMAL) {
		return n->form == 0 &&
		       (n->encoding != GROUP_DATE ||
			(s->least >= -SPELL_EPOCH && s->most < SPELL_DAYS - SPELL_EPOCH));
	}
	if (n->form == GROUP_FIXED) return true;
	return n->most == (int)n->in.scale && n->least < n->most &&
	       (n->form == GROUP_TRIMMED || n->zero);
}

/* Bytes that texts take. */
static size_t texts_size(uint32_t least, uint32_t most, uint64_t bytes, size_t rows)
{
	return (size_t)bytes + 1 + (least == most ? vv_varint_len(most) : rows);
}

/* The size of a dictionary of them; SIZE_MAX if the encoder would not make one. */
static size_t number_dict_size(look *l, const number_look *n, size_t best)
{
	group_dict *d = &l->e->dict;
	size_t size = 1 + l->rows, at = 0;
	bool empty_seen = false;

	memset(d->slot, 0, sizeof d->slot);
	d->count = 0;
	for (size_t i = 0; i < l->rows; i++) {
		const bool empty = n->in.empty && n->in.empty[i];
		const uint64_t v = empty ? 0 : (uint64_t)n->value[at++];
		size_t slot = (size_t)((v * 0x9e3779b97f4a7c15u) >> 54);

		if (empty && empty_seen) {
			continue;
		}
		while (!empty && d->slot[slot] != 0 && d->key[d->slot[slot] - 1] != v) {
			slot = (slot + 1) % GROUP_SLOTS;
		}
		if (!empty && d->slot[slot] != 0) {
			continue;
		}
		if (d->count == GROUP_DICT_MAX || d->count >= GROUP_DICT_START + i / 2) {
			return SIZE_MAX;
		}
		const uint32_t len =
			empty ? 0 : text_of((int64_t)v, n->encoding, n->form, n->in.scale).len;
		d->key[d->count++] = v;
		if (empty) {
			empty_seen = true;
		} else {
			d->slot[slot] = (uint8_t)d->count;
		}
		size += vv_varint_len(len) + len + (d->count == 128);
		if (size >= best) return SIZE_MAX;
	}
	return size;
}

/* Would the encoder choose this encoding of numbers, from the facts about them and their texts? */
static bool numbers_are_chosen(look *l, const number_look *n, const group_spread *s)
{
	group_typed t = {.encoding = n->encoding,
			 .form = n->form,
			 .scale = n->in.scale,
			 .count = n->in.count};
	const bool empties = n->in.count < l->rows;

	if (!empties && s->least == s->most) {
		return false; /* one value */
	}
	group_typed_measure(&t, s, n->value[0], l->rows);
	if (n->in.flags != ((empties ? GROUP_EMPTIES : 0u) | (t.deltas ? GROUP_DELTAS : 0u) |
			    n->form << GROUP_FORM_SHIFT) ||
	    n->in.width != t.width || n->in.base != (uint64_t)t.base || !is_body(l, t.size) ||
	    t.size > texts_size(n->min_len, n->max_len, n->bytes, l->rows)) {
		return false;
	}
	if (t.size > l->rows + 4 && number_dict_size(l, n, t.size) < t.size) return false;
	if (l->fact) {
		l->fact->missing = empties ? VV_MISSING_SOME : VV_MISSING_NONE;
	}
	return !l->fact || group_find_bounds(l->fact, &t);
}

static vv_status numbers_are_canonical(look *l, const vv_group *g, int encoding, bool *is,
				       vv_error *err)
{
	number_look n = {.encoding = encoding};
	group_spread s;

	if (!group_numbers_open(&n.in, l->p, l->end, l->rows, encoding)) return VV_OK;
	n.form = n.in.flags >> GROUP_FORM_SHIFT;
	if (n.in.count == 0 || (encoding == GROUP_DECIMAL && (n.in.scale == 0 || n.in.scale > 18 ||
							      n.form >= GROUP_DECIMAL_FORMS))) {
		return VV_OK;
	}
	uint64_t *value = group_numbers_join(&n.in, l->arena);
	if (!value) return vv_fail_nomem(err);
	n.value = (const int64_t *)(const void *)value;
	look_at_numbers(&n, &s, l->rows);
	if (n.digits >= LONG_NUMBER) return is_what_cells_give(l, g, is, err);
	*is = form_is_right(&n, &s) && numbers_are_chosen(l, &n, &s);
	return VV_OK;
}

/* --- few distinct values ----------------------------------------------------- */

/* Are the values, which are in e->cell and e->key, all different? */
static bool are_distinct(vv_group_encoder *e, size_t count)
{
	group_dict *d = &e->dict;

	memset(d->slot, 0, sizeof d->slot);
	for (size_t k = 0; k < count; k++) {
		uint32_t at = group_text_hash(&e->cell[k], e->key[k]);

		for (; d->slot[at] != 0; at = (at + 1) % GROUP_SLOTS) {
			const size_t other = d->slot[at] - 1u;

			if (e->key[other] == e->key[k] &&
			    group_same_text(&e->cell[other], &e->cell[k])) {
				return false;
			}
		}
		d->slot[at] = (uint8_t)(k + 1);
	}
	return true;
}

/* Do rows name the values in order, each soon enough for the encoder to continue? times[k]: rows that
 * name value k. */
static bool are_in_order(size_t *times, const uint8_t *index, size_t rows, size_t count)
{
	size_t seen = 0;

	memset(times, 0, count * sizeof(*times));
	for (size_t i = 0; i < rows; i++) {
		if (index[i] > seen || index[i] >= count) return false;
		if (index[i] == seen && seen++ >= GROUP_DICT_START + i / 2) return false;
		times[index[i]]++;
	}
	return seen == count;
}

/* The bytes that the rows take as numbers, where all values are; SIZE_MAX where some are not. */
static size_t dict_typed_size(look *l, const group_values *values, const uint8_t *index)
{
	int64_t number[GROUP_DICT_MAX];
	bool empty[GROUP_DICT_MAX];
	group_typed t = {0};
	size_t m = 0;
	group_spread s;

	if (!group_read_numbers(l->e, values, &t, &s)) return SIZE_MAX;
	for (size_t k = 0; k < values->count; k++) {
		empty[k] = l->e->empty[k];
		number[k] = empty[k] ? 0 : l->e->number[m++];
	}
	group_spread all = {.least = s.least, .most = s.most, .last = l->e->number[0]};
	t.count = 0;
	for (size_t i = 0; i < l->rows; i++) {
		if (!empty[index[i]]) {
			group_spread_note(&all, number[index[i]]);
			t.count++;
		}
	}
	group_typed_measure(&t, &all, l->e->number[0], l->rows);
	return t.size;
}

/* As group_choose finds it; all are texts, not all of them the same. */
static bool dict_is_chosen(look *l, const group_values *values, const size_t *times,
			   const uint8_t *index, size_t size)
{
	const vv_cell *cell = l->e->cell;
	size_t lens = 0, bytes = 0;

	for (size_t k = 0; k < values->count; k++) {
		bytes += times[k] * cell[k].len;
		lens += times[k] * vv_varint_len(cell[k].len);
	}
	size_t best = texts_size(values->min_len, values->max_len, bytes,
				 values->max_len <= 255 ? l->rows : lens);
	size_t typed = dict_typed_size(l, values, index);
	best = typed < best ? typed : best;
	return best > l->rows + 4 && size < best;
}

static vv_status dict_is_canonical(look *l, bool *is, vv_error *err)
{
	group_reading in = {.p = l->p,
			    .end = l->end,
			    .count = l->rows,
			    .state = VV_CELL_TEXT,
			    .arena = l->arena,
			    .column = l->column};
	vv_cell value[GROUP_DICT_MAX];
	size_t times[GROUP_DICT_MAX], size = l->rows;
	const uint8_t *index;
	group_values c;
	uint64_t count;
	vv_status rc;

	if ((rc = group_open_dict(&in, value, &count, &index, err)) < 0 ||
	    (rc = group_encoder_room(l->e, count, 0, err)) < 0) {
		return rc;
	}
	group_gather(l->e, &c, value, count, 1);
	note_values(l, value, count);
	size += vv_varint_len(count);
	for (size_t k = 0; k < count; k++) {
		size += vv_varint_len(value[k].len) + value[k].len;
	}
	*is = is_body(l, size) && are_distinct(l->e, count) &&
	      are_in_order(times, index, l->rows, count) &&
	      dict_is_chosen(l, &c, times, index, size);
	return VV_OK;
}

/* --- texts ------------------------------------------------------------------- */

static vv_status texts_are_canonical(look *l, const vv_group *g, bool *is, vv_error *err)
{
	group_typed t = {0};
	group_values c;
	vv_cell *cells;
	vv_status rc = read_cells(&cells, g, l->column, l->arena, err);

	if (rc < 0) return rc;
	group_gather(l->e, &c, cells, g->rows, 1);
	int form = GROUP_LEN_VARINTS;

	if (c.min_len == c.max_len) {
		form = GROUP_LEN_EQUAL;
	} else if (c.max_len <= 255) {
		form = GROUP_LEN_BYTES;
	}
	*is = *l->p == form && is_body(l, group_text_size(l->e, &c)) &&
	      group_choose(l->e, &c, &t) == GROUP_TEXT;
	note_values(l, cells, g->rows);
	return VV_OK;
}

static vv_status column_is_canonical(look *l, const vv_group *g, bool *is, vv_error *err)
{
	const uint8_t head = *l->p++;

	*is = false;
	switch (head) { /* the upper half, 0, means that all cells are texts */
	case GROUP_CONST:
		*is = const_is_canonical(l);
		return VV_OK;
	case GROUP_DICT:
		return dict_is_canonical(l, is, err);
	case GROUP_TEXT:
		return texts_are_canonical(l, g, is, err);
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
		return numbers_are_canonical(l, g, head, is, err);
	default:
		return is_what_cells_give(l, g, is, err);
	}
}

/* Absent cells only, which the encoder leaves out at the end. */
static bool is_absent(const vv_group *g, size_t column)
{
	return g->column[column][0] >> 4 == GROUP_ONE_STATE && g->column_len[column] > 1 &&
	       g->column[column][1] == VV_CELL_ABSENT;
}

/* Versions of a table have most columns in common. Those seen to be the one encoding of their cells are kept with their
 * facts, and the same bytes for as many rows need not be looked at again. */
#define SEEN_MAX (6u << 20) /* bytes of columns and facts */

typedef struct seen_column {
	const char *bytes;
	size_t len, rows;
	vv_fact fact;
} seen_column;

struct vv_seen_columns {
	vv_mutex *lock; /* of all */
	vv_hash_index index;
	seen_column *items;
	size_t count, cap, total;
	vv_arena bytes;
};

static void seen_reset(vv_seen_columns *s)
{
	vv_hash_index_reset(&s->index);
	vv_arena_reset(&s->bytes);
	s->count = s->total = 0;
}

/* Fills the column's fact where it was seen. */
static bool was_seen(vv_seen_columns *s, const look *l, size_t len, uint64_t hash)
{
	const seen_column *seen = vv_hash_find(s->items, &s->index, hash, c,
					       c->rows == l->rows && c->len == len &&
						       memcmp(c->bytes, l->p, len) == 0);

	if (seen) {
		*l->fact = seen->fact;
	}
	return seen != NULL;
}

/* Without room it is looked at again when it comes back. */
static void see_column(vv_seen_columns *s, const look *l, const uint8_t *column, size_t len,
		       uint64_t hash)
{
	seen_column c = {.len = len, .rows = l->rows, .fact = *l->fact};

	if (s->total + len + sizeof(c) > SEEN_MAX ||
	    !(c.bytes = vv_arena_strndup(&s->bytes, (const char *)column, len)) ||
	    !vv_array_room(s->items, s->count, s->cap) ||
	    !vv_hash_index_add(&s->index, hash, s->count)) {
		return;
	}
	s->items[s->count++] = c;
	s->total += len + sizeof(c);
}

/* With s NULL: nothing is kept. */
static vv_status look_at_column(vv_seen_columns *s, look *l, const vv_group *g, bool *is,
				vv_error *err)
{
	const uint8_t *column = l->p;
	const size_t len = g->column_len[l->column];
	const uint64_t hash = s ? vv_xxh3(column, len, vv_hash_seed()) : 0;
	vv_status rc;

	if (!s) return column_is_canonical(l, g, is, err);
	vv_mutex_lock(s->lock);
	bool seen = was_seen(s, l, len, hash);
	vv_mutex_unlock(s->lock);
	if (seen || (rc = column_is_canonical(l, g, is, err)) < 0 || !*is) {
		return seen ? VV_OK : rc;
	}
	vv_mutex_lock(s->lock);
	see_column(s, l, column, len, hash);
	vv_mutex_unlock(s->lock);
	return VV_OK;
}

/* vv_group_open saw to it that lengths are as short as can be. */
vv_status vv_group_is_canonical(vv_seen_columns *s, vv_group_encoder *e, const vv_group *g,
				vv_arena *arena, bool *is, vv_error *err)
{
	vv_status rc;

	static_assert(GROUP_ALL_TEXT == 0, "a column's first byte is its encoding alone");
	*is = false;
	if ((rc = group_encoder_room(e, g->rows, 0, err)) < 0 ||
	    (e->facts && (rc = vv_facts_begin(e->facts, g->columns, err)) < 0) ||
	    (g->columns > 0 && is_absent(g, g->columns - 1))) {
		return rc;
	}
	*is = true;
	for (size_t i = 0; i < g->columns && *is; i++) {
		look l = {.e = e,
			  .p = g->column[i],
			  .end = g->column[i] + g->column_len[i],
			  .rows = g->rows,
			  .column = i,
			  .fact = e->facts ? &e->facts->columns[i] : NULL,
			  .arena = arena};

		if ((rc = look_at_column(s, &l, g, is, err)) < 0) {
			*is = false;
			return rc;
		}
	}
	if (e->facts) {
		vv_facts_end(e->facts);
	}
	return VV_OK;
}

/* Groups whose lines have more bytes may be cut by their length, or have cells out of line. */
#define LINES_MAX (VV_CELLS_MAX - 2)

/* One thread's buffers. */
typedef struct scratch {
	vv_group_encoder *encoder; /* which finds: */
	vv_facts facts;
	vv_arena arena;
	vv_buf block, lines, item, found;
	vv_cell *cells;
	size_t cell_cap;
} scratch;

struct group_proofs {
	scratch *scratch; /* one a thread, and one for who waits */
	size_t count;
	bool again; /* not the first version: then others may follow, and columns are kept */
	vv_seen_columns seen;
};

group_proofs *group_proofs_new(void)
{
	group_proofs *p = vv_calloc(1, sizeof(*p));

	if (p && !(p->seen.lock = vv_mutex_new())) {
		vv_free(p);
		p = NULL;
	}
	return p;
}

static void clear_scratch(scratch *s)
{
	vv_group_encoder_free(s->encoder);
	vv_arena_clear(&s->arena);
	vv_buf_clear_all(&s->block, &s->lines, &s->item, &s->found);
	vv_facts_clear(&s->facts);
	vv_free(s->cells);
}

void group_proofs_free(group_proofs *p)
{
	for (size_t i = 0; p && i < p->count; i++) {
		clear_scratch(&p->scratch[i]);
	}
	if (p) {
		vv_mutex_free(p->seen.lock);
		vv_hash_index_clear(&p->seen.index);
		vv_arena_clear(&p->seen.bytes);
		vv_free_all(p->seen.items, p->scratch, p);
	}
}

vv_status group_proofs_begin(group_proofs *p, const vv_pool *pool, vv_error *err)
{
	const size_t count = vv_pool_threads(pool) + 1u;
	scratch *more;

	p->again = p->count > 0;
	if (p->seen.total > SEEN_MAX / 2) {
		seen_reset(&p->seen);
	}
	if (count <= p->count) return VV_OK;
	if (!(more = vv_realloc_array(p->scratch, count, sizeof(*more)))) return vv_fail_nomem(err);
	p->scratch = more;
	for (; p->count < count; p->count++) {
		more[p->count] = (scratch){.arena = VV_ARENA_INIT,
					   .block = VV_BUF_INIT,
					   .lines = VV_BUF_INIT,
					   .item = VV_BUF_INIT,
					   .found = VV_BUF_INIT};
	}
	return VV_OK;
}

static bool is_item(const vv_buf *made, const void *item, size_t len)
{
	return !made->failed && made->len == len && memcmp(made->data, item, len) == 0;
}

/* The items of a group that has neither irregular lines nor cells out of line. */
static bool read_items(scratch *s, const group_items *items, vv_cid *cid, uint64_t *rows,
		       uint64_t *bytes)
{
	size_t n;

	vv_cbor c = vv_cbor_of(items->data, items->data_len);
	if (vv_cbor_get_array(&c, &n, VV_IGNORED) < 0 || n != 2 ||
	    vv_cbor_get_link(&c, cid, VV_IGNORED) < 0 ||
	    vv_cbor_get_uint(&c, rows, VV_IGNORED) < 0) {
		return false;
	}
	vv_buf_reset(&s->item);
	vv_cbor_put_array(&s->item, 2);
	vv_cbor_put_link(&s->item, cid);
	vv_cbor_put_uint(&s->item, *rows);
	if (!is_item(&s->item, items->data, items->data_len)) return false;
	c = vv_cbor_of(items->layout, items->layout_len);
	if (vv_cbor_get_uint(&c, bytes, VV_IGNORED) < 0) return false;
	vv_buf_reset(&s->item);
	vv_cbor_put_uint(&s->item, *bytes);
	return is_item(&s->item, items->layout, items->layout_len);
}

/* Lines that are read as the cells that they were written from: whatever needs quotes has them, and a
 * quote inside is written twice. A row of two columns is never a blank line. */
static bool lines_tell_cells(const proof_setting *t)
{
	const vv_dialect *d = t->dialect;

	return vv_form_is_delimited(d->form) && d->quote != 0 && d->escape == 0 &&
	       t->columns >= 2 && vv_dialect_is_bare(d);
}

/* Opens the block as a group of so many rows with all columns, after comparing its CID with the
 * item's. */
static vv_status open_block(scratch *s, vv_group *g, const proof_setting *t, const vv_cid *cid,
			    uint64_t rows, vv_error *err)
{
	vv_cid is;
	vv_status rc;

	const bool hashed = t->source->hashed && vv_cid_set_has(t->source->hashed, cid);
	if ((rc = t->source->get(t->source->payload, cid, &s->block, err)) < 0 ||
	    (!hashed &&
	     (rc = vv_cid_of(&is, VV_CODEC_RAW, s->block.data, s->block.len, err)) < 0)) {
		return rc;
	}
	if (!hashed && !vv_cid_equal(&is, cid)) {
		return vv_fail(err, VV_ECORRUPT, "a block's content does not match its CID");
	}
	if (!vv_buf_reserve(&s->block, VV_GROUP_SLACK)) return vv_fail_nomem(err);
	if ((rc = vv_group_open(g, s->block.data, s->block.len, err)) < 0) return rc;
	return g->rows == rows && g->columns == t->columns
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT,
				 "a row group differs from its list in the "
				 "number of rows or columns");
}

/* *is: a cut comes after the last row, or the file's end, and nowhere before. By rows alone: too few bytes
 * for a cut by length. */
static vv_status is_cut(scratch *s, const vv_group *g, const vv_cut_params *cut, bool last,
			bool *is, vv_error *err)
{
	const size_t wide = cut->column_count > 0 ? cut->column_count : g->columns;
	vv_cut_params params = {.rows = cut->rows, .column_count = cut->column_count};
	vv_cut at;
	vv_status rc;

	*is = false;
	if (wide > g->columns) return VV_OK;
	if (cut->column_count > 0 &&
	    !(params.columns = vv_arena_alloc(&s->arena, wide * sizeof(*params.columns)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < wide; i++) {
		const size_t column = cut->column_count > 0 ? cut->columns[i] : i;

		if (cut->column_count > 0) {
			params.columns[i] = i;
		}
		if ((rc = vv_group_column(g, column, s->cells + i, wide, &s->arena, err)) < 0) {
			return rc;
		}
	}
	vv_cut_init(&at, &params);
	for (size_t r = 0; r + 1 < g->rows; r++) {
		if (vv_cut_row(&at, s->cells + r * wide, wide, 0)) return VV_OK;
	}
	*is = vv_cut_row(&at, s->cells + (g->rows - 1) * wide, wide, 0) || last;
	return VV_OK;
}

/* Makes the lines and compares their length with the layout's. */
static int make_lines(scratch *s, const proof_setting *t, const vv_group *g, uint64_t bytes,
		      bool last, vv_error *err)
{
	const vv_dialect *d = t->dialect;

	vv_buf_reset(&s->lines);
	int made = vv_group_lines(&s->lines, g, d, t->columns, bytes, !last || d->final_newline,
				  s->cells, &s->arena, err);
	return made > 0 && s->lines.len != bytes ? 0 : made;
}

/* Are these the facts that the encoder found? */
static bool are_facts(scratch *s, const void *item, size_t len)
{
	vv_buf_reset(&s->found);
	vv_facts_put(&s->found, &s->facts);
	vv_buf_reset(&s->item);
	vv_cbor_put_bytes(&s->item, vv_buf_cstr(&s->found), s->found.len);
	return !s->found.failed && is_item(&s->item, item, len);
}

/* The steps that are about the group; bytes of its lines. */
static int prove_group(vv_seen_columns *seen, scratch *s, vv_group *g, const proof_setting *t,
		       const group_items *items, uint64_t bytes, vv_error *err)
{
	bool is;
	int made;
	vv_status rc;

	/* First the lines: once they are made all cells are texts, and together no longer than these, so that a group
	 * whose rows share a long text costs nothing. */
	if ((made = make_lines(s, t, g, bytes, items->last, err)) <= 0) return made;
	vv_group_encoder_find(s->encoder, &s->facts);
	vv_arena_reset(&s->arena);
	if ((rc = vv_group_is_canonical(seen, s->encoder, g, &s->arena, &is, err)) < 0 || !is ||
	    !are_facts(s, items->facts, items->facts_len)) {
		return (int)rc;
	}
	vv_arena_reset(&s->arena);
	rc = is_cut(s, g, t->cut, items->last, &is, err);
	return rc < 0 ? (int)rc : is;
}

static int prove_pair(vv_seen_columns *seen, scratch *s, vv_group *g, const proof_setting *t,
		      const group_items *items, vv_pair *pair, vv_error *err)
{
	uint64_t rows, bytes;
	vv_cid cid;
	int proved;
	vv_status rc;

	if (!lines_tell_cells(t) || !read_items(s, items, &cid, &rows, &bytes) ||
	    bytes > LINES_MAX || rows == 0 || t->columns > bytes / rows + 1) {
		return 0;
	}
	vv_arena_reset(&s->arena);
	if ((!s->encoder && !(s->encoder = vv_group_encoder_new())) ||
	    !vv_array_room_for(s->cells, 0, s->cell_cap, (size_t)rows * t->columns)) {
		return vv_fail_nomem(err);
	}
	if ((rc = open_block(s, g, t, &cid, rows, err)) < 0) return (int)rc;
	if ((proved = prove_group(seen, s, g, t, items, bytes, err)) > 0) {
		pair->raw_len = bytes;
		pair->raw_hash = vv_xxh3(s->lines.data, s->lines.len, 0);
		pair->first = s->lines.data[0];
	}
	return proved;
}

int group_prove(group_proofs *p, unsigned worker, const proof_setting *table,
		const group_items *items, vv_pair *pair, vv_error *err)
{
	vv_auto(vv_group) g = {0};
	int proved = prove_pair(p->again ? &p->seen : NULL, &p->scratch[worker], &g, table, items,
				pair, VV_IGNORED);

	/* the error is worded when the lines are read */
	return proved == VV_ENOMEM ? (int)vv_fail_nomem(err) : proved > 0;
}
