/*
 * Rewrites any text as SQL: what names neither a version nor a function of varve stays as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/sql/work/rewrite.h"
#include "tests/fuzz/fuzz.h"

/* Letters of either case; word is in lower case. */
static bool has_word(const uint8_t *data, size_t size, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= size; i++) {
		size_t n = 0;

		while (n < len && (data[i + n] | 0x20) == word[n]) {
			n++;
		}
		if (n == len) return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of just this size, so that reading on is seen. */
	char *text = malloc(size > 0 ? size : 1);
	vv_buf out = VV_BUF_INIT;

	if (!text) return 0;
	memcpy(text, data, size);
	vv_sql_rewrite(&out, text, size);
	if (!has_word(data, size, "of") && !has_word(data, size, "varve") &&
	    (out.len != size || memcmp(vv_buf_cstr(&out), text, size) != 0)) {
		abort();
	}
	vv_buf_clear(&out);
	free(text);
	return 0;
}
