/*
 * Allocations that fail, one after the other, while blocks and messages are written and read,
 * while a server answers and while a push is taken.
 */
#include <errno.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/transport/memory_line.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/push.h"

/* --- blocks ---------------------------------------------------------------------------------- */

#define BLOCKS 8u

static vv_cid cids[BLOCKS + 1];
static vv_buf bytes[BLOCKS + 1];

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	(void)payload;
	for (size_t i = 0; i <= BLOCKS; i++) {
		if (vv_cid_equal(&cids[i], cid)) {
			vv_buf_reset(out);
			vv_buf_put(out, bytes[i].data, bytes[i].len);
			return vv_buf_ok(out, err);
		}
	}
	return vv_fail(err, VV_EMISSING, "no such block");
}

static vv_status find(void *payload, uint8_t codec, const uint8_t prefix[VV_BASE_PREFIX],
		      vv_cid *cid, vv_error *err)
{
	(void)payload;
	if (codec != VV_CODEC_RAW || memcmp(prefix, cids[0].digest, VV_BASE_PREFIX) != 0) {
		return vv_fail(err, VV_ENOTFOUND, "no such block");
	}
	*cid = cids[0];
	return VV_OK;
}

static vv_status send(memory_line *m, vv_error *err)
{
	vv_channel *line = memory_line_open(m, NULL, 0);
	vv_block_out *out = NULL;
	vv_status rc = line ? vv_block_out_open(&out, line, get, NULL, VV_EFFORT_QUICK, err)
			    : vv_fail_nomem(err);

	for (size_t i = 1; rc == VV_OK && i <= BLOCKS; i++) {
		rc = vv_block_out_put(out, &cids[i], &cids[i - 1], i == 1, err);
	}
	rc = rc < 0 ? rc : vv_block_out_absent(out, err);
	rc = rc < 0 ? rc : vv_block_out_flush(out, err);
	rc = rc < 0 ? rc : vv_frame_end(line, err);
	vv_block_out_close(out);
	vv_channel_close(line);
	return rc;
}

static vv_status receive(const vv_buf *sent, vv_error *err)
{
	memory_line m = {.piece = 0};
	vv_channel *line = memory_line_open(&m, sent->data, sent->len);
	vv_block_in *in = NULL;
	vv_frame_reader r;
	vv_block_received b;
	uint8_t type = 0;
	size_t n = 1;
	vv_status rc = line ? vv_block_in_open(&in, find, get, NULL, err) : vv_fail_nomem(err);

	vv_frame_reader_init(&r, line, UINT64_MAX);
	while (rc == VV_OK && (rc = vv_frame_read(&r, &type, err)) == VV_OK &&
	       type == VV_FRAME_BLOCKS) {
		const uint8_t *p = (const uint8_t *)r.payload.data, *stop = p + r.payload.len;
		int more;
		while ((more = vv_block_in_next(in, &p, stop, &b, err)) > 0) {
			assert_false(b.unreadable); /* no memory is not "no base" */
			assert_true(n <= BLOCKS ? vv_cid_equal(&b.cid, &cids[n]) : b.absent);
			n++;
		}
		rc = (vv_status)more;
	}
	assert_true(rc < 0 || n == BLOCKS + 2);
	vv_frame_reader_clear(&r);
	vv_block_in_close(in);
	vv_channel_close(line);
	return rc;
}

static vv_status blocks_there_and_back(void *payload, vv_error *err)
{
	memory_line m = {.out = VV_BUF_INIT};
	vv_status rc = send(&m, err);

	(void)payload;
	rc = rc < 0 ? rc : receive(&m.out, err);
	vv_buf_clear(&m.out);
	return rc;
}

static void blocks_that_find_no_memory_say_so(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BLOCKS; i++) {
		fx_block(&bytes[i], i);
		cids[i] = fx_cid(i);
	}
	fx_node(&bytes[BLOCKS], cids, BLOCKS);
	vv_error err;
	vv_assert_ok(vv_cid_of(&cids[BLOCKS], VV_CODEC_DAG_CBOR, bytes[BLOCKS].data,
			       bytes[BLOCKS].len, &err),
		     &err);
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, blocks_there_and_back, NULL, NULL);
	for (unsigned i = 0; i <= BLOCKS; i++) {
		vv_buf_clear(&bytes[i]);
	}
}

/* --- messages -------------------------------------------------------------------------------- */

static vv_status request_there_and_back(const vv_request *q, vv_error *err)
{
	memory_line m = {.out = VV_BUF_INIT}, back = {.piece = 0};
	vv_channel *line = memory_line_open(&m, NULL, 0), *from = NULL;
	vv_arena arena = VV_ARENA_INIT;
	vv_frame_reader r = {.payload = VV_BUF_INIT};
	vv_request got;
	uint8_t type;
	vv_status rc = line ? vv_request_write(line, q, err) : vv_fail_nomem(err);

	rc = rc < 0 ? rc : vv_frame_end(line, err);
	if (rc == VV_OK && !(from = memory_line_open(&back, m.out.data, m.out.len))) {
		rc = vv_fail_nomem(err);
	}
	if (rc == VV_OK) {
		vv_frame_reader_init(&r, from, UINT64_MAX);
		rc = vv_frame_read(&r, &type, err);
		rc = rc < 0 ? rc
			    : vv_request_read(&got, &arena, r.payload.data, r.payload.len, err);
		assert_true(rc < 0 || got.op == q->op);
	}
	vv_frame_reader_clear(&r);
	vv_arena_clear(&arena);
	vv_channel_close(from);
	vv_channel_close(line);
	vv_buf_clear(&m.out);
	return rc;
}

static vv_status messages_there_and_back(void *payload, vv_error *err)
{
	vv_oid id = {{1}};
	vv_cid cid = {VV_CODEC_RAW, {2}};
	vv_push_ref ref = {"refs/heads/main", {{0}}, {{3}}, false};
	const vv_request all[] = {
		{.op = VV_OP_HELLO, .whole = true},
		{.op = VV_OP_FETCH,
		 .want = {.items = &id, .count = 1},
		 .have = {.items = &id, .count = 1}},
		{.op = VV_OP_BLOCKS, .blocks = {&cid, 1, 1}, .like = {&cid, 1, 1}},
		{.op = VV_OP_PUSH, .refs = &ref, .ref_count = 1}};
	vv_status rc = VV_OK;

	(void)payload;
	for (size_t i = 0; rc == VV_OK && i < sizeof(all) / sizeof(all[0]); i++) {
		rc = request_there_and_back(&all[i], err);
	}
	return rc;
}

static void messages_that_find_no_memory_say_so(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, messages_there_and_back, NULL, NULL);
}

/* --- a server ---------------------------------------------------------------------------------- */

static vv_status ask_hello(void *payload, vv_error *err)
{
	loop_line l = {.serve = payload};
	const vv_hello *hello;
	vv_peer *peer = NULL;
	vv_channel *line = loop_line_open(&l, "server");
	vv_status rc = line ? vv_peer_over(&peer, line, err) : vv_fail_nomem(err);

	rc = rc < 0 ? rc : vv_peer_hello(peer, &hello, err);
	if (rc == VV_OK) {
		assert_int_equal(hello->ref_count, 2);
		assert_string_equal(hello->head, "refs/heads/main");
	}
	vv_peer_close(peer);
	loop_line_clear(&l);
	return rc;
}

static vv_repository *two_versions(const char *path, vv_oid *first, vv_oid *second)
{
	vv_repository *r = small_repository(path);

	(void)small_version(r, 0);
	(void)small_version(r, 1);
	*first = small_commit(r, 0, NULL);
	*second = small_commit(r, 1, first);
	return r;
}

static void a_server_that_finds_no_memory_says_so(void **state)
{
	vv_oid first, second;
	vv_serve serve = {.writable = true};
	vv_error err;

	(void)state;
	git_home();
	serve.repo = two_versions("r", &first, &second);
	small_ref(serve.repo, "refs/heads/main", &second);
	small_ref(serve.repo, "refs/tags/old", &first);
	vv_assert_ok(ask_hello(&serve, &err), &err);
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, ask_hello, NULL, &serve);
	vv_repository_close(serve.repo);
}

/* --- a push -------------------------------------------------------------------------------------- */

typedef struct pushing {
	vv_repository *near, *far;
	vv_oid first, second;
} pushing;

static vv_status push(pushing *p, vv_error *err)
{
	vv_serve serve = {
		.repo = p->far, .writable = true, .limits = {.bytes = 1u << 20, .blocks = 1000}};
	loop_line l = {.serve = &serve};
	const vv_push_ref ref = {"refs/heads/main", p->first, p->second, false};
	vv_push_outcome o = {.rounds = 0};
	vv_push run = {.repo = p->near, .refs = &ref, .ref_count = 1};
	vv_channel *line = loop_line_open(&l, "far");
	vv_status rc = line ? vv_peer_over(&run.peer, line, err) : vv_fail_nomem(err);

	rc = rc < 0 ? rc : vv_push_run(&run, &o, err);
	if (rc == VV_OK && o.answer.refs[0]) {
		rc = vv_fail(err, VV_EREFUSED, "%s", o.answer.refs[0]);
	}
	vv_push_outcome_clear(&o);
	vv_peer_close(run.peer);
	loop_line_clear(&l);
	return rc;
}

/* The branch moved, with all that belongs to it, or did not. */
static bool look(const pushing *p)
{
	const vv_cid root = small_root(1);
	vv_repository *r = NULL;
	vv_store *s;
	vv_ref ref;
	bool whole = false;
	vv_error err;

	vv_assert_ok(vv_repository_open(&r, "far", vv_test_env(), &err), &err);
	vv_assert_ok(vv_ref_get(r, "refs/heads/main", &ref, &err), &err);
	bool now = vv_oid_equal(&ref.id, &p->second);
	assert_true(now || vv_oid_equal(&ref.id, &p->first));
	vv_ref_clear(&ref);
	if (now) {
		vv_assert_ok(vv_repository_store(r, &s, &err), &err);
		vv_assert_ok(vv_store_complete(s, &root, &whole, NULL, &err), &err);
		assert_true(whole);
	}
	vv_repository_close(r);
	assert_int_equal(fx_fsck("far/varve", true), 0);
	return now;
}

static vv_status try_push(pushing *p, unsigned n, bool *struck, vv_error *err)
{
	sh("rm -rf far && cp -r origin far");
	vv_assert_ok(vv_repository_open(&p->far, "far", vv_test_env(), err), err);
	vv_error_clear(err);
	vv_fault_set(VV_FAULT_ALLOC, n, ENOMEM);
	vv_status rc = push(p, err);
	*struck = vv_fault_clear();
	vv_repository_close(p->far);
	return rc;
}

static void a_push_that_finds_no_memory_leaves_all_or_nothing(void **state)
{
	vv_repository *origin;
	pushing p;
	vv_oid id;
	bool struck = true;
	unsigned n = 0;
	vv_error err;

	(void)state;
	git_home();
	p.near = two_versions("near", &p.first, &p.second);
	small_ref(p.near, "refs/heads/main", &p.second);
	origin = small_repository("origin");
	(void)small_version(origin, 0);
	id = small_commit(origin, 0, NULL);
	small_ref(origin, "refs/heads/main", &id);
	vv_repository_close(origin);
	for (n = 1; struck; n += 1 + n / 25) { /* later ones are of the same loops */
		vv_status rc = try_push(&p, n, &struck, &err);
		bool now = look(&p);
		assert_true(rc < 0 || now);
		assert_true(rc == VV_OK || err.message[0] != '\0');
		if (!struck) {
			vv_assert_ok(rc, &err);
		}
	}
	assert_true(n > 100);
	vv_repository_close(p.near);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blocks_that_find_no_memory_say_so),
	cmocka_unit_test(messages_that_find_no_memory_say_so),
	cmocka_unit_test(a_server_that_finds_no_memory_says_so),
	cmocka_unit_test(a_push_that_finds_no_memory_leaves_all_or_nothing),
};

VV_TEST_SUITE(transfer_fault)
