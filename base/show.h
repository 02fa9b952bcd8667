/*
 * show: formats text, numbers and times for people: checks UTF-8, measures widths, and escapes
 * characters that are unsafe on terminals.
 *
 * These functions do not allocate memory and cannot fail. Many of them return a text in one of eight
 * rotating buffers of the calling thread. Such a text is valid until a later call takes the same
 * buffer again: up to seven further texts can be used together with it.
 */
#ifndef VV_BASE_SHOW_H
#define VV_BASE_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns true if s is valid UTF-8: no surrogates, no overlong forms, at most U+10FFFF. */
bool vv_utf8_valid(const char *s, size_t len);

/* Decodes the code point at the start of s, and sets *out to it. Returns the length of its UTF-8 in
 * bytes; 0: s does not begin with valid UTF-8. */
size_t vv_utf8_decode(uint32_t *out, const char *s, size_t len);
/* Returns the number of terminal columns that s needs: 2 for a wide or fullwidth character, 0 for a
 * combining character. Invalid bytes and control characters count in the escaped form of
 * vv_piece_next. */
size_t vv_text_width(const char *s, size_t len);

/* The escaped form of one code point or invalid byte, as text for a terminal. */
typedef struct vv_piece {
	char text[16];  /* without a NUL */
	size_t len;     /* bytes of text */
	size_t taken;   /* number of bytes of the source that text represents */
	unsigned width; /* terminal columns of text */
} vv_piece;

/* Sets *p to the escaped form of the first code point, or invalid byte, of s. len is at least 1. */
void vv_piece_next(vv_piece *p, const char *s, size_t len);

#define VV_ELLIPSIS "\xe2\x80\xa6"

/* Returns how many bytes of s fit, in their escaped form, into width columns. Sets *cut to true if s
 * does not fit; the result then leaves one column for VV_ELLIPSIS. */
size_t vv_text_fitting(const char *s, size_t len, size_t width, bool *cut);

#define VV_TEXT_SLOT 1024u /* bytes of a rotating buffer */
/* Returns the next of this thread's rotating buffers. */
char *vv_text_slot(void);

/* Returns s escaped and cut to at most 120 columns, for names and values in messages, in a rotating
 * buffer. */
const char *vv_text_show(const char *s, size_t len);
const char *vv_text_shows(const char *s); /* the same for s ending with a NUL; NULL gives "" */
/* Like vv_text_show, but does not escape backslashes. For column names, in which bytes that are not
 * UTF-8 are already written as "\\xDF". */
const char *vv_text_name(const char *s, size_t len);
/* Finds the secret part of a URL: ":password", or "user[:password]@" if the user of an HTTP URL is a
 * token. Sets *from to its offset and *len to its length. If url has no secret part, returns false and
 * sets neither. url may also be a path, or "user@host:path" as in scp. */
bool vv_url_secret(const char *url, size_t *from, size_t *len);
/* Removes, in place, the values of secret parameters ("?token=...") from the query of url. */
void vv_url_hide_parameters(char *url);
/* Returns url as vv_text_shows does, but without its secret part and without the values of secret
 * parameters, in a rotating buffer. NULL gives "". */
const char *vv_text_url(const char *url);

/* Returns a number as text, such as "1,204", in a rotating buffer. */
const char *vv_text_count(uint64_t n);
/* Returns a number of bytes as text, such as "3.4 MB" (1 MB is 1,000,000 bytes), in a rotating
 * buffer. */
const char *vv_text_bytes(uint64_t n);
/* Returns milliseconds as text, such as "1.2 s", "2 min 5 s" or "3 h 20 min", in a rotating buffer. */
const char *vv_text_seconds(uint64_t ms);

#define VV_TIME_MINUTE "%Y-%m-%d %H:%M UTC"
#define VV_TIME_DAY "%Y-%m-%d"
/* Formats seconds since 1970 in UTC, with a format of strftime(), in a rotating buffer. If the format
 * begins with "%Y-", the year has at least four digits, and a time before the year 0 gives "?". Also
 * returns "?" if the system cannot represent the time. */
const char *vv_text_time(int64_t seconds, const char *format)
	__attribute__((format(strftime, 2, 0)));
/* Formats seconds since 1970 as "2024-05-17T08:00:00Z", in a rotating buffer. Returns "?" if the time
 * is before the year 0 or the system cannot represent it. */
const char *vv_text_utc(int64_t seconds);
/* Formats a time in a zone, offset_min minutes east of UTC, in a rotating buffer:
 * "2024-05-17T10:00:00+02:00". Returns "" where vv_text_utc() returns "?". */
const char *vv_text_zoned(int64_t seconds, int offset_min);

/* Formats a number with its noun: "1 block", "2,000 blocks", in a rotating buffer. many is the plural,
 * such as "entries"; if many is NULL, the plural is `one` with an 's'. */
const char *vv_text_counted(uint64_t n, const char *one, const char *many);

#endif
