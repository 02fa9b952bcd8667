/*
 * schema.c: reads valid JSON in place.
 */
#include "schema.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *after_string(const char *at)
{
	for (at++; *at && *at != '"'; at++) {
		at += *at == '\\' && at[1];
	}
	return *at ? at + 1 : at;
}

/* Values nest: brackets are counted, and those in strings are not brackets. */
static const char *after_value(const char *at)
{
	size_t depth = 0;

	do {
		if (*at == '"') {
			at = after_string(at);
		} else if (*at == '{' || *at == '[') {
			depth++;
			at++;
		} else if (*at == '}' || *at == ']') {
			depth--;
			at++;
		} else {
			at += strcspn(at, depth > 0 ? "\"{}[]" : ",}]");
		}
	} while (*at && depth > 0);
	return at;
}

/* The value of an object's member; NULL: at is not an object, or has no such member. */
static const char *member(const char *at, const char *name)
{
	const size_t len = strlen(name);

	if (!at || *at != '{') return NULL;
	for (at++; *at == '"'; at += *at == ',') {
		const char *end = after_string(at);
		const bool is = (size_t)(end - at) == len + 2 && memcmp(at + 1, name, len) == 0;

		if (*end != ':') return NULL;
		if (is) return end + 1;
		at = after_value(end + 1);
	}
	return NULL;
}

/* The first value of an array, and the value after another; NULL: none. */
static const char *first_element(const char *array)
{
	return array && *array == '[' && array[1] != ']' ? array + 1 : NULL;
}

static const char *next_element(const char *at)
{
	at = after_value(at);
	return *at == ',' ? at + 1 : NULL;
}

static uint32_t hexadecimal(const char *at)
{
	char digits[5] = {0};

	memcpy(digits, at, 4);
	return (uint32_t)strtoul(digits, NULL, 16);
}

static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	const size_t more = 1 + (c >= 0x800) + (c >= 0x10000);
	static const uint8_t leads[] = {0, 0xc0, 0xe0, 0xf0};

	for (size_t i = more; i > 0; i--, c >>= 6) {
		to[i] = (char)(0x80 | (c & 0x3f));
	}
	to[0] = (char)(leads[more] | c);
	return more + 1;
}

/* Decodes the escape at *at, and moves *at after it; returns 0 for a NUL and half of a surrogate pair. */
static size_t put_escape(char *to, const char **at)
{
	static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
	const char letter = (*at)[1], *known = strchr(letters, letter);

	if (letter == 'u' && strlen(*at) >= 6) {
		uint32_t c = hexadecimal(*at + 2);

		*at += 6;
		if (c >= 0xd800 && c < 0xdc00 && (*at)[0] == '\\' && (*at)[1] == 'u' &&
		    strlen(*at) >= 6) {
			c = 0x10000 + ((c & 0x3ff) << 10) + (hexadecimal(*at + 2) & 0x3ff);
			*at += 6;
		}
		return c == 0 || (c >= 0xd800 && c < 0xe000) ? 0 : put_utf8(to, c);
	}
	*at += 2;
	*to = known ? bytes[known - letters] : letter;
	return 1;
}

/* The text of a string, which is never longer than its JSON; NULL: no text of C and DuckDB. */
static char *string(const char *at)
{
	const char *end = at && *at == '"' ? after_string(at) - 1 : NULL;
	char *text = end ? malloc((size_t)(end - at) + 1) : NULL;
	size_t len = 0;

	if (!text) return NULL;
	for (at++; at < end;) {
		if (*at == '\\') {
			const size_t put = put_escape(text + len, &at);

			if (put == 0) {
				free(text);
				return NULL;
			}
			len += put;
		} else {
			text[len++] = *at++;
		}
	}
	text[len] = '\0';
	return text;
}

static const char *descriptor(const char *schema, size_t i)
{
	const char *at = first_element(member(schema, "fields"));

	for (; at && i > 0; i--) {
		at = next_element(at);
	}
	return at;
}

static void free_texts(char **texts)
{
	for (size_t i = 0; texts && texts[i]; i++) {
		free(texts[i]);
	}
	free(texts);
}

char **schema_enum(const char *schema, size_t i, size_t *count)
{
	const char *values = member(member(descriptor(schema, i), "constraints"), "enum");
	char **texts;
	size_t n = 0;

	*count = 0;
	for (const char *at = first_element(values); at; at = next_element(at)) {
		n++;
	}
	if (n == 0 || !(texts = calloc(n + 1, sizeof(*texts)))) return NULL;
	n = 0;
	for (const char *at = first_element(values); at; at = next_element(at)) {
		if (!(texts[n++] = string(at))) {
			free_texts(texts);
			return NULL;
		}
	}
	*count = n;
	return texts;
}

char *schema_delimiter(const char *schema, size_t i)
{
	char *given = string(member(descriptor(schema, i), "delimiter"));

	if (given && *given) return given;
	free(given);
	return strdup(",");
}
