/*
 * worktree: what a command on the work tree asks first.
 */
#include "cmd/worktree.h"

#include "base/sys.h"
#include "cmd/output.h"

vv_status vv_repository_open_here(vv_repository **out, vv_error *err)
{
	vv_status rc = vv_repository_open(out, NULL, err);

	if (rc == VV_OK) {
		vv_repository_listen(*out, &vv_notes_stderr);
	}
	return rc;
}

vv_status vv_worktree_need(const vv_repository *r, const char *command, vv_error *err)
{
	if (!vv_repository_is_bare(r)) {
		return VV_OK;
	}
	vv_fail(err, VV_EUSAGE, "%s needs a work tree; this repository is bare", command);
	return vv_hint(err, "clone it, and run the command in the clone");
}

vv_status vv_worktree_prefix(char **out, vv_repository *r, vv_error *err)
{
	vv_status rc = vv_repository_relative(out, r, ".", err);

	if (rc != VV_EUSAGE) {
		return rc;
	}
	*out = vv_strdup("");
	return *out ? VV_OK : vv_fail_nomem(err);
}

int vv_report_trouble(const vv_error *err)
{
	vv_report(err);
	return VV_EXIT_TROUBLE;
}
