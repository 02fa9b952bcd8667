/*
 * attribute_lines: the lines of .gitattributes about datasets.
 *
 * `track` writes one line to the top .gitattributes, quoted and escaped as gitattributes(5) wants.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTE_LINES_H
#define VV_REPO_GIT_INDEX_ATTRIBUTE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* Lines with filter=varve (or -filter) in all .gitattributes of the work tree. */
typedef vv_status (*vv_attr_line_fn)(void *payload, const char *file, unsigned line,
				     const char *pattern, const char *attributes, vv_error *err);
vv_status vv_attr_lines(vv_repository *r, vv_attr_line_fn fn, void *payload, vv_error *err);

/* Likewise those that have diff=varve or merge=varve without the filter. */
vv_status vv_attr_compared_lines(vv_repository *r, vv_attr_line_fn fn, void *payload,
				 vv_error *err);

/* Likewise those that decide whether Git changes the line ends or the encoding of a
 * dataset's pointer: with text, -text, binary, eol, crlf or working-tree-encoding, or a macro
 * that has such a word. x: the index, if it is open; else NULL. */
vv_status vv_attr_text_lines(vv_repository *r, const vv_index *x, vv_attr_line_fn fn, void *payload,
			     vv_error *err);

/* Adds the lines for literal paths (literal true: special characters escaped) or patterns, to the
 * top .gitattributes of the work tree, unless it has them: all or none; keeps the file's line ends.
 * *changed: was it written? */
vv_status vv_attr_track(vv_repository *r, const char *const *patterns, size_t count, bool literal,
			bool *changed, vv_error *err);
/* The same for the text of such a file. */
vv_status vv_attr_put_tracked(vv_buf *text, const char *const *patterns, size_t count, bool literal,
			      vv_error *err);
/* The same in the top .gitattributes of an index. */
vv_status vv_attr_track_staged(vv_index *x, vv_repository *r, const char *const *paths,
			       size_t count, vv_error *err);
/* Takes the words of a filter ("varve", "lfs") out of the lines of these patterns in such a text; count 0: out of all
 * lines. unset: "!filter !diff !merge -text" takes their place, against lines above. A line for .gitattributes itself
 * that would be the only one is removed. */
vv_status vv_attr_drop_filter(vv_buf *text, const char *filter, bool unset,
			      const char *const *patterns, size_t count, vv_error *err);
/* The same with lines that leave the files in Git as text: diff=varve merge=varve. VV_EREFUSED when a
 * line of the same pattern has the filter. */
vv_status vv_attr_track_text(vv_repository *r, const char *const *patterns, size_t count,
			     bool literal, bool *changed, vv_error *err);

/* A path that gets another name, for which a line may be needed, too. */
typedef enum vv_attr_line_kind {
	VV_ATTR_NO_LINE,
	VV_ATTR_FILTER_LINE,
	VV_ATTR_TEXT_LINE
} vv_attr_line_kind;

typedef struct vv_attr_rename {
	const char *from, *to;
	vv_attr_line_kind line; /* to be added for to, as vv_attr_track and vv_attr_track_text do */
} vv_attr_rename;

/* Adds the lines for the new names and takes away those of the old ones, if they have lines of their own: in one
 * step, all or none. */
vv_status vv_attr_rename_all(vv_repository *r, const vv_attr_rename *renames, size_t count,
			     bool *changed, vv_error *err);

/* Takes the line away, whichever of the two it is. VV_ENOTFOUND when no line has just that pattern. */
vv_status vv_attr_untrack(vv_repository *r, const char *pattern, bool literal, vv_error *err);
/* The same, with a line of vv_attr_track_text for the pattern: in one step. */
vv_status vv_attr_leave_text(vv_repository *r, const char *pattern, bool literal, vv_error *err);

#endif
