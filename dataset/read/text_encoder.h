/*
 * text_encoder: encodes text, piece by piece, in a file's encoding, and counts and hashes the
 * encoded bytes.
 */
#ifndef VV_DATASET_READ_TEXT_ENCODER_H
#define VV_DATASET_READ_TEXT_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "dataset/read/encoding.h"

/* The state of encoding one file. */
typedef struct vv_text_encoder {
	vv_buf bytes;        /* the encoded bytes of the last piece */
	uint64_t count;      /* number of encoded bytes of all pieces */
	vv_xxh3_state *hash; /* XXH3 of the encoded bytes of all pieces */
	/* the beginning of a character, at the end of the last piece; not encoded yet */
	vv_buf rest;
} vv_text_encoder;

/* Makes *e an encoder without pieces. */
vv_status vv_text_encoder_init(vv_text_encoder *e, vv_error *err);
void vv_text_encoder_clear(vv_text_encoder *e); /* accepts zeroes */
void vv_text_encoder_reset(vv_text_encoder *e); /* discards all pieces */

/* Encodes the next piece into e->bytes. last: no piece follows. VV_EINPUT: the encoding does not
 * have a character of the text. */
vv_status vv_text_encoder_put(vv_text_encoder *e, vv_encoding *encoding, const char *text,
			      size_t len, bool last, vv_error *err);

/* Counts and hashes len bytes, which the caller knows to be the next piece in its encoded form.
 * Does not change e->bytes. Returns false, and does nothing, if the last piece ended within a
 * character. */
bool vv_text_encoder_put_known(vv_text_encoder *e, const char *bytes, size_t len);

/* Returns true if the encoded bytes of all pieces have this length and XXH3-128. */
bool vv_text_encoder_made(const vv_text_encoder *e, uint64_t count, vv_hash128 hash);

#endif
