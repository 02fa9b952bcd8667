/*
 * guess_encoding: the encoding of a text that declares none, such as windows-1252.
 */
#ifndef VV_DATASET_READ_GUESS_ENCODING_H
#define VV_DATASET_READ_GUESS_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Judges the first bytes of a file (at_end: all of them). *name: as in vv_encoding_find; empty: no decoding, since it is
 * UTF-8, not text, or unclear. before: the encoding of the previous version, NULL: none. If that was UTF-8 (empty) no
 * other encoding is guessed. */
vv_status vv_guess_encoding(char *name, const char *sample, size_t len, bool at_end,
			    const char *before, vv_error *err);

/* The byte order of UTF-16 by its NULs, regardless of its mark; NULL: unclear. */
const char *vv_guess_utf16_order(const char *sample, size_t len);

#endif
