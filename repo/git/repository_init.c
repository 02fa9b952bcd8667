/*
 * repository_init: what varve writes into the settings of a repository, and what git init is asked for.
 */
#include "repo/git/repository_init.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/drivers.h"
#include "repo/git/ref_name.h"
#include "repo/git/repository_internal.h"

static vv_status write_drivers(vv_repository *r, const char *program, vv_error *err)
{
	vv_buf value = VV_BUF_INIT;
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < vv_drivers_count; i++) {
		char *now = NULL;
		bool same;

		vv_buf_reset(&value);
		vv_driver_value(&value, i, program);
		if ((rc = vv_buf_ok(&value, err)) < 0) {
			break;
		}
		same = vv_config_string(r, vv_driver_key(i), &now, NULL) == VV_OK &&
		       strcmp(now, vv_buf_cstr(&value)) == 0;
		vv_free(now);
		if (!same) {
			rc = vv_config_set(r, vv_driver_key(i), vv_buf_cstr(&value), err);
		}
	}
	vv_buf_clear(&value);
	return rc;
}

/* git difftool would go and look for any program it knows, none of which shows a table. The
 * user's own choice stays. */
static vv_status offer_tool(vv_repository *r, vv_error *err)
{
	static const char *const chosen[] = {"diff.tool", "merge.tool"};
	size_t i;

	for (i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++) {
		char *value = NULL;
		vv_status rc = vv_config_string(r, chosen[i], &value, err);

		vv_free(value);
		if (rc != VV_ENOTFOUND) {
			return rc;
		}
		vv_error_clear(err);
	}
	return vv_config_set(r, "diff.tool", "varve", err);
}

static vv_status init_options(git_repository_init_options *out, const vv_init_options *opts,
			      char **branch, char **template, vv_error *err)
{
	const char *given = vv_env_get(opts->env, "GIT_TEMPLATE_DIR");
	int code = git_repository_init_options_init(out, GIT_REPOSITORY_INIT_OPTIONS_VERSION);

	if (code < 0) {
		return vv_git_fail(err, code, "cannot make a repository");
	}
	*branch = opts->initial_branch ? vv_strdup(opts->initial_branch)
				       : vv_config_outside(opts->env, "init.defaultBranch");
	if (!*branch) {
		*branch = vv_strdup("main");
	}
	*template = given && *given ? vv_strdup(given)
				    : vv_config_outside(opts->env, "init.templateDir");
	if (!*branch) {
		return vv_fail_nomem(err);
	}
	out->flags = GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_MKPATH;
	if (opts->bare) {
		out->flags |= GIT_REPOSITORY_INIT_BARE;
	}
	if (*template) {
		out->flags |= GIT_REPOSITORY_INIT_EXTERNAL_TEMPLATE;
		out->template_path = *template;
	}
	out->initial_head = *branch;
	return vv_ref_name_check(*branch, err);
}

static vv_status make_git(const char *path, const vv_init_options *opts, vv_error *err)
{
	git_repository_init_options init;
	git_repository *git = NULL;
	char *branch = NULL, *template = NULL;
	vv_status rc;
	int code;

	if ((rc = init_options(&init, opts, &branch, &template, err)) < 0) {
		goto done;
	}
	if ((code = git_repository_init_ext(&git, path, &init)) < 0) {
		rc = vv_git_fail(err, code, "cannot make a repository in '%s'",
				 vv_text_shows(path));
	}
done:
	git_repository_free(git);
	vv_free(template);
	vv_free(branch);
	return rc;
}

/* The settings, HEAD and folders of a new repository survive a crash from here on. */
static vv_status sync_new(const char *gitdir, vv_error *err)
{
	static const char *const names[] = {"HEAD", "config", "objects", "refs"};
	vv_status rc = VV_OK;
	size_t i;

	for (i = 0; rc == VV_OK && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = vv_path_join(gitdir, names[i], NULL);
		int fd;

		if (!path) {
			return vv_fail_nomem(err);
		}
		fd = vv_open(path, 0, 0, err);
		rc = fd < 0 ? (vv_status)fd : vv_fsync(fd, path, err);
		if (fd >= 0) {
			(void)vv_close(fd, path, NULL);
		}
		vv_free(path);
	}
	return rc == VV_OK ? vv_fsync_dir(gitdir, err) : rc;
}

#define ASIDE ".varve-init-"

/* A repository with a work tree is made in a folder beside its place, and renamed: libgit2's steps
 * leave locks when they are killed half way. */
static vv_status make_aside(const char *path, const char *gitdir, const vv_init_options *opts,
			    vv_error *err)
{
	char name[sizeof(ASIDE) + VV_TEMP_RANDOM] = ASIDE;
	char *aside = NULL, *made = NULL;
	vv_status rc;

	vv_temp_name(name + strlen(name));
	if (!(aside = vv_path_join(path, name, NULL)) ||
	    !(made = vv_path_join(aside, ".git", NULL))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = make_git(aside, opts, err)) < 0 || (rc = sync_new(made, err)) < 0 ||
	    (rc = vv_rename(made, gitdir, err)) < 0) {
		goto done;
	}
	rc = vv_fsync_dir(path, err);
done:
	if (aside) {
		(void)vv_remove_tree(aside, NULL);
	}
	vv_free(made);
	vv_free(aside);
	return rc;
}

static vv_status make_new(const char *path, const vv_init_options *opts, vv_error *err)
{
	char *gitdir = vv_path_join(path, ".git", NULL);
	vv_status rc;

	if (!gitdir) {
		return vv_fail_nomem(err);
	}
	rc = opts->bare || vv_exists(gitdir) || !vv_exists(path)
		     ? make_git(path, opts, err)
		     : make_aside(path, gitdir, opts, err);
	vv_free(gitdir);
	return rc;
}

static vv_status open_or_make(vv_repository **out, const char *path, const vv_init_options *opts,
			      bool *created, vv_error *err)
{
	bool here = !path || strcmp(path, ".") == 0;
	vv_status rc;

	*created = false;
	vv_temp_sweep(here ? "." : path, ASIDE);
	rc = here && !opts->bare
		     ? vv_repository_open(out, NULL, opts->env, err)
		     : vv_repository_open_exactly(out, path ? path : ".", opts->env, err);
	if (rc == VV_OK) {
		vv_repository_sweep_locks(*out);
	}
	if (rc != VV_ENOTFOUND) {
		return rc;
	}
	vv_error_clear(err);
	if ((rc = make_new(path ? path : ".", opts, err)) < 0 ||
	    (rc = vv_repository_open_exactly(out, path ? path : ".", opts->env, err)) < 0) {
		return rc;
	}
	*created = true;
	return sync_new((*out)->gitdir, err);
}

vv_status vv_repository_set_up(vv_repository *r, const char *program, vv_error *err)
{
	vv_status rc = vv_mkdirs(r->varvedir, err);

	if (rc == VV_OK && (rc = write_drivers(r, program ? program : "varve", err)) == VV_OK) {
		rc = offer_tool(r, err);
	}
	return rc;
}

vv_status vv_repository_init(vv_repository **out, const char *path, const vv_init_options *opts,
			     bool *created, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if ((rc = vv_git_start(err)) < 0) {
		return rc;
	}
	if ((rc = open_or_make(out, path, opts, created, err)) < 0) {
		goto done;
	}
	rc = vv_repository_set_up(*out, opts->program, err);
done:
	if (rc < 0) {
		vv_repository_close(*out);
		*out = NULL;
	}
	vv_git_stop();
	return rc;
}
