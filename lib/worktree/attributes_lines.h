/*
 * attributes_lines: all lines of .gitattributes files that concern varve, to match many paths
 * against at little cost. The attributes themselves (attributes.h) have the last word:
 * this finds the line that decides, and which paths no line can concern.
 */
#ifndef VV_LIB_WORKTREE_ATTRIBUTES_LINES_H
#define VV_LIB_WORKTREE_ATTRIBUTES_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash_index.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/repository.h"

typedef struct vv_attr_list_line {
	char *file; /* "data/.gitattributes" */
	char *pattern;
	char *folder; /* of the file: "", "data/" */
	unsigned number;
	bool on;      /* filter=varve; else the filter is removed. From vv_attr_beaten_read: may
	                  * make Git rewrite pointers; else it has -text */
	bool literal; /* the pattern is a path */
	char *attributes;
	size_t datasets; /* whose line ends it makes Git change (vv_attr_beaten_note) */
	char *first;     /* of them */
} vv_attr_list_line;

typedef struct vv_attr_list {
	vv_attr_list_line *lines;
	size_t count, cap;
	/* Lines that name one path are found by its hash; the places of all others, with wildcards. */
	vv_hash_index literal;
	size_t *others, other_count;
	vv_buf endings; /* ".dat/.txt/": of the files that lines with filter=varve name */
} vv_attr_list;

/* The lines with -text, and those that may override it (vv_attr_text_lines): note each path that may be a dataset,
 * then put. */
vv_status vv_attr_beaten_read(vv_attr_list *out, vv_repository *r, const vv_index *x,
			      vv_error *err);
vv_status vv_attr_beaten_note(vv_attr_list *l, vv_repository *r, const char *path, vv_error *err);
/* One line for each that does: ".gitattributes:3 (*.csv text) beats -text for a.csv and 2 more". */
void vv_attr_beaten_put(const vv_attr_list *l, vv_buf *b);
/* May git read and write the path's file in another encoding? */
bool vv_attr_beaten_recodes(const vv_attr_list *l, const char *path);
/* The hint for it. */
#define VV_ATTR_BEATEN_HINT                                                                        \
	"Git rewrites pointers there; limit that line to other files, or end it with '-text -working-tree-encoding'"

vv_status vv_attr_list_read(vv_attr_list *out, vv_repository *r, vv_error *err);
/* The lines that leave files in Git as text, for varve to compare and merge (vv_attr_compared_lines). */
vv_status vv_attr_list_read_compared(vv_attr_list *out, vv_repository *r, vv_error *err);
void vv_attr_list_clear(vv_attr_list *l);
VV_AUTO_CLEAR(vv_attr_list, vv_attr_list_clear)

/* Does any line with filter=varve match the path? */
bool vv_attr_list_concerns(const vv_attr_list *l, const char *path);

/* Does the path end (".dat") as one does that a line with filter=varve names? What 'git mv' takes away from
 * its line ends so. */
bool vv_attr_list_names_like(const vv_attr_list *l, const char *path);

/* The line that decides about the path: of all that match, the last one of the deepest
 * file. Its number in lines; count when there is none. */
size_t vv_attr_list_deciding(const vv_attr_list *l, const char *path);

#endif
