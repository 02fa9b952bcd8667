/*
 * pointer: the small text that the Git tree has in place of a dataset.
 *
 * Format: docs/formats/store.md, "pointer". A pointer begins with two lines for people, which are
 * the same in all pointers; JSON follows. The CID of the root is on the third line, and every later
 * line is a function of the root, so that two changed pointers always conflict in a text merge.
 * Programs that read a pointer as CSV or JSON fail: as CSV, the first line has one field and the
 * third line four; and the first line is not JSON. A pointer has at most VV_POINTER_MAX bytes, and
 * is parsed strictly: only text as vv_pointer_put writes it is accepted, except for line ends
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

#define VV_POINTER_MIN 64u /* every pointer is longer */
#define VV_POINTER_MAX (1u << 20)
/* Limit for a pointer whose line ends Git has changed to CRLF, with one more byte per line. */
#define VV_POINTER_READ (VV_POINTER_MAX + VV_POINTER_MAX / 8)
/* Line numbers in the text, from 1: the line of the root, which every change of the dataset
 * changes, and the line of column i. */
#define VV_POINTER_ROOT_LINE 3u
#define VV_POINTER_COLUMN_LINE(i) (6u + (i))

typedef struct vv_pointer_column {
	const char *name; /* NUL-ended UTF-8 */
	size_t name_len;
	const char *type;
} vv_pointer_column;

typedef struct vv_pointer {
	const char *kind; /* "table" or "file" */
	vv_cid root;
	uint64_t rows; /* 0 for files */
	uint64_t bytes;
	const char **key; /* column names */
	size_t key_count;
	vv_pointer_column *columns;
	size_t column_count;
} vv_pointer;

/* Returns true if bytes begin like a pointer ('varve pointer: '), also if the pointer is unfinished
 * or damaged. */
bool vv_pointer_looks_like(const void *bytes, size_t len);
/* Returns true if a file that begins with these few bytes may begin like a pointer, or may be a
 * torn pointer. */
bool vv_pointer_may_begin(const void *bytes, size_t len);

/* Normalises the line ends of a pointer: replaces CRLF with LF, and leaves exactly one line end at
 * the end. Git writes CRLF if a text or eol attribute, or a work tree on Windows, overrides -text;
 * editors, also those of hosting services, add and remove line ends at the end. Does not change
 * text that does not look like a pointer. */
void vv_pointer_tidy(vv_buf *text);
/* Returns true if text equals pointer, the text of vv_pointer_put, apart from line ends. */
bool vv_pointer_is_text(const vv_buf *pointer, const void *text, size_t len);

/* Returns true if text is a torn pointer, which git merged as text: a text that begins like a pointer and
 * has conflict markers, or that begins with such markers because one side was not a pointer. */
#define VV_POINTER_TORN_START "<<<<<<< "
bool vv_pointer_is_torn(const char *text, size_t len);
/* Returns VV_EINPUT for a torn pointer, with both roots in the hint. path is for the message; may be
 * NULL. */
vv_status vv_pointer_refuse_torn(const char *text, size_t len, const char *path, vv_error *err);

/* Gets the roots in a torn pointer: of base (only if git was configured to write it), ours and theirs.
 * has[i]: out[i] is set. Returns false if text does not have two sides. */
bool vv_pointer_torn_roots(vv_cid out[3], bool has[3], const char *text, size_t len);

/* Finds the next root ("root": "CID") in a damaged pointer, from *at on, and moves *at past the
 * root. Returns false if there is no further root. For gc, which must keep all versions that a
 * damaged pointer may name. */
bool vv_pointer_next_root(vv_cid *out, const char **at, const char *end);

/* Appends the pointer's text. */
void vv_pointer_put(vv_buf *b, const vv_pointer *p);

/* Messages about a pointer with a later version number begin with this text. */
#define VV_POINTER_LATER "the pointer is of version "

/* Reads a pointer. The texts of *out are allocated in arena. VV_EINPUT: not a pointer; the message
 * has the line and the expected text, or mentions conflict markers. VV_ENOSUPPORT: the pointer has
 * a later version number. */
vv_status vv_pointer_read(vv_pointer *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err);

/* Reads bytes that may be a pointer. VV_ENOTFOUND: they neither begin like a pointer nor are a torn
 * one; err is then not set. Other errors as for vv_pointer_read. */
vv_status vv_pointer_find(vv_pointer *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err);

#endif
