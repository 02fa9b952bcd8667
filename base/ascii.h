/*
 * ascii: classifies bytes and compares ASCII texts without regard to case. The results do not depend
 * on the locale.
 */
#ifndef VV_BASE_ASCII_H
#define VV_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Returns how many of the len bytes are c. */
static inline size_t vv_count_byte(const char *bytes, size_t len, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += bytes[i] == c;
	}
	return n;
}

/* The functions vv_is_... return true if c is an ASCII character of the named kind. */
static inline bool vv_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool vv_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool vv_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool vv_is_alpha(char c)
{
	return vv_is_upper(c) || vv_is_lower(c);
}

static inline bool vv_is_alnum(char c)
{
	return vv_is_alpha(c) || vv_is_digit(c);
}

/* Returns true for white space of JSON and XML: space, tab, line feed, carriage return. */
static inline bool vv_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Returns true for the white space of C and Python, which includes vertical tab and form feed. */
static inline bool vv_is_c_space(char c)
{
	return vv_is_space(c) || c == '\v' || c == '\f';
}

/* Returns the position of the first byte from s on that is not a digit, or end. */
static inline const char *vv_after_digits(const char *s, const char *end)
{
	while (s < end && vv_is_digit(*s)) {
		s++;
	}
	return s;
}

/* Returns true for bytes below 0x20, and for DEL. */
static inline bool vv_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Returns the lower-case letter for an upper-case ASCII letter, and other characters unchanged. */
static inline char vv_to_lower(char c)
{
	return vv_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* Returns true if s, of len bytes, equals word, ignoring the case of ASCII letters. */
static inline bool vv_ascii_is(const char *s, size_t len, const char *word)
{
	size_t i = 0;

	while (i < len && word[i] && vv_to_lower(s[i]) == vv_to_lower(word[i])) {
		i++;
	}
	return i == len && !word[i];
}

/* Compares at most len bytes of two texts as strncasecmp does, but ignores the case of ASCII letters
 * only, in every locale. Returns a negative number, 0, or a positive number. */
static inline int vv_ascii_compare(const char *a, const char *b, size_t len)
{
	size_t i = 0;

	while (i < len && a[i] && vv_to_lower(a[i]) == vv_to_lower(b[i])) {
		i++;
	}
	return i == len ? 0 : (unsigned char)vv_to_lower(a[i]) - (unsigned char)vv_to_lower(b[i]);
}

/* Returns true if two texts are equal, ignoring the case of ASCII letters. */
static inline bool vv_ascii_equal(const char *a, const char *b)
{
	return vv_ascii_compare(a, b, SIZE_MAX) == 0;
}

/* Returns true if all len bytes of s are white space (vv_is_c_space), or if len is 0. */
static inline bool vv_is_blank(const char *s, size_t len)
{
	while (len > 0 && (*s == ' ' || (*s >= '\t' && *s <= '\r'))) {
		s++;
		len--;
	}
	return len == 0;
}

/* Returns the value of the hex digit c, 0 to 15, in upper or lower case; -1 if c is not a hex
 * digit. */
static inline int vv_hex_digit(char c)
{
	if (vv_is_digit(c)) return c - '0';
	c = vv_to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool vv_is_hex(char c)
{
	return vv_hex_digit(c) >= 0;
}

/* Returns the offset of the first byte of s at or after `from` that is not ASCII, or len if all
 * bytes from there on are ASCII. */
static inline size_t vv_ascii_skip(const char *s, size_t len, size_t from)
{
	const uint64_t high_bits = UINT64_C(0x8080808080808080);
	uint64_t word;

	while (len - from >= sizeof word) {
		memcpy(&word, s + from, sizeof word);
		if (word & high_bits) {
			break;
		}
		from += sizeof word;
	}
	while (from < len && (unsigned char)s[from] < 0x80) {
		from++;
	}
	return from;
}

#endif
