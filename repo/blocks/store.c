/*
 * store: asking the packs for blocks and records, and checking all of them.
 */
#include "repo/blocks/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/store_internal.h"

#define CACHE_BYTES ((size_t)8 << 20)

/* ---- opening ---- */

static vv_status sync_above(const char *path, vv_error *err)
{
	char *above = vv_path_dir(path);
	vv_status rc = above ? vv_fsync_dir(above, err) : vv_fail_nomem(err);

	vv_free(above);
	return rc;
}

vv_status vv_store_make_dirs(vv_store *s, vv_error *err)
{
	bool had_dir = vv_exists(s->dir);
	vv_status rc;

	if (vv_exists(s->packs_dir)) {
		return VV_OK;
	}
	if ((rc = vv_mkdirs(s->packs_dir, err)) < 0 || s->under) {
		return rc; /* of a store over another the owner cares */
	}
	if ((rc = vv_fsync_dir(s->dir, err)) < 0) {
		return rc;
	}
	return had_dir ? VV_OK : sync_above(s->dir, err);
}

vv_status vv_store_open(vv_store **out, const char *dir, bool create, vv_error *err)
{
	return vv_store_open_over(out, dir, NULL, create, err);
}

vv_status vv_store_open_over(vv_store **out, const char *dir, vv_store *under, bool create,
			     vv_error *err)
{
	vv_store *s = vv_calloc(1, sizeof *s);
	vv_status rc = VV_OK;

	if (!s) {
		return vv_fail_nomem(err);
	}
	atomic_init(&s->whole, false);
	s->under = under;
	s->dir = vv_strdup(dir);
	s->packs_dir = vv_path_join(dir, "packs", (char *)NULL);
	s->lock = vv_mutex_new();
	s->list_lock = vv_mutex_new();
	s->coders = vv_coder_pool_new();
	s->cache = vv_block_cache_new(CACHE_BYTES);
	if (!s->dir || !s->packs_dir || !s->lock || !s->list_lock || !s->coders || !s->cache) {
		rc = vv_fail_nomem(err);
	} else if (create) {
		rc = vv_store_make_dirs(s, err);
	}
	if (rc < 0) {
		vv_store_close(s);
	} else {
		*out = s;
	}
	return rc;
}

void vv_store_close(vv_store *s)
{
	if (s) {
		vv_packs_unref(s->list);
		vv_block_cache_free(s->cache);
		vv_coder_pool_free(s->coders);
		vv_mutex_free(s->list_lock);
		vv_mutex_free(s->lock);
		vv_free(s->packs_dir);
		vv_free(s->dir);
		vv_free(s);
	}
}

/* ---- asking for blocks ---- */

/* What was not found, or found damaged, may be so because the packs have changed or because
 * of an index: what to look into next, in the place of *l. NULL: nothing. tries begins at 0. */
static vv_status look_again(vv_store *s, vv_pack_list **l, unsigned *tries, vv_error *err)
{
	vv_pack_list *fresh = NULL;
	bool changed = false, any = false;
	vv_status rc;
	size_t i;

	if ((*tries)++ == 0) {
		if ((rc = vv_packs_renew(s, *l, false, &fresh, err)) < 0) {
			return rc;
		}
		any = fresh != *l;
		vv_packs_unref(*l);
		*l = fresh;
	}
	if (!any && *tries <= 2) {
		for (i = 0; i < (*l)->count; i++) {
			if ((rc = vv_pack_check_index((*l)->packs[i], &changed, err)) < 0) {
				return rc;
			}
			any = any || changed;
		}
		*tries = 3;
	}
	if (!any) {
		vv_packs_unref(*l);
		*l = NULL;
	}
	return VV_OK;
}

/* Asks fn of the store's packs as they are now; where it finds nothing, or only what is
 * damaged (VV_EMISSING, VV_ECORRUPT), of the packs as they may be since: they are listed
 * again, large indexes checked. live_only: as in vv_source. */
typedef vv_status (*search_fn)(void *payload, const vv_source *src, const vv_cid *cid,
			       vv_error *err);
static vv_status search_packs(vv_store *s, const vv_cid *cid, bool live_only, search_fn fn,
			      void *payload, vv_error *err)
{
	vv_source src = {s, NULL, NULL, live_only};
	vv_pack_list *l = NULL;
	unsigned tries = 0;
	vv_error again;
	vv_status rc;

	if ((rc = vv_packs_get(s, &l, err)) < 0) {
		return rc;
	}
	while (l) {
		src.packs = l;
		rc = fn(payload, &src, cid, err);
		if (rc != VV_EMISSING && rc != VV_ECORRUPT) {
			break;
		}
		if (look_again(s, &l, &tries, &again) < 0) {
			if (err) {
				*err = again;
			}
			rc = again.code;
			break;
		}
	}
	vv_packs_unref(l);
	return rc;
}

static vv_status get_from(void *payload, const vv_source *src, const vv_cid *cid, vv_error *err)
{
	return vv_source_get(src, cid, payload, err);
}

vv_status vv_store_get(vv_store *s, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_blob *blob = vv_block_cache_get(s->cache, cid);

	if (blob) {
		vv_buf_reset(out);
		vv_buf_put(out, blob->bytes, blob->len);
		vv_blob_unref(blob);
		return vv_buf_ok(out, err);
	}
	return search_packs(s, cid, false, get_from, out, err);
}

/* A search_fn: the header of the block's record into payload, a vv_record. */
static vv_status find_record(void *payload, const vv_source *src, const vv_cid *cid, vv_error *err)
{
	vv_place place;

	return vv_source_find(src, cid, &place, payload, err);
}

static vv_status find_anywhere(vv_store *s, const vv_cid *cid, vv_record *r, vv_error *err)
{
	return search_packs(s, cid, false, find_record, r, err);
}

bool vv_store_has(vv_store *s, const vv_cid *cid)
{
	vv_record r;

	return find_anywhere(s, cid, &r, NULL) == VV_OK;
}

vv_status vv_store_cost(vv_store *s, const vv_cid *cid, uint64_t *stored, unsigned *depth,
			vv_error *err)
{
	vv_record r;
	vv_status rc = find_anywhere(s, cid, &r, err);

	if (rc == VV_OK) {
		*stored = vv_record_len(&r);
		*depth = r.depth;
	}
	return rc;
}

vv_status vv_store_stats_get(vv_store *s, vv_store_stats *out, vv_error *err)
{
	vv_pack_list *l = NULL;
	vv_stat st;
	vv_status rc;
	size_t i;

	memset(out, 0, sizeof *out);
	out->old_since = INT64_MAX;
	if ((rc = vv_packs_renew(s, NULL, true, &l, err)) < 0) {
		return rc;
	}
	for (i = 0; i < l->own; i++) {
		const vv_pack *p = l->packs[i];
		uint64_t index_len = vv_lstat(&st, p->index_path, NULL) == VV_OK ? st.size : 0;

		if (p->id.aside) {
			out->old_packs++;
			out->old_bytes += p->stat.size + index_len;
			if (!vv_pack_is_damaged(p) && p->id.since < out->old_since) {
				out->old_since = p->id.since;
			}
		} else {
			out->packs++;
			out->pack_bytes += p->stat.size;
			out->index_bytes += index_len;
			out->blocks += vv_pack_index_count(atomic_load(&p->index));
		}
		out->damaged_packs += vv_pack_is_damaged(p);
	}
	vv_packs_unref(l);
	return VV_OK;
}

bool vv_store_has_live(vv_store *s, const vv_cid *cid)
{
	vv_record r;

	return search_packs(s, cid, true, find_record, &r, NULL) == VV_OK;
}

/* ---- by the beginning of a name ---- */

/* ---- asking for records, not blocks ---- */

typedef struct match {
	uint8_t codec;
	uint64_t prefix;
	vv_cid *out;
	unsigned count; /* of different ones */
} match;

static vv_status match_in_pack(match *m, vv_pack *p, vv_error *err)
{
	vv_pack_index *index = atomic_load(&p->index);
	uint8_t peek[VV_RECORD_PEEK];
	uint64_t first, count, offset, i;
	vv_record r;
	size_t have;
	vv_status rc;

	if ((rc = vv_pack_index_find(index, m->prefix, &first, &count, err)) < 0) {
		return rc;
	}
	for (i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(index, first + i, &offset, err)) < 0) {
			return rc;
		}
		if ((rc = vv_pack_record(p, offset, &r, peek, &have, err)) < 0) {
			if (rc != VV_ECORRUPT) {
				return rc;
			}
			continue; /* reading it will tell */
		}
		if (r.cid.codec == m->codec && vv_cid_prefix(&r.cid) == m->prefix &&
		    (m->count == 0 || !vv_cid_equal(&r.cid, m->out))) {
			*m->out = r.cid;
			m->count++;
		}
	}
	return VV_OK;
}

static vv_status match_in_list(match *m, const vv_pack_list *l, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t i;

	m->count = 0;
	for (i = 0; rc == VV_OK && i < l->count; i++) {
		rc = match_in_pack(m, l->packs[i], err);
		if (rc == VV_ECORRUPT) {
			rc = VV_OK;
		}
	}
	return rc;
}

vv_status vv_store_match_prefix(vv_store *s, uint8_t codec, uint64_t prefix, vv_cid *out,
				unsigned *count, vv_error *err)
{
	vv_pack_list *l = NULL, *fresh = NULL;
	match m = {codec, prefix, out, 0};
	vv_status rc;

	*count = 0;
	if ((rc = vv_packs_get(s, &l, err)) < 0) {
		return rc;
	}
	rc = match_in_list(&m, l, err);
	if (rc == VV_OK && m.count == 0 &&
	    (rc = vv_packs_renew(s, l, false, &fresh, err)) == VV_OK && fresh != l) {
		rc = match_in_list(&m, fresh, err);
	}
	vv_packs_unref(fresh);
	vv_packs_unref(l);
	*count = m.count;
	return rc;
}

uint64_t vv_prefix_of(const uint8_t bytes[8])
{
	vv_cid key = {0, {0}};

	memcpy(key.digest, bytes, 8);
	return vv_cid_prefix(&key);
}

vv_status vv_prefix_not_one(unsigned count, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND,
		       count == 0 ? "no block has a name that begins so"
				  : "two blocks have names that begin so");
}

/* ---- every record of every pack, read where it stands ---- */

typedef struct checking {
	vv_store *store;
	vv_pack_list *packs;
	vv_pack *pack;
	vv_pack_index *index; /* the file's; NULL when there is none or it is bad */
	bool deep;
	vv_store_fsck_fn fn;
	void *payload;
	const vv_progress *progress;
	uint64_t done, total; /* bytes */
	vv_buf raw;
} checking;

static vv_status tell(checking *c, const char *file, uint64_t offset, const vv_cid *cid,
		      vv_status state, const char *what, vv_error *err)
{
	static const vv_cid nothing = {0, {0}};

	return c->fn(c->payload, file, offset, cid ? cid : &nothing, state, what, err);
}

/* ---- the pack and its index as a whole ---- */

static vv_status check_pack(checking *c, vv_error *err)
{
	vv_pack_scan scan = {NULL, NULL, NULL};
	vv_pack *p = c->pack;
	bool sound = false;
	vv_error what;
	vv_status rc = VV_OK;

	if (!vv_pack_is_damaged(p)) {
		rc = vv_pack_scan_all(p, &scan, &sound, &what);
	}
	if (rc == VV_EIO) {
		return tell(c, p->name, 0, NULL, rc, what.message, err);
	}
	if (rc < 0) {
		if (err) {
			*err = what;
		}
		return rc;
	}
	if (vv_pack_is_damaged(p)) {
		rc = tell(c, p->name, atomic_load(&p->damage_at), NULL, VV_ECORRUPT,
			  atomic_load(&p->damage), err);
	}
	return rc;
}

/* All that an index says is in its pack, too: one that is not as it should be is no damage. Of a
 * damaged pack it may know more than can be read now, and stays as it is. */
static vv_status renew_index(checking *c, const char *why, vv_error *err)
{
	char name[VV_PACK_NAME_MAX], text[sizeof(err->message) + 128];
	vv_pack *p = c->pack;
	vv_error what;
	vv_status rc;

	vv_pack_index_close(c->index);
	c->index = NULL;
	if (vv_pack_is_damaged(p)) {
		return VV_OK;
	}
	if ((rc = vv_pack_rebuild(p, err)) < 0) {
		return rc;
	}
	vv_pack_name_write(name, &p->id, "index");
	if (vv_pack_store_index(p, &what) < 0) {
		(void)snprintf(text, sizeof text, "%s, and cannot be made again: %s", why,
			       what.message);
	} else {
		(void)snprintf(text, sizeof text, "%s, and was made again", why);
	}
	return tell(c, name, 0, NULL, VV_ENOTFOUND, text, err);
}

static vv_status check_index(checking *c, vv_error *err)
{
	vv_pack *p = c->pack;
	vv_error what;
	vv_status rc = vv_pack_index_open(&c->index, p->index_path, p->id.hash, true, &what);

	if (rc == VV_ENOTFOUND) {
		return renew_index(c, "it was missing", err);
	}
	if (rc == VV_ECORRUPT) {
		return renew_index(c, "it was damaged", err);
	}
	if (rc == VV_OK && p->count > 0 && vv_pack_index_count(c->index) != p->count) {
		return renew_index(c, "it had not as many entries as its pack", err);
	}
	if (rc < 0 && err) {
		*err = what;
	}
	return rc;
}

/* Does the index lead to the record at offset? */
static vv_status check_entry(checking *c, const vv_record *r, uint64_t offset, vv_error *err)
{
	uint64_t first, count, found, i;
	vv_status rc;

	if (!c->index) {
		return VV_OK;
	}
	if ((rc = vv_pack_index_find(c->index, vv_cid_prefix(&r->cid), &first, &count, err)) < 0) {
		return rc;
	}
	for (i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(c->index, first + i, &found, err)) < 0) {
			return rc;
		}
		if (found == offset) {
			return VV_OK;
		}
	}
	return renew_index(c, "it did not lead to all records", err);
}

/* ---- records ---- */

static vv_status check_meaning(const checking *c, const vv_cid *cid, vv_error *what)
{
	vv_cid real;
	vv_status rc = vv_cid_of(&real, cid->codec, c->raw.data, c->raw.len, what);

	if (rc == VV_OK && !vv_cid_equal(&real, cid)) {
		rc = vv_fail(what, VV_ECORRUPT, "the block's SHA-256 is not that of its name");
	}
	if (rc == VV_OK && cid->codec == VV_CODEC_DAG_CBOR) {
		rc = vv_cbor_check(c->raw.data, c->raw.len, what);
	}
	return rc;
}

static vv_status check_record(checking *c, uint64_t offset, uint64_t *len, vv_error *err)
{
	vv_source src = {c->store, c->packs, NULL, false};
	vv_place place = {c->pack, offset};
	uint8_t peek[VV_RECORD_PEEK];
	size_t have;
	vv_error what;
	vv_record r;
	vv_status rc;

	*len = 0;
	rc = vv_pack_record(c->pack, offset, &r, peek, &have, &what);
	if (rc == VV_ECORRUPT || rc == VV_EIO) {
		return tell(c, c->pack->name, offset, NULL, rc, what.message, err);
	}
	if (rc == VV_OK) {
		*len = vv_record_len(&r);
		rc = vv_source_get_at(&src, &place, &c->raw, &r, &what);
		if (rc == VV_OK && c->deep) {
			rc = check_meaning(c, &r.cid, &what);
		}
	}
	if (rc < 0 && rc != VV_ECORRUPT && rc != VV_EIO && rc != VV_EMISSING) {
		if (err) {
			*err = what;
		}
		return rc;
	}
	rc = tell(c, c->pack->name, offset, &r.cid, rc, rc < 0 ? what.message : "", err);
	return rc < 0 ? rc : check_entry(c, &r, offset, err);
}

/* The first record after offset that the index knows; the end when none. */
static vv_status next_known(const checking *c, uint64_t offset, uint64_t *out, vv_error *err)
{
	const vv_pack_index *index = atomic_load(&c->pack->index);
	uint64_t count = vv_pack_index_count(index), i, found;
	vv_status rc;

	*out = c->pack->records_end;
	for (i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(index, i, &found, err)) < 0) {
			return rc;
		}
		if (found > offset && found < *out) {
			*out = found;
		}
	}
	return VV_OK;
}

static vv_status check_records(checking *c, vv_error *err)
{
	uint64_t offset = VV_PACK_HEADER_LEN, len;
	vv_status rc = VV_OK;

	while (rc == VV_OK && offset < c->pack->records_end) {
		rc = check_record(c, offset, &len, err);
		if (rc == VV_OK && len == 0) {
			rc = next_known(c, offset, &offset, err);
		} else {
			offset += len;
		}
		vv_progress_update(c->progress, "checking blocks", c->done + offset, c->total);
	}
	return rc;
}

vv_status vv_store_fsck(vv_store *s, bool deep, vv_store_fsck_fn fn, void *payload,
			const vv_progress *progress, vv_error *err)
{
	checking c;
	vv_status rc;
	size_t i;

	memset(&c, 0, sizeof c);
	c.store = s;
	c.deep = deep;
	c.fn = fn;
	c.payload = payload;
	c.progress = progress;
	if ((rc = vv_packs_renew(s, NULL, true, &c.packs, err)) < 0) {
		return rc;
	}
	for (i = 0; i < c.packs->own; i++) {
		c.total += c.packs->packs[i]->stat.size;
	}
	for (i = 0; rc == VV_OK && i < c.packs->own; i++) {
		c.pack = c.packs->packs[i];
		if ((rc = check_pack(&c, err)) == VV_OK && (rc = check_index(&c, err)) == VV_OK) {
			rc = check_records(&c, err);
		}
		vv_pack_index_close(c.index);
		c.index = NULL;
		c.done += c.pack->stat.size;
	}
	vv_buf_clear(&c.raw);
	vv_packs_unref(c.packs);
	return rc;
}
