/*
 * hint_text: appends the sentence of a hint to a text that is not an error, such as a line of a
 * report, a warning or a finding.
 */
#ifndef VV_BASE_HINT_TEXT_H
#define VV_BASE_HINT_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hint.h"

/* Appends the text `before`, then the sentence that words() writes for a hint's code and its
 * arguments: vv_hint_put(&b, "; ", words, VV_HINT_FIX, path). Returns true if a sentence was appended.
 * Appends nothing if words is NULL or writes no sentence, or if the code is VV_HINT_NONE. */
#define vv_hint_put(...) vv_hint_put_words(__VA_ARGS__, NULL, NULL, NULL)
/* Does the work of vv_hint_put; the list of arguments ends with NULL. */
bool vv_hint_put_words(vv_buf *out, const char *before, vv_hint_words_fn words, vv_hint_id id,
		       const char *a, const char *b, const char *c, ...);

#endif
