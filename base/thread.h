/*
 * thread: mutexes, turns (locks for long work, with ranks), workers (threads that mostly wait), and
 * a pool of threads for independent jobs.
 *
 * A correct caller of the pool: vv_pool_new; vv_pool_submit for each job; vv_pool_wait for each
 * job, which runs queued jobs meanwhile; vv_pool_free. With 0 threads, all jobs run inside
 * vv_pool_wait, so a single-threaded run needs no code of its own.
 */
#ifndef VV_BASE_THREAD_H
#define VV_BASE_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"

/* A mutex between threads of the process. Locking cannot fail. Do not call a caller's callback
 * while a mutex is locked. */
typedef struct vv_mutex vv_mutex;

vv_mutex *vv_mutex_new(void);    /* NULL when out of memory */
void vv_mutex_free(vv_mutex *m); /* m must be unlocked; accepts NULL */
VV_AUTO_FREE(vv_mutex, vv_mutex_free)
void vv_mutex_lock(vv_mutex *m); /* waits until no other thread has m locked */
void vv_mutex_unlock(vv_mutex *m);

/* Locks a mutex until the end of the block: vv_auto(vv_locked) lock = vv_mutex_hold(m); */
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

/* If *done is false, calls make and then sets *done to true. Other calls of vv_once with a false
 * *done wait meanwhile, also for another `done`. Therefore make must not call vv_once, not even
 * indirectly. */
void vv_once(bool *done, void (*make)(void));

/* A lock with ranks, for long work. The next owner is the waiting thread with the greatest rank. Among
 * equal ranks, it is the thread that has waited longest. To prevent starvation, every VV_TURN_FAIR-th
 * owner chosen in this way is the thread that has waited longest, whatever its rank. */
typedef struct vv_turn vv_turn;
#define VV_TURN_FAIR 5u

vv_turn *vv_turn_new(void);    /* NULL when out of memory */
void vv_turn_free(vv_turn *t); /* no thread may own t or wait for it; accepts NULL */
VV_AUTO_FREE(vv_turn, vv_turn_free)
void vv_turn_take(vv_turn *t, uint64_t rank); /* locks t; waits until it is this thread's turn */
void vv_turn_give(vv_turn *t);                /* unlocks t */
size_t vv_turn_waiting(vv_turn *t);           /* number of threads that wait for t */

/* A thread for work that mostly waits, such as a connection to a peer. For computation, use the
 * pool. */
typedef struct vv_worker vv_worker;

/* Runs run(payload) in a new thread. All signals are blocked in this thread, so that the main
 * thread receives them. Returns NULL if memory or threads run out. Join every worker exactly
 * once. */
vv_worker *vv_worker_start(void (*run)(void *payload), void *payload);
void vv_worker_join(vv_worker *w); /* waits until the thread has ended, and frees w; accepts NULL */

/* Runs run(payload) in a detached thread, with all signals blocked. If the process ends, it ends the
 * thread, too. Returns false if no thread could be started. */
bool vv_thread_leave(void (*run)(void *payload), void *payload);

typedef struct vv_pool vv_pool;

/* A job. Its memory belongs to the caller, and must stay valid until vv_pool_wait returns. */
typedef struct vv_job {
	/* does the work of job. worker is the number of the pool thread that runs the job, from 1;
	 * it is 0 in a thread that is not of this pool, and runs the job in vv_pool_wait */
	void (*run)(struct vv_job *job, unsigned worker);
	struct vv_job *next; /* private to the pool */
	int state;           /* private to the pool */
} vv_job;

/* Starts a pool with the given number of threads besides the caller's, or fewer if the system
 * refuses more. Returns NULL if memory runs out. */
vv_pool *vv_pool_new(unsigned threads);
unsigned vv_pool_threads(const vv_pool *p);   /* number of the pool's own threads */
void vv_pool_submit(vv_pool *p, vv_job *job); /* adds a job to the queue */
/* Waits until job, which was submitted, has ended. Runs queued jobs meanwhile. */
void vv_pool_wait(vv_pool *p, vv_job *job);
void vv_pool_free(vv_pool *p); /* call vv_pool_wait for all jobs first; accepts NULL */
VV_AUTO_FREE(vv_pool, vv_pool_free)

#endif
