/*
 * desk: changes of the owner that are not saved, and versions that are not sent.
 *
 * Read with `varve status` and `varve check`, so pages and commands agree.
 */
#ifndef VV_CMD_WEB_MODEL_DESK_H
#define VV_CMD_WEB_MODEL_DESK_H

#include "cmd/web/model/commits.h"
#include "cmd/web/model/visit.h"

/* A file that differs from the newest version. Strings are in the visit's arena. */
typedef struct vv_web_edit {
	const char *path;
	const char *words; /* such as "3 cells changed, 1 row added"; "": not counted */
	bool table;
	bool is_new;   /* Git does not track the file; it is not part of the next version */
	bool conflict; /* the file is in conflict */
	bool many;     /* more changes than are usually made by hand */
	/* the findings of `varve check` that the newest version does not have: number of errors and
	 * warnings, and the first one, an error if there is one */
	uint64_t errors, warnings;
	const char *finding; /* "": none */
	/* what a spreadsheet program changed in the spelling of cells; "": nothing */
	const char *spreadsheet;
} vv_web_edit;

/* Returns the name of the program that has the work tree's file open, by the file that it keeps beside
 * it meanwhile; NULL: none was found. */
const char *vv_web_opened_by(vv_web_visit *v, const char *path);

/* The state of the work tree and its branch. */
typedef struct vv_web_desk {
	const char *branch;   /* "": no branch is checked out */
	const char *upstream; /* "": the branch has none */
	const char *remote;   /* the remote to send to; "": none */
	uint64_t ahead, behind;
	uint64_t
		waiting; /* of the versions ahead: those that another branch of a remote has, for a review */
	uint64_t
		unsent_versions; /* of the versions ahead, those that do not wait, without merges */
	/* with waiting: ids of the versions ahead, and of those of them that no branch of a remote has */
	const char *ahead_ids, *own_ids;
	const char *reviews; /* names of the remote's branches that have them; "": none */
	const char *state;   /* the operation in progress, such as "merge"; "": none */
	bool has_name;       /* name and address of the author are configured */
	/* the newest version, if it can be taken back: only this machine has it, and it continues one
	 * version; "": it cannot */
	const char *newest, *newest_subject;
	vv_web_edit *edits; /* files of the next version first, then new files */
	size_t edit_count, new_count;
	bool complete; /* false: there are more new files than are listed */
} vv_web_desk;

/* Reads the state. whole: also `remote` and has_name, and checks the changed tables (edits' errors,
 * warnings, finding, spreadsheet), which reads them, and sets `newest`. VV_ENOTFOUND: the visit may not show the work
 * tree. */
vv_status vv_web_desk_read(vv_web_visit *v, bool whole, vv_web_desk *out, vv_error *err);

/* For a desk that was not read whole: sets `spreadsheet` of the first edit with many changes that a
 * spreadsheet program made. A call checks at most 20 tables that were not checked since their last change;
 * the next call continues. */
void vv_web_desk_find_rewritten(vv_web_visit *v, vv_web_desk *d);

/* Returns true if the version was sent as another branch, for a review, and is not at the remote's branch. */
bool vv_web_desk_waits(const vv_web_desk *d, const vv_web_commit *c);

/* Sets *finding to the first error that `varve check` finds in the newest version, and not in the upstream's;
 * "": none. The branch must have an upstream. */
vv_status vv_web_unsent_errors(vv_web_visit *v, const char **finding, vv_error *err);

/* Versions that were sent or fetched. */
typedef struct vv_web_parcel {
	uint64_t versions;   /* their number, without merges */
	const char *authors; /* such as "Ada, Bob and 2 others"; "" without versions */
	const char *author;  /* the only author; "": there are several, or none */
} vv_web_parcel;
/* Reads the versions that `to` has and `from` (which may be the empty version) does not. */
vv_status vv_web_parcel_read(vv_web_visit *v, const vv_web_commit *from, const vv_web_commit *to,
			     vv_web_parcel *out, vv_error *err);

/* Returns a sentence for a message of the changes, such as "3 cells of prices.csv". */
const char *vv_web_desk_sentence(vv_web_visit *v, const vv_web_desk *d);

#endif
