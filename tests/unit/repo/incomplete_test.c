/*
 * incomplete: the mark, and the commits below which all is there.
 */
#include <string.h>

#include "base/sys.h"
#include "repo/git/history/refs.h"
#include "repo/known/incomplete.h"
#include "tests/unit/repo/git_fixture.h"

#define TIPS ".git/varve/cache/complete"

static vv_repository *begin(void)
{
	git_begin();
	return open_here();
}

static size_t read_tips(vv_repository *r, vv_oid *first)
{
	vv_whole w = {0};
	size_t count;
	vv_error err;

	vv_assert_ok(vv_whole_look(&w, r, NULL, 0, &err), &err);
	count = w.tips.count;
	if (first && count > 0) {
		*first = w.tips.items[0];
	}
	vv_whole_clear(&w);
	return count;
}

static void write_tips(vv_repository *r, size_t count)
{
	static vv_oid tips[5000];
	vv_error err;

	for (size_t i = 0; i < count; i++) {
		memset(&tips[i], (int)(i % 255) + 1, sizeof(tips[i]));
		tips[i].id[9] = (uint8_t)(i >> 8);
		tips[i].id[10] = (uint8_t)i;
	}
	vv_assert_ok(vv_complete_tips_forget(r, &err), &err);
	vv_assert_ok(vv_complete_tips_add(r, tips, count, &err), &err);
}

static void the_mark_stays_until_it_is_taken_away(void **state)
{
	vv_repository *r = begin();
	bool incomplete;
	vv_error err;

	(void)state;
	for (int i = 0; i < 2; i++) {
		/* also when there is none */
		vv_assert_ok(vv_repository_set_incomplete(r, false, &err), &err);
		vv_assert_ok(vv_repository_incomplete(r, &incomplete, &err), &err);
		assert_false(incomplete);
		sh("mkdir -p .git/varve");
		vv_assert_ok(vv_repository_set_incomplete(r, true, &err), &err);
		vv_assert_ok(vv_repository_set_incomplete(r, true, &err), &err);
		vv_assert_ok(vv_repository_incomplete(r, &incomplete, &err), &err);
		assert_true(incomplete);
	}
	vv_repository_close(r);
}

static void tips_are_read_as_they_were_written(void **state)
{
	vv_repository *r = begin();
	vv_oid first;

	(void)state;
	assert_int_equal(read_tips(r, NULL), 0);
	write_tips(r, 3);
	assert_int_equal(read_tips(r, &first), 3);
	assert_int_equal(first.id[0], 1);
	assert_int_equal(first.id[19], 1);
	write_tips(r, 0);
	assert_int_equal(read_tips(r, NULL), 0);
	write_tips(r, 5000); /* more than are noted */
	assert_int_equal(read_tips(r, NULL), 4096);
	vv_repository_close(r);
}

static void a_damaged_list_of_tips_gives_none(void **state)
{
	static const char *const damages[] = {
		"head -c -1 good", /* torn */
		"head -c 50 good",       "cat good good",
		"tr '\\1' '\\2' < good", "head -c 1000000 /dev/zero",
	};
	vv_repository *r = begin();

	(void)state;
	write_tips(r, 3);
	sh("cp " TIPS " good");
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		sh("{ %s; } > " TIPS, damages[i]);
		assert_int_equal(read_tips(r, NULL), 0);
	}
	sh("cp good " TIPS);
	assert_int_equal(read_tips(r, NULL), 3);
	vv_repository_close(r);
}

static vv_oid head_of(vv_repository *r)
{
	vv_ref ref;
	vv_error err;

	vv_assert_ok(vv_ref_get(r, "refs/heads/main", &ref, &err), &err);
	const vv_oid id = ref.id;
	vv_ref_clear(&ref);
	return id;
}

/* What came as one pack without a pointer is known to be whole; with one, or with anything beside the pack, it is looked at. */
static void a_plain_history_that_came_in_one_pack_is_whole(void **state)
{
	vv_auto(vv_oids) plain = {0};
	uint64_t commits;
	vv_error err;

	(void)state;
	git_begin();
	sh("for i in 1 2 3; do echo $i > f; git add f; git commit -qm $i; done; git repack -adq");
	vv_repository *r = open_here();
	vv_oid head = head_of(r);
	vv_assert_ok(vv_plain_came(r, &head, 1, &commits, &err), &err);
	assert_int_equal(commits, 3);
	assert_int_equal(read_tips(r, NULL), 1);
	vv_assert_ok(vv_plain_tips_read(r, &plain, &err), &err);
	assert_int_equal(plain.count, 1);
	assert_true(vv_oid_equal(&plain.items[0], &head));
	vv_repository_close(r);

	sh("rm -r .git/varve/cache; echo 4 > f; git commit -qam 4");
	r = open_here();
	head = head_of(r);
	vv_assert_ok(vv_plain_came(r, &head, 1, &commits, &err), &err);
	assert_int_equal(commits, 0);
	assert_int_equal(read_tips(r, NULL), 0);
	vv_repository_close(r);

	sh("{ printf 'varve pointer: '; seq 100; } > f; git commit -qam 5; git repack -adq");
	r = open_here();
	head = head_of(r);
	vv_assert_ok(vv_plain_came(r, &head, 1, &commits, &err), &err);
	assert_int_equal(commits, 0);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_mark_stays_until_it_is_taken_away),
	cmocka_unit_test(tips_are_read_as_they_were_written),
	cmocka_unit_test(a_damaged_list_of_tips_gives_none),
	cmocka_unit_test(a_plain_history_that_came_in_one_pack_is_whole),
};

VV_TEST_SUITE(incomplete)
