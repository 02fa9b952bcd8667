/*
 * thread: pthreads, kept inside of base: the pool's queue (first in, first out, one lock)
 * and its threads, workers, and mutexes on the heap.
 *
 * The pool's jobs are groups of some ten kilobytes and more, so one lock is far from
 * being contended; measure before replacing it.
 */
#include "base/thread.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/sys.h"

enum { QUEUED = 1, RUNNING = 2, DONE = 3 };

typedef struct pool_thread {
	vv_pool *pool;
	unsigned number; /* 1 and up */
	pthread_t thread;
} pool_thread;

struct vv_pool {
	pthread_mutex_t lock; /* guards all below, and every job's state */
	pthread_cond_t work;  /* the queue got a job, or closing was set */
	pthread_cond_t ended; /* a job ended, or one was queued that a waiter could run */
	vv_job *first, *last; /* first NULL: empty */
	bool closing;
	unsigned threads;
	pool_thread *workers;
};

/* This thread in the pool that it belongs to; NULL for other threads. A job may itself wait for
 * jobs of another pool: there its thread is a waiting caller, number 0. */
static _Thread_local const pool_thread *self;

static vv_job *take_first(vv_pool *p)
{
	vv_job *job = p->first;

	if (job) {
		p->first = job->next;
		if (!p->first) {
			p->last = NULL;
		}
		job->next = NULL;
		job->state = RUNNING;
	}
	return job;
}

/* Runs job without the lock, which is locked before and after. The job may be freed as soon as its
 * state is DONE. */
static void run_unlocked(vv_pool *p, vv_job *job)
{
	(void)pthread_mutex_unlock(&p->lock);
	job->run(job, self && self->pool == p ? self->number : 0);
	(void)pthread_mutex_lock(&p->lock);
	job->state = DONE;
	(void)pthread_cond_broadcast(&p->ended);
}

static void *pool_thread_main(void *payload)
{
	pool_thread *w = payload;
	vv_pool *p = w->pool;
	vv_job *job;

	self = w;
	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		job = take_first(p);
		if (job) {
			run_unlocked(p, job);
		} else if (p->closing) {
			break;
		} else {
			(void)pthread_cond_wait(&p->work, &p->lock);
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

static bool init_locks(vv_pool *p)
{
	if (pthread_mutex_init(&p->lock, NULL) != 0) return false;
	if (pthread_cond_init(&p->work, NULL) != 0) {
		(void)pthread_mutex_destroy(&p->lock);
		return false;
	}
	if (pthread_cond_init(&p->ended, NULL) != 0) {
		(void)pthread_cond_destroy(&p->work);
		(void)pthread_mutex_destroy(&p->lock);
		return false;
	}
	return true;
}

vv_pool *vv_pool_new(unsigned threads)
{
	vv_auto_free vv_pool *p = vv_calloc(1, sizeof *p);

	if (!p) return NULL;
	p->workers = vv_calloc(threads > 0 ? threads : 1, sizeof *p->workers);
	if (!p->workers || !init_locks(p)) {
		vv_free(p->workers);
		return NULL;
	}
	for (unsigned i = 0; i < threads; i++) {
		pool_thread *w = &p->workers[i];

		w->pool = p;
		w->number = i + 1;
		if (pthread_create(&w->thread, NULL, pool_thread_main, w) != 0) {
			break;
		}
		p->threads++;
	}
	return vv_take(&p);
}

unsigned vv_pool_threads(const vv_pool *p)
{
	return p->threads;
}

void vv_pool_submit(vv_pool *p, vv_job *job)
{
	(void)pthread_mutex_lock(&p->lock);
	job->next = NULL;
	job->state = QUEUED;
	if (p->last) {
		p->last->next = job;
	} else {
		p->first = job;
	}
	p->last = job;
	(void)pthread_cond_signal(&p->work);
	(void)pthread_cond_broadcast(&p->ended);
	(void)pthread_mutex_unlock(&p->lock);
}

void vv_pool_wait(vv_pool *p, vv_job *job)
{
	vv_job *other;

	(void)pthread_mutex_lock(&p->lock);
	while (job->state != DONE) {
		other = take_first(p);
		if (other) {
			run_unlocked(p, other);
		} else {
			(void)pthread_cond_wait(&p->ended, &p->lock);
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
}

void vv_pool_free(vv_pool *p)
{
	if (!p) return;
	(void)pthread_mutex_lock(&p->lock);
	assert(!p->first); /* all jobs have been waited for */
	p->closing = true;
	(void)pthread_cond_broadcast(&p->work);
	(void)pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->threads; i++) {
		(void)pthread_join(p->workers[i].thread, NULL);
	}
	(void)pthread_cond_destroy(&p->ended);
	(void)pthread_cond_destroy(&p->work);
	(void)pthread_mutex_destroy(&p->lock);
	vv_free_all(p->workers, p);
}

struct vv_worker {
	pthread_t thread;
	void (*run)(void *payload);
	void *payload;
};

static void *worker_main(void *p)
{
	vv_worker *w = p;

	w->run(w->payload);
	return NULL;
}

/* NULL: no memory, or no thread. detached: main frees its argument, perhaps before this returns. */
static vv_worker *start_worker(void *(*main)(void *), bool detached, void (*run)(void *),
			       void *payload)
{
	vv_auto_free vv_worker *w = vv_malloc(sizeof(*w));
	sigset_t all, before;
	pthread_t thread;

	if (!w) return NULL;
	w->run = run;
	w->payload = payload;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	bool made = pthread_create(&thread, NULL, main, w) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!made) return NULL;
	if (detached) {
		(void)pthread_detach(thread);
	} else {
		w->thread = thread;
	}
	return vv_take(&w);
}

vv_worker *vv_worker_start(void (*run)(void *payload), void *payload)
{
	return start_worker(worker_main, false, run, payload);
}

static void *left_main(void *payload)
{
	const vv_worker w = *(vv_worker *)payload;

	vv_free(payload);
	w.run(w.payload);
	return NULL;
}

bool vv_thread_leave(void (*run)(void *payload), void *payload)
{
	return start_worker(left_main, true, run, payload) != NULL;
}

void vv_worker_join(vv_worker *w)
{
	if (w) {
		(void)pthread_join(w->thread, NULL);
		vv_free(w);
	}
}

struct vv_mutex {
	pthread_mutex_t lock;
};

vv_mutex *vv_mutex_new(void)
{
	vv_mutex *m = vv_malloc(sizeof *m);

	if (m && pthread_mutex_init(&m->lock, NULL) != 0) {
		vv_free(vv_take(&m));
	}
	return m;
}

void vv_mutex_free(vv_mutex *m)
{
	if (m) {
		(void)pthread_mutex_destroy(&m->lock);
		vv_free(m);
	}
}

void vv_mutex_lock(vv_mutex *m)
{
	(void)pthread_mutex_lock(&m->lock);
}

void vv_mutex_unlock(vv_mutex *m)
{
	(void)pthread_mutex_unlock(&m->lock);
}

void vv_once(bool *done, void (*make)(void))
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	if (__atomic_load_n(done, __ATOMIC_ACQUIRE)) return;
	(void)pthread_mutex_lock(&lock);
	if (!*done) {
		make();
		__atomic_store_n(done, true, __ATOMIC_RELEASE);
	}
	(void)pthread_mutex_unlock(&lock);
}

/* --- turns: waiters are few (a server's threads), so a list is looked through ----------------------- */

/* Lives on the stack of who waits. */
typedef struct waiter {
	uint64_t rank;
	bool chosen;
	struct waiter *next; /* who came after it */
} waiter;

struct vv_turn {
	pthread_mutex_t lock;
	pthread_cond_t chosen; /* a waiter was chosen */
	bool taken;            /* locked, or promised to the chosen waiter */
	waiter *first, *last;  /* in the order in which they came */
	unsigned ranked;       /* turns since the longest waiter got one */
};

vv_turn *vv_turn_new(void)
{
	vv_auto_free vv_turn *t = vv_calloc(1, sizeof(*t));

	if (t && pthread_mutex_init(&t->lock, NULL) != 0) return NULL;
	if (t && pthread_cond_init(&t->chosen, NULL) != 0) {
		(void)pthread_mutex_destroy(&t->lock);
		return NULL;
	}
	return vv_take(&t);
}

void vv_turn_free(vv_turn *t)
{
	if (t) {
		assert(!t->taken && !t->first);
		(void)pthread_cond_destroy(&t->chosen);
		(void)pthread_mutex_destroy(&t->lock);
		vv_free(t);
	}
}

/* Takes who is next out of the list, which is not empty. */
static waiter *choose_waiter(vv_turn *t)
{
	const bool fair = t->ranked + 1 >= VV_TURN_FAIR;
	waiter **best = &t->first;

	for (waiter **w = &t->first; *w && !fair; w = &(*w)->next) {
		best = (*w)->rank > (*best)->rank ? w : best;
	}
	waiter *found = *best;
	*best = found->next;
	t->last = NULL;
	for (waiter *w = t->first; w; w = w->next) {
		t->last = w;
	}
	t->ranked = fair ? 0 : t->ranked + 1;
	return found;
}

void vv_turn_take(vv_turn *t, uint64_t rank)
{
	waiter me = {.rank = rank};

	(void)pthread_mutex_lock(&t->lock);
	if (t->taken) {
		if (t->last) {
			t->last->next = &me;
		} else {
			t->first = &me;
		}
		t->last = &me;
		while (!me.chosen) {
			(void)pthread_cond_wait(&t->chosen, &t->lock);
		}
	}
	t->taken = true;
	(void)pthread_mutex_unlock(&t->lock);
}

void vv_turn_give(vv_turn *t)
{
	(void)pthread_mutex_lock(&t->lock);
	assert(t->taken);
	if (t->first) {
		choose_waiter(t)->chosen = true;
		(void)pthread_cond_broadcast(&t->chosen);
	} else {
		t->taken = false;
	}
	(void)pthread_mutex_unlock(&t->lock);
}

size_t vv_turn_waiting(vv_turn *t)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&t->lock);
	for (const waiter *w = t->first; w; w = w->next) {
		n++;
	}
	(void)pthread_mutex_unlock(&t->lock);
	return n;
}
