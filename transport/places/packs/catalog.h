/*
 * catalog: the lists of all packs of a Git host: which pack has a block.
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

typedef struct vv_host_pack {
	vv_cid key;  /* its hash: vv_pack_key */
	vv_oid blob; /* the pack's, there */
	vv_oid list; /* of the caller: its list's, at a Git host; null: not known */
	uint64_t len, blocks;
	vv_cid *bases; /* in other packs */
	size_t base_count;
	/* The caller's: */
	size_t folder;  /* the folder that contains it */
	unsigned marks; /* vv_pack_mark: used by loops, which clear their marks first */
	bool here;      /* it was fetched to be taken */
	bool shown;     /* it was fetched to be proven (proof.c) */
	bool bad;       /* its hash is not its name, or it lacks blocks of its list */
	struct vv_came { /* of a pack in a place, records that came alone: to be taken, and to be proven */
		vv_index_entry *items;
		size_t count, cap;
	} came[2];
} vv_host_pack;

typedef enum vv_pack_mark {
	VV_MARK_NEEDED = 1, /* one or more versions need it */
	VV_MARK_NAMED = 2,  /* versions may name it */
	VV_MARK_OLD = 4,    /* it may be replaced */
	VV_MARK_SPARE = 8,  /* other packs have all needed blocks of it */
	VV_MARK_UNSEEN = 16,
	VV_MARK_SHOWN = 32,
	VV_MARK_JOINS = 64
} vv_pack_mark;

typedef struct vv_catalog vv_catalog;

vv_catalog *vv_catalog_new(void);    /* NULL: out of memory */
void vv_catalog_free(vv_catalog *c); /* accepts NULL */
VV_AUTO_FREE(vv_catalog, vv_catalog_free)

/* VV_EREFUSED when there are more than max blocks in all. */
vv_status vv_catalog_add(vv_catalog *c, const vv_host_list *list, const vv_oid *blob, uint64_t max,
			 vv_error *err);
/* Makes look-ups prefer the i-th pack for the blocks of its list, which the caller passes again. */
vv_status vv_catalog_prefer(vv_catalog *c, size_t i, const vv_host_list *list, vv_error *err);
size_t vv_catalog_packs(const vv_catalog *c);
vv_host_pack *vv_catalog_pack(vv_catalog *c, size_t i); /* borrowed until the next add */

bool vv_catalog_has(vv_catalog *c, size_t i, unsigned marks); /* one of these marks */
void vv_catalog_unmark(vv_catalog *c, unsigned marks);        /* all packs */

/* Finds the pack with the block, and the depth of its chain of differences there; either may be
 * NULL. */
bool vv_catalog_find(const vv_catalog *c, const vv_cid *cid, size_t *pack, unsigned *depth);

#endif
