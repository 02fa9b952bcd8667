/*
 * catalog: finds the pack that has a block. The catalog is made from the lists (list.h) of the
 * packs that a Git host or a store has.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_CATALOG_H
#define VV_TRANSPORT_PLACES_PACKS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/oid.h"
#include "transport/places/packs/list.h"
#include "transport/places/packs/pack_names.h"

/* A pack of the catalog. */
typedef struct vv_host_pack {
	vv_cid key;  /* the pack's hash, as a key (vv_pack_key) */
	vv_oid blob; /* id of the pack's blob at a Git host */
	vv_oid list; /* set by the caller: id of the list's blob at a Git host; null: not known */
	uint64_t len, blocks; /* bytes of the pack; number of its blocks */
	/* the bases outside of this pack: blocks in other packs, from which this pack stores
	 * differences */
	vv_cid *bases;
	size_t base_count;
	/* Set by the caller: */
	size_t folder; /* the folder that contains the pack */
	/* bits of vv_pack_mark; call vv_catalog_unmark before you set a mark */
	unsigned marks;
	bool here;  /* the pack was fetched for use */
	bool shown; /* the pack was fetched to be verified (proof.c) */
	/* the pack's hash is not its name, or blocks of its list are missing in the pack */
	bool bad;
	/* for a pack in a place, the records that were fetched one by one: came[0] for use, came[1]
	 * for verification */
	struct vv_came {
		vv_pack_index_entry *items;
		size_t count, cap;
	} came[2];
} vv_host_pack;

/* Temporary marks of packs. */
typedef enum vv_pack_mark {
	VV_MARK_NEEDED = 1, /* at least one version needs the pack */
	/* the file of a version may list the pack as an older pack (older.h) */
	VV_MARK_NAMED = 2,
	VV_MARK_OLD = 4,     /* the pack may be replaced */
	VV_MARK_SPARE = 8,   /* other packs have all needed blocks of the pack */
	VV_MARK_UNSEEN = 16, /* at a Git host: the pack is to be verified (proof.c) */
	VV_MARK_SHOWN = 32,  /* in a store: the end of the pack was verified (proof.c) */
	VV_MARK_JOINS = 64,  /* the pack may be copied into a larger pack (join.c) */
	VV_MARK_GOES = 128   /* in a store: a gc that drops versions removes the pack (sweep.c) */
} vv_pack_mark;

typedef struct vv_catalog vv_catalog;

vv_catalog *vv_catalog_new(void);    /* NULL: out of memory */
void vv_catalog_free(vv_catalog *c); /* accepts NULL */
VV_AUTO_FREE(vv_catalog, vv_catalog_free)
void vv_catalog_reset(vv_catalog *c); /* removes all packs; accepts NULL */

/* Adds the pack of list. vv_catalog_find continues to return an earlier pack for the blocks that
 * both have. blob: the id of the pack's blob at a Git host. VV_EREFUSED: the catalog would have
 * more than max blocks. */
vv_status vv_catalog_add(vv_catalog *c, const vv_host_list *list, const vv_oid *blob, uint64_t max,
			 vv_error *err);
/* Makes vv_catalog_find prefer pack i for the blocks of list, which is the list of pack i. */
vv_status vv_catalog_prefer(vv_catalog *c, size_t i, const vv_host_list *list, vv_error *err);
size_t vv_catalog_packs(const vv_catalog *c); /* number of packs */
/* Returns pack i, from 0, borrowed until the next vv_catalog_add. */
vv_host_pack *vv_catalog_pack(vv_catalog *c, size_t i);
/* Sets *p to the first pack if *p is NULL, else to the next one. Returns false at the end. */
bool vv_catalog_next(vv_catalog *c, vv_host_pack **p);

/* Returns true if pack i has at least one of these marks. */
bool vv_catalog_has(vv_catalog *c, size_t i, unsigned marks);
void vv_catalog_unmark(vv_catalog *c, unsigned marks); /* removes these marks from all packs */

/* Sets *pack to the index of the pack that has the block cid, and *depth to the length of the
 * block's chain of differences in this pack. pack and depth may be NULL. Returns false if no pack
 * has the block. */
bool vv_catalog_find(const vv_catalog *c, const vv_cid *cid, size_t *pack, unsigned *depth);

#endif
