/*
 * deadline: a thread that sleeps in short steps.
 */
#include "transport/line/deadline.h"

#include "base/sys.h"
#include "base/thread.h"

#define STEP_MS 50u

struct vv_deadline {
	atomic_bool *stopped;
	atomic_bool ended;
	uint64_t end_ms;
	vv_worker *worker;
};

static void watch_clock(void *payload)
{
	vv_deadline *d = payload;

	while (!atomic_load(&d->ended)) {
		if (vv_monotonic_ms() >= d->end_ms) {
			atomic_store(d->stopped, true);
			return;
		}
		vv_sleep_ms(STEP_MS);
	}
}

vv_deadline *vv_deadline_start(atomic_bool *stopped, uint64_t ms)
{
	vv_deadline *d = vv_calloc(1, sizeof(*d));

	if (!d) return NULL;
	d->stopped = stopped;
	d->end_ms = vv_monotonic_ms() + ms;
	atomic_init(&d->ended, false);
	if (!(d->worker = vv_worker_start(watch_clock, d))) {
		vv_free(d);
		return NULL;
	}
	return d;
}

void vv_deadline_end(vv_deadline *d)
{
	if (!d) return;
	atomic_store(&d->ended, true);
	vv_worker_join(d->worker);
	vv_free(d);
}
