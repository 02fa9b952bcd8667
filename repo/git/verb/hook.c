/*
 * hook: where Git looks for a hook, what runs there.
 */
#include "repo/git/verb/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "repo/git/repository_internal.h"
#include "repo/git/write_turn.h"

#define HOOK_MAX 65536u

static char *env_setting(const char *name, const char *value)
{
	return vv_asprintf("%s=%s", name, value);
}

static vv_status hook_path(vv_repository *r, const char *name, char **out, vv_error *err)
{
	const char *top = r->workdir ? r->workdir : r->gitdir;
	vv_auto(char) *set = NULL;
	vv_status rc = vv_missing_ok(vv_config_path(r, "core.hookspath", &set, err), err);

	if (rc < 0) return rc;
	/* a relative one counts from where hooks run */
	vv_auto(char) *dir = set ? vv_path_absolute(top, set)
				 : vv_path_join(r->commondir, "hooks", NULL);
	*out = dir ? vv_path_join(dir, name, NULL) : NULL;
	return *out ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_hook_run(vv_repository *r, const char *name, const char *const *args, bool *ran,
		      vv_error *err)
{
	return vv_hook_run_with(r, name, args, NULL, 0, ran, err);
}

/* Finds a hook in the settings: hook.<its name>.event = <event>. */
typedef struct event_hook {
	const char *event;
	bool found;
} event_hook;

static vv_status see_event(void *payload, const char *key, const char *value,
			   const char *level VV_UNUSED, vv_error *err VV_UNUSED)
{
	event_hook *h = payload;
	const size_t len = strlen(key);

	h->found |= len > 6 && strcmp(key + len - 6, ".event") == 0 && strcmp(value, h->event) == 0;
	return VV_OK;
}

vv_status vv_hook_is_set(bool *out, vv_repository *r, const char *name, vv_error *err)
{
	const char *argv[] = {"git", "hook", "list", name, NULL};
	vv_auto(vv_buf) list = VV_BUF_INIT;
	event_hook h = {.event = name};
	int code = 0;
	vv_status rc = vv_config_each(r, "hook.", see_event, &h, err);

	*out = false;
	if (rc < 0 || !h.found) return rc;
	const vv_run run = {.argv = argv,
			    .dir = r->workdir ? r->workdir : r->gitdir,
			    .env = r->env,
			    .output = &list,
			    .mute = true};
	rc = vv_run_program(&run, &code, err);
	*out = rc == VV_OK &&
	       code == 0; /* git before 2.54 has no such command, and no such hooks */
	return rc;
}

vv_status vv_hook_run_with(vv_repository *r, const char *name, const char *const *args,
			   const void *input, size_t len, bool *ran, vv_error *err)
{
	vv_auto(char) *path = NULL, *git_dir = NULL, *git_index = NULL;
	vv_auto(char) *called = NULL;
	static const char *const by_git[] = {"git", "hook", "run", "--ignore-missing",
					     "--to-stdin=/dev/stdin"};
	const char *more[5] = {NULL, NULL, NULL, vv_write_turn_setting(r), NULL};
	const size_t count = vv_texts_count(args);
	size_t first = 0;
	bool set;
	vv_status rc;
	int code;

	*ran = false;
	if ((rc = hook_path(r, name, &path, err)) < 0 ||
	    (rc = vv_hook_is_set(&set, r, name, err)) < 0 || (!set && !vv_program_runs(path))) {
		return rc;
	}
	vv_auto_free const char **argv = vv_calloc(count + 8, sizeof(char *));
	more[0] = git_dir = env_setting("GIT_DIR", r->gitdir);
	more[1] = git_index = env_setting("GIT_INDEX_FILE", r->index_file);
	more[2] = called = env_setting("VARVE_HOOK", name);
	if (!argv || !git_dir || !git_index || !called) return vv_fail_nomem(err);
	if (set) { /* git runs them, and the one at path */
		for (; first < sizeof(by_git) / sizeof(by_git[0]); first++) {
			argv[first] = by_git[first];
		}
		argv[first++] = name;
		argv[first++] = "--";
	} else {
		argv[first++] = path;
	}
	for (size_t i = 0; i < count; i++) {
		argv[first + i] = args[i];
	}
	vv_run run = {.argv = argv,
		      .dir = r->workdir ? r->workdir : r->gitdir,
		      .env = r->env,
		      .more = more,
		      .output_to_errors = true,
		      .script_ok = true,
		      .input = input,
		      .len = len};
	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	*ran = true;
	if (code != 0) {
		rc = vv_fail(err, VV_ECONFLICT, "the hook '%s' failed (exit code %d)", name, code);
	}
	return rc;
}

/* Does the folder lie in the repository's Git folder, links followed? */
static bool is_own_folder(const vv_repository *r, const char *dir)
{
	char *real = realpath(dir, NULL), *own = realpath(r->commondir, NULL);
	size_t len = own ? strlen(own) : 0;
	bool within = real && own && strncmp(real, own, len) == 0 && real[len] == '/';

	free(real);
	free(own);
	return within;
}

/* An unreadable file may have it: that is a failure. */
static vv_status has_mark(bool *out, const char *path, const char *mark, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_read_regular(&text, path, HOOK_MAX, err);

	*out = rc == VV_OK && strstr(vv_buf_cstr(&text), mark);
	return vv_error_excuse(rc, rc != VV_EIO && rc != VV_ENOMEM, err);
}

/* Tools write hooks that run another file: 'pre-commit install' renames an existing hook to <hook>.legacy,
 * husky's .husky/_/<hook> runs .husky/<hook>. *own: that file of husky's, or NULL. */
static vv_status runs_mark(bool *out, char **own, const char *path, const char *name,
			   const char *mark, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(path), *top = dir ? vv_path_dir(dir) : NULL;
	vv_auto(char) *runner = dir ? vv_path_join(dir, "h", (char *)NULL) : NULL;
	vv_auto(vv_buf) legacy = VV_BUF_INIT;
	bool tool = false;
	vv_status rc;

	*out = false;
	*own = NULL;
	vv_buf_printf(&legacy, "%s.legacy", path);
	if (!top || !runner) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_buf_ok(&legacy, err)) == VV_OK &&
		   (rc = has_mark(&tool, path, "pre-commit", err)) == VV_OK && tool) {
		rc = has_mark(out, vv_buf_cstr(&legacy), mark, err);
	} else if (rc == VV_OK && strcmp(vv_path_base(dir), "_") == 0 && vv_exists(runner)) {
		*own = vv_path_join(top, name, (char *)NULL);
		rc = *own ? has_mark(out, *own, mark, err) : vv_fail_nomem(err);
	}
	return rc;
}

/* For all who may read it. */
static vv_status make_executable(const char *path, vv_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0 ||
	    chmod(path, (st.st_mode & 0777) | (st.st_mode & 0444) >> 2) < 0) {
		return vv_fail_errno(err, "cannot make executable", path);
	}
	return VV_OK;
}

/* Renames a foreign hook. */
static vv_status set_aside(const char *path, const char *suffix, vv_hook_place *out, vv_error *err)
{
	vv_stat st;
	vv_status rc = VV_OK;

	*out = VV_HOOK_SET;
	if (vv_lstat(&st, path, VV_IGNORED) < 0) return VV_OK;
	vv_auto(char) *other = vv_asprintf("%s%s", path, suffix);
	if ((rc = vv_alloc_ok(other, err)) == VV_OK && vv_lstat(&st, other, VV_IGNORED) == VV_OK) {
		*out = VV_HOOK_BLOCKED;
	} else if (rc == VV_OK) {
		rc = vv_rename(path, other, err);
	}
	return rc;
}

/* Does the hooks folder of this path lead out of the repository's own? */
static vv_status stands_elsewhere(const vv_repository *r, const char *path, bool *out,
				  vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(path), *parent = dir ? vv_path_dir(dir) : NULL;
	vv_status rc = parent ? VV_OK : vv_fail_nomem(err);

	*out = parent && !is_own_folder(r, vv_exists(dir) ? dir : parent) &&
	       !(!vv_exists(dir) && strcmp(parent, r->commondir) == 0);
	return rc;
}

vv_status vv_hook_install(vv_repository *r, const char *name, const char *suffix, const char *text,
			  const char *mark, vv_hook_place *out, vv_error *err)
{
	vv_auto(char) *path = NULL;
	vv_auto(char) *dir = NULL, *own = NULL;
	vv_auto(vv_buf) new = VV_BUF_INIT;
	bool elsewhere, calls = false;
	vv_status rc = hook_path(r, name, &path, err);

	*out = VV_HOOK_ELSEWHERE;
	if (rc < 0) return rc;
	if ((rc = stands_elsewhere(r, path, &elsewhere, err)) < 0 || elsewhere) return rc;
	if (!(dir = vv_path_dir(path))) return vv_fail_nomem(err);
	if ((rc = has_mark(&calls, path, mark, err)) < 0 ||
	    (!calls && (rc = runs_mark(&calls, &own, path, name, mark, err)) < 0)) {
		return rc;
	}
	if (calls) {
		*out = VV_HOOK_THERE;
		return rc;
	}
	if ((rc = vv_mkdirs(dir, err)) < 0 || (rc = set_aside(path, suffix, out, err)) < 0 ||
	    *out != VV_HOOK_SET) {
		return rc;
	}
	/* Git skips a hook that is not executable: so the new one is made executable before the
	 * rename. */
	vv_buf_printf(&new, "%s.new", path);
	if ((rc = vv_buf_ok(&new, err)) < 0 ||
	    (rc = vv_write_file(new.data, text, strlen(text), true, err)) < 0 ||
	    (rc = make_executable(new.data, err)) < 0 ||
	    (rc = vv_rename(new.data, path, err)) < 0) {
		return rc;
	}
	return vv_fsync_dir(dir, err);
}

vv_status vv_hook_find(vv_hook_found *out, vv_repository *r, const char *name, const char *text,
		       const char *mark, vv_error *err)
{
	vv_auto(vv_buf) now = VV_BUF_INIT;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = hook_path(r, name, &out->path, err)) < 0 ||
	    (rc = stands_elsewhere(r, out->path, &out->elsewhere, err)) < 0) {
		return rc;
	}
	out->there = vv_exists(out->path);
	out->runs = vv_program_runs(out->path);
	if (out->there && vv_read_regular(&now, out->path, HOOK_MAX, VV_IGNORED) == VV_OK) {
		out->calls = strstr(vv_buf_cstr(&now), mark) != NULL;
		out->ours = strcmp(vv_buf_cstr(&now), text) == 0;
	}
	return out->there && !out->calls
		       ? runs_mark(&out->calls, &out->own, out->path, name, mark, err)
		       : VV_OK;
}

void vv_hook_found_clear(vv_hook_found *f)
{
	vv_free_all(f->path, f->own);
	memset(f, 0, sizeof(*f));
}

vv_status vv_hook_remove(vv_repository *r, const char *name, const char *suffix, const char *text,
			 bool *removed, vv_error *err)
{
	vv_auto(vv_hook_found) found = {0};
	vv_auto(vv_buf) other = VV_BUF_INIT;
	vv_status rc = vv_hook_find(&found, r, name, text, text, err);

	*removed = rc == VV_OK && found.ours && !found.elsewhere;
	if (*removed) {
		vv_buf_printf(&other, "%s%s", found.path, suffix);
		if ((rc = vv_buf_ok(&other, err)) == VV_OK) {
			rc = vv_exists(other.data) ? vv_rename(other.data, found.path, err)
						   : vv_unlink(found.path, true, err);
		}
	}
	return rc;
}
