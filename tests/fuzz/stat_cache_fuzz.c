/*
 * Opens the input as a stat cache, as it is and with its checksum made right, asks it,
 * changes it, and opens what was saved.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/git/index/stat_cache.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"

#define NOW 2000000000

static void check(vv_stat_cache *c, const vv_stat *st, const vv_oid *id)
{
	vv_oid got;

	if (!vv_stat_cache_get(c, "new.csv", st, &got) || !vv_oid_equal(&got, id)) {
		abort();
	}
}

static void use(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"a.csv", "", "data/b.csv", "c.csv"};
	const char *file = vv_fuzz_file(data, size);
	vv_stat st = {.size = size, .mtime_sec = 1000000000, .ctime_sec = 1000000000};
	vv_stat_cache *c = NULL;
	vv_oid id;
	vv_error err;
	size_t i;

	memset(&id, 0x5a, sizeof(id));
	if (vv_stat_cache_open(&c, file, &err) < 0) {
		abort();
	}
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		vv_oid got;

		(void)vv_stat_cache_get(c, paths[i], &st, &got);
		vv_stat_cache_drop(c, paths[i]);
		if (vv_stat_cache_get(c, paths[i], &st, &got)) {
			abort();
		}
	}
	if (vv_stat_cache_set(c, "new.csv", &st, &id, NOW, 0, &err) < 0) {
		abort();
	}
	check(c, &st, &id);
	if (vv_stat_cache_save(c, &err) < 0) {
		abort();
	}
	vv_stat_cache_close(c);
	if (vv_stat_cache_open(&c, file, &err) < 0) {
		abort();
	}
	check(c, &st, &id);
	vv_stat_cache_close(c);
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
