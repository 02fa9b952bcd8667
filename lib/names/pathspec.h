/*
 * pathspec: the paths selected by a command's PATH... arguments.
 *
 * A file, a folder (all below it), or a pattern with '*', '?' or '[', unless a file has this name;
 * '*' in it also matches '/', as in Git. No arguments select nothing. ":!PATH", ":^PATH" and
 * ":(exclude)PATH" exclude paths from the selection, or, alone, from all paths.
 */
#ifndef VV_LIB_NAMES_PATHSPEC_H
#define VV_LIB_NAMES_PATHSPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_pathspec_item {
	char *path;        /* repository-relative; "" the top folder */
	const char *given; /* as written, borrowed */
	bool pattern;
	bool exclude; /* exists and folder are then false: the file is not searched */
	bool exists;  /* in the work tree */
	bool folder;  /* is a folder of the work tree */
	bool matched; /* something was selected by it */
	bool named;   /* the very path was */
} vv_pathspec_item;

typedef struct vv_pathspec {
	vv_pathspec_item *items; /* as given */
	size_t count;
	vv_pathspec_item **sorted; /* those without wildcards, by path */
	size_t sorted_count;
} vv_pathspec;

/* Does text take paths out (":!PATH")? *path: the rest. */
bool vv_pathspec_excludes(const char *text, const char **path);

/* Needs a work tree. VV_EUSAGE for paths outside of it. r NULL: the arguments are repository-relative paths, each of one
 * file, whatever characters it has. */
vv_status vv_pathspec_init(vv_pathspec *out, vv_repository *r, int argc, char **argv,
			   vv_error *err);
void vv_pathspec_clear(vv_pathspec *p);
VV_AUTO_CLEAR(vv_pathspec, vv_pathspec_clear)

/* Is the path selected? *literal (may be NULL): an argument names just this path. */
bool vv_pathspec_match(vv_pathspec *p, const char *path, bool *literal);

/* VV_ENOTFOUND naming the first argument that selected nothing; VV_EREFUSED if it is in a submodule of the index,
 * which may be NULL. */
vv_status vv_pathspec_all_matched(const vv_pathspec *p, const vv_index *x, vv_error *err);

#endif
