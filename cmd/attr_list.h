/*
 * attr_list: all lines of .gitattributes files that concern varve, to match many paths
 * against at little cost. The attributes themselves (attributes.h) have the last word:
 * this tells which line decides, and which paths no line can concern.
 */
#ifndef VV_CMD_ATTR_LIST_H
#define VV_CMD_ATTR_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/repository.h"

typedef struct vv_attr_list_line {
	char *file;      /* "data/.gitattributes" */
	char *pattern;
	char *folder;    /* of the file: "", "data/" */
	unsigned number;
	bool on;         /* filter=varve; else the filter is taken away */
} vv_attr_list_line;

typedef struct vv_attr_list {
	vv_attr_list_line *lines;
	size_t count, cap;
} vv_attr_list;

vv_status vv_attr_list_read(vv_attr_list *out, vv_repository *r, vv_error *err);
void vv_attr_list_clear(vv_attr_list *l);

/* Does any line with filter=varve match the path? */
bool vv_attr_list_concerns(const vv_attr_list *l, const char *path);

/* The line that decides about the path: of all that match, the last one of the deepest
 * file. Its number in lines; count when there is none. */
size_t vv_attr_list_deciding(const vv_attr_list *l, const char *path);

#endif
