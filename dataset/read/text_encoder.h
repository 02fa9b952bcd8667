/*
 * text_encoder: text in pieces, encoded as a file has it, counted and hashed.
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

typedef struct vv_text_encoder {
	vv_buf bytes;        /* of the last piece */
	uint64_t count;      /* bytes so far */
	vv_xxh3_state *hash; /* of them */
	vv_buf rest;         /* text that is not encoded yet: the beginning of a character */
} vv_text_encoder;

vv_status vv_text_encoder_init(vv_text_encoder *e, vv_error *err);
void vv_text_encoder_clear(vv_text_encoder *e); /* accepts zeroes */
void vv_text_encoder_reset(vv_text_encoder *e); /* as after init */

/* Encodes the next piece into e->bytes. VV_EINPUT: it has a character that the encoding lacks. */
vv_status vv_text_encoder_put(vv_text_encoder *e, vv_encoding *encoding, const char *text,
			      size_t len, bool last, vv_error *err);

/* The same if it is known that these are the bytes: false, and nothing is done, if text before waits for its rest. */
bool vv_text_encoder_put_known(vv_text_encoder *e, const char *bytes, size_t len);

/* Are the bytes so far these? */
bool vv_text_encoder_made(const vv_text_encoder *e, uint64_t count, vv_hash128 hash);

#endif
