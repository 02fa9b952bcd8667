/*
 * message: the maps of requests and of answers.
 */
#include "transport/protocol/message.h"

#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/git/history/hidden_refs.h"

/* --- pieces of maps -------------------------------------------------------------------------- */

static const char *const ops[] = {"hello", "known", "fetch", "blocks", "have", "push"};
_Static_assert(sizeof(ops) / sizeof(ops[0]) == VV_OP_PUSH + 1, "a word for each request");
_Static_assert(sizeof(vv_oid) == 20, "lists of ids are joined, 20 bytes each");
_Static_assert(sizeof(((vv_cid *)0)->digest) == 32, "lists of CIDs: 33 bytes each");

const char *vv_op_name(vv_op op)
{
	return ops[op];
}

static vv_status get_text(vv_cbor *c, vv_arena *arena, const char **out, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);
	if (rc < 0) return rc;
	if (memchr(p, 0, len)) return vv_fail(err, VV_ECORRUPT, "the peer sent a text with a NUL");
	*out = vv_arena_strndup(arena, (const char *)p, len);
	return *out ? VV_OK : vv_fail_nomem(err);
}

static void put_oids(vv_buf *b, const char *key, const vv_oids *l)
{
	vv_cbor_add_bytes(b, key, l->items, l->count * sizeof(vv_oid));
}

static vv_status get_oids(vv_cbor *c, vv_arena *arena, vv_oids *out, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);
	if (rc < 0) return rc;
	if (len % sizeof(vv_oid) != 0 || len / sizeof(vv_oid) > VV_LIST_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a list of ids with %zu bytes", len);
	}
	out->count = len / sizeof(vv_oid);
	out->items = vv_arena_alloc(arena, len ? len : 1);
	if (!out->items) return vv_fail_nomem(err);
	if (len > 0) {
		memcpy(out->items, p, len);
	}
	return VV_OK;
}

static void put_cids(vv_buf *b, const char *key, const vv_cids *l)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	for (size_t i = 0; i < l->count; i++) {
		vv_buf_putc(&bytes, l->items[i].codec);
		vv_buf_put(&bytes, l->items[i].digest, sizeof(l->items[i].digest));
	}
	if (bytes.failed) {
		b->failed = true;
	}
	vv_cbor_add_bytes(b, key, bytes.data ? bytes.data : "", bytes.len);
}

static vv_status get_cids(vv_cbor *c, vv_arena *arena, vv_cids *out, bool null_ok, vv_error *err)
{
	const size_t each = 1 + sizeof(((vv_cid *)0)->digest);
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);
	if (rc < 0) return rc;
	if (len % each != 0 || len / each > VV_LIST_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a list of CIDs with %zu bytes",
			       len);
	}
	out->count = len / each;
	out->items = vv_arena_calloc(arena, out->count ? out->count : 1, sizeof(vv_cid));
	if (!out->items) return vv_fail_nomem(err);
	for (size_t i = 0; i < out->count; i++, p += each) {
		if (p[0] != VV_CODEC_RAW && p[0] != VV_CODEC_DAG_CBOR && !(null_ok && p[0] == 0)) {
			return vv_fail(err, VV_ECORRUPT, "the peer sent a CID of codec 0x%02x",
				       p[0]);
		}
		out->items[i].codec = p[0];
		memcpy(out->items[i].digest, p + 1, sizeof(out->items[i].digest));
	}
	return VV_OK;
}

static vv_status get_oid(vv_cbor *c, vv_oid *out, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);
	if (rc == VV_OK && len != sizeof(out->id)) {
		rc = vv_fail(err, VV_ECORRUPT, "the peer sent an id of %zu bytes", len);
	}
	if (rc == VV_OK) {
		memcpy(out->id, p, len);
	}
	return rc;
}

/* --- requests, written ---------------------------------------------------------------------------- */

static void put_push_refs(vv_buf *b, const vv_request *q)
{
	vv_cbor_add_array(b, "refs", q->ref_count);
	for (size_t i = 0; i < q->ref_count; i++) {
		const vv_push_ref *r = &q->refs[i];
		vv_cbor_put_array(b, 4);
		vv_cbor_put_bytes(b, r->name, strlen(r->name));
		vv_cbor_put_bytes(b, r->old.id, sizeof(r->old.id));
		vv_cbor_put_bytes(b, r->id.id, sizeof(r->id.id));
		vv_cbor_put_bool(b, r->force);
	}
}

/* A key that stands there only with the value true. */
static void put_flag(vv_buf *b, const char *key, bool set)
{
	if (set) {
		vv_cbor_add_bool(b, key, true);
	}
}

vv_status vv_request_write(vv_channel *line, const vv_request *q, vv_error *err)
{
	static const unsigned pairs[] = {2, 2, 5, 2, 2, 2};
	vv_buf b = VV_BUF_INIT;
	bool more = (q->op == VV_OP_BLOCKS && q->like.count > 0) ||
		    (q->op == VV_OP_HELLO && q->whole) || (q->op == VV_OP_HAVE && q->keep) ||
		    (q->op == VV_OP_PUSH && q->ahead) || (q->op == VV_OP_FETCH && q->history);

	vv_cbor_put_map(&b, pairs[q->op] + more);
	if (q->op == VV_OP_HELLO) {
		vv_cbor_add_uint(&b, "v", VV_PROTOCOL_VERSION);
	}
	vv_cbor_add_text(&b, "op", ops[q->op]);
	switch (q->op) {
	case VV_OP_HELLO:
		put_flag(&b, "whole", q->whole);
		break;
	case VV_OP_KNOWN:
		put_oids(&b, "want", &q->want);
		break;
	case VV_OP_FETCH:
		vv_cbor_add_bool(&b, "done", q->done);
		put_oids(&b, "have", &q->have);
		put_oids(&b, "want", &q->want);
		vv_cbor_add_bool(&b, "nodes", q->nodes);
		put_flag(&b, "history", q->history);
		break;
	case VV_OP_BLOCKS:
		if (q->like.count > 0) {
			put_cids(&b, "like", &q->like);
		}
		put_cids(&b, "want", &q->blocks);
		break;
	case VV_OP_HAVE:
		put_flag(&b, "keep", q->keep);
		put_cids(&b, "want", &q->blocks);
		break;
	case VV_OP_PUSH:
		put_push_refs(&b, q);
		put_flag(&b, "ahead", q->ahead);
		break;
	}
	return vv_frame_write_message(line, &b, err);
}

/* --- requests, read ---------------------------------------------------------------------------- */

bool vv_request_is_hold(const void *bytes, size_t len)
{
	const char *word;
	size_t pairs, n;
	vv_cbor c;

	vv_cbor_init(&c, bytes, len);
	return vv_cbor_get_map(&c, &pairs, VV_IGNORED) == VV_OK && vv_cbor_try_key(&c, "op") &&
	       vv_cbor_get_text(&c, &word, &n, VV_IGNORED) == VV_OK && n >= 4 &&
	       memcmp(word, "hold", 4) == 0 && (n == 4 || word[4] == '-');
}

static vv_status get_push_refs(vv_cbor *c, vv_arena *arena, vv_request *out, vv_error *err)
{
	size_t four;
	vv_status rc = vv_cbor_get_key(c, "refs", err);
	if (rc < 0 || (rc = vv_cbor_get_array(c, &out->ref_count, err)) < 0) return rc;
	if (out->ref_count > VV_REFS_MAX) {
		return vv_fail(err, VV_EREFUSED, "a push of more than %u refs", VV_REFS_MAX);
	}
	out->refs = vv_arena_calloc(arena, out->ref_count ? out->ref_count : 1, sizeof(*out->refs));
	if (!out->refs) return vv_fail_nomem(err);
	for (size_t i = 0; i < out->ref_count; i++) {
		vv_push_ref *r = &out->refs[i];
		if ((rc = vv_cbor_get_array(c, &four, err)) < 0) return rc;
		if (four != 4) {
			return vv_fail(err, VV_ECORRUPT, "the peer sent a ref with %zu members",
				       four);
		}
		if ((rc = get_text(c, arena, &r->name, err)) < 0 ||
		    (rc = get_oid(c, &r->old, err)) < 0 || (rc = get_oid(c, &r->id, err)) < 0 ||
		    (rc = vv_cbor_get_bool(c, &r->force, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* A key that need not be there: *out is as it was then. */
static vv_status get_flag(vv_cbor *c, const char *key, bool *out, vv_error *err)
{
	return vv_cbor_try_key(c, key) ? vv_cbor_get_bool(c, out, err) : VV_OK;
}

static vv_status get_fetch(vv_cbor *c, vv_arena *arena, vv_request *out, vv_error *err)
{
	vv_status rc;
	if ((rc = vv_cbor_get_key(c, "done", err)) < 0 ||
	    (rc = vv_cbor_get_bool(c, &out->done, err)) < 0 ||
	    (rc = vv_cbor_get_key(c, "have", err)) < 0 ||
	    (rc = get_oids(c, arena, &out->have, err)) < 0 ||
	    (rc = vv_cbor_get_key(c, "want", err)) < 0 ||
	    (rc = get_oids(c, arena, &out->want, err)) < 0 ||
	    (rc = vv_cbor_get_key(c, "nodes", err)) < 0 ||
	    (rc = vv_cbor_get_bool(c, &out->nodes, err)) < 0) {
		return rc;
	}
	return get_flag(c, "history", &out->history, err);
}

static vv_status get_blocks(vv_cbor *c, vv_arena *arena, vv_request *out, vv_error *err)
{
	vv_status rc;
	bool alike = out->op == VV_OP_BLOCKS && vv_cbor_try_key(c, "like");
	if (alike && (rc = get_cids(c, arena, &out->like, true, err)) < 0) return rc;
	if (out->op == VV_OP_HAVE && (rc = get_flag(c, "keep", &out->keep, err)) < 0) return rc;
	if ((rc = vv_cbor_get_key(c, "want", err)) < 0 ||
	    (rc = get_cids(c, arena, &out->blocks, false, err)) < 0) {
		return rc;
	}
	if (alike && out->like.count != out->blocks.count) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent %zu bases for %zu blocks",
			       out->like.count, out->blocks.count);
	}
	return VV_OK;
}

static vv_status get_op(vv_cbor *c, vv_request *out, vv_error *err)
{
	const char *word;
	size_t len;
	vv_status rc = vv_cbor_get_key(c, "op", err);
	if (rc < 0 || (rc = vv_cbor_get_text(c, &word, &len, err)) < 0) return rc;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strlen(ops[i]) == len && memcmp(ops[i], word, len) == 0) {
			out->op = (vv_op)i;
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ENOSUPPORT,
		       "unknown request '%s'\n"
		       "the other side's varve is newer than this one, which speaks version %u",
		       vv_text_show(word, len), VV_PROTOCOL_VERSION);
}

/* Before all else: other versions may have other keys. */
static vv_status get_version(vv_cbor *c, vv_error *err)
{
	uint64_t version;
	vv_status rc = vv_cbor_get_uint(c, &version, err);

	if (rc < 0 || version == VV_PROTOCOL_VERSION) return rc;
	return vv_fail(err, VV_ENOSUPPORT,
		       "version %llu of the protocol is not spoken here, only version %u\n"
		       "use the same release of varve on both sides",
		       (unsigned long long)version, VV_PROTOCOL_VERSION);
}

vv_status vv_request_read(vv_request *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err)
{
	vv_cbor c;
	size_t pairs;
	vv_status rc = vv_cbor_check(bytes, len, err);

	memset(out, 0, sizeof(*out));
	vv_cbor_init(&c, bytes, len);
	if (rc < 0 || (rc = vv_cbor_get_map(&c, &pairs, err)) < 0) {
		return vv_prefix(err, "a request is malformed");
	}
	bool versioned = vv_cbor_try_key(&c, "v");
	if ((versioned && (rc = get_version(&c, err)) < 0) || (rc = get_op(&c, out, err)) < 0) {
		return rc;
	}
	if (versioned != (out->op == VV_OP_HELLO)) {
		return vv_fail(err, VV_ECORRUPT,
			       "a request is malformed: only a hello has the version");
	}
	switch (out->op) {
	case VV_OP_HELLO:
		rc = get_flag(&c, "whole", &out->whole, err);
		break;
	case VV_OP_KNOWN:
		rc = vv_cbor_get_key(&c, "want", err);
		if (rc == VV_OK) {
			rc = get_oids(&c, arena, &out->want, err);
		}
		break;
	case VV_OP_FETCH:
		rc = get_fetch(&c, arena, out, err);
		break;
	case VV_OP_BLOCKS:
	case VV_OP_HAVE:
		rc = get_blocks(&c, arena, out, err);
		break;
	case VV_OP_PUSH:
		rc = get_push_refs(&c, arena, out, err);
		if (rc == VV_OK) {
			rc = get_flag(&c, "ahead", &out->ahead, err);
		}
		break;
	}
	if (rc == VV_OK) {
		rc = vv_cbor_end(&c, err);
	}
	return rc == VV_ECORRUPT ? vv_prefix(err, "a request is malformed") : rc;
}

/* --- answers -------------------------------------------------------------------------- */

/* A bit for each ref. */
static void put_whole(vv_buf *b, const vv_hello *h)
{
	vv_auto(vv_buf) bits = VV_BUF_INIT;

	for (size_t i = 0; i < h->ref_count; i += 8) {
		unsigned byte = 0;
		for (size_t k = 0; k < 8 && i + k < h->ref_count; k++) {
			byte |= (unsigned)h->refs[i + k].whole << k;
		}
		vv_buf_putc(&bits, (char)byte);
	}
	b->failed |= bits.failed;
	vv_cbor_add_bytes(b, "whole", bits.data ? bits.data : "", bits.len);
}

vv_status vv_hello_write(vv_channel *line, const vv_hello *h, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];
	const char *head = h->head ? h->head : vv_oid_is_null(&h->detached) ? "" : hex;
	vv_buf b = VV_BUF_INIT;

	vv_oid_text(hex, &h->detached);

	vv_cbor_put_map(&b, 5u + (h->id[0] != '\0') + (h->tells_whole ? 2u : 0u));
	vv_cbor_add_uint(&b, "v", VV_PROTOCOL_VERSION);
	if (h->id[0]) {
		vv_cbor_add_text(&b, "id", h->id);
	}
	if (h->tells_whole) {
		put_oids(&b, "edge", &h->edge);
	}
	vv_cbor_add_bytes(&b, "head", head, strlen(head)); /* bytes: refs need not be UTF-8 */
	vv_cbor_add_uint(&b, "held", h->held);
	vv_cbor_add_array(&b, "refs", h->ref_count);
	for (size_t i = 0; i < h->ref_count; i++) {
		const vv_remote_ref *r = &h->refs[i];
		bool tag = !vv_oid_equal(&r->id, &r->peeled);
		vv_cbor_put_array(&b, tag ? 3 : 2);
		vv_cbor_put_bytes(&b, r->name, strlen(r->name));
		vv_cbor_put_bytes(&b, r->id.id, sizeof(r->id.id));
		if (tag) {
			vv_cbor_put_bytes(&b, r->peeled.id, sizeof(r->peeled.id));
		}
	}
	if (h->tells_whole) {
		put_whole(&b, h);
	}
	vv_cbor_add_bool(&b, "write", h->writable);
	return vv_frame_write_message(line, &b, err);
}

static vv_status get_ref(vv_cbor *c, vv_arena *arena, vv_remote_ref *r, vv_error *err)
{
	size_t n;
	vv_status rc = vv_cbor_get_array(c, &n, err);
	if (rc < 0) return rc;
	if (n != 2 && n != 3) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a ref with %zu members", n);
	}
	if ((rc = get_text(c, arena, &r->name, err)) < 0 || (rc = get_oid(c, &r->id, err)) < 0) {
		return rc;
	}
	r->peeled = r->id;
	r->whole = true;
	return n == 3 ? get_oid(c, &r->peeled, err) : VV_OK;
}

static vv_status get_refs(vv_cbor *c, vv_arena *arena, vv_hello *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_array(c, &out->ref_count, err);
	if (rc < 0) return rc;
	if (out->ref_count > VV_REFS_MAX) {
		return vv_fail(err, VV_EREFUSED, "the peer has more than %u refs", VV_REFS_MAX);
	}
	out->refs = vv_arena_calloc(arena, out->ref_count ? out->ref_count : 1, sizeof(*out->refs));
	if (!out->refs) return vv_fail_nomem(err);
	for (size_t i = 0; i < out->ref_count; i++) {
		if ((rc = get_ref(c, arena, &out->refs[i], err)) < 0) return rc;
	}
	return VV_OK;
}

/* The signed heads come last. */
static vv_status part_heads(vv_hello *out, vv_arena *arena, vv_error *err)
{
	const size_t all = out->ref_count;
	vv_remote_ref *refs = vv_arena_calloc(arena, all + 1, sizeof(*refs));

	if (!refs) return vv_fail_nomem(err);
	out->ref_count = 0;
	for (size_t i = 0; i < all; i++) {
		out->head_count += vv_ref_is_head(out->refs[i].name);
	}
	if (out->head_count > VV_HELLO_HEADS) {
		return vv_fail(err, VV_EREFUSED, "the peer shows more than %u signed heads",
			       VV_HELLO_HEADS);
	}
	out->heads = refs + (all - out->head_count);
	for (size_t i = 0, heads = 0; i < all; i++) {
		if (vv_ref_is_head(out->refs[i].name)) {
			out->heads[heads++] = out->refs[i];
		} else {
			refs[out->ref_count++] = out->refs[i];
		}
	}
	out->refs = refs;
	return VV_OK;
}

static vv_status get_bits(vv_cbor *c, const uint8_t **out, size_t count, vv_error *err)
{
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, out, &len, err);
	if (rc == VV_OK && len != (count + 7) / 8) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "the peer answered %zu bytes of bits to %zu questions", len, count);
	}
	return rc;
}

static vv_status get_whole(vv_cbor *c, vv_hello *out, vv_error *err)
{
	const uint8_t *bits;
	vv_status rc = vv_cbor_get_key(c, "whole", err);

	if (rc < 0 || (rc = get_bits(c, &bits, out->ref_count, err)) < 0) return rc;
	for (size_t i = 0; i < out->ref_count; i++) {
		out->refs[i].whole = vv_bit(bits, i);
	}
	return VV_OK;
}

static vv_status get_id(vv_cbor *c, char out[VV_REPOSITORY_ID + 1], vv_error *err)
{
	const char *id;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &id, &len, err);

	if (rc == VV_OK && len != VV_REPOSITORY_ID) {
		rc = vv_fail(err, VV_ECORRUPT, "the peer sent a repository's id of %zu bytes", len);
	}
	for (size_t i = 0; rc == VV_OK && i < len; i++) {
		if (!vv_is_hex(id[i])) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "the peer sent a repository's id that is not hex");
		}
		out[i] = id[i];
	}
	return rc;
}

/* Begins to read an answer: checked as a whole. */
static vv_status begin_answer(vv_cbor *c, const void *bytes, size_t len, vv_error *err)
{
	size_t pairs;
	vv_status rc = vv_cbor_check(bytes, len, err);
	vv_cbor_init(c, bytes, len);
	if (rc == VV_OK) {
		rc = vv_cbor_get_map(c, &pairs, err);
	}
	return rc < 0 ? vv_prefix(err, "the peer's answer is malformed") : rc;
}

static vv_status end_answer(const vv_cbor *c, vv_status rc, vv_error *err)
{
	if (rc == VV_OK) {
		rc = vv_cbor_end(c, err);
	}
	return rc == VV_ECORRUPT ? vv_prefix(err, "the peer's answer is malformed") : rc;
}

/* head: a branch, or the id of a commit, or nothing. */
static vv_status read_detached(vv_hello *out, vv_arena *arena, vv_error *err)
{
	if (vv_oid_parse(&out->detached, out->head, strlen(out->head)) &&
	    !vv_oid_is_null(&out->detached)) {
		if (!(out->others = vv_arena_calloc(arena, 1, sizeof(*out->others)))) {
			return vv_fail_nomem(err);
		}
		out->others[out->other_count++] = (vv_remote_ref){.name = "HEAD",
								  .id = out->detached,
								  .peeled = out->detached,
								  .whole = true};
	}
	if (out->other_count > 0 || !out->head[0]) {
		out->head = NULL;
	}
	return VV_OK;
}

vv_status vv_hello_read(vv_hello *out, vv_arena *arena, const void *bytes, size_t len,
			vv_error *err)
{
	vv_cbor c;
	uint64_t version;
	vv_status rc = begin_answer(&c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "v", err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &version, err)) < 0) {
		return rc;
	}
	if (version != VV_PROTOCOL_VERSION) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"the peer speaks version %llu of the protocol, this varve version %u\n"
			"use the same release of varve on both sides",
			(unsigned long long)version, VV_PROTOCOL_VERSION);
	}
	if (vv_cbor_try_key(&c, "id")) {
		rc = get_id(&c, out->id, err);
	}
	out->tells_whole = rc == VV_OK && vv_cbor_try_key(&c, "edge");
	if (out->tells_whole) {
		rc = get_oids(&c, arena, &out->edge, err);
	}
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "head", err)) < 0 ||
	    (rc = get_text(&c, arena, &out->head, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "held", err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &out->held, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "refs", err)) < 0 ||
	    (rc = get_refs(&c, arena, out, err)) < 0 ||
	    (out->tells_whole && (rc = get_whole(&c, out, err)) < 0) ||
	    (rc = vv_cbor_get_key(&c, "write", err)) < 0 ||
	    (rc = vv_cbor_get_bool(&c, &out->writable, err)) < 0) {
		return end_answer(&c, rc, err);
	}
	if ((rc = read_detached(out, arena, err)) < 0) return rc;
	return end_answer(&c, part_heads(out, arena, err), err);
}

vv_status vv_bits_write(vv_channel *line, const vv_bits *bits, vv_error *err)
{
	size_t bytes = (bits->count + 7) / 8;
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, bits->held ? 2 : 1);
	vv_cbor_add_bytes(&b, "have", bits->have, bytes);
	if (bits->held) {
		vv_cbor_add_bytes(&b, "held", bits->held, bytes);
	}
	return vv_frame_write_message(line, &b, err);
}

vv_status vv_bits_read(vv_bits *out, size_t count, const void *bytes, size_t len, vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin_answer(&c, bytes, len, err);

	*out = (vv_bits){.count = count};
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "have", err)) < 0) return rc;
	rc = get_bits(&c, &out->have, count, err);
	if (rc == VV_OK && vv_cbor_try_key(&c, "held")) {
		rc = get_bits(&c, &out->held, count, err);
	}
	return end_answer(&c, rc, err);
}

vv_status vv_fetch_start_write(vv_channel *line, const vv_fetch_start *s, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 2);
	vv_cbor_add_bool(&b, "ready", s->ready);
	put_oids(&b, "common", &s->common);
	return vv_frame_write_message(line, &b, err);
}

vv_status vv_fetch_start_read(vv_fetch_start *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin_answer(&c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "ready", err)) < 0 ||
	    (rc = vv_cbor_get_bool(&c, &out->ready, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "common", err)) < 0) {
		return rc;
	}
	rc = get_oids(&c, arena, &out->common, err);
	return end_answer(&c, rc, err);
}

vv_status vv_fetch_sum_write(vv_channel *line, const vv_fetch_sum *s, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 6);
	vv_cbor_add_uint(&b, "bytes", s->bytes);
	vv_cbor_add_uint(&b, "absent", s->absent);
	vv_cbor_add_uint(&b, "blocks", s->blocks);
	vv_cbor_add_uint(&b, "commits", s->commits);
	vv_cbor_add_uint(&b, "datasets", s->datasets);
	vv_cbor_add_bool(&b, "withheld", s->withheld);
	return vv_frame_write_message(line, &b, err);
}

static vv_status get_number(vv_cbor *c, const char *key, uint64_t *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_key(c, key, err);
	return rc < 0 ? rc : vv_cbor_get_uint(c, out, err);
}

vv_status vv_fetch_sum_read(vv_fetch_sum *out, const void *bytes, size_t len, vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin_answer(&c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (rc = get_number(&c, "bytes", &out->bytes, err)) < 0 ||
	    (rc = get_number(&c, "absent", &out->absent, err)) < 0 ||
	    (rc = get_number(&c, "blocks", &out->blocks, err)) < 0 ||
	    (rc = get_number(&c, "commits", &out->commits, err)) < 0 ||
	    (rc = get_number(&c, "datasets", &out->datasets, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "withheld", err)) < 0) {
		return rc;
	}
	rc = vv_cbor_get_bool(&c, &out->withheld, err);
	return end_answer(&c, rc, err);
}

vv_status vv_push_answer_write(vv_channel *line, const vv_push_answer *a, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, a->missing.count > 0 ? 2 : 1);
	vv_cbor_add_array(&b, "refs", a->count);
	for (size_t i = 0; i < a->count; i++) {
		if (a->refs[i]) {
			vv_cbor_put_bytes(&b, a->refs[i], strlen(a->refs[i]));
		} else {
			vv_cbor_put_null(&b);
		}
	}
	if (a->missing.count > 0) {
		put_cids(&b, "missing", &a->missing);
	}
	return vv_frame_write_message(line, &b, err);
}

static vv_status get_result(vv_cbor *c, vv_arena *arena, const char **out, vv_error *err)
{
	vv_cbor_type type;
	const vv_status rc = vv_cbor_peek(c, &type, err);

	return rc < 0                 ? rc
	       : type == VV_CBOR_NULL ? vv_cbor_get_null(c, err)
				      : get_text(c, arena, out, err);
}

vv_status vv_push_answer_read(vv_push_answer *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin_answer(&c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "refs", err)) < 0 ||
	    (rc = vv_cbor_get_array(&c, &out->count, err)) < 0) {
		return rc;
	}
	if (out->count > VV_REFS_MAX) {
		return vv_fail(err, VV_EREFUSED, "the peer answered about more than %u refs",
			       VV_REFS_MAX);
	}
	out->refs = vv_arena_calloc(arena, out->count ? out->count : 1, sizeof(*out->refs));
	if (!out->refs) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		rc = get_result(&c, arena, &out->refs[i], err);
	}
	if (rc == VV_OK && vv_cbor_try_key(&c, "missing")) {
		rc = get_cids(&c, arena, &out->missing, false, err);
	}
	return end_answer(&c, rc, err);
}
