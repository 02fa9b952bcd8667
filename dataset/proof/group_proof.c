/*
 * group_proof: what must hold so that lines need not be read back; looks at all of it.
 */
#include "dataset/proof/group_proof.h"

#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/group_lines.h"
#include "dataset/proof/group_canonical.h"

/* Groups whose lines have more bytes may be cut by their length, or have cells out of line. */
#define LINES_MAX (VV_CELLS_MAX - 2)

/* Of one thread. */
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
};

group_proofs *group_proofs_new(void)
{
	return vv_calloc(1, sizeof(group_proofs));
}

static void clear(scratch *s)
{
	vv_group_encoder_free(s->encoder);
	vv_arena_clear(&s->arena);
	vv_buf_clear(&s->block);
	vv_buf_clear(&s->lines);
	vv_buf_clear(&s->item);
	vv_buf_clear(&s->found);
	vv_facts_clear(&s->facts);
	vv_free(s->cells);
}

void group_proofs_free(group_proofs *p)
{
	for (size_t i = 0; p && i < p->count; i++) {
		clear(&p->scratch[i]);
	}
	if (p) {
		vv_free(p->scratch);
		vv_free(p);
	}
}

vv_status group_proofs_begin(group_proofs *p, const vv_pool *pool, vv_error *err)
{
	const size_t count = vv_pool_threads(pool) + 1u;
	scratch *more;

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
	vv_cbor c;
	size_t n;

	vv_cbor_init(&c, items->data, items->data_len);
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
	vv_cbor_init(&c, items->layout, items->layout_len);
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

	return d->form == VV_FORM_CSV && d->quote != 0 && d->escape == 0 && t->columns >= 2 &&
	       vv_dialect_is_bare(d);
}

/* The block, which has the name that the item says, as a group of so many rows in all columns. */
static vv_status open_block(scratch *s, vv_group *g, const proof_setting *t, const vv_cid *cid,
			    uint64_t rows, vv_error *err)
{
	vv_cid is;
	vv_status rc;

	if ((rc = t->source->get(t->source->payload, cid, &s->block, err)) < 0 ||
	    (rc = vv_cid_of(&is, VV_CODEC_RAW, s->block.data, s->block.len, err)) < 0) {
		return rc;
	}
	if (!vv_cid_equal(&is, cid)) {
		return vv_fail(err, VV_ECORRUPT, "a block does not match its name");
	}
	if (!vv_buf_reserve(&s->block, VV_GROUP_SLACK)) return vv_fail_nomem(err);
	if ((rc = vv_group_open(g, s->block.data, s->block.len, err)) < 0) return rc;
	return g->rows == rows && g->columns == t->columns
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "a row group of other rows or columns");
}

static vv_status cell_room(scratch *s, size_t count, vv_error *err)
{
	if (count > s->cell_cap) {
		const size_t cap = count + count / 4;
		vv_cell *cells = vv_realloc_array(s->cells, cap, sizeof(*cells));

		if (!cells) return vv_fail_nomem(err);
		s->cells = cells;
		s->cell_cap = cap;
	}
	return VV_OK;
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

/* The lines, of which there are as many bytes as the layout says. */
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
static int prove_group(scratch *s, vv_group *g, const proof_setting *t, const group_items *items,
		       uint64_t bytes, vv_error *err)
{
	bool is;
	int made;
	vv_status rc;

	/* First the lines: once they are made all cells are texts, and together no longer than these, so that a group
	 * whose rows share a long text costs nothing. */
	if ((made = make_lines(s, t, g, bytes, items->last, err)) <= 0) return made;
	vv_group_encoder_find(s->encoder, &s->facts);
	if ((rc = vv_group_is_canonical(s->encoder, g, &s->arena, &is, err)) < 0 || !is ||
	    !are_facts(s, items->facts, items->facts_len) ||
	    (rc = is_cut(s, g, t->cut, items->last, &is, err)) < 0 || !is) {
		return (int)rc;
	}
	return 1;
}

static int prove(scratch *s, vv_group *g, const proof_setting *t, const group_items *items,
		 vv_pair *pair, vv_error *err)
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
	    cell_room(s, (size_t)rows * t->columns, err) < 0) {
		return vv_fail_nomem(err);
	}
	if ((rc = open_block(s, g, t, &cid, rows, err)) < 0) return (int)rc;
	if ((proved = prove_group(s, g, t, items, bytes, err)) > 0) {
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
	int proved = prove(&p->scratch[worker], &g, table, items, pair, VV_IGNORED);

	/* Whoever reads the lines finds the words for what is wrong. */
	return proved == VV_ENOMEM ? (int)vv_fail_nomem(err) : proved > 0;
}
