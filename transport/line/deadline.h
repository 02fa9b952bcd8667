/*
 * deadline: stops the waits of a connection at a time, whatever the other side sends until then.
 *
 * Patience (patience.h) measures each wait, and each byte restores a part of it. A peer that sends
 * signs of life or single bytes can use it up many times, so where other copies can be used, the
 * whole request has a deadline, too.
 *
 *   vv_deadline *d = vv_deadline_start(&stopped, 10000);    connect.stopped is &stopped
 *   ... the request ...
 *   vv_deadline_end(d);
 */
#ifndef VV_TRANSPORT_LINE_DEADLINE_H
#define VV_TRANSPORT_LINE_DEADLINE_H

#include <stdatomic.h>
#include <stdint.h>

#define VV_DEADLINE_BESIDE_MS 10000u /* where another copy answers */
#define VV_DEADLINE_ALONE_MS 60000u  /* for a first answer, where no other copy is known */

typedef struct vv_deadline vv_deadline;

/* Starts a thread that sets *stopped to true after `ms` milliseconds. Borrows stopped until
 * vv_deadline_end. Returns NULL if memory or threads ran out; there is then no deadline. */
vv_deadline *vv_deadline_start(atomic_bool *stopped, uint64_t ms);
/* Ends the thread. *stopped does not change after this call. Accepts NULL. */
void vv_deadline_end(vv_deadline *d);

#endif
