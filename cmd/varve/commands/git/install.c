/*
 * install: install, uninstall: the settings that make git call varve, for a user, for the machine,
 * or for one repository. Writes them with the git program, which finds the files.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/push_hook.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/blob.h"
#include "repo/git/drivers.h"
#include "repo/git/index/index.h"
#include "repo/git/program.h"
#include "repo/git/verb/hook.h"

typedef struct options {
	bool local, system, force;
} options;

/* Where git keeps them, and how people call that. */
typedef struct level {
	const char *option, *name;
} level;

static level level_of(const options *o)
{
	return o->local    ? (level){"--local", "this repository"}
	       : o->system ? (level){"--system", "this machine"}
			   : (level){"--global", "your user"};
}

/* git config LEVEL WORDS...; output may be NULL. */
static vv_status git_config(const level *l, const char *a, const char *b, const char *c,
			    vv_buf *output, int *code, vv_error *err)
{
	const char *argv[] = {"git", "config", l->option, a, b, c, NULL};
	vv_auto(vv_buf) errors = VV_BUF_INIT;
	vv_run run = {.argv = argv, .env = vv_environ(), .output = output, .errors = &errors};
	vv_status rc = vv_run_program(&run, code, err);

	if (rc == VV_OK && *code != 0 && errors.len > 0) {
		rc = vv_fail(err, VV_EREFUSED, "git could not %s the settings of %s: %.*s",
			     output ? "read" : "write", l->name,
			     (int)strcspn(vv_buf_cstr(&errors), "\n"), vv_buf_cstr(&errors));
	}
	return rc;
}

/* The setting's value at that level alone; *set false: none. */
static vv_status read_setting(const level *l, const char *key, vv_buf *value, bool *set,
			      vv_error *err)
{
	int code = 0;

	vv_buf_reset(value);
	vv_status rc = git_config(l, "--get", key, NULL, value, &code, err);
	*set = rc == VV_OK && code == 0;
	if (value->len > 0 && value->data[value->len - 1] == '\n') {
		value->data[--value->len] = '\0';
	}
	return rc < 0 ? rc : vv_buf_ok(value, err);
}

static vv_status install_one(const level *l, size_t i, bool force, bool dry, size_t *written,
			     vv_error *err)
{
	const char *key = vv_driver_key(i);
	vv_auto(vv_buf) now = VV_BUF_INIT, wanted = VV_BUF_INIT;
	bool set;
	int code;
	vv_status rc;

	vv_driver_value(&wanted, i, "varve");
	if ((rc = vv_buf_ok(&wanted, err)) < 0 ||
	    (rc = read_setting(l, key, &now, &set, err)) < 0) {
		return rc;
	}
	if (set && strcmp(vv_buf_cstr(&now), wanted.data) == 0) return rc;
	if (set && !force) {
		return vv_fail(err, VV_EREFUSED,
			       "%s of %s is '%s' already\n"
			       "--force sets it to '%s'",
			       key, l->name, vv_text_shows(vv_buf_cstr(&now)), wanted.data);
	}
	(*written)++;
	if (!dry) {
		rc = git_config(l, "--replace-all", key, wanted.data, NULL, &code, err);
	}
	return rc;
}

/* The current folder need not be in a repository. */
static vv_status try_repository(vv_context *c, bool must, vv_error *err)
{
	vv_status rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);

	return rc == VV_ENOTFOUND && !must ? VV_OK : rc;
}

static vv_status run_install(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const level l = level_of(o);
	size_t written = 0, ignored = 0;
	vv_status rc = try_repository(c, o->local, err);

	/* all of them, or none: refusals are found first */
	for (size_t i = 0; i < vv_drivers_count && rc == VV_OK; i++) {
		rc = install_one(&l, i, o->force, true, &written, err);
	}
	for (size_t i = 0; i < vv_drivers_count && rc == VV_OK && written > 0; i++) {
		rc = install_one(&l, i, o->force, false, &ignored, err);
	}
	if (rc < 0) return rc;
	vv_out(written > 0 ? "git calls varve for tables, by the settings of %s\n"
			   : "git calls varve for tables already, by the settings of %s\n",
	       l.name);
	return o->local ? vv_push_hook_set(c->repo, &vv_notes_stderr, err) : VV_OK;
}

/* Unsets the drivers' keys at one level, and diff.tool if it names varve. */
static vv_status uninstall_level(const level *l, size_t *removed, vv_error *err)
{
	vv_auto(vv_buf) now = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < vv_drivers_count && rc == VV_OK; i++) {
		bool set = false;
		int code;

		if ((rc = read_setting(l, vv_driver_key(i), &now, &set, err)) == VV_OK && set &&
		    (rc = git_config(l, "--unset-all", vv_driver_key(i), NULL, NULL, &code, err)) ==
			    VV_OK) {
			(*removed)++;
		}
	}
	if (rc == VV_OK) { /* init chooses it where nothing is chosen */
		bool set = false;
		int code;

		if ((rc = read_setting(l, "diff.tool", &now, &set, err)) == VV_OK && set &&
		    strcmp(vv_buf_cstr(&now), "varve") == 0) {
			rc = git_config(l, "--unset-all", "diff.tool", NULL, NULL, &code, err);
		}
	}
	return rc;
}

static vv_status uninstall_repository(vv_context *c, vv_error *err)
{
	const level local = {"--local", "this repository"};
	vv_auto(vv_hook_found) hook = {0};
	size_t removed = 0;
	bool hook_gone = false;
	vv_status rc;

	if ((rc = uninstall_level(&local, &removed, err)) < 0 ||
	    (rc = vv_push_hook_remove(c->repo, &hook_gone, err)) < 0 ||
	    (rc = vv_push_hook_find(&hook, c->repo, err)) < 0) {
		return rc;
	}
	if (removed > 0 || hook_gone) {
		vv_out("%s: git no longer calls varve by settings of this repository%s\n",
		       vv_text_shows(vv_repository_gitdir(c->repo)),
		       hook_gone && hook.there ? "; its earlier pre-push hook is back" : "");
	}
	if (hook.calls) {
		vv_note("hint: your own hook %s also calls varve: remove the line 'varve pre-push' from it",
			vv_text_shows(hook.path));
	}
	return rc;
}

/* Warns that Git still has pointers in place of tables, and will check them out as such. */
static vv_status tell_of_pointers(vv_context *c, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_attr_list) lines = {0};
	vv_auto(char) *first = NULL;
	size_t count = 0;
	vv_status rc;

	/* settings of another level may still call varve */
	if (vv_repository_is_bare(c->repo) || vv_repository_is_initialised(c->repo)) return VV_OK;
	if ((rc = vv_attr_list_read(&lines, c->repo, NULL, VV_ATTR_FILTER_LINES, err)) == VV_OK) {
		rc = vv_index_open(&x, c->repo, err);
	}
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
		vv_auto(vv_arena) arena = VV_ARENA_INIT;
		vv_auto(vv_pointer_blob) b = {0};

		if (S_ISREG(e.mode) && vv_attr_list_concerns(&lines, e.path) &&
		    (rc = vv_pointer_blob_read(&b, &arena, c->repo, &e.id, err)) == VV_OK &&
		    b.found != VV_ENOTFOUND) {
			count++;
			if (!first && !(first = vv_strdup(e.path))) {
				rc = vv_fail_nomem(err);
			}
		}
	}
	if (rc == VV_OK && count > 0) {
		vv_warn("this repository has %s, which Git will now check out as pointers: %s%s",
			vv_text_counted(count, "pointer of a table", "pointers of tables"),
			vv_text_shows(first), count > 1 ? ", ..." : "");
		vv_note("hint: 'varve migrate --export PATTERN' makes plain files of tables");
	}
	return rc;
}

static vv_status run_uninstall(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const level l = level_of(o);
	size_t removed = 0;
	vv_status rc = try_repository(c, o->local, err);

	if (rc == VV_OK && !o->local && (rc = uninstall_level(&l, &removed, err)) == VV_OK) {
		vv_out(removed > 0 ? "git no longer calls varve by the settings of %s\n"
				   : "no settings of %s make git call varve\n",
		       l.name);
	}
	if (rc == VV_OK && c->repo) {
		rc = uninstall_repository(c, err);
		vv_context_close(c); /* it remembers the removed settings */
		if (rc == VV_OK && (rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err)) == VV_OK) {
			rc = tell_of_pointers(c, err);
		}
	}
	return rc;
}

static const vv_option install_table[] = {
	OPT_FLAG(0, "local", local, "install for this repository alone, with the pre-push hook"),
	OPT_FLAG(0, "system", system, "install for all users of this machine"),
	OPT_FLAG(0, "force", force, "overwrite settings of the same names"),
};

static const vv_option_rule option_rules[] = {
	{"--local", .excludes = "--system"},
	{NULL, NULL, NULL},
};

static const vv_absent_option absent[] = {
	{"pre-commit hook hooks", .line = VV_TYPED_HOOK},
	{.names = NULL},
};

const vv_command vv_cmd_install = {
	.name = "install",
	.group = "start",
	.summary = "make git call varve for tables in all your repositories",
	.usage = "[--local | --system] [--force]",
	.example = "$ varve install\n"
		   "git calls varve for tables, by the settings of your user",
	.options = install_table,
	.option_count = VV_OPTION_COUNT(install_table),
	.options_size = sizeof(options),
	.absent = absent,
	.arguments = "",
	.takes = "",
	.rules = option_rules,
	.run = run_install,
};

static const vv_option uninstall_table[] = {
	OPT_FLAG(0, "local", local, "only the settings and the hook of this repository"),
	OPT_FLAG(0, "system", system, "the settings for all users of this machine"),
};

const vv_command vv_cmd_uninstall = {
	.name = "uninstall",
	.group = "care",
	.summary = "remove the settings and the hook that make git call varve",
	.usage = "[--local | --system]",
	.example = "$ varve uninstall\n"
		   "git no longer calls varve by the settings of your user",
	.options = uninstall_table,
	.option_count = VV_OPTION_COUNT(uninstall_table),
	.options_size = sizeof(options),
	.arguments = "",
	.takes = "",
	.rules = option_rules,
	.run = run_uninstall,
};
