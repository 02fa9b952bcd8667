/*
 * block_codec: the one that was registered.
 */
#include "repo/blocks/block_codec.h"

#include <stdatomic.h>

static _Atomic(const vv_block_codec *) registered;

void vv_block_codec_register(const vv_block_codec *codec)
{
	atomic_store(&registered, codec);
}

const vv_block_codec *vv_block_codec_get(void)
{
	return atomic_load(&registered);
}
