/*
 * head_refs: the file "refs" in the tree of a head, and its lines.
 */
#include "repo/git/history/head_refs.h"

#include <string.h>

#include "repo/git/blob.h"
#include "repo/git/tree.h"

vv_status vv_head_refs_read(vv_buf *out, vv_repository *r, const vv_oid *commit, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	const vv_status rc = vv_tree_entry_at(r, commit, "refs", &e, err);

	return rc < 0 ? rc : vv_blob_read(r, &e.id, VV_HEAD_REFS_MAX, out, err);
}

bool vv_head_refs_next(vv_head_ref *out, const char **at)
{
	const size_t len = strcspn(*at, "\n");

	if (len <= VV_OID_TEXT + 1 || (*at)[len] != '\n' || (*at)[VV_OID_TEXT] != ' ' ||
	    !vv_oid_parse(&out->id, *at, VV_OID_TEXT)) {
		return false;
	}
	out->name = *at + VV_OID_TEXT + 1;
	out->len = len - VV_OID_TEXT - 1;
	*at += len + 1;
	return true;
}
