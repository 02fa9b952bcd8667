/*
 * cherry_pick: what another commit changed, once more, here.
 */
#include <stddef.h>

#include "cmd/commands.h"
#include "cmd/work/merge/cherry_pick.h"

static const vv_option table[] = {
	{"no-commit", 'n', VV_OPT_FLAG, offsetof(vv_pick_options, no_commit), NULL, NULL,
	 "only stage the change", NULL},
	{"mainline", 'm', VV_OPT_NUMBER, offsetof(vv_pick_options, mainline), "N", NULL,
	 "of a merge, take what it changed against parent N", NULL},
	{NULL, 'x', VV_OPT_FLAG, offsetof(vv_pick_options, note_origin), NULL, NULL,
	 "note in the message which commit it is from", NULL},
	{"edit", 'e', VV_OPT_FLAG, offsetof(vv_pick_options, edit), NULL, NULL,
	 "open the editor on the message", NULL},
	{"abort", 0, VV_OPT_FLAG, offsetof(vv_pick_options, abort), NULL, NULL,
	 "give it up: all is as it was before", NULL},
	{"continue", 0, VV_OPT_FLAG, offsetof(vv_pick_options, resume), NULL, NULL,
	 "commit it, its conflicts being resolved", NULL},
	{"quit", 0, VV_OPT_FLAG, offsetof(vv_pick_options, quit), NULL, NULL,
	 "forget it, and leave files and index as they are", NULL},
	{"verbose", 'v', VV_OPT_FLAG, offsetof(vv_pick_options, verbose), NULL, NULL,
	 "also the groups and bytes that each dataset added to the store", NULL},
	{"quiet", 'q', VV_OPT_FLAG, offsetof(vv_pick_options, quiet), NULL, NULL,
	 "print nothing but conflicts and warnings", NULL},
};

static int run_cherry_pick(void *options, int argc, char **argv)
{
	return vv_pick_run(options, false, argc, argv);
}

const vv_command vv_cmd_cherry_pick = {
	.name = "cherry-pick",
	.group = "history",
	.summary = "make the change of another commit here too",
	.usage = "[-n] [-x] [-m N] COMMIT...\n--continue | --abort | --quit",
	.example = "$ varve cherry-pick spring\n"
		   "[main 8c1f0a2] Correct two prices\n"
		   " 1 file changed",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(vv_pick_options),
	.exit_codes = "there are conflicts, or the change is there already",
	.arguments = "ref",
	.run = run_cherry_pick,
};
