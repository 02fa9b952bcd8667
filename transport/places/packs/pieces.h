/*
 * pieces: downloads single records of a host's packs, with the bases of their differences, and
 * reads downloaded blocks. Internal.
 *
 * The list of a pack has the offset and base of each record, so all ranges for a request are known
 * in advance: adjacent ranges are joined, and several ranges are requested in parallel. The
 * received ranges are written to a sparse file with the pack's length, with an index of the
 * existing ranges. If about half of a pack is needed, the whole pack is fetched; packs of a Git
 * host are always fetched as a whole.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_PIECES_H
#define VV_TRANSPORT_PLACES_PACKS_PIECES_H

#include "transport/places/packs/host_internal.h"

/* Forgets the downloaded ranges. Call this after the folder of downloaded packs was emptied. */
vv_status vv_pieces_forget(vv_host *h, vv_error *err);

/* Replaces the content of out with the block cid, which was downloaded (proof: was downloaded for
 * verification) or is in this repository. If the block's downloaded ranges are damaged, searches
 * for the block in whole packs, first in valid packs. stored and form are as in vv_store_get_form.
 * VV_EMISSING: no such block. VV_ECORRUPT: the block is damaged. */
vv_status vv_host_read(vv_host *h, bool proof, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		       vv_block_form *form, vv_error *err);

#endif
