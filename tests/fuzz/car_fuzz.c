/*
 * Reads the input as a CAR file, in pieces whose size is part of it. Every block
 * has the hash in its CID; a refusal has a message.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "transport/ipfs/car.h"

typedef struct input {
	const uint8_t *p;
	size_t left, step;
} input;

static ssize_t read_some(void *payload, void *buf, size_t len, vv_error *err)
{
	input *in = payload;

	(void)err;
	len = len < in->left ? len : in->left;
	len = len < in->step ? len : in->step;
	if (len > 0) {
		memcpy(buf, in->p, len);
	}
	in->p += len;
	in->left -= len;
	return (ssize_t)len;
}

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input in = {data, size, size > 0 ? data[size - 1] + 1u : 1};
	vv_car_reader *r = NULL;
	vv_buf block = VV_BUF_INIT;
	vv_cid cid, made;
	size_t count;
	vv_error err;
	int more;

	if (vv_car_reader_open(&r, read_some, &in, &err) < 0) {
		require(err.message[0] != '\0' && r == NULL);
		return 0;
	}
	(void)vv_car_roots(r, &count);
	require(count <= VV_CAR_ROOTS_MAX);
	while ((more = vv_car_next(r, &cid, &block, &err)) > 0) {
		require(block.len <= VV_BLOCK_MAX);
		require(vv_cid_of(&made, cid.codec, vv_buf_cstr(&block), block.len, &err) ==
				VV_OK &&
			vv_cid_equal(&made, &cid));
	}
	require(more == 0 || (err.code == VV_EINPUT && err.message[0] != '\0'));
	require(vv_car_offset(r) <= size);
	vv_car_reader_close(r);
	vv_buf_clear(&block);
	return 0;
}
