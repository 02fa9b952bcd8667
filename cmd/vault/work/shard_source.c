/*
 * shard_source: orders the holders to read from.
 */
#include "cmd/vault/work/shard_source.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "cmd/vault/sealed/stripe.h"
#include "repo/blocks/cache.h"

#define FAILURES_MOST 2u /* after this many failures a holder gets no more requests for shards */
#define OPENED_BYTES ((size_t)32 << 20)

static bool has_said(const vv_vault_place *p, const vv_kept *k)
{
	const vv_copy *c = vv_vault_copy_at(k, p->id);

	return c && c->receipt;
}

/* 0: recorded with the shard, 1: others, 2: failed before. */
static unsigned turn_of(const vv_vault_place *p, const vv_kept *k)
{
	if (p->read_failures > 0) return 2;
	return has_said(p, k) ? 0 : 1;
}

/* Milliseconds for a megabyte, as measured; 0 for one not yet used, which comes first. */
static uint64_t place_slowness(const vv_vault_place *p)
{
	return p->read_bytes > 0 ? (p->read_ms << 20) / p->read_bytes : 0;
}

/* The next holder that got no request yet; NULL: none. */
static vv_vault_place *next_place(const vv_vault_session *s, const vv_kept *k, const bool *asked)
{
	vv_vault_place *best = NULL;

	vv_array_each(s->places, s->place_count, p) {
		if (!p->holder || asked[p - s->places] || p->read_failures >= FAILURES_MOST) {
			continue;
		}
		if (!best || turn_of(p, k) < turn_of(best, k) ||
		    (turn_of(p, k) == turn_of(best, k) &&
		     place_slowness(p) < place_slowness(best))) {
			best = p;
		}
	}
	return best;
}

static vv_status read_from(vv_vault_session *s, vv_vault_place *p, const vv_kept *k, vv_buf *bytes,
			   vv_error *err)
{
	const uint64_t start_ms = vv_monotonic_ms();
	vv_status rc = vv_holder_get_shard(p->holder, vv_ledger_vault(s->ledger), &k->shard, bytes,
					   err);

	if (rc == VV_OK) {
		p->read_ms += vv_monotonic_ms() - start_ms;
		p->read_bytes += bytes->len;
		p->read_failures = 0;
		s->read += bytes->len;
	} else if (rc != VV_EMISSING && rc != VV_ENOMEM) {
		p->read_failures += rc != VV_ECORRUPT;
		p->read_why = s->failed = *err;
	}
	return rc;
}

vv_status vv_vault_shard_held(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err)
{
	vv_auto_free bool *asked = vv_calloc(s->place_count + 1, sizeof(*asked));
	vv_vault_place *p;
	vv_error why;
	bool found = false;

	if (!asked) return vv_fail_nomem(err);
	vv_fail(err, VV_EMISSING, "no reachable holder has the shard %s",
		vv_cid_shows(&k->shard.cid));
	vv_array_each(s->places, s->place_count, failing) {
		if (failing->holder && failing->read_failures >= FAILURES_MOST &&
		    has_said(failing, k)) {
			*err = failing->read_why;
			vv_prefix(err, "the holder failed twice, and is not contacted again");
			(void)vv_recode(err, VV_EMISSING);
		}
	}
	while (!found && (p = next_place(s, k, asked))) {
		asked[p - s->places] = true;
		found = read_from(s, p, k, bytes, &why) == VV_OK;
		if (!found && has_said(p, k)) {
			*err = why;
			(void)vv_recode(err, VV_EMISSING);
		}
	}
	return found ? VV_OK : VV_EMISSING;
}

/* --- cache of recent shards
 * ------------------------------------------------------------------------ */

static vv_status cache_shard(vv_block_cache **cache, size_t max, const vv_cid *shard,
			     const vv_buf *bytes, vv_error *err)
{
	vv_auto(vv_blob) *b = vv_blob_new(shard, bytes->len);

	if (!b || (!*cache && !(*cache = vv_block_cache_new(max)))) return vv_fail_nomem(err);
	memcpy(b->bytes, vv_buf_cstr(bytes), bytes->len);
	vv_block_cache_put(*cache, b);
	return VV_OK;
}

/* Appends it. */
static bool is_kept(vv_block_cache *cache, const vv_cid *shard, vv_buf *out)
{
	vv_auto(vv_blob) *b = cache ? vv_block_cache_get(cache, shard) : NULL;

	if (b) {
		vv_buf_put(out, b->bytes, b->len);
	}
	return b != NULL;
}

/* --- stripes ----------------------------------------------------------------------------------- */

/* One that is being made whole. */
typedef struct whole {
	const vv_kept *shards[VV_STRIPE_MAX];
	vv_buf bytes[VV_STRIPE_MAX];
	vv_code code;
} whole;

static void whole_clear(whole *w)
{
	vv_array_each(w->bytes, VV_STRIPE_MAX, it) {
		vv_buf_clear(it);
	}
}
VV_AUTO_CLEAR(whole, whole_clear)

/* K of its shards, whichever can be had; but for the one that is wanted. */
static vv_status gather_shards(whole *w, vv_vault_session *s, const vv_kept *wanted, uint8_t *from,
			       vv_error *err)
{
	const vv_error none = *err;
	size_t had = 0;
	vv_error why;

	for (size_t i = 0; i < vv_code_shards(w->code) && had < w->code.data; i++) {
		vv_status rc = w->shards[i] == wanted
				       ? VV_EMISSING
				       : vv_vault_shard_held(s, w->shards[i], &w->bytes[i], &why);
		if (rc == VV_OK) {
			from[had++] = (uint8_t)i;
		} else if (rc != VV_EMISSING) {
			return vv_error_copy(err, &why);
		}
	}
	if (had == w->code.data) return VV_OK;
	return vv_fail(
		err, VV_EMISSING,
		"%s; to restore it, %u other shards of its stripe are required, and only %zu could be read",
		none.message, w->code.data, had);
}

/* The rest of it, each checked against its CID. */
static vv_status make_rest(whole *w, const uint8_t *from, vv_error *err)
{
	uint8_t wanted[VV_STRIPE_MAX];
	size_t count = 0;
	vv_auto(vv_stripe_work) *work = NULL;
	vv_shard is;
	vv_status rc;

	for (size_t i = 0; i < vv_code_shards(w->code); i++) {
		if (!memchr(from, (int)i, w->code.data)) {
			wanted[count++] = (uint8_t)i;
		}
	}
	if ((rc = vv_stripe_open(&work, w->code, from, wanted, count, err)) < 0) return rc;
	for (size_t i = 0; i < w->code.data; i++) {
		const vv_buf *b = &w->bytes[from[i]];
		if ((rc = vv_stripe_take(work, i, b->data, b->len, err)) < 0) return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if ((rc = vv_stripe_get(work, i, &w->bytes[wanted[i]], &is, err)) < 0) return rc;
		if (!vv_cid_equal(&is.cid, &w->shards[wanted[i]]->shard.cid)) {
			return vv_fail(err, VV_ECORRUPT,
				       "the parity of a stripe does not match its shards");
		}
	}
	return VV_OK;
}

/* err contains the reason that no holder has the shard. */
static vv_status make_whole(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err)
{
	const vv_kept_stripe *st = &s->state->stripes[k->stripe - 1];
	vv_auto(whole) w = {.code = st->code};
	uint8_t from[VV_STRIPE_MAX];
	vv_status rc;

	for (size_t i = 0; i < vv_code_shards(st->code); i++) {
		w.shards[i] = &s->state->shards[st->shards[i]];
	}
	if ((rc = gather_shards(&w, s, k, from, err)) < 0 || (rc = make_rest(&w, from, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < vv_code_shards(st->code); i++) {
		if ((rc = cache_shard(&s->made, VV_MADE_BYTES, &w.shards[i]->shard.cid, &w.bytes[i],
				      err)) < 0) {
			return rc;
		}
		if (w.shards[i] == k) {
			vv_buf_set(bytes, w.bytes[i].data, w.bytes[i].len);
		}
	}
	return vv_buf_ok(bytes, err);
}

vv_status vv_vault_shard_bytes(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err)
{
	vv_buf_reset(bytes);
	if (is_kept(s->made, &k->shard.cid, bytes)) return vv_buf_ok(bytes, err);
	vv_status rc = vv_vault_shard_held(s, k, bytes, err);
	return rc == VV_EMISSING && k->stripe > 0 ? make_whole(s, k, bytes, err) : rc;
}

vv_status vv_vault_shard_content(vv_vault_session *s, const vv_kept *k, vv_buf *content,
				 vv_error *err)
{
	const vv_cid *vault = vv_ledger_vault(s->ledger);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_shard_seal seal;
	vv_shard is;
	uint8_t epoch[VV_EPOCH_NAME];
	vv_status rc;

	if (is_kept(s->opened, &k->shard.cid, content)) return vv_buf_ok(content, err);
	if ((rc = vv_vault_shard_bytes(s, k, &bytes, err)) < 0 ||
	    (rc = vv_shard_look(&is, epoch, bytes.data, bytes.len, err)) < 0 ||
	    (rc = vv_epoch_seal_of(&seal, &s->secrets, vault, epoch, err)) < 0 ||
	    (rc = vv_shard_open(content, &seal, bytes.data, bytes.len, err)) < 0) {
		return rc;
	}
	return cache_shard(&s->opened, OPENED_BYTES, &k->shard.cid, content, err);
}
