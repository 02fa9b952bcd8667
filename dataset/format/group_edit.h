/*
 * group_edit: stores a row group as a list of edits of another row group: removed rows, inserted
 * rows and changed cells.
 *
 * Edits are applied to the encoded columns, without decoding cells. This costs about as much as
 * copying the columns. Packs and transfers use edits if they are shorter than a byte difference: a
 * changed row changes the block's bytes at one place in each column. Format: docs/formats/store.md,
 * "row edits".
 */
#ifndef VV_DATASET_FORMAT_GROUP_EDIT_H
#define VV_DATASET_FORMAT_GROUP_EDIT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Sets out to the edits that turn the block base into the block raw, and verifies that
 * vv_group_edit_apply makes exactly raw from them. Sets out to no bytes if one of the blocks is not
 * a row group, or if the two have too few rows in common. VV_ENOMEM is the only error. */
vv_status vv_group_edit_make(vv_buf *out, const void *raw, size_t len, const void *base,
			     size_t base_len, vv_error *err);

/* Applies edits to the block base, and writes the resulting block, of exactly len bytes, to raw.
 * Edits and base may be untrusted: every length is checked; the call uses at most the memory needed
 * to decode a row group, and the time needed to encode one. VV_ECORRUPT: the edits do not fit base
 * or len. */
vv_status vv_group_edit_apply(void *raw, size_t len, const void *base, size_t base_len,
			      const void *edits, size_t edits_len, vv_error *err);

#endif
