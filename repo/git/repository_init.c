/*
 * repository_init: writes varve's settings of a repository, and runs git init.
 */
#include "repo/git/repository_init.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/drivers.h"
#include "repo/git/ref_name.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

/* A setting that is to be made. */
static void add_edit(vv_config_edit *edits, size_t *count, const char *key, const char *value)
{
	edits[(*count)++] = (vv_config_edit){.key = key, .value = value};
}

static vv_status add_drivers(vv_config_edit *edits, size_t *count, vv_arena *values,
			     vv_repository *r, const char *program, vv_error *err)
{
	for (size_t i = 0; i < vv_drivers_count; i++) {
		vv_auto(vv_buf) value = VV_BUF_INIT;
		vv_auto(char) *now = NULL;
		const char *kept;

		vv_driver_value(&value, i, program);
		if (vv_buf_ok(&value, err) < 0 ||
		    !(kept = vv_arena_strndup(values, value.data, value.len))) {
			return vv_fail_nomem(err);
		}
		if (vv_config_string(r, vv_driver_key(i), &now, NULL) < 0 ||
		    strcmp(now, kept) != 0) {
			add_edit(edits, count, vv_driver_key(i), kept);
		}
	}
	return VV_OK;
}

/* git difftool would search its known programs, none of which shows a table. The user's own choice
 * stays. */
static vv_status offer_tool(vv_config_edit *edits, size_t *count, vv_repository *r, vv_error *err)
{
	static const char *const chosen[] = {"diff.tool", "merge.tool"};

	for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++) {
		vv_auto(char) *value = NULL;
		vv_status rc = vv_config_string(r, chosen[i], &value, err);

		if (rc != VV_ENOTFOUND) return rc;
	}
	add_edit(edits, count, "diff.tool", "varve");
	return VV_OK;
}

/* Git for Windows refuses paths of more than 260 characters unless this is set. The user's own choice stays. */
static vv_status allow_long_paths(vv_config_edit *edits, size_t *count, vv_repository *r,
				  vv_error *err)
{
	vv_auto(char) *value = NULL;

	if (!vv_path_lacks_names()) return VV_OK;
	const vv_status rc = vv_config_string(r, "core.longpaths", &value, err);
	if (rc != VV_ENOTFOUND) return rc;
	add_edit(edits, count, "core.longpaths", "true");
	return VV_OK;
}

/* Does the environment name the repository, for a command without a folder? */
static bool is_named_by_env(const char *path, const vv_env *env)
{
	const char *dir = vv_env_get(env, "GIT_DIR");

	return strcmp(path, ".") == 0 && dir && *dir;
}

static vv_status make_git(const char *path, const vv_init_options *opts, vv_error *err)
{
	/* The formats that libgit2 reads; then the variables that select another repository. */
	static const char *const more[] = {"GIT_DEFAULT_HASH=sha1",
					   "GIT_DEFAULT_REF_FORMAT=files",
					   "GIT_DIR",
					   "GIT_WORK_TREE",
					   "GIT_OBJECT_DIRECTORY",
					   "GIT_COMMON_DIR",
					   NULL};
	const char *const formats[] = {more[0], more[1], NULL};
	const bool named = is_named_by_env(path, opts->env);
	vv_auto(char) *what = vv_asprintf("cannot make a repository in '%s'", vv_text_shows(path));
	vv_auto(char) *branch = opts->initial_branch
					? vv_strdup(opts->initial_branch)
					: vv_config_outside(opts->env, "init.defaultBranch");
	vv_status rc;

	if (!what || (!branch && !(branch = vv_strdup("main")))) return vv_fail_nomem(err);
	if ((rc = vv_ref_name_check(branch, err)) < 0) return rc;
	const char *const args[] = {"-c",
				    "core.preferSymlinkRefs=false",
				    "init",
				    "-q",
				    "-b",
				    branch,
				    opts->bare ? "--bare" : "-q",
				    "--",
				    named ? NULL : path,
				    NULL};
	const vv_git_call git = {.args = args, .env = opts->env, .more = named ? formats : more};
	rc = vv_git_must(&git, what, err);
	return rc < 0 ? vv_git_name_disk(NULL, path, err) : rc;
}

/* The settings, HEAD and folders of a new repository survive a crash from here on. */
static vv_status sync_new(const char *gitdir, vv_error *err)
{
	static const char *const names[] = {"HEAD", "config", "objects", "refs"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_auto(char) *path = vv_path_join(gitdir, names[i], NULL);

		if ((rc = vv_fsync_path(path, err)) < 0) return rc;
	}
	return vv_fsync_dir(gitdir, err);
}

#define ASIDE ".varve-init-"

/* A repository with a work tree is made in a folder beside its place, and renamed: libgit2's steps
 * leave locks when they are killed half way. */
static vv_status make_aside(const char *path, const char *gitdir, const vv_init_options *opts,
			    vv_error *err)
{
	char name[sizeof(ASIDE) + VV_TEMP_RANDOM] = ASIDE;
	vv_auto(char) *aside = NULL, *made = NULL;
	vv_status rc;

	vv_temp_name(name + strlen(name));
	aside = vv_path_join(path, name, NULL);
	if (!(made = vv_path_join(aside, ".git", NULL))) return vv_fail_nomem(err);
	if ((rc = make_git(aside, opts, err)) == VV_OK && (rc = sync_new(made, err)) == VV_OK) {
		rc = vv_rename(made, gitdir, err);
	}
	(void)vv_remove_tree(aside, NULL);
	return rc < 0 ? rc : vv_fsync_dir(path, err);
}

static vv_status make_new(const char *path, const vv_init_options *opts, vv_error *err)
{
	vv_auto(char) *gitdir = vv_path_join(path, ".git", NULL);

	vv_status rc = gitdir ? vv_mkdirs(path, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	return opts->bare || is_named_by_env(path, opts->env) || vv_exists(gitdir)
		       ? make_git(path, opts, err)
		       : make_aside(path, gitdir, opts, err);
}

static vv_status open_or_make(vv_repository **out, const char *path, const vv_init_options *opts,
			      bool *created, vv_error *err)
{
	const bool here = !path || strcmp(path, ".") == 0;
	const char *dir = here ? "." : path;

	*created = false;
	vv_temp_sweep(dir, ASIDE);
	vv_status rc = here && !opts->bare ? vv_repository_open(out, NULL, opts->env, err)
					   : vv_repository_open_exactly(out, dir, opts->env, err);
	if (rc == VV_OK) {
		vv_repository_sweep_locks(*out);
	}
	if (rc != VV_ENOTFOUND) return rc;
	if ((rc = make_new(dir, opts, err)) < 0 ||
	    (rc = is_named_by_env(dir, opts->env)
			  ? vv_repository_open(out, NULL, opts->env, err)
			  : vv_repository_open_exactly(out, dir, opts->env, err)) < 0) {
		return rc;
	}
	*created = true;
	return sync_new((*out)->gitdir, err);
}

vv_status vv_repository_set_up(vv_repository *r, const char *program, vv_error *err)
{
	vv_auto_free vv_config_edit *edits = vv_calloc(vv_drivers_count + 2, sizeof(*edits));
	vv_auto(vv_arena) values = VV_ARENA_INIT;
	size_t count = 0;
	vv_status rc = edits ? vv_mkdirs(r->varvedir, err) : vv_fail_nomem(err);

	if (rc < 0 ||
	    (rc = add_drivers(edits, &count, &values, r, program ? program : "varve", err)) < 0 ||
	    (rc = offer_tool(edits, &count, r, err)) < 0 ||
	    (rc = allow_long_paths(edits, &count, r, err)) < 0) {
		return rc;
	}
	return count > 0 ? vv_config_change(r, edits, count, err) : VV_OK;
}

vv_status vv_repository_init(vv_repository **out, const char *path, const vv_init_options *opts,
			     bool *created, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if ((rc = vv_git_start(err)) < 0) return rc;
	if ((rc = open_or_make(out, path, opts, created, err)) < 0 ||
	    (rc = vv_repository_set_up(*out, opts->program, err)) < 0) {
		vv_repository_close(vv_take(out));
	}
	vv_git_stop();
	return rc;
}
