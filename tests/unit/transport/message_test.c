/*
 * Messages: what one side writes the other reads; what is no message is refused and named.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/blocks/cbor.h"
#include "tests/unit/support.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/protocol/message.h"

typedef struct kit {
	memory_line out;
	vv_channel *line;
	vv_arena arena;
	vv_buf payload;
} kit;

static void begin(kit *k)
{
	memset(k, 0, sizeof(*k));
	k->arena = (vv_arena){0};
	k->line = memory_line_open(&k->out, NULL, 0);
	assert_non_null(k->line);
}

/* The payload of what was written. */
static const void *said(kit *k)
{
	memory_line in = {.piece = 0};
	vv_frame_reader r;
	vv_error err;
	uint8_t type;

	vv_assert_ok(vv_frame_end(k->line, &err), &err);
	vv_channel *back = memory_line_open(&in, k->out.out.data, k->out.out.len);
	vv_frame_reader_init(&r, back, UINT64_MAX);
	vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
	assert_int_equal(type, VV_FRAME_MESSAGE);
	vv_buf_reset(&k->payload);
	vv_buf_put(&k->payload, r.payload.data, r.payload.len);
	vv_frame_reader_clear(&r);
	vv_channel_close(back);
	return k->payload.data;
}

static void end(kit *k)
{
	vv_channel_close(k->line);
	vv_arena_clear(&k->arena);
	vv_buf_clear(&k->payload);
	vv_buf_clear(&k->out.out);
}

static vv_oid oid(unsigned n)
{
	vv_oid id;
	memset(&id, (int)n, sizeof(id));
	return id;
}

static vv_cid cid(uint8_t codec, unsigned n)
{
	vv_cid c = {.codec = codec};
	memset(c.digest, (int)n, sizeof(c.digest));
	return c;
}

static void assert_oids(const vv_oids *a, const vv_oids *b)
{
	assert_int_equal(a->count, b->count);
	assert_true(a->count == 0 || memcmp(a->items, b->items, a->count * sizeof(vv_oid)) == 0);
}

static void assert_cids(const vv_cids *a, const vv_cids *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_true(vv_cid_equal(&a->items[i], &b->items[i]));
	}
}

static void every_request_is_read_as_it_was_written(void **state)
{
	vv_oid ids[] = {oid(1), oid(2), oid(3)};
	vv_cid cids[] = {cid(VV_CODEC_RAW, 4), cid(VV_CODEC_DAG_CBOR, 5)};
	vv_cid likes[] = {cid(0, 0), cid(VV_CODEC_DAG_CBOR, 6)};
	vv_push_ref refs[] = {{"refs/heads/m\xff", oid(1), oid(0), true},
			      {"", oid(0), oid(2), false}};
	const vv_request all[] = {
		{.op = VV_OP_HELLO},
		{.op = VV_OP_HELLO, .whole = true},
		{.op = VV_OP_KNOWN, .want = {.items = ids, .count = 3}},
		{.op = VV_OP_KNOWN},
		{.op = VV_OP_FETCH,
		 .want = {.items = ids, .count = 1},
		 .have = {.items = ids + 1, .count = 2},
		 .done = true},
		{.op = VV_OP_FETCH, .want = {.items = ids, .count = 2}, .nodes = true},
		{.op = VV_OP_FETCH,
		 .want = {.items = ids, .count = 2},
		 .nodes = true,
		 .history = true},
		{.op = VV_OP_BLOCKS, .blocks = {cids, 2, 2}},
		{.op = VV_OP_BLOCKS, .blocks = {cids, 2, 2}, .like = {likes, 2, 2}},
		{.op = VV_OP_HAVE, .blocks = {cids, 2, 2}},
		{.op = VV_OP_HAVE, .keep = true, .blocks = {cids, 2, 2}},
		{.op = VV_OP_PUSH, .refs = refs, .ref_count = 2},
		{.op = VV_OP_PUSH},
		{.op = VV_OP_PUSH, .ahead = true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const vv_request *q = &all[i];
		vv_request back;
		vv_error err;
		kit k;
		begin(&k);
		vv_assert_ok(vv_request_write(k.line, q, &err), &err);
		const void *bytes = said(&k);
		vv_assert_ok(vv_request_read(&back, &k.arena, bytes, k.payload.len, &err), &err);
		assert_int_equal(back.op, q->op);
		assert_int_equal(back.whole, q->whole);
		assert_int_equal(back.done, q->done);
		assert_int_equal(back.nodes, q->nodes);
		assert_int_equal(back.history, q->history);
		assert_int_equal(back.keep, q->keep);
		assert_int_equal(back.ahead, q->ahead);
		assert_oids(&back.want, &q->want);
		assert_oids(&back.have, &q->have);
		assert_cids(&back.blocks, &q->blocks);
		assert_cids(&back.like, &q->like);
		assert_int_equal(back.ref_count, q->ref_count);
		for (size_t n = 0; n < q->ref_count; n++) {
			assert_string_equal(back.refs[n].name, q->refs[n].name);
			assert_true(vv_oid_equal(&back.refs[n].old, &q->refs[n].old));
			assert_true(vv_oid_equal(&back.refs[n].id, &q->refs[n].id));
			assert_int_equal(back.refs[n].force, q->refs[n].force);
		}
		/* Every shorter text is malformed. */
		for (size_t len = 0; len < k.payload.len; len++) {
			vv_assert_status(vv_request_read(&back, &k.arena, bytes, len, &err),
					 VV_ECORRUPT, &err);
		}
		end(&k);
	}
}

static void hello_with_a_ref_without_an_id_is_refused(void **state)
{
	vv_remote_ref refs[] = {{.name = "refs/heads/a"}};
	const vv_hello h = {.refs = refs, .ref_count = 1};
	vv_hello back;
	vv_error err;
	kit k;

	(void)state;
	begin(&k);
	vv_assert_ok(vv_hello_write(k.line, &h, &err), &err);
	const void *bytes = said(&k);
	assert_int_equal(vv_hello_read(&back, &k.arena, bytes, k.payload.len, &err), VV_ECORRUPT);
	assert_non_null(strstr(err.message, "the peer sent a ref without an id"));
	end(&k);
}

static void hello_tells_what_is_whole_to_who_asks(void **state)
{
	vv_remote_ref refs[] = {{"refs/heads/a", oid(1), oid(1), false},
				{"refs/heads/b", oid(2), oid(2), true}};
	vv_oid edge = oid(3);
	const void *bytes;
	vv_hello back;
	vv_error err;
	kit k;

	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		const vv_hello h = {.refs = refs,
				    .ref_count = 2,
				    .tells_whole = asked,
				    .edge = {.items = &edge, .count = 1}};
		begin(&k);
		vv_assert_ok(vv_hello_write(k.line, &h, &err), &err);
		bytes = said(&k);
		vv_assert_ok(vv_hello_read(&back, &k.arena, bytes, k.payload.len, &err), &err);
		assert_int_equal(back.tells_whole, asked);
		assert_int_equal(back.edge.count, asked);
		assert_int_equal(back.refs[0].whole, !asked);
		assert_true(back.refs[1].whole);
		end(&k);
	}
}

static void hello_names_the_repository(void **state)
{
	static const char *const ids[] = {"", "0123456789abcdef0123456789abcdef",
					  "0123456789abcdef0123456789abcde"};
	const void *bytes;
	vv_hello back;
	vv_error err;
	kit k;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		vv_hello h = {.writable = true};
		memcpy(h.id, ids[i], strlen(ids[i]));
		begin(&k);
		vv_assert_ok(vv_hello_write(k.line, &h, &err), &err);
		bytes = said(&k);
		vv_status rc = vv_hello_read(&back, &k.arena, bytes, k.payload.len, &err);
		vv_assert_status(rc, i < 2 ? VV_OK : VV_ECORRUPT, &err);
		assert_true(rc < 0 || strcmp(back.id, ids[i]) == 0);
		end(&k);
	}
}

static void hello_tells_of_branches_and_annotated_tags(void **state)
{
	vv_remote_ref refs[] = {{"refs/heads/main", oid(1), oid(1), true},
				{"refs/tags/v1", oid(2), oid(1), true}};
	const vv_hello h = {.head = "refs/heads/main",
			    .refs = refs,
			    .ref_count = 2,
			    .held = 77,
			    .writable = true};
	const void *bytes;
	vv_hello back;
	vv_error err;
	kit k;

	(void)state;
	begin(&k);
	vv_assert_ok(vv_hello_write(k.line, &h, &err), &err);
	bytes = said(&k);
	vv_assert_ok(vv_hello_read(&back, &k.arena, bytes, k.payload.len, &err), &err);
	assert_string_equal(back.head, h.head);
	assert_int_equal(back.held, 77);
	assert_true(back.writable);
	assert_int_equal(back.ref_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(back.refs[i].name, refs[i].name);
		assert_true(vv_oid_equal(&back.refs[i].id, &refs[i].id));
		assert_true(vv_oid_equal(&back.refs[i].peeled, &refs[i].peeled));
	}
	end(&k);
	begin(&k);
	vv_assert_ok(vv_hello_write(k.line, &(vv_hello){.head = NULL}, &err), &err);
	bytes = said(&k);
	vv_assert_ok(vv_hello_read(&back, &k.arena, bytes, k.payload.len, &err), &err);
	assert_null(back.head);
	assert_true(vv_oid_is_null(&back.detached));
	assert_int_equal(back.ref_count, 0);
	assert_int_equal(back.other_count, 0);
	end(&k);
	begin(&k);
	vv_assert_ok(vv_hello_write(k.line, &(vv_hello){.detached = oid(7)}, &err), &err);
	bytes = said(&k);
	vv_assert_ok(vv_hello_read(&back, &k.arena, bytes, k.payload.len, &err), &err);
	const vv_oid detached = oid(7);
	assert_null(back.head);
	assert_true(vv_oid_equal(&back.detached, &detached));
	assert_int_equal(back.other_count, 1);
	assert_string_equal(back.others[0].name, "HEAD");
	end(&k);
	begin(&k);
	const char *null_id = "0000000000000000000000000000000000000000";
	vv_assert_ok(vv_hello_write(k.line, &(vv_hello){.head = null_id}, &err), &err);
	bytes = said(&k);
	vv_assert_ok(vv_hello_read(&back, &k.arena, bytes, k.payload.len, &err), &err);
	assert_int_equal(back.other_count, 0);
	end(&k);
}

static void bits_are_those_of_the_questions(void **state)
{
	const uint8_t have[] = {0x81, 0x01}, held[] = {0xff, 0x03};
	const vv_bits b = {have, held, 10};
	vv_bits back;
	vv_error err;
	kit k;

	(void)state;
	begin(&k);
	vv_assert_ok(vv_bits_write(k.line, &b, &err), &err);
	const void *bytes = said(&k);
	vv_assert_ok(vv_bits_read(&back, 10, bytes, k.payload.len, &err), &err);
	assert_true(vv_bit(back.have, 0) && !vv_bit(back.have, 1) && vv_bit(back.have, 7) &&
		    vv_bit(back.have, 8) && !vv_bit(back.have, 9));
	assert_memory_equal(back.held, held, 2);
	vv_assert_ok(vv_bits_read(&back, 16, bytes, k.payload.len, &err), &err);
	vv_assert_status(vv_bits_read(&back, 17, bytes, k.payload.len, &err), VV_ECORRUPT, &err);
	vv_assert_status(vv_bits_read(&back, 8, bytes, k.payload.len, &err), VV_ECORRUPT, &err);
	end(&k);
}

static void answers_of_fetch_and_push_are_read_as_written(void **state)
{
	vv_oid ids[] = {oid(8), oid(9)};
	const vv_fetch_start start = {true, {.items = ids, .count = 2}};
	const vv_fetch_sum sum = {.commits = 1,
				  .datasets = 2,
				  .blocks = 300,
				  .bytes = 1u << 30,
				  .withheld = true,
				  .absent = 70000};
	const char *why[] = {NULL, "it moved", NULL};
	vv_cid missing[] = {cid(VV_CODEC_RAW, 1)};
	const vv_push_answer answer = {why, 3, {missing, 1, 0}};
	vv_fetch_start start2;
	vv_fetch_sum sum2;
	vv_push_answer answer2;
	const void *bytes;
	vv_error err;
	kit k;

	(void)state;
	begin(&k);
	vv_assert_ok(vv_fetch_start_write(k.line, &start, &err), &err);
	bytes = said(&k);
	vv_assert_ok(vv_fetch_start_read(&start2, &k.arena, bytes, k.payload.len, &err), &err);
	assert_true(start2.ready);
	assert_oids(&start2.common, &start.common);
	end(&k);
	begin(&k);
	vv_assert_ok(vv_fetch_sum_write(k.line, &sum, &err), &err);
	bytes = said(&k);
	vv_assert_ok(vv_fetch_sum_read(&sum2, bytes, k.payload.len, &err), &err);
	assert_true(sum2.commits == 1 && sum2.datasets == 2 && sum2.blocks == 300 &&
		    sum2.bytes == 1u << 30 && sum2.withheld && sum2.absent == 70000);
	end(&k);
	begin(&k);
	vv_assert_ok(vv_push_answer_write(k.line, &answer, &err), &err);
	bytes = said(&k);
	vv_assert_ok(vv_push_answer_read(&answer2, &k.arena, bytes, k.payload.len, &err), &err);
	assert_int_equal(answer2.count, 3);
	assert_true(!answer2.refs[0] && !answer2.refs[2]);
	assert_string_equal(answer2.refs[1], "it moved");
	assert_cids(&answer2.missing, &answer.missing);
	end(&k);
}

/* --- what is refused ------------------------------------------------------------------------ */

static void put_op(vv_buf *b, unsigned pairs, const char *op)
{
	vv_buf_reset(b);
	vv_cbor_put_map(b, pairs);
	vv_cbor_put_key(b, "op");
	vv_cbor_put_text(b, op, strlen(op));
}

static void put_zeros(vv_buf *b, const char *key, size_t len)
{
	void *zeros = calloc(1, len + 1);
	assert_non_null(zeros);
	vv_cbor_put_key(b, key);
	vv_cbor_put_bytes(b, zeros, len);
	free(zeros);
}

static void assert_request(const vv_buf *b, vv_status wanted, const char *says)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_request q;
	vv_error err;

	vv_assert_status(vv_request_read(&q, &arena, b->data, b->len, &err), wanted, &err);
	vv_assert_contains(err.message, says);
	vv_arena_clear(&arena);
}

static void requests_that_are_none_are_named(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	put_op(&b, 1, "delete");
	assert_request(&b, VV_ENOSUPPORT, "the request: 'delete' is not a known value");
	put_op(&b, 1, "hello");
	assert_request(&b, VV_ECORRUPT, "version");
	put_op(&b, 2, "known");
	put_zeros(&b, "want", 19);
	assert_request(&b, VV_ECORRUPT, "19 bytes");
	put_op(&b, 2, "known");
	put_zeros(&b, "want", (VV_LIST_MAX + 1) * sizeof(vv_oid));
	assert_request(&b, VV_ECORRUPT, "32768 items of 20 bytes");
	put_op(&b, 2, "have");
	put_zeros(&b, "want", 33); /* codec 0 */
	assert_request(&b, VV_ECORRUPT, "invalid value");
	put_op(&b, 2, "have");
	put_zeros(&b, "want", (VV_LIST_MAX + 1) * 33);
	assert_request(&b, VV_ECORRUPT, "32768 items of 33 bytes");
	put_op(&b, 3, "have");
	put_zeros(&b, "like", 0);
	put_zeros(&b, "want", 0);
	assert_request(&b, VV_ECORRUPT, "malformed");
	put_op(&b, 3, "blocks");
	put_zeros(&b, "like", 33);
	put_zeros(&b, "want", 0);
	assert_request(&b, VV_ECORRUPT, "1 bases for 0 blocks");
	put_op(&b, 2, "push");
	vv_cbor_put_key(&b, "refs");
	vv_cbor_put_array(&b, 1);
	vv_cbor_put_array(&b, 4);
	vv_cbor_put_bytes(&b, "a\0b", 3);
	for (int i = 0; i < 2; i++) {
		vv_cbor_put_bytes(&b, "12345678901234567890", 20);
	}
	vv_cbor_put_bool(&b, false);
	assert_request(&b, VV_ECORRUPT, "NUL");
	vv_buf_clear(&b);
}

/* Whatever its keys are. */
static void another_version_is_told_apart_from_damage(void **state)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_hello h;
	vv_error err;

	(void)state;
	vv_cbor_put_map(&b, 3);
	vv_cbor_put_key(&b, "v");
	vv_cbor_put_uint(&b, 2);
	vv_cbor_put_key(&b, "op");
	vv_cbor_put_text(&b, "salute", 6);
	vv_cbor_put_key(&b, "colour");
	vv_cbor_put_bool(&b, true);
	assert_request(&b, VV_ENOSUPPORT, "version 2 ");
	assert_request(&b, VV_ENOSUPPORT, "version 1");
	vv_assert_status(vv_hello_read(&h, &arena, b.data, b.len, &err), VV_ENOSUPPORT, &err);
	vv_assert_contains(err.message, "version 2 ");
	vv_assert_contains(err.message, "version 1");
	vv_arena_clear(&arena);
	vv_buf_clear(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_request_is_read_as_it_was_written),
	cmocka_unit_test(hello_names_the_repository),
	cmocka_unit_test(hello_tells_of_branches_and_annotated_tags),
	cmocka_unit_test(hello_with_a_ref_without_an_id_is_refused),
	cmocka_unit_test(hello_tells_what_is_whole_to_who_asks),
	cmocka_unit_test(bits_are_those_of_the_questions),
	cmocka_unit_test(answers_of_fetch_and_push_are_read_as_written),
	cmocka_unit_test(requests_that_are_none_are_named),
	cmocka_unit_test(another_version_is_told_apart_from_damage),
};

VV_TEST_SUITE(message)
