/*
 * imported: tables that came from other repositories, and what .varveconfig says of each:
 *
 *	[import "prices.csv"]
 *		url = https://github.com/ada/sales.git
 *		path = data/prices.csv
 *		rev = v1
 *		commit = 0c2f...
 *		root = bafy...
 *		licence = CC-BY-4.0
 *
 * rev is what an update follows there, without it HEAD. commit and root are the version that was taken last.
 */
#ifndef VV_LIB_WORK_CLONE_IMPORTED_H
#define VV_LIB_WORK_CLONE_IMPORTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* All owned; NULL: not said. */
typedef struct vv_imported {
	char *to; /* the path here */
	char *url, *path, *rev;
	char *commit, *root, *licence;
} vv_imported;
void vv_imported_clear(vv_imported *i);
VV_AUTO_CLEAR(vv_imported, vv_imported_clear)

typedef struct vv_imported_list {
	vv_imported *items;
	size_t count, cap;
} vv_imported_list;
void vv_imported_list_clear(vv_imported_list *l);
VV_AUTO_CLEAR(vv_imported_list, vv_imported_list_clear)

/* Of the work tree's file. VV_EINPUT: an import lacks its url, path or root. */
vv_status vv_imported_read(vv_imported_list *out, vv_repository *r, vv_error *err);
const vv_imported *vv_imported_find(const vv_imported_list *l, const char *to);

/* Asks the source (url, path, rev) what it has now, and brings that into the repository's store: url (of a folder its whole
 * path), commit, root and licence are set. VV_EUSAGE: it is not stored as a table there. */
vv_status vv_imported_fetch(vv_imported *i, vv_cid *root, vv_repository *r, vv_error *err);

/* The file's text with these lines in the place of those of the same path. text: what it has; nothing else of it changes. */
vv_status vv_imported_write(vv_buf *text, vv_repository *r, const vv_imported *i, vv_error *err);

/* A commit that no ref names, which changes the version before to the one now, and the lines of .varveconfig: to be picked
 * (record/pick.h), so that edits made here are merged with it. VV_ENOTFOUND: HEAD does not have the path. */
vv_status vv_imported_commit(vv_oid *out, vv_repository *r, const vv_imported *before,
			     const vv_imported *now, vv_error *err);

#endif
