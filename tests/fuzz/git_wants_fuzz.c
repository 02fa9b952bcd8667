/*
 * Reads the input as a request of git for objects. Each id that was read is in the input after "want "; a
 * request for the same ids reads as these; and a request that was read stays readable with one more want.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "tests/fuzz/fuzz.h"
#include "transport/server/git_wants.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void put_want(vv_buf *b, const vv_oid *id)
{
	vv_buf_printf(b, "0032want %s\n", vv_oid_shows(id));
}

static void require_in_input(const vv_oid *id, const char *data, size_t size)
{
	vv_buf want = VV_BUF_INIT;
	bool found = false;

	vv_buf_printf(&want, "want %s", vv_oid_shows(id));
	for (size_t at = 0; !found && size - at >= want.len; at++) {
		found = strncasecmp(data + at, want.data, want.len) == 0;
	}
	require(found);
	vv_buf_clear(&want);
}

static void require_same_again(const vv_oids *wants)
{
	vv_oids again = {0};
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_buf_puts(&b, "0011command=fetch0001");
	for (size_t i = 0; i < wants->count; i++) {
		put_want(&b, &wants->items[i]);
	}
	vv_buf_puts(&b, "0009done\n0000");
	require(vv_git_wants_read(&again, vv_buf_cstr(&b), b.len, &err) == VV_OK);
	require(again.count == wants->count);
	for (size_t i = 0; i < wants->count; i++) {
		require(vv_oid_equal(&again.items[i], &wants->items[i]));
	}
	vv_oids_clear(&again);
	vv_buf_clear(&b);
}

static void one_more(const char *data, size_t size, size_t count)
{
	static const vv_oid id = {{7}};
	vv_oids more = {0};
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_buf_put(&b, data, size);
	put_want(&b, &id);
	require(vv_git_wants_read(&more, vv_buf_cstr(&b), b.len, &err) == VV_OK);
	require(more.count == count + 1 && vv_oid_equal(&more.items[count], &id));
	vv_oids_clear(&more);
	vv_buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	vv_oids wants = {0};
	vv_error err;
	const vv_status rc = vv_git_wants_read(&wants, text, size, &err);

	require(rc == VV_OK || (rc == VV_EINPUT && err.message[0] != '\0'));
	for (size_t i = 0; i < wants.count; i++) {
		require_in_input(&wants.items[i], text, size);
	}
	if (rc == VV_OK) {
		require_same_again(&wants);
		one_more(text, size, wants.count);
	}
	vv_oids_clear(&wants);
	return 0;
}
