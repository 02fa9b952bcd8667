/*
 * pulse: sends signs of life while this side computes an answer.
 *
 * A client that receives nothing within its time limit gives up. A server that checks a huge table
 * may have nothing to send for minutes. Therefore, while the server makes an answer, a thread
 * checks regularly whether anything was sent. If nothing was sent, the thread sends an empty text
 * frame at once. The thread stops if the work makes no progress, so that a client does not wait
 * forever.
 *
 *   vv_pulse *p = vv_pulse_start(line, &done, VV_PULSE_MS, 0); after the request was read to its
 *   end
 *   ... work, which adds to done; frames may be written meanwhile ...
 *   vv_pulse_stop(p);                                  before anything is read
 */
#ifndef VV_TRANSPORT_PROTOCOL_PULSE_H
#define VV_TRANSPORT_PROTOCOL_PULSE_H

#include <stdatomic.h>
#include <stdint.h>

#include "transport/line/channel.h"

#define VV_PULSE_MS 5000u       /* usual time between two signs of life, in milliseconds */
#define VV_PULSE_STALL_SEC 600u /* seconds without progress after which the signs stop */

typedef struct vv_pulse vv_pulse;

/* Starts a thread that checks every `every_ms` milliseconds whether anything was sent on line, and
 * sends a sign of life if not. `done` is a counter that grows with the work, such as the number of
 * verified row groups. The signs stop when the counter has not changed for `stall_ms` milliseconds
 * (0: VV_PULSE_STALL_SEC). Borrows line and `done` until vv_pulse_stop. Returns NULL if every_ms is
 * 0, or if memory or threads ran out; no signs are then sent. */
vv_pulse *vv_pulse_start(vv_channel *line, const atomic_uint_fast64_t *done, unsigned every_ms,
			 uint64_t stall_ms);
/* Stops the signs, and waits for the end of the thread. */
void vv_pulse_stop(vv_pulse *p); /* accepts NULL */

#endif
