/*
 * room: which versions fit, by the sizes of their files.
 */
#include "lib/space/room.h"

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/space/drop.h"
#include "lib/sync/needed.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

typedef struct version {
	vv_cid root;
	uint64_t bytes;
	bool here;
} version;

typedef struct filling {
	vv_repository *repo;
	vv_store *store;
	uint64_t room;
	version *versions; /* the oldest first */
	size_t count, cap;
} filling;

static void filling_clear(filling *f)
{
	vv_free(f->versions);
}

VV_AUTO_CLEAR(filling, filling_clear)

static vv_status read_used(uint64_t *used, vv_store *store, vv_error *err)
{
	vv_store_stats stats;
	const vv_status rc = vv_store_stats_get(store, &stats, err);

	*used = rc < 0 ? 0 : stats.pack_bytes;
	return rc;
}

vv_status vv_room_look(vv_room_sum *out, vv_repository *r, vv_error *err)
{
	vv_store *store;
	vv_status rc;

	*out = (vv_room_sum){.used = 0};
	if ((rc = vv_config_u64(r, "varve.room", 0, &out->room, err)) < 0 || out->room == 0) {
		return rc;
	}
	rc = vv_repository_store(r, &store, err);
	return rc < 0 ? rc : read_used(&out->used, store, err);
}

static vv_status add_version(void *payload, const vv_new_root *n, vv_error *err)
{
	filling *f = payload;

	if (n->link || n->expired) return VV_OK;
	return vv_array_add(f->versions, f->count, f->cap,
			    (version){.root = n->root, .bytes = n->bytes})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status list_versions(filling *f, vv_error *err)
{
	vv_oids tips = {0};
	vv_status rc = vv_repository_store(f->repo, &f->store, err);

	rc = rc < 0 ? rc : vv_ref_tips_list(&tips, f->repo, "refs/", err);
	rc = rc < 0 ? rc
		    : vv_new_roots_each(f->repo, tips.items, tips.count, NULL, 0, add_version, f,
					err);
	vv_oids_clear(&tips);
	for (size_t i = 0; rc == VV_OK && i < f->count; i++) {
		rc = vv_store_complete(f->store, &f->versions[i].root, &f->versions[i].here, NULL,
				       err);
	}
	return rc;
}

/* Fetches a version that fits. */
static vv_status fetch_version(vv_room_sum *sum, filling *f, version *v, vv_needed *needed,
			       vv_error *err)
{
	vv_status rc;

	if (!v->here && v->bytes <= f->room && sum->used <= f->room - v->bytes) {
		rc = vv_needed_fetch(needed, &v->root, err);
		v->here = rc == VV_OK;
		if (rc < 0 && rc != VV_EMISSING) return rc;
		if ((rc = read_used(&sum->used, f->store, err)) < 0) return rc;
	}
	sum->taken += v->here;
	return VV_OK;
}

/* The versions from `first` on, the newest first. */
static vv_status fetch_versions(vv_room_sum *sum, filling *f, size_t first,
				const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_needed) *needed = vv_needed_new_asked(f->repo);
	vv_status rc = needed ? read_used(&sum->used, f->store, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_needed_watch(needed, progress);
	for (size_t i = f->count; rc == VV_OK && i-- > first;) {
		rc = fetch_version(sum, f, &f->versions[i], needed, err);
	}
	return rc;
}

vv_status vv_room_fill(vv_room_sum *out, vv_repository *r, uint64_t room,
		       const vv_progress *progress, vv_error *err)
{
	vv_auto(filling) f = {.repo = r, .room = room};
	const vv_status rc = list_versions(&f, err);

	*out = (vv_room_sum){.room = room};
	if (rc < 0) return rc;
	out->versions = f.count;
	return fetch_versions(out, &f, 0, progress, err);
}

/* --- after a fetch ------------------------------------------------------------------------------ */

/* Returns the index of the first version after the newest one that is stored here. *need: the bytes of the files from there on. */
static size_t find_news(const filling *f, uint64_t *need)
{
	size_t first = f->count;

	*need = 0;
	while (first > 0 && !f->versions[first - 1].here) {
		const uint64_t bytes = f->versions[--first].bytes;
		*need = bytes > f->room - *need ? f->room : *need + bytes;
	}
	return first;
}

/* Removes versions that others prove to store. */
static vv_status make_room(vv_repository *r, const vv_notes *notes, vv_error *err)
{
	const vv_strings from = {.count = 0};
	vv_auto(vv_drop) d = {.history = true, .from = &from, .copies = 1};
	vv_error why;

	if (vv_drop_run(&d, r, notes, &why) == VV_OK) return VV_OK;
	if (why.code == VV_ENOMEM || why.code == VV_ECANCELLED) return vv_error_copy(err, &why);
	vv_notes_warn(notes, "no old versions are removed: %s", why.message);
	return VV_OK;
}

static void tell_room(const vv_room_sum *sum, size_t news, const vv_notes *notes)
{
	if (sum->used > sum->room) {
		vv_notes_warn(notes, "the rows here use %s, more than varve.room (%s)",
			      vv_text_bytes(sum->used), vv_text_bytes(sum->room));
	}
	if (sum->taken < news) {
		vv_notes_put(
			notes, "%s not kept: %s used of varve.room, %s",
			vv_text_counted(news - sum->taken, "new version is", "new versions are"),
			vv_text_bytes(sum->used), vv_text_bytes(sum->room));
	}
}

vv_status vv_room_keep(vv_repository *r, const vv_notes *notes, bool quiet, vv_error *err)
{
	vv_room_sum sum;
	vv_status rc = vv_room_look(&sum, r, err);

	if (rc < 0 || sum.room == 0) return rc;
	vv_auto(filling) f = {.repo = r, .room = sum.room};
	uint64_t need;
	if ((rc = list_versions(&f, err)) < 0) return rc;
	const size_t first = find_news(&f, &need);
	if ((sum.used > sum.room || need > sum.room - sum.used) &&
	    (rc = make_room(r, notes, err)) < 0) {
		return rc;
	}
	const vv_progress *watch = quiet ? NULL : vv_notes_begin(notes);
	rc = fetch_versions(&sum, &f, first, watch, err);
	vv_notes_end(notes);
	if (rc == VV_OK) {
		tell_room(&sum, f.count - first, notes);
	}
	return rc;
}
