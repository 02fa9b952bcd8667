/*
 * supply: who answers which question; watches the lines for whoever waits no longer.
 */
#include "cmd/vault/work/supply.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sys.h"
#include "base/thread.h"
#include "cmd/frame/hint_words.h"
#include "cmd/vault/work/audit.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/session.h"
#include "cmd/vault/work/spread.h"
#include "cmd/vault/work/vault_source.h"
#include "cmd/vault/work/vault_status.h"
#include "lib/remotes/transfer.h"
#include "lib/sources/supply.h"
#include "lib/sources/supply_message.h"
#include "lib/sources/vault_supplier.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"
#include "repo/git/repository.h"
#include "transport/line/pipe.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/pulse.h"

/* ---- keeps: which versions the vault proves to keep, now, before they are dropped.
 *
 * A version counts whose every block the vault lists, and a copy of the vault counts that shows a random leaf of each of
 * its shards ---- */

/* --- what holders show ------------------------------------------------------------------------------ */

/* Takes away from who has the shard those that do not show a leaf of the shard. bad: of each place what failed. */
static void only_proven(const vv_vault_session *s, const vv_spread_shard *sh,
			vv_cid_set *const *bad)
{
	for (size_t i = 0; i < s->place_count; i++) {
		sh->has[i] = sh->has[i] && s->places[i].holder && bad[i] &&
			     !vv_cid_set_has(bad[i], &sh->shard.cid);
	}
}

/* What audits just found bad, of one place. */
static vv_status audit_place(vv_vault_session *s, vv_vault_place *p, vv_cid_set **bad,
			     vv_error *err)
{
	vv_auto(vv_audit) a = {.leaves = UINT64_MAX};
	vv_error why;
	bool added;
	vv_status rc = VV_OK;

	if (!(*bad = vv_cid_set_new())) return vv_fail_nomem(err);
	if (vv_audit_run(&a, s, p, &why) < 0) { /* closed, so that it does not count */
		if (why.code == VV_ENOMEM) {
			rc = vv_fail_nomem(err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < a.bad_count; i++) {
		rc = vv_cid_set_add(*bad, &a.bad[i], &added, err);
	}
	return rc;
}

/* How many copies of every live shard show a leaf now; a stripe of K+M counts as spread.h says. */
static vv_status count_proven(vv_vault_session *s, vv_cid_set *const *bad, unsigned *copies,
			      vv_error *err)
{
	vv_spread_list list;
	vv_spread_sum sum = {.least = SIZE_MAX};
	vv_status rc = vv_spread_list_live(&list, s, 0, err);

	for (size_t i = 0; rc == VV_OK && i < list.count; i++) {
		only_proven(s, &list.items[i], bad);
	}
	if (rc == VV_OK) {
		rc = vv_spread_count(&sum, s, 1, list.items, list.count, err);
	}
	vv_spread_list_clear(&list);
	*copies = sum.least == SIZE_MAX ? 0 : (unsigned)sum.least;
	return rc;
}

static vv_status prove_vault(vv_vault_session *s, unsigned *copies, vv_error *err)
{
	vv_auto_free vv_cid_set **bad = vv_calloc(s->place_count + 1, sizeof(vv_cid_set *));
	vv_status rc = bad ? VV_OK : vv_fail_nomem(err);

	*copies = 0;
	for (size_t i = 0; rc == VV_OK && i < s->place_count; i++) {
		if (s->places[i].holder) {
			rc = audit_place(s, &s->places[i], &bad[i], err);
		}
	}
	if (rc == VV_OK) {
		rc = count_proven(s, bad, copies, err);
	}
	for (size_t i = 0; bad && i < s->place_count; i++) {
		vv_cid_set_free(bad[i]);
	}
	return rc;
}

/* --- what the vault lists ------------------------------------------------------------------------------ */

typedef struct blocks_of {
	const vv_contents *contents;
	bool all;
} blocks_of;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state VV_UNUSED, vv_error *err VV_UNUSED)
{
	blocks_of *b = payload;

	b->all = b->all && vv_contents_has(b->contents, cid);
	return VV_OK;
}

/* Does the vault list every block of the version? */
static vv_status look_below(vv_store *store, const vv_cid *root, blocks_of *b, vv_error *err)
{
	vv_walk w = {.store = store,
		     .seen = vv_cid_set_new(),
		     .budget = UINT64_MAX,
		     .visit = on_block,
		     .payload = b};
	vv_status rc = w.seen ? VV_OK : vv_fail_nomem(err);

	b->all = true;
	if (rc == VV_OK) {
		rc = vv_walk_from(&w, root, err);
	}
	vv_cid_set_free(w.seen);
	return rc;
}

static vv_status find_kept(bool *keeps, vv_repository *r, const vv_contents *contents,
			   const vv_cid *roots, size_t count, vv_error *err)
{
	blocks_of b = {.contents = contents};
	vv_store *store;
	vv_status rc = vv_repository_store(r, &store, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = look_below(store, &roots[i], &b, err);
		keeps[i] = rc == VV_OK && b.all;
	}
	return rc;
}

/* keeps[i]: the vault lists all of roots[i], which is whole here. *copies: how often everything in it was shown; a stripe
 * counts as spread.h says. What audits found is recorded. */
static vv_status vault_keeps(bool *keeps, unsigned *copies, vv_repository *r,
			     const vv_session_options *o, const vv_cid *roots, size_t count,
			     vv_error *err)
{
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_auto(vv_contents) contents = {0};
	vv_status rc = vv_vault_session_open(&s, r, o, err);

	*copies = 0;
	if (rc < 0) return rc;
	if ((rc = vv_vault_session_need_vault(&s, err)) < 0 ||
	    (rc = vv_vault_session_connect(&s, err)) < 0 ||
	    (rc = vv_vault_session_need_ledger(&s, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(&s, err)) < 0) {
		return rc;
	}
	/* What is in it before its shards are asked for: what another writer adds meanwhile was not. */
	if ((rc = vv_contents_open(&contents, &s, err)) < 0 ||
	    (rc = prove_vault(&s, copies, err)) < 0) {
		return rc;
	}
	if ((rc = find_kept(keeps, r, &contents, roots, count, err)) == VV_OK) {
		vv_contents_close(&contents);
		rc = vv_vault_session_sync(&s, err);
	}
	return rc;
}

/* ---- supply ---- */

#define REQUEST_BUDGET (8u << 20)
#define STEP_MS 100 /* between two looks at the lines */
#define MOMENT_MS 2
#define PULSE_MS 250   /* between two signs of life */
#define ORPHAN_MS 5000 /* so long what is under way may go on for nobody */

struct supplying;

typedef struct line {
	struct supplying *x;
	int fd;
	vv_channel *channel;
	vv_worker *worker;
	atomic_bool busy, over;
	_Atomic(vv_supplier *) source; /* that is asked now; NULL: none */
} line;

typedef struct supplying {
	const vv_supplying *o;
	vv_repository *repo;
	vv_transfer t;
	atomic_uint_fast64_t alive; /* grows as long as this process runs */
	vv_mutex *lock; /* of the three below, and of the questions that are not of sources */
	bool tried;
	vv_supplier sources[VV_SUPPLIERS_MAX];
	size_t source_count;
	line lines[VV_SUPPLY_LINES_MAX];
} supplying;

/* --- sources -------------------------------------------------------------------------------------- */

/* The vault is opened once: it fails where it was named, for whoever asks first. */
static vv_status need_sources(supplying *x, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_mutex_lock(x->lock);
	if (!x->tried) {
		x->tried = true;
		rc = vv_vault_sources_open(&x->t, x->sources, VV_SUPPLIERS_MAX, &x->source_count,
					   x->o->named ? VV_VAULT_SOURCE : NULL, err);
	}
	vv_mutex_unlock(x->lock);
	return rc;
}

/* NULL: there is none now. */
static vv_supplier *source_of(supplying *x, uint64_t id)
{
	for (size_t i = 0; i < x->source_count; i++) {
		if (x->sources[i].id == id) return &x->sources[i];
	}
	return NULL;
}

/* *wants is the caller's, also on failure. */
static vv_status list_wants(const vv_supply_request *q, vv_lacking **wants, vv_error *err)
{
	*wants = vv_calloc(q->count + 1, sizeof(**wants));
	for (size_t i = 0; *wants && i < q->count; i++) {
		(*wants)[i].cid = q->cids[i];
	}
	return *wants ? VV_OK : vv_fail_nomem(err);
}

static vv_status answer_look(line *l, const vv_supply_request *q, vv_error *err)
{
	vv_auto_free uint32_t *parcels = vv_calloc(q->count + 1, sizeof(*parcels));
	vv_auto_free vv_lacking *wants = NULL;
	vv_supplier *s;
	vv_status rc = parcels ? list_wants(q, &wants, err) : vv_fail_nomem(err);

	if (rc == VV_OK && (rc = need_sources(l->x, err)) == VV_OK) {
		memset(parcels, 0xff, q->count * sizeof(*parcels)); /* VV_NO_PARCEL */
		if ((s = source_of(l->x, q->source)) != NULL) {
			rc = s->look(s->payload, wants, q->count, parcels, err);
		}
	}
	return rc < 0 ? rc : vv_supply_parcels_write(l->channel, parcels, q->count, err);
}

/* A vv_peer_block_fn. */
static vv_status give_block(void *payload, size_t i VV_UNUSED, const vv_block_received *b,
			    vv_error *err)
{
	line *l = payload;

	return b ? vv_supply_block_write(l->channel, b->bytes, b->len, &b->base, err)
		 : vv_supply_block_write(l->channel, NULL, 0, NULL, err);
}

static vv_status answer_blocks(line *l, const vv_supply_request *q, vv_error *err)
{
	vv_auto_free vv_lacking *wants = NULL;
	vv_supplier *s;
	vv_status rc = list_wants(q, &wants, err);

	if (rc == VV_OK && (rc = need_sources(l->x, err)) == VV_OK) {
		s = source_of(l->x, q->source);
		atomic_store(&l->source, s);
		rc = s ? s->source(s->payload, wants, q->count, give_block, l, err)
		       : vv_fail(err, VV_ENOTFOUND, "the vault has no such holder any longer");
		atomic_store(&l->source, NULL);
		if (rc == VV_OK) {
			rc = vv_supply_taken_write(l->channel, s->taken(s->payload), err);
		}
	}
	return rc;
}

/* --- other questions ------------------------------------------------------------------------------ */

static vv_status answer_keeps(line *l, const vv_supply_request *q, vv_error *err)
{
	const vv_supplying *o = l->x->o;
	const vv_session_options session = {
		.need_key = true, .quiet = true, .notes = o->notes, .idle_sec = o->idle_sec};
	vv_auto_free bool *keeps = vv_calloc(q->count + 1, sizeof(*keeps));
	vv_auto_free uint8_t *bits = vv_calloc(q->count / 8 + 1, 1);
	unsigned copies = 0;
	vv_status rc = keeps && bits ? vault_keeps(keeps, &copies, l->x->repo, &session, q->cids,
						   q->count, err)
				     : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < q->count; i++) {
		bits[i / 8] = (uint8_t)(bits[i / 8] | keeps[i] << (i % 8));
	}
	return rc < 0 ? rc : vv_supply_keeps_write(l->channel, bits, q->count, copies, err);
}

static vv_status answer_where(line *l, const vv_supply_request *q, vv_error *err)
{
	vv_vault_where w;

	if (q->count != 1) {
		return vv_fail(err, VV_EUSAGE, "one version is looked for, not %zu", q->count);
	}
	vv_status rc = vv_vault_where_find(&w, l->x->repo, l->x->o->notes, q->cids, q->ask, err);
	if (rc == VV_OK) {
		rc = vv_vault_where_write(l->channel, &w, err);
		vv_vault_where_clear(&w);
	}
	return rc;
}

/* --- a line --------------------------------------------------------------------------------------- */

static vv_status answer(line *l, const vv_supply_request *q, vv_error *err)
{
	supplying *x = l->x;

	switch (q->op) {
	case VV_SUPPLY_MEET:
		return need_sources(x, err);
	case VV_SUPPLY_LOOK:
		return answer_look(l, q, err);
	case VV_SUPPLY_BLOCKS:
		return answer_blocks(l, q, err);
	case VV_SUPPLY_KEEPS:
	case VV_SUPPLY_WHERE:
		break;
	}
	vv_mutex_lock(x->lock);
	vv_status rc = q->op == VV_SUPPLY_KEEPS ? answer_keeps(l, q, err) : answer_where(l, q, err);
	vv_mutex_unlock(x->lock);
	return rc;
}

static vv_status answer_alive(line *l, const vv_supply_request *q, vv_error *err)
{
	vv_pulse *pulse = vv_pulse_start(l->channel, &l->x->alive, PULSE_MS, 0);

	atomic_store(&l->busy, true);
	/* what came behind the request is that nobody waits for the answer */
	vv_status rc = vv_channel_done(l->channel, err) < 0 ? vv_fail_stopped(err, "the vault")
							    : answer(l, q, err);
	atomic_store(&l->busy, false);
	vv_pulse_stop(pulse);
	return rc;
}

/* Negative: nothing more can be made of the line. */
static vv_status serve_one(line *l, vv_error *err)
{
	vv_auto(vv_frame_reader) in = {0};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_supply_request q;
	vv_error why;
	uint8_t type;
	vv_status said = VV_OK;

	vv_frame_reader_init(&in, l->channel, REQUEST_BUDGET);
	vv_status rc = vv_frame_read(&in, &type, err);
	if (rc == VV_OK && type != VV_FRAME_END) {
		said = vv_supply_request_read(&q, &arena, in.payload.data, in.payload.len, &why);
		rc = vv_frame_drain(&in, err);
		said = said < 0 || rc < 0 ? said : answer_alive(l, &q, &why);
		if (rc == VV_OK) {
			vv_hint_word(said < 0 ? &why : NULL, vv_hint_words);
			rc = said < 0 ? vv_frame_fail(l->channel, &why, err)
				      : vv_frame_end(l->channel, err);
		}
	}
	return rc;
}

static void serve_line(void *payload)
{
	line *l = payload;
	bool end = false;

	while (vv_channel_at_end(l->channel, &end, VV_IGNORED) == VV_OK && !end &&
	       serve_one(l, VV_IGNORED) == VV_OK) {
	}
	atomic_store(&l->over, true);
}

/* --- all lines ------------------------------------------------------------------------------------ */

/* Is somebody there, at the other end? A source whose answer nobody waits for is stopped. */
static bool look_at_line(line *l)
{
	struct pollfd p = {l->fd, POLLIN, 0};
	vv_supplier *s;

	if (atomic_load(&l->over) || !atomic_load(&l->busy) || poll(&p, 1, 0) <= 0) {
		return !atomic_load(&l->over);
	}
	if ((s = atomic_load(&l->source)) != NULL && s->stop) {
		s->stop(s->payload);
	}
	return (p.revents & (POLLHUP | POLLERR)) == 0;
}

/* Waits for a step, or until a line ends. False: all are over. */
static bool wait_for_lines(supplying *x)
{
	const struct timespec moment = {0, MOMENT_MS * 1000000L};
	struct pollfd fds[VV_SUPPLY_LINES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < x->o->line_count; i++) {
		if (!atomic_load(&x->lines[i].over)) {
			fds[count++] = (struct pollfd){x->lines[i].fd, 0, 0};
		}
	}
	if (count > 0 && poll(fds, count, STEP_MS) > 0) {
		(void)nanosleep(&moment, NULL); /* its thread sees it, too */
	}
	return count > 0;
}

static void watch(supplying *x)
{
	uint64_t there_ms = vv_monotonic_ms();

	while (wait_for_lines(x)) {
		bool there = false;

		for (size_t i = 0; i < x->o->line_count; i++) {
			there = look_at_line(&x->lines[i]) || there;
		}
		atomic_fetch_add(&x->alive, 1);
		there_ms = there ? vv_monotonic_ms() : there_ms;
		if (vv_monotonic_ms() - there_ms > ORPHAN_MS) {
			(void)raise(SIGTERM); /* an audit of much would go on for long */
		}
	}
}

static vv_status start_lines(supplying *x, vv_error *err)
{
	for (size_t i = 0; i < x->o->line_count; i++) {
		line *l = &x->lines[i];

		l->x = x;
		l->fd = x->o->lines[i];
		atomic_store(&l->over, true);
		if (!(l->channel = vv_channel_socket(l->fd, "varve", 0))) return vv_fail_nomem(err);
		atomic_store(&l->over, false);
		if (!(l->worker = vv_worker_start(serve_line, l))) {
			atomic_store(&l->over, true);
			return vv_fail(err, VV_EIO, "cannot start a thread");
		}
	}
	return VV_OK;
}

vv_status vv_supplying_run(const vv_supplying *o, vv_error *err)
{
	supplying *x = vv_calloc(1, sizeof(*x));
	vv_status rc;

	if (!x || !(x->lock = vv_mutex_new())) {
		vv_free(x);
		return vv_fail_nomem(err);
	}
	x->o = o;
	if ((rc = vv_repository_open(&x->repo, o->gitdir, o->env, err)) == VV_OK &&
	    (rc = vv_transfer_open(&x->t, x->repo, o->notes, true, o->idle_sec, err)) == VV_OK) {
		rc = start_lines(x, err);
		watch(x);
	}
	for (size_t i = 0; i < o->line_count; i++) {
		vv_worker_join(x->lines[i].worker);
		vv_channel_close(x->lines[i].channel);
	}
	for (size_t i = x->source_count; i-- > 0;) {
		x->sources[i].close(x->sources[i].payload);
	}
	vv_transfer_close(&x->t);
	vv_repository_close(x->repo);
	vv_mutex_free(x->lock);
	vv_free(x);
	return rc;
}
