/*
 * Loads the input as a scan cache, as it is and with its checksum and its hash of the
 * secret made right. What is taken must be written again as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "dataset/table/scan_cache.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"

#define SECRET 42u
#define CID_AT 8u
#define CHECK_AT (CID_AT + VV_CID_BYTES)

/* Of a cache that this secret made. */
static uint64_t check_of_secret(void)
{
	static uint64_t check;
	vv_scan_cache c = {.entries = NULL};
	vv_buf bytes = VV_BUF_INIT;
	const char *file = vv_fuzz_file("", 0);
	vv_error err;

	if (check == 0) {
		memset(&c, 0, sizeof(c));
		c.root.codec = VV_CODEC_RAW;
		if (vv_scan_cache_save(&c, file, SECRET, &err) < 0 ||
		    vv_read_file(&bytes, file, 4096, &err) < 0 || bytes.len < CHECK_AT + 8) {
			abort();
		}
		check = vv_get_le64((const uint8_t *)bytes.data + CHECK_AT);
		vv_buf_clear(&bytes);
	}
	return check;
}

static void load(const uint8_t *data, size_t size)
{
	vv_scan_cache *c = NULL;
	vv_buf again = VV_BUF_INIT;
	const char *file = vv_fuzz_file(data, size);
	vv_cid root;
	vv_error err;

	if (vv_cid_read(&root, data + CID_AT, VV_CID_BYTES, &err) < 0) {
		memset(&root, 0, sizeof(root));
		root.codec = VV_CODEC_RAW;
	}
	if (vv_scan_cache_load(&c, file, &root, SECRET, &err) < 0) {
		abort();
	}
	if (c) {
		if (vv_scan_cache_save(c, file, SECRET, &err) < 0 ||
		    vv_read_file(&again, file, size + 1, &err) < 0 || again.len != size ||
		    memcmp(again.data, data, size) != 0) {
			abort();
		}
	}
	vv_buf_clear(&again);
	vv_scan_cache_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < CHECK_AT + 16) return 0;
	load(data, size);
	copy = vv_malloc(size);
	if (copy) {
		memcpy(copy, data, size);
		vv_put_le64(copy + CHECK_AT, check_of_secret());
		vv_put_le64(copy + size - 8, vv_xxh3(copy, size - 8, 0));
		load(copy, size);
		vv_free(copy);
	}
	return 0;
}
