/*
 * memo: a block contains the key and the value, under the key's name.
 */
#include "cmd/web/model/memo.h"

#include <string.h>

bool vv_web_memo_get(vv_block_cache *m, const vv_buf *key, vv_buf *out)
{
	vv_cid cid;
	vv_auto(vv_blob) *b = NULL;

	if (!m || key->failed || key->len == 0 ||
	    vv_cid_of(&cid, VV_CODEC_RAW, key->data, key->len, VV_IGNORED) < 0 ||
	    !(b = vv_block_cache_get(m, &cid))) {
		return false;
	}
	vv_buf_put(out, b->bytes + key->len, b->len - key->len);
	return !out->failed;
}

void vv_web_memo_put(vv_block_cache *m, const vv_buf *key, const void *bytes, size_t len)
{
	vv_cid cid;
	vv_auto(vv_blob) *b = NULL;

	if (!m || key->failed || key->len == 0 || len > VV_WEB_MEMO_BYTES / 8 ||
	    vv_cid_of(&cid, VV_CODEC_RAW, key->data, key->len, VV_IGNORED) < 0 ||
	    !(b = vv_blob_new(&cid, key->len + len))) {
		return;
	}
	memcpy(b->bytes, key->data, key->len);
	if (len > 0) {
		memcpy(b->bytes + key->len, bytes, len);
	}
	vv_block_cache_put(m, b);
}

void vv_web_kept_bytes(vv_web_kept *k, void *object, size_t len)
{
	if (!k->reading) {
		vv_buf_put(&k->bytes, object, len);
	} else if (len > 0) {
		memcpy(object, k->bytes.data + k->at, len);
		k->at += len;
	}
}

const char *vv_web_kept_text(vv_web_kept *k, const char *text, size_t len)
{
	if (!k->reading) {
		vv_buf_put(&k->bytes, text, len);
		return text;
	}
	k->at += len;
	return vv_web_keep(k->v, k->bytes.data + k->at - len, len);
}

void *vv_web_kept_array(vv_web_kept *k, void *items, size_t count, size_t size)
{
	if (k->reading && !(items = vv_arena_calloc(&k->v->arena, count + 1, size))) {
		k->v->failed = true;
		k->at += count * size; /* what follows is read from where it is */
		return NULL;
	}
	vv_web_kept_bytes(k, items, count * size);
	return items;
}

bool vv_web_recall(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object)
{
	vv_web_kept k = {.v = v, .reading = true};
	const bool found = vv_web_memo_get(v->memo, key, &k.bytes);

	if (found) {
		fn(&k, object);
	}
	vv_buf_clear(&k.bytes);
	return found;
}

void vv_web_remember(vv_web_visit *v, const vv_buf *key, vv_web_kept_fn fn, void *object)
{
	vv_web_kept k = {.v = v};

	fn(&k, object);
	if (!k.bytes.failed && !v->failed) {
		vv_web_memo_put(v->memo, key, k.bytes.data, k.bytes.len);
	}
	vv_buf_clear(&k.bytes);
}
