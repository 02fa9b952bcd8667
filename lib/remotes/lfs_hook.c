/*
 * lfs_hook: when Git LFS has something to send, and how its hook is started.
 */
#include "lib/remotes/lfs_hook.h"

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/program.h"
#include "repo/git/verb/hook.h"

bool vv_lfs_stores_here(vv_repository *r)
{
	vv_auto(char) *folder = vv_path_join(vv_repository_commondir(r), "lfs", NULL);
	vv_auto(char) *storage = NULL;

	return (folder && vv_exists(folder)) ||
	       vv_config_string(r, "lfs.storage", &storage, VV_IGNORED) == VV_OK;
}

vv_status vv_lfs_hook_run(vv_repository *r, const char *earlier, const char *const args[3],
			  const void *input, size_t len, vv_error *err)
{
	vv_auto(vv_hook_found) before = {0};
	const char *const argv[] = {"git", "lfs", "pre-push", args[0], args[1], NULL};
	const char *top = vv_repository_workdir(r);
	int code = 0;
	vv_status rc;

	if (!vv_lfs_stores_here(r)) return VV_OK;
	rc = vv_hook_find(&before, r, earlier, "", VV_LFS_HOOK_MARK, err);
	if (rc < 0 || (before.calls && before.runs)) return rc;
	const vv_run run = {.argv = argv,
			    .dir = top ? top : vv_repository_gitdir(r),
			    .env = vv_repository_env(r),
			    .output_to_errors = true,
			    .input = input,
			    .len = len};
	if ((rc = vv_run_program(&run, &code, err)) < 0 || code == 0) return rc;
	return vv_fail(
		err, VV_ECONFLICT,
		"'git lfs pre-push' failed (exit code %d): files of Git LFS would stay here\n"
		"install git-lfs if it is missing; 'git push --no-verify' pushes the commits alone",
		code);
}
