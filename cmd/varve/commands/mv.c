/*
 * mv: rename files, and stage the change, by git. A dataset stays one under its new name.
 */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/worktree/moved.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/verb/runner.h"

#define AT_ONCE 50 /* sources that one git gets */

typedef struct options {
	bool force, dry_run, verbose;
} options;

static const vv_option table[] = {
	OPT_FLAG('f', "force", force, "overwrite an existing file"),
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be renamed"),
	OPT_FLAG('v', "verbose", verbose, "list renamed files"),
};

/* Computes each source's destination like git. */
static vv_status plan_moves(vv_context *c, vv_buf *moves, vv_buf *noted, vv_error *err)
{
	vv_auto(char) *to = NULL, *file = NULL;
	vv_auto(vv_index) *x = NULL;
	vv_stat st;
	vv_status rc = vv_repository_relative(&to, c->repo, c->argv[c->argc - 1], err);

	if (rc < 0 || (rc = vv_index_open(&x, c->repo, err)) < 0) return rc;
	if (!(file = vv_repository_file(c->repo, to))) return vv_fail_nomem(err);
	const bool into = vv_lstat(&st, file, VV_IGNORED) == VV_OK && S_ISDIR(st.mode);
	for (int i = 0; i + 1 < c->argc; i++) {
		vv_auto(char) *from = NULL, *below = NULL;

		if ((rc = vv_repository_relative(&from, c->repo, c->argv[i], err)) < 0) return rc;
		if (!into) {
			below = vv_strdup(to);
		} else if (*to) {
			below = vv_path_join(to, vv_path_base(from), (char *)NULL);
		} else {
			below = vv_strdup(vv_path_base(from));
		}
		if (!below) return vv_fail_nomem(err);
		if ((rc = vv_path_check(below, err)) < 0 || /* git moves into .git */
		    (rc = vv_index_check_module(x, from, err)) < 0 ||
		    (rc = vv_index_check_module(x, below, err)) < 0) {
			return rc;
		}
		vv_auto(char) *a = vv_repository_file(c->repo, from),
			      *b = vv_repository_file(c->repo, below);
		if (!a || !b) return vv_fail_nomem(err);
		vv_moves_put(moves, from, below);
		if (vv_exists(a) && !vv_exists(b)) {
			vv_moves_put(noted, from, below);
		}
	}
	return (rc = vv_buf_ok(moves, err)) < 0 ? rc : vv_buf_ok(noted, err);
}

/* Moves sources first to last, as many as fit in a command line. */
static vv_status run_some(vv_runner *git, const vv_context *c, int first, int last, vv_error *err)
{
	const options *o = c->options;
	const char *args[AT_ONCE + 8] = {"mv"};
	size_t n = 1;

	if (o->force) {
		args[n++] = "-f";
	}
	if (o->dry_run) {
		args[n++] = "-n";
	}
	args[n++] = "--";
	memcpy(args + n, c->argv + first, (size_t)(last - first) * sizeof(*args));
	args[n + (size_t)(last - first)] = c->argv[c->argc - 1];
	git->args = args;
	vv_status rc = vv_runner_run(git, err);
	git->args = NULL;
	return rc < 0 || git->code == 0 ? rc : vv_runner_fail(git, "nothing was renamed", err);
}

static void list_moves(const options *o, const vv_buf *moves)
{
	for (size_t at = 0; at < moves->len;) {
		const char *from = moves->data + at, *to = from + strlen(from) + 1;

		vv_out("%s '%s' to '%s'\n", o->dry_run ? "would rename" : "renaming",
		       vv_text_shows(from), vv_text_shows(to));
		at = (size_t)(to + strlen(to) + 1 - moves->data);
	}
}

static vv_status run_mv(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_buf) moves = VV_BUF_INIT;
	vv_auto(vv_head) head = {0};
	vv_error why;
	bool done;
	vv_status rc;

	if ((rc = vv_head_read(c->repo, &head, err)) < 0) return rc;
	vv_auto(vv_runner) git = {.repo = c->repo,
				  .dir = ".",
				  .what = o->dry_run ? NULL : "'varve mv'",
				  .from = head.commit,
				  .locks = true};
	if ((rc = plan_moves(c, &moves, &git.note.changed, err)) < 0) return rc;
	for (int i = 0; i + 1 < c->argc && rc == VV_OK; i += AT_ONCE) {
		rc = run_some(&git, c, i, c->argc - 1 < i + AT_ONCE ? c->argc - 1 : i + AT_ONCE,
			      err);
	}
	if (rc == VV_OK && !o->dry_run) {
		rc = vv_moved_finish(c->repo, c->reader, &moves, false, err);
		rc = vv_runner_later(&git, rc, err);
	}
	if (!o->dry_run &&
	    ((rc < 0 && vv_moved_recover(c->repo, &git.note.changed, &done, &why) < 0) ||
	     vv_later_drop(c->repo, &why) < 0)) {
		vv_warn("%s", why.message);
	}
	if (rc == VV_OK && (o->dry_run || o->verbose)) {
		list_moves(o, &moves);
	}
	return rc;
}

const vv_command vv_cmd_mv = {
	.name = "mv",
	.group = "change",
	.summary = "rename files, and stage the change",
	.usage = "[-f] [-n] [-v] SOURCE... TARGET",
	.example = "$ varve mv -v prices.csv data/\nrenaming 'prices.csv' to 'data/prices.csv'",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.takes = "SOURCE... TARGET",
	.least = 2,
	.most = INT_MAX,
	.needs = VV_NEEDS_RIGHT | VV_NEEDS_READER,
	.run = run_mv,
};
