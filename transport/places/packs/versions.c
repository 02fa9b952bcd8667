/*
 * versions: the packs that a version needs.
 */
#include "transport/places/packs/versions.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/store.h"
#include "transport/places/packs/files.h"

/* The packs of versions are marked. */
typedef struct needing {
	vv_host *h;
	unsigned mark;
	vv_cids absent; /* nodes that are not here */
	vv_cid lost;    /* a block that no pack has; null: none */
} needing;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state, vv_error *err)
{
	needing *n = payload;
	size_t pack;

	if (vv_catalog_find(n->h->catalog, cid, &pack, NULL)) {
		vv_catalog_pack(n->h->catalog, pack)->marks |= n->mark;
	} else {
		n->lost = *cid;
	}
	if (state == VV_OK || cid->codec == VV_CODEC_RAW) return VV_OK;
	return vv_cids_add(&n->absent, cid, err);
}

static vv_status walk_roots(needing *n, vv_store *store, const vv_cid *roots, size_t count,
			    vv_error *err)
{
	vv_walk w = {.store = store,
		     .seen = vv_cid_set_new(),
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = on_block,
		     .payload = n};
	vv_status rc = w.seen ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_walk_from(&w, &roots[i], err);
	}
	vv_cid_set_free(w.seen);
	return rc;
}

/* Marks bases of their differences, which no pack may have. */
static void add_bases(needing *n)
{
	vv_catalog *c = n->h->catalog;
	bool more = true;
	size_t at;

	while (more) {
		more = false;
		for (vv_host_pack *p = NULL; vv_catalog_next(c, &p);) {
			for (size_t k = 0; (p->marks & n->mark) && k < p->base_count; k++) {
				if (!vv_catalog_find(c, &p->bases[k], &at, NULL)) {
					n->lost = p->bases[k];
				} else if (!vv_catalog_has(c, at, n->mark)) {
					vv_catalog_pack(c, at)->marks |= n->mark;
					more = true;
				}
			}
		}
	}
}

/* For an incomplete version here: fetches its nodes from the place. */
static vv_status fetch_absent(needing *n, const vv_cid *root, vv_error *err)
{
	vv_status rc = vv_host_prefetch(n->h, n->absent.items, n->absent.count, err);

	n->absent.count = 0;
	return rc < 0 ? rc : walk_roots(n, n->h->blocks, root, 1, err);
}

static vv_status look_once(vv_host *h, const vv_cid *root, unsigned mark, bool *whole,
			   vv_error *err)
{
	needing n = {.h = h, .mark = mark};
	vv_status rc;

	vv_catalog_unmark(h->catalog, mark);
	rc = walk_roots(&n, h->main, root, 1, err);
	if (rc == VV_OK && n.absent.count > 0 && (h->all || vv_cid_is_null(&n.lost))) {
		rc = fetch_absent(&n, root, err);
	}
	if (rc == VV_OK) {
		add_bases(&n);
	}
	*whole = vv_cid_is_null(&n.lost) && n.absent.count == 0;
	vv_cids_clear(&n.absent);
	return rc;
}

vv_status vv_versions_look(vv_host *h, const vv_cid *root, unsigned mark, bool *whole,
			   vv_error *err)
{
	size_t count;
	vv_status rc;

	do {
		count = vv_catalog_packs(h->catalog);
		if ((rc = look_once(h, root, mark, whole, err)) < 0) return rc;
	} while (count != vv_catalog_packs(h->catalog));
	return VV_OK;
}

vv_status vv_versions_look_each(vv_host *h, const vv_cid *roots, size_t count, unsigned mark,
				vv_error *err)
{
	needing n = {.h = h, .mark = mark};

	vv_catalog_unmark(h->catalog, mark);
	const vv_status rc = walk_roots(&n, h->blocks, roots, count, err);
	if (rc == VV_OK) {
		add_bases(&n);
	}
	vv_cids_clear(&n.absent);
	return rc;
}

vv_status vv_versions_put_one(vv_host *h, const vv_cid *root, unsigned needed, unsigned named,
			      vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_version_packs) of = {0};
	vv_status rc;

	if ((rc = vv_seek_make_indexes(h, needed, err)) < 0) return rc;
	for (size_t i = 0; i < vv_catalog_packs(h->catalog); i++) {
		const vv_cid *key = &vv_catalog_pack(h->catalog, i)->key;
		if (vv_catalog_has(h->catalog, i, needed) &&
		    (rc = vv_cids_add(&of.packs, key, err)) < 0) {
			return rc;
		}
	}
	if (of.packs.count > 0) {
		qsort(of.packs.items, of.packs.count, sizeof(*of.packs.items),
		      vv_pack_names_compare);
	}
	vv_array_each(of.packs.items, of.packs.count, item) {
		const vv_cid index = vv_seek_index_of(&h->seek, item);
		if ((rc = vv_cids_add(&of.indexes, &index, err)) < 0) return rc;
	}
	const bool again = vv_cid_set_has(&h->condemned.versions, root);
	if ((rc = vv_older_name(h, needed, named, &of, err)) < 0 ||
	    (rc = vv_version_file_write(&text, root, &of, again, err)) < 0 ||
	    (rc = vv_stored_put(&h->place, VV_STORED_VERSION, root, &text, err)) < 0) {
		return rc;
	}
	return vv_cid_set_note(&h->versions, root, err);
}

static vv_status put_version(vv_host *h, const vv_cid *root, unsigned named, vv_error *err)
{
	bool whole;
	const vv_status rc = vv_versions_look(h, root, VV_MARK_NEEDED, &whole, err);

	if (rc < 0) return rc;
	return whole ? vv_versions_put_one(h, root, VV_MARK_NEEDED, named, err)
		     : vv_fail(err, VV_EMISSING,
			       "the version %s has blocks that are missing both here and in '%s'",
			       vv_cid_shows(root), vv_text_url(h->url));
}

vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, unsigned named,
			  uint64_t *joined, vv_error *err)
{
	vv_status rc = VV_OK;

	if (joined && count > 0 &&
	    (rc = vv_versions_look_each(h, roots, count, VV_MARK_NEEDED, err)) == VV_OK) {
		rc = vv_files_join(h, joined, err);
	}

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (h->sweeper && (rc = vv_sweeper_go_on(h->sweeper, false, err)) < 0) return rc;
		rc = put_version(h, &roots[i], named, err);
	}
	return rc < 0 ? rc : vv_place_finish(&h->place, err);
}
