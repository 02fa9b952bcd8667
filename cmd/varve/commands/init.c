/*
 * init: a new repository, or tables in an existing one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/push_hook.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"
#include "repo/git/repository_init.h"

typedef struct options {
	bool bare, quiet;
	const char *branch;
} options;

/* Git will call varve by its name: does the PATH contain such a program? */
static bool on_path(const char *name)
{
	vv_auto(char) *file = NULL;

	return vv_program_find(&file, vv_environ(), name, VV_IGNORED) == VV_OK;
}

static bool had_varve(const char *path)
{
	vv_auto(vv_repository) *r = NULL;
	return vv_repository_open(&r, path, vv_environ(), VV_IGNORED) == VV_OK &&
	       vv_repository_is_initialised(r);
}

static int run_init(void *opts, int argc, char **argv)
{
	const options *o = opts;
	const vv_init_options init = {o->bare, o->branch, "varve", vv_environ()};
	const char *path = argc > 0 ? argv[0] : ".";
	vv_auto(vv_repository) *r = NULL;
	bool created = false;
	vv_error err;
	int code = VV_EXIT_OK;

	if (argc > 1) return vv_usage_error("init accepts one folder, not %d", argc);
	if (argc > 0 && vv_mkdirs(path, &err) < 0) return vv_report(&err);
	bool before = had_varve(path);
	if (vv_repository_init(&r, path, &init, &created, &err) < 0) return vv_report(&err);
	vv_repository_listen(r, &vv_notes_stderr);
	if (vv_push_hook_set(r, o->quiet ? NULL : &vv_notes_stderr, &err) < 0) {
		return vv_report(&err);
	}
	if (o->quiet) return code;
	if (created) {
		vv_out("New repository for tables in %s\n", vv_text_shows(vv_repository_gitdir(r)));
	} else if (!before) {
		vv_out("The Git repository in %s can now keep tables; no file was changed\n",
		       vv_text_shows(vv_repository_gitdir(r)));
	} else {
		vv_out("The repository in %s is already set up for tables\n",
		       vv_text_shows(vv_repository_gitdir(r)));
	}
	if (!on_path("varve")) {
		vv_warn("no program 'varve' on the PATH: "
			"git add and git checkout will fail on tables");
		vv_note("hint: install varve to a folder of the PATH ('echo $PATH' shows them)");
	}
	return code;
}

static const vv_option init_table[] = {
	OPT_FLAG(0, "bare", bare, "make a repository without a work tree, for a server"),
	OPT_STRING('b', "initial-branch", branch, "NAME",
		   "name of the first branch (init.defaultBranch, else main)"),
	OPT_FLAG('q', "quiet", quiet, "print nothing"),
};

const vv_command vv_cmd_init = {
	.name = "init",
	.group = "start",
	.summary = "make a repository for tables, or prepare an existing Git repository",
	.usage = "[--bare] [-b NAME] [-q] [DIR]",
	.example = "$ varve init sales\n"
		   "New repository for tables in /home/ada/sales/.git\n"
		   "$ cd sales && cp ~/prices.csv . && varve add prices.csv",
	.options = init_table,
	.option_count = VV_OPTION_COUNT(init_table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_init,
};
