/*
 * command: the fields of a form, and commands that are run for its owner.
 */
#ifndef VV_CMD_WEB_MODEL_COMMAND_H
#define VV_CMD_WEB_MODEL_COMMAND_H

#include "cmd/web/model/visit.h"
#include "transport/server/handlers.h"

/* A request: the fields of a form. Borrowed during the call. */
typedef struct vv_web_verb {
	const char *name; /* the value of the field `do`, such as "set" */
	const char *path; /* the path in the address; NULL: none */
	const vv_http_parameter *fields;
	size_t field_count;
} vv_web_verb;

/* Returns the value of the form's field with this name; "": the form does not have the field. */
const char *vv_web_field(const vv_web_verb *verb, const char *name);

/* A command to run. */
typedef struct vv_web_command {
	const char **
		list; /* its words, of which list[0] is "varve" or "git", and a NULL; list[0] may be replaced */
	const char *
		dir; /* folder to run in; NULL: the work tree of the visit; without a repository, the current folder */
	const vv_env *env; /* the environment; NULL: that of the visit's repository */
	const char *input; /* text for its standard input; NULL: none */
	vv_buf *out;       /* receives its output; may be NULL */
} vv_web_command;

/* Runs a command. Sets *code to its exit status, and *said to the first line of its messages, in the
 * visit's arena. */
vv_status vv_web_run(vv_web_visit *v, const vv_web_command *command, int *code, const char **said,
		     vv_error *err);
/* Runs a command that must succeed. list: its words, as in vv_web_command. out: receives its output; may be
 * NULL. VV_EUSAGE: it failed; the message has the command and the reason. */
vv_status vv_web_run_list(vv_web_visit *v, const char **list, vv_buf *out, vv_error *err);

#endif
