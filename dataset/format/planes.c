/*
 * planes: how to transpose bytes with SSE2, and without.
 */
#include "dataset/format/planes.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static void split_from(uint8_t *out, const uint64_t *values, size_t from, size_t count,
		       unsigned width)
{
	for (unsigned j = 0; j < width; j++) {
		uint8_t *plane = out + (size_t)j * count;

		for (size_t i = from; i < count; i++) {
			plane[i] = (uint8_t)(values[i] >> (8 * j));
		}
	}
}

static void join_from(uint64_t *values, const uint8_t *planes, size_t pitch, size_t from,
		      size_t count, unsigned width)
{
	for (size_t i = from; i < count; i++) {
		uint64_t v = 0;

		for (unsigned j = 0; j < width; j++) {
			v |= (uint64_t)planes[(size_t)j * pitch + i] << (8 * j);
		}
		values[i] = v;
	}
}

void vv_planes_split_portable(uint8_t *out, const uint64_t *values, size_t count, unsigned width)
{
	split_from(out, values, 0, count, width);
}

void vv_planes_join_portable(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
			     unsigned width)
{
	join_from(values, planes, pitch, 0, count, width);
}

#if defined(__SSE2__)

static __m128i load_vector(const void *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

static void store_vector(void *p, __m128i v)
{
	_mm_storeu_si128((__m128i *)p, v);
}

/*
 * Four rounds of pairing bytes of values 8, 4, 2 and 1 apart. With values 0..15 in registers of
 * two, a round of unpack between register i and register i + 4 sorts by one more bit of the byte's
 * number; after the fourth each register contains one byte place of all sixteen values, in their
 * order.
 */
static void split_sixteen(__m128i plane[8], const uint64_t *values)
{
	__m128i a[8], b[8];

	for (int i = 0; i < 8; i++) {
		a[i] = load_vector(values + 2 * i);
	}
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 4; i++) {
			b[2 * i] = _mm_unpacklo_epi8(a[i], a[i + 4]);
			b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + 4]);
		}
		memcpy(a, b, sizeof a);
	}
	memcpy(plane, a, sizeof a);
}

void vv_planes_split(uint8_t *out, const uint64_t *values, size_t count, unsigned width)
{
	size_t i = 0;

	for (; i + 16 <= count; i += 16) {
		__m128i plane[8];

		split_sixteen(plane, values + i);
		for (unsigned j = 0; j < width; j++) {
			store_vector(out + (size_t)j * count + i, plane[j]);
		}
	}
	split_from(out, values, i, count, width);
}

/* Pairs of planes become 16-bit, then 32-bit, then 64-bit numbers. */
static void join_sixteen(uint64_t *values, const __m128i plane[8])
{
	__m128i two[4][2], four[2][4];

	for (int i = 0; i < 4; i++) {
		two[i][0] = _mm_unpacklo_epi8(plane[2 * i], plane[2 * i + 1]);
		two[i][1] = _mm_unpackhi_epi8(plane[2 * i], plane[2 * i + 1]);
	}
	for (int i = 0; i < 2; i++) {
		for (int h = 0; h < 2; h++) {
			four[i][2 * h] = _mm_unpacklo_epi16(two[2 * i][h], two[2 * i + 1][h]);
			four[i][2 * h + 1] = _mm_unpackhi_epi16(two[2 * i][h], two[2 * i + 1][h]);
		}
	}
	for (int q = 0; q < 4; q++) {
		store_vector(values + 4 * q, _mm_unpacklo_epi32(four[0][q], four[1][q]));
		store_vector(values + 4 * q + 2, _mm_unpackhi_epi32(four[0][q], four[1][q]));
	}
}

/* Eight numbers of 16 bits. */
static void join_two(uint64_t *values, __m128i two)
{
	const __m128i none = _mm_setzero_si128(), low = _mm_unpacklo_epi16(two, none),
		      high = _mm_unpackhi_epi16(two, none);

	store_vector(values, _mm_unpacklo_epi32(low, none));
	store_vector(values + 2, _mm_unpackhi_epi32(low, none));
	store_vector(values + 4, _mm_unpacklo_epi32(high, none));
	store_vector(values + 6, _mm_unpackhi_epi32(high, none));
}

void vv_planes_join(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
		    unsigned width)
{
	const __m128i none = _mm_setzero_si128();
	size_t i = 0;

	for (; width <= 2 && i + 16 <= count; i += 16) { /* most numbers */
		const __m128i low = width > 0 ? load_vector(planes + i) : none,
			      high = width > 1 ? load_vector(planes + pitch + i) : none;

		join_two(values + i, _mm_unpacklo_epi8(low, high));
		join_two(values + i + 8, _mm_unpackhi_epi8(low, high));
	}
	for (; i + 16 <= count; i += 16) {
		__m128i plane[8];

		for (unsigned j = 0; j < 8; j++) {
			plane[j] = j < width ? load_vector(planes + (size_t)j * pitch + i) : none;
		}
		join_sixteen(values + i, plane);
	}
	join_from(values, planes, pitch, i, count, width);
}

#else

void vv_planes_split(uint8_t *out, const uint64_t *values, size_t count, unsigned width)
{
	split_from(out, values, 0, count, width);
}

void vv_planes_join(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
		    unsigned width)
{
	join_from(values, planes, pitch, 0, count, width);
}

#endif
