/*
 * group_edit: applies row edits to the encoded columns of a row group's block.
 *
 * The result need not be the encoder's block for its rows: the maker of the edits ensured that, and a
 * checksum over the block decides. Here every length is checked before it is followed.
 */
#include "dataset/format/group_edit.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/group_edit_internal.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/planes.h"
#include "repo/blocks/store.h"

_Static_assert(EDIT_LITERAL == 1 && EDIT_PATCHES == 2 && EDIT_HEAD == 4 && EDIT_NEW_TEXT == 255,
	       "docs/formats/store.md: row edits");

static vv_status bad_edits(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the row edits are damaged");
}

/* ---- rows ---- */

/* The rows of one column are a plan, too: a changed cell counts as a row removed and a row added. */

/* A column from base's to the result's rows, size bytes each; values: of the rows that come in. */
static void splice_column(const edit_plan *r, void *to, const void *from, const void *values,
			  size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from, *value = values;
	size_t left = r->base_rows;

	vv_array_each(r->runs, r->count, run) {
		memcpy(out, in, run->keep * size);
		out += run->keep * size;
		in += (run->keep + run->drop) * size;
		left -= run->keep + run->drop;
		if (run->add > 0) {
			memcpy(out, value, run->add * size);
			out += run->add * size;
			value += run->add * size;
		}
	}
	memcpy(out, in, left * size);
}

/* Reads the changed cells too, given by their rows in the result; an added row does not change. */
static vv_status read_rows(edit_column *e, edit_plan *out, vv_error *err)
{
	const edit_plan *plan = e->plan;
	uint64_t changes, gap;
	size_t i = 0, n = 0;
	size_t at = 0;  /* the row that changes */
	size_t pos = 0; /* the row of the result where the rest of runs[i] begins, */
	size_t cut = 0; /* and how many rows it keeps are before that */

	*out = *plan;
	if (!(e->mode & EDIT_PATCHES)) return VV_OK;
	if (!vv_varint_read(&e->p, e->end, &changes) || changes > (uint64_t)(e->end - e->p)) {
		return bad_edits(err);
	}
	edit_run *runs = vv_arena_alloc(e->arena,
					((size_t)changes + plan->count + 1) * sizeof(*runs));
	if (!runs) return vv_fail_nomem(err);
	for (uint64_t k = 0; k < changes; k++) {
		if (!vv_varint_read(&e->p, e->end, &gap) || gap >= plan->rows - at ||
		    (k > 0 && gap == 0)) {
			return bad_edits(err);
		}
		at += (size_t)gap;
		for (; i < plan->count && at >= pos + plan->runs[i].keep - cut; i++, n++, cut = 0) {
			runs[n] = plan->runs[i];
			runs[n].keep -= cut;
			pos += runs[n].keep + runs[n].add;
		}
		if (at < pos) return bad_edits(err);
		runs[n++] = (edit_run){at - pos, 1, 1};
		cut += at - pos + 1;
		pos = at + 1;
	}
	for (; i < plan->count; i++, n++, cut = 0) {
		runs[n] = plan->runs[i];
		runs[n].keep -= cut;
	}
	out->runs = runs;
	out->count = n;
	out->in += (size_t)changes;
	return VV_OK;
}

/* ---- texts ---- */

static vv_status read_text(edit_column *e, vv_cell *out, vv_error *err)
{
	uint64_t len;

	if (!vv_varint_read(&e->p, e->end, &len) || len > (uint64_t)(e->end - e->p)) {
		return bad_edits(err);
	}
	group_set_cell(out, (const char *)e->p, (size_t)len, VV_CELL_TEXT);
	e->p += len;
	return VV_OK;
}

static void put_lengths(vv_buf *out, const vv_cell *cells, size_t count)
{
	uint32_t least = UINT32_MAX, most = 0;

	vv_array_each(cells, count, cell) {
		least = cell->len < least ? cell->len : least;
		most = cell->len > most ? cell->len : most;
	}
	if (least == most) {
		vv_buf_putc(out, GROUP_LEN_EQUAL);
		vv_buf_put_varint(out, most);
		return;
	}
	vv_buf_putc(out, most <= 255 ? GROUP_LEN_BYTES : GROUP_LEN_VARINTS);
	for (size_t r = 0; r < count; r++) {
		if (most <= 255) {
			vv_buf_putc(out, (int)cells[r].len);
		} else {
			vv_buf_put_varint(out, cells[r].len);
		}
	}
}

/* Texts of any lengths, as cells. */
static vv_status apply_cells(edit_column *e, const edit_plan *r, const vv_cell *values, vv_buf *out,
			     vv_error *err)
{
	vv_cell *base = vv_arena_alloc(e->arena, r->base_rows * sizeof(*base));
	vv_cell *cells = vv_arena_alloc(e->arena, r->rows * sizeof(*cells));
	vv_status rc;

	if (!base || !cells) return vv_fail_nomem(err);
	if ((rc = vv_group_column(e->base, e->column, base, 1, e->arena, err)) < 0) return rc;
	splice_column(r, cells, base, values, sizeof(*cells));
	put_lengths(out, cells, r->rows);
	for (size_t i = 0; i < r->rows; i++) {
		vv_buf_put(out, cells[i].text, cells[i].len);
	}
	return VV_OK;
}

/* The texts behind their lengths. */
static void splice_texts(const edit_plan *r, const uint8_t *length, const uint8_t *text,
			 const vv_cell *values, vv_buf *out)
{
	size_t left = r->base_rows;

	vv_array_each(r->runs, r->count, run) {
		const size_t len = group_sum_bytes(length, run->keep);

		vv_buf_put(out, text, len);
		text += len + group_sum_bytes(length + run->keep, run->drop);
		length += run->keep + run->drop;
		left -= run->keep + run->drop;
		for (size_t k = 0; k < run->add; k++, values++) {
			vv_buf_put(out, values->text, values->len);
		}
	}
	vv_buf_put(out, text, group_sum_bytes(length, left));
}

/* Texts whose lengths are a byte each, before and after. False: they are not, and nothing was put. */
static bool apply_short_texts(const edit_column *e, const group_reading *from, const edit_plan *r,
			      const vv_cell *values, vv_buf *out)
{
	const uint8_t *length = from->p + 1;
	uint8_t *in = vv_arena_alloc(e->arena, r->in + 1);

	if (!in || from->p == from->end || *from->p != GROUP_LEN_BYTES ||
	    (size_t)(from->end - length) < r->base_rows) {
		return false;
	}
	const uint8_t *text = length + r->base_rows;
	if (group_sum_bytes(length, r->base_rows) != (size_t)(from->end - text)) return false;
	for (size_t i = 0; i < r->in; i++) {
		if (values[i].len > 255) return false;
		in[i] = (uint8_t)values[i].len;
	}
	if (!vv_buf_reserve(out, 1 + r->rows)) {
		return true; /* the buffer records the failure */
	}
	uint8_t *lengths = (uint8_t *)out->data + out->len + 1;
	splice_column(r, lengths, length, in, 1);
	if (memcmp(lengths, lengths + 1, r->rows - 1) == 0) { /* all equal: another form */
		return false;
	}
	lengths[-1] = GROUP_LEN_BYTES;
	out->len += 1 + r->rows;
	splice_texts(r, length, text, values, out);
	return true;
}

/* Texts that are all as long, before and after. False as above. */
static bool apply_equal_texts(const edit_column *e, const group_reading *from, const edit_plan *r,
			      const vv_cell *values, vv_buf *out)
{
	const uint8_t *p = from->p;
	uint64_t len;

	if (p == from->end || *p++ != GROUP_LEN_EQUAL || !vv_varint_read(&p, from->end, &len) ||
	    len > VV_BLOCK_MAX || r->base_rows * len != (uint64_t)(from->end - p)) {
		return false;
	}
	if (vv_array_find(values, r->in, it, it->len != len)) return false;
	char *in = vv_arena_alloc(e->arena,
				  (size_t)(r->in * len) + 1); /* less than the edits have */
	if (!in) return false;
	for (size_t i = 0; i < r->in && len > 0; i++) {
		memcpy(in + i * len, values[i].text, (size_t)len);
	}
	vv_buf_putc(out, GROUP_LEN_EQUAL);
	vv_buf_put_varint(out, len);
	if (vv_buf_reserve(out, (size_t)(r->rows * len))) {
		splice_column(r, out->data + out->len, p, in, (size_t)len);
		out->len += r->rows * len;
	}
	return true;
}

static vv_status apply_text(edit_column *e, const group_reading *from, const edit_plan *r,
			    vv_buf *out, vv_error *err)
{
	vv_cell *values = vv_arena_alloc(e->arena, (r->in + 1) * sizeof(*values));
	vv_status rc;

	if (!values) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->in; i++) {
		if ((rc = read_text(e, &values[i], err)) < 0) return rc;
	}
	if (apply_equal_texts(e, from, r, values, out) ||
	    apply_short_texts(e, from, r, values, out)) {
		return VV_OK;
	}
	return apply_cells(e, r, values, out, err);
}

/* ---- dictionaries ---- */

/* The texts, base's and new ones, by the numbers that rows have for them. */
typedef struct dict {
	vv_cell text[GROUP_DICT_MAX];
	size_t known, count;
} dict;

/* A text that is new, or was new in a row before. */
static vv_status add_text(edit_column *e, dict *d, uint8_t *number, vv_error *err)
{
	vv_cell text;
	vv_status rc = read_text(e, &text, err);
	size_t k = d->known;

	if (rc < 0) return rc;
	while (k < d->count && !vv_cell_equal(&d->text[k], &text)) {
		k++;
	}
	if (k == GROUP_DICT_MAX) return bad_edits(err);
	if (k == d->count) {
		d->text[d->count++] = text;
	}
	*number = (uint8_t)k;
	return VV_OK;
}

static vv_status read_numbers_of_texts(edit_column *e, dict *d, uint8_t *out, size_t count,
				       vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		if (e->p == e->end) return bad_edits(err);
		out[i] = *e->p++;
		if (out[i] == EDIT_NEW_TEXT) {
			if ((rc = add_text(e, d, &out[i], err)) < 0) return rc;
		} else if (out[i] >= d->known) {
			return bad_edits(err);
		}
	}
	return VV_OK;
}

/* Numbers the texts by their first appearance in index, which gets these numbers; order[k] is the
 * text that has number k then. How many there are; 0: a row has a number of no text. */
static size_t renumber_texts(uint8_t *index, size_t count, const dict *d, uint8_t *order)
{
	uint8_t number[256] = {0};
	bool seen[256] = {false}, moved = false;
	size_t used = 0;

	for (size_t r = 0; r < count && used < d->count; r++) {
		const uint8_t k = index[r];

		if (!seen[k]) {
			if (k >= d->count) return 0;
			seen[k] = true;
			moved = moved || k != used;
			number[k] = (uint8_t)used;
			order[used++] = k;
		}
	}
	for (size_t r = 0; moved && r < count; r++) {
		index[r] = number[index[r]];
	}
	return used;
}

static vv_status apply_dict(edit_column *e, group_reading *from, const edit_plan *r, vv_buf *out,
			    vv_error *err)
{
	dict *d = vv_arena_alloc(e->arena, sizeof(*d));
	uint8_t *values = vv_arena_alloc(e->arena, r->in + 1);
	uint8_t *index = vv_arena_alloc(e->arena, r->rows);
	uint8_t order[GROUP_DICT_MAX];
	const uint8_t *base;
	uint64_t known;
	vv_status rc;

	if (!d || !values || !index) return vv_fail_nomem(err);
	if ((rc = group_open_dict(from, d->text, &known, &base, err)) < 0) return rc;
	d->known = d->count = (size_t)known;
	if ((rc = read_numbers_of_texts(e, d, values, r->in, err)) < 0) return rc;
	splice_column(r, index, base, values, 1);
	size_t used = renumber_texts(index, r->rows, d, order);
	if (used == 0) return bad_edits(err);
	vv_buf_put_varint(out, used);
	for (size_t i = 0; i < used; i++) {
		vv_buf_put_varint(out, d->text[order[i]].len);
	}
	for (size_t i = 0; i < used; i++) {
		vv_buf_put(out, d->text[order[i]].text, d->text[order[i]].len);
	}
	vv_buf_put(out, index, r->rows);
	return VV_OK;
}

/* ---- numbers ---- */

/* The bytes before the planes. */
typedef struct number_head {
	uint8_t flags;
	const uint8_t *scale; /* NULL: there is none */
	unsigned width;
	uint64_t base;
} number_head;

static vv_status read_number_head(edit_column *e, number_head *h, const edit_plan *r, vv_error *err)
{
	uint64_t base;

	if (e->mode & EDIT_HEAD) {
		if (e->end - e->p < 2) return bad_edits(err);
		h->flags = *e->p++;
		h->width = *e->p++;
		if (!vv_varint_read(&e->p, e->end, &base)) return bad_edits(err);
		h->base = (uint64_t)group_unzigzag(base);
	}
	return h->width > 8 || r->rows > VV_BLOCK_MAX / (h->width + 1) ? bad_edits(err) : VV_OK;
}

static void put_number_head(const number_head *h, vv_buf *out)
{
	vv_buf_putc(out, h->flags);
	vv_buf_put(out, h->scale, h->scale ? 1 : 0);
	vv_buf_putc(out, (int)h->width);
	vv_buf_put_varint(out, group_zigzag((int64_t)h->base));
}

/* Values of rows, and marks of those that are empty. */
typedef struct values {
	uint64_t *value;
	uint8_t *empty;
} values;

static bool values_init(values *v, size_t count, vv_arena *arena)
{
	v->value = vv_arena_alloc(arena, (count + 1) * sizeof(*v->value));
	v->empty = vv_arena_alloc(arena, count + 1);
	return v->value && v->empty;
}

/* One value. before: that of the row before, from which deltas continue. */
static vv_status read_number(edit_column *e, const number_head *h, uint64_t before, values *out,
			     size_t at, vv_error *err)
{
	uint64_t v = 0;

	out->value[at] = 0;
	out->empty[at] = 0;
	if (h->flags & GROUP_EMPTIES) {
		if (e->p == e->end || *e->p > 1) return bad_edits(err);
		out->empty[at] = *e->p++;
		if (out->empty[at]) return VV_OK;
	}
	if (h->flags & GROUP_DELTAS) {
		if (!vv_varint_read(&e->p, e->end, &v)) return bad_edits(err);
		out->value[at] = before + (uint64_t)group_unzigzag(v);
		return VV_OK;
	}
	if ((size_t)(e->end - e->p) < h->width) return bad_edits(err);
	for (unsigned j = 0; j < h->width; j++) {
		v |= (uint64_t)*e->p++ << (8 * j);
	}
	out->value[at] = h->base + v;
	return VV_OK;
}

/* How many of count rows have values in the planes. mark: the empty flags from the first row, or
 * NULL. */
static size_t in_planes(const uint8_t *mark, size_t count)
{
	return mark ? count - group_sum_bytes(mark, count) : count;
}

static void splice_plane(const group_numbers *base, const edit_plan *r, const values *in,
			 uint64_t from, unsigned j, vv_buf *out)
{
	const uint8_t *plane = base->planes + j * base->count, *mark = base->empty;
	size_t left = r->base_rows, n = 0;

	vv_array_each(r->runs, r->count, run) {
		const size_t keep = in_planes(mark, run->keep);

		vv_buf_put(out, plane, keep);
		plane += keep + in_planes(mark ? mark + run->keep : NULL, run->drop);
		mark = mark ? mark + run->keep + run->drop : NULL;
		left -= run->keep + run->drop;
		for (size_t k = 0; k < run->add; k++, n++) {
			if (!in->empty[n]) {
				vv_buf_putc(out, (int)((in->value[n] - from) >> (8 * j) & 0xff));
			}
		}
	}
	vv_buf_put(out, plane, in_planes(mark, left));
}

/* Numbers with an unchanged head: copies their planes. */
static vv_status apply_planes(edit_column *e, const group_numbers *base, const number_head *h,
			      const edit_plan *r, vv_buf *out, vv_error *err)
{
	values in;
	vv_status rc;

	if (!values_init(&in, r->in, e->arena)) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->in; i++) {
		if ((rc = read_number(e, h, 0, &in, i, err)) < 0) return rc;
	}
	put_number_head(h, out);
	if (base->empty && vv_buf_reserve(out, r->rows)) {
		splice_column(r, out->data + out->len, base->empty, in.empty, 1);
		out->len += r->rows;
	}
	for (unsigned j = 0; j < h->width; j++) {
		splice_plane(base, r, &in, h->base, j, out);
	}
	return VV_OK;
}

/* The kept rows; those that come in are 0. */
static vv_status splice_values(edit_column *e, const group_numbers *base, const edit_plan *r,
			       values *out, vv_error *err)
{
	const uint64_t *value = group_numbers_join(base, e->arena);
	void *zeros = vv_arena_calloc(e->arena, r->in + 1, sizeof(*value));
	values spread;

	if (!value || !zeros || !values_init(&spread, r->base_rows, e->arena) ||
	    !values_init(out, r->rows, e->arena)) {
		return vv_fail_nomem(err);
	}
	if (!base->empty) {
		splice_column(r, out->value, value, zeros, sizeof(*value));
		memset(out->empty, 0, r->rows);
		return VV_OK;
	}
	for (size_t i = 0; i < r->base_rows; i++) {
		spread.value[i] = base->empty[i] ? 0 : *value++;
	}
	splice_column(r, out->value, spread.value, zeros, sizeof(*value));
	splice_column(r, out->empty, base->empty, zeros, 1);
	return VV_OK;
}

/* Converts values to the planes' form without those of empty rows; returns their count. bits: all
 * or-ed together. */
static size_t to_units(number_head *h, values *v, size_t count, uint64_t *bits)
{
	uint64_t before = 0;
	size_t n = 0;

	*bits = 0;
	for (size_t r = 0; r < count; r++) {
		const uint64_t is = v->value[r];

		if (v->empty[r]) {
			continue;
		}
		if (!(h->flags & GROUP_DELTAS)) {
			v->value[n] = is - h->base;
		} else if (n == 0) {
			h->base = is;
			v->value[n] = 0;
		} else {
			v->value[n] = group_zigzag((int64_t)(is - before));
		}
		before = is;
		*bits |= v->value[n++];
	}
	return n;
}

/* Numbers of which all may change: deltas, or those of another head. */
static vv_status apply_values(edit_column *e, const group_numbers *base, number_head *h,
			      const edit_plan *r, vv_buf *out, vv_error *err)
{
	size_t at = 0;
	uint64_t bits;
	values v;
	vv_status rc = splice_values(e, base, r, &v, err);

	if (rc < 0) return rc;
	vv_array_each(r->runs, r->count, run) {
		at += run->keep;
		for (size_t k = 0; k < run->add; k++, at++) {
			const bool first = at == 0 || v.empty[at - 1];

			if ((rc = read_number(e, h, first ? h->base : v.value[at - 1], &v, at,
					      err)) < 0) {
				return rc;
			}
		}
	}
	size_t count = to_units(h, &v, r->rows, &bits);
	if (count == 0 || group_bit_len(bits) > 8 * h->width ||
	    (count < r->rows && !(h->flags & GROUP_EMPTIES))) {
		return bad_edits(err);
	}
	put_number_head(h, out);
	if (h->flags & GROUP_EMPTIES) {
		vv_buf_put(out, v.empty, r->rows);
	}
	if (vv_buf_reserve(out, count * h->width)) {
		vv_planes_split((uint8_t *)out->data + out->len, v.value, count, h->width);
		out->len += count * h->width;
	}
	return VV_OK;
}

static vv_status apply_numbers(edit_column *e, const group_reading *from, int encoding,
			       const edit_plan *r, vv_buf *out, vv_error *err)
{
	group_numbers base;
	vv_status rc;

	if (!group_numbers_open(&base, from->p, from->end, r->base_rows, encoding)) {
		return bad_edits(err);
	}
	number_head h = {base.flags, group_has_scale(encoding) ? &base.scale : NULL, base.width,
			 base.base};
	if ((rc = read_number_head(e, &h, r, err)) < 0) return rc;
	return (e->mode & EDIT_HEAD) || (h.flags & GROUP_DELTAS)
		       ? apply_values(e, &base, &h, r, out, err)
		       : apply_planes(e, &base, &h, r, out, err);
}

/* ---- a column ---- */

static vv_status apply_literal(edit_column *e, vv_buf *out, vv_error *err)
{
	vv_cell column = {0};
	vv_status rc = read_text(e, &column, err);

	if (rc < 0 || column.len == 0) return rc < 0 ? rc : bad_edits(err);
	vv_buf_put(out, column.text, column.len);
	return vv_buf_ok(out, err);
}

vv_status edit_column_apply(edit_column *e, vv_buf *out, vv_error *err)
{
	const uint8_t *p = e->base->column[e->column], *end = p + e->base->column_len[e->column];
	const int encoding = *p & 15;
	const unsigned states = *p >> 4;
	const bool numbers = group_is_number(encoding);
	edit_plan r;
	vv_status rc;

	if (e->mode == EDIT_LITERAL) return apply_literal(e, out, err);
	if (states > GROUP_ONE_STATE || (states == GROUP_ONE_STATE && end - p < 2) ||
	    (e->mode & ~(unsigned)(EDIT_PATCHES | EDIT_HEAD)) ||
	    ((e->mode & EDIT_HEAD) && !numbers)) {
		return bad_edits(err);
	}
	if (encoding == GROUP_CONST && e->mode != 0) return bad_edits(err);
	/* A constant one without texts, too: rows have no data. */
	if (encoding == GROUP_CONST || (e->mode == 0 && e->plan->count == 0)) {
		vv_buf_put(out, p, (size_t)(end - p));
		return vv_buf_ok(out, err);
	}
	vv_buf_put(out, p, states + 1u);
	if ((rc = read_rows(e, &r, err)) < 0) return rc;
	group_reading in = {.p = p + states + 1,
			    .end = end,
			    .count = e->plan->base_rows,
			    .state = VV_CELL_TEXT,
			    .arena = e->arena,
			    .column = e->column};
	switch (encoding) {
	case GROUP_DICT:
		rc = apply_dict(e, &in, &r, out, err);
		break;
	case GROUP_TEXT:
		rc = apply_text(e, &in, &r, out, err);
		break;
	default:
		rc = numbers ? apply_numbers(e, &in, encoding, &r, out, err) : bad_edits(err);
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

/* ---- a group ---- */

/* One set of edits at work. */
typedef struct editing {
	vv_group base;
	edit_plan plan;
	uint8_t *modes; /* of each column */
	vv_arena arena; /* for the whole time */
	const uint8_t *p, *end;
} editing;

static void editing_clear(editing *ed)
{
	vv_arena_clear(&ed->arena);
	vv_group_close(&ed->base);
}
VV_AUTO_CLEAR(editing, editing_clear)

static vv_status read_runs(editing *ed, vv_error *err)
{
	edit_plan *plan = &ed->plan;
	uint64_t count, keep, drop, add;
	size_t left = ed->base.rows;

	if (!vv_varint_read(&ed->p, ed->end, &count) || count > (uint64_t)(ed->end - ed->p) / 3) {
		return bad_edits(err);
	}
	plan->base_rows = left;
	plan->count = (size_t)count;
	if (!(plan->runs = vv_arena_alloc(&ed->arena, ((size_t)count + 1) * sizeof(*plan->runs)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < plan->count; i++) {
		if (!vv_varint_read(&ed->p, ed->end, &keep) ||
		    !vv_varint_read(&ed->p, ed->end, &drop) ||
		    !vv_varint_read(&ed->p, ed->end, &add) || keep > left || drop > left - keep ||
		    (drop == 0 && add == 0) || add > VV_GROUP_CELLS_MAX - plan->in) {
			return bad_edits(err);
		}
		plan->runs[i] = (edit_run){(size_t)keep, (size_t)drop, (size_t)add};
		left -= (size_t)(keep + drop);
		plan->rows += (size_t)(keep + add);
		plan->in += (size_t)add;
	}
	plan->rows += left;
	if (plan->rows == 0 || plan->rows > VV_GROUP_CELLS_MAX ||
	    (plan->rows > 1 && plan->rows * ed->base.columns > VV_GROUP_CELLS_MAX)) {
		return bad_edits(err);
	}
	return VV_OK;
}

static vv_status read_modes(editing *ed, vv_error *err)
{
	uint64_t count, gap, at = 0;

	if (!(ed->modes = vv_arena_calloc(&ed->arena, ed->base.columns + 1, 1))) {
		return vv_fail_nomem(err);
	}
	if (!vv_varint_read(&ed->p, ed->end, &count) || count > ed->base.columns) {
		return bad_edits(err);
	}
	for (uint64_t i = 0; i < count; i++, at++) {
		if (!vv_varint_read(&ed->p, ed->end, &gap) || gap >= ed->base.columns ||
		    (at += gap) >= ed->base.columns || ed->p == ed->end || *ed->p == 0) {
			return bad_edits(err);
		}
		ed->modes[at] = *ed->p++;
	}
	return VV_OK;
}

/* All columns into body, their lengths into lengths. */
static vv_status apply_columns(editing *ed, vv_buf *body, vv_buf *lengths, vv_error *err)
{
	vv_auto(vv_arena) scratch = VV_ARENA_INIT;
	edit_column e = {.plan = &ed->plan,
			 .base = &ed->base,
			 .p = ed->p,
			 .end = ed->end,
			 .arena = &scratch};
	vv_status rc = VV_OK;

	for (size_t c = 0; rc == VV_OK && c < ed->base.columns; c++) {
		size_t before = body->len;

		e.column = c;
		e.mode = ed->modes[c];
		rc = edit_column_apply(&e, body, err);
		if (rc == VV_OK && body->len > VV_BLOCK_MAX) {
			rc = bad_edits(err);
		}
		vv_buf_put_varint(lengths, body->len - before);
		vv_arena_reset(&scratch);
	}
	return rc == VV_OK && e.p != e.end ? bad_edits(err) : rc;
}

static vv_status put_block(uint8_t *raw, size_t len, const editing *ed, const vv_buf *lengths,
			   const vv_buf *body, vv_error *err)
{
	uint8_t head[VV_GROUP_MAGIC_LEN + 20];
	size_t n = VV_GROUP_MAGIC_LEN;

	memcpy(head, VV_GROUP_MAGIC, VV_GROUP_MAGIC_LEN);
	n += vv_varint_write(head + n, ed->plan.rows);
	n += vv_varint_write(head + n, ed->base.columns);
	if (n + lengths->len + body->len != len) {
		return vv_fail(err, VV_ECORRUPT, "the row edits produce %zu bytes instead of %zu",
			       n + lengths->len + body->len, len);
	}
	memcpy(raw, head, n);
	if (lengths->len > 0) {
		memcpy(raw + n, lengths->data, lengths->len);
		memcpy(raw + n + lengths->len, body->data, body->len);
	}
	return VV_OK;
}

vv_status vv_group_edit_apply(void *raw, size_t len, const void *base, size_t base_len,
			      const void *edits, size_t edits_len, vv_error *err)
{
	vv_auto(editing) ed = {.p = edits, .end = (const uint8_t *)edits + edits_len};
	vv_auto(vv_buf) body = VV_BUF_INIT, lengths = VV_BUF_INIT;
	vv_status rc = vv_group_open(&ed.base, base, base_len, err);

	if (rc < 0 || (rc = read_runs(&ed, err)) < 0 || (rc = read_modes(&ed, err)) < 0) return rc;
	(void)vv_buf_reserve(&body, len < VV_BLOCK_MAX ? len : VV_BLOCK_MAX);
	if ((rc = apply_columns(&ed, &body, &lengths, err)) < 0 ||
	    (rc = vv_buf_ok(&lengths, err)) < 0) {
		return rc;
	}
	return put_block(raw, len, &ed, &lengths, &body, err);
}
