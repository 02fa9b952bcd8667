/*
 * owed: what can be made of what.
 */
#include "cmd/vault/work/owed.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "cmd/vault/work/shard_source.h"
#include "cmd/vault/work/spread.h"

/* Shards of stripes that are made whole at once: the session keeps them all. */
#define WHOLE_MOST (VV_MADE_BYTES / VV_SHARD_MAX - VV_STRIPE_MAX)

typedef struct owing {
	vv_owed *x;
	vv_vault_session *s;
	vv_spread_list list;
	bool *exclude, *nobody; /* exclude: leaving places; nobody: all of them */
	vv_buf bytes;
	bool sent; /* anything */
} owing;
static void owing_clear(owing *o)
{
	vv_buf_clear(&o->bytes);
	vv_spread_list_clear(&o->list);
	vv_free_all(o->exclude, o->nobody);
}
VV_AUTO_CLEAR(owing, owing_clear)

static bool has_none(const owing *o, const vv_spread_shard *sh)
{
	return !vv_array_find(sh->has, o->s->place_count, has, *has);
}

static vv_status bytes_of(void *payload, const vv_shard *sh, vv_buf *out, vv_error *err)
{
	vv_vault_session *s = payload;
	const vv_kept *k = vv_vault_shard_of(s->state, &sh->cid);

	return k ? vv_vault_shard_bytes(s, k, out, err)
		 : vv_fail(err, VV_EMISSING, "not a shard of this vault");
}

/* --- the list ------------------------------------------------------------------------------------ */

/* Does a holder have one whose copy was found bad, or which no record places? */
static bool is_held(owing *o, const vv_spread_shard *sh)
{
	return o->x->fix && has_none(o, sh) &&
	       vv_vault_shard_held(o->s, vv_vault_shard_of(o->s->state, &sh->shard.cid), &o->bytes,
				   VV_IGNORED) == VV_OK;
}

/* Does not request shards that no holder has and that cannot be made: of a stripe that begins here, or of
 * one shard. */
static void find_hopeless(owing *o, vv_spread_shard *shards, size_t count)
{
	const size_t enough = shards->code.data > 0 ? shards->code.data : 1;
	size_t there = 0;

	vv_array_each(shards, count, shard) {
		shard->exclude = o->exclude;
		there += !has_none(o, shard);
	}
	for (size_t i = 0; there < enough && i < count; i++) {
		if (has_none(o, &shards[i]) && !is_held(o, &shards[i])) {
			shards[i].exclude = o->nobody;
		}
	}
	/* with those found after all there may be enough */
	there = 0;
	vv_array_each(shards, count, it) {
		there += it->exclude != o->nobody;
	}
	vv_array_each(shards, there >= enough ? count : 0, shard) {
		shard->exclude = o->exclude;
	}
}

static vv_status list_all(owing *o, vv_error *err)
{
	const size_t places = o->s->place_count;
	vv_status rc = vv_spread_list_live(&o->list, o->s, o->x->away_sec, err);

	o->exclude = vv_calloc(places + 1, sizeof(*o->exclude));
	o->nobody = vv_calloc(places + 1, sizeof(*o->nobody));
	if (rc < 0 || !o->exclude || !o->nobody) return rc < 0 ? rc : vv_fail_nomem(err);
	for (size_t p = 0; p < places; p++) {
		o->exclude[p] = o->x->leave && o->x->leave[p];
		o->nobody[p] = true;
	}
	for (size_t i = 0, n; i < o->list.count; i += n) {
		n = vv_spread_together(&o->list.items[i]);
		find_hopeless(o, &o->list.items[i], n);
	}
	return VV_OK;
}

/* A leaving place counts as empty, but can still be read. */
static vv_status take_leave(owing *o, uint64_t *owed, vv_error *err)
{
	vv_spread_sum sum;
	vv_status rc = vv_spread_count(&sum, o->s, o->x->copies, o->list.items, o->list.count, err);

	if (rc < 0) return rc;
	vv_array_each(o->list.items, o->list.count, it) {
		for (size_t p = 0; p < o->s->place_count; p++) {
			it->has[p] = it->has[p] && !o->x->leave[p];
		}
	}
	*owed = sum.owed;
	return VV_OK;
}

/* --- bringing them -------------------------------------------------------------------------------- */

/* How many shards of the list, from first on, are done at once. */
static size_t portion_size(const owing *o, size_t first)
{
	size_t whole = 0, end = first;

	while (end < o->list.count) {
		const size_t n = vv_spread_together(&o->list.items[end]);
		bool lacks = false;
		for (size_t i = end; i < end + n; i++) {
			lacks = lacks || (n > 1 && has_none(o, &o->list.items[i]));
		}
		whole += lacks ? n : 0;
		if (whole > WHOLE_MOST && end > first) {
			break;
		}
		end += n;
	}
	return end - first;
}

static vv_status fix_all(owing *o, vv_error *err)
{
	vv_spread spread = {.session = o->s,
			    .copies = o->x->copies,
			    .rate = o->x->rate,
			    .progress = o->s->transfer.progress,
			    .bytes = bytes_of,
			    .payload = o->s};
	vv_status rc = VV_OK;

	for (size_t i = 0, n; rc == VV_OK && i < o->list.count; i += n) {
		n = portion_size(o, i);
		rc = vv_spread_run(&spread, o->list.items + i, n, err);
	}
	o->x->shards += spread.shards;
	o->x->sent += spread.sent;
	o->sent = spread.shards > 0;
	return rc;
}

vv_status vv_owed_run(vv_owed *x, vv_vault_session *s, vv_error *err)
{
	const uint64_t before = s->read;
	vv_auto(owing) o = {.x = x, .s = s};
	uint64_t owed = 0;
	vv_status rc;

	if ((rc = list_all(&o, err)) < 0 || (x->leave && (rc = take_leave(&o, &owed, err)) < 0) ||
	    (x->fix && (rc = fix_all(&o, err)) < 0) ||
	    (rc = vv_spread_count(&x->sum, s, x->copies, o.list.items, o.list.count, err)) < 0) {
		return rc;
	}
	x->less = x->leave && x->sum.owed > owed ? x->sum.owed - owed : 0;
	x->read += s->read - before;
	return o.sent ? vv_vault_session_sync(s, err) : vv_ledger_sync(s->ledger, err);
}
