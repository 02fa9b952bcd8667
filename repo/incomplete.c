/*
 * incomplete: knows the mark's file.
 */
#include "repo/incomplete.h"

#include "base/file.h"
#include "base/sys.h"

static char *mark_path(vv_repository *r)
{
	vv_buf b = VV_BUF_INIT;
	vv_buf_printf(&b, "%s/incomplete", vv_repository_varvedir(r));
	return vv_buf_detach(&b);
}

vv_status vv_repository_incomplete(vv_repository *r, bool *out, vv_error *err)
{
	char *path = mark_path(r);
	if (!path) {
		return vv_fail_nomem(err);
	}
	*out = vv_exists(path);
	vv_free(path);
	return VV_OK;
}

vv_status vv_repository_set_incomplete(vv_repository *r, bool incomplete, vv_error *err)
{
	static const char text[] = "blocks of some versions are missing here\n";
	char *path = mark_path(r);
	vv_status rc;

	if (!path) {
		return vv_fail_nomem(err);
	}
	rc = incomplete ? vv_write_file(path, text, sizeof(text) - 1, true, err) : vv_unlink(path, true, err);
	vv_free(path);
	return rc;
}
