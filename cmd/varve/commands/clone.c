/*
 * clone: another repository, with its history and its tables, in a new folder.
 */
#include "lib/clone/clone.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"

typedef vv_clone_job options;

static const vv_option table[] = {
	OPT_FLAG(0, "bare", bare, "make no work tree: a repository to push to and serve from"),
	OPT_STRING('b', "branch", branch, "NAME",
		   "check out this branch instead of the one that HEAD names there"),
	OPT_STRING('o', "origin", origin, "NAME", "the name of the remote (default: origin)"),
	OPT_LIST(0, "from", from, "PEER", "get blocks from this URL as well; may be repeated"),
	OPT_STRING(0, "varve", program, "PROGRAM", "the path of varve on the far side of ssh"),
	OPT_FLAG(0, "single-branch", single,
		 "get one branch: --branch, or the one that HEAD names there"),
	OPT_FLAG(0, "lazy", lazy, "get history alone, and the data of a version when it is needed"),
	OPT_FLAG(0, "git-host", git_host,
		 "take the far side for a Git host without varve: its blocks are in a ref"),
	OPT_FLAG('n', "no-checkout", no_checkout, "leave the work tree empty"),
	OPT_NUMBER(0, "timeout", idle_sec, "SECONDS",
		   "stop waiting for a peer after this long without a byte (60)"),
	OPT_FLAG('v', "verbose", verbose,
		 "also show how many blocks arrived, and from which peers"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static void tell_done(const vv_clone_job *j)
{
	if (j->quiet) return;
	if (j->lazy) {
		vv_note("found %s of datasets; the data of each is fetched when it is needed",
			vv_text_counted(j->fetch.elsewhere, "version", "versions"));
	} else if (j->fetch.missing == 0 && j->fetch.versions > 0) {
		vv_note(j->fetch.versions == 1 ? "the one version of a dataset is complete"
					       : "all %s versions of datasets are complete",
			vv_text_count(j->fetch.versions));
	}
	if (!j->lazy && j->fetch.elsewhere > 0) {
		vv_note("%s linked: the data is at the source, and fetched when it is needed",
			vv_text_counted(j->fetch.elsewhere, "version is", "versions are"));
	}
}

static int run_clone(void *opts, int argc, char **argv)
{
	vv_clone_job *j = opts;
	vv_error err;

	if (argc < 1 || argc > 2) return vv_usage_error("clone takes a URL and perhaps a folder");
	j->url = argv[0];
	j->dir = argc > 1 ? argv[1] : NULL;
	j->env = vv_environ();
	j->notes = &vv_notes_stderr;
	vv_status rc = vv_clone_job_run(j, &err);
	if (rc == VV_OK) {
		tell_done(j);
	}
	bool missing = j->fetch.missing > 0 || j->lacking;
	vv_clone_job_clear(j);
	return rc < 0 ? vv_report_trouble(&err) : missing ? VV_EXIT_NO : VV_EXIT_OK;
}

const vv_command vv_cmd_clone = {
	.name = "clone",
	.group = "start",
	.summary = "make a copy of another repository, with its tables",
	.usage = "[--bare] [-n] [-b BRANCH] [--single-branch] [--lazy] [--git-host] [-o NAME] "
		 "[--from PEER]... URL [DIR]",
	.example = "$ varve clone ssh://ada@data.example.org/srv/sales\n"
		   "cloning into 'sales'\n"
		   "received 6 commits, 6 versions of datasets (6.4 MB on the line, 1.4 MB/s)\n"
		   "all 6 versions of datasets are complete",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "some versions lack blocks that no peer had, or tables were not written",
	.arguments = "path",
	.run_alone = run_clone,
};
