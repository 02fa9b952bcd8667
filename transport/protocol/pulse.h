/*
 * pulse: sends signs of life while this side computes an answer.
 *
 * A peer that receives nothing within its time limit gives up, but a server that checks a huge
 * table has nothing to send for minutes. So while an answer is computed, a thread sends an empty
 * text frame, and flushes it, whenever nothing else was sent since its last check. The thread stops
 * if the work makes no progress, so that signs of life do not extend waits without limit.
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

#define VV_PULSE_MS 5000u       /* time between two signs of life */
#define VV_PULSE_STALL_SEC 600u /* time without progress after which the signs stop */

typedef struct vv_pulse vv_pulse;

/* Starts sending signs of life. done: a counter that grows with the work (verified row groups).
 * line and done are borrowed until vv_pulse_stop. every_ms 0: no signs. stall_ms 0:
 * VV_PULSE_STALL_SEC. NULL: no signs are sent, also because of too little memory. */
vv_pulse *vv_pulse_start(vv_channel *line, const atomic_uint_fast64_t *done, unsigned every_ms,
			 uint64_t stall_ms);
void vv_pulse_stop(vv_pulse *p); /* accepts NULL */

#endif
