/*
 * pathspec: selects paths by a command's PATH... arguments.
 *
 * An argument is a file, a folder, which selects everything below it, or a pattern with '*', '?' or
 * '['. A pattern is read as a file name if a file has this name. '*' also matches '/', as in Git.
 * Without arguments no path is selected. ":!PATH", ":^PATH" and ":(exclude)PATH" exclude paths from
 * the selection; if all arguments exclude, all other paths are selected. Git's magic words top,
 * literal, glob and icase, and the variables GIT_LITERAL_PATHSPECS, GIT_GLOB_PATHSPECS,
 * GIT_NOGLOB_PATHSPECS and GIT_ICASE_PATHSPECS have the same meaning as in Git. Other magic words
 * are refused.
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
	char *path; /* relative to the repository; "": the top folder */
	/* the argument, borrowed; for an added item that selects everything, the top folder */
	const char *given;
	/* the argument is a pattern: it has wildcards, or it ignores case (icase) */
	bool pattern;
	bool wild;   /* the argument has wildcards */
	bool glob;   /* '*' does not match '/' */
	bool icase;  /* ASCII letters match in upper and lower case */
	char *lower; /* icase: the path in lower case */
	/* the argument excludes paths; `exists` and `folder` are then false, and `matched` is
	 * true */
	bool exclude;
	bool exists;  /* the path exists in the work tree; false for a pattern */
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

/* Returns true if no file has the path `text`, and Git reads text as a pattern or with other
 * pathspec magic. */
bool vv_pathspec_is_pattern(const vv_repository *r, const char *text);

/* Sets *out to the pathspec of the argc arguments in argv, which it borrows. If r is NULL, the
 * arguments are paths relative to the repository, and not patterns. The caller clears *out, also
 * after a failure. VV_EUSAGE: a path is outside of the work tree, an argument is empty, or its
 * magic word is unknown. VV_ENOTFOUND: a path after ":/" has the part "." or "..". */
vv_status vv_pathspec_init(vv_pathspec *out, vv_repository *r, int argc, char **argv,
			   vv_error *err);
void vv_pathspec_clear(vv_pathspec *p);
VV_AUTO_CLEAR(vv_pathspec, vv_pathspec_clear)

/* Returns true if p selects `path`, and marks the items that do. Sets *literal to true if an
 * argument without a pattern is exactly this path, else to false; literal may be NULL. */
bool vv_pathspec_match(vv_pathspec *p, const char *path, bool *literal);

/* Returns the table whose name is the word and an ending: "prices.csv" of "prices". Returns NULL if there is
 * none. The caller frees it with vv_free. */
char *vv_pathspec_long_name(const char *word);
/* Returns the file that the word names, with its ending or without it. Returns NULL if there is none. The caller
 * frees it with vv_free. */
char *vv_pathspec_file(const char *word);

/* Returns VV_OK if every argument has selected a path in an earlier vv_pathspec_match.
 * VV_ENOTFOUND: an argument selected nothing; the message names the first one. VV_EREFUSED: that
 * argument is in a submodule of the index x. x may be NULL. */
vv_status vv_pathspec_all_matched(const vv_pathspec *p, const vv_index *x, vv_error *err);
/* Calls vv_pathspec_match for all paths of the index x, which must not be NULL, and returns the
 * result of vv_pathspec_all_matched. */
vv_status vv_pathspec_in_index(vv_pathspec *p, const vv_index *x, vv_error *err);

#endif
