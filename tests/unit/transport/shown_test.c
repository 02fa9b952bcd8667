/*
 * What a peer is given by each request of the protocol: what branches and tags reach, and nothing
 * that only a stash, a reflog, a hidden ref or no ref reaches.
 */
#include <string.h>

#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/transport/memory_line.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/peer.h"

#define VERSIONS 5

/* Versions 0 to 2 are main's history; 3 is reachable as the test defines, 4 is unreachable. */
typedef struct kit {
	vv_repository *far;
	vv_oid commits[VERSIONS];
	vv_serve serve;
	loop_line line;
	vv_peer *peer;
} kit;

static void make(kit *k, vv_repository *r, unsigned v)
{
	(void)small_version(r, v);
	k->commits[v] = small_commit(r, v, v > 0 ? &k->commits[v < 3 ? v - 1 : 2] : NULL);
}

static void begin(kit *k, bool writable)
{
	vv_error err;

	git_home();
	memset(k, 0, sizeof(*k));
	k->far = small_repository("far");
	for (unsigned v = 0; v < VERSIONS; v++) {
		make(k, k->far, v);
	}
	small_ref(k->far, "refs/heads/main", &k->commits[2]);
	k->serve.repo = k->far;
	k->serve.writable = writable;
	k->serve.reach = vv_reachable_new("far", vv_test_env());
	assert_non_null(k->serve.reach);
	k->line.serve = &k->serve;
	vv_assert_ok(vv_peer_over(&k->peer, loop_line_open(&k->line, "far"), &err), &err);
}

static void end(kit *k)
{
	vv_peer_close(k->peer);
	loop_line_clear(&k->line);
	vv_reachable_free(k->serve.reach);
	vv_repository_close(k->far);
}

/* --- the answer of each request for version v ---------------------------------------------------- */

static bool is_known(kit *k, unsigned v)
{
	const vv_oids ids = {.items = &k->commits[v], .count = 1};
	uint8_t bits = 0;
	vv_error err;

	vv_assert_ok(vv_peer_known(k->peer, &ids, &bits, &err), &err);
	return bits & 1;
}

static bool is_fetched(kit *k, unsigned v)
{
	const vv_request q = {
		.op = VV_OP_FETCH, .want = {.items = &k->commits[v], .count = 1}, .done = true};
	vv_repository *near = small_repository(vv_test_path("near%u", v));
	vv_receive_limits limits;
	vv_fetch_start start = {0};
	vv_fetch_sum sum = {0};
	vv_receive *x;
	vv_error err;
	vv_status rc;

	vv_assert_ok(vv_receive_limits_load(&limits, near, &err), &err);
	vv_assert_ok(vv_receive_open(&x, near, &limits, &err), &err);
	rc = vv_peer_fetch(k->peer, &q, x, NULL, &start, &sum, &err);
	if (rc < 0) {
		vv_assert_contains(err.message, "is in no branch or tag here");
	} else {
		assert_true(start.ready && sum.commits > 0);
	}
	vv_receive_close(x);
	vv_repository_close(near);
	return rc == VV_OK;
}

/* Its commit as one that the client declares to have. */
static bool is_common(kit *k, unsigned v)
{
	const vv_request q = {.op = VV_OP_FETCH,
			      .want = {.items = &k->commits[2], .count = 1},
			      .have = {.items = &k->commits[v], .count = 1}};
	vv_repository *near = small_repository(vv_test_path("near%u", v));
	vv_receive_limits limits;
	vv_fetch_start start = {0};
	vv_fetch_sum sum = {0};
	vv_receive *x;
	vv_error err;

	for (unsigned u = 0; u <= v; u++) {
		make(k, near, u);
	}
	vv_assert_ok(vv_receive_limits_load(&limits, near, &err), &err);
	vv_assert_ok(vv_receive_open(&x, near, &limits, &err), &err);
	vv_assert_ok(vv_peer_fetch(k->peer, &q, x, NULL, &start, &sum, &err), &err);
	vv_receive_close(x);
	vv_repository_close(near);
	return start.common.count > 0;
}

static bool is_had(kit *k, unsigned v)
{
	vv_cid cids[2] = {small_root(v), small_leaf(v, v)};
	uint8_t have = 0, held = 0;
	vv_error err;

	vv_assert_ok(vv_peer_have(k->peer, cids, 2, &have, &held, &err), &err);
	assert_true((have & 1) == (have >> 1 & 1));
	assert_int_equal(have, held);
	return have & 1;
}

static vv_status take_block(void *payload, size_t i, const vv_block_received *b, vv_error *err)
{
	(void)err;
	((bool *)payload)[i] = b != NULL;
	return VV_OK;
}

static vv_status find_none(void *payload, uint8_t codec, const uint8_t prefix[VV_BASE_PREFIX],
			   vv_cid *out, vv_error *err)
{
	(void)payload;
	(void)codec;
	(void)prefix;
	(void)out;
	return vv_fail(err, VV_ENOTFOUND, "none");
}

static vv_status get_none(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	(void)payload;
	(void)cid;
	(void)out;
	return vv_fail(err, VV_EMISSING, "none");
}

static bool is_given(kit *k, unsigned v)
{
	vv_lacking wants[2];
	bool got[2] = {false, false};
	vv_error err;

	memset(wants, 0, sizeof(wants));
	wants[0].cid = small_root(v);
	wants[1].cid = small_leaf(v, v);
	vv_assert_ok(vv_peer_blocks(k->peer, wants, 2, find_none, get_none, take_block, got, &err),
		     &err);
	assert_true(got[0] == got[1]);
	return got[0];
}

static void assert_shown(kit *k, unsigned v, bool shown)
{
	assert_true(is_known(k, v) == shown);
	assert_true(is_fetched(k, v) == shown);
	assert_true(is_common(k, v) == shown);
	assert_true(is_had(k, v) == shown);
	assert_true(is_given(k, v) == shown);
}

/* --- the tests --------------------------------------------------------------------------------- */

static void what_branches_and_tags_reach_is_given(void **state)
{
	kit k;

	(void)state;
	begin(&k, false);
	for (unsigned v = 0; v < 3; v++) {
		assert_shown(&k, v, true);
	}
	assert_shown(&k, 3, false);
	small_ref(k.far, "refs/tags/v3", &k.commits[3]);
	assert_shown(&k, 3, true);
	assert_shown(&k, 4, false);
	end(&k);
}

static void what_other_refs_reach_is_not_given(void **state)
{
	static const char *const names[] = {"refs/stash", "refs/notes/commits",
					    "refs/remotes/origin/x", "refs/pull/1/head",
					    "refs/heads/secret/x"};
	vv_error err;
	kit k;

	(void)state;
	begin(&k, false);
	vv_assert_ok(vv_config_set(k.far, "transfer.hideRefs", "refs/heads/secret/", &err), &err);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		small_ref(k.far, names[i], &k.commits[3]);
		assert_shown(&k, 3, false);
	}
	vv_assert_ok(vv_config_add(k.far, "uploadpack.hideRefs", "!refs/heads/secret/x", &err),
		     &err);
	assert_shown(&k, 3, true);
	end(&k);
}

/* A head whose list has version v as `name`, above `parent` ("-p ID" or ""). No signature is needed here. */
static const char *make_head(kit *k, const char *signer, const char *name, unsigned v,
			     const char *parent)
{
	const char *list = out("echo %s %s | git -C far hash-object -w --stdin",
			       hex_of(&k->commits[v]), name);
	const char *tree = out("printf '100644 blob %s\\trefs\\n' | git -C far mktree", list);
	const char *head = out("git -C far commit-tree -m head %s %s", parent, tree);

	sh("git -C far update-ref refs/varve/heads/%s %s", signer, head);
	return head;
}

static void what_the_newest_head_lists_is_given_without_a_branch(void **state)
{
	vv_error err;
	kit k;

	(void)state;
	begin(&k, false);
	const char *old = make_head(&k, "a", "refs/heads/gone", 3, "");
	assert_shown(&k, 3, true);
	assert_shown(&k, 4, false);
	/* the next one of another signer has seen it */
	vv_auto(char) *parent = vv_asprintf("-p %s", old);
	(void)make_head(&k, "b", "refs/heads/main", 2, parent);
	assert_shown(&k, 3, false);
	assert_shown(&k, 2, true);
	end(&k);
	begin(&k, false);
	vv_assert_ok(vv_config_set(k.far, "transfer.hideRefs", "refs/heads/secret/", &err), &err);
	(void)make_head(&k, "a", "refs/heads/secret/x", 3, "");
	(void)make_head(&k, "b", "refs/stash", 3, "");
	assert_shown(&k, 3, false);
	end(&k);
}

static void what_a_branch_left_behind_is_given_no_more(void **state)
{
	vv_error err;
	kit k;

	(void)state;
	begin(&k, false);
	assert_shown(&k, 2, true);
	vv_assert_ok(vv_ref_update(k.far, "refs/heads/main", &k.commits[1], NULL, true, "x", &err),
		     &err);
	vv_assert_ok(vv_ref_update(k.far, "refs/heads/main", &k.commits[3], NULL, true, "x", &err),
		     &err);
	k.commits[4] = k.commits[2]; /* its parent: reached again */
	assert_true(is_known(&k, 2) && is_known(&k, 3));
	vv_assert_ok(vv_ref_update(k.far, "refs/heads/main", &k.commits[1], NULL, true, "x", &err),
		     &err);
	assert_false(is_known(&k, 2) || is_fetched(&k, 2) || is_had(&k, 2) || is_given(&k, 2));
	assert_true(is_known(&k, 1) && is_fetched(&k, 1) && is_had(&k, 1) && is_given(&k, 1));
	end(&k);
}

/* A client that may push learns of every block, so as not to send it again, and gets no more than others. */
static void who_may_push_is_given_no_more(void **state)
{
	kit k;

	(void)state;
	begin(&k, true);
	small_ref(k.far, "refs/stash", &k.commits[3]);
	assert_true(is_had(&k, 3));
	assert_false(is_known(&k, 3) || is_fetched(&k, 3) || is_common(&k, 3) || is_given(&k, 3));
	end(&k);
}

/* Blocks that were received after their table was examined are found. */
static void what_was_missing_is_given_when_it_came(void **state)
{
	vv_oid late;
	kit k;

	(void)state;
	begin(&k, false);
	late = small_commit(k.far, 7, &k.commits[2]);
	small_ref(k.far, "refs/heads/main", &late);
	assert_true(is_given(&k, 0)); /* the walk passed the hole */
	assert_false(is_given(&k, 7));
	(void)small_version(k.far, 7);
	assert_true(is_given(&k, 7));
	end(&k);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_branches_and_tags_reach_is_given),
	cmocka_unit_test(what_other_refs_reach_is_not_given),
	cmocka_unit_test(what_the_newest_head_lists_is_given_without_a_branch),
	cmocka_unit_test(what_a_branch_left_behind_is_given_no_more),
	cmocka_unit_test(who_may_push_is_given_no_more),
	cmocka_unit_test(what_was_missing_is_given_when_it_came),
};

VV_TEST_SUITE(shown)
