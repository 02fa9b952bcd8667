/*
 * spelling: reads and writes numbers and dates in their canonical spelling, eight bytes at a time.
 * The functions are inline because a table can have tens of millions of numbers and dates.
 *
 * The readers refuse text that the writers would not reproduce byte for byte. The writers need room
 * for 16 bytes beyond the end of the text.
 */
#ifndef VV_DATASET_FORMAT_SPELLING_H
#define VV_DATASET_FORMAT_SPELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The maximum number of bytes that a writer of this header needs, including these 16 bytes. */
#define VV_SPELL_MAX 40u
#define SPELL_ZEROS 0x3030303030303030u /* the text "00000000" */

/* 10^0 to 10^18. */
static const uint64_t spell_power[19] = {1u,
					 10u,
					 100u,
					 1000u,
					 10000u,
					 100000u,
					 1000000u,
					 10000000u,
					 100000000u,
					 1000000000u,
					 10000000000u,
					 100000000000u,
					 1000000000000u,
					 10000000000000u,
					 100000000000000u,
					 1000000000000000u,
					 10000000000000000u,
					 100000000000000000u,
					 1000000000000000000u};

/* Masks for the first 0 to 8 bytes of a key (spell_key). */
static const uint64_t spell_first[9] = {0,
					0xff,
					0xffff,
					0xffffff,
					0xffffffff,
					0xffffffffff,
					0xffffffffffff,
					0xffffffffffffff,
					0xffffffffffffffff};

/* Converts v from the byte order of the machine to little-endian, or back. */
static inline uint64_t spell_swap(uint64_t v)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap64(v);
#else
	return v;
#endif
}

/* Returns eight bytes of a text as a number, with the first byte in the lowest eight bits. */
static inline uint64_t spell_get8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return spell_swap(v);
}

/* Writes v as eight bytes of a text, the lowest byte first. */
static inline void spell_put8(char *p, uint64_t v)
{
	v = spell_swap(v);
	memcpy(p, &v, 8);
}

/* Returns the first eight bytes of a text, with the first one in the lowest byte. A shorter text is
 * filled up with zeros. Does not read beyond the text. */
static inline uint64_t spell_key(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	if (len >= 8) return spell_get8(text);
	if (len >= 4) {
		uint32_t low = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
			       (uint32_t)p[3] << 24;
		const unsigned char *q = p + len - 4;
		uint32_t high = (uint32_t)q[0] | (uint32_t)q[1] << 8 | (uint32_t)q[2] << 16 |
				(uint32_t)q[3] << 24;

		return low | (uint64_t)high << (8 * (len - 4));
	}
	if (len == 0) return 0;
	return (uint64_t)p[0] | (uint64_t)p[len >> 1] << (8 * (len >> 1)) |
	       (uint64_t)p[len - 1] << (8 * (len - 1));
}

/* Reads the first len (0 to 8) bytes of key as a decimal number, which may have leading zeros.
 * Returns false if one of these bytes is not a digit. */
static inline bool spell_digits8(uint64_t *out, uint64_t key, unsigned len)
{
	uint64_t t, low;

	if (len == 0) {
		*out = 0;
		return true;
	}
	t = (key << (64 - 8 * len)) | (SPELL_ZEROS >> (8 * (len - 1)) >> 8);
	low = t ^ SPELL_ZEROS;
	/* a byte is a digit if it is below 16, also after adding 6 */
	if (((low | (low + 0x0606060606060606u)) & 0xf0f0f0f0f0f0f0f0u) != 0) return false;
	low = low * 10 + (low >> 8);
	*out = ((low & 0x000000ff000000ffu) * 0x000f424000000064u +
		((low >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >>
	       32;
	return true;
}

/* Reads len digits as a number. Returns false if len is more than 19, or if a byte of p is not a
 * digit. */
static inline bool spell_digits(uint64_t *out, const char *p, size_t len)
{
	uint64_t part, sum = 0;

	if (len > 19) return false;
	while (len >= 8) {
		if (!spell_digits8(&part, spell_get8(p), 8)) return false;
		sum = sum * 100000000u + part;
		p += 8;
		len -= 8;
	}
	if (!spell_digits8(&part, spell_key(p, len), (unsigned)len)) return false;
	*out = sum * spell_power[len] + part;
	return true;
}

/* Sets *out to magnitude, or to -magnitude if negative. Returns false if the result does not
 * fit. */
static inline bool spell_signed(int64_t *out, uint64_t magnitude, bool negative)
{
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1u : 0u)) return false;
	*out = (int64_t)(negative ? 0 - magnitude : magnitude);
	return true;
}

/* Reads -?(0|[1-9][0-9]*), except "-0", as a signed 64-bit integer. key is the spell_key of the
 * text. Returns false for any other text, and if the number does not fit. */
static inline bool spell_read_integer(int64_t *out, const char *text, size_t len, uint64_t key)
{
	unsigned sign = (key & 0xff) == '-' ? 1u : 0u;
	size_t digits = len - sign;
	uint64_t u, high;

	if (digits == 0 || digits > 19 ||
	    (((key >> (8 * sign)) & 0xff) == '0' && (digits > 1 || sign))) {
		return false;
	}
	if (len <= 8) {
		if (!spell_digits8(&u, key >> (8 * sign), (unsigned)digits)) return false;
		*out = sign ? -(int64_t)u : (int64_t)u;
		return true;
	}
	if (digits <= 16) {
		if (!spell_digits8(&high, key >> (8 * sign), (unsigned)digits - 8) ||
		    !spell_digits8(&u, spell_get8(text + len - 8), 8)) {
			return false;
		}
		u += high * 100000000u;
		*out = sign ? -(int64_t)u : (int64_t)u;
		return true;
	}
	return spell_digits(&u, text + sign, digits) && spell_signed(out, u, sign != 0);
}

/* Returns the number of bytes after the first point in the text, or -1 if the text has no point, or
 * is too long (over 22 bytes) for a decimal number with a point that is not in the first 8 bytes.
 * key is the spell_key of the text. */
static inline int spell_fraction(const char *text, size_t len, uint64_t key)
{
	uint64_t x = key ^ 0x2e2e2e2e2e2e2e2eu;
	uint64_t zero = (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
	const char *point;

	if (zero != 0) return (int)(len - 1 - (unsigned)__builtin_ctzll(zero) / 8);
	if (len <= 8 || len > 22) return -1;
	point = memchr(text + 8, '.', len - 8);
	return point ? (int)(text + len - 1 - point) : -1;
}

/* Reads -?(0|[1-9][0-9]*) and, unless fraction is negative, a point and `fraction` (at least 1)
 * digits. Sets *out to the number that all digits, at most 19, form without sign and point. key is
 * the spell_key of the text. Returns false for any other text, and for a negative zero such as
 * "-0.00". */
static inline bool spell_read_fraction(uint64_t *out, const char *text, size_t len, uint64_t key,
				       int fraction)
{
	unsigned sign = (key & 0xff) == '-' ? 1u : 0u;
	size_t behind = fraction < 0 ? 0 : (size_t)fraction, point = fraction < 0 ? 0 : 1;
	size_t before = len - sign - behind - point;
	uint64_t part;

	if (len < sign + behind + point + 1 || before + behind > 19 ||
	    (((key >> (8 * sign)) & 0xff) == '0' && before > 1)) {
		return false;
	}
	if (len <= 8) {
		key >>= 8 * sign;
		if (point) {
			uint64_t low = ((uint64_t)1 << (8 * before)) - 1;

			key = (key & low) | ((key >> 8) & ~low);
		}
		if (!spell_digits8(out, key, (unsigned)(before + behind))) return false;
	} else {
		if (sign + before <= 8 && behind <= 8) {
			if (!spell_digits8(out, key >> (8 * sign), (unsigned)before) ||
			    !spell_digits8(&part,
					   spell_get8(text + len - 8) >> (8 * (8 - behind) & 63),
					   (unsigned)behind)) {
				return false;
			}
		} else if (!spell_digits(out, text + sign, before) ||
			   !spell_digits(&part, text + len - behind, behind)) {
			return false;
		}
		*out = *out * spell_power[behind] + part;
	}
	return *out != 0 || !sign;
}

/* The number of days before the first day of each month, in a year that is not a leap year. */
static const uint16_t spell_month_days[13] = {0,   31,  59,  90,  120, 151, 181,
					      212, 243, 273, 304, 334, 365};
#define SPELL_EPOCH 719162 /* days from 0001-01-01 to 1970-01-01 */
#define SPELL_DAYS 3652059 /* number of days in the years 1 to 9999 */

/* Returns true if the year is a leap year. */
static inline bool spell_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Returns the number of days from 0001-01-01 to January 1 of the year. */
static inline uint32_t spell_year_start(uint32_t year)
{
	uint32_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400;
}

/* Reads YYYY-MM-DD, a valid day in the years 0001 to 9999, as days since 1970-01-01. key is the
 * spell_key of the text. Returns false for any other text. */
static inline bool spell_read_date(int64_t *out, const char *text, size_t len, uint64_t key)
{
	uint64_t digits, number;
	uint32_t year, month, day, leap;

	if (len != 10 || (key & 0xff0000ff00000000u) != 0x2d00002d00000000u) return false;
	digits = (key & 0xffffffffu) | ((key >> 8) & 0x0000ffff00000000u) |
		 (uint64_t)(unsigned char)text[8] << 48 | (uint64_t)(unsigned char)text[9] << 56;
	if (!spell_digits8(&number, digits, 8)) return false;
	year = (uint32_t)number / 10000;
	month = (uint32_t)number / 100 % 100;
	day = (uint32_t)number % 100;
	if (year == 0 || month == 0 || month > 12 || day == 0) return false;
	leap = spell_leap(year) ? 1u : 0u;
	if (day > (uint32_t)spell_month_days[month] - spell_month_days[month - 1] +
			  (month == 2 ? leap : 0)) {
		return false;
	}
	*out = (int64_t)(spell_year_start(year) + spell_month_days[month - 1] +
			 (month > 2 ? leap : 0) + day - 1) -
	       SPELL_EPOCH;
	return true;
}

/* Returns the eight digits of v (< 10^8), each as a byte from 0 to 9, with the most significant
 * digit in the lowest byte. */
static inline uint64_t spell_eight(uint32_t v)
{
	uint64_t m = v / 10000 | (uint64_t)(v % 10000) << 32;
	uint64_t q = ((m * 10486) >> 20) & 0x0000007f0000007fu; /* each half / 100 */

	m = q | (m - q * 100) << 16;
	q = ((m * 103) >> 10) & 0x000f000f000f000fu; /* each quarter / 10 */
	return q | (m - q * 10) << 8;
}

/* Writes v with leading zeros up to `least` (1 to 19) digits. Returns the number of written
 * digits. */
static inline size_t spell_write_digits(char *out, uint64_t v, unsigned least)
{
	char all[24];
	unsigned skip;

	if (v < 100000000u && least <= 8) {
		uint64_t m = spell_eight((uint32_t)v);

		skip = (unsigned)__builtin_ctzll(m | (uint64_t)1 << (8 * (8 - least))) / 8;
		spell_put8(out, (m | SPELL_ZEROS) >> (8 * skip));
		return 8 - skip;
	}
	spell_put8(all, spell_eight((uint32_t)(v / 10000000000000000u)) | SPELL_ZEROS);
	spell_put8(all + 8, spell_eight((uint32_t)(v / 100000000u % 100000000u)) | SPELL_ZEROS);
	spell_put8(all + 16, spell_eight((uint32_t)(v % 100000000u)) | SPELL_ZEROS);
	for (skip = 4; skip < 24 - least && all[skip] == '0'; skip++) {
		;
	}
	memcpy(out, all + skip, 24 - skip);
	return 24 - skip;
}

/* Writes v without leading zeros. Returns the length. */
static inline size_t spell_write_integer(char *out, int64_t v)
{
	*out = '-';
	return v < 0 ? 1 + spell_write_digits(out + 1, 0 - (uint64_t)v, 1)
		     : spell_write_digits(out, (uint64_t)v, 1);
}

/* Removes the first `count` (0 to 15) of the sixteen bytes in a and b; the first byte is the lowest
 * byte of a. */
static inline void spell_drop(uint64_t *a, uint64_t *b, unsigned count)
{
	const unsigned bits = 8 * (count & 7);

	if (count & 8) {
		*a = *b;
		*b = 0;
	}
	if (bits != 0) {
		*a = *a >> bits | *b << (64 - bits);
		*b >>= bits;
	}
}

/* Writes v * 10^-scale (scale is 1 to 18) without trailing zeros, but with at least `keep` digits
 * after the point. If no digit follows the point, leaves out the point. Returns the length. */
static inline size_t spell_write_decimal(char *out, int64_t v, unsigned scale, unsigned keep)
{
	const unsigned sign = v < 0 ? 1u : 0u;
	const uint64_t u = sign ? 0 - (uint64_t)v : (uint64_t)v;
	size_t len, before;

	*out = '-';
	out += sign;
	if (u < 100000000u && scale < 8) {
		/* out is only written: reading bytes that were just written with another alignment
		 * stalls the processor. */
		uint64_t m = spell_eight((uint32_t)u);
		const unsigned skip =
			(unsigned)__builtin_ctzll(m | (uint64_t)1 << (8 * (7 - scale))) / 8;
		const unsigned zeros = m ? (unsigned)__builtin_clzll(m) / 8 : 8;
		const unsigned drop = zeros < scale - keep ? zeros : scale - keep;

		m = (m | SPELL_ZEROS) >> (8 * skip);
		before = 8 - skip - scale;
		spell_put8(out, m);
		out[before] = '.';
		spell_put8(out + before + 1, m >> (8 * before));
		return sign + before + (drop == scale ? 0 : 1 + scale - drop);
	}
	if (u < 10000000000000000u && scale < 16) {
		uint64_t a = spell_eight((uint32_t)(u / 100000000u));
		uint64_t b = spell_eight((uint32_t)(u % 100000000u));
		const uint64_t first = (uint64_t)1
				       << (8 * ((15 - scale) & 7)); /* the first kept digit */
		const uint64_t high = scale > 7 ? a | first : a;
		const unsigned skip = high ? (unsigned)__builtin_ctzll(high) / 8
					   : 8 + (unsigned)__builtin_ctzll(b | first) / 8;
		unsigned zeros = 16;

		if (b) {
			zeros = (unsigned)__builtin_clzll(b) / 8;
		} else if (a) {
			zeros = 8 + (unsigned)__builtin_clzll(a) / 8;
		}
		const unsigned drop = zeros < scale - keep ? zeros : scale - keep;

		a |= SPELL_ZEROS;
		b |= SPELL_ZEROS;
		spell_drop(&a, &b, skip);
		before = 16 - skip - scale;
		spell_put8(out, a);
		spell_put8(out + 8, b);
		spell_drop(&a, &b, (unsigned)before);
		out[before] = '.';
		spell_put8(out + before + 1, a);
		spell_put8(out + before + 9, b);
		return sign + before + (drop == scale ? 0 : 1 + scale - drop);
	}
	len = spell_write_digits(out, u, scale + 1) + 1;
	before = len - 1 - scale;
	memmove(out + before + 1, out + before, scale);
	out[before] = '.';
	while (len > before + 1 + keep && out[len - 1] == '0') {
		len--;
	}
	return sign + (keep == 0 && len == before + 1 ? before : len);
}

/* Writes days since 1970-01-01 as ten characters. Returns false if the day is not in the years 1 to
 * 9999. */
static inline bool spell_write_date(char *out, int64_t days)
{
	uint32_t n, year, month, start, day, leap;
	uint64_t m;

	if (days < -SPELL_EPOCH || days >= SPELL_DAYS - SPELL_EPOCH) return false;
	n = (uint32_t)(days + SPELL_EPOCH);
	year = (uint32_t)((uint64_t)n * 400 / 146097) + 1;
	start = spell_year_start(year);
	if (start > n) {
		start = spell_year_start(--year);
	} else if (spell_year_start(year + 1) <= n) {
		start = spell_year_start(++year);
	}
	day = n - start;
	leap = spell_leap(year) ? 1u : 0u;
	month = day / 32 + 1; /* may be one month too early, never too late */
	if (day >= (uint32_t)spell_month_days[month] + (month >= 2 ? leap : 0)) {
		month++;
	}
	day -= (uint32_t)spell_month_days[month - 1] + (month > 2 ? leap : 0);
	m = spell_eight(year * 10000 + month * 100 + day + 1) | SPELL_ZEROS;
	spell_put8(out, (m & 0xffffffffu) | ((m & 0x0000ffff00000000u) << 8) | 0x2d00002d00000000u);
	out[8] = (char)(m >> 48 & 0xff);
	out[9] = (char)(m >> 56);
	return true;
}

#define SPELL_SECONDS 86400 /* number of seconds of a day */
#define SPELL_PARTS_MAX 6u  /* maximum number of digits in a second's fraction */

/* Reads a date, 'T' (or a space if `space` is set), HH:MM:SS, a point and `scale` digits unless
 * scale is 0, and 'Z' if `zulu` is set. Sets *out to the time since 1970-01-01T00:00:00 in units of
 * 10^-scale seconds. key is the spell_key of the text. Returns false for any other text. */
static inline bool spell_read_datetime(int64_t *out, const char *text, size_t len, uint64_t key,
				       bool space, bool zulu, unsigned scale)
{
	uint64_t clock, number, part = 0;
	int64_t days;

	if (len != 19 + (scale ? 1 + scale : 0) + (zulu ? 1u : 0u) ||
	    text[10] != (space ? ' ' : 'T') || (zulu && text[len - 1] != 'Z') ||
	    (scale && text[19] != '.')) {
		return false;
	}
	clock = spell_get8(text + 11);
	if ((clock & 0x0000ff0000ff0000u) != 0x00003a00003a0000u) return false;
	clock = (clock & 0xffff) | ((clock >> 8) & 0xffff0000u) | ((clock >> 16) & 0xffff00000000u);
	if (!spell_read_date(&days, text, 10, key) || !spell_digits8(&number, clock, 6) ||
	    (scale && !spell_digits8(&part, spell_key(text + 20, scale), scale)) ||
	    number >= 240000 || number / 100 % 100 >= 60 || number % 100 >= 60) {
		return false;
	}
	number = number / 10000 * 3600 + number / 100 % 100 * 60 + number % 100;
	*out = (days * SPELL_SECONDS + (int64_t)number) * (int64_t)spell_power[scale] +
	       (int64_t)part;
	return true;
}

/* Writes a time in the form that spell_read_datetime reads. Returns the length, or 0 if the day is
 * not in the years 1 to 9999. */
static inline size_t spell_write_datetime(char *out, int64_t v, bool space, bool zulu,
					  unsigned scale)
{
	int64_t unit = (int64_t)spell_power[scale], seconds = v / unit, part = v % unit, days, rest;
	uint64_t m;
	size_t len = 19;

	if (part < 0) {
		part += unit;
		seconds--;
	}
	days = seconds / SPELL_SECONDS;
	rest = seconds % SPELL_SECONDS;
	if (rest < 0) {
		rest += SPELL_SECONDS;
		days--;
	}
	if (!spell_write_date(out, days)) return 0;
	out[10] = space ? ' ' : 'T';
	m = spell_eight((uint32_t)(rest / 3600 * 10000 + rest / 60 % 60 * 100 + rest % 60)) |
	    SPELL_ZEROS;
	m >>= 16; /* six digits */
	spell_put8(out + 11, (m & 0xffff) | (m & 0xffff0000u) << 8 | (m & 0xffff00000000u) << 16 |
				     0x00003a00003a0000u);
	if (scale) {
		out[len++] = '.';
		len += spell_write_digits(out + len, (uint64_t)part, scale);
	}
	if (zulu) {
		out[len++] = 'Z';
	}
	return len;
}

#endif
