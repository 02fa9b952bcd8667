/*
 * on_demand: knows how a store's question becomes a fetch, and what is said when there is no answer.
 */
#include "lib/work/peers/on_demand.h"

#include <stdatomic.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/work/peers/needed.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"

#define ALONE_MAX 40u /* blocks; a version of which more are wanted comes sooner as a whole */

struct vv_on_demand {
	vv_repository *of;  /* whose store asks */
	vv_repository *own; /* the same, opened once more; NULL: nothing was asked for yet */
	vv_needed *needed;
	vv_cid_set *refused; /* asked for before, and nobody had them */
	bool keep;
	/* Blocks come by themselves: */
	atomic_bool alone;
	vv_cid root;      /* of the version: what was asked for first; null: nothing was */
	vv_cid_set *came; /* NULL: none did */
};

static vv_status open_own(vv_on_demand *d, vv_error *err)
{
	vv_status rc;

	if (d->needed) return VV_OK;
	if (!d->own) {
		if ((rc = vv_repository_open(&d->own, vv_repository_gitdir(d->of),
					     vv_repository_env(d->of), err)) < 0) {
			return rc;
		}
		vv_repository_listen(d->own, vv_repository_notes(d->of));
	}
	d->needed = vv_needed_new(d->own);
	return d->needed ? VV_OK : vv_fail_nomem(err);
}

static vv_status refuse(const vv_cid *cid, const char *why, vv_error *err)
{
	char text[VV_CID_TEXT + 1];

	vv_cid_text(text, cid);
	return vv_fail(err, VV_EMISSING, "block %s is not here%s%s", text,
		       why ? ", and could not be fetched: " : "", why ? why : "");
}

/* VV_ENOSUPPORT: it is to come with all of its version. */
static vv_status get_alone(vv_on_demand *d, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_status rc;

	if (!d->came && !(d->came = vv_cid_set_new())) return vv_fail_nomem(err);
	if ((rc = vv_cid_set_add(d->came, cid, NULL, err)) < 0) return rc;
	if (vv_cid_set_count(d->came) > ALONE_MAX) {
		return vv_fail(err, VV_ENOSUPPORT, "most of the version may be needed");
	}
	if (vv_cid_is_null(&d->root)) {
		d->root = *cid;
	}
	return vv_needed_block(d->needed, cid, out, err);
}

/* The version whose blocks came by themselves, and then the block, if it is another's. */
static vv_status fetch_version(vv_on_demand *d, const vv_cid *cid, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(d->own, &store, err);

	if (rc == VV_OK && !vv_cid_is_null(&d->root) && !vv_cid_equal(&d->root, cid) &&
	    !vv_store_has(store, &d->root)) {
		rc = vv_needed_fetch(d->needed, &d->root, err);
		if (rc < 0 || vv_store_has(store, cid)) return rc;
	}
	return rc < 0 ? rc : vv_needed_fetch(d->needed, cid, err);
}

static vv_status fetch(void *payload, const vv_cid *cid, vv_buf *alone, vv_error *err)
{
	vv_on_demand *d = payload;
	vv_error why;
	bool added;
	vv_status rc;

	if (cid->codec != VV_CODEC_DAG_CBOR && !d->alone && vv_cid_is_null(&d->root)) {
		return vv_fail(err, VV_ENOTFOUND, "a version comes with its leaves");
	}
	if (vv_cid_set_has(d->refused, cid)) return refuse(cid, NULL, err);
	rc = open_own(d, &why);
	if (rc == VV_OK && d->alone) {
		if ((rc = get_alone(d, cid, alone, &why)) == VV_OK) return VV_OK;
		vv_buf_reset(alone);
		d->alone = rc != VV_ENOSUPPORT;
		rc = d->alone ? rc : VV_OK;
	}
	if (rc == VV_OK) {
		rc = fetch_version(d, cid, &why);
		if (!d->keep) {
			vv_needed_rest(d->needed);
		}
	}
	if (rc == VV_OK) return VV_OK;
	if (rc == VV_ENOMEM || (rc = vv_cid_set_add(d->refused, cid, &added, err)) < 0) {
		return vv_fail_nomem(err);
	}
	return refuse(cid, why.message, err);
}

vv_status vv_on_demand_begin(vv_on_demand **out, vv_repository *r, bool keep, vv_error *err)
{
	vv_on_demand *d = vv_calloc(1, sizeof(*d));
	vv_store *store;
	vv_status rc;

	*out = NULL;
	if (!d || !(d->refused = vv_cid_set_new())) {
		vv_free(d);
		return vv_fail_nomem(err);
	}
	d->of = r;
	d->keep = keep;
	if ((rc = vv_repository_store(r, &store, err)) < 0) {
		vv_on_demand_end(d);
		return rc;
	}
	vv_store_on_absent(store, fetch, d);
	*out = d;
	return VV_OK;
}

void vv_on_demand_alone(vv_on_demand *d, bool alone)
{
	vv_cid_set_free(d->came);
	d->came = NULL;
	memset(&d->root, 0, sizeof(d->root));
	d->alone = alone;
}

void vv_on_demand_whole(vv_on_demand *d)
{
	d->alone = false;
}

void vv_on_demand_end(vv_on_demand *d)
{
	vv_store *store;

	if (d) {
		if (vv_repository_store(d->of, &store, NULL) == VV_OK) {
			vv_store_on_absent(store, NULL, NULL);
		}
		vv_needed_free(d->needed);
		vv_repository_close(d->own);
		vv_cid_set_free(d->refused);
		vv_cid_set_free(d->came);
		vv_free(d);
	}
}
