/*
 * version: prints the version of varve, and the formats that it reads and writes.
 */
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/table/root.h"
#include "transport/protocol/message.h"

typedef struct options {
	bool formats;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "formats", formats, "list the versions of formats"),
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

static int run_version(void *given, int argc, char **argv)
{
	const options *o = given;

	if (argc > 0) return vv_usage_error("version takes no arguments, not '%s'", argv[0]);
	if (!o->formats) {
		vv_out("varve %s\n", VARVE_VERSION);
	}
	for (size_t i = 0; o->formats && i < sizeof(formats) / sizeof(formats[0]); i++) {
		vv_out("%-11s %u  %s\n", formats[i].name, formats[i].version, formats[i].state);
	}
	return VV_EXIT_OK;
}

const vv_command vv_cmd_version = {
	.name = "version",
	.group = "care",
	.summary = "show the version of varve, or of its formats",
	.usage = "[--formats]",
	.example = "$ varve version\nvarve " VARVE_VERSION,
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "",
	.run_alone = run_version,
};
