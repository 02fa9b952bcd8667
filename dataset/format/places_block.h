/*
 * places_block: reads one block of a list of places (places.h). A place is the number, from 0, of a
 * row in the file of a table whose rows are stored in key order. A block has one of two forms: runs
 * of consecutive places, or packed places, each in the same number of bits.
 *
 * Format: docs/formats/store.md, "key order".
 */
#ifndef VV_DATASET_FORMAT_PLACES_BLOCK_H
#define VV_DATASET_FORMAT_PLACES_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VV_PLACE_MAX ((UINT64_C(1) << 48) - 1) /* the greatest place */
#define VV_PLACES_BLOCK_MAX 65536u             /* maximum number of bytes of a block */

/* Sets *rows to the number of rows whose places are in the block bytes[0 .. len). VV_ECORRUPT: the
 * bytes are not a valid block. The values of the places in runs are not checked here, but when they
 * are read. */
vv_status vv_places_rows(uint64_t *rows, const void *bytes, size_t len, vv_error *err);

/* The rest of this header is private to dataset/format. */

/* The forms of a block. */
enum { PLACES_FORM_RUNS = 0, PLACES_FORM_PACKED = 1 };
#define PLACES_RUNS_MOST 4096u /* maximum number of runs in a block */

/* A run: `count` consecutive rows with the places first, first + 1, ... first + count - 1. */
typedef struct places_run {
	uint64_t first, count;
} places_run;

/* Returns the number of bits needed for v, at least 1. */
static inline unsigned places_bits(uint64_t v)
{
	return v == 0 ? 1 : 64u - (unsigned)__builtin_clzll(v);
}

/* Returns the number of bytes of `rows` packed places with `width` bits each. */
static inline uint64_t places_packed_bytes(uint64_t rows, unsigned width)
{
	return (rows * width + 7) / 8;
}

/* A block, and the reader's position in it. */
typedef struct places_block {
	const uint8_t *p, *end; /* the bytes not yet read; borrowed */
	bool packed;            /* the block's form */
	uint64_t rows;          /* packed: number of places not yet returned */
	unsigned width;         /* packed: bits of each place */
	uint64_t bits;          /* packed: the bits that were read from p, but not returned yet */
	unsigned have;          /* packed: number of valid bits in `bits` */
} places_block;

/* Opens the block bytes[0 .. len), which must outlive b. VV_ECORRUPT: the block is not valid. */
vv_status places_block_open(places_block *b, const uint8_t *bytes, size_t len, vv_error *err);
/* Returns the next place of a packed block, which must have rows left. */
uint64_t places_block_packed(places_block *b);
/* Sets *out to the next run of a block that is not packed and not at its end. A run is stored
 * relative to the place after the previous run, which the caller passes in *expected; the function
 * sets *expected to the place after this run. */
vv_status places_block_run(places_block *b, places_run *out, uint64_t *expected, vv_error *err);

#endif
