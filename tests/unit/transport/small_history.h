/*
 * small_history: makes a repository with a few versions of one dataset, without running git for
 * commits. Its content is the same in every run. For unit tests and fuzz targets. A failure prints
 * a message and calls abort.
 */
#ifndef VV_TESTS_UNIT_TRANSPORT_SMALL_HISTORY_H
#define VV_TESTS_UNIT_TRANSPORT_SMALL_HISTORY_H

#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

#define SMALL_LEAVES 24u

/* Makes a bare repository in the folder path, and opens it; the caller closes it. */
vv_repository *small_repository(const char *path);

/* Commits the blocks of version v to the store, and returns the root: SMALL_LEAVES leaves, of which
 * one differs from version v - 1, nodes with eight leaves each, and a root. */
vv_cid small_version(vv_repository *r, unsigned v);
/* Like small_version, but without the leaves, as if their pack was lost. */
vv_cid small_nodes(vv_repository *r, unsigned v);

/* Makes a commit with version v, and returns its id. parent NULL: the commit has no parent. The
 * blocks of the version are missing unless small_version was called. */
vv_oid small_commit(vv_repository *r, unsigned v, const vv_oid *parent);
/* Makes the branch main reach the count blocks `cids`, by a commit whose root links to them: a
 * server sends only reachable blocks. */
void small_shown(vv_repository *r, const vv_cid *cids, size_t count);
/* Sets the ref called name, such as "refs/heads/main", to id. */
void small_ref(vv_repository *r, const char *name, const vv_oid *id);

/* Return the CID of a block, without storing the block. */
vv_cid small_root(unsigned v);
vv_cid small_leaf(unsigned v, unsigned i);
/* Appends the bytes of leaf i of version v to out. */
void small_leaf_bytes(vv_buf *out, unsigned v, unsigned i);

#endif
