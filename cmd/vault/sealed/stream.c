/*
 * stream: how items are in the content of a run's shards.
 */
#include "cmd/vault/sealed/stream.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/record.h"
#include "transport/protocol/compress.h"

#define GIT_CODEC 0x78 /* multicodec git-raw; the digest is SHA-1, 12 zeros after it */
#define NOWHERE UINT64_MAX
#define TRAILER 16u
#define ITEM_HEAD_MAX (1u + 10u + 10u + 32u + 32u)

static bool has_digest(vv_item_kind kind)
{
	return kind >= VV_ITEM_RAW && kind <= VV_ITEM_TAG;
}

static size_t digest_len(vv_item_kind kind)
{
	if (!has_digest(kind)) return 0;
	return kind <= VV_ITEM_NODE ? 32 : VV_SHA1_LEN;
}

vv_cid vv_item_cid(vv_item_kind kind, const uint8_t *digest)
{
	vv_cid cid = {.codec = kind == VV_ITEM_RAW    ? VV_CODEC_RAW
			       : kind == VV_ITEM_NODE ? VV_CODEC_DAG_CBOR
						      : GIT_CODEC};
	memcpy(cid.digest, digest, digest_len(kind));
	return cid;
}

/* --- the index ------------------------------------------------------------------------------ */

void vv_item_index_clear(vv_item_index *x)
{
	vv_free(x->items);
	memset(x, 0, sizeof(*x));
}

/* A number that the format reserves: 0. */
static bool read_zero(const uint8_t **p, const uint8_t *end)
{
	uint64_t n;

	return vv_varint_read(p, end, &n) && n == 0;
}

static bool read_place(vv_item_place *out, const uint8_t **p, const uint8_t *end)
{
	if (*p == end) return false;
	out->kind = (vv_item_kind) * (*p)++;
	size_t digest = digest_len(out->kind);
	if (digest == 0 || (size_t)(end - *p) < digest) return false;
	out->cid = vv_item_cid(out->kind, *p);
	*p += digest;
	return read_zero(p, end) && vv_varint_read(p, end, &out->offset);
}

vv_status vv_item_index_read(vv_item_index *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes, *end = p + len;
	uint64_t n;

	memset(out, 0, sizeof(*out));
	bool fine = len > 0 && read_zero(&p, end) && vv_varint_read(&p, end, &n) &&
		    n <= (size_t)(end - p) / (1 + VV_SHA1_LEN + 2);
	if (fine && !(out->items = vv_calloc((size_t)n + 1, sizeof(*out->items)))) {
		vv_item_index_clear(out);
		return vv_fail_nomem(err);
	}
	while (fine && out->count < n) {
		fine = read_place(&out->items[out->count], &p, end);
		out->count += fine;
	}
	if (!fine || p != end) {
		vv_item_index_clear(out);
		return vv_fail(err, VV_ECORRUPT, "the index of a run cannot be read");
	}
	return VV_OK;
}

/* --- writing -------------------------------------------------------------------------------- */

struct vv_stream_out {
	const vv_shard_seal *seal;
	vv_shard_out_fn fn;
	void *payload;
	vv_coder *coder;
	vv_buf pending; /* content that is in no shard yet */
	vv_buf shard;
	uint64_t len; /* content before pending */
	vv_item_place *items;
	size_t count, cap;
	vv_cid_map *has;
};

vv_status vv_stream_out_open(vv_stream_out **out, const vv_shard_seal *seal, vv_shard_out_fn fn,
			     void *payload, vv_error *err)
{
	vv_auto(vv_stream_out) *o = vv_calloc(1, sizeof(*o));

	*out = NULL;
	if (!o) return vv_fail_nomem(err);
	*o = (vv_stream_out){.seal = seal,
			     .fn = fn,
			     .payload = payload,
			     .coder = vv_coder_new(err),
			     .has = vv_cid_map_new()};
	return o->has && o->coder ? vv_hand_over(out, &o) : vv_fail_nomem(err);
}

void vv_stream_out_close(vv_stream_out *o)
{
	if (o) {
		vv_coder_free(o->coder);
		vv_buf_clear_all(&o->pending, &o->shard);
		vv_cid_map_free(o->has);
		vv_free_all(o->items, o);
	}
}

uint64_t vv_stream_out_len(const vv_stream_out *o)
{
	return o->len + o->pending.len;
}

bool vv_stream_out_has(const vv_stream_out *o, const vv_cid *cid)
{
	size_t at;
	return vv_cid_map_find(o->has, cid, &at);
}

static vv_status send_shard(vv_stream_out *o, const char *content, size_t len, vv_error *err)
{
	vv_shard s;
	vv_status rc = vv_shard_make(&o->shard, &s, o->seal, content, len, err);

	o->len += len;
	return rc < 0 ? rc : o->fn(o->payload, &s, o->shard.data, o->shard.len, err);
}

static vv_status send_full(vv_stream_out *o, vv_error *err)
{
	size_t at = 0;
	vv_status rc = vv_buf_ok(&o->pending, err);

	for (; rc == VV_OK && o->pending.len - at > VV_SHARD_FULL; at += VV_SHARD_FULL) {
		rc = send_shard(o, o->pending.data + at, VV_SHARD_FULL, err);
	}
	vv_buf_drop_front(&o->pending, at);
	return rc;
}

static vv_status add_place(vv_stream_out *o, const vv_item_place *p, vv_error *err)
{
	bool added;
	vv_status rc;

	if (!vv_array_room(o->items, o->count, o->cap)) return vv_fail_nomem(err);
	if ((rc = vv_cid_map_put(o->has, &p->cid, o->count, &added, err)) == VV_OK && added) {
		o->items[o->count++] = *p;
	}
	return rc;
}

/* Its bytes go to pending. */
static vv_status put_item(vv_stream_out *o, const vv_item *item, vv_error *err)
{
	const size_t digest = digest_len(item->kind);
	vv_packed c;
	vv_status rc;

	if (item->len > VV_ITEM_MAX) {
		return vv_fail(err, VV_EREFUSED, "a file has %s, and the limit of a vault is %s",
			       vv_text_bytes(item->len), vv_text_bytes(VV_ITEM_MAX));
	}
	if ((rc = vv_compress(&c, o->coder, item->bytes, item->len, item->base, item->base_len,
			      err)) < 0) {
		return rc;
	}
	vv_buf_putc(&o->pending, (int)(item->kind | (unsigned)c.method << 4));
	vv_buf_put_varint(&o->pending, item->len);
	vv_buf_put_varint(&o->pending, c.len);
	vv_buf_put(&o->pending, item->cid.digest, digest);
	if (c.method == VV_METHOD_DIFF) {
		vv_buf_put(&o->pending, item->base_cid.digest, digest);
	}
	vv_buf_put(&o->pending, c.bytes, c.len);
	return send_full(o, err);
}

vv_status vv_stream_out_put(vv_stream_out *o, const vv_item *item, vv_error *err)
{
	vv_item_place p = {.cid = item->cid, .kind = item->kind, .offset = vv_stream_out_len(o)};

	if (vv_stream_out_has(o, &item->cid)) return VV_OK;
	vv_status rc = put_item(o, item, err);
	return rc < 0 ? rc : add_place(o, &p, err);
}

static void write_index(const vv_stream_out *o, vv_buf *b)
{
	vv_buf_put_varint(b, 0);
	vv_buf_put_varint(b, o->count);
	vv_array_each(o->items, o->count, p) {
		vv_buf_putc(b, (int)p->kind);
		vv_buf_put(b, p->cid.digest, digest_len(p->kind));
		vv_buf_put_varint(b, 0);
		vv_buf_put_varint(b, p->offset);
	}
}

static vv_status put_text(vv_stream_out *o, vv_item_kind kind, const vv_buf *text, uint64_t *at,
			  vv_error *err)
{
	*at = NOWHERE;
	if (!text) return VV_OK;
	const vv_item item = {.kind = kind, .bytes = vv_buf_cstr(text), .len = text->len};
	*at = vv_stream_out_len(o);
	return put_item(o, &item, err);
}

vv_status vv_stream_out_end(vv_stream_out *o, const vv_buf *refs, vv_buf *index, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	uint64_t at[2];
	uint8_t trailer[TRAILER];
	vv_status rc;

	write_index(o, &b);
	if ((rc = vv_buf_ok(&b, err)) < 0 ||
	    (rc = put_text(o, VV_ITEM_REFS, refs, &at[1], err)) < 0 ||
	    (rc = put_text(o, VV_ITEM_INDEX, &b, &at[0], err)) < 0) {
		return rc;
	}
	vv_put_le64(trailer, at[0]);
	vv_put_le64(trailer + 8, at[1]);
	vv_buf_put(&o->pending, trailer, TRAILER);
	if ((rc = send_full(o, err)) == VV_OK) {
		rc = send_shard(o, o->pending.data, o->pending.len, err);
	}
	o->pending.len = 0;
	if (rc == VV_OK && index) {
		vv_buf_set(index, b.data, b.len);
		rc = vv_buf_ok(index, err);
	}
	return rc;
}

/* --- reading --------------------------------------------------------------------------------- */

struct vv_stream_in {
	size_t shards;
	vv_shard_in_fn fn;
	void *payload;
	vv_coder *coder;
	vv_buf content; /* of the shard number at */
	size_t at;      /* SIZE_MAX: of none */
	vv_buf item, room;
};

vv_status vv_stream_in_open(vv_stream_in **out, size_t shards, vv_shard_in_fn fn, void *payload,
			    vv_error *err)
{
	vv_auto(vv_stream_in) *in = vv_calloc(1, sizeof(*in));

	*out = NULL;
	if (!in) return vv_fail_nomem(err);
	*in = (vv_stream_in){.shards = shards,
			     .fn = fn,
			     .payload = payload,
			     .at = SIZE_MAX,
			     .coder = vv_coder_new(err)};
	return in->coder ? vv_hand_over(out, &in) : VV_ENOMEM;
}

void vv_stream_in_close(vv_stream_in *in)
{
	if (in) {
		vv_coder_free(in->coder);
		vv_buf_clear_all(&in->content, &in->item, &in->room);
		vv_free(in);
	}
}

static vv_status load_shard(vv_stream_in *in, size_t i, vv_error *err)
{
	vv_status rc;

	if (i >= in->shards) {
		return vv_fail(err, VV_ECORRUPT, "an item is longer than its run");
	}
	if (in->at == i) return VV_OK;
	in->at = SIZE_MAX;
	vv_buf_reset(&in->content);
	if ((rc = in->fn(in->payload, i, &in->content, err)) < 0) return rc;
	if (i + 1 < in->shards && in->content.len != VV_SHARD_FULL) {
		return vv_fail(err, VV_ECORRUPT, "a shard in the middle of a run is not full");
	}
	in->at = i;
	return VV_OK;
}

/* Appends the content from there on, up to len bytes; fewer at the end of the run. */
static vv_status read_some(vv_stream_in *in, uint64_t from, size_t len, vv_buf *out, vv_error *err)
{
	vv_status rc;

	while (len > 0) {
		size_t i = (size_t)(from / VV_SHARD_FULL), at = (size_t)(from % VV_SHARD_FULL);
		if (i >= in->shards) return VV_OK;
		if ((rc = load_shard(in, i, err)) < 0) return rc;
		size_t n = at < in->content.len ? in->content.len - at : 0;
		n = n < len ? n : len;
		if (n == 0) return VV_OK;
		vv_buf_put(out, in->content.data + at, n);
		from += n;
		len -= n;
	}
	return vv_buf_ok(out, err);
}

static vv_status damaged_run(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the content of a run cannot be read");
}

vv_status vv_stream_in_at(vv_stream_in *in, uint64_t offset, vv_item_stored *out, vv_error *err)
{
	uint64_t raw, stored;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	vv_buf_reset(&in->item);
	if (offset / VV_SHARD_FULL >= in->shards) return damaged_run(err);
	if ((rc = read_some(in, offset, ITEM_HEAD_MAX, &in->item, err)) < 0) return rc;
	if (in->item.len == 0) return damaged_run(err);
	const uint8_t *p = (const uint8_t *)in->item.data;
	const uint8_t *end = p + in->item.len;
	out->kind = (vv_item_kind)(*p & 15);
	out->method = *p++ >> 4;
	size_t digest = digest_len(out->kind);
	if ((digest == 0 && (out->kind < VV_ITEM_INDEX || out->kind > VV_ITEM_REFS)) ||
	    out->method > VV_METHOD_DIFF || (out->method == VV_METHOD_DIFF && digest == 0) ||
	    !vv_varint_read(&p, end, &raw) || !vv_varint_read(&p, end, &stored) ||
	    raw > VV_ITEM_MAX || stored > VV_ITEM_MAX ||
	    (out->method == VV_METHOD_STORED && raw != stored) ||
	    (size_t)(end - p) < digest * (out->method == VV_METHOD_DIFF ? 2 : 1)) {
		return damaged_run(err);
	}
	if (digest > 0) {
		out->cid = vv_item_cid(out->kind, p);
		p += digest;
	}
	if (out->method == VV_METHOD_DIFF) {
		out->base = vv_item_cid(out->kind, p);
		p += digest;
	}
	size_t head = (size_t)(p - (const uint8_t *)in->item.data);
	out->raw_len = (size_t)raw;
	out->len = (size_t)stored;
	out->next = offset + head + stored;
	if (out->next > (uint64_t)in->shards * VV_SHARD_FULL) return damaged_run(err);
	vv_buf_reset(&in->item);
	if ((rc = read_some(in, offset + head, out->len, &in->item, err)) < 0) return rc;
	if (in->item.len != out->len) return damaged_run(err);
	out->bytes = (const uint8_t *)vv_buf_cstr(&in->item);
	return VV_OK;
}

/* Git's id of an object: SHA-1 of "type length", a NUL and the bytes. */
static vv_status git_id(uint8_t out[VV_SHA1_LEN], vv_item_kind kind, const void *bytes, size_t len,
			vv_error *err)
{
	static const char *const names[] = {"commit", "tree", "blob", "tag"};
	char head[48];
	int n = snprintf(head, sizeof(head), "%s %zu", names[kind - VV_ITEM_COMMIT], len);

	return vv_sha1(out, head, (size_t)n + 1, bytes, len, err);
}

static vv_status check_digest(const vv_item_stored *s, const vv_buf *raw, vv_error *err)
{
	vv_cid is = {0};
	uint8_t id[VV_SHA1_LEN];
	vv_status rc = VV_OK;

	if (s->kind <= VV_ITEM_NODE) {
		rc = vv_cid_of(&is, s->cid.codec, vv_buf_cstr(raw), raw->len, err);
	} else if (has_digest(s->kind)) {
		if ((rc = git_id(id, s->kind, vv_buf_cstr(raw), raw->len, err)) == VV_OK) {
			is = vv_item_cid(s->kind, id);
		}
	} else {
		return VV_OK;
	}
	return rc == VV_OK && !vv_cid_equal(&is, &s->cid)
		       ? vv_fail(err, VV_ECORRUPT, "an item of a run does not match its digest")
		       : rc;
}

vv_status vv_stream_in_expand(vv_stream_in *in, const vv_item_stored *s, const void *base,
			      size_t base_len, vv_buf *out, vv_error *err)
{
	const vv_packed c = {.method = s->method, .bytes = s->bytes, .len = s->len};
	vv_status rc = vv_uncompress(out, s->raw_len, in->coder, &c, base, base_len, &in->room,
				     err);

	return rc < 0 ? rc : check_digest(s, out, err);
}

static vv_status read_text(vv_stream_in *in, uint64_t at, vv_item_kind kind, vv_buf *out,
			   vv_error *err)
{
	vv_item_stored s;
	vv_status rc;

	vv_buf_reset(out);
	if (at == NOWHERE) return VV_OK;
	if ((rc = vv_stream_in_at(in, at, &s, err)) < 0) return rc;
	return s.kind == kind ? vv_stream_in_expand(in, &s, NULL, 0, out, err) : damaged_run(err);
}

vv_status vv_stream_in_end(vv_stream_in *in, vv_buf *index, vv_buf *refs, vv_error *err)
{
	vv_auto(vv_buf) trailer = VV_BUF_INIT;
	vv_status rc;
	if (in->shards == 0) return damaged_run(err);
	if ((rc = load_shard(in, in->shards - 1, err)) < 0) return rc;
	const uint64_t len = (uint64_t)(in->shards - 1) * VV_SHARD_FULL + in->content.len;
	if (len < TRAILER) return damaged_run(err);
	if ((rc = read_some(in, len - TRAILER, TRAILER, &trailer, err)) < 0) return rc;
	if (trailer.len != TRAILER) return damaged_run(err);
	const uint8_t *at = (const uint8_t *)trailer.data;
	rc = read_text(in, vv_get_le64(at), VV_ITEM_INDEX, index, err);
	return rc < 0 ? rc : read_text(in, vv_get_le64(at + 8), VV_ITEM_REFS, refs, err);
}
