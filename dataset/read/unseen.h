/*
 * unseen: files that have rows which varve does not read, and the commands that make tables of them.
 */
#ifndef VV_DATASET_READ_UNSEEN_H
#define VV_DATASET_READ_UNSEEN_H

#include <stddef.h>

#include "base/error.h"

typedef struct vv_unseen {
	const char *magic;
	size_t len;
	const char *what, *but;
	vv_hint_id hint; /* the command, with the file's name as argument */
} vv_unseen;

#define VV_UNSEEN_HEAD 16u /* bytes of a file that tell */

/* The code of the command for a file of this name. */
vv_hint_id vv_unseen_hint(const vv_unseen *u, const char *name);

/* By the file's first bytes; NULL: nothing of the kind. */
const vv_unseen *vv_unseen_find(const char *head, size_t len);

#endif
