/*
 * commands: declares the commands of the program varve, which the files in cmd/varve/commands
 * define, and functions that several commands share.
 */
#ifndef VV_CMD_VARVE_COMMANDS_H
#define VV_CMD_VARVE_COMMANDS_H

#include "base/json/json.h"
#include "cmd/frame/command.h"
#include "cmd/frame/tool.h"
#include "lib/commit/conclude.h"
#include "lib/sync/fetch_run.h"

/* The program varve, with all its commands. */
extern const vv_tool vv_varve;

extern const vv_command vv_cmd_accept;
extern const vv_command vv_cmd_add;
extern const vv_command vv_cmd_apply;
extern const vv_command vv_cmd_blame;
extern const vv_command vv_cmd_branch;
extern const vv_command vv_cmd_cat;
extern const vv_command vv_cmd_check;
extern const vv_command vv_cmd_cherry_pick;
extern const vv_command vv_cmd_cite;
extern const vv_command vv_cmd_clone;
extern const vv_command vv_cmd_commit;
extern const vv_command vv_cmd_compare;
extern const vv_command vv_cmd_completion;
extern const vv_command vv_cmd_config;
extern const vv_command vv_cmd_conflicts;
extern const vv_command vv_cmd_convert;
extern const vv_command vv_cmd_delete;
extern const vv_command vv_cmd_diff;
extern const vv_command vv_cmd_diff_file;
extern const vv_command vv_cmd_diff_tool;
extern const vv_command vv_cmd_doctor;
extern const vv_command vv_cmd_drop;
extern const vv_command vv_cmd_erase;
extern const vv_command vv_cmd_expire;
extern const vv_command vv_cmd_fetch;
extern const vv_command vv_cmd_filter;
extern const vv_command vv_cmd_filter_process;
extern const vv_command vv_cmd_fsck;
extern const vv_command vv_cmd_gc;
extern const vv_command vv_cmd_get;
extern const vv_command vv_cmd_help;
extern const vv_command vv_cmd_import;
extern const vv_command vv_cmd_info;
extern const vv_command vv_cmd_init;
extern const vv_command vv_cmd_install;
extern const vv_command vv_cmd_key;
extern const vv_command vv_cmd_log;
extern const vv_command vv_cmd_ls_remote;
extern const vv_command vv_cmd_merge;
extern const vv_command vv_cmd_merge_file;
extern const vv_command vv_cmd_migrate;
extern const vv_command vv_cmd_mv;
extern const vv_command vv_cmd_pre_push;
extern const vv_command vv_cmd_prove;
extern const vv_command vv_cmd_publish;
extern const vv_command vv_cmd_pull;
extern const vv_command vv_cmd_push;
extern const vv_command vv_cmd_remote;
extern const vv_command vv_cmd_rename_column;
extern const vv_command vv_cmd_resolve;
extern const vv_command vv_cmd_restore;
extern const vv_command vv_cmd_revert;
extern const vv_command vv_cmd_rm;
extern const vv_command vv_cmd_schema;
extern const vv_command vv_cmd_serve;
extern const vv_command vv_cmd_set;
extern const vv_command vv_cmd_show;
extern const vv_command vv_cmd_sign;
extern const vv_command vv_cmd_status;
extern const vv_command vv_cmd_store;
extern const vv_command vv_cmd_switch;
extern const vv_command vv_cmd_tag;
extern const vv_command vv_cmd_textconv;
extern const vv_command vv_cmd_track;
extern const vv_command vv_cmd_uninstall;
extern const vv_command vv_cmd_untrack;
extern const vv_command vv_cmd_update;
extern const vv_command vv_cmd_verify;
extern const vv_command vv_cmd_version;
extern const vv_command vv_cmd_whereis;

/* Ends an operation in progress, such as a merge. If o->abort is true, undoes it, and sets c->code to
 * 1 if not all tables could be restored. Else if o->quit is true, forgets it, and leaves the files as
 * they are. Else continues it: closes the context c, runs `varve commit` (with --no-edit, unless
 * o->edit is set or o has messages), and sets c->code to its exit code. state: the name of the
 * operation in vv_state_name. VV_EUSAGE: no such operation is in progress. */
vv_status vv_commit_under_way(vv_context *c, const char *state, const vv_ending_options *o,
			      vv_error *err);

/* Writes the JSON object that `fetch --json` prints for a remote. name: the remote as the user named
 * it; NULL: j->name. error: the reason why the fetch failed; NULL: it succeeded. */
void vv_fetch_json(vv_json_out *w, const char *name, const vv_fetch_job *j, const char *error);

#endif
