/*
 * Loads the input as a scan cache, as it is and with its checksum made right. What is taken must be written again as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "dataset/read/scan_cache.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"

#define SECRET 42u
#define CID_AT 8u

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

	if (size < CID_AT + VV_CID_BYTES + 8) return 0;
	load(data, size);
	copy = vv_malloc(size);
	if (copy) {
		memcpy(copy, data, size);
		vv_put_le64(copy + size - 8, vv_xxh3(copy, size - 8, SECRET));
		load(copy, size);
		vv_free(copy);
	}
	return 0;
}
