/*
 * unsent: versions count, not commits: a squash or rebase on the other side changes nothing.
 */
#include "lib/status/unsent.h"

#include "base/file.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

static vv_status count_one(void *payload, const vv_new_root *n, vv_error *err VV_UNUSED)
{
	*(uint64_t *)payload += !n->link && !n->expired;
	return VV_OK;
}

static vv_status has_remote(vv_repository *r, bool *out, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_remote_names(&names, r, err);

	*out = names.count > 0;
	return rc;
}

vv_status vv_unsent_count(uint64_t *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_oids) ours = {0}, theirs = {0};
	uint64_t found = 0;
	bool remote = false;
	vv_status rc;

	*out = 0;
	if ((rc = has_remote(r, &remote, err)) < 0 || !remote) return rc;
	if ((rc = vv_ref_tips_list(&ours, r, "refs/heads/", err)) == VV_OK &&
	    (rc = vv_ref_tips_list(&theirs, r, "refs/remotes/", err)) == VV_OK && ours.count > 0) {
		rc = vv_new_roots_each(r, ours.items, ours.count, theirs.items, theirs.count,
				       count_one, &found, err);
	}
	if (rc == VV_OK) {
		*out = found;
	}
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_EIO, err);
}
