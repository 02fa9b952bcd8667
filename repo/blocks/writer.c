/*
 * writer: the only writer of a store, and commits of its blocks.
 *
 * A commit costs three fsyncs in two waits, of the pack beside its index and of the folder, also
 * when it merges: then the small packs and the new blocks are copied into one pack, and only that
 * is made durable. Merged packs are removed after that; a reader that has them open continues, any
 * other lists again.
 *
 * Git runs its filter for one table after the other: such a writer waits later, once for many
 * commits. Until then the file VV_UNSYNCED exists, and packs that are not older than it are young.
 * It merges only young ones: a durable block is not removed before its copy is durable.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/locks/file_lock.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/copy.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "repo/blocks/store_state.h"
#include "repo/blocks/writer_internal.h"

static int compare_time(const vv_stat *a, const vv_stat *b)
{
	if (a->mtime_sec != b->mtime_sec) return a->mtime_sec < b->mtime_sec ? -1 : 1;
	return a->mtime_nsec < b->mtime_nsec ? -1 : a->mtime_nsec > b->mtime_nsec;
}

static int compare_age(const void *pa, const void *pb)
{
	const vv_pack *a = *(vv_pack *const *)pa, *b = *(vv_pack *const *)pb;
	const int time = compare_time(&a->stat, &b->stat);

	return time != 0 ? time : strcmp(a->name, b->name);
}

/* Where among sizes (largest first) the stretch to be merged begins; count for none. */
static size_t find_split(const uint64_t *sizes, size_t count)
{
	uint64_t total = 0;
	size_t split = 0;

	while (split + 1 < count && sizes[split] / 2 >= sizes[split + 1]) {
		split++;
	}
	if (split + 1 >= count) return count;
	for (size_t i = split; i < count; i++) {
		total += sizes[i];
	}
	while (split > 0 && sizes[split - 1] / 2 < total) {
		total += sizes[--split];
	}
	return split;
}

/* Chooses which packs a new one of this many bytes is merged with, so that of
 * those that remain each is at least twice the next smaller: then their number is
 * logarithmic, and a byte is copied as often. *out: an array of *count borrowed
 * packs, oldest first, owned by the caller; left as they are for none. */
static vv_status choose_packs_to_merge(const vv_pack_list *l, uint64_t new_len,
				       const vv_stat *younger, vv_pack ***out, size_t *count,
				       vv_error *err)
{
	vv_auto_free uint64_t *sizes = vv_calloc(l->count + 1, sizeof *sizes);
	vv_auto_free vv_pack **packs = vv_calloc(l->count + 1,
						 sizeof *packs); /* NULL means the new one */
	size_t n = 0, at = 0;

	if (!sizes || !packs) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->own; i++) {
		if (!l->packs[i]->id.aside && !vv_pack_is_damaged(l->packs[i]) &&
		    (!younger || compare_time(&l->packs[i]->stat, younger) > 0)) {
			packs[n++] = l->packs[i]; /* the list is by size already */
		}
	}
	while (at < n && packs[at]->stat.size >= new_len) {
		at++;
	}
	memmove(packs + at + 1, packs + at, (n - at) * sizeof *packs);
	packs[at] = NULL;
	n++;
	for (size_t i = 0; i < n; i++) {
		sizes[i] = packs[i] ? packs[i]->stat.size : new_len;
	}
	size_t split = find_split(sizes, n);
	if (split > at) return VV_OK; /* the new one is fine where it is */
	memmove(packs + at, packs + at + 1, (n - at - 1) * sizeof *packs);
	n--;
	memmove(packs, packs + split, (n - split) * sizeof *packs);
	n -= split;
	qsort(packs, n, sizeof *packs, compare_age);
	*out = vv_take(&packs);
	*count = n;
	return VV_OK;
}

struct vv_writer {
	vv_store *store;
	vv_fd lock_fd, gc_fd; /* gc_fd: settled, and what keeps gc away */
	vv_mutex *lock;       /* guards packs, stats, failed */
	vv_pack_list *packs;
	vv_pack_writer *own;
	char *mark_path; /* of VV_UNSYNCED */
	bool marked;     /* it existed; mark */
	vv_stat mark;
	vv_writer_stats stats;
	vv_error failed; /* a commit failed half-way: no more blocks are accepted */
	/* From vv_writer_stage to vv_writer_finish: */
	vv_pack_writer *staged, *merged; /* staged: merged, or where that is NULL, own */
	vv_pack **merging;               /* what merged takes the place of; borrowed from packs */
	size_t merging_count;
	vv_pack_name id; /* of staged */
	bool placed;
};

/* ---- opening ---- */

/* Indexes that had to be made again are kept. Failing here costs time only. */
static void store_indexes(const vv_pack_list *l)
{
	for (size_t i = 0; i < l->own; i++) {
		if (!atomic_load(&l->packs[i]->index_stored) && !vv_pack_is_damaged(l->packs[i])) {
			(void)vv_pack_store_index(l->packs[i], NULL);
		}
	}
}

static bool is_young(const vv_writer *w, const vv_pack *p)
{
	return w->marked && !p->id.aside && compare_time(&p->stat, &w->mark) >= 0;
}

/* After a killed filter, or a power cut, young packs may be torn. Blocks of a damaged one do not count as stored. */
static vv_status check_young(const vv_writer *w, vv_error *err)
{
	vv_status rc = VV_OK;
	bool sound;

	for (size_t i = 0; i < w->packs->own && rc == VV_OK; i++) {
		if (is_young(w, w->packs->packs[i])) {
			rc = vv_pack_scan_all(w->packs->packs[i], NULL, &sound, err);
		}
	}
	w->store->young_checked = true;
	return rc;
}

static vv_status open_writer(vv_writer *w, unsigned lock_wait_ms, vv_error *err)
{
	vv_store *s = w->store;
	vv_status rc;

	w->lock = vv_mutex_new();
	w->own = vv_pack_writer_new(s->packs_dir, VV_TEMP_PREFIX);
	vv_auto(char) *path = vv_path_join(s->dir, VV_WRITER_LOCK, (char *)NULL);
	w->mark_path = vv_path_join(s->dir, VV_UNSYNCED, (char *)NULL);
	if (!w->lock || !w->own || !path || !w->mark_path) return vv_fail_nomem(err);
	if ((rc = vv_store_make_dirs(s, err)) < 0) return rc;
	w->lock_fd = vv_lock(path, true, lock_wait_ms, err);
	if (w->lock_fd < 0) return (vv_status)w->lock_fd;
	atomic_store(&s->whole, true);
	/* of many commits the first looks: that lists the folder three times */
	if ((!s->placed_unsynced && (rc = vv_store_remove_orphans(s, err)) < 0) ||
	    (rc = vv_packs_renew(s, NULL, true, &w->packs, err)) < 0) {
		return rc;
	}
	store_indexes(w->packs);
	w->marked = vv_lstat(&w->mark, w->mark_path, NULL) == VV_OK;
	return w->marked && !s->young_checked ? check_young(w, err) : VV_OK;
}

vv_status vv_writer_open(vv_writer **out, vv_store *s, unsigned lock_wait_ms, vv_error *err)
{
	vv_auto(vv_writer) *w = vv_calloc(1, sizeof *w);

	if (!w) return vv_fail_nomem(err);
	w->store = s;
	w->lock_fd = w->gc_fd = -1;
	vv_status rc = open_writer(w, lock_wait_ms, err);
	if (rc < 0) return rc;
	s->writer = w;
	return vv_hand_over(out, &w);
}

void vv_writer_close(vv_writer *w)
{
	if (w) {
		assert(!w->staged);
		if (w->store->writer == w) {
			w->store->writer = NULL;
		}
		vv_pack_writer_free(w->own);
		vv_packs_unref(w->packs);
		vv_fd_close(&w->lock_fd);
		vv_fd_close(&w->gc_fd);
		vv_mutex_free(w->lock);
		vv_free_all(w->mark_path, w);
	}
}

vv_writer *vv_store_writer(const vv_store *s)
{
	return s->writer;
}

bool vv_writer_is_settled(const vv_writer *w)
{
	return w->gc_fd >= 0;
}

bool vv_writer_settle(vv_writer *w)
{
	if (vv_writer_is_settled(w)) return true;
	if (w->failed.code < 0 || vv_pack_writer_count(w->own) > 0) {
		return false; /* published, but no new pack could be begun */
	}
	vv_auto(char) *path = vv_path_join(w->store->dir, VV_GC_LOCK, (char *)NULL);
	w->gc_fd = path ? vv_lock(path, false, 0, NULL) : -1;
	if (w->gc_fd < 0) return false;
	vv_fd_close(&w->lock_fd);
	return true;
}

/* ---- putting ---- */

/* A source with a reference to its packs. */
typedef vv_chain_packs held_source;

static void held_source_clear(held_source *src)
{
	vv_packs_unref((vv_pack_list *)(uintptr_t)src->packs);
}

VV_AUTO_CLEAR(held_source, held_source_clear)

/* Sets the packs of src to the current ones. */
static vv_status current_packs(vv_writer *w, held_source *src, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	if (w->failed.code < 0) return vv_error_copy(err, &w->failed);
	src->packs = w->packs;
	(void)atomic_fetch_add(&w->packs->refs, 1);
	return VV_OK;
}

/* The first bytes of a writer are compressed harder: a usual commit is not larger. */
#define THOROUGH_BYTES (512u << 10)

static bool is_first(vv_writer *w)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	return w->stats.raw_bytes < THOROUGH_BYTES;
}

static void count_put(vv_writer *w, const vv_cid *cid, uint64_t record_len, size_t raw_len)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	if (record_len > 0) {
		w->stats.blocks_new++;
		w->stats.leaves_new += cid->codec == VV_CODEC_RAW;
		w->stats.raw_bytes += raw_len;
		w->stats.stored_bytes += record_len;
	} else {
		w->stats.blocks_known++;
	}
}

/* A difference that is small for any block spares compressing all of it, which
 * is two thirds of the work. */
static vv_status choose_form(const vv_chain_packs *src, vv_coder *c, vv_pack_item *item,
			     const vv_cid *base, vv_error *err)
{
	vv_pack_item diff;
	size_t cost = 0;
	vv_status rc;

	if (base && (rc = vv_item_diff(item, src, c, base, &diff, &cost, err)) < 0) return rc;
	if (cost == 0 || cost > item->raw_len / VV_CLEARLY_SMALL) {
		rc = vv_coder_whole_beside(c, item->raw, item->raw_len, cost, &item->packed, err);
		if (rc < 0 || cost == 0 || cost >= item->packed.len) return rc;
	}
	*item = diff;
	return VV_OK;
}

/* A received difference above this fraction of a block is made again: its sender may have made it
 * longer than necessary. */
#define FORM_SMALL 4u

/* May the block be stored in the form in which it is given? item gets it then. */
static bool keeps_form(const vv_chain_packs *src, vv_pack_item *item, const vv_block_form *form)
{
	const bool has_base = vv_method_has_base(form->packed.method);
	vv_place place;
	vv_record r = {.depth = 0};

	if (has_base &&
	    (vv_cid_is_null(&form->base) || vv_cid_equal(&form->base, &item->cid) ||
	     form->packed.len > item->raw_len / FORM_SMALL ||
	     vv_chain_find(src, &form->base, &place, &r, NULL) < 0 || r.depth >= VV_CHAIN_MAX)) {
		return false;
	}
	if (form->packed.len == 0 ||
	    (form->packed.method != VV_METHOD_STORED && form->packed.len >= item->raw_len)) {
		return false;
	}
	item->packed = form->packed;
	if (has_base) {
		item->base = form->base;
		item->depth = r.depth + 1;
	}
	return true;
}

static vv_status put_new(vv_writer *w, const vv_chain_packs *src, vv_pack_item *item,
			 const vv_cid *base, const vv_block_form *form, uint64_t *record_len,
			 vv_error *err)
{
	vv_coder *c = vv_coder_take(w->store->coders, err);

	if (!c) return VV_ENOMEM;
	vv_coder_allow_parts(c, true);
	if (is_first(w)) {
		vv_coder_effort(c, VV_EFFORT_THOROUGH);
		vv_coder_allow_edits(c, true);
	}
	vv_status rc = form && keeps_form(src, item, form) ? VV_OK
							   : choose_form(src, c, item, base, err);
	rc = rc < 0 ? rc : vv_pack_writer_append(w->own, c, item, record_len, err);
	vv_coder_give(w->store->coders, c);
	return rc;
}

/* Is it stored, and can it be read? If its record has become unreadable the block is stored again,
 * since its bytes are available. Reading takes a quarter of the time of compressing. */
static vv_status is_known(const vv_chain_packs *src, const vv_cid *cid, const void *bytes,
			  size_t len, bool *known, vv_error *err)
{
	vv_auto(vv_buf) stored = VV_BUF_INIT;
	vv_place place;
	vv_record r;
	vv_status rc = vv_chain_find(src, cid, &place, &r, err);

	*known = rc == VV_OK && !place.pack; /* this writer's own */
	if (rc == VV_OK && place.pack) {
		rc = vv_chain_get_at(src, &place, &stored, &r, err);
		*known = rc == VV_OK && stored.len == len &&
			 (len == 0 || memcmp(stored.data, bytes, len) == 0);
	}
	return rc == VV_ENOMEM ? rc : VV_OK;
}

static bool names_bytes(const vv_cid *cid, const void *bytes, size_t len)
{
	vv_cid real;

	return vv_cid_of(&real, cid->codec, bytes, len, NULL) < 0 || vv_cid_equal(&real, cid);
}

vv_status vv_writer_put_told(vv_writer *w, const vv_cid *cid, const void *bytes, size_t len,
			     const vv_cid *base, const vv_block_form *form, bool *kept,
			     vv_error *err)
{
	vv_auto(held_source) src = {w->store, NULL, w->own, true};
	uint64_t record_len = 0;
	bool known;
	vv_status rc;

	if (len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_EREFUSED, "a block of %zu bytes; at most %u are allowed",
			       len, VV_BLOCK_MAX);
	}
	assert(w->gc_fd < 0);
	assert(cid->codec == VV_CODEC_RAW || cid->codec == VV_CODEC_DAG_CBOR);
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
	assert(names_bytes(cid, bytes, len)); /* costs as much as compressing */
#else
	(void)names_bytes;
#endif
	if ((rc = current_packs(w, &src, err)) < 0) return rc;
	rc = is_known(&src, cid, bytes, len, &known, err);
	if (rc == VV_OK && !known) {
		vv_pack_item item = {.cid = *cid, .raw = bytes, .raw_len = len};
		rc = put_new(w, &src, &item, base, form, &record_len, err);
	}
	if (rc == VV_OK) {
		count_put(w, cid, record_len, len);
		*kept = record_len > 0;
	}
	return rc;
}

vv_status vv_writer_put(vv_writer *w, const vv_cid *cid, const void *bytes, size_t len,
			const vv_cid *base, vv_error *err)
{
	bool kept;

	return vv_writer_put_told(w, cid, bytes, len, base, NULL, &kept, err);
}

/* ---- reading ---- */

vv_status vv_writer_get(vv_writer *w, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_auto(held_source) src = {w->store, NULL, w->own, false};
	vv_status rc;

	if (vv_pack_writer_find(w->own, cid, NULL)) {
		if ((rc = current_packs(w, &src, err)) < 0) return rc;
		rc = vv_chain_get(&src, cid, out, err);
		/* A commit may have taken it out of our hands meanwhile. */
		if (rc != VV_ECORRUPT && rc != VV_EMISSING) return rc;
	}
	return vv_store_get(w->store, cid, out, err);
}

vv_status vv_writer_get_parted(vv_writer *w, const vv_cid *cid, vv_parted *out, vv_error *err)
{
	if (!vv_pack_writer_find(w->own, cid, NULL)) {
		return vv_store_get_parted(w->store, cid, out, err);
	}
	out->parts.count = out->left = 0;
	return vv_writer_get(w, cid, &out->block, err);
}

vv_status vv_writer_get_form(vv_writer *w, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			     vv_block_form *form, vv_error *err)
{
	vv_auto(held_source) src = {w->store, NULL, w->own, false};
	const vv_status rc = current_packs(w, &src, err);

	return rc < 0 ? rc : vv_chain_get_form(&src, cid, out, stored, form, err);
}

bool vv_writer_has(vv_writer *w, const vv_cid *cid)
{
	vv_auto(held_source) src = {w->store, NULL, w->own, true};
	vv_place place;
	vv_record r;

	if (current_packs(w, &src, NULL) < 0) return false;
	return vv_chain_find(&src, cid, &place, &r, NULL) == VV_OK;
}

unsigned vv_writer_find_prefix(vv_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out)
{
	return vv_pack_writer_find_prefix(w->own, codec, prefix, out);
}

vv_status vv_writer_spill(vv_writer *w, size_t least, vv_error *err)
{
	return vv_pack_writer_spill(w->own, least, err);
}

uint64_t vv_writer_pending(vv_writer *w)
{
	return vv_pack_writer_count(w->own) > 0 ? vv_pack_writer_len(w->own) : 0;
}

/* The header of the record at offset of the pack in the making. */
static vv_status pending_record(vv_writer *w, uint64_t offset, vv_record *r, vv_error *err)
{
	uint8_t header[VV_RECORD_HEADER_MAX];
	size_t got;
	vv_status rc = vv_pack_writer_read(w->own, offset, header, sizeof header, &got, err);

	if (rc == VV_OK && vv_record_parse(r, header, got, offset)) {
		rc = vv_fail(err, VV_EIO, "an unfinished pack differs from the written bytes");
	}
	return rc;
}

vv_status vv_writer_each_pending(vv_writer *w, vv_pending_fn fn, void *payload, vv_error *err)
{
	uint64_t offset;
	vv_record r, base;
	vv_cid cid;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && vv_pack_writer_at(w->own, i, &cid, &offset); i++) {
		if ((rc = pending_record(w, offset, &r, err)) < 0) {
			break;
		}
		base.cid = r.base;
		if (vv_method_has_base(r.method) && r.distance > 0) {
			rc = pending_record(w, offset - r.distance, &base, err);
		}
		if (rc == VV_OK) {
			rc = fn(payload, &cid, vv_method_has_base(r.method) ? &base.cid : NULL,
				err);
		}
	}
	return rc;
}

vv_writer_stats vv_writer_stats_get(const vv_writer *w)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	return w->stats;
}

/* ---- committing ---- */

/* One pack of the chosen ones and the new blocks, or NULL: then the new blocks become a pack of
 * their own, and merging waits for the next commit. */
static vv_pack_writer *merge_packs(vv_writer *w, vv_pack **packs, size_t count)
{
	vv_auto(vv_pack_writer) *merged = vv_pack_writer_new(w->store->packs_dir, VV_TEMP_PREFIX);
	vv_status rc = merged ? VV_OK : VV_ENOMEM;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_pack_writer_copy_pack(merged, packs[i], NULL);
	}
	if (rc < 0 || vv_pack_writer_copy_writer(merged, w->own, NULL) < 0 ||
	    vv_pack_writer_end(merged, false, NULL) < 0 || vv_pack_writer_check(merged, NULL) < 0) {
		return NULL;
	}
	return vv_take(&merged);
}

vv_status vv_writer_renew(vv_writer *w, vv_error *err)
{
	vv_pack_list *fresh = NULL, *old;
	vv_status rc = vv_packs_renew(w->store, NULL, true, &fresh, err);

	if (rc == VV_OK) {
		vv_mutex_lock(w->lock);
		old = w->packs;
		w->packs = fresh;
		vv_mutex_unlock(w->lock);
		vv_packs_unref(old);
	}
	return rc;
}

static void fail_for_good(vv_writer *w, const vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(w->lock);
	w->failed = *err; /* of later calls */
}

/* The blocks are safe and visible: from here on nothing may fail the commit. */
static void after_publish(vv_writer *w)
{
	vv_error err;

	for (size_t i = 0; i < w->merging_count; i++) {
		if (!vv_pack_name_equal(&w->merging[i]->id, &w->id)) {
			(void)vv_store_remove_pack(w->store, &w->merging[i]->id, NULL);
		}
	}
	if (vv_writer_renew(w, &err) < 0) {
		fail_for_good(w, &err);
		return;
	}
	if (w->merging_count > 0) {
		vv_roll_merged(w->store);
	}
	(void)vv_pack_writer_reset(w->own, NULL);
}

static vv_status set_mark(vv_writer *w, vv_error *err)
{
	int fd = w->marked ? -1 : vv_open_own(w->mark_path, O_WRONLY | O_CREAT, err);

	if (w->marked) return VV_OK;
	if (fd < 0) return (vv_status)fd;
	(void)vv_close(fd, w->mark_path, NULL);
	w->marked = w->store->young_checked = true;
	return vv_lstat(&w->mark, w->mark_path, err);
}

/* Adds packs placed without a wait by other writers, or by this one before. After a power cut, the
 * removal of those being merged may be undone: they must be whole, too. */
static vv_status stage_young(vv_writer *w, vv_syncs *files, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < w->packs->own && rc == VV_OK; i++) {
		const vv_pack *p = w->packs->packs[i];

		if (is_young(w, p) && (rc = vv_syncs_add_path(files, p->path, err)) == VV_OK &&
		    vv_exists(p->index_path)) {
			rc = vv_syncs_add_path(files, p->index_path, err);
		}
	}
	return rc;
}

static bool has_to_wait(const vv_writer *w)
{
	return w->marked && !w->store->waits_later;
}

vv_status vv_writer_stage(vv_writer *w, vv_syncs *files, vv_error *err)
{
	const bool any = vv_pack_writer_count(w->own) > 0;
	vv_status rc;

	assert(!w->staged);
	if (w->failed.code < 0) return vv_error_copy(err, &w->failed);
	if (!any && !has_to_wait(w)) return VV_OK;
	if ((w->store->waits_later && (rc = set_mark(w, err)) < 0) ||
	    (rc = choose_packs_to_merge(w->packs, any ? vv_pack_writer_len(w->own) : 0,
					w->store->waits_later ? &w->mark : NULL, &w->merging,
					&w->merging_count, err)) < 0) {
		return rc;
	}
	if (w->merging_count > 0 && !(w->merged = merge_packs(w, w->merging, w->merging_count))) {
		w->merging_count = 0;
	}
	if (has_to_wait(w) && (rc = stage_young(w, files, err)) < 0) return rc;
	if (!any && !w->merged) return VV_OK;
	w->staged = w->merged ? w->merged : w->own;
	if (!w->merged && (rc = vv_pack_writer_end(w->own, false, err)) < 0) return rc;
	return vv_pack_writer_stage(w->staged, -1, &w->id, files, err);
}

vv_status vv_writer_place(vv_writer *w, vv_syncs *folders, vv_error *err)
{
	vv_status rc;

	if (!w->staged && !has_to_wait(w)) return VV_OK;
	if (w->staged && (rc = vv_pack_writer_place(w->staged, &w->id, err)) < 0) return rc;
	w->placed = w->staged != NULL;
	return vv_syncs_add_path(folders, w->store->packs_dir, err);
}

/* All is durable. The mark stays if a young pack is damaged, so that the next writer finds it again. */
static void drop_mark(vv_writer *w)
{
	const bool damaged = vv_array_find(w->packs->packs, w->packs->own, p,
					   is_young(w, *p) && vv_pack_is_damaged(*p)) != NULL;

	w->marked = damaged || vv_unlink(w->mark_path, true, NULL) < 0;
}

void vv_writer_finish(vv_writer *w, const vv_error *failed)
{
	if (w->placed && failed && !vv_packs_have(w->packs, &w->id)) {
		(void)vv_store_remove_pack(w->store, &w->id, NULL);
		(void)vv_fsync_dir(w->store->packs_dir, NULL);
	}
	if (w->staged && failed) {
		fail_for_good(w, failed);
	} else if (w->placed) {
		after_publish(w);
	}
	if (!failed && has_to_wait(w)) {
		drop_mark(w);
	}
	vv_pack_writer_free(w->merged);
	vv_free(w->merging);
	w->merged = w->staged = NULL;
	w->merging = NULL;
	w->merging_count = 0;
	w->placed = false;
}

static vv_status wait_for(const vv_writer *w, vv_syncs *syncs, vv_error *err)
{
	if (!w->store->waits_later) return vv_syncs_wait(syncs, err);
	vv_syncs_clear(syncs);
	return VV_OK;
}

vv_status vv_writer_commit(vv_writer *w, vv_error *err)
{
	vv_auto(vv_syncs) syncs = {0};
	vv_error local;
	vv_status rc;

	err = err ? err : &local;
	if ((rc = vv_writer_stage(w, &syncs, err)) == VV_OK &&
	    (rc = wait_for(w, &syncs, err)) == VV_OK) {
		rc = vv_writer_place(w, &syncs, err);
	}
	if (rc == VV_OK) {
		w->store->placed_unsynced |= w->placed && w->store->waits_later;
		rc = wait_for(w, &syncs, err);
	}
	vv_writer_finish(w, rc < 0 ? err : NULL);
	return rc;
}

void vv_store_wait_later(vv_store *s)
{
	s->waits_later = true;
}

void vv_store_wait_by_other(vv_store *s)
{
	s->waits_later = s->young_checked = true;
}

vv_status vv_writer_torn(const vv_writer *w, vv_string_list *torn, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && w->marked && i < w->packs->own; i++) {
		const vv_pack *p = w->packs->packs[i];

		if (is_young(w, p) && vv_pack_is_damaged(p)) {
			rc = vv_string_list_add(torn, vv_strdup(p->name), err);
		}
	}
	return rc;
}

vv_status vv_store_wait(vv_store *s, unsigned lock_wait_ms, vv_error *err)
{
	vv_writer *w;
	vv_status rc;

	if (!s->placed_unsynced) return VV_OK;
	s->waits_later = false;
	if ((rc = vv_writer_open(&w, s, lock_wait_ms, err)) == VV_OK) {
		rc = vv_writer_commit(w, err);
		vv_writer_close(w);
	}
	s->placed_unsynced = rc < 0;
	s->waits_later = true;
	return rc;
}

/* ---- taking packs over ---- */

/* The index is moved first, as when a pack is published. */
static vv_status move_pack(vv_writer *w, const vv_pack *p, vv_error *err)
{
	char name[VV_PACK_NAME_MAX];
	vv_auto(char) *pack = vv_path_join(w->store->packs_dir, p->name, (char *)NULL),
		      *index = NULL;
	vv_status rc;

	vv_pack_name_write(name, &p->id, "index");
	index = vv_path_join(w->store->packs_dir, name, (char *)NULL);
	if (!pack || !index) return vv_fail_nomem(err);
	(void)vv_rename(p->index_path, index, NULL); /* derived: it is made again where it is not */
	if ((rc = vv_rename(p->path, pack, err)) < 0) {
		(void)vv_rename(index, p->index_path, NULL);
	} else if ((rc = vv_fsync_dir(w->store->packs_dir, err)) < 0) {
		(void)vv_rename(pack, p->path, NULL);
		(void)vv_rename(index, p->index_path, NULL);
	}
	return rc;
}

static vv_status publish_merged(const vv_writer *w, vv_pack_writer *merged, vv_error *err)
{
	vv_pack_name id;
	vv_status rc = vv_pack_writer_publish(merged, -1, &id, err);

	if (rc < 0) return rc;
	rc = vv_fsync_dir(w->store->packs_dir, err);
	if (rc < 0 && !vv_packs_have(w->packs, &id)) {
		(void)vv_store_remove_pack(w->store, &id, NULL);
		(void)vv_fsync_dir(w->store->packs_dir, NULL);
	}
	return rc;
}

static vv_status copy_packs(vv_writer *w, const vv_pack_list *l, vv_error *err)
{
	vv_auto(vv_pack_writer) *merged = vv_pack_writer_new(w->store->packs_dir, VV_TEMP_PREFIX);
	vv_status rc = merged ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < l->own; i++) {
		rc = vv_pack_writer_copy_pack(merged, l->packs[i], err);
	}
	if (rc < 0 || (rc = vv_pack_writer_end(merged, false, err)) < 0 ||
	    (rc = vv_pack_writer_check(merged, err)) < 0) {
		return rc;
	}
	return publish_merged(w, merged, err);
}

vv_status vv_writer_take_packs(vv_writer *w, const vv_pack_list *l, vv_error *err)
{
	vv_status rc;

	if (l->own == 0) return VV_OK;
	if (w->marked && (rc = vv_writer_commit(w, err)) < 0) return rc;
	rc = l->own == 1 ? move_pack(w, l->packs[0], err) : copy_packs(w, l, err);
	return rc < 0 ? rc : vv_writer_renew(w, err);
}
