/*
 * pack_mend: makes the index of a pack by git, and replaces the damaged one by it.
 */
#include "repo/known/pack_mend.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "repo/git/pack_check.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

static vv_status make_again(const vv_env *env, const char *dir, const char *index, vv_error *err)
{
	vv_auto(vv_buf) pack = VV_BUF_INIT, said = VV_BUF_INIT;
	char name[sizeof("tmp_idx_") + VV_TEMP_RANDOM] = "tmp_idx_";
	int code = 0;
	vv_status rc;

	vv_temp_sweep(dir, "tmp_idx_");
	vv_temp_name(name + strlen(name));
	vv_buf_printf(&pack, "%.*s.pack", (int)(strlen(index) - strlen(".idx")), index);
	vv_auto(char) *temp = vv_path_join(dir, name, (char *)NULL);
	if (!temp || vv_buf_ok(&pack, err) < 0) return vv_fail_nomem(err);
	/* Outside of a repository: there it would compare the pack's objects with those of the damaged
	 * index. */
	const char *args[] = {
		"-c", "pack.writeReverseIndex=false", "index-pack", "-o", temp, vv_buf_cstr(&pack),
		NULL};
	const char *more[] = {"GIT_DIR=/dev/null", NULL};
	const vv_git_call call = {.args = args, .env = env, .more = more};

	if ((rc = vv_git_run(&call, &said, &code, err)) < 0) return rc;
	if (code != 0) {
		(void)vv_git_explain("git index-pack failed", &said, code, err);
		rc = vv_recode(err, VV_ECORRUPT);
	}
	if (rc < 0 || (rc = vv_fsync_path(temp, err)) < 0 ||
	    (rc = vv_rename(temp, index, err)) < 0) {
		(void)vv_unlink(temp, true, NULL);
		return rc;
	}
	return vv_fsync_dir(dir, err);
}

vv_status vv_git_pack_mend(vv_repository *r, const char *name, const char **what, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_objects(r), "pack", (char *)NULL);
	vv_auto(char) *index = vv_path_join(dir, name, (char *)NULL);

	if (!index) return vv_fail_nomem(err);
	if (strcmp(name, VV_MULTI_PACK_INDEX) == 0) {
		*what = "removed; each pack has an index of its own";
		return vv_unlink(index, true, err);
	}
	*what = "rebuilt from its pack";
	return make_again(vv_repository_env(r), dir, index, err);
}
