/*
 * Checks the input as a DAG-CBOR block. An accepted block has only one
 * encoding: reading it value by value and writing it again results in the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/blocks/cbor.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void copy_scalar(vv_cbor *c, vv_cbor_type type, vv_buf *out)
{
	const uint8_t *bytes;
	const char *text;
	uint64_t u;
	size_t len;
	vv_cid cid;
	bool flag;
	const uint8_t *start = c->p;

	switch (type) {
	case VV_CBOR_UINT:
		require(vv_cbor_get_uint(c, &u, NULL) == VV_OK);
		vv_cbor_put_uint(out, u);
		break;
	case VV_CBOR_NEGATIVE:
		require(vv_cbor_skip(c, NULL) == VV_OK);
		vv_buf_put(out, start, (size_t)(c->p - start));
		break;
	case VV_CBOR_BYTES:
		require(vv_cbor_get_bytes(c, &bytes, &len, NULL) == VV_OK);
		vv_cbor_put_bytes(out, bytes, len);
		break;
	case VV_CBOR_TEXT:
		require(vv_cbor_get_text(c, &text, &len, NULL) == VV_OK);
		vv_cbor_put_text(out, text, len);
		break;
	case VV_CBOR_LINK:
		require(vv_cbor_get_link(c, &cid, NULL) == VV_OK);
		vv_cbor_put_link(out, &cid);
		break;
	case VV_CBOR_BOOL:
		require(vv_cbor_get_bool(c, &flag, NULL) == VV_OK);
		vv_cbor_put_bool(out, flag);
		break;
	default:
		require(vv_cbor_get_null(c, NULL) == VV_OK);
		vv_cbor_put_null(out);
	}
}

/* Order and nesting were checked: the heads alone carry the structure. */
static void copy_all(const uint8_t *data, size_t size, vv_buf *out)
{
	vv_cbor_type type;
	size_t count;

	vv_cbor c = vv_cbor_of(data, size);
	while (vv_cbor_end(&c, NULL) < 0) {
		require(vv_cbor_peek(&c, &type, NULL) == VV_OK);
		if (type == VV_CBOR_ARRAY) {
			require(vv_cbor_get_array(&c, &count, NULL) == VV_OK);
			vv_cbor_put_array(out, count);
		} else if (type == VV_CBOR_MAP) {
			require(vv_cbor_get_map(&c, &count, NULL) == VV_OK);
			vv_cbor_put_map(out, count);
		} else {
			copy_scalar(&c, type, out);
		}
	}
}

static vv_status count_link(void *payload, const vv_cid *link, vv_error *err)
{
	(void)err;
	require(!vv_cid_is_null(link));
	(*(size_t *)payload)++;
	return VV_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_buf again = VV_BUF_INIT;
	size_t links = 0;
	vv_error err;
	vv_cbor c;

	if (vv_cbor_check(data, size, &err) == VV_OK) {
		copy_all(data, size, &again);
		require(again.len == size && memcmp(again.data, data, size) == 0);
		require(vv_cbor_links(data, size, count_link, &links, &err) == VV_OK);
		c = vv_cbor_of(data, size);
		require(vv_cbor_skip(&c, &err) == VV_OK && c.p == data + size);
	} else {
		require(err.code == VV_ECORRUPT && err.message[0] != '\0');
		require(vv_cbor_links(data, size, count_link, &links, &err) < 0 && links == 0);
	}
	vv_buf_clear(&again);
	return 0;
}
