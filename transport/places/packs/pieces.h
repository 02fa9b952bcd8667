/*
 * pieces: downloads single records of a store's packs, with the bases of their differences, and
 * reads downloaded blocks. Internal.
 *
 * The list of a pack has the offset and the base of each record, so that all needed ranges are
 * known in advance. Ranges that are close together are joined, and several ranges are requested in
 * parallel. The received ranges are written to a sparse file with the pack's length, and an index
 * of the received records. A pack is fetched whole if it is small, if at least half of it is
 * needed, or if the host is a Git host.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_PIECES_H
#define VV_TRANSPORT_PLACES_PACKS_PIECES_H

#include "transport/places/packs/host_internal.h"

/* Replaces the content of out with the block cid, which was downloaded or is in this repository;
 * with proof, only with a block that was downloaded for verification. If the downloaded ranges do
 * not have the block, or are damaged, downloads whole packs, and searches there. stored, form: as
 * in vv_store_get_form. VV_EMISSING: no such block. VV_ECORRUPT: the block is damaged. */
vv_status vv_host_read(vv_host *h, bool proof, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		       vv_block_form *form, vv_error *err);

#endif
