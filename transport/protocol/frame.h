/*
 * frame: writes and reads frames on a channel. A frame has a type, a length and bytes.
 *
 *   1        type: one of the letters below
 *   varint   length of the payload, at most VV_FRAME_MAX
 *   payload
 *
 * A request or an answer is a sequence of frames. The last one is VV_FRAME_END, which has no
 * payload. A sender that fails sends VV_FRAME_ERROR instead of the remaining frames, and then
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
/* a frame of blocks or objects is sent when its payload reaches this size, in bytes */
#define VV_FRAME_AIM (64u << 10)

/* Writes a frame of this type with a payload of len bytes. VV_EREFUSED: len is more than
 * VV_FRAME_MAX. */
vv_status vv_frame_write(vv_channel *line, uint8_t type, const void *bytes, size_t len,
			 vv_error *err);
/* Writes the content of take_message as a frame of type VV_FRAME_MESSAGE, and frees it, also on
 * failure. VV_ENOMEM: memory ran out while the buffer was filled. */
vv_status vv_frame_write_message(vv_channel *line, vv_buf *take_message, vv_error *err);
/* Writes VV_FRAME_END, and sends all buffered bytes. */
vv_status vv_frame_end(vv_channel *line, vv_error *err);

/* Sends the code and message of the error `what` to the other side, and its hint if the hint is a
 * sentence; then sends VV_FRAME_END. The other side receives VV_EIO instead of a code that the
 * protocol does not have (docs/formats/protocol.md). */
vv_status vv_frame_fail(vv_channel *line, const vv_error *what, vv_error *err);

/* The default of works.max_ms: 4 hours, in which a peer can check a table of a terabyte. */
#define VV_TEXT_MAX_MS (4u * 3600 * 1000)

/* A reader of the frames of one request or answer. budget is the number of bytes that may still
 * follow. */
typedef struct vv_frame_reader {
	vv_channel *line;
	uint64_t budget;
	bool skips_alive; /* skip empty text frames */
	/* the peer is a process of this program: vv_frame_read returns its errors unmarked */
	bool is_own;
	/* limits the time for which the peer may send only text; max_ms is VV_TEXT_MAX_MS at
	 * first */
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

/* Reads the next frame, and sets *type. Its payload is in r->payload until the next call. If the
 * frame is an error, reads the end frame, too, and fails with the error that the peer sent;
 * err->answered is then set. The message begins with "remote: ", unless is_own is set; with is_own,
 * VV_EMISSING also sets err->block. VV_ECORRUPT: the bytes are not a frame. VV_EREFUSED: the budget
 * is used up. VV_EIO: the connection failed, or, with err->silent, the peer stayed below the pace of
 * `works` for works.max_ms milliseconds (transport/line/patience.h). Text frames (signs of life, progress) do
 * not count as data. */
vv_status vv_frame_read(vv_frame_reader *r, uint8_t *type, vv_error *err);

/* Reads the next frame, which must be a message. VV_ECORRUPT: the frame has another type. */
vv_status vv_frame_read_message(vv_frame_reader *r, vv_error *err);
/* Reads the end frame of an answer, and ends the answer on the channel. VV_ECORRUPT: the peer sent
 * another frame, or more bytes after the end frame. */
vv_status vv_frame_read_last(vv_frame_reader *r, vv_error *err);
/* Sets err for a frame of a type that the protocol does not allow here, and returns VV_ECORRUPT. */
vv_status vv_frame_fail_type(const vv_frame_reader *r, uint8_t type, vv_error *err);

/* Reads and drops all frames up to and including the end frame. Does not call vv_channel_done,
 * unlike vv_frame_read_last. */
vv_status vv_frame_drain(vv_frame_reader *r, vv_error *err);

#endif
