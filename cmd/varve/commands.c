/*
 * commands: which commands there are, and how they are listed.
 */
#include "cmd/varve/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/frame/git_words.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"

const vv_command *const vv_commands[] = {
	&vv_cmd_add,
	&vv_cmd_apply,
	&vv_cmd_audit,
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
	&vv_cmd_doctor,
	&vv_cmd_drop,
	&vv_cmd_fetch,
	&vv_cmd_filter,
	&vv_cmd_filter_process,
	&vv_cmd_fsck,
	&vv_cmd_gc,
	&vv_cmd_help,
	&vv_cmd_holder,
	&vv_cmd_info,
	&vv_cmd_init,
	&vv_cmd_install,
	&vv_cmd_key,
	&vv_cmd_ledger,
	&vv_cmd_log,
	&vv_cmd_ls_remote,
	&vv_cmd_merge,
	&vv_cmd_merge_file,
	&vv_cmd_migrate,
	&vv_cmd_mv,
	&vv_cmd_pre_push,
	&vv_cmd_publish,
	&vv_cmd_pull,
	&vv_cmd_push,
	&vv_cmd_recover,
	&vv_cmd_remote,
	&vv_cmd_rename_column,
	&vv_cmd_repair,
	&vv_cmd_replicate,
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
	&vv_cmd_uninstall,
	&vv_cmd_untrack,
	&vv_cmd_vault,
	&vv_cmd_version,
	&vv_cmd_web,
	&vv_cmd_whereis,
};
const size_t vv_command_count = sizeof(vv_commands) / sizeof(vv_commands[0]);

const vv_command *vv_command_find(const char *name)
{
	for (size_t i = 0; i < vv_command_count; i++) {
		if (strcmp(vv_commands[i]->name, name) == 0) {
			return vv_commands[i];
		}
	}
	return NULL;
}

/* Groups of `varve help`, in the order of a first day. */
static const struct {
	const char *name, *heading;
} groups[] = {
	{"start", "begin"},
	{"change", "record changes"},
	{"look", "look at data"},
	{"history", "go through history"},
	{"peers", "exchange with others"},
	{"vault", "keep sealed copies elsewhere"},
	{"care", "keep it in order"},
};

static void put_group(vv_buf *b, const char *name, const char *heading)
{
	bool any = false;

	for (size_t i = 0; i < vv_command_count; i++) {
		const vv_command *c = vv_commands[i];
		if (c->hidden || strcmp(c->group, name) != 0) {
			continue;
		}
		if (!any) {
			vv_buf_printf(b, "\n%s\n", heading);
		}
		any = true;
		vv_buf_printf(b, "  %-14s %s\n", c->name, c->summary);
	}
}

void vv_commands_overview(bool to_stdout)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(
		&b,
		"varve: git for tables\n\n"
		"usage: varve [-C DIR] [--git-dir DIR] [--offline] [--no-pager] COMMAND [ARGUMENT...]\n\n"
		"example:\n"
		"  $ varve init\n"
		"  $ varve add prices.csv\n"
		"  $ varve commit -m \"March prices\"\n");
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		put_group(&b, groups[i].name, groups[i].heading);
	}
	vv_buf_puts(&b, "\n'varve help COMMAND' says more about one of them\n");
	if (to_stdout) {
		vv_out_bytes(vv_buf_cstr(&b), b.len);
	} else {
		fputs(vv_buf_cstr(&b), stderr);
	}
	vv_buf_clear(&b);
}

int vv_commands_unknown(const char *name, int argc, char **argv)
{
	vv_nearest near;

	if (strcmp(name, "describe") == 0 && argc > 0 && vv_exists(argv[argc - 1])) {
		vv_note("varve has no 'describe'; 'varve info %s' describes a table",
			vv_text_shows(argv[argc - 1]));
		return VV_EXIT_TROUBLE;
	}
	if (vv_git_words_command(name)) {
		vv_buf line = VV_BUF_INIT;

		vv_git_words_put(&line, name, argc, argv);
		vv_note("varve has no '%s'; '%s' works here", name, vv_buf_cstr(&line));
		vv_buf_clear(&line);
		return VV_EXIT_TROUBLE;
	}
	vv_note("varve has no command '%s'", vv_text_shows(name));
	vv_nearest_init(&near, name);
	for (size_t i = 0; i < vv_command_count; i++) {
		if (!vv_commands[i]->hidden) {
			(void)vv_nearest_try(&near, vv_commands[i]->name);
		}
	}
	if (near.best) {
		vv_note("hint: did you mean '%s'?", near.best);
	} else {
		vv_note("hint: 'varve help' lists the commands");
	}
	return VV_EXIT_TROUBLE;
}
