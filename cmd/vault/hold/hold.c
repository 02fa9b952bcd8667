/*
 * hold: answers each request, and decides when copies may be deleted.
 */
#include "cmd/vault/hold/hold.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_cache.h"
#include "cmd/vault/hold/hold_internal.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/ledger.h"
#include "transport/places/place_kinds.h"

#define LOCK_MS 30000u
#define RENEW_MS 60000u
#define GRACE_SEC (14u * 86400u) /* from a retire to the deletion, at most */

vv_status vv_hold_open(vv_hold **out, const char *dir, const vv_hold_rules *rules, vv_error *err)
{
	const vv_place_facts facts = {
		.quota = rules->size, .mark = &vv_hold_mark, .more = VV_HINT_PRUNE_HOLD};
	vv_auto(vv_hold) *h = vv_calloc(1, sizeof(*h));
	vv_status rc;

	*out = NULL;
	if (!h) return vv_fail_nomem(err);
	*h = (vv_hold){
		.dir = vv_strdup(dir), .rules = *rules, .turn = vv_turn_new(), .file_lock = -1};
	h->rules.admitted = vv_calloc(rules->admitted_count + 1, sizeof(*rules->admitted));
	if (!h->rules.admitted || !h->dir || !h->turn) return vv_fail_nomem(err);
	if (rules->admitted_count > 0) {
		memcpy(h->rules.admitted, rules->admitted,
		       rules->admitted_count * sizeof(*rules->admitted));
	}
	if ((rc = vv_own_folder_open(&h->place, dir, &facts, true, err)) < 0 ||
	    (rc = vv_hold_room_open(&h->room, &h->rules, &h->place, err)) < 0) {
		return rc;
	}
	if (!(h->cache = vv_hold_cache_new(&h->rules, h->room, h->dir))) {
		return vv_fail_nomem(err);
	}
	return vv_hand_over(out, &h);
}

void vv_hold_close(vv_hold *h)
{
	if (h) {
		vv_hold_cache_free(h->cache);
		vv_hold_room_close(h->room);
		vv_place_close(&h->place);
		vv_turn_free(h->turn);
		vv_key_wipe(&h->rules.key);
		vv_free_all(h->rules.admitted, h->dir, h);
	}
}

/* --- small things ------------------------------------------------------------------------------- */

vv_status vv_hold_look(const vv_hold *h, const char *name, vv_stat *out, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, name, (char *)NULL);

	return vv_lstat(out, path, err);
}

/* --- one at a time ------------------------------------------------------------------------------- */

/* Has another process written since? Then the cached state is invalid. */
static vv_status notice_others(vv_hold *h, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, "changed", (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_missing_ok(vv_read_regular(&text, path, 4096, err), err);

	if (rc == VV_OK && strcmp(vv_buf_cstr(&text), h->changed) != 0) {
		(void)snprintf(h->changed, sizeof(h->changed), "%s", vv_buf_cstr(&text));
		vv_hold_cache_forget_all(h->cache);
		vv_hold_room_forget(h->room);
		vv_folder_place_changed(&h->place);
	}
	return rc;
}

vv_status vv_hold_tell_others(vv_hold *h, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, "changed", (char *)NULL);
	uint8_t mark[VV_HOLD_MARK_LEN];

	vv_random(mark, sizeof(mark));
	vv_hex_write(h->changed, mark, sizeof(mark));
	return vv_write_file(path, h->changed, strlen(h->changed), false, err);
}

/* Standing may have changed. */
static void renew_room(vv_hold *h)
{
	const uint64_t now = vv_monotonic_ms();

	if (h->rules.renew && (h->renewed_ms == 0 || now - h->renewed_ms >= RENEW_MS)) {
		h->renewed_ms = now;
		h->rules.renew(h->rules.payload, h->rules.admitted, h->rules.admitted_count);
	}
}

static void leave_hold(vv_hold *h)
{
	vv_fd_close(&h->file_lock);
	vv_turn_give(h->turn);
}

static vv_status enter_hold(vv_hold *h, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(h->dir, "lock", (char *)NULL);

	vv_turn_take(h->turn, 0);
	h->file_lock = vv_lock(path, true, LOCK_MS, err);
	vv_status rc = h->file_lock < 0 ? (vv_status)h->file_lock : notice_others(h, err);
	if (rc < 0) {
		leave_hold(h);
	}
	return rc;
}

/* --- shards come and go -------------------------------------------------------------------------------- */

/* A vault without files here is not read: the last requested one stays in memory. */
static vv_status known_vault(vv_hold *h, const vv_cid *vault, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;

	vv_hold_below(name, vault, "records");
	if (vv_hold_look(h, name, &is, NULL) < 0) {
		return vv_fail(
			err, VV_EREFUSED,
			"this server has no copies of the vault %s\na vault must begin with a record written with a key that the server keeps copies for: on the server, name the key with 'varve serve --for DID'",
			vv_cid_shows(vault));
	}
	return vv_hold_cache_need(h->cache, vault, &h->vault, err);
}

static vv_status take_shard(vv_hold_answering *x, vv_error *err)
{
	vv_hold *h = x->h;
	const vv_hold_bytes *b = &x->q->bytes;
	char name[VV_HOLD_NAME_LEN];
	vv_shard s;
	vv_stat is;
	vv_status rc;

	if ((rc = vv_leaves_look(&s, b->bytes, b->len, err)) < 0) return rc;
	if ((rc = known_vault(h, &x->q->vault, err)) < 0 ||
	    (rc = vv_hold_vault_may_put(h->vault, &s, err)) < 0) {
		return rc;
	}
	vv_hold_shard_name(name, &x->q->vault, &s.cid);
	/* a file already there in full length needs no room */
	const bool there = vv_hold_look(h, name, &is, NULL) == VV_OK,
		   more = !there || is.size != b->len;
	renew_room(h);
	if ((more &&
	     (rc = vv_hold_room_check(h->room, &x->q->vault, VV_HOLD_SHARD, b->len, err)) < 0) ||
	    (rc = vv_hold_tell_others(h, err)) < 0) {
		return rc;
	}
	rc = vv_place_put(&h->place, name, b->bytes, b->len, err);
	if (rc == VV_OK && !there) {
		vv_hold_room_came(h->room, &x->q->vault, false, b->len);
	} else if (rc < 0 || more) {
		vv_hold_room_forget_vault(h->room, &x->q->vault);
	}
	return rc;
}

static vv_status fail_until(uint64_t until, const char *why, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED, "the shard must be kept until %s: %s",
		       vv_text_utc((int64_t)until), why);
}

/* The record that dropped it must have been here for a while, so that the theft of a key is noticed
 * before it does harm. */
static vv_status check_term(vv_hold *h, const vv_cid *vault, const char *shard,
			    const vv_ledger_record *by, vv_error *err)
{
	const uint64_t now = (uint64_t)vv_now_sec(),
		       grace = h->rules.term < GRACE_SEC ? h->rules.term : GRACE_SEC;
	char name[VV_HOLD_NAME_LEN], record[VV_LEDGER_NAME];
	vv_stat came, said;
	vv_status rc;

	vv_ledger_name(record, by);
	vv_hold_record_name(name, vault, record);
	if ((rc = vv_hold_look(h, shard, &came, err)) < 0 ||
	    (rc = vv_hold_look(h, name, &said, err)) < 0) {
		return rc;
	}
	if ((uint64_t)came.mtime_sec + h->rules.term > now) {
		return fail_until((uint64_t)came.mtime_sec + h->rules.term,
				  "a receipt promises this", err);
	}
	if ((uint64_t)said.mtime_sec + grace > now) {
		return fail_until((uint64_t)said.mtime_sec + grace,
				  "the record that releases it has just arrived", err);
	}
	return VV_OK;
}

static vv_status remove_shard(vv_hold_answering *x, vv_error *err)
{
	vv_hold *h = x->h;
	const vv_ledger_record *by;
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;
	vv_status rc;

	vv_hold_shard_name(name, &x->q->vault, &x->q->shard);
	if ((rc = vv_hold_look(h, name, &is, err)) < 0 ||
	    (rc = known_vault(h, &x->q->vault, err)) < 0 ||
	    (rc = vv_hold_vault_may_remove(h->vault, &x->q->shard, &by, err)) < 0 ||
	    (rc = check_term(h, &x->q->vault, name, by, err)) < 0 ||
	    (rc = vv_hold_tell_others(h, err)) < 0) {
		return rc;
	}
	vv_hold_room_forget_vault(h->room, &x->q->vault);
	return vv_place_remove(&h->place, name, err);
}

/* --- receipts -------------------------------------------------------------------------------------------- */

/* Until when all that the place names is kept: it counts from when each shard came. */
static vv_status find_until(vv_hold_answering *x, const vv_ledger_record *place, uint64_t *out,
			    vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];
	uint64_t until = (uint64_t)vv_now_sec() + x->h->rules.term;
	vv_stat is;

	vv_array_each(place->shards, place->shard_count, s) {
		vv_hold_shard_name(name, &x->q->vault, &s->cid);
		if (vv_hold_look(x->h, name, &is, err) < 0 || is.size != vv_shard_len(s->leaves)) {
			return vv_fail(err, VV_EMISSING,
				       "the shard %s is missing here, so no receipt can be signed",
				       vv_cid_shows(&s->cid));
		}
		uint64_t end = (uint64_t)is.mtime_sec + x->h->rules.term;
		until = end < until ? end : until;
	}
	*out = until;
	return VV_OK;
}

static vv_status sign_receipt(vv_hold_answering *x, vv_error *err)
{
	uint8_t bytes[VV_RECEIPT_BYTES];
	const vv_ledger_record *place;
	vv_status rc;

	if ((rc = known_vault(x->h, &x->q->vault, err)) < 0 ||
	    (rc = vv_hold_vault_place(x->h->vault, &x->q->place, &place, err)) < 0 ||
	    (rc = find_until(x, place, &x->a.until, err)) < 0) {
		return rc;
	}
	vv_receipt_bytes(bytes, &x->q->place, x->a.until);
	return vv_key_sign(x->a.signature, &x->h->rules.key, VV_RECEIPT_PURPOSE, bytes,
			   sizeof(bytes), err);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

static vv_status give_hello(vv_hold_answering *x, vv_error *err)
{
	if (x->q->version != VV_HOLD_VERSION) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"version %llu of the protocol for copies is not supported, only version %u\nuse the same release of varve on both machines",
			(unsigned long long)x->q->version, VV_HOLD_VERSION);
	}
	x->a.version = VV_HOLD_VERSION;
	memcpy(x->a.key, x->h->rules.key.public_key, VV_KEY_PUBLIC);
	return VV_OK;
}

/* --- one request ------------------------------------------------------------------------------------------ */

static const struct {
	vv_status (*run)(vv_hold_answering *x, vv_error *err);
	bool locked;
} requests[] = {[VV_HOLD_HELLO] = {give_hello, false},
		[VV_HOLD_LIST] = {vv_hold_give_list, false},
		[VV_HOLD_GET] = {vv_hold_give_part, false},
		[VV_HOLD_PUT] = {take_shard, true},
		[VV_HOLD_RECORDS] = {vv_hold_take_records, true},
		[VV_HOLD_REMOVE] = {remove_shard, true},
		[VV_HOLD_AUDIT] = {vv_hold_give_leaf, false},
		[VV_HOLD_RECEIPT] = {sign_receipt, true},
		[VV_HOLD_VAULTS] = {vv_hold_give_vaults, true}};

static vv_status run_request(vv_hold_answering *x, vv_error *err)
{
	if (!requests[x->q->op].locked) return requests[x->q->op].run(x, err);
	vv_status rc = enter_hold(x->h, err);
	if (rc == VV_OK) {
		rc = requests[x->q->op].run(x, err);
		leave_hold(x->h);
	}
	return rc;
}

vv_status vv_hold_serve(vv_hold *h, vv_channel *line, const void *bytes, size_t len, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_hold_message q;
	vv_hold_answering x = {.h = h, .q = &q, .arena = &arena, .bytes = VV_BUF_INIT};
	vv_status rc = vv_hold_request_read(&q, &arena, bytes, len, err);

	if (rc == VV_OK && (rc = run_request(&x, err)) == VV_OK) {
		rc = vv_hold_answer_write(line, q.op, &x.a, err);
	}
	vv_buf_clear(&x.bytes);
	return rc;
}
