/*
 * Placement: one copy a failure domain, and a holder that comes moves only its share.
 */
#include <string.h>

#include "cmd/vault/hold/ledger_record.h"
#include "cmd/vault/sealed/placement.h"
#include "tests/unit/support.h"

#define SHARDS 300u

static uint8_t ids[6][VV_HOLDER_ID];
static const char *const domains[6] = {"a", "b", "c", "d", "a", "b"};

static void fill(vv_placeable *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		memset(ids[i], (int)(17 * i + 1), VV_HOLDER_ID);
		list[i].id = ids[i];
		list[i].domain = domains[i];
	}
}

static vv_cid shard(size_t i)
{
	vv_cid cid;
	vv_error err;

	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, &i, sizeof(i), &err), &err);
	return cid;
}

static void copies_never_share_a_domain(void **state)
{
	vv_placeable list[6];
	size_t out[6];

	(void)state;
	fill(list, 6);
	for (size_t i = 0; i < SHARDS; i++) {
		vv_cid cid = shard(i);
		assert_int_equal(vv_placement(out, &cid, list, 6), 4);
		for (size_t a = 0; a < 4; a++) {
			for (size_t b = 0; b < a; b++) {
				assert_string_not_equal(list[out[a]].domain, list[out[b]].domain);
			}
		}
	}
}

static void shares_are_about_equal_and_a_new_holder_takes_only_its_own(void **state)
{
	vv_placeable list[4];
	size_t before[4], after[4], share[4] = {0}, moved = 0;

	(void)state;
	fill(list, 4);
	for (size_t i = 0; i < SHARDS; i++) {
		vv_cid cid = shard(i);
		assert_int_equal(vv_placement(before, &cid, list, 3), 3);
		assert_int_equal(vv_placement(after, &cid, list, 4), 4);
		share[after[0]]++;
		moved += after[0] != before[0];
		if (after[0] != before[0]) {
			assert_int_equal(after[0], 3);
		}
	}
	assert_int_equal(moved, share[3]);
	for (size_t i = 0; i < 4; i++) {
		assert_true(share[i] > SHARDS / 8 && share[i] < SHARDS / 2);
	}
}

#define STRIPE 5u
#define HOLDERS 6u

/* As many shards as can be at holders of different domains, by trying everything. */
static size_t most_apart(bool has[STRIPE][HOLDERS], const vv_placeable *list, size_t shard,
			 unsigned taken)
{
	size_t most = 0;

	if (shard == STRIPE) return 0;
	for (size_t h = 0; h <= HOLDERS; h++) { /* HOLDERS: this one counts nowhere */
		const unsigned domain = h < HOLDERS ? 1u << (list[h].domain[0] - 'a') : 0;
		if (h < HOLDERS && (!has[shard][h] || (taken & domain))) {
			continue;
		}
		const size_t n = (h < HOLDERS) + most_apart(has, list, shard + 1, taken | domain);
		most = n > most ? n : most;
	}
	return most;
}

static void as_many_shards_as_can_be_stand_apart(void **state)
{
	vv_placeable list[HOLDERS];
	bool has[STRIPE][HOLDERS];
	const bool *rows[STRIPE];
	size_t out[STRIPE];
	vv_prng r;
	vv_error err;

	(void)state;
	fill(list, HOLDERS);
	vv_prng_init(&r, 5);
	for (unsigned turn = 0; turn < 2000; turn++) {
		size_t apart = 0;
		unsigned taken = 0;
		for (size_t i = 0; i < STRIPE; i++) {
			rows[i] = has[i];
			for (size_t h = 0; h < HOLDERS; h++) {
				has[i][h] = vv_prng_below(&r, 3) == 0;
			}
		}
		vv_assert_ok(vv_placement_apart(out, rows, STRIPE, list, HOLDERS, &err), &err);
		for (size_t i = 0; i < STRIPE; i++) {
			if (out[i] == SIZE_MAX) {
				continue;
			}
			const unsigned domain = 1u << (list[out[i]].domain[0] - 'a');
			assert_true(has[i][out[i]]);
			assert_false(taken & domain);
			taken |= domain;
			apart++;
		}
		assert_int_equal(apart, most_apart(has, list, 0, 0));
	}
}

static void of_a_holder_whose_domain_nobody_knows_it_is_one_of_its_own(void **state)
{
	const bool has[2][2] = {{true, true}, {true, false}};
	const bool *rows[2] = {has[0], has[1]};
	vv_placeable list[2];
	size_t out[2];
	vv_error err;

	(void)state;
	fill(list, 2);
	list[0].domain = list[1].domain = "";
	vv_assert_ok(vv_placement_apart(out, rows, 2, list, 2, &err), &err);
	assert_int_equal(out[0], 1);
	assert_int_equal(out[1], 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(copies_never_share_a_domain),
	cmocka_unit_test(shares_are_about_equal_and_a_new_holder_takes_only_its_own),
	cmocka_unit_test(as_many_shards_as_can_be_stand_apart),
	cmocka_unit_test(of_a_holder_whose_domain_nobody_knows_it_is_one_of_its_own),
};

VV_TEST_SUITE(placement)
