/*
 * Pushes whose sender believes the other side to have more than it has.
 */
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/transport/memory_line.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/push.h"

/* The last of three versions, without the blocks of the previous one. Returns the number of blocks reported as missing. */
static size_t push_last(vv_serve *far, vv_repository *near, const vv_oid commits[3])
{
	const vv_push_ref ref = {"refs/heads/main", commits[1], commits[2], false};
	const vv_oids wants = {.items = (vv_oid *)(uintptr_t)&commits[2], .count = 1},
		      commons = {.items = (vv_oid *)(uintptr_t)&commits[1], .count = 1};
	loop_line line = {.serve = far};
	vv_buf said = VV_BUF_INIT;
	vv_fetch_sum sum = {0};
	vv_push_answer answer;
	vv_send *send;
	vv_peer *peer;
	vv_error err;

	vv_assert_ok(vv_peer_over(&peer, loop_line_open(&line, "far"), &err), &err);
	vv_assert_ok(vv_send_open(&send, near, &wants, &commons, NULL, NULL, &err), &err);
	vv_assert_ok(vv_peer_push(peer, &ref, 1, false, send, NULL, &answer, &sum, &said, &err),
		     &err);
	const size_t missing = answer.missing.count;
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.refs[0] != NULL, missing > 0);
	vv_send_close(send);
	vv_peer_close(peer);
	vv_buf_clear(&said);
	loop_line_clear(&line);
	return missing;
}

/* Of the first version git alone brought the commit; of the second the leaves were lost, which nobody noted. */
static void a_push_does_not_lean_on_what_is_missing_where_git_brought_commits(void **state)
{
	vv_serve far = {.writable = true, .limits = {.bytes = 1u << 20, .blocks = 1000}};
	vv_oid commits[3];
	vv_repository *near;
	vv_ref ref;
	vv_error err;

	(void)state;
	git_home();
	near = small_repository("near");
	far.repo = small_repository("far");
	for (unsigned v = 0; v < 3; v++) {
		(void)small_version(near, v);
		commits[v] = small_commit(near, v, v > 0 ? &commits[v - 1] : NULL);
	}
	(void)small_commit(far.repo, 0, NULL);
	(void)small_commit(far.repo, 1, &commits[0]);
	(void)small_nodes(far.repo, 1);
	small_ref(far.repo, "refs/heads/main", &commits[1]);
	/* All leaves, and the first version, whose blocks below the root are unknown. */
	assert_int_equal(push_last(&far, near, commits), SMALL_LEAVES + 1);
	vv_assert_ok(vv_ref_get(far.repo, "refs/heads/main", &ref, &err), &err);
	assert_true(vv_oid_equal(&ref.id, &commits[1]));
	vv_ref_clear(&ref);
	vv_repository_close(near);
	vv_repository_close(far.repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_push_does_not_lean_on_what_is_missing_where_git_brought_commits),
};

VV_TEST_SUITE(push)
