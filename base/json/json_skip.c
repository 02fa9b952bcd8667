/*
 * json_skip: where strings and values of JSON end (RFC 8259).
 */
#include "base/json/json_skip.h"

#include <stddef.h>

const char *vv_json_skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++) {
		p += *p == '\\' && p + 1 < end;
	}
	return p < end ? p + 1 : end;
}

const char *vv_json_skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		if (*p == '"') {
			p = vv_json_skip_string(p, end);
		} else if (*p == '{' || *p == '[') {
			depth++;
			p++;
		} else if (depth > 0) {
			depth -= *p == '}' || *p == ']';
			p++;
		} else {
			while (p < end && !vv_is_space(*p) && *p != ',' && *p != '}' && *p != ']') {
				p++;
			}
		}
		if (depth == 0) return p;
	}
	return p;
}
