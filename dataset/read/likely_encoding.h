/*
 * likely_encoding: guesses the encoding of a text that is not UTF-8, for messages.
 */
#ifndef VV_DATASET_READ_LIKELY_ENCODING_H
#define VV_DATASET_READ_LIKELY_ENCODING_H

#include <stddef.h>

/* Returns iconv's name of the most likely encoding of s[0 .. len); a constant, never NULL. */
const char *vv_likely_encoding(const char *s, size_t len);

#endif
