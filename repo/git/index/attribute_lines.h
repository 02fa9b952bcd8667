/*
 * attribute_lines: finds, adds and removes the lines of .gitattributes files that concern datasets
 * (attributes.h).
 *
 * 'varve track' adds one line for each pattern to the top .gitattributes. Special characters of a
 * path are put in brackets, so that Git and libgit2 read the line alike.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTE_LINES_H
#define VV_REPO_GIT_INDEX_ATTRIBUTE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* Is called for a line. file: the path of the .gitattributes file; line: the line's number, from 1;
 * attributes: the text after the pattern. A failure ends the search. */
typedef vv_status (*vv_attr_line_fn)(void *payload, const char *file, unsigned line,
				     const char *pattern, const char *attributes, vv_error *err);
/* Which lines of .gitattributes files to list. */
typedef enum vv_attr_lines_kind {
	VV_ATTR_FILTER_LINES,   /* with filter=varve, -filter or !filter */
	VV_ATTR_COMPARED_LINES, /* with diff=varve or merge=varve, but without filter=varve */
	/* lines that determine whether Git converts the line ends or the encoding of a dataset's
	 * pointer (repo/git/pointer.h): with text, -text, binary, eol, crlf or
	 * working-tree-encoding, or with a macro that has such an attribute */
	VV_ATTR_TEXT_LINES
} vv_attr_lines_kind;
/* Calls fn for each line of this kind in the top .gitattributes of the work tree, in the other
 * .gitattributes files that the index has, and in .git/info/attributes, in this order. x: the open
 * index; NULL: the index that the command has open, or else the index file. VV_EUSAGE: the
 * repository is bare. VV_EREFUSED: one of the files is not a regular file. */
vv_status vv_attr_lines(vv_repository *r, const vv_index *x, vv_attr_lines_kind kind,
			vv_attr_line_fn fn, void *payload, vv_error *err);

/* Adds a line "<pattern> filter=varve ..." for each pattern to the top .gitattributes of the work
 * tree, unless the last line with the pattern has these attributes. Before the first new line, adds
 * the line that makes varve merge .gitattributes, if the file has no such line. Adds all lines in
 * one step. Uses the line ends of the file. literal: the patterns are paths, whose special
 * characters are escaped. Sets *changed to true if the file was written, and to false otherwise.
 * VV_EUSAGE: the repository is bare; or a line cannot have the pattern, for example because of a
 * control character. */
vv_status vv_attr_track(vv_repository *r, const char *const *patterns, size_t count, bool literal,
			bool *changed, vv_error *err);
/* Adds the lines of vv_attr_track to the text of a .gitattributes file. VV_EUSAGE: a line cannot
 * have a pattern. */
vv_status vv_attr_put_tracked(vv_buf *text, const char *const *patterns, size_t count, bool literal,
			      vv_error *err);
/* Adds the lines of vv_attr_track, for literal paths, to the top .gitattributes in the index x, and
 * not to the file in the work tree. */
vv_status vv_attr_track_staged(vv_index *x, vv_repository *r, const char *const *paths,
			       size_t count, vv_error *err);
/* Removes the attributes of a filter ("varve", "lfs") from lines in the text of a .gitattributes
 * file: from those lines with filter=<filter> that have one of the patterns, or from all of them if
 * count is 0. Removes a line without other attributes. unset: replaces these attributes by "!filter
 * !diff !merge -text", which overrides lines above. If only the line for .gitattributes itself is
 * left, removes this line, too. */
vv_status vv_attr_drop_filter(vv_buf *text, const char *filter, bool unset,
			      const char *const *patterns, size_t count, vv_error *err);
/* Adds lines as vv_attr_track does, but with only diff=varve merge=varve, so that Git stores the
 * files as text. VV_EREFUSED: the last line with the same pattern has filter=varve. */
vv_status vv_attr_track_text(vv_repository *r, const char *const *patterns, size_t count,
			     bool literal, bool *changed, vv_error *err);

/* The line to add for a path. */
typedef enum vv_attr_line_kind {
	VV_ATTR_NO_LINE,
	VV_ATTR_FILTER_LINE, /* the line of vv_attr_track */
	VV_ATTR_TEXT_LINE    /* the line of vv_attr_track_text */
} vv_attr_line_kind;

/* A renamed path. */
typedef struct vv_attr_rename {
	const char *from, *to;
	vv_attr_line_kind line; /* the line to add for `to` */
} vv_attr_rename;

/* Adds the lines for the new paths of the count renames. Removes varve's attributes from the lines
 * that have an old path as their pattern, and each such line without other attributes. Makes all
 * changes in one step. A new path must not also be an old path. Sets *changed to true if the file was written, and to false otherwise. */
vv_status vv_attr_rename_all(vv_repository *r, const vv_attr_rename *renames, size_t count,
			     bool *changed, vv_error *err);

/* Removes the attributes of vv_attr_track or vv_attr_track_text from the lines with the pattern,
 * and each such line without other attributes. VV_ENOTFOUND: no line with this pattern has these
 * attributes. */
vv_status vv_attr_untrack(vv_repository *r, const char *pattern, bool literal, vv_error *err);
/* Adds the line "/path !filter !diff !merge -text", which overrides the lines above it. */
vv_status vv_attr_except(vv_repository *r, const char *path, vv_error *err);
/* Does what vv_attr_untrack does, and adds the line of vv_attr_track_text for the pattern, in one
 * step. The errors are those of vv_attr_untrack. */
vv_status vv_attr_leave_text(vv_repository *r, const char *pattern, bool literal, vv_error *err);

#endif
