/*
 * rm: files out of the index and the work tree, by git; the last copy of a version is stored first.
 */
#include <limits.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/names/pathspec.h"
#include "lib/worktree/last_copy.h"
#include "repo/git/history/history.h"
#include "repo/git/run_git.h"
#include "repo/git/verb/runner.h"

typedef struct options {
	bool cached, recursive, force, dry_run, quiet;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "cached", cached, "remove from the index only: the file stays"),
	OPT_FLAG('r', NULL, recursive, "also remove everything below a folder"),
	OPT_FLAG('f', "force", force, "remove even if changes would be lost"),
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be removed"),
	OPT_FLAG('q', "quiet", quiet, "do not list removed files"),
};

/* Git refuses to remove files outside of a sparse checkout: names an argument that matches only such. */
static vv_status see_outside(vv_context *c, vv_error *err)
{
	vv_auto_free bool *inside = vv_calloc(c->paths.count + 1, sizeof(*inside));

	if (!inside) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->paths.count; i++) {
		inside[i] = c->paths.items[i].matched;
	}
	vv_status rc = vv_pathspec_in_index(&c->paths, c->index, err);
	for (size_t i = 0; rc == VV_OK && i < c->paths.count; i++) {
		if (!inside[i]) {
			vv_warn("%s: not removed, because it is outside the sparse checkout",
				vv_text_shows(c->paths.items[i].given));
			c->code = VV_EXIT_NO;
		}
	}
	return rc;
}

/* Keeps the removed files; the paths are for the list, which git would print unquoted. */
static vv_status list_removed(vv_context *c, const options *o, vv_strings *paths, vv_error *err)
{
	vv_status rc = VV_OK;

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(c->index, &e);) {
		if (e.skip_worktree || !vv_pathspec_match(&c->paths, e.path, NULL) ||
		    (paths->count > 0 && strcmp(paths->items[paths->count - 1], e.path) == 0)) {
			continue; /* or a further stage of a conflict */
		}
		paths->items[paths->count++] = e.path;
		if (!o->force && !o->cached && !o->dry_run) {
			rc = vv_last_copy_keep(c->repo, c->reader, c->index, e.path, err);
		}
	}
	if (rc < 0 || (rc = see_outside(c, err)) < 0) return rc;
	if (paths->count == 0) {
		return vv_fail(
			err, VV_EUSAGE,
			"nothing was removed: all these files are outside the sparse checkout\n"
			"'git sparse-checkout disable' brings every file back");
	}
	vv_array_each(c->paths.items, o->recursive ? 0 : c->paths.count, path) {
		if (path->folder && !path->pattern) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is a folder\n"
				       "-r removes all that is tracked below it",
				       vv_text_shows(path->given));
		}
	}
	return VV_OK;
}

/* From the top: below it git 2.39 takes the folder for an argument beside the list. */
static vv_status run_git(vv_context *c, const options *o, const vv_strings *paths, vv_error *err)
{
	const char *args[10] = {"rm", "-q", "--pathspec-from-file=-", "--pathspec-file-nul"};
	const struct {
		bool wanted;
		const char *word;
	} words[] = {{o->cached, "--cached"},
		     {o->recursive, "-r"},
		     {o->force, "-f"},
		     {o->dry_run, "-n"}};
	vv_auto(vv_buf) given = VV_BUF_INIT;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	for (size_t i = 0, n = 4; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].wanted) {
			args[n++] = words[i].word;
		}
	}
	vv_array_each(paths->items, paths->count, it) {
		vv_buf_put(&given, *it, strlen(*it) + 1);
	}
	if ((rc = vv_buf_ok(&given, err)) < 0 || (rc = vv_head_read(c->repo, &head, err)) < 0) {
		return rc;
	}
	vv_auto(vv_runner) git = {.repo = c->repo,
				  .args = args,
				  .more = vv_git_literal,
				  .input = given.data,
				  .len = given.len,
				  .what = "'varve rm'",
				  .from = head.commit,
				  .locks = true};
	return vv_runner_run_whole(&git, "nothing was removed", err);
}

static vv_status run_rm(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto_free const char **items = vv_calloc(vv_index_count(c->index) + 1, sizeof(*items));
	vv_strings paths = {items, 0};
	vv_status rc;

	if (!items) return vv_fail_nomem(err);
	vv_dataset_reader_lend_index(c->reader, c->index);
	if ((rc = list_removed(c, o, &paths, err)) < 0 || (rc = run_git(c, o, &paths, err)) < 0) {
		return rc;
	}
	vv_array_each(paths.items, o->quiet && !o->dry_run ? 0 : paths.count, path) {
		vv_out("rm '%s'\n", vv_text_shows(*path));
	}
	return VV_OK;
}

static const vv_absent_option absent[] = {
	{"row key id", .line = "varve delete FILE VALUE"},
	{.names = NULL},
};

const vv_command vv_cmd_rm = {
	.name = "rm",
	.group = "change",
	.summary = "remove files, and stage the removal",
	.usage = "[--cached] [-r] [-f] [-n] PATH...",
	.example = "$ varve rm old.csv\nrm 'old.csv'",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "some files are outside the sparse checkout, and were not removed",
	.arguments = "path",
	.takes = "paths",
	.least = 1,
	.most = INT_MAX,
	.needs = VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_READER | VV_NEEDS_INDEX,
	.run = run_rm,
};
