/*
 * erase_edit: makes the versions of files without the values or rows that 'varve erase' has found.
 *
 * 	vv_erase_editor_open(&x, repo, &found, cells, err);
 * 	vv_erase_edit_blob(&now, x, path, &blob, err);   for each version
 * 	vv_erase_editor_finish(x, err);                  durable, and compared
 * 	vv_erase_editor_close(x);
 *
 * A row with a value in a cell of the wanted columns is removed, or its cells are
 * replaced. In other cells and in other text, the value is replaced by VV_ERASED. All other rows
 * are the same: each new version is compared with its old one, row by row.
 */
#ifndef VV_LIB_SPACE_ERASE_EDIT_H
#define VV_LIB_SPACE_ERASE_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/space/erase.h"
#include "repo/blocks/reach.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* The word that replaces a value inside of a text. */
#define VV_ERASED "erased"

/* A path with versions that were not changed. */
typedef struct vv_erase_left {
	const char *path, *why;
	uint64_t versions;
} vv_erase_left;

typedef struct vv_erase_editor vv_erase_editor;

/* Opens an editor as *out. found: the result of a search, borrowed. cells: the text for cells of
 * the wanted columns, "" to empty them; NULL: their rows are removed. */
vv_status vv_erase_editor_open(vv_erase_editor **out, vv_repository *repo, vv_erase *found,
			       const char *cells, vv_error *err);
void vv_erase_editor_close(vv_erase_editor *x); /* accepts NULL */
VV_AUTO_FREE(vv_erase_editor, vv_erase_editor_close)

/* Sets *out to the blob of the new version of a path, and to the blob itself if the search did not
 * find it, or if it cannot be changed; the latter is in vv_erase_editor_left. */
vv_status vv_erase_edit_blob(vv_oid *out, vv_erase_editor *x, const char *path, const vv_oid *blob,
			     vv_error *err);

/* Makes the new versions durable, and reads them again. VV_ECORRUPT: a stored version is not the
 * one that was made. */
vv_status vv_erase_editor_finish(vv_erase_editor *x, vv_error *err);

/* The numbers of changed versions, and of rows and cells in all of them. */
typedef struct vv_erase_done {
	uint64_t versions, rows, cells;
} vv_erase_done;
vv_erase_done vv_erase_editor_done(const vv_erase_editor *x);
/* Returns the paths with versions that were not changed; borrowed from x. */
const vv_erase_left *vv_erase_editor_left(const vv_erase_editor *x, size_t *count);
/* Calls fn for the id of each old version that was changed. */
vv_status vv_erase_editor_old(const vv_erase_editor *x,
			      vv_status (*fn)(void *payload, const vv_oid *id, vv_error *err),
			      void *payload, vv_error *err);
/* Returns the roots of the old versions; borrowed from x. */
const vv_cid_set *vv_erase_editor_roots(const vv_erase_editor *x);

#endif
