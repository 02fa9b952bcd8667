/*
 * planes: integers as byte planes (all lowest bytes, then all second bytes ...)
 * and back. Numbers of one column differ mostly in their low bytes, so that the
 * high planes compress to almost nothing.
 *
 * With SSE2 sixteen numbers are transposed at a time; the portable twins have the same results on
 * any machine, and a test compares the two.
 */
#ifndef VV_DATASET_FORMAT_PLANES_H
#define VV_DATASET_FORMAT_PLANES_H

#include <stddef.h>
#include <stdint.h>

/* The low `width` bytes (0 .. 8) of count values into width planes of count
 * bytes each, one after the other, the least significant first. */
void vv_planes_split(uint8_t *out, const uint64_t *values, size_t count, unsigned width);

/* The inverse for values[0 .. count): plane j begins at planes + j * pitch. */
void vv_planes_join(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
		    unsigned width);

void vv_planes_split_portable(uint8_t *out, const uint64_t *values, size_t count, unsigned width);
void vv_planes_join_portable(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
			     unsigned width);

#endif
