/*
 * hint_words: puts arguments into the sentences of hint_table.
 */
#include "cmd/frame/hint_words.h"

#include <string.h>

#include "base/buf.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/frame/hint_table.h"

/* As it is where sh takes it for one word. */
static void put_shell_word(vv_buf *b, const char *word)
{
	size_t len = strlen(word),
	       plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "./_-+@~^=,");

	if (plain == len && len > 0) {
		vv_buf_put(b, word, len);
	} else {
		vv_text_put_quoted(b, word, len);
	}
}

void vv_hint_words(char *out, size_t size, const char *name, const char *const args[VV_HINT_ARGS])
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const char *words = vv_hint_table_find(name);

	out[0] = '\0';
	while (words && *words) {
		size_t len = strcspn(words, "%$");

		vv_buf_put(&b, words, len);
		words += len;
		if (*words && words[1] >= '1' && words[1] <= '0' + VV_HINT_ARGS) {
			const char *arg = args[words[1] - '1'];

			if (*words == '$') {
				put_shell_word(&b, arg);
			} else {
				vv_buf_puts(&b, vv_text_shows(arg));
			}
			words += 2;
		} else if (*words) {
			vv_buf_putc(&b, *words++);
		}
	}
	if (!b.failed && b.len > 0 && b.len < size) {
		memcpy(out, b.data, b.len);
		out[b.len] = '\0';
	}
}
