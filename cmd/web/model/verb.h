/*
 * verb: commands of varve that the owner of the work tree runs from pages: changes of rows, versions,
 * exchange with the remote, decisions of conflicts.
 *
 * Each verb runs commands of the command line, so locks, hooks, notes and crash safety are the same.
 * Nothing is kept between requests.
 */
#ifndef VV_CMD_WEB_MODEL_VERB_H
#define VV_CMD_WEB_MODEL_VERB_H

#include "cmd/web/model/command.h"

/* The page that shows the result of a verb. */
typedef enum vv_web_verb_page {
	VV_WEB_TO_CONFLICTS,
	VV_WEB_TO_DESK,
	VV_WEB_TO_LOGIN,   /* the desk, with a form for the remote's name and token */
	VV_WEB_TO_COMPARE, /* the changes of the file that are not saved */
	VV_WEB_TO_ROW /* the table in the work tree, at the row; a form that is refused is on the row's page */
} vv_web_verb_page;

/* The result of a verb. */
typedef struct vv_web_done {
	vv_web_verb_page page;
	/* with VV_WEB_TO_ROW: the row's key; with VV_WEB_TO_CONFLICTS: of the cell that was decided, as
	 * `varve resolve --row` takes it; NULL: none */
	const char *key;
	const char *note; /* a text for the page, in the visit's arena; NULL: nothing */
	const char
		*done; /* the result, in the word of the parameter `done`; NULL: nothing to say */
	/* with `done`: versions before it. since: of the remote's branch; after: the newest one. NULL:
	 * none */
	const char *since, *after;
	/* after a failure: the page of the form shows the error, with the typed values */
	bool again;
	const char *column; /* whose value was refused, or of the form; NULL: none */
} vv_web_done;

/* Runs a verb. VV_EUSAGE: no such verb, a field is missing or wrong, the cell has changed since the
 * page was made, or a command failed: err has the first line of its message. VV_ENOTFOUND: the visit
 * may not show the work tree. */
vv_status vv_web_do(vv_web_visit *v, const vv_web_verb *verb, vv_web_done *done, vv_error *err);

#endif
