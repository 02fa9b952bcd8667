/*
 * kept_commits: the content of the file: 20 bytes for each commit.
 */
#include "repo/known/kept_commits.h"

#include <string.h>

#include "base/sys.h"
#include "repo/blocks/derived.h"

#define MARK "VVWHOL\x01\n"
#define OLD_MAX 512u /* of earlier ones, beside what is added */
#define ID_LEN sizeof(((vv_oid *)0)->id)

vv_status vv_kept_commits_read(vv_oid **out, size_t *count, const char *file, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = vv_derived_read(&b, file, MARK, 0,
				       VV_DERIVED_FRAME + VV_KEPT_COMMITS_MAX * ID_LEN, err);

	*count = 0;
	*out = NULL;
	if (rc < 0) return rc;
	if (!(*out = vv_calloc(VV_KEPT_COMMITS_MAX, sizeof(vv_oid)))) return vv_fail_nomem(err);
	for (; (*count + 1) * ID_LEN <= b.len; ++*count) {
		memcpy((*out)[*count].id, b.data + *count * ID_LEN, ID_LEN);
	}
	return VV_OK;
}

static bool has(const vv_oid *list, size_t count, const vv_oid *id)
{
	for (size_t i = 0; i < count; i++) {
		if (vv_oid_equal(&list[i], id)) return true;
	}
	return false;
}

bool vv_kept_commits_has(const char *file, const vv_oid *id)
{
	vv_auto_free vv_oid *all = NULL;
	size_t count;

	return vv_kept_commits_read(&all, &count, file, VV_IGNORED) == VV_OK && has(all, count, id);
}

vv_status vv_kept_commits_add(const char *file, const vv_oid *ids, size_t count, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto_free vv_oid *old = NULL;
	size_t old_count, same = 0;
	vv_status rc = vv_kept_commits_read(&old, &old_count, file, err);

	if (rc < 0) return rc;
	count = count < VV_KEPT_COMMITS_MAX ? count : VV_KEPT_COMMITS_MAX;
	vv_derived_begin(&b, MARK);
	for (size_t i = 0; i < count; i++) {
		vv_buf_put(&b, ids[i].id, ID_LEN);
	}
	for (size_t i = 0; i < old_count && i < OLD_MAX && count + i - same < VV_KEPT_COMMITS_MAX;
	     i++) {
		if (has(ids, count, &old[i])) {
			same++;
		} else {
			vv_buf_put(&b, old[i].id, ID_LEN);
		}
	}
	return same == count && old_count <= OLD_MAX ? VV_OK : vv_derived_write(&b, file, 0, err);
}
