/*
 * serve_internal: what serve.c and serve_push.c share.
 */
#ifndef VV_TRANSPORT_PROTOCOL_SERVE_INTERNAL_H
#define VV_TRANSPORT_PROTOCOL_SERVE_INTERNAL_H

#include "transport/protocol/serve.h"

/* Reads the rest of a push and writes its answer but for the end frame. *drained: the request
 * was read to its end. */
vv_status serve_push(vv_serve *s, vv_channel *line, vv_frame_reader *in, const vv_request *q,
		     vv_arena *arena, bool *drained, vv_error *err);

#endif
