/*
 * hint_words: words a hint of the library as a sentence (vv_hint_words_fn in base/error.h).
 */
#ifndef VV_CMD_FRAME_HINT_WORDS_H
#define VV_CMD_FRAME_HINT_WORDS_H

#include <stddef.h>

#include "base/error.h"

/* Arguments are escaped for a terminal, and paths of the repository are shown relative to the
 * folder of vv_hint_words_stand. */
void vv_hint_words(char *out, size_t size, const char *name, const char *const args[VV_HINT_ARGS]);

/* Sets the user's current folder, repository-relative; "": at the top, or outside. */
void vv_hint_words_stand(const char *folder);

#endif
