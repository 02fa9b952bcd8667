/*
 * message: knows the maps of requests.
 */
#include "transport/protocol/message.h"

#include <string.h>

#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "transport/protocol/message_internal.h"

#define CAN_MAX 64u

static const char *const ops[] = {"hello", "known", "fetch", "blocks", "have", "push"};

vv_status message_send(vv_channel *line, vv_buf *b, vv_error *err)
{
	vv_status rc = vv_buf_ok(b, err);
	rc = rc < 0 ? rc : vv_frame_write(line, VV_FRAME_MESSAGE, b->data, b->len, err);
	vv_buf_clear(b);
	return rc;
}

void message_put_text(vv_buf *b, const char *key, const char *text)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_bytes(b, text, strlen(text)); /* bytes: refs need not be UTF-8 */
}

vv_status message_get_text(vv_cbor *c, vv_arena *arena, const char **out, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);
	if (rc < 0) {
		return rc;
	}
	if (memchr(p, 0, len)) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a text with a NUL");
	}
	*out = vv_arena_strndup(arena, (const char *)p, len);
	return *out ? VV_OK : vv_fail_nomem(err);
}

void message_put_oids(vv_buf *b, const char *key, const vv_oids *l)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_bytes(b, l->items, l->count * sizeof(vv_oid));
}

vv_status message_get_oids(vv_cbor *c, vv_arena *arena, vv_oids *out, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);
	if (rc < 0) {
		return rc;
	}
	if (len % sizeof(vv_oid) != 0 || len / sizeof(vv_oid) > VV_LIST_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a list of ids with %zu bytes", len);
	}
	out->count = len / sizeof(vv_oid);
	out->items = vv_arena_alloc(arena, len ? len : 1);
	if (!out->items) {
		return vv_fail_nomem(err);
	}
	if (len > 0) {
		memcpy(out->items, p, len);
	}
	return VV_OK;
}

void message_put_cids(vv_buf *b, const char *key, const vv_cids *l)
{
	vv_buf bytes = VV_BUF_INIT;
	for (size_t i = 0; i < l->count; i++) {
		vv_buf_putc(&bytes, l->items[i].codec);
		vv_buf_put(&bytes, l->items[i].digest, sizeof(l->items[i].digest));
	}
	if (bytes.failed) {
		b->failed = true;
	}
	vv_cbor_put_key(b, key);
	vv_cbor_put_bytes(b, bytes.data ? bytes.data : "", bytes.len);
	vv_buf_clear(&bytes);
}

vv_status message_get_cids(vv_cbor *c, vv_arena *arena, vv_cids *out, bool null_ok, vv_error *err)
{
	const size_t each = 1 + sizeof(((vv_cid *)0)->digest);
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);
	if (rc < 0) {
		return rc;
	}
	if (len % each != 0 || len / each > VV_LIST_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a list of CIDs with %zu bytes",
			       len);
	}
	out->count = len / each;
	out->items = vv_arena_calloc(arena, out->count ? out->count : 1, sizeof(vv_cid));
	if (!out->items) {
		return vv_fail_nomem(err);
	}
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

vv_status message_get_oid(vv_cbor *c, vv_oid *out, vv_error *err)
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

void message_put_can(vv_buf *b, const char *first, const char *second)
{
	vv_cbor_put_key(b, "can");
	vv_cbor_put_array(b, second ? 2 : 1);
	vv_cbor_put_text(b, first, strlen(first));
	if (second) {
		vv_cbor_put_text(b, second, strlen(second));
	}
}

vv_status message_get_can(vv_cbor *c, bool *whole, bool *ahead, vv_error *err)
{
	const char *word;
	size_t count, len;
	vv_status rc = vv_cbor_get_array(c, &count, err);

	if (rc == VV_OK && count > CAN_MAX) {
		rc = vv_fail(err, VV_ECORRUPT, "the peer sent a list of %zu abilities", count);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if ((rc = vv_cbor_get_text(c, &word, &len, err)) == VV_OK && len == 5) {
			*whole |= memcmp(word, "whole", 5) == 0;
			*ahead |= memcmp(word, "ahead", 5) == 0;
		}
	}
	return rc;
}

/* --- writing ---------------------------------------------------------------------------- */

static void put_push_refs(vv_buf *b, const vv_request *q)
{
	vv_cbor_put_key(b, "refs");
	vv_cbor_put_array(b, q->ref_count);
	for (size_t i = 0; i < q->ref_count; i++) {
		const vv_push_ref *r = &q->refs[i];
		vv_cbor_put_array(b, 4);
		vv_cbor_put_bytes(b, r->name, strlen(r->name));
		vv_cbor_put_bytes(b, r->old.id, sizeof(r->old.id));
		vv_cbor_put_bytes(b, r->id.id, sizeof(r->id.id));
		vv_cbor_put_bool(b, r->force);
	}
}

vv_status vv_request_write(vv_channel *line, const vv_request *q, vv_error *err)
{
	static const unsigned pairs[] = {2, 2, 5, 2, 2, 2};
	vv_buf b = VV_BUF_INIT;
	bool more = (q->op == VV_OP_BLOCKS && q->like.count > 0) ||
		    (q->op == VV_OP_HELLO && q->whole) || (q->op == VV_OP_PUSH && q->ahead);

	vv_cbor_put_map(&b, pairs[q->op] + more);
	if (q->op == VV_OP_HELLO) {
		vv_cbor_put_key(&b, "v");
		vv_cbor_put_uint(&b, q->version);
	}
	vv_cbor_put_key(&b, "op");
	vv_cbor_put_text(&b, ops[q->op], strlen(ops[q->op]));
	switch (q->op) {
	case VV_OP_HELLO:
		if (q->whole) {
			message_put_can(&b, "whole", NULL);
		}
		break;
	case VV_OP_KNOWN:
		message_put_oids(&b, "want", &q->want);
		break;
	case VV_OP_FETCH:
		vv_cbor_put_key(&b, "done");
		vv_cbor_put_bool(&b, q->done);
		message_put_oids(&b, "have", &q->have);
		message_put_oids(&b, "want", &q->want);
		vv_cbor_put_key(&b, "nodes");
		vv_cbor_put_bool(&b, q->nodes);
		break;
	case VV_OP_BLOCKS:
		if (q->like.count > 0) {
			message_put_cids(&b, "like", &q->like);
		}
		message_put_cids(&b, "want", &q->blocks);
		break;
	case VV_OP_HAVE:
		message_put_cids(&b, "want", &q->blocks);
		break;
	case VV_OP_PUSH:
		put_push_refs(&b, q);
		if (q->ahead) {
			vv_cbor_put_key(&b, "ahead");
			vv_cbor_put_bool(&b, true);
		}
		break;
	}
	return message_send(line, &b, err);
}

/* --- reading ---------------------------------------------------------------------------- */

static vv_status get_push_refs(vv_cbor *c, vv_arena *arena, vv_request *out, vv_error *err)
{
	size_t four;
	vv_status rc = vv_cbor_get_key(c, "refs", err);
	if (rc < 0 || (rc = vv_cbor_get_array(c, &out->ref_count, err)) < 0) {
		return rc;
	}
	if (out->ref_count > VV_REFS_MAX) {
		return vv_fail(err, VV_EREFUSED, "a push of more than %u refs", VV_REFS_MAX);
	}
	out->refs = vv_arena_calloc(arena, out->ref_count ? out->ref_count : 1, sizeof(*out->refs));
	if (!out->refs) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < out->ref_count; i++) {
		vv_push_ref *r = &out->refs[i];
		if ((rc = vv_cbor_get_array(c, &four, err)) < 0) {
			return rc;
		}
		if (four != 4) {
			return vv_fail(err, VV_ECORRUPT, "the peer sent a ref with %zu members",
				       four);
		}
		if ((rc = message_get_text(c, arena, &r->name, err)) < 0 ||
		    (rc = message_get_oid(c, &r->old, err)) < 0 ||
		    (rc = message_get_oid(c, &r->id, err)) < 0 ||
		    (rc = vv_cbor_get_bool(c, &r->force, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status get_fetch(vv_cbor *c, vv_arena *arena, vv_request *out, vv_error *err)
{
	vv_status rc;
	if ((rc = vv_cbor_get_key(c, "done", err)) < 0 ||
	    (rc = vv_cbor_get_bool(c, &out->done, err)) < 0 ||
	    (rc = vv_cbor_get_key(c, "have", err)) < 0 ||
	    (rc = message_get_oids(c, arena, &out->have, err)) < 0 ||
	    (rc = vv_cbor_get_key(c, "want", err)) < 0 ||
	    (rc = message_get_oids(c, arena, &out->want, err)) < 0 ||
	    (rc = vv_cbor_get_key(c, "nodes", err)) < 0) {
		return rc;
	}
	return vv_cbor_get_bool(c, &out->nodes, err);
}

static vv_status get_blocks(vv_cbor *c, vv_arena *arena, vv_request *out, vv_error *err)
{
	vv_status rc;
	bool alike = out->op == VV_OP_BLOCKS && vv_cbor_try_key(c, "like");
	if (alike && (rc = message_get_cids(c, arena, &out->like, true, err)) < 0) {
		return rc;
	}
	if ((rc = vv_cbor_get_key(c, "want", err)) < 0 ||
	    (rc = message_get_cids(c, arena, &out->blocks, false, err)) < 0) {
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
	if (rc < 0 || (rc = vv_cbor_get_text(c, &word, &len, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strlen(ops[i]) == len && memcmp(ops[i], word, len) == 0) {
			out->op = (vv_op)i;
			return VV_OK;
		}
	}
	vv_fail(err, VV_ENOSUPPORT, "there is no request '%s' here", vv_text_show(word, len));
	return vv_hint(err,
		       "the other side's varve is newer than this one, which speaks version %u",
		       VV_PROTOCOL_VERSION);
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
	bool versioned = vv_cbor_try_key(&c, "v"), ahead = false;
	if ((versioned && (rc = vv_cbor_get_uint(&c, &out->version, err)) < 0) ||
	    (rc = get_op(&c, out, err)) < 0) {
		return rc;
	}
	if (versioned != (out->op == VV_OP_HELLO)) {
		return vv_fail(err, VV_ECORRUPT,
			       "a request is malformed: only a hello tells the version");
	}
	switch (out->op) {
	case VV_OP_HELLO:
		if (vv_cbor_try_key(&c, "can")) {
			out->can = true;
			rc = message_get_can(&c, &out->whole, &ahead, err);
		}
		break;
	case VV_OP_KNOWN:
		rc = vv_cbor_get_key(&c, "want", err);
		rc = rc < 0 ? rc : message_get_oids(&c, arena, &out->want, err);
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
		if (rc == VV_OK && vv_cbor_try_key(&c, "ahead")) {
			rc = vv_cbor_get_bool(&c, &out->ahead, err);
		}
		break;
	}
	rc = rc < 0 ? rc : vv_cbor_end(&c, err);
	return rc == VV_ECORRUPT ? vv_prefix(err, "a request is malformed") : rc;
}
