/*
 * pulse: the sign of life of a side that works on an answer.
 *
 * A peer that receives nothing for its limit gives up; one that checks a huge table has nothing to send for minutes.
 * So while an answer is made a thread sends an empty text frame whenever nothing else was sent since its last check,
 * and flushes it. It stops when the work makes no progress: a sign of life alone does not prove progress, and does
 * not extend waits for ever.
 *
 *   vv_pulse *p = vv_pulse_start(line, &done, 5000);   after the request was read to its end
 *   ... work, which adds to done; frames may be written meanwhile ...
 *   vv_pulse_stop(p);                                  before anything is read
 */
#ifndef VV_TRANSPORT_PROTOCOL_PULSE_H
#define VV_TRANSPORT_PROTOCOL_PULSE_H

#include <stdatomic.h>
#include <stdint.h>

#include "transport/line/channel.h"

#define VV_PULSE_MS 5000u       /* between two signs */
#define VV_PULSE_STALL_SEC 600u /* after this time without progress the signs stop */

typedef struct vv_pulse vv_pulse;

/* done: a count that grows with the work (row groups proved); borrowed, like line, until the stop.
 * every_ms 0: no signs. stall_ms 0: VV_PULSE_STALL_SEC. NULL also without memory or a thread for
 * it: then no signs are sent. */
vv_pulse *vv_pulse_start(vv_channel *line, const atomic_uint_fast64_t *done, unsigned every_ms,
			 uint64_t stall_ms);
void vv_pulse_stop(vv_pulse *p); /* accepts NULL */

#endif
