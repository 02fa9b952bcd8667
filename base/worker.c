/*
 * worker: knows how a thread is made so that signals go to the main thread alone.
 */
#include "base/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/sys.h"

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

vv_worker *vv_worker_start(void (*run)(void *payload), void *payload)
{
	vv_worker *w = vv_malloc(sizeof(*w));
	sigset_t all, before;
	bool made;

	if (!w) {
		return NULL;
	}
	w->run = run;
	w->payload = payload;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	made = pthread_create(&w->thread, NULL, worker_main, w) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!made) {
		vv_free(w);
		w = NULL;
	}
	return w;
}

void vv_worker_join(vv_worker *w)
{
	if (w) {
		(void)pthread_join(w->thread, NULL);
		vv_free(w);
	}
}
