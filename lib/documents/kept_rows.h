/*
 * kept_rows: a cache of tables that were read from documents.
 *
 * The blocks are in a store in .git/varve/cache/documents; beside it, one file for each table has
 * the CID of the table's root. gc removes the folder. A damaged or missing entry is made again. If
 * the folder cannot be written, nothing is cached.
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

/* The name of an entry: a hash of the document's id, the reader and the table. */
typedef struct vv_kept_name {
	char text[65]; /* hexadecimal */
} vv_kept_name;
/* Makes the name of an entry from bytes that identify the three. */
vv_status vv_kept_name_of(vv_kept_name *out, const void *bytes, size_t len, vv_error *err);

/* Finds the table that is cached under the name: *root is its root, *store is the store that has
 * its blocks, owned by the caller. Returns false if the table is not in the cache. */
bool vv_kept_rows_get(vv_store **store, vv_cid *root, vv_repository *r, const vv_kept_name *name);

typedef struct vv_keeping vv_keeping;
/* Caches the blocks of a mem sink under the name, in a separate thread, unless this would wait for
 * other programs. r and m must outlive the result. after: the result of an earlier call, which this
 * call waits for; blocks of the same sink that the earlier call wrote are not written again; NULL:
 * no earlier call. */
vv_keeping *vv_kept_rows_put(vv_repository *r, const vv_kept_name *name, vv_mem_sink *m,
			     const vv_cid *root, vv_keeping *after);
void vv_keeping_end(vv_keeping *p); /* waits for the thread; accepts NULL */

/* Read and write a text of at most VV_KEPT_TEXT_MAX bytes that is cached under a name, such as the
 * list of a document's tables. vv_kept_text_get returns false if the text is not in the cache. */
#define VV_KEPT_TEXT_MAX ((size_t)16 << 20)
bool vv_kept_text_get(vv_buf *out, vv_repository *r, const vv_kept_name *name);
void vv_kept_text_put(vv_repository *r, const vv_kept_name *name, const void *bytes, size_t len);

/* Removes the whole cache. */
vv_status vv_kept_rows_drop(vv_repository *r, vv_error *err);

#endif
