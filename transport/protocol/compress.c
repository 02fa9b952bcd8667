/*
 * compress: when a difference is worth its name.
 */
#include "transport/protocol/compress.h"

#include <string.h>

#include "repo/blocks/record.h"

/* Little text has hardly anything of its own to copy from. */
#define SMALL_LEN 1024u

static const uint8_t magic[4] = {0x28, 0xb5, 0x2f, 0xfd};

static bool is_frame(const vv_packed *p)
{
	return p->method == VV_METHOD_ZSTD || p->method == VV_METHOD_DIFF;
}

vv_packed vv_stripped(const vv_packed *p)
{
	const size_t skip = sizeof(magic);

	return is_frame(p) && p->len > skip && memcmp(p->bytes, magic, skip) == 0
		       ? (vv_packed){p->method, p->bytes + skip, p->len - skip}
		       : *p;
}

vv_status vv_compress(vv_packed *out, vv_coder *c, const void *raw, size_t len, const void *prefix,
		      size_t prefix_len, vv_error *err)
{
	vv_packed diff = {VV_METHOD_DIFF, NULL, 0}, whole;
	vv_status rc = VV_OK;

	if (prefix_len > 0) {
		rc = vv_coder_diff(c, raw, len, prefix, prefix_len, len, &diff, err);
	}
	if (rc == VV_OK && diff.len > 0 && diff.len < len / (len <= SMALL_LEN ? 3 : 8)) {
		*out = vv_stripped(&diff);
		return VV_OK; /* no look at the whole could do better */
	}
	if (rc < 0 || (rc = vv_coder_whole(c, raw, len, &whole, err)) < 0) return rc;
	*out = vv_stripped(diff.len > 0 && diff.len <= whole.len ? &diff : &whole);
	return VV_OK;
}

vv_packed vv_unstripped(const vv_packed *s, const vv_buf *room)
{
	return is_frame(s) ? (vv_packed){s->method, (const uint8_t *)room->data, room->len} : *s;
}

vv_status vv_uncompress(vv_buf *raw, size_t raw_len, vv_coder *c, const vv_packed *s,
			const void *prefix, size_t prefix_len, vv_buf *room, vv_error *err)
{
	vv_buf_reset(raw);
	vv_buf_reset(room);
	if (!vv_buf_reserve(raw, raw_len + 1)) return vv_fail_nomem(err);
	if (is_frame(s)) {
		vv_buf_put(room, magic, sizeof(magic));
		vv_buf_put(room, s->bytes, s->len);
		if (vv_buf_ok(room, err) < 0) return VV_ENOMEM;
	}
	const vv_packed p = vv_unstripped(s, room);
	vv_status rc = vv_coder_expand(c, p.method, p.bytes, p.len, prefix, prefix_len, raw->data,
				       raw_len, err);
	if (rc == VV_OK) {
		raw->len = raw_len;
		raw->data[raw_len] = '\0';
	}
	return rc;
}
