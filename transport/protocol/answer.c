/*
 * answer: knows the maps of answers (message.h).
 */
#include <string.h>

#include "repo/blocks/cbor.h"
#include "transport/protocol/message.h"
#include "transport/protocol/message_internal.h"

/* A bit for each ref. */
static void put_whole(vv_buf *b, const vv_hello *h)
{
	vv_buf bits = VV_BUF_INIT;

	for (size_t i = 0; i < h->ref_count; i += 8) {
		unsigned byte = 0;
		for (size_t k = 0; k < 8 && i + k < h->ref_count; k++) {
			byte |= (unsigned)h->refs[i + k].whole << k;
		}
		vv_buf_putc(&bits, (char)byte);
	}
	b->failed |= bits.failed;
	vv_cbor_put_key(b, "whole");
	vv_cbor_put_bytes(b, bits.data ? bits.data : "", bits.len);
	vv_buf_clear(&bits);
}

vv_status vv_hello_write(vv_channel *line, const vv_hello *h, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 5u + h->can + (h->can && h->tells_whole ? 2u : 0u));
	vv_cbor_put_key(&b, "v");
	vv_cbor_put_uint(&b, VV_PROTOCOL_VERSION);
	if (h->can) {
		message_put_can(&b, "ahead", "whole");
	}
	if (h->can && h->tells_whole) {
		message_put_oids(&b, "edge", &h->edge);
	}
	message_put_text(&b, "head", h->head ? h->head : "");
	vv_cbor_put_key(&b, "held");
	vv_cbor_put_uint(&b, h->held);
	vv_cbor_put_key(&b, "refs");
	vv_cbor_put_array(&b, h->ref_count);
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
	if (h->can && h->tells_whole) {
		put_whole(&b, h);
	}
	vv_cbor_put_key(&b, "write");
	vv_cbor_put_bool(&b, h->writable);
	return message_send(line, &b, err);
}

static vv_status get_ref(vv_cbor *c, vv_arena *arena, vv_remote_ref *r, vv_error *err)
{
	size_t n;
	vv_status rc = vv_cbor_get_array(c, &n, err);
	if (rc < 0) {
		return rc;
	}
	if (n != 2 && n != 3) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a ref with %zu members", n);
	}
	if ((rc = message_get_text(c, arena, &r->name, err)) < 0 ||
	    (rc = message_get_oid(c, &r->id, err)) < 0) {
		return rc;
	}
	r->peeled = r->id;
	r->whole = true;
	return n == 3 ? message_get_oid(c, &r->peeled, err) : VV_OK;
}

static vv_status get_refs(vv_cbor *c, vv_arena *arena, vv_hello *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_array(c, &out->ref_count, err);
	if (rc < 0) {
		return rc;
	}
	if (out->ref_count > VV_REFS_MAX) {
		return vv_fail(err, VV_EREFUSED, "the peer has more than %u refs", VV_REFS_MAX);
	}
	out->refs = vv_arena_calloc(arena, out->ref_count ? out->ref_count : 1, sizeof(*out->refs));
	if (!out->refs) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < out->ref_count; i++) {
		rc = get_ref(c, arena, &out->refs[i], err);
	}
	return rc;
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
	vv_status rc = get_bits(c, &bits, out->ref_count, err);

	out->tells_whole = rc == VV_OK;
	for (size_t i = 0; rc == VV_OK && i < out->ref_count; i++) {
		out->refs[i].whole = vv_bit(bits, i);
	}
	return rc;
}

/* Begins to read an answer: checked as a whole. */
static vv_status begin(vv_cbor *c, const void *bytes, size_t len, vv_error *err)
{
	size_t pairs;
	vv_status rc = vv_cbor_check(bytes, len, err);
	vv_cbor_init(c, bytes, len);
	rc = rc < 0 ? rc : vv_cbor_get_map(c, &pairs, err);
	return rc < 0 ? vv_prefix(err, "the peer's answer is malformed") : rc;
}

static vv_status end(const vv_cbor *c, vv_status rc, vv_error *err)
{
	rc = rc < 0 ? rc : vv_cbor_end(c, err);
	return rc == VV_ECORRUPT ? vv_prefix(err, "the peer's answer is malformed") : rc;
}

vv_status vv_hello_read(vv_hello *out, vv_arena *arena, const void *bytes, size_t len,
			vv_error *err)
{
	vv_cbor c;
	uint64_t version;
	bool whole = false;
	vv_status rc = begin(&c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "v", err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &version, err)) < 0) {
		return rc;
	}
	if (version != VV_PROTOCOL_VERSION) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "the peer speaks version %llu of the protocol, this varve %u",
			       (unsigned long long)version, VV_PROTOCOL_VERSION);
	}
	if (vv_cbor_try_key(&c, "can")) {
		out->can = true;
		rc = message_get_can(&c, &whole, &out->ahead, err);
	}
	if (rc == VV_OK && vv_cbor_try_key(&c, "edge")) {
		rc = message_get_oids(&c, arena, &out->edge, err);
	}
	if (rc == VV_OK && (rc = vv_cbor_get_key(&c, "head", err)) == VV_OK &&
	    (rc = message_get_text(&c, arena, &out->head, err)) == VV_OK &&
	    (rc = vv_cbor_get_key(&c, "held", err)) == VV_OK &&
	    (rc = vv_cbor_get_uint(&c, &out->held, err)) == VV_OK &&
	    (rc = vv_cbor_get_key(&c, "refs", err)) == VV_OK &&
	    (rc = get_refs(&c, arena, out, err)) == VV_OK &&
	    (!vv_cbor_try_key(&c, "whole") || (rc = get_whole(&c, out, err)) == VV_OK) &&
	    (rc = vv_cbor_get_key(&c, "write", err)) == VV_OK) {
		rc = vv_cbor_get_bool(&c, &out->writable, err);
	}
	if (rc == VV_OK && out->head[0] == '\0') {
		out->head = NULL;
	}
	return end(&c, rc, err);
}

vv_status vv_bits_write(vv_channel *line, const vv_bits *bits, vv_error *err)
{
	size_t bytes = (bits->count + 7) / 8;
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, bits->held ? 2 : 1);
	vv_cbor_put_key(&b, "have");
	vv_cbor_put_bytes(&b, bits->have, bytes);
	if (bits->held) {
		vv_cbor_put_key(&b, "held");
		vv_cbor_put_bytes(&b, bits->held, bytes);
	}
	return message_send(line, &b, err);
}

vv_status vv_bits_read(vv_bits *out, size_t count, const void *bytes, size_t len, vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin(&c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	out->count = count;
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "have", err)) < 0) {
		return rc;
	}
	rc = get_bits(&c, &out->have, count, err);
	if (rc == VV_OK && vv_cbor_try_key(&c, "held")) {
		rc = get_bits(&c, &out->held, count, err);
	}
	return end(&c, rc, err);
}

vv_status vv_fetch_start_write(vv_channel *line, const vv_fetch_start *s, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 2);
	vv_cbor_put_key(&b, "ready");
	vv_cbor_put_bool(&b, s->ready);
	message_put_oids(&b, "common", &s->common);
	return message_send(line, &b, err);
}

vv_status vv_fetch_start_read(vv_fetch_start *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin(&c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (rc = vv_cbor_get_key(&c, "ready", err)) < 0 ||
	    (rc = vv_cbor_get_bool(&c, &out->ready, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "common", err)) < 0) {
		return rc;
	}
	rc = message_get_oids(&c, arena, &out->common, err);
	return end(&c, rc, err);
}

vv_status vv_fetch_sum_write(vv_channel *line, const vv_fetch_sum *s, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 6);
	vv_cbor_put_key(&b, "bytes");
	vv_cbor_put_uint(&b, s->bytes);
	vv_cbor_put_key(&b, "absent");
	vv_cbor_put_uint(&b, s->absent);
	vv_cbor_put_key(&b, "blocks");
	vv_cbor_put_uint(&b, s->blocks);
	vv_cbor_put_key(&b, "commits");
	vv_cbor_put_uint(&b, s->commits);
	vv_cbor_put_key(&b, "datasets");
	vv_cbor_put_uint(&b, s->datasets);
	vv_cbor_put_key(&b, "withheld");
	vv_cbor_put_bool(&b, s->withheld);
	return message_send(line, &b, err);
}

static vv_status get_number(vv_cbor *c, const char *key, uint64_t *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_key(c, key, err);
	return rc < 0 ? rc : vv_cbor_get_uint(c, out, err);
}

vv_status vv_fetch_sum_read(vv_fetch_sum *out, const void *bytes, size_t len, vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin(&c, bytes, len, err);

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
	return end(&c, rc, err);
}

vv_status vv_push_answer_write(vv_channel *line, const vv_push_answer *a, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, a->missing.count > 0 ? 2 : 1);
	vv_cbor_put_key(&b, "refs");
	vv_cbor_put_array(&b, a->count);
	for (size_t i = 0; i < a->count; i++) {
		if (a->refs[i]) {
			vv_cbor_put_bytes(&b, a->refs[i], strlen(a->refs[i]));
		} else {
			vv_cbor_put_null(&b);
		}
	}
	if (a->missing.count > 0) {
		message_put_cids(&b, "missing", &a->missing);
	}
	return message_send(line, &b, err);
}

static vv_status get_result(vv_cbor *c, vv_arena *arena, const char **out, vv_error *err)
{
	vv_cbor_type type;
	vv_status rc = vv_cbor_peek(c, &type, err);
	if (rc < 0) {
		return rc;
	}
	return type == VV_CBOR_NULL ? vv_cbor_get_null(c, err)
				    : message_get_text(c, arena, out, err);
}

vv_status vv_push_answer_read(vv_push_answer *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err)
{
	vv_cbor c;
	vv_status rc = begin(&c, bytes, len, err);

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
	if (!out->refs) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		rc = get_result(&c, arena, &out->refs[i], err);
	}
	if (rc == VV_OK && vv_cbor_try_key(&c, "missing")) {
		rc = message_get_cids(&c, arena, &out->missing, false, err);
	}
	return end(&c, rc, err);
}
