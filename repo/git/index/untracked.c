/*
 * untracked: git's lists of untracked and ignored files. Tables are never opened: only names are compared.
 */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/run_git.h"

/* git with the index of the repository, in its work tree. Exit codes up to most are not failures. */
static vv_status run_git(vv_repository *r, const char *const *args, const vv_buf *input,
			 vv_buf *out, int most, vv_error *err)
{
	vv_auto(char) *file = vv_asprintf("GIT_INDEX_FILE=%s", r->index_file);
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const char *const more[] = {file, "GIT_OPTIONAL_LOCKS=0", NULL};
	const vv_git_call call = {.args = args,
				  .repo = r,
				  .in_worktree = true,
				  .more = more,
				  .input = input ? input->data : NULL,
				  .len = input ? input->len : 0,
				  .output = out};
	int code = 0;
	vv_status rc = file ? vv_git_run(&call, &said, &code, err) : vv_fail_nomem(err);

	if (rc < 0 || code <= most) return rc;
	return vv_git_explain("cannot search the work tree", &said, code, err);
}

vv_status vv_paths_ignored(vv_repository *r, const vv_buf *names, vv_buf *out, vv_error *err)
{
	static const char *const args[] = {"check-ignore", "-z", "--stdin", "--no-index", NULL};

	/* 1: none is; 128: one lies beyond a link or in a submodule, which others refuse */
	return names->len > 0 ? run_git(r, args, names, out, 128, err) : VV_OK;
}

vv_status vv_path_ignored(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT, ignored = VV_BUF_INIT;

	vv_buf_put(&name, path, strlen(path) + 1);
	vv_status rc = vv_buf_ok(&name, err);
	rc = rc < 0 ? rc : vv_paths_ignored(r, &name, &ignored, err);
	*out = ignored.len > 0;
	return rc;
}

/* Where a tracked file became a folder, git status tells only of the file, too, but with -uall. */
static bool is_told_as_file(const vv_index *x, char *path)
{
	size_t len = strlen(path), at;
	bool folder = len > 0 && path[len - 1] == '/';

	if (!folder) return false;
	path[len - 1] = '\0';
	bool tracked = git_index_find(&at, x->git, path) == 0;
	path[len - 1] = '/';
	git_error_clear();
	return tracked;
}

static vv_status list_paths(vv_index *x, const char *prefix, bool all, bool ignored_too,
			    vv_path_fn fn, void *payload, vv_error *err)
{
	const char *args[10] = {"--literal-pathspecs", "ls-files", "-z", "-o"};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	size_t n = 4;
	vv_status rc = VV_OK;

	if (!ignored_too) {
		args[n++] = "--exclude-standard";
	}
	if (!all) {
		args[n++] = "--directory";
		args[n++] = "--no-empty-directory";
	}
	args[n++] = "--";
	args[n] = *prefix ? prefix : NULL;
	if (x->repo->workdir) {
		rc = run_git(x->repo, args, NULL, &out, 0, err);
	}
	x->repo->attr_names = &out;
	for (size_t at = 0; rc == VV_OK && at < out.len; at += strlen(out.data + at) + 1) {
		if (all || !is_told_as_file(x, out.data + at)) {
			rc = fn(payload, out.data + at, err);
		}
	}
	x->repo->attr_names = NULL;
	return rc;
}

vv_status vv_untracked_each(vv_index *x, const char *prefix, bool all, vv_path_fn fn, void *payload,
			    vv_error *err)
{
	return list_paths(x, prefix, all, false, fn, payload, err);
}

vv_status vv_unindexed_each(vv_index *x, const char *prefix, vv_path_fn fn, void *payload,
			    vv_error *err)
{
	return list_paths(x, prefix, true, true, fn, payload, err);
}
