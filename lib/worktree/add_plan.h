/*
 * add_plan: decides how add (and commit -a, commit PATH) treats each path: table or file.
 *
 * Decides which paths become datasets (docs: "what becomes a table"): those that the attributes
 * track; literal arguments that end as tables do (vv_endings), or with options for a table or
 * file of varve; and new files with such names that can be read as tables, unless HEAD has such
 * files as text (varve.addTables decides otherwise). Text files of HEAD stay text without convert.
 * Planning changes nothing.
 */
#ifndef VV_LIB_WORKTREE_ADD_PLAN_H
#define VV_LIB_WORKTREE_ADD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json/json.h"
#include "lib/names/pathspec.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* A path, and its fault (vv_path_fault). */
#define VV_ADD_LEFT "%s stays an ordinary file: no table may have this name: %s"

typedef enum vv_add_action {
	VV_ADD_FILE,  /* as git add would */
	VV_ADD_PLAIN, /* likewise, but under a pattern of varve's: never through a filter */
	VV_ADD_DATASET,
	VV_ADD_SAME,      /* is as the index has it */
	VV_ADD_SUBMODULE, /* blob is the commit that it has now */
	VV_ADD_REMOVE
} vv_add_action;

typedef struct vv_add_item {
	char *path;
	/* the table's name before 'git mv', tracked only by a line of its own; or NULL */
	char *from;
	vv_add_action action;
	bool in_index;
	bool literal;    /* named by an argument, itself */
	bool track;      /* its .gitattributes line is to be written */
	bool guess;      /* a dataset only if it reads as a table; else Git's */
	bool was_text;   /* the index has it, and not as a pointer */
	vv_oid blob;     /* in the index; null: not in the index */
	uint32_t mode;   /* likewise */
	vv_stat st;      /* of the work tree's file */
	bool stat_clean; /* the index entry has just this stat, and is not racy */
} vv_add_item;

typedef struct vv_add_request {
	vv_pathspec *paths; /* the paths to examine; NULL: the whole work tree */
	bool untracked;     /* also files that are not in the index */
	bool force;         /* also ignored files */
	bool convert;       /* make datasets of text files in HEAD */
	bool fix;           /* make datasets of plain text under tracked patterns, only these */
	bool as_tracked;    /* only paths tracked by the attributes become datasets */
	/* the options describe how to read a dataset: read the named one again */
	bool described;
	const vv_dataset_options *options;
	vv_json_out *json; /* an array that gets an object of each path; or NULL */
} vv_add_request;

typedef struct vv_add_plan {
	vv_add_item *items; /* those that leave the index first, then by path */
	size_t count, cap;
	bool beaten;       /* git changes line ends or encoding of a table (vv_attr_changes_text) */
	size_t kept_text;  /* files that stay text though they look like tables */
	size_t new_text;   /* untracked ones that go to Git as text */
	vv_buf kept_names; /* of the first few of both, "a, b" */
	vv_buf new_names;
} vv_add_plan;

/* VV_EUSAGE, VV_ENOTFOUND (an argument matches nothing), VV_EREFUSED (ignored file). */
vv_status vv_add_plan_make(vv_add_plan *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			   const vv_add_request *req, vv_error *err);
void vv_add_plan_clear(vv_add_plan *p);
VV_AUTO_CLEAR(vv_add_plan, vv_add_plan_clear)

/* Is the path one of those that never are datasets (datapackage.json, .git*)? */
bool vv_add_never(const char *path);
/* May a text file become a dataset? False for files of vv_add_never, and for names that tables may
 * not have. */
bool vv_add_may(const char *path);

/* Does the name end as those of tables do (vv_endings), but not as JSON? */
bool vv_add_looks_like_table(const char *path);
/* Is it called so, or does a line of .gitattributes make varve compare the file, which is text in
 * Git? */
vv_status vv_add_is_text_table(vv_repository *r, const char *path, bool *out, vv_error *err);

#endif
