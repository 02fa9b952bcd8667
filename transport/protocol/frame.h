/*
 * frame: frames on a channel: a type, a length, bytes.
 *
 *   1        type: one of the letters below
 *   varint   length of the payload, at most VV_FRAME_MAX
 *   payload
 *
 * A request, and an answer, is any number of frames and then VV_FRAME_END (no payload).
 * VV_FRAME_ERROR replaces the rest and has the error; it too is followed by VV_FRAME_END. Format:
 * docs/formats/protocol.md.
 */
#ifndef VV_TRANSPORT_PROTOCOL_FRAME_H
#define VV_TRANSPORT_PROTOCOL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "transport/line/channel.h"
#include "transport/line/patience.h"

enum {
	VV_FRAME_MESSAGE = 'M', /* one DAG-CBOR map */
	VV_FRAME_BLOCKS = 'B',  /* records of blocks (block_stream.h) */
	VV_FRAME_OBJECTS = 'O', /* records of Git objects (object_stream.h) */
	VV_FRAME_PACK = 'P',    /* in place of these: a pack of Git's */
	VV_FRAME_TEXT = 'T',    /* text for people; empty: the far side works (pulse.h) */
	VV_FRAME_ERROR = 'E',   /* DAG-CBOR: {code, hint, text} */
	VV_FRAME_END = '.'
};

#define VV_FRAME_MAX (4u << 20)
#define VV_FRAME_AIM (64u << 10) /* bulk frames are sent when they have so much */

vv_status vv_frame_write(vv_channel *line, uint8_t type, const void *bytes, size_t len,
			 vv_error *err);
/* A message; the buffer is cleared. Fails if it lacked memory, too. */
vv_status vv_frame_write_message(vv_channel *line, vv_buf *take_message, vv_error *err);
vv_status vv_frame_end(vv_channel *line, vv_error *err); /* VV_FRAME_END, and the turn */

/* Sends an error to the other side, then ends. Only its public parts: code, message and hint. */
vv_status vv_frame_fail(vv_channel *line, const vv_error *what, vv_error *err);

#define VV_TEXT_MAX_MS (4u * 3600 * 1000) /* a table of a terabyte is checked in less */

/* Reading, with a budget: bytes that may still come in this request or answer. */
typedef struct vv_frame_reader {
	vv_channel *line;
	uint64_t budget;
	bool skips_alive;  /* skips frames that only show that the far side works */
	bool is_own;       /* a process of this program: its errors are not marked as remote */
	vv_patience works; /* with a peer that only shows that it works; max_ms: VV_TEXT_MAX_MS */
	uint64_t last_ms;  /* when the last frame of this answer came; 0: none yet */
	vv_buf payload;
} vv_frame_reader;
void vv_frame_reader_init(vv_frame_reader *r, vv_channel *line, uint64_t budget);
void vv_frame_reader_clear(vv_frame_reader *r);
VV_AUTO_CLEAR(vv_frame_reader, vv_frame_reader_clear)

/* The next frame; its payload is in r->payload until the next call. An error frame becomes
 * the call's own failure, "remote: ..." before its text, after its end was read too.
 * VV_ECORRUPT: no frame; VV_EREFUSED: the budget is used up; VV_EIO: nothing but text (signs of
 * life, progress), or next to nothing, came for works.max_ms. */
vv_status vv_frame_read(vv_frame_reader *r, uint8_t *type, vv_error *err);

/* Reads up to the end frame, of which everything before is dropped. */
vv_status vv_frame_drain(vv_frame_reader *r, vv_error *err);

#endif
