/*
 * ordered_files: the files of versions in key order, for many requests of parts.
 *
 * No row group is a piece of such a file, so that each part costs as much as the whole. The whole file is made once,
 * checked, and kept in an unlinked file. The cost of strangers' requests is bounded:
 *
 * - Files take `disk` bytes at most, or one file is longer. The least recently read one is dropped for space, even if it
 *   is open: its reader gets an error at the next piece.
 * - One is made at a time. The waiting client with the lowest cost so far is next.
 * - A client has `credit_ms` of processor time for it, and regains one for `back` milliseconds that pass. The time for a
 *   file that it then reads completely is refunded: it paid with the transfer.
 *
 * A correct caller: vv_ordered_file_open; vv_ordered_file_range; vv_ordered_file_close. Functions may be called by
 * several threads at once, those of one vv_ordered_file by one.
 */
#ifndef VV_LIB_NAMES_ORDERED_FILES_H
#define VV_LIB_NAMES_ORDERED_FILES_H

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"

struct vv_address; /* transport/http/address.h */

typedef struct vv_ordered_options {
	uint64_t disk;      /* bytes of all files; 0: 1 GiB */
	uint64_t credit_ms; /* of a client; 0: 10 seconds */
	uint64_t back;      /* milliseconds after which one is regained; 0: 4 */
} vv_ordered_options;

typedef struct vv_ordered_files vv_ordered_files;
vv_status vv_ordered_files_new(vv_ordered_files **out, const vv_ordered_options *o, vv_error *err);
void vv_ordered_files_free(vv_ordered_files *f); /* it must be unused; accepts NULL */
VV_AUTO_FREE(vv_ordered_files, vv_ordered_files_free)

/* Is this a file that is put together here? Others, and small ones, are given as quickly without (vv_table_range). */
bool vv_ordered_files_keep(const vv_table *t);

/* Is its file here now? */
bool vv_ordered_files_have(vv_ordered_files *f, const vv_table *t);

/* The file of such a table, which is open with its stored order and borrowed until the close; made if needed. client: whose
 * credit is used; NULL: none. VV_ELOCKED: the client's credit is used up, or there is no space for a file and other
 * requests are already served without one. */
typedef struct vv_ordered_file vv_ordered_file;
vv_status vv_ordered_file_open(vv_ordered_file **out, vv_ordered_files *f, vv_table *t,
			       const struct vv_address *client, vv_error *err);
/* As vv_table_range. VV_EIO, too: the file has made room for others. */
vv_status vv_ordered_file_range(vv_ordered_file *o, uint64_t from, uint64_t len, vv_bytes_fn fn,
				void *payload, vv_error *err);
/* False: it has no file, so that each part is made separately. */
bool vv_ordered_file_is_kept(const vv_ordered_file *o);
void vv_ordered_file_close(vv_ordered_file *o); /* accepts NULL */
VV_AUTO_FREE(vv_ordered_file, vv_ordered_file_close)

/* As vv_table_range, for a table of any order that is open with its stored order. f may be NULL: then nothing is
 * kept. */
vv_status vv_ordered_files_range(vv_ordered_files *f, vv_table *t, const struct vv_address *client,
				 uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
				 vv_error *err);

#endif
