/*
 * kept_commits: how many are kept.
 */
#include "repo/known/kept_commits.h"

#include <string.h>

#include "base/sys.h"
#include "repo/blocks/derived.h"

#define OLD_MAX 512u /* of earlier ones, beside added ones */

static const vv_kept_form form = {.mark = "VVWHOL\x01\n",
				  .key_len = sizeof(vv_oid),
				  .max = VV_KEPT_COMMITS_MAX};

vv_status vv_kept_commits_read(vv_oids *out, const char *file, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto(vv_kept) *k = NULL;
	vv_status rc;

	*out = (vv_oids){0};
	if ((rc = vv_kept_open(&k, file, &form, 0, err)) < 0 ||
	    (rc = vv_kept_list(k, SIZE_MAX, &b, err)) < 0) {
		return rc;
	}
	out->count = out->cap = b.len / sizeof(vv_oid);
	out->items = (vv_oid *)vv_buf_detach(&b);
	return VV_OK;
}

vv_status vv_kept_commits_add(const char *file, const vv_oid *ids, size_t count, vv_error *err)
{
	vv_auto(vv_kept) *k = NULL;
	vv_status rc;

	if ((rc = vv_kept_open(&k, file, &form, 0, err)) < 0 ||
	    (rc = vv_kept_forget(k, OLD_MAX, err)) < 0) {
		return rc;
	}
	for (size_t i = count < form.max ? count : form.max; i > 0;
	     i--) { /* the first is put last */
		if ((rc = vv_kept_put(k, ids[i - 1].id, NULL, err)) < 0) return rc;
	}
	return vv_kept_save(k, err);
}
