/*
 * object: knows how libgit2 hands an object's bytes out.
 */
#include "repo/transfer/object.h"

#include "repo/git/repository_internal.h"

vv_status vv_git_object_bytes(vv_repository *r, vv_git_type type, const vv_oid *id, uint64_t max,
			      vv_buf *out, vv_error *err)
{
	git_oid oid;
	git_odb_object *object;
	vv_status rc;

	vv_oid_to_git(&oid, id);
	vv_buf_reset(out);
	rc = vv_object_read(r, &oid, (git_object_t)type, max, &object, err);
	if (rc < 0) {
		return rc;
	}
	vv_buf_put(out, git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return vv_buf_ok(out, err);
}
