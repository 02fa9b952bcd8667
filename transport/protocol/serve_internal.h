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

/* Starts to send the client signs of life at the interval s->alive_ms (pulse.h). The caller calls
 * vv_pulse_stop. Returns NULL if no signs are sent. */
vv_pulse *vv_serve_start_pulse(vv_serve *s, vv_channel *line);

/* Reads the rest of the push request q from `in`, and writes the answer without the end frame.
 * arena keeps the parts of the answer. Sets *drained to true if the request was read to its end,
 * also on failure. */
vv_status vv_serve_answer_push(vv_serve *s, vv_channel *line, vv_frame_reader *in,
			       const vv_request *q, vv_arena *arena, bool *drained, vv_error *err);

#endif
