/*
 * Placement: one copy a failure domain, and a holder that comes moves only its share.
 */
#include <string.h>

#include "tests/unit/support.h"
#include "transport/vault/ledger_record.h"
#include "transport/vault/placement.h"

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
	assert_int_equal(vv_domain_count(list, 6), 4);
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(copies_never_share_a_domain),
	cmocka_unit_test(shares_are_about_equal_and_a_new_holder_takes_only_its_own),
};

VV_TEST_SUITE(placement)
