/*
 * unseen: kinds of files with rows that varve does not read as a table, and the commands that convert them.
 */
#ifndef VV_DATASET_READ_UNSEEN_H
#define VV_DATASET_READ_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A kind of file. */
typedef struct vv_unseen {
	const char *magic; /* the first len bytes of such a file */
	size_t len;
	/* for messages: the kind, like "a Parquet file"; and a clause to follow it, which may be "" */
	const char *what, *but;
	vv_hint_id hint;  /* a hint with a command, whose argument is the file's name */
	const char *kind; /* kind of document, for readers in lib/documents; NULL: not a document */
} vv_unseen;

#define VV_UNSEEN_HEAD 64u /* bytes of a file that vv_unseen_find needs */

/* Returns the hint for a file with this name. */
vv_hint_id vv_unseen_hint(const vv_unseen *u, const char *name);

/* Returns the kind of document of a file with this name, or NULL if it is not a document. A ZIP archive is a
 * workbook only if it has a workbook's name (.xlsx ...). */
const char *vv_unseen_kind(const vv_unseen *u, const char *name);

/* Returns true if a file of this kind with this name can contain rows. Compressed files and ZIP archives are judged
 * by the name, since many of them are not tables. */
bool vv_unseen_has_rows(const vv_unseen *u, const char *name);

#define VV_UNSEEN_TEXT ((size_t)64 << 10) /* bytes of a file that vv_unseen_text needs */
/* Returns true if this is the name of a text file (.txt, .dat, .asc, no extension ...). */
bool vv_unseen_may_be_text(const char *name);
/* If this is the name of a text file, and the file's first bytes can be read as a table, returns the kind for such a
 * text; else NULL. */
const vv_unseen *vv_unseen_text(const char *name, const char *head, size_t len);

/* Returns the kind of a file by its first bytes; NULL: not one of these kinds. */
const vv_unseen *vv_unseen_find(const char *head, size_t len);

/* Returns true if git treats a file with these first bytes as binary: if the first 8,000 bytes contain a NUL. */
bool vv_unseen_is_binary(const void *head, size_t len);

#endif
