/*
 * simd: where 64 bytes hold something that a CSV scanner must look at.
 *
 * One bit a byte, bit 0 the first byte. vv_marks is the fastest form this build
 * has; vv_marks_portable is its twin for every machine, and the test compares
 * them.
 */
#ifndef VV_DATASET_SIMD_H
#define VV_DATASET_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* The bytes looked for, beside CR and LF. */
typedef struct vv_mark_set {
	uint8_t delimiter;
	uint8_t quote, escape; /* escape == quote where there is none */
	uint64_t quotes_on;    /* all ones, or 0: neither quote nor escape is looked for */
} vv_mark_set;

typedef struct vv_marks64 {
	uint64_t all;    /* delimiter, CR, LF, quote, escape */
	uint64_t quotes; /* quote, escape */
} vv_marks64;

/* Bit i set where byte i of eight little-endian bytes is zero; exact. */
static inline uint64_t vv_marks_zero_bytes(uint64_t x)
{
	const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t t = ~(((x & low7) + low7) | x | low7); /* 0x80 in each zero byte */

	return ((t >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

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
		__m128i ends = _mm_or_si128(_mm_cmpeq_epi8(x, delimiter),
					    _mm_or_si128(_mm_cmpeq_epi8(x, lf), _mm_cmpeq_epi8(x, cr)));

		m.all |= vv_marks_bits(ends) << (i * 16);
		m.quotes |= vv_marks_bits(quotes) << (i * 16);
	}
	m.quotes &= set->quotes_on;
	m.all |= m.quotes;
	return m;
}

#else

static inline vv_marks64 vv_marks(const char *p, const vv_mark_set *set)
{
	return vv_marks_portable(p, set);
}

#endif
#endif
