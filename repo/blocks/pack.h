/*
 * pack: reads packs. A pack is a file of blocks, which is never modified. A pack that gc has set
 * aside has only unreachable blocks, and is removed after a grace period.
 *
 *   8    "VVPACK" 01 0A
 *        records, one after the other (record.h)
 *   40   "VVEND" 00 00 0A, le64 number of records, le64 length of the file,
 *        16 bytes: XXH3-128 (lo, hi as le64) of all bytes before these 16
 *
 * The hex of the last 16 bytes is in the file's name: pack-<hex>.pack, or aside-<unix
 * seconds>-<hex>.pack after gc has set the pack aside. The pack's index has the same name, but with
 * .index.
 *
 * A pack with a wrong beginning or end can be opened, but is marked as damaged; its intact blocks
 * can be read. Files are read, not mapped, so that a truncated file causes an error and not a
 * signal.
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

typedef struct vv_record vv_record;

#define VV_PACK_TRAILER_LEN 40u /* bytes of the trailer */
#define VV_PACK_NAME_MAX 96u    /* the size of a buffer for a file name, with the NUL */

/* The first bytes of a pack, with the number of its format, 1; and the first bytes of its trailer. */
#define VV_PACK_HEADER "VVPACK\x01\n"
#define VV_PACK_END "VVEND\0\0\n"

/* The parts of a pack's file name. */
typedef struct vv_pack_name {
	bool aside; /* gc has set the pack aside */
	int64_t since; /* if `aside` is set: the time when gc set the pack aside, in seconds since 1970; else 0 */
	uint8_t hash[VV_PACK_HASH_LEN]; /* the last 16 bytes of the trailer */
} vv_pack_name;

/* Parses a file name that ends in ".pack". Returns false if `name` is not the name of a pack. */
bool vv_pack_name_read(vv_pack_name *out, const char *name);
bool vv_pack_name_equal(const vv_pack_name *a, const vv_pack_name *b);
/* Writes the file name of the pack n. ext: "pack" or "index". */
void vv_pack_name_write(char out[VV_PACK_NAME_MAX], const vv_pack_name *n, const char *ext);

/* An open pack, shared by all lists that contain it by reference counting. After vv_pack_open, only
 * the atomic members, old_indexes and old_count change. */
typedef struct vv_pack {
	atomic_uint refs;
	vv_pack_name id;
	char *path, *index_path; /* paths of the pack and of its index */
	const char *name;        /* the file's name, within path */
	int fd;
	vv_stat stat; /* state of the file when it was opened; reads do not go beyond stat.size */
	/* offset of the trailer; the length of the file if the trailer is missing */
	uint64_t records_end;
	/* number of records according to the trailer; 0 if the trailer is missing */
	uint64_t count;
	_Atomic(const char *) damage;   /* describes the pack's damage; NULL: no damage is known */
	_Atomic(uint64_t) damage_at;    /* offset of the damage */
	_Atomic(vv_pack_index *) index; /* the current index */
	vv_pack_index *old_indexes[2];  /* replaced indexes, which other threads may still use */
	size_t old_count;               /* number of old_indexes */
	/* vv_pack_rebuild has succeeded; further calls do nothing */
	atomic_bool rebuilt;
	atomic_bool index_stored; /* the index file is valid */
	vv_mutex *lock;           /* held during a rebuild */
} vv_pack;

/* Opens the pack dir/name and its index. If the index is missing or damaged, makes an index in
 * memory. whole: as for vv_pack_index_open. A damaged pack is not an error. VV_ENOTFOUND: the file
 * does not exist; VV_EINPUT: the file is not a regular file; VV_EUSAGE: `name` is not the name of a
 * pack; VV_ENOSUPPORT: a newer varve has written the pack. */
vv_status vv_pack_open(vv_pack **out, const char *dir, const char *name, bool whole, vv_error *err);
/* Adds a reference. */
void vv_pack_ref(vv_pack *p);
/* Removes a reference, and closes the pack with the last one. Accepts NULL. */
void vv_pack_unref(vv_pack *p);
VV_AUTO_FREE(vv_pack, vv_pack_unref)

bool vv_pack_is_damaged(const vv_pack *p); /* true if p->damage is set */
/* Marks the pack as damaged, unless it already is. what_static: a constant that describes the damage. */
void vv_pack_set_damaged(vv_pack *p, uint64_t offset, const char *what_static);

/* Sets the error "pack '<name>', offset <n>: <what>". Returns VV_ECORRUPT. */
vv_status vv_pack_bad(const vv_pack *p, uint64_t offset, const char *what, vv_error *err);

/* Reads the header of the record at offset into *out, and checks that the whole record is inside
 * the pack. VV_ECORRUPT: the header is damaged, or the record is not inside the pack. */
vv_status vv_pack_record(const vv_pack *p, uint64_t offset, vv_record *out, vv_error *err);
/* Reads a record's header as vv_pack_record does, and also writes bytes of the pack from offset on to
 * `first`, which has room for *have bytes, at least VV_RECORD_HEADER_MAX. Sets *have to the number of
 * bytes read. */
vv_status vv_pack_front(const vv_pack *p, uint64_t offset, vv_record *out, void *first,
			size_t *have, vv_error *err);

/* Reads exactly len bytes of the pack at offset into out. VV_ECORRUPT: the pack has fewer bytes. */
vv_status vv_pack_read(const vv_pack *p, uint64_t offset, void *out, size_t len, vv_error *err);

/* The functions that a scan calls; each may be NULL. bytes is called with the bytes of all records,
 * piece by piece; record is called with each record's header and offset. */
typedef struct vv_pack_scan {
	vv_status (*bytes)(void *payload, const void *p, size_t len, vv_error *err);
	vv_status (*record)(void *payload, const vv_record *r, uint64_t offset, vv_error *err);
	void *payload;
} vv_pack_scan;
/* Reads the pack once, from start to end, and calls the functions of scan (NULL: none). Sets *sound to true if
 * the hash in the trailer matches, and the records fill the pack exactly; else marks the pack as
 * damaged. */
vv_status vv_pack_scan_all(vv_pack *p, const vv_pack_scan *scan, bool *sound, vv_error *err);

/* Rebuilds the index from the pack, unless an earlier call did so. If the pack is not sound
 * (vv_pack_scan_all), keeps a valid index, in memory or from its file. Only an invalid or missing
 * index is then replaced, by an index of the pack's intact records. */
vv_status vv_pack_rebuild(vv_pack *p, vv_error *err);

/* Returns the number of indexes that this process has replaced in open packs. */
unsigned long vv_pack_rebuilds(void);

/* Checks the index after a block was not found: reads a large index completely, unless an earlier
 * call did so, and rebuilds the index if it is damaged. Sets *changed to true if the index was
 * rebuilt, else to false: after a rebuild, the caller should search for the block again. */
vv_status vv_pack_check_index(vv_pack *p, bool *changed, vv_error *err);

/* Writes a rebuilt index to its file. The folder is not synced: if the file is lost, the index is rebuilt again. */
vv_status vv_pack_store_index(vv_pack *p, vv_error *err);

#endif
