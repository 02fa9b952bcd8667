/*
 * beginning: see beginning.h.
 */
#include "lib/names/beginning.h"

vv_status vv_beginning_take(void *beginning, const void *bytes, size_t len, vv_error *err)
{
	vv_beginning *b = beginning;
	const size_t room = b->most - b->bytes.len;

	b->more = len > room;
	vv_buf_put(&b->bytes, bytes, b->more ? room : len);
	return b->more ? vv_fail(err, VV_EREFUSED, "there are more bytes than %zu", b->most)
		       : vv_buf_ok(&b->bytes, err);
}

void vv_beginning_clear(vv_beginning *b)
{
	vv_buf_clear(&b->bytes);
}
