/*
 * verb: commands of varve that the owner of the work tree runs from pages: changes of rows, versions,
 * exchange with the remote, decisions of conflicts.
 *
 * Each verb runs commands of the command line, so locks, hooks, notes and crash safety are the same.
 * Nothing is kept between requests.
 */
#ifndef VV_CMD_WEB_MODEL_VERB_H
#define VV_CMD_WEB_MODEL_VERB_H

#include "cmd/web/model/visit.h"
#include "transport/server/handlers.h"

/* The page that shows the result of a verb. */
typedef enum vv_web_verb_page {
	VV_WEB_TO_CONFLICTS,
	VV_WEB_TO_DESK,
	VV_WEB_TO_COMPARE, /* the changes of the file that are not saved */
	VV_WEB_TO_ROW      /* the row in the work tree, or its table if the row is removed */
} vv_web_verb_page;

/* A request: the fields of a form. Borrowed during the call. */
typedef struct vv_web_verb {
	const char *name; /* the value of the field `do`, such as "set" */
	const char *path; /* the path in the address; NULL: none */
	const vv_http_parameter *fields;
	size_t field_count;
} vv_web_verb;

/* The result of a verb. */
typedef struct vv_web_done {
	vv_web_verb_page page;
	const char *key;  /* with VV_WEB_TO_ROW: the row's key; NULL: none */
	const char *note; /* a text for the page, in the visit's arena; NULL: nothing */
} vv_web_done;

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

/* Runs a verb. VV_EUSAGE: no such verb, a field is missing or wrong, the cell has changed since the
 * page was made, or a command failed: err has the first line of its message. VV_ENOTFOUND: the visit
 * may not show the work tree. */
vv_status vv_web_do(vv_web_visit *v, const vv_web_verb *verb, vv_web_done *done, vv_error *err);

#endif
