/*
 * revert: what a commit changed, taken back by a new one.
 */
#include <stddef.h>

#include "cmd/commands.h"
#include "cmd/work/merge/cherry_pick.h"

static const vv_option table[] = {
	{"no-commit", 'n', VV_OPT_FLAG, offsetof(vv_pick_options, no_commit), NULL, NULL,
	 "only stage the change", NULL},
	{"mainline", 'm', VV_OPT_NUMBER, offsetof(vv_pick_options, mainline), "N", NULL,
	 "of a merge, go back to what parent N had", NULL},
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

static int run_revert(void *options, int argc, char **argv)
{
	return vv_pick_run(options, true, argc, argv);
}

const vv_command vv_cmd_revert = {
	.name = "revert",
	.group = "history",
	.summary = "take back what a commit changed, by a new commit",
	.usage = "[-n] [-m N] COMMIT...\n--continue | --abort | --quit",
	.example = "$ varve revert HEAD~2\n"
		   "[main 5d0b7e1] Revert \"March prices\"\n"
		   " 1 file changed",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(vv_pick_options),
	.exit_codes = "there are conflicts, or it is taken back already",
	.arguments = "ref",
	.run = run_revert,
};
