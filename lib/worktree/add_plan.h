/*
 * add_plan: decides for each path whether add (and commit -a, commit PATH) adds a table or a file.
 *
 * The following paths become datasets ("what becomes a table" in the documentation):
 * - paths that the attributes track;
 * - paths that an argument names exactly, if they end as names of tables do (vv_endings), or if
 *   options describe them as a table or as a file of varve;
 * - new files with such names that can be read as tables; without varve.addTables, only if HEAD has
 *   no text file with such a name.
 *
 * Text files of HEAD remain text unless `convert` is set. Making a plan changes nothing.
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

typedef struct vv_dataset_options vv_dataset_options;

/* The format of a message; its arguments are a path, and the path's fault (vv_path_fault). */
#define VV_ADD_LEFT "%s stays an ordinary file, as a table cannot have this name: %s"

/* The action for a path. */
typedef enum vv_add_action {
	VV_ADD_FILE, /* add the file as git add does */
	/* add the file as git add does, but without a filter; for a path that a pattern of varve
	 * matches */
	VV_ADD_PLAIN,
	VV_ADD_DATASET, /* add the file as a dataset */
	VV_ADD_SAME,    /* only update the metadata in the index, which already has this content */
	/* add the submodule; `blob` of the item is its current commit */
	VV_ADD_SUBMODULE,
	/* remove the path from the index */
	VV_ADD_REMOVE
} vv_add_action;

/* One value = one path of a plan. */
typedef struct vv_add_item {
	char *path;
	/* the table's name before 'git mv', if .gitattributes has a line only for that name; else
	 * NULL */
	char *from;
	vv_add_action action; /* the action for the path */
	bool in_index;        /* the index has the path */
	bool literal;         /* an argument is exactly this path */
	bool track;           /* a line for the path must be added to .gitattributes */
	bool guess;    /* a dataset only if the file can be read as a table; else a file of Git */
	bool was_text; /* the index has the path, but not as a pointer */
	vv_oid blob;   /* id in the index; null: the index lacks the path */
	uint32_t mode; /* mode in the index */
	vv_stat st;    /* metadata of the file in the work tree */
	/* the index entry has exactly these metadata, and is not racy (as in Git: not
	 * written within the same clock tick as the file) */
	bool stat_clean;
} vv_add_item;

/* One value = the options of one add. */
typedef struct vv_add_request {
	vv_pathspec *paths; /* the paths to examine; NULL: the whole work tree */
	bool untracked;     /* also add files that are not in the index */
	bool force;         /* also add ignored files */
	bool convert;       /* make datasets of text files that HEAD has */
	/* only repair: make datasets of plain text whose path matches a tracked pattern, and write
	 * pointers again that were edited */
	bool fix;
	bool as_tracked; /* only paths that the attributes track become datasets */
	/* `options` describes how to read a file, so a file that an argument gives is read again
	 * even if it is unchanged */
	bool described;
	const vv_dataset_options *options; /* options for the imports */
	vv_json_out *json; /* an open array, which receives an object for each path; may be NULL */
} vv_add_request;

/* One value = one plan. */
typedef struct vv_add_plan {
	/* first the paths that are removed from the index, then the others; both sorted by path */
	vv_add_item *items;
	size_t count, cap;
	bool beaten; /* git changes line ends or encoding of a table (vv_attr_changes_text) */
	/* number of files with names of tables that remain text, as in HEAD */
	size_t kept_text;
	size_t new_text;   /* number of new files with names of tables that are added as text */
	vv_buf kept_names; /* names of the first few files counted in kept_text: "a, b" */
	vv_buf new_names;  /* names of the first few files counted in new_text */
} vv_add_plan;

/* Sets *out to the plan for the request req. The caller clears *out, also after a failure.
 * VV_ENOTFOUND: an argument matches no path; VV_EREFUSED: an argument is an ignored or hidden file,
 * or a table cannot have its name; VV_EUSAGE: the options do not fit an argument. */
vv_status vv_add_plan_make(vv_add_plan *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			   const vv_add_request *req, vv_error *err);
void vv_add_plan_clear(vv_add_plan *p);
VV_AUTO_CLEAR(vv_add_plan, vv_add_plan_clear)

/* Returns true if a file at `path` is never a dataset (datapackage.json, varve.json, varve.checks,
 * .git*). */
bool vv_add_never(const char *path);
/* Returns true if a text file at `path` may become a dataset: if vv_add_never returns false, and a
 * table may have this name. */
bool vv_add_may(const char *path);

/* Returns true if path ends as names of tables do (vv_endings), but not as the name of a JSON
 * file. */
bool vv_add_looks_like_table(const char *path);

/* Appends path to names, a list for people of which path is the number-th: three are shown. */
void vv_add_note_name(vv_buf *names, size_t number, const char *path);
/* Sets *out to true if path ends as names of tables do, or if a line of .gitattributes makes varve
 * compare the file while Git stores it as text. */
vv_status vv_add_is_text_table(vv_repository *r, const char *path, bool *out, vv_error *err);

#endif
