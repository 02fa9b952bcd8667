/*
 * unsent: versions count, not commits: a squash or rebase on the other side changes nothing.
 */
#include "lib/status/unsent.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

typedef struct ids {
	vv_oid *list;
	size_t count, cap;
} ids;

static vv_status note_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	ids *l = payload;

	if (vv_oid_is_null(&ref->commit)) return VV_OK;
	if (!vv_array_room(l->list, l->count, l->cap)) return vv_fail_nomem(err);
	l->list[l->count++] = ref->commit;
	return VV_OK;
}

static vv_status count_one(void *payload, const vv_new_root *n, vv_error *err VV_UNUSED)
{
	*(uint64_t *)payload += !n->link;
	return VV_OK;
}

static vv_status has_remote(vv_repository *r, bool *out, vv_error *err)
{
	char **names = NULL;
	size_t count = 0;
	vv_status rc = vv_remote_names(&names, &count, r, err);

	*out = count > 0;
	vv_names_free(names, count);
	return rc;
}

vv_status vv_unsent_count(uint64_t *out, vv_repository *r, vv_error *err)
{
	ids ours = {0}, theirs = {0};
	uint64_t found = 0;
	bool remote = false;
	vv_status rc;

	*out = 0;
	if ((rc = has_remote(r, &remote, err)) < 0 || !remote) return rc;
	if ((rc = vv_refs_each(r, "refs/heads/", note_ref, &ours, err)) == VV_OK &&
	    (rc = vv_refs_each(r, "refs/remotes/", note_ref, &theirs, err)) == VV_OK &&
	    ours.count > 0) {
		rc = vv_new_roots_each(r, ours.list, ours.count, theirs.list, theirs.count,
				       count_one, &found, err);
	}
	if (rc == VV_OK) {
		*out = found;
	}
	vv_free(ours.list);
	vv_free(theirs.list);
	if (rc == VV_ENOMEM || rc == VV_EIO) return rc;
	vv_error_clear(err);
	return VV_OK;
}
