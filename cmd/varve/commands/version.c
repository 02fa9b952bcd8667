/*
 * version: prints the version of varve, and the formats that it reads and writes.
 */
#include <string.h>
#include <sys/utsname.h>

#include "base/array.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/table/root.h"
#include "repo/git/program.h"
#include "transport/protocol/message.h"

typedef struct options {
	bool formats, verbose;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "formats", formats, "list the versions of formats"),
	OPT_FLAG('v', "verbose", verbose,
		 "also show the versions of git, the system and libraries"),
};

/* docs/formats/store.md, "Version 1". */
static const struct {
	const char *name;
	unsigned version;
	const char *state;
} formats[] = {
	{"pointer", 1, "frozen"},
	{"root", VV_FORMAT, "frozen"},
	{"list", VV_FORMAT, "frozen"},
	{"row group", 1, "frozen"},
	{"chunk", 1, "frozen"},
	{"row edits", 1, "frozen"},
	{"pack", 1, "frozen, methods 0 to 4"},
	{"index", 1, "frozen, derived"},
	{"caches", 1, "derived"},
	{"store", 1, "frozen"}, /* and Git hosts: one format of packs, lists and versions */
	{"folder", 1, "frozen"},
	{"signed head", 1, "frozen"},
	{"proof", 1, "frozen"},
	{"vault", 1, "frozen"},
	{"difference", 1, "frozen"}, /* json, ndjson and patch */
	{"varve.json", 1, "frozen"},
	{"protocol", VV_PROTOCOL_VERSION, "frozen"},
};

/* Prints the facts needed first in any bug report. */
static void print_surroundings(void)
{
	const char *const argv[] = {"git", "version", NULL};
	vv_auto(vv_buf) git = VV_BUF_INIT;
	struct utsname system;
	int code;

	if (vv_program_run(vv_environ(), argv, NULL, 0, &git, &code, VV_IGNORED) < 0 || code != 0) {
		vv_buf_set(&git, "git: not found\n", strlen("git: not found\n"));
	}
	vv_out("%s", vv_buf_cstr(&git));
	if (uname(&system) == 0) {
		vv_out("%s %s %s\n", system.sysname, system.release, system.machine);
	}
	vv_out("built with %s\n", VARVE_LIBRARIES);
}

static int run_version(void *given, int argc, char **argv)
{
	const options *o = given;

	if (argc > 0) return vv_usage_error("version accepts no arguments: '%s'", argv[0]);
	if (!o->formats) {
		vv_out("varve %s\n", VARVE_VERSION);
	}
	if (o->verbose) {
		print_surroundings();
	}
	vv_array_each(formats, o->formats ? sizeof(formats) / sizeof(formats[0]) : 0, format) {
		vv_out("%-11s %u  %s\n", format->name, format->version, format->state);
	}
	return VV_EXIT_OK;
}

const vv_command vv_cmd_version = {
	.name = "version",
	.group = "care",
	.summary = "show the version of varve, or of its formats",
	.usage = "[-v | --formats]",
	.example = "$ varve version\nvarve " VARVE_VERSION,
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.run_alone = run_version,
};
