/* Tests of repo/blocks/squeeze.h: what goes in comes out again by decompress.h. */
#include "tests/unit/support.h"

#include <fcntl.h>

#include "base/file.h"
#include "repo/blocks/decompress.h"
#include "repo/blocks/squeeze.h"

static vv_status keep(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static ssize_t read_file(void *payload, void *buf, size_t len, vv_error *err)
{
	const int *fd = payload;

	return vv_read_full(*fd, buf, len, "packed", err);
}

static void unpack(vv_buf *out, const vv_buf *packed)
{
	const char *path = vv_test_path("packed");
	vv_decompress *d = NULL;
	char piece[4096];
	vv_error err;
	ssize_t got;
	int fd;

	vv_test_write(path, packed->data, packed->len);
	fd = vv_open(path, O_RDONLY, 0, &err);
	assert_true(fd >= 0);
	vv_assert_ok(vv_decompress_open(&d, read_file, &fd, "packed", &err), &err);
	while ((got = vv_decompress_read(d, piece, sizeof(piece), &err)) > 0) {
		vv_buf_put(out, piece, (size_t)got);
	}
	assert_int_equal(got, 0);
	vv_decompress_close(d);
	vv_close(fd, path, NULL);
}

/* count rows, written in pieces of `piece` bytes. */
static void there_and_back(vv_squeeze_form form, unsigned count, size_t piece, const char *magic)
{
	vv_buf text = VV_BUF_INIT, packed = VV_BUF_INIT, back = VV_BUF_INIT;
	vv_squeeze *s = NULL;
	vv_error err;

	for (unsigned i = 0; i < count; i++) {
		vv_buf_printf(&text, "%u,item %u,%u\n", i, i % 7, i * 7919 % 100003);
	}
	vv_assert_ok(vv_squeeze_open(&s, form, keep, &packed, &err), &err);
	for (size_t at = 0; at < text.len; at += piece) {
		size_t n = text.len - at < piece ? text.len - at : piece;

		vv_assert_ok(vv_squeeze_write(s, text.data + at, n, &err), &err);
	}
	vv_assert_ok(vv_squeeze_end(s, &err), &err);
	vv_squeeze_close(s);
	assert_memory_equal(packed.data, magic, 2);
	unpack(&back, &packed);
	assert_int_equal(back.len, text.len);
	if (text.len > 0) {
		assert_memory_equal(back.data, text.data, text.len);
	}
	assert_true(text.len < 1000 || packed.len < text.len / 2);
	vv_buf_clear(&text);
	vv_buf_clear(&packed);
	vv_buf_clear(&back);
}

static void what_is_squeezed_comes_back(void **state)
{
	static const unsigned counts[] = {0, 1, 100, 40000};
	static const size_t pieces[] = {13, 4096, 1u << 20};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (size_t k = 0; k < 3; k++) {
			there_and_back(VV_SQUEEZE_GZIP, counts[i], pieces[k], "\x1f\x8b");
			there_and_back(VV_SQUEEZE_ZSTD, counts[i], pieces[k], "\x28\xb5");
		}
	}
}

static vv_status refuse(void *payload, const void *bytes, size_t len, vv_error *err)
{
	(void)payload;
	(void)bytes;
	(void)len;
	return vv_fail(err, VV_EIO, "nobody listens");
}

static void a_reader_that_has_gone_ends_it(void **state)
{
	static const vv_squeeze_form forms[] = {VV_SQUEEZE_GZIP, VV_SQUEEZE_ZSTD};
	vv_squeeze *s = NULL;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		vv_assert_ok(vv_squeeze_open(&s, forms[i], refuse, NULL, &err), &err);
		(void)vv_squeeze_write(s, "a", 1, &err);
		assert_int_equal(vv_squeeze_end(s, &err), VV_EIO);
		vv_squeeze_close(s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_squeezed_comes_back),
	cmocka_unit_test(a_reader_that_has_gone_ends_it),
};

VV_TEST_SUITE(squeeze)
