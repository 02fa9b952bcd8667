/*
 * commit: prints a commit for `varve log` and `varve show`.
 */
#ifndef VV_CMD_VARVE_PRINT_COMMIT_H
#define VV_CMD_VARVE_PRINT_COMMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/json/json.h"
#include "cmd/varve/print/diff_show.h"
#include "repo/git/history/history.h"

/* HEAD, the branches and the tags of a repository, for decorations such as "(HEAD -> main, tag: v1,
 * origin/main)". */
typedef struct vv_decoration vv_decoration;
/* Reads the names of the repository r. The caller frees *out. */
vv_status vv_decoration_read(vv_decoration **out, vv_repository *r, vv_error *err);
void vv_decoration_free(vv_decoration *n); /* accepts NULL */
VV_AUTO_FREE(vv_decoration, vv_decoration_free)

/* The form in which a commit is printed. */
typedef enum vv_commit_style { VV_STYLE_LONG, VV_STYLE_ONELINE, VV_STYLE_JSON } vv_commit_style;

/* How commits are printed; pointers are borrowed. */
typedef struct vv_commit_view {
	vv_repository *repo;
	vv_decoration *names; /* the names for decorations; NULL: print no decorations */
	vv_commit_style style;
	bool stat;   /* print the numbers of changes (commit_stat.h) */
	bool growth; /* if stat is set: also print stored bytes; JSON always has them */
	/* print the changed paths, without or with the kind of their change; not used for JSON */
	bool name_only, name_status;
	/* print changed rows and cells, too; NULL: do not; not used for JSON */
	const vv_diff_show *patch;
	/* the paths for stat, name_only and name_status, followed by NULL; NULL: all paths */
	const char *const *paths;
	bool any; /* a commit was already printed */
	/* result: the number of changed tables that stat could not count, because blocks are missing
	 * in this repository */
	uint64_t uncounted;
	bool trouble; /* result: patch could not print the rows of a table; an error was printed */
	/* Prints further facts of the commit. json: the commit's JSON object, to which members are
	 * added; NULL: lines are printed on stdout, after the commit. May be NULL. */
	void (*more)(void *payload, vv_json_out *json);
	void *payload;
} vv_commit_view;

/* Prints a commit. With patch->unasked, missing blocks are only a note. */
vv_status vv_commit_print(vv_commit_view *v, const vv_oid *id, vv_error *err);
/* Appends the JSON object that log --json --stat prints for the commit. */
vv_status vv_commit_json(vv_buf *out, vv_repository *r, const vv_oid *id, vv_error *err);
/* Call this after the last commit was printed. Returns VV_OK if all changes could be counted.
 * VV_EMISSING: v->uncounted is not 0. */
vv_status vv_commit_counted(const vv_commit_view *v, vv_error *err);

#endif
