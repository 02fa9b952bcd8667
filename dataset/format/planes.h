/*
 * planes: converts integers to byte planes (all lowest bytes, then all second bytes ...) and back.
 * The numbers of a column differ mostly in their low bytes, so the high planes compress well.
 *
 * With SSE2, sixteen numbers are converted at a time. The portable variants have the same results
 * on any machine; a test compares the two.
 */
#ifndef VV_DATASET_FORMAT_PLANES_H
#define VV_DATASET_FORMAT_PLANES_H

#include <stddef.h>
#include <stdint.h>

/* Writes the low `width` (0 to 8) bytes of count values to out, as width planes of count bytes
 * each. The plane of the lowest bytes is the first. */
void vv_planes_split(uint8_t *out, const uint64_t *values, size_t count, unsigned width);

/* Sets values[0 .. count) from width planes, as the inverse of vv_planes_split. Plane j begins at
 * planes + j * pitch. */
void vv_planes_join(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
		    unsigned width);

/* Do what the functions above do, without SSE2, on any machine. */
void vv_planes_split_portable(uint8_t *out, const uint64_t *values, size_t count, unsigned width);
void vv_planes_join_portable(uint64_t *values, const uint8_t *planes, size_t pitch, size_t count,
			     unsigned width);

#endif
