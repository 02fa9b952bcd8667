/*
 * planes: converts integers to byte planes (all lowest bytes, then all second bytes ...) and back.
 * Numbers of one column differ mostly in their low bytes, so the high planes compress to almost
 * nothing.
 *
 * With SSE2, sixteen numbers are converted at a time. The portable variants have the same results
 * on any machine; a test compares the two.
 */
#ifndef VV_DATASET_FORMAT_PLANES_H
#define VV_DATASET_FORMAT_PLANES_H

#include <stddef.h>
#include <stdint.h>

/* Writes the low `width` bytes (0 .. 8) of count values as width planes of count bytes each, one
 * after the other, the least significant first. */
void vv_planes_split(uint8_t *out, const uint64_t *values, size_t count, unsigned width);

/* Does the inverse: sets values[0 .. count) from the planes. Plane j begins at planes + j *
 * pitch. */
void vv_planes_join(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
		    unsigned width);

/* These variants run on any machine. */
void vv_planes_split_portable(uint8_t *out, const uint64_t *values, size_t count, unsigned width);
void vv_planes_join_portable(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
			     unsigned width);

#endif
