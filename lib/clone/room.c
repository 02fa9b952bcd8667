/*
 * room: versions in order, and the size of the store.
 */
#include "lib/clone/room.h"

#include "base/array.h"
#include "base/sys.h"
#include "lib/sources/needed.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

typedef struct version {
	vv_cid root;
	uint64_t bytes;
} version;

typedef struct filling {
	vv_ref_tips tips;
	version *versions; /* the oldest first */
	size_t count, cap;
} filling;

static vv_status add_version(void *payload, const vv_new_root *n, vv_error *err)
{
	filling *f = payload;

	if (n->link) return VV_OK;
	return vv_array_add(f->versions, f->count, f->cap, (version){n->root, n->bytes})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status take(vv_room_sum *out, const version *v, uint64_t room, vv_store *store,
		      vv_needed *needed, vv_error *err)
{
	vv_store_stats stats;
	vv_cid missing;
	bool here;
	vv_status rc;

	if ((rc = vv_store_complete(store, &v->root, &here, &missing, err)) < 0) return rc;
	if (!here && v->bytes <= room && out->used <= room - v->bytes) {
		rc = vv_needed_fetch(needed, &v->root, err);
		here = rc == VV_OK;
	}
	if (rc < 0 && rc != VV_EMISSING) return rc;
	out->taken += here;
	if ((rc = vv_store_stats_get(store, &stats, err)) == VV_OK) {
		out->used = stats.pack_bytes;
	}
	return rc;
}

vv_status vv_room_fill(vv_room_sum *out, vv_repository *r, uint64_t room,
		       const vv_progress *progress, vv_error *err)
{
	filling f = {.count = 0};
	vv_auto(vv_needed) *needed = vv_needed_new_asked(r);
	vv_store *store;
	vv_status rc = needed ? vv_repository_store(r, &store, err) : vv_fail_nomem(err);

	*out = (vv_room_sum){.used = 0};
	rc = rc < 0 ? rc : vv_ref_tips_list(&f.tips, r, "refs/", err);
	rc = rc < 0 ? rc
		    : vv_new_roots_each(r, f.tips.items, f.tips.count, NULL, 0, add_version, &f,
					err);
	if (rc == VV_OK) {
		vv_needed_watch(needed, progress);
		out->versions = f.count;
	}
	for (size_t i = f.count; rc == VV_OK && i-- > 0;) {
		rc = take(out, &f.versions[i], room, store, needed, err);
	}
	vv_ref_tips_clear(&f.tips);
	vv_free(f.versions);
	return rc;
}
