/*
 * message: the members of each request and answer, in the order of their map.
 */
#include "transport/protocol/message.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "repo/blocks/cbor_members.h"
#include "repo/git/history/hidden_refs.h"

/* --- the members of each map -------------------------------------------------------------------- */

_Static_assert(sizeof(vv_oid) == 20, "lists of ids are joined, 20 bytes each");
_Static_assert(sizeof(vv_cid) == 33, "lists of CIDs: codec and digest, 33 bytes each");

static bool is_cid(const void *item)
{
	const vv_cid *c = item;
	return c->codec == VV_CODEC_RAW || c->codec == VV_CODEC_DAG_CBOR;
}

static bool is_cid_or_none(const void *item)
{
	return is_cid(item) || ((const vv_cid *)item)->codec == 0;
}

#define OID(of, member)                                                                            \
	{                                                                                          \
		.type = VV_MEMBER_FIXED, .at = offsetof(of, member), .size = sizeof(vv_oid)        \
	}
#define JOINED(word, of, list, each)                                                               \
	word, VV_MEMBER_JOINED, .at = offsetof(of, list.items), .more = offsetof(of, list.count),  \
				.size = sizeof(each), .max = VV_LIST_MAX
#define OIDS(word, of, list)                                                                       \
	{                                                                                          \
		JOINED(word, of, list, vv_oid)                                                     \
	}
#define CIDS(word, of, list)                                                                       \
	{                                                                                          \
		JOINED(word, of, list, vv_cid), .fits = is_cid                                     \
	}
#define BOOL(word, of, member)                                                                     \
	{                                                                                          \
		word, VV_MEMBER_BOOL, .at = offsetof(of, member)                                   \
	}
/* Is in the map only when it is true. */
#define FLAG(word, of, member)                                                                     \
	{                                                                                          \
		word, VV_MEMBER_BOOL, .at = offsetof(of, member), .optional = true                 \
	}
#define UINT(word, of, member)                                                                     \
	{                                                                                          \
		word, VV_MEMBER_UINT, .at = offsetof(of, member)                                   \
	}
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const vv_member push_ref[] = {
	{.type = VV_MEMBER_NAME, .at = offsetof(vv_push_ref, name), .max = SIZE_MAX},
	OID(vv_push_ref, old),
	OID(vv_push_ref, id),
	BOOL(NULL, vv_push_ref, force)};

static const vv_member hello[] = {FLAG("whole", vv_request, whole)};
static const vv_member known[] = {OIDS("want", vv_request, want)};
static const vv_member fetch[] = {BOOL("done", vv_request, done), OIDS("have", vv_request, have),
				  OIDS("want", vv_request, want), BOOL("nodes", vv_request, nodes),
				  FLAG("history", vv_request, history)};
static const vv_member blocks[] = {
	{JOINED("like", vv_request, like, vv_cid), .fits = is_cid_or_none, .optional = true},
	CIDS("want", vv_request, blocks)};
static const vv_member have[] = {FLAG("keep", vv_request, keep), CIDS("want", vv_request, blocks)};
static const vv_member push[] = {{"refs", VV_MEMBER_LIST, .at = offsetof(vv_request, refs),
				  .more = offsetof(vv_request, ref_count),
				  .size = sizeof(vv_push_ref), .max = VV_REFS_MAX, .item = push_ref,
				  .item_count = COUNT(push_ref)},
				 FLAG("ahead", vv_request, ahead)};

static const struct {
	const char *word;
	const vv_member *members;
	size_t count;
} ops[] = {{"hello", hello, COUNT(hello)}, {"known", known, COUNT(known)},
	   {"fetch", fetch, COUNT(fetch)}, {"blocks", blocks, COUNT(blocks)},
	   {"have", have, COUNT(have)},    {"push", push, COUNT(push)}};
_Static_assert(COUNT(ops) == VV_OP_PUSH + 1, "a word for each request");

const char *vv_op_name(vv_op op)
{
	return ops[op].word;
}

/* --- requests ----------------------------------------------------------------------------------- */

vv_status vv_request_write(vv_channel *line, const vv_request *q, vv_error *err)
{
	const vv_member *f = ops[q->op].members;
	const size_t count = ops[q->op].count;
	const bool versioned = q->op == VV_OP_HELLO;
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 1 + versioned + vv_members_count(f, count, q));
	if (versioned) {
		vv_cbor_add_uint(&b, "v", VV_PROTOCOL_VERSION);
	}
	vv_cbor_add_text(&b, "op", ops[q->op].word);
	vv_members_put(&b, f, count, q);
	return vv_frame_write_message(line, &b, err);
}

bool vv_request_is_hold(const void *bytes, size_t len)
{
	const char *word;
	size_t pairs, n;

	vv_cbor c = vv_cbor_of(bytes, len);
	return vv_cbor_get_map(&c, &pairs, VV_IGNORED) == VV_OK && vv_cbor_try_key(&c, "op") &&
	       vv_cbor_get_text(&c, &word, &n, VV_IGNORED) == VV_OK && n >= 4 &&
	       memcmp(word, "hold", 4) == 0 && (n == 4 || word[4] == '-');
}

static vv_status get_op(vv_cbor *c, vv_request *out, vv_error *err)
{
	size_t op;
	vv_status rc = vv_cbor_get_key(c, "op", err);

	if (rc < 0) return rc;
	rc = vv_cbor_get_word(c, ops, &op, err);
	out->op = (vv_op)op;
	if (rc != VV_ENOSUPPORT) return rc;
	vv_prefix(err, "the request");
	return vv_hint(
		err,
		"upgrade the server's varve: the client's is newer, and the server uses version %u "
		"of the protocol",
		VV_PROTOCOL_VERSION);
}

/* Before all else: other versions may have other keys. */
static vv_status get_version(vv_cbor *c, vv_error *err)
{
	uint64_t version;
	vv_status rc = vv_cbor_get_uint(c, &version, err);

	if (rc < 0 || version == VV_PROTOCOL_VERSION) return rc;
	return vv_fail(err, VV_ENOSUPPORT,
		       "version %llu of the protocol is not supported here, only version %u\nuse "
		       "the same release of varve on both sides",
		       (unsigned long long)version, VV_PROTOCOL_VERSION);
}

vv_status vv_request_read(vv_request *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err)
{
	vv_members_in in = {.arena = arena};
	size_t pairs;
	vv_status rc = vv_cbor_check(bytes, len, err);

	memset(out, 0, sizeof(*out));
	in.c = vv_cbor_of(bytes, len);
	if (rc < 0 || (rc = vv_cbor_get_map(&in.c, &pairs, err)) < 0) {
		return vv_prefix(err, "a request is malformed");
	}
	bool versioned = vv_cbor_try_key(&in.c, "v");
	if ((versioned && (rc = get_version(&in.c, err)) < 0) ||
	    (rc = get_op(&in.c, out, err)) < 0) {
		return rc;
	}
	if (versioned != (out->op == VV_OP_HELLO)) {
		return vv_fail(err, VV_ECORRUPT,
			       "a request is malformed: only the first message has the version");
	}
	if ((rc = vv_members_get(&in, ops[out->op].members, ops[out->op].count, out, err)) ==
		    VV_OK &&
	    out->like.count > 0 && out->like.count != out->blocks.count) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "the peer sent a malformed request: %zu bases for "
			     "%zu blocks",
			     out->like.count, out->blocks.count);
	}
	if (rc == VV_OK) {
		rc = vv_cbor_end(&in.c, err);
	}
	return rc == VV_ECORRUPT ? vv_prefix(err, "a request is malformed") : rc;
}

/* --- answers -------------------------------------------------------------------------- */

/* A bit for each ref. */
static void put_whole(vv_buf *b, const vv_hello *h)
{
	vv_auto(vv_buf) bits = VV_BUF_FOR(b);

	for (size_t i = 0; i < h->ref_count; i += 8) {
		unsigned byte = 0;
		for (size_t k = 0; k < 8 && i + k < h->ref_count; k++) {
			byte |= (unsigned)h->refs[i + k].whole << k;
		}
		vv_buf_putc(&bits, (char)byte);
	}
	vv_cbor_add_bytes(b, "whole", bits.data ? bits.data : "", bits.len);
}

static const vv_member hello_edge = OIDS("edge", vv_hello, edge);
/* The members before and after the refs and the whole ones of them. */
static const vv_member hello_head[] = {
	{"head", VV_MEMBER_NAME, .at = offsetof(vv_hello, head), .max = SIZE_MAX},
	UINT("held", vv_hello, held)};
static const vv_member hello_end = BOOL("write", vv_hello, writable);
/* The third: of annotated tags. */
static const vv_member remote_ref[] = {
	{.type = VV_MEMBER_NAME, .at = offsetof(vv_remote_ref, name), .max = SIZE_MAX},
	OID(vv_remote_ref, id),
	OID(vv_remote_ref, peeled)};

vv_status vv_hello_write(vv_channel *line, const vv_hello *h, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];
	const char *head;

	if (h->head) {
		head = h->head;
	} else if (vv_oid_is_null(&h->detached)) {
		head = "";
	} else {
		head = hex;
	}
	vv_buf b = VV_BUF_INIT;

	vv_oid_text(hex, &h->detached);

	vv_cbor_put_map(&b, 5u + (h->id[0] != '\0') + (h->tells_whole ? 2u : 0u));
	vv_cbor_add_uint(&b, "v", VV_PROTOCOL_VERSION);
	if (h->id[0]) {
		vv_cbor_add_text(&b, "id", h->id);
	}
	if (h->tells_whole) {
		vv_members_put(&b, &hello_edge, 1, h);
	}
	vv_cbor_add_bytes(&b, "head", head, strlen(head)); /* bytes: refs need not be UTF-8 */
	vv_cbor_add_uint(&b, "held", h->held);
	vv_cbor_add_array(&b, "refs", h->ref_count);
	vv_array_each(h->refs, h->ref_count, r) {
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

static vv_status get_ref(vv_members_in *in, vv_remote_ref *r, vv_error *err)
{
	size_t n;
	vv_status rc = vv_cbor_get_array(&in->c, &n, err);
	if (rc < 0) return rc;
	if (n != 2 && n != 3) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a ref with %zu members", n);
	}
	if ((rc = vv_member_get(in, &remote_ref[0], r, err)) < 0 ||
	    (rc = vv_member_get(in, &remote_ref[1], r, err)) < 0) {
		return rc;
	}
	if (vv_oid_is_null(&r->id)) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a ref without an id");
	}
	r->peeled = r->id;
	r->whole = true;
	return n == 3 ? vv_member_get(in, &remote_ref[2], r, err) : VV_OK;
}

static vv_status get_refs(vv_members_in *in, vv_hello *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_array(&in->c, &out->ref_count, err);
	if (rc < 0) return rc;
	if (out->ref_count > VV_REFS_MAX) {
		return vv_fail(err, VV_EREFUSED, "the peer has more than %u refs", VV_REFS_MAX);
	}
	if (!(out->refs = vv_arena_calloc(in->arena, out->ref_count + 1, sizeof(*out->refs)))) {
		return vv_fail_nomem(err);
	}
	vv_array_each(out->refs, out->ref_count, ref) {
		if ((rc = get_ref(in, ref, err)) < 0) return rc;
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
		if (vv_ref_is_expired(out->refs[i].name)) {
			out->expired = out->refs[i];
		}
	}
	if (out->head_count > VV_HELLO_HEADS) {
		return vv_fail(err, VV_EREFUSED, "the peer has more than %u signed heads",
			       VV_HELLO_HEADS);
	}
	out->heads = refs + (all - out->head_count - (out->expired.name != NULL));
	for (size_t i = 0, heads = 0; i < all; i++) {
		if (vv_ref_is_head(out->refs[i].name)) {
			out->heads[heads++] = out->refs[i];
		} else if (!vv_ref_is_expired(out->refs[i].name)) {
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
		rc = vv_fail(
			err, VV_ECORRUPT,
			"the peer sent a malformed answer: %zu bytes of bits for %zu questions",
			len, count);
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
		rc = vv_fail(err, VV_ECORRUPT, "the peer sent a repository id of %zu bytes", len);
	}
	for (size_t i = 0; rc == VV_OK && i < len; i++) {
		if (!vv_is_hex(id[i])) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "the peer sent a repository id that is not hexadecimal");
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
	*c = vv_cbor_of(bytes, len);
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
	vv_members_in in = {.arena = arena};
	uint64_t version;
	vv_status rc = begin_answer(&in.c, bytes, len, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (rc = vv_cbor_get_key(&in.c, "v", err)) < 0 ||
	    (rc = vv_cbor_get_uint(&in.c, &version, err)) < 0) {
		return rc;
	}
	if (version != VV_PROTOCOL_VERSION) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "the peer uses version %llu of the protocol, and this varve version "
			       "%u\nuse the same release of varve on both sides",
			       (unsigned long long)version, VV_PROTOCOL_VERSION);
	}
	if (vv_cbor_try_key(&in.c, "id")) {
		rc = get_id(&in.c, out->id, err);
	}
	out->tells_whole = rc == VV_OK && vv_cbor_try_key(&in.c, "edge");
	if (out->tells_whole) {
		rc = vv_member_get(&in, &hello_edge, out, err);
	}
	if (rc < 0 || (rc = vv_members_get(&in, hello_head, COUNT(hello_head), out, err)) < 0 ||
	    (rc = vv_cbor_get_key(&in.c, "refs", err)) < 0 || (rc = get_refs(&in, out, err)) < 0 ||
	    (out->tells_whole && (rc = get_whole(&in.c, out, err)) < 0) ||
	    (rc = vv_members_get(&in, &hello_end, 1, out, err)) < 0) {
		return end_answer(&in.c, rc, err);
	}
	if ((rc = read_detached(out, arena, err)) < 0) return rc;
	return end_answer(&in.c, part_heads(out, arena, err), err);
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

static const vv_member fetch_start[] = {BOOL("ready", vv_fetch_start, ready),
					OIDS("common", vv_fetch_start, common)};
static const vv_member fetch_sum[] = {
	UINT("bytes", vv_fetch_sum, bytes),       UINT("absent", vv_fetch_sum, absent),
	UINT("blocks", vv_fetch_sum, blocks),     UINT("commits", vv_fetch_sum, commits),
	UINT("datasets", vv_fetch_sum, datasets), BOOL("withheld", vv_fetch_sum, withheld)};
/* A NULL is written as null: the ref was moved. */
static const vv_member push_result = {.type = VV_MEMBER_NAME, .max = SIZE_MAX, .null_ok = true};
static const vv_member push_answer[] = {
	{"refs", VV_MEMBER_LIST, .at = offsetof(vv_push_answer, refs),
	 .more = offsetof(vv_push_answer, count), .size = sizeof(const char *), .max = VV_REFS_MAX,
	 .item = &push_result, .item_count = 1},
	{JOINED("missing", vv_push_answer, missing, vv_cid), .fits = is_cid, .optional = true}};

static vv_status write_answer(vv_channel *line, const vv_member *f, size_t count, const void *from,
			      vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, vv_members_count(f, count, from));
	vv_members_put(&b, f, count, from);
	return vv_frame_write_message(line, &b, err);
}

static vv_status read_answer(vv_arena *arena, const void *bytes, size_t len, const vv_member *f,
			     size_t count, void *out, vv_error *err)
{
	vv_members_in in = {.arena = arena};
	const vv_status rc = begin_answer(&in.c, bytes, len, err);

	return rc < 0 ? rc : end_answer(&in.c, vv_members_get(&in, f, count, out, err), err);
}

vv_status vv_fetch_start_write(vv_channel *line, const vv_fetch_start *s, vv_error *err)
{
	return write_answer(line, fetch_start, COUNT(fetch_start), s, err);
}

vv_status vv_fetch_start_read(vv_fetch_start *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err)
{
	memset(out, 0, sizeof(*out));
	return read_answer(arena, bytes, len, fetch_start, COUNT(fetch_start), out, err);
}

vv_status vv_fetch_sum_write(vv_channel *line, const vv_fetch_sum *s, vv_error *err)
{
	return write_answer(line, fetch_sum, COUNT(fetch_sum), s, err);
}

vv_status vv_fetch_sum_read(vv_fetch_sum *out, const void *bytes, size_t len, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	return read_answer(NULL, bytes, len, fetch_sum, COUNT(fetch_sum), out, err);
}

vv_status vv_push_answer_write(vv_channel *line, const vv_push_answer *a, vv_error *err)
{
	return write_answer(line, push_answer, COUNT(push_answer), a, err);
}

vv_status vv_push_answer_read(vv_push_answer *out, vv_arena *arena, const void *bytes, size_t len,
			      vv_error *err)
{
	memset(out, 0, sizeof(*out));
	return read_answer(arena, bytes, len, push_answer, COUNT(push_answer), out, err);
}
