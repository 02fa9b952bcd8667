/*
 * shortest: powers of ten as 128 bits, and which decimals are between a number's neighbours. Numbers of few decimals need neither.
 */
#include "lib/arrow/in/shortest.h"

#include <stdbool.h>
#include <string.h>

#include "base/thread.h"

#define LEAST (-292) /* the powers that numbers of 64 bits need */
#define MOST 324
#define WORDS 18u

/* Each power of ten x 2^n as a number of 128 bits, the first of them 1, rounded up. */
static __uint128_t powers[MOST - LEAST + 1];
static bool powers_made;

/* The first 128 bits of a number, lowest word first. *rest: bits below them are not all 0. */
static __uint128_t take_top(const uint64_t *x, bool *rest)
{
	size_t n = WORDS - 1;
	uint64_t below = 0;

	while (x[n] == 0) {
		n--;
	}
	const int shift = __builtin_clzll(x[n]);
	const uint64_t third = n >= 2 ? x[n - 2] : 0;
	const __uint128_t top = (__uint128_t)x[n] << 64 | (n >= 1 ? x[n - 1] : 0);

	for (size_t i = 0; i + 2 < n; i++) {
		below |= x[i];
	}
	*rest = below != 0 || third << shift != 0;
	return top << shift | (shift > 0 ? third >> (64 - shift) : 0);
}

static void make_powers(void)
{
	uint64_t x[WORDS] = {1};
	bool rest;

	for (int k = 0; k <= MOST; k++) {
		const __uint128_t top = take_top(x, &rest);
		__uint128_t carry = 0;

		powers[k - LEAST] = top + rest;
		for (size_t i = 0; i < WORDS; i++) {
			carry += (__uint128_t)x[i] * 10;
			x[i] = (uint64_t)carry;
			carry >>= 64;
		}
	}
	memset(x, 0, sizeof(x));
	x[WORDS - 1] = UINT64_C(1) << 63;
	for (int k = -1; k >= LEAST; k--) {
		__uint128_t left = 0;

		for (size_t i = WORDS; i-- > 0;) {
			left = left << 64 | x[i];
			x[i] = (uint64_t)(left / 10);
			left %= 10;
		}
		powers[k - LEAST] = take_top(x, &rest) + 1; /* none of these is exact */
	}
}

/* The upper bits of power x n, the last one set where any below it is. */
static uint64_t multiply_power(__uint128_t power, uint64_t n)
{
	const __uint128_t low = (__uint128_t)(uint64_t)power * n,
			  high = (power >> 64) * n + (low >> 64);

	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* floor(x / 2^bits), of numbers below 0, too. */
static int floor_shift(int64_t x, unsigned bits)
{
	return (int)((x - (int64_t)((uint64_t)x & ((UINT64_C(1) << bits) - 1))) /
		     (INT64_C(1) << bits));
}

/* c x 2^q. closer: the number below it is half as far away as the one above. */
static shortest find_shortest(uint64_t c, int q, bool closer)
{
	const int k = floor_shift((int64_t)q * 1262611 - (closer ? 524031 : 0), 22);
	const int h = q + floor_shift((int64_t)-k * 1741647, 19) + 1;
	const __uint128_t power = powers[-k - LEAST];
	const bool odd = c & 1;
	/* four times as much: below, the number, above */
	const uint64_t low = multiply_power(power, (4 * c - 2 + closer) << h) + odd;
	const uint64_t it = multiply_power(power, 4 * c << h);
	const uint64_t high = multiply_power(power, (4 * c + 2) << h) - odd;
	const uint64_t s = it / 4, tens = s / 10;
	const bool down = low <= 40 * tens, up = 40 * tens + 40 <= high;
	const bool under = low <= 4 * s, over = 4 * s + 4 <= high;

	if (tens > 0 && down != up) return (shortest){tens + up, k + 1};
	if (under != over) return (shortest){s + over, k};
	return (shortest){s + (it > 4 * s + 2 || (it == 4 * s + 2 && s % 2 == 1)), k};
}

/* With four decimals or fewer? Of at most 15 digits only one decimal reads as a double, so the one that does is the shortest. */
static bool is_short(shortest *out, double d)
{
	const double scaled = d * 1e4;
	const uint64_t digits = scaled < 1e15 ? (uint64_t)(scaled + 0.5) : 0;

	*out = (shortest){digits, -4};
	return digits > 0 && digits < UINT64_C(1000000000000000) && (double)digits / 1e4 == d;
}

static shortest trim_zeros(shortest s)
{
	while (s.digits % 10 == 0) {
		s.digits /= 10;
		s.exponent++;
	}
	return s;
}

shortest shortest_of(double d, unsigned width)
{
	int precision = 11;

	if (width == 8) {
		precision = 53;
	} else if (width == 4) {
		precision = 24;
	}
	int least = -24;

	if (width == 8) {
		least = -1074;
	} else if (width == 4) {
		least = -149;
	}
	uint64_t bits;
	shortest out;

	if (width == 8 && is_short(&out, d)) return trim_zeros(out);
	vv_once(&powers_made, make_powers);
	memcpy(&bits, &d, sizeof(bits));
	const int biased = (int)(bits >> 52 & 0x7ff);
	const uint64_t c = (bits & ((UINT64_C(1) << 52) - 1)) | (uint64_t)(biased > 0) << 52;
	const int e = biased > 0 ? biased - 1075 : -1074;
	const int q = e + 53 - precision > least ? e + 53 - precision : least;
	const uint64_t digits = c >> (q - e);

	return trim_zeros(
		find_shortest(digits, q, digits == UINT64_C(1) << (precision - 1) && q > least));
}
