/*
 * clone: another repository, with its history and its tables, in a new folder.
 */
#include "lib/clone/clone.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/frame/tool.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/commands/serve.h"
#include "lib/clone/cached.h"
#include "transport/line/listen_address.h"

typedef struct options {
	vv_clone_job job;
	const char *serve; /* address */
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "bare", job.bare, "make a repository without a work tree, for a server"),
	OPT_STRING('b', "branch", job.branch, "NAME",
		   "check out this branch or tag instead of the default branch"),
	OPT_STRING('o', "origin", job.origin, "NAME",
		   "the name of the remote (default: clone.defaultRemoteName, or origin)"),
	OPT_LIST(0, "from", job.from, "PEER", "get blocks from this URL as well; may be repeated"),
	OPT_STRING(0, "varve", job.program, "PROGRAM", "the path of varve on the remote machine"),
	OPT_FLAG(0, "single-branch", job.single, "get one branch: --branch, or the default branch"),
	OPT_FLAG(0, "lazy", job.lazy,
		 "fetch only history; fetch the data of a version when it is needed"),
	OPT_FLAG(
		0, "unsigned", job.allow_unsigned,
		"use the remote's HEAD, and check out branches and tags that no signed head lists"),
	OPT_FLAG(0, "git-host", job.git_host,
		 "treat the remote as a Git host without varve: its blocks are in a ref"),
	OPT_FLAG('n', "no-checkout", job.no_checkout, "leave the work tree empty"),
	OPT_POSITIVE(
		0, "timeout", job.idle_sec, "SECONDS",
		"stop waiting for a peer after this long without a byte (default: varve.timeout, or 10 for the first byte, then 60)"),
	OPT_STRING(
		0, "serve", serve, "ADDR",
		"then serve the clone read-only, at an address or through the relay at a URL; 'varve serve' does it again"),
	OPT_POSITIVE(0, "room", job.room, "BYTES",
		     "get the rows of the newest versions, as many as fit into BYTES"),
	OPT_FLAG('v', "verbose", job.verbose,
		 "also show how many blocks arrived, and from which peers"),
	OPT_FLAG('q', "quiet", job.quiet, "print nothing on success"),
};

static const vv_absent_option absent[] = {
	{"depth shallow-since shallow-exclude filter", .line = "varve clone --lazy ARGS",
	 .drops = true},
	{"no-data", .line = "varve clone --lazy -n ARGS"},
	{"revision", .hint = "clone it with --lazy, then 'git switch --detach REV'"},
	{.names = NULL},
};

static void tell_done(const vv_clone_job *j)
{
	if (j->quiet) return;
	if (j->room > 0) {
		vv_note("kept %s of %s, %s", vv_text_count(j->taken.taken),
			vv_text_counted(j->taken.versions, "version", "versions"),
			vv_text_bytes(j->taken.used));
	} else if (j->lazy) {
		vv_note("found %s; the data of each is fetched when it is needed",
			vv_text_counted(j->fetch.elsewhere, "version of a table",
					"versions of tables"));
	} else if (j->fetch.missing == 0 && j->fetch.versions > 0) {
		vv_note(j->fetch.versions == 1 ? "the one version of a table is complete"
					       : "all %s versions of tables are complete",
			vv_text_count(j->fetch.versions));
	}
	if (!j->lazy && j->fetch.elsewhere > 0) {
		vv_note("%s linked: the data is at the source, and fetched when it is needed",
			vv_text_counted(j->fetch.elsewhere, "version is", "versions are"));
	}
}

/* Before the clone is made: the program, and the form of the address. */
static int check_serve(const char *address)
{
	vv_listen_address at;
	vv_error err;
	const int code = vv_tool_check_web("varve clone --serve");

	if (code != VV_EXIT_OK || vv_serve_is_relay(address)) return code;
	return vv_listen_address_read(&at, address, &err) < 0 ? vv_report(&err) : VV_EXIT_OK;
}

static int run_clone(void *opts, int argc, char **argv)
{
	options *o = opts;
	vv_clone_job *j = &o->job;
	vv_error err;

	if (argc < 1 || argc > 2) {
		return vv_usage_error("clone requires a URL, and accepts a folder");
	}
	if (vv_cached_url_len(argv[0]) > 0) {
		return vv_usage_error(
			"clone copies a whole repository; 'varve get' copies one file");
	}
	if (o->serve && check_serve(o->serve) != VV_EXIT_OK) return VV_EXIT_TROUBLE;
	j->url = argv[0];
	j->dir = argc > 1 ? argv[1] : NULL;
	j->no_checkout |= o->serve && j->room > 0;
	j->env = vv_environ();
	j->notes = &vv_notes_stderr;
	vv_status rc = vv_clone_job_run(j, &err);
	if (rc == VV_OK) {
		tell_done(j);
	}
	vv_auto(char) *folder = vv_take(&j->folder);
	bool missing = j->fetch.missing > 0 || (j->lacking && j->room == 0) || j->fetch.behind;
	vv_clone_job_clear(j);
	if (rc < 0) return vv_report_trouble(&err);
	if (o->serve) return vv_serve_what_is_here(folder, o->serve, o->job.quiet);
	return missing ? VV_EXIT_NO : VV_EXIT_OK;
}

const vv_command vv_cmd_clone = {
	.name = "clone",
	.group = "start",
	.summary = "make a copy of another repository, with its tables",
	.usage = "[--bare] [-n] [-b BRANCH] [--single-branch] [--lazy] [--unsigned] [--git-host] "
		 "[-o NAME] [--from PEER]... [--room BYTES] [--serve ADDR] URL [DIR]",
	.example = "$ varve clone ssh://ada@data.example.org/srv/sales\n"
		   "cloning into 'sales'\n"
		   "received 6 commits, 6 versions of tables (6.4 MB on the line, 1.4 MB/s)\n"
		   "all 6 versions of tables are complete",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.absent = absent,
	.exit_codes =
		"some versions lack blocks that no peer had, tables were not written, or no copy has the signed version",
	.arguments = "path",
	.run_alone = run_clone,
};
