/*
 * branch: the upstream of a branch: branch.<name>.remote and branch.<name>.merge, as git maps them to a ref.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "repo/git/run_git.h"

/* A setting's name; NULL: out of memory. */
static char *setting_key(const char *section, const char *name, const char *what)
{
	return vv_asprintf("%s.%s.%s", section, name, what);
}

vv_status vv_branch_follow(vv_repository *r, const char *branch_ref, const char *remote,
			   const char *merge_ref, vv_error *err)
{
	const char *name = branch_ref + strlen("refs/heads/");

	assert(strncmp(branch_ref, "refs/heads/", strlen("refs/heads/")) == 0);
	vv_auto(char) *first = setting_key("branch", name, "remote"),
		      *second = setting_key("branch", name, "merge");
	const vv_config_edit edits[] = {{.key = first, .value = remote},
					{.key = second, .value = merge_ref}};

	return first && second ? vv_config_change(r, edits, 2, err) : vv_fail_nomem(err);
}

/* Without branch.<name>.merge there is no upstream, and git is not started. */
static vv_status seek_merge(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *key = setting_key("branch", name, "merge"), *value = NULL;
	const vv_status rc = key ? vv_config_string(r, key, &value, err) : vv_fail_nomem(err);

	if (rc != VV_ENOTFOUND) return rc;
	return vv_fail(err, VV_ENOTFOUND, "'%s' has no upstream branch", vv_text_shows(name));
}

vv_status vv_branch_upstream(vv_repository *r, const char *branch_ref, char **upstream,
			     uint64_t *ahead, uint64_t *behind, vv_error *err)
{
	static const char *const more[] = {"LC_ALL=C", "GIT_NO_REPLACE_OBJECTS=1", NULL};
	const char *args[] = {"for-each-ref", "--format=%(upstream) %(upstream:track,nobracket)",
			      branch_ref, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	const vv_git_call call = {.args = args, .repo = r, .more = more, .output = &out};
	vv_status rc;

	*ahead = *behind = 0;
	*upstream = NULL;
	if (strncmp(branch_ref, "refs/heads/", 11) != 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not a branch",
			       vv_text_shows(branch_ref));
	}
	if ((rc = seek_merge(r, branch_ref + strlen("refs/heads/"), err)) < 0) return rc;
	if ((rc = vv_git_must(&call, "cannot find the upstream branch", err)) < 0) return rc;
	const char *name = vv_buf_cstr(&out), *track = strchr(name, ' ');
	if (!track || track == name) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no upstream branch",
			       vv_text_shows(branch_ref + 11));
	}
	if (!(*upstream = vv_strndup(name, (size_t)(track - name)))) return vv_fail_nomem(err);
	if (strncmp(track, " gone", 5) == 0) {
		return vv_fail(err, VV_EMISSING, "the upstream branch '%s' no longer exists",
			       vv_text_shows(*upstream));
	}
	const char *more_here = strstr(track, "ahead "), *more_there = strstr(track, "behind ");
	*ahead = more_here ? strtoull(more_here + strlen("ahead "), NULL, 10) : 0;
	*behind = more_there ? strtoull(more_there + strlen("behind "), NULL, 10) : 0;
	return VV_OK;
}
