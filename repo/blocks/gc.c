/*
 * gc: cleans a store in an order such that nothing reachable is lost.
 *
 *  1. Mark, and write one pack of the reachable blocks (newest whole) and one of
 *     the others, both still under temporary names. No lock: writers continue.
 *  2. Take the writer lock, mark again, and add blocks reachable or written
 *     meanwhile. A commit releases the lock only when its reference is durable,
 *     so under the lock every block is either named or garbage.
 *  3. Rename both packs into place, fsync the folder, and only then remove the
 *     packs that they replace and those whose grace period is over.
 *
 * A damaged pack is not replaced or removed: its reachable and readable blocks are copied, the file
 * is unchanged.
 */
#include <string.h>

#include "base/array.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/copy.h"
#include "repo/blocks/pack_list.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "repo/blocks/store_state.h"

#define SETTLED_WAIT_MS 6000u /* longer than a settled writer waits for the index */
#define WRITER_WAIT_MS 600000u
#define PROGRESS_STEP 256u

typedef struct part {
	vv_pack_writer *pack;
	vv_cid_map hints;
} part;

struct vv_gc {
	vv_store *store;
	const vv_gc_options *opts;
	vv_gc_result *result;
	vv_pack_list *packs;  /* as of now */
	vv_pack_list *before; /* as of the first pass */
	vv_cid_map marks;     /* of this pass; value: 0, or 1 + the place of the similar block */
	vv_cid_map expended;  /* of this pass: stored by others */
	vv_cid_map stored;    /* records of sound packs in use; value: record's length */
	vv_cid_map young;     /* those of packs that are young */
	int64_t newest; /* the time of the newest pack in use, which new packs take over; 0: none */
	part live, aside;
	bool tidy; /* the packs are as this run would leave them */
};

/* ---- marking ---- */

vv_status vv_gc_mark(vv_gc *gc, const vv_cid *cid, const vv_cid *resembles, bool *first,
		     vv_error *err)
{
	size_t at;
	uint64_t value = 0;

	if (resembles && !vv_cid_is_null(resembles) &&
	    vv_cid_map_find(&gc->marks, resembles, &at)) {
		value = at + 1;
	}
	return vv_cid_map_put(&gc->marks, cid, value, first, err);
}

vv_status vv_gc_expend(vv_gc *gc, const vv_cid *cid, bool *first, vv_error *err)
{
	return vv_cid_map_put(&gc->expended, cid, 0, first, err);
}

/* For an unmarked block: does it stay for the grace period? */
static bool has_grace(const vv_gc *gc, const vv_cid *cid)
{
	return (gc->opts->grace_sec > 0 || vv_cid_map_find(&gc->young, cid, NULL)) &&
	       !vv_cid_map_find(&gc->expended, cid, NULL);
}

static bool is_young(const vv_gc *gc, const vv_pack *p)
{
	const int64_t now = gc->opts->now_sec, made = p->stat.mtime_sec;

	return gc->opts->young_sec > 0 &&
	       (now < made || (uint64_t)now - (uint64_t)made < gc->opts->young_sec);
}

/* ---- what there is ---- */

/* A pack whose records are added. */
typedef struct adding {
	vv_gc *gc;
	bool young;
} adding;

static vv_status add_stored(void *payload, const vv_record *r, uint64_t offset VV_UNUSED,
			    vv_error *err)
{
	adding *a = payload;
	vv_status rc = a->young ? vv_cid_map_put(&a->gc->young, &r->cid, 0, NULL, err) : VV_OK;

	return rc < 0 ? rc : vv_cid_map_put(&a->gc->stored, &r->cid, vv_record_len(r), NULL, err);
}

static bool is_in_use(const vv_pack *p)
{
	return !p->id.aside && !vv_pack_is_damaged(p);
}

static bool list_has(const vv_pack_list *l, const vv_pack *p)
{
	return l && vv_array_find(l->packs, l->count, it, *it == p);
}

/* Adds the records of the packs in use that were not there before. Reading them
 * entirely also finds out which are damaged. */
static vv_status collect_records(vv_gc *gc, const vv_pack_list *known, vv_error *err)
{
	adding a = {.gc = gc};
	vv_pack_scan scan = {NULL, add_stored, &a};
	vv_status rc;
	bool sound;

	for (size_t i = 0; i < gc->packs->count; i++) {
		vv_pack *p = gc->packs->packs[i];

		if (is_in_use(p) && !list_has(known, p)) {
			a.young = is_young(gc, p);
			gc->newest = p->stat.mtime_sec > gc->newest ? p->stat.mtime_sec
								    : gc->newest;
			if ((rc = vv_pack_scan_all(p, &scan, &sound, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static bool has_expired(const vv_gc *gc, const vv_pack *p)
{
	int64_t now = gc->opts->now_sec;
	/* Set aside in what seems to be the future: not old at all. */
	uint64_t age = now > p->id.since ? (uint64_t)now - (uint64_t)p->id.since : 0;

	return p->id.aside && !vv_pack_is_damaged(p) && age >= gc->opts->grace_sec &&
	       !is_young(gc, p);
}

static uint64_t list_bytes(const vv_pack_list *l)
{
	uint64_t total = 0;
	vv_stat st;

	for (size_t i = 0; i < l->count; i++) {
		total += l->packs[i]->stat.size;
		total += vv_lstat(&st, l->packs[i]->index_path, NULL) == VV_OK ? st.size : 0;
	}
	return total;
}

/* Does the store consist of one pack with exactly the marked blocks, in their order? */
static bool is_tidy(const vv_gc *gc)
{
	vv_chain_packs src = {gc->store, gc->packs, NULL, false};
	size_t in_use = 0, next = 0, at;
	vv_place place;
	vv_record r;

	for (size_t i = 0; i < gc->packs->count; i++) {
		in_use += !gc->packs->packs[i]->id.aside;
	}
	for (size_t i = 0; i < vv_cid_map_count(&gc->marks); i++) {
		const vv_cid *cid = vv_cid_map_cid(&gc->marks, i);

		if (!vv_cid_map_find(&gc->stored, cid, &at)) {
			if (vv_chain_find(&src, cid, &place, &r, NULL) == VV_OK) return false;
		} else if (at != next++) {
			return false;
		}
	}
	return in_use <= 1 && next == vv_cid_map_count(&gc->stored);
}

/* ---- writing ---- */

static vv_status part_init(part *p, vv_store *s, vv_error *err)
{
	p->pack = vv_pack_writer_new(s->packs_dir, VV_GC_TEMP_PREFIX);
	return p->pack ? VV_OK : vv_fail_nomem(err);
}

static void part_clear(part *p)
{
	vv_pack_writer_free(p->pack);
	vv_cid_map_reset(&p->hints);
}

/* Writes marked blocks that are not there yet to the live pack. */
static vv_status write_live(vv_gc *gc, vv_error *err)
{
	vv_chain_packs from = {gc->store, gc->packs, NULL, false};
	size_t count = vv_cid_map_count(&gc->marks);
	uint64_t len;
	bool lost;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_cid cid = *vv_cid_map_cid(&gc->marks, i);
		uint64_t like = vv_cid_map_value(&gc->marks, i);

		rc = vv_copy_block(&from, gc->live.pack, &gc->live.hints, &cid,
				   like > 0 ? vv_cid_map_cid(&gc->marks, (size_t)like - 1) : NULL,
				   &len, &lost, err);
		if (rc == VV_OK && i % PROGRESS_STEP == 0) {
			rc = vv_progress_part(gc->opts->progress, "rewriting blocks", i, count,
					      err);
		}
	}
	return rc;
}

/* Writes stored, unmarked blocks that are not there yet to the pack that is set aside. It is
 * self-contained: it has the bases of its differences. */
static vv_status write_aside(vv_gc *gc, vv_error *err)
{
	vv_chain_packs from = {gc->store, gc->packs, NULL, false};
	size_t count = vv_cid_map_count(&gc->stored);
	uint64_t len;
	bool lost;
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		vv_cid cid = *vv_cid_map_cid(&gc->stored, i);

		if (!vv_cid_map_find(&gc->marks, &cid, NULL) && has_grace(gc, &cid) &&
		    (rc = vv_copy_block(&from, gc->aside.pack, &gc->aside.hints, &cid, NULL, &len,
					&lost, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Is anything in the live pack that is not marked (any more)? */
static bool has_surplus(vv_gc *gc)
{
	size_t count = vv_cid_map_count(&gc->stored);

	for (size_t i = 0; i < count; i++) {
		const vv_cid *cid = vv_cid_map_cid(&gc->stored, i);

		if (!vv_cid_map_find(&gc->marks, cid, NULL) &&
		    vv_pack_writer_find(gc->live.pack, cid, NULL)) {
			return true;
		}
	}
	return false;
}

/* ---- the passes ---- */

static vv_status first_pass(vv_gc *gc, vv_gc_mark_fn mark, void *payload, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_packs_renew(gc->store, NULL, true, &gc->packs, err)) < 0 ||
	    (rc = mark(payload, gc, err)) < 0 || (rc = collect_records(gc, NULL, err)) < 0) {
		return rc;
	}
	gc->result->bytes_before = list_bytes(gc->packs);
	gc->tidy = is_tidy(gc);
	if (gc->tidy || gc->opts->dry_run) return VV_OK;
	if ((rc = write_live(gc, err)) < 0 || (rc = write_aside(gc, err)) < 0 ||
	    (rc = vv_pack_writer_sync(gc->live.pack, err)) < 0) {
		return rc;
	}
	return vv_pack_writer_sync(gc->aside.pack, err);
}

/* Under the writer lock. */
static vv_status second_pass(vv_gc *gc, vv_gc_mark_fn mark, void *payload, vv_error *err)
{
	vv_status rc;

	gc->before = vv_take(&gc->packs);
	vv_cid_map_reset(&gc->marks);
	vv_cid_map_reset(&gc->expended);
	if ((rc = vv_packs_renew(gc->store, NULL, true, &gc->packs, err)) < 0 ||
	    (rc = mark(payload, gc, err)) < 0 || (rc = collect_records(gc, gc->before, err)) < 0) {
		return rc;
	}
	gc->tidy = gc->tidy && is_tidy(gc);
	if (gc->tidy) return VV_OK;
	/* Without grace, blocks that have just become unreachable are removed as well. */
	if (gc->opts->grace_sec == 0 && has_surplus(gc)) {
		vv_cid_map_reset(&gc->live.hints);
		if ((rc = vv_pack_writer_reset(gc->live.pack, err)) < 0) return rc;
	}
	if ((rc = write_live(gc, err)) < 0) return rc;
	return write_aside(gc, err);
}

/* ---- counting ---- */

/* In the aside pack as it will be, unmarked ones; in an expired one, likewise. */
typedef struct counting {
	vv_gc *gc;
	uint64_t blocks, bytes;
} counting;

static vv_status count_unmarked(void *payload, const vv_record *r, uint64_t offset VV_UNUSED,
				vv_error *err VV_UNUSED)
{
	counting *c = payload;

	if (!vv_cid_map_find(&c->gc->marks, &r->cid, NULL)) {
		c->blocks++;
		c->bytes += vv_record_len(r);
	}
	return VV_OK;
}

static vv_status count_dropped(vv_gc *gc, vv_error *err)
{
	counting c = {gc, 0, 0};
	vv_pack_scan scan = {NULL, count_unmarked, &c};
	vv_status rc = VV_OK;
	bool sound;

	for (size_t i = 0; rc == VV_OK && i < gc->packs->count; i++) {
		if (has_expired(gc, gc->packs->packs[i])) {
			rc = vv_pack_scan_all(gc->packs->packs[i], &scan, &sound, err);
		}
	}
	gc->result->dropped_blocks += c.blocks;
	gc->result->dropped_bytes += c.bytes;
	return rc;
}

static vv_status count_all(vv_gc *gc, vv_error *err)
{
	size_t count = vv_cid_map_count(&gc->stored);
	vv_chain_packs src = {gc->store, gc->packs, gc->live.pack, false};
	vv_gc_result *out = gc->result;
	vv_place place;
	vv_record r;

	for (size_t i = 0; i < vv_cid_map_count(&gc->marks); i++) {
		if (vv_chain_find(&src, vv_cid_map_cid(&gc->marks, i), &place, &r, NULL) == VV_OK) {
			out->live_blocks++;
			out->live_bytes += vv_record_len(&r);
		}
	}
	for (size_t i = 0; i < count; i++) {
		const vv_cid *cid = vv_cid_map_cid(&gc->stored, i);
		if (vv_cid_map_find(&gc->marks, cid, NULL) ||
		    vv_pack_writer_find(gc->live.pack, cid, NULL)) {
			continue;
		}
		if (has_grace(gc, cid)) {
			out->aside_blocks++;
			out->aside_bytes += vv_cid_map_value(&gc->stored, i);
			out->young_until = gc->opts->grace_sec > 0
						   ? 0
						   : gc->newest + (int64_t)gc->opts->young_sec;
		} else {
			out->dropped_blocks++;
			out->dropped_bytes += vv_cid_map_value(&gc->stored, i);
		}
	}
	return count_dropped(gc, err);
}

/* The size of a pack with this number of records, with its index. */
static uint64_t pack_bytes(uint64_t blocks, uint64_t record_bytes)
{
	uint64_t len = VV_PACK_HEADER_LEN + record_bytes + VV_PACK_TRAILER_LEN;

	return blocks == 0 ? 0 : len + vv_pack_index_len(blocks, len);
}

/* Estimates the result of a dry run: assumes that record lengths do not change. */
static void estimate_result(vv_gc *gc)
{
	vv_gc_result *out = gc->result;
	vv_stat st;

	out->bytes_after = 0;
	for (size_t i = 0; i < gc->packs->count; i++) {
		const vv_pack *p = gc->packs->packs[i];

		if ((gc->tidy || !is_in_use(p)) && !has_expired(gc, p)) {
			out->bytes_after += p->stat.size;
			out->bytes_after += vv_lstat(&st, p->index_path, NULL) == VV_OK ? st.size
											: 0;
		}
	}
	if (!gc->tidy) {
		out->bytes_after += pack_bytes(out->live_blocks, out->live_bytes);
		out->bytes_after += pack_bytes(out->aside_blocks, out->aside_bytes);
	}
}

/* ---- the swap ---- */

typedef struct published {
	vv_pack_name names[2];
	size_t count;
} published;

static bool is_published(const published *p, const vv_pack_name *id)
{
	return vv_array_find(p->names, p->count, it, vv_pack_name_equal(it, id)) != NULL;
}

/* The new pack has the age of its content. */
static vv_status publish_part(part *p, int64_t since, int64_t time, published *done, vv_error *err)
{
	if (vv_pack_writer_count(p->pack) == 0) return VV_OK;
	if (time > 0) {
		vv_pack_writer_date(p->pack, time);
	}
	vv_status rc = vv_pack_writer_publish(p->pack, since, &done->names[done->count], err);
	if (rc == VV_OK) {
		done->count++;
	}
	return rc;
}

static vv_status seal_part(part *p, vv_error *err)
{
	if (vv_pack_writer_count(p->pack) == 0) return VV_OK;
	vv_status rc = vv_pack_writer_end(p->pack, true, err);
	return rc < 0 ? rc : vv_pack_writer_check(p->pack, err);
}

static vv_status publish_both(vv_gc *gc, published *done, vv_error *err)
{
	int64_t since = gc->opts->now_sec > 0 ? gc->opts->now_sec : 0;
	vv_status rc;

	if ((rc = seal_part(&gc->live, err)) < 0 || (rc = seal_part(&gc->aside, err)) < 0) {
		return rc;
	}
	if ((rc = publish_part(&gc->aside, since, gc->newest, done, err)) < 0 ||
	    (rc = publish_part(&gc->live, -1, gc->newest, done, err)) < 0 ||
	    (rc = vv_fsync_dir(gc->store->packs_dir, err)) < 0) {
		while (done->count > 0) {
			const vv_pack_name *id = &done->names[--done->count];

			if (!vv_packs_have(gc->packs, id)) {
				(void)vv_store_remove_pack(gc->store, id, NULL);
			}
		}
	}
	return rc;
}

static vv_status swap_packs(vv_gc *gc, vv_error *err)
{
	published done;
	vv_status rc;

	done.count = 0;
	if (!gc->tidy && (rc = publish_both(gc, &done, err)) < 0) return rc;
	for (size_t i = 0; i < gc->packs->count; i++) {
		const vv_pack *p = gc->packs->packs[i];

		if (!is_published(&done, &p->id) &&
		    ((is_in_use(p) && !gc->tidy) || has_expired(gc, p)) &&
		    (rc = vv_store_remove_pack(gc->store, &p->id, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* ---- the run ---- */

static vv_status run_locked(vv_gc *gc, vv_gc_mark_fn mark, void *payload, vv_error *err)
{
	vv_auto(vv_pack_list) *after = NULL;
	vv_status rc;

	if ((rc = vv_store_remove_orphans(gc->store, err)) < 0 ||
	    (rc = second_pass(gc, mark, payload, err)) < 0 || (rc = count_all(gc, err)) < 0 ||
	    (rc = swap_packs(gc, err)) < 0 ||
	    (rc = vv_packs_renew(gc->store, NULL, true, &after, err)) < 0) {
		return rc;
	}
	vv_roll_merged(gc->store);
	gc->result->bytes_after = list_bytes(after);
	return VV_OK;
}

static vv_status with_lock(vv_gc *gc, vv_gc_mark_fn mark, void *payload, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(gc->store->dir, VV_WRITER_LOCK, (char *)NULL);

	vv_auto(vv_fd) fd = vv_lock(
		path, true,
		gc->opts->writer_wait_ms > 0 ? gc->opts->writer_wait_ms : WRITER_WAIT_MS, err);
	return fd < 0 ? (vv_status)fd : run_locked(gc, mark, payload, err);
}

static vv_status run_gc(vv_gc *gc, vv_gc_mark_fn mark, void *payload, vv_error *err)
{
	vv_status rc;

	if ((rc = part_init(&gc->live, gc->store, err)) < 0 ||
	    (rc = part_init(&gc->aside, gc->store, err)) < 0 ||
	    (!gc->opts->dry_run &&
	     (rc = vv_store_remove_temps(gc->store, VV_GC_TEMP_PREFIX, err)) < 0) ||
	    (rc = first_pass(gc, mark, payload, err)) < 0) {
		return rc;
	}
	if (gc->opts->dry_run) {
		if ((rc = count_all(gc, err)) == VV_OK) {
			estimate_result(gc);
		}
		return rc;
	}
	return with_lock(gc, mark, payload, err);
}

vv_status vv_store_gc(vv_store *s, const vv_gc_options *opts, vv_gc_mark_fn mark, void *payload,
		      vv_gc_result *out, vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof *out);
	vv_gc gc = {.store = s, .opts = opts, .result = out};
	/* A dry run makes no folders, and without them no lock. */
	const bool none = opts->dry_run && !vv_exists(s->packs_dir);
	if (!none && (rc = vv_store_make_dirs(s, err)) < 0) return rc;
	vv_auto(char) *path = vv_path_join(s->dir, VV_GC_LOCK, (char *)NULL);
	const unsigned wait_ms = opts->writer_wait_ms > 0 && opts->writer_wait_ms < SETTLED_WAIT_MS
					 ? opts->writer_wait_ms
					 : SETTLED_WAIT_MS;
	vv_auto(vv_fd) fd = none ? -1 : vv_lock(path, true, wait_ms, err);
	vv_store_keep_unpacked(s, VV_UNPACKED_ALL);
	rc = fd < 0 && !none ? (vv_status)fd : run_gc(&gc, mark, payload, err);
	vv_store_keep_unpacked(s, VV_UNPACKED_USUAL);
	part_clear(&gc.live);
	part_clear(&gc.aside);
	vv_packs_unref(gc.packs);
	vv_packs_unref(gc.before);
	vv_cid_map_reset(&gc.marks);
	vv_cid_map_reset(&gc.expended);
	vv_cid_map_reset(&gc.stored);
	vv_cid_map_reset(&gc.young);
	return rc;
}
