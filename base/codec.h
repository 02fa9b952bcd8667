/*
 * codec: bytes as text and back: hex, base32, base58, base64, percent-encoding.
 *
 * The readers are strict: they accept the writers' output and the exceptions documented at each.
 */
#ifndef VV_BASE_CODEC_H
#define VV_BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Lower-case hex: 2 * len digits and a NUL in out. */
void vv_hex_write(char *out, const void *bytes, size_t len);
void vv_hex_put(vv_buf *out, const void *bytes, size_t len); /* the same, appended */

/* Reads 2 * count hex digits of either case; false, with out in part overwritten, when
 * one of them is none. */
bool vv_hex_read(uint8_t *out, size_t count, const char *text);

/* Are these len characters all lower-case hex digits, as Git and varve write them? */
bool vv_hex_is_lower(const char *text, size_t len);

/* Base32 as multibase's 'b' has it: lower case, no padding (RFC 4648, section 6). Writes a
 * letter for every 5 bits, the last one filled up, and a NUL. */
void vv_base32_write(char *out, const void *bytes, size_t len);

/* The bytes of len letters; out has room for len * 5 / 8. Returns 0, or 1 + the position of the
 * first wrong character: not in the alphabet, or the last one with unused bits set. */
size_t vv_base32_read(uint8_t *out, const char *text, size_t len);

/* Base64 (RFC 4648, section 4). Appends the text; padded: with '=' to a multiple of four. */
void vv_base64_put(vv_buf *out, const void *bytes, size_t len, bool padded);

/* Appends the bytes. The padding may be missing, but unused bits must be 0. False, with out
 * unchanged: not base64. A failed allocation shows in out. */
bool vv_base64_read(vv_buf *out, const char *text, size_t len);

/* Base58 with Bitcoin's alphabet, as multibase's 'z' has it, and a NUL; out has cap bytes, which
 * are enough (len * 138 / 100 + 2). At most VV_BASE58_MAX bytes. */
#define VV_BASE58_MAX 64u
void vv_base58_write(char *out, size_t cap, const void *bytes, size_t len);

/* The same in multibase's 'k', which takes more letters: cap is at least len * 156 / 100 + 2. */
void vv_base36_write(char *out, size_t cap, const void *bytes, size_t len);

/* Decodes to exactly len bytes; false: the text has a different length or is invalid. */
bool vv_base58_read(uint8_t *out, size_t len, const char *text);

/* Appends the text with each %XX made a byte (RFC 3986, section 2.1). False, with out in
 * part written: a '%' without two hex digits after it. */
bool vv_percent_read(vv_buf *out, const char *text, size_t len);

/* Appends text; all but letters, digits, "-._~" and the bytes of `plain` as %XX. */
void vv_percent_put(vv_buf *out, const char *text, size_t len, const char *plain);

/* Between these quotes, each of its own twice, as SQL and CSV have it; appended. */
void vv_doubled_put(vv_buf *out, char quote, const char *text, size_t len);

#endif
