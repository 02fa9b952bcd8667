/*
 * page_address: R/table/REV/PATH?key=A,B.
 */
#include "diff/write/page_address.h"

#include <string.h>

#include "base/ascii.h"
#include "dataset/schema/key_words.h"

/* As RFC 3986 has it, but '/' stays in paths. */
static void put_encoded(vv_buf *out, const char *text, size_t len, const char *also)
{
	for (size_t i = 0; i < len; i++) {
		if (vv_is_alnum(text[i]) || (text[i] && strchr("-._~", text[i])) ||
		    (text[i] && strchr(also, text[i]))) {
			vv_buf_putc(out, text[i]);
		} else {
			vv_buf_printf(out, "%%%02X", (unsigned char)text[i]);
		}
	}
}

void vv_page_row_put(vv_buf *out, const char *base, const char *commit, const char *path,
		     const vv_cell *const *key, size_t count, uint64_t number)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;
	size_t len = strlen(base);

	while (len > 0 && base[len - 1] == '/') {
		len--;
	}
	put_encoded(out, base, len, "/:?#[]@!$()*+,;=%");
	vv_buf_puts(out, "/table/");
	put_encoded(out, commit, strlen(commit), "");
	vv_buf_putc(out, '/');
	put_encoded(out, path, strlen(path), "/");
	if (count == 0) {
		vv_buf_printf(out, "?row=%llu", (unsigned long long)number);
	}
	for (size_t i = 0; i < count; i++) {
		vv_key_word_put(&words, i, count, key[i]->text, key[i]->len);
	}
	if (count > 0) {
		vv_buf_puts(out, "?key=");
		put_encoded(out, vv_buf_cstr(&words), words.len, "");
	}
	out->failed |= words.failed;
}
