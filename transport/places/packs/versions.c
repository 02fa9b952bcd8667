/*
 * versions: what a version stands on.
 */
#include "transport/places/packs/versions.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/store.h"
#include "transport/places/packs/files.h"

/* The packs of one version, by their places in the catalog. */
typedef struct needing {
	vv_host *h;
	bool *packs;
	size_t pack_count; /* of packs: the catalog may grow */
	vv_cid *absent;    /* nodes that are not here */
	size_t absent_count, absent_cap;
	vv_cid lost; /* a block that no pack has; null: none */
} needing;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state, vv_error *err)
{
	needing *n = payload;
	size_t pack;

	if (vv_catalog_find(n->h->catalog, cid, &pack, NULL) && pack < n->pack_count) {
		n->packs[pack] = true;
	} else {
		n->lost = *cid;
	}
	if (state == VV_OK || cid->codec == VV_CODEC_RAW) return VV_OK;
	return vv_array_add(n->absent, n->absent_count, n->absent_cap, *cid) ? VV_OK
									     : vv_fail_nomem(err);
}

static vv_status walk(needing *n, vv_store *store, const vv_cid *root, vv_error *err)
{
	vv_walk w = {.store = store,
		     .seen = vv_cid_set_new(),
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = on_block,
		     .payload = n};
	vv_status rc = w.seen ? vv_walk_from(&w, root, err) : vv_fail_nomem(err);

	vv_cid_set_free(w.seen);
	return rc;
}

/* And those that their differences stand on, which no pack may have. */
static void add_bases(needing *n)
{
	const size_t count = n->pack_count;
	bool more = true;
	size_t at;

	while (more) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			const vv_host_pack *p = vv_catalog_pack(n->h->catalog, i);
			for (size_t k = 0; n->packs[i] && k < p->base_count; k++) {
				if (!vv_catalog_find(n->h->catalog, &p->bases[k], &at, NULL)) {
					n->lost = p->bases[k];
				} else if (at < count && !n->packs[at]) {
					n->packs[at] = more = true;
				}
			}
		}
	}
}

/* A version of which not all is here: its nodes come from the place. */
static vv_status fetch_absent(needing *n, const vv_cid *root, vv_error *err)
{
	vv_status rc = vv_host_prefetch(n->h, n->absent, n->absent_count, err);

	n->absent_count = 0;
	return rc < 0 ? rc : walk(n, n->h->blocks, root, err);
}

vv_status vv_versions_look(vv_host *h, const vv_cid *root, bool *packs, bool *whole, vv_error *err)
{
	needing n = {.h = h, .packs = packs, .pack_count = vv_catalog_packs(h->catalog)};
	vv_status rc = walk(&n, h->main, root, err);

	if (rc == VV_OK && n.absent_count > 0 && (h->all || vv_cid_is_null(&n.lost))) {
		rc = fetch_absent(&n, root, err);
	}
	if (rc == VV_OK) {
		add_bases(&n);
	}
	*whole = vv_cid_is_null(&n.lost) && n.absent_count == 0;
	vv_free(n.absent);
	return rc;
}

/* Which packs the version needs, at the caller's. */
static vv_status find_packs(vv_host *h, const vv_cid *root, bool **packs, vv_error *err)
{
	bool whole;

	vv_free(*packs);
	if (!(*packs = vv_calloc(vv_catalog_packs(h->catalog) + 1, sizeof(bool)))) {
		return vv_fail_nomem(err);
	}
	const vv_status rc = vv_versions_look(h, root, *packs, &whole, err);
	if (rc < 0 || whole) return rc;
	return vv_fail(err, VV_EMISSING,
		       "the version %s has blocks that are neither here nor in '%s'",
		       vv_cid_shows(root), vv_text_url(h->url));
}

static vv_status put_version(vv_host *h, const vv_cid *root, uint64_t *joined, vv_error *err)
{
	vv_auto_free bool *packs = NULL;
	const uint64_t before = joined ? *joined : 0;
	vv_status rc = find_packs(h, root, &packs, err);

	if (rc == VV_OK && joined) {
		rc = vv_files_join(h, packs, vv_catalog_packs(h->catalog), joined, err);
	}
	if (rc == VV_OK && joined && *joined > before) {
		rc = find_packs(h, root, &packs, err);
	}
	return rc < 0 ? rc : vv_files_put_version(h, root, packs, err);
}

vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, uint64_t *joined,
			  vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		if (h->sweeper && (rc = vv_sweeper_go_on(h->sweeper, false, err)) < 0) return rc;
		if ((rc = put_version(h, &roots[i], joined, err)) < 0) return rc;
	}
	return vv_place_finish(&h->place, err);
}
