/*
 * imported: reads, updates and writes the entries of .varveconfig for tables that were imported
 * from other repositories or from web servers:
 *
 *	[import "prices.csv"]
 *		url = https://github.com/ada/sales.git
 *		path = data/prices.csv
 *		rev = v1
 *		commit = 0c2f...
 *		root = bafy...
 *		licence = CC-BY-4.0
 *		link = true
 *		unsigned = true
 *
 * rev: the revision of the source that updates follow; if it is missing, they follow the source's
 * HEAD. commit and root: the version that was imported last. If path is missing, url is the URL of
 * a file; in place of commit, the entry then has sha256, and etag and modified as sent by the
 * server. link: the blocks of the table stay at the source (repo/git/objects/new_roots.c), and are
 * fetched from there when needed. unsigned: rev, or the source's HEAD, need not be in the list of the
 * source's newest signed head.
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

/* An entry. All texts are owned; NULL: the entry lacks the line. */
typedef struct vv_imported {
	char *to; /* path of the table in this repository */
	char *url, *path, *rev;
	char *commit, *root, *licence;
	char *etag, *modified, *sha256; /* if url leads to a file */
	char *link, *unsigned_refs;     /* "true", or NULL */
	vv_buf *warnings; /* borrowed: receives lines about the file's bytes; NULL: they are dropped */
} vv_imported;
void vv_imported_clear(vv_imported *i);
VV_AUTO_CLEAR(vv_imported, vv_imported_clear)

/* All entries. */
typedef struct vv_imported_list {
	vv_imported *items;
	size_t count, cap;
} vv_imported_list;
void vv_imported_list_clear(vv_imported_list *l);
VV_AUTO_CLEAR(vv_imported_list, vv_imported_list_clear)

/* Sets *out, which must be empty, to a copy of an entry. Call vv_imported_clear also on failure. */
vv_status vv_imported_dup(vv_imported *out, const vv_imported *i, vv_error *err);

/* Sets *out to the entries in the .varveconfig of the work tree. VV_EINPUT: an entry has an invalid
 * path, or lacks its url or root. Call vv_imported_list_clear also on failure. */
vv_status vv_imported_read(vv_imported_list *out, vv_repository *r, vv_error *err);
/* Returns the entry for the path `to`, borrowed, or NULL if l has no such entry. */
const vv_imported *vv_imported_find(const vv_imported_list *l, const char *to);

/* Fetches the current version of the source (i->url, path and rev) into the repository's store, and
 * sets *root to its root. Sets i->url (if it is a folder, to its absolute path), commit, root and
 * licence; also path, if the table was renamed in the source. If the source is a file, sets
 * i->root, etag, modified and sha256 instead. If i->root is set, this is an update: a source that
 * does not answer is an error, even if it was read before. A file is then requested with the
 * entry's etag and time, and its new version has the version i->root as parent. VV_EUSAGE: the
 * source is not stored as a table in its repository. VV_EINPUT: the file is not a table.
 * VV_EREFUSED: the file is an HTML page or is empty; or, in an update, it has none of the columns
 * or fewer than half of the rows of the previous version, or its last line has no line end although
 * that of the previous version had one. VV_EMISSING: the previous version is missing here, or
 * VV_OFFLINE_VAR is set. anything: accept files that are otherwise refused, and a missing previous
 * version. */
vv_status vv_imported_fetch(vv_imported *i, vv_cid *root, vv_repository *r, bool anything,
			    vv_error *err);

/* Stores the bytes of an open file as a version in the repository, and sets *root to its root.
 * Refuses a file for the same reasons as vv_imported_fetch. fd, size: the open file and its size.
 * i->to is the path of the table, i->url the file's name in messages, and i->root the previous
 * version, or NULL. Sets i->root to the new root. */
vv_status vv_imported_store(vv_imported *i, vv_cid *root, vv_repository *r, int fd, uint64_t size,
			    bool anything, vv_error *err);

/* Writes the pointer to the version with this root as a blob, and sets *out to the id of the
 * blob. */
vv_status vv_imported_pointer(vv_oid *out, vv_repository *r, const vv_cid *version, vv_error *err);

/* Keeps an imported version for the next update of the path `to`: makes a commit with the version
 * and this message, to which only a ref of varve points. Call this if no other commit has the
 * version, because edits were merged with it. HEAD must have a commit. */
vv_status vv_imported_keep(vv_repository *r, const char *to, const vv_cid *version,
			   const char *message, vv_error *err);

/* Sets *out to the URL of the source that the user must trust: for a file, its URL without the
 * query. The caller frees *out. */
vv_status vv_imported_site(char **out, const vv_imported *i, vv_error *err);

/* Checks that the source of an entry, which anybody can commit, may be contacted. VV_EREFUSED: the
 * user does not trust its host. */
vv_status vv_imported_may(vv_transfer *t, const vv_imported *i, vv_error *err);

/* Registers the suppliers of linked versions (lib/remotes/reach.h); without them, blocks of such
 * versions cannot be fetched. Call this before the first version is read; further calls have no
 * effect. Thread-safe. */
void vv_imported_suppliers_register(void);

/* Sets the entry for i->to in text, the content of .varveconfig, to the members of i; adds the
 * entry if it is missing. Other entries are unchanged. */
vv_status vv_imported_write(vv_buf *text, vv_repository *r, const vv_imported *i, vv_error *err);

/* Sets i->to to the path that the table has in HEAD; follows renames in the history. Sets *removed
 * to true if HEAD no longer has the table. If the table was never committed, i->to is unchanged,
 * and *removed is false. */
vv_status vv_imported_here(vv_imported *i, bool *removed, vv_repository *r, vv_error *err);

/* Writes a commit that changes the table from the version of `before` to the version of `now`, and
 * its entry in .varveconfig; sets *out to its id. No branch points to it. The caller cherry-picks
 * it (lib/commit/pick.h), so that edits in this repository are merged with the update. now->to is
 * the path of the table in HEAD, which may differ from before->to. VV_ENOTFOUND: HEAD lacks this
 * path. */
vv_status vv_imported_commit(vv_oid *out, vv_repository *r, const vv_imported *before,
			     const vv_imported *now, vv_error *err);

#endif
