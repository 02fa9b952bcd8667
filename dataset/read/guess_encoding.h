/*
 * guess_encoding: guesses the encoding of a file, such as windows-1252, if no encoding is declared.
 */
#ifndef VV_DATASET_READ_GUESS_ENCODING_H
#define VV_DATASET_READ_GUESS_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Guesses the encoding of a file from its first len bytes, sample. at_end: the sample is the whole
 * file. Writes the canonical name (vv_encoding_find) to name, which has room for VV_ENCODING_MAX
 * bytes. Writes "" if the file must not be decoded, because it is UTF-8, is not a text, or its
 * encoding is unclear. before: the encoding of the previous version, which is preferred if the
 * sample is valid in it; "": the previous version is UTF-8, and only UTF-16 is guessed instead;
 * NULL: no previous version exists. */
vv_status vv_guess_encoding(char *name, const char *sample, size_t len, bool at_end,
			    const char *before, vv_error *err);

/* Guesses the byte order of UTF-16 by the positions of zero bytes, regardless of a byte order mark.
 * Returns "UTF-16LE", "UTF-16BE", or NULL if the order is unclear. */
const char *vv_guess_utf16_order(const char *sample, size_t len);

#endif
