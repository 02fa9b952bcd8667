/*
 * Reads the input as the file "condemned" of a store. What is refused reports why and leaves nothing; what is taken names
 * no more versions and packs than there are lines.
 */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "transport/places/packs/condemned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_condemned c;
	vv_error err;
	size_t lines = 0;
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_put(&text, data, size);
	const vv_status rc = vv_condemned_read(&c, vv_buf_cstr(&text), size, &err);

	for (size_t i = 0; i < size; i++) {
		lines += data[i] == '\n';
	}
	const size_t named = vv_cid_map_count(&c.versions) + vv_cid_map_count(&c.packs);
	if (rc == VV_OK ? named + 1 > lines : !err.message[0] || vv_condemned_any(&c)) {
		abort();
	}
	vv_condemned_clear(&c);
	return 0;
}
