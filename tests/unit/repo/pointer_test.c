#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "repo/git/pointer.h"

#define ROOT "bafyreigdmqpykrgxyaxtlafqpqhzrb7qy2rh75nldvfd4tucqmqqme5yje"

#define START                                                                                      \
	"varve pointer: this is not the data but the text that stands for it in Git\n"             \
	"The data is kept by varve (git for tables). To write it here: varve init && varve "       \
	"restore FILE\n"

static const char table_text[] = START "{\"varve\": 1, \"kind\": \"table\", \"root\": \"" ROOT
				       "\",\n"
				       " \"rows\": 47123, \"bytes\": 3960755, \"key\": [\"id\"],\n"
				       " \"columns\": [\n"
				       "  {\"name\": \"id\", \"type\": \"integer\"},\n"
				       "  {\"name\": \"sur\\\"face\", \"type\": \"string\"}]}\n";
static const char file_text[] = START "{\"varve\": 1, \"kind\": \"file\", \"root\": \"" ROOT "\",\n"
				      " \"bytes\": 12}\n";

static vv_pointer read_text(vv_arena *arena, const char *text)
{
	vv_pointer p;
	vv_error err;

	vv_assert_ok(vv_pointer_read(&p, arena, text, strlen(text), &err), &err);
	return p;
}

static void refuse(const char *text, size_t len, vv_status wanted, const char *part)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_error err;

	vv_assert_status(vv_pointer_read(&p, &arena, text, len, &err), wanted, &err);
	vv_assert_contains(err.message, part);
	vv_arena_clear(&arena);
}

static void a_table_pointer_is_read_and_written_alike(void **state)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_pointer p = read_text(&arena, table_text);

	(void)state;
	assert_string_equal(p.kind, "table");
	assert_int_equal(p.root.codec, VV_CODEC_DAG_CBOR);
	assert_int_equal(p.rows, 47123);
	assert_int_equal(p.bytes, 3960755);
	assert_int_equal(p.key_count, 1);
	assert_string_equal(p.key[0], "id");
	assert_int_equal(p.column_count, 2);
	assert_string_equal(p.columns[1].name, "sur\"face");
	assert_string_equal(p.columns[1].type, "string");
	vv_pointer_put(&b, &p);
	assert_string_equal(vv_buf_cstr(&b), table_text);
	vv_buf_clear(&b);
	vv_arena_clear(&arena);
}

static void a_file_pointer_is_read_and_written_alike(void **state)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_pointer p = read_text(&arena, file_text);

	(void)state;
	assert_string_equal(p.kind, "file");
	assert_int_equal(p.bytes, 12);
	assert_int_equal(p.column_count, 0);
	vv_pointer_put(&b, &p);
	assert_string_equal(vv_buf_cstr(&b), file_text);
	vv_buf_clear(&b);
	vv_arena_clear(&arena);
}

static void the_lines_for_people_are_fixed(void **state)
{
	char *other = vv_strdup(table_text), *at = strstr(other, "stands for");

	(void)state;
	assert_non_null(at);
	*at = 'S';
	refuse(other, strlen(other), VV_EINPUT, "line 1 of the pointer was changed");
	vv_free(other);
}

static void bad_json_is_named_by_its_line_in_the_pointer(void **state)
{
	static const char text[] = START "{\"varve\": 1, broken\n";

	(void)state;
	refuse(text, strlen(text), VV_EINPUT, "pointer, line 3, column 14: ");
}

/* The text alone, with nothing behind it that a string function could run into. */
static void torn(const char *text, bool wanted, vv_hint_id hint)
{
	size_t len = strlen(text);
	char *alone = vv_malloc(len ? len : 1);
	vv_error err;

	assert_non_null(alone);
	memcpy(alone, text, len);
	assert_int_equal(vv_pointer_is_torn(alone, len), wanted);
	vv_assert_status(vv_pointer_refuse_torn(alone, len, "p.csv", &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "p.csv: git merged this pointer as text");
	assert_int_equal(err.hint_id, hint);
	vv_free(alone);
}

static void a_pointer_merged_as_text_is_known_by_its_marks_and_names_both_roots(void **state)
{
#define LINE "{\"varve\": 1, \"kind\": \"table\", \"root\": \"" ROOT "\",\n"
	(void)state;
	torn(START "<<<<<<< a\n" LINE "=======\n" LINE ">>>>>>> b\n", true, VV_HINT_FIX);
	torn("<<<<<<< a\n" START LINE "=======\nid\n1\n>>>>>>> b\n", true,
	     VV_HINT_RESTORE_WHOLE_REV);
	torn(START LINE, false, VV_HINT_RESTORE_WHOLE_REV);
	torn("<<<<<<< a\n" LINE "=======\n>>>>>>> b", true, VV_HINT_RESTORE_WHOLE_REV);
	torn("<<<<<<< a\n{\"varve\": 1, \"root\": \"bafy\n", true, VV_HINT_RESTORE_WHOLE_REV);
	torn("<<<<<<< a\n{\"varve\": ", true, VV_HINT_RESTORE_WHOLE_REV);
	torn("<<<<<<< a\n1,2\n", false, VV_HINT_RESTORE_WHOLE_REV);
	torn(LINE "<<<<<<< a\n", false, VV_HINT_RESTORE_WHOLE_REV);
	torn("<<<<<<< ", false, VV_HINT_RESTORE_WHOLE_REV);
	torn("", false, VV_HINT_RESTORE_WHOLE_REV);
#undef LINE
}

static void each_side_of_a_torn_pointer_has_the_root_of_its_own_lines(void **state)
{
	static const char *const roots[3] = {
		"bafyreicintf5sqdbw6ad2teingtpfy6gsx5pnwlrplreimwaefe42ctb2m", ROOT,
		"bafyreie3g5lxxe6lsmafarrhbt6bkihrlgqsuef5jmkcsr37suvy27dzbu"};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_cid out[3], root;
	bool has[3];

	(void)state;
	vv_buf_printf(&text,
		      "<<<<<<< a\n\"root\": \"%s\"\n||||||| c\n\"root\": \"%s\"\n=======\n"
		      "\"root\": \"%s\"\n>>>>>>> b\n",
		      roots[1], roots[0], roots[2]);
	assert_true(vv_pointer_torn_roots(out, has, vv_buf_cstr(&text), text.len));
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(vv_cid_parse(&root, roots[i], strlen(roots[i]), NULL), VV_OK);
		assert_true(has[i] && vv_cid_equal(&out[i], &root));
	}
}

static void a_table_may_have_no_columns(void **state)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p = read_text(&arena, table_text), again;
	vv_buf b = VV_BUF_INIT;

	(void)state;
	p.column_count = p.key_count = 0;
	p.rows = p.bytes = UINT64_MAX;
	vv_pointer_put(&b, &p);
	again = read_text(&arena, vv_buf_cstr(&b));
	assert_int_equal(again.column_count, 0);
	assert_true(again.rows == UINT64_MAX);
	vv_buf_clear(&b);
	vv_arena_clear(&arena);
}

static void what_begins_as_a_pointer_is_told_from_data(void **state)
{
	(void)state;
	assert_true(vv_pointer_looks_like(table_text, 15));
	assert_false(vv_pointer_looks_like(table_text, 5));
	assert_false(vv_pointer_looks_like("id,name\n1,x\n", 12));
	assert_false(vv_pointer_looks_like("{\"varve\": 1}", 12));
}

static void every_change_of_a_byte_is_refused(void **state)
{
	char text[sizeof table_text];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table_text - 1; i++) {
		unsigned k;
		static const char with[] = {' ', '0', 'x', '\n', '"', ']', '\0'};

		for (k = 0; k < sizeof with; k++) {
			vv_arena arena = VV_ARENA_INIT;
			vv_pointer p;
			vv_error err;
			vv_status rc;

			memcpy(text, table_text, sizeof text);
			if (text[i] == with[k]) {
				continue;
			}
			text[i] = with[k];
			rc = vv_pointer_read(&p, &arena, text, sizeof text - 1, &err);
			if (rc == VV_OK) { /* another value, then written just so */
				vv_buf b = VV_BUF_INIT;

				vv_pointer_put(&b, &p);
				assert_true(vv_pointer_is_text(&b, text, sizeof text - 1));
				vv_buf_clear(&b);
			} else {
				assert_true(rc == VV_EINPUT || rc == VV_ENOSUPPORT);
			}
			vv_arena_clear(&arena);
		}
	}
}

static void a_cut_pointer_is_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table_text - 2; i++) { /* the last byte is its line end */
		refuse(table_text, i, VV_EINPUT, "");
	}
}

static void another_way_of_writing_the_same_is_refused_with_its_line(void **state)
{
	char text[1024];

	(void)state;
	(void)snprintf(text, sizeof text, "%s\nx\n", table_text);
	refuse(text, strlen(text), VV_EINPUT, "");
	(void)snprintf(text, sizeof text, "\n%s", table_text);
	refuse(text, strlen(text), VV_EINPUT, "");
	(void)snprintf(text, sizeof text, "%s", table_text);
	*strstr(text, "47123") = '0';
	refuse(text, strlen(text), VV_EINPUT, "");
	(void)snprintf(text, sizeof text, "%s", table_text);
	memcpy(strstr(text, "git for tables"), "git for chairs", 14);
	refuse(text, strlen(text), VV_EINPUT, "line 2");
	(void)snprintf(text, sizeof text,
		       START "{\"varve\": 1, \"kind\": \"table\", \"root\": \"%s\", \"extra\": 1%s",
		       ROOT, strchr(table_text, ','));
	refuse(text, strlen(text), VV_EINPUT, "");
}

static void a_later_version_is_named(void **state)
{
	char text[sizeof table_text];

	(void)state;
	memcpy(text, table_text, sizeof text);
	*strchr(text, '1') = '2';
	refuse(text, sizeof text - 1, VV_ENOSUPPORT, "version 2");
}

static void conflict_marks_are_recognised(void **state)
{
	static const char text[] = START
		"<<<<<<< HEAD\n{\"varve\": 1, ...\n=======\n{\"varve\": 1, ...\n>>>>>>> side\n";

	(void)state;
	refuse(text, sizeof text - 1, VV_EINPUT, "conflict markers");
}

static void data_is_no_pointer(void **state)
{
	(void)state;
	refuse("id,name\n1,x\n", 12, VV_EINPUT, "not a pointer");
	refuse("", 0, VV_EINPUT, "not a pointer");
	refuse("{\"varve\": 1", 11, VV_EINPUT, "");
	refuse("varve pointer: ", 15, VV_EINPUT, "not a pointer");
}

static void more_than_a_mebibyte_is_refused(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&b, START "{\"varve\": ");
	while (b.len <= VV_POINTER_MAX) {
		vv_buf_puts(&b, "                                        ");
	}
	refuse(b.data, b.len, VV_EINPUT, "at most");
	vv_buf_clear(&b);
}

static void two_changes_always_conflict_in_a_text_merge(void **state)
{
	/* Every line but the third follows from the root or is fixed, and the root is on the third line: so
	 * two pointers with different roots differ in line 3. */
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p = read_text(&arena, table_text);
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;

	(void)state;
	vv_pointer_put(&a, &p);
	p.root.digest[31] ^= 1;
	vv_pointer_put(&b, &p);
	assert_memory_equal(a.data, b.data, sizeof(START) - 1);
	assert_string_not_equal(a.data, b.data);
	char *x = strchr(a.data + sizeof(START) - 1, '\n'),
	     *y = strchr(b.data + sizeof(START) - 1, '\n');
	assert_non_null(x);
	assert_non_null(y);
	assert_string_equal(x, y);
	*x = *y = '\0';
	assert_string_not_equal(a.data, b.data);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	vv_arena_clear(&arena);
}

/* The text, tidied. */
static void tidy(const char *text, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, text);
	vv_pointer_tidy(&b);
	assert_string_equal(vv_buf_cstr(&b), wanted);
	vv_pointer_tidy(&b);
	assert_string_equal(vv_buf_cstr(&b), wanted);
	vv_buf_clear(&b);
}

static void line_ends_of_git_and_of_editors_are_mended(void **state)
{
	(void)state;
	tidy("a,b\r\n1,2\r\n\r\n", "a,b\r\n1,2\r\n\r\n");
	tidy("varve pointer: \r\n \"a\": \"\\r\"}\r\n", "varve pointer: \n \"a\": \"\\r\"}\n");
	tidy("varve pointer: \n}", "varve pointer: \n}\n");
	tidy("varve pointer: \n}\r\n\n\r\n", "varve pointer: \n}\n");
	tidy("varve pointer: ", "varve pointer: \n");
	tidy("", "");
}

static void a_pointer_with_other_line_ends_is_read(void **state)
{
	static const char *const ends[] = {"", "\n\n", "\r\n", "\n\r\n\n"};
	const size_t bare = sizeof table_text - 2;

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		vv_arena arena = VV_ARENA_INIT;
		vv_buf text = VV_BUF_INIT;
		vv_error err;
		vv_pointer p;

		for (size_t k = 0; k < bare; k++) {
			vv_buf_puts(&text, i >= 2 && table_text[k] == '\n' ? "\r" : "");
			vv_buf_putc(&text, table_text[k]);
		}
		vv_buf_puts(&text, ends[i]);
		vv_assert_ok(vv_pointer_read(&p, &arena, text.data, text.len, &err), &err);
		assert_string_equal(p.kind, "table");
		vv_buf_clear(&text);
		vv_arena_clear(&arena);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_table_pointer_is_read_and_written_alike),
	cmocka_unit_test(a_file_pointer_is_read_and_written_alike),
	cmocka_unit_test(the_lines_for_people_are_fixed),
	cmocka_unit_test(bad_json_is_named_by_its_line_in_the_pointer),
	cmocka_unit_test(a_pointer_merged_as_text_is_known_by_its_marks_and_names_both_roots),
	cmocka_unit_test(each_side_of_a_torn_pointer_has_the_root_of_its_own_lines),
	cmocka_unit_test(a_table_may_have_no_columns),
	cmocka_unit_test(what_begins_as_a_pointer_is_told_from_data),
	cmocka_unit_test(every_change_of_a_byte_is_refused),
	cmocka_unit_test(a_cut_pointer_is_refused),
	cmocka_unit_test(another_way_of_writing_the_same_is_refused_with_its_line),
	cmocka_unit_test(a_later_version_is_named),
	cmocka_unit_test(conflict_marks_are_recognised),
	cmocka_unit_test(data_is_no_pointer),
	cmocka_unit_test(line_ends_of_git_and_of_editors_are_mended),
	cmocka_unit_test(a_pointer_with_other_line_ends_is_read),
	cmocka_unit_test(more_than_a_mebibyte_is_refused),
	cmocka_unit_test(two_changes_always_conflict_in_a_text_merge),
};

VV_TEST_SUITE(pointer)
