/*
 * unseen: files that have rows which varve does not read, and the commands that make tables of them.
 */
#ifndef VV_DATASET_READ_UNSEEN_H
#define VV_DATASET_READ_UNSEEN_H

#include <stddef.h>

#include "base/buf.h"

typedef struct vv_unseen {
	const char *magic;
	size_t len;
	const char *what, *but;
	const char *command, *after; /* the file's name stands between the two */
} vv_unseen;

#define VV_UNSEEN_HEAD 16u /* bytes of a file that tell */

/* By the file's first bytes; NULL: nothing of the kind. */
const vv_unseen *vv_unseen_find(const char *head, size_t len);

/* Appends the command for the file, in quotes. */
void vv_unseen_put_command(vv_buf *out, const vv_unseen *u, const char *path);

#endif
