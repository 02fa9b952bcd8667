/*
 * owed: knows what can be made of what.
 */
#include "cmd/work/vault/owed.h"

#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "cmd/work/vault/shard_source.h"
#include "cmd/work/vault/spread.h"

#define MADE_MOST 64u /* shards of stripes that lie in made/ */

typedef struct owing {
	vv_owed *x;
	vv_vault_session *s;
	vv_spread_shard *list;
	size_t count;
	bool *has, *exclude, *nobody; /* exclude: places that leave; nobody: all of them */
	vv_buf bytes;
	bool sent; /* anything */
} owing;

/* --- what was made ------------------------------------------------------------------------------ */

static char *made_path(const vv_vault_session *s, const vv_cid *cid)
{
	char name[VV_CID_TEXT + 1];

	vv_cid_text(name, cid);
	return vv_vault_session_path(s, "made", name);
}

static vv_status clear_made(const vv_vault_session *s, vv_error *err)
{
	char *dir = vv_vault_session_path(s, "made", NULL);
	vv_status rc = dir ? vv_remove_tree(dir, err) : vv_fail_nomem(err);

	vv_free(dir);
	return rc;
}

static bool has_none(const owing *o, const vv_spread_shard *sh)
{
	for (size_t i = 0; i < o->s->place_count; i++) {
		if (sh->has[i]) {
			return false;
		}
	}
	return true;
}

/* A vv_spread.ready: shards of one stripe come one after the other, and its rest is read once. */
static vv_status make(void *payload, const vv_spread_shard *sh, vv_error *err)
{
	owing *o = payload;
	const vv_kept *k = vv_vault_shard_of(o->s->state, &sh->shard.cid);
	vv_buf bytes = VV_BUF_INIT;
	bool made = false;
	char *path;
	vv_status rc;

	if (!k || sh->code.data == 0 || !has_none(o, sh)) {
		return VV_OK;
	}
	if (!(path = made_path(o->s, &sh->shard.cid))) {
		return vv_fail_nomem(err);
	}
	rc = vv_vault_shard_made(o->s, k, &bytes, &made, err);
	if (rc == VV_OK && made && (rc = vv_mkdirs_above(path, err)) == VV_OK) {
		rc = vv_write_file(path, bytes.data, bytes.len, false, err);
		o->x->made++;
	}
	vv_buf_clear(&bytes);
	vv_free(path);
	/* Whoever wants its bytes says that it cannot be had. */
	return rc == VV_EMISSING || rc == VV_ECORRUPT ? VV_OK : rc;
}

static vv_status bytes_of(void *payload, const vv_shard *sh, vv_buf *out, vv_error *err)
{
	vv_vault_session *s = ((owing *)payload)->s;
	const vv_kept *k = vv_vault_shard_of(s->state, &sh->cid);
	char *path = made_path(s, &sh->cid);
	vv_error absent;
	vv_cid is;
	vv_status rc = path ? VV_EMISSING : vv_fail_nomem(err);

	if (path && vv_exists(path)) {
		vv_buf_reset(out);
		rc = vv_read_regular(out, path, VV_SHARD_MAX, &absent);
		rc = rc == VV_OK ? vv_cid_of(&is, VV_CODEC_RAW, out->data, out->len, &absent) : rc;
		rc = rc == VV_OK && vv_cid_equal(&is, &sh->cid) ? VV_OK : VV_EMISSING;
	}
	vv_free(path);
	if (rc != VV_EMISSING) {
		return rc;
	}
	return k ? vv_vault_shard_bytes(s, k, out, err)
		 : vv_fail(err, VV_EMISSING, "not a shard of this vault");
}

/* --- the list ------------------------------------------------------------------------------------ */

static void add(owing *o, const vv_kept *k, vv_code code)
{
	const size_t places = o->s->place_count;
	vv_spread_shard *sh = &o->list[o->count];

	sh->shard = k->shard;
	sh->code = code;
	sh->has = o->has + o->count * places;
	sh->exclude = o->exclude;
	vv_spread_holders(o->s, k, o->x->away_sec, sh->has);
	o->count++;
}

/* Somebody may have one whose copy was found bad, or which nobody ever said to have. */
static bool is_held(owing *o, const vv_spread_shard *sh)
{
	vv_error why;

	return o->x->fix && has_none(o, sh) &&
	       vv_vault_shard_held(o->s, vv_vault_shard_of(o->s->state, &sh->shard.cid), &o->bytes,
				   &why) == VV_OK;
}

/* What nobody has, and cannot be made, is not asked for. */
static void add_single(owing *o, const vv_kept *k)
{
	vv_spread_shard *sh = &o->list[o->count];

	add(o, k, (vv_code){0, 0});
	sh->exclude = !has_none(o, sh) || is_held(o, sh) ? o->exclude : o->nobody;
}

static void add_stripe(owing *o, const vv_kept_stripe *st)
{
	const size_t first = o->count, n = vv_code_shards(st->code);
	size_t there = 0;

	for (size_t i = 0; i < n; i++) {
		add(o, vv_vault_shard_at(o->s->state, st->shards[i]), st->code);
		there += !has_none(o, &o->list[first + i]);
	}
	if (there >= st->code.data) {
		return;
	}
	for (size_t i = first; i < o->count; i++) {
		const bool held = is_held(o, &o->list[i]);
		there += held;
		o->list[i].exclude = held || !has_none(o, &o->list[i]) ? o->exclude : o->nobody;
	}
	for (size_t i = first; there >= st->code.data && i < o->count; i++) {
		o->list[i].exclude = o->exclude;
	}
}

static vv_status list_all(owing *o, vv_error *err)
{
	const vv_vault_state *state = o->s->state;
	const size_t places = o->s->place_count;
	size_t all = vv_vault_shard_count(state);

	/* One that is in two stripes is in the list twice. */
	for (size_t i = 0; i < vv_vault_stripe_count(state); i++) {
		all += vv_code_shards(vv_vault_stripe_at(state, i)->code);
	}
	o->list = vv_calloc(all + 1, sizeof(*o->list));
	o->has = vv_calloc((all + 1) * (places + 1), sizeof(*o->has));
	o->exclude = vv_calloc(places + 1, sizeof(*o->exclude));
	o->nobody = vv_calloc(places + 1, sizeof(*o->nobody));
	if (!o->list || !o->has || !o->exclude || !o->nobody) {
		return vv_fail_nomem(err);
	}
	for (size_t p = 0; p < places; p++) {
		o->exclude[p] = o->x->leave && o->x->leave[p];
		o->nobody[p] = true;
	}
	for (size_t i = 0; i < vv_vault_stripe_count(state); i++) {
		const vv_kept_stripe *st = vv_vault_stripe_at(state, i);
		if (!vv_vault_shard_at(state, st->shards[0])->retired) {
			add_stripe(o, st);
		}
	}
	for (size_t i = 0; i < vv_vault_shard_count(state); i++) {
		const vv_kept *k = vv_vault_shard_at(state, i);
		if (!k->retired && k->stripe == 0) {
			add_single(o, k);
		}
	}
	return VV_OK;
}

/* Whoever leaves counts as having nothing, and is read from all the same. */
static vv_status take_leave(owing *o, uint64_t *owed, vv_error *err)
{
	vv_spread_sum sum;
	vv_status rc = vv_spread_count(&sum, o->s, o->x->copies, o->list, o->count, err);

	for (size_t i = 0; rc == VV_OK && i < o->count; i++) {
		for (size_t p = 0; p < o->s->place_count; p++) {
			o->list[i].has[p] = o->list[i].has[p] && !o->x->leave[p];
		}
	}
	*owed = rc == VV_OK ? sum.owed : 0;
	return rc;
}

/* --- bringing them -------------------------------------------------------------------------------- */

/* How many shards of the list, from first on, are done at once: up to MADE_MOST that may have to be made. */
static size_t portion(const owing *o, size_t first)
{
	size_t lacking = 0, end = first;

	while (end < o->count) {
		const size_t n = o->list[end].code.data > 0 ? vv_code_shards(o->list[end].code) : 1;
		for (size_t i = end; i < end + n; i++) {
			lacking += o->list[i].code.data > 0 && has_none(o, &o->list[i]);
		}
		if (lacking > MADE_MOST && end > first) {
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
			    .ready = make,
			    .bytes = bytes_of,
			    .payload = o};
	vv_status rc = clear_made(o->s, err); /* what an earlier one left that was killed */
	size_t n;

	for (size_t i = 0; rc == VV_OK && i < o->count; i += n) {
		n = portion(o, i);
		if ((rc = vv_spread_run(&spread, o->list + i, n, err)) == VV_OK) {
			rc = clear_made(o->s, err);
		}
	}
	o->x->shards += spread.shards;
	o->x->sent += spread.sent;
	o->sent = spread.shards > 0;
	return rc;
}

vv_status vv_owed_run(vv_owed *x, vv_vault_session *s, vv_error *err)
{
	const uint64_t before = s->read;
	owing o = {.x = x, .s = s};
	vv_spread_sum sum = {.least = SIZE_MAX, .rest = SIZE_MAX};
	uint64_t owed = 0;
	vv_status rc = list_all(&o, err);

	if (rc == VV_OK && x->leave) {
		rc = take_leave(&o, &owed, err);
	}
	if (rc == VV_OK && x->fix) {
		rc = fix_all(&o, err);
	}
	if (rc == VV_OK) {
		rc = vv_spread_count(&sum, s, x->copies, o.list, o.count, err);
	}
	x->owed = sum.owed;
	x->less = x->leave && sum.owed > owed ? sum.owed - owed : 0;
	x->lost = sum.lost;
	x->hopeless = sum.hopeless;
	x->least = sum.least;
	x->rest = sum.rest;
	x->read += s->read - before;
	vv_buf_clear(&o.bytes);
	vv_free(o.list);
	vv_free(o.has);
	vv_free(o.exclude);
	vv_free(o.nobody);
	return rc == VV_OK && o.sent ? vv_vault_session_sync(s, err) : rc;
}
