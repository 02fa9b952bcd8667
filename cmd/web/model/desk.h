/*
 * desk: changes of the owner that are not saved, and versions that are not sent.
 *
 * Read with `varve status` and `varve check`, so pages and commands agree.
 */
#ifndef VV_CMD_WEB_MODEL_DESK_H
#define VV_CMD_WEB_MODEL_DESK_H

#include "cmd/web/model/visit.h"

/* A file that differs from the newest version. Strings are in the visit's arena. */
typedef struct vv_web_edit {
	const char *path;
	const char *words; /* such as "3 cells changed, 1 row added" */
	bool table;
	bool is_new;   /* Git does not track the file; it is not part of the next version */
	bool conflict; /* the file is in conflict */
	/* the findings of `varve check`: number of errors and warnings, and the first one */
	uint64_t errors, warnings;
	const char *finding; /* "": none */
	/* what a spreadsheet program changed in the spelling of cells; "": nothing */
	const char *spreadsheet;
} vv_web_edit;

/* The state of the work tree and its branch. */
typedef struct vv_web_desk {
	const char *branch;   /* "": no branch is checked out */
	const char *upstream; /* "": the branch has none */
	const char *remote;   /* the remote to send to; "": none */
	uint64_t ahead, behind;
	uint64_t
		waiting; /* of the versions ahead: those that another branch of a remote has, for a review */
	const char *state;  /* the operation in progress, such as "merge"; "": none */
	bool has_name;      /* name and address of the author are configured */
	vv_web_edit *edits; /* files of the next version first, then new files */
	size_t edit_count, new_count;
	bool complete; /* false: there are more new files than are listed */
} vv_web_desk;

/* Reads the state. whole: also `remote` and has_name, and checks the changed tables (edits' errors,
 * warnings, finding, spreadsheet), which reads them. VV_ENOTFOUND: the visit may not show the work
 * tree. */
vv_status vv_web_desk_read(vv_web_visit *v, bool whole, vv_web_desk *out, vv_error *err);

/* Returns a sentence for a message of the changes, such as "3 cells of prices.csv". */
const char *vv_web_desk_sentence(vv_web_visit *v, const vv_web_desk *d);

#endif
