/*
 * unseen: recognizes files that may contain rows but that varve does not read as tables, such as
 * Parquet files, and names the commands that convert them.
 */
#ifndef VV_DATASET_READ_UNSEEN_H
#define VV_DATASET_READ_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A kind of such files. */
typedef struct vv_unseen {
	const char *magic; /* the first len bytes of such a file */
	size_t len;
	/* for messages: */
	const char *what, /* the kind, such as "a Parquet file" */
		*but;     /* a clause to write after the kind; may be "" */
	/* a hint with a command, whose argument is the file's name; VV_HINT_NONE: no command */
	vv_hint_id hint;
	const char *kind; /* kind of document, for readers in lib/documents; NULL: not a document */
} vv_unseen;

#define VV_UNSEEN_HEAD 64u /* bytes of a file that vv_unseen_find needs */

/* Returns the hint for a file of the kind u with this name. Returns VV_HINT_NONE for a ZIP archive
 * that is not named as a workbook. */
vv_hint_id vv_unseen_hint(const vv_unseen *u, const char *name);

/* Returns the kind of document of a file of the kind u with this name, a constant, or NULL if the
 * file is not a document. A ZIP archive is a workbook only if its name is that of a workbook (.xlsx
 * ...). */
const char *vv_unseen_kind(const vv_unseen *u, const char *name);

/* Returns true if a file of the kind u with this name may contain rows. For compressed files and
 * ZIP archives, many of which contain no rows, the name decides. */
bool vv_unseen_has_rows(const vv_unseen *u, const char *name);

#define VV_UNSEEN_TEXT ((size_t)64 << 10) /* bytes of a file that vv_unseen_text needs */
/* Returns true if a file with this name may be a text file (.txt, .dat, .asc, no extension ...). */
bool vv_unseen_may_be_text(const char *name);
/* Returns the kind of text files with rows, a constant, if a file with this name may be a text
 * file, and its first len bytes, head, can be read as a table. Else returns NULL. If len is less
 * than VV_UNSEEN_TEXT, head must be the whole file. */
const vv_unseen *vv_unseen_text(const char *name, const char *head, size_t len);

/* Returns the kind of a file by its first len bytes, head; a constant. NULL: the file is not of one
 * of these kinds. */
const vv_unseen *vv_unseen_find(const char *head, size_t len);

/* Returns true if git treats a file that begins with head[0 .. len) as binary: if its first 8,000
 * bytes contain a NUL. */
bool vv_unseen_is_binary(const void *head, size_t len);

#endif
