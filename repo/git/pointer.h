/*
 * pointer: writes and parses pointers. A pointer is the small text that Git stores in place of a
 * dataset (a file whose content varve stores, attributes.h); it names the dataset's root block.
 *
 * Format: docs/formats/store.md, "pointer". A pointer begins with two lines for people, which are
 * the same in all pointers; JSON follows. The CID of the root is on the third line, and every later
 * line is a function of the root, so two changed pointers always conflict in a text merge. Programs
 * that read a pointer as CSV or JSON fail: as CSV, the first line has one field and the third line
 * four; and the first line is not JSON. A pointer has at most VV_POINTER_MAX bytes, and is parsed
 * strictly: only text as vv_pointer_put writes it is accepted, except for line ends
 * (vv_pointer_tidy).
 */
#ifndef VV_REPO_GIT_POINTER_H
#define VV_REPO_GIT_POINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_POINTER_MIN 64u /* fewest bytes of a pointer */
#define VV_POINTER_MAX (1u << 20)
/* Limit for a pointer whose line ends Git has changed to CRLF, with one more byte per line. */
#define VV_POINTER_READ (VV_POINTER_MAX + VV_POINTER_MAX / 8)
/* Line numbers in the text, from 1: the line of the root, which every change of the dataset
 * changes, and the line of column i. */
#define VV_POINTER_ROOT_LINE 3u
#define VV_POINTER_COLUMN_LINE(i) (6u + (i))

/* A column of a table, as the pointer describes it. */
typedef struct vv_pointer_column {
	const char *name; /* NUL-ended UTF-8 */
	size_t name_len;
	const char *type; /* the type's name in Table Schema */
} vv_pointer_column;

/* The content of a pointer. */
typedef struct vv_pointer {
	const char *kind; /* "table" or "file" */
	vv_cid root;      /* the root block of the version */
	uint64_t rows;    /* number of rows; 0 for files */
	uint64_t bytes;   /* size of the dataset's file */
	const char **key; /* column names */
	size_t key_count;
	vv_pointer_column *columns;
	size_t column_count;
} vv_pointer;

/* Returns true if bytes begin like a pointer ('varve pointer: '), also if the pointer is unfinished
 * or damaged. */
bool vv_pointer_looks_like(const void *bytes, size_t len);
/* Returns true if a file that begins with these len bytes may be a pointer, complete, damaged or
 * torn (vv_pointer_is_torn). */
bool vv_pointer_may_begin(const void *bytes, size_t len);

/* Normalises the line ends of a pointer: replaces CRLF with LF, and leaves exactly one line end at
 * the end. Git writes CRLF if a text or eol attribute, or a work tree on Windows, overrides -text;
 * editors, also those of hosting services, add and remove line ends at the end. Does not change
 * text that does not look like a pointer. */
void vv_pointer_tidy(vv_buf *text);
/* Returns true if text equals pointer, the text of vv_pointer_put, apart from line ends. */
bool vv_pointer_is_text(const vv_buf *pointer, const void *text, size_t len);

#define VV_POINTER_TORN_START '<' /* the first byte of a conflict marker */

/* Returns true if text is a torn pointer: the result of a text merge by git. A torn pointer has
 * conflict markers and a line with a root. It begins like a pointer, or with a conflict marker
 * because one side was not a pointer. The markers have any length: the attribute
 * conflict-marker-size sets it. */
bool vv_pointer_is_torn(const char *text, size_t len);
/* Fails with VV_EINPUT, for a text with conflict markers that would else be a pointer. The hint has
 * the command that restores the file or, if text is a torn pointer with both roots, the command
 * that merges the two versions. path is the file's name in the message; may be NULL. */
vv_status vv_pointer_refuse_torn(const char *text, size_t len, const char *path, vv_error *err);

/* Sets out[0], [1] and [2] to the roots in a torn pointer: base (only if git was configured to
 * write the base), ours and theirs. Sets has[i] to true if out[i] is set. Returns false if text has
 * no conflict markers, or lacks the root of ours or theirs; has[] is set also then. */
bool vv_pointer_torn_roots(vv_cid out[3], bool has[3], const char *text, size_t len);

/* Sets *out to the next root ("root": "CID") in a damaged pointer, from *at on, and moves *at past
 * the root. Returns false if no root follows. For gc, which must keep all versions that a damaged
 * pointer may name. */
bool vv_pointer_next_root(vv_cid *out, const char **at, const char *end);

/* Appends the text of the pointer p. */
void vv_pointer_put(vv_buf *b, const vv_pointer *p);

/* Messages about a pointer with a later version number begin with this text. */
#define VV_POINTER_LATER "the pointer is of version "

/* Parses a pointer of len bytes. The texts of *out are allocated in arena. After a failure, *out
 * may be partly set. VV_EINPUT: the bytes are not a pointer; the message has the line and the
 * expected text, or mentions conflict markers. VV_ENOSUPPORT: the pointer has a later version
 * number. */
vv_status vv_pointer_read(vv_pointer *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err);

/* Parses len bytes that may be a pointer, as vv_pointer_read does. VV_ENOTFOUND: the bytes neither
 * begin like a pointer nor are a torn pointer; err is then not set. */
vv_status vv_pointer_find(vv_pointer *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err);

#endif
