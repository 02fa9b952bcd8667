/*
 * Reads the input as an Arrow stream or file, in pieces whose size its last byte has, and writes its rows as NDJSON: every
 * accepted batch can be read. A refusal has a message.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/arrow/in/rewrite.h"
#include "lib/arrow/ipc_reader.h"
#include "tests/fuzz/fuzz.h"

#define OUTPUT_MAX ((size_t)1 << 20) /* a few bytes can mean many rows */

typedef struct input {
	const uint8_t *bytes;
	size_t len, at, step;
} input;

static ssize_t read_some(void *payload, void *buf, size_t len, vv_error *err)
{
	input *in = payload;

	(void)err;
	len = len < in->len - in->at ? len : in->len - in->at;
	len = len < in->step ? len : in->step;
	if (len > 0) {
		memcpy(buf, in->bytes + in->at, len);
	}
	in->at += len;
	return (ssize_t)len;
}

static vv_status read_again(void *payload, vv_error *err)
{
	(void)err;
	((input *)payload)->at = 0;
	return VV_OK;
}

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const rewrite_options how;
	static char piece[64 << 10];
	const size_t last = size > 0 ? data[size - 1] : 0;
	input in = {data, size, 0, last * last + 1};
	const vv_source source = {.read = read_some,
				  .again = last % 2 ? read_again : NULL,
				  .payload = &in,
				  .name = "in"};
	struct ArrowArrayStream stream;
	rewrite *w;
	size_t made = 0;
	ssize_t got = 0;
	vv_error err = {.code = VV_OK};

	if (vv_arrow_ipc_read(&stream, &source, &err) < 0) {
		require(err.message[0] != '\0' && !stream.release);
		return 0;
	}
	if (rewrite_open(&w, &stream, NULL, "x.ndjson", &how, &err) < 0) {
		require(err.message[0] != '\0' && !stream.release);
		return 0;
	}
	while (made < OUTPUT_MAX && (got = rewrite_read(w, piece, sizeof(piece), &err)) > 0) {
		made += (size_t)got;
	}
	require(got >= 0 || err.message[0] != '\0');
	require(got != 0 || made >= OUTPUT_MAX || in.at == size);
	rewrite_close(w);
	return 0;
}
