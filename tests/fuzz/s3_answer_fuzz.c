/*
 * Reads the input as a page of a list of an S3 store, of a list of versions, and as an error. Keys are not empty and end
 * at their NUL; there is a token, or no next page; a refusal has a message.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "transport/places/s3_answer.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static vv_status on_entry(void *payload, const vv_listed *e, vv_error *err)
{
	size_t *keys = payload;

	(void)err;
	require(e->name[0] != '\0');
	(*keys)++;
	return VV_OK;
}

static vv_status on_old(void *payload, const vv_old_object *o, vv_error *err)
{
	size_t *keys = payload;

	(void)err;
	require(o->name[0] != '\0' && o->version[0] != '\0');
	(*keys)++;
	return VV_OK;
}

static void read_versions(const uint8_t *data, size_t size)
{
	vv_buf key = VV_BUF_INIT, version = VV_BUF_INIT;
	vv_error err;
	size_t keys = 0;
	const vv_status rc = vv_s3_versions_read((const char *)data, size, on_old, &keys, &key,
						 &version, &err);

	require(rc == VV_OK || ((rc == VV_ECORRUPT || rc == VV_ENOMEM) && err.message[0]));
	require(keys <= size);
	vv_buf_clear(&key);
	vv_buf_clear(&version);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_buf token = VV_BUF_INIT;
	vv_s3_error e;
	vv_error err;
	size_t keys = 0;
	vv_status rc;

	rc = vv_s3_list_read((const char *)data, size, on_entry, &keys, &token, &err);
	require(rc == VV_OK || ((rc == VV_ECORRUPT || rc == VV_ENOMEM) && err.message[0]));
	require(keys <= size);
	if (vv_s3_error_read(&e, (const char *)data, size)) {
		require(rc != VV_OK && e.code[0]);
		require(memchr(e.code, '\0', sizeof(e.code)) &&
			memchr(e.message, '\0', sizeof(e.message)) &&
			memchr(e.region, '\0', sizeof(e.region)));
	}
	vv_buf_clear(&token);
	read_versions(data, size);
	return 0;
}
