/*
 * small_history: a repository with a few versions of one dataset, made without git. Everything
 * in it is the same at every run. For unit tests and fuzz targets; aborts when the machine does
 * not let it.
 */
#ifndef VV_TESTS_UNIT_TRANSPORT_SMALL_HISTORY_H
#define VV_TESTS_UNIT_TRANSPORT_SMALL_HISTORY_H

#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

#define SMALL_LEAVES 24u

/* A bare repository at path. */
vv_repository *small_repository(const char *path);

/* The blocks of version v, put into the store: SMALL_LEAVES leaves, of which v sets some apart
 * from the version before, nodes of eight of them, and a root. */
vv_cid small_version(vv_repository *r, unsigned v);
/* The same without the leaves, as after their pack was lost. */
vv_cid small_nodes(vv_repository *r, unsigned v);

/* A commit of version v; parent NULL: the first. Without small_version before, its blocks are
 * missing. */
vv_oid small_commit(vv_repository *r, unsigned v, const vv_oid *parent);
/* Lets main reach these blocks: peers are given no others. */
void small_shown(vv_repository *r, const vv_cid *cids, size_t count);
void small_ref(vv_repository *r, const char *name, const vv_oid *id);

vv_cid small_root(unsigned v);
vv_cid small_leaf(unsigned v, unsigned i);
void small_leaf_bytes(vv_buf *out, unsigned v, unsigned i);

#endif
