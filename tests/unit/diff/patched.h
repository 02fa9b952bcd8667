/*
 * patched: makes and applies patches in memory, for tests.
 */
#ifndef VV_TESTS_UNIT_DIFF_PATCHED_H
#define VV_TESTS_UNIT_DIFF_PATCHED_H

#include "base/buf.h"
#include "dataset/table/root.h"
#include "diff/merge/patch.h"
#include "tests/unit/diff/tables.h"

typedef struct vv_table vv_table;

/* A work tree of a few files. */
#define VV_PATCHED_FILES 4
typedef struct vv_patched_file {
	char *path; /* NULL: this entry is not used */
	vv_buf bytes;
	vv_buf next;  /* the new content, while a patch is applied */
	bool removed; /* the patch removes the file */
	bool made;    /* the patch makes the file */
	bool done;    /* the patch has written all of next */
} vv_patched_file;

typedef struct vv_patched {
	vv_tables tables;
	vv_patched_file files[VV_PATCHED_FILES];
	vv_buf misfits; /* a line for each: path|row|column|expected|found */
	vv_buf rejected;
	vv_patch_done done; /* the result for the last path; its strings are no longer valid */
	unsigned done_count;
	const char *const *key; /* the key of the opened tables; NULL: no key */
	bool without_base;      /* the version from which the patch was made is missing */
	const char *const *by;  /* --key when a patch is made */
} vv_patched;

void vv_patched_init(vv_patched *p);
void vv_patched_clear(vv_patched *p);
void vv_patched_put(vv_patched *p, const char *path, const void *bytes, size_t len);
/* Returns the content of the file, borrowed until the next patch or put. NULL: no such file. */
const vv_buf *vv_patched_get(vv_patched *p, const char *path);

/* Imports bytes as `varve add` does, and opens the table. The ending of path determines the form.
 * The caller closes *out. */
vv_status vv_patched_open(vv_patched *p, vv_table *out, const char *path, vv_kind kind,
			  const void *bytes, size_t len, vv_error *err);

/* Appends to out the patch from a to b. A side that is NULL does not exist. */
vv_status vv_patched_diff(vv_patched *p, vv_buf *out, const char *path, vv_kind kind,
			  const vv_buf *a, const vv_buf *b, vv_error *err);

/* Applies the patch to the files of p, and sets misfits, rejected, done and done_count. With check,
 * or if the call fails, the files are unchanged. */
vv_status vv_patched_apply(vv_patched *p, const vv_buf *patch, vv_patch_mode mode, bool reverse,
			   bool check, vv_error *err);

#endif
