/*
 * chain: finding a block in packs and following its differences. Internal to repo.
 */
#ifndef VV_REPO_BLOCKS_CHAIN_H
#define VV_REPO_BLOCKS_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "repo/blocks/pack_list.h"
#include "repo/blocks/pack_writer.h"

/* Where blocks are looked for: first the pack in the making (or NULL). */
typedef struct vv_source {
	vv_store *store;
	const vv_pack_list *packs;
	vv_pack_writer *own;
	bool live_only; /* neither damaged packs nor those set aside */
} vv_source;

typedef struct vv_place {
	vv_pack *pack; /* NULL: the pack in the making */
	uint64_t offset;
} vv_place;

/* Finds the place of cid and its record's header. VV_EMISSING; VV_ECORRUPT: the only possible
 * record is damaged. */
vv_status vv_source_find(const vv_source *src, const vv_cid *cid, vv_place *place, vv_record *r,
			 vv_error *err);

/* The block, following its chain of differences. Where one copy is damaged
 * others are tried. VV_EMISSING only when no pack has cid itself. */
vv_status vv_source_get(const vv_source *src, const vv_cid *cid, vv_buf *out, vv_error *err);

/* The same, with the form in which its record has it: borrowed from stored, whose content is replaced. */
vv_status vv_source_get_form(const vv_source *src, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			     vv_block_form *form, vv_error *err);

/* A block that is stored in parts: p->block has the block's length, room for some more bytes, and only the head's content;
 * p->stored has the first stored bytes, with room for all; p also has the places of the parts, which of them are loaded, and
 * the pack, with a reference. VV_ENOTFOUND: it is stored otherwise, or in the unfinished pack. VV_EMISSING, VV_ECORRUPT:
 * vv_source_get may find a good copy. */
vv_status vv_source_get_parted(const vv_source *src, const vv_cid *cid, vv_parted *p,
			       vv_error *err);
/* Reads the stored bytes of part i, of those after it before `end`, and of some others: more each time. */
vv_status vv_parted_read(vv_parted *p, size_t i, size_t end, vv_error *err);

/* The block of this very record. *r gets its header. */
vv_status vv_source_get_at(const vv_source *src, const vv_place *place, vv_buf *out, vv_record *r,
			   vv_error *err);

/* The bytes of a record that are after its header, the checksum left out;
 * borrowed from the coder until its next use for reading. */
vv_status vv_place_stored(const vv_source *src, const vv_place *place, const vv_record *r,
			  vv_coder *c, const uint8_t **out, vv_error *err);

/* The CID of the base of the difference at place. VV_ECORRUPT. */
vv_status vv_place_base(const vv_place *place, const vv_record *r, vv_cid *out, vv_error *err);

#endif
