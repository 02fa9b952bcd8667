/*
 * repository_config: Git's settings: their files and precedence.
 *
 * libgit2 1.5 does not support GIT_CONFIG_GLOBAL and similar variables, nor settings of git -c, which are handled here.
 * If files are included by git -c or by a remote's URL (includeIf hasconfig), or settings come in GIT_CONFIG_COUNT, git
 * lists all settings. Either list is cached.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/program.h"
#include "repo/git/repository_internal.h"

#define LEVEL_WORKTREE GIT_CONFIG_LEVEL_APP

VV_AUTO_FREE(git_config_iterator, git_config_iterator_free)

/* The rest of a name, "section.Sub.name" as libgit2 and git list it, after the key or prefix, whose section and name may have
 * any case; NULL: it does not begin so. */
static const char *after_key(const char *name, const char *key)
{
	const char *first = strchr(key, '.'), *last = strrchr(key, '.');

	for (; *key; key++, name++) {
		const bool folds = !first || key < first || key > last;

		if (*name != (folds ? vv_to_lower(*key) : *key)) return NULL;
	}
	return name;
}

/* --- as git lists them ------------------------------------------------------------- */

/* Appends a word as git quotes it for the shell. Returns its end; NULL: git may read it otherwise. */
static const char *read_quoted(vv_buf *out, const char *p)
{
	if (*p++ != '\'') return NULL;
	while (true) {
		const size_t len = strcspn(p, "'");

		if (p[len] == '\0') return NULL;
		vv_buf_put(out, p, len);
		p += len + 1;
		if (*p != '\\') return p;
		if ((p[1] != '\'' && p[1] != '!') || p[2] != '\'') return NULL;
		vv_buf_putc(out, p[1]);
		p += 3;
	}
}

/* Converts "Section.Sub.Name" to the form in which git lists it. false: git refuses it, or includes a file. */
static bool normalize_key(char *key)
{
	char *first = strchr(key, '.'), *last = strrchr(key, '.');

	if (!first || first == key || !vv_is_alpha(last[1])) return false;
	for (char *p = key; *p; p++) {
		const bool folds = p < first || p > last;

		if (folds && !vv_is_alnum(*p) && *p != '-') return false;
		if (!folds && *p == '\n') return false;
		if (folds) {
			*p = vv_to_lower(*p);
		}
	}
	return strncmp(key, "include.", 8) != 0 && strncmp(key, "includeif.", 10) != 0;
}

/* Appends the setting at p, 'key'='value' or 'key=value' of older versions. Returns what follows; NULL: git is to read it. */
static const char *put_parameter(vv_buf *out, const char *p)
{
	vv_auto(vv_buf) word = VV_BUF_INIT, value = VV_BUF_INIT;
	const char *end = read_quoted(&word, p), *text = NULL;
	char *equals;

	if (!end || !vv_buf_cstr(&word)[0]) return NULL;
	if (end[0] == '=' && end[1] == '\'') {
		end = read_quoted(&value, end + 1);
		text = vv_buf_cstr(&value);
	} else if (end[0] == '=') {
		end++;
	} else if ((equals = strchr(word.data, '='))) {
		*equals = '\0';
		text = equals + 1;
	}
	if (!end || (*end && *end != ' ') || !normalize_key(word.data)) return NULL;
	vv_buf_printf(out, "command%c%s", '\0', word.data);
	if (text) {
		vv_buf_printf(out, "\n%s", text);
	}
	vv_buf_putc(out, '\0');
	return word.failed || value.failed ? NULL : end + strspn(end, " ");
}

/* Appends what git -c sets, which varve's own git also passes on: the filters and drivers that it starts would each start
 * another git to list it. false: git is to read it. */
static bool put_parameters(vv_buf *out, const vv_env *env)
{
	const char *p = vv_env_get(env, "GIT_CONFIG_PARAMETERS");

	while (p && *p) {
		p = put_parameter(out, p);
		if (!p) return false;
	}
	return !out->failed;
}

static bool needs_git(vv_repository *r)
{
	const char *count = vv_env_get(r->env, "GIT_CONFIG_COUNT");
	vv_auto(vv_buf) given = VV_BUF_INIT;
	vv_auto(git_config_iterator) *it = NULL;
	git_config_entry *e;

	if ((count && strcmp(count, "0") != 0) || !put_parameters(&given, r->env)) return true;
	bool includes = false;

	/* libgit2 1.5 loses memory for each name that a pattern does not match. */
	(void)git_config_iterator_new(&it, r->config);
	while (!includes && it && git_config_next(&e, it) == 0) {
		includes = strncmp(e->name, "includeif.hasconfig:", 20) == 0;
	}
	git_error_clear();
	return includes;
}

/* "SCOPE", NUL, "KEY\nVALUE" or "KEY", NUL; the later ones win. */
static vv_status read_settings(vv_repository *r, vv_error *err)
{
	char *p = r->settings_text.data, *end = p + r->settings_text.len;

	while (p < end) {
		char *name = p + strlen(p) + 1, *value = strchr(name, '\n');
		vv_setting made = {.scope = p, .name = name, .value = value ? value + 1 : NULL};

		p = name + strlen(name) + 1;
		if (value) {
			*value = '\0';
		}
		if (!vv_array_add(r->settings, r->setting_count, r->setting_cap, made)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static vv_status fail_config(int code, vv_error *err)
{
	return vv_git_fail(err, code, "cannot read the configuration");
}

static const char *level_name(git_config_level_t level)
{
	switch (level) {
	case GIT_CONFIG_LEVEL_PROGRAMDATA:
	case GIT_CONFIG_LEVEL_SYSTEM:
		return "system";
	case GIT_CONFIG_LEVEL_XDG:
	case GIT_CONFIG_LEVEL_GLOBAL:
		return "global";
	case GIT_CONFIG_LEVEL_LOCAL:
		return "local";
	case LEVEL_WORKTREE:
		return "worktree";
	default:
		return "other";
	}
}

/* libgit2's, in that form: it lists a level after those that it overrides. */
static vv_status copy_settings(vv_repository *r, vv_error *err)
{
	vv_auto(git_config_iterator) *it = NULL;
	git_config_entry *e;
	int code = git_config_iterator_new(&it, r->config);

	if (code < 0) return fail_config(code, err);
	while ((code = git_config_next(&e, it)) == 0) {
		vv_buf_printf(&r->settings_text, "%s%c%s", level_name(e->level), '\0', e->name);
		vv_buf_printf(&r->settings_text, "%s%s%c", e->value ? "\n" : "",
			      e->value ? e->value : "", '\0');
	}
	if (code != GIT_ITEROVER) return fail_config(code, err);
	git_error_clear();
	return put_parameters(&r->settings_text, r->env) ? VV_OK : vv_fail_nomem(err);
}

void vv_config_forget(vv_repository *r)
{
	vv_free(r->settings);
	vv_buf_clear(&r->settings_text);
	r->settings = NULL;
	r->setting_count = r->setting_cap = 0;
}

static vv_status list_settings(vv_repository *r, vv_error *err)
{
	const char *argv[] = {"git",    "--git-dir", r->gitdir,      "config",
			      "--list", "-z",        "--show-scope", NULL};
	int code = 0;

	if (r->setting_count > 0) return VV_OK;
	vv_buf_reset(&r->settings_text);
	vv_status rc = r->settings_by_git ? vv_program_run(r->env, argv, NULL, 0, &r->settings_text,
							   &code, err)
					  : copy_settings(r, err);
	if (rc == VV_OK && code != 0) {
		rc = vv_fail(
			err, VV_EIO,
			"cannot read the configuration: 'git config --list' ended with exit code %d",
			code);
	}
	if (rc == VV_OK && (rc = read_settings(r, err)) < 0) {
		vv_config_forget(r); /* a part would be taken for all */
	}
	return rc;
}

/* --- the files --------------------------------------------------------------------- */

static bool env_true(const vv_env *env, const char *name)
{
	const char *v = vv_env_get(env, name);
	int out = 0;

	return v && git_config_parse_bool(&out, v) == 0 && out;
}

static int add_file(git_config *cfg, const char *path, git_config_level_t level,
		    const git_repository *git)
{
	if (!path || !*path) return 0;
	int code = git_config_add_file_ondisk(cfg, path, level, git, 0);
	return code == GIT_ENOTFOUND ? 0 : code;
}

static int add_system(git_config *cfg, const vv_env *env, const git_repository *git)
{
	const char *file = vv_env_get(env, "GIT_CONFIG_SYSTEM");
	vv_auto(git_buf) found = {NULL, 0, 0};

	if (env_true(env, "GIT_CONFIG_NOSYSTEM")) return 0;
	if (file) return add_file(cfg, file, GIT_CONFIG_LEVEL_SYSTEM, git);
	return git_config_find_system(&found) == 0
		       ? add_file(cfg, found.ptr, GIT_CONFIG_LEVEL_SYSTEM, git)
		       : 0;
}

static int add_home(git_config *cfg, const vv_env *env, const git_repository *git)
{
	const char *file = vv_env_get(env, "GIT_CONFIG_GLOBAL");
	const char *xdg = vv_env_get(env, "XDG_CONFIG_HOME");
	const char *home = vv_env_get(env, "HOME");
	vv_auto(char) *user = NULL, *own = NULL;

	if (file) return add_file(cfg, file, GIT_CONFIG_LEVEL_GLOBAL, git);
	home = home && *home ? home : NULL;
	user = xdg && *xdg ? vv_path_join(xdg, "git", "config", NULL)
			   : vv_path_join(home, ".config", "git", "config", NULL);
	own = vv_path_join(home, ".gitconfig", NULL);
	if ((!user && (home || (xdg && *xdg))) || (!own && home)) {
		git_error_set_oom();
		return -1;
	}
	int code = add_file(cfg, user, GIT_CONFIG_LEVEL_XDG, git);
	return code < 0 ? code : add_file(cfg, own, GIT_CONFIG_LEVEL_GLOBAL, git);
}

vv_status vv_config_load(vv_repository *r, vv_error *err)
{
	vv_auto(char) *local = vv_path_join(r->commondir, "config", NULL);
	vv_auto(char) *own = vv_path_join(r->gitdir, "config.worktree", NULL);
	int on = 0, code;

	if (!local || !own) return vv_fail_nomem(err);
	if ((code = git_config_new(&r->config)) < 0 ||
	    (code = add_system(r->config, r->env, r->git)) < 0 ||
	    (code = add_home(r->config, r->env, r->git)) < 0 ||
	    (code = add_file(r->config, local, GIT_CONFIG_LEVEL_LOCAL, r->git)) < 0) {
		return fail_config(code, err);
	}
	if (git_config_get_bool(&on, r->config, "extensions.worktreeconfig") == 0 && on) {
		code = add_file(r->config, own, LEVEL_WORKTREE, r->git);
	}
	git_error_clear();
	if (code < 0 || (code = git_repository_set_config(r->git, r->config)) < 0) {
		return fail_config(code, err);
	}
	r->settings_by_git = needs_git(r);
	return VV_OK;
}

void vv_config_unload(vv_repository *r)
{
	vv_config_forget(r);
	git_config_free(vv_take(&r->config));
}

/* The levels that a repository cannot write. NULL on failure. */
static git_config *open_protected(const vv_env *env)
{
	vv_auto(git_config) *cfg = NULL;

	return git_config_new(&cfg) == 0 && add_system(cfg, env, NULL) == 0 &&
			       add_home(cfg, env, NULL) == 0
		       ? vv_take(&cfg)
		       : NULL;
}

static bool names_folder(const char *value, const char *folder)
{
	const size_t len = strlen(value);

	if (strcmp(value, "*") == 0) return true;
	if (len >= 2 && strcmp(value + len - 2, "/*") == 0) {
		return strncmp(folder, value, len - 1) == 0;
	}
	return strncmp(folder, value, len) == 0 &&
	       (folder[len] == '\0' || strcmp(folder + len, "/") == 0);
}

/* safe.directory counts only where the repository itself cannot write it, such as in files of the user and after git -c; an
 * empty value clears earlier ones (git-config(1)). git reads '~' and the variables that carry settings. */
bool vv_config_is_safe(const vv_env *env, const char *folder)
{
	static const char *const argv[] = {
		"git",       "config",         "-z", "--show-scope", "--type=path",
		"--get-all", "safe.directory", NULL};
	static const char *const more[] = {"GIT_DIR", NULL};
	vv_auto(vv_buf) list = VV_BUF_INIT, errors = VV_BUF_INIT;
	const vv_run run = {.argv = argv,
			    .dir = "/",
			    .env = env,
			    .more = more,
			    .output = &list,
			    .errors = &errors};
	bool safe = false;
	int code = 1;

	if (vv_run_program(&run, &code, VV_IGNORED) < 0 || code != 0 ||
	    vv_buf_ok(&list, VV_IGNORED) < 0) {
		return false;
	}
	/* "SCOPE", NUL, "VALUE", NUL */
	for (const char *p = vv_buf_cstr(&list), *end = p + list.len; p < end;) {
		const char *value = p + strlen(p) + 1;
		const bool counts = strcmp(p, "local") != 0 && strcmp(p, "worktree") != 0;

		safe = counts && value < end && *value == '\0' ? false : safe;
		safe = safe || (counts && value < end && *value && names_folder(value, folder));
		p = value + (value < end ? strlen(value) + 1 : 0);
	}
	return safe;
}

char *vv_config_outside(const vv_env *env, const char *key)
{
	git_config *cfg = NULL;
	git_config_entry *e = NULL;
	char *out = NULL;

	if (vv_git_start(NULL) < 0) return NULL;
	cfg = open_protected(env);
	if (cfg && git_config_get_entry(&e, cfg, key) == 0 && e->value && *e->value) {
		out = vv_strdup(e->value);
	}
	git_config_entry_free(e);
	git_config_free(cfg);
	git_error_clear();
	vv_git_stop();
	return out;
}

/* The last of that name, in upper or lower case; outside: of those that the repository cannot write. */
static const vv_setting *find_setting(const vv_repository *r, const char *key, bool outside)
{
	for (size_t i = r->setting_count; i > 0; i--) {
		const vv_setting *s = &r->settings[i - 1];
		const char *rest = after_key(s->name, key);

		if (rest && !*rest &&
		    (!outside || strcmp(s->scope, "system") == 0 ||
		     strcmp(s->scope, "global") == 0)) {
			return s;
		}
	}
	return NULL;
}

char *vv_config_protected(vv_repository *r, const char *key)
{
	const vv_setting *s = list_settings(r, VV_IGNORED) < 0 ? NULL : find_setting(r, key, true);

	return s && s->value && *s->value ? vv_strdup(s->value) : NULL;
}

/* *value is borrowed until a setting changes. */
static vv_status lookup_setting(vv_repository *r, const char *key, const char **value,
				vv_error *err)
{
	vv_status rc = list_settings(r, err);

	if (rc < 0) return rc;
	const vv_setting *s = find_setting(r, key, false);
	*value = s ? s->value : NULL;
	return s ? VV_OK : vv_fail(err, VV_ENOTFOUND, "'%s' is not configured", key);
}

vv_status vv_config_string(vv_repository *r, const char *key, char **out, vv_error *err)
{
	const char *value;
	vv_status rc = lookup_setting(r, key, &value, err);

	*out = NULL;
	if (rc < 0) return rc;
	*out = vv_strdup(value ? value : "");
	return *out ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_config_path(vv_repository *r, const char *key, char **out, vv_error *err)
{
	const char *home = vv_env_get(r->env, "HOME");
	vv_auto(char) *text = NULL;
	vv_status rc = vv_config_string(r, key, &text, err);

	*out = NULL;
	if (rc < 0) return rc;
	if (text[0] != '~' || text[1] != '/') {
		return vv_hand_over(out, &text);
	}
	if (!home || !*home) {
		return vv_fail(err, VV_EUSAGE, "'%s' is '%s', but HOME is not set", key,
			       vv_text_shows(text));
	}
	*out = vv_path_join(home, text + 2, NULL);
	return *out ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_config_read_bool(const char *key, const char *value, bool *out, vv_error *err)
{
	int v = 0;

	if (git_config_parse_bool(&v, value) < 0) {
		git_error_clear();
		return vv_fail(err, VV_EUSAGE, "the setting '%s' is '%s', expected true or false",
			       key, vv_text_shows(value));
	}
	*out = v != 0;
	return VV_OK;
}

vv_status vv_config_read_u64(const char *key, const char *value, uint64_t *out, vv_error *err)
{
	int64_t v = 0;

	if (!value || git_config_parse_int64(&v, value) < 0 || v < 0) {
		git_error_clear();
		return vv_fail(
			err, VV_EUSAGE,
			"the setting '%s' is '%s', expected a number such as 512, 64k or 256m", key,
			value ? vv_text_shows(value) : "");
	}
	*out = (uint64_t)v;
	return VV_OK;
}

vv_status vv_config_bool(vv_repository *r, const char *key, bool fallback, bool *out, vv_error *err)
{
	const char *value;
	vv_status rc = lookup_setting(r, key, &value, err);

	*out = fallback;
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	return vv_config_read_bool(key, value, out, err);
}

vv_status vv_config_u64(vv_repository *r, const char *key, uint64_t fallback, uint64_t *out,
			vv_error *err)
{
	const char *value;
	vv_status rc = lookup_setting(r, key, &value, err);

	*out = fallback;
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	return vv_config_read_u64(key, value, out, err);
}

vv_status vv_config_each(vv_repository *r, const char *prefix, vv_config_fn fn, void *payload,
			 vv_error *err)
{
	vv_status rc = list_settings(r, err);

	for (size_t i = 0; rc == VV_OK && i < r->setting_count; i++) {
		const vv_setting *s = &r->settings[i];

		if (after_key(s->name, prefix)) {
			rc = fn(payload, s->name, s->value ? s->value : "true", s->scope, err);
		}
	}
	return rc < 0 ? rc : VV_OK;
}
