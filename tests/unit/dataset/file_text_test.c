/* Tests of dataset/read/file_text.h: files in other encodings as UTF-8, and what they measure. */
#include "tests/unit/support.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/read/file_text.h"

/* A source that gives so many bytes at a time. */
typedef struct feed {
	const char *bytes;
	size_t len, pos, step;
} feed;

static ssize_t feed_read(void *payload, void *buf, size_t len, vv_error *err)
{
	feed *f = payload;
	size_t n = f->len - f->pos < f->step ? f->len - f->pos : f->step;

	(void)err;
	n = n < len ? n : len;
	memcpy(buf, f->bytes + f->pos, n);
	f->pos += n;
	return (ssize_t)n;
}

static vv_status feed_again(void *payload, vv_error *err)
{
	(void)err;
	((feed *)payload)->pos = 0;
	return VV_OK;
}

/* Reads all of it; gives the last status. */
static vv_status all_of(feed *f, const vv_file_text_options *how, size_t room, vv_buf *out,
			uint64_t *replaced, vv_error *err)
{
	const vv_source file = {.read = feed_read, .payload = f, .name = "input"};
	vv_file_text *t;
	char piece[64];
	ssize_t got = 0;
	vv_status rc = vv_file_text_open(&t, &file, how, err);

	vv_buf_reset(out);
	if (rc < 0) return rc;
	const vv_source *text = vv_file_text_source(t);

	while ((got = text->read(text->payload, piece, room, err)) > 0) {
		vv_buf_put(out, piece, (size_t)got);
	}
	*replaced = vv_file_text_replaced(t);
	vv_file_text_close(t);
	return got < 0 ? (vv_status)got : VV_OK;
}

static void expect(const vv_file_text_options *how, const char *bytes, size_t len,
		   const char *wanted, uint64_t replaced)
{
	vv_buf out = VV_BUF_INIT;
	vv_error err = {0};

	for (size_t step = 1; step < 70; step += 3) {
		feed f = {bytes, len, 0, step};
		uint64_t count;

		vv_assert_ok(all_of(&f, how, 1 + step % 64, &out, &count, &err), &err);
		assert_string_equal(vv_buf_cstr(&out), wanted);
		assert_int_equal(out.len, strlen(wanted));
		assert_int_equal(count, replaced);
	}
	vv_buf_clear(&out);
}

#define EXPECT(how, bytes, wanted, replaced) expect(how, bytes, sizeof(bytes) - 1, wanted, replaced)

static const vv_file_text_options found = {.clean = false}, clean = {.clean = true};

static void utf16_is_told_by_its_mark_or_its_nuls(void **state)
{
	(void)state;
	EXPECT(&found,
	       "\xff\xfe"
	       "a\0,\0b\0\n\0",
	       "\xef\xbb\xbf"
	       "a,b\n",
	       0);
	EXPECT(&clean,
	       "\xff\xfe"
	       "a\0,\0b\0\n\0",
	       "a,b\n", 0);
	EXPECT(&clean,
	       "\xfe\xff"
	       "\0a\0,\0b\0\n",
	       "a,b\n", 0);
	EXPECT(&clean, "\xff\xfe", "", 0);
	EXPECT(&clean, "a\0,\0b\0\n\0", "a,b\n", 0);
	EXPECT(&clean, "\0a\0,\0b\0\n", "a,b\n", 0);
	EXPECT(&clean,
	       "\xff\xfe"
	       "\xe9\0"
	       "\xac\x20"
	       "\x3d\xd8\x00\xde",
	       "é€😀", 0);
}

static void utf8_passes_as_it_is(void **state)
{
	(void)state;
	EXPECT(&clean, "a,b\n1,ü\n", "a,b\n1,ü\n", 0);
	EXPECT(&clean,
	       "\xef\xbb\xbf"
	       "a,b\n",
	       "\xef\xbb\xbf"
	       "a,b\n",
	       0);
	EXPECT(&clean, "", "", 0);
	EXPECT(&clean, "x", "x", 0);
}

static void what_the_encoding_lacks_is_replaced_and_counted(void **state)
{
	(void)state;
	EXPECT(&clean,
	       "\xff\xfe"
	       "a\0"
	       "\x3d\xd8"
	       "b\0"
	       "\x00\xde"
	       "c\0"
	       "\x3d\xd8",
	       "a\xef\xbf\xbd"
	       "b\xef\xbf\xbd"
	       "c\xef\xbf\xbd",
	       3);
	EXPECT(&((vv_file_text_options){.declared = "cp1252", .clean = true}), "a\x81\xfc",
	       "a\xef\xbf\xbdü", 1);
}

static void half_a_character_at_the_end_is_named(void **state)
{
	feed f = {"\xff\xfe"
		  "a\0b",
		  5, 0, 2};
	vv_buf out = VV_BUF_INIT;
	vv_error err = {0};
	uint64_t count;

	(void)state;
	vv_assert_status(all_of(&f, &found, 16, &out, &count, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message,
			   "input: the file ends in the middle of a UTF-16 character, at byte 5");
	vv_buf_clear(&out);
}

static void utf8_that_can_be_read_again_is_not_read_through(void **state)
{
	feed f = {"a,ü\n", 5, 0, 64};
	const vv_source file = {
		.read = feed_read, .again = feed_again, .payload = &f, .name = "input"};
	vv_file_text *t;
	vv_error err = {0};

	(void)state;
	vv_assert_ok(vv_file_text_open(&t, &file, &found, &err), &err);
	assert_null(t);
	assert_int_equal(f.pos, 0);
}

/* With pieces of any size, and again. */
static void a_file_is_measured_as_it_was(void **state)
{
	size_t len = 3u << 20;
	char *bytes = vv_malloc(len), piece[4096];
	vv_error err = {0};

	(void)state;
	for (size_t i = 0; i < len; i++) {
		bytes[i] = (char)(i * i >> 7 ^ i);
	}
	static const char *const names[] = {"windows-1252", "UTF-16BE"};

	for (size_t k = 0; k < 2; k++) {
		feed f = {bytes, len, 0, 65537};
		const vv_source file = {
			.read = feed_read, .again = feed_again, .payload = &f, .name = "input"};
		const vv_file_text_options how = {.declared = names[k]};
		vv_hash128 hash, want = vv_xxh3_128(bytes, len, 0);
		vv_file_text *t;
		uint64_t size;

		vv_assert_ok(vv_file_text_open(&t, &file, &how, &err), &err);
		const vv_source *text = vv_file_text_source(t);

		for (int round = 0; round < 2; round++) {
			while (text->read(text->payload, piece, sizeof(piece), &err) > 0) {
			}
			vv_assert_ok(vv_file_text_measure(t, &size, &hash, &err), &err);
			assert_int_equal(size, len);
			assert_true(hash.lo == want.lo && hash.hi == want.hi);
			vv_assert_ok(text->again(text->payload, &err), &err);
		}
		vv_file_text_close(t);
	}
	vv_free(bytes);
}

/* Byte 0xED of an encoding that lacks it is not the beginning of a surrogate; and the beginning is read as it was. */
static void bytes_after_a_misfit_stay(void **state)
{
	static const char bytes[] = "\x83\x65\x83\x58\x83\x67\xed AB,1\n";
	const vv_file_text_options how = {.declared = "windows-31j", .clean = true};
	feed f = {bytes, sizeof(bytes) - 1, 0, 64};
	const vv_source file = {
		.read = feed_read, .again = feed_again, .payload = &f, .name = "input"};
	vv_file_text *t;
	vv_error err = {0};
	char text[64];

	(void)state;
	vv_assert_ok(vv_file_text_open(&t, &file, &how, &err), &err);
	const vv_source *source = vv_file_text_source(t);
	for (int round = 0; round < 2; round++) {
		size_t len = 0;
		for (ssize_t got; (got = source->read(source->payload, text + len,
						      sizeof(text) - len - 1, &err)) > 0;) {
			len += (size_t)got;
		}
		text[len] = '\0';
		assert_string_equal(text, "テスト\xef\xbf\xbd AB,1\n");
		assert_int_equal(vv_file_text_replaced(t), 1);
		vv_assert_ok(source->again(source->payload, &err), &err);
	}
	vv_file_text_close(t);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(bytes_after_a_misfit_stay),
	cmocka_unit_test(utf16_is_told_by_its_mark_or_its_nuls),
	cmocka_unit_test(utf8_passes_as_it_is),
	cmocka_unit_test(what_the_encoding_lacks_is_replaced_and_counted),
	cmocka_unit_test(half_a_character_at_the_end_is_named),
	cmocka_unit_test(utf8_that_can_be_read_again_is_not_read_through),
	cmocka_unit_test(a_file_is_measured_as_it_was),
};

VV_TEST_SUITE(file_text)
