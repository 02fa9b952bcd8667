/*
 * The record of a signed head, from a stranger: a record that is read is written in the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/git/history/head_record.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_auto(vv_head_record) r = {.number = 0};
	vv_auto(vv_buf) again = VV_BUF_INIT;

	if (vv_head_record_read(&r, (const char *)data, size, VV_IGNORED) == VV_OK) {
		vv_head_record_put(&again, &r);
		if (again.len != size || memcmp(again.data, data, size) != 0) {
			abort();
		}
	}
	return 0;
}
