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

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9') {
		p++;
	}
	return p;
}

bool vv_json_is_number(const char *p, size_t len)
{
	const char *end = p + len;

	if (p < end && *p == '-') {
		p++;
	}
	const char *digits = p;
	p = skip_digits(p, end);
	if (p == digits || (*digits == '0' && p > digits + 1)) return false;
	if (p < end && *p == '.') {
		digits = ++p;
		p = skip_digits(p, end);
		if (p == digits) return false;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-')) {
			p++;
		}
		digits = p;
		p = skip_digits(p, end);
		if (p == digits) return false;
	}
	return p == end;
}
