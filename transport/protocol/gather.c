/*
 * gather: knows who is asked for which block next.
 */
#include "transport/protocol/gather.h"

#include <string.h>
#include <time.h>

#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"

#define BATCH_FIRST 64u
#define BATCH_MAX 4096u
#define ORIGIN_PATIENCE_MS 500u /* longer than this the others alone must not take */
#define NAP_MS 5

enum { OPEN, ASKED, DONE };

/* One block that is wanted. */
typedef struct want {
	uint32_t lacked_by; /* bit of each supplier that does not have it */
	uint8_t state;
	uint8_t askers; /* how many are being asked for it now */
} want;

typedef struct gathering {
	vv_mutex *lock; /* guards all below but suppliers' own members and constants */
	vv_supplier *suppliers;
	size_t count;
	vv_receive *x;
	const vv_lacking *wants;
	want *state;
	size_t want_count, done, first_open;
	uint32_t alive; /* bit of each supplier that still answers */
	bool failed;
	vv_error why; /* when failed */
	const vv_progress *progress;
} gathering;

/* One supplier's thread. */
typedef struct asking {
	gathering *g;
	size_t self;
	vv_worker *worker;
	size_t *batch; /* places of wants */
	vv_lacking *list;
	size_t batch_count, batch_size;
} asking;

static void nap(void)
{
	const struct timespec t = {0, NAP_MS * 1000000L};
	(void)nanosleep(&t, NULL);
}

static void fail(gathering *g, const vv_error *why)
{
	vv_mutex_lock(g->lock);
	if (!g->failed) {
		g->failed = true;
		g->why = *why;
	}
	vv_mutex_unlock(g->lock);
}

/* May this supplier be asked for the want? `again`: also for what others are asked for. */
static bool may_ask(const gathering *g, size_t i, size_t self, uint32_t others, bool again)
{
	const want *w = &g->state[i];
	uint32_t me = UINT32_C(1) << self;

	if (w->state == DONE || (w->lacked_by & me) != 0 ||
	    (w->state == ASKED && (!again || w->askers > 1))) {
		return false;
	}
	return (others & ~w->lacked_by) == 0;
}

/* How long the others would take for all that is open, by what they did so far. */
static bool others_are_slow(const gathering *g)
{
	uint64_t blocks = 0, ms = 0;

	for (size_t i = 1; i < g->count; i++) {
		if ((g->alive >> i & 1) != 0) {
			blocks += g->suppliers[i].blocks;
			ms = g->suppliers[i].ms > ms ? g->suppliers[i].ms : ms;
		}
	}
	if (ms < ORIGIN_PATIENCE_MS / 10) {
		return false; /* nothing is known of them yet */
	}
	uint64_t open = g->want_count - g->done;
	return blocks == 0 || open * ms / blocks > ORIGIN_PATIENCE_MS;
}

/* Fills the batch, under the lock. Nothing: it may have something later (*wait), or never. */
static void choose(asking *a, bool *wait)
{
	gathering *g = a->g;
	uint32_t me = UINT32_C(1) << a->self;
	/* Others who are to be asked before this one. */
	uint32_t others = a->self == 0 && !others_are_slow(g) ? g->alive & ~me : 0;

	*wait = false;
	a->batch_count = 0;
	while (g->first_open < g->want_count && g->state[g->first_open].state == DONE) {
		g->first_open++;
	}
	for (int again = 0; again <= 1 && a->batch_count == 0; again++) {
		size_t max = again ? a->batch_size / 4 + 1 : a->batch_size;
		for (size_t i = g->first_open; i < g->want_count && a->batch_count < max; i++) {
			const want *w = &g->state[i];
			*wait |= w->state != DONE && (w->lacked_by & me) == 0;
			if (may_ask(g, i, a->self, others, again == 1)) {
				a->batch[a->batch_count++] = i;
			}
		}
	}
	for (size_t k = 0; k < a->batch_count; k++) {
		want *w = &g->state[a->batch[k]];
		w->state = ASKED;
		w->askers++;
		a->list[k] = g->wants[a->batch[k]];
	}
}

static vv_status find_block(void *payload, uint8_t codec, const uint8_t prefix[VV_BASE_PREFIX],
			    vv_cid *cid, vv_error *err)
{
	const asking *a = payload;
	return vv_incoming_find_prefix(vv_receive_incoming(a->g->x), codec, prefix, cid, err);
}

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const asking *a = payload;
	return vv_incoming_get(vv_receive_incoming(a->g->x), cid, out, err);
}

/* One answer. What fails here is this side's fault, but for bytes that are not the block's. */
static vv_status give_block(void *payload, size_t i, const vv_cid *cid, const void *bytes,
			    size_t len, const vv_cid *base, vv_error *err)
{
	asking *a = payload;
	gathering *g = a->g;
	vv_supplier *s = &g->suppliers[a->self];
	vv_status rc = VV_OK;

	vv_mutex_lock(g->lock);
	want *w = &g->state[a->batch[i]];
	bool wanted = w->state != DONE;
	if (!bytes) {
		w->lacked_by |= UINT32_C(1) << a->self;
		s->lacked++;
	} else if (wanted) {
		rc = vv_receive_block(g->x, cid, bytes, len, base, err);
		if (rc == VV_OK) {
			w->state = DONE;
			g->done++;
			s->blocks++;
			s->bytes += len;
		} else if (rc != VV_ECORRUPT && !g->failed) {
			g->failed = true;
			g->why = *err;
		}
	}
	size_t done = g->done;
	vv_mutex_unlock(g->lock);
	if (bytes && wanted && rc == VV_OK) {
		vv_progress_update(g->progress, "blocks", done, g->want_count);
	}
	return rc;
}

static vv_status ask_supplier(asking *a, vv_error *err)
{
	vv_supplier *s = &a->g->suppliers[a->self];
	if (s->peer) {
		return vv_peer_blocks(s->peer, a->list, a->batch_count, find_block, get_block,
				      give_block, a, err);
	}
	return s->source(s->payload, a->list, a->batch_count, give_block, a, err);
}

/* The batch is over: what was not given is open again. */
static void give_back(asking *a, vv_status rc, const vv_error *why, uint64_t took)
{
	gathering *g = a->g;
	vv_supplier *s = &g->suppliers[a->self];

	vv_mutex_lock(g->lock);
	s->ms += took;
	for (size_t k = 0; k < a->batch_count; k++) {
		want *w = &g->state[a->batch[k]];
		if (--w->askers == 0 && w->state == ASKED) {
			w->state = OPEN;
		}
	}
	if (rc < 0) {
		s->dropped = true;
		s->why = *why;
		g->alive &= ~(UINT32_C(1) << a->self);
	}
	vv_mutex_unlock(g->lock);
}

static void run_supplier(void *payload)
{
	asking *a = payload;
	gathering *g = a->g;
	vv_supplier *s = &g->suppliers[a->self];
	bool wait = true;

	while (!s->dropped) {
		vv_mutex_lock(g->lock);
		bool stop = g->failed || g->done == g->want_count;
		if (!stop) {
			choose(a, &wait);
		}
		vv_mutex_unlock(g->lock);
		if (stop || (a->batch_count == 0 && !wait)) {
			return;
		}
		if (a->batch_count == 0) {
			nap();
			continue;
		}
		vv_error err;
		uint64_t start = vv_monotonic_ms();
		vv_status rc = ask_supplier(a, &err);
		uint64_t took = vv_monotonic_ms() - start + 1;
		give_back(a, rc, &err, took);
		uint64_t per_second = a->batch_count * 1000 / took;
		a->batch_size = per_second < 8           ? 8
				: per_second > BATCH_MAX ? BATCH_MAX
							 : (size_t)per_second;
	}
}

/* Only one thread may show progress at a time. */
typedef struct shown {
	vv_mutex *lock;
	const vv_progress *progress;
} shown;

static void show(void *payload, const char *what, uint64_t done, uint64_t total)
{
	shown *s = payload;
	vv_mutex_lock(s->lock);
	vv_progress_update(s->progress, what, done, total);
	vv_mutex_unlock(s->lock);
}

static vv_status start_all(gathering *g, asking *all, vv_error *err)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->suppliers[i].dropped) {
			continue;
		}
		all[i].g = g;
		all[i].self = i;
		all[i].batch_size = BATCH_FIRST;
		all[i].batch = vv_calloc(BATCH_MAX, sizeof(*all[i].batch));
		all[i].list = vv_calloc(BATCH_MAX, sizeof(*all[i].list));
		if (!all[i].batch || !all[i].list) {
			return vv_fail_nomem(err);
		}
		g->alive |= UINT32_C(1) << i;
	}
	uint32_t alive = g->alive;
	for (size_t i = 0; i < g->count; i++) {
		if ((alive >> i & 1) != 0 &&
		    !(all[i].worker = vv_worker_start(run_supplier, &all[i]))) {
			return vv_fail(err, VV_EIO, "cannot start a thread for %s",
				       g->suppliers[i].name);
		}
	}
	return VV_OK;
}

vv_status vv_gather(vv_supplier *suppliers, size_t count, vv_receive *x, const vv_lacking *wants,
		    size_t want_count, const vv_progress *progress, size_t *left, vv_error *err)
{
	asking all[VV_SUPPLIERS_MAX] = {0};
	shown sh = {vv_mutex_new(), progress};
	const vv_progress one = {show, &sh, NULL};
	gathering g = {.lock = vv_mutex_new(),
		       .suppliers = suppliers,
		       .count = count,
		       .x = x,
		       .wants = wants,
		       .want_count = want_count,
		       .progress = progress ? &one : NULL};
	vv_status rc = VV_OK;

	*left = want_count;
	g.state = vv_calloc(want_count ? want_count : 1, sizeof(*g.state));
	if (!g.state || !g.lock || !sh.lock) {
		rc = vv_fail_nomem(err);
	} else if (count > VV_SUPPLIERS_MAX) {
		rc = vv_fail(err, VV_EUSAGE, "at most %u peers can be asked at once",
			     VV_SUPPLIERS_MAX);
	} else if (want_count > 0 && (rc = start_all(&g, all, err)) < 0) {
		fail(&g, err);
	}
	for (size_t i = 0; i < VV_SUPPLIERS_MAX; i++) {
		vv_worker_join(all[i].worker);
		vv_free(all[i].batch);
		vv_free(all[i].list);
	}
	if (rc == VV_OK && g.failed) {
		*err = g.why;
		rc = g.why.code;
	}
	*left = want_count - g.done;
	vv_free(g.state);
	vv_mutex_free(g.lock);
	vv_mutex_free(sh.lock);
	return rc;
}
