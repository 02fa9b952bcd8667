/*
 * What a sample of proofs says after a failure.
 */
#include "lib/remotes/proof.h"
#include "repo/git/history/refs.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/transport/memory_line.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/peer.h"

/* Asks the peer far, which answers fewer than `dies_at` requests (0: all), and returns the result. */
static vv_status ask(vv_proof_sample *out, vv_serve *far, vv_repository *near, unsigned dies_at)
{
	loop_line line = {.serve = far, .dies_at = dies_at};
	vv_reached there = {0};
	vv_error err;

	vv_assert_ok(vv_peer_over(&there.peer, loop_line_open(&line, "far"), &err), &err);
	vv_assert_ok(vv_peer_hello(there.peer, &there.hello, &err), &err);
	const vv_status rc = vv_proof_ask_some(out, &there, near, &err);
	vv_peer_close(there.peer);
	loop_line_clear(&line);
	return rc;
}

static void a_sample_that_fails_says_nothing_of_proofs(void **state)
{
	vv_serve far = {.limits = {.bytes = 1u << 20, .blocks = 1000}};
	vv_proof_sample sample = {.asked = 7, .lost = 7};
	vv_repository *near;
	unsigned failed = 0;

	(void)state;
	git_home();
	near = small_repository("near");
	far.repo = small_repository("far");
	(void)small_version(near, 0);
	(void)small_version(far.repo, 0);
	const vv_oid id = small_commit(near, 0, NULL);
	(void)small_commit(far.repo, 0, NULL);
	small_ref(far.repo, "refs/heads/main", &id);
	small_ref(near, "refs/heads/main", &id);
	for (unsigned turn = 2; ask(&sample, &far, near, turn) < 0; turn++) {
		assert_int_equal(sample.asked, 0);
		assert_int_equal(sample.lost, 0);
		failed++;
	}
	assert_true(failed > 0);
	assert_int_equal(sample.asked, 1);
	assert_int_equal(sample.lost, 0);
	vv_repository_close(near);
	vv_repository_close(far.repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_sample_that_fails_says_nothing_of_proofs),
};

VV_TEST_SUITE(proof)
