/*
 * Streams of blocks: blocks are read back with the same CIDs, whatever their bases; a base
 * that is missing makes only one record unreadable.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"
#include "tests/unit/support.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/frame.h"

/* Blocks that one side has. */
typedef struct shelf {
	vv_cid *cids;
	vv_buf *bytes;
	size_t count, cap;
} shelf;

static size_t shelf_find(const shelf *s, const vv_cid *cid)
{
	size_t i = 0;
	while (i < s->count && !vv_cid_equal(&s->cids[i], cid)) {
		i++;
	}
	return i;
}

static vv_cid shelf_put(shelf *s, uint8_t codec, const void *bytes, size_t len)
{
	vv_cid cid;
	vv_error err;

	vv_assert_ok(vv_cid_of(&cid, codec, bytes, len, &err), &err);
	if (s->count == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->cids = vv_realloc_array(s->cids, s->cap, sizeof(*s->cids));
		s->bytes = vv_realloc_array(s->bytes, s->cap, sizeof(*s->bytes));
		assert_true(s->cids && s->bytes);
	}
	s->cids[s->count] = cid;
	s->bytes[s->count] = (vv_buf){0};
	vv_buf_put(&s->bytes[s->count++], bytes, len);
	return cid;
}

static void shelf_clear(shelf *s)
{
	for (size_t i = 0; i < s->count; i++) {
		vv_buf_clear(&s->bytes[i]);
	}
	vv_free(s->cids);
	vv_free(s->bytes);
	memset(s, 0, sizeof(*s));
}

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const shelf *s = payload;
	size_t i = shelf_find(s, cid);

	if (i == s->count) return vv_fail(err, VV_EMISSING, "no such block");
	vv_buf_reset(out);
	vv_buf_put(out, vv_buf_cstr(&s->bytes[i]), s->bytes[i].len);
	return vv_buf_ok(out, err);
}

static vv_status find(void *payload, uint8_t codec, const uint8_t prefix[VV_BASE_PREFIX],
		      vv_cid *cid, vv_error *err)
{
	const shelf *s = payload;
	for (size_t i = 0; i < s->count; i++) {
		if (s->cids[i].codec == codec &&
		    memcmp(s->cids[i].digest, prefix, VV_BASE_PREFIX) == 0) {
			*cid = s->cids[i];
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ENOTFOUND, "no such block");
}

/* --- a stream ------------------------------------------------------------------------------- */

typedef struct stream {
	shelf here, there;
	memory_line sent;
	vv_channel *line;
	vv_block_out *out;
} stream;

static void begin(stream *s)
{
	vv_error err;

	memset(s, 0, sizeof(*s));
	s->line = memory_line_open(&s->sent, NULL, 0);
	assert_non_null(s->line);
	vv_assert_ok(vv_block_out_open(&s->out, s->line, get, &s->here, VV_EFFORT_UTMOST, &err),
		     &err);
}

static void put(stream *s, const vv_cid *cid, const vv_cid *like, bool known)
{
	vv_error err;
	vv_assert_ok(vv_block_out_put(s->out, cid, like, known, &err), &err);
}

static void finish(stream *s)
{
	vv_error err;
	vv_assert_ok(vv_block_out_flush(s->out, &err), &err);
	vv_assert_ok(vv_frame_end(s->line, &err), &err);
	vv_block_out_close(s->out);
	vv_channel_close(s->line);
}

typedef void (*each_fn)(stream *s, size_t n, const vv_block_received *r, void *payload);

/* Reads what was sent into the other side's shelf. Returns the number of records. */
static size_t receive(stream *s, each_fn fn, void *payload)
{
	memory_line m = {.piece = 1000};
	vv_channel *line = memory_line_open(&m, s->sent.out.data, s->sent.out.len);
	vv_frame_reader frames;
	vv_block_received r;
	vv_block_in *in;
	size_t n = 0;
	uint8_t type;
	vv_error err;

	vv_assert_ok(vv_block_in_open(&in, find, get, &s->there, &err), &err);
	vv_frame_reader_init(&frames, line, UINT64_MAX);
	vv_assert_ok(vv_frame_read(&frames, &type, &err), &err);
	for (; type == VV_FRAME_BLOCKS; vv_assert_ok(vv_frame_read(&frames, &type, &err), &err)) {
		const uint8_t *p = (const uint8_t *)frames.payload.data,
			      *stop = p + frames.payload.len;
		int more;
		while ((more = vv_block_in_next(in, &p, stop, &r, &err)) > 0) {
			if (!r.absent && !r.unreadable) {
				vv_cid put_as = shelf_put(&s->there, r.cid.codec, r.bytes, r.len);
				assert_true(vv_cid_equal(&put_as, &r.cid));
			}
			fn(s, n++, &r, payload);
		}
		vv_assert_ok(more, &err);
	}
	assert_int_equal(type, VV_FRAME_END);
	vv_frame_reader_clear(&frames);
	vv_block_in_close(in);
	vv_channel_close(line);
	return n;
}

static void end(stream *s)
{
	vv_buf_clear(&s->sent.out);
	shelf_clear(&s->here);
	shelf_clear(&s->there);
}

/* --- random trees ----------------------------------------------------------------------------- */

/* A leaf like another one, a large one, noise, or a node of some of the last blocks. */
static vv_cid make(shelf *s, vv_prng *r)
{
	vv_buf b = VV_BUF_INIT;
	uint64_t kind = vv_prng_below(r, 10);
	uint8_t codec = VV_CODEC_RAW;

	if (kind < 3 && s->count > 0) {
		size_t links = (size_t)vv_prng_below(r, s->count < 300 ? s->count : 300);
		codec = VV_CODEC_DAG_CBOR;
		vv_cbor_put_array(&b, links + 1);
		vv_cbor_put_uint(&b, vv_prng_u64(r));
		for (size_t i = 0; i < links; i++) {
			vv_cbor_put_link(&b, &s->cids[s->count - links + i]);
		}
	} else if (kind < 8 && s->count > 0) {
		const vv_buf *like = &s->bytes[vv_prng_below(r, s->count)];
		vv_buf_put(&b, vv_buf_cstr(like), like->len < 5000 ? like->len : 5000);
		vv_buf_printf(&b, "row %llu\n", (unsigned long long)vv_prng_u64(r));
	} else {
		size_t len = (size_t)vv_prng_below(r, kind == 9 ? 100000 : 300);
		assert_true(vv_buf_reserve(&b, len));
		vv_prng_bytes(r, b.data, len);
		b.len = len;
	}
	vv_cid cid = shelf_put(s, codec, vv_buf_cstr(&b), b.len);
	vv_buf_clear(&b);
	return cid;
}

typedef struct sent_list {
	vv_cid cids[1000]; /* null: absent */
	size_t count;
} sent_list;

static void same_as_sent(stream *s, size_t n, const vv_block_received *r, void *payload)
{
	const sent_list *l = payload;

	(void)s;
	assert_true(n < l->count && !r->unreadable);
	assert_int_equal(r->absent, vv_cid_is_null(&l->cids[n]));
	assert_true(vv_cid_equal(&r->cid, &l->cids[n]));
}

static void random_trees_arrive_with_the_same_cids(void **state)
{
	static sent_list l;

	(void)state;
	for (unsigned seed = 1; seed <= 6; seed++) {
		vv_prng r;
		stream s;
		vv_error err;
		begin(&s);
		l.count = 0;
		vv_prng_init(&r, seed);
		for (int i = 0; i < 60; i++) { /* what both have */
			(void)make(&s.here, &r);
			(void)shelf_put(&s.there, s.here.cids[i].codec,
					vv_buf_cstr(&s.here.bytes[i]), s.here.bytes[i].len);
		}
		for (size_t i = 60; i < 700; i++) {
			const vv_cid *like = &s.here.cids[vv_prng_below(&r, i)];
			if (vv_prng_below(&r, 20) == 0) {
				vv_assert_ok(vv_block_out_absent(s.out, &err), &err);
				memset(&l.cids[l.count++], 0, sizeof(vv_cid));
			}
			vv_cid like_cid = *like, cid = make(&s.here, &r);
			bool known = shelf_find(&s.here, &like_cid) < 60;
			l.cids[l.count++] = cid;
			put(&s, &cid, vv_prng_below(&r, 4) == 0 ? NULL : &like_cid, known);
		}
		assert_int_equal(vv_block_out_count(s.out), 640);
		finish(&s);
		assert_int_equal(receive(&s, same_as_sent, &l), l.count);
		end(&s);
	}
}

static void a_node_behind_its_children_costs_no_digests(void **state)
{
	sent_list *l = calloc(1, sizeof(*l));
	vv_buf node = VV_BUF_INIT;
	stream s;
	vv_error err;

	(void)state;
	assert_non_null(l);
	begin(&s);
	vv_cbor_put_array(&node, 200);
	for (unsigned i = 0; i < 200; i++) {
		vv_cid cid = shelf_put(&s.here, VV_CODEC_RAW, &i, sizeof(i));
		vv_cbor_put_link(&node, &cid);
		put(&s, &cid, NULL, false);
		l->cids[l->count++] = cid;
	}
	vv_assert_ok(vv_block_out_flush(s.out, &err), &err);
	vv_assert_ok(vv_channel_turn(s.line, &err), &err);
	size_t before = s.sent.out.len;
	l->cids[l->count] = shelf_put(&s.here, VV_CODEC_DAG_CBOR, node.data, node.len);
	put(&s, &l->cids[l->count++], NULL, false);
	finish(&s);
	assert_true(s.sent.out.len - before < 60); /* 200 digests are 6400 bytes */
	assert_int_equal(receive(&s, same_as_sent, l), 201);
	vv_buf_clear(&node);
	end(&s);
	free(l);
}

/* --- what is not there ------------------------------------------------------------------------ */

typedef struct seen {
	unsigned readable, unreadable, absent;
} seen;

static void count(stream *s, size_t n, const vv_block_received *r, void *payload)
{
	seen *c = payload;

	(void)s;
	(void)n;
	assert_false(r->absent && r->unreadable);
	c->absent += r->absent;
	c->unreadable += r->unreadable;
	c->readable += !r->absent && !r->unreadable;
	assert_true(!(r->absent || r->unreadable) || vv_cid_is_null(&r->cid));
}

static vv_cid noisy(shelf *s, unsigned seed, unsigned end_byte)
{
	char bytes[400];
	vv_prng r;
	vv_prng_init(&r, seed);
	vv_prng_bytes(&r, bytes, sizeof(bytes));
	bytes[sizeof(bytes) - 1] = (char)end_byte;
	return shelf_put(s, VV_CODEC_RAW, bytes, sizeof(bytes));
}

static void a_base_that_is_not_here_makes_one_record_unreadable(void **state)
{
	seen c = {0};
	stream s;

	(void)state;
	begin(&s);
	vv_cid base = noisy(&s.here, 1, 0), like = noisy(&s.here, 1, 1),
	       next = noisy(&s.here, 1, 2), other = noisy(&s.here, 2, 0);
	put(&s, &like, &base, true);  /* the other side does not have the base */
	put(&s, &next, &like, false); /* its base could not be read */
	put(&s, &other, NULL, false);
	finish(&s);
	assert_int_equal(receive(&s, count, &c), 3);
	assert_int_equal(c.unreadable, 2);
	assert_int_equal(c.readable, 1);
	assert_true(shelf_find(&s.there, &other) < s.there.count);
	end(&s);
}

static void nodes_after_an_unreadable_record_never_become_other_nodes(void **state)
{
	vv_buf node = VV_BUF_INIT;
	seen c = {0};
	stream s;

	(void)state;
	begin(&s);
	vv_cid base = noisy(&s.here, 1, 0), like = noisy(&s.here, 1, 1);
	put(&s, &like, &base, true);
	vv_cbor_put_array(&node, 1);
	vv_cbor_put_link(&node, &like);
	vv_cid above = shelf_put(&s.here, VV_CODEC_DAG_CBOR, node.data, node.len);
	put(&s, &above, NULL, false);
	finish(&s);
	assert_int_equal(receive(&s, count, &c), 2);
	/* Whether it was read or not: what is there is nothing that was not sent. */
	for (size_t i = 0; i < s.there.count; i++) {
		assert_true(s.there.cids[i].codec == VV_CODEC_DAG_CBOR);
	}
	vv_buf_clear(&node);
	end(&s);
}

static void a_block_that_cannot_be_had_is_not_sent(void **state)
{
	const vv_cid nowhere = {VV_CODEC_RAW, {1}};
	seen c = {0};
	stream s;
	vv_error err;

	(void)state;
	begin(&s);
	vv_cid damaged = noisy(&s.here, 1, 0), good = noisy(&s.here, 2, 0);
	s.here.bytes[0].data[5] ^= 1;
	vv_assert_status(vv_block_out_put(s.out, &nowhere, NULL, false, &err), VV_EMISSING, &err);
	vv_assert_status(vv_block_out_put(s.out, &damaged, NULL, false, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "is damaged");
	vv_assert_ok(vv_block_out_absent(s.out, &err), &err);
	put(&s, &good, &nowhere, true); /* a base that cannot be read is none */
	finish(&s);
	assert_int_equal(receive(&s, count, &c), 2);
	assert_int_equal(c.absent, 1);
	assert_int_equal(c.readable, 1);
	end(&s);
}

/* --- as it is stored ------------------------------------------------------------------------ */

/* One change against the block before it on the shelf: the difference that a pack might have. */
static vv_status stored_difference(void *payload, const vv_cid *cid, vv_buf *out, vv_buf *stored,
				   vv_block_form *form, vv_error *err)
{
	const shelf *s = payload;
	size_t i = shelf_find(s, cid);
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_coder *c = pool ? vv_coder_take(pool, err) : NULL;
	vv_status rc = get(payload, cid, out, err);

	assert_non_null(c);
	memset(form, 0, sizeof(*form));
	if (rc == VV_OK && i > 0) {
		vv_assert_ok(vv_coder_diff(c, out->data, out->len, s->bytes[i - 1].data,
					   s->bytes[i - 1].len, out->len, &form->packed, err),
			     err);
		form->base = s->cids[i - 1];
	} else if (rc == VV_OK) {
		vv_assert_ok(vv_coder_whole(c, out->data, out->len, &form->packed, err), err);
	}
	vv_buf_reset(stored);
	vv_buf_put(stored, form->packed.bytes, form->packed.len);
	form->packed.bytes = (const uint8_t *)stored->data;
	vv_coder_give(pool, c);
	vv_coder_pool_free(pool);
	return rc;
}

typedef struct forms {
	const shelf *here;
	size_t same; /* that are what the sender has stored */
} forms;

static void compare_form(stream *s, size_t n, const vv_block_received *r, void *payload)
{
	forms *f = payload;
	vv_buf raw = VV_BUF_INIT, stored = VV_BUF_INIT;
	vv_block_form form;
	vv_error err;

	(void)n;
	assert_false(r->unreadable);
	vv_assert_ok(stored_difference(&s->here, &r->cid, &raw, &stored, &form, &err), &err);
	assert_int_equal(r->len, raw.len);
	assert_memory_equal(r->bytes, raw.data, raw.len);
	f->same += r->as_stored && r->form.packed.method == form.packed.method &&
		   vv_cid_equal(&r->form.base, &form.base) &&
		   r->form.packed.len == form.packed.len &&
		   memcmp(r->form.packed.bytes, form.packed.bytes, form.packed.len) == 0;
	vv_buf_clear(&raw);
	vv_buf_clear(&stored);
}

/* Four blocks of 4,000 bytes, each with one byte changed. */
static void put_changes(shelf *s)
{
	char bytes[4000];

	vv_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < 4; i++) {
		bytes[i * 1000 + 500] ^= 1;
		(void)shelf_put(s, VV_CODEC_RAW, bytes, sizeof(bytes));
	}
}

static void a_short_difference_goes_as_it_is_stored_where_its_base_goes_before(void **state)
{
	stream s;
	forms f = {NULL, 0};

	(void)state;
	begin(&s);
	vv_block_out_use_forms(s.out, stored_difference);
	put_changes(&s.here);
	for (size_t i = 0; i < 4; i++) {
		put(&s, &s.here.cids[i], NULL, false); /* without a hint about a similar block */
	}
	finish(&s);
	assert_int_equal(receive(&s, compare_form, &f), 4);
	assert_int_equal(f.same, 4);
	end(&s);
}

static void a_difference_to_what_the_receiver_may_lack_is_made_anew(void **state)
{
	stream s;
	forms f = {NULL, 0};

	(void)state;
	begin(&s);
	vv_block_out_use_forms(s.out, stored_difference);
	put_changes(&s.here);
	put(&s, &s.here.cids[3], NULL, false); /* stored against 2, which is not sent */
	put(&s, &s.here.cids[1], &s.here.cids[3], false);
	finish(&s);
	assert_int_equal(receive(&s, compare_form, &f), 2);
	assert_int_equal(f.same, 0);
	end(&s);
}

static void a_block_that_is_damaged_where_it_is_stored_is_not_sent(void **state)
{
	stream s;
	vv_error err;

	(void)state;
	begin(&s);
	vv_block_out_use_forms(s.out, stored_difference);
	put_changes(&s.here);
	s.here.bytes[0].data[5] ^= 1;
	vv_assert_status(vv_block_out_put(s.out, &s.here.cids[0], NULL, false, &err), VV_ECORRUPT,
			 &err);
	finish(&s);
	end(&s);
}

/* Parts of 4,000 bytes. */
static vv_status divide(vv_parts *out, const void *raw, size_t len, vv_error *err)
{
	(void)raw;
	(void)err;
	out->count = 0;
	for (size_t at = 10; at + 4000 <= len; at += 4000) {
		assert_true(vv_array_room(out->items, out->count, out->cap));
		out->items[out->count++] = (vv_part){.at = (uint32_t)at, .len = 4000};
	}
	return VV_OK;
}

static void expect_parts(stream *s, size_t n, const vv_block_received *r, void *payload)
{
	size_t *count = payload;

	(void)n;
	assert_false(r->unreadable);
	assert_int_equal(r->len, s->here.bytes[0].len);
	assert_memory_equal(r->bytes, s->here.bytes[0].data, r->len);
	assert_true(r->as_stored);
	assert_int_equal(r->form.packed.method, VV_METHOD_PARTS);
	++*count;
}

static void a_block_in_parts_arrives_in_parts(void **state)
{
	static const vv_block_codec codec = {NULL, NULL, divide};
	vv_buf text = VV_BUF_INIT;
	size_t count = 0;
	stream s;

	(void)state;
	vv_block_codec_register(&codec);
	/* Nothing in it is repeated, so parts are not larger than the whole. */
	for (uint32_t x = 1; text.len < 40000;) {
		x = x * 1664525 + 1013904223;
		vv_buf_printf(&text, "%x", x >> 28);
	}
	begin(&s);
	(void)shelf_put(&s.here, VV_CODEC_RAW, text.data, text.len);
	put(&s, &s.here.cids[0], NULL, false);
	finish(&s);
	assert_int_equal(receive(&s, expect_parts, &count), 1);
	assert_int_equal(count, 1);
	end(&s);
	vv_block_codec_register(NULL);
	vv_buf_clear(&text);
}

static void malformed_records_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"\x07", 1},                 /* absent, and more bits */
		{"\x20\x01x", 3},            /* bits that mean nothing */
		{"\x18\x01x", 3},            /* base 3 */
		{"\x08\x01\x01x", 4},        /* a base, though stored */
		{"\x00", 1},                 /* no length */
		{"\x00\x05shor", 6},         /* cut */
		{"\x00\x81\x80\x40", 4},     /* 1 MiB and 1 */
		{"\x01\x05\x81\x80\x40", 5}, /* packed as much */
		{"\x0a\x05\x01\x00x", 5},    /* distance 0 */
		{"\x0a\x05\x01\x01x", 5},    /* distance 1: before the first */
		{"\x12\x05\x01"
		 "1234567",
		 10}, /* half a digest */
		{"\x01\x05\x03"
		 "abc",
		 6},                     /* no zstd frame */
		{"\x04\x02\x18\x01", 4}, /* not canonical */
		{"\x40\x01x", 3},        /* stored, in parts */
		{"\x42\x01\x01x", 4},    /* a difference in parts */
		{"\x41\x05\x03"
		 "abc",
		 6}, /* no parts */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint8_t *p = (const uint8_t *)cases[i].bytes;
		shelf none = {0};
		vv_block_received r;
		vv_block_in *in;
		vv_error err;
		vv_assert_ok(vv_block_in_open(&in, find, get, &none, &err), &err);
		int rc = vv_block_in_next(in, &p, p + cases[i].len, &r, &err);
		vv_assert_status(rc, VV_ECORRUPT, &err);
		vv_block_in_close(in);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_trees_arrive_with_the_same_cids),
	cmocka_unit_test(a_node_behind_its_children_costs_no_digests),
	cmocka_unit_test(a_base_that_is_not_here_makes_one_record_unreadable),
	cmocka_unit_test(nodes_after_an_unreadable_record_never_become_other_nodes),
	cmocka_unit_test(a_block_that_cannot_be_had_is_not_sent),
	cmocka_unit_test(a_short_difference_goes_as_it_is_stored_where_its_base_goes_before),
	cmocka_unit_test(a_difference_to_what_the_receiver_may_lack_is_made_anew),
	cmocka_unit_test(a_block_that_is_damaged_where_it_is_stored_is_not_sent),
	cmocka_unit_test(a_block_in_parts_arrives_in_parts),
	cmocka_unit_test(malformed_records_are_refused),
};

VV_TEST_SUITE(block_stream)
