/*
 * Reads the input as a root: an accepted root is written again to the same bytes, and its
 * dialect can be described.
 */
#include <stdlib.h>
#include <string.h>

#include "dataset/table/root.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_buf again = VV_BUF_INIT, words = VV_BUF_INIT;
	vv_dialect usual;
	vv_root root;

	vv_root_init(&root);
	vv_dialect_init(&usual);
	if (vv_root_decode(&root, data, size, NULL) == VV_OK) {
		require(vv_root_encode(&again, &root, NULL) == VV_OK);
		require(again.len == size && memcmp(again.data, data, size) == 0);
		vv_dialect_describe(&words, &root.dialect);
		vv_dialect_describe_change(&words, &usual, &root.dialect, true);
		vv_dialect_describe_change(&words, &root.dialect, &usual, false);
	}
	vv_root_clear(&root);
	vv_dialect_clear(&usual);
	vv_buf_clear(&again);
	vv_buf_clear(&words);
	return 0;
}
