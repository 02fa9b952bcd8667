/*
 * simd: finds the marked bytes, those with a special meaning in CSV: delimiter, quote, escape, CR
 * and LF.
 *
 * vv_marks examines 64 bytes and returns one bit for each, bit 0 for the first byte. vv_copy_marked
 * copies len bytes, and returns true if one of them is marked. Both use SSE2 if the build has it.
 * The functions named _portable have the same results on every machine; a test compares the two.
 */
#ifndef VV_DATASET_FORMAT_SIMD_H
#define VV_DATASET_FORMAT_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* The marked bytes of a dialect, except CR and LF, which are always marked. */
typedef struct vv_mark_set {
	uint8_t delimiter;
	uint8_t quote, escape; /* if the dialect has no escape, set escape to quote */
	uint64_t quotes_on;    /* all ones; or 0: do not find quote and escape */
} vv_mark_set;

/* The marked bytes among 64 bytes; bit i is set if byte i is marked. */
typedef struct vv_marks64 {
	uint64_t all;    /* bits of delimiter, CR, LF, quote and escape */
	uint64_t quotes; /* bits of quote and escape only */
} vv_marks64;

/* Returns a number in which bit i is set exactly if byte i of x, the lowest first, is zero. */
static inline uint64_t vv_marks_zero_bytes(uint64_t x)
{
	const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t t = ~(((x & low7) + low7) | x | low7); /* 0x80 in each zero byte */

	return ((t >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/* Returns a number in which bit i is set exactly if byte i of x is `byte`. */
static inline uint64_t vv_marks_equal(uint64_t x, uint8_t byte)
{
	return vv_marks_zero_bytes(x ^ (UINT64_C(0x0101010101010101) * byte));
}

static inline vv_marks64 vv_marks_portable(const char *p, const vv_mark_set *set)
{
	vv_marks64 m = {0, 0};
	unsigned i, k;

	for (i = 0; i < 8; i++) {
		uint64_t x = 0, ends, quotes;

		for (k = 0; k < 8; k++) {
			x |= (uint64_t)(uint8_t)p[i * 8 + k] << (8 * k);
		}
		ends = vv_marks_equal(x, set->delimiter) | vv_marks_equal(x, '\n') |
		       vv_marks_equal(x, '\r');
		quotes = vv_marks_equal(x, set->quote) | vv_marks_equal(x, set->escape);
		m.all |= ends << (8 * i);
		m.quotes |= quotes << (8 * i);
	}
	m.quotes &= set->quotes_on;
	m.all |= m.quotes;
	return m;
}

static inline bool vv_copy_marked_portable(char *to, const char *from, size_t len,
					   const vv_mark_set *set)
{
	bool marked = false;
	size_t i;

	for (i = 0; i < len; i++) {
		uint8_t c = (uint8_t)from[i];

		to[i] = from[i];
		marked |= (c == set->delimiter) | (c == '\n') | (c == '\r') |
			  (((c == set->quote) | (c == set->escape)) & (set->quotes_on != 0));
	}
	return marked;
}

#if defined(__SSE2__)

static inline uint64_t vv_marks_bits(__m128i v)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(v);
}

static inline vv_marks64 vv_marks(const char *p, const vv_mark_set *set)
{
	const __m128i delimiter = _mm_set1_epi8((char)set->delimiter);
	const __m128i quote = _mm_set1_epi8((char)set->quote);
	const __m128i escape = _mm_set1_epi8((char)set->escape);
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
	vv_marks64 m = {0, 0};
	unsigned i;

	for (i = 0; i < 4; i++) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i * 16));
		__m128i quotes = _mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, escape));
		__m128i ends = _mm_or_si128(
			_mm_cmpeq_epi8(x, delimiter),
			_mm_or_si128(_mm_cmpeq_epi8(x, lf), _mm_cmpeq_epi8(x, cr)));

		m.all |= vv_marks_bits(ends) << (i * 16);
		m.quotes |= vv_marks_bits(quotes) << (i * 16);
	}
	m.quotes &= set->quotes_on;
	m.all |= m.quotes;
	return m;
}

static inline __m128i vv_marks_any(__m128i x, const vv_mark_set *set)
{
	__m128i quotes = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8((char)set->quote)),
				      _mm_cmpeq_epi8(x, _mm_set1_epi8((char)set->escape)));
	__m128i ends = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\n')),
				    _mm_cmpeq_epi8(x, _mm_set1_epi8('\r')));

	quotes = _mm_and_si128(quotes, _mm_set1_epi8((char)(set->quotes_on & 0xff)));
	return _mm_or_si128(_mm_or_si128(quotes, ends),
			    _mm_cmpeq_epi8(x, _mm_set1_epi8((char)set->delimiter)));
}

/* Fewer than 16 bytes are copied as pieces that overlap, so that no byte beyond the end is read or
 * written. */
static inline bool vv_copy_marked(char *to, const char *from, size_t len, const vv_mark_set *set)
{
	__m128i seen = _mm_setzero_si128();

	if (len >= 16) {
		size_t i;

		for (i = 0; i <= len - 16; i += 16) {
			__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(from + i));

			_mm_storeu_si128((__m128i *)(void *)(to + i), x);
			seen = _mm_or_si128(seen, vv_marks_any(x, set));
		}
		if (i < len) {
			__m128i x = _mm_loadu_si128(
				(const __m128i *)(const void *)(from + len - 16));

			_mm_storeu_si128((__m128i *)(void *)(to + len - 16), x);
			seen = _mm_or_si128(seen, vv_marks_any(x, set));
		}
	} else if (len >= 4) {
		size_t half = len >= 8 ? 8 : 4;
		uint64_t a = 0, b = 0;

		if (half == 8) {
			memcpy(&a, from, 8);
			memcpy(&b, from + len - 8, 8);
			memcpy(to, &a, 8);
			memcpy(to + len - 8, &b, 8);
		} else {
			uint32_t low, high;

			memcpy(&low, from, 4);
			memcpy(&high, from + len - 4, 4);
			memcpy(to, &low, 4);
			memcpy(to + len - 4, &high, 4);
			a = b = low | (uint64_t)high << 32;
		}
		seen = vv_marks_any(_mm_set_epi64x((long long)b, (long long)a), set);
	} else if (len > 0) {
		char first = from[0], middle = from[len / 2], last = from[len - 1];
		int x = (uint8_t)first | (uint8_t)middle << 8 | (uint8_t)last << 16;

		to[0] = first;
		to[len / 2] = middle;
		to[len - 1] = last;
		/* the other bytes of the vector are zero, which is not a special byte */
		seen = vv_marks_any(_mm_cvtsi32_si128(x), set);
	}
	return _mm_movemask_epi8(seen) != 0;
}

#else

static inline bool vv_copy_marked(char *to, const char *from, size_t len, const vv_mark_set *set)
{
	return vv_copy_marked_portable(to, from, len, set);
}

static inline vv_marks64 vv_marks(const char *p, const vv_mark_set *set)
{
	return vv_marks_portable(p, set);
}

#endif
#endif
