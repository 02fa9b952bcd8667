/*
 * guess_encoding: the encoding of a text that declares none, such as windows-1252.
 */
#ifndef VV_DATASET_READ_GUESS_ENCODING_H
#define VV_DATASET_READ_GUESS_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Judges the first bytes of a file (at_end: all of them). *name: as vv_encoding_find has it; empty: it is read as it is,
 * since it is UTF-8, no text, or not clear. before: what the version before was written in, NULL: there is none. One
 * that was UTF-8 (empty) is not guessed to be something else. */
vv_status vv_guess_encoding(char *name, const char *sample, size_t len, bool at_end,
			    const char *before, vv_error *err);

/* The byte order of UTF-16 by its NULs, whatever its mark; NULL: they do not tell. */
const char *vv_guess_utf16_order(const char *sample, size_t len);

#endif
