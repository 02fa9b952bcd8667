/*
 * pack_writer: an unfinished pack.
 *
 * A correct caller: new; append records or copy packs, from any thread; then seal (complete and
 * durable under a temporary name), publish (renamed, with its index), fsync of the folder, and
 * reset or free. Without publish nothing stays. Who has more to wait for calls end, stage, waits,
 * and calls place instead. After a failure every further call fails likewise, until reset.
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

/* Files are made in dir and named prefix + random letters until published. NULL
 * when out of memory. */
vv_pack_writer *vv_pack_writer_new(const char *dir, const char *prefix);
void vv_pack_writer_free(vv_pack_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_pack_writer, vv_pack_writer_free)
vv_status vv_pack_writer_reset(vv_pack_writer *w, vv_error *err); /* empty again */

/* A block and the form in which it is to be stored. */
typedef struct vv_pack_item {
	vv_cid cid;
	const void *raw;
	size_t raw_len;
	vv_packed packed;
	vv_cid base;    /* of a difference; else null */
	unsigned depth; /* of a difference: its base's and 1 */
} vv_pack_item;

/* Appends unless the pack has the block. A base that is in this pack is named by its distance.
 * *record_len: bytes of the new record, 0: not appended. Thread-safe; the coder is the caller's. */
vv_status vv_pack_writer_append(vv_pack_writer *w, vv_coder *c, const vv_pack_item *item,
				uint64_t *record_len, vv_error *err);

/* Appends all records of a sound pack, or of another writer, unchanged. Their blocks cannot be
 * found by vv_pack_writer_find. */
vv_status vv_pack_writer_copy_pack(vv_pack_writer *w, vv_pack *p, vv_error *err);
vv_status vv_pack_writer_copy_writer(vv_pack_writer *w, vv_pack_writer *from, vv_error *err);

/* Where an appended block's record starts. Thread-safe. */
bool vv_pack_writer_find(vv_pack_writer *w, const vv_cid *cid, uint64_t *offset);

/* The i-th block that was appended; false after the last. Thread-safe. */
bool vv_pack_writer_at(vv_pack_writer *w, size_t i, vv_cid *cid, uint64_t *offset);

/* As vv_cid_map_find_prefix; *out is the first one. Thread-safe. */
unsigned vv_pack_writer_find_prefix(vv_pack_writer *w, uint8_t codec, uint64_t prefix, vv_cid *out);

/* Up to len bytes at offset, fewer (*got) at the end. Thread-safe. */
vv_status vv_pack_writer_read(vv_pack_writer *w, uint64_t offset, void *out, size_t len,
			      size_t *got, vv_error *err);

uint64_t vv_pack_writer_count(vv_pack_writer *w); /* records */
uint64_t vv_pack_writer_len(vv_pack_writer *w);   /* bytes that the pack will have */

/* Writes records to the file, unsynced, if at least `least` bytes of them are in memory only. */
vv_status vv_pack_writer_spill(vv_pack_writer *w, size_t least, vv_error *err);

/* Syncs the records so far, so that seal has less to do. */
vv_status vv_pack_writer_sync(vv_pack_writer *w, vv_error *err);

/* Ends appending. The pack is durable; after _end it becomes so when it is staged or published,
 * beside its index. */
vv_status vv_pack_writer_seal(vv_pack_writer *w, vv_error *err);
vv_status vv_pack_writer_end(vv_pack_writer *w, vv_error *err);

/* Writes the index, under a temporary name, too; it, and the pack if that was ended, is added to
 * files. since negative: an ordinary pack; else one set aside at that time. *id gets its name. */
vv_status vv_pack_writer_stage(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_syncs *files,
			       vv_error *err);
/* Renames the staged files, which must be durable, to their names; the index first, so that a
 * visible pack has one. */
vv_status vv_pack_writer_place(vv_pack_writer *w, const vv_pack_name *id, vv_error *err);
/* Both, and between them the wait. */
/* Before it is published: the time that its file has, if that can be set. */
void vv_pack_writer_date(vv_pack_writer *w, int64_t sec);
vv_status vv_pack_writer_publish(vv_pack_writer *w, int64_t since, vv_pack_name *id, vv_error *err);

#endif
