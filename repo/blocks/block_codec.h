/*
 * block_codec: the code that knows more of a block than its bytes: how it is another one and a list of edits, and
 * which parts of it are read by themselves.
 *
 * The store knows no tables. What stands above it and does know them (dataset/format/group_edit.h, group_parts.h)
 * registers itself once, before any store is opened:
 *
 *	vv_block_codec_register(&codec);
 *
 * Without it nothing is stored or sent as edits or in parts. A record of edits cannot be read then: VV_ENOSUPPORT; one
 * in parts can.
 */
#ifndef VV_REPO_BLOCKS_BLOCK_CODEC_H
#define VV_REPO_BLOCKS_BLOCK_CODEC_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/parts.h"

typedef struct vv_block_codec {
	/* Replaces out's content by the edits that make raw of base; out->len 0: there are none. */
	vv_status (*make)(vv_buf *out, const void *raw, size_t len, const void *base,
			  size_t base_len, vv_error *err);
	/* raw gets exactly len bytes. VV_ECORRUPT for anything else than edits of base. */
	vv_status (*apply)(void *raw, size_t len, const void *base, size_t base_len,
			   const void *edits, size_t edits_len, vv_error *err);
	/* Sets count, and at, len and text of each item, of which none is empty, ascending, and the seams in them; count 0:
	 * the block is read as a whole. NULL: each is. */
	vv_status (*divide)(vv_parts *out, const void *raw, size_t len, vv_error *err);
} vv_block_codec;

/* From any thread; codec stays valid for ever. NULL: nobody can, as at first. */
void vv_block_codec_register(const vv_block_codec *codec);
const vv_block_codec *vv_block_codec_get(void);

#endif
