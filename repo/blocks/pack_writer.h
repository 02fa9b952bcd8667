/*
 * pack_writer: writes a pack.
 *
 * A correct caller: new; append records or copy packs, from any thread; seal, which completes the
 * pack and makes it durable under a temporary name; publish, which writes the index and renames
 * both files; fsync of the folder; reset or free. Without publish, the files are removed. A caller
 * that has other files to sync calls end and stage, waits for all syncs at once, and calls place,
 * instead of seal and publish. After a failure, all calls fail with the same error until reset.
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

/* Makes a writer. Its temporary files are in dir; their names are prefix and random letters.
 * Returns NULL if out of memory. */
vv_pack_writer *vv_pack_writer_new(const char *dir, const char *prefix);
void vv_pack_writer_free(vv_pack_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_pack_writer, vv_pack_writer_free)
/* Removes the temporary files, and begins a new pack. */
vv_status vv_pack_writer_reset(vv_pack_writer *w, vv_error *err);

/* A block, and the form in which to store it. */
typedef struct vv_pack_item {
	vv_cid cid;
	const void *raw;
	size_t raw_len;
	vv_packed packed;
	vv_cid base;    /* difference: the base; else null */
	unsigned depth; /* difference: the base's depth + 1 */
} vv_pack_item;

/* Appends a block, unless the pack has it already. A base in the same pack is stored as a distance.
 * *record_len: the length of the new record; 0: no record was appended. c is the calling thread's
 * coder. Thread-safe. */
vv_status vv_pack_writer_append(vv_pack_writer *w, vv_coder *c, const vv_pack_item *item,
				uint64_t *record_len, vv_error *err);

/* Append all records of a sound pack, or of another writer, unchanged. vv_pack_writer_find does not
 * find their blocks. */
vv_status vv_pack_writer_copy_pack(vv_pack_writer *w, vv_pack *p, vv_error *err);
vv_status vv_pack_writer_copy_writer(vv_pack_writer *w, vv_pack_writer *from, vv_error *err);

/* Returns true if the block was appended, and sets *offset to the beginning of its record.
 * Thread-safe. */
bool vv_pack_writer_find(vv_pack_writer *w, const vv_cid *cid, uint64_t *offset);

/* Returns the i-th appended block and the offset of its record; false after the last block.
 * Thread-safe. */
bool vv_pack_writer_at(vv_pack_writer *w, size_t i, vv_cid *cid, uint64_t *offset);

/* Returns the number of appended blocks with this codec whose digests begin with prefix: 0, 1, or 2
 * for two or more. *out is the first of them. Thread-safe. */
unsigned vv_pack_writer_find_prefix(vv_pack_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out);

/* Reads len bytes of the pack at offset; *got is less than len only at the end. Thread-safe. */
vv_status vv_pack_writer_read(vv_pack_writer *w, uint64_t offset, void *out, size_t len,
			      size_t *got, vv_error *err);

uint64_t vv_pack_writer_count(vv_pack_writer *w); /* number of records */
uint64_t vv_pack_writer_len(vv_pack_writer *w);   /* length that the complete pack will have */

/* If the records that are only in memory have at least `least` bytes, writes them to the file,
 * without syncing it. */
vv_status vv_pack_writer_spill(vv_pack_writer *w, size_t least, vv_error *err);

/* Syncs the records so far, so that seal needs less time. */
vv_status vv_pack_writer_sync(vv_pack_writer *w, vv_error *err);

/* End appending. vv_pack_writer_seal also makes the pack durable. After vv_pack_writer_end, the
 * pack is not durable yet: vv_pack_writer_stage adds it to the files to be synced, and
 * vv_pack_writer_publish syncs it. */
vv_status vv_pack_writer_seal(vv_pack_writer *w, vv_error *err);
vv_status vv_pack_writer_end(vv_pack_writer *w, vv_error *err);

/* Writes the index under a temporary name. Adds to files what must be synced before
 * vv_pack_writer_place: the index, and the pack if it is not durable. since: when the pack was set
 * aside; negative: it is not set aside. *id gets the pack's name. */
vv_status vv_pack_writer_stage(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_syncs *files,
			       vv_error *err);
/* Renames the staged files, which must be durable, to their final names. The index is first, so
 * that a visible pack always has one. */
vv_status vv_pack_writer_place(vv_pack_writer *w, const vv_pack_name *id, vv_error *err);
/* Sets the modification time of the pack's file, in seconds since 1970. Call this before publish or
 * place. Failures are ignored. */
void vv_pack_writer_date(vv_pack_writer *w, int64_t sec);
/* Stages the files, waits until they are durable, and places them. */
vv_status vv_pack_writer_publish(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_error *err);

#endif
