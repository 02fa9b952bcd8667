/*
 * chain: finds a block's record in packs, and unpacks the block. A block can be stored as a
 * difference from another block, its base; the base can be stored as a difference, too: the records
 * form a chain of differences. Internal to repo.
 */
#ifndef VV_REPO_BLOCKS_CHAIN_H
#define VV_REPO_BLOCKS_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "repo/blocks/pack_list.h"
#include "repo/blocks/pack_writer.h"

typedef struct vv_coder vv_coder;   /* coder.h */
typedef struct vv_parted vv_parted; /* parts.h */

/* The packs in which the functions below search for blocks. */
typedef struct vv_chain_packs {
	vv_store *store;
	const vv_pack_list *packs;
	vv_pack_writer *own; /* an unfinished pack, which is searched first; may be NULL */
	bool live_only;      /* do not search damaged packs and packs that gc has set aside */
} vv_chain_packs;

/* The place of a record: a pack, and the offset at which the record begins. */
typedef struct vv_place {
	vv_pack *pack; /* NULL: the unfinished pack */
	uint64_t offset;
} vv_place;

/* Finds the record of cid, and reads its header. VV_EMISSING: no pack has the block. VV_ECORRUPT: the only record
 * that may be the block's is damaged. */
vv_status vv_chain_find(const vv_chain_packs *src, const vv_cid *cid, vv_place *place, vv_record *r,
			vv_error *err);

/* Reads the block cid, and replaces the content of out with its bytes. If a record in its chain of
 * differences is damaged, tries other copies. VV_EMISSING: no pack has the block itself.
 * VV_ECORRUPT: each copy is damaged, or the block at the end of its chain is missing. */
vv_status vv_chain_get(const vv_chain_packs *src, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Reads a block as vv_chain_get does, and sets *form to the form in which its record stores it.
 * *form borrows from stored, whose content is replaced. */
vv_status vv_chain_get_form(const vv_chain_packs *src, const vv_cid *cid, vv_buf *out,
			    vv_buf *stored, vv_block_form *form, vv_error *err);

/* Begins to read the block cid, which is stored in parts (parts.h). Sets p->block to the block's
 * length, with the bytes of the head only; p->record to the record, of which only the header and the first p->have stored bytes are read; p->parts to
 * the positions of the parts, with `there` set for parts in p->record; and p->pack to a new
 * reference to the pack. VV_ENOTFOUND: the block is not stored in parts, or is in the unfinished
 * pack; VV_EMISSING: no pack has the block; err is not set for these two. VV_ECORRUPT: the record is
 * damaged; vv_chain_get may find another copy. */
vv_status vv_chain_get_parted(const vv_chain_packs *src, const vv_cid *cid, vv_parted *p,
			      vv_error *err);
/* Reads the stored bytes of the parts from i to end - 1 into p->record, and of some more parts,
 * whose number grows with each call. Stops at a part that is already loaded. */
vv_status vv_parted_read(vv_parted *p, size_t i, size_t end, vv_error *err);

/* Replaces the content of out with the block of the record at place, and sets *r to the record's
 * header. VV_ECORRUPT: the record is damaged. VV_EMISSING: a base of its chain is missing. */
vv_status vv_chain_get_at(const vv_chain_packs *src, const vv_place *place, vv_buf *out,
			  vv_record *r, vv_error *err);

/* Sets *out to the stored bytes of the record r at place, which follow its header. The checksum
 * follows the stored bytes in *out. *out is borrowed from the coder c until its next use for
 * reading. */
vv_status vv_place_stored(const vv_chain_packs *src, const vv_place *place, const vv_record *r,
			  vv_coder *c, const uint8_t **out, vv_error *err);

/* Sets *out to the CID of the base of the difference r at place, which must not be in an unfinished
 * pack. VV_ECORRUPT: the record of the base is damaged. */
vv_status vv_place_base(const vv_place *place, const vv_record *r, vv_cid *out, vv_error *err);

#endif
