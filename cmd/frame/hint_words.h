/*
 * hint_words: writes a hint of the library as a sentence (vv_hint_words_fn in base/error.h).
 */
#ifndef VV_CMD_FRAME_HINT_WORDS_H
#define VV_CMD_FRAME_HINT_WORDS_H

#include <stddef.h>

#include "base/error.h"

/* Writes the sentence of the hint called name to out, which has size bytes. Arguments are escaped
 * for a terminal, and paths of the repository are shown relative to the folder set by
 * vv_hint_words_stand. Writes "" if the name is unknown, or if the sentence does not fit. */
void vv_hint_words(char *out, size_t size, const char *name, const char *const args[VV_HINT_ARGS]);

/* Returns a path of the repository as a word of a command that the user may type in the current
 * folder (vv_text_put_word), in a rotating buffer (base/show.h). */
const char *vv_hint_path(const char *path);

/* Sets the user's current folder, as a path relative to the top of the repository; folder is copied.
 * "": the top, or a folder outside of the repository. */
void vv_hint_words_stand(const char *folder);

#endif
