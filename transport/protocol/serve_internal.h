/*
 * serve_internal: declarations for the sources of serve.
 */
#ifndef VV_TRANSPORT_PROTOCOL_SERVE_INTERNAL_H
#define VV_TRANSPORT_PROTOCOL_SERVE_INTERNAL_H

#include "base/arena.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/message.h"
#include "transport/protocol/pulse.h"
#include "transport/protocol/serve.h"

/* Starts sending the client a sign of life every s->alive_ms (pulse.h), until vv_pulse_stop.
 * Returns NULL if no signs are sent. */
vv_pulse *vv_serve_start_pulse(vv_serve *s, vv_channel *line);

/* Reads the rest of the push request q from the frames of `in`, and writes the answer without the
 * end frame. Sets *drained to true if the request was read to its end. */
vv_status vv_serve_answer_push(vv_serve *s, vv_channel *line, vv_frame_reader *in,
			       const vv_request *q, vv_arena *arena, bool *drained, vv_error *err);

#endif
