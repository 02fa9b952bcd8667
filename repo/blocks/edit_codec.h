/*
 * edit_codec: the code that can describe a block as another one and a list of edits.
 *
 * The store knows no tables. What stands above it and does know them (dataset/format/group_edit.h)
 * registers itself once, before any store is opened:
 *
 *	vv_edit_codec_register(&codec);
 *
 * Without it nothing is stored or sent as edits, and a record that is cannot be read: VV_ENOSUPPORT.
 */
#ifndef VV_REPO_BLOCKS_EDIT_CODEC_H
#define VV_REPO_BLOCKS_EDIT_CODEC_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

typedef struct vv_edit_codec {
	/* Replaces out's content by the edits that make raw of base; out->len 0: there are none. */
	vv_status (*make)(vv_buf *out, const void *raw, size_t len, const void *base,
			  size_t base_len, vv_error *err);
	/* raw gets exactly len bytes. VV_ECORRUPT for anything else than edits of base. */
	vv_status (*apply)(void *raw, size_t len, const void *base, size_t base_len,
			   const void *edits, size_t edits_len, vv_error *err);
} vv_edit_codec;

/* From any thread; codec stays valid for ever. NULL: nobody can, as at first. */
void vv_edit_codec_register(const vv_edit_codec *codec);
const vv_edit_codec *vv_edit_codec_get(void);

#endif
