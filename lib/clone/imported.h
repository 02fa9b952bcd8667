/*
 * imported: tables imported from other repositories or from web servers, and their entries in .varveconfig:
 *
 *	[import "prices.csv"]
 *		url = https://github.com/ada/sales.git
 *		path = data/prices.csv
 *		rev = v1
 *		commit = 0c2f...
 *		root = bafy...
 *		licence = CC-BY-4.0
 *		link = true
 *
 * rev: the revision that updates follow there, else HEAD. commit and root: the version imported last. Without a path, url
 * is that of a file; instead of commit its lines have the server's etag and modified, and its sha256. link: its blocks stay
 * at the source (repo/git/objects/new_roots.c), and are fetched from there when needed.
 */
#ifndef VV_LIB_CLONE_IMPORTED_H
#define VV_LIB_CLONE_IMPORTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/remotes/transfer.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* All owned; NULL: missing. */
typedef struct vv_imported {
	char *to; /* the path here */
	char *url, *path, *rev;
	char *commit, *root, *licence;
	char *etag, *modified, *sha256; /* of a file */
	char *link;                     /* "true" */
} vv_imported;
void vv_imported_clear(vv_imported *i);
VV_AUTO_CLEAR(vv_imported, vv_imported_clear)

typedef struct vv_imported_list {
	vv_imported *items;
	size_t count, cap;
} vv_imported_list;
void vv_imported_list_clear(vv_imported_list *l);
VV_AUTO_CLEAR(vv_imported_list, vv_imported_list_clear)

vv_status vv_imported_dup(vv_imported *out, const vv_imported *i, vv_error *err);

/* Reads the work tree's file. VV_EINPUT: an import lacks its url or root. */
vv_status vv_imported_read(vv_imported_list *out, vv_repository *r, vv_error *err);
const vv_imported *vv_imported_find(const vv_imported_list *l, const char *to);

/* Fetches the current version of the source (url, path, rev) into the repository's store, and sets url (of a folder its whole
 * path), commit, root and licence; for a file root, etag, modified and sha256. For a file with a root the request has its etag
 * and time, and the new version succeeds the root. With a root the source must answer. VV_EUSAGE: it is not stored as a table
 * there; VV_EINPUT: the file is not a table; VV_EREFUSED, unless anything is true: it is a page, has no rows or columns of the
 * previous version, less than half of the rows, or an incomplete last line. */
vv_status vv_imported_fetch(vv_imported *i, vv_cid *root, vv_repository *r, bool anything,
			    vv_error *err);

/* Stores the bytes of an open file as a version in the repository. Refuses a file for the same reasons as vv_imported_fetch.
 * Messages name the file by i->url. */
vv_status vv_imported_store(vv_imported *i, vv_cid *root, vv_repository *r, int fd, uint64_t size,
			    bool anything, vv_error *err);

/* The blob of a version's pointer. */
vv_status vv_imported_pointer(vv_oid *out, vv_repository *r, const vv_cid *version, vv_error *err);

/* Keeps an imported version for the next file or update of this path. No commit has the version, because edits were merged
 * with it. */
vv_status vv_imported_keep(vv_repository *r, const char *to, const vv_cid *version,
			   const char *message, vv_error *err);

/* The URL whose site is to be trusted: that of a file without its query. Owned by the caller. */
vv_status vv_imported_site(char **out, const vv_imported *i, vv_error *err);

/* May a source that a commit names be contacted? VV_EREFUSED: no. */
vv_status vv_imported_may(vv_transfer *t, const vv_imported *i, vv_error *err);

/* Makes linked versions come from their source (lib/remotes/reach.h). Call it before the first version is read; more calls are
 * harmless. */
void vv_imported_suppliers_register(void);

/* Replaces the lines of the same path in text, the file's content; the rest is unchanged. */
vv_status vv_imported_write(vv_buf *text, vv_repository *r, const vv_imported *i, vv_error *err);

/* Where HEAD has the table: `to` is its path after renames, by whatever program. *removed: HEAD no longer has the table. For a
 * table that was never committed, `to` is unchanged and *removed is false. */
vv_status vv_imported_here(vv_imported *i, bool *removed, vv_repository *r, vv_error *err);

/* A commit that no ref names, which changes the version before to the one now, and the lines of .varveconfig: to be picked
 * (lib/commit/pick.h), so that edits made here are merged with it; now's `to` may be a new one. VV_ENOTFOUND: HEAD does not have the path. */
vv_status vv_imported_commit(vv_oid *out, vv_repository *r, const vv_imported *before,
			     const vv_imported *now, vv_error *err);

#endif
