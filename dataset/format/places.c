/*
 * places: how runs of rows are packed into blocks, and where a block ends.
 */
#include "dataset/format/places.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/places_block.h"
#include "repo/blocks/cbor.h"

/* Sizes of a block, in runs; the longest is far below VV_PLACES_BLOCK_MAX. */
#define RUNS_LEAST 512u
#define CUT_MASK 1023u
#define RUN_BYTES_MAX 14u /* two varints of 49 bits */

_Static_assert(1 + PLACES_RUNS_MOST * RUN_BYTES_MAX <= VV_PLACES_BLOCK_MAX, "a block of runs");

/* The distance of the run from expected, the place after the run before. */
static uint64_t zigzag_from(uint64_t expected, uint64_t first)
{
	return first >= expected ? (first - expected) * 2 : (expected - first) * 2 - 1;
}

/* ---- writing ---- */

struct vv_places_writer {
	vv_list_builder *list;
	places_run runs[PLACES_RUNS_MOST]; /* of the block */
	size_t count;
	places_run open;   /* the run that may continue; count 0: none */
	uint64_t expected; /* after the last run that is closed */
	uint64_t rows;     /* of the block */
	uint64_t greatest;
	vv_buf pairs, item;
};

vv_status vv_places_writer_new(vv_places_writer **out, const vv_sink *sink, const vv_buf *old,
			       vv_error *err)
{
	vv_auto(vv_places_writer) *w = vv_calloc(1, sizeof(*w));

	*out = NULL;
	if (!w) return vv_fail_nomem(err);
	const vv_status rc = vv_list_builder_new(&w->list, VV_LIST_PLACES, sink, old, err);
	return rc < 0 ? rc : vv_hand_over(out, &w);
}

void vv_places_writer_free(vv_places_writer *w)
{
	if (w) {
		vv_list_builder_free(w->list);
		vv_buf_clear_all(&w->pairs, &w->item);
		vv_free(w);
	}
}

static void put_packed(vv_places_writer *w, vv_buf *out, unsigned width)
{
	uint64_t bits = 0; /* fewer than 8 between places */
	unsigned have = 0;

	vv_buf_putc(out, PLACES_FORM_PACKED);
	vv_buf_putc(out, (int)width);
	vv_buf_put_varint(out, w->rows);
	vv_array_each(w->runs, w->count, run) {
		for (uint64_t k = 0; k < run->count; k++) {
			bits |= (run->first + k) << have;
			for (have += width; have >= 8; have -= 8) {
				vv_buf_putc(out, (int)(bits & 0xff));
				bits >>= 8;
			}
		}
	}
	if (have > 0) {
		vv_buf_putc(out, (int)(bits & 0xff));
	}
}

static vv_status end_block(vv_places_writer *w, vv_error *err)
{
	unsigned width = places_bits(w->greatest);
	vv_auto(vv_buf) block = VV_BUF_FOR(&w->pairs);
	vv_status rc;

	if (w->rows < VV_PLACES_BLOCK_MAX * 8 && /* else runs are shorter */
	    1 + vv_varint_len(w->rows) + places_packed_bytes(w->rows, width) < w->pairs.len) {
		put_packed(w, &block, width);
	} else {
		vv_buf_putc(&block, PLACES_FORM_RUNS);
		vv_buf_put(&block, w->pairs.data, w->pairs.len);
	}
	vv_buf_reset(&w->item);
	vv_cbor_put_bytes(&w->item, block.data, block.len);
	rc = w->pairs.failed || w->item.failed
		     ? vv_fail_nomem(err)
		     : vv_list_builder_add(w->list, w->item.data, w->item.len, w->rows, err);
	vv_buf_reset(&w->pairs);
	w->count = 0;
	w->rows = w->greatest = 0;
	return rc;
}

static vv_status end_run(vv_places_writer *w, vv_error *err)
{
	const places_run *r = &w->open;
	uint64_t far = zigzag_from(w->expected, r->first), last = r->first + r->count - 1;
	uint8_t le[16];

	vv_put_le64(le, far);
	vv_put_le64(le + 8, r->count);
	vv_buf_put_varint(&w->pairs, far);
	vv_buf_put_varint(&w->pairs, r->count);
	w->runs[w->count++] = *r;
	w->rows += r->count;
	w->greatest = last > w->greatest ? last : w->greatest;
	w->expected = last + 1;
	w->open.count = 0;
	bool cut = w->count == PLACES_RUNS_MOST ||
		   (w->count >= RUNS_LEAST && (vv_xxh3(le, sizeof(le), 0) & CUT_MASK) == 0);
	return cut ? end_block(w, err) : VV_OK;
}

vv_status vv_places_add(vv_places_writer *w, uint64_t place, vv_error *err)
{
	vv_status rc;

	if (place > VV_PLACE_MAX) {
		return vv_fail(err, VV_EREFUSED, "the table has more than 2^48 rows");
	}
	if (w->open.count > 0 && place == w->open.first + w->open.count) {
		w->open.count++;
		return VV_OK;
	}
	if (w->open.count > 0 && (rc = end_run(w, err)) < 0) return rc;
	w->open = (places_run){place, 1};
	return VV_OK;
}

vv_status vv_places_finish(vv_places_writer *w, vv_buf *out, vv_error *err)
{
	vv_status rc;

	if ((w->open.count > 0 && (rc = end_run(w, err)) < 0) ||
	    (w->count > 0 && (rc = end_block(w, err)) < 0)) {
		return rc;
	}
	return vv_list_builder_finish(w->list, out, err);
}

/* ---- reading ---- */

struct vv_places_reader {
	vv_list_reader *list;
	places_block block; /* borrows from the list's item */
	places_run run;     /* its rest */
	uint64_t expected;
};

vv_status vv_places_open(vv_places_reader **out, const vv_sink *source, const vv_buf *top,
			 vv_error *err)
{
	vv_auto(vv_places_reader) *r = vv_calloc(1, sizeof(*r));

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	const vv_status rc = vv_list_reader_open(&r->list, VV_LIST_PLACES, source, top->data,
						 top->len, err);
	return rc < 0 ? rc : vv_hand_over(out, &r);
}

void vv_places_close(vv_places_reader *r)
{
	if (r) {
		vv_list_reader_close(r->list);
		vv_free(r);
	}
}

static int next_block(vv_places_reader *r, vv_error *err)
{
	vv_list_item item;
	const uint8_t *bytes;
	size_t len;
	vv_status rc;
	int more = vv_list_next(r->list, &item, err);

	if (more <= 0) return more;
	if ((rc = vv_cbor_get_bytes(&item.cbor, &bytes, &len, err)) < 0 ||
	    (rc = places_block_open(&r->block, bytes, len, err)) < 0) {
		return rc;
	}
	return 1;
}

int vv_places_next(vv_places_reader *r, uint64_t *place, vv_error *err)
{
	places_block *b = &r->block;
	vv_status rc;

	if (r->run.count == 0 && (b->packed ? b->rows == 0 : b->p == b->end)) {
		int more = next_block(r, err);

		if (more <= 0) return more;
	}
	if (b->packed) {
		*place = places_block_packed(b);
		r->expected = *place + 1;
		return 1;
	}
	if (r->run.count == 0 && (rc = places_block_run(b, &r->run, &r->expected, err)) < 0) {
		return rc;
	}
	*place = r->run.first++;
	r->run.count--;
	return 1;
}
