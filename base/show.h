/*
 * show: text and numbers as people read them: UTF-8, widths, safe for terminals. Nothing here
 * allocates or can fail.
 */
#ifndef VV_BASE_SHOW_H
#define VV_BASE_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool vv_utf8_valid(const char *s, size_t len);

/* One code point at s; its length in bytes, or 0 when it is not valid. */
size_t vv_utf8_decode(uint32_t *out, const char *s, size_t len);
/* Columns that s takes on a terminal: 2 for wide and fullwidth, 0 for combining; invalid bytes and
 * controls count as escaped below. */
size_t vv_text_width(const char *s, size_t len);

/* How one code point or bad byte is shown. */
typedef struct vv_piece {
	char text[16];
	size_t len;     /* of text */
	size_t taken;   /* bytes of the source */
	unsigned width; /* columns */
} vv_piece;

/* Fills p from the start of s, which has at least one byte. */
void vv_piece_next(vv_piece *p, const char *s, size_t len);

#define VV_ELLIPSIS "\xe2\x80\xa6"

/* How many bytes of s to show within width columns: all of them, or, with *cut
 * set, those that leave a column for the ellipsis. */
size_t vv_text_fitting(const char *s, size_t len, size_t width, bool *cut);

/* The next of a few rotating per-thread buffers, of 1,024 bytes. */
char *vv_text_slot(void);

/* The escaped text in one of a few rotating per-thread buffers, cut at about 120 columns: for names
 * and values inside messages. Borrowed until some 8 further calls on the same thread. */
const char *vv_text_show(const char *s, size_t len);
const char *vv_text_shows(const char *s);
/* Likewise a column's name, in which bytes that are not UTF-8 are written as "\\xDF" already: a backslash stays one. */
const char *vv_text_name(const char *s, size_t len);
/* The part of a URL that only its owner may see, from..from + len: its password, or user and password where
 * the user of HTTP is a token. False, and nothing is set: it has none. Paths and what scp takes ("user@host:path") are taken too. */
bool vv_url_secret(const char *url, size_t *from, size_t *len);
/* Removes the values of secret parameters ("?token=...") from a URL's query. */
void vv_url_hide_parameters(char *url);
/* A URL as it may be shown: without either. */
const char *vv_text_url(const char *url);

/* "1,204"; "3.4 MB" (1000-based); "1.2 s". Rotating buffers as above. */
const char *vv_text_count(uint64_t n);
const char *vv_text_bytes(uint64_t n);
const char *vv_text_seconds(uint64_t ms);

#define VV_TIME_UTC "%Y-%m-%dT%H:%M:%SZ"
#define VV_TIME_MINUTE "%Y-%m-%d %H:%M UTC"
#define VV_TIME_DAY "%Y-%m-%d"
/* A time in UTC, in a format of strftime; "?" for one that no calendar has. Rotating buffers as above. */
const char *vv_text_time(int64_t seconds, const char *format)
	__attribute__((format(strftime, 2, 0)));
const char *vv_text_utc(int64_t seconds); /* "2024-05-17T08:00:00Z" */

/* "1 block", "2,000 blocks"; many for what does not take an s: "2 entries". NULL: one and
 * an s. Rotating buffers as above. */
const char *vv_text_counted(uint64_t n, const char *one, const char *many);

#endif
