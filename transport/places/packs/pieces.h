/*
 * pieces: reads single records from a host's packs, with the bases of their differences. Internal.
 *
 * Lists have the place of a record and its base, so all ranges for a request are known in advance: adjacent ones
 * are joined, several are requested in parallel. They are written to a file as long as the pack, with holes, and
 * an index of the existing ranges. A pack of which about half is needed is fetched whole; a pack of a Git host
 * always.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_PIECES_H
#define VV_TRANSPORT_PLACES_PACKS_PIECES_H

#include "transport/places/packs/host_internal.h"

/* The folder of those to be taken is empty now. */
vv_status vv_pieces_forget(vv_host *h, vv_error *err);

/* A block that was downloaded (or proved, with proof), or is stored here. If its pieces arrived damaged, it is searched
 * again in whole packs, sound ones first. stored, form: as vv_store_get_form. VV_EMISSING, VV_ECORRUPT. */
vv_status vv_host_read(vv_host *h, bool proof, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		       vv_block_form *form, vv_error *err);

#endif
