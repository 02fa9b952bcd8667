/*
 * parts: reading and writing what describes them.
 */
#include "repo/blocks/parts.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"

#define SUM_LEN 8u

void vv_parts_clear(vv_parts *p)
{
	vv_free_all(p->items, p->seams);
	memset(p, 0, sizeof(*p));
}

static vv_status bad_parts(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "its list of parts is damaged");
}

/* *at: the earliest start of the next part in the block; its stored place is not set yet. */
static bool read_part(vv_part *part, const uint8_t **p, const uint8_t *end, uint64_t *at,
		      size_t raw_len)
{
	uint64_t gap, len, stored;

	if (!vv_varint_read(p, end, &gap) || !vv_varint_read(p, end, &len) ||
	    !vv_varint_read(p, end, &stored) || (size_t)(end - *p) < SUM_LEN ||
	    gap > raw_len - *at || len == 0 || len > raw_len - *at - gap || stored == 0 ||
	    stored > len) {
		return false;
	}
	*part = (vv_part){.at = (uint32_t)(*at + gap),
			  .len = (uint32_t)len,
			  .stored = (uint32_t)stored,
			  .sum = vv_get_le64(*p)};
	*p += SUM_LEN;
	*at += gap + len;
	return true;
}

vv_status vv_parts_read(vv_parts *out, const void *stored, size_t have, size_t stored_len,
			size_t raw_len, vv_error *err)
{
	const uint8_t *start = stored, *p = start, *end = start + have;
	uint64_t count, at = 0, head, from;
	size_t parts_len = 0;

	out->count = 0;
	if (!vv_varint_read(&p, end, &count) || count == 0 || count > VV_PARTS_MAX) {
		return bad_parts(err);
	}
	if (!vv_array_room_for(out->items, out->count, out->cap, (size_t)count)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		if (!read_part(&out->items[i], &p, end, &at, raw_len)) return bad_parts(err);
		parts_len += out->items[i].len;
	}
	out->head_len = (uint32_t)(raw_len - parts_len);
	if (!vv_varint_read(&p, end, &head) || head > out->head_len ||
	    (head == 0) != (out->head_len == 0) || (size_t)(end - p) < SUM_LEN) {
		return bad_parts(err);
	}
	out->directory = (size_t)(p - start);
	out->head_sum = vv_get_le64(p);
	out->from = (uint32_t)(out->directory + SUM_LEN);
	out->stored = (uint32_t)head;
	from = out->from + head;
	for (size_t i = 0; i < count; i++) {
		out->items[i].from = (uint32_t)from;
		from += out->items[i].stored;
	}
	if (from != stored_len) return bad_parts(err);
	out->count = (size_t)count;
	return VV_OK;
}

uint64_t vv_parts_head_sum(const void *directory, size_t directory_len, const void *head,
			   size_t head_len)
{
	return vv_xxh3(head, head_len, vv_xxh3(directory, directory_len, 0));
}

vv_status vv_parts_write(vv_buf *out, vv_parts *p, const void *head, vv_error *err)
{
	const size_t begin = out->len;
	uint8_t sum[SUM_LEN];
	uint32_t at = 0;

	vv_buf_put_varint(out, p->count);
	vv_array_each(p->items, p->count, part) {
		vv_buf_put_varint(out, part->at - at);
		vv_buf_put_varint(out, part->len);
		vv_buf_put_varint(out, part->stored);
		vv_put_le64(sum, part->sum);
		vv_buf_put(out, sum, SUM_LEN);
		at = part->at + part->len;
	}
	vv_buf_put_varint(out, p->stored);
	if (vv_buf_ok(out, err) < 0) return VV_ENOMEM;
	p->directory = out->len - begin;
	p->head_sum = vv_parts_head_sum(out->data + begin, p->directory, head, p->head_len);
	vv_put_le64(sum, p->head_sum);
	vv_buf_put(out, sum, SUM_LEN);
	return vv_buf_ok(out, err);
}

/* The piece of the head before part i, or after the last one. */
static size_t piece_before(const vv_parts *p, size_t i, size_t raw_len, size_t *at)
{
	*at = i == 0 ? 0 : (size_t)p->items[i - 1].at + p->items[i - 1].len;
	return (i < p->count ? p->items[i].at : raw_len) - *at;
}

void vv_parts_gather(const vv_parts *p, uint8_t *head, const uint8_t *raw, size_t raw_len)
{
	size_t at;

	for (size_t i = 0; i <= p->count; i++) {
		const size_t len = piece_before(p, i, raw_len, &at);

		memcpy(head, raw + at, len);
		head += len;
	}
}

void vv_parts_scatter(const vv_parts *p, uint8_t *raw, size_t raw_len, const uint8_t *head)
{
	size_t at;

	for (size_t i = 0; i <= p->count; i++) {
		const size_t len = piece_before(p, i, raw_len, &at);

		memcpy(raw + at, head, len);
		head += len;
	}
}
