/*
 * key_words: quotes within quotes are doubled.
 */
#include "dataset/schema/key_words.h"

#include <string.h>

#include "base/codec.h"

void vv_key_word_put(vv_buf *out, size_t i, size_t count, const char *text, size_t len)
{
	vv_buf_puts(out, i > 0 ? "," : "");
	if (count < 2 || len == 0 || (text[0] != '"' && !memchr(text, ',', len))) {
		vv_buf_put(out, text, len);
		return;
	}
	vv_doubled_put(out, '"', text, len);
}

/* One in quotes, from after the first; what follows the last. NULL: there is none. */
static const char *unquote(char *to, const char *at, size_t *len)
{
	*len = 0;
	for (; *at; at++) {
		if (*at == '"' && *++at != '"') return at;
		to[(*len)++] = *at;
	}
	return NULL;
}

int vv_key_words_read(vv_cell *out, size_t count, const char *text, vv_arena *arena, vv_error *err)
{
	const char *at = text;

	for (size_t i = 0; i < count; i++) {
		size_t len = count > 1 ? strcspn(at, ",") : strlen(at);
		char *value = vv_arena_strndup(arena, at, strlen(at));

		if (!value) return (int)vv_fail_nomem(err);
		if (count > 1 && *at == '"') {
			if (!(at = unquote(value, at + 1, &len))) return 0;
		} else {
			at += len;
		}
		if (*at != (i + 1 < count ? ',' : '\0')) return 0;
		at++;
		value[len] = '\0';
		out[i] = (vv_cell){.text = value, .len = (uint32_t)len, .state = VV_CELL_TEXT};
	}
	return 1;
}
