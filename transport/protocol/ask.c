/*
 * ask: a failure after the time for a first byte counts as silent.
 */
#include "transport/protocol/ask.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/line/deadline.h"
#include "transport/line/network.h"

#define STEP_MS 20u
#define EARLY_MS 100u /* clocks differ so much */

vv_status vv_ask_prepare(vv_ask *a, const vv_connect_options *o, vv_error *err)
{
	vv_status rc = VV_OK;

	a->connect = *o;
	a->connect.foreign = NULL;
	a->connect.stopped = &a->stopped;
	a->connect.first_sec = o->idle_sec > 0 ? o->idle_sec : VV_ASK_FIRST_SEC;
	a->named = a->named || o->idle_sec > 0;
	atomic_store(&a->stopped, false);
	if (o->repo) {
		rc = vv_repository_open(&a->repo, vv_repository_gitdir(o->repo),
					vv_repository_env(o->repo), err);
		a->connect.repo = a->repo;
	}
	return rc;
}

void vv_ask_clear(vv_ask *a)
{
	vv_repository_close(a->repo);
	a->repo = a->connect.repo = NULL;
}

bool vv_ask_may(vv_ask *a, const vv_speed *known)
{
	if (!known->silent || a->named) return true;
	a->silent = false;
	a->status = vv_fail(
		&a->why, VV_EIO,
		"it was asked %s ago and did not answer, so it is not contacted again yet\nuse "
		"--timeout SECONDS to contact it anyway",
		known->silent_sec < 120 ? vv_text_counted(known->silent_sec, "second", NULL)
					: vv_text_counted(known->silent_sec / 60, "minute", NULL));
	return false;
}

vv_status vv_ask_one(vv_ask *a)
{
	const uint64_t start = vv_monotonic_ms(),
		       patience = (uint64_t)vv_first_sec(&a->connect) * 1000;

	a->status = a->open(a->payload, &a->connect, &a->why);
	a->silent = a->status == VV_EIO && !atomic_load(&a->stopped) &&
		    vv_monotonic_ms() - start + EARLY_MS >= patience;
	atomic_store(&a->ended, true);
	return a->status;
}

/* --- side by side ---------------------------------------------------------------------------- */

static void ask_one_in_thread(void *payload)
{
	(void)vv_ask_one(payload);
}

static void remember_answer(vv_speeds *speeds, const vv_ask *a)
{
	if (a->silent) {
		vv_speeds_note_silence(speeds, vv_speed_source(a->url));
	} else if (a->status == VV_OK) {
		vv_speeds_note_answer(speeds, vv_speed_source(a->url));
	}
}

/* Ends the requests that are still running ten seconds after the first good answer, or after a minute without one. */
static void limit_asks(vv_ask *const *asks, vv_worker *const *workers, size_t count)
{
	uint64_t end = vv_monotonic_ms() + VV_DEADLINE_ALONE_MS;
	bool answered = false;

	for (size_t running = 1; running > 0;) {
		running = 0;
		for (size_t i = 0; i < count; i++) {
			const bool ended = !workers[i] || atomic_load(&asks[i]->ended);

			running += !ended;
			if (ended && !answered && asks[i]->status == VV_OK) {
				answered = true;
				end = vv_monotonic_ms() + VV_DEADLINE_BESIDE_MS;
			}
		}
		if (vv_monotonic_ms() >= end) {
			break;
		}
		vv_sleep_ms(running > 0 ? STEP_MS : 0);
	}
	for (size_t i = 0; i < count; i++) {
		if (workers[i] && !atomic_load(&asks[i]->ended) && asks[i]->connect.idle_sec == 0) {
			atomic_store(&asks[i]->stopped, true);
		}
	}
}

vv_status vv_ask_all(vv_ask *const *asks, size_t count, vv_repository *r, vv_error *err)
{
	vv_auto_free vv_worker **workers = vv_calloc(count + 1, sizeof(vv_worker *));
	vv_auto(vv_speeds) *speeds = NULL;
	vv_speed known = {.seen = 0};

	if (!workers) return vv_fail_nomem(err);
	if (r) {
		(void)vv_speeds_open(&speeds, r, VV_OS_NETWORK_TABLES, VV_IGNORED);
	}
	for (size_t i = 0; i < count; i++) {
		if (speeds) {
			known = vv_speeds_of(speeds, vv_speed_source(asks[i]->url));
		}
		atomic_store(&asks[i]->ended, false);
		if (vv_ask_may(asks[i], &known) &&
		    !(workers[i] = vv_worker_start(ask_one_in_thread, asks[i]))) {
			ask_one_in_thread(asks[i]);
		}
	}
	limit_asks(asks, workers, count);
	for (size_t i = 0; i < count; i++) {
		vv_worker_join(workers[i]);
		if (asks[i]->status == VV_OK) { /* it answered just before it was stopped */
			atomic_store(&asks[i]->stopped, false);
		}
		/* it sent signs of life or single bytes, and no answer */
		asks[i]->silent = asks[i]->silent || atomic_load(&asks[i]->stopped);
		if (speeds) {
			remember_answer(speeds, asks[i]);
		}
	}
	return VV_OK;
}
