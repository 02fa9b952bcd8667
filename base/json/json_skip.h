/*
 * json_skip: moves from place to place in JSON that is known to be well formed. In other text, places are wrong, but
 * never beyond the end.
 */
#ifndef VV_BASE_JSON_JSON_SKIP_H
#define VV_BASE_JSON_JSON_SKIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ascii.h"

/* The first byte at or after p that is not white space; or end. */
static inline const char *vv_json_skip_space(const char *p, const char *end)
{
	while (p < end && vv_is_space(*p)) {
		p++;
	}
	return p;
}
/* After the string whose quote is at p. */
const char *vv_json_skip_string(const char *p, const char *end);
/* After the value that begins at p. */
const char *vv_json_skip_value(const char *p, const char *end);

/* Is all of it a number as RFC 8259 spells them? 007, +1, .5 and 1. are not. */
bool vv_json_is_number(const char *p, size_t len);

#endif
