/*
 * likely_encoding: guesses the encoding of a text that is not UTF-8. Only messages use this guess.
 */
#ifndef VV_DATASET_READ_LIKELY_ENCODING_H
#define VV_DATASET_READ_LIKELY_ENCODING_H

#include <stddef.h>

/* Returns iconv's name of the most likely encoding; a constant, never NULL. */
const char *vv_likely_encoding(const char *s, size_t len);

#endif
