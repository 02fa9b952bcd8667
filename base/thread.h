/*
 * thread: locks, turns, threads that wait, and a pool for work that splits into independent jobs.
 *
 * A correct caller of the pool: vv_pool_new; vv_pool_submit jobs; vv_pool_wait for one job
 * (it helps with queued work meanwhile); vv_pool_free. With 0 workers all work
 * is done inside vv_pool_wait, so a single-threaded run needs no second path.
 */
#ifndef VV_BASE_THREAD_H
#define VV_BASE_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"

/* Mutual exclusion between the threads of one process. Locking cannot fail. No callback of a caller
 * runs under it. */
typedef struct vv_mutex vv_mutex;

vv_mutex *vv_mutex_new(void);    /* NULL when out of memory */
void vv_mutex_free(vv_mutex *m); /* unlocked; accepts NULL */
VV_AUTO_FREE(vv_mutex, vv_mutex_free)
void vv_mutex_lock(vv_mutex *m);
void vv_mutex_unlock(vv_mutex *m);

/* Locked until the end of the block: vv_auto(vv_locked) lock = vv_mutex_hold(m); */
typedef vv_mutex *vv_locked __attribute__((unused));
static inline vv_locked vv_mutex_hold(vv_mutex *m)
{
	vv_mutex_lock(m);
	return m;
}
static inline void vv_locked_end(vv_locked *m)
{
	vv_mutex_unlock(*m);
}
VV_AUTO_CLEAR(vv_locked, vv_locked_end)

/* Calls make, unless *done; then it is. Other threads that call it meanwhile wait. make calls nothing that does. */
void vv_once(bool *done, void (*make)(void));

/* A lock with ranks for long work: the waiter with the highest rank is next, among equals the one that waited
 * longest. To prevent starvation every VV_TURN_FAIR-th turn goes to the longest waiter: waiters of low rank
 * together get this share of all turns, whatever their number. */
typedef struct vv_turn vv_turn;
#define VV_TURN_FAIR 5u

vv_turn *vv_turn_new(void);    /* NULL when out of memory */
void vv_turn_free(vv_turn *t); /* it must be unused; accepts NULL */
VV_AUTO_FREE(vv_turn, vv_turn_free)
void vv_turn_take(vv_turn *t, uint64_t rank);
void vv_turn_give(vv_turn *t);
size_t vv_turn_waiting(vv_turn *t); /* how many wait now */

/* A thread of its own, for work that waits (a line to a peer); the pool is for work that
 * computes. */
typedef struct vv_worker vv_worker;

/* Runs run(payload) in a new thread with all signals blocked, so that they go to the main
 * thread. NULL when out of memory or threads. Every worker is joined once. */
vv_worker *vv_worker_start(void (*run)(void *payload), void *payload);
void vv_worker_join(vv_worker *w); /* waits for its end, frees it; accepts NULL */

/* The same in a detached thread, which ends with the process at the latest. False: no thread could be started. */
bool vv_thread_leave(void (*run)(void *payload), void *payload);

typedef struct vv_pool vv_pool;

/* A job lives in the caller's memory until it is waited for. */
typedef struct vv_job {
	/* worker: 0 is the waiting caller, 1.. the threads */
	void (*run)(struct vv_job *job, unsigned worker);
	struct vv_job *next;
	int state; /* the pool's */
} vv_job;

/* A pool of this number of threads besides the caller; fewer if the system refuses. NULL when out
 * of memory. */
vv_pool *vv_pool_new(unsigned threads);
unsigned vv_pool_threads(const vv_pool *p); /* threads besides the caller */
void vv_pool_submit(vv_pool *p, vv_job *job);
void vv_pool_wait(vv_pool *p, vv_job *job); /* until it has ended, running queued jobs meanwhile */
void vv_pool_free(vv_pool *p);              /* all jobs must have been waited for; accepts NULL */
VV_AUTO_FREE(vv_pool, vv_pool_free)

#endif
