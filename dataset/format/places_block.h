/*
 * places_block: a block of places (places.h): runs of rows, or each row's place in a fixed number
 * of bits.
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

/* How many rows the block has. VV_ECORRUPT for anything that is not a block. */
vv_status vv_places_rows(uint64_t *rows, const void *bytes, size_t len, vv_error *err);

/* Private to dataset/format. */

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
	const uint8_t *p, *end;
	bool packed;
	uint64_t rows; /* not yet given, of a packed block; of the run */
	unsigned width;
	uint64_t bits; /* read ahead */
	unsigned have;
} places_block;

/* Borrows the bytes. VV_ECORRUPT. */
vv_status places_block_open(places_block *b, const uint8_t *bytes, size_t len, vv_error *err);
/* The next place of a packed block that has rows left. */
uint64_t places_block_packed(places_block *b);
/* The next run of another block that is not at its end; *expected moves behind it. */
vv_status places_block_run(places_block *b, places_run *out, uint64_t *expected, vv_error *err);

#endif
