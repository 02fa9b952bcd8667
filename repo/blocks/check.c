/*
 * check: reads every record of every pack in its place; and retires damaged packs after their
 * readable blocks were stored in another one.
 */
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "repo/blocks/store_state.h"
#include "repo/blocks/writer_internal.h"

typedef struct checking {
	vv_store *store;
	vv_pack_list *packs;
	vv_pack *pack;
	vv_pack_index *index; /* the file's; NULL when there is none or it is bad */
	bool deep;
	bool bases;  /* wanted: */
	vv_cid base; /* of the record at hand, where it is a difference; else null */
	vv_store_fsck_fn fn;
	void *payload;
	const vv_progress *progress;
	uint64_t done, total; /* bytes */
	vv_buf raw;
} checking;

static vv_status report_block(checking *c, const char *file, uint64_t offset, const vv_cid *cid,
			      vv_status state, const char *what, vv_error *err)
{
	static const vv_cid nothing = {0, {0}};

	return c->fn(c->payload, file, offset, cid ? cid : &nothing, state, what, err);
}

/* ---- the pack and its index as a whole ---- */

static vv_status check_pack(checking *c, vv_error *err)
{
	vv_pack *p = c->pack;
	bool sound = false;
	vv_error what;
	vv_status rc = VV_OK;

	if (!vv_pack_is_damaged(p)) {
		rc = vv_pack_scan_all(p, NULL, &sound, &what);
	}
	if (rc == VV_EIO) return report_block(c, p->name, 0, NULL, rc, what.message, err);
	if (rc < 0) return vv_error_copy(err, &what);
	if (vv_pack_is_damaged(p)) {
		rc = report_block(c, p->name, atomic_load(&p->damage_at), NULL, VV_ECORRUPT,
				  atomic_load(&p->damage), err);
	}
	return rc;
}

static bool is_gone(const vv_pack *p)
{
	vv_stat st;

	return vv_lstat(&st, p->path, NULL) == VV_ENOTFOUND;
}

/* An index is derived from its pack: a wrong one is not damage. For a damaged pack it may have more
 * than can be read now, and is not changed. */
static vv_status renew_index(checking *c, const char *why, vv_error *err)
{
	char name[VV_PACK_NAME_MAX], text[sizeof(err->message) + 128];
	vv_pack *p = c->pack;
	vv_error what;
	vv_status rc;

	vv_pack_index_close(vv_take(&c->index));
	/* A writer that merges packs takes the old ones away, and their indexes with them. */
	if (vv_pack_is_damaged(p) || is_gone(p)) return VV_OK;
	if ((rc = vv_pack_rebuild(p, err)) < 0) return rc;
	vv_pack_name_write(name, &p->id, "index");
	if (vv_pack_store_index(p, &what) < 0) {
		(void)snprintf(text, sizeof text, "%s, and cannot be rebuilt: %s", why,
			       what.message);
	} else if (is_gone(p)) {
		(void)vv_unlink(p->index_path, true, NULL);
		return VV_OK;
	} else {
		(void)snprintf(text, sizeof text, "%s, and was rebuilt", why);
	}
	return report_block(c, name, 0, NULL, VV_ENOTFOUND, text, err);
}

static vv_status check_index(checking *c, vv_error *err)
{
	vv_pack *p = c->pack;
	vv_error what;
	vv_status rc = vv_pack_index_open(&c->index, p->index_path, p->id.hash, true, &what);

	if (rc == VV_ENOTFOUND) return renew_index(c, "it was missing", err);
	if (rc == VV_ECORRUPT) return renew_index(c, "it was damaged", err);
	if (rc == VV_OK && p->count > 0 && vv_pack_index_count(c->index) != p->count) {
		return renew_index(c, "it listed more or fewer blocks than its pack has", err);
	}
	return rc < 0 ? vv_error_copy(err, &what) : rc;
}

/* Does the index lead to the record at offset? */
static vv_status check_entry(checking *c, const vv_record *r, uint64_t offset, vv_error *err)
{
	uint64_t first, count, found;
	vv_status rc;

	if (!c->index) return VV_OK;
	if ((rc = vv_pack_index_find(c->index, vv_cid_prefix(&r->cid), &first, &count, err)) < 0) {
		return rc;
	}
	for (uint64_t i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(c->index, first + i, &found, err)) < 0) return rc;
		if (found == offset) return VV_OK;
	}
	return renew_index(c, "it did not list all blocks of the pack", err);
}

/* ---- records ---- */

static vv_status check_meaning(const checking *c, const vv_cid *cid, vv_error *what)
{
	vv_cid real;
	vv_status rc = vv_cid_of(&real, cid->codec, c->raw.data, c->raw.len, what);

	if (rc == VV_OK && !vv_cid_equal(&real, cid)) {
		rc = vv_fail(what, VV_ECORRUPT,
			     "the block's content does not match its CID "
			     "(SHA-256)");
	}
	if (rc == VV_OK && cid->codec == VV_CODEC_DAG_CBOR) {
		rc = vv_cbor_check(c->raw.data, c->raw.len, what);
	}
	return rc;
}

/* *good: it was read. *len 0: its length is unknown. */
static vv_status check_record(checking *c, uint64_t offset, uint64_t *len, bool *good,
			      vv_error *err)
{
	vv_chain_packs src = {c->store, c->packs, NULL, false};
	vv_place place = {c->pack, offset};
	vv_error what;
	vv_record r;

	*len = 0;
	*good = false;
	vv_status rc = vv_pack_record(c->pack, offset, &r, &what);
	if (rc == VV_ECORRUPT || rc == VV_EIO) {
		return report_block(c, c->pack->name, offset, NULL, rc, what.message, err);
	}
	if (rc == VV_OK) {
		*len = vv_record_len(&r);
		memset(&c->base, 0, sizeof c->base);
		if (c->bases && vv_method_has_base(r.method)) {
			(void)vv_place_base(&place, &r, &c->base, NULL);
		}
		rc = vv_chain_get_at(&src, &place, &c->raw, &r, &what);
		if (rc == VV_OK && c->deep) {
			rc = check_meaning(c, &r.cid, &what);
		}
	}
	if (rc < 0 && rc != VV_ECORRUPT && rc != VV_EIO && rc != VV_EMISSING) {
		return vv_error_copy(err, &what);
	}
	*good = rc == VV_OK;
	rc = report_block(c, c->pack->name, offset, &r.cid, rc, rc < 0 ? what.message : "", err);
	return rc < 0 ? rc : check_entry(c, &r, offset, err);
}

/* The first record after offset in the index; the end without one. */
static vv_status next_known(const checking *c, const vv_pack_index *index, uint64_t offset,
			    uint64_t *out, vv_error *err)
{
	uint64_t count = vv_pack_index_count(index), found;
	vv_status rc;

	*out = c->pack->records_end;
	for (uint64_t i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(index, i, &found, err)) < 0) return rc;
		if (found > offset && found < *out) {
			*out = found;
		}
	}
	return VV_OK;
}

/* Does a record that can be read start here? */
static bool reads_record(checking *c, uint64_t offset)
{
	vv_chain_packs src = {c->store, c->packs, NULL, false};
	vv_place place = {c->pack, offset};
	vv_record r;

	return vv_pack_record(c->pack, offset, &r, NULL) == VV_OK &&
	       vv_chain_get_at(&src, &place, &c->raw, &r, NULL) == VV_OK;
}

#define SEARCH_PIECE ((size_t)64 << 10)

/* The first record at or after offset that can be read; the end when none. */
static vv_status search_record(checking *c, uint64_t offset, uint64_t *out, vv_error *err)
{
	uint64_t end = c->pack->records_end;
	vv_auto_free uint8_t *piece = vv_malloc(SEARCH_PIECE);
	vv_status rc = piece ? VV_OK : vv_fail_nomem(err);

	if (rc < 0) return rc;
	*out = end;
	while (*out == end && offset < end) {
		size_t len = end - offset < SEARCH_PIECE ? (size_t)(end - offset) : SEARCH_PIECE;

		if (vv_pack_read(c->pack, offset, piece, len, NULL) < 0) {
			offset += len; /* for example an unreadable sector */
			continue;
		}
		for (size_t i = 0; i < len && *out == end; i++) {
			if ((piece[i] & 0x0f) <= VV_METHOD_PARTS && reads_record(c, offset + i)) {
				*out = offset + i;
			}
		}
		offset += len;
	}
	return VV_OK;
}

/* The start of the next record after a bad one at offset, with its stated length len (0: unknown).
 * That may be wrong; a good index is not, and without one the next record is searched byte by
 * byte. */
static vv_status after_bad(checking *c, uint64_t offset, uint64_t len, uint64_t *out, vv_error *err)
{
	uint64_t end = c->pack->records_end;

	if (c->index) return next_known(c, c->index, offset, out, err);
	if (len > 0 && (offset + len >= end || reads_record(c, offset + len))) {
		*out = offset + len;
		return VV_OK;
	}
	return search_record(c, offset + 1, out, err);
}

static vv_status check_records(checking *c, vv_error *err)
{
	uint64_t offset = VV_PACK_HEADER_LEN, len;
	bool good;
	vv_status rc = VV_OK;

	while (rc == VV_OK && offset < c->pack->records_end) {
		rc = check_record(c, offset, &len, &good, err);
		if (rc == VV_OK && !good) {
			rc = after_bad(c, offset, len, &offset, err);
		} else {
			offset += len;
		}
		rc = rc < 0 ? rc
			    : vv_progress_update(c->progress, "checking blocks", c->done + offset,
						 c->total, err);
	}
	return rc;
}

vv_status vv_store_fsck(vv_store *s, bool deep, vv_store_fsck_fn fn, void *payload,
			const vv_progress *progress, vv_error *err)
{
	vv_status rc;

	checking c = {.store = s, .deep = deep, .fn = fn, .payload = payload, .progress = progress};
	if ((rc = vv_packs_renew(s, NULL, true, &c.packs, err)) < 0) return rc;
	for (size_t i = 0; i < c.packs->own; i++) {
		c.total += c.packs->packs[i]->stat.size;
	}
	for (size_t i = 0; rc == VV_OK && i < c.packs->own; i++) {
		c.pack = c.packs->packs[i];
		if ((rc = check_pack(&c, err)) == VV_OK && (rc = check_index(&c, err)) == VV_OK) {
			rc = check_records(&c, err);
		}
		vv_pack_index_close(vv_take(&c.index));
		c.done += c.pack->stat.size;
	}
	vv_buf_clear(&c.raw);
	vv_packs_unref(c.packs);
	return rc;
}

/* ---- taking damaged packs out of use ---- */

typedef struct salvage {
	checking c;
	const vv_salvage *ask;
	vv_writer *w;
	uint64_t sound; /* records of this pack that are safe: read, or here in a sound pack too */
	uint64_t read;  /* of these, the ones that were read here */
	uint64_t bad;
} salvage;

/* Is a sound copy of the block in a pack that stays, or among saved blocks? */
static bool is_safe(salvage *s, const vv_cid *cid)
{
	vv_auto(vv_buf) copy = VV_BUF_INIT;
	return vv_writer_has(s->w, cid) && vv_writer_get(s->w, cid, &copy, NULL) == VV_OK;
}

static vv_status save_record(void *payload, const char *pack, uint64_t offset VV_UNUSED,
			     const vv_cid *cid, vv_status state, const char *what VV_UNUSED,
			     vv_error *err)
{
	salvage *s = payload;

	if (strcmp(pack, s->c.pack->name) != 0) {
		return VV_OK; /* of its index */
	}
	if (state == VV_OK) {
		s->sound++;
		s->read++;
		return vv_writer_put(s->w, cid, vv_buf_cstr(&s->c.raw), s->c.raw.len,
				     vv_cid_is_null(&s->c.base) ? NULL : &s->c.base, err);
	}
	s->bad++;
	s->sound += !vv_cid_is_null(cid) && is_safe(s, cid);
	return VV_OK;
}

/* Stores the readable blocks of the pack. *lost: a record is unreadable, or their number is
 * unknown. */
static vv_status save_pack(salvage *s, vv_pack *p, bool *lost, vv_error *err)
{
	uint64_t wanted = p->count;

	s->c.pack = p;
	s->sound = s->read = s->bad = 0;
	vv_status rc = vv_pack_index_open(&s->c.index, p->index_path, p->id.hash, true, err);
	if (rc == VV_OK) {
		wanted = vv_pack_index_count(s->c.index);
	}
	if (rc != VV_ENOMEM) {
		rc = check_records(&s->c, err);
	}
	vv_pack_index_close(vv_take(&s->c.index));
	*lost = wanted == 0 || s->sound < wanted;
	return rc;
}

/* Makes a folder for retired packs: the first unused number. Durable. */
static vv_status make_kept_folder(vv_store *s, char **out, vv_error *err)
{
	vv_auto(char) *damaged = vv_path_join(s->dir, VV_DAMAGED_DIR, (char *)NULL);
	vv_auto(char) *one = NULL;
	char number[24];
	vv_status rc;

	if (!damaged) return vv_fail_nomem(err);
	for (unsigned n = 1;; n++) {
		(void)snprintf(number, sizeof number, "%u", n);
		if (!(one = vv_path_join(damaged, number, (char *)NULL))) {
			return vv_fail_nomem(err);
		}
		if (!vv_exists(one)) {
			break;
		}
		vv_free(one);
	}
	if (!(*out = vv_path_join(one, "packs", (char *)NULL))) return vv_fail_nomem(err);
	if ((rc = vv_mkdirs(*out, err)) < 0 || (rc = vv_fsync_dir(one, err)) < 0 ||
	    (rc = vv_fsync_dir(damaged, err)) < 0) {
		return rc;
	}
	return vv_fsync_dir(s->dir, err);
}

/* The index is moved first, as when a pack is published. */
static vv_status keep_pack(const vv_store *store, const vv_pack *p, const char *folder, char **kept,
			   vv_error *err)
{
	char name[VV_PACK_NAME_MAX];
	vv_status rc = VV_OK;

	vv_pack_name_write(name, &p->id, "index");
	vv_auto(char) *index = vv_path_join(folder, name, (char *)NULL);
	*kept = vv_path_join(folder, p->name, (char *)NULL);
	if (!index || !*kept) {
		rc = vv_fail_nomem(err);
	} else if (vv_exists(p->index_path)) {
		rc = vv_rename(p->index_path, index, err);
	}
	if (rc < 0) return rc;
	vv_fd lock = vv_roll_take_off(store, &p->id);
	rc = vv_rename(p->path, *kept, err);
	vv_fd_close(&lock);
	return rc;
}

/* All saved blocks are durable: removes the pack, or, if it had others, moves it. */
static vv_status retire_pack(salvage *s, vv_pack *p, bool lost, char **folder, vv_error *err)
{
	vv_auto(char) *kept = NULL;
	vv_stat now;
	vv_status rc;

	if (vv_lstat(&now, p->path, NULL) == VV_OK &&
	    (now.ino != p->stat.ino || now.dev != p->stat.dev)) {
		rc = VV_OK; /* all of it was saved unchanged: the new pack has taken its name */
	} else if (!lost) {
		rc = vv_store_remove_pack(s->c.store, &p->id, err);
	} else if (*folder || (rc = make_kept_folder(s->c.store, folder, err)) == VV_OK) {
		rc = keep_pack(s->c.store, p, *folder, &kept, err);
	}
	return rc < 0 ? rc : s->ask->told(s->ask->payload, p->name, kept, s->read, err);
}

/* Once more for differences whose base was saved only in the round before. */
static vv_status save_all(salvage *s, bool *lost, vv_error *err)
{
	uint64_t before, bad, now = 0;
	vv_status rc;

	do {
		before = now;
		bad = 0;
		for (size_t i = 0; i < s->c.packs->own; i++) {
			if (vv_text_is_among(s->c.packs->packs[i]->name, s->ask->names,
					     s->ask->count)) {
				if ((rc = save_pack(s, s->c.packs->packs[i], &lost[i], err)) < 0) {
					return rc;
				}
				bad += s->bad;
			}
		}
		now = vv_writer_stats_get(s->w).blocks_new;
		if ((rc = vv_writer_commit(s->w, err)) < 0) return rc;
	} while (bad > 0 && now > before);
	return VV_OK;
}

static vv_status salvage_locked(salvage *s, vv_error *err)
{
	vv_auto(char) *folder = NULL;
	vv_auto_free bool *lost = vv_calloc(s->c.packs->own + 1, sizeof *lost);
	vv_status rc = lost ? VV_OK : vv_fail_nomem(err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < s->c.packs->own; i++) {
		if (vv_text_is_among(s->c.packs->packs[i]->name, s->ask->names,
				     s->ask->count)) { /* its content must be stored again */
			vv_pack_set_damaged(s->c.packs->packs[i], 0,
					    "its readable blocks are being stored again");
		}
	}
	if ((rc = save_all(s, lost, err)) < 0) return rc;
	for (size_t i = 0; i < s->c.packs->own; i++) {
		if (vv_text_is_among(s->c.packs->packs[i]->name, s->ask->names, s->ask->count) &&
		    (rc = retire_pack(s, s->c.packs->packs[i], lost[i], &folder, err)) < 0) {
			return rc;
		}
	}
	if (folder && (rc = vv_fsync_dir(folder, err)) < 0) return rc;
	if ((rc = vv_fsync_dir(s->c.store->packs_dir, err)) < 0) return rc;
	return vv_writer_renew(s->w, err);
}

vv_status vv_store_salvage(vv_store *s, const vv_salvage *ask, vv_error *err)
{
	vv_status rc;

	salvage v = {
		.ask = ask, .c.store = s, .c.deep = true, .c.bases = true, .c.fn = save_record};
	v.c.payload = &v;
	if ((rc = vv_writer_open(&v.w, s, ask->lock_wait_ms, err)) == VV_OK &&
	    (rc = vv_packs_renew(s, NULL, true, &v.c.packs, err)) == VV_OK) {
		rc = salvage_locked(&v, err);
	}
	vv_buf_clear(&v.c.raw);
	vv_packs_unref(v.c.packs);
	vv_writer_close(v.w);
	return rc;
}

static vv_status commit_others(vv_store *s, unsigned lock_wait_ms, vv_string_list *torn,
			       vv_error *err)
{
	vv_writer *w;
	vv_status rc = vv_writer_open(&w, s, lock_wait_ms, err);

	if (rc < 0) return rc;
	rc = vv_writer_commit(w, err);
	rc = rc < 0 ? rc : vv_writer_torn(w, torn, err);
	vv_writer_close(w);
	return rc;
}

static vv_status ignore_pack(void *payload VV_UNUSED, const char *name VV_UNUSED,
			     const char *kept VV_UNUSED, uint64_t read VV_UNUSED,
			     vv_error *err VV_UNUSED)
{
	return VV_OK;
}

vv_status vv_store_wait_all(vv_store *s, unsigned lock_wait_ms, vv_error *err)
{
	vv_auto(char) *mark = vv_path_join(s->dir, VV_UNSYNCED, (char *)NULL);
	vv_auto(vv_string_list) torn = {0};
	vv_status rc;

	if (!mark) return vv_fail_nomem(err);
	if (!vv_exists(mark)) return VV_OK;
	if ((rc = commit_others(s, lock_wait_ms, &torn, err)) < 0 || torn.count == 0) return rc;
	const vv_salvage ask = {.names = (const char *const *)torn.items,
				.count = torn.count,
				.lock_wait_ms = lock_wait_ms,
				.told = ignore_pack};

	rc = vv_store_salvage(s, &ask, err);
	return rc < 0 ? rc : vv_unlink(mark, true, err);
}
