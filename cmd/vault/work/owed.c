/*
 * owed: what can be made of what.
 */
#include "cmd/vault/work/owed.h"

#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/work/shard_source.h"
#include "cmd/vault/work/spread.h"

#define MADE_MOST 64u /* shards of stripes that lie in made/ */

typedef struct owing {
	vv_owed *x;
	vv_vault_session *s;
	vv_spread_list list;
	bool *exclude, *nobody; /* exclude: places that leave; nobody: all of them */
	vv_buf bytes;
	bool sent; /* anything */
} owing;

/* --- what was made ------------------------------------------------------------------------------ */

static char *made_path(const vv_vault_session *s, const vv_cid *cid)
{
	return vv_vault_session_path(s, "made", vv_cid_shows(cid));
}

static vv_status clear_made(const vv_vault_session *s, vv_error *err)
{
	vv_auto(char) *dir = vv_vault_session_path(s, "made", NULL);
	return dir ? vv_remove_tree(dir, err) : vv_fail_nomem(err);
}

static bool has_none(const owing *o, const vv_spread_shard *sh)
{
	for (size_t i = 0; i < o->s->place_count; i++) {
		if (sh->has[i]) return false;
	}
	return true;
}

/* A vv_spread.ready: shards of one stripe come one after the other, and its rest is read once. */
static vv_status make(void *payload, const vv_spread_shard *sh, vv_error *err)
{
	owing *o = payload;
	const vv_kept *k = vv_vault_shard_of(o->s->state, &sh->shard.cid);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	bool made = false;
	vv_auto(char) *path = NULL;

	if (!k || sh->code.data == 0 || !has_none(o, sh)) return VV_OK;
	if (!(path = made_path(o->s, &sh->shard.cid))) return vv_fail_nomem(err);
	vv_status rc = vv_vault_shard_made(o->s, k, &bytes, &made, err);
	if (rc == VV_OK && made && (rc = vv_mkdirs_above(path, err)) == VV_OK) {
		rc = vv_write_file(path, bytes.data, bytes.len, false, err);
		o->x->made++;
	}
	/* Whoever wants its bytes says that it cannot be had. */
	return rc == VV_EMISSING || rc == VV_ECORRUPT ? VV_OK : rc;
}

static vv_status bytes_of(void *payload, const vv_shard *sh, vv_buf *out, vv_error *err)
{
	vv_vault_session *s = ((owing *)payload)->s;
	const vv_kept *k = vv_vault_shard_of(s->state, &sh->cid);
	vv_auto(char) *path = made_path(s, &sh->cid);
	vv_cid is;
	vv_status rc = path ? VV_EMISSING : vv_fail_nomem(err);

	if (path && vv_exists(path)) {
		vv_buf_reset(out);
		rc = vv_read_regular(out, path, VV_SHARD_MAX, VV_IGNORED);
		rc = rc == VV_OK ? vv_cid_of(&is, VV_CODEC_RAW, out->data, out->len, VV_IGNORED)
				 : rc;
		rc = rc == VV_OK && vv_cid_equal(&is, &sh->cid) ? VV_OK : VV_EMISSING;
	}
	if (rc != VV_EMISSING) return rc;
	return k ? vv_vault_shard_bytes(s, k, out, err)
		 : vv_fail(err, VV_EMISSING, "not a shard of this vault");
}

/* --- the list ------------------------------------------------------------------------------------ */

/* Somebody may have one whose copy was found bad, or which nobody ever said to have. */
static bool is_held(owing *o, const vv_spread_shard *sh)
{
	return o->x->fix && has_none(o, sh) &&
	       vv_vault_shard_held(o->s, vv_vault_shard_of(o->s->state, &sh->shard.cid), &o->bytes,
				   VV_IGNORED) == VV_OK;
}

/* What nobody has, and cannot be made, is not asked for: of a stripe that begins here, or of one shard. */
static void find_hopeless(owing *o, vv_spread_shard *shards, size_t count)
{
	const size_t enough = shards->code.data > 0 ? shards->code.data : 1;
	size_t there = 0;

	for (size_t i = 0; i < count; i++) {
		shards[i].exclude = o->exclude;
		there += !has_none(o, &shards[i]);
	}
	for (size_t i = 0; there < enough && i < count; i++) {
		if (has_none(o, &shards[i]) && !is_held(o, &shards[i])) {
			shards[i].exclude = o->nobody;
		}
	}
	/* With those that are held after all there may be enough. */
	there = 0;
	for (size_t i = 0; i < count; i++) {
		there += shards[i].exclude != o->nobody;
	}
	for (size_t i = 0; there >= enough && i < count; i++) {
		shards[i].exclude = o->exclude;
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

/* Whoever leaves counts as having nothing, and is read from all the same. */
static vv_status take_leave(owing *o, uint64_t *owed, vv_error *err)
{
	vv_spread_sum sum;
	vv_status rc = vv_spread_count(&sum, o->s, o->x->copies, o->list.items, o->list.count, err);

	for (size_t i = 0; rc == VV_OK && i < o->list.count; i++) {
		for (size_t p = 0; p < o->s->place_count; p++) {
			o->list.items[i].has[p] = o->list.items[i].has[p] && !o->x->leave[p];
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

	while (end < o->list.count) {
		const size_t n = o->list.items[end].code.data > 0
					 ? vv_code_shards(o->list.items[end].code)
					 : 1;
		for (size_t i = end; i < end + n; i++) {
			lacking += o->list.items[i].code.data > 0 && has_none(o, &o->list.items[i]);
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

	for (size_t i = 0; rc == VV_OK && i < o->list.count; i += n) {
		n = portion(o, i);
		if ((rc = vv_spread_run(&spread, o->list.items + i, n, err)) == VV_OK) {
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
		rc = vv_spread_count(&sum, s, x->copies, o.list.items, o.list.count, err);
	}
	x->owed = sum.owed;
	x->less = x->leave && sum.owed > owed ? sum.owed - owed : 0;
	x->lost = sum.lost;
	x->hopeless = sum.hopeless;
	x->least = sum.least;
	x->rest = sum.rest;
	x->read += s->read - before;
	vv_buf_clear(&o.bytes);
	vv_spread_list_clear(&o.list);
	vv_free(o.exclude);
	vv_free(o.nobody);
	if (rc < 0) return rc;
	return o.sent ? vv_vault_session_sync(s, err) : vv_ledger_sync(s->ledger, err);
}
