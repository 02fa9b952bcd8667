/*
 * Streams of Git objects: records are whole wherever frames are cut, and however large.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "tests/unit/support.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/object_stream.h"

#define OBJECTS_MAX 400u

/* Objects with made-up ids; both sides read bases here. */
typedef struct objects {
	size_t asked; /* bases */
	vv_git_object list[OBJECTS_MAX];
	vv_buf bytes[OBJECTS_MAX];
	size_t count;
} objects;

static void add(objects *o, vv_git_type type, const vv_buf *bytes, const vv_oid *base)
{
	vv_git_object *g = &o->list[o->count];
	vv_prng r;

	assert_true(o->count < OBJECTS_MAX);
	memset(g, 0, sizeof(*g));
	vv_prng_init(&r, 1000 + o->count);
	vv_prng_bytes(&r, g->id.id, sizeof(g->id.id));
	o->bytes[o->count] = (vv_buf){0};
	vv_buf_put(&o->bytes[o->count], vv_buf_cstr(bytes), bytes->len);
	g->type = type;
	g->bytes = vv_buf_cstr(&o->bytes[o->count]);
	g->len = bytes->len;
	if (base) {
		g->base = *base;
	}
	o->count++;
}

static vv_status get(void *payload, vv_git_type type, const uint8_t *id, size_t len, vv_buf *out,
		     vv_error *err)
{
	objects *o = payload;

	o->asked++;
	for (size_t i = 0; i < o->count; i++) {
		if (o->list[i].type == type && memcmp(o->list[i].id.id, id, len) == 0) {
			vv_buf_reset(out);
			vv_buf_put(out, o->list[i].bytes, o->list[i].len);
			return vv_buf_ok(out, err);
		}
	}
	return vv_fail(err, VV_ENOTFOUND, "no such object");
}

static void some_nodes(vv_recent_nodes *n)
{
	memset(n, 0, sizeof(*n));
	for (unsigned i = 0; i < 300; i++) {
		vv_cid cid = {i % 3 == 0 ? VV_CODEC_RAW : VV_CODEC_DAG_CBOR, {(uint8_t)i}};
		vv_recent_nodes_add(n, &cid);
	}
	assert_in_range(n->count, VV_RECENT_NODES, 2 * VV_RECENT_NODES);
	/* raw blocks are not noted */
	assert_memory_equal(n->texts + (n->count - 1) * VV_CID_TEXT,
			    vv_cid_shows(&(vv_cid){VV_CODEC_DAG_CBOR, {299 % 256}}), VV_CID_TEXT);
	assert_memory_equal(n->texts + (n->count - 3) * VV_CID_TEXT,
			    vv_cid_shows(&(vv_cid){VV_CODEC_DAG_CBOR, {296 % 256}}), VV_CID_TEXT);
}

/* The bytes of all frames, one after the other: from on are the ones sent. */
static void send(objects *o, size_t from, vv_buf *stream)
{
	memory_line out = {.out = VV_BUF_INIT}, in = {.piece = 0};
	vv_recent_nodes nodes;
	vv_object_out *s;
	vv_frame_reader r;
	uint8_t type;
	vv_error err;
	vv_channel *line = memory_line_open(&out, NULL, 0);

	some_nodes(&nodes);
	vv_assert_ok(vv_object_out_open(&s, line, get, o, &nodes, VV_EFFORT_UTMOST, &err), &err);
	for (size_t i = from; i < o->count; i++) {
		vv_assert_ok(vv_object_out_put(s, &o->list[i], &err), &err);
	}
	assert_int_equal(vv_object_out_count(s), o->count - from);
	vv_assert_ok(vv_object_out_flush(s, &err), &err);
	vv_assert_ok(vv_frame_end(line, &err), &err);
	vv_object_out_close(s);
	vv_channel_close(line);
	line = memory_line_open(&in, out.out.data, out.out.len);
	vv_frame_reader_init(&r, line, UINT64_MAX);
	while (vv_frame_read(&r, &type, &err) == VV_OK && type == VV_FRAME_OBJECTS) {
		assert_true(r.payload.len <= VV_FRAME_MAX);
		vv_buf_put(stream, r.payload.data, r.payload.len);
	}
	assert_int_equal(type, VV_FRAME_END);
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
	vv_buf_clear(&out.out);
}

/* Feeds the stream in pieces of these sizes; everything from `from` on must be read. */
static void receive(objects *o, size_t from, const vv_buf *stream, size_t (*piece)(vv_prng *r),
		    unsigned seed)
{
	vv_recent_nodes nodes;
	vv_object_in *in;
	vv_git_type type;
	const void *bytes;
	size_t len, n = from;
	vv_prng r;
	vv_error err;

	some_nodes(&nodes);
	vv_prng_init(&r, seed);
	vv_assert_ok(vv_object_in_open(&in, get, o, &nodes, 64u << 20, &err), &err);
	for (size_t at = 0; at < stream->len;) {
		size_t cut = piece(&r);
		cut = cut < stream->len - at ? cut : stream->len - at;
		vv_assert_ok(vv_object_in_feed(in, stream->data + at, cut, &err), &err);
		at += cut;
		int more;
		while ((more = vv_object_in_next(in, &type, &bytes, &len, &err)) > 0) {
			assert_true(n < o->count);
			assert_int_equal(type, o->list[n].type);
			assert_int_equal(len, o->list[n].len);
			assert_true(len == 0 || memcmp(bytes, o->list[n].bytes, len) == 0);
			vv_assert_ok(vv_object_in_note(in, &o->list[n++].id, &err), &err);
		}
		vv_assert_ok(more, &err);
	}
	assert_int_equal(n, o->count);
	vv_assert_ok(vv_object_in_end(in, &err), &err);
	vv_object_in_close(in);
}

static size_t one_byte(vv_prng *r)
{
	(void)r;
	return 1;
}

static size_t few_bytes(vv_prng *r)
{
	return 1 + (size_t)vv_prng_below(r, 50);
}

static size_t a_frame(vv_prng *r)
{
	return 1 + (size_t)vv_prng_below(r, VV_FRAME_AIM);
}

static void clear(objects *o)
{
	for (size_t i = 0; i < o->count; i++) {
		vv_buf_clear(&o->bytes[i]);
	}
	free(o);
}

static objects *random_objects(unsigned seed)
{
	objects *o = calloc(1, sizeof(*o));
	vv_buf b = VV_BUF_INIT;
	vv_prng r;

	assert_non_null(o);
	vv_prng_init(&r, seed);
	for (unsigned i = 0; i < 200; i++) {
		vv_git_type type = (vv_git_type)(1 + vv_prng_below(&r, 4));
		const vv_oid *base = NULL;
		vv_buf_reset(&b);
		for (size_t k = o->count; k-- > 0 && !base && vv_prng_below(&r, 10) < 8;) {
			if (o->list[k].type == type) {
				base = &o->list[k].id;
				vv_buf_put(&b, o->list[k].bytes, o->list[k].len);
			}
		}
		if (!base && vv_prng_below(&r, 4) > 0) {
			size_t len = (size_t)vv_prng_below(&r, 1500);
			assert_true(vv_buf_reserve(&b, len));
			vv_prng_bytes(&r, b.data, len);
			b.len = len;
		}
		if (vv_prng_below(&r, 8) > 0) {
			vv_buf_printf(&b, "line %u\n", i);
		}
		add(o, type, &b, base);
	}
	vv_buf_clear(&b);
	return o;
}

static void records_are_whole_wherever_frames_are_cut(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 3; seed++) {
		objects *o = random_objects(seed);
		vv_buf stream = VV_BUF_INIT;
		send(o, 20, &stream); /* 20 are on the other side */
		receive(o, 20, &stream, few_bytes, seed);
		receive(o, 20, &stream, a_frame, seed);
		if (seed == 1) {
			receive(o, 20, &stream, one_byte, seed);
		}
		vv_buf_clear(&stream);
		clear(o);
	}
}

static void objects_larger_than_a_frame_arrive(void **state)
{
	objects *o = calloc(1, sizeof(*o));
	vv_buf b = VV_BUF_INIT, stream = VV_BUF_INIT;
	const size_t large = (size_t)9 << 20;
	vv_prng r;

	(void)state;
	assert_non_null(o);
	vv_prng_init(&r, 1);
	assert_true(vv_buf_reserve(&b, large));
	vv_prng_bytes(&r, b.data, large);
	b.len = large;
	add(o, VV_GIT_BLOB, &b, NULL);
	memset(b.data + 100, 0, 1000);
	add(o, VV_GIT_BLOB, &b, &o->list[0].id); /* and its later version */
	vv_buf_reset(&b);
	add(o, VV_GIT_BLOB, &b, NULL);
	send(o, 0, &stream);
	assert_true(stream.len > large && stream.len < 2 * large + 1000);
	receive(o, 0, &stream, a_frame, 3);
	vv_buf_clear(&b);
	vv_buf_clear(&stream);
	clear(o);
}

/* The last object of each kind is kept, up to 64 KiB; an older one is requested from the receiver. */
static void the_base_that_came_last_is_not_asked_for(void **state)
{
	objects *o = calloc(1, sizeof(*o));
	vv_buf b = VV_BUF_INIT, stream = VV_BUF_INIT;
	vv_prng r;

	(void)state;
	assert_non_null(o);
	vv_prng_init(&r, 1);
	assert_true(vv_buf_reserve(&b, 100000));
	vv_prng_bytes(&r, b.data, 100000);
	b.len = 400;
	add(o, VV_GIT_COMMIT, &b, NULL);
	add(o, VV_GIT_TREE, &b, NULL);
	vv_buf_puts(&b, "second");
	add(o, VV_GIT_COMMIT, &b, &o->list[0].id);
	add(o, VV_GIT_TREE, &b, &o->list[1].id);
	send(o, 0, &stream);
	o->asked = 0;
	receive(o, 0, &stream, a_frame, 1);
	assert_int_equal(o->asked, 0);
	vv_buf_puts(&b, "third");
	add(o, VV_GIT_COMMIT, &b, &o->list[0].id); /* two were received since */
	b.len = 100000;
	add(o, VV_GIT_BLOB, &b, NULL);
	memset(b.data + 100, 0, 100);
	add(o, VV_GIT_BLOB, &b, &o->list[5].id);
	vv_buf_reset(&stream);
	send(o, 0, &stream);
	o->asked = 0;
	receive(o, 0, &stream, a_frame, 1);
	assert_int_equal(o->asked, 2);
	vv_buf_clear(&b);
	vv_buf_clear(&stream);
	clear(o);
}

/* The result of next for these bytes. */
static vv_status parse(const void *bytes, size_t len, uint64_t max, objects *o, vv_error *err)
{
	vv_recent_nodes nodes = {.count = 0};
	vv_object_in *in;
	vv_git_type type;
	const void *got;
	size_t got_len;

	vv_assert_ok(vv_object_in_open(&in, get, o, &nodes, max, err), err);
	vv_assert_ok(vv_object_in_feed(in, bytes, len, err), err);
	int rc = vv_object_in_next(in, &type, &got, &got_len, err);
	if (rc == 0) {
		rc = vv_object_in_end(in, err);
		assert_true(rc == VV_OK || rc == VV_ECORRUPT);
		rc = rc == VV_OK ? VV_OK : VV_EINPUT; /* waits for more */
	}
	vv_object_in_close(in);
	return (vv_status)(rc > 0 ? VV_OK : rc);
}

static void malformed_records_are_refused(void **state)
{
	objects *o = calloc(1, sizeof(*o));
	char endless[64];
	vv_error err;

	(void)state;
	assert_non_null(o);
	memset(endless, 0x80, sizeof(endless));
	endless[0] = 3 << 2;
	vv_assert_status(parse("\x0c\x05shor", 6, 100, o, &err), VV_EINPUT, &err);
	vv_assert_status(parse("\x0c\x05short", 7, 100, o, &err), VV_OK, &err);
	vv_assert_status(parse("\x0c\x05short", 7, 4, o, &err), VV_EREFUSED, &err);
	vv_assert_status(parse("\x0f\x05short", 7, 100, o, &err), VV_ECORRUPT, &err); /* method 3 */
	vv_assert_status(parse("\x00\x05short", 7, 100, o, &err), VV_ECORRUPT, &err); /* type 0 */
	vv_assert_status(parse("\x14\x05short", 7, 100, o, &err), VV_ECORRUPT, &err); /* type 5 */
	vv_assert_status(parse("\x8c\x05short", 7, 100, o, &err), VV_ECORRUPT, &err); /* bit 7 */
	/* a base, though stored */
	vv_assert_status(parse("\x2c\x05short", 7, 100, o, &err), VV_ECORRUPT, &err);
	/* larger packed */
	vv_assert_status(parse("\x0d\x03\x04"
			       "abcd",
			       7, 100, o, &err),
			 VV_ECORRUPT, &err);
	/* no zstd frame */
	vv_assert_status(parse("\x0d\x05\x03"
			       "abc",
			       6, 100, o, &err),
			 VV_ECORRUPT, &err);
	/* no record before */
	vv_assert_status(parse("\x2e\x05\x03\x01"
			       "abc",
			       7, 100, o, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(parse(endless, sizeof(endless), 100, o, &err), VV_ECORRUPT, &err);
	vv_assert_status(parse("\x4e\x05\x03"
			       "0123456789abc",
			       16, 100, o, &err),
			 VV_EMISSING, &err);
	vv_assert_contains(err.message, "is missing here");
	clear(o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(records_are_whole_wherever_frames_are_cut),
	cmocka_unit_test(objects_larger_than_a_frame_arrive),
	cmocka_unit_test(the_base_that_came_last_is_not_asked_for),
	cmocka_unit_test(malformed_records_are_refused),
};

VV_TEST_SUITE(object_stream)
