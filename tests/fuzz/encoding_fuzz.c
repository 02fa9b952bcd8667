/*
 * Decodes the input in one of the encodings, in pieces, and encodes it again: if the text equals that of the whole input, the
 * bytes must be the same. The first byte chooses the encoding, the second the size of the pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "dataset/format/dialect.h"
#include "dataset/read/encoding.h"
#include "dataset/read/guess_encoding.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void decode(vv_encoding *e, vv_buf *text, const char *s, size_t len, size_t step)
{
	size_t from = 0, to = 0, used;
	vv_error err;

	while (from < len) {
		to = len - to < step ? len : to + step;
		require(vv_encoding_decode(e, text, s + from, to - from, to == len, &used, &err) ==
			VV_OK);
		require(used <= to - from && (to < len || used == to - from));
		from += used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"windows-1252", "windows-1253", "IBM850", "windows-31j",
					    "EUC-JP",       "GB18030",      "Big5",   "UHC",
					    "UTF-16LE",     "UTF-16BE",     "KOI8-R", "EUC-KR"};
	const char *s = (const char *)data + 2;
	vv_buf whole = VV_BUF_INIT, text = VV_BUF_INIT, back = VV_BUF_INIT;
	char name[VV_ENCODING_MAX];
	vv_encoding *e;
	vv_error err;
	size_t used;

	if (size < 2 || size > 16384) return 0;
	size -= 2;
	require(vv_guess_encoding(name, s, size, data[1] & 1, NULL, &err) == VV_OK);
	require(vv_encoding_open(&e, names[data[0] % 12], &err) == VV_OK);
	decode(e, &whole, s, size, size + 1);
	decode(e, &text, s, size, data[1] % 64 + 1u);
	/* Bytes that the encoding lacks may be characters of UTF-8 when they meet: then a file is refused. */
	if (vv_encoding_encode(e, &back, vv_buf_cstr(&text), text.len, true, &used, &err) ==
	    VV_OK) {
		require(used == text.len);
		if (data[0] % 12 == 8 || data[0] % 12 == 9) {
			require(size % 2 != 0 ||
				(back.len == size && memcmp(vv_buf_cstr(&back), s, size) == 0));
		}
	}
	vv_encoding_close(e);
	vv_buf_clear(&whole);
	vv_buf_clear(&text);
	vv_buf_clear(&back);
	return 0;
}
