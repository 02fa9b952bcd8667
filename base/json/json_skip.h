/*
 * json_skip: finds the ends of values in JSON text. The text must be well-formed; otherwise a returned
 * position has no meaning, but it is never beyond `end`.
 */
#ifndef VV_BASE_JSON_JSON_SKIP_H
#define VV_BASE_JSON_JSON_SKIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ascii.h"

/* Returns the position of the first byte at or after p that is not white space, or end if all bytes
 * are white space. */
static inline const char *vv_json_skip_space(const char *p, const char *end)
{
	while (p < end && vv_is_space(*p)) {
		p++;
	}
	return p;
}
/* Returns the position after the string whose opening quote is at p. */
const char *vv_json_skip_string(const char *p, const char *end);
/* Returns the position after the value that begins at p. */
const char *vv_json_skip_value(const char *p, const char *end);

/* Returns true if the whole text is a number as defined by RFC 8259. For example, "007", "+1", ".5" and
 * "1." are not numbers. */
bool vv_json_is_number(const char *p, size_t len);

#endif
