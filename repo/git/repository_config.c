/*
 * repository_config: Git's settings: which files make them up, and in which order they win.
 *
 * libgit2 1.5 knows neither GIT_CONFIG_GLOBAL and its kin nor the settings of
 * git -c; both are seen to here.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/repository_internal.h"

#define OVERRIDES_MAX 4096u
#define LEVEL_WORKTREE GIT_CONFIG_LEVEL_APP

VV_AUTO_FREE(git_config_iterator, git_config_iterator_free)

/* "Section.Sub.Name" with section and name in lower case, as libgit2 gives them. */
static char *normal_key(const char *key, size_t len)
{
	char *out = vv_strndup(key, len);

	if (!out) return NULL;
	char *first = strchr(out, '.');
	char *last = strrchr(out, '.');
	for (char *p = out; *p; p++) {
		if (!first || p < first || p > last) {
			*p = (char)tolower((unsigned char)*p);
		}
	}
	return out;
}

static vv_status override_add(vv_repository *r, const char *key, size_t key_len, const char *value,
			      vv_error *err)
{
	if (r->override_count >= OVERRIDES_MAX) {
		return vv_fail(err, VV_EUSAGE,
			       "too many settings in GIT_CONFIG_COUNT or GIT_CONFIG_PARAMETERS");
	}
	vv_override *list = vv_realloc_array(r->overrides, r->override_count + 1, sizeof(*list));
	if (!list) return vv_fail_nomem(err);
	r->overrides = list;
	vv_override *o = &list[r->override_count];
	o->name = normal_key(key, key_len);
	o->value = value ? vv_strdup(value) : NULL;
	if (!o->name || (value && !o->value)) {
		vv_free_all(o->name, o->value);
		return vv_fail_nomem(err);
	}
	r->override_count++;
	return VV_OK;
}

/* GIT_CONFIG_COUNT, GIT_CONFIG_KEY_0, GIT_CONFIG_VALUE_0 ...: git-config(1). */
static vv_status load_counted(vv_repository *r, vv_error *err)
{
	const char *count_text = vv_env_get(r->env, "GIT_CONFIG_COUNT");
	uint64_t count;
	vv_status rc;

	if (!count_text || !*count_text) return VV_OK;
	if (!vv_parse_u64(&count, count_text, strlen(count_text)) || count > OVERRIDES_MAX) {
		return vv_fail(err, VV_EUSAGE, "GIT_CONFIG_COUNT is not a usable number: '%s'",
			       vv_text_shows(count_text));
	}
	for (uint64_t i = 0; i < count; i++) {
		char name[48];

		(void)snprintf(name, sizeof(name), "GIT_CONFIG_KEY_%u", (unsigned)i);
		const char *key = vv_env_get(r->env, name);
		(void)snprintf(name, sizeof(name), "GIT_CONFIG_VALUE_%u", (unsigned)i);
		const char *value = vv_env_get(r->env, name);
		if (!key || !value) {
			return vv_fail(err, VV_EUSAGE,
				       "GIT_CONFIG_COUNT is %u, but key or value %u is not set",
				       (unsigned)count, (unsigned)i);
		}
		if ((rc = override_add(r, key, strlen(key), value, err)) < 0) return rc;
	}
	return VV_OK;
}

/* One '...' word of GIT_CONFIG_PARAMETERS, where ' and ! are written '\'' and '\!'. */
static bool sq_word(const char **p, vv_buf *out)
{
	const char *s = *p;

	if (*s != '\'') return false;
	for (s++; *s; s++) {
		if (*s != '\'') {
			vv_buf_putc(out, *s);
		} else if (s[1] == '\\' && (s[2] == '\'' || s[2] == '!') && s[3] == '\'') {
			vv_buf_putc(out, s[2]);
			s += 3;
		} else {
			*p = s + 1;
			return true;
		}
	}
	return false;
}

/* The next setting of GIT_CONFIG_PARAMETERS; *p moves past it. */
static vv_status load_parameter(vv_repository *r, const char **p, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, value = VV_BUF_INIT;
	const char *given = NULL;
	vv_status rc;

	if (!sq_word(p, &key)) {
		return vv_fail(err, VV_EUSAGE,
			       "GIT_CONFIG_PARAMETERS is not written as git writes it");
	}
	const char *text = vv_buf_cstr(&key);
	size_t len = key.len;
	if (**p == '=') { /* 'key'='value' (git 2.31 and later), or a bare key */
		++*p;
		given = sq_word(p, &value) ? vv_buf_cstr(&value) : NULL;
	} else if (strchr(text, '=')) { /* 'key=value' */
		len = strcspn(text, "=");
		given = text + len + 1;
	}
	if ((rc = vv_buf_ok(&key, err)) < 0 || (rc = vv_buf_ok(&value, err)) < 0) return rc;
	return override_add(r, text, len, given, err);
}

static vv_status load_parameters(vv_repository *r, vv_error *err)
{
	const char *p = vv_env_get(r->env, "GIT_CONFIG_PARAMETERS");
	vv_status rc;

	while (p && *(p += strspn(p, " "))) {
		if ((rc = load_parameter(r, &p, err)) < 0) return rc;
	}
	return VV_OK;
}

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

static vv_status fail_config(int code, vv_error *err)
{
	return vv_git_fail(err, code, "cannot read the configuration");
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
	vv_status rc = load_parameters(r, err);
	return rc < 0 ? rc : load_counted(r, err);
}

void vv_config_unload(vv_repository *r)
{
	for (size_t i = 0; i < r->override_count; i++) {
		vv_free_all(r->overrides[i].name, r->overrides[i].value);
	}
	vv_free(r->overrides);
	git_config_free(r->snapshot);
	git_config_free(r->config);
	r->overrides = NULL;
	r->override_count = 0;
	r->snapshot = r->config = NULL;
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

/* safe.directory counts only where the repository itself cannot write it; an
 * empty value forgets what came before (git-config(1)). */
bool vv_config_is_safe(const vv_env *env, const char *folder)
{
	vv_auto(git_config) *cfg = open_protected(env);
	vv_auto(git_config_iterator) *it = NULL;
	git_config_entry *e;
	bool safe = false;

	if (cfg) {
		(void)git_config_multivar_iterator_new(&it, cfg, "safe.directory", NULL);
	}
	while (it && git_config_next(&e, it) == 0) {
		size_t len = e->value ? strlen(e->value) : 0;

		if (len == 0) {
			safe = false;
		} else if (strcmp(e->value, "*") == 0) {
			safe = true;
		} else if (len >= 2 && strcmp(e->value + len - 2, "/*") == 0) {
			safe = safe || strncmp(folder, e->value, len - 1) == 0;
		} else if (strncmp(folder, e->value, len) == 0 &&
			   (folder[len] == '\0' || strcmp(folder + len, "/") == 0)) {
			safe = true;
		}
	}
	git_error_clear();
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

static vv_status take_snapshot(vv_repository *r, vv_error *err)
{
	int code = r->snapshot ? 0 : git_config_snapshot(&r->snapshot, r->config);

	return code < 0 ? fail_config(code, err) : VV_OK;
}

char *vv_config_protected(vv_repository *r, const char *key)
{
	vv_auto(git_config_iterator) *it = NULL;
	git_config_entry *e = NULL;
	git_config_level_t level = GIT_CONFIG_LEVEL_PROGRAMDATA;
	char *out = NULL;

	/* An iterator copies all that is configured; few ask for what is. */
	if (take_snapshot(r, VV_IGNORED) == VV_OK &&
	    git_config_get_entry(&e, r->snapshot, key) == 0) {
		(void)git_config_multivar_iterator_new(&it, r->snapshot, key, NULL);
	}
	git_config_entry_free(e);
	while (it && git_config_next(&e, it) == 0) {
		if (e->level < level || e->level > GIT_CONFIG_LEVEL_GLOBAL || !e->value ||
		    !*e->value) {
			continue;
		}
		level = e->level;
		vv_free(out);
		out = vv_strdup(e->value);
	}
	git_error_clear();
	return out;
}

/* *value is borrowed until *entry is freed (NULL: from the overrides, until close). */
static vv_status lookup(vv_repository *r, const char *key, const char **value,
			git_config_entry **entry, vv_error *err)
{
	vv_auto(char) *name = r->override_count > 0 ? normal_key(key, strlen(key)) : NULL;
	vv_status rc;

	if (r->override_count > 0 && !name) return vv_fail_nomem(err);
	for (size_t i = r->override_count; i > 0; i--) {
		if (strcmp(r->overrides[i - 1].name, name) == 0) {
			*value = r->overrides[i - 1].value;
			return VV_OK;
		}
	}
	if ((rc = take_snapshot(r, err)) < 0) return rc;
	int code = git_config_get_entry(entry, r->snapshot, key);
	if (code == GIT_ENOTFOUND) {
		git_error_clear();
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not configured", key);
	}
	if (code < 0) return vv_git_fail(err, code, "cannot read the setting '%s'", key);
	*value = (*entry)->value;
	return VV_OK;
}

vv_status vv_config_string(vv_repository *r, const char *key, char **out, vv_error *err)
{
	vv_auto(git_config_entry) *entry = NULL;
	const char *value;
	vv_status rc = lookup(r, key, &value, &entry, err);

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
	vv_auto(git_config_entry) *entry = NULL;
	const char *value;
	vv_status rc = lookup(r, key, &value, &entry, err);

	*out = fallback;
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	return vv_config_read_bool(key, value, out, err);
}

vv_status vv_config_u64(vv_repository *r, const char *key, uint64_t fallback, uint64_t *out,
			vv_error *err)
{
	vv_auto(git_config_entry) *entry = NULL;
	const char *value;
	vv_status rc = lookup(r, key, &value, &entry, err);

	*out = fallback;
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	return vv_config_read_u64(key, value, out, err);
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

vv_status vv_config_each(vv_repository *r, const char *prefix, vv_config_fn fn, void *payload,
			 vv_error *err)
{
	vv_auto(git_config_iterator) *it = NULL;
	git_config_entry *e;
	vv_auto(char) *start = normal_key(prefix, strlen(prefix));
	size_t len = strlen(prefix);
	vv_status rc;
	int code;

	if (!start) return vv_fail_nomem(err);
	if ((rc = take_snapshot(r, err)) < 0) return rc;
	if ((code = git_config_iterator_new(&it, r->snapshot)) < 0) return fail_config(code, err);
	while (git_config_next(&e, it) == 0) {
		if (strncmp(e->name, start, len) == 0 &&
		    (rc = fn(payload, e->name, e->value ? e->value : "true", level_name(e->level),
			     err)) < 0) {
			return rc;
		}
	}
	git_error_clear();
	for (size_t i = 0; i < r->override_count; i++) {
		const vv_override *o = &r->overrides[i];

		if (strncmp(o->name, start, len) == 0 &&
		    (rc = fn(payload, o->name, o->value ? o->value : "true", "command", err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}
