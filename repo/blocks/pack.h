/*
 * pack: reading a file of blocks that is never modified.
 *
 *   8    "VVPACK" 01 0A
 *        records, one after the other (record.h)
 *   40   "VVEND" 00 00 0A, le64 number of records, le64 length of the file,
 *        16 bytes: XXH3-128 (lo, hi as le64) of all before these 16
 *
 * The hex of the last 16 bytes is the file's name: pack-<hex>.pack, and for one that gc has set
 * aside aside-<unix seconds>-<hex>.pack; its index has the same name with .index.
 *
 * A pack with a wrong beginning or end is opened, but marked as damaged; its readable blocks can be
 * read. Files are read by position, not mapped: so a truncated one is an error and not a signal.
 */
#ifndef VV_REPO_BLOCKS_PACK_H
#define VV_REPO_BLOCKS_PACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/thread.h"
#include "repo/blocks/pack_index.h"
#include "repo/blocks/record.h"

#define VV_PACK_TRAILER_LEN 40u
#define VV_PACK_NAME_MAX 96u

/* The first bytes of a pack, with its format, which is 1; and the first ones of its end. */
#define VV_PACK_HEADER "VVPACK\x01\n"
#define VV_PACK_END "VVEND\0\0\n"

typedef struct vv_pack_name {
	bool aside;
	int64_t since; /* seconds since 1970 when it was set aside; else 0 */
	uint8_t hash[VV_PACK_HASH_LEN];
} vv_pack_name;

bool vv_pack_name_read(vv_pack_name *out, const char *name); /* "....pack" */
void vv_pack_name_write(char out[VV_PACK_NAME_MAX], const vv_pack_name *n, const char *ext);

/* Shared by all lists that name it. All but the atomic members is constant from open on. */
typedef struct vv_pack {
	atomic_uint refs;
	vv_pack_name id;
	char *path, *index_path;
	const char *name; /* the file's, within path */
	int fd;
	vv_stat stat;         /* at open; stat.size is the length that is trusted */
	uint64_t records_end; /* where the trailer begins; the file's end when there is none */
	uint64_t count;       /* records, by the trailer; 0 if it does not exist */
	_Atomic(const char *) damage; /* the pack's damage, or NULL */
	_Atomic(uint64_t) damage_at;
	_Atomic(vv_pack_index *) index;
	vv_pack_index *old_indexes[2]; /* replaced, perhaps still in use by others */
	size_t old_count;
	atomic_bool rebuilt;      /* the index was made from the pack, once is enough */
	atomic_bool index_stored; /* the index file is good */
	vv_mutex *lock;           /* one rebuild at a time */
} vv_pack;

/* Opens dir/name and its index; if that is missing or damaged, one is made
 * in memory. whole: as for vv_pack_index_open. VV_ENOTFOUND when the file is
 * gone; VV_EINPUT when it is not a file; VV_ENOSUPPORT when a newer varve made it. A damaged pack is not an error. */
vv_status vv_pack_open(vv_pack **out, const char *dir, const char *name, bool whole, vv_error *err);
void vv_pack_ref(vv_pack *p);
void vv_pack_unref(vv_pack *p); /* accepts NULL */

bool vv_pack_is_damaged(const vv_pack *p);
void vv_pack_set_damaged(vv_pack *p, uint64_t offset, const char *what_static);

/* VV_ECORRUPT: "pack '<name>', offset <n>: <what>". */
vv_status vv_pack_bad(const vv_pack *p, uint64_t offset, const char *what, vv_error *err);

/* Reads the header of the record at offset; on success the whole record is inside the pack. peek
 * gets its first bytes (*have of them: fewer only at the pack's end). VV_ECORRUPT. */
vv_status vv_pack_record(const vv_pack *p, uint64_t offset, vv_record *out,
			 uint8_t peek[VV_RECORD_PEEK], size_t *have, vv_error *err);
/* The same, but first receives up to *have bytes, at least VV_RECORD_HEADER_MAX. */
vv_status vv_pack_front(const vv_pack *p, uint64_t offset, vv_record *out, void *first,
			size_t *have, vv_error *err);

/* len bytes at offset, all of them. */
vv_status vv_pack_read(const vv_pack *p, uint64_t offset, void *out, size_t len, vv_error *err);

/* Reads the pack once from its start to its end. bytes gets the area of records piece by piece,
 * record each record's header; both may be NULL. *sound: every byte is unchanged (the trailer's
 * hash matches, the records fill the area exactly). */
typedef struct vv_pack_scan {
	vv_status (*bytes)(void *payload, const void *p, size_t len, vv_error *err);
	vv_status (*record)(void *payload, const vv_record *r, uint64_t offset, vv_error *err);
	void *payload;
} vv_pack_scan;
vv_status vv_pack_scan_all(vv_pack *p, const vv_pack_scan *scan, bool *sound, vv_error *err);

/* Rebuilds the index from the pack, unless that was done before. An unsound pack is marked as
 * damaged; it keeps a good index, or else gets one of its intact records. */
vv_status vv_pack_rebuild(vv_pack *p, vv_error *err);

/* How often an index was replaced in this process. */
unsigned long vv_pack_rebuilds(void);

/* A block was not found: makes sure that this was not the fault of a large index
 * that was never checked. *changed: look again. */
vv_status vv_pack_check_index(vv_pack *p, bool *changed, vv_error *err);

/* Stores an index that was made again beside its pack. The folder is not synced: should the file be
 * lost, it is made again. */
vv_status vv_pack_store_index(vv_pack *p, vv_error *err);

#endif
