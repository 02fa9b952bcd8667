/*
 * Opens the input as a file of kept records, as it is and with its checksum made right, reads it,
 * changes it, and opens the saved file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"

#define KEY_LEN 3u
#define VALUE_LEN 4u

static const vv_kept_form form = {.mark = "VVSTAT\x01\n",
				  .key_len = KEY_LEN,
				  .value_len = VALUE_LEN,
				  .max = 20};

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check(vv_kept *k, const char *key, const char *value)
{
	const uint8_t *got = vv_kept_get(k, key);

	must(got && memcmp(got, value, VALUE_LEN) == 0);
}

static void use(const uint8_t *data, size_t size)
{
	const char *file = vv_fuzz_file(data, size);
	vv_buf listed = VV_BUF_INIT;
	vv_kept *k = NULL;
	vv_error err;

	must(vv_kept_open(&k, file, &form, 0, &err) == VV_OK && vv_kept_count(k) <= form.max);
	must(vv_kept_list(k, SIZE_MAX, &listed, &err) == VV_OK);
	must(listed.len == vv_kept_count(k) * (KEY_LEN + VALUE_LEN));
	if (listed.len > 0) {
		char first[KEY_LEN];

		memcpy(first, listed.data, KEY_LEN);
		must(vv_kept_get(k, first) != NULL);
		vv_kept_drop(k, first);
		check(k, first, "\0\0\0");
	}
	must(vv_kept_put(k, "new", "that", &err) == VV_OK);
	for (unsigned i = 0; i < 50; i++) {
		char key[KEY_LEN + 1] = {(char)i, '.', '.'};

		must(vv_kept_put(k, key, "many", &err) == VV_OK);
		check(k, "new", "that");
	}
	must(vv_kept_save(k, &err) == VV_OK);
	vv_kept_close(k);
	must(vv_kept_open(&k, file, &form, 0, &err) == VV_OK && vv_kept_count(k) == form.max);
	check(k, "new", "that");
	check(k, "\x31..", "many");
	vv_kept_close(k);
	vv_buf_clear(&listed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = vv_malloc(size);

	use(data, size);
	if (copy && size >= 8) {
		memcpy(copy, data, size);
		vv_put_le64(copy + size - 8, vv_xxh3(copy, size - 8, 0));
		use(copy, size);
	}
	vv_free(copy);
	return 0;
}
