/*
 * Blocks from gateways: honest ones, and ones that lie, redirect, send too much or nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/transport/http_fixture.h"
#include "tests/unit/transport/small_history.h"
#include "transport/ipfs/gateway_peer.h"

typedef struct got {
	vv_lacking wants[100];
	size_t given, absent;
} got;

static vv_status take(void *payload, size_t i, const vv_block_received *b, vv_error *err)
{
	got *g = payload;
	vv_cid made;

	assert_int_equal(i, g->given);
	g->given++;
	if (!b) {
		g->absent++;
		return VV_OK;
	}
	assert_true(vv_cid_equal(&b->cid, &g->wants[i].cid));
	assert_true(vv_cid_equal(&b->base, &g->wants[i].like));
	vv_assert_ok(vv_cid_of(&made, b->cid.codec, b->bytes, b->len, err), err);
	assert_true(vv_cid_equal(&made, &b->cid));
	return VV_OK;
}

static vv_status fetch(unsigned port, got *g, size_t count, unsigned idle, vv_error *err)
{
	vv_connect_options o = {.env = vv_test_env(), .idle_sec = idle};
	vv_ipfs_peer *p;
	char url[64];
	vv_status rc;

	(void)snprintf(url, sizeof(url), "ipfs+http://127.0.0.1:%u", port);
	vv_assert_ok(vv_ipfs_peer_open(&p, url, &o, err), err);
	rc = vv_ipfs_peer_blocks(p, g->wants, count, take, g, err);
	vv_ipfs_peer_close(p);
	return rc;
}

/* One request to a server with this answer; the error. */
static vv_error fetch_script(const char *answer, size_t len, vv_status wanted)
{
	got g = {.wants = {{.cid = fx_cid(1)}}};
	hx_script s;
	vv_error err;

	hx_script_begin(&s, answer, 1);
	s.answer_len = len;
	hx_script_run(&s);
	vv_assert_status(fetch(s.port, &g, 1, 5, &err), wanted, &err);
	hx_script_end(&s);
	vv_assert_contains(s.heads[0], "GET /ipfs/bafkrei");
	vv_assert_contains(s.heads[0], "Accept: application/vnd.ipld.raw");
	return err;
}

static void blocks_that_are_there_come_in_order_and_others_are_absent(void **state)
{
	vv_http_options o = {0};
	got g = {.given = 0};
	vv_repository *r;
	vv_cid cids[90];
	hx_server *f;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir -p .git/varve");
	fx_commit(".git/varve", 0, 90, true);
	for (unsigned i = 0; i < 90; i++) {
		cids[i] = fx_cid(i);
	}
	vv_assert_ok(vv_repository_open(&r, ".", vv_test_env(), &err), &err);
	small_shown(r, cids, 90);
	vv_repository_close(r);
	f = hx_begin_with(&o);
	for (unsigned i = 0; i < 100; i++) {
		g.wants[i].cid = fx_cid(i * 7 % 100);
	}
	vv_assert_ok(fetch(hx_port(f), &g, 100, 0, &err), &err);
	assert_int_equal(g.given, 100);
	assert_int_equal(g.absent, 10);
	hx_end(f);
}

static void a_gateway_that_lies_is_found_out(void **state)
{
	static const char lie[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlies";

	(void)state;
	git_home();
	vv_assert_contains(fetch_script(lie, sizeof(lie) - 1, VV_ECORRUPT).message,
			   "does not match its CID");
}

static void more_than_a_block_is_not_taken(void **state)
{
	size_t len = (size_t)3 << 20;
	char *answer = vv_malloc(len);

	(void)state;
	git_home();
	memset(answer, 'x', len);
	memcpy(answer, "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n", 44);
	vv_assert_contains(fetch_script(answer, len, VV_ECORRUPT).message, "sent more than");
	vv_free(answer);
}

static void statuses_are_told_apart(void **state)
{
	static const struct {
		unsigned status;
		vv_status wanted;
		const char *says;
	} cases[] = {
		{302, VV_EREFUSED, "' redirects to another gateway"},
		{401, VV_EREFUSED, "permission denied"},
		{403, VV_EREFUSED, "permission denied"},
		{400, VV_ENOTFOUND, "is not a gateway that serves raw blocks"},
		{500, VV_EIO, "status 500"},
		{429, VV_EIO, "status 429"},
	};
	char answer[128];

	(void)state;
	git_home();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(answer, sizeof(answer),
			       "HTTP/1.1 %u X\r\nLocation: http://example.com/\r\n"
			       "Content-Length: 0\r\nConnection: close\r\n\r\n",
			       cases[i].status);
		vv_assert_contains(fetch_script(answer, 0, cases[i].wanted).message, cases[i].says);
	}
}

static void absent_is_no_error(void **state)
{
	static const unsigned statuses[] = {404, 410, 412, 504};
	char answer[128];

	(void)state;
	git_home();
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		(void)snprintf(answer, sizeof(answer),
			       "HTTP/1.1 %u X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			       statuses[i]);
		(void)fetch_script(answer, 0, VV_OK);
	}
}

static void a_gateway_that_asks_for_patience_is_asked_again(void **state)
{
	static const char *const busy[] = {
		"HTTP/1.1 429 X\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 503 X\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	};
	vv_error err;

	(void)state;
	git_home();
	for (size_t i = 0; i < 2; i++) {
		got g = {.given = 0};
		uint64_t start = vv_monotonic_ms();
		hx_script s;

		assert_int_equal(vv_cid_of(&g.wants[0].cid, VV_CODEC_RAW, "here", 4, NULL), VV_OK);
		hx_script_begin(&s, busy[i], 2);
		s.second = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere";
		hx_script_run(&s);
		vv_assert_ok(fetch(s.port, &g, 1, 5, &err), &err);
		hx_script_end(&s);
		assert_int_equal(g.given, 1);
		assert_int_equal(g.absent, 0);
		assert_true(vv_monotonic_ms() - start >= 1000);
	}
}

static void a_line_that_drops_is_said(void **state)
{
	(void)state;
	git_home();
	vv_assert_contains(
		fetch_script("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nabc", 0, VV_EIO).message,
		"' was closed before the end of the answer");
}

static void silence_ends_at_the_limit(void **state)
{
	got g = {.wants = {{.cid = fx_cid(1)}}};
	uint64_t start;
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s, "", 1);
	s.hold_ms = 4000;
	hx_script_run(&s);
	start = vv_monotonic_ms();
	vv_assert_status(fetch(s.port, &g, 1, 1, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "did not answer in time");
	assert_true(vv_monotonic_ms() - start < 3900);
	hx_script_end(&s);
}

typedef struct attempt {
	hx_script script;
	got g;
} attempt;

static vv_status fetch_once(void *payload, vv_error *err)
{
	attempt *a = payload;
	const vv_connect_options o = {.env = vv_test_env(), .idle_sec = 10};
	vv_ipfs_peer *p;
	char url[64];
	vv_status rc;

	a->g.given = 0;
	(void)snprintf(url, sizeof(url), "ipfs+http://u:s@127.0.0.1:%u/gw", a->script.port);
	rc = vv_ipfs_peer_open(&p, url, &o, err);
	if (rc == VV_OK) {
		rc = vv_ipfs_peer_blocks(p, a->g.wants, 1, take, &a->g, err);
		vv_ipfs_peer_close(p);
	}
	return rc;
}

static void running_out_of_memory_is_said_and_leaves_nothing(void **state)
{
	attempt a = {.g = {.wants = {{.cid = fx_cid(1)}}}};

	(void)state;
	git_home();
	hx_script_begin(&a.script,
			"HTTP/1.1 404 No\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnone",
			1000);
	a.script.hold_ms = 20;
	hx_script_run(&a.script);
	vv_fault_each(VV_FAULT_ALLOC, 0, fetch_once, NULL, &a);
	hx_script_end(&a.script);
	vv_assert_contains(a.script.heads[0], "GET /gw/ipfs/bafkrei");
}

static void other_urls_are_no_gateways(void **state)
{
	vv_connect_options o = {.env = vv_test_env()};
	vv_ipfs_peer *p;
	vv_error err;

	(void)state;
	vv_assert_status(vv_ipfs_peer_open(&p, "http://127.0.0.1/", &o, &err), VV_EUSAGE, &err);
	assert_null(p);
	vv_ipfs_peer_close(p);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blocks_that_are_there_come_in_order_and_others_are_absent),
	cmocka_unit_test(a_gateway_that_lies_is_found_out),
	cmocka_unit_test(more_than_a_block_is_not_taken),
	cmocka_unit_test(statuses_are_told_apart),
	cmocka_unit_test(absent_is_no_error),
	cmocka_unit_test(a_gateway_that_asks_for_patience_is_asked_again),
	cmocka_unit_test(a_line_that_drops_is_said),
	cmocka_unit_test(silence_ends_at_the_limit),
	cmocka_unit_test(running_out_of_memory_is_said_and_leaves_nothing),
	cmocka_unit_test(other_urls_are_no_gateways),
};

VV_TEST_SUITE(ipfs_peer)
