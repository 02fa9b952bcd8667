#include "tests/unit/support.h"

#include "base/progress.h"

typedef struct seen {
	const char *what;
	uint64_t done, total;
} seen;

static void note(void *payload, const char *what, uint64_t done, uint64_t total)
{
	seen *s = payload;

	s->what = what;
	s->done = done;
	s->total = total;
}

static void a_part_is_not_told_as_bytes(void **state)
{
	seen bytes = {"", 0, 0};
	vv_progress p = {note, &bytes, NULL};

	(void)state;
	vv_progress_part(&p, "comparing", 3, 9);
	assert_int_equal(bytes.total, 0);
	p.update = NULL;
	p.part = note;
	vv_progress_part(&p, "comparing", 3, 9);
	vv_progress_part(NULL, "comparing", 4, 9);
	assert_int_equal(bytes.done, 3);
}

static void an_update_reaches_the_function_given(void **state)
{
	seen s = {"", 0, 0};
	vv_progress p = {note, &s, NULL};

	(void)state;
	vv_progress_update(&p, "reading", 3, 9);
	assert_string_equal(s.what, "reading");
	assert_int_equal(s.done, 3);
	assert_int_equal(s.total, 9);
}

static void nobody_need_listen(void **state)
{
	vv_progress p = {NULL, NULL, NULL};

	(void)state;
	vv_progress_update(NULL, "reading", 3, 9);
	vv_progress_update(&p, "reading", 3, 9);
	assert_null(p.update);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_part_is_not_told_as_bytes),
	cmocka_unit_test(an_update_reaches_the_function_given),
	cmocka_unit_test(nobody_need_listen),
};

VV_TEST_SUITE(progress)
