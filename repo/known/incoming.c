/*
 * incoming: one transfer's store over the repository's, and how it becomes part of it.
 *
 * Blocks move to the repository's store in one step, by one pack: an existing node implies
 * everything below it.
 */
#include "repo/known/incoming.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/pack_list.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "repo/blocks/store_state.h"
#include "repo/blocks/writer_internal.h"
#include "repo/git/repository_internal.h"
#include "repo/known/incoming_internal.h"
#include "repo/known/incomplete.h"

#define OPEN_TRIES 10u
#define LOCK_WAIT_MS 600000u /* a large add may be under way */
/* Up to these limits blocks are put singly into the store's own small packs. */
#define FEW_BLOCKS 2000u
#define FEW_BYTES (1u << 20)
/* Fetching so little again costs less than making it durable (four fsyncs). */
#define KEEP_BYTES (64u << 10)
#define SPILL_BYTES (64u << 10)
#define WAITING_DEFAULT (UINT64_C(64) << 30) /* if receive.maxInputSize is not set */

struct vv_incoming {
	vv_repository *repo;
	vv_store *main; /* the repository's; borrowed */
	vv_store *own;
	char *folder;
	vv_writer *writer;      /* of own */
	vv_writer *promoted;    /* of main, after promote: has its lock */
	vv_mutex *keeping;      /* locked while blocks are made durable */
	vv_mutex *lock;         /* guards relied */
	vv_cid_set relied;      /* of main, as answered by has */
	uint64_t taken;         /* blocks taken over from others */
	const vv_cid_set *only; /* what promote moves; NULL: everything */
	bool unwanted;          /* a block exists that `only` lacks */
	bool incomplete;        /* what main has need not be whole below */
	bool moved;             /* nothing of ours is left to be kept */
	bool packed;            /* some of it is in packs of ours, or may be */
	bool folder_synced;     /* the folder itself is durable */
};

/* --- opening ---------------------------------------------------------------------------- */

static vv_status make_folder(vv_incoming *in, vv_error *err)
{
	char name[24];
	vv_auto(char) *lock = NULL;
	uint64_t number;
	vv_status rc;

	vv_random(&number, sizeof number);
	(void)snprintf(name, sizeof name, "%016llx", (unsigned long long)number);
	vv_free(in->folder);
	if (!(in->folder = vv_leftover_folder(in->repo, name)) ||
	    !(lock = vv_path_join(in->folder, VV_WRITER_LOCK, (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_store_open_over(&in->own, in->folder, in->main, true, err)) == VV_OK &&
	    (rc = vv_writer_open(&in->writer, in->own, 0, err)) == VV_OK && !vv_exists(lock)) {
		rc = vv_fail(err, VV_ELOCKED, "'%s' was removed", vv_text_shows(in->folder));
	}
	if (rc < 0) {
		vv_writer_close(vv_take(&in->writer));
		vv_store_close(vv_take(&in->own));
	} else {
		vv_store_keep_unpacked(in->own, VV_UNPACKED_TRANSFER);
	}
	return rc;
}

/* Before it is locked, another process may have treated it as a leftover. */
static vv_status open_folder(vv_incoming *in, vv_error *err)
{
	unsigned tries = 0;
	vv_status rc;

	do {
		rc = make_folder(in, err);
	} while ((rc == VV_ELOCKED || rc == VV_ENOTFOUND) && ++tries < OPEN_TRIES);
	if (rc < 0 && in->folder) {
		(void)vv_remove_leftover(in->folder, VV_WRITER_LOCK, NULL);
	}
	return rc;
}

static bool is_wanted(const vv_incoming *in, const vv_cid *cid)
{
	return !in->only || vv_cid_set_has(in->only, cid);
}

/* --- blocks whose pack cannot stay ------------------------------------------------------- */

typedef struct salvage {
	vv_incoming *in;
	vv_pack_list *packs;
	bool lost;     /* something could not be read */
	bool unwanted; /* only what promote does not move */
	vv_buf raw;
} salvage;

/* Stores again what can be read; what cannot will be fetched again. */
static vv_status salvage_record(void *payload, const vv_place *place, const vv_record *r,
				const vv_cid *base, vv_error *err)
{
	salvage *s = payload;
	vv_chain_packs src = {s->in->own, s->packs, NULL, false};
	vv_record again;
	vv_cid real, inner;
	bool kept;

	if (vv_method_has_base(r->method) && !base &&
	    vv_place_base(place, r, &inner, NULL) == VV_OK) {
		base = &inner;
	}
	if (s->unwanted && is_wanted(s->in, &r->cid)) return VV_OK;
	vv_status rc = vv_chain_get_at(&src, place, &s->raw, &again, err);
	if (rc == VV_OK &&
	    (rc = vv_cid_of(&real, r->cid.codec, s->raw.data, s->raw.len, err)) == VV_OK &&
	    vv_cid_equal(&real, &r->cid)) {
		return vv_writer_put_told(s->in->writer, &real, vv_buf_cstr(&s->raw), s->raw.len,
					  base, NULL, &kept, err);
	}
	if (rc == VV_ENOMEM || rc == VV_EIO) return rc;
	s->lost = true;
	return VV_OK;
}

/* Rewrites the packs that bad names, without unreadable records (*lost: there were some). */
static vv_status rewrite_packs(vv_incoming *in, const bool *bad, vv_pack_list *l, bool unwanted,
			       bool *lost, vv_error *err)
{
	salvage s = {.in = in, .packs = l, .unwanted = unwanted};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < l->own; i++) {
		if (bad[i]) { /* so that its blocks count as missing */
			vv_pack_set_damaged(l->packs[i], 0,
					    "its readable blocks are being stored "
					    "again");
		}
	}
	for (size_t i = 0; rc == VV_OK && i < l->own; i++) {
		if (bad[i]) {
			rc = vv_pack_each_record(l->packs[i], salvage_record, &s, err);
			s.lost = s.lost || rc == VV_ECORRUPT;
			rc = rc == VV_ECORRUPT ? VV_OK : rc;
		}
	}
	*lost = s.lost;
	rc = rc < 0 ? rc : vv_writer_commit(in->writer, err);
	for (size_t i = 0; rc == VV_OK && i < l->own; i++) {
		if (bad[i]) {
			rc = vv_store_remove_pack(in->own, &l->packs[i]->id, err);
		}
	}
	vv_buf_clear(&s.raw);
	return rc < 0 ? rc : vv_writer_renew(in->writer, err);
}

typedef struct judging {
	vv_chain_packs src;
	uint64_t blocks;
} judging;

static vv_status judge_record(void *payload, const vv_place *place VV_UNUSED,
			      const vv_record *r VV_UNUSED, const vv_cid *base, vv_error *err)
{
	judging *j = payload;
	vv_place found;
	vv_record other;

	j->blocks++;
	if (base && vv_chain_find(&j->src, base, &found, &other, NULL) < 0) {
		return vv_fail(err, VV_ECORRUPT,
			       "a block is stored as a difference to a block "
			       "that is missing here");
	}
	return VV_OK;
}

typedef struct verdict {
	bool good;       /* no pack had to be rewritten */
	bool lost;       /* and something was lost then */
	uint64_t blocks; /* records, repeats counted; of good packs */
} verdict;

/* Are all records of our packs where they should be, and all bases here? With scan the
 * packs' hashes are checked too. Packs that are not good are rewritten. */
static vv_status check_packs(vv_incoming *in, bool scan, verdict *v, vv_error *err)
{
	vv_pack_scan nothing = {NULL, NULL, NULL};
	judging j = {.blocks = 0};
	vv_auto(vv_pack_list) *l = NULL;
	vv_auto_free bool *bad = NULL;
	bool sound;
	vv_status rc;

	*v = (verdict){.good = true};
	if ((rc = vv_packs_renew(in->own, NULL, true, &l, err)) < 0) return rc;
	j.src = (vv_chain_packs){in->own, l, NULL, true};
	if (!(bad = vv_calloc(l->own + 1, sizeof *bad))) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < l->own; i++) {
		uint64_t before = j.blocks;

		sound = true;
		rc = vv_pack_each_record(l->packs[i], judge_record, &j, err);
		if (rc == VV_OK && scan) {
			rc = vv_pack_scan_all(l->packs[i], &nothing, &sound, err);
		}
		bad[i] = rc == VV_ECORRUPT || !sound || vv_pack_is_damaged(l->packs[i]);
		rc = rc == VV_ECORRUPT ? VV_OK : rc;
		v->good = v->good && !bad[i];
		j.blocks = bad[i] ? before : j.blocks;
	}
	v->blocks = j.blocks;
	return rc == VV_OK && !v->good ? rewrite_packs(in, bad, l, false, &v->lost, err) : rc;
}

/* --- taking over --------------------------------------------------------------------- */

static vv_status move_one(const char *from_dir, const char *to_dir, const vv_pack_name *id,
			  vv_error *err)
{
	static const char *const parts[] = {"pack", "index"}; /* an index can be made again */
	char name[VV_PACK_NAME_MAX];
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < 2; i++) {
		vv_pack_name_write(name, id, parts[i]);
		vv_auto(char) *from = vv_path_join(from_dir, name, (char *)NULL),
			      *to = vv_path_join(to_dir, name, (char *)NULL);
		rc = i == 0 || vv_exists(from) ? vv_rename(from, to, err) : VV_OK;
	}
	return rc;
}

static vv_status take_folder(void *payload, const char *folder, vv_error *err)
{
	const char *to = payload;
	vv_auto(char) *packs = vv_path_join(folder, "packs", (char *)NULL);
	vv_auto(vv_folder) f = {0};
	vv_pack_name id;
	vv_status rc = vv_folder_read(&f, packs, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = vv_pack_name_read(&id, f.name) ? move_one(packs, to, &id, err) : VV_OK;
	}
	return rc < 0 && rc != VV_ENOTFOUND ? rc : vv_remove_leftover(folder, VV_WRITER_LOCK, err);
}

/* The limit of waiting blocks is that of one transfer: above it the oldest packs are removed. */
static vv_status drop_oldest(vv_incoming *in, vv_error *err)
{
	vv_auto(vv_pack_list) *l = NULL;
	uint64_t max, bytes = 0;
	size_t oldest;
	vv_status rc;

	if ((rc = vv_config_u64(in->repo, "receive.maxinputsize", 0, &max, err)) < 0 ||
	    (rc = vv_packs_renew(in->own, NULL, true, &l, err)) < 0) {
		return rc;
	}
	max = max > 0 ? max : WAITING_DEFAULT;
	for (size_t i = 0; i < l->own; i++) {
		bytes += l->packs[i]->stat.size;
	}
	vv_auto_free bool *gone = vv_calloc(l->own + 1, sizeof(*gone));
	rc = gone ? VV_OK : vv_fail_nomem(err);
	for (size_t left = l->own; rc == VV_OK && bytes > max && left > 0; left--) {
		oldest = l->own;
		for (size_t i = 0; i < l->own; i++) {
			if (!gone[i] &&
			    (oldest == l->own ||
			     l->packs[i]->stat.mtime_sec < l->packs[oldest]->stat.mtime_sec)) {
				oldest = i;
			}
		}
		gone[oldest] = true;
		bytes -= l->packs[oldest]->stat.size;
		rc = vv_store_remove_pack(in->own, &l->packs[oldest]->id, err);
	}
	return rc;
}

static vv_status take_over(vv_incoming *in, vv_error *err)
{
	verdict v;

	(void)vv_incoming_tidy(in->repo, NULL);
	vv_status rc = vv_leftovers_each(in->repo, in->folder, take_folder, in->own->packs_dir,
					 err);
	if (rc < 0 || (rc = drop_oldest(in, err)) < 0 ||
	    (rc = vv_writer_renew(in->writer, err)) < 0 ||
	    (rc = check_packs(in, false, &v, err)) < 0) {
		return rc;
	}
	in->taken = v.blocks;
	in->packed = !v.good; /* the writer has counted rewritten records */
	return VV_OK;
}

vv_status vv_incoming_open(vv_incoming **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_incoming) *in = vv_calloc(1, sizeof *in);
	vv_status rc;

	if (!in) return vv_fail_nomem(err);
	*in = (vv_incoming){.repo = r, .keeping = vv_mutex_new(), .lock = vv_mutex_new()};
	if (!in->keeping || !in->lock) return vv_fail_nomem(err);
	if ((rc = vv_repository_store(r, &in->main, err)) < 0 ||
	    (rc = vv_repository_incomplete(r, &in->incomplete, err)) < 0 ||
	    (rc = open_folder(in, err)) < 0 || (rc = take_over(in, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &in);
}

void vv_incoming_close(vv_incoming *in)
{
	if (!in) return;
	if (in->writer) {
		if (!in->moved || in->unwanted) {
			(void)vv_writer_commit(in->writer, NULL);
		}
		if (in->moved ? !in->unwanted : vv_incoming_blocks(in) == 0) {
			(void)vv_remove_leftover(in->folder, VV_WRITER_LOCK, NULL);
		} else { /* another transfer may have brought the same */
			(void)vv_leftover_tidy(in->main, in->folder, NULL);
		}
	}
	vv_writer_close(in->writer);
	vv_store_close(in->own);
	vv_writer_close(in->promoted);
	vv_cid_set_reset(&in->relied);
	vv_mutex_free(in->lock);
	vv_mutex_free(in->keeping);
	vv_free_all(in->folder, in);
}

/* --- blocks ------------------------------------------------------------------------------- */

uint64_t vv_incoming_blocks(const vv_incoming *in)
{
	vv_writer_stats stats = vv_writer_stats_get(in->writer);
	return in->taken + stats.blocks_new;
}

static bool rely_on_block(vv_incoming *in, const vv_cid *cid)
{
	bool added;

	vv_mutex_lock(in->lock);
	vv_status rc = vv_cid_set_add(&in->relied, cid, &added, NULL);
	vv_mutex_unlock(in->lock);
	return rc == VV_OK;
}

/* gc will remove blocks that it has set aside: stores such a block as if it had been received. */
static bool take_from_aside(vv_incoming *in, const vv_cid *cid)
{
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	bool kept;

	return vv_store_get(in->main, cid, &raw, NULL) == VV_OK &&
	       vv_incoming_put(in, cid, vv_buf_cstr(&raw), raw.len, NULL, &kept, NULL) == VV_OK;
}

bool vv_incoming_has(vv_incoming *in, const vv_cid *cid, bool *below)
{
	const vv_block_standing standing = vv_store_standing(in->main, cid);

	*below = false;
	if (standing == VV_BLOCK_LIVE) {
		*below = !in->incomplete && rely_on_block(in, cid);
		return *below || rely_on_block(in, cid);
	}
	return vv_writer_has(in->writer, cid) ||
	       (standing == VV_BLOCK_ASIDE && take_from_aside(in, cid));
}

vv_status vv_incoming_get(vv_incoming *in, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get_kept(in->own, cid, out) ? vv_buf_ok(out, err)
						    : vv_writer_get(in->writer, cid, out, err);
}

vv_status vv_incoming_find_prefix(vv_incoming *in, uint8_t codec, const uint8_t prefix[8],
				  vv_cid *out, vv_error *err)
{
	uint64_t number = vv_prefix_of(prefix);
	unsigned count;
	vv_cid fresh;
	vv_status rc;

	/* In this order: a block that is being kept just now is found twice and not never. */
	unsigned fresh_count = vv_writer_find_prefix(in->writer, codec, number, &fresh);
	if ((rc = vv_store_match_prefix(in->own, codec, number, out, &count, err)) < 0) return rc;
	if (fresh_count > 0 && (count == 0 || !vv_cid_equal(&fresh, out))) {
		*out = fresh;
		count += fresh_count;
	}
	return count == 1 ? VV_OK : vv_prefix_not_one(count, err);
}

/* A block not stored because the store has it must still exist at the end. */
static vv_status rely_if_there(vv_incoming *in, const vv_cid *cid, vv_error *err)
{
	return !vv_store_has_live(in->main, cid) || rely_on_block(in, cid) ? VV_OK
									   : vv_fail_nomem(err);
}

/* While another thread runs keep, the writer accepts no blocks. */
static bool wait_for_keeping(vv_incoming *in, vv_status rc)
{
	if (rc != VV_ELOCKED) return false;
	vv_auto(vv_locked) lock = vv_mutex_hold(in->keeping);
	return true;
}

vv_status vv_incoming_put(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			  const vv_cid *base, bool *kept, vv_error *err)
{
	return vv_incoming_put_form(in, cid, bytes, len, base, NULL, kept, err);
}

vv_status vv_incoming_put_form(vv_incoming *in, const vv_cid *cid, const void *bytes, size_t len,
			       const vv_cid *base, const vv_block_form *form, bool *kept,
			       vv_error *err)
{
	vv_status rc;

	do {
		rc = vv_writer_put_told(in->writer, cid, bytes, len, base, form, kept, err);
	} while (wait_for_keeping(in, rc));
	if (rc == VV_OK && *kept) {
		vv_store_remember(in->own, cid, bytes, len);
	}
	return rc < 0 || *kept ? rc : rely_if_there(in, cid, err);
}

static vv_status sync_folder(vv_incoming *in, vv_error *err)
{
	vv_auto(char) *above = NULL;
	vv_status rc;

	if (in->folder_synced) return VV_OK;
	if (!(above = vv_path_dir(in->folder))) return vv_fail_nomem(err);
	if ((rc = vv_fsync_dir(in->folder, err)) == VV_OK) {
		rc = vv_fsync_dir(above, err);
	}
	in->folder_synced = rc == VV_OK;
	return rc;
}

static vv_status keep_all(vv_incoming *in, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(in->keeping);
	in->packed = true;
	vv_status rc = vv_writer_commit(in->writer, err);
	return rc;
}

vv_status vv_incoming_spill(vv_incoming *in, vv_error *err)
{
	return vv_writer_spill(in->writer, SPILL_BYTES, err);
}

vv_status vv_incoming_keep(vv_incoming *in, vv_error *err)
{
	if (vv_writer_pending(in->writer) < KEEP_BYTES) return VV_OK;
	vv_status rc = keep_all(in, err);
	return rc < 0 ? rc : sync_folder(in, err);
}

/* --- becoming part of the store ------------------------------------------------------------ */

/* gc may have been at work since has answered. */
static vv_status check_relied(vv_incoming *in, vv_error *err)
{
	size_t count = (size_t)vv_cid_set_count(&in->relied);

	for (size_t i = 0; i < count; i++) {
		if (!vv_writer_has(in->promoted, vv_cid_set_at(&in->relied, i))) {
			return vv_fail(err, VV_ECONFLICT,
				       "blocks of this repository were removed in the meantime\n"
				       "run the command again: received data is kept");
		}
	}
	return VV_OK;
}

void vv_incoming_only(vv_incoming *in, const vv_cid_set *wanted)
{
	in->only = wanted;
}

static vv_status find_unwanted(void *payload, const vv_place *place VV_UNUSED, const vv_record *r,
			       const vv_cid *base VV_UNUSED, vv_error *err VV_UNUSED)
{
	vv_incoming *in = payload;

	in->unwanted |= !is_wanted(in, &r->cid);
	return VV_OK;
}

typedef struct moving {
	vv_incoming *in;
	vv_buf raw, stored;
	vv_block_form form;
} moving;

/* The block continues in the form that it has. */
static vv_status move_on(moving *m, const vv_cid *cid, const vv_cid *base, vv_error *err)
{
	bool kept;

	return vv_writer_put_told(m->in->promoted, cid, vv_buf_cstr(&m->raw), m->raw.len, base,
				  &m->form, &kept, err);
}

static void moving_clear(moving *m)
{
	vv_buf_clear_all(&m->raw, &m->stored);
}
VV_AUTO_CLEAR(moving, moving_clear)

static vv_status move_block(void *payload, const vv_place *place, const vv_record *r,
			    const vv_cid *base, vv_error *err)
{
	moving *m = payload;
	vv_cid real_base;

	if (!is_wanted(m->in, &r->cid)) return VV_OK;
	if (vv_method_has_base(r->method) && !base &&
	    vv_place_base(place, r, &real_base, NULL) == VV_OK) {
		base = &real_base;
	}
	vv_status rc = vv_store_get_form(m->in->own, &r->cid, &m->raw, &m->stored, &m->form, err);
	return rc < 0 ? rc : move_on(m, &r->cid, base, err);
}

static vv_status move_blocks(vv_incoming *in, const vv_pack_list *l, vv_error *err)
{
	vv_auto(moving) m = {.in = in};
	vv_status rc;

	for (size_t i = 0; i < l->own; i++) {
		if ((rc = vv_pack_each_record(l->packs[i], move_block, &m, err)) < 0) return rc;
	}
	return vv_writer_commit(in->promoted, err);
}

static vv_status put_pending(void *payload, const vv_cid *cid, const vv_cid *base, vv_error *err)
{
	moving *m = payload;

	if (!is_wanted(m->in, cid)) {
		m->in->unwanted = true; /* close keeps it */
		return VV_OK;
	}
	vv_status rc = vv_writer_get_form(m->in->writer, cid, &m->raw, &m->stored, &m->form, err);
	return rc < 0 ? rc : move_on(m, cid, base, err);
}

/* Blocks that are not in a pack yet are moved directly. */
static vv_status move_pending(vv_incoming *in, vv_error *err)
{
	vv_auto(moving) m = {.in = in};
	const vv_status rc = vv_writer_each_pending(in->writer, put_pending, &m, err);

	return rc < 0 ? rc : vv_writer_commit(in->promoted, err);
}

/* Blocks not moved wait for the rest of their version; moved ones are dropped. */
static vv_status leave_unwanted(vv_incoming *in, vv_pack_list *l, vv_error *err)
{
	vv_auto_free bool *all = vv_malloc(l->own + 1);
	bool lost;

	if (!all) return vv_fail_nomem(err);
	memset(all, true, l->own + 1);
	return rewrite_packs(in, all, l, true, &lost, err);
}

static vv_status enter_store(vv_incoming *in, vv_error *err)
{
	vv_auto(vv_pack_list) *l = NULL;
	uint64_t bytes = 0;
	verdict v;
	vv_status rc;

	if ((rc = keep_all(in, err)) < 0 || (rc = check_packs(in, true, &v, err)) < 0) return rc;
	if (!v.good && !v.lost) { /* for example, a base was removed meanwhile */
		rc = check_packs(in, true, &v, err);
	}
	if (rc == VV_OK && !v.good) {
		return vv_fail(err, VV_ECORRUPT,
			       "some received blocks in '%s' are damaged\nrun the command again to "
			       "fetch these blocks again",
			       vv_text_shows(in->folder));
	}
	if (rc < 0) return rc;
	if ((rc = vv_packs_renew(in->own, NULL, true, &l, err)) < 0) return rc;
	for (size_t i = 0; i < l->own; i++) {
		bytes += l->packs[i]->stat.size;
		if (in->only &&
		    (rc = vv_pack_each_record(l->packs[i], find_unwanted, in, err)) < 0) {
			return rc;
		}
	}
	rc = in->unwanted || (v.blocks <= FEW_BLOCKS && bytes <= FEW_BYTES)
		     ? move_blocks(in, l, err)
		     : vv_writer_take_packs(in->promoted, l, err);
	if (rc == VV_OK && in->unwanted) {
		/* The store is as it should be; at worst these are fetched again. */
		(void)leave_unwanted(in, l, NULL);
	}
	return rc;
}

vv_status vv_incoming_promote(vv_incoming *in, vv_error *err)
{
	vv_status rc;

	if (in->promoted) return VV_OK;
	if ((rc = vv_writer_open(&in->promoted, in->main, LOCK_WAIT_MS, err)) < 0) return rc;
	if ((rc = check_relied(in, err)) == VV_OK && !in->moved && vv_incoming_blocks(in) > 0) {
		rc = in->taken > 0 || in->packed || vv_writer_pending(in->writer) > FEW_BYTES
			     ? enter_store(in, err)
			     : move_pending(in, err);
	}
	if (rc < 0) {
		vv_writer_close(vv_take(&in->promoted));
	}
	in->moved |= rc == VV_OK;
	return rc;
}

void vv_incoming_let_go(vv_incoming *in)
{
	vv_writer_close(vv_take(&in->promoted));
}

vv_status vv_incoming_show(vv_incoming *in, vv_repository *with, vv_error *err)
{
	vv_status rc = vv_writer_commit(in->writer, err);

	if (rc < 0) return rc;
	in->packed = true;
	if (!with->store_lent) {
		vv_store_close(with->store);
	}
	with->store = in->own;
	with->store_lent = true;
	return VV_OK;
}
