/*
 * shortest: finds the decimal with the fewest digits that is read back as a given binary number. If
 * several have that many digits, finds the one nearest to the number.
 *
 * Algorithm: R. Giulietti, "The Schubfach way to render doubles", 2020.
 */
#ifndef VV_LIB_ARROW_IN_SHORTEST_H
#define VV_LIB_ARROW_IN_SHORTEST_H

#include <stdint.h>

/* The decimal digits x 10^exponent; digits does not end in a zero. */
typedef struct shortest {
	uint64_t digits; /* at most 17 decimal digits */
	int exponent;
} shortest;

/* Returns the shortest decimal for d, a finite number above zero. width: size in bytes of the
 * binary format (8, 4 or 2); d must be exactly representable in that format. */
shortest shortest_of(double d, unsigned width);

#endif
