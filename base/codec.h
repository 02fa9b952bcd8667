/*
 * codec: encodes bytes as text and decodes them: hex, base32, base36, base58, base64,
 * percent-encoding.
 *
 * A reader accepts only text as its writer writes it, with the exceptions documented at each reader.
 */
#ifndef VV_BASE_CODEC_H
#define VV_BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Writes len bytes in lower-case hex to out: 2 * len digits and a NUL. */
void vv_hex_write(char *out, const void *bytes, size_t len);
void vv_hex_put(vv_buf *out, const void *bytes, size_t len); /* appends the 2 * len digits */

/* Decodes 2 * count hex digits, of either case, to count bytes. If one of these characters is not a
 * hex digit, returns false; out may then be partly overwritten. */
bool vv_hex_read(uint8_t *out, size_t count, const char *text);

/* Returns true if all len characters are lower-case hex digits, as Git and varve write them. */
bool vv_hex_is_lower(const char *text, size_t len);

/* Writes len bytes in base32 and a NUL to out, as in multibase 'b': RFC 4648, section 6, in lower
 * case and without padding. out has room for (8 * len + 4) / 5 + 1 characters. Each character
 * encodes 5 bits; the last one is filled up with zero bits. */
void vv_base32_write(char *out, const void *bytes, size_t len);

/* Decodes len characters of base32 to out, which has room for len * 5 / 8 bytes. Returns 0 on
 * success, else 1 + the position of the first wrong character: a character that is not in the
 * alphabet, or the last character if its unused bits are not zero or if it completes no byte. */
size_t vv_base32_read(uint8_t *out, const char *text, size_t len);

/* Appends len bytes in base64 (RFC 4648, section 4). If padded is true, adds '=' up to a multiple
 * of four characters. */
void vv_base64_put(vv_buf *out, const void *bytes, size_t len, bool padded);

/* Decodes base64 and appends the bytes. The padding may be missing, but unused bits must be 0. If text
 * is not base64, returns false and leaves out unchanged. A failed allocation sets out->failed, but
 * does not change the result. */
bool vv_base64_read(vv_buf *out, const char *text, size_t len);

#define VV_BASE58_MAX 64u /* maximum number of bytes to encode in base58 or base36 */

/* Writes len bytes, at most VV_BASE58_MAX, in base58 with Bitcoin's alphabet, as in multibase 'z',
 * and a NUL to out. cap, the size of out, is at least len * 138 / 100 + 2. */
void vv_base58_write(char *out, size_t cap, const void *bytes, size_t len);

/* Writes len bytes, at most VV_BASE58_MAX, in base36, as in multibase 'k', and a NUL to out. cap,
 * the size of out, is at least len * 156 / 100 + 2. */
void vv_base36_write(char *out, size_t cap, const void *bytes, size_t len);

/* Decodes text, which ends with a NUL, from base58 to exactly len bytes. If text is not base58 or
 * encodes a different number of bytes, returns false; out may then be overwritten. */
bool vv_base58_read(uint8_t *out, size_t len, const char *text);

/* Appends text with each %XX decoded to a byte (RFC 3986, section 2.1). The hex digits may have either
 * case, and all other bytes are copied. Returns false if a '%' is not followed by two hex digits; the
 * text before this '%' has then been appended. */
bool vv_percent_read(vv_buf *out, const char *text, size_t len);

/* Appends text with percent-encoding: every byte becomes %XX, except letters, digits, "-._~" and
 * the bytes in `plain`. */
void vv_percent_put(vv_buf *out, const char *text, size_t len, const char *plain);

/* Appends text between two quotes, with each quote in text doubled, as in SQL and CSV. */
void vv_doubled_put(vv_buf *out, char quote, const char *text, size_t len);

#endif
