/*
 * unseen: files that have rows which varve does not read, and the commands that make tables of them.
 */
#ifndef VV_DATASET_READ_UNSEEN_H
#define VV_DATASET_READ_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct vv_unseen {
	const char *magic;
	size_t len;
	const char *what, *but;
	vv_hint_id hint;  /* the command, with the file's name as argument */
	const char *kind; /* of document that a reader may support (lib/documents); NULL */
} vv_unseen;

#define VV_UNSEEN_HEAD 64u /* bytes of a file to examine */

/* The code of the command for a file of this name. */
vv_hint_id vv_unseen_hint(const vv_unseen *u, const char *name);

/* The kind of document of a file of this name; NULL: none. A ZIP archive is one only by its name. */
const char *vv_unseen_kind(const vv_unseen *u, const char *name);

/* May there be rows in it? A compressed file may be a program's or a manual's: judges it by its
 * name. */
bool vv_unseen_has_rows(const vv_unseen *u, const char *name);

/* For an ordinary file with a text's name (.txt, .dat, .asc, no extension) that can be read as a table, by the first
 * VV_UNSEEN_TEXT bytes; NULL: it cannot, or has another name. */
#define VV_UNSEEN_TEXT ((size_t)64 << 10)
bool vv_unseen_may_be_text(const char *name);
const vv_unseen *vv_unseen_text(const char *name, const char *head, size_t len);

/* By the file's first bytes; NULL: nothing of the kind. */
const vv_unseen *vv_unseen_find(const char *head, size_t len);

/* Does git call a file binary that begins so? It looks for a NUL in the first 8,000 bytes. */
bool vv_unseen_is_binary(const void *head, size_t len);

#endif
