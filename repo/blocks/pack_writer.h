/*
 * pack_writer: writes a pack.
 *
 * A correct caller: vv_pack_writer_new; append records or copy packs, from any thread;
 * vv_pack_writer_end; vv_pack_writer_publish; fsync of the folder; vv_pack_writer_reset or
 * vv_pack_writer_free. vv_pack_writer_end completes the pack and, with sync, makes it durable under
 * a temporary name. vv_pack_writer_publish writes the index and renames both files.
 * vv_pack_writer_reset and vv_pack_writer_free remove the files if they were not published. A
 * caller with other files to sync calls vv_pack_writer_end without sync, and vv_pack_writer_stage,
 * waits for all syncs at once, and calls vv_pack_writer_place, instead of vv_pack_writer_publish.
 * If a call fails while it appends, copies, writes or renames, all later calls of these kinds fail
 * with the same error until vv_pack_writer_reset.
 */
#ifndef VV_REPO_BLOCKS_PACK_WRITER_H
#define VV_REPO_BLOCKS_PACK_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sync.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/pack.h"

typedef struct vv_pack_writer vv_pack_writer;

/* Makes a writer with temporary files in dir, named prefix and random letters. Returns NULL if
 * memory runs out. */
vv_pack_writer *vv_pack_writer_new(const char *dir, const char *prefix);
void vv_pack_writer_free(vv_pack_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_pack_writer, vv_pack_writer_free)
/* Removes the temporary files, and begins a new pack. */
vv_status vv_pack_writer_reset(vv_pack_writer *w, vv_error *err);

/* A block, and the form in which to store it. */
typedef struct vv_pack_item {
	vv_cid cid;
	const void *raw; /* the block's bytes */
	size_t raw_len;
	vv_packed packed;
	vv_cid base;    /* difference: the base; else null */
	unsigned depth; /* difference: the base's depth + 1 */
} vv_pack_item;

/* Appends the block of item, unless the pack already has the block. A base in the same pack is
 * stored as a distance (record.h). Sets *record_len to the length of the new record, or to 0 if the
 * pack already has the block. c is the calling thread's coder. VV_ELOCKED: the pack was completed,
 * or copied by vv_pack_writer_copy_writer. Thread-safe. */
vv_status vv_pack_writer_append(vv_pack_writer *w, vv_coder *c, const vv_pack_item *item,
				uint64_t *record_len, vv_error *err);

/* Appends all records of the sound pack p (vv_pack_scan_all), unchanged. vv_pack_writer_find does
 * not find the blocks of these records. VV_ECORRUPT: p is damaged. */
vv_status vv_pack_writer_copy_pack(vv_pack_writer *w, vv_pack *p, vv_error *err);
/* Appends all records of the writer `from` in the same way. No record can be appended to `from`
 * afterwards. */
vv_status vv_pack_writer_copy_writer(vv_pack_writer *w, vv_pack_writer *from, vv_error *err);

/* Returns true if the block cid was appended, and sets *offset to the offset of its record.
 * Thread-safe. */
bool vv_pack_writer_find(vv_pack_writer *w, const vv_cid *cid, uint64_t *offset);

/* Sets *cid to the i-th appended block, from 0, and *offset to the offset of its record. Returns
 * false if fewer blocks were appended. Thread-safe. */
bool vv_pack_writer_at(vv_pack_writer *w, size_t i, vv_cid *cid, uint64_t *offset);

/* Returns the number of appended blocks with this codec whose digests begin with prefix: 0, 1, or 2
 * for two or more. Sets *out to the first of these blocks. Thread-safe. */
unsigned vv_pack_writer_find_prefix(vv_pack_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out);

/* Reads len bytes of the unfinished pack at offset into out, and sets *got to the number of bytes
 * read: less than len only at the end. Thread-safe. */
vv_status vv_pack_writer_read(vv_pack_writer *w, uint64_t offset, void *out, size_t len,
			      size_t *got, vv_error *err);

uint64_t vv_pack_writer_count(vv_pack_writer *w); /* number of records */
uint64_t vv_pack_writer_len(vv_pack_writer *w);   /* length that the complete pack will have */

/* If the records that are only in memory have at least `least` bytes, writes them to the file,
 * without syncing it. */
vv_status vv_pack_writer_spill(vv_pack_writer *w, size_t least, vv_error *err);

/* Makes the records so far durable, so that vv_pack_writer_end needs less time. */
vv_status vv_pack_writer_sync(vv_pack_writer *w, vv_error *err);

/* Completes the pack. No record can be appended afterwards. sync: makes the pack durable; without,
 * vv_pack_writer_stage adds the pack to the files to be synced, and vv_pack_writer_publish syncs
 * it. */
vv_status vv_pack_writer_end(vv_pack_writer *w, bool sync, vv_error *err);

/* Reads the file of the complete pack. Call this before vv_pack_writer_stage if the pack replaces other
 * packs, which will be removed. VV_EIO: the file does not have the written bytes. */
vv_status vv_pack_writer_check(vv_pack_writer *w, vv_error *err);

/* Writes the index under a temporary name, and sets *id to the pack's name. Adds to `files` the
 * files that must be synced before vv_pack_writer_place: the index, and the pack if it is not
 * durable. since: the time when the pack was set aside, in seconds since 1970; negative: the pack
 * is not set aside. */
vv_status vv_pack_writer_stage(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_syncs *files,
			       vv_error *err);
/* Renames the staged files, which must be durable, to their final names. Renames the index first,
 * so that a visible pack always has an index. */
vv_status vv_pack_writer_place(vv_pack_writer *w, const vv_pack_name *id, vv_error *err);
/* Sets the modification time of the pack's file to sec, in seconds since 1970. Call this before
 * vv_pack_writer_publish or vv_pack_writer_place. Ignores failures. */
void vv_pack_writer_date(vv_pack_writer *w, int64_t sec);
/* Calls vv_pack_writer_stage, waits until the files are durable, and calls vv_pack_writer_place. */
vv_status vv_pack_writer_publish(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_error *err);

#endif
