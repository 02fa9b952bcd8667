/*
 * type_text: what an e-mail address, a URI, a UUID and base64 look like.
 */
#include "dataset/schema/type.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* A byte of a character outside of ASCII (RFC 6531 lets them stand in addresses). */
static bool is_wide(char c)
{
	return (unsigned char)c >= 0x80;
}

/* RFC 5321: atoms with single dots between. */
static bool is_dot_atom(const char *s, size_t len)
{
	bool dot = true; /* none may begin, end or follow another */

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (dot) {
				return false;
			}
			dot = true;
		} else if (is_alpha(s[i]) || is_digit(s[i]) || is_wide(s[i]) ||
			   is_one_of(s[i], "!#$%&'*+-/=?^_`{|}~")) {
			dot = false;
		} else {
			return false;
		}
	}
	return !dot;
}

static bool is_quoted_local(const char *s, size_t len)
{
	if (len < 2 || s[0] != '"' || s[len - 1] != '"') {
		return false;
	}
	for (size_t i = 1; i < len - 1; i++) {
		bool escaped = s[i] == '\\';

		if (escaped && ++i >= len - 1) {
			return false;
		}
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f || (s[i] == '"' && !escaped)) {
			return false;
		}
	}
	return true;
}

static bool is_domain(const char *s, size_t len)
{
	size_t label = 0;

	if (len == 0 || len > 253) {
		return false;
	}
	for (size_t i = 0; i <= len; i++) {
		if (i == len || s[i] == '.') {
			if (label == 0 || label > 63 || s[i - 1] == '-') {
				return false;
			}
			label = 0;
		} else if (is_alpha(s[i]) || is_digit(s[i]) || is_wide(s[i]) ||
			   (s[i] == '-' && label > 0)) {
			label++;
		} else {
			return false;
		}
	}
	return true;
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]" */
static bool is_address_literal(const char *s, size_t len)
{
	if (len < 3 || s[0] != '[' || s[len - 1] != ']') {
		return false;
	}
	for (size_t i = 1; i < len - 1; i++) {
		if (!is_alpha(s[i]) && !is_digit(s[i]) && s[i] != '.' && s[i] != ':' &&
		    s[i] != '-') {
			return false;
		}
	}
	return true;
}

bool vv_type_is_email(const char *s, size_t len)
{
	size_t at = len;

	while (at > 0 && s[at - 1] != '@') {
		at--;
	}
	if (at < 2 || at - 1 > 64) {
		return false;
	}
	return (is_dot_atom(s, at - 1) || is_quoted_local(s, at - 1)) &&
	       (is_domain(s + at, len - at) || is_address_literal(s + at, len - at));
}

/* RFC 3986: one bracketed IP literal where a host begins. */
static bool is_authority(const char *s, size_t len)
{
	size_t host = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '@') {
			if (host > 0) {
				return false;
			}
			host = i + 1;
		}
	}
	for (size_t i = 0; i < host; i++) {
		if (s[i] == '[' || s[i] == ']') {
			return false;
		}
	}
	if (host < len && s[host] == '[') {
		const char *end = memchr(s + host, ']', len - host);

		if (!end || end == s + host + 1) {
			return false;
		}
		for (const char *p = s + host + 1; p < end; p++) {
			if (!is_hex(*p) && !is_alpha(*p) && !is_one_of(*p, ":.-_~!$&'()*+,;=")) {
				return false;
			}
		}
		host = (size_t)(end - s) + 1;
		if (host < len && s[host] != ':') {
			return false;
		}
	} else {
		const char *colon = memchr(s + host, ':', len - host);

		host = colon ? (size_t)(colon - s) : len;
	}
	if (host < len && s[host] == ':') {
		host++;
	}
	while (host < len && is_digit(s[host])) {
		host++;
	}
	return host == len;
}

bool vv_type_is_uri(const char *s, size_t len)
{
	size_t i = 0, part, behind; /* behind scheme and colon; behind the authority */
	bool fragment = false;

	while (i < len &&
	       (is_alpha(s[i]) || (i > 0 && (is_digit(s[i]) || is_one_of(s[i], "+-."))))) {
		i++;
	}
	if (i == 0 || i == len || s[i] != ':') {
		return false;
	}
	behind = part = i + 1;
	if (len - part >= 2 && s[part] == '/' && s[part + 1] == '/') {
		for (behind = part + 2; behind < len && !is_one_of(s[behind], "/?#"); behind++) {
			;
		}
		if (!is_authority(s + part + 2, behind - part - 2)) {
			return false;
		}
	}
	for (i = part; i < len; i++) {
		if (s[i] == '%') {
			if (len - i < 3 || !is_hex(s[i + 1]) || !is_hex(s[i + 2])) {
				return false;
			}
		} else if (s[i] == '#') {
			if (fragment) {
				return false;
			}
			fragment = true;
		} else if (!is_alpha(s[i]) && !is_digit(s[i]) &&
			   !is_one_of(s[i], "-._~:/?@!$&'()*+,;=") &&
			   !(i < behind && is_one_of(s[i], "[]"))) {
			return false;
		}
	}
	return true;
}

bool vv_type_is_uuid(const char *s, size_t len)
{
	if (len != 36) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? s[i] != '-' : !is_hex(s[i])) {
			return false;
		}
	}
	return true;
}

bool vv_type_is_base64(const char *s, size_t len)
{
	size_t body = len;

	if (len % 4 != 0) {
		return false;
	}
	while (body > 0 && len - body < 2 && s[body - 1] == '=') {
		body--;
	}
	for (size_t i = 0; i < body; i++) {
		if (!is_alpha(s[i]) && !is_digit(s[i]) && s[i] != '+' && s[i] != '/') {
			return false;
		}
	}
	return true;
}
