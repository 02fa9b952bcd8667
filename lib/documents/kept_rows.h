/*
 * kept_rows: a cache of tables that were made of documents.
 *
 * The blocks are in a store in .git/varve/cache/documents; beside it, a file for each table names the table's root. gc removes the
 * folder. A damaged or missing entry is made again; if the folder cannot be written, nothing is cached.
 */
#ifndef VV_LIB_DOCUMENTS_KEPT_ROWS_H
#define VV_LIB_DOCUMENTS_KEPT_ROWS_H

#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/mem_sink.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

/* The name of an entry: the hash of a document's id, its reader and a table. */
typedef struct vv_kept_name {
	char text[65]; /* hexadecimal */
} vv_kept_name;
vv_status vv_kept_name_of(vv_kept_name *out, const void *bytes, size_t len, vv_error *err);

/* Finds the table that is cached under the name: its root, and the store that has its blocks, owned by the caller. False: the cache
 * does not have the table. */
bool vv_kept_rows_get(vv_store **store, vv_cid *root, vv_repository *r, const vv_kept_name *name);

/* Caches the blocks of a mem sink under the name, in a thread of its own, unless that would wait for other programs. r and m must
 * outlive it. after: an earlier call to wait for first; its blocks of the same sink are not written again. NULL: do not wait. */
typedef struct vv_keeping vv_keeping;
vv_keeping *vv_kept_rows_put(vv_repository *r, const vv_kept_name *name, vv_mem_sink *m,
			     const vv_cid *root, vv_keeping *after);
void vv_keeping_end(vv_keeping *p); /* waits for it; accepts NULL */

/* Text of at most VV_KEPT_TEXT_MAX bytes that is cached under a name, such as a document's list. False: the cache does not have the
 * text. */
#define VV_KEPT_TEXT_MAX ((size_t)16 << 20)
bool vv_kept_text_get(vv_buf *out, vv_repository *r, const vv_kept_name *name);
void vv_kept_text_put(vv_repository *r, const vv_kept_name *name, const void *bytes, size_t len);

/* Removes the whole cache. */
vv_status vv_kept_rows_drop(vv_repository *r, vv_error *err);

#endif
