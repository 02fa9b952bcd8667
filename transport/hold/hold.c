/*
 * hold: knows what each request is answered with, and when copies may go.
 */
#include "transport/hold/hold.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/hold/hold_cache.h"
#include "transport/hold/hold_name.h"
#include "transport/hold/hold_rank.h"
#include "transport/hold/hold_room.h"
#include "transport/vault/folder_holder.h"
#include "transport/vault/hold_message.h"
#include "transport/vault/ledger.h"

#define LOCK_MS 30000u
#define GRACE_SEC (14u * 86400u)         /* from a retire to the deletion, at most */
#define CLOCK_SEC 3600u                  /* that two clocks may differ by */
#define LEDGER_MAX ((uint64_t)256 << 20) /* bytes of a vault's records, which are in memory */
#define MARK_LEN 16u

struct vv_hold {
	char *dir;
	vv_hold_rules rules;
	const vv_vault_holder_ops *files;
	void *folder;
	vv_turn *turn; /* of all below, and of who writes */
	int file_lock;
	char changed[2 * MARK_LEN + 1]; /* what the file of that name said last */
	vv_hold_room *room;
	vv_hold_cache *cache;
	vv_hold_vault *vault; /* of this request, in the cache; once it is needed */
	/* For all threads: */
	vv_hold_rank *rank;
	atomic_uint_fast64_t used; /* bytes, when somebody asked last; UINT64_MAX: nobody did */
};

/* What an answer points to. */
typedef struct answering {
	vv_hold *h;
	const vv_hold_request *q;
	vv_hold_answer a;
	vv_arena *arena;
	vv_buf bytes;
	uint8_t path[VV_LEAF_PATH_MAX * VV_LEAF_HASH];
} answering;

vv_status vv_hold_open(vv_hold **out, const char *dir, const vv_hold_rules *rules, vv_error *err)
{
	vv_hold *h = vv_calloc(1, sizeof(*h));
	vv_status rc;

	*out = NULL;
	if (!h) {
		return vv_fail_nomem(err);
	}
	h->file_lock = -1;
	atomic_init(&h->used, UINT64_MAX);
	h->rules = *rules;
	h->rules.admitted = vv_calloc(rules->admitted_count + 1, sizeof(*rules->admitted));
	h->dir = vv_strdup(dir);
	h->turn = vv_turn_new();
	h->rank = vv_hold_rank_new();
	if (!h->rules.admitted || !h->dir || !h->turn || !h->rank) {
		vv_hold_close(h);
		return vv_fail_nomem(err);
	}
	if (rules->admitted_count > 0) {
		memcpy(h->rules.admitted, rules->admitted,
		       rules->admitted_count * sizeof(*rules->admitted));
	}
	if ((rc = vv_folder_open(&h->files, &h->folder, dir, rules->size, true, err)) < 0 ||
	    (rc = vv_hold_room_open(&h->room, &h->rules, h->files, h->folder, err)) < 0) {
		vv_hold_close(h);
		return rc;
	}
	if (!(h->cache = vv_hold_cache_new(&h->rules, h->room, h->files, h->folder))) {
		vv_hold_close(h);
		return vv_fail_nomem(err);
	}
	*out = h;
	return VV_OK;
}

void vv_hold_close(vv_hold *h)
{
	if (h) {
		vv_hold_cache_free(h->cache);
		vv_hold_room_close(h->room);
		if (h->folder) {
			h->files->close(h->folder);
		}
		vv_hold_rank_free(h->rank);
		vv_turn_free(h->turn);
		vv_key_wipe(&h->rules.key);
		vv_free(h->rules.admitted);
		vv_free(h->dir);
		vv_free(h);
	}
}

/* --- small things ------------------------------------------------------------------------------- */

static vv_status look(const vv_hold *h, const char *name, vv_stat *out, vv_error *err)
{
	char *path = vv_path_join(h->dir, name, (char *)NULL);
	vv_status rc = path ? vv_lstat(out, path, err) : vv_fail_nomem(err);

	vv_free(path);
	return rc;
}

static uint64_t clock_now(void)
{
	int64_t sec;
	uint32_t nsec;

	vv_now(&sec, &nsec);
	return sec > 0 ? (uint64_t)sec : 0;
}

/* --- one at a time ------------------------------------------------------------------------------- */

/* Has another process written since? Then what is remembered is not right any more. */
static vv_status notice_others(vv_hold *h, vv_error *err)
{
	char *path = vv_path_join(h->dir, "changed", (char *)NULL);
	vv_buf text = VV_BUF_INIT;
	uint64_t used;
	vv_status rc = VV_OK;

	if (!path) {
		return vv_fail_nomem(err);
	}
	if (vv_exists(path)) {
		rc = vv_read_regular(&text, path, 4096, err);
	}
	if (rc == VV_OK && strcmp(vv_buf_cstr(&text), h->changed) != 0) {
		(void)snprintf(h->changed, sizeof(h->changed), "%s", vv_buf_cstr(&text));
		vv_hold_cache_forget_all(h->cache);
		vv_hold_room_forget(h->room);
		rc = vv_folder_used(h->folder, true, &used, err);
	}
	vv_buf_clear(&text);
	vv_free(path);
	return rc;
}

/* Before the first change: who comes after a process that was killed looks anew. */
static vv_status tell_others(vv_hold *h, vv_error *err)
{
	char *path = vv_path_join(h->dir, "changed", (char *)NULL);
	uint8_t mark[MARK_LEN];
	vv_status rc;

	if (!path) {
		return vv_fail_nomem(err);
	}
	vv_random(mark, sizeof(mark));
	vv_hex_write(h->changed, mark, sizeof(mark));
	rc = vv_write_file(path, h->changed, strlen(h->changed), false, err);
	vv_free(path);
	return rc;
}

/* Who is admitted now; where that cannot be said, who was. What is known of a vault was judged by who was before. */
static void admit_anew(vv_hold *h, bool refused)
{
	const vv_hold_admission *a = &h->rules.admission;
	vv_hold_identity *list;
	size_t count;
	vv_error said;

	if (!a->ask || !a->is_old(a->payload, refused) ||
	    a->ask(a->payload, &list, &count, &said) < 0) {
		return;
	}
	bool same = count == h->rules.admitted_count;
	for (size_t i = 0; i < count && same; i++) {
		same = memcmp(list[i].key, h->rules.admitted[i].key, VV_KEY_PUBLIC) == 0;
	}
	vv_free(h->rules.admitted);
	h->rules.admitted = list;
	h->rules.admitted_count = count;
	vv_hold_room_forget(h->room);
	if (!same) {
		vv_hold_cache_forget_all(h->cache);
	}
}

static void leave(vv_hold *h)
{
	if (h->file_lock >= 0) {
		vv_unlock(h->file_lock);
	}
	h->file_lock = -1;
	vv_turn_give(h->turn);
}

/* For a request about this vault; NULL: about none. */
static vv_status enter(vv_hold *h, const vv_cid *vault, vv_error *err)
{
	char *path = vv_path_join(h->dir, "lock", (char *)NULL);
	vv_status rc;

	vv_turn_take(h->turn, vault ? vv_hold_rank_of(h->rank, vault) : 0);
	h->file_lock = path ? vv_lock(path, true, LOCK_MS, err) : (int)vv_fail_nomem(err);
	rc = h->file_lock < 0 ? (vv_status)h->file_lock : notice_others(h, err);
	vv_free(path);
	if (rc == VV_OK) {
		admit_anew(h, false);
		rc = vv_hold_rank_learn(h->rank, h->room, err);
	}
	if (rc < 0) {
		leave(h);
	}
	return rc;
}

/* --- a vault's records ------------------------------------------------------------------------------ */

static void forget_vault(vv_hold *h, const vv_cid *vault)
{
	vv_hold_cache_forget(h->cache, vault);
	h->vault = NULL;
}

static vv_status need_vault(vv_hold *h, const vv_cid *vault, vv_error *err)
{
	return vv_hold_cache_need(h->cache, vault, &h->vault, err);
}

/* --- records come ------------------------------------------------------------------------------------ */

typedef struct arrival {
	vv_ledger_record record;
	char name[VV_LEDGER_NAME];
	bool settled, linked; /* all before it are here, or come too */
	bool added, is_new;
} arrival;

/* By themselves, before any ledger is looked at: a request of garbage costs what it weighs. */
static vv_status read_records(answering *x, arrival *list, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		const vv_hold_bytes *b = &x->q->records[i];
		vv_ledger_record *r = &list[i].record;
		rc = vv_ledger_record_read(r, x->arena, b->bytes, b->len, err);
		if (rc == VV_OK &&
		    !vv_cid_equal(vv_cid_is_null(&r->vault) ? &r->cid : &r->vault, &x->q->vault)) {
			rc = vv_fail(err, VV_ECORRUPT, "it is a record of another vault");
		}
		if (rc == VV_OK) {
			vv_ledger_name(list[i].name, r);
		}
	}
	return rc;
}

/* Number of the record in the request; record_count: it is not there. */
static size_t find_arrival(const answering *x, const arrival *list, const vv_cid *cid)
{
	size_t i = 0;

	while (i < x->q->record_count && !vv_cid_equal(&list[i].record.cid, cid)) {
		i++;
	}
	return i;
}

/* One behind a gap cannot count whatever else comes with it: it stays out of memory, so that it is no reason to read
 * the ledger again. */
static vv_status find_linked(answering *x, const vv_hold_vault *v, arrival *list, vv_error *err)
{
	const size_t count = x->q->record_count;
	size_t *way = vv_arena_calloc(x->arena, count + 1, sizeof(*way));

	if (!way) {
		return vv_fail_nomem(err);
	}
	for (size_t first = 0; first < count; first++) {
		size_t i = first, steps = 0;
		bool linked = false;
		/* Back to one that is known here, or settled already. */
		while (i < count && !list[i].settled && !linked) {
			const vv_ledger_record *r = &list[i].record;
			list[i].settled = true;
			way[steps++] = i;
			linked = r->sequence == 0 || vv_hold_vault_knows(v, &r->previous);
			i = linked ? i : find_arrival(x, list, &r->previous);
		}
		linked = linked || (i < count && list[i].linked);
		while (steps > 0) {
			list[way[--steps]].linked = linked;
		}
	}
	return VV_OK;
}

/* Into memory, so that they are judged together: a writer's records and the epoch that makes him one. What
 * cannot count in any case stays out. *any: something is new. */
static vv_status judge_records(answering *x, vv_hold_vault *v, arrival *list, bool *any,
			       vv_error *err)
{
	bool opens = false;
	vv_status rc = find_linked(x, v, list, err);

	*any = false;
	for (size_t i = 0; i < x->q->record_count; i++) {
		opens = opens || (list[i].linked && !vv_hold_vault_has(v, list[i].name) &&
				  vv_hold_vault_opens(v, &list[i].record));
	}
	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		const vv_hold_bytes *r = &x->q->records[i];
		arrival *a = &list[i];
		if (!a->linked || (!opens && !vv_hold_vault_heeds(v, &a->record))) {
			continue;
		}
		rc = vv_hold_vault_add(v, a->name, r->bytes, r->len, &a->is_new, err);
		a->added = true;
		*any = *any || (rc == VV_OK && a->is_new);
	}
	if (rc == VV_OK && vv_hold_vault_bytes(v) > LEDGER_MAX) {
		rc = vv_fail(err, VV_EREFUSED, "the vault's records take more than %s",
			     vv_text_bytes(LEDGER_MAX));
	}
	return rc == VV_OK && *any ? vv_hold_vault_refresh(v, err) : rc;
}

/* What does not count, nobody needs: a stranger's, or one behind a gap. */
static bool is_to_be_written(const vv_hold *h, const arrival *a)
{
	return a->added && (!a->is_new || vv_hold_vault_counts(h->vault, a->name));
}

/* Have those whom the vault counts for room for its new records? */
static vv_status check_records(answering *x, const arrival *list, vv_error *err)
{
	uint64_t len = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		if (list[i].is_new && is_to_be_written(x->h, &list[i])) {
			len += x->q->records[i].len;
			rc = vv_hold_room_author(x->h->room, &x->q->vault, &list[i].record, err);
		}
	}
	return rc < 0 || len == 0 ? rc
				  : vv_hold_room_check(x->h->room, &x->q->vault, true, len, err);
}

/* Of h->vault. *left: it has in memory what is not on disk. */
static vv_status write_records(answering *x, const arrival *list, bool *left, vv_error *err)
{
	vv_hold *h = x->h;
	char name[VV_HOLD_NAME_LEN], below[VV_LEDGER_NAME + 16];
	vv_status rc = check_records(x, list, err);

	for (size_t i = 0; rc == VV_OK && i < x->q->record_count; i++) {
		const vv_hold_bytes *r = &x->q->records[i];
		if (!is_to_be_written(h, &list[i])) {
			*left = *left || list[i].added;
			continue;
		}
		/* Known ones too: the file may have been damaged since it was read. */
		(void)snprintf(below, sizeof(below), "records/%s", list[i].name);
		vv_hold_below(name, &x->q->vault, below);
		if ((rc = h->files->put(h->folder, name, r->bytes, r->len, err)) < 0) {
			break;
		}
		if (list[i].is_new) {
			vv_hold_room_came(h->room, &x->q->vault, true, r->len);
		}
		x->a.kept++;
	}
	if (rc < 0) {
		vv_hold_room_forget_vault(h->room, &x->q->vault);
	}
	return rc;
}

/* Of a vault that is here. */
static vv_status add_records(answering *x, arrival *list, vv_error *err)
{
	vv_hold *h = x->h;
	bool any, left = false;
	vv_status rc = need_vault(h, &x->q->vault, err);

	if (rc < 0) {
		return rc;
	}
	rc = judge_records(x, h->vault, list, &any, err);
	if (rc == VV_OK && any && (rc = vv_hold_vault_check(h->vault, err)) == VV_OK) {
		rc = tell_others(h, err);
	}
	/* Before somebody who is admitted signs something there is nothing to keep. */
	left = !vv_hold_vault_is_wanted(h->vault);
	if (rc == VV_OK && !left) {
		rc = write_records(x, list, &left, err);
	}
	if (any && (rc < 0 || left)) {
		forget_vault(h, &x->q->vault);
	}
	return rc;
}

/* Of one that is not: the one that was asked for last gives way when this one begins, not before. */
static vv_status begin_vault(answering *x, arrival *list, vv_error *err)
{
	vv_hold *h = x->h;
	vv_hold_vault *v;
	bool any, left = false;
	vv_status rc = vv_hold_vault_open(&v, &x->q->vault, &h->rules, err);

	if (rc < 0) {
		return rc;
	}
	rc = judge_records(x, v, list, &any, err);
	if (rc == VV_OK && vv_hold_vault_has_first(v)) {
		rc = vv_hold_vault_check(v, err);
	}
	/* Not even what is right is kept of whom nobody who is admitted has signed for. */
	if (rc < 0 || !vv_hold_vault_is_wanted(v)) {
		vv_hold_vault_close(v);
		return rc;
	}
	vv_hold_cache_take(h->cache, v);
	h->vault = v;
	rc = tell_others(h, err);
	if (rc == VV_OK) {
		rc = write_records(x, list, &left, err);
	}
	if (rc < 0 || left) {
		forget_vault(h, &x->q->vault);
	}
	return rc;
}

static vv_status take_records(answering *x, vv_error *err)
{
	arrival *list = vv_arena_calloc(x->arena, x->q->record_count + 1, sizeof(*list));
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;
	vv_status rc = list ? read_records(x, list, err) : vv_fail_nomem(err);

	if (rc < 0 || x->q->record_count == 0) {
		return rc;
	}
	vv_hold_below(name, &x->q->vault, "records");
	return look(x->h, name, &is, NULL) == VV_OK ? add_records(x, list, err)
						    : begin_vault(x, list, err);
}

/* --- shards come and go -------------------------------------------------------------------------------- */

/* A vault of which nothing is here is not worth reading: the one that was asked for last stays in memory. */
static vv_status known_vault(vv_hold *h, const vv_cid *vault, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN], text[VV_CID_TEXT + 1];
	vv_stat is;

	vv_hold_below(name, vault, "records");
	if (look(h, name, &is, NULL) < 0) {
		vv_cid_text(text, vault);
		vv_fail(err, VV_EREFUSED, "nothing of the vault %s is here", text);
		return vv_hint(err,
			       "a vault begins there with a record that one of those signed for "
			       "whom it keeps copies: varve serve --for DID");
	}
	return need_vault(h, vault, err);
}

/* Room may have grown since it was looked at. */
static vv_status check_room(answering *x, uint64_t len, vv_error *err)
{
	vv_hold *h = x->h;
	vv_status rc = vv_hold_room_check(h->room, &x->q->vault, false, len, err);

	if (rc == VV_EREFUSED && h->rules.admission.ask &&
	    h->rules.admission.is_old(h->rules.admission.payload, true)) {
		admit_anew(h, true);
		if ((rc = known_vault(h, &x->q->vault, err)) == VV_OK) {
			rc = vv_hold_room_check(h->room, &x->q->vault, false, len, err);
		}
	}
	return rc;
}

static vv_status take_shard(answering *x, vv_error *err)
{
	vv_hold *h = x->h;
	const vv_hold_bytes *b = &x->q->bytes;
	char name[VV_HOLD_NAME_LEN];
	vv_shard s;
	vv_stat is;
	vv_status rc;

	if ((rc = vv_leaves_look(&s, b->bytes, b->len, err)) < 0) {
		return rc;
	}
	if ((rc = known_vault(h, &x->q->vault, err)) < 0 ||
	    (rc = vv_hold_vault_may_put(h->vault, &s, err)) < 0) {
		return rc;
	}
	vv_hold_shard_name(name, &x->q->vault, &s.cid);
	/* What is there in its length, takes no room. */
	const bool there = look(h, name, &is, NULL) == VV_OK, more = !there || is.size != b->len;
	if ((more && (rc = check_room(x, b->len, err)) < 0) || (rc = tell_others(h, err)) < 0) {
		return rc;
	}
	rc = h->files->put(h->folder, name, b->bytes, b->len, err);
	if (rc == VV_OK && !there) {
		vv_hold_room_came(h->room, &x->q->vault, false, b->len);
	} else if (rc < 0 || more) {
		vv_hold_room_forget_vault(h->room, &x->q->vault);
	}
	return rc == VV_EREFUSED
		       ? vv_hint(err,
				 "whoever runs that server gives it more room: varve serve --hold "
				 "SIZE; or add another holder")
		       : rc;
}

static vv_status fail_until(uint64_t until, const char *why, vv_error *err)
{
	const time_t t = (time_t)until;
	char when[40] = "";
	struct tm parts;

	if (gmtime_r(&t, &parts)) {
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &parts);
	}
	return vv_fail(err, VV_EREFUSED, "it is kept until %s: %s", when, why);
}

/* What let it go must have been here for a while, so that the theft of a key is noticed before its harm
 * is done. */
static vv_status check_term(vv_hold *h, const vv_cid *vault, const char *shard,
			    const vv_ledger_record *by, vv_error *err)
{
	const uint64_t now = clock_now(),
		       grace = h->rules.term < GRACE_SEC ? h->rules.term : GRACE_SEC;
	char name[VV_HOLD_NAME_LEN], below[VV_LEDGER_NAME + 16] = "records/";
	vv_stat came, said;
	vv_status rc;

	vv_ledger_name(below + 8, by);
	vv_hold_below(name, vault, below);
	if ((rc = look(h, shard, &came, err)) < 0 || (rc = look(h, name, &said, err)) < 0) {
		return rc;
	}
	if ((uint64_t)came.mtime_sec + h->rules.term > now) {
		return fail_until((uint64_t)came.mtime_sec + h->rules.term, "so a receipt promises",
				  err);
	}
	if ((uint64_t)said.mtime_sec + grace > now) {
		return fail_until((uint64_t)said.mtime_sec + grace,
				  "the record that lets go of it has just come", err);
	}
	return VV_OK;
}

static vv_status remove_shard(answering *x, vv_error *err)
{
	vv_hold *h = x->h;
	const vv_ledger_record *by;
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;
	vv_status rc;

	vv_hold_shard_name(name, &x->q->vault, &x->q->shard);
	if ((rc = look(h, name, &is, err)) < 0 || (rc = known_vault(h, &x->q->vault, err)) < 0 ||
	    (rc = vv_hold_vault_may_remove(h->vault, &x->q->shard, &by, err)) < 0 ||
	    (rc = check_term(h, &x->q->vault, name, by, err)) < 0 ||
	    (rc = tell_others(h, err)) < 0) {
		return rc;
	}
	vv_hold_room_forget_vault(h->room, &x->q->vault);
	return h->files->remove(h->folder, name, err);
}

/* --- receipts -------------------------------------------------------------------------------------------- */

/* Until when all that the place names is kept: it counts from when each shard came. */
static vv_status find_until(answering *x, const vv_ledger_record *place, uint64_t *out,
			    vv_error *err)
{
	char name[VV_HOLD_NAME_LEN], text[VV_CID_TEXT + 1];
	uint64_t until = clock_now() + x->h->rules.term;
	vv_stat is;

	for (size_t i = 0; i < place->shard_count; i++) {
		const vv_shard *s = &place->shards[i];
		vv_hold_shard_name(name, &x->q->vault, &s->cid);
		if (look(x->h, name, &is, err) < 0 || is.size != vv_shard_len(s->leaves)) {
			vv_cid_text(text, &s->cid);
			return vv_fail(
				err, VV_EMISSING,
				"the shard %s of that place is not here: there is nothing to sign "
				"for",
				text);
		}
		uint64_t end = (uint64_t)is.mtime_sec + x->h->rules.term;
		until = end < until ? end : until;
	}
	*out = until;
	return VV_OK;
}

static vv_status sign_receipt(answering *x, vv_error *err)
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

/* Whoever asks for this has not said who he is: he does not wait behind others for a figure that may be
 * another one before he uses it. */
static vv_status find_used(vv_hold *h, uint64_t *out, vv_error *err)
{
	vv_status rc;

	*out = atomic_load(&h->used);
	if (*out != UINT64_MAX && vv_turn_waiting(h->turn) > 0) {
		return VV_OK;
	}
	if ((rc = enter(h, NULL, err)) < 0) {
		return rc;
	}
	if ((rc = vv_folder_used(h->folder, false, out, err)) == VV_OK) {
		atomic_store(&h->used, *out);
	}
	leave(h);
	return rc;
}

static vv_status give_hello(answering *x, vv_error *err)
{
	vv_hold *h = x->h;
	uint64_t used = 0;
	vv_status rc;

	if (x->q->version != VV_HOLD_VERSION) {
		vv_fail(err, VV_ENOSUPPORT, "version %llu of holding is not spoken here, only %u",
			(unsigned long long)x->q->version, VV_HOLD_VERSION);
		return vv_hint(err, "use the same release of varve on both sides");
	}
	if ((rc = find_used(h, &used, err)) < 0) {
		return rc;
	}
	x->a.version = VV_HOLD_VERSION;
	memcpy(x->a.key, h->rules.key.public_key, VV_KEY_PUBLIC);
	x->a.size = h->rules.size;
	x->a.free = used < h->rules.size ? h->rules.size - used : 0;
	x->a.term = h->rules.term;
	return VV_OK;
}

static vv_status fill_names(answering *x, const char *dir, char **names, size_t count,
			    vv_error *err)
{
	const bool authors = strcmp(x->q->name, "records") == 0;
	vv_stat is;

	for (size_t i = 0; i < count; i++) {
		const char *name = names[i];
		const bool fits = authors ? vv_hold_is_author(name, strlen(name))
				  : strcmp(x->q->name, "shards") == 0 ? vv_hold_is_cid(name)
								      : vv_hold_is_record(name);
		char *path;
		if (!fits || strcmp(name, x->q->after) <= 0) {
			continue;
		}
		if (x->a.name_count == VV_HOLD_NAMES_MAX) {
			x->a.more = true;
			break;
		}
		if (!(path = vv_path_join(dir, name, (char *)NULL))) {
			return vv_fail_nomem(err);
		}
		if (vv_lstat(&is, path, NULL) == VV_OK &&
		    (authors ? S_ISDIR(is.mode) : S_ISREG(is.mode))) {
			vv_hold_name *n = &x->a.names[x->a.name_count++];
			n->size = authors ? UINT64_MAX : is.size;
			n->name = vv_arena_strndup(x->arena, name, strlen(name));
			if (!n->name) {
				vv_free(path);
				return vv_fail_nomem(err);
			}
		}
		vv_free(path);
	}
	return VV_OK;
}

static vv_status give_list(answering *x, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN], *dir, **names = NULL;
	size_t count = 0;
	vv_status rc;

	if (!vv_hold_is_folder(x->q->name)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a folder of a vault",
			       vv_text_shows(x->q->name));
	}
	vv_hold_below(name, &x->q->vault, x->q->name);
	x->a.names = vv_arena_calloc(x->arena, VV_HOLD_NAMES_MAX, sizeof(*x->a.names));
	dir = vv_path_join(x->h->dir, name, (char *)NULL);
	if (!dir || !x->a.names) {
		vv_free(dir);
		return vv_fail_nomem(err);
	}
	if ((rc = vv_list_dir(&names, &count, dir, err)) == VV_OK) {
		rc = fill_names(x, dir, names, count, err);
	} else if (rc == VV_ENOTFOUND) {
		rc = VV_OK; /* nothing of it is here */
	}
	vv_names_free(names, count);
	vv_free(dir);
	return rc;
}

static vv_status give_part(answering *x, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];
	const uint64_t len = x->q->size < VV_HOLD_PART ? x->q->size : VV_HOLD_PART;
	vv_status rc;

	if (!vv_hold_is_file(x->q->name)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a file of a vault",
			       vv_text_shows(x->q->name));
	}
	vv_hold_below(name, &x->q->vault, x->q->name);
	rc = x->h->files->get(x->h->folder, name, x->q->from, len, &x->bytes, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_ENOTFOUND, "it is not here");
	}
	x->a.bytes = (vv_hold_bytes){(const uint8_t *)vv_buf_cstr(&x->bytes), x->bytes.len};
	return rc;
}

static vv_status give_leaf(answering *x, vv_error *err)
{
	vv_hold *h = x->h;
	char name[VV_HOLD_NAME_LEN];
	vv_stat is;
	size_t hashes;
	vv_status rc;

	vv_hold_shard_name(name, &x->q->vault, &x->q->shard);
	if ((rc = look(h, name, &is, NULL)) < 0) {
		return vv_fail(err, VV_ENOTFOUND, "it is not here");
	}
	const uint64_t leaves = is.size / (VV_LEAF + VV_LEAF_HASH);
	if (!vv_leaves_valid(leaves) || vv_shard_len((unsigned)leaves) != is.size) {
		return vv_fail(err, VV_ECORRUPT, "the shard no longer has its length");
	}
	if (x->q->leaf >= leaves) {
		return vv_fail(err, VV_EUSAGE, "the shard has %llu leaves, and no leaf %llu",
			       (unsigned long long)leaves, (unsigned long long)x->q->leaf);
	}
	if ((rc = h->files->get(h->folder, name, x->q->leaf * VV_LEAF, VV_LEAF, &x->bytes, err)) <
		    0 ||
	    (rc = h->files->get(h->folder, name, leaves * VV_LEAF, leaves * VV_LEAF_HASH, &x->bytes,
				err)) < 0) {
		return rc;
	}
	if (x->bytes.len != VV_LEAF + leaves * VV_LEAF_HASH) {
		return vv_fail(err, VV_ECORRUPT, "the shard no longer has its length");
	}
	const uint8_t *bytes = (const uint8_t *)x->bytes.data;
	if ((rc = vv_leaf_path(x->path, &hashes, bytes + VV_LEAF, (unsigned)leaves,
			       (unsigned)x->q->leaf, err)) == VV_OK) {
		x->a.leaf = (vv_hold_bytes){bytes, VV_LEAF};
		x->a.path = (vv_hold_bytes){x->path, hashes * VV_LEAF_HASH};
	}
	return rc;
}

/* --- whose vaults --------------------------------------------------------------------------------------- */

/* An owner by the vault's first record. */
static bool is_owner(answering *x, const char *vault, const char *author, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];
	vv_buf file = VV_BUF_INIT;
	vv_ledger_record r;
	bool found = false;

	(void)snprintf(name, sizeof(name), "%s/records/%s/0000000000-%s", vault, author, vault);
	if (x->h->files->get(x->h->folder, name, 0, VV_LEDGER_RECORD_MAX, &file, err) == VV_OK &&
	    vv_ledger_record_read(&r, x->arena, file.data, file.len, err) == VV_OK &&
	    r.kind == VV_LEDGER_VAULT) {
		for (size_t i = 0; i < r.key_count; i++) {
			found = found || memcmp(r.keys[i], x->q->key, VV_KEY_PUBLIC) == 0;
		}
	}
	vv_buf_clear(&file);
	return found;
}

typedef struct vault_search {
	answering *x;
	const char *vault;
	char did[VV_DID_TEXT];
	bool found;  /* the key's */
	bool wanted; /* somebody who is admitted has signed a record */
} vault_search;

/* Only records that count are written: the author's folder says that he signed some. */
static bool is_admitted_name(const vv_hold *h, const char *author)
{
	char did[VV_DID_TEXT];
	bool found = false;

	for (size_t i = 0; !found && i < h->rules.admitted_count; i++) {
		vv_did_text(did, h->rules.admitted[i].key);
		found = strcmp(did + 8, author) == 0;
	}
	return found;
}

static vv_status on_author(void *payload, const char *name, uint64_t size, vv_error *err)
{
	vault_search *s = payload;
	vv_error ignored;

	(void)err;
	if (size == UINT64_MAX && vv_hold_is_author(name, strlen(name))) {
		s->found = s->found || strcmp(name, s->did + 8) == 0 ||
			   is_owner(s->x, s->vault, name, &ignored);
		s->wanted = s->wanted || is_admitted_name(s->x->h, name);
	}
	return VV_OK;
}

static vv_status on_vault(void *payload, const char *name, uint64_t size, vv_error *err)
{
	vault_search *s = payload;
	answering *x = s->x;
	char folder[VV_HOLD_NAME_LEN];
	vv_cid vault;
	vv_error ignored;
	vv_status rc;

	if (size != UINT64_MAX || vv_cid_parse(&vault, name, strlen(name), &ignored) < 0 ||
	    x->a.vault_count == VV_HOLD_VAULTS_MAX) {
		return VV_OK;
	}
	s->vault = name;
	s->found = s->wanted = false;
	(void)snprintf(folder, sizeof(folder), "%s/records", name);
	rc = x->h->files->list(x->h->folder, folder, on_author, s, err);
	if (rc == VV_OK && s->found && s->wanted) {
		x->a.vaults[x->a.vault_count++] = vault;
	}
	return rc;
}

/* The ids of the vaults that the key owns or writes in, for whoever shows that he has the key. */
static vv_status give_vaults(answering *x, vv_error *err)
{
	uint8_t bytes[VV_HOLD_VAULTS_BYTES];
	const uint64_t now = clock_now(), time = x->q->time;
	vault_search s = {.x = x};
	vv_status rc;

	vv_hold_vaults_bytes(bytes, x->h->rules.key.public_key, time);
	if (vv_key_verify(x->q->signature, x->q->key, VV_VAULTS_PURPOSE, bytes, sizeof(bytes),
			  err) < 0) {
		return vv_fail(err, VV_EREFUSED,
			       "whoever asks for vaults must sign for it, and did not");
	}
	if ((time > now ? time - now : now - time) > CLOCK_SEC) {
		vv_fail(err, VV_EREFUSED,
			"the clocks of both machines differ by more than an hour");
		return vv_hint(err, "set them; or name the vault: --vault ID");
	}
	x->a.vaults = vv_arena_calloc(x->arena, VV_HOLD_VAULTS_MAX, sizeof(*x->a.vaults));
	if (!x->a.vaults) {
		return vv_fail_nomem(err);
	}
	vv_did_text(s.did, x->q->key);
	rc = x->h->files->list(x->h->folder, "", on_vault, &s, err);
	return rc;
}

/* --- one request ------------------------------------------------------------------------------------------ */

static vv_status locked(answering *x, vv_status (*run)(answering *, vv_error *), vv_error *err)
{
	vv_status rc = enter(x->h, x->q->op == VV_HOLD_VAULTS ? NULL : &x->q->vault, err);

	if (rc == VV_OK) {
		rc = run(x, err);
		leave(x->h);
	}
	return rc;
}

static vv_status run(answering *x, vv_error *err)
{
	switch (x->q->op) {
	case VV_HOLD_HELLO:
		return give_hello(x, err);
	case VV_HOLD_LIST:
		return give_list(x, err);
	case VV_HOLD_GET:
		return give_part(x, err);
	case VV_HOLD_PUT:
		return locked(x, take_shard, err);
	case VV_HOLD_RECORDS:
		return locked(x, take_records, err);
	case VV_HOLD_REMOVE:
		return locked(x, remove_shard, err);
	case VV_HOLD_AUDIT:
		return give_leaf(x, err);
	case VV_HOLD_RECEIPT:
		return locked(x, sign_receipt, err);
	default:
		return locked(x, give_vaults, err);
	}
}

vv_status vv_hold_serve(vv_hold *h, vv_channel *line, const void *bytes, size_t len, vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_hold_request q;
	answering x = {.h = h, .q = &q, .arena = &arena, .bytes = VV_BUF_INIT};
	vv_status rc = vv_hold_request_read(&q, &arena, bytes, len, err);

	if (rc == VV_OK && (rc = run(&x, err)) == VV_OK) {
		rc = vv_hold_answer_write(line, q.op, &x.a, err);
	}
	vv_buf_clear(&x.bytes);
	vv_arena_clear(&arena);
	return rc;
}
