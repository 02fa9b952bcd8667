/*
 * import_chunks: knows how a file without rows is kept: content-defined chunks under one list.
 */
#include "dataset/table/import_state.h"

#include "base/sys.h"
#include "dataset/format/chunk.h"

/* CIDs of the parent's chunks in order: what a changed chunk is stored against. */
typedef struct old_chunks {
	vv_cid *cids;
	size_t count, next;
} old_chunks;

static vv_status old_chunks_load(old_chunks *o, import *im, vv_error *err)
{
	const vv_root *p = im->opts->parent;
	vv_list_reader *r = NULL;
	vv_list_item item;
	uint64_t count, weight;
	int more = 0;
	if (!p || p->kind != VV_KIND_FILE) {
		return VV_OK;
	}
	if (vv_list_reader_open(&r, VV_LIST_CHUNKS, im->sink, p->data.data, p->data.len, err) < 0) {
		return VV_OK; /* only a help */
	}
	vv_list_totals(r, &count, &weight);
	o->cids = vv_calloc((size_t)count + 1, sizeof(*o->cids));
	if (!o->cids) {
		vv_list_reader_close(r);
		return vv_fail_nomem(err);
	}
	while (o->count < count && (more = vv_list_next(r, &item, err)) > 0) {
		size_t n;
		if (vv_cbor_get_array(&item.cbor, &n, err) < 0 ||
		    vv_cbor_get_link(&item.cbor, &o->cids[o->count], err) < 0) {
			break;
		}
		o->count++;
	}
	vv_list_reader_close(r);
	vv_error_clear(err);
	return VV_OK;
}

/* The old chunk that this one probably replaces; moves on. */
static const vv_cid *old_chunk_for(old_chunks *o, const vv_cid *cid)
{
	for (size_t i = o->next; i < o->count && i < o->next + 64; i++) {
		if (vv_cid_equal(&o->cids[i], cid)) {
			o->next = i + 1;
			return NULL;
		}
	}
	return o->next < o->count ? &o->cids[o->next++] : NULL;
}

static vv_status put_chunk(import *im, old_chunks *old, vv_buf *block, const char *bytes,
			   size_t len, vv_error *err)
{
	uint8_t le[8];
	vv_cid cid;
	vv_buf item = VV_BUF_INIT;
	vv_status rc;
	vv_buf_reset(block);
	vv_chunk_encode(block, bytes, len);
	if ((rc = vv_buf_ok(block, err)) < 0 ||
	    (rc = vv_cid_of(&cid, VV_CODEC_RAW, block->data, block->len, err)) < 0) {
		return rc;
	}
	const vv_cid *base = old_chunk_for(old, &cid);
	if (im->sink->put &&
	    (rc = im->sink->put(im->sink->payload, &cid, block->data, block->len, base, err)) < 0) {
		return rc;
	}
	vv_cbor_put_array(&item, 2);
	vv_cbor_put_link(&item, &cid);
	vv_cbor_put_uint(&item, len);
	if ((rc = vv_buf_ok(&item, err)) == VV_OK) {
		rc = vv_list_builder_add(im->data, item.data, item.len, len, err);
	}
	vv_buf_clear(&item);
	vv_put_le64(le, vv_xxh3(bytes, len, 0));
	vv_xxh3_update(im->hash, le, sizeof(le));
	im->out->groups++;
	im->out->groups_new++;
	return rc;
}

vv_status import_chunks(import *im, vv_error *err)
{
	vv_root *root = &im->out->root;
	vv_buf block = VV_BUF_INIT;
	vv_list top = {VV_BUF_INIT};
	old_chunks old = {0};
	const vv_root *p = im->opts->parent;
	vv_status rc = vv_list_builder_new(&im->data, VV_LIST_CHUNKS, im->sink,
					   p && p->kind == VV_KIND_FILE ? &p->data : NULL, err);
	if (rc < 0 || (rc = old_chunks_load(&old, im, err)) < 0) {
		goto done;
	}
	vv_scan_cache_free(im->out->cache);
	im->out->cache = NULL; /* a file is always read whole */
	for (;;) {
		if ((rc = vv_window_fill(im->window, VV_CHUNK_MAX, err)) < 0) {
			goto done;
		}
		size_t len = vv_window_len(im->window);
		if (len == 0) {
			break;
		}
		size_t n = vv_chunk_cut((const uint8_t *)vv_window_bytes(im->window), len,
					vv_window_at_end(im->window));
		if ((rc = put_chunk(im, &old, &block, vv_window_bytes(im->window), n, err)) < 0) {
			goto done;
		}
		vv_window_consume(im->window, n);
		vv_progress_update(im->opts->progress, "reading", vv_window_origin(im->window),
				   im->source->size);
	}
	root->kind = VV_KIND_FILE;
	root->format = VV_FORMAT_FIRST;
	root->bytes = vv_window_origin(im->window);
	root->hash = vv_xxh3_digest128(im->hash);
	if ((rc = vv_list_builder_finish(im->data, &top, err)) == VV_OK) {
		root->data = top.top;
		top.top = (vv_buf)VV_BUF_INIT;
	}
done:
	vv_list_clear(&top);
	vv_free(old.cids);
	vv_buf_clear(&block);
	return rc;
}
