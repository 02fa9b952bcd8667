/*
 * oid: lists of ids.
 */
#include "tests/unit/support.h"

#include "repo/git/oid.h"

static vv_oid oid_of(unsigned n)
{
	return (vv_oid){{(uint8_t)(n * 89u), (uint8_t)n}};
}

static void a_sorted_list_has_its_ids_and_no_others(void **state)
{
	vv_auto(vv_oids) list = {0};
	vv_error err;

	(void)state;
	for (unsigned n = 0; n < 200; n += 2) {
		const vv_oid id = oid_of(n + 1);

		vv_assert_ok(vv_oids_add(&list, &id, &err), &err);
	}
	vv_oids_sort(&list);
	for (unsigned n = 0; n < 200; n++) {
		const vv_oid id = oid_of(n + 1);

		assert_int_equal(vv_oids_has(&list, &id), n % 2 == 0);
	}
}

static void an_empty_list_has_no_id(void **state)
{
	vv_oids list = {0};
	const vv_oid id = oid_of(1);

	(void)state;
	vv_oids_sort(&list);
	assert_false(vv_oids_has(&list, &id));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_sorted_list_has_its_ids_and_no_others),
	cmocka_unit_test(an_empty_list_has_no_id),
};

VV_TEST_SUITE(oid)
