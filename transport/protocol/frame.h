/*
 * frame: writes and reads frames on a channel. A frame has a type, a length and bytes.
 *
 *   1        type: one of the letters below
 *   varint   length of the payload, at most VV_FRAME_MAX
 *   payload
 *
 * A request or an answer consists of any number of frames, and ends with VV_FRAME_END, which has no
 * payload. If the sender fails, it sends VV_FRAME_ERROR instead of the remaining frames, and then
 * VV_FRAME_END. Format: docs/formats/protocol.md.
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
	VV_FRAME_PACK = 'P',    /* a Git pack, instead of VV_FRAME_OBJECTS */
	VV_FRAME_TEXT = 'T',    /* text to display; empty: the sender is still working (pulse.h) */
	VV_FRAME_ERROR = 'E',   /* DAG-CBOR: {code, hint, text} */
	VV_FRAME_END = '.'      /* the end of a request or answer */
};

#define VV_FRAME_MAX (4u << 20) /* maximum bytes of a payload */
/* A frame of blocks or objects is sent when its payload has this size. */
#define VV_FRAME_AIM (64u << 10)

/* Writes a frame of this type with a payload of len bytes, at most VV_FRAME_MAX. */
vv_status vv_frame_write(vv_channel *line, uint8_t type, const void *bytes, size_t len,
			 vv_error *err);
/* Writes take_message as a frame of type VV_FRAME_MESSAGE, and clears the buffer. VV_ENOMEM: memory
 * ran out while the buffer was filled. */
vv_status vv_frame_write_message(vv_channel *line, vv_buf *take_message, vv_error *err);
/* Writes VV_FRAME_END, and ends the turn. */
vv_status vv_frame_end(vv_channel *line, vv_error *err);

/* Sends the error `what` (only its code, message and hint) to the other side, and then
 * VV_FRAME_END. */
vv_status vv_frame_fail(vv_channel *line, const vv_error *what, vv_error *err);

/* For vv_frame_reader.works, in milliseconds: enough for checking a table of a terabyte. */
#define VV_TEXT_MAX_MS (4u * 3600 * 1000)

/* Reads the frames of a request or answer. budget is the number of bytes that the request or answer
 * may still have. */
typedef struct vv_frame_reader {
	vv_channel *line;
	uint64_t budget;
	bool skips_alive; /* skip empty text frames */
	/* the peer is a process of this program: do not mark its errors as remote */
	bool is_own;
	/* limits the time in which the peer sends only signs of life (pulse.h); initially, max_ms
	 * is VV_TEXT_MAX_MS */
	vv_patience works;
	/* time at which the last frame of this answer was received, on the clock of
	 * vv_monotonic_ms; 0: no frame yet */
	uint64_t last_ms;
	vv_buf payload;
} vv_frame_reader;
/* Makes a reader of frames on the channel line, for a request or answer of at most budget bytes. */
void vv_frame_reader_init(vv_frame_reader *r, vv_channel *line, uint64_t budget);
void vv_frame_reader_clear(vv_frame_reader *r);
VV_AUTO_CLEAR(vv_frame_reader, vv_frame_reader_clear)

/* Reads the next frame, and sets *type. Its payload is in r->payload until the next call. After an
 * error frame, also reads the end frame, and fails with the error that the peer sent, with "remote:
 * " before its message. VV_ECORRUPT: the bytes are not a frame. VV_EREFUSED: the budget is used up.
 * VV_EIO: for works.max_ms milliseconds, the peer sent only text (signs of life, progress), or too
 * few bytes. */
vv_status vv_frame_read(vv_frame_reader *r, uint8_t *type, vv_error *err);

/* Reads the next frame, which must be a message. VV_ECORRUPT: the frame has another type. */
vv_status vv_frame_read_message(vv_frame_reader *r, vv_error *err);
/* Reads the end frame of an answer. VV_ECORRUPT: the peer sent another frame, or sent more bytes
 * after the end frame. */
vv_status vv_frame_read_last(vv_frame_reader *r, vv_error *err);
/* Sets the error for a frame of this type, which the protocol does not allow here. */
vv_status vv_frame_fail_type(const vv_frame_reader *r, uint8_t type, vv_error *err);

/* Reads and drops all frames up to and including the end frame. */
vv_status vv_frame_drain(vv_frame_reader *r, vv_error *err);

#endif
