/*
 * packs: finds complete versions on a host, and gets the packs with missing blocks.
 */
#include "transport/places/packs/host.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/known/kept_commits.h"
#include "transport/places/packs/files.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/pieces.h"

/* --- complete commits on the host
 * -------------------------------------------------------------------- */

vv_status vv_host_note_complete(vv_host *h, const vv_oid *ids, size_t count, vv_error *err)
{
	vv_auto(char) *path = vv_host_complete_path(h);

	return path ? vv_kept_commits_add(path, ids, count, err) : vv_fail_nomem(err);
}

vv_status vv_host_read_complete(const vv_host *h, vv_oids *out, vv_error *err)
{
	vv_auto(char) *path = vv_host_complete_path(h);

	vv_oids_clear(out);
	return path ? vv_kept_commits_read(out, path, err) : vv_fail_nomem(err);
}

/* Do a host's lists have all of a history? */
typedef struct reading {
	const vv_host *h;
	bool lacks;
} reading;

static vv_status see_listed(void *payload, const vv_new_root *n, vv_error *err VV_UNUSED)
{
	reading *r = payload;

	r->lacks = r->lacks || (!n->link && !n->expired && !vv_host_has(r->h, &n->root));
	return VV_OK;
}

vv_status vv_host_note_read(vv_host *h, const vv_oid *ids, size_t count, vv_error *err)
{
	reading r = {.h = h};
	vv_auto(vv_oids) haves = {0};
	vv_status rc;

	if (count == 0 || h->bad.count > 0) return VV_OK;
	if ((rc = vv_host_read_complete(h, &haves, err)) < 0 ||
	    (rc = vv_new_roots_each(h->repo, ids, count, haves.items, haves.count, see_listed, &r,
				    err)) < 0) {
		return rc;
	}
	return r.lacks ? VV_OK : vv_host_note_complete(h, ids, count, err);
}

/* The ref has moved: to where it is now. old: where it was seen last. */
static vv_status follow_ref(vv_host *h, const char *filter, const vv_oid *old,
			    vv_host_change *change, vv_error *err)
{
	bool forward = true;
	vv_auto(vv_ref) ref = {0};
	vv_status rc;

	if ((rc = vv_host_fetch_ref(h, filter, err)) < 0 ||
	    (rc = vv_ref_get(h->scratch, VV_HOST_NEXT, &ref, err)) < 0) {
		return rc;
	}
	h->tip = ref.id; /* it may have moved since the request */
	if (!vv_oid_is_null(old)) {
		rc = vv_host_descends(h, old, &h->tip, &forward, err);
	}
	*change = forward ? VV_HOST_AS_EXPECTED : VV_HOST_REWRITTEN;
	if (!forward) {
		vv_host_forget_complete(h);
	}
	return rc < 0 ? rc : vv_host_set_tip(h, &h->tip, err);
}

static vv_status refresh_lists(vv_host *h, const char *filter, const vv_oid *tip, const vv_oid *old,
			       vv_host_change *change, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_host_forget_lists(h);
	h->last_folder = h->in_last_folder = 0;
	if (vv_oid_is_null(tip)) {
		*change = vv_oid_is_null(old) ? VV_HOST_AS_EXPECTED : VV_HOST_GONE;
		vv_host_forget_complete(h);
		return vv_host_set_tip(h, tip, err);
	}
	if (!vv_oid_equal(&h->tip, tip)) {
		rc = follow_ref(h, filter, old, change, err);
	}
	if (rc < 0 || (rc = vv_host_check_format(h, err)) < 0 ||
	    (rc = vv_host_load_lists(h, err)) < 0) {
		return rc;
	}
	return vv_host_prefer_sound(h, err);
}

vv_status vv_host_refresh(vv_host *h, const char *blocks_ref, const vv_oid *tip,
			  vv_host_change *change, vv_error *err)
{
	*change = VV_HOST_AS_EXPECTED;
	if (vv_host_is_place(h)) return vv_files_refresh(h, err);
	vv_error why;
	vv_status rc = vv_host_take_ref(h, blocks_ref, err);

	/* A ref that does not exist, and did not, needs no reading. */
	if (rc == VV_OK && (!vv_oid_is_null(tip) || vv_exists(h->git_dir)) &&
	    (rc = vv_host_need_scratch(h, err)) == VV_OK) {
		rc = vv_host_read_tip(h, err);
	}
	if (rc < 0) return rc;
	const vv_oid old = h->tip;
	/* Small packs are fetched with the trees; larger ones on request. */
	rc = refresh_lists(h, "--filter=blob:limit=64k", tip, &old, change, &why);
	if (rc == VV_ENOMEM || rc == VV_EREFUSED || rc == VV_ENOSUPPORT) {
		*err = why;
	} else if (rc < 0) { /* the host's fault, which may have lost a small pack, or ours */
		*change = VV_HOST_AS_EXPECTED;
		if ((rc = vv_host_begin_anew(h, err)) == VV_OK) {
			rc = refresh_lists(h, "--filter=blob:none", tip, &old, change, err);
		}
	}
	return rc;
}

bool vv_host_was_at(vv_host *h, const char *blocks_ref, const vv_oid *tip)
{
	vv_auto(vv_ref) ref = {0};

	return !vv_oid_is_null(tip) && vv_host_need_scratch(h, VV_IGNORED) == VV_OK &&
	       vv_host_take_ref(h, blocks_ref, VV_IGNORED) == VV_OK &&
	       vv_ref_get(h->scratch, h->tip_ref, &ref, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&ref.id, tip);
}

vv_status vv_host_look(vv_host *h, const vv_cid *roots, size_t count, vv_error *err)
{
	return roots ? vv_files_look_for(h, roots, count, err) : vv_files_look_at_all(h, err);
}

bool vv_host_is_unlistable(const vv_host *h)
{
	return h->unlistable;
}

vv_host_sum vv_host_came(const vv_host *h)
{
	return h->came;
}

/* --- packs ---------------------------------------------------------------------------------------- */

/* Sees the links of these blocks. */
static vv_status look_below(vv_host *h, const vv_cids *blocks, vv_cid_set *seen, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_cid is;
	vv_status rc = VV_OK;

	vv_array_each(blocks->items, blocks->count, cid) {
		/* A false one leads nowhere: it will be refused when it is taken. */
		if (cid->codec == VV_CODEC_DAG_CBOR &&
		    vv_host_read(h, false, cid, &bytes, NULL, NULL, VV_IGNORED) == VV_OK &&
		    vv_cid_of(&is, cid->codec, bytes.data, bytes.len, VV_IGNORED) == VV_OK &&
		    vv_cid_equal(&is, cid) &&
		    vv_cbor_check(bytes.data, bytes.len, VV_IGNORED) == VV_OK &&
		    (rc = vv_cbor_links(bytes.data, bytes.len, vv_cid_set_note, seen, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* One level of all trees after the other. */
vv_status vv_host_prefetch(vv_host *h, const vv_cid *cids, size_t count, vv_error *err)
{
	const vv_host_taking t = {.dir = h->packs, .have = h->main};
	vv_auto(vv_cid_set) *seen = vv_cid_set_new();
	vv_auto(vv_cids) now = {0};
	vv_status rc = seen ? vv_files_look_for(h, cids, count, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_cid_set_note(seen, &cids[i], err);
	}
	for (size_t at = 0; rc == VV_OK && at < vv_cid_set_count(seen);) {
		now.count = 0;
		while (rc == VV_OK && at < vv_cid_set_count(seen)) {
			rc = vv_cids_add(&now, vv_cid_set_at(seen, at++), err);
		}
		rc = rc < 0 ? rc : vv_store_without(h->main, now.items, &now.count, err);
		rc = rc < 0 ? rc : vv_host_take(h, &t, now.items, now.count, err);
		rc = rc < 0 ? rc : look_below(h, &now, seen, err);
	}
	return rc;
}

vv_status vv_host_get(vv_host *h, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		      vv_block_form *form, vv_error *err)
{
	vv_status rc = vv_host_read(h, false, cid, out, stored, form, err);

	/* its list names it, and the pack does not have it, or cannot be read */
	if ((rc == VV_EMISSING || rc == VV_ECORRUPT) &&
	    vv_catalog_find(h->catalog, cid, NULL, NULL)) {
		rc = vv_recode(err, VV_ECORRUPT);
		h->came.damaged++;
	}
	return rc;
}

vv_status vv_host_bring(vv_host *h, const vv_cid *cids, size_t count, vv_error *err)
{
	const vv_host_taking t = {.dir = h->packs, .have = h->main};
	vv_status rc = vv_files_look_for(h, cids, count, err);

	return rc < 0 ? rc : vv_host_take(h, &t, cids, count, err);
}

vv_status vv_host_get_alone(vv_host *h, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const vv_host_taking t = {.dir = h->packs, .have = h->main};
	bool found;
	vv_status rc = vv_seek_block(h, cid, &found, err);

	if (rc == VV_OK && found && (rc = vv_host_take(h, &t, cid, 1, err)) == VV_OK &&
	    vv_host_read(h, false, cid, out, NULL, NULL, VV_IGNORED) == VV_OK) {
		return VV_OK;
	}
	/* by all lists: another pack may have it */
	if (rc < 0 || (rc = vv_files_look_for(h, cid, 1, err)) < 0) return rc;
	if (!vv_host_has(h, cid)) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no such block", vv_text_url(h->url));
	}
	rc = vv_host_take(h, &t, cid, 1, err);
	return rc < 0 ? rc : vv_host_get(h, cid, out, NULL, NULL, err);
}
