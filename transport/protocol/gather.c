/*
 * gather: assigns blocks to peers, by their speed so far, including running answers.
 */
#include "transport/protocol/gather.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"

#define BATCH_FIRST 8u         /* of one of whom nothing is known */
#define BATCH_FIRST_ORIGIN 64u /* it is requested late enough */
#define BATCH_MAX 4096u
#define ORIGIN_PATIENCE_MS 500u /* longer than this the others alone must not take */
#define START_PATIENCE_MS 200u  /* so long nothing need be known of them */
#define NAMED_PATIENCE_MS 1000u /* of one that the user named now, until it is open */
#define LATE_MS 200u            /* when all is there, for so long an answer is waited for */
#define BLOCK_USUAL 4096u       /* bytes of a block, as long as none came */
#define MEASURED_MS 20u         /* a time that is long enough to make a rate of */
#define NEVER UINT64_MAX
#define STALL_MS 2000u /* for so long, direct suppliers are awaited before one behind a relay */
#define NAP_MS 5

enum { OPEN, ASKED, DONE };

typedef struct want {
	uint32_t lacked_by; /* bit of each supplier that does not have it */
	uint8_t state;
	uint8_t askers; /* how many are being asked for it now */
	uint8_t asker;  /* the first of them */
} want;

/* How one answers. */
typedef struct speed {
	uint64_t answers, ms;    /* of batches that are over */
	uint64_t since, in_time; /* of the one under way: its start (0: none), and answers so far */
	uint64_t bytes;          /* that came, wanted or not */
	uint64_t first_ms;       /* of all batches together, until the first answer */
	uint64_t batches;        /* that had an answer */
	bool stopped;
} speed;

typedef struct gathering {
	vv_mutex *lock; /* guards all below but suppliers' own members and constants */
	vv_supplier *suppliers;
	size_t count;
	vv_receive *x;
	const vv_lacking *wants;
	want *state;
	size_t want_count, done, first_open;
	size_t has[VV_SUPPLIERS_MAX]; /* how many that are missing here each of them may have */
	uint64_t bytes;               /* of all that is here */
	uint32_t alive;               /* bit of each supplier that still answers */
	uint32_t running;             /* and of each whose thread still runs */
	uint32_t opening;             /* of these those that are not open yet */
	speed speeds[VV_SUPPLIERS_MAX];
	uint64_t start_ms;
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

/* Under the lock. */
static void fail_gathering(gathering *g, const vv_error *why)
{
	if (!g->failed) {
		g->failed = true;
		g->why = *why;
	}
}

/* Under the lock. */
static void drop_supplier(gathering *g, size_t self, const vv_error *why)
{
	g->suppliers[self].dropped = true;
	g->suppliers[self].why = *why;
	g->alive &= ~(UINT32_C(1) << self);
}

/* --- how fast they are ------------------------------------------------------------------------ */

/* How long a block is. */
static uint64_t mean_block(const gathering *g)
{
	return g->done > 0 ? g->bytes / g->done + 1 : BLOCK_USUAL;
}

/* For how long an answer of it is awaited now. */
static uint64_t waited_ms(const gathering *g, size_t i)
{
	return g->speeds[i].since > 0 ? vv_monotonic_ms() - g->speeds[i].since : 0;
}

static bool has_answered(const gathering *g, size_t i)
{
	return g->speeds[i].answers + g->speeds[i].in_time > 0;
}

/* The time one supplier takes for so many blocks, by its answers so far, else by the remembered speed. One
 * whose answer is overdue takes at least the time waited so far for each block. NEVER: unknown. */
static uint64_t time_for(const gathering *g, size_t i, uint64_t blocks)
{
	const speed *v = &g->speeds[i];
	const vv_speed *known = &g->suppliers[i].known;
	uint64_t late = waited_ms(g, i), each, ms;

	if (has_answered(g, i)) return blocks * (v->ms + late) / (v->answers + v->in_time);
	if (known->rate > 0) {
		each = mean_block(g) * 1000 / known->rate + 1;
		ms = known->latency_ms + blocks * mean_block(g) * 1000 / known->rate;
		return late > known->latency_ms + each && blocks * late > ms ? blocks * late : ms;
	}
	return v->ms + late == 0 ? NEVER : blocks * (v->ms + late);
}

/* The time until a request made now gives one block. 0: unknown. */
static uint64_t time_to_one(const gathering *g, size_t i)
{
	const speed *v = &g->speeds[i];
	uint64_t one = time_for(g, i, 1), first = v->batches > 0 ? v->first_ms / v->batches : 0;

	if (one == NEVER) return 0;
	return one > first ? one : first;
}

/* How long these together take for all that is missing here. NEVER: they cannot, or nothing is known. */
static uint64_t time_for_all(const gathering *g, uint32_t set)
{
	uint64_t open = g->want_count - g->done, per_hour = 0;

	for (size_t i = 0; i < g->count; i++) {
		uint64_t ms = (set >> i & 1) != 0 && g->has[i] > 0 ? time_for(g, i, 1000) : NEVER;
		if (ms != NEVER && (has_answered(g, i) || g->suppliers[i].known.rate > 0)) {
			per_hour += UINT64_C(3600000) * 1000 / (ms + 1) + 1;
		}
	}
	return per_hour == 0 ? NEVER : open * 3600000 / per_hour;
}

static uint64_t start_patience(const gathering *g)
{
	bool named = false;

	for (size_t i = 0; i < g->count; i++) {
		named = named || ((g->opening >> i & 1) != 0 && g->suppliers[i].ask->named);
	}
	return named ? NAMED_PATIENCE_MS : START_PATIENCE_MS;
}

/* Would these take long for all missing blocks? Always false at the start, when no speed is
 * known. */
static bool are_slow(const gathering *g, uint32_t set)
{
	bool known = vv_monotonic_ms() - g->start_ms > start_patience(g);

	for (size_t i = 0; i < g->count; i++) {
		if ((set >> i & 1) != 0) {
			known = known || g->suppliers[i].known.rate > 0 ||
				(has_answered(g, i) &&
				 g->speeds[i].ms + waited_ms(g, i) >= START_PATIENCE_MS / 4);
		}
	}
	return known && time_for_all(g, set) > ORIGIN_PATIENCE_MS;
}

/* --- which supplier gets which request
 * -------------------------------------------------------------------- */

/* The set without those that have given nothing for long. */
static uint32_t without_stalled(const gathering *g, uint32_t set)
{
	for (size_t i = 0; i < g->count; i++) {
		if (waited_ms(g, i) >= STALL_MS) {
			set &= ~(UINT32_C(1) << i);
		}
	}
	return set;
}

/* The order of requests. */
enum { USUAL, ORIGIN, RELAYED, FAILED };

static unsigned supplier_rank(const gathering *g, size_t i)
{
	const vv_supplier *s = &g->suppliers[i];

	if (s->known.failed) return FAILED;
	if (s->relayed) return RELAYED;
	return i == 0 ? ORIGIN : USUAL;
}

/* Would the origin have given all blocks before this one gives its first, which takes long? Then the
 * origin comes first of these two. */
static bool origin_suffices(const gathering *g, size_t i)
{
	const uint64_t one = time_to_one(g, i);

	return (g->alive & 1) != 0 && supplier_rank(g, 0) == ORIGIN &&
	       supplier_rank(g, i) == USUAL && one > ORIGIN_PATIENCE_MS && time_for_all(g, 1) < one;
}

/* The suppliers that come before this one. No two are before each other. */
static uint32_t suppliers_before(const gathering *g, size_t self)
{
	const unsigned mine = supplier_rank(g, self);
	const uint64_t one = time_to_one(g, self);
	uint32_t set = 0;

	for (size_t i = 0; i < g->count; i++) {
		if ((g->alive >> i & 1) != 0 && i != self &&
		    (mine > USUAL ? supplier_rank(g, i) < mine &&
					    !(mine == ORIGIN && origin_suffices(g, i))
				  : supplier_rank(g, i) == USUAL && time_to_one(g, i) < one)) {
			set |= UINT32_C(1) << i;
		}
	}
	if (mine == RELAYED) return without_stalled(g, set);
	if (set == 0 || (mine > USUAL ? are_slow(g, set) : time_for_all(g, set) >= one)) {
		set = 0;
	}
	return origin_suffices(g, self) ? set | 1 : set;
}

/* May this supplier get a request for the want now? Not while one that comes before it may have the
 * block. */
static bool may_ask(const gathering *g, size_t i, size_t self, uint32_t others)
{
	const want *w = &g->state[i];

	return w->state == OPEN && (w->lacked_by >> self & 1) == 0 && (others & ~w->lacked_by) == 0;
}

/* Likewise for a want already requested from one that takes twice as long. */
static bool may_ask_again(const gathering *g, size_t i, size_t self, uint32_t others)
{
	const want *w = &g->state[i];

	if (w->state != ASKED || w->askers != 1 || w->asker == self ||
	    (w->lacked_by >> self & 1) != 0 || (others & ~w->lacked_by) != 0) {
		return false;
	}
	uint64_t mine = time_for(g, self, 1000);
	uint64_t theirs = time_for(g, w->asker, 1000);
	return mine == UINT64_MAX || theirs / 2 >= mine;
}

static void add_want(asking *a, size_t i)
{
	gathering *g = a->g;
	want *w = &g->state[i];

	if (w->askers++ == 0) {
		w->asker = (uint8_t)a->self;
	}
	w->state = ASKED;
	a->list[a->batch_count] = g->wants[i];
	a->batch[a->batch_count++] = i;
}

static void choose_blocks(asking *a, uint32_t others, bool *wait)
{
	gathering *g = a->g;
	uint32_t me = UINT32_C(1) << a->self;
	bool all_asked = true;

	for (size_t i = g->first_open; i < g->want_count && a->batch_count < a->batch_size; i++) {
		const want *w = &g->state[i];

		*wait |= w->state != DONE && (w->lacked_by & me) == 0;
		all_asked = all_asked && (w->state != OPEN || (w->lacked_by & me) != 0);
		if (may_ask(g, i, a->self, others)) {
			add_want(a, i);
		}
	}
	/* a batch arrives in order: its last blocks are the latest */
	for (size_t i = g->want_count; all_asked && i > g->first_open; i--) {
		if (a->batch_count <= a->batch_size / 4 &&
		    may_ask_again(g, i - 1, a->self, others)) {
			add_want(a, i - 1);
		}
	}
}

/* Fills the batch, under the lock. Nothing: it may have something later (*wait), or never. */
static void choose_batch(asking *a, bool *wait)
{
	gathering *g = a->g;
	uint32_t others = suppliers_before(g, a->self);

	*wait = false;
	a->batch_count = 0;
	while (g->first_open < g->want_count && g->state[g->first_open].state == DONE) {
		g->first_open++;
	}
	choose_blocks(a, others, wait);
	if (a->batch_count > 0) {
		g->suppliers[a->self].asked += a->batch_count;
		g->speeds[a->self].since = vv_monotonic_ms();
		g->speeds[a->self].in_time = 0;
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

/* The block has arrived, or this supplier does not have it. */
static void strike_want(gathering *g, const want *w, uint32_t who)
{
	for (size_t i = 0; i < g->count; i++) {
		g->has[i] -= (who >> i & 1) != 0 && (w->lacked_by >> i & 1) == 0;
	}
}

static void measure_answer(asking *a, size_t len)
{
	speed *v = &a->g->speeds[a->self];

	if (v->in_time++ == 0) {
		v->first_ms += waited_ms(a->g, a->self);
		v->batches++;
	}
	v->bytes += len;
}

/* One answer. An error here is this side's fault, except for bytes that are not the block's. */
static vv_status give_block(void *payload, size_t i, const vv_block_received *b, vv_error *err)
{
	asking *a = payload;
	gathering *g = a->g;
	vv_supplier *s = &g->suppliers[a->self];
	vv_status rc = VV_OK;

	vv_mutex_lock(g->lock);
	want *w = &g->state[a->batch[i]];
	bool wanted = w->state != DONE;
	measure_answer(a, b ? b->len : 0);
	if (!b) {
		if (wanted) {
			strike_want(g, w, UINT32_C(1) << a->self);
		}
		w->lacked_by |= UINT32_C(1) << a->self;
		s->lacked++;
	} else if (wanted) {
		rc = vv_receive_block(g->x, b, err);
		if (rc == VV_OK) {
			w->state = DONE;
			strike_want(g, w, UINT32_MAX);
			g->done++;
			g->bytes += b->len;
			s->blocks++;
			s->bytes += b->len;
		} else if (rc != VV_ECORRUPT) {
			fail_gathering(g, err);
		}
	}
	size_t done = g->done;
	vv_mutex_unlock(g->lock);
	if (b && wanted && rc == VV_OK) {
		rc = vv_progress_update(g->progress, "blocks", done, g->want_count, err);
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

/* Computes the time from a request to the first block, and the bytes per second. One stopped before its first
 * block would have taken longer: it counts as twice that time for one block. */
static void sum_up(const gathering *g, size_t self, uint64_t late)
{
	const speed *v = &g->speeds[self];
	vv_supplier *s = &g->suppliers[self];
	uint64_t flow = v->ms > v->first_ms ? v->ms - v->first_ms : 0;

	s->answered = v->batches > 0 || v->stopped;
	s->latency_ms = v->batches > 0 ? v->first_ms / v->batches : 2 * late;
	if (v->batches > 0) {
		s->rate = v->bytes * 1000 / (flow >= MEASURED_MS ? flow : v->ms);
	} else {
		s->rate = BLOCK_USUAL * 1000 / (2 * late);
	}
}

/* The batch is over: blocks not given are open again. */
static void give_back(asking *a, vv_status rc, const vv_error *why)
{
	gathering *g = a->g;
	vv_supplier *s = &g->suppliers[a->self];
	speed *v = &g->speeds[a->self];

	vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
	uint64_t took = vv_monotonic_ms() - v->since + 1;
	s->ms += took;
	v->ms += took;
	v->answers += v->in_time;
	if (v->in_time > 0 || rc >= 0 || v->stopped) {
		sum_up(g, a->self, took);
	}
	a->batch_size = v->in_time * 1000 / took;
	if (a->batch_size < 1) {
		a->batch_size = 1;
	} else if (a->batch_size > BATCH_MAX) {
		a->batch_size = BATCH_MAX;
	}
	v->since = v->in_time = 0;
	for (size_t k = 0; k < a->batch_count; k++) {
		want *w = &g->state[a->batch[k]];
		if (--w->askers == 0 && w->state == ASKED) {
			w->state = OPEN;
		}
	}
	if (rc == VV_EIO && !v->stopped && v->answers == 0 && took > VV_ASK_FIRST_SEC * 1000) {
		s->silent = true;
	}
	if (rc < 0 && why->full) { /* no other one is of use */
		fail_gathering(g, why);
	}
	if (rc < 0) {
		drop_supplier(g, a->self, why);
		if (v->stopped) {
			s->stopped = true;
			vv_fail(&s->why, VV_EIO, "other peers were faster with its last blocks");
		}
	}
}

static void mark_supplier(gathering *g, uint32_t *set, size_t i, bool on)
{
	const uint32_t bit = UINT32_C(1) << i;

	vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
	*set = on ? *set | bit : *set & ~bit;
	g->speeds[i].since = on ? vv_monotonic_ms() : 0;
}

/* Waits until there is a want for this supplier. False: none will come. */
static bool wait_for_want(const asking *a)
{
	gathering *g = a->g;

	for (;; vv_sleep_ms(NAP_MS)) {
		bool any = false;
		vv_mutex_lock(g->lock);
		const uint32_t others = suppliers_before(g, a->self);
		bool over = g->failed || g->done == g->want_count;
		for (size_t i = g->first_open; i < g->want_count && !over && !any; i++) {
			any = may_ask(g, i, a->self, others) ||
			      may_ask_again(g, i, a->self, others);
		}
		vv_mutex_unlock(g->lock);
		if (any || over) return any;
	}
}

/* False: it is not open, since it cannot be (it is dropped) or is not needed any more. */
static bool open_supplier(asking *a)
{
	gathering *g = a->g;
	vv_supplier *s = &g->suppliers[a->self];

	if (!wait_for_want(a)) return false;
	const bool may = vv_ask_may(s->ask, &s->known);
	const uint64_t start = vv_monotonic_ms();

	mark_supplier(g, &g->opening, a->self, true);
	if (may && vv_ask_one(s->ask) == VV_OK) {
		s->adopt(s);
		s->opened = true;
	}
	mark_supplier(g, &g->opening, a->self, false);
	if (!s->opened && !(may && atomic_load(&s->ask->stopped))) {
		s->left_out = true;
		s->skipped = !may;
		s->silent = s->ask->silent;
		vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
		drop_supplier(g, a->self, &s->ask->why);
	}
	const uint64_t took = vv_monotonic_ms() - start;
	if (!s->opened && !s->dropped && took > LATE_MS) {
		s->answered = true; /* as one that was stopped before its first block */
		s->latency_ms = 2 * took;
		s->rate = BLOCK_USUAL * 1000 / (2 * took);
	}
	return s->opened;
}

static void ask_all(asking *a)
{
	gathering *g = a->g;
	vv_supplier *s = &g->suppliers[a->self];
	vv_error why;
	bool wait = true;

	if (s->unasked && s->known.silent) {
		s->skipped = true;
		(void)vv_fail(&why, VV_EIO, "it recently did not answer");
		vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
		drop_supplier(g, a->self, &why);
	}
	if (s->ask && !s->opened && !open_supplier(a)) return;
	if (s->dropped) return;
	while (!g->suppliers[a->self].dropped) {
		vv_mutex_lock(g->lock);
		bool stop = g->failed || g->done == g->want_count;
		if (!stop) {
			choose_batch(a, &wait);
		}
		vv_mutex_unlock(g->lock);
		if (stop || (a->batch_count == 0 && !wait)) return;
		if (a->batch_count == 0) {
			vv_sleep_ms(NAP_MS);
			continue;
		}
		vv_error err;
		vv_status rc = ask_supplier(a, &err);
		give_back(a, rc, &err);
	}
}

static void run_supplier(void *payload)
{
	asking *a = payload;
	gathering *g = a->g;

	ask_all(a);
	vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
	g->running &= ~(UINT32_C(1) << a->self);
}

/* --- the whole ---------------------------------------------------------------------------------- */

static void stop_one(gathering *g, size_t i)
{
	vv_supplier *s = &g->suppliers[i];

	if ((g->opening >> i & 1) != 0) {
		atomic_store(&s->ask->stopped, true);
		return;
	}
	if (s->ask) { /* so is the web place of a host that it opened */
		atomic_store(&s->ask->stopped, true);
	}
	if (s->peer) {
		vv_peer_stop(s->peer);
	} else if (s->stop) {
		s->stop(s->payload);
	}
	g->speeds[i].stopped = true;
}

/* Waits until all threads have ended. Once all blocks are here, suppliers still waiting for an answer are
 * stopped, except the origin: its requests would have been made without them too. */
static void wait_for_all(gathering *g)
{
	uint64_t over_ms = 0;

	for (bool running = true; running; running ? vv_sleep_ms(NAP_MS) : (void)0) {
		uint64_t now = vv_monotonic_ms();

		vv_auto(vv_locked) lock = vv_mutex_hold(g->lock);
		running = g->running != 0;
		if (over_ms == 0 && (g->failed || g->done == g->want_count)) {
			over_ms = now;
		}
		for (size_t i = 0; over_ms > 0 && i < g->count; i++) {
			const bool late = now - over_ms > LATE_MS && i > 0 &&
					  (g->running >> i & 1) != 0 && !g->speeds[i].stopped;
			if (late || (g->opening >> i & 1) != 0) {
				stop_one(g, i);
			}
		}
	}
}

/* Only one thread may show progress at a time. */
typedef struct shown {
	vv_mutex *lock;
	const vv_progress *progress;
} shown;

static bool show_progress(void *payload, const char *what, uint64_t done, uint64_t total)
{
	shown *s = payload;
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
	return vv_progress_update(s->progress, what, done, total, NULL) == VV_OK;
}

/* As many blocks as it gives in a second, if its speed is known. */
static size_t first_batch(const gathering *g, size_t i)
{
	uint64_t blocks = g->suppliers[i].known.rate / BLOCK_USUAL;

	if (supplier_rank(g, i) == FAILED || g->suppliers[i].known.rate == 0) {
		return i == 0 ? BATCH_FIRST_ORIGIN : BATCH_FIRST;
	}
	if (blocks < 1) return 1;
	return blocks > BATCH_MAX ? BATCH_MAX : (size_t)blocks;
}

/* One that was found rather than named, and was slower than the others last time, may have the blocks
 * that they lack now. */
static void reopen_supplier(vv_supplier *s)
{
	if (s->unasked && s->stopped && s->ask) {
		vv_peer_close(vv_take(&s->peer));
		s->opened = s->dropped = s->stopped = false;
	}
}

static vv_status start_all(gathering *g, asking *all, vv_error *err)
{
	for (size_t i = 0; i < g->count; i++) {
		g->suppliers[i].answered = false;
		g->suppliers[i].stopped = g->suppliers[i].stopped && g->suppliers[i].dropped;
		reopen_supplier(&g->suppliers[i]);
		if (g->suppliers[i].dropped) {
			continue;
		}
		if (g->suppliers[i].ask && !g->suppliers[i].opened) {
			atomic_store(&g->suppliers[i].ask->stopped, false);
		}
		all[i].g = g;
		all[i].self = i;
		all[i].batch_size = first_batch(g, i);
		g->has[i] = g->want_count;
		all[i].batch = vv_calloc(BATCH_MAX, sizeof(*all[i].batch));
		all[i].list = vv_calloc(BATCH_MAX, sizeof(*all[i].list));
		if (!all[i].batch || !all[i].list) return vv_fail_nomem(err);
		g->alive |= UINT32_C(1) << i;
	}
	uint32_t alive = g->running = g->alive;
	for (size_t i = 0; i < g->count; i++) {
		if ((alive >> i & 1) != 0 &&
		    !(all[i].worker = vv_worker_start(run_supplier, &all[i]))) {
			vv_mutex_lock(g->lock);
			g->running &= (UINT32_C(1) << i) - 1; /* the others never began */
			vv_mutex_unlock(g->lock);
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
	const vv_progress one = {show_progress, &sh, NULL};
	gathering g = {.lock = vv_mutex_new(),
		       .suppliers = suppliers,
		       .count = count,
		       .x = x,
		       .wants = wants,
		       .want_count = want_count,
		       .start_ms = vv_monotonic_ms(),
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
		vv_auto(vv_locked) lock = vv_mutex_hold(g.lock);
		fail_gathering(&g, err);
	}
	if (g.lock) {
		wait_for_all(&g);
	}
	for (size_t i = 0; i < VV_SUPPLIERS_MAX; i++) {
		vv_worker_join(all[i].worker);
		vv_free_all(all[i].batch, all[i].list);
	}
	if (rc == VV_OK && g.failed) {
		rc = vv_error_copy(err, &g.why);
	}
	*left = want_count - g.done;
	vv_free(g.state);
	vv_mutex_free(g.lock);
	vv_mutex_free(sh.lock);
	return rc;
}
