/*
 * shard_source: whom to ask first.
 */
#include "cmd/vault/work/shard_source.h"

#include <string.h>

#include "base/sys.h"
#include "cmd/vault/sealed/stripe.h"

#define FAILURES_MOST 2u /* then a holder is asked for no shard any more */

static bool has_said(const vv_vault_place *p, const vv_kept *k)
{
	bool said = false;

	for (size_t c = 0; c < k->copy_count; c++) {
		said = said || (k->copies[c].receipt &&
				memcmp(k->copies[c].holder, p->id, VV_HOLDER_ID) == 0);
	}
	return said;
}

/* First who said so, then everybody else; last who failed. */
static unsigned turn_of(const vv_vault_place *p, const vv_kept *k)
{
	return p->read_failures > 0 ? 2 : has_said(p, k) ? 0 : 1;
}

/* Milliseconds for a megabyte, as measured; who was not asked yet is to be. */
static uint64_t slowness(const vv_vault_place *p)
{
	return p->read_bytes > 0 ? (p->read_ms << 20) / p->read_bytes : 0;
}

/* Who is asked next, of those who were not asked; NULL: nobody. */
static vv_vault_place *next_place(const vv_vault_session *s, const vv_kept *k, const bool *asked)
{
	vv_vault_place *best = NULL;

	for (size_t i = 0; i < s->place_count; i++) {
		vv_vault_place *p = &s->places[i];
		if (!p->holder || asked[i] || p->read_failures >= FAILURES_MOST) {
			continue;
		}
		if (!best || turn_of(p, k) < turn_of(best, k) ||
		    (turn_of(p, k) == turn_of(best, k) && slowness(p) < slowness(best))) {
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
	char cid[VV_CID_TEXT + 1];
	vv_vault_place *p;
	vv_error why;
	bool found = false;

	if (!asked) return vv_fail_nomem(err);
	vv_cid_text(cid, &k->shard.cid);
	vv_fail(err, VV_EMISSING, "no holder that can be reached has the shard %s", cid);
	for (size_t i = 0; i < s->place_count; i++) {
		p = &s->places[i];
		if (p->holder && p->read_failures >= FAILURES_MOST && has_said(p, k)) {
			*err = p->read_why;
			vv_prefix(err, "it failed twice, and is asked no more");
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

/* --- stripes ----------------------------------------------------------------------------------- */

static const vv_kept *member(const vv_vault_session *s, const vv_kept_stripe *st, size_t i)
{
	return vv_vault_shard_at(s->state, st->shards[i]);
}

/* K of its shards, whichever can be had, into the session's stripe; but for the one with this number. */
static vv_status gather(vv_vault_session *s, const vv_kept_stripe *st, size_t without,
			uint8_t *from, vv_error *err)
{
	vv_whole_stripe *w = &s->stripe;
	const vv_error none = *err;
	size_t had = 0;
	vv_error why;

	for (size_t i = 0; i < vv_code_shards(st->code) && had < st->code.data; i++) {
		vv_status rc = i == without ? VV_EMISSING
					    : vv_vault_shard_held(s, member(s, st, i), &w->bytes[i],
								  &why);
		if (rc == VV_OK) {
			from[had++] = (uint8_t)i;
		} else if (rc != VV_EMISSING) {
			*err = why;
			return rc;
		}
	}
	if (had == st->code.data) return VV_OK;
	return vv_fail(err, VV_EMISSING,
		       "%s; it could be made of %u others of its stripe, and only %zu are there",
		       none.message, st->code.data, had);
}

static bool is_in(const uint8_t *numbers, size_t count, size_t n)
{
	return memchr(numbers, (int)n, count) != NULL;
}

/* The rest of it, each checked against its CID. */
static vv_status make_rest(vv_vault_session *s, const vv_kept_stripe *st, const uint8_t *from,
			   vv_error *err)
{
	vv_whole_stripe *w = &s->stripe;
	uint8_t wanted[VV_STRIPE_MAX];
	size_t count = 0;
	vv_auto(vv_stripe_work) *work = NULL;
	vv_shard is;
	vv_status rc;

	for (size_t i = 0; i < vv_code_shards(st->code); i++) {
		if (!is_in(from, st->code.data, i)) {
			wanted[count++] = (uint8_t)i;
		}
	}
	if ((rc = vv_stripe_open(&work, st->code, from, wanted, count, err)) < 0) return rc;
	for (size_t i = 0; rc == VV_OK && i < st->code.data; i++) {
		const vv_buf *b = &w->bytes[from[i]];
		rc = vv_stripe_take(work, i, b->data, b->len, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_kept *k = member(s, st, wanted[i]);
		if ((rc = vv_stripe_get(work, i, &w->bytes[wanted[i]], &is, err)) == VV_OK &&
		    !vv_cid_equal(&is.cid, &k->shard.cid)) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "the parity of a stripe is not that of its shards");
		}
	}
	return rc;
}

/* err says why no holder has the shard. */
static vv_status make_whole(vv_vault_session *s, const vv_kept *k, vv_error *err)
{
	const vv_kept_stripe *st = vv_vault_stripe_at(s->state, k->stripe - 1);
	uint8_t from[VV_STRIPE_MAX];
	size_t number = 0;
	vv_status rc;

	while (member(s, st, number) != k) {
		number++;
	}
	s->stripe.count = 0;
	if ((rc = gather(s, st, number, from, err)) < 0 || (rc = make_rest(s, st, from, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < vv_code_shards(st->code); i++) {
		s->stripe.cids[i] = member(s, st, i)->shard.cid;
	}
	s->stripe.count = vv_code_shards(st->code);
	return VV_OK;
}

/* From the stripe that was made whole last. */
static bool was_made(const vv_vault_session *s, const vv_cid *cid, vv_buf *bytes)
{
	for (size_t i = 0; i < s->stripe.count; i++) {
		if (vv_cid_equal(&s->stripe.cids[i], cid)) {
			vv_buf_set(bytes, s->stripe.bytes[i].data, s->stripe.bytes[i].len);
			return true;
		}
	}
	return false;
}

vv_status vv_vault_shard_made(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, bool *made,
			      vv_error *err)
{
	*made = was_made(s, &k->shard.cid, bytes);
	if (*made) return vv_buf_ok(bytes, err);
	vv_status rc = vv_vault_shard_held(s, k, bytes, err);
	if (rc != VV_EMISSING || k->stripe == 0 || (rc = make_whole(s, k, err)) < 0) return rc;
	*made = was_made(s, &k->shard.cid, bytes);
	return vv_buf_ok(bytes, err);
}

vv_status vv_vault_shard_bytes(vv_vault_session *s, const vv_kept *k, vv_buf *bytes, vv_error *err)
{
	bool made;
	return vv_vault_shard_made(s, k, bytes, &made, err);
}

/* What is in a shard whose CID was checked. */
static vv_status unseal(const vv_vault_session *s, const vv_buf *bytes, vv_buf *content,
			vv_error *err)
{
	vv_shard_seal seal;
	vv_shard is;
	uint8_t epoch[VV_EPOCH_NAME];
	vv_status rc;

	if ((rc = vv_shard_look(&is, epoch, bytes->data, bytes->len, err)) < 0 ||
	    (rc = vv_epoch_seal_of(&seal, &s->secrets, vv_ledger_vault(s->ledger), epoch, err)) <
		    0) {
		return rc;
	}
	return vv_shard_open(content, &seal, bytes->data, bytes->len, err);
}

vv_status vv_vault_shard_content(vv_vault_session *s, const vv_kept *k, vv_buf *content,
				 vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = vv_vault_shard_bytes(s, k, &bytes, err);

	return rc < 0 ? rc : unseal(s, &bytes, content, err);
}
