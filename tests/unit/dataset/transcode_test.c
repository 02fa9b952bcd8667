/* Tests of dataset/read/transcode.h: UTF-16 becomes UTF-8, all else passes. */
#include "tests/unit/support.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/read/transcode.h"

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

/* Transcodes with every size of reading and writing; gives the last status. */
static vv_status all_of(vv_transcode *t, const void *bytes, size_t len, size_t step, size_t room,
			vv_buf *out, vv_error *err)
{
	feed f = {bytes, len, 0, step};
	char piece[64];
	ssize_t got = 0;
	vv_status rc = vv_transcode_init(t, feed_read, &f, "input", err);

	vv_buf_reset(out);
	while (rc == VV_OK && (got = vv_transcode_read(t, piece, room, err)) > 0) {
		vv_buf_put(out, piece, (size_t)got);
	}
	return rc < 0 ? rc : got < 0 ? (vv_status)got : VV_OK;
}

static void expect(const void *bytes, size_t len, const char *wanted)
{
	static const size_t steps[] = {1, 2, 3, 5, 64}, rooms[] = {4, 5, 7, 64};
	vv_transcode *t = vv_malloc(sizeof(*t));
	vv_buf out = VV_BUF_INIT;
	vv_error err;
	size_t i, k;

	for (i = 0; i < 5; i++) {
		for (k = 0; k < 4; k++) {
			vv_assert_ok(all_of(t, bytes, len, steps[i], rooms[k], &out, &err), &err);
			assert_string_equal(vv_buf_cstr(&out), wanted);
			assert_int_equal(out.len, strlen(wanted));
		}
	}
	vv_buf_clear(&out);
	vv_free(t);
}

#define EXPECT(bytes, wanted) expect(bytes, sizeof(bytes) - 1, wanted)

static void a_byte_order_mark_tells(void **state)
{
	(void)state;
	EXPECT("\xff\xfe"
	       "a\0,\0b\0\n\0",
	       "a,b\n");
	EXPECT("\xfe\xff"
	       "\0a\0,\0b\0\n",
	       "a,b\n");
	EXPECT("\xff\xfe", "");
}

static void without_a_mark_the_nuls_tell(void **state)
{
	(void)state;
	EXPECT("a\0,\0b\0\n\0", "a,b\n");
	EXPECT("\0a\0,\0b\0\n", "a,b\n");
}

static void characters_beyond_ascii_and_the_first_plane(void **state)
{
	(void)state;
	EXPECT("\xff\xfe"
	       "\xe9\0"
	       "\xac\x20"
	       "\x3d\xd8\x00\xde",
	       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	EXPECT("\xfe\xff"
	       "\0\xe9"
	       "\x20\xac"
	       "\xd8\x3d\xde\x00",
	       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void other_text_passes_as_it_is(void **state)
{
	(void)state;
	EXPECT("a,b\n1,2\n", "a,b\n1,2\n");
	EXPECT("\xef\xbb\xbf"
	       "a,b\n",
	       "\xef\xbb\xbf"
	       "a,b\n");
	EXPECT("", "");
	EXPECT("x", "x");
}

static void half_a_surrogate_pair_is_replaced_and_counted(void **state)
{
	static const char bytes[] = "\xff\xfe"
				    "a\0"
				    "\x3d\xd8"
				    "b\0"
				    "\x00\xde"
				    "c\0"
				    "\x3d\xd8";
	vv_transcode *t = vv_malloc(sizeof(*t));
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(all_of(t, bytes, sizeof(bytes) - 1, 3, 16, &out, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), "a\xef\xbf\xbd"
					       "b\xef\xbf\xbd"
					       "c\xef\xbf\xbd");
	assert_int_equal(t->replaced, 3);
	vv_buf_clear(&out);
	vv_free(t);
}

static void half_a_character_at_the_end_is_named(void **state)
{
	vv_transcode *t = vv_malloc(sizeof(*t));
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_status(all_of(t,
				"\xff\xfe"
				"a\0"
				"b",
				5, 2, 16, &out, &err),
			 VV_EINPUT, &err);
	vv_assert_contains(err.message, "input: half a UTF-16 character at byte 4");
	vv_buf_clear(&out);
	vv_free(t);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_byte_order_mark_tells),
	cmocka_unit_test(without_a_mark_the_nuls_tell),
	cmocka_unit_test(characters_beyond_ascii_and_the_first_plane),
	cmocka_unit_test(other_text_passes_as_it_is),
	cmocka_unit_test(half_a_surrogate_pair_is_replaced_and_counted),
	cmocka_unit_test(half_a_character_at_the_end_is_named),
};

VV_TEST_SUITE(transcode)
