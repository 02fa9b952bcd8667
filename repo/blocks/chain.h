/*
 * chain: finds a block in packs, and makes it from its chain of differences. Internal to repo.
 */
#ifndef VV_REPO_BLOCKS_CHAIN_H
#define VV_REPO_BLOCKS_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "repo/blocks/pack_list.h"
#include "repo/blocks/pack_writer.h"

/* The packs that are searched for blocks. */
typedef struct vv_source {
	vv_store *store;
	const vv_pack_list *packs;
	vv_pack_writer *own; /* an unfinished pack, which is searched first; may be NULL */
	bool live_only;      /* do not search damaged packs and packs that gc has set aside */
} vv_source;

/* The place of a record. */
typedef struct vv_place {
	vv_pack *pack; /* NULL: the unfinished pack */
	uint64_t offset;
} vv_place;

/* Finds the record of cid, and reads its header. VV_EMISSING: no pack has the block. VV_ECORRUPT: the only record
 * that may be the block's is damaged. */
vv_status vv_source_find(const vv_source *src, const vv_cid *cid, vv_place *place, vv_record *r,
			 vv_error *err);

/* Reads a block. If a record of its chain of differences is damaged, other copies are tried. VV_EMISSING: no pack has
 * the block itself. */
vv_status vv_source_get(const vv_source *src, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Reads a block, and returns the form in which its record stores it. *form points into stored, whose content is
 * replaced. */
vv_status vv_source_get_form(const vv_source *src, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			     vv_block_form *form, vv_error *err);

/* Begins to read a block that is stored in parts. Afterwards, p->block has the block's length, some spare room, and
 * only the content of its head; p->stored has the first stored bytes, and room for all; p also has the places of the
 * parts, which of them are loaded, and a reference to the pack. VV_ENOTFOUND: the block is not stored in parts, or is
 * in the unfinished pack. VV_EMISSING, VV_ECORRUPT: as for vv_source_get, which may still find a good copy. */
vv_status vv_source_get_parted(const vv_source *src, const vv_cid *cid, vv_parted *p,
			       vv_error *err);
/* Reads the stored bytes of part i, of the parts after it up to `end`, and of some more parts, whose number grows
 * with each call. */
vv_status vv_parted_read(vv_parted *p, size_t i, size_t end, vv_error *err);

/* Reads the block of the record at place, and sets *r to the record's header. */
vv_status vv_source_get_at(const vv_source *src, const vv_place *place, vv_buf *out, vv_record *r,
			   vv_error *err);

/* Returns the stored bytes of the record at place, without header and checksum. *out is borrowed from the coder until
 * its next use for reading. */
vv_status vv_place_stored(const vv_source *src, const vv_place *place, const vv_record *r,
			  vv_coder *c, const uint8_t **out, vv_error *err);

/* Sets *out to the CID of the base of the difference at place. VV_ECORRUPT: the record of the base
 * is damaged. */
vv_status vv_place_base(const vv_place *place, const vv_record *r, vv_cid *out, vv_error *err);

#endif
