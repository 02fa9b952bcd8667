/* Tests of lib/worktree/column_rename.h: a column's name in a schema. */
#include "lib/worktree/column_rename.h"
#include "tests/unit/support.h"

#include <string.h>

static void a_schema_says_the_new_name_everywhere(void **state)
{
	static const char schema[] =
		"{\"fields\":[{\"name\":\"b\",\"title\":\"a\"},{\"type\":\"string\",\"name\":\"a\"}],"
		"\"primaryKey\":[\"a\",\"b\"],\"foreignKeys\":[{\"fields\":\"a\",\"reference\":{\"fields\":\"a\"}}]}";
	static const char wanted[] =
		"{\"fields\":[{\"name\":\"b\",\"title\":\"a\"},{\"type\":\"string\",\"name\":\"z\"}],"
		"\"primaryKey\":[\"z\",\"b\"],\"foreignKeys\":[{\"fields\":\"z\",\"reference\":{\"fields\":\"a\"}}]}";
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_rename_in_schema(&out, schema, strlen(schema), 1, "a", "z", &err), &err);
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_schema_says_the_new_name_everywhere),
};
VV_TEST_SUITE(rename_bytes)
