/*
 * block_stream: how a block is written so that the other side can compute its name.
 */
#include "transport/protocol/block_stream.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "transport/protocol/compress.h"
#include "transport/protocol/frame.h"

enum { METHOD = 3, ABSENT = 3, NODE = 4, BASE_SHIFT = 3, BASE_MASK = 3, EDITS = 32, PARTS = 64 };
enum { BASE_NONE = 0, BASE_DISTANCE = 1, BASE_DIGEST = 2 };

_Static_assert(VV_BLOCK_MAX == 1u << 20, "docs/formats/protocol.md: the raw length of a record");

#define LINK_LEN 41u

/* Differences up to this length are some changed cells or rows, which more time does not shorten: none of the
 * 356 row edits without compression among 625, of 300 versions of a table of 100 KB. It shortens some of
 * those of 81 to 128 bytes, by 211 bytes together, and of the compressed ones by 100. */
#define SHORT_LEN 80u

/* The least number of links that precede a difference: all links begin with the same bytes. */
#define LINKS_LEAST 4u

/* Adds a record to the links of a stream, which has at least its last VV_RECENT, oldest first. */
static vv_status add_link(vv_buf *links, const vv_cid *cid, vv_error *err)
{
	const size_t most = VV_RECENT * LINK_LEN;

	if (links->len == 2 * most) {
		memcpy(links->data, links->data + most, most);
		links->len = most;
	}
	vv_cbor_put_link(links, cid);
	return vv_buf_ok(links, err);
}

/* Of the links, the last `most` are for a node. */
static void make_prefix(vv_buf *b, const vv_buf *links, size_t most, uint8_t codec,
			const vv_buf *base)
{
	const size_t len = most * LINK_LEN < links->len ? most * LINK_LEN : links->len;

	vv_buf_reset(b);
	if (codec == VV_CODEC_DAG_CBOR && len > 0) {
		vv_buf_put(b, links->data + links->len - len, len);
	}
	if (base) {
		vv_buf_put(b, base->data, base->len);
	}
}

struct vv_block_out {
	vv_channel *line;
	vv_block_get_fn get;
	void *payload;
	vv_block_form_fn get_form; /* NULL: all is made here */
	vv_effort effort;
	vv_coder *coder;
	vv_cid_map sent; /* value: number of its record */
	uint64_t records, blocks, raw_bytes;
	vv_buf links, raw, base, prefix, stored, frame;
};

vv_status vv_block_out_open(vv_block_out **out, vv_channel *line, vv_block_get_fn get,
			    void *payload, vv_effort effort, vv_error *err)
{
	vv_auto(vv_block_out) *o = vv_calloc(1, sizeof(*o));
	*out = NULL;
	if (!o) return vv_fail_nomem(err);
	*o = (vv_block_out){
		.line = line,
		.get = get,
		.payload = payload,
		.effort = effort,
		.coder = vv_coder_new(err),
	};
	if (!o->coder) return vv_fail_nomem(err);
	vv_coder_effort(o->coder, effort);
	vv_coder_allow_edits(o->coder, effort > VV_EFFORT_QUICK);
	vv_coder_allow_parts(o->coder, true);
	return vv_hand_over(out, &o);
}

void vv_block_out_use_forms(vv_block_out *o, vv_block_form_fn fn)
{
	o->get_form = fn;
}

void vv_block_out_close(vv_block_out *o)
{
	if (o) {
		vv_coder_free(o->coder);
		vv_cid_map_reset(&o->sent);
		vv_buf_clear_all(&o->raw, &o->base, &o->stored, &o->prefix, &o->frame, &o->links);
		vv_free(o);
	}
}

uint64_t vv_block_out_count(const vv_block_out *o)
{
	return o->blocks;
}

uint64_t vv_block_out_raw(const vv_block_out *o)
{
	return o->raw_bytes;
}

vv_status vv_block_out_flush(vv_block_out *o, vv_error *err)
{
	vv_status rc = vv_buf_ok(&o->frame, err);
	if (rc == VV_OK && o->frame.len > 0) {
		rc = vv_frame_write(o->line, VV_FRAME_BLOCKS, o->frame.data, o->frame.len, err);
	}
	vv_buf_reset(&o->frame);
	return rc;
}

static vv_status flush_if_full(vv_block_out *o, vv_error *err)
{
	return o->frame.len >= VV_FRAME_AIM ? vv_block_out_flush(o, err)
					    : vv_buf_ok(&o->frame, err);
}

/* Checks that the bytes in o->raw match the CID. */
static vv_status check_name(const vv_block_out *o, const vv_cid *cid, vv_error *err)
{
	vv_cid is;
	vv_status rc = vv_cid_of(&is, cid->codec, o->raw.data, o->raw.len, err);
	if (rc < 0) return rc;
	if (!vv_cid_equal(&is, cid)) {
		return vv_fail(err, VV_ECORRUPT, "block %s is damaged", vv_cid_shows(cid));
	}
	return VV_OK;
}

/* How a record would name the block as its base; BASE_NONE: it cannot, since the receiver may not have it. */
static unsigned name_base(const vv_block_out *o, const vv_cid *cid, const vv_cid *base, bool known,
			  uint64_t *distance)
{
	uint64_t at;

	if (!base || vv_cid_is_null(base) || base->codec != cid->codec || vv_cid_equal(base, cid)) {
		return BASE_NONE;
	}
	if (vv_cid_map_get(&o->sent, base, &at)) {
		*distance = o->records - at;
		return BASE_DISTANCE;
	}
	return known ? BASE_DIGEST : BASE_NONE;
}

/* Which base the record names; its bytes are in o->base then. One that cannot be read here is
 * none. */
static vv_status choose_base(vv_block_out *o, const vv_cid *cid, const vv_cid *like, bool known,
			     unsigned *kind, uint64_t *distance, vv_error *err)
{
	*kind = name_base(o, cid, like, known, distance);
	if (*kind == BASE_NONE) return VV_OK;
	vv_status rc = o->get(o->payload, like, &o->base, VV_IGNORED);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		*kind = BASE_NONE;
	}
	return VV_OK;
}

static void put_record(vv_block_out *o, const vv_cid *cid, const vv_packed *s, unsigned kind,
		       uint64_t distance, const vv_cid *like)
{
	unsigned base = vv_method_has_base(s->method) ? kind : BASE_NONE;
	unsigned method;

	if (s->method == VV_METHOD_EDIT) {
		method = VV_METHOD_DIFF | EDITS;
	} else if (s->method == VV_METHOD_PARTS) {
		method = VV_METHOD_ZSTD | PARTS;
	} else {
		method = s->method;
	}
	vv_buf_putc(&o->frame, (int)(method | (cid->codec == VV_CODEC_DAG_CBOR ? NODE : 0u) |
				     base << BASE_SHIFT));
	vv_buf_put_varint(&o->frame, o->raw.len);
	if (s->method != VV_METHOD_STORED) {
		vv_buf_put_varint(&o->frame, s->len);
	}
	if (base == BASE_DISTANCE) {
		vv_buf_put_varint(&o->frame, distance);
	} else if (base == BASE_DIGEST) {
		vv_buf_put(&o->frame, like->digest, VV_BASE_PREFIX);
	}
	vv_buf_put(&o->frame, s->bytes, s->len);
}

static vv_status note_sent(vv_block_out *o, const vv_cid *cid, vv_error *err)
{
	vv_status rc = vv_cid_map_put(&o->sent, cid, o->records, NULL, err);

	if (rc < 0 || (rc = add_link(&o->links, cid, err)) < 0) return rc;
	o->records++;
	o->blocks++;
	o->raw_bytes += o->raw.len;
	return flush_if_full(o, err);
}

/* Is it short enough to send unchanged? Local ones were made with VV_EFFORT_THOROUGH or VV_EFFORT_QUICK, edits
 * always with the former; received ones are unchanged. */
static bool is_short(const vv_block_out *o, const vv_packed *p)
{
	if (o->effort == VV_EFFORT_QUICK ||
	    (p->method == VV_METHOD_EDIT && o->effort == VV_EFFORT_THOROUGH)) {
		return true;
	}
	return vv_method_has_base(p->method) && p->len <= SHORT_LEN &&
	       (p->method != VV_METHOD_EDIT || *p->bytes == VV_EDITS_PLAIN);
}

/* Reads a leaf with its form, and sends that where it is good (*sent). */
static vv_status put_as_stored(vv_block_out *o, const vv_cid *cid, const vv_cid *like, bool known,
			       bool *sent, vv_error *err)
{
	uint64_t distance = 0, ignored;
	vv_block_form form;
	vv_status rc = o->get_form(o->payload, cid, &o->raw, &o->stored, &form, err);
	const bool has_base = rc == VV_OK && vv_method_has_base(form.packed.method);
	unsigned kind = BASE_NONE;

	*sent = false;
	if (rc < 0 || !is_short(o, &form.packed)) return rc;
	if (has_base) {
		kind = name_base(o, cid, &form.base,
				 known && like && vv_cid_equal(like, &form.base), &distance);
	}
	if (has_base ? kind == BASE_NONE : name_base(o, cid, like, known, &ignored) != BASE_NONE) {
		return VV_OK;
	}
	const vv_packed s = vv_stripped(&form.packed);
	*sent = true;
	put_record(o, cid, &s, kind, distance, &form.base);
	return note_sent(o, cid, err);
}

typedef struct needed {
	const vv_block_out *out;
	uint64_t links;
} needed;

static vv_status note_link(void *payload, const vv_cid *link, vv_error *err)
{
	needed *n = payload;
	uint64_t at;
	(void)err;

	if (vv_cid_map_get(&n->out->sent, link, &at) && n->out->records - at > n->links) {
		n->links = n->out->records - at;
	}
	return VV_OK;
}

/* How many of the last links it takes to have all of the block in o->raw: a difference refers to bytes by
 * their distance, so that the receiver, which has more of them in front, does not see which were left
 * out. The compressor would take most of its time to read all. */
static size_t links_needed(const vv_block_out *o, uint8_t codec)
{
	needed n = {o, LINKS_LEAST};

	if (codec != VV_CODEC_DAG_CBOR) return 0;
	if (vv_cbor_links(o->raw.data, o->raw.len, note_link, &n, VV_IGNORED) < 0) return VV_RECENT;
	return n.links < VV_RECENT ? (size_t)n.links : VV_RECENT;
}

vv_status vv_block_out_put(vv_block_out *o, const vv_cid *cid, const vv_cid *like, bool known,
			   vv_error *err)
{
	unsigned kind;
	uint64_t distance = 0;
	bool sent = false;
	vv_packed s;
	vv_status rc;

	if (o->get_form && cid->codec == VV_CODEC_RAW) {
		rc = put_as_stored(o, cid, like, known, &sent, err);
	} else {
		rc = o->get(o->payload, cid, &o->raw, err);
	}
	if (rc < 0 || sent) return rc;
	if ((rc = check_name(o, cid, err)) < 0 ||
	    (rc = choose_base(o, cid, like, known, &kind, &distance, err)) < 0) {
		return rc;
	}
	make_prefix(&o->prefix, &o->links, links_needed(o, cid->codec), cid->codec,
		    kind == BASE_NONE ? NULL : &o->base);
	if ((rc = vv_buf_ok(&o->prefix, err)) < 0 ||
	    (rc = vv_compress(&s, o->coder, o->raw.data, o->raw.len, o->prefix.data, o->prefix.len,
			      err)) < 0) {
		return rc;
	}
	put_record(o, cid, &s, kind, distance, like);
	return note_sent(o, cid, err);
}

vv_status vv_block_out_absent(vv_block_out *o, vv_error *err)
{
	const vv_cid none = {0};
	vv_buf_putc(&o->frame, ABSENT);
	o->records++;
	vv_status rc = add_link(&o->links, &none, err);
	return rc < 0 ? rc : flush_if_full(o, err);
}

/* --- the other side ------------------------------------------------------------------ */

struct vv_block_in {
	vv_block_find_fn find;
	vv_block_get_fn get;
	void *payload;
	vv_coder *coder;
	vv_cid *cids; /* of all records */
	size_t count, cap;
	bool holes; /* a record was unreadable: later ones may be by its fault */
	vv_buf links, raw, base, prefix, room;
};

vv_status vv_block_in_open(vv_block_in **out, vv_block_find_fn find, vv_block_get_fn get,
			   void *payload, vv_error *err)
{
	vv_auto(vv_block_in) *in = vv_calloc(1, sizeof(*in));
	*out = NULL;
	if (!in) return vv_fail_nomem(err);
	*in = (vv_block_in){
		.find = find, .get = get, .payload = payload, .coder = vv_coder_new(err)};
	return in->coder ? vv_hand_over(out, &in) : VV_ENOMEM;
}

void vv_block_in_close(vv_block_in *in)
{
	if (in) {
		vv_coder_free(in->coder);
		vv_free(in->cids);
		vv_buf_clear_all(&in->raw, &in->base, &in->prefix, &in->room, &in->links);
		vv_free(in);
	}
}

typedef struct record {
	bool absent;
	unsigned method, base; /* method: VV_METHOD_* */
	uint8_t codec;
	uint64_t raw_len, distance;
	const uint8_t *prefix;
	vv_packed s;
} record;

static vv_status malformed_block(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the peer sent a malformed block");
}

static vv_status parse_record(record *r, const uint8_t **p, const uint8_t *end, vv_error *err)
{
	const unsigned head = *(*p)++;

	*r = (record){.method = head & METHOD,
		      .base = head >> BASE_SHIFT & BASE_MASK,
		      .codec = (head & NODE) != 0 ? VV_CODEC_DAG_CBOR : VV_CODEC_RAW,
		      .absent = (head & METHOD) == ABSENT};
	if (r->absent) return head == ABSENT ? VV_OK : malformed_block(err);
	if ((head & EDITS) && (r->method != VV_METHOD_DIFF || r->base == 0)) {
		return malformed_block(err);
	}
	if ((head & PARTS) && (r->method != VV_METHOD_ZSTD || (head & EDITS))) {
		return malformed_block(err);
	}
	if (head & EDITS) {
		r->method = VV_METHOD_EDIT;
	} else if (head & PARTS) {
		r->method = VV_METHOD_PARTS;
	}
	if ((head & ~(EDITS | PARTS | 31u)) != 0 || r->base > BASE_DIGEST ||
	    (r->base != 0 && !vv_method_has_base(r->method)) ||
	    !vv_varint_read(p, end, &r->raw_len) || r->raw_len > VV_BLOCK_MAX) {
		return malformed_block(err);
	}
	uint64_t len = r->raw_len;
	if (r->method != VV_METHOD_STORED &&
	    (!vv_varint_read(p, end, &len) || len > VV_BLOCK_MAX)) {
		return malformed_block(err);
	}
	if (r->base == BASE_DISTANCE && !vv_varint_read(p, end, &r->distance)) {
		return malformed_block(err);
	}
	if (r->base == BASE_DIGEST) {
		if ((size_t)(end - *p) < VV_BASE_PREFIX) return malformed_block(err);
		r->prefix = *p;
		*p += VV_BASE_PREFIX;
	}
	if (len > (uint64_t)(end - *p)) return malformed_block(err);
	r->s = (vv_packed){(uint8_t)r->method, *p, (size_t)len};
	*p += len;
	return VV_OK;
}

/* *found false: the base is missing here. */
static vv_status find_base(vv_block_in *in, const record *r, vv_cid *base, bool *found,
			   vv_error *err)
{
	vv_status rc = VV_OK;

	memset(base, 0, sizeof(*base));
	*found = true;
	if (r->base == BASE_NONE) return VV_OK;
	if (r->base == BASE_DISTANCE) {
		if (r->distance == 0 || r->distance > in->count) return malformed_block(err);
		*base = in->cids[in->count - r->distance];
		if (!vv_cid_is_null(base) && base->codec != r->codec) return malformed_block(err);
	} else {
		rc = in->find ? in->find(in->payload, r->codec, r->prefix, base, VV_IGNORED)
			      : VV_ENOTFOUND;
	}
	if (rc == VV_OK && !vv_cid_is_null(base)) {
		rc = in->get(in->payload, base, &in->base, VV_IGNORED);
	}
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	*found = rc == VV_OK && !vv_cid_is_null(base);
	return VV_OK;
}

static vv_status note_received(vv_block_in *in, const vv_cid *cid, vv_error *err)
{
	if (!vv_array_add(in->cids, in->count, in->cap, *cid)) return vv_fail_nomem(err);
	return add_link(&in->links, cid, err);
}

static void unreadable_block(vv_block_in *in, vv_block_received *out)
{
	*out = (vv_block_received){.unreadable = true};
	in->holes = true;
}

/* A node's difference was made from links as well, which a pack does not have. */
static void note_form(const vv_block_in *in, const record *r, vv_block_received *out)
{
	const bool has_base = vv_method_has_base(r->method);

	out->as_stored = !has_base || (r->codec == VV_CODEC_RAW && r->base != BASE_NONE);
	out->form.packed = vv_unstripped(&r->s, &in->room);
	if (has_base) {
		out->form.base = out->base;
	}
}

static vv_status expand_record(vv_block_in *in, const record *r, vv_block_received *out,
			       vv_error *err)
{
	bool found;
	vv_status rc = find_base(in, r, &out->base, &found, err);

	if (rc < 0) return rc;
	if (!found) {
		unreadable_block(in, out);
		return VV_OK;
	}
	make_prefix(&in->prefix, &in->links, VV_RECENT, r->codec,
		    r->base == BASE_NONE ? NULL : &in->base);
	if ((rc = vv_buf_ok(&in->prefix, err)) < 0) return rc;
	rc = vv_uncompress(&in->raw, (size_t)r->raw_len, in->coder, &r->s, in->prefix.data,
			   in->prefix.len, &in->room, err);
	if (rc == VV_ECORRUPT && vv_method_has_base(r->method)) {
		unreadable_block(in, out); /* another block begins with the same digest, perhaps */
		out->damaged = true;
		return VV_OK;
	}
	if (rc == VV_ECORRUPT) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a block that cannot be unpacked");
	}
	if (rc == VV_OK && r->codec == VV_CODEC_DAG_CBOR &&
	    vv_cbor_check(in->raw.data, in->raw.len, err) < 0) {
		if (in->holes) {
			unreadable_block(in, out);
			return VV_OK;
		}
		return vv_prefix(err, "the peer sent a block that is not in the canonical form");
	}
	if (rc == VV_OK) {
		rc = vv_cid_of(&out->cid, r->codec, in->raw.data, in->raw.len, err);
	}
	out->bytes = in->raw.data;
	out->len = in->raw.len;
	note_form(in, r, out);
	return rc;
}

int vv_block_in_next(vv_block_in *in, const uint8_t **p, const uint8_t *end, vv_block_received *out,
		     vv_error *err)
{
	record r;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (*p == end) return 0;
	if ((rc = parse_record(&r, p, end, err)) < 0) return (int)rc;
	if (r.absent) {
		out->absent = true;
	} else if ((rc = expand_record(in, &r, out, err)) < 0) {
		return (int)rc;
	}
	rc = note_received(in, &out->cid, err);
	return rc < 0 ? (int)rc : 1;
}
