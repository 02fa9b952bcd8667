/*
 * compress: when a difference is worth its name.
 */
#include "transport/protocol/compress.h"

#include <string.h>

/* Little text has hardly anything of its own to copy from. */
#define SMALL_LEN 1024u

static const uint8_t magic[4] = {0x28, 0xb5, 0x2f, 0xfd};

static void strip(vv_compressed *out, const vv_packed *p)
{
	out->method = p->method;
	out->bytes = p->bytes;
	out->len = p->len;
	if ((p->method == VV_METHOD_ZSTD || p->method == VV_METHOD_DIFF) &&
	    p->len > sizeof(magic) && memcmp(p->bytes, magic, sizeof(magic)) == 0) {
		out->bytes += sizeof(magic);
		out->len -= sizeof(magic);
	}
}

vv_status vv_compress(vv_compressed *out, vv_coder *c, const void *raw, size_t len,
		      const void *prefix, size_t prefix_len, vv_error *err)
{
	vv_packed diff = {VV_METHOD_DIFF, NULL, 0}, whole;
	vv_status rc = VV_OK;

	if (prefix_len > 0) {
		rc = vv_coder_diff(c, raw, len, prefix, prefix_len, len, &diff, err);
	}
	if (rc == VV_OK && diff.len > 0 && diff.len < len / (len <= SMALL_LEN ? 3 : 8)) {
		strip(out, &diff);
		return VV_OK; /* no look at the whole could do better */
	}
	if (rc < 0 || (rc = vv_coder_whole(c, raw, len, &whole, err)) < 0) return rc;
	strip(out, diff.len > 0 && diff.len <= whole.len ? &diff : &whole);
	return VV_OK;
}

vv_compressed vv_stripped(const vv_packed *p)
{
	vv_compressed out;

	strip(&out, p);
	return out;
}

vv_packed vv_unstripped(const vv_compressed *s, const vv_buf *room)
{
	if (s->method == VV_METHOD_ZSTD || s->method == VV_METHOD_DIFF) {
		return (vv_packed){s->method, (const uint8_t *)room->data, room->len};
	}
	return (vv_packed){s->method, s->bytes, s->len};
}

vv_status vv_uncompress(vv_buf *raw, size_t raw_len, vv_coder *c, const vv_compressed *s,
			const void *prefix, size_t prefix_len, vv_buf *room, vv_error *err)
{
	vv_buf_reset(raw);
	vv_buf_reset(room);
	if (!vv_buf_reserve(raw, raw_len + 1)) return vv_fail_nomem(err);
	const uint8_t *bytes = s->bytes;
	size_t len = s->len;
	if (s->method == VV_METHOD_ZSTD || s->method == VV_METHOD_DIFF) {
		vv_buf_put(room, magic, sizeof(magic));
		vv_buf_put(room, s->bytes, s->len);
		if (vv_buf_ok(room, err) < 0) return VV_ENOMEM;
		bytes = (const uint8_t *)room->data;
		len = room->len;
	}
	vv_status rc = vv_coder_expand(c, s->method, bytes, len, prefix, prefix_len, raw->data,
				       raw_len, err);
	if (rc == VV_OK) {
		raw->len = raw_len;
		raw->data[raw_len] = '\0';
	}
	return rc;
}
