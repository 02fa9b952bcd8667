/*
 * pump: moves bytes between two local descriptors and a sealed stream over a relay.
 *
 *	vv_pump p = {.stream = s, .line = u, .in = fd, .out = fd, .stop = stop};
 *	vv_pump_greet(&p, 20, err)     until the stream is open, or has a question for the owner
 *	vv_pump_run(&p, err)           until both sides have ended
 */
#ifndef VV_CMD_WEB_RELAY_PUMP_H
#define VV_CMD_WEB_RELAY_PUMP_H

#include <stdbool.h>

#include "base/error.h"
#include "base/keys/sealed_stream.h"
#include "transport/http/upgrade.h"

/* The members are borrowed. */
typedef struct vv_pump {
	vv_sealed_stream *stream;
	vv_upgrade *line;
	/* in: bytes for the other side; out: bytes from it. vv_pump_run closes both, and sets them to
	 * -1, when their direction has ended, and makes out non-blocking */
	int in, out;
	int stop; /* the pump fails when this descriptor can be read; -1: none */
	/* seconds that the other side has to end the stream after `in` has ended; 0: no limit */
	unsigned last_sec;
} vv_pump;

/* Exchanges the messages of the handshake, for at most `seconds` seconds. Returns VV_OK when the stream
 * is open, or when the owner has a question to answer. Errors: those of vv_sealed_stream_receive;
 * VV_EIO: the connection ended, with err->silent if the time is over. */
vv_status vv_pump_greet(vv_pump *p, unsigned seconds, vv_error *err);
/* Sends the owner's answer, for at most `seconds` seconds. */
vv_status vv_pump_flush(vv_pump *p, unsigned seconds, vv_error *err);
/* Moves bytes until both sides have ended. VV_EIO: the connection was cut. */
vv_status vv_pump_run(vv_pump *p, vv_error *err);
/* Closes p->in and p->out if they are open. */
void vv_pump_close(vv_pump *p);

#endif
