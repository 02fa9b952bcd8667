/*
 * places_block: a block of places (places.h), in one of two forms: runs of consecutive places, or
 * packed, with each place in the same number of bits.
 *
 * Format: docs/formats/store.md, "key order".
 */
#ifndef VV_DATASET_FORMAT_PLACES_BLOCK_H
#define VV_DATASET_FORMAT_PLACES_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VV_PLACE_MAX ((UINT64_C(1) << 48) - 1)
#define VV_PLACES_BLOCK_MAX 65536u

/* Sets *rows to the number of rows of the block. VV_ECORRUPT: the bytes are not a valid block. */
vv_status vv_places_rows(uint64_t *rows, const void *bytes, size_t len, vv_error *err);

/* The rest of this header is private to dataset/format. */

enum { PLACES_FORM_RUNS = 0, PLACES_FORM_PACKED = 1 };
#define PLACES_RUNS_MOST 4096u

typedef struct places_run {
	uint64_t first, count;
} places_run;

static inline unsigned places_bits(uint64_t v)
{
	return v == 0 ? 1 : 64u - (unsigned)__builtin_clzll(v);
}

static inline uint64_t places_packed_bytes(uint64_t rows, unsigned width)
{
	return (rows * width + 7) / 8;
}

/* A block, and the reader's position in it. */
typedef struct places_block {
	const uint8_t *p, *end; /* the bytes not yet read; borrowed */
	bool packed;
	uint64_t rows;  /* rows not yet returned, of a packed block or of the current run */
	unsigned width; /* packed: bits of each place */
	uint64_t bits;  /* packed: bits read ahead */
	unsigned have;  /* packed: the number of bits read ahead */
} places_block;

/* Opens a block; the bytes are borrowed. VV_ECORRUPT: not a valid block. */
vv_status places_block_open(places_block *b, const uint8_t *bytes, size_t len, vv_error *err);
/* Returns the next place of a packed block, which must have rows left. */
uint64_t places_block_packed(places_block *b);
/* Reads the next run of a block that is not packed and not at its end. *expected is the place after
 * the previous run, relative to which the run is stored; the call sets it to the place after this
 * run. */
vv_status places_block_run(places_block *b, places_run *out, uint64_t *expected, vv_error *err);

#endif
