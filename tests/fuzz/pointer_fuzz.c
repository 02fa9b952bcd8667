/*
 * Reads the input as a pointer. An accepted pointer must be written again to the same
 * bytes; a refusal must have a message. Likewise as one that git merged as text.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/git/pointer.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf again = VV_BUF_INIT;
	vv_pointer p;
	vv_error err;
	vv_status rc = vv_pointer_read(&p, &arena, data, size, &err);

	if (rc == VV_OK) {
		require(vv_pointer_looks_like(data, size));
		vv_pointer_put(&again, &p);
		require(!again.failed && vv_pointer_is_text(&again, data, size));
	} else {
		require(rc == VV_EINPUT || rc == VV_ENOSUPPORT);
		require(err.code == rc && err.message[0] != '\0' && !strchr(err.message, '\n'));
	}
	(void)vv_pointer_is_torn((const char *)data, size);
	require(vv_pointer_refuse_torn((const char *)data, size, NULL, &err) == VV_EINPUT &&
		err.hint_id != VV_HINT_NONE);
	vv_buf_clear(&again);
	vv_arena_clear(&arena);
	return 0;
}
