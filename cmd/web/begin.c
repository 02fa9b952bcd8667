/*
 * begin: the typed address or folder of the first page.
 */
#include "cmd/web/begin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/web/model/login.h"
#include "lib/clone/clone.h"

/* --- the list ----------------------------------------------------------------------------- */

static bool is_repository(const char *folder, const char *name)
{
	vv_auto(char) *git = vv_path_join(folder, name, ".git", (char *)NULL);

	return git && vv_exists(git);
}

vv_status vv_web_begin_read(vv_web_visit *v, vv_web_begin *out, vv_error *err)
{
	char *here = getcwd(NULL, 0);
	vv_auto(vv_folder) f = {0};

	*out = (vv_web_begin){.folder = vv_web_keep_text(v, here ? here : "."), .complete = true};
	free(here);
	out->names = vv_arena_calloc(&v->arena, VV_WEB_BEGIN_MAX, sizeof(*out->names));
	if (!out->names || v->failed) return vv_fail_nomem(err);
	(void)vv_folder_read(&f, out->folder, true, VV_IGNORED);
	while (vv_folder_next(&f)) {
		if (!is_repository(out->folder, f.name)) {
			continue;
		}
		if (out->count == VV_WEB_BEGIN_MAX) {
			out->complete = false;
			break;
		}
		out->names[out->count++] = vv_web_keep_text(v, f.name);
	}
	return v->failed ? vv_fail_nomem(err) : VV_OK;
}

/* --- the buttons -------------------------------------------------------------------------- */

/* Absolute; '~' is the home folder, as people write it. NULL: out of memory. */
static char *absolute_path(const vv_env *env, const char *folder)
{
	const char *home = vv_env_get(env, "HOME");
	char *here = getcwd(NULL, 0), *path;

	if (folder[0] == '~' && (folder[1] == '/' || folder[1] == '\0') && home) {
		path = vv_path_absolute(home, folder[1] ? folder + 2 : ".");
	} else {
		path = vv_path_absolute(here ? here : "/", folder);
	}
	free(here);
	return path;
}

static vv_status read_folder(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb,
			     const char **out, vv_error *err)
{
	const char *folder = vv_web_field(verb, "folder");

	if (!*folder) return vv_fail(err, VV_EUSAGE, "write the name of a folder");
	vv_auto(char) *path = absolute_path(env, folder);
	if (!path) return vv_fail_nomem(err);
	*out = vv_web_keep_text(v, path);
	return VV_OK;
}

static vv_status run_in(vv_web_visit *v, const vv_env *env, const char *folder, const char **list,
			vv_error *err)
{
	const vv_web_command command = {.list = list, .dir = folder, .env = env};
	const char *said;
	int code;
	vv_status rc = vv_web_run(v, &command, &code, &said, err);

	if (rc < 0 || code == 0) return rc;
	return vv_fail(err, VV_EUSAGE, "%s", said);
}

/* The top of the repository's work tree, or its Git folder. */
static vv_status find_top(vv_web_visit *v, const vv_env *env, const char *folder, const char **out,
			  vv_error *err)
{
	vv_auto(vv_repository) *r = NULL;
	vv_status rc = vv_repository_open(&r, folder, env, err);

	if (rc < 0) return rc;
	const char *top = vv_repository_workdir(r);
	*out = vv_web_keep_text(v, top ? top : vv_repository_gitdir(r));
	return VV_OK;
}

static vv_status open_folder(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb,
			     const char **path, vv_error *err)
{
	const char *folder;
	struct stat st;
	vv_status rc = read_folder(v, env, verb, &folder, err);

	if (rc < 0) return rc;
	if (stat(folder, &st) != 0) {
		return vv_fail(err, VV_EUSAGE, "the folder '%s' cannot be opened: %s",
			       vv_text_shows(folder), strerror(errno));
	}
	if (!S_ISDIR(st.st_mode)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is a file, not a folder",
			       vv_text_shows(folder));
	}
	rc = find_top(v, env, folder, path, err);
	if (rc != VV_ENOTFOUND) return rc;
	return vv_fail(err, VV_EUSAGE,
		       "the folder '%s' does not have versions of its files\n"
		       "to begin with it, choose 'Begin with this folder'",
		       vv_text_shows(folder));
}

static vv_status start_folder(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb,
			      const char **path, vv_error *err)
{
	const char *folder, *list[] = {"varve", "init", "--", NULL, NULL};
	vv_status rc = read_folder(v, env, verb, &folder, err);

	if (rc < 0) return rc;
	list[3] = folder;
	rc = run_in(v, env, "/", list, err);
	return rc < 0 ? rc : find_top(v, env, folder, path, err);
}

static vv_status clone_address(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb,
			       const char **path, vv_error *err)
{
	const char *address = vv_web_field(verb, "address"), *folder = vv_web_field(verb, "folder");
	const char *list[] = {"varve", "clone", "--quiet", "--", address, NULL, NULL};

	address += strspn(address, " \t");
	address = vv_web_keep(v, address, strcspn(address, " \t\r\n"));
	if (!*address) return vv_fail(err, VV_EUSAGE, "write an address");
	vv_auto(char) *name = NULL;
	vv_status rc = *folder ? VV_OK : vv_clone_folder_name(&name, address, err);
	if (rc == VV_EUSAGE || strcmp(folder, ".") == 0 || strcmp(folder, "..") == 0) {
		return vv_fail(err, VV_EUSAGE, "write the name of a folder, too");
	}
	if (rc < 0) return rc;
	vv_auto(char) *to = absolute_path(env, name ? name : folder);
	if (!to) return vv_fail_nomem(err);
	list[4] = address;
	list[5] = to;
	if (*vv_web_field(verb, "user") || *vv_web_field(verb, "password")) {
		rc = vv_web_login(v, env, verb, address, err);
	}
	if (rc < 0) return rc;
	rc = run_in(v, env, NULL, list, err);
	if (rc == VV_OK) return find_top(v, env, to, path, err);
	if (rc == VV_EUSAGE && vv_web_login_is_needed(err->message)) {
		return vv_hint(err, "write your name at the host, and a token, below");
	}
	if (rc == VV_EUSAGE && is_repository(to, ".")) {
		return vv_hint(err, "if it is the one that you want, open it below");
	}
	return rc == VV_EUSAGE && vv_exists(to) ? vv_hint(err, "write another folder") : rc;
}

vv_status vv_web_begin_do(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb,
			  const char **path, vv_error *err)
{
	static const struct {
		const char *name;
		vv_status (*run)(vv_web_visit *, const vv_env *, const vv_web_verb *, const char **,
				 vv_error *);
	} verbs[] = {{"open", open_folder}, {"start", start_folder}, {"clone", clone_address}};

	vv_array_each(verbs, sizeof(verbs) / sizeof(verbs[0]), it) {
		if (strcmp(it->name, verb->name) == 0) return it->run(v, env, verb, path, err);
	}
	return vv_fail(err, VV_EUSAGE, "pages have no button '%s'", vv_text_shows(verb->name));
}
