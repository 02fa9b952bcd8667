/*
 * store: asking the packs for blocks and records.
 */
#include "repo/blocks/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/chain.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store_state.h"

/* ---- opening ---- */

static vv_status sync_above(const char *path, vv_error *err)
{
	vv_auto(char) *above = vv_path_dir(path);
	return above ? vv_fsync_dir(above, err) : vv_fail_nomem(err);
}

vv_status vv_store_make_dirs(vv_store *s, vv_error *err)
{
	bool had_dir = vv_exists(s->dir);
	vv_status rc;

	if (vv_exists(s->packs_dir)) return VV_OK;
	if ((rc = vv_mkdirs(s->packs_dir, err)) < 0 || s->under) {
		return rc; /* of a store over another the owner cares */
	}
	if ((rc = vv_fsync_dir(s->dir, err)) < 0) return rc;
	return had_dir ? VV_OK : sync_above(s->dir, err);
}

bool vv_store_exists(const char *dir)
{
	vv_auto(char) *packs = vv_path_join(dir, "packs", (char *)NULL);

	return packs && vv_exists(packs);
}

void vv_store_unmake(const char *dir)
{
	vv_auto(char) *packs = vv_path_join(dir, "packs", (char *)NULL);
	vv_auto(char) *cache = vv_path_join(dir, "cache", (char *)NULL);
	vv_auto(char) *path = vv_path_join(dir, VV_WRITER_LOCK, (char *)NULL);
	const bool is = packs && cache && path && vv_exists(packs);
	vv_auto(vv_fd) lock = is ? vv_lock(path, true, 0, VV_IGNORED) : -1;

	if (lock >= 0 && rmdir(packs) == 0) {
		(void)rmdir(cache);
		(void)vv_unlink(path, true, VV_IGNORED);
	}
}

vv_status vv_store_open(vv_store **out, const char *dir, bool create, vv_error *err)
{
	return vv_store_open_over(out, dir, NULL, create, err);
}

vv_status vv_store_open_over(vv_store **out, const char *dir, vv_store *under, bool create,
			     vv_error *err)
{
	vv_auto(vv_store) *s = vv_calloc(1, sizeof *s);

	if (!s) return vv_fail_nomem(err);
	*s = (vv_store){.under = under,
			.dir = vv_strdup(dir),
			.packs_dir = vv_path_join(dir, "packs", (char *)NULL),
			.lock = vv_mutex_new(),
			.list_lock = vv_mutex_new(),
			.absent_lock = vv_mutex_new(),
			.coders = vv_coder_pool_new(),
			.cache = vv_block_cache_new(VV_UNPACKED_USUAL)};
	if (!s->dir || !s->packs_dir || !s->lock || !s->list_lock || !s->absent_lock ||
	    !s->coders || !s->cache) {
		return vv_fail_nomem(err);
	}
	const vv_status rc = create ? vv_store_make_dirs(s, err) : VV_OK;
	return rc < 0 ? rc : vv_hand_over(out, &s);
}

void vv_store_close(vv_store *s)
{
	if (s) {
		vv_packs_unref(s->list);
		vv_block_cache_free(s->cache);
		vv_coder_pool_free(s->coders);
		vv_mutex_free(s->absent_lock);
		vv_mutex_free(s->list_lock);
		vv_mutex_free(s->lock);
		vv_free_all(s->roll, s->packs_dir, s->dir, s);
	}
}

/* ---- asking for blocks ---- */

/* A missing or damaged result may be due to changed packs or to an index: replaces *l by the list
 * to search next. NULL: none. tries begins at 0. */
static vv_status look_again(vv_store *s, vv_pack_list **l, unsigned *tries, vv_error *err)
{
	vv_pack_list *fresh = NULL;
	bool changed = false, any = false;
	vv_status rc;

	if ((*tries)++ == 0) {
		if ((rc = vv_packs_renew(s, *l, false, &fresh, err)) < 0) return rc;
		any = fresh != *l;
		vv_packs_unref(*l);
		*l = fresh;
	}
	if (!any && *tries <= 2) {
		for (size_t i = 0; i < (*l)->count; i++) {
			if ((rc = vv_pack_check_index((*l)->packs[i], &changed, err)) < 0) {
				return rc;
			}
			any = any || changed;
		}
		*tries = 3;
	}
	if (!any) {
		vv_packs_unref(vv_take(l));
	}
	return VV_OK;
}

/* Calls fn with the store's current list of packs; if it finds nothing, or only damage
 * (VV_EMISSING, VV_ECORRUPT), lists the packs again, checks large indexes, and calls it again.
 * live_only: as in vv_chain_packs. */
typedef vv_status (*search_fn)(void *payload, const vv_chain_packs *src, const vv_cid *cid,
			       vv_error *err);
static vv_status search_packs(vv_store *s, const vv_cid *cid, bool live_only, search_fn fn,
			      void *payload, vv_error *err)
{
	vv_chain_packs src = {s, NULL, NULL, live_only};
	vv_auto(vv_pack_list) *l = NULL;
	unsigned tries = 0;
	vv_error again;
	vv_status rc;

	if ((rc = vv_packs_get(s, &l, err)) < 0) return rc;
	while (l) {
		src.packs = l;
		rc = fn(payload, &src, cid, err);
		if (rc != VV_EMISSING && rc != VV_ECORRUPT) {
			break;
		}
		if (look_again(s, &l, &tries, &again) < 0) {
			rc = vv_error_copy(err, &again);
			break;
		}
	}
	return rc;
}

static vv_status get_from(void *payload, const vv_chain_packs *src, const vv_cid *cid,
			  vv_error *err)
{
	return vv_chain_get(src, cid, payload, err);
}

typedef struct with_form {
	vv_buf *raw, *stored;
	vv_block_form *form;
} with_form;

static vv_status get_form(void *payload, const vv_chain_packs *src, const vv_cid *cid,
			  vv_error *err)
{
	const with_form *w = payload;

	return vv_chain_get_form(src, cid, w->raw, w->stored, w->form, err);
}

vv_status vv_store_get_form(vv_store *s, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			    vv_block_form *form, vv_error *err)
{
	with_form w = {out, stored, form};

	return search_packs(s, cid, false, get_form, &w, err);
}

void vv_store_keep_unpacked(vv_store *s, size_t bytes)
{
	vv_block_cache_limit(s->cache, bytes);
}

void vv_store_remember(vv_store *s, const vv_cid *cid, const void *bytes, size_t len)
{
	vv_auto(vv_blob) *blob = vv_blob_new(cid, len);

	if (blob) {
		memcpy(blob->bytes, bytes, len);
		vv_block_cache_put(s->cache, blob);
	}
}

bool vv_store_get_kept(vv_store *s, const vv_cid *cid, vv_buf *out)
{
	vv_auto(vv_blob) *blob = vv_block_cache_get(s->cache, cid);

	if (!blob) return false;
	vv_buf_set(out, blob->bytes, blob->len);
	return true;
}

void vv_store_on_absent(vv_store *s, vv_absent_fn fn, void *payload)
{
	s->absent = fn;
	s->absent_payload = payload;
}

/* Another thread may have brought it while this one waited. */
static vv_status get_absent(vv_store *s, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_error why;

	vv_auto(vv_locked) lock = vv_mutex_hold(s->absent_lock);
	vv_status rc = search_packs(s, cid, false, get_from, out, err);
	if (rc == VV_EMISSING) {
		vv_buf_reset(out);
		const vv_status came = s->absent(s->absent_payload, cid, out, &why);
		if (came == VV_OK) {
			rc = out->len > 0 ? VV_OK : search_packs(s, cid, false, get_from, out, err);
		} else if (came != VV_ENOTFOUND) {
			rc = vv_error_copy(err, &why);
		}
	}
	return rc;
}

vv_status vv_store_get(vv_store *s, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	if (vv_store_get_kept(s, cid, out)) return vv_buf_ok(out, err);
	vv_status rc = search_packs(s, cid, false, get_from, out, err);
	return rc == VV_EMISSING && s->absent ? get_absent(s, cid, out, err) : rc;
}

/* ---- in parts ---- */

void vv_parted_clear(vv_parted *p)
{
	vv_buf_clear_all(&p->block, &p->record);
	vv_parts_clear(&p->parts);
	vv_pack_unref(p->pack);
	memset(p, 0, sizeof(*p));
}

static vv_status get_parted(void *payload, const vv_chain_packs *src, const vv_cid *cid,
			    vv_error *err)
{
	return vv_chain_get_parted(src, cid, payload, err);
}

/* All of it, in one go. */
static vv_status get_undivided(vv_parted *p, vv_error *err)
{
	p->parts.count = p->left = 0;
	return vv_store_get(p->store, &p->cid, &p->block, err);
}

vv_status vv_store_get_parted(vv_store *s, const vv_cid *cid, vv_parted *out, vv_error *err)
{
	vv_error ignored;

	out->store = s;
	out->cid = *cid;
	if (search_packs(s, cid, false, get_parted, out, &ignored) < 0) {
		return get_undivided(out, err);
	}
	out->left = out->parts.count;
	return VV_OK;
}

/* The first part that ends behind this place; count: none does. */
static size_t part_at(const vv_parts *p, size_t at)
{
	return vv_first_place(i, p->count, (size_t)p->items[i].at + p->items[i].len <= at);
}

/* The bytes go where those of the parts would, which others point into. */
static vv_status mend_parted(vv_parted *p, vv_error *err)
{
	vv_auto(vv_buf) whole = VV_BUF_INIT;
	vv_status rc = vv_store_get(p->store, &p->cid, &whole, err);

	if (rc < 0) return rc;
	if (whole.len != p->block.len) {
		return vv_fail(err, VV_ECORRUPT, "a block has two lengths: %zu and %zu bytes",
			       p->block.len, whole.len);
	}
	memcpy(p->block.data, whole.data, whole.len);
	p->parts.count = p->left = 0;
	return VV_OK;
}

/* Another thread may have unpacked all of it since, as a base. */
static bool copy_kept(vv_parted *p)
{
	vv_auto(vv_blob) *blob = vv_block_cache_get(p->store->cache, &p->cid);
	const bool is_it = blob && blob->len == p->block.len;

	if (is_it) {
		memcpy(p->block.data, blob->bytes, blob->len);
		p->left = 0;
	}
	return is_it;
}

static vv_status unpack_parts(vv_parted *p, vv_coder *c, size_t at, size_t len, bool *sound)
{
	size_t i = part_at(&p->parts, at), end = i;
	vv_error ignored;

	while (end < p->parts.count && p->parts.items[end].at < at + len) {
		end++;
	}
	for (; *sound && i < end; i++) {
		vv_part *part = &p->parts.items[i];

		if (part->ready) {
			continue;
		}
		vv_status rc = part->there ? VV_OK : vv_parted_read(p, i, end, &ignored);
		rc = rc < 0 ? rc
			    : vv_coder_part(c, part, vv_parted_stored(p), (uint8_t *)p->block.data,
					    &ignored);
		if (rc == VV_ENOMEM) return rc;
		*sound = part->ready = rc == VV_OK;
		p->left -= part->ready;
	}
	return VV_OK;
}

vv_status vv_parted_need(vv_parted *p, size_t at, size_t len, vv_error *err)
{
	bool sound = true;

	if (p->left == 0 || copy_kept(p)) return VV_OK;
	vv_coder *c = vv_coder_take(p->store->coders, err);
	if (!c) return VV_ENOMEM;
	vv_status rc = unpack_parts(p, c, at, len, &sound);
	vv_coder_give(p->store->coders, c);
	if (rc < 0) return vv_fail_nomem(err);
	return sound ? VV_OK : mend_parted(p, err);
}

size_t vv_parted_known(const vv_parted *p)
{
	return p->left > 0 ? p->parts.items[0].at : p->block.len;
}

static bool is_there(vv_parted *p, size_t i)
{
	return p->parts.items[i].there || vv_parted_read(p, i, i, VV_IGNORED) == VV_OK;
}

bool vv_parted_alike(vv_parted *p, size_t a, vv_parted *q, size_t b, size_t len)
{
	const size_t i = part_at(&p->parts, a), k = part_at(&q->parts, b);

	if (i >= p->parts.count || k >= q->parts.count) return false;
	const vv_part *x = &p->parts.items[i], *y = &q->parts.items[k];
	return x->at == a && y->at == b && x->len == len && y->len == len && x->sum == y->sum &&
	       x->stored == y->stored && is_there(p, i) && is_there(q, k) &&
	       memcmp(vv_parted_stored(p) + x->from, vv_parted_stored(q) + y->from, x->stored) == 0;
}

/* ---- what there is ---- */

/* A search_fn: the header of the block's record into payload, a vv_record. */
static vv_status find_record(void *payload, const vv_chain_packs *src, const vv_cid *cid,
			     vv_error *err)
{
	vv_place place;

	return vv_chain_find(src, cid, &place, payload, err);
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

/* A search_fn: packs that are live come first. payload is a vv_block_standing. */
static vv_status find_standing(void *payload, const vv_chain_packs *src, const vv_cid *cid,
			       vv_error *err)
{
	vv_place place;
	vv_record r;
	vv_status rc = vv_chain_find(src, cid, &place, &r, err);

	if (rc == VV_OK) {
		*(vv_block_standing *)payload = place.pack->id.aside ||
								vv_pack_is_damaged(place.pack)
							? VV_BLOCK_ASIDE
							: VV_BLOCK_LIVE;
	}
	return rc;
}

vv_block_standing vv_store_standing(vv_store *s, const vv_cid *cid)
{
	vv_block_standing out = VV_BLOCK_ABSENT;

	(void)search_packs(s, cid, false, find_standing, &out, NULL);
	return out;
}

vv_status vv_store_without(vv_store *s, vv_cid *cids, size_t *count, vv_error *err)
{
	vv_chain_packs src = {.store = s};
	vv_auto(vv_pack_list) *seen = NULL, *l = NULL;
	size_t left = 0;
	vv_place place;
	vv_record r;
	vv_status rc = vv_packs_get(s, &seen, err);

	if (rc < 0 || (rc = vv_packs_renew(s, seen, false, &l, err)) < 0) return rc;
	src.packs = l;
	for (size_t i = 0; i < *count; i++) {
		if (vv_chain_find(&src, &cids[i], &place, &r, NULL) < 0) {
			cids[left++] = cids[i];
		}
	}
	*count = left;
	return VV_OK;
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
	vv_auto(vv_pack_list) *l = NULL;
	vv_stat st;
	vv_status rc;

	*out = (vv_store_stats){.old_since = INT64_MAX};
	if ((rc = vv_packs_renew(s, NULL, true, &l, err)) < 0) return rc;
	for (size_t i = 0; i < l->own; i++) {
		const vv_pack *p = l->packs[i];
		uint64_t index_len = vv_lstat(&st, p->index_path, NULL) == VV_OK ? st.size : 0;

		if (p->id.aside) {
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
	return VV_OK;
}

bool vv_store_has_nothing(vv_store *s)
{
	vv_auto(vv_pack_list) *l = NULL;

	return !s->absent && vv_packs_renew(s, NULL, true, &l, VV_IGNORED) == VV_OK &&
	       l->count == 0;
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
	uint64_t first, count, offset;
	vv_record r;
	vv_status rc;

	if ((rc = vv_pack_index_find(index, m->prefix, &first, &count, err)) < 0) return rc;
	for (uint64_t i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(index, first + i, &offset, err)) < 0) return rc;
		if ((rc = vv_pack_record(p, offset, &r, err)) < 0) {
			if (rc != VV_ECORRUPT) return rc;
			continue; /* reading it reports the fault */
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

	m->count = 0;
	vv_pack_search search = vv_pack_search_begin(l, m->prefix);
	for (vv_pack *p; rc == VV_OK && (p = vv_pack_search_next(&search));) {
		rc = match_in_pack(m, p, err);
		rc = rc == VV_ECORRUPT ? VV_OK : rc;
	}
	return rc;
}

vv_status vv_store_match_prefix(vv_store *s, uint8_t codec, uint64_t prefix, vv_cid *out,
				unsigned *count, vv_error *err)
{
	vv_auto(vv_pack_list) *l = NULL, *fresh = NULL;
	match m = {codec, prefix, out, 0};
	vv_status rc;

	*count = 0;
	if ((rc = vv_packs_get(s, &l, err)) < 0) return rc;
	rc = match_in_list(&m, l, err);
	if (rc == VV_OK && m.count == 0 &&
	    (rc = vv_packs_renew(s, l, false, &fresh, err)) == VV_OK && fresh != l) {
		rc = match_in_list(&m, fresh, err);
	}
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
		       count == 0 ? "no block has a CID with this beginning"
				  : "two blocks have CIDs with this beginning");
}
