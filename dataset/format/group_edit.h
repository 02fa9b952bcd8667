/*
 * group_edit: a row group as another one and a short list of changes: rows out, rows in,
 * cells changed.
 *
 * The list is applied to the encoded columns, without making cells, so reading costs as much as
 * copying the columns. Packs and peers use it if it is shorter than a difference of bytes, in which
 * each column breaks at each row. Format: docs/formats/store.md, "row edits".
 */
#ifndef VV_DATASET_FORMAT_GROUP_EDIT_H
#define VV_DATASET_FORMAT_GROUP_EDIT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Replaces out's content by the edits that make the block raw from base; vv_group_edit_apply then
 * returns exactly raw, which this has verified. out->len 0: they are not two row groups with enough
 * common rows. Only out of memory is an error. */
vv_status vv_group_edit_make(vv_buf *out, const void *raw, size_t len, const void *base,
			     size_t base_len, vv_error *err);

/* raw gets exactly len bytes. The edits and base may come from anyone: every bound is checked,
 * memory is at most that of decoding a row group, time that of writing one. VV_ECORRUPT. */
vv_status vv_group_edit_apply(void *raw, size_t len, const void *base, size_t base_len,
			      const void *edits, size_t edits_len, vv_error *err);

#endif
