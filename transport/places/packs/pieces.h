/*
 * pieces: of packs of a host, the records that are wanted, and what their differences stand on. Internal.
 *
 * Lists have the place of a record and what it is a difference from, so all that a question needs is known before
 * anything is asked: ranges, of which those that lie side by side are one, several on their way at once. They come
 * into a file as long as the pack, with holes, and an index of what is there. A pack of which about half is wanted
 * comes whole, and one of a Git host always.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_PIECES_H
#define VV_TRANSPORT_PLACES_PACKS_PIECES_H

#include "transport/places/packs/host_internal.h"

/* The folder of those to be taken is empty now. */
vv_status vv_pieces_forget(vv_host *h, vv_error *err);

/* A block that was taken (or shown, with proof), or is here. One of which damaged pieces came is looked for once more in
 * whole packs, sound ones first. stored, form: as vv_store_get_form. VV_EMISSING, VV_ECORRUPT. */
vv_status vv_host_read(vv_host *h, bool proof, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		       vv_block_form *form, vv_error *err);

#endif
