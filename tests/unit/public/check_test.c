/*
 * Checks: the inputs of verdicts on a history.
 */
#include "tests/unit/public/fixture.h"

/* Returns the number of verdicts that found something. Fails the test unless there are verdicts. */
static unsigned bad_verdicts(varve_repo *repo, const varve_check_options *options)
{
	varve_check_history *h;
	const varve_check_verdict *v;
	unsigned bad = 0;
	varve_error e;

	works(varve_check_history_open(&h, repo, NULL, options, &e), &e);
	assert_non_null(varve_check_history_at(h, 0));
	for (uint64_t i = 0; (v = varve_check_history_at(h, i)); i++) {
		bad += v->found > 0;
	}
	varve_check_history_free(h);
	return bad;
}

static void verdicts_are_by_the_schemas_of_the_versions(void **state)
{
	const char *const paths[] = {"t.csv"};
	varve_check_options other = {
		.size = sizeof(other),
		.flags = VARVE_CHECK_NEW_ONLY,
		.schema = "{\"fields\":[{\"name\":\"id\",\"type\":\"date\"}]}",
	};
	varve_check_options fresh = {.size = sizeof(fresh), .flags = VARVE_CHECK_NO_CACHE};
	varve_repo *repo = begin_repo();

	(void)state;
	known_describe(paths, 1);
	vv_test_write_text("t.csv", "id,note,price,day,flag,code\n1,,2,2024-05-01,true,a\n");
	varve("add t.csv datapackage.json");
	varve("commit -q -m good");
	vv_test_write_text("t.csv", "id,note,price,day,flag,code\nx,,2,2024-05-01,true,a\n");
	varve("add t.csv");
	varve("commit -q -m bad");
	unsigned by_other = bad_verdicts(repo, &other);
	unsigned later = bad_verdicts(repo, NULL);

	assert_int_equal(by_other, bad_verdicts(repo, &fresh));
	assert_int_equal(later, by_other); /* from the cache of the first */
	assert_in_range(later, 1, 2);      /* the version and its rule */
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(verdicts_are_by_the_schemas_of_the_versions),
};
VV_TEST_SUITE(check)
