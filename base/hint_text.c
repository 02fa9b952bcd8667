/*
 * hint_text: gets the words of a hint from the program.
 */
#include "base/hint_text.h"

bool vv_hint_put_words(vv_buf *out, const char *before, vv_hint_words_fn words, vv_hint_id id,
		       const char *a, const char *b, const char *c, ...)
{
	const char *args[VV_HINT_ARGS] = {a, b, c};
	char text[16384] = ""; /* three paths */

	if (!words || id == VV_HINT_NONE) return false;
	for (size_t i = 0; i < VV_HINT_ARGS; i++) {
		args[i] = args[i] ? args[i] : "";
	}
	words(text, sizeof(text), vv_hint_name(id), args);
	if (text[0]) {
		vv_buf_printf(out, "%s%s", before, text);
	}
	return text[0] != '\0';
}
