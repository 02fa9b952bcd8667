/*
 * edit_codec: the one that was registered.
 */
#include "repo/blocks/edit_codec.h"

#include <stdatomic.h>

static _Atomic(const vv_edit_codec *) registered;

void vv_edit_codec_register(const vv_edit_codec *codec)
{
	atomic_store(&registered, codec);
}

const vv_edit_codec *vv_edit_codec_get(void)
{
	return atomic_load(&registered);
}
