/*
 * commands: which commands there are, and how one is run. Knows how arguments become
 * a command's options struct and positional arguments, and who frees them.
 */
#include "cmd/commands.h"

#include <string.h>

#include "base/sys.h"
#include "cmd/gc.h"
#include "cmd/git_words.h"
#include "cmd/help.h"
#include "cmd/option.h"
#include "cmd/output.h"

const vv_command *const vv_commands[] = {
	&vv_cmd_add,
	&vv_cmd_apply,
	&vv_cmd_blame,
	&vv_cmd_branch,
	&vv_cmd_car,
	&vv_cmd_cat,
	&vv_cmd_check,
	&vv_cmd_cherry_pick,
	&vv_cmd_clone,
	&vv_cmd_commit,
	&vv_cmd_completion,
	&vv_cmd_config,
	&vv_cmd_conflicts,
	&vv_cmd_convert,
	&vv_cmd_diff,
	&vv_cmd_diff_file,
	&vv_cmd_diff_tool,
	&vv_cmd_fetch,
	&vv_cmd_filter,
	&vv_cmd_filter_process,
	&vv_cmd_fsck,
	&vv_cmd_gc,
	&vv_cmd_help,
	&vv_cmd_info,
	&vv_cmd_init,
	&vv_cmd_log,
	&vv_cmd_ls_remote,
	&vv_cmd_merge,
	&vv_cmd_merge_file,
	&vv_cmd_mv,
	&vv_cmd_pre_push,
	&vv_cmd_pull,
	&vv_cmd_push,
	&vv_cmd_remote,
	&vv_cmd_rename_column,
	&vv_cmd_resolve,
	&vv_cmd_restore,
	&vv_cmd_revert,
	&vv_cmd_rm,
	&vv_cmd_schema,
	&vv_cmd_serve,
	&vv_cmd_show,
	&vv_cmd_status,
	&vv_cmd_switch,
	&vv_cmd_tag,
	&vv_cmd_textconv,
	&vv_cmd_track,
	&vv_cmd_untrack,
	&vv_cmd_version,
	&vv_cmd_whereis,
};
const size_t vv_command_count = sizeof(vv_commands) / sizeof(vv_commands[0]);

static int dashdash = -1;
static const char *current = "";

const char *vv_command_current(void)
{
	return current;
}

int vv_command_dashdash(void)
{
	return dashdash;
}

const vv_command *vv_command_find(const char *name)
{
	for (size_t i = 0; i < vv_command_count; i++) {
		if (strcmp(vv_commands[i]->name, name) == 0) {
			return vv_commands[i];
		}
	}
	return NULL;
}

static int run_in_context(const vv_command *c, vv_context *x)
{
	vv_error err;
	vv_status rc;
	int code = c->check ? c->check(x) : VV_EXIT_OK;

	if (code != VV_EXIT_OK) {
		return code;
	}
	if ((rc = vv_context_need(x, c->needs, &err)) == VV_OK) {
		rc = c->run(x, &err);
	}
	vv_progress_end();
	vv_context_close(x);
	if (rc < 0) {
		code = vv_report(&err);
		x->code = c->conflict_is_no ? code : VV_EXIT_TROUBLE;
	} else {
		vv_auto_gc_begin(&x->gc, x->gc_quiet); /* forks: no thread and no lock is left */
	}
	vv_auto_gc_clear(&x->gc);
	return x->code;
}

static int run_parsed(const vv_command *c, int argc, char **argv)
{
	vv_error err;
	vv_arguments args = {0};
	void *options = vv_calloc(1, c->options_size ? c->options_size : 1);
	int code;

	if (!options) {
		vv_fail_nomem(&err);
		return vv_report(&err);
	}
	if (vv_options_parse(c, options, argc, argv, &args, &err) < 0) {
		if (args.failed >= 0 && vv_git_words_option(c->name, argv[args.failed])) {
			vv_git_words_hint(&err, c->name, argc, argv);
		}
		vv_hint(&err, "try 'varve %s -h'", c->name);
		code = vv_report(&err);
	} else if (args.help) {
		vv_help_command(c);
		code = VV_EXIT_OK;
	} else {
		vv_context x = {.name = c->name,
				.options = options,
				.argc = args.argc,
				.argv = args.argv,
				.dashdash = args.dashdash};

		dashdash = args.dashdash;
		code = c->run ? run_in_context(c, &x) : c->run_alone(options, args.argc, args.argv);
	}
	vv_options_clear(c, options);
	vv_arguments_clear(&args);
	vv_free(options);
	return code;
}

int vv_command_run(const vv_command *c, int argc, char **argv)
{
	current = c->name;
	if (!c->raw) {
		return run_parsed(c, argc, argv);
	}
	if (argc > 0 && (strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "--help") == 0)) {
		vv_help_command(c);
		return VV_EXIT_OK;
	}
	return c->run_alone(NULL, argc, argv);
}
