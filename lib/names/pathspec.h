/*
 * pathspec: selects paths by a command's PATH... arguments.
 *
 * An argument is a file, a folder (everything below it is selected), or a pattern with '*', '?' or
 * '[', unless a file has this name; '*' also matches '/', as in Git. Without arguments no path is
 * selected. ":!PATH", ":^PATH" and ":(exclude)PATH" exclude paths from the selection, or, without
 * other arguments, from all paths.
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
	char *path;        /* repository-relative; "" is the top folder */
	const char *given; /* the argument; borrowed */
	bool pattern;
	/* an exclusion; exists and folder are then false, since the file system is not read */
	bool exclude;
	bool exists;  /* in the work tree */
	bool folder;  /* is a folder of the work tree */
	bool matched; /* it selected at least one path */
	bool named;   /* it selected exactly this path */
} vv_pathspec_item;

typedef struct vv_pathspec {
	vv_pathspec_item *items; /* as given */
	size_t count;
	vv_pathspec_item **sorted; /* items without wildcards, sorted by path */
	size_t sorted_count;
} vv_pathspec;

/* Does text exclude paths (":!PATH")? If so, *path is the part after the prefix. */
bool vv_pathspec_excludes(const char *text, const char **path);

/* Reads the arguments. r must have a work tree. VV_EUSAGE: a path outside of the work tree. r
 * NULL: the arguments are repository-relative paths of single files, without patterns. */
vv_status vv_pathspec_init(vv_pathspec *out, vv_repository *r, int argc, char **argv,
			   vv_error *err);
void vv_pathspec_clear(vv_pathspec *p);
VV_AUTO_CLEAR(vv_pathspec, vv_pathspec_clear)

/* Is the path selected? *literal (may be NULL): an argument names just this path. */
bool vv_pathspec_match(vv_pathspec *p, const char *path, bool *literal);

/* Checks that every argument selected something. VV_ENOTFOUND: err names the first that did not;
 * VV_EREFUSED: that argument is in a submodule of the index. x may be NULL. */
vv_status vv_pathspec_all_matched(const vv_pathspec *p, const vv_index *x, vv_error *err);

#endif
