/*
 * shortest: the decimal with the fewest digits that reads as a given binary number; of several the nearest one.
 *
 * Algorithm: R. Giulietti, "The Schubfach way to render doubles", 2020.
 */
#ifndef VV_LIB_ARROW_IN_SHORTEST_H
#define VV_LIB_ARROW_IN_SHORTEST_H

#include <stdint.h>

/* A decimal: digits x 10^exponent, and no zero at the end of digits. */
typedef struct shortest {
	uint64_t digits; /* at most 17 of them */
	int exponent;
} shortest;

/* For a number above zero and below infinity. width: bytes of the binary format that it must be read as: 8, 4 or 2, in which it
 * is exact. */
shortest shortest_of(double d, unsigned width);

#endif
