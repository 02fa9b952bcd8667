/*
 * Knows what of a row goes into its two hashes: the key's values always in canonical
 * form; the compared cells as they are spelled, or in canonical form where spelling does
 * not matter or the two files have different forms.
 */
#include <string.h>

#include "base/sys.h"
#include "diff/rowdiff_internal.h"
#include "diff/value.h"

static void put_raw(vv_buf *b, const vv_cell *c)
{
	uint8_t head[16];
	size_t n = vv_varint_write(head, c->len);
	head[n++] = c->state;
	vv_buf_put(b, head, n);
	vv_buf_put(b, c->text, c->len);
}

typedef struct digest {
	vv_rowdiff *d;
	vv_table *table;
	int side;
	const size_t *key;
	const vv_field **fields; /* under which the compared cells are read */
	const vv_field **key_fields;
	size_t *columns; /* compared ones of this side, in the order of the pairs */
	size_t column_count;
	size_t *wanted;
	size_t wanted_count;
	vv_sorter *out;
	vv_buf text;
} digest;

static void put_hash(uint8_t *out, vv_hash128 h)
{
	vv_put_be64(out, h.hi);
	vv_put_be64(out + 8, h.lo);
}

static vv_status add_row(digest *g, const vv_cell *cells, uint64_t row, vv_error *err)
{
	uint8_t record[DIGEST_LEN];
	const vv_rowdiff *d = g->d;
	vv_buf_reset(&g->text);
	for (size_t i = 0; i < g->column_count; i++) {
		const vv_cell *c = &cells[g->columns[i]];
		if (d->canonical) {
			vv_value_put_canonical(&g->text, g->fields[i], c);
		} else {
			put_raw(&g->text, c);
		}
	}
	put_hash(record + 16, vv_xxh3_128(vv_buf_cstr(&g->text), g->text.len, d->seed));
	if (d->key_count == 0) {
		memcpy(record, record + 16, 16);
	} else {
		size_t at = g->text.len;
		for (size_t i = 0; i < d->key_count; i++) {
			vv_value_put_canonical(&g->text, g->key_fields[i], &cells[g->key[i]]);
		}
		put_hash(record, vv_xxh3_128(vv_buf_cstr(&g->text) + at, g->text.len - at, d->seed + 1));
	}
	record[32] = (uint8_t)g->side;
	vv_put_be64(record + 33, row);
	vv_status rc = vv_buf_ok(&g->text, err);
	return rc < 0 ? rc : vv_sorter_add(g->out, record, err);
}

static vv_status add_groups(digest *g, const vv_region_group *groups, size_t count, vv_error *err)
{
	vv_table_reader *r = NULL;
	vv_batch b;
	vv_batch_init(&b);
	vv_status rc = vv_table_reader_open(&r, g->table, g->wanted, g->wanted_count, false, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if ((i == 0 || groups[i].index != groups[i - 1].index + 1) &&
		    (rc = vv_table_seek_row(r, groups[i].row, err)) < 0) {
			break;
		}
		int more = vv_table_read(r, &b, err);
		if (more <= 0) {
			rc = more < 0 ? (vv_status)more : vv_fail(err, VV_ECORRUPT, "a data list is shorter than it says");
			break;
		}
		g->d->stats.groups_read++;
		for (size_t row = 0; rc == VV_OK && row < b.rows; row++) {
			rc = add_row(g, &b.cells[row * b.columns], b.first_row + row, err);
		}
		vv_progress_update(g->d->opts.progress, "comparing", i + 1, count);
	}
	vv_table_reader_close(r);
	vv_batch_clear(&b);
	return rc;
}

static const vv_field *field_of(const digest *g, size_t a, size_t b)
{
	const vv_field *fa = &g->d->a->schema.fields[a], *fb = &g->d->b->schema.fields[b];
	return g->side == 0 ? vv_value_field(fa, fb) : fb;
}

/* Places of what is needed of one side. */
static vv_status choose_columns(digest *g, vv_error *err)
{
	const vv_rowdiff *d = g->d;
	const vv_columns *c = d->opts.columns;
	bool *want = vv_calloc(g->table->columns + 1, sizeof(*want));
	g->columns = vv_calloc(c->count + 1, sizeof(*g->columns));
	g->fields = vv_calloc(c->count + 1, sizeof(*g->fields));
	g->key_fields = vv_calloc(d->key_count + 1, sizeof(*g->key_fields));
	g->wanted = vv_calloc(g->table->columns + 1, sizeof(*g->wanted));
	if (!want || !g->columns || !g->fields || !g->key_fields || !g->wanted) {
		vv_free(want);
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < c->count; i++) {
		if (d->compared[i]) {
			long at = g->side == 0 ? c->pairs[i].a : c->pairs[i].b;
			g->fields[g->column_count] = field_of(g, (size_t)c->pairs[i].a, (size_t)c->pairs[i].b);
			g->columns[g->column_count++] = (size_t)at;
			want[at] = true;
		}
	}
	for (size_t i = 0; i < d->key_count; i++) {
		want[g->key[i]] = true;
		g->key_fields[i] = field_of(g, d->key_a[i], d->key_b[i]);
	}
	for (size_t i = 0; i < g->table->columns; i++) {
		if (want[i]) {
			g->wanted[g->wanted_count++] = i;
		}
	}
	vv_free(want);
	return VV_OK;
}

static vv_status digest_side(vv_rowdiff *d, int side, vv_sorter *out, vv_error *err)
{
	digest g = {.d = d, .table = side == 0 ? d->a : d->b, .side = side, .key = side == 0 ? d->key_a : d->key_b, .out = out};
	vv_status rc = choose_columns(&g, err);
	if (rc == VV_OK) {
		rc = side == 0 ? add_groups(&g, d->regions.old_groups, d->regions.old_count, err)
			       : add_groups(&g, d->regions.new_groups, d->regions.new_count, err);
	}
	vv_free(g.columns);
	vv_free(g.fields);
	vv_free(g.key_fields);
	vv_free(g.wanted);
	vv_buf_clear(&g.text);
	return rc;
}

vv_status rowdiff_digest(vv_rowdiff *d, vv_sorter *out, vv_error *err)
{
	vv_status rc = digest_side(d, 0, out, err);
	return rc < 0 ? rc : digest_side(d, 1, out, err);
}
