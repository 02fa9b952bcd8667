/*
 * digest: the two hashes of a row: the key's values always in canonical form; the compared cells as
 * spelled, or in canonical form if spelling does not matter or the two files have different forms.
 */
#include "diff/rows/match_steps.h"

#include <string.h>

#include "base/buf.h"
#include "base/sys.h"
#include "diff/rows/columns.h"
#include "diff/rows/value.h"

#define DEFAULT_MEMORY (32u << 20)

size_t rowdiff_memory(const vv_rowdiff *d, size_t n)
{
	uint64_t all = d->opts.memory ? d->opts.memory : DEFAULT_MEMORY;
	return (size_t)(all / n);
}

void rowdiff_keep(vv_sorter *kept, const vv_segment *rows, row_pair how)
{
	uint8_t r[KEPT_LEN];
	vv_put_be64(r, rows->old_row);
	vv_put_be64(r + 8, rows->new_row);
	vv_put_be64(r + 16, rows->rows);
	r[24] = (uint8_t)how;
	vv_sorter_add(kept, r);
}

const vv_field *digest_field(const vv_rowdiff *d, int side, size_t a, size_t b)
{
	const vv_field *fa = &d->a->schema.fields[a], *fb = &d->b->schema.fields[b];
	return side == 0 ? vv_value_field(fa, fb) : fb;
}

/* Chooses the columns needed of one side. */
static vv_status choose_columns(digest *g, vv_error *err)
{
	const vv_rowdiff *d = g->d;
	const vv_columns *c = d->opts.columns;
	vv_auto_free bool *want = vv_calloc(g->table->columns + 1, sizeof(*want));
	g->columns = vv_calloc(c->count + 1, sizeof(*g->columns));
	g->fields = vv_calloc(c->count + 1, sizeof(*g->fields));
	g->key_fields = vv_calloc(d->key_count + 1, sizeof(*g->key_fields));
	g->wanted = vv_calloc(g->table->columns + 1, sizeof(*g->wanted));
	if (!want || !g->columns || !g->fields || !g->key_fields || !g->wanted) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < c->count; i++) {
		if (d->compared[i]) {
			long at = g->side == 0 ? c->pairs[i].a : c->pairs[i].b;
			g->fields[g->column_count] = digest_field(d, g->side, (size_t)c->pairs[i].a,
								  (size_t)c->pairs[i].b);
			g->columns[g->column_count++] = (size_t)at;
			want[at] = true;
		}
	}
	for (size_t i = 0; i < d->key_count; i++) {
		want[g->key[i]] = true;
		g->key_fields[i] = digest_field(d, g->side, d->key_a[i], d->key_b[i]);
	}
	for (size_t i = 0; i < g->table->columns; i++) {
		if (want[i]) {
			g->wanted[g->wanted_count++] = i;
		}
	}
	return VV_OK;
}

vv_cell rowdiff_cell(const vv_rowdiff *d, const vv_field *f, const vv_cell *c)
{
	bool nothing = d->cross && c->len == 0 &&
		       (c->state != VV_CELL_TEXT || vv_field_missing(f, c));
	return nothing ? (vv_cell){.state = VV_CELL_NULL} : *c;
}

vv_status digest_init(digest *g, vv_rowdiff *d, int side, vv_sorter *out, vv_error *err)
{
	*g = (digest){.d = d,
		      .table = side == 0 ? d->a : d->b,
		      .side = side,
		      .key = side == 0 ? d->key_a : d->key_b,
		      .out = out,
		      .text = VV_BUF_FOR(&d->scratch)};
	return choose_columns(g, err);
}

void digest_clear(digest *g)
{
	vv_free_all(g->columns, g->fields, g->key_fields, g->wanted);
	vv_buf_clear(&g->text);
}

/* Puts cells as spelled: length, state, text of each. */
static void put_raw(vv_buf *b, const digest *g, const vv_cell *cells)
{
	size_t most = 0;
	for (size_t i = 0; i < g->column_count; i++) {
		most += cells[g->columns[i]].len + 11; /* a varint has at most 10 bytes */
	}
	if (!vv_buf_reserve(b, most)) return;
	char *p = b->data + b->len;
	for (size_t i = 0; i < g->column_count; i++) {
		const vv_cell *c = &cells[g->columns[i]];
		if (c->len < 128) {
			*p++ = (char)c->len;
		} else {
			p += vv_varint_write((uint8_t *)p, c->len);
		}
		*p++ = (char)c->state;
		if (c->len > 0) {
			memcpy(p, c->text, c->len);
			p += c->len;
		}
	}
	b->len = (size_t)(p - b->data);
}

static void put_hash(uint8_t *out, vv_hash128 h)
{
	vv_put_be64(out, h.hi);
	vv_put_be64(out + 8, h.lo);
}

vv_hash128 digest_cells(digest *g, const vv_cell *cells)
{
	const vv_rowdiff *d = g->d;
	vv_buf_reset(&g->text);
	if (!d->canonical) {
		put_raw(&g->text, g, cells);
	}
	for (size_t i = 0; d->canonical && i < g->column_count; i++) {
		vv_cell c = rowdiff_cell(d, g->fields[i], &cells[g->columns[i]]);
		vv_value_put_canonical(&g->text, g->fields[i], &c);
	}
	return vv_xxh3_128(vv_buf_cstr(&g->text), g->text.len, d->seed);
}

vv_hash128 digest_key(digest *g, const vv_cell *cells)
{
	const vv_rowdiff *d = g->d;
	vv_buf_reset(&g->text);
	for (size_t i = 0; i < d->key_count; i++) {
		vv_cell c = rowdiff_cell(d, g->key_fields[i], &cells[g->key[i]]);
		vv_value_put_canonical(&g->text, g->key_fields[i], &c);
	}
	return vv_xxh3_128(vv_buf_cstr(&g->text), g->text.len, d->seed + 1);
}

void digest_row(digest *g, const vv_cell *cells, uint64_t row)
{
	const vv_hash128 hash = digest_cells(g, cells);
	uint8_t record[DIGEST_LEN];
	put_hash(record, g->d->key_count == 0 ? hash : digest_key(g, cells));
	put_hash(record + 16, hash);
	record[32] = (uint8_t)g->side;
	vv_put_be64(record + 33, row);
	vv_sorter_add(g->out, record);
}

/* ---- key_set: open addressing; the hashes are good enough to be places themselves ---- */

#define FIRST_SLOTS 1024u

/* A key that would look like a free slot is treated as another one. */
static uint64_t storable_key(uint64_t key)
{
	return key != 0 ? key : 1;
}

/* Where the key is, or would go. There is always a free slot. */
static uint64_t *find_slot(const vv_key_set *s, uint64_t key)
{
	size_t at = (size_t)key & s->mask;

	while (s->slots[at] != 0 && s->slots[at] != key) {
		at = (at + 1) & s->mask;
	}
	return &s->slots[at];
}

/* VV_KEY_NEW: there is room now. */
static vv_key_put grow_set(vv_key_set *s, size_t memory)
{
	size_t slots = s->slots ? 2 * (s->mask + 1) : FIRST_SLOTS;
	vv_key_set wider = {.mask = slots - 1, .count = s->count};

	if (slots > memory / sizeof(*wider.slots)) return VV_KEY_FULL;
	wider.slots = vv_calloc(slots, sizeof(*wider.slots));
	if (!wider.slots) return VV_KEY_NO_MEMORY;
	for (size_t i = 0; s->slots && i <= s->mask; i++) {
		if (s->slots[i] != 0) {
			*find_slot(&wider, s->slots[i]) = s->slots[i];
		}
	}
	vv_free(s->slots);
	*s = wider;
	return VV_KEY_NEW;
}

vv_key_put vv_key_set_put(vv_key_set *s, uint64_t key, size_t memory)
{
	bool room = s->slots && s->count < (s->mask + 1) / 4 * 3;

	vv_key_put grown = room ? VV_KEY_NEW : grow_set(s, memory);
	if (grown != VV_KEY_NEW) return grown;
	key = storable_key(key);
	uint64_t *slot = find_slot(s, key);
	if (*slot != 0) return VV_KEY_THERE;
	*slot = key;
	s->count++;
	return VV_KEY_NEW;
}

bool vv_key_set_has(const vv_key_set *s, uint64_t key)
{
	return s->slots && *find_slot(s, storable_key(key)) != 0;
}

void vv_key_set_clear(vv_key_set *s)
{
	vv_free(s->slots);
	*s = (vv_key_set){0};
}
