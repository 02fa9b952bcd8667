#include "tests/unit/support.h"

#include "base/progress.h"

typedef struct seen {
	const char *what;
	uint64_t done, total;
} seen;

static bool note(void *payload, const char *what, uint64_t done, uint64_t total)
{
	seen *s = payload;

	s->what = what;
	s->done = done;
	s->total = total;
	return total != 10;
}

static void a_part_is_not_told_as_bytes(void **state)
{
	seen bytes = {"", 0, 0};
	vv_progress p = {note, &bytes, NULL};

	(void)state;
	vv_progress_part(&p, "comparing", 3, 9, NULL);
	assert_int_equal(bytes.total, 0);
	p.update = NULL;
	p.part = note;
	vv_progress_part(&p, "comparing", 3, 9, NULL);
	vv_progress_part(NULL, "comparing", 4, 9, NULL);
	assert_int_equal(bytes.done, 3);
}

static void an_update_reaches_the_function_given(void **state)
{
	seen s = {"", 0, 0};
	vv_progress p = {note, &s, NULL};

	(void)state;
	vv_progress_update(&p, "reading", 3, 9, NULL);
	assert_string_equal(s.what, "reading");
	assert_int_equal(s.done, 3);
	assert_int_equal(s.total, 9);
}

static void nobody_need_listen(void **state)
{
	vv_progress p = {NULL, NULL, NULL};

	(void)state;
	vv_progress_update(NULL, "reading", 3, 9, NULL);
	vv_progress_update(&p, "reading", 3, 9, NULL);
	assert_null(p.update);
}

static void who_listens_can_end_the_work(void **state)
{
	seen s = {"", 0, 0};
	vv_progress p = {note, &s, note};
	vv_error err;

	(void)state;
	assert_int_equal(vv_progress_update(&p, "reading", 3, 9, &err), VV_OK);
	assert_int_equal(vv_progress_update(&p, "reading", 3, 10, &err), VV_ECANCELLED);
	assert_int_equal(vv_progress_part(&p, "reading", 3, 10, &err), VV_ECANCELLED);
	assert_int_equal(err.code, VV_ECANCELLED);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_listens_can_end_the_work),
	cmocka_unit_test(a_part_is_not_told_as_bytes),
	cmocka_unit_test(an_update_reaches_the_function_given),
	cmocka_unit_test(nobody_need_listen),
};

VV_TEST_SUITE(progress)
