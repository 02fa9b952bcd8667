/*
 * add_plan: decides for each path whether add (and commit -a, commit PATH) adds a table or a file.
 *
 * The following paths become datasets ("what becomes a table" in the documentation): paths that the
 * attributes track; literal arguments that end like the name of a table (vv_endings), or that are
 * given with options for a table or a file of varve; and new files with such names that can be read
 * as tables. Without varve.addTables, new files become tables only if HEAD has no text file with
 * such a name. Text files of HEAD stay text unless `convert` is set. Making a plan changes nothing.
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

/* A message. The arguments are a path, and its fault (vv_path_fault). */
#define VV_ADD_LEFT "%s stays an ordinary file, as a table cannot have this name: %s"

typedef enum vv_add_action {
	VV_ADD_FILE, /* add the file as git add does */
	/* the same, but never through a filter; for a path that a pattern of varve matches */
	VV_ADD_PLAIN,
	VV_ADD_DATASET, /* add the file as a dataset */
	VV_ADD_SAME,    /* the index already has this content */
	/* add the submodule; blob is its current commit */
	VV_ADD_SUBMODULE,
	/* remove the path from the index */
	VV_ADD_REMOVE
} vv_add_action;

typedef struct vv_add_item {
	char *path;
	/* the table's name before 'git mv', if .gitattributes has a line only for that name; else
	 * NULL */
	char *from;
	vv_add_action action;
	bool in_index;   /* the index has the path */
	bool literal;    /* an argument is exactly this path */
	bool track;      /* a line for the path must be added to .gitattributes */
	bool guess;      /* a dataset only if the file can be read as a table; else a file of Git */
	bool was_text;   /* the index has the path, but not as a pointer */
	vv_oid blob;     /* id in the index; null: the index lacks the path */
	uint32_t mode;   /* mode in the index */
	vv_stat st;      /* metadata of the file in the work tree */
	bool stat_clean; /* the index entry has exactly this metadata, and is not racy */
} vv_add_item;

typedef struct vv_add_request {
	vv_pathspec *paths; /* the paths to examine; NULL: the whole work tree */
	bool untracked;     /* also add files that are not in the index */
	bool force;         /* also add ignored files */
	bool convert;       /* make datasets of text files that HEAD has */
	bool fix;           /* only make datasets of plain text under tracked patterns */
	bool as_tracked;    /* only paths that the attributes track become datasets */
	/* options describe how to read a file: read a named file again even if it is unchanged */
	bool described;
	const vv_dataset_options *options;
	vv_json_out *json; /* an open array, which receives an object for each path; may be NULL */
} vv_add_request;

typedef struct vv_add_plan {
	/* first paths that are removed from the index, then the others; sorted by path */
	vv_add_item *items;
	size_t count, cap;
	bool beaten;       /* git changes line ends or encoding of a table (vv_attr_changes_text) */
	size_t kept_text;  /* number of files that stay text although they look like tables */
	size_t new_text;   /* number of untracked files that are added as text */
	vv_buf kept_names; /* names of the first few files counted in kept_text: "a, b" */
	vv_buf new_names;  /* names of the first few files counted in new_text */
} vv_add_plan;

/* Makes the plan. VV_ENOTFOUND: an argument matches no path; VV_EREFUSED: an argument is an ignored
 * file; VV_EUSAGE: an argument cannot be added. */
vv_status vv_add_plan_make(vv_add_plan *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			   const vv_add_request *req, vv_error *err);
void vv_add_plan_clear(vv_add_plan *p);
VV_AUTO_CLEAR(vv_add_plan, vv_add_plan_clear)

/* Returns true if files at this path are never datasets (datapackage.json, varve.json,
 * varve.checks, .git*). */
bool vv_add_never(const char *path);
/* Returns true if a text file at this path may become a dataset: if vv_add_never is false, and
 * tables may have this name. */
bool vv_add_may(const char *path);

/* Returns true if the name ends like the name of a table (vv_endings), but not like the name of a
 * JSON file. */
bool vv_add_looks_like_table(const char *path);
/* Sets *out to true if the name ends like the name of a table, or if a line of .gitattributes makes
 * varve compare the file while Git stores it as text. */
vv_status vv_add_is_text_table(vv_repository *r, const char *path, bool *out, vv_error *err);

#endif
