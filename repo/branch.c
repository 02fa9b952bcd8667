/*
 * branch: knows what belongs to a branch's name: reflog, settings, HEADs.
 */
#include "repo/branch.h"

#include "base/text.h"
#include "repo/refs.h"
#include "repo/repository_internal.h"

vv_status vv_branch_rename(vv_repository *r, const char *from, const char *to, bool force, vv_error *err)
{
	git_reference *branch = NULL, *moved = NULL;
	vv_status rc;
	int code;

	if ((rc = vv_ref_name_check(to, err)) < 0) {
		return rc;
	}
	code = git_branch_lookup(&branch, r->git, from, GIT_BRANCH_LOCAL);
	if (code == GIT_ENOTFOUND) {
		git_error_clear();
		return vv_fail(err, VV_ENOTFOUND, "there is no branch '%s'", vv_text_shows(from));
	}
	if (code == 0) {
		code = git_branch_move(&moved, branch, to, force);
	}
	if (code == GIT_EEXISTS) {
		git_error_clear();
		rc = vv_fail(err, VV_EEXISTS, "there is a branch '%s' already", vv_text_shows(to));
	} else if (code < 0) {
		rc = vv_git_fail(err, code, "cannot rename branch '%s' to '%s'", vv_text_shows(from),
				 vv_text_shows(to));
	}
	git_reference_free(moved);
	git_reference_free(branch);
	return rc;
}
