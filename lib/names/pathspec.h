/*
 * pathspec: selects paths by a command's PATH... arguments.
 *
 * An argument is a file, a folder (which selects everything below it), or a pattern with '*', '?'
 * or '[' if no file has this name; '*' also matches '/', as in Git. Without arguments no path is
 * selected. ":!PATH", ":^PATH" and ":(exclude)PATH" exclude paths from the selection; if there are
 * no other arguments, from all paths. Git's magic words top, literal, glob and icase, and the
 * variables GIT_LITERAL_PATHSPECS, GIT_GLOB_PATHSPECS, GIT_NOGLOB_PATHSPECS and GIT_ICASE_PATHSPECS
 * mean what they mean to Git; its other pathspecs are refused.
 */
#ifndef VV_LIB_NAMES_PATHSPEC_H
#define VV_LIB_NAMES_PATHSPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* One value = one argument. */
typedef struct vv_pathspec_item {
	char *path;        /* relative to the repository; "": the top folder */
	const char *given; /* the argument; borrowed */
	/* the argument is a pattern: it has wildcards, or it ignores case (icase) */
	bool pattern;
	bool wild;   /* the argument has wildcards */
	bool glob;   /* '*' does not match '/' */
	bool icase;  /* ASCII letters match in upper and lower case */
	char *lower; /* icase: the path in lower case */
	/* an exclusion; exists and folder are then false, since they are not read from the file
	 * system */
	bool exclude;
	bool exists;  /* the path exists in the work tree */
	bool folder;  /* the path is a folder of the work tree */
	bool matched; /* the item selected at least one path */
	bool named;   /* the item selected exactly this path */
} vv_pathspec_item;

/* One value = all arguments of one command. */
typedef struct vv_pathspec {
	vv_pathspec_item *items; /* in the order of the arguments */
	size_t count;
	vv_pathspec_item **sorted; /* the items without patterns, sorted by path */
	size_t sorted_count;
} vv_pathspec;

/* Returns true if Git reads text as a pattern or with other pathspec magic, and not as a path. */
bool vv_pathspec_is_pattern(const vv_repository *r, const char *text);

/* Sets *out to the pathspec of the argc arguments in argv, which it borrows. r must have a work
 * tree, or may be NULL: then the arguments are paths of single files, relative to the repository,
 * and not patterns. VV_EUSAGE: a path is outside of the work tree. */
vv_status vv_pathspec_init(vv_pathspec *out, vv_repository *r, int argc, char **argv,
			   vv_error *err);
void vv_pathspec_clear(vv_pathspec *p);
VV_AUTO_CLEAR(vv_pathspec, vv_pathspec_clear)

/* Returns true if p selects `path`. Sets *literal to true if an argument is exactly this path;
 * literal may be NULL. */
bool vv_pathspec_match(vv_pathspec *p, const char *path, bool *literal);

/* Returns VV_OK if every argument has selected a path in an earlier vv_pathspec_match.
 * VV_ENOTFOUND: err has the first argument that selected nothing; VV_EREFUSED: that argument is in
 * a submodule of the index x. x may be NULL. */
vv_status vv_pathspec_all_matched(const vv_pathspec *p, const vv_index *x, vv_error *err);
/* Calls vv_pathspec_match for all paths of the index x, which must not be NULL, and returns the
 * result of vv_pathspec_all_matched. */
vv_status vv_pathspec_in_index(vv_pathspec *p, const vv_index *x, vv_error *err);

#endif
