/*
 * places_block: parses and checks the bytes of a block.
 */
#include "dataset/format/places_block.h"

#include <string.h>

#include "base/buf.h"

static vv_status bad_places(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the stored positions of rows are damaged: %s", what);
}

vv_status places_block_open(places_block *b, const uint8_t *bytes, size_t len, vv_error *err)
{
	if (len < 2 || len > VV_PLACES_BLOCK_MAX || bytes[0] > PLACES_FORM_PACKED) {
		return bad_places("a block is malformed", err);
	}
	*b = (places_block){
		.p = bytes + 1, .end = bytes + len, .packed = bytes[0] == PLACES_FORM_PACKED};
	if (!b->packed) return VV_OK;
	b->width = *b->p++;
	if (b->width == 0 || b->width > 48 || !vv_varint_read(&b->p, b->end, &b->rows) ||
	    b->rows == 0 || b->rows > (uint64_t)VV_PLACES_BLOCK_MAX * 8 ||
	    places_packed_bytes(b->rows, b->width) != (uint64_t)(b->end - b->p)) {
		return bad_places("a packed block has a wrong length", err);
	}
	return VV_OK;
}

uint64_t places_block_packed(places_block *b)
{
	while (b->have < b->width) {
		b->bits |= (uint64_t)*b->p++ << b->have;
		b->have += 8;
	}
	uint64_t place = b->bits & ((UINT64_C(1) << b->width) - 1);
	b->bits >>= b->width;
	b->have -= b->width;
	b->rows--;
	return place;
}

vv_status places_block_run(places_block *b, places_run *out, uint64_t *expected, vv_error *err)
{
	uint64_t far;

	if (!vv_varint_read(&b->p, b->end, &far) || !vv_varint_read(&b->p, b->end, &out->count) ||
	    out->count == 0 || out->count > VV_PLACE_MAX + 1) {
		return bad_places("a run of rows is invalid", err);
	}
	uint64_t step = far / 2 + (far & 1);
	if ((far & 1) ? step > *expected : step > VV_PLACE_MAX || *expected > VV_PLACE_MAX - step) {
		return bad_places("a run is outside the file", err);
	}
	out->first = (far & 1) ? *expected - step : *expected + step;
	if (out->count > VV_PLACE_MAX + 1 - out->first) {
		return bad_places("a run is outside the file", err);
	}
	*expected = out->first + out->count;
	return VV_OK;
}

/* Where runs lie is known only with the block before: here they are only counted. */
static vv_status count_runs(uint64_t *rows, places_block *b, vv_error *err)
{
	size_t runs = 0;
	uint64_t far, count;

	*rows = 0;
	while (b->p < b->end) {
		if (!vv_varint_read(&b->p, b->end, &far) ||
		    !vv_varint_read(&b->p, b->end, &count) || count == 0 ||
		    far / 2 > VV_PLACE_MAX || count > VV_PLACE_MAX + 1 ||
		    *rows > VV_PLACE_MAX + 1 - count || ++runs > PLACES_RUNS_MOST) {
			return bad_places("a run of rows is invalid", err);
		}
		*rows += count;
	}
	return VV_OK;
}

vv_status vv_places_rows(uint64_t *rows, const void *bytes, size_t len, vv_error *err)
{
	places_block b;
	uint64_t greatest = 0;
	vv_status rc = places_block_open(&b, bytes, len, err);

	if (rc < 0 || !b.packed) return rc < 0 ? rc : count_runs(rows, &b, err);
	*rows = b.rows;
	while (b.rows > 0) {
		uint64_t place = places_block_packed(&b);

		greatest = place > greatest ? place : greatest;
	}
	return places_bits(greatest) != b.width || b.bits != 0
		       ? bad_places("a packed block uses more bits than necessary", err)
		       : VV_OK;
}
