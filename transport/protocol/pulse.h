/*
 * pulse: the sign of life of a side that works on an answer.
 *
 * A peer that hears nothing for its limit gives up; one that checks a huge table has nothing to send for minutes. So
 * while an answer is made a thread sends an empty text frame whenever nothing else went out since it last looked, and
 * flushes it. It stops where the work stands still: a sign of life is no proof of progress, and none is waited for on
 * its account alone.
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
#define VV_PULSE_STALL_SEC 600u /* so long without progress, and there are no more */

typedef struct vv_pulse vv_pulse;

/* done: a count that grows with the work (row groups proved); borrowed, like line, until the stop.
 * every_ms 0: no signs. stall_ms 0: VV_PULSE_STALL_SEC. NULL also where there is no memory or
 * thread for it: then there are no signs. */
vv_pulse *vv_pulse_start(vv_channel *line, const atomic_uint_fast64_t *done, unsigned every_ms,
			 uint64_t stall_ms);
void vv_pulse_stop(vv_pulse *p); /* accepts NULL */

#endif
