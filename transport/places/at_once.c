/*
 * at_once: who takes which.
 */
#include "transport/places/at_once.h"

#include <stdbool.h>

#include "base/thread.h"

#define THREADS_MAX 32u

typedef struct work {
	const vv_at_once *all;
	vv_mutex *lock;
	size_t next;
	vv_status rc;
	vv_error why;
} work;

static void fail_work(work *w, vv_status rc, const vv_error *why)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	if (w->rc == VV_OK) {
		w->rc = rc;
		w->why = *why;
	}
}

/* False: there is none left, or one has failed. */
static bool do_next(work *w)
{
	vv_error why;
	vv_status rc;

	vv_mutex_lock(w->lock);
	const bool any = w->rc == VV_OK && w->next < w->all->count;
	const size_t i = any ? w->next++ : 0;
	vv_mutex_unlock(w->lock);
	if (any && (rc = w->all->fn(w->all->payload, i, &why)) < 0) {
		fail_work(w, rc, &why);
	}
	return any;
}

static void do_all(void *payload)
{
	while (do_next(payload)) {
	}
}

static void do_and_tell(work *w)
{
	vv_error why;
	vv_status rc;
	size_t begun;

	do {
		vv_mutex_lock(w->lock);
		begun = w->next;
		vv_mutex_unlock(w->lock);
		rc = vv_progress_update(w->all->progress, w->all->what, begun, w->all->count, &why);
		if (rc < 0) {
			fail_work(w, rc, &why);
		}
	} while (do_next(w));
}

vv_status vv_at_once_run(const vv_at_once *all, vv_error *err)
{
	work w = {.all = all, .lock = vv_mutex_new()};
	vv_worker *workers[THREADS_MAX] = {NULL};

	if (!w.lock) return vv_fail_nomem(err);
	for (size_t i = 1; i < all->threads && i < THREADS_MAX && i < all->count; i++) {
		workers[i] = vv_worker_start(do_all, &w);
	}
	do_and_tell(&w);
	for (size_t i = 1; i < THREADS_MAX; i++) {
		vv_worker_join(workers[i]);
	}
	vv_mutex_free(w.lock);
	return w.rc < 0 ? vv_error_copy(err, &w.why) : VV_OK;
}
