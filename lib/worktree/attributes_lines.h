/*
 * attributes_lines: all lines of .gitattributes files that concern varve, for matching many paths at little cost.
 *
 * A list finds the line that decides about a path, and the paths that no line can match. Only attributes.h evaluates
 * attributes as Git does.
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
	char *folder;    /* of the file: "", "data/" */
	unsigned number; /* of the line in the file */
	/* of vv_attr_list_read: the line sets filter=varve, and does not remove the filter. Of
	 * vv_attr_list_read_compared: true. Of vv_attr_beaten_read: the line can make Git rewrite pointers, since it
	 * does not end in -text. */
	bool on;
	bool literal;     /* the pattern has no wildcards */
	char *attributes; /* the line after the pattern */
	size_t datasets;  /* paths that vv_attr_beaten_note counted for the line */
	char *first;      /* the first of these paths; NULL: no path was counted */
} vv_attr_list_line;

typedef struct vv_attr_list {
	vv_attr_list_line *lines;
	size_t count, cap;
	vv_hash_index literal; /* the lines that match one path only, by the hash of the path */
	size_t *others,        /* the places in lines of all other lines */
		other_count;   /* of others */
	vv_buf endings; /* the endings of the single paths to which lines give filter=varve: ".dat/.txt/" */
} vv_attr_list;

/* Reads the lines with -text, and the lines that can override -text (vv_attr_text_lines). Then call vv_attr_beaten_note
 * for each path that can be a dataset, and vv_attr_beaten_put. x: the index, if it is open; else NULL. */
vv_status vv_attr_beaten_read(vv_attr_list *out, vv_repository *r, const vv_index *x,
			      vv_error *err);
/* If path is tracked by varve, and a line makes Git change the path's pointer, counts the path for this line. */
vv_status vv_attr_beaten_note(vv_attr_list *l, vv_repository *r, const char *path, vv_error *err);
/* Appends a line of text for each line with a count: ".gitattributes:3 (*.csv text) overrides -text for a.csv and 2
 * more". */
void vv_attr_beaten_put(const vv_attr_list *l, vv_buf *b);
/* Does a line set working-tree-encoding for the path? Then Git can convert the path's file to a different encoding. */
bool vv_attr_beaten_recodes(const vv_attr_list *l, const char *path);
/* The hint for the text of vv_attr_beaten_put. */
#define VV_ATTR_BEATEN_HINT                                                                        \
	"Git rewrites pointers there; limit that line to other files, or end it with '-text -working-tree-encoding'"

/* Reads the lines with filter=varve, or with -filter. */
vv_status vv_attr_list_read(vv_attr_list *out, vv_repository *r, vv_error *err);
/* Reads the lines for files that Git stores as text and varve compares and merges (vv_attr_compared_lines). */
vv_status vv_attr_list_read_compared(vv_attr_list *out, vv_repository *r, vv_error *err);
void vv_attr_list_clear(vv_attr_list *l);
VV_AUTO_CLEAR(vv_attr_list, vv_attr_list_clear)

/* Does any line whose `on` is true match the path, or is any such line a macro? */
bool vv_attr_list_concerns(const vv_attr_list *l, const char *path);

/* Does the path have the same ending (".dat") as a single path to which a line gives filter=varve? 'git mv' can have
 * moved such a file away from its line, but keeps the ending. */
bool vv_attr_list_names_like(const vv_attr_list *l, const char *path);

/* The place in lines of the line that decides about the path: of all lines that match it, one in .git/info/attributes,
 * else one in the deepest folder; of several in one file, the last. l->count: no line matches. */
size_t vv_attr_list_deciding(const vv_attr_list *l, const char *path);

#endif
