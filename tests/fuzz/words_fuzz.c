/*
 * Reads the input as one of the short texts that others write: a CID as text or bytes, the owner of a lock,
 * and a user file. The first byte chooses the kind. Accepted text is the same when it is written again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/holder.h"
#include "base/sys.h"
#include "repo/blocks/cid.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"
#include "transport/server/auth.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void try_cid_text(const char *text, size_t len)
{
	char again[VV_CID_TEXT + 1];
	vv_cid cid;
	vv_error err;
	vv_status rc = vv_cid_parse(&cid, text, len, &err);

	if (rc < 0) {
		require(err.message[0] != '\0');
		return;
	}
	vv_cid_text(again, &cid);
	require(strlen(again) == len && memcmp(again, text, len) == 0);
}

static void try_cid_bytes(const uint8_t *bytes, size_t len)
{
	uint8_t again[VV_CID_BYTES];
	vv_cid cid;
	vv_error err;

	if (vv_cid_read(&cid, bytes, len, &err) == VV_OK) {
		vv_cid_write(again, &cid);
		require(len == sizeof(again) && memcmp(again, bytes, len) == 0);
	}
}

static void try_holder(const char *text)
{
	char once[VV_HOLDER_TEXT], twice[VV_HOLDER_TEXT];
	vv_holder h, again;

	if (vv_holder_parse(&h, text)) {
		vv_holder_text(once, &h);
		require(vv_holder_parse(&again, once));
		vv_holder_text(twice, &again);
		require(strcmp(once, twice) == 0);
	}
}

static void try_users(const void *bytes, size_t len)
{
	vv_http_auth *a = NULL;
	vv_error err = {0};
	vv_status rc = vv_http_auth_open(&a, vv_fuzz_file(bytes, len), &err);

	require(rc == VV_OK || err.message[0] != '\0');
	vv_http_auth_close(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	size_t len;

	if (size == 0 || size > 65536) return 0;
	len = size - 1;
	text = vv_strndup((const char *)data + 1, len);
	require(text != NULL);
	switch (data[0] % 4) {
	case 0:
		try_cid_text((const char *)data + 1, len);
		break;
	case 1:
		try_cid_bytes(data + 1, len);
		break;
	case 2:
		try_holder(text);
		break;
	default:
		try_users(data + 1, len);
		break;
	}
	vv_free(text);
	return 0;
}
