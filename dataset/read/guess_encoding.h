/*
 * guess_encoding: guesses the encoding of a text without a declared one, such as windows-1252.
 */
#ifndef VV_DATASET_READ_GUESS_ENCODING_H
#define VV_DATASET_READ_GUESS_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Guesses the encoding by the first bytes of a file (at_end: by all its bytes). name gets the canonical name
 * (vv_encoding_find), or "" if the file is not to be decoded: it is UTF-8, is not a text, or its encoding is unclear.
 * before: the encoding of the previous version; "": UTF-8, so no other encoding is guessed; NULL: there is no
 * previous version. */
vv_status vv_guess_encoding(char *name, const char *sample, size_t len, bool at_end,
			    const char *before, vv_error *err);

/* Returns "UTF-16LE" or "UTF-16BE" by the places of zero bytes, regardless of a byte order mark. NULL: unclear. */
const char *vv_guess_utf16_order(const char *sample, size_t len);

#endif
