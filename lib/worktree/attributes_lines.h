/*
 * attributes_lines: reads all lines of .gitattributes files that concern varve, so that many paths
 * can be matched quickly.
 *
 * With a list, callers find the line that determines the attribute of a path, and exclude paths
 * that no line can match. Only attributes.h evaluates attributes as Git does.
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

/* One value = one line. */
typedef struct vv_attr_list_line {
	char *file;      /* path of the file, such as "data/.gitattributes" */
	char *pattern;   /* pattern of the line */
	char *folder;    /* folder of the file: "", or such as "data/" */
	unsigned number; /* number of the line in the file */
	/* VV_ATTR_FILTER_LINES: the line sets filter=varve; false: it unsets the filter.
	 * VV_ATTR_COMPARED_LINES: always true. VV_ATTR_TEXT_LINES: the line can make Git rewrite
	 * pointers, as it does not end in -text. */
	bool on;
	bool literal;     /* the pattern has no wildcards */
	char *attributes; /* the part of the line after the pattern */
	size_t datasets;  /* number of paths that vv_attr_beaten_note counted for the line */
	char *first;      /* the first of these paths, or NULL */
} vv_attr_list_line;

/* One value = all lines of one kind. */
typedef struct vv_attr_list {
	vv_attr_lines_kind kind;
	vv_attr_list_line *lines;
	size_t count, cap;
	vv_hash_index literal; /* finds lines that match a single path, by the hash of the path */
	size_t *others,        /* indices of all other lines in `lines` */
		other_count;   /* number of these indices */
	/* the extensions of single paths to which lines give filter=varve, as ".dat/.txt/" */
	vv_buf endings;
} vv_attr_list;

/* Sets *out to the lines of this kind. The caller clears *out, also after a failure. x: the index,
 * if it is open; may be NULL. After reading VV_ATTR_TEXT_LINES, call vv_attr_beaten_note for each
 * path that may be a dataset, and then vv_attr_beaten_put. */
vv_status vv_attr_list_read(vv_attr_list *out, vv_repository *r, const vv_index *x,
			    vv_attr_lines_kind kind, vv_error *err);
/* Counts `path` for a line of l if varve tracks path and the line makes Git change the pointer of
 * path. */
vv_status vv_attr_beaten_note(vv_attr_list *l, vv_repository *r, const char *path, vv_error *err);
/* Appends to b a line of text for each line of l with a count, such as ".gitattributes:3 (*.csv
 * text) overrides -text for a.csv and 2 more". */
void vv_attr_beaten_put(const vv_attr_list *l, vv_buf *b);
/* Returns true if a line of l (VV_ATTR_TEXT_LINES) sets working-tree-encoding for `path`, so that
 * Git may convert the file to another encoding. */
bool vv_attr_beaten_recodes(const vv_attr_list *l, const char *path);
/* Checks that Git stores the filter's output for `path` unchanged. VV_EREFUSED: an attribute sets
 * an encoding, so Git would convert the output, and would not store the table's pointer. */
vv_status vv_attr_check_encoding(vv_repository *r, const char *path, vv_error *err);
/* The hint for the text of vv_attr_beaten_put. */
#define VV_ATTR_BEATEN_HINT                                                                        \
	"Git would change pointers: limit that line to other files, or end it with '-text -working-tree-encoding'"

void vv_attr_list_clear(vv_attr_list *l);
VV_AUTO_CLEAR(vv_attr_list, vv_attr_list_clear)

/* Returns true if a line of l with `on` set matches `path`, or defines a macro. */
bool vv_attr_list_concerns(const vv_attr_list *l, const char *path);

/* Returns true if a line of l that matches a single path sets filter=varve, and `path` has the
 * extension of that path. If 'git mv' renamed the file of the line to `path`, the line no longer
 * matches, but the extension usually stays. */
bool vv_attr_list_names_like(const vv_attr_list *l, const char *path);

/* Returns the index of the line that determines the attribute of `path`, or l->count if no line
 * matches. If several lines match, a line in .git/info/attributes determines the attribute, else a
 * line in the deepest folder; within a file, the last line. */
size_t vv_attr_list_deciding(const vv_attr_list *l, const char *path);

#endif
