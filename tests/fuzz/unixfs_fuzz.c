/*
 * Reads the input as a node of a UnixFS file. An accepted node is written again to the same bytes,
 * and its sizes add up; a refusal has a message.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "tests/fuzz/fuzz.h"
#include "transport/ipfs/unixfs_node.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_unixfs_link *links;
	vv_buf again = VV_BUF_INIT;
	uint64_t sum = 0;
	size_t count;
	vv_error err;

	if (vv_unixfs_node_decode(&links, &count, data, size, &err) < 0) {
		require(!links && count == 0);
		require((err.code == VV_ECORRUPT || err.code == VV_ENOMEM) && err.message[0]);
		return 0;
	}
	require(count > 0 && count <= VV_UNIXFS_WIDTH);
	for (size_t i = 0; i < count; i++) {
		require(!__builtin_add_overflow(sum, links[i].bytes, &sum));
	}
	require(vv_unixfs_node_encode(&again, links, count, &err) == VV_OK);
	require(again.len == size && memcmp(again.data, data, size) == 0);
	vv_free(links);
	vv_buf_clear(&again);
	return 0;
}
