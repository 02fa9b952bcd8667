/*
 * Opens the input as a pack's index, as it is and with its checksum made right,
 * reads it completely, and searches it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/pack_index.h"
#include "tests/fuzz/fuzz.h"

#define HASH_AT 8u
#define LARGE ((size_t)1 << 20)

static void search(const vv_pack_index *x)
{
	static const uint64_t prefixes[] = {0, 1, 0x0102030405060708, UINT64_MAX / 2, UINT64_MAX};
	uint64_t first, count, offset, i;
	vv_error err;

	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		if (vv_pack_index_find(x, prefixes[i], &first, &count, &err) == VV_OK &&
		    count > 0 && first + count > vv_pack_index_count(x)) {
			abort();
		}
	}
	for (i = 0; i < vv_pack_index_count(x) && i < 64; i++) {
		(void)vv_pack_index_offset(x, i, &offset, &err);
	}
	if (vv_pack_index_offset(x, vv_pack_index_count(x), &offset, &err) == VV_OK) {
		abort();
	}
}

static void try_bytes(const uint8_t *data, size_t size, const uint8_t *hash)
{
	vv_buf bytes = VV_BUF_INIT;
	vv_pack_index *x = NULL;
	vv_error err;

	vv_buf_put(&bytes, data, size);
	if (vv_pack_index_from(&x, &bytes, hash, &err) == VV_OK) {
		search(x);
		vv_pack_index_close(x);
	}
	vv_buf_clear(&bytes);
}

/* Longer than what is read at once: the bytes between are zeros (a hole). */
static void try_large_file(const uint8_t *data, size_t size, const uint8_t *hash)
{
	char path[] = "/tmp/varve-index-XXXXXX";
	int fd = mkstemp(path);
	vv_pack_index *x = NULL;
	vv_error err;

	if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size ||
	    ftruncate(fd, (off_t)(LARGE + size)) < 0) {
		abort();
	}
	if (vv_pack_index_open(&x, path, hash, false, &err) == VV_OK) {
		search(x);
		vv_pack_index_close(x);
	}
	(void)close(fd);
	(void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < HASH_AT + VV_PACK_HASH_LEN + 8) return 0;
	try_bytes(data, size, data + HASH_AT);
	copy = vv_malloc(size);
	if (copy) {
		memcpy(copy, data, size);
		vv_put_le64(copy + size - 8, vv_xxh3(copy, size - 8, 0));
		try_bytes(copy, size, data + HASH_AT);
		vv_free(copy);
	}
	/* Only if the count fits the length, there is anything to read. */
	if (vv_get_le64(data + 24) >= 4096) {
		try_large_file(data, size, data + HASH_AT);
	}
	return 0;
}
