/*
 * patched: patches made and applied in memory, for tests.
 */
#ifndef VV_TESTS_UNIT_DIFF_PATCHED_H
#define VV_TESTS_UNIT_DIFF_PATCHED_H

#include "base/buf.h"
#include "diff/merge/patch.h"
#include "tests/unit/diff/tables.h"

/* A work tree of a few files. */
#define VV_PATCHED_FILES 4
typedef struct vv_patched_file {
	char *path; /* NULL: free */
	vv_buf bytes;
	vv_buf next;  /* being put */
	bool removed; /* by the patch */
	bool made;
	bool done;
} vv_patched_file;

typedef struct vv_patched {
	vv_tables tables;
	vv_patched_file files[VV_PATCHED_FILES];
	vv_buf misfits; /* a line for each: path|row|column|expected|found */
	vv_buf rejected;
	vv_patch_done done; /* of the last path; its texts are gone */
	unsigned done_count;
	const char *const *key; /* declared for what is opened; NULL: none */
	bool without_base;      /* the version that the patch was made from is not here */
	const char *const *by;  /* --key of the patch */
} vv_patched;

void vv_patched_init(vv_patched *p);
void vv_patched_clear(vv_patched *p);
void vv_patched_put(vv_patched *p, const char *path, const void *bytes, size_t len);
/* NULL: not there. */
const vv_buf *vv_patched_get(vv_patched *p, const char *path);

/* Opens bytes as `add` would; the path's ending tells the form. */
vv_status vv_patched_open(vv_patched *p, vv_table *out, const char *path, vv_kind kind,
			  const void *bytes, size_t len, vv_error *err);

/* Appends the patch that makes b of a. NULL bytes: not there. */
vv_status vv_patched_diff(vv_patched *p, vv_buf *out, const char *path, vv_kind kind,
			  const vv_buf *a, const vv_buf *b, vv_error *err);

/* Applies to the files; they change only when it answers VV_OK. */
vv_status vv_patched_apply(vv_patched *p, const vv_buf *patch, vv_patch_mode mode, bool reverse,
			   bool check, vv_error *err);

#endif
