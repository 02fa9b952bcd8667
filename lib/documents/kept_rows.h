/*
 * kept_rows: a cache of tables that were read from documents.
 *
 * The blocks are in a store in the folder .git/varve/cache/documents. In the same folder, a file
 * for each table has the CID of the table's root. gc removes the folder. An entry that is damaged
 * or missing counts as not cached. If the folder cannot be written, nothing is cached.
 */
#ifndef VV_LIB_DOCUMENTS_KEPT_ROWS_H
#define VV_LIB_DOCUMENTS_KEPT_ROWS_H

#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

typedef struct vv_mem_sink vv_mem_sink;

/* One value = the name of one cache entry: a hash of the document's id, the reader and the
 * table. */
typedef struct vv_kept_name {
	char text[65]; /* hexadecimal */
} vv_kept_name;
/* Sets *out to the name of the entry for `bytes`, which identify document, reader and table. */
vv_status vv_kept_name_of(vv_kept_name *out, const void *bytes, size_t len, vv_error *err);

/* Finds the table that is cached in r under the name *name. Sets *root to its root, and *store to
 * the store that has its blocks, owned by the caller. Returns false if the table is not in the
 * cache. */
bool vv_kept_rows_get(vv_store **store, vv_cid *root, vv_repository *r, const vv_kept_name *name);

/* One value = one thread that writes a table into the cache. */
typedef struct vv_keeping vv_keeping;
/* Starts a thread that caches the table with the root *root, whose blocks are in m, under the name
 * *name. The thread caches nothing if it would have to wait for other programs. r and m must
 * outlive the result, which the caller ends with vv_keeping_end. after: the result of an earlier
 * call, or NULL. The new call waits for the thread of the earlier call. If that has the same m, the
 * new thread does not write its blocks again. Returns NULL if out of memory. */
vv_keeping *vv_kept_rows_put(vv_repository *r, const vv_kept_name *name, vv_mem_sink *m,
			     const vv_cid *root, vv_keeping *after);
void vv_keeping_end(vv_keeping *p); /* waits for the thread; accepts NULL */

#define VV_KEPT_TEXT_MAX ((size_t)16 << 20) /* size limit of a cached text, in bytes */
/* Reads the text that is cached under the name *name, such as the list of a document's tables, into
 * out, which must be empty. Returns false if it is not in the cache. */
bool vv_kept_text_get(vv_buf *out, vv_repository *r, const vv_kept_name *name);
/* Caches a text of at most VV_KEPT_TEXT_MAX bytes under the name *name. Failures are ignored. */
void vv_kept_text_put(vv_repository *r, const vv_kept_name *name, const void *bytes, size_t len);

/* Removes the whole cache of r. */
vv_status vv_kept_rows_drop(vv_repository *r, vv_error *err);

#endif
