/*
 * ordered_files: caches the files of versions with rows in key order, for many requests of parts.
 *
 * No row group is a contiguous part of such a file, so making any part costs as much as making the
 * whole file. So the whole file is made once, checked, and kept in an unlinked temporary file.
 * Limits apply to the work that untrusted clients can cause:
 *
 * - All files together have at most `disk` bytes, unless a single file is larger. To make room, the
 *   least recently read file that nobody has open is dropped. If all files are open, the least
 *   recently read one is dropped, and its readers get an error at the next piece.
 * - Only one file is made at a time; among waiting clients, the one with the most credit is usually
 *   next (vv_turn in base/thread.h).
 * - A client has a credit of `credit_ms` milliseconds of processor time, and regains one
 *   millisecond of credit every `back` milliseconds. If the client for which a file was made then
 *   reads all of the file, the cost is refunded; if it reads a part, in proportion.
 *
 * A correct caller calls vv_ordered_file_open, vv_ordered_file_range and vv_ordered_file_close.
 * Several threads may call these functions at once, but only one thread at a time for the same
 * vv_ordered_file.
 */
#ifndef VV_LIB_NAMES_ORDERED_FILES_H
#define VV_LIB_NAMES_ORDERED_FILES_H

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/bytes.h"

typedef struct vv_table vv_table;

struct vv_address; /* transport/http/address.h */

/* The limits of a cache. */
typedef struct vv_ordered_options {
	uint64_t disk;      /* size limit of all files together, in bytes; 0: 1 GiB */
	uint64_t credit_ms; /* credit of a client; 0: 10 seconds */
	/* milliseconds after which a client regains one millisecond of credit; 0: 4 */
	uint64_t back;
} vv_ordered_options;

/* A cache. */
typedef struct vv_ordered_files vv_ordered_files;
/* Makes an empty cache with the limits *o, which may be NULL. */
vv_status vv_ordered_files_new(vv_ordered_files **out, const vv_ordered_options *o, vv_error *err);
void vv_ordered_files_free(vv_ordered_files *f); /* all files must be closed; f may be NULL */
VV_AUTO_FREE(vv_ordered_files, vv_ordered_files_free)

/* Returns true if the file of t is worth caching: its rows are stored in key order, and it has more
 * than 1 MiB. For other tables, vv_table_range is as fast. */
bool vv_ordered_files_keep(const vv_table *t);

/* Returns true if the file of t is in the cache. */
bool vv_ordered_files_have(vv_ordered_files *f, const vv_table *t);

/* An open file. */
typedef struct vv_ordered_file vv_ordered_file;
/* Opens the file of t, a table for which vv_ordered_files_keep returns true; makes the file if it
 * is not in the cache. t must be open with its stored order, and is borrowed until
 * vv_ordered_file_close. client: the client whose credit is used; NULL: no credit is needed.
 * VV_ELOCKED: the client's credit is used up; or no temporary file can be written, and two other
 * files are being read without one. */
vv_status vv_ordered_file_open(vv_ordered_file **out, vv_ordered_files *f, vv_table *t,
			       const struct vv_address *client, vv_error *err);
/* Passes len bytes of the file, from the byte `from` on, to fn, as vv_table_range does; fewer if
 * the file ends before. VV_EIO: the file was dropped to make room for others. Other errors are as
 * for vv_table_range. */
vv_status vv_ordered_file_range(vv_ordered_file *o, uint64_t from, uint64_t len, vv_bytes_fn fn,
				void *payload, vv_error *err);
/* Returns true if vv_ordered_file_open found or put the file in the cache. Returns false if it
 * could not be written there, so that each part is made separately. */
bool vv_ordered_file_is_kept(const vv_ordered_file *o);
void vv_ordered_file_close(vv_ordered_file *o); /* accepts NULL */
VV_AUTO_FREE(vv_ordered_file, vv_ordered_file_close)

/* Passes len bytes of the file of t, from the byte `from` on, to fn, as vv_table_range does. Uses
 * the cache if vv_ordered_files_keep returns true for t. t must be open with its stored order. If f
 * is NULL, nothing is cached. Errors: those of vv_ordered_file_open and vv_ordered_file_range. */
vv_status vv_ordered_files_range(vv_ordered_files *f, vv_table *t, const struct vv_address *client,
				 uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
				 vv_error *err);

#endif
