/*
 * worker: a thread of its own, for work that waits (a line to a peer), beside the pool
 * of thread.h, which is for work that computes.
 */
#ifndef VV_BASE_WORKER_H
#define VV_BASE_WORKER_H

typedef struct vv_worker vv_worker;

/* Runs run(payload) in a new thread with all signals blocked. NULL when out of memory or
 * threads. Every worker is joined once. */
vv_worker *vv_worker_start(void (*run)(void *payload), void *payload);
void vv_worker_join(vv_worker *w); /* waits for its end, frees it; accepts NULL */

#endif
