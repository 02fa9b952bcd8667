/*
 * gap: the order in which the reasons are tried.
 */
#include "repo/known/gap.h"

#include "repo/blocks/store.h"
#include "repo/git/history/expired.h"
#include "repo/git/repository_internal.h"
#include "repo/known/elsewhere.h"

static bool has_remote(vv_repository *r)
{
	git_strarray names = {NULL, 0};
	const bool any = git_remote_list(&names, r->git) == 0 && names.count > 0;

	git_strarray_dispose(&names);
	return any;
}

vv_status vv_gap_of(vv_gap *out, vv_repository *r, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_elsewhere) *elsewhere = NULL;
	vv_store *store;
	bool expired;
	vv_status rc = vv_repository_store(r, &store, err);

	*out = VV_GAP_NONE;
	if (rc < 0 || vv_store_has(store, root)) return rc;
	if ((rc = vv_expired_find(&expired, NULL, r, root, err)) < 0) return rc;
	if (expired || has_remote(r)) {
		*out = expired ? VV_GAP_EXPIRED : VV_GAP_FETCHABLE;
		return VV_OK;
	}
	if ((rc = vv_elsewhere_read(&elsewhere, r, err)) < 0) return rc;
	*out = vv_elsewhere_has(elsewhere, root) ? VV_GAP_FETCHABLE : VV_GAP_LOST;
	return VV_OK;
}

const char *vv_gap_word(vv_gap gap)
{
	switch (gap) {
	case VV_GAP_EXPIRED:
		return "expired";
	case VV_GAP_LOST:
		return "lost";
	case VV_GAP_NONE:
	case VV_GAP_FETCHABLE:
		break;
	}
	return "not here";
}

void vv_gap_add(vv_gap *gap, vv_gap more)
{
	if (more != VV_GAP_NONE && (*gap == VV_GAP_NONE || *gap == VV_GAP_EXPIRED)) {
		*gap = more;
	}
}
